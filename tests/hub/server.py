"""A Hub on this machine: the documented HTTP of the Hub over repositories held in memory, its faults on demand, and a record of all it is asked.

Two servers on two hosts: the Hub at 127.0.0.1, and at localhost what it redirects to for files in LFS. Addresses and shapes: hub-docs,
the Hub's OpenAPI, huggingface_hub 2.4 (`hf_api.py`, `_commit_api.py`, `file_download.py`, `utils/_http.py`). Where it knows less than the
Hub: no uploads to LFS, no Xet, no writing of settings; names of sparse files are no real SHA-256.
"""

from __future__ import annotations

import math
import os
import re
import socket
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self
from urllib.parse import parse_qs, unquote, urlsplit

from hub.answers import ROUTES, Answer, Ask, Refusal, Reply
from hub.store import Content, Kind, Repo, part_of, size_of

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

TOKEN = "hf_" + "loopbackcanary" * 2
OTHER_TOKEN = "hf_" + "otherloopback" * 2
_PIECE = 1 << 20
_LIMITS = {"api": 500, "resolvers": 3000, "pages": 100}  # hub-docs, "Hub Rate limits": of whoever is not logged in

How = Literal["answer", "hang", "truncate", "close", "whole"]


class Account(NamedTuple):
    """Whose token it is, and what it may: "read", "write", or "fineGrained" with these permissions on all that is its owner's."""

    name: str
    role: str = "write"
    organisations: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()


@dataclass
class Asked:
    """A request, and what was sent for it: `sent` bytes of content."""

    host: Literal["hub", "cdn"]
    method: str
    path: str
    body: bytes
    headers: dict[str, str]
    bucket: str
    status: int = 0
    sent: int = 0

    @property
    def token(self) -> str:
        return self.headers.get("authorization", "")


@dataclass
class Fault:
    """What goes wrong with requests whose `host:path` the pattern is found in, `times` over, or always."""

    pattern: str
    how: How = "answer"
    times: float = math.inf
    status: int = 500
    body: bytes = b'{"error":"broken"}'
    headers: dict[str, str] = field(default_factory=dict)
    seconds: float = 30


@dataclass
class Window:
    began: float
    used: int = 0


class Hub:
    """The server. `page` is the most a listing gives at once; `limits` are requests per bucket and `window` seconds."""

    def __init__(
        self, *repos: Repo, page: int = 1000, limits: dict[str, int] | None = None, window: float = 300, tls: ssl.SSLContext | None = None
    ) -> None:
        self.repos: dict[tuple[str, str], Repo] = {}
        self.accounts = {TOKEN: Account("linter"), OTHER_TOKEN: Account("stranger")}
        self.organisations: dict[str, list[str]] = {}
        self.collections: list[dict[str, Any]] = []
        self.objects: dict[str, Content | None] = {}
        self.asked: list[Asked] = []
        self.errors: list[str] = []
        self.faults: list[Fault] = []
        self.mishap: Callable[[Asked], Fault | None] = lambda _: None  # what goes wrong where none of the faults is
        self.page = page
        self.limits = _LIMITS | (limits or {})
        self.window = window
        self.tells_retry_after = True
        self.caches = False  # whether small files are reached by one more redirect, to /api/resolve-cache
        self.region = "us"
        self.closing = Event()
        self._windows: dict[tuple[str, str], Window] = {}
        self.lock = Lock()
        self._servers = [_server(self, "hub"), _server(self, "cdn")]
        if tls is not None:
            self._servers[0].socket = tls.wrap_socket(self._servers[0].socket, server_side=True)
        self.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{self._servers[0].server_address[1]}"
        self.cdn = f"http://localhost:{self._servers[1].server_address[1]}"
        for repo in repos:
            self.add(repo)

    def __enter__(self) -> Self:
        for server in self._servers:
            Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, error: object, *_: object) -> None:
        self.closing.set()
        for server in self._servers:
            server.shutdown()
            server.server_close()
        assert error is not None or not self.errors, self.errors[0]

    def add(self, repo: Repo) -> Repo:
        """One more repository, under its name and those it had."""
        for name in (repo.id, *repo.names):
            self.repos[repo.kind, name] = repo
        return repo

    def add_folder(self, folder: Path, kind: Kind = "model") -> None:
        """The repositories under a folder, two levels deep: `namespace/name/…`."""
        for place in sorted(folder.glob("*/*/")):
            files: dict[str, Content] = {
                path.relative_to(place).as_posix(): path.read_bytes() for path in place.rglob("*") if path.is_file()
            }
            self.add(Repo(place.relative_to(folder).as_posix(), files, kind))

    def fail(
        self, pattern: str, how: How = "answer", *, times: float = math.inf, status: int = 500, body: bytes = b'{"error":"broken"}',
        headers: dict[str, str] | None = None, seconds: float = 30,
    ) -> None:  # fmt: skip
        """From now on something goes wrong: see Fault."""
        self.faults.append(Fault(pattern, how, times, status, body, headers or {}, seconds))

    @property
    def counts(self) -> dict[str, int]:
        """Requests by bucket: api, resolvers, pages, cdn."""
        return dict(Counter(item.bucket for item in self.asked))

    @property
    def sent(self) -> dict[str, int]:
        """Bytes of content sent, by bucket."""
        found: Counter[str] = Counter()
        for item in self.asked:
            found[item.bucket] += item.sent
        return dict(found)

    @property
    def paths(self) -> list[str]:
        """What was asked for, in order: method, host where it is not the Hub, and path without query."""
        return [f"{item.method} {'' if item.host == 'hub' else 'cdn:'}{item.path.partition('?')[0]}" for item in self.asked]

    @property
    def writes(self) -> list[str]:
        """Requests that change something: all but reading, and POSTs that only ask."""
        return [
            f"{item.method} {item.path}"
            for item in self.asked
            if item.method not in {"GET", "HEAD"} and not re.search(r"^/api/validate-yaml$|/paths-info/", item.path)
        ]

    def environment(self, home: Path, *, token: str | None = TOKEN, **more: str) -> dict[str, str]:
        """The environment of a program that shall talk to this Hub and to nothing else; with `token` None nobody is logged in."""
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("HF_", "HUGGING", "TRANSFORMERS_", "WEBHOOK_")) and not key.lower().endswith("_proxy")
        }
        given = {} if token is None else {"HF_TOKEN": token}
        return {
            **kept, **given, "HF_ENDPOINT": self.url, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1", "HF_HUB_DISABLE_TELEMETRY": "1",
            "HF_HUB_DISABLE_UPDATE_CHECK": "1", **more,
        }  # fmt: skip

    def faulty(self, asked: Asked) -> Fault | None:
        """The fault that meets a request; it is used up by that."""
        with self.lock:
            for fault in self.faults:
                if fault.times > 0 and re.search(fault.pattern, f"{asked.host}:{asked.path}"):
                    fault.times -= 1
                    return fault
            return self.mishap(asked)

    def counted(self, asked: Asked) -> tuple[bool, dict[str, str]]:
        """Whether a request is within its limit, and the headers that tell of it."""
        if asked.bucket == "cdn":
            return True, {}
        limit, now = self.limits[asked.bucket], time.monotonic()
        with self.lock:
            window = self._windows.setdefault((asked.token, asked.bucket), Window(now))
            if now - window.began >= self.window:
                window.began, window.used = now, 0
            window.used += 1
        reset = math.ceil(window.began + self.window - now)
        headers = {
            "RateLimit": f'"{asked.bucket}";r={max(0, limit - window.used)};t={reset}',
            "RateLimit-Policy": f'"fixed window";"{asked.bucket}";q={limit};w={math.ceil(self.window)}',
        }
        within = window.used <= limit
        return within, headers if within or not self.tells_retry_after else {**headers, "Retry-After": str(reset)}

    def answer(self, asked: Asked) -> Reply:
        """What the Hub says when nothing goes wrong."""
        address = urlsplit(asked.path)
        if asked.host == "cdn":
            content = self.objects.get(address.path.strip("/"))
            if content is None:
                return Reply(404, b"<Error><Code>NoSuchKey</Code></Error>", {"Content-Type": "application/xml"})
            return Reply(200, content, {"Accept-Ranges": "bytes", "ETag": address.path.strip("/")})
        account = self.accounts.get(asked.token.removeprefix("Bearer "))
        if asked.token and account is None:
            raise Refusal(401, "Invalid credentials in Authorization header")
        method = "GET" if asked.method == "HEAD" else asked.method
        ask = Ask(method, address.path, parse_qs(address.query, keep_blank_values=True), asked.body, account, asked.headers)
        answer, given = self._route(method, address.path)
        kind, name = given.get("kind"), given.get("name")
        repo = self.repos.get((kind or "", name or ""))
        if repo is not None and repo.id != name:
            query = f"?{address.query}" if address.query else ""
            return Reply(307, b"", {"Location": f"{address.path.replace(f'/{name}', f'/{repo.id}', 1)}{query}"})
        return answer(self, ask, **{key: value for key, value in given.items() if value is not None})

    def _route(self, method: str, path: str) -> tuple[Answer, dict[str, str | None]]:
        """The endpoint an address means. Where an id of one part and one of two both fit, the one that exists is meant."""
        fitting = []
        for of, pattern, answer in _routes():
            if of == method and (match := pattern.fullmatch(path)):
                given = {key: unquote(value) if value else None for key, value in match.groupdict().items()}
                if "kind" in given:
                    given["kind"] = given["kind"] or "model"
                fitting.append((answer, given))
        known = (item for item in fitting if (item[1].get("kind"), item[1].get("name")) in self.repos)
        found = next(known, fitting[0] if fitting else None)
        if found is None:
            raise Refusal(404, f"this stand-in has no {method} {path}")
        return found


@cache
def _routes() -> list[tuple[str, re.Pattern[str], Answer]]:
    return [
        (method, re.compile(pattern.replace("@", part)), answer)
        for part in ("[^/]+/[^/]+", "[^/]+")
        for method, pattern, answer in ROUTES
        if part != "[^/]+" or "@" in pattern
    ]


class _Server(ThreadingHTTPServer):
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """Whoever asked has gone away; what goes wrong in answering is kept by the handler."""


def _server(hub: Hub, host: str) -> _Server:
    return _Server(("127.0.0.1", 0), type("Bound", (_Handler,), {"hub": hub, "host": host}))


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    host: Literal["hub", "cdn"]
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer()

    do_HEAD = do_POST = do_PUT = do_DELETE = do_GET  # noqa: N815 - names of the library

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        del format, args

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            chunks = []
            while size := int(self.rfile.readline(), 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _answer(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.host, self.command, self.path, self._body(), headers, _bucket(self.host, self.path))  # type: ignore[arg-type]
        self.hub.asked.append(asked)
        fault = self.hub.faulty(asked)
        if fault is not None and fault.how in {"hang", "close"}:
            if fault.how == "hang":
                self.hub.closing.wait(fault.seconds)
            self._hang_up()
            return
        within, limits = self.hub.counted(asked)
        if fault is not None and fault.how == "answer":
            reply = Reply(fault.status, fault.body, fault.headers)
        elif not within:
            reply = Refusal(429, "We had to rate limit you").reply
        else:
            reply = self._reply(asked)
        reply = reply._replace(headers={**limits, **reply.headers})
        if fault is None or fault.how != "whole":
            reply = _ranged(reply, headers.get("range"))
        self._send(asked, reply, short=fault is not None and fault.how == "truncate")

    def _reply(self, asked: Asked) -> Reply:
        try:
            with self.hub.lock:
                return self.hub.answer(asked)
        except Refusal as refusal:
            return refusal.reply
        except Exception:  # noqa: BLE001 - a test that meets one fails when the Hub closes
            self.hub.errors.append(f"{asked.method} {asked.path}\n{traceback.format_exc()}")
            return Reply(500, b"", {})

    def _send(self, asked: Asked, reply: Reply, *, short: bool) -> None:
        size = size_of(reply.content)
        asked.status = reply.status
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(size), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        end = size // 2 if short else size
        for start in range(0, end, _PIECE):
            piece = part_of(reply.content, start, min(end, start + _PIECE))
            asked.sent += len(piece)
            self.wfile.write(piece)
        if short:
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)


def _bucket(host: str, path: str) -> str:
    if host == "cdn":
        return "cdn"
    if "/resolve/" in path or path.startswith("/api/resolve-cache/"):
        return "resolvers"
    return "api" if path.startswith("/api/") else "pages"


def _ranged(reply: Reply, asked: str | None) -> Reply:
    """The part of the content that was asked for."""
    match = re.fullmatch(r"bytes=(\d*)-(\d*)", asked or "")
    if reply.status != 200 or match is None or "Accept-Ranges" not in reply.headers or match[0] == "bytes=-":
        return reply
    size = size_of(reply.content)
    first, last = (int(match[1]), int(match[2] or size)) if match[1] else (max(0, size - int(match[2])), size)
    if first >= size:
        return Reply(416, b"", {**reply.headers, "Content-Range": f"bytes */{size}"})
    end = min(size, last + 1)
    return Reply(206, part_of(reply.content, first, end), {**reply.headers, "Content-Range": f"bytes {first}-{end - 1}/{size}"})
