"""What the `datasets` library knows of file names by itself: which files hold no data, which names mean which split."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import NamedTuple, TypeAlias

from cardlint.locate import data_folder

Patterns: TypeAlias = "dict[str, tuple[str, ...]]"


class Defaults(NamedTuple):
    """The data of schemas/data-files.json, patterns written out.

    `tried` are the patterns of splits in the order in which the library tries them; `extensions` those it reads.
    """

    ignored: frozenset[str]
    folder: str
    sharded: re.Pattern[str]
    split: re.Pattern[str]
    tried: tuple[Patterns, ...]
    extensions: frozenset[str]
    compressed: frozenset[str]


@cache
def defaults() -> Defaults:
    """The data that ships."""
    held = json.loads((data_folder("schemas") / "data-files.json").read_bytes())
    tried = [*held["fixed"], *(_written_out(held, held[form]) for form in ("folder_patterns", "name_patterns")), held["default"]]
    sharded = held["sharded"]
    return Defaults(
        frozenset(held["ignored"]), sharded["folder"], re.compile(sharded["name"], re.DOTALL), re.compile(sharded["split"]),
        tuple({split: tuple(patterns) for split, patterns in each.items()} for each in tried),
        frozenset(held["extensions"]), frozenset(held["compressed"]),
    )  # fmt: skip


def _written_out(held: dict[str, dict[str, list[str]]], forms: list[str]) -> dict[str, list[str]]:
    return {
        split: [form.format(word=word, sep=held["separators"]) for word in words for form in forms]
        for split, words in held["keywords"].items()
    }


def is_data(path: str) -> bool:
    """Whether a file has an extension the library reads, compressed or not."""
    known = defaults()
    steps = path.rpartition("/")[2].lower().split(".")[1:]
    if steps and f".{steps[-1]}" in known.compressed:
        steps.pop()
    return bool(steps) and f".{steps[-1]}" in known.extensions
