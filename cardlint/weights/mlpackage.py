"""The manifest of a Core ML package: the files that belong to it. coremltools, ModelPackage.hpp."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from cardlint.weights.paths import leads_out
from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader

LARGEST = 4_000_000  # bytes


def judge(reader: Reader, context: Context) -> Judgement:
    """A manifest: every path of it stays in the package."""
    del context
    return Judgement("mlpackage", tuple(_evidence(reader)))


def _evidence(reader: Reader) -> Iterator[Evidence]:
    try:
        held = json.loads(reader.read(0, LARGEST + 1)[:LARGEST])
        items = list(held["itemInfoEntries"].values())
        paths = [str(item["path"]) for item in items]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        yield Evidence("review", "format", "manifest", "is a manifest of a Core ML package that cannot be read")
        return
    for path in dict.fromkeys(paths):
        if why := leads_out(path):
            yield Evidence("block", "format", path, f"takes a part of the package from {path!r}, which {why}")
