"""What the script of the page knows: repositories, findings, rules and owners in columns, as JSON in which nothing can end the element."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cardlint.audit.page_landscape import ACCESS, access
from cardlint.audit.page_runs import OUTCOMES
from cardlint.formats.html_markup import cut, plain
from cardlint.formats.safe import json_safe
from cardlint.repository import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cardlint.audit.page_landscape import Owned
    from cardlint.audit.page_read import Reading, Row, Ruled

# Characters. What is longer is cut where it is shown, and says so.
_LONGEST = 400


def island(reading: Reading, endpoint: str, owned: list[Owned]) -> Iterator[str]:
    """The element, in pieces: each table is an object of columns of the same length; texts are their numbers in `texts`, -1 for none."""
    yield '<script type="application/json" id="data">{'
    yield f'"run":{_json(_run(reading, endpoint))}'
    yield from _table("rules", list(reading.rules.values()), _RULES)
    yield from _table("owners", owned, _OWNERS)
    yield from _table("repositories", reading.repositories, _repositories(reading))
    yield ',"findings":{'
    yield ",".join(f"{_json(name)}:{_json(column)}" for name, column in reading.columns.columns.items())
    yield "}"
    yield from _texts(reading.texts)
    yield "}</script>"


def _run(reading: Reading, endpoint: str) -> dict[str, Any]:
    parts = urlsplit(endpoint)
    https = parts.scheme == "https" and parts.hostname is not None
    return {
        "id": reading.run.id, "date": reading.run.date, "first": reading.is_first, "ended": reading.run.ended is not None,
        "hub": f"https://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}" if https else None,
        "dates": {run.id: run.date for run in reading.runs},
    }  # fmt: skip


def _table(name: str, rows: list[Any], columns: dict[str, Callable[[Any], Any]]) -> Iterator[str]:
    yield f",{_json(name)}:{{"
    yield ",".join(f"{_json(column)}:{_json([value(row) for row in rows])}" for column, value in columns.items())
    yield "}"


def _texts(texts: Iterable[str]) -> Iterator[str]:
    yield f',"texts":{_json([_text(value) for value in texts])}'


def _json(value: Any) -> str:  # noqa: ANN401 - JSON
    return json_safe(json.dumps(value, separators=(",", ":"))).replace("<", "\\u003c")


def _text(value: str | None) -> str | None:
    return None if value is None else plain(cut(value, _LONGEST))


def _link(url: str | None) -> str | None:
    return url if url is not None and url.startswith("https://") else None


_RULES: dict[str, Callable[[Ruled], Any]] = {
    "id": lambda it: _text(it.id), "title": lambda it: _text(it.title), "category": lambda it: _text(it.category),
    "url": lambda it: _link(it.url), "error": lambda it: it.found[0], "warning": lambda it: it.found[1], "note": lambda it: it.found[2],
    "suppressed": lambda it: it.suppressed, "safe": lambda it: it.safe, "unsafe": lambda it: it.unsafe, "new": lambda it: it.new,
    "affected": lambda it: it.affected, "anywhere": lambda it: it.anywhere, "looked": lambda it: it.looked,
}  # fmt: skip
_OWNERS: dict[str, Callable[[Owned], Any]] = {
    "name": lambda it: _text(it.owner), "repositories": lambda it: it.repositories, "audited": lambda it: it.audited,
    "erring": lambda it: it.erring, "error": lambda it: it.found[0], "warning": lambda it: it.found[1], "note": lambda it: it.found[2],
    "new": lambda it: it.new, "downloads": lambda it: it.downloads,
}  # fmt: skip


def _repositories(reading: Reading) -> dict[str, Callable[[Row], Any]]:
    text = reading.text
    return {
        "name": lambda it: _text(it.name), "kind": lambda it: KINDS.index(it.kind), "outcome": lambda it: OUTCOMES.index(it.outcome),
        "reason": lambda it: text(it.reason), "revision": lambda it: it.revision, "owner": lambda it: text(it.owner or None),
        "license": lambda it: text(it.license or None), "access": lambda it: ACCESS.index(access(it)), "gated": lambda it: text(it.gated),
        "downloads": lambda it: -1 if it.downloads is None else it.downloads, "modified": lambda it: (it.modified or "")[:10],
        "error": lambda it: it.found[0], "warning": lambda it: it.found[1], "note": lambda it: it.found[2],
        "suppressed": lambda it: it.suppressed, "safe": lambda it: it.safe, "unsafe": lambda it: it.unsafe, "new": lambda it: it.new,
        "back": lambda it: it.back, "gaps": lambda it: it.gaps, "first": lambda it: it.first, "shown": lambda it: it.shown,
        "skips": lambda it: it.skips or 0, "honoured": lambda it: [text(item) for item in it.honoured] or 0,
    }  # fmt: skip
