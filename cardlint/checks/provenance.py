"""Whether what is published can be told from what somebody else put there, and one state of it from another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.checks.keys import first_line
from cardlint.nature import first
from cardlint.nodes import Mapping, Sequence, is_null
from cardlint.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.files import Files
    from cardlint.nodes import Node
    from cardlint.topics import Topics


def unsigned(files: Files, metadata: Mapping, *, weights: list[str], signatures: list[str]) -> Iterator[Problem]:
    """Weights without a signature over them; both are globs, weights in any folder."""
    if first(files, weights) is not None and first(files, signatures) is None:
        message = "nothing signs the weights, so nobody can tell them from a copy that was changed; publish a signature such as `model.sig`"
        yield Problem(message, first_line(metadata), subject="signature")


def unversioned(topics: Topics, metadata: Mapping, files: Files, *, logs: list[str]) -> Iterator[Problem]:
    """Neither a change log, nor a section on versions, nor a `version` in the metadata."""
    if first(files, logs) is not None or topics.covered("versions") or any(not is_null(node) for node in _versions(metadata)):
        return
    message = "nothing tells one state of this repository from another; add a change log, or a section on versions"
    yield Problem(message, first_line(metadata), subject="versions")


def _versions(metadata: Mapping) -> Iterator[Node]:
    """What `version` says, at the top or in `dataset_info`."""
    info = metadata.get("dataset_info")
    infos = info.items if isinstance(info, Sequence) else [info]
    for node in (metadata, *infos):
        if isinstance(node, Mapping) and (version := node.get("version")) is not None:
            yield version
