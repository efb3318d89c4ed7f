"""What the safe fixes would change in many repositories, as a file that people review and `cardlint apply` carries out.

The file is YAML, an entry for each repository; `schemas/fixplan.schema.json` is its form, docs/repair.md says how it is used.
"""

from __future__ import annotations

import hashlib
import tempfile
from itertools import chain
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from cardlint import __version__
from cardlint.audit.patch import Diff, Unshowable, difference
from cardlint.audit.store import now
from cardlint.errors import TOKEN, Unreadable, UsageError, masked
from cardlint.formats.safe import is_unicode
from cardlint.hubrepo import HubName
from cardlint.source import read_regular
from cardlint.veil import BULLET
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

    from cardlint.hubrepo import HubSource
    from cardlint.report import Change, Fixing
    from cardlint.veil import Veil

SCHEMA_VERSION = "1"
TITLE = "# A plan of fixes by cardlint."
_HEAD = f"""\
{TITLE} Look at each change, set `apply: false` where it is not wanted, then:
#   cardlint apply THIS_FILE          (shows what it would do)
#   cardlint apply THIS_FILE --yes    (opens the pull requests)
"""
MOST_DIFF = 500_000  # characters of all diffs of one repository; what is larger nobody reviews
_PIECE = 1 << 20
_PLAIN = lazily(r"[a-zA-Z][a-zA-Z0-9]*[-_./][a-zA-Z0-9_./-]*")
# What YAML forbids, and what could act on a terminal: written as escapes, as are quotes and backslashes.
_SPECIAL = lazily(r'[^\x20-\x7e\xae-\u05ff\u3040-\ud7ff]|["\\#]')
_BYTE, _SHORT = 0x100, 0x10000


class FileFix(NamedTuple):
    """A file with its fixes: SHA-256 before (None where there is none) and after, and the diff between."""

    path: str
    before: str | None
    after: str
    diff: Diff


class Proposal(NamedTuple):
    """What the safe fixes would change in one repository (`hf://…`) at a commit; `rules` are those fixed, each with how often.

    `refused` says why a plan cannot carry it, if so; then `files` are empty.
    """

    repository: str
    kind: str
    revision: str
    rules: tuple[tuple[str, int], ...] = ()
    files: tuple[FileFix, ...] = ()
    refused: str | None = None


def proposal(source: HubSource, fixing: Fixing, veil: Veil) -> Proposal | None:
    """What a plan says of the fixes of a repository on the Hub; None where there are none. `veil` knows its secrets."""
    if not fixing.changes:
        return None
    made = Proposal(str(HubName(source.name.kind, source.id)), source.name.kind, source.commit, fixing.rules)
    try:
        files = tuple(_fixed(change, veil) for change in fixing.changes)
    except Unshowable as reason:
        return made._replace(refused=str(reason))
    if sum(len(item.diff.text) for item in files) > MOST_DIFF:
        return made._replace(refused=f"its diff has more than {MOST_DIFF:,} characters, which nobody can review")
    return made._replace(files=files)


def _fixed(change: Change, veil: Veil) -> FileFix:
    if not is_unicode(change.path) or veil.said(masked(change.path)) != change.path:
        raise Unshowable("the name of a file that would be changed is no text, or holds a secret")
    before = None if change.before is None else sha256(change.before)
    return FileFix(
        change.path, before, sha256(change.after), difference(change.before, change.after, lambda content: _masked(content, veil))
    )


def _masked(content: bytes, veil: Veil) -> bytes:
    """A content without secrets, nor what only looks like a token, which nothing else we print repeats either; as long as it was."""
    text = veil.content(content).decode("utf-8", "surrogateescape")
    return TOKEN.sub(lambda match: match[1] + BULLET * (len(match[0]) - len(match[1])), text).encode("utf-8", "surrogateescape")


def sha256(content: bytes) -> str:
    """In hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def write_plan(path: Path | str, proposals: Iterable[Proposal], *, policy: str) -> int:
    """Write a plan, at once and whole, as the proposals come; the number of repositories in it.

    Raises UsageError where it cannot be written, or where it would replace what is no plan.
    """
    place = Path(path)
    assert_replaceable(place)
    from cardlint.atomic import replace_file

    try:
        with tempfile.TemporaryFile() as body, tempfile.TemporaryFile() as rest:
            count = _spooled(proposals, body, rest)
            left = [] if rest.tell() == 0 else [b"left_out:\n", *_pieces(rest)]
            listed = b"repositories:\n" if count else b"repositories: []\n"
            replace_file(place, chain([_header(policy, count).encode(), listed], _pieces(body), left))
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
    return count


def _spooled(proposals: Iterable[Proposal], body: IO[bytes], rest: IO[bytes]) -> int:
    """Put the entries into one file, and what is left out into another; how many entries there are."""
    count = 0
    for item in proposals:
        if item.refused is None:
            body.write("".join(f"{line}\n" for line in _entry(item)).encode())
            count += 1
        else:
            rest.write(f"- repository: {_text(item.repository)}\n  reason: {_text(item.refused)}\n".encode())
    return count


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    return iter(lambda: file.read(_PIECE), b"")


def assert_replaceable(place: Path) -> None:
    """Raise UsageError unless a plan may be written there: in the place of nothing, of an empty file, or of another plan."""
    try:
        held = read_regular(place, size=len(TITLE))
    except FileNotFoundError:
        if not place.parent.is_dir():
            raise UsageError(f"{place} cannot be written: there is no folder {place.parent}") from None
        return
    except OSError as error:
        raise UsageError(f"{place} cannot be written: {error.strerror or error}") from error
    except Unreadable as error:
        raise UsageError(str(error)) from error
    if held not in {b"", TITLE.encode()}:
        raise UsageError(f"{place} is no plan of fixes, and is not overwritten; give another name, or remove it first")


def _header(policy: str, count: int) -> str:
    values = {"schema_version": SCHEMA_VERSION, "tool": f"cardlint {__version__}", "policy": policy, "made": now()}
    lines = [*(f"{name}: {_text(value)}\n" for name, value in values.items()), f"count: {count}\n"]
    return _HEAD + "".join(lines)


def _entry(item: Proposal) -> Iterator[str]:
    yield f"- repository: {_text(item.repository)}"
    yield f"  kind: {item.kind}"
    yield "  apply: true"
    yield f'  revision: "{item.revision}"'
    yield "  rules:"
    yield from (f"    {_text(rule)}: {count}" for rule, count in item.rules)
    yield "  files:"
    for file in item.files:
        yield f"  - path: {_text(file.path)}"
        if file.before is not None:
            yield f'    before: "{file.before}"'
        yield f'    after: "{file.after}"'
        if file.diff.escaped:
            yield "    escaped: true"
        yield "    diff: |"
        yield from (f"      {row}" for row in file.diff.text.removesuffix("\n").split("\n"))


def _text(value: str) -> str:
    """A text as YAML, on one line: plain where every version of YAML takes it for text, else in quotes."""
    if _PLAIN.fullmatch(value):
        return value
    return f'"{_SPECIAL.sub(_escape, value)}"'


def _escape(match: re.Match[str]) -> str:
    char, code = match[0], ord(match[0])
    if char in '"\\':
        return f"\\{char}"
    return f"\\x{code:02x}" if code < _BYTE else f"\\u{code:04x}" if code < _SHORT else f"\\U{code:08x}"
