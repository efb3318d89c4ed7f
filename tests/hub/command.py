"""The real command against the tests' Hub, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from hub.server import OTHER_TOKEN, TOKEN, Hub

# The same command, that does not wait a second before it asks again; the waits are those of test_hub.py.
_IMPATIENT = "import cardlint.hub; cardlint.hub.WAIT = 0.01; from cardlint.__main__ import main; main()"


class Checked(NamedTuple):
    """What a check left: its exit code, the report as text and as JSON, and what went to standard error."""

    code: int
    out: str
    err: str
    report: dict[str, Any]

    @property
    def target(self) -> dict[str, Any]:
        return dict(self.report["targets"][0])

    @property
    def reasons(self) -> set[str]:
        """Why rules were skipped that had to look."""
        return {
            item["reason"].removesuffix("; what was not read may hold a secret")
            for item in self.target["skipped"]
            if item["because"] is None
        }


def check(hub: Hub, home: Path, *arguments: str, token: str | None = TOKEN, patient: bool = True, **more: str) -> Checked:
    """Checks something; whatever is said, no token is in it, and no traceback."""
    report = home / "report.json"
    report.unlink(missing_ok=True)
    environment = hub.environment(home / "hf", token=token, **more)
    del environment["HF_HUB_DISABLE_TELEMETRY"]  # cardlint tells nobody anything, whatever the client would
    program = ["-m", "cardlint"] if patient else ["-c", _IMPATIENT]
    done = subprocess.run(
        [sys.executable, *program, "check", *arguments, "-v", "--output-format", "text", "--output-format", f"json={report}"],
        env=environment, cwd=home, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    written = report.read_text() if report.exists() else "{}"
    for said in (done.stdout, done.stderr, written):
        assert "Traceback" not in said, said
        for secret in (TOKEN, OTHER_TOKEN, *([token] if token else [])):
            assert secret not in said
    return Checked(done.returncode, done.stdout, done.stderr, json.loads(written))
