"""What keeps secrets out of everything we print. Every report, message and error goes through here, whatever rules ran.

A secret is recognised by its form, and any piece of one that stands in a text that was read is recognised by itself:
messages quote what they are about, and cut it off somewhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from cardlint.report import Change

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cardlint.code.secrets import Secret
    from cardlint.problem import Problem
    from cardlint.report import Finding, Fixing, Target
    from cardlint.text import Text

# What has none of this holds no secret: most of what is printed costs one search.
_PERHAPS = re.compile(r"[A-Za-z0-9_+/=.~%-]{16}|://[^\s/]*:|[Bb]asic |machine |[Cc][Uu][Rr][Ll]|(?:\\(?:u00|x)[0-9A-Fa-f]{2}){8}")
_PIECE = 8  # characters of a secret that are recognised wherever they stand
_SHORTEST = 5  # of a whole password, if it is no word
_KEPT_WHOLE = 20_000  # characters of one secret that are taken to pieces
BULLET = "\u2022"
_LINE = BULLET * 4
# Fields of a report that say what a rule is called and where it is explained: nothing of the repository.
_OURS = frozenset({"rule", "rules", "not_applicable", "url"})


def veiled(text: str) -> str:
    """The text with the secrets in it masked, each as long as what may be shown of it."""
    shown, at = [], 0
    for secret in secrets_in(text):
        shown += [text[at : secret.start], secret.masked]
        at = secret.end
    return "".join([*shown, text[at:]])


def starred(text: str) -> str:
    """The text with the secrets in it masked, as long as it was, so that offsets stay."""
    return _starred(text, 0, secrets_in(text))


def secrets_in(text: str) -> list[Secret]:
    """The secrets in a text, of which most are without anything like one."""
    if _PERHAPS.search(text) is None:
        return []
    from cardlint.code.secrets import find
    from cardlint.secrettable import secret_table

    return find(text, secret_table())


def _starred(text: str, offset: int, secrets: Iterable[Secret]) -> str:
    """A piece of a text, at an offset of it, with what secrets cover of the piece."""
    chars = None
    for secret in secrets:
        head, _, tail = secret.masked.partition("\u2026") if "\u2026" in secret.masked else ("", "", "")
        start, end = secret.start + len(head) - offset, secret.end - len(tail) - offset
        if start < len(text) and end > 0:
            chars = list(text) if chars is None else chars
            for at in range(max(0, start), min(end, len(text))):
                chars[at] = BULLET if chars[at] not in "\r\n" else chars[at]
    return text if chars is None else "".join(chars)


class Veil:
    """The same for one repository, of which it knows the secrets that stand in the texts it was shown."""

    def __init__(self, texts: dict[str, Text]) -> None:
        """`texts` are those the rules have read so far; it grows."""
        self._texts = texts
        self._known: dict[str, tuple[Text, list[Secret]]] = {}
        self._pieces: set[str] = set()
        self._whole: set[str] = set()
        self._said: dict[str, str] = {}
        self._lines: dict[tuple[str, int], tuple[Text, str]] = {}

    def secrets(self, text: Text) -> list[Secret]:
        """The secrets in a text, looked for once."""
        held = self._known.get(text.path)
        if held is None or held[0] is not text:
            secrets = secrets_in(text.content)
            if not secrets and text.path not in self._texts:
                return secrets  # what nobody quotes is not kept
            held = self._known[text.path] = text, secrets
            self._learn(text.content[secret.start : secret.end] for secret in secrets)
        return held[1]

    def _learn(self, values: Iterable[str]) -> None:
        from cardlint.code.secrets import lowered

        for value in self._spelled(values):
            folded = lowered(value[:_KEPT_WHOLE])
            if len(folded) < _PIECE:
                self._whole |= {value} if len(value) >= _SHORTEST and not value.isalpha() else set()
            elif not value.isalpha() or len(value) > 2 * _PIECE:
                self._pieces.update(folded[at : at + _PIECE] for at in range(len(folded) - _PIECE + 1))
            self._said.clear()

    @staticmethod
    def _spelled(values: Iterable[str]) -> Iterator[str]:
        """Each as it stands, and as it is read."""
        from cardlint.code.escapes import undone

        for value in values:
            yield value
            if (plain := undone(value)) is not None:
                yield plain.text

    def line(self, text: Text, number: int) -> str:
        """A 1-based line of a text, masked, as long as it was; the same object each time, as a thousand findings may share it."""
        held = self._lines.get((text.path, number))
        if held is None or held[0] is not text:
            held = self._lines[text.path, number] = text, self._line(text, number)
        return held[1]

    def _line(self, text: Text, number: int) -> str:
        line = text.line(number)
        secrets = self.secrets(text)
        start = text.line_starts[number - 1] + (1 if number == 1 and text.bom else 0)
        return starred(_starred(line, start, secrets) if secrets else line)  # of very many secrets not all are known

    def said(self, text: str) -> str:
        """What is to be printed, without secrets and without pieces of those that are known."""
        if text not in self._said:
            for path in [path for path, held in self._texts.items() if path not in self._known or self._known[path][0] is not held]:
                self.secrets(self._texts[path])
            self._said[text] = self._without_pieces(veiled(text))
        return self._said[text]

    def _without_pieces(self, text: str) -> str:
        for value in self._whole:
            text = text.replace(value, "***")
        covered = self._covered(text)
        if not any(covered):
            return text
        hidden = "".join("\0" if cover else char for char, cover in zip(text, covered, strict=True))
        return re.sub("\0+", "***", hidden)

    def _covered(self, text: str) -> list[bool]:
        """Of each character whether a known piece covers it; empty where nothing is known."""
        if not self._pieces:
            return []
        from cardlint.code.secrets import lowered

        folded = lowered(text)
        covered = [False] * len(text)
        for at in range(len(text) - _PIECE + 1):
            if folded[at : at + _PIECE] in self._pieces:
                covered[at : at + _PIECE] = [True] * _PIECE
        return covered

    def problem(self, problem: Problem) -> Problem:
        """A problem without secrets in what it says. Its changes are those of the file, and stay."""
        related = tuple(item._replace(message=self.said(item.message)) for item in problem.related)
        subject = None if problem.subject is None else self.said(problem.subject)
        return problem._replace(message=self.said(problem.message), subject=subject, related=related)

    def target(self, target: Target) -> Target:
        """All that was found in a repository without secrets; a fix that would repeat one is not offered."""
        findings = tuple(self._without_fix(finding) for finding in target.findings)
        held: Target = self._walked(target._replace(findings=findings, fixing=None))
        return held._replace(fixing=None if target.fixing is None else self._fixing(target.fixing))

    def _fixing(self, fixing: Fixing) -> Fixing:
        """What fixing came to, for those who show it: what is written was written before."""
        unwritten = None if fixing.unwritten is None else self.said(fixing.unwritten)
        pull = fixing.pull and fixing.pull._replace(changes=self._changes(fixing.pull.changes))
        notes = tuple(map(self.said, fixing.notes))
        return fixing._replace(changes=self._changes(fixing.changes), notes=notes, unwritten=unwritten, pull=pull)

    def _changes(self, changes: tuple[Change, ...]) -> tuple[Change, ...]:
        return tuple(Change(self.said(item.path), item.before and self.content(item.before), self.content(item.after)) for item in changes)

    def content(self, content: bytes) -> bytes:
        """The content of a file that was fixed, masked and as long as it was: by form, and what a fix made of a secret by its pieces."""
        text = starred(content.decode("utf-8", "surrogateescape"))
        covered = self._covered(text)
        hidden = (
            (BULLET if cover and char not in "\r\n" else char for char, cover in zip(text, covered, strict=True)) if any(covered) else text
        )
        return "".join(hidden).encode("utf-8", "surrogateescape")

    def _without_fix(self, finding: Finding) -> Finding:
        if finding.fix is None:
            return finding
        masked = finding.place is not None and _LINE in finding.place.source
        if masked or any(self.said(edit.text) != edit.text for edit in finding.fix.edits):
            return finding._replace(fix=None, edited=())
        return finding

    def _walked(self, value: Any) -> Any:  # noqa: ANN401 - named tuples of named tuples, and strings
        if isinstance(value, str):
            return self.said(value)
        if not isinstance(value, tuple):
            return value
        names = getattr(value, "_fields", None)
        if names is None:
            return tuple(map(self._walked, value))
        pairs = zip(names, value, strict=True)
        return value._make(item if name in _OURS else self._walked(item) for name, item in pairs)  # type: ignore[attr-defined]
