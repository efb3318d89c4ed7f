"""7z archives: listed and, where they are packed by what the standard library unpacks, looked into. Nothing is written."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

from cardlint.weights.memberpaths import leads_out, link_leads_out, tidy
from cardlint.weights.reading import Span
from cardlint.weights.sevencodecs import content_of
from cardlint.weights.sevenread import WrongSevenError, read_listing
from cardlint.weights.verdict import SPENT, Judgement, merged, until_spent
from cardlint.weights.zipcheck import archive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader
    from cardlint.weights.sevenread import Listing, Member
    from cardlint.weights.verdict import Evidence

_UNIX = 0x8000  # the attributes' upper half is a Unix mode
_LONGEST_TARGET = 4096


def judge(reader: Reader, context: Context) -> Judgement:
    """The list of members, then every member."""
    try:
        listing = read_listing(reader, context.budget)
    except WrongSevenError as error:
        return Judgement("7z", (archive("header", f"begins like a 7z archive, and {error}", verdict="review"),))
    return merged("7z", until_spent(_members(reader, context, listing), Judgement(None, (SPENT,))))


def _members(reader: Reader, context: Context, listing: Listing) -> Iterator[Judgement]:
    if left := reader.size - listing.end:
        yield Judgement(None, (archive("suffix", f"{left:,} bytes follow the archive, and belong to nothing", verdict="review"),))
    seen: set[str] = set()
    opened, content = -1, None
    for member in listing.members:
        context.budget.admit()
        yield Judgement(None, tuple(_names(member, seen)))
        if member.folder is None:
            continue
        if member.folder != opened:
            opened, content = member.folder, content_of(reader, listing.folders[member.folder], context.budget)
        if content is None:
            message = f"{member.path} is encrypted or packed by a method that is not looked into"
            yield Judgement(None, (archive(member.path, message, verdict="review"),))
        else:
            yield _content(member, Span(content, member.offset, member.size), context)


def _names(member: Member, seen: set[str]) -> Iterator[Evidence]:
    path = member.path
    if leads_out(path):
        yield archive(path, f"{path} leads out of the folder it is unpacked into")
    if tidy(path) in seen:
        yield archive(path, f"{path} is there more than once; which one is read depends on the reader")
    seen.add(tidy(path))


def _content(member: Member, content: Reader, context: Context) -> Judgement:
    path = member.path
    if member.attributes & _UNIX and stat.S_ISLNK(member.attributes >> 16):
        target = content.read(0, _LONGEST_TARGET).decode("utf-8", "replace")
        out = link_leads_out(path, target)
        message = f"{path} is a symbolic link to {target}" + (", which leads out of the archive" if out else "")
        return Judgement(None, (archive(path, message, verdict="block" if out else "review"),))
    return context.judge(path, content)
