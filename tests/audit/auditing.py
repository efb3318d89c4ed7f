"""`cardlint audit` in this process, against the tests' Hub."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.server import TOKEN, Hub

import cardlint.audit.running
import cardlint.hub
from cardlint.audit.store import Store
from cardlint.cli import run
from cardlint.hubrepo import shared

if TYPE_CHECKING:
    import pytest

CARD = b"---\nlicense: apache2\n---\n# Kettle\n\nIt boils.\n"


@dataclass
class Audited:
    """What a run left: exit code, what it said, the JSON report, and what the Hub was asked for it."""

    code: int
    out: str
    err: str
    report: dict[str, Any]
    asked: list[str]

    @property
    def targets(self) -> dict[str, dict[str, Any]]:
        return {target["target"]: target for target in self.report["targets"]}


@dataclass
class Auditor:
    """Runs the command. Its store lies in a folder of the test."""

    hub: Hub
    home: Path
    capsys: pytest.CaptureFixture[str]
    _seen: int = field(default=0)

    @property
    def path(self) -> Path:
        return self.home / "audits.sqlite"

    def store(self) -> Store:
        return Store(self.path, new=False)

    def __call__(self, *arguments: str) -> Audited:
        report = self.home / "report.json"
        report.unlink(missing_ok=True)
        seen = len(self.hub.asked)
        self.capsys.readouterr()
        code = run(["audit", *arguments, "--store", str(self.path), "--output-format", "text", "--output-format", f"json={report}"])
        said = self.capsys.readouterr()
        written = json.loads(report.read_text()) if report.exists() else {}
        for text in (said.out, said.err, json.dumps(written)):
            assert "Traceback" not in text
            assert TOKEN not in text
        return Audited(code, said.out, said.err, written, [f"{item.method} {item.path}" for item in self.hub.asked[seen:]])


def prepare(monkeypatch: pytest.MonkeyPatch, hub: Hub, home: Path) -> None:
    """Lets this process ask the tests' Hub, without waiting before it asks again."""
    shared.cache_clear()  # it remembers the address of an earlier Hub
    monkeypatch.setattr(cardlint.hub, "WAIT", 0.001)
    monkeypatch.setattr(cardlint.audit.running, "AGAIN", (0.01, 0.02))
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_ASSETS_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    monkeypatch.setenv("HF_HOME", str(home / "hf"))
    monkeypatch.setenv("HF_HUB_DOWNLOAD_TIMEOUT", "2")
