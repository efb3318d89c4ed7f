"""What can be compared: a JSON report, a store of audits or one of its runs, and a run of the user's own store."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from cardlint.audit.storeside import LAST, StoreSide
from cardlint.errors import UsageError

if TYPE_CHECKING:
    from typing import BinaryIO

    from cardlint.audit.sides import Side

_STORE = b"SQLite format 3\0"  # "Database File Format" of SQLite, section 1.3
_EXPECTED = "a JSON report of check or audit, a store, one of its runs as FILE#3, or a run of your own store as '#3', '#last', '#previous'"


def opened(operand: str) -> Side:
    """The side an operand names: FILE, FILE#RUN or #RUN. Raises UsageError, and ConfigError with the line where a report is none."""
    if operand.startswith("#") and not os.path.lexists(operand):
        from cardlint.audit.store import default_path

        return StoreSide(operand, default_path(), operand[1:] or LAST)
    name, mark, run = (operand, "", "") if os.path.lexists(operand) else operand.rpartition("#")
    if not name or not os.path.lexists(name):
        number = f"; run {operand} of your own store is '#{operand}'" if operand.isdigit() else ""
        raise UsageError(f"{operand} does not exist; give {_EXPECTED}{number}")
    path = Path(name)
    try:
        stream = path.open("rb")
        if stream.peek(len(_STORE)).startswith(_STORE):
            stream.close()
            return StoreSide(operand, path, run or LAST)
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror or error}") from error
    with stream:
        return _report(operand, mark, stream)


def _report(operand: str, mark: str, stream: BinaryIO) -> Side:
    from cardlint.audit.reportside import ReportSide

    if mark:
        raise UsageError(f"{operand}: a report has no runs; leave out the # and what follows")
    return ReportSide(operand, stream)


def same_file(operand: str, path: Path) -> bool:
    """Whether writing to a path would write over an operand."""
    from cardlint.audit.store import default_path

    name = default_path() if operand.startswith("#") else operand if os.path.lexists(operand) else operand.rpartition("#")[0]
    try:
        return stat.S_ISREG(path.stat().st_mode) and path.samefile(name)
    except OSError:  # there is nothing yet
        return False
