"""Base models whose id alone says their licence: the licensor's own namespace and names that never had another."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from cardlint.locate import data_folder
from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Family(NamedTuple):
    """Models of one pattern: an id, or the beginning of ids before a `*` at its end.

    `license` is a canonical id of `cardlint.licenses.knowledge`; `conditions` are those of obligations that hold for
    all of them (`multimodal`); `source` says where this comes from.
    """

    pattern: str
    license: str
    source: str
    conditions: tuple[str, ...] = ()


@cache
def families() -> Mapping[str, tuple[Family, ...]]:
    """All families by namespace, lower-case."""
    held = json.loads((data_folder("schemas") / "licenses" / "families.json").read_bytes())
    found: dict[str, tuple[Family, ...]] = {}
    for entry in held["families"]:
        family = Family(entry["pattern"], entry["license"], entry["source"], tuple(entry.get("conditions", ())))
        namespace = family.pattern.partition("/")[0].lower()
        found[namespace] = (*found.get(namespace, ()), family)
    return found


def family_of(repository: str) -> Family | None:
    """The family of a model id; None where its id does not decide. The Hub ignores letter case, and so does this."""
    wanted = repository.lower()
    near = families().get(wanted.partition("/")[0], ())
    return next((family for family in near if _fits(wanted, family.pattern.lower())), None)


def _fits(wanted: str, pattern: str) -> bool:
    return wanted.startswith(pattern[:-1]) if pattern.endswith("*") else wanted == pattern
