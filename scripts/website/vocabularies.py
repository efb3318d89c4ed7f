"""The pages of the vocabularies: which values the Hub knows, as of when, by which source."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from website.links import source_href
from website.markup import heading, plain, raw
from website.pages import Page, file_href, href

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

INDEX = "reference/vocabularies/"
_MOST_SEARCHED = 500  # values; a page with more is a list for programs, and would crowd every search


def vocabulary_files(root: Path) -> list[str]:
    """The vocabularies of the repository, by path."""
    return sorted(path.relative_to(root).as_posix() for path in (root / "schemas" / "vocabulary").glob("*.json"))


def address(path: str) -> str:
    """The page of a vocabulary."""
    return f"{INDEX}{path.rpartition('/')[2].removesuffix('.json')}/"


def vocabulary_pages(root: Path) -> Iterator[Page]:
    """A page per vocabulary, and one that lists them."""
    rows = []
    for path in vocabulary_files(root):
        vocabulary = json.loads((root / path).read_text("utf-8"))
        page = _page(path, vocabulary)
        yield page
        link = f'<th scope="row"><a href="{href(INDEX, page.address)}">{page.title}</a></th>'
        rows.append(
            f"<tr>{link}<td>{escape(vocabulary['noun'])}</td><td>{len(vocabulary['values'])}</td><td>{vocabulary['as_of']}</td></tr>"
        )
    head = "<thead><tr><th>vocabulary</th><th>a value is a</th><th>values</th><th>as of</th></tr></thead>"
    intro = "<p>What the Hub knows, with the day it was looked up and where. A value that is not on a list may be newer than the list.</p>"
    body = heading(1, "Vocabularies", "vocabularies") + raw(f"{intro}<table>{head}<tbody>{''.join(rows)}</tbody></table>")
    yield Page(INDEX, "Vocabularies", "Licences, tasks, libraries, languages and more, as of a day", body)


def _page(path: str, vocabulary: dict[str, Any]) -> Page:
    page = address(path)
    values, former, aliases = vocabulary["values"], vocabulary["former"], vocabulary["aliases"]
    name = vocabulary["name"]
    about = f"{len(values)} values, each a {vocabulary['noun']}, as of {vocabulary['as_of']}"
    file = f'<a href="{file_href(page, path)}" download><code>{path.rpartition("/")[2]}</code></a>'
    parts = [
        heading(1, plain(name), name), raw(f"<p>{escape(about)}. As data: {file}.</p>"),
        heading(2, "Sources", "sources"), raw(f"<ul>{''.join(f'<li>{_source(each)}</li>' for each in vocabulary['source'])}</ul>"),
        heading(2, "Values", "values"), raw(_values(values)),
    ]  # fmt: skip
    for title, mapping in (("Former values", former), ("Other spellings", aliases)):
        if mapping:
            rows = "".join(f"<tr><td><code>{escape(key)}</code></td><td>{_meant(value)}</td></tr>" for key, value in mapping.items())
            table = f"<table><thead><tr><th>written</th><th>meant</th></tr></thead><tbody>{rows}</tbody></table>"
            parts += [heading(2, title, title.lower().replace(" ", "-")), raw(table)]
    parts.append(raw(f'<p class="source">In the repository: <a href="{source_href(path)}">{path}</a>.</p>'))
    search = len(values) + len(aliases) <= _MOST_SEARCHED
    return Page(page, name, about, "".join(parts), "", path, search=search)


def _source(source: Any) -> str:  # noqa: ANN401 - text or a mapping
    if not isinstance(source, dict):
        return escape(str(source))
    return ", ".join(f"{escape(str(key))}: {escape(str(value))}" for key, value in source.items())


def _values(values: dict[str, dict[str, Any]]) -> str:
    """Values with their names in words; those that have none as a list."""
    if not any("label" in entry for entry in values.values()):
        return f"<p>{', '.join(f'<code>{escape(value)}</code>' for value in values)}</p>"
    rows = "".join(
        f"<tr><td><code>{escape(value)}</code></td><td>{escape(str(entry.get('label', '')))}</td></tr>" for value, entry in values.items()
    )
    return f"<table><thead><tr><th>value</th><th>name</th></tr></thead><tbody>{rows}</tbody></table>"


def _meant(value: str | dict[str, Any]) -> str:
    """The value that is meant, or those that may be, and what is said of it."""
    if isinstance(value, str):
        return f"<code>{escape(value)}</code>"
    named = [value["successor"]] if value["successor"] else value["candidates"]
    note = f" ({escape(value['note'])})" if value["note"] else ""
    return " or ".join(f"<code>{escape(each)}</code>" for each in named) + note
