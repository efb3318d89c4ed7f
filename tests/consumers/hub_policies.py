"""Policies at pinned commits, fetched by the real `huggingface_hub` from a server on this machine that speaks the Hub's resolve endpoint.

Not collected with the other tests, because the library is large: `pip install '.[test,hub]'`, then
`pytest tests/consumers/hub_policies.py`. No other network is touched.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = {
    f"/acme/policies/resolve/{COMMIT}/policy.yaml": b"extends: [recommended, base/locks.yaml]\n",
    f"/acme/policies/resolve/{COMMIT}/base/locks.yaml": b"extends: hub\nrules: {license-missing: {severity: error, locked: true}}\n",
    f"/datasets/acme/policies/resolve/{COMMIT}/wrong.yaml": b"rules: {license-mising: error}\n",
    f"/acme/policies/resolve/{COMMIT}/large.yaml": b"# " + b"x" * 1_000_001,
}


class Hub(BaseHTTPRequestHandler):
    """Files of pinned commits, with the headers the client asks for."""

    asked: list[str] = []  # noqa: RUF012 - one server per test

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self.wfile.write(self._answer())

    def _answer(self) -> bytes:
        self.asked.append(self.path)
        content = FILES.get(self.path)
        self.send_response(404 if content is None else 200)
        if content is None:
            self.send_header("X-Error-Code", "EntryNotFound")
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("ETag", f'"{hashlib.sha1(content or b"", usedforsecurity=False).hexdigest()}"')
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        return content or b""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        del format, args


@pytest.fixture
def hub() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    Hub.asked.clear()
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def cardlint(folder: Path, *arguments: str, hub: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("HF_")}
    return subprocess.run(
        [sys.executable, "-m", "cardlint", *arguments], cwd=folder, capture_output=True, text=True, check=False, timeout=120,
        env={**kept, "HF_ENDPOINT": hub, "HF_HOME": str(folder / "home"), "HF_HUB_DISABLE_XET": "1", **environment},
    )  # fmt: skip


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "README.md").write_text("---\nlanguage: en\n---\n# A\n")
    return folder


def test_a_pinned_policy_is_fetched_once_and_then_read_from_the_cache(hub: str, tmp_path: Path, model: Path) -> None:
    named = f"hf://acme/policies@{COMMIT}"
    check = ("check", str(model), "--policy", named, "--output-format", "concise")
    offline = cardlint(tmp_path, *check, "--offline", hub=hub)
    assert offline.returncode == 2
    assert "is not in the local Hub cache, and the network may not be used" in offline.stderr
    assert Hub.asked == []
    first = cardlint(tmp_path, *check, hub=hub)
    assert "error[license-missing]" in first.stdout, first.stderr
    assert first.returncode == 1
    asked = len(Hub.asked)
    assert asked
    for again in (cardlint(tmp_path, *check, hub=hub), cardlint(tmp_path, *check, "--offline", hub=hub)):
        assert (again.stdout, again.returncode) == (first.stdout, 1)
    assert len(Hub.asked) == asked


def test_its_locks_hold_and_errors_name_its_lines(hub: str, tmp_path: Path, model: Path) -> None:
    (model / ".cardlint.yaml").write_text(f"extends: hf://acme/policies@{COMMIT}\nrules: {{license-missing: off}}\n")
    done = cardlint(tmp_path, "check", str(model), hub=hub)
    assert done.returncode == 2
    assert ".cardlint.yaml:2:9: " in done.stderr
    assert f"hf://acme/policies/base/locks.yaml@{COMMIT}:2:9 locks it at error" in done.stderr
    wrong = cardlint(tmp_path, "check", str(model), "--policy", f"hf://datasets/acme/policies/wrong.yaml@{COMMIT}", hub=hub)
    assert f"hf://datasets/acme/policies/wrong.yaml@{COMMIT}:1:9: " in wrong.stderr


@pytest.mark.parametrize(("path", "words"), [("nothing.yaml", "cannot be had: "), ("large.yaml", "is larger than 1,000,000 bytes")])
def test_what_cannot_be_had_is_a_clear_error(hub: str, tmp_path: Path, model: Path, path: str, words: str) -> None:
    done = cardlint(tmp_path, "check", str(model), "--policy", f"hf://acme/policies/{path}@{COMMIT}", hub=hub)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1, done.stderr


def test_a_hub_that_does_not_answer_is_a_clear_error(tmp_path: Path, model: Path) -> None:
    done = cardlint(tmp_path, "check", str(model), "--policy", f"hf://acme/policies@{COMMIT}", hub="http://127.0.0.1:9")
    assert done.returncode == 2
    assert "cannot be had: " in done.stderr
    assert "Traceback" not in done.stderr
