"""A Hub on this machine, as far as `huggingface_hub` needs one to write, read files and discuss; it records all it is asked.

Endpoints and shapes: huggingface_hub 2.4, `hf_api.py`, `_commit_api.py`, `file_download.py`. Set HF_ENDPOINT to `Hub.url`.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple, Self
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
TOKEN = "hf_" + "loopbackcanary" * 2
_PREFIXES = {"models": "", "datasets": "datasets/", "spaces": "spaces/"}


class Asked(NamedTuple):
    method: str
    path: str
    body: bytes
    token: str


class Hub:
    """The server; `files` is what repositories hold, by `[datasets/|spaces/]namespace/name/path`."""

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self.asked: list[Asked] = []
        self.files = files or {}
        # What is said of repositories besides their files, by `[datasets/|spaces/]namespace/name`; `moved` leads to another, `error`
        # is a status with a code. Where this is not None, whatever is neither here nor among the files is not there.
        self.facts: dict[str, dict[str, Any]] | None = None
        self.commits: list[dict[str, Any]] = []
        self.discussions: list[dict[str, Any]] = []
        self.me = "linter"
        self.broken: Callable[[str], int | None] = lambda _: None
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (_Handler,), {"hub": self}))
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> Self:
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def writes(self) -> list[str]:
        """Requests that change something: all but reading, and the validation of a card."""
        return [
            f"{item.method} {item.path}" for item in self.asked if item.method not in {"GET", "HEAD"} and item.path != "/api/validate-yaml"
        ]

    @property
    def pushed(self) -> dict[str, bytes]:
        """Files of all commits, by path in the repository."""
        return {path: content for commit in self.commits for path, content in commit["files"].items()}

    def environment(self, home: Path, **more: str) -> dict[str, str]:
        """The environment of a program that shall talk to this Hub and to nothing else, logged in."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("HF_", "HUGGING", "WEBHOOK_"))}
        return {
            **kept, "HF_ENDPOINT": self.url, "HF_HOME": str(home), "HF_TOKEN": TOKEN, "HF_HUB_DISABLE_XET": "1",
            "HF_HUB_DISABLE_TELEMETRY": "1", "HF_HUB_DISABLE_UPDATE_CHECK": "1", **more,
        }  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._answer()

    do_HEAD = do_POST = do_GET  # noqa: N815 - names of the library

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
        body = self._body()
        self.hub.asked.append(Asked(self.command, self.path, body, self.headers.get("Authorization", "")))
        address = urlsplit(self.path)
        path = unquote(address.path)
        status = self.hub.broken(path)
        if status is not None:
            self._say({"error": "broken"}, status)
            return
        for method, pattern, answer in _ROUTES:
            match = re.fullmatch(pattern, path)
            if match and self.command in method.split():
                answer(self, *match.groups(), body=body, query=parse_qs(address.query))
                return
        self._say({"error": f"no such endpoint: {self.command} {path}"}, 404)

    def _say(self, value: object, status: int = 200, **headers: str) -> None:
        self._send(json.dumps(value).encode(), status, {"Content-Type": "application/json", **headers})

    def _send(self, content: bytes, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def whoami(self, **_: object) -> None:
        self._say(
            {"type": "user", "name": self.hub.me, "id": "1", "orgs": [], "auth": {"accessToken": {"role": "write", "displayName": "t"}}}
        )

    def create(self, body: bytes, **_: object) -> None:
        asked = json.loads(body)
        kind = asked.get("type") or "model"
        name = "/".join(part for part in (asked.get("organization") or self.hub.me, asked["name"]) if part)
        self._say({"url": f"{self.hub.url}/{_PREFIXES[kind + 's']}{name}", "id": "1", "name": name})

    def validate(self, **_: object) -> None:
        self._say({"errors": [], "warnings": []})

    def preupload(self, _kind: str, _repo: str, body: bytes, **_: object) -> None:
        files = [{"path": item["path"], "uploadMode": "regular", "shouldIgnore": False} for item in json.loads(body)["files"]]
        self._say({"files": files})

    def commit(self, kind: str, repo: str, body: bytes, **_: object) -> None:
        lines = [json.loads(line) for line in body.splitlines() if line]
        files = {line["value"]["path"]: base64.b64decode(line["value"]["content"]) for line in lines if line["key"] == "file"}
        self.hub.commits.append({"repo": f"{_PREFIXES[kind]}{repo}", "files": files})
        address = f"{self.hub.url}/{_PREFIXES[kind]}{repo}"
        self._say({"success": True, "commitOid": COMMIT, "commitUrl": f"{address}/commit/{COMMIT}", "hookOutput": ""})

    def info(self, kind: str, repo: str, **_: object) -> None:
        prefix = f"{_PREFIXES[kind]}{repo}/"
        names = [
            {"rfilename": path.removeprefix(prefix), "size": len(self.hub.files[path])}
            for path in self.hub.files
            if path.startswith(prefix)
        ]
        said = (self.hub.facts or {}).get(f"{_PREFIXES[kind]}{repo}")
        if said is None and self.hub.facts is not None and not names:
            said = {"error": (401, "RepoNotFound")}
        if said and "error" in said:
            status, code = said["error"]
            self._say({"error": code}, status, **{"X-Error-Code": code, "X-Error-Message": code})
        elif said and "moved" in said:
            self._send(b"", 307, {"Location": f"/api/{kind}/{said['moved']}"})
        else:
            self._say({"id": repo, "sha": COMMIT, "siblings": names, "tags": [], "private": False, **(said or {})})

    def tree(self, kind: str, repo: str, _revision: str, **_: object) -> None:
        prefix = f"{_PREFIXES[kind]}{repo}/"
        entries = [_entry(path.removeprefix(prefix), content) for path, content in self.hub.files.items() if path.startswith(prefix)]
        self._say(entries)

    def resolve(self, kind: str | None, repo: str, revision: str, path: str, **_: object) -> None:
        content = self.hub.files.get(f"{kind or ''}{repo}/{path}")
        if content is None:
            self._say({"error": "Entry not found"}, 404, **{"X-Error-Code": "EntryNotFound", "X-Repo-Commit": COMMIT})
            return
        etag = hashlib.sha1(content, usedforsecurity=False).hexdigest()
        self._send(content, 200, {"X-Repo-Commit": revision, "ETag": f'"{etag}"'})

    def discussions(self, _kind: str, _repo: str, **_: object) -> None:
        self._say({"discussions": self.hub.discussions, "count": len(self.hub.discussions), "start": 0})

    def discuss(self, _kind: str, repo: str, body: bytes, **_: object) -> None:
        asked = json.loads(body)
        number = len(self.hub.discussions) + 1
        self.hub.discussions.append(discussion(number, asked["title"], self.hub.me, repo, description=asked.get("description", "")))
        self._say({"num": number})

    def details(self, _kind: str, _repo: str, number: str, **_: object) -> None:
        found = self.hub.discussions[int(number) - 1]
        said = [found["description"], *found.get("comments", ())] if "description" in found else found.get("comments", [])
        self._say(
            {
                **found,
                "events": [_said(text, self.hub.me) for text in said],
                "isPullRequest": False,
                "changes": None,
                "filesWithConflicts": [],
            }
        )

    def comment(self, _kind: str, _repo: str, number: str, body: bytes, **_: object) -> None:
        self.hub.discussions[int(number) - 1].setdefault("comments", []).append(json.loads(body)["comment"])
        self._say({"newMessage": _said("", self.hub.me)})


def _said(text: str, author: str) -> dict[str, Any]:
    """A comment as the Hub lists it among the events of a discussion."""
    latest = {"raw": text, "html": "", "updatedAt": "2026-11-01T00:00:00.000Z", "author": {}}
    data = {"edited": False, "hidden": False, "latest": latest, "history": []}
    return {"id": "c", "type": "comment", "createdAt": "2026-11-01T00:00:00.000Z", "author": {"name": author}, "data": data}


def discussion(number: int, title: str, author: str, repo: str, **more: Any) -> dict[str, Any]:
    """A discussion as the Hub lists it."""
    return {
        "num": number, "title": title, "status": "open", "isPullRequest": False, "createdAt": "2026-11-01T00:00:00.000Z",
        "author": {"name": author}, "repo": {"name": repo, "type": "model"}, "repoOwner": {"name": "acme"}, **more,
    }  # fmt: skip


def _entry(path: str, content: bytes) -> dict[str, object]:
    oid = hashlib.sha1(content, usedforsecurity=False).hexdigest()
    pointer = re.match(rb"version https://git-lfs\.github\.com/spec/v1\noid sha256:([0-9a-f]{64})\nsize (\d+)\n", content)
    if pointer is None:
        return {"type": "file", "oid": oid, "size": len(content), "path": path}
    size = int(pointer[2])
    return {
        "type": "file",
        "oid": oid,
        "size": size,
        "path": path,
        "lfs": {"oid": pointer[1].decode(), "size": size, "pointerSize": len(content)},
    }


_REPO = r"/api/(models|datasets|spaces)/([^/]+/[^/]+)"
_ROUTES: tuple[tuple[str, str, Callable[..., None]], ...] = (
    ("GET", "/api/whoami-v2", _Handler.whoami),
    ("POST", "/api/repos/create", _Handler.create),
    ("POST", "/api/validate-yaml", _Handler.validate),
    ("POST", rf"{_REPO}/preupload/[^/]+", _Handler.preupload),
    ("POST", rf"{_REPO}/commit/[^/]+", _Handler.commit),
    ("GET HEAD", rf"{_REPO}(?:/revision/[^/]+)?", _Handler.info),
    ("GET", rf"{_REPO}/tree/([^/]+)", _Handler.tree),
    ("GET HEAD", r"/(datasets/|spaces/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)", _Handler.resolve),
    ("GET", rf"{_REPO}/discussions", _Handler.discussions),
    ("POST", rf"{_REPO}/discussions", _Handler.discuss),
    ("GET", rf"{_REPO}/discussions/(\d+)", _Handler.details),
    ("POST", rf"{_REPO}/discussions/(\d+)/comment", _Handler.comment),
)
