"""What projects say they need: `pyproject.toml`, `Pipfile`, the block of a script (PEP 723), and conda's `environment.yml`.

Sources: PEP 517, 621, 723 and 735; the documentation of uv (`tool.uv.sources`, `tool.uv.index`), of Poetry 2 and of Pipenv. tomllib
keeps no places; a value stands where its text is found between quotes, in the order of the file.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from collections import deque
from typing import TYPE_CHECKING, Any

from cardlint.code.asked import indexes, need, ref_pin
from cardlint.code.installs import conda_need
from cardlint.code.needs import Index, Need, Needs, Pin
from cardlint.nodes import Mapping, Scalar, listed, string

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.nodes import Node

_SCRIPT = re.compile(r"^# /// script[ \t]*\r?\n", re.MULTILINE)
_COMMENT = re.compile(r"#(?:[ \t][^\n]*+)?\r?\n|#\r?\n")
_TOKEN = re.compile(
    r"""^[ \t]*+\[(?P<header>[\w.-]++)\]|^[ \t]*+["']?(?P<key>[\w.-]++)["']?[ \t]*+=|\#[^\n]*+
    |"(?P<double>[^"\\\n]*+)"|'(?P<single>[^'\n]*+)'""",
    re.MULTILINE | re.VERBOSE,
)
_TOKEN = re.compile(
    r"""^[ \t]*+\[(?P<header>[\w.-]++)\]|^[ \t]*+["']?(?P<key>[\w.-]++)["']?[ \t]*+=|\#[^\n]*+
    |"(?P<double>[^"\\\n]*+)"|'(?P<single>[^'\n]*+)'""",
    re.MULTILINE | re.VERBOSE,
)
_POETRY_RANGE = re.compile(r"[\^~><*!,|]|^$")


class _Places:
    """Where the keys and texts of a TOML document stand. A text that stands there twice is the first, then the second."""

    def __init__(self, text: str, base: int) -> None:
        self.base = base
        self.values: dict[str, deque[int]] = {}
        self.keys: dict[str, list[int]] = {}
        self.headers: dict[str, int] = {}
        for match in _TOKEN.finditer(text):
            if match["header"]:
                self.headers.setdefault(match["header"], match.start())
            elif match["key"]:
                self.keys.setdefault(match["key"], []).append(match.start("key"))
            elif match.lastgroup in {"double", "single"}:
                value = match[match.lastgroup]
                self.values.setdefault(value, deque()).append(match.start(match.lastgroup))

    def value(self, value: str) -> tuple[int, int]:
        """The place of a value in quotes, without them; the beginning where it is not written as it is read."""
        found = self.values.get(value)
        return self._at(found.popleft(), value) if found else (self.base, self.base)

    def key(self, name: str, header: str) -> tuple[int, int]:
        """The place of a key in a table."""
        found = self.keys.get(name, [])
        at = bisect_left(found, self.headers.get(header, 0))
        return self._at(found[at], name) if at < len(found) else (self.base, self.base)

    def _at(self, offset: int, text: str) -> tuple[int, int]:
        return self.base + offset, self.base + offset + len(text)


def pyproject(text: str, base: int = 0) -> Needs:
    """What a `pyproject.toml` asks for. Raises tomllib.TOMLDecodeError (a ValueError)."""
    document = tomllib.loads(text.removeprefix("\ufeff"))
    places = _Places(text, base)
    project, tool = _table(document, "project"), _table(document, "tool")
    found = [*_listed(project.get("dependencies"), places)]
    for table in (project.get("optional-dependencies"), document.get("dependency-groups")):
        for requirements in (table if isinstance(table, dict) else {}).values():
            found += _listed(requirements, places)
    found += _listed(_table(document, "build-system").get("requires"), places)
    found += _listed(document.get("dependencies"), places)  # of a script
    uv, poetry = _table(tool, "uv"), _table(tool, "poetry")
    sources = [*_sources(_table(uv, "sources"), "tool.uv.sources", places)]
    tables = [*_poetry(poetry, places)]
    extra = [*_uv_indexes(uv, places), *_poetry_indexes(poetry, places)]
    named = {item.name for item in sources}
    return Needs(tuple(sources), tuple(extra), loose=tuple(item for item in (*found, *tables) if item.name not in named))


def _table(table: dict[str, Any], name: str) -> dict[str, Any]:
    value = table.get(name)
    return value if isinstance(value, dict) else {}


def _tables(value: object) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _listed(value: object, places: _Places) -> Iterator[Need]:
    for item in value if isinstance(value, list) else []:
        if isinstance(item, str) and (found := need(item, *places.value(item))):
            yield found


def _sources(table: dict[str, Any], header: str, places: _Places) -> Iterator[Need]:
    """Where packages come from that come from no index: repositories, addresses, folders."""
    for name, value in table.items():
        for item in [value] if isinstance(value, dict) else _tables(value):
            found = _direct(name, item, places.key(name, header))
            if found:
                yield found


def _direct(name: str, item: dict[str, Any], place: tuple[int, int]) -> Need | None:
    if isinstance(item.get("git"), str):
        rev = item.get("rev") or item.get("ref") or item.get("tag") or item.get("branch") or ""
        return Need("repository", name, ref_pin(str(rev)), *place)
    if isinstance(item.get("url") or item.get("file"), str):
        found = need(f"{name} @ {item.get('url') or item.get('file')}", *place)
        return found and found._replace(name=name)
    if isinstance(item.get("path"), str):
        return Need("package", name, "local", *place)
    return None


def _poetry(poetry: dict[str, Any], places: _Places) -> Iterator[Need]:
    groups = _table(poetry, "group")
    tables = [
        ("tool.poetry.dependencies", _table(poetry, "dependencies")),
        ("tool.poetry.dev-dependencies", _table(poetry, "dev-dependencies")),
    ]
    tables += [
        (f"tool.poetry.group.{name}.dependencies", _table(group, "dependencies"))
        for name, group in groups.items()
        if isinstance(group, dict)
    ]
    for header, table in tables:
        for name, value in table.items():
            if name != "python":
                yield from _versioned(name, value, places.key(name, header))


def _versioned(name: str, value: object, place: tuple[int, int]) -> Iterator[Need]:
    """A package of Poetry or Pipenv: a bare version means exactly that in Poetry; Pipenv writes `==`."""
    tables = [value] if isinstance(value, dict) else _tables(value) or [{"version": value}]
    for item in tables:
        version = str(item.get("version", "*"))
        pin: Pin = "none" if version == "*" else "range" if _POETRY_RANGE.search(version) else "exact"
        yield _direct(name, item, place) or Need("package", name, pin, *place)


def _uv_indexes(uv: dict[str, Any], places: _Places) -> Iterator[Index]:
    pip = _table(uv, "pip")
    first = not any(str(table.get("index-strategy", "")).startswith("unsafe-") for table in (uv, pip))
    for item in _tables(uv.get("index")):
        if isinstance(url := item.get("url"), str) and not item.get("explicit") and not item.get("default"):
            yield Index(url, *places.value(url), first)
    for table in (uv, pip):
        for url in table.get("extra-index-url") or []:
            if isinstance(url, str):
                yield Index(url, *places.value(url), first)


def _poetry_indexes(poetry: dict[str, Any], places: _Places) -> Iterator[Index]:
    for item in _tables(poetry.get("source")):
        if isinstance(url := item.get("url"), str) and (
            item.get("priority") in {"supplemental", "secondary"} or item.get("secondary") is True
        ):
            yield Index(url, *places.value(url))


def script_block(text: str) -> Needs:
    """What the block `# /// script` of a Python file asks for. Raises tomllib.TOMLDecodeError (a ValueError)."""
    begin = _SCRIPT.search(text)
    if begin is None:
        return Needs()
    at = begin.end()
    while (line := _COMMENT.match(text, at)) and line.group().rstrip() != "# ///":
        at = line.end()
    if text[at : at + 5] != "# ///":
        return Needs()
    toml = re.sub(r"^#", " ", text[begin.end() : at], flags=re.MULTILINE)
    found = pyproject(toml, begin.end())
    return found._replace(needs=(*found.needs, *found.loose), loose=())


def pipfile(text: str) -> Needs:
    """What a Pipfile asks for. Raises tomllib.TOMLDecodeError (a ValueError)."""
    document = tomllib.loads(text.removeprefix("\ufeff"))
    places = _Places(text, 0)
    found: list[Need] = []
    for header in ("packages", "dev-packages"):
        for name, value in _table(document, header).items():
            exact = isinstance(value, str) and value.startswith("==") and "*" not in value
            place = places.key(name, header)
            found += [Need("package", name, "exact", *place)] if exact else _versioned(name, value, place)
    extra = [item["url"] for item in _tables(document.get("source"))[1:] if isinstance(item.get("url"), str)]
    return Needs(tuple(found), tuple(Index(url, *places.value(url)) for url in extra))


def conda_environment(node: Node | None) -> Needs:
    """What an `environment.yml` asks for, its part for pip included."""
    needs: list[Need] = []
    extra: list[Index] = []
    for _, item in listed(node.get("dependencies")) if isinstance(node, Mapping) else ():
        if isinstance(item, Scalar) and (text := string(item)):
            found = conda_need(text, item.start, item.end)
            needs += [found] if found else []
        elif isinstance(item, Mapping):
            for _, part in listed(item.get("pip")):
                _pip_part(part, needs, extra)
    return Needs(tuple(needs), tuple(extra))


def _pip_part(part: Node, needs: list[Need], extra: list[Index]) -> None:
    text = string(part) or ""
    name, _, value = text.strip().replace("=", " ", 1).partition(" ") if text.startswith("-") else ("", "", text)
    if name == "--extra-index-url":
        extra += indexes(value.strip(), part.end - len(value.strip()), part.end)
    elif name in {"", "-e", "--editable"} and (found := need(value, part.start, part.end)):
        needs.append(found)
