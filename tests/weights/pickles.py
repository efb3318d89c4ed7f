"""Pickles put together opcode by opcode, in every way there is to say the same thing. What they would run only says `echo`."""

from __future__ import annotations

import itertools
import pickletools
import struct
from typing import TYPE_CHECKING, NamedTuple

from cardlint.weights.budget import Budget
from cardlint.weights.judge import Context, judge
from cardlint.weights.names import Names
from cardlint.weights.reading import Held

if TYPE_CHECKING:
    from cardlint.weights.verdict import Judgement

ECHO = "echo"
VETTED = {
    "modules": {
        "collections": {"python/container": "OrderedDict"},
        "builtins": {"python/value": "str list", "python/attribute": "getattr"},
        "datetime": {"python/value": "date"},
        "_codecs": {"python/encode-text": "encode"},
        "copyreg": {"python/reconstructor": "_reconstructor"},
        "torch._utils": {"torch/value": "_rebuild_tensor_v2"},
    },
}
DANGEROUS = {
    "modules": {module: {"does": "reaches the operating system"} for module in ("os", "posix", "nt", "sys", "subprocess", "importlib")},
    "names": {
        name: {"does": "runs what it is given", "reference": "GHSA-test"}
        for name in ("builtins.eval", "builtins.exec", "builtins.__import__", "pkgutil.resolve_name", "pickle.loads", "idlelib.run.runcode")
    },
}
NAMES = Names(VETTED, DANGEROUS)


def context(name: str = "", **budget: int) -> Context:
    """A context with short lists of names."""
    return Context(NAMES, Budget(**budget), name)


def judged(content: bytes, name: str = "", **budget: int) -> Judgement:
    """The judgement of a file."""
    return judge(Held(content), context(name, **budget))


def said(judgement: Judgement) -> list[tuple[str, str]]:
    """What was found, by gravity and what it is about."""
    return [(item.verdict, item.about) for item in judgement.evidence]


class Style(NamedTuple):
    """One way to write a pickle."""

    protocol: int = 4
    memo: str = "none"  # none, put, binput, long_binput, memoize
    call: str = "reduce"  # reduce, obj, inst, newobj, newobj_ex
    spelling: str = "global"  # global, stack, escaped, quoted, memoised, decoys


class Writer:
    """Writes the parts of one program in a style."""

    def __init__(self, style: Style) -> None:
        self.style = style
        self.count = 0

    def put(self) -> bytes:
        """Remember the top of the stack under the next number, or not at all."""
        key = self.count
        self.count += 1
        return {
            "none": b"", "put": b"p%d\n" % key, "binput": b"q" + bytes([key]), "long_binput": b"r" + struct.pack("<I", key), "memoize": b"\x94",
        }[self.style.memo]  # fmt: skip

    def text(self, text: str) -> bytes:
        """A text as this protocol writes it."""
        raw = text.encode()
        if self.style.protocol == 0:
            return b"V" + raw + b"\n" + self.put()
        if self.style.protocol < 4:
            return b"X" + struct.pack("<I", len(raw)) + raw + self.put()
        return b"\x8c" + bytes([len(raw)]) + raw + self.put()

    def spelt(self, text: str) -> bytes:
        """A part of a name as text on the stack."""
        raw = text.encode()
        if self.style.spelling == "escaped":
            return b"V" + b"".join(b"\\u%04x" % sign for sign in raw) + b"\n"
        if self.style.spelling == "quoted":
            return b"S'" + b"".join(b"\\x%02x" % sign for sign in raw) + b"'\n"
        if self.style.spelling == "memoised":
            return b"U" + bytes([len(raw)]) + raw + b"r\xff\x00\x00\x000" + b"N0" + b"j\xff\x00\x00\x00"
        if self.style.spelling == "decoys":
            return self.text(text) + b"(" + self.text("json") + b"1" + self.text("loads") + b"0" + b"20"
        return self.text(text)

    def name(self, module: str, name: str) -> bytes:
        """A name the program asks for."""
        if self.style.spelling == "global":
            return f"c{module}\n{name}\n".encode() + self.put()
        return self.spelt(module) + self.spelt(name) + b"\x93" + self.put()

    def call(self, module: str, name: str, *args: bytes) -> bytes:
        """Call a name."""
        given = b"(" + b"".join(args) + b"t"
        return {
            "reduce": lambda: self.name(module, name) + given + b"R",
            "obj": lambda: b"(" + self.name(module, name) + b"".join(args) + b"o",
            "inst": lambda: b"(" + b"".join(args) + f"i{module}\n{name}\n".encode(),
            "newobj": lambda: self.name(module, name) + given + b"\x81",
            "newobj_ex": lambda: self.name(module, name) + given + b"}\x92",
        }[self.style.call]() + self.put()  # fmt: skip

    def whole(self, body: bytes) -> bytes:
        """A whole program."""
        return (b"\x80" + bytes([self.style.protocol]) if self.style.protocol > 1 else b"") + body + b"."


def opcodes(content: bytes) -> list[bytes]:
    """The opcodes of a program, each with its argument."""
    starts = [place for _, _, place in pickletools.genops(content) if place is not None] + [len(content)]
    return [content[start:end] for start, end in itertools.pairwise(starts)]


def frame(content: bytes, longer: int = 0) -> bytes:
    """A frame around some opcodes, which says that it is so much longer."""
    return b"\x95" + struct.pack("<Q", len(content) + longer) + content


def framed(content: bytes, size: int) -> bytes:
    """A program without frames, so many opcodes in each of its frames."""
    first, rest = (content[:2], content[2:]) if content[:1] == b"\x80" else (b"", content)
    parts = opcodes(rest)
    return first + b"".join(frame(b"".join(parts[at : at + size])) for at in range(0, len(parts), size))
