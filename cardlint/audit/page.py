"""The page of an audit: one HTML file for people who decide, that asks for nothing and is read from a run of a store.

What is said in numbers and pictures is there without the script; the script draws the tables, of as many repositories as there
are, from what is embedded as JSON. All text passes `html_markup.plain` and is escaped, or becomes a text node.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cardlint.audit import page_words
from cardlint.audit.page_embed import island
from cardlint.audit.page_facts import OUTCOME_WORDS, WORST, WORST_WORDS, ages, categories, coverage, fixable, passing, views
from cardlint.audit.page_landscape import ACCESS, ACCESS_WORDS, licenses, owners, trend
from cardlint.audit.page_read import MOST_FINDINGS, Reading
from cardlint.audit.page_runs import OUTCOMES
from cardlint.formats.html_head import assets, head
from cardlint.formats.html_markup import cut, plain
from cardlint.hub import DEFAULT_ENDPOINT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment

    from cardlint.audit.store import Store

_ASSETS = Path(__file__).parent / "assets"
_STYLES = ("page.css", "page_charts.css", "page_tables.css")
_SCRIPTS = ("page_data.js", "page_table.js", "page_columns.js", "page_detail.js", "page.js")
_LONGEST = 300
_LONGEST_COMMAND = 2_000


def render(store: Store, run: int, *, endpoint: str = DEFAULT_ENDPOINT) -> str:
    """The page of a run. `endpoint` is the Hub that links lead to; one without https gets none. Raises UsageError: no such run."""
    return "".join(pieces(store, run, endpoint=endpoint))


def pieces(store: Store, run: int, *, endpoint: str = DEFAULT_ENDPOINT) -> Iterator[str]:
    """The same in pieces, for a file."""
    reading = Reading(store, run)
    title = _title(reading)
    yield '<!doctype html>\n<html lang="en">'
    yield head(f"{title} - cardlint", assets(*_STYLES, folder=_ASSETS), assets(*_SCRIPTS, folder=_ASSETS))
    yield "<body>"
    yield _environment().get_template("page.html.jinja").render(_context(reading, title))
    yield from island(reading, endpoint, owners(reading.repositories))
    yield "</body></html>\n"


def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(_ASSETS), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
        finalize=_finalize,
    )  # fmt: skip
    made.filters |= {name: getattr(page_words, name) for name in ("amount", "counted", "repositories", "share", "size", "span")}
    made.filters["cut"] = lambda value: cut(value, _LONGEST)
    return made


def _finalize(value: Any) -> Any:  # noqa: ANN401 - whatever a template says
    """What cannot be seen, or may not stand in a document, as an escape; markup as it is."""
    return value if hasattr(value, "__html__") else plain(str(value))


def _title(reading: Reading) -> str:
    names = sorted({row.namespace for row in reading.repositories} - {""})
    return f"Audit of {page_words.listed([cut(name, 100) for name in names])}" if names else "Audit"


def _context(reading: Reading, title: str) -> dict[str, Any]:
    rows = reading.repositories
    return {
        "title": title,
        "run": reading.run,
        "runs": len(reading.runs),
        "began": reading.runs[0].date,
        "is_first": reading.is_first,
        "coverage": coverage(reading),
        "views": views(reading),
        "open": sum(row.open for row in rows),
        "found": [sum(row.found[number] for row in rows) for number in range(3)],
        "suppressed": sum(row.suppressed for row in rows),
        "new": sum(row.new for row in rows),
        "back": sum(row.back for row in rows),
        "gone": _gone(reading),
        "categories": categories(reading),
        "passing": passing(reading),
        "ages": ages(reading),
        "shown": len(reading.columns),
        "most": MOST_FINDINGS,
        "ruled": len(reading.rules),
        "owners": owners(rows),
        "licenses": licenses(rows),
        "trend": trend(reading),
        "waivers": list(reading.covers.groups()),
        "fixes": fixable(reading),
        "command": cut(shlex.join(("cardlint", "audit", *reading.run.arguments)), _LONGEST_COMMAND),
        "outcomes": [(name, OUTCOME_WORDS[name]) for name in OUTCOMES],
        "worst": list(zip(WORST, WORST_WORDS, strict=True)),
        "access": list(zip(ACCESS, ACCESS_WORDS, strict=True)),
    }


def _gone(reading: Reading) -> int:
    (count,) = reading.connection.execute("SELECT count(*) FROM sightings WHERE until = ?", (reading.run.id,)).fetchone()
    return int(count)
