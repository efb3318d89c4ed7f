"""Jupyter notebooks: their code cells, each line with its place in the JSON text.

Format: nbformat 4 (`cells`, each with `cell_type` and `source`, a text or a list of them), and nbformat 3, which keeps
them in `worksheets` and calls the source `input`. https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.code.needs import Script

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]:,]|[^\s"{}\[\]:,]++', re.DOTALL)
_ESCAPE = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL)
# A character as JSON writes it; a line may go on in the next string of the list.
_PIECES = re.compile(rf'(?:"[^"]*+")*+(?:{_ESCAPE.pattern}|[^\\"])', re.DOTALL)
_NEWLINE = "\\n"
_CELL_MAGIC = re.compile(r"\s*%%(\w+)[^\n]*")
_SHELLS = frozenset({"bash", "sh", "shell", "script", "cmd", "system", "sx"})
_PYTHONS = frozenset({"python", "python3", "py", "ipython", "time", "timeit", "capture", "prun", "px", "memit", "debug"})


class NotebookError(Exception):
    """A text is no notebook; says why."""


class Cell(NamedTuple):
    """A code cell: its number among all cells (from 1), its language, its code, and where each line of it begins in the text."""

    number: int
    language: str
    code: str
    starts: tuple[int, ...]


@dataclass(frozen=True)
class _Command(Script):
    """Shell text in a cell, whose characters stand in the file as JSON writes them."""

    content: str = ""

    def place(self, offset: int) -> int:
        """Where a character of the code stands in the file."""
        before = self.code[:offset]
        return advance(self.content, self.starts[before.count("\n")], offset - (before.rfind("\n") + 1))


class _String(NamedTuple):
    """A JSON string: what it says, and where its first character stands, after the quote."""

    value: str
    start: int
    end: int


def cells(content: str) -> Iterator[Cell]:
    """The code cells of a notebook, in order. Raises NotebookError where the text is none."""
    try:
        document = json.loads(content.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise NotebookError(f"is no JSON ({error})") from error
    if not isinstance(document, dict) or not (isinstance(document.get("cells"), list) or isinstance(document.get("worksheets"), list)):
        raise NotebookError("has no list of cells")
    language = _kernel(document)
    for number, cell in enumerate(_listed(_located(content)), 1):
        kind, source = cell.get("cell_type"), cell.get("source", cell.get("input"))
        if isinstance(kind, _String) and kind.value == "code":
            code, starts = _source(content, source)
            yield Cell(number, _language(code, language), code, starts)


def commands(content: str) -> Iterator[Script]:
    """The shell text in the code cells: cells that are nothing else, and lines that begin with `!` or `%`. Raises NotebookError."""
    for cell in cells(content):
        code = cell.code
        if cell.language == "python":
            code = "\n".join(line if line.lstrip().startswith(("!", "%")) else "" for line in code.split("\n"))
        if cell.language in {"python", "shell"} and code.strip():
            yield _Command(code, cell.starts, content=content)


def advance(content: str, start: int, count: int) -> int:
    """The offset of the `count`-th character of a line of a cell that begins at `start`, past the escapes of JSON."""
    at = start
    for _ in range(count):
        match = _PIECES.match(content, at)
        if match is None:
            return at
        at = match.end()
    return at


def _kernel(document: dict[str, Any]) -> str:
    """The language of the notebook; Python where it says nothing."""
    metadata = document.get("metadata")
    for name, key in (("language_info", "name"), ("kernelspec", "language")):
        held = metadata.get(name) if isinstance(metadata, dict) else None
        if isinstance(held, dict) and isinstance(language := held.get(key), str) and language:
            return "python" if language.lower() in _PYTHONS else language.lower()
    return "python"


def _language(code: str, kernel: str) -> str:
    """The language of one cell, which its first line may set: `%%bash`."""
    magic = _CELL_MAGIC.match(code)
    if magic is None or magic[1] in _PYTHONS:
        return kernel
    return "shell" if magic[1] in _SHELLS else magic[1]


def _listed(document: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - JSON
    held = document.get("cells")
    sheets = [held] if isinstance(held, list) else [sheet.get("cells") for sheet in document["worksheets"] if isinstance(sheet, dict)]
    for sheet in sheets:
        yield from (cell for cell in sheet or () if isinstance(cell, dict))


def _source(content: str, source: Any) -> tuple[str, tuple[int, ...]]:  # noqa: ANN401 - JSON
    """The code of a cell, and the offset in the text of the beginning of each of its lines."""
    parts = source if isinstance(source, list) else [source]
    code: list[str] = []
    starts: list[int] = []
    fresh = True
    for part in parts:
        if not isinstance(part, _String) or not part.value:
            continue
        code.append(part.value)
        starts.extend([part.start] if fresh else [])
        fresh = part.value.endswith("\n")
        starts.extend(_breaks(content, part))
        if fresh:
            starts.pop()
    end = starts[-1] if starts else 0
    return "".join(code), tuple(starts) + ((end,) if fresh else ())


def _breaks(content: str, part: _String) -> list[int]:
    """Where the lines after the first one begin within a JSON string."""
    if "\\" not in content[part.start : part.end]:
        return []
    return [
        match.end() for match in _ESCAPE.finditer(content, part.start, part.end) if match[0] == _NEWLINE or match[0].lower() == "\\u000a"
    ]


def _located(content: str) -> Any:  # noqa: ANN401 - JSON
    """The document with strings that know their place; what `json` has read already is known to be well formed."""
    root: list[Any] = []
    stack: list[Any] = [root]
    key: list[str | None] = [None]
    for token in _TOKEN.finditer(content):
        first = token[0][0]
        if first in "{[":
            held: Any = {} if first == "{" else []
            _put(stack[-1], key, held)
            stack.append(held)
            key.append(None)
        elif first in "}]":
            stack.pop()
            key.pop()
        elif first == '"':
            _put(stack[-1], key, _String(json.loads(token[0], strict=False), token.start() + 1, token.end() - 1))
        elif first not in ":,":
            _put(stack[-1], key, None)
    return root[-1]


def _put(holder: Any, key: list[str | None], value: Any) -> None:  # noqa: ANN401 - JSON
    if isinstance(holder, list):
        holder.append(value)
    elif key[-1] is None and isinstance(value, _String):
        key[-1] = value.value
    else:
        holder[key[-1]] = value
        key[-1] = None
