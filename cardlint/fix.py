"""Fixes: edits over spans of the original text, applied until nothing changes, and written only where nothing else did.

Everything happens in memory, over the repository's own source; the disk is touched once, at the end
(`cardlint.fixwrite`). A fix that would change what it does not speak of is not applied (`cardlint.fixguard`).
"""

from __future__ import annotations

import time
from bisect import bisect_left, insort
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from cardlint.edits import faithful
from cardlint.fixguard import Spoilt, spoilt
from cardlint.report import Change, Failed, Fixing
from cardlint.repository import Repository
from cardlint.source import FileEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from cardlint.problem import Edit
    from cardlint.report import Finding, Target
    from cardlint.source import Source
    from cardlint.text import Text

# What needs more rounds or more time than this is left as it is then, and that is said.
ROUNDS = 50
_SECONDS = 60


class Overlay(NamedTuple):
    """A source with some files replaced or added."""

    source: Source
    files: Mapping[str, bytes]

    @property
    def listed(self) -> bool:
        """As the source beneath."""
        return self.source.listed

    def entries(self) -> list[FileEntry]:
        """The entries beneath and those added, sorted by path."""
        beneath = {entry.path: entry for entry in self.source.entries()}
        held = {path: FileEntry(path, len(content)) for path, content in self.files.items()}
        return [entry for _, entry in sorted({**beneath, **held}.items())]

    def read(self, path: str, start: int = 0, size: int | None = None) -> bytes:
        """The bytes of a file, as replaced."""
        if path not in self.files:
            return self.source.read(path, start, size)
        content = self.files[path]
        return content[start : None if size is None else start + size]


class _Round(NamedTuple):
    """One round: the findings whose fixes were made, what the files hold then, and which fixes were refused and why."""

    made: list[Finding]
    files: dict[str, bytes]
    refused: list[tuple[Finding, Spoilt]]


_AT_ODDS = Spoilt("is undone by another fix, or undoes it")


def fixed(repository: Repository, found: Target, look: Callable[[Repository], Target], *, unsafe: bool, only: str | None = None) -> Target:
    """What is found once everything that can be fixed is fixed, with the changes in `fixing`; nothing is written.

    `found` is what is found now and `look` says it of a repository, suppressed findings marked. With `only` no other file
    is changed.
    """
    target, files, cured = found, dict[str, bytes](), list[str]()
    before: dict[str, bytes | None] = {}
    refused: dict[str, tuple[Finding, Spoilt]] = {}
    current, seen, end = repository, [files], time.monotonic() + _SECONDS
    for number in count():
        todo = chosen((item for item in target.findings if item.fingerprint not in refused), unsafe=unsafe, only=only)
        if not todo or number == ROUNDS or time.monotonic() > end:
            break
        done = _round(current, todo)
        again = {**files, **done.files} in seen
        refused |= {item.fingerprint: (item, why) for item, why in [*done.refused, *((item, _AT_ODDS) for item in done.made if again)]}
        if again:
            continue
        before = {path: _bytes(current, path) for path in done.files} | before
        files = files | done.files
        seen.append(files)
        cured += [item.rule for item in done.made]
        current = _over(repository, files)
        target = look(current)
    notes = [*_untouched(repository), *(["there is more to fix; run again"] if todo else [])]
    changes = tuple(Change(path, before[path], files[path]) for path in sorted(files))
    return _outcome(target, Fixing(len(cured), changes, tuple(notes), rules=tuple(sorted(Counter(cured).items()))), refused.values())


def _over(repository: Repository, files: Mapping[str, bytes]) -> Repository:
    return Repository(Overlay(repository.source, files), repository.identity, repository.card_path)


def _bytes(repository: Repository, path: str) -> bytes | None:
    """What a file held when it was read; None for one that a fix makes."""
    text = repository.texts.get(path)
    return None if text is None else text.content.encode()


def _untouched(repository: Repository) -> Iterator[str]:
    for path, text in repository.texts.items():
        if not faithful(text):
            yield f"nothing in {path} was fixed: it is {'too large' if text.truncated else 'not UTF-8 throughout'}"


def _outcome(target: Target, fixing: Fixing, refused: Iterable[tuple[Finding, Spoilt]]) -> Target:
    """What remains, with what was refused: as failed where that is our defect, else as a note."""
    said = [(finding.rule, f"its fix of {finding.subject or finding.path} {spoilt.why}", spoilt.ours) for finding, spoilt in refused]
    failed = tuple(Failed(rule, why) for rule, why, ours in said if ours)
    notes = tuple(f"{rule} was not fixed: {why}" for rule, why, ours in said if not ours)
    return target._replace(failed=target.failed + failed, fixing=fixing._replace(notes=fixing.notes + notes))


def chosen(findings: Iterable[Finding], *, unsafe: bool, only: str | None = None) -> list[Finding]:
    """The findings to fix together: of those that count, each whose fix touches nothing an earlier one touches."""
    taken: dict[str, list[tuple[int, int]]] = {}
    todo: list[Finding] = []
    for finding in findings:
        fix = finding.fix
        if fix is None or finding.suppressed is not None or (fix.applicability == "unsafe" and not unsafe):
            continue
        paths = {edit.span.path for edit in fix.edits}
        if (only is not None and paths != {only}) or any(_clash(edit, taken.get(edit.span.path, ())) for edit in fix.edits):
            continue
        todo.append(finding)
        for edit in fix.edits:
            insort(taken.setdefault(edit.span.path, []), (edit.span.start, edit.span.end))
    return todo


def _clash(edit: Edit, taken: Sequence[tuple[int, int]]) -> bool:
    """Whether an edit touches the same characters as one of those taken (sorted, apart), or begins or ends where it does."""
    _, start, end = edit.span
    at = bisect_left(taken, (start, start))
    return any((a < end and start < b) or a == start or b == end for a, b in taken[max(at - 1, 0) : at + 2])


def _round(repository: Repository, todo: list[Finding]) -> _Round:
    """Make the fixes of one round; where together they would spoil something, those that alone would are refused."""
    files = edited(repository, todo)
    if spoilt(repository, _over(repository, files), _edits(todo)) is None:
        return _Round(todo, files, [])
    refused: list[tuple[Finding, Spoilt]] = []
    for finding in todo:
        files = edited(repository, [finding])
        why = spoilt(repository, _over(repository, files), _edits([finding]))
        if why is None:
            return _Round([finding], files, refused)
        refused.append((finding, why))
    return _Round([], {}, refused)


def _edits(findings: Iterable[Finding]) -> list[Edit]:
    return [edit for finding in findings if finding.fix for edit in finding.fix.edits]


def applied(text: str, edits: Iterable[Edit]) -> str:
    """A text with edits made; they must not overlap."""
    parts: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: edit.span):
        parts += [text[at : edit.span.start], edit.text]
        at = edit.span.end
    return "".join([*parts, text[at:]])


def edited(repository: Repository, findings: Iterable[Finding]) -> dict[str, bytes]:
    """The files that fixes change, as they will be."""
    by_path: dict[str, list[Edit]] = {}
    for edit in _edits(findings):
        by_path.setdefault(edit.span.path, []).append(edit)
    return {path: applied(_content(repository.texts.get(path)), edits).encode() for path, edits in by_path.items()}


def _content(text: Text | None) -> str:
    return "" if text is None else text.content
