"""Torch's zip archives by their layout: state dicts, TorchScript, and exported programs. torch/serialization.py, caffe2/serialize."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cardlint.weights.verdict import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.zipread import Directory, Member

_STORAGE = re.compile(r"[^/]+/(?:data|constants|tensors|\.data)/[0-9]+")
_PICKLE = re.compile(r"([^/]+)/data\.pkl")


class Layout(NamedTuple):
    """What kind of torch archive it is, its one top folder, and the names of the members that are raw tensor data."""

    format: str
    top: str
    storages: frozenset[bytes]


def is_storage(member: Member) -> bool:
    """Whether a member is raw tensor data by its name and packing: torch reads it as numbers, whatever it holds."""
    return member.method == 0 and _STORAGE.fullmatch(member.path) is not None


def layout(directory: Directory) -> Layout | None:
    """The layout of a torch archive; None of any other archive."""
    paths = {member.path for member in directory.members}
    top = next((match[1] for path in paths if (match := _PICKLE.fullmatch(path))), None)
    if top is None:
        return None
    script = f"{top}/constants.pkl" in paths or any(path.startswith(f"{top}/code/") for path in paths)
    storages = frozenset(member.name for member in directory.members if is_storage(member))
    return Layout("torchscript" if script else "torch", top, storages)


def judge(directory: Directory, found: Layout) -> Iterator[Evidence]:
    """What torch itself would stumble over."""
    tops = {member.path.partition("/")[0] for member in directory.members}
    if len(tops) > 1:
        message = f"has {len(tops)} top folders; torch refuses it, and other readers take any of them"
        yield Evidence("block", "archive", ", ".join(sorted(tops)[:5]), message)
    del found
