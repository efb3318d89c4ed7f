"""Git LFS: pointers in the place of content, what is almost a pointer, and what should be one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.checks.weightfiles import readable
from cardlint.gitpatterns import ATTRIBUTES
from cardlint.lfs import sha256_of
from cardlint.problem import Cure, Edit, Problem
from cardlint.source import matches
from cardlint.text import LINE_END, Span
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.contents import Contents
    from cardlint.files import Files
    from cardlint.lfs import Lfs
    from cardlint.source import FileEntry, Pointer
    from cardlint.text import Text
    from cardlint.weighing import Weights

_LINE = "filter=lfs diff=lfs merge=lfs -text"
_SPEC = "https://git-lfs.github.com/spec/v1"
# What Git LFS wrote before that, and still reads (git-lfs, lfs/pointer.go).
_OLDER = ("http://git-media.io/v/2", "https://hawser.github.com/spec/v1")
_POINTER_BYTES = 1024
_HASHED = 50_000_000  # bytes of LFS objects that are hashed in one run
_CONFLICT = lazily(r"<{7} |={7}$|>{7} |\|{7} ")
_KEY = lazily(r"(?P<key>version|oid|size|ext-\d-[\w.-]+) ?(?P<value>.*)")
_OID = lazily(r"sha256:[0-9a-f]{64}")
_SIZE = lazily(r"[0-9]{1,19}")
_SPECIAL = lazily(r"([*?\[\]\\])")


def unresolved(weights: Weights, lfs: Lfs) -> Iterator[Problem]:
    """Pointers where content is expected. In the index and in an unsmudged checkout pointers are as they should be."""
    for path, pointer in weights.pointers.items():
        if lfs.unresolved(path):
            yield Problem(_unresolved(pointer, lfs), subject=path, path=path)
    weights.complete_for_pointers()


def _unresolved(pointer: Pointer, lfs: Lfs) -> str:
    what = f"is the Git LFS pointer to {readable(pointer.size)}, not the file itself"
    if lfs.holder == "hub":
        return f"{what}; the Hub has nothing else under this name: upload the file"
    if lfs.holder == "folder":
        return f"{what}; get it with `git lfs pull` or from the Hub"
    return f"{what}, and no line of {ATTRIBUTES} makes Git LFS put the file in its place; `git lfs track` it, or commit the file"


def malformed(weights: Weights, contents: Contents, lfs: Lfs) -> Iterator[Problem]:
    """What is almost a pointer, and so neither a pointer nor the file; and pointers that say another size than the object they name has."""
    for path in weights.almost_pointers:
        text = contents.text(path, _POINTER_BYTES)
        if (wrong := _wrong(text)) is not None:
            what, span = wrong
            yield Problem(f"is almost a Git LFS pointer: {what}; Git LFS takes it for the file itself", span, subject=path)
    budget = _HASHED
    for path, pointer in weights.pointers.items():
        if (held := lfs.object(pointer)) is None:
            continue
        size = held.stat().st_size
        if size != pointer.size:
            message = f"says the file has {pointer.size:,} bytes, and the object it names, which lies in .git/lfs, has {size:,}"
            yield Problem(message, subject=path, path=path)
        elif size <= budget:
            budget -= size
            if sha256_of(held) != pointer.oid:
                yield Problem("names an object whose content, which lies in .git/lfs, has another SHA-256", subject=path, path=path)
    weights.complete_for_pointers()


def _wrong(text: Text) -> tuple[str, Span] | None:
    """What keeps a small file from being a pointer, and where; None where it is none and does not look like one."""
    lines = _lines(text)
    keys = [match for line, _ in lines if (match := _KEY.fullmatch(line))]
    named = {match["key"] for match in keys if not match["key"].startswith("ext-")}
    rest = [(line, span) for line, span in lines if line.strip() and not _KEY.fullmatch(line)]
    values = {match["key"]: match["value"] for match in keys}
    of_lfs = "git-lfs" in values.get("version", "") or _OID.match(values.get("oid", "")) is not None
    conflict = next((span for line, span in rest if _CONFLICT.match(line)), None)
    if not of_lfs or values.get("version") in _OLDER:
        return None
    if conflict is not None:
        return "a merge left its marks in it", conflict
    if len(named) < 2 and not values.get("version", "").startswith(_SPEC[:-1]):  # noqa: PLR2004 - one key alone may be anything
        return None
    return _detail(text, lines, values, rest)


def _lines(text: Text) -> list[tuple[str, Span]]:
    found: list[tuple[str, Span]] = []
    for number, start in enumerate(text.line_starts, 1):
        line = text.line(number)
        begin = start + (number == 1 and text.bom)
        found.append((line, text.span(begin, begin + len(line))))
    return found


def _detail(text: Text, lines: list[tuple[str, Span]], values: dict[str, str], rest: list[tuple[str, Span]]) -> tuple[str, Span]:
    first = lines[0][1]
    places = {match["key"]: span for line, span in lines if (match := _KEY.fullmatch(line))}
    if text.bom:
        return "a byte order mark stands before it", first
    if "\r" in text.content:
        return "its lines end with CR", first
    for key, form, meant in (
        ("version", re.escape(_SPEC), f"`version {_SPEC}`"),
        ("oid", _OID.pattern, "`oid sha256:` and 64 hexadecimal digits in lower case"),
        ("size", _SIZE.pattern, "`size` and a number of bytes"),
    ):
        if key not in values:
            return f"it has no line {meant}", first
        if not re.fullmatch(form, values[key]):
            return f"the line should be {meant}", places[key]
    if rest:
        return "other text stands in it", rest[0][1]
    return "its lines should be `version`, `oid` and `size`, each once, in this order, without empty ones", first


def outside(files: Files, lfs: Lfs, contents: Contents, *, least: int, binary: list[str]) -> Iterator[Problem]:
    """Files of more than `least` bytes that lie, or would lie, in Git itself. Endings in `binary` are put into LFS as a whole."""
    if lfs.holder in {"folder", "hub"} and not lfs.described:
        return  # nobody has said that this folder will be pushed by Git; the Hub's own clients need no line
    for entry in files:
        if entry.size <= least or entry.path in lfs.ignored:
            continue
        size = f"has {readable(entry.size)}"
        tracked = lfs.attributes.tracked(entry.path)
        if tracked and lfs.of_git:
            message = f"{size} and lies in Git itself, although {ATTRIBUTES} puts it into LFS; `git add --renormalize` it"
            yield Problem(message, subject=entry.path, path=entry.path)
        elif not tracked:
            message = f"{size} and no line of {ATTRIBUTES} puts it into LFS; the Hub refuses pushes of files beyond {readable(least)}"
            yield Problem(message, subject=entry.path, path=entry.path, fix=_tracking(entry, files, contents, binary))


def _tracking(entry: FileEntry, files: Files, contents: Contents, binary: list[str]) -> Cure:
    pattern = _pattern(entry.path, binary)
    line = f"{pattern} {_LINE}"
    end, before = 0, ""
    if ATTRIBUTES in files:
        content = contents.text(ATTRIBUTES, 1_000_000).content
        end = len(content)
        before = "" if not content or LINE_END.match(content, end - 1) else "\n"
    return Cure("unsafe", f"put {pattern} into LFS", (Edit(Span(ATTRIBUTES, end, end), f"{before}{line}\n"),))


def _pattern(path: str, binary: list[str]) -> str:
    """The pattern for a file: its ending where all such files are binary, else the file alone, as `git lfs track` writes it."""
    name = path.rpartition("/")[2]
    ending = next((glob for glob in binary if matches(name, glob)), None)
    if ending is not None:
        return ending
    escaped = _SPECIAL.sub(r"\\\1", path).replace(" ", "[[:space:]]")
    return f"/{escaped}" if "/" not in escaped or escaped.startswith(("#", "!", '"')) else escaped
