"""The pages of the JSON Schemas: their keys as tables, and the files to download."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from website.links import source_href
from website.markup import Converter, heading, plain, raw, wide
from website.pages import Page, file_href, href
from website.words import type_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from website.links import Links

INDEX = "reference/schemas/"
_LONGEST_EXAMPLE = 60
_BOUNDS = {
    "pattern": "matches {}", "format": "is a {}", "minimum": "at least {}", "maximum": "at most {}", "minLength": "at least {} characters",
    "maxLength": "at most {} characters", "minItems": "at least {} items", "maxItems": "at most {} items",
}  # fmt: skip


def schema_files(root: Path) -> list[str]:
    """The schemas of the repository, by path."""
    return sorted(path.relative_to(root).as_posix() for path in (root / "schemas").rglob("*.schema.json"))


def name_of(path: str) -> str:
    """What a schema is called on the site."""
    return path.rpartition("/")[2].removesuffix(".schema.json")


def address(path: str) -> str:
    """The page of a schema."""
    return f"{INDEX}{name_of(path)}/"


def schema_pages(root: Path, links: Links) -> Iterator[Page]:
    """A page per schema, and one that lists them."""
    rows = []
    for path in schema_files(root):
        schema = json.loads((root / path).read_text("utf-8"))
        page = _page(path, schema, links)
        yield page
        title = f'<a href="{href(INDEX, page.address)}">{escape(page.title)}</a>'
        rows.append(f'<tr><th scope="row">{title}</th><td>{escape(page.about)}</td><td>{_download(INDEX, path)}</td></tr>')
    head = "<thead><tr><th>schema</th><th>of what</th><th>file</th></tr></thead>"
    intro = "<p>JSON Schemas (2020-12) of what cardlint reads and writes. They work in any validator and editor.</p>"
    body = heading(1, "JSON Schemas", "json-schemas") + raw(f"{intro}<table>{head}<tbody>{''.join(rows)}</tbody></table>")
    yield Page(INDEX, "JSON Schemas", "Schemas of cards, policies, reports and more", body)


def _download(page: str, path: str) -> str:
    return f'<a href="{file_href(page, path)}" download><code>{path.rpartition("/")[2]}</code></a>'


def _page(path: str, schema: dict[str, Any], links: Links) -> Page:
    page, name = address(path), name_of(path)
    about = " ".join(str(schema.get("description", schema.get("title", name))).split())
    to = Converter(path, page, links)
    parts = [heading(1, plain(name), name), to.convert(about)]
    parts.append(raw(f'<p class="source">{_download(page, path)}; in the repository: <a href="{source_href(path)}">{path}</a>.</p>'))
    parts.append(_keys(schema, to))
    for definition, each in schema.get("$defs", {}).items():
        parts.append(heading(2, plain(definition), f"def-{definition}"))
        parts.append(to.convert(str(each.get("description", ""))))
        parts.append(_keys(each, to) or raw(f"<p>{_kind(each)}{_bounds(each)}</p>"))
    if '"if":' in json.dumps(schema):
        parts.append(raw("<p>The file holds further conditions (<code>if</code>, <code>then</code>) that a table cannot show.</p>"))
    return Page(page, name, about.partition(". ")[0], "".join(parts), "", path)


def _keys(schema: dict[str, Any], to: Converter) -> str:
    """The keys of a mapping as a table; empty where it is none."""
    rows = "".join(_rows(schema, to, ""))
    if not rows:
        return ""
    head = "<thead><tr><th>key</th><th>value</th><th>meaning</th></tr></thead>"
    return raw(wide(f'<table class="keys">{head}<tbody>{rows}</tbody></table>', "Keys"))


def _rows(schema: dict[str, Any], to: Converter, prefix: str) -> Iterator[str]:
    """A row per key, and one per key of a mapping or of a list of mappings within."""
    required = schema.get("required", ())
    for name, each in schema.get("properties", {}).items():
        if not isinstance(each, dict):
            continue
        marks = [word for word, holds in (("required", name in required), ("deprecated", each.get("deprecated"))) if holds]
        mark = "".join(f' <span class="mark">{word}</span>' for word in marks)
        cells = f"<td>{_kind(each)}{_bounds(each)}</td><td>{_meaning(each, to)}</td>"
        yield f'<tr><th scope="row"><code>{escape(prefix + name)}</code>{mark}</th>{cells}</tr>'
        yield from _rows(each, to, f"{prefix}{name}.")
        if isinstance(each.get("items"), dict):
            yield from _rows(each["items"], to, f"{prefix}{name}[].")


def _kind(schema: dict[str, Any]) -> str:
    """What a value may be, definitions as links."""
    words = escape(type_words(schema))
    for name in sorted(_references(schema), key=len, reverse=True):
        words = words.replace(name, f'<a href="#def-{name}">{name}</a>', 1)
    return words


def _references(schema: dict[str, Any]) -> set[str]:
    """The definitions that the words for a value name."""
    if "$ref" in schema:
        return {str(schema["$ref"]).rpartition("/")[2]}
    within = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), schema.get("items"), schema.get("additionalProperties")]
    return {name for each in within if isinstance(each, dict) for name in _references(each)}


def _bounds(schema: dict[str, Any]) -> str:
    said = [words.format(f"<code>{escape(str(schema[key]))}</code>") for key, words in _BOUNDS.items() if key in schema]
    return f"<br><small>{', '.join(said)}</small>" if said else ""


def _meaning(schema: dict[str, Any], to: Converter) -> str:
    """The description, the default and an example."""
    said = to.convert(str(schema["description"])).strip().removeprefix("<p>").removesuffix("</p>") if "description" in schema else ""
    if schema.get("default") not in (None, [], {}):
        said += f" Default: <code>{escape(json.dumps(schema['default'], ensure_ascii=False))}</code>."
    shown = [text for each in schema.get("examples", ()) if len(text := json.dumps(each, ensure_ascii=False)) <= _LONGEST_EXAMPLE]
    return said + (f" For example {' or '.join(f'<code>{escape(text)}</code>' for text in shown[:2])}." if shown else "")
