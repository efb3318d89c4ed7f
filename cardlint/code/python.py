"""Python as people paste it into a card: whether it parses, and what it loads from the Hub. Nothing is ever run.

Accepted as Python: prompts of the interactive interpreter and of notebooks, shell escapes and magics, a block that is
indented as a whole, `await` outside a function, and a line cut short with an ellipsis or a `<placeholder>`.
"""

from __future__ import annotations

import ast
import re
import warnings
from functools import lru_cache
from itertools import pairwise
from textwrap import dedent
from typing import TYPE_CHECKING

from cardlint.oneparser import ONE_PARSER
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LONGEST = 100_000
_DEEPEST = 100
_LONG_CALL = 12
_PROMPT = lazily(r"[ \t]*(?:>>>|\.\.\.|In ?\[\d*\]:)(?: |(?=[^\s.>])|$)")
_FIRST_PROMPT = lazily(r"^[ \t]*(?:>>>|In ?\[\d*\]:)", re.MULTILINE)
_MAGIC = lazily(r"^([ \t]*)(?:[!%?]|(?:pip3?|conda|mamba|uv|cd|ls) +[\w./~-]|\$ ).*$|^([ \t]*)[\w.]+\?{1,2}[ \t]*$", re.MULTILINE)
# Magics of a cell whose other lines are Python all the same.
_PYTHON_CELL = lazily(r"\s*%%(?:capture|time|timeit|prun|px|memit|debug|(?:i?python|py)3?)\b")
_ASSIGNED_MAGIC = lazily(r"^([ \t]*+\w[\w, ]*+=[ \t]*+)[!%].*$", re.MULTILINE)
_ABBREVIATED = lazily(r"\.\.|…|<[^<>\n=]{1,80}>|\{\{|\[\s*…?\s*\.\.\.")
_NEWER = lazily(r"\b[fFtT][rR]?[\"']|^\s*type\s+\w+|^\s*(?:async\s+)?(?:def|class)\s+\w+\[|^\s*except\s+[\w.]+\s*,")
# A line that begins a statement at the margin, and does not go on with the one before.
_STATEMENT = lazily(r"(?!(?:else|elif|except|finally)\b)[\w@]")
_DETAIL = lazily(r" \(detected at line \d+\)| on line \d+|\. Perhaps you forgot a comma\?|\. Did you mean .*")
_NESTING = lazily(r"([(\[{]|\b(?:not|lambda)\b|[-+~]{8})|[)\]}]")
# What is said of the parser's own bounds, and of what is no text.
_BEYOND = ("too many", "source code", "f-string")
_PRINT = "Missing parentheses in call to"


class Broken(NamedTuple):
    """Why and at which line (0-based) a code block is no Python."""

    line: int
    reason: str


class Read(NamedTuple):
    """A code block: its syntax tree, or why it has none; neither where that cannot be judged.

    `lines` are those the tree was made of: what is left of the block's own without prompts and common indentation.
    """

    tree: ast.Module | None = None
    broken: Broken | None = None
    lines: tuple[str, ...] = ()


class Load(NamedTuple):
    """A call that loads from the Hub: the id it is given, its name with what stands before it, and its line (0-based)."""

    id: str
    call: str
    line: int


@lru_cache(maxsize=256)
def read_python(code: str) -> Read:
    """A code block as Python; lines stay where they are. Never raises."""
    if len(code) > LONGEST:
        return Read()
    furthest = Broken(-1, "")
    for reading in _readings(code):
        read = _parsed(reading)
        if read.broken is None:
            return read
        furthest = max(furthest, read.broken, key=lambda broken: broken.line)
    return Read() if _is_excused(code, furthest) else Read(broken=furthest)


def read_module(code: str) -> Read:
    """A whole file as Python: nothing is excused, and nothing kept for the next time. Never raises."""
    return _parsed(code)


def why_unread(code: str, *, block: bool = False) -> str:
    """Why code that is not broken has no tree, to be put after the name of its file; it may be a `block` in one."""
    if "\0" in code:
        return "holds a NUL character, so that it cannot be read as Python"
    if any("\ud800" <= char <= "\udfff" for char in code):
        return "holds half of a pair of surrogates, so that it cannot be read as Python"
    return f"holds a cell of more than {LONGEST:,} characters" if block and len(code) > LONGEST else "nests too deep to be read as Python"


def salvaged(code: str) -> Read:
    """What parses of a block that as a whole is no Python: each statement by itself, as a reader takes what is complete. Never raises."""
    for reading in _readings(code):
        lines = dedent(reading).split("\n")
        starts = [number for number, line in enumerate(lines) if _STATEMENT.match(line)]
        kept = [""] * len(lines)
        for start, end in pairwise([*starts, len(lines)]):
            if _parsed("\n".join(lines[start:end])).tree is not None:
                kept[start:end] = lines[start:end]
        if any(kept):
            return _parsed("\n".join(kept))
    return Read()


def _readings(code: str) -> Iterator[str]:
    """The ways to read a block, the likeliest first; each has as many lines as the block."""
    prompted = _FIRST_PROMPT.search(code) is not None
    if prompted:
        lines = code.split("\n")
        yield _without_magic("\n".join(_PROMPT.sub("", line, count=1) if _PROMPT.match(line) else "" for line in lines))
        yield _without_magic("\n".join(_PROMPT.sub("", line, count=1) for line in lines))
        if not _FIRST_PROMPT.match(code.lstrip()):  # then what follows a prompt may be output
            yield _without_magic("\n".join("" if _FIRST_PROMPT.match(line) else line for line in lines))
    else:
        yield code
        yield _without_magic(code)


def _without_magic(code: str) -> str:
    """The code without what only a notebook understands."""
    if code.lstrip().startswith("%%"):
        if _PYTHON_CELL.match(code) is None:
            return ""
        code = "\n" * (code[: len(code) - len(code.lstrip())].count("\n") + 1) + code.lstrip().partition("\n")[2]
    code = _MAGIC.sub(lambda match: f"{match[1] or match[2] or ''}pass", code)
    return _ASSIGNED_MAGIC.sub(r"\1None", code).replace("…", "...")


def _parsed(code: str) -> Read:
    if _is_deep(code):
        return Read()
    try:
        with ONE_PARSER, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            plain = dedent(code)
            return Read(ast.parse(plain), lines=tuple(plain.split("\n")))
    except SyntaxError as error:
        if error.msg.startswith(_BEYOND):
            return Read()
        return Read(broken=Broken(max((error.lineno or 1) - 1, 0), _reason(error.msg)))
    except (ValueError, MemoryError, RecursionError):
        return Read()


def _is_deep(code: str) -> bool:
    """Whether a line nests so much that the parser's own stack is at stake."""
    return len(code) > _DEEPEST and any(_depth(line) > _DEEPEST for line in code.split("\n") if len(line) > _DEEPEST)


def _depth(line: str) -> int:
    """How deep a line nests, brackets in strings counted too; what needs no bracket to nest never closes."""
    depth = deepest = 0
    for match in _NESTING.finditer(line):
        depth += 1 if match[1] else -1 if depth else 0
        deepest = max(deepest, depth)
    return deepest


def _reason(message: str) -> str:
    """What the parser says, without what differs between versions of Python."""
    if message.startswith(_PRINT):
        return "a call needs parentheses since Python 3"
    if message.startswith("invalid syntax"):
        return "invalid syntax"
    short = _DETAIL.sub("", message)
    return short[:1].lower() + short[1:]


def _is_excused(code: str, broken: Broken) -> bool:
    """Whether the line, or one that it goes on in, is cut short, or may be Python of a later version."""
    lines = code.split("\n")
    at = min(broken.line, len(lines) - 1)
    end = at + (_LONG_CALL if "never closed" in broken.reason else 2)
    return any(_ABBREVIATED.search(line) for line in lines[max(0, at - 1) : end]) or _NEWER.search(lines[at]) is not None


def loads(tree: ast.Module, loaders: Mapping[str, Mapping[str, str | int]]) -> Iterator[Load]:
    """The loads of a module whose id is certain: written in the call, or in a name that is bound just once.

    `loaders` gives for each function or method the `position` of the id among the arguments and its `keyword`.
    """
    names = _constants(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := _dotted(node.func)):
            loader = loaders.get(name.rpartition(".")[2])
            found = _text(_argument(node, loader), names) if loader else None
            if found is not None:
                yield Load(found[0], name, found[1])


def _argument(call: ast.Call, loader: Mapping[str, str | int]) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == loader["keyword"]:
            return keyword.value
    position = loader["position"]
    assert isinstance(position, int)
    before = call.args[: position + 1]
    certain = len(before) > position and not any(isinstance(argument, ast.Starred) for argument in before)
    return before[position] if certain else None


def _text(node: ast.expr | None, names: Mapping[str, tuple[str, int]]) -> tuple[str, int] | None:
    """The text a node is, and its line."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value, node.lineno - 1
    return names.get(node.id) if isinstance(node, ast.Name) else None


def _constants(tree: ast.Module) -> dict[str, tuple[str, int]]:
    """The names that are bound once, and to a text."""
    bound: dict[str, list[tuple[str, int] | None]] = {}
    texts = {id(node.targets[0]): _text(node.value, {}) for node in ast.walk(tree) if isinstance(node, ast.Assign)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            bound.setdefault(node.id, []).append(texts.get(id(node)))
        elif isinstance(node, ast.arg):
            bound.setdefault(node.arg, []).append(None)
    return {name: values[0] for name, values in bound.items() if len(values) == 1 and values[0] is not None}


def _dotted(node: ast.expr) -> str:
    """The name of what is called, as written (`transformers.AutoModel.from_pretrained`); empty where it is no name."""
    steps: list[str] = []
    while isinstance(node, ast.Attribute):
        steps.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(steps)]) if isinstance(node, ast.Name) else ""
