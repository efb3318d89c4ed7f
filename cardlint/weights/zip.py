"""Zip archives: torch files, npz, and any other. Each member is judged by its own content, whatever it is called."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from cardlint.weights import keras, torch
from cardlint.weights.inflate import Inflated, WrongDataError
from cardlint.weights.reading import Part
from cardlint.weights.verdict import Evidence, Judgement
from cardlint.weights.zipcheck import check
from cardlint.weights.zipread import WrongZipError, read_directory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader
    from cardlint.weights.zipcheck import Checked
    from cardlint.weights.zipread import Directory, Member

MOST_INFLATED = 64_000_000  # bytes of one member
_SUMMED = 16_000_000  # bytes of a member whose CRC is computed


def judge(reader: Reader, context: Context) -> Judgement:
    """An archive: its structure, then every member."""
    try:
        directory = read_directory(reader)
    except WrongZipError as error:
        message = f"begins like a zip archive, and {error}"
        return Judgement("zip", (Evidence("review", "archive", "directory", message),))
    layout = torch.layout(directory)
    trusted = layout.storages if layout is not None and not reader.near else frozenset()
    checked = check(reader, directory, lambda member: member.name in trusted)
    parts = keras.roles(directory, context.name)
    inside = context._replace(torch=context.torch or layout is not None, roles=parts)
    found = [judged for member, content in _contents(reader, directory, checked) for judged in _member(member, content, inside)]
    evidence = [
        *checked.evidence,
        *(torch.judge(directory, layout) if layout else ()),
        *(item for judged in found for item in judged.evidence),
    ]
    names = dict.fromkeys(name for judged in found for name in judged.globals)
    inert = [f"{len(trusted)} tensor payloads: where they lie is taken from the directory"] if trusted else []
    inert += [reason for judged in found for reason in judged.inert]
    return Judgement(layout.format if layout else "keras" if parts else "zip", tuple(evidence), tuple(names), tuple(dict.fromkeys(inert)))


def _contents(reader: Reader, directory: Directory, checked: Checked) -> Iterator[tuple[Member, Reader]]:
    """The members whose content can be read, with it; none of folders, and of what is encrypted or trusted to be a tensor."""
    for index, member in enumerate(directory.members):
        if index in checked.places and not member.path.endswith("/") and not member.flags & 1:
            content = _content(reader, member, checked.places[index][0])
            if content is not None:
                yield member, content


def _member(member: Member, content: Reader, context: Context) -> Iterator[Judgement]:
    """The judgement of one member's content."""
    storage = context.torch and torch.is_storage(member)
    try:
        if not storage:
            yield context.judge(member.path, content)
        yield from _summed(content, member, storage=storage)
    except WrongDataError as error:
        yield Judgement(None, (Evidence("review", "archive", member.path, f"{member.path}: {error}"),))


def _content(reader: Reader, member: Member, data: int) -> Reader | None:
    packed = Part(reader, data, member.packed)
    if member.method == 0:
        return packed
    return Inflated(packed, member.size, MOST_INFLATED) if member.method == 8 else None  # noqa: PLR2004 - deflate


def _summed(content: Reader, member: Member, *, storage: bool) -> Iterator[Judgement]:
    """Compare the CRC, where what is summed could be run; of large and of raw tensor data it is left to the loader."""
    if storage or member.size > _SUMMED:
        return
    crc, at = 0, 0
    while at < member.size and (chunk := content.read(at, 1_000_000)):
        crc, at = zlib.crc32(chunk, crc), at + len(chunk)
    if at != member.size:
        message = f"{member.path} has {at:,} bytes, and the directory says {member.size:,}"
        yield Judgement(None, (Evidence("block", "archive", member.path, message),))
    elif crc != member.crc:
        message = f"the CRC of {member.path} is wrong: zipfile refuses it, and torch loads it"
        yield Judgement(None, (Evidence("block", "archive", member.path, message, reference="CVE-2025-10156"),))
