"""The persistent ids of torch's pickles: which tensor payload they name, and how long it has to be.

torch/serialization.py, `persistent_id`: `("storage", type, key, location, number of elements[, view])`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.named import NamedTuple
from cardlint.weights.values import Global
from cardlint.weights.verdict import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cardlint.weights.values import Persistent, Value

_SIZES = {
    "Double": 8, "Float": 4, "Half": 2, "BFloat16": 2, "Long": 8, "Int": 4, "Short": 2, "Char": 1, "Byte": 1, "Bool": 1,
    "ComplexDouble": 16, "ComplexFloat": 8, "QUInt8": 1, "QInt8": 1, "QInt32": 4, "QUInt4x2": 1, "QUInt2x4": 1, "Untyped": 1,
}  # fmt: skip
_SHORTEST = 5
UNKNOWN = -1  # the size of tensor data that is not compared
_MISMATCH = "CVE-2026-24747"


class Payload(NamedTuple):
    """A tensor's numbers: the key they are stored under, how many there are, and the bytes of each."""

    key: str
    elements: int
    item: int

    @property
    def size(self) -> int:
        """Bytes in all."""
        return self.elements * self.item


def item_size(kind: Value) -> int | None:
    """The bytes of an element of a storage class; None where it is none of torch's."""
    if not isinstance(kind, Global) or kind.module.partition(".")[0] != "torch":
        return None
    return _SIZES.get(kind.name.removesuffix("Storage")) if kind.name.endswith("Storage") else None


def payload(value: Persistent) -> Payload | None:
    """What a persistent id stands for; None where it is no tensor's."""
    key = value.key
    if not isinstance(key, tuple) or len(key) < _SHORTEST or key[0] != "storage":
        return None
    item, count = item_size(key[1]), key[4]
    if item is None or type(count) is not int or count < 0 or not isinstance(key[2], (str, int)):
        return None
    return Payload(str(key[2]), count, item)


def check(persistent: Iterable[tuple[Persistent, int]], storages: Mapping[str, int]) -> Iterator[Evidence]:
    """Where ids name no tensor payload of the archive, or one of another size: torch takes the size from the id."""
    for value, offset in persistent:
        found = payload(value)
        if found is None:
            message = "has an object it does not hold (persistent id) that is no tensor's"
            yield Evidence("review", "pickle", "persistent id", message, offset=offset)
        elif found.key not in storages:
            yield Evidence("review", "pickle", "storage", f"tensor data {found.key} is not in the archive", offset=offset)
        elif storages[found.key] == UNKNOWN:
            continue
        elif found.size > storages[found.key]:
            message = f"tensor data {found.key} has {storages[found.key]:,} bytes, and the pickle asks for {found.size:,}"
            yield Evidence("block", "pickle", "storage", message, offset=offset, reference=_MISMATCH)
        elif found.size + found.item <= storages[found.key]:
            message = f"tensor data {found.key} has {storages[found.key]:,} bytes, and the pickle uses {found.size:,} of them"
            yield Evidence("review", "pickle", "storage", message, offset=offset)
