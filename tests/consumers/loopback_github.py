"""GitHub on this machine, as far as `hf extensions install` asks for it: a proxy that answers in GitHub's place, over TLS.

The addresses are fixed in `huggingface_hub/cli/extensions.py`, so the real installer is led here by HTTPS_PROXY and by a
certificate authority of the test's own. What it does not know it refuses: nothing leaves the machine.
"""

from __future__ import annotations

import io
import ssl
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Self

import trustme

if TYPE_CHECKING:
    from pathlib import Path

COMMIT = "89abcdef0123456789abcdef0123456789abcdef"
_HOSTS = ("github.com", "raw.githubusercontent.com")


class GitHub:
    """The server, holding one repository: the files of `folder`, as `owner/name`."""

    def __init__(self, folder: Path, repository: str, home: Path) -> None:
        authority = trustme.CA()
        self.authority = home / "authority.pem"
        authority.cert_pem.write_to_path(self.authority)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*_HOSTS).configure_cert(self.context)
        self.asked: list[str] = []
        self.answers = _answers(folder, repository)
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (_Handler,), {"github": self}))

    def __enter__(self) -> Self:
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    def environment(self) -> dict[str, str]:
        """What leads clients here: those of Python's standard library, pip and huggingface_hub."""
        proxy = f"http://127.0.0.1:{self.server.server_address[1]}"
        names = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy")
        trust = dict.fromkeys(("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE"), str(self.authority))
        return {**dict.fromkeys(names, proxy), **trust, "NO_PROXY": "", "no_proxy": ""}


def _answers(folder: Path, repository: str) -> dict[str, bytes]:
    """Content by address. What is absent is answered by 404, as GitHub does."""
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        for name, content in files.items():
            packed.writestr(f"{repository.partition('/')[2]}-{COMMIT}/{name}", content)
    return {
        f"github.com/{repository}": b"<html></html>",
        f"github.com/{repository}/archive/HEAD.zip": archive.getvalue(),
        f"github.com/{repository}.git/info/refs?service=git-upload-pack": f"001e# service\n0000015d{COMMIT} HEAD\0 multi_ack\n".encode(),
        **{f"raw.githubusercontent.com/{repository}/HEAD/{name}": content for name, content in files.items()},
    }


class _Handler(BaseHTTPRequestHandler):
    github: GitHub
    protocol_version = "HTTP/1.1"
    host = ""

    def do_CONNECT(self) -> None:
        self.host = self.path.partition(":")[0]
        if self.host not in _HOSTS:
            self.github.asked.append(f"REFUSED {self.path}")
            self.send_error(502)
            return
        self.send_response(200)
        self.end_headers()
        self.connection = self.github.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", 0)
        self.close_connection = False

    def do_GET(self) -> None:
        address = f"{self.host}{self.path}"
        self.github.asked.append(f"{self.command} {address}")
        content = self.github.answers.get(address)
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(content or b"")))
        self.send_header("Content-Type", "application/zip" if address.endswith(".zip") else "text/plain")
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content or b"")

    do_HEAD = do_GET  # noqa: N815 - names of the library

    def finish(self) -> None:
        super().finish()
        self.connection.close()  # the server closes its own socket, not the TLS around it

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        del format, args
