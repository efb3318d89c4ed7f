"""A run as one line for each finding: `hf://acme/x README.md:2:10: error[license-unknown] message`.

Behind the findings of a repository stands what was not examined there; one of which nothing was examined has that alone. What could
not be listed stands at the end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.audit.figures import Figures
from cardlint.audit.storeside import chosen, undamaged
from cardlint.formats.safe import visible_line

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from cardlint.audit.store import Store

_FEW = 5  # rules that are named one by one where the same thing stood in their way
_OUTCOMES = (
    "SELECT p.name, o.outcome, o.reason, o.result FROM outcomes AS o JOIN repositories AS p ON p.id = o.repository "
    "WHERE o.run = ? ORDER BY p.name"
)


def render(store: Store, run: int) -> Iterator[str]:
    """The lines of a run, each with its end, a repository at a time in the order of their names.

    Raises UsageError where there is no such run.
    """
    with undamaged(store.path):
        for row in store.connection.execute(_OUTCOMES, (chosen(store, str(run)),)):
            yield from (f"{visible_line(line)}\n" for line in _lines(store.connection, row))
        for what, reason in Figures(store, run).unlisted:
            yield f"{visible_line(f'{what}: not listed: {reason}')}\n"


def _lines(connection: sqlite3.Connection, row: sqlite3.Row) -> Iterator[str]:
    name = row["name"]
    for it in connection.execute("SELECT * FROM findings WHERE result = ? ORDER BY number", (row["result"],)):
        place = (it["path"] or ".") + ("" if it["line"] is None else f":{it['line']}:{it['column']}")
        suppressed = "" if it["suppressed"] is None else f" [{it['suppressed']}: {it['why']}]"
        yield f"{name} {place}: {it['severity']}[{it['rule']}] {it['message']}{suppressed}"
    if row["outcome"] != "audited":
        yield f"{name}: {row['outcome']}{': ' if row['reason'] else ''}{row['reason'] or ''}"
    skips: dict[tuple[int, str], list[str]] = {}
    for it in connection.execute("SELECT * FROM skips WHERE result = ? AND because IS NULL ORDER BY failed, rowid", (row["result"],)):
        skips.setdefault((it["failed"], it["reason"]), []).append(it["rule"])
    for (failed, reason), rules in skips.items():
        named = rules if len(rules) <= _FEW else [f"{len(rules)} rules"]
        yield from (f"{name}: {'failed' if failed else 'not examined'}[{rule}] {reason}" for rule in named)
