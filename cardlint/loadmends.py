"""The edit that pins a load to a commit, prepared where its code is read; only the commit is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cardlint.problem import Edit
from cardlint.text import Span

if TYPE_CHECKING:
    from cardlint.code.commands import CommandLoad
    from cardlint.code.loads import Load
    from cardlint.coding import Program
    from cardlint.shelltexts import ShellText

_SETTLED = frozenset({"commit", "unknown"})


class Mend(NamedTuple):
    """`before`, the commit and `after` in the place of what the span covers."""

    span: Span
    before: str = ""
    after: str = ""

    def to(self, commit: str) -> Edit:
        """The edit for a commit, 40 hexadecimal digits."""
        return Edit(self.span, f"{self.before}{commit}{self.after}")


def mend(program: Program, load: Load) -> Mend | None:
    """The edit that pins a load of Python; None where none is certain to."""
    if load.pin in _SETTLED:
        return None
    quote = '\\"' if program.pieces[load.tree].escaped else '"'
    if load.given is not None:
        return _replaced(program, load, quote)
    return _inserted(program, load, quote) if load.parameter and load.pin == "none" else None


def _replaced(program: Program, load: Load, quote: str) -> Mend | None:
    """In the place of the revision that is given, or behind the id in a text that holds both."""
    assert load.given is not None
    span = program.span(load.given, load.tree)
    if load.parameter:
        return Mend(span, quote, quote)
    written = program.pieces[load.tree].text.cut(span)
    marker = ":" if load.loader.form == "github" else "@"
    if load.loader.form == "address" and "://" in written and "hf://" not in written:
        whole = f"/{load.revision}/"
        at = written.rfind(whole)
        start = span.start + at
        return Mend(Span(span.path, start, start + len(whole)), "/", "/") if written.count(whole) == 1 else None
    whole = f"{load.id}{marker}{load.revision}" if load.revision else load.id
    if written.count(whole) != 1:
        return None
    start = span.start + written.find(whole)
    return Mend(Span(span.path, start + len(load.id), start + len(whole)), marker)


def _inserted(program: Program, load: Load, quote: str) -> Mend | None:
    """Behind the last argument, where nothing but a comma stands between it and the end of the call."""
    spans = [program.span(argument, load.tree) for argument in load.called.args]
    spans += [program.span(keyword, load.tree) for keyword in load.called.keywords]
    end = max(span.end for span in spans)
    rest = program.pieces[load.tree].text.content[end : program.span(load.called, load.tree).end]
    if rest.replace("\\n", "").strip(' \t\r\n,"') != ")":
        return None
    return Mend(Span(spans[0].path, end, end), f", {load.parameter}={quote}", quote)


def command_mend(text: ShellText, load: CommandLoad) -> Mend | None:
    """The edit that pins a load by a command."""
    if load.pin in _SETTLED or not load.option or text.is_list:
        return None
    if load.given is not None:
        return Mend(text.span(load.given.start, load.given.end))
    end = text.span(load.word.end, load.word.end)
    return Mend(end, f" {load.option} ")
