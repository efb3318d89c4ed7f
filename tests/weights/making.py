"""Files by hand for the tests of weights: archives with every field open to lies, pickles by their opcodes, readers that count."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.weights.budget import Budget
from cardlint.weights.judge import Context, judge
from cardlint.weights.names import Names
from cardlint.weights.reading import Held

if TYPE_CHECKING:
    from cardlint.weights.verdict import Judgement

# A small list of what is vetted and dangerous, so that the tests do not depend on what ships.
VETTED: dict[str, Any] = {
    "modules": {
        "collections": {"python/container": "OrderedDict"},
        "_codecs": {"python/encode-text": "encode"},
        "copyreg": {"python/reconstructor": "_reconstructor"},
        "builtins": {"python/value": "object int set"},
        "numpy": {"numpy/value": "dtype ndarray str_ int64"},
        "joblib.numpy_pickle": {"joblib/class": "NumpyArrayWrapper"},
        "joblib.numpy_pickle_compat": {"joblib/beside": "NDArrayWrapper"},
        "torch": {"torch/kept": "FloatStorage LongStorage", "torch/value": "device"},
        "torch._utils": {"torch/container": "_rebuild_tensor_v2"},
        "torch.storage": {"torch/nested": "_load_from_bytes", "torch/kept": "UntypedStorage"},
        "sklearn.linear_model._logistic": {"sklearn/class": "LogisticRegression"},
    },
}
DANGEROUS: dict[str, Any] = {
    "names": {"builtins.eval": {"does": "runs code", "reference": "GHSA-test"}},
    "modules": {"posix": {"does": "reaches the operating system"}, "os": {"does": "reaches the operating system"}},
}
LISTS = Names(VETTED, DANGEROUS)
EMPTY_DICT = b"\x80\x02}q\x00."
PAYLOAD = b"\x80\x02cposix\nsystem\nX\x04\x00\x00\x00echo\x85R."
UNVETTED = b"\x80\x02csome.module\nThing\n)R."


class Watched(NamedTuple):
    """Content that notes every read. Not `near` unless said."""

    content: bytes
    reads: list[tuple[int, int]]
    near: bool = False

    @property
    def size(self) -> int:
        return len(self.content)

    def read(self, start: int, size: int) -> bytes:
        held = self.content[start : start + size]
        self.reads.append((start, len(held)))
        return held


def judged(content: bytes, name: str = "", *, near: bool = True, lists: Names = LISTS, budget: Budget | None = None) -> Judgement:
    """The judgement of bytes."""
    return judge(Held(content) if near else Watched(content, []), Context(lists, budget or Budget(), name))


def said(judgement: Judgement, verdict: str | None = None) -> str:
    """All that is said, in one text, of one gravity or of all."""
    return "\n".join(
        f"{item.verdict} {item.member}: {item.message} [{item.reference}]"
        for item in judgement.evidence
        if verdict is None or item.verdict == verdict
    )


class Entry(NamedTuple):
    """A member of a zip archive. `local` and `central` are fields that say something else than what is so."""

    name: bytes
    content: bytes = b""
    method: int = 0
    flags: int = 0
    local: dict[str, Any] = {}  # noqa: RUF012 - never changed
    central: dict[str, Any] = {}  # noqa: RUF012 - never changed
    after: bytes = b""


def deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def _fields(entry: Entry, data: bytes) -> dict[str, Any]:
    return {
        "needs": 20, "flags": entry.flags, "method": entry.method, "crc": zlib.crc32(entry.content), "packed": len(data),
        "size": len(entry.content), "name": entry.name, "extra": b"", "mode": 0,
    }  # fmt: skip


def zipped(*entries: Entry, prefix: bytes = b"", suffix: bytes = b"", comment: bytes = b"", before_end: bytes = b"", **end: int) -> bytes:
    """An archive. `end` are fields of the end record: `count`, `here`, `size`, `offset`, `disk`, `comment_length`."""
    body, directory = bytearray(prefix), bytearray()
    for entry in entries:
        data = deflated(entry.content) if entry.method == 8 else entry.content
        at = len(body)
        local = _fields(entry, data) | entry.local
        body += struct.pack(
            "<4s5H3L2H", b"PK\x03\x04", local["needs"], local["flags"], local["method"], 0, 0, local["crc"], local["packed"], local["size"],
            len(local["name"]), len(local["extra"]),
        )  # fmt: skip
        body += local["name"] + local["extra"] + data + entry.after
        central = _fields(entry, data) | {"header": at - len(prefix)} | entry.central
        directory += struct.pack(
            "<4s6H3L5H2L", b"PK\x01\x02", 3 << 8 | 20, central["needs"], central["flags"], central["method"], 0, 0, central["crc"],
            central["packed"], central["size"], len(central["name"]), len(central["extra"]), 0, 0, 0, central["mode"] << 16, central["header"],
        )  # fmt: skip
        directory += central["name"] + central["extra"]
    fields = {
        "count": len(entries), "size": len(directory), "offset": len(body) - len(prefix), "disk": 0, "comment_length": len(comment),
    } | end  # fmt: skip
    record = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", fields["disk"], fields["disk"], fields.get("here", fields["count"]), fields["count"], fields["size"],
        fields["offset"], fields["comment_length"],
    )  # fmt: skip
    return bytes(body + directory + before_end) + record + comment + suffix


def text(value: str) -> bytes:
    """The opcode that pushes a text."""
    held = value.encode()
    return b"X" + struct.pack("<L", len(held)) + held


def storage(kind: str, key: str, count: int) -> bytes:
    """The opcodes of a persistent id as torch writes them."""
    return b"(" + text("storage") + f"ctorch\n{kind}\n".encode() + text(key) + text("cpu") + b"J" + struct.pack("<l", count) + b"tQ"
