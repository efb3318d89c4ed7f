"""The real `cardlint audit` against the tests' organisation, in a process of its own."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from hub.server import OTHER_TOKEN, TOKEN

# The same command, that does not wait seconds before it asks again.
_IMPATIENT = (
    "import cardlint.hub, cardlint.audit.running as running; cardlint.hub.WAIT, running.AGAIN = 0.02, (0.1, 0.1); "
    "from cardlint.__main__ import main; main()"
)


class Audited(NamedTuple):
    """What an audit left: exit code, what it said, its report, and the most memory it had, in MB."""

    code: int
    out: str
    err: str
    report: dict[str, Any]
    megabytes: float = 0.0

    @property
    def names(self) -> list[str]:
        return [target["target"] for target in self.report["targets"]]

    @property
    def outcomes(self) -> dict[str, int]:
        return dict(self.report["audit"]["outcomes"])


class Audits:
    """Audits of one organisation into one store, each the same command."""

    def __init__(self, home: Path, environment: dict[str, str], *arguments: str, patient: bool = False) -> None:
        """`environment` is that of a program that talks to the Hub; see Hub.environment."""
        home.mkdir(exist_ok=True)
        self.home = home
        self.store = home / "audits.sqlite"
        self._report = home / "report.json"
        self._environment = environment
        program = ["-m", "cardlint"] if patient else ["-c", _IMPATIENT]
        self._command = [sys.executable, *program, "audit", "acme", "--store", str(self.store), *arguments]
        self._outputs = ["--output-format", "text", "--output-format", f"json={self._report}"]

    def begin(self, *more: str) -> subprocess.Popen[str]:
        """The command, running."""
        self._report.unlink(missing_ok=True)
        with (self.home / "out").open("w") as out, (self.home / "err").open("w") as err:
            return subprocess.Popen(
                [*self._command, *self._outputs, *more],
                env=self._environment, cwd=self.home, text=True, stdout=out, stderr=err, stdin=subprocess.DEVNULL,
            )  # fmt: skip

    def end(self, process: subprocess.Popen[str]) -> Audited:
        """What it left once it ended by itself. No token is in it, and no traceback."""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out, err = ((self.home / name).read_text() for name in ("out", "err"))
        written = self._report.read_text() if self._report.exists() else "{}"
        for said in (out, err, written):
            assert "Traceback" not in said, said[-3000:]
            assert not any(secret in said for secret in (TOKEN, OTHER_TOKEN))
        return Audited(process.returncode, out, err, json.loads(written), usage.ru_maxrss / 1024)

    def run(self, *more: str) -> Audited:
        """Audit, and what that left."""
        return self.end(self.begin(*more))

    def finished(self) -> set[str]:
        """The repositories of which the store holds a result that lasts."""
        if not self.store.exists():
            return set()
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True, timeout=60)) as connection:
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'results'").fetchone():
                return set()
            return {row[0] for row in connection.execute("SELECT name FROM repositories JOIN results ON repository = repositories.id")}


def read_of(paths: list[str]) -> Counter[str]:
    """How often a file was asked for of each repository, by its name in reports."""
    return Counter(f"hf://{path.removeprefix('GET /').partition('/resolve/')[0]}" for path in paths if "/resolve/" in path)
