"""Streams of opcodes, of which CPython's own unpicklers say which names they ask for: none of them may be missing with us.

    python tests/weights/fuzz_machine.py COUNT [SEED]

Nothing is resolved: `find_class` records and hands out stubs. Prints what was missed, and ends with 1 if anything was. Runs with
its memory limited, since the C unpickler makes room for whatever number an opcode mentions.
"""

from __future__ import annotations

import collections
import contextlib
import io
import pickle
import pickletools
import random
import resource
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

from cardlint.weights.budget import Budget
from cardlint.weights.framing import FramedStream
from cardlint.weights.judge import Context
from cardlint.weights.names import Names
from cardlint.weights.pickle import judge, read_programs
from cardlint.weights.reading import Held, Stream
from cardlint.weights.values import shown

NAMES = Names({"modules": {}, "conditions": {}}, {"names": {}, "modules": {}})
MOST_LOADS = 6
BUFFER_SIZES = (8, 24, 64)
OPCODES = {opcode.code.encode("latin-1"): opcode.arg and opcode.arg.name for opcode in pickletools.opcodes}
SMALL = [b"os", b"system", b"a.b", b"", b"c", b"\xff", b"x" * 3, b"\xc2\x80"]
NUMBERS = [b"0", b"1", b"2", b"00", b"01", b"-1", b"0x1", b"1_0", b" 3 ", b"3L", b"010", b"1\x00z", b"\x001", b"08", b"", b"9" * 20]
LINES: dict[str, list[bytes]] = {
    "decimalnl_short": NUMBERS, "decimalnl_long": NUMBERS,
    "floatnl": [b"1.5", b"nan", b"x", b"1e999", b"1.5\x00x", b" 2", b"1_0.5", b"infinity"],
    "stringnl": [b"'os'", rb"'sys\x74em'", b'"a"', b"x", b"''", rb"'\1\d\\'", rb"'\x1'", b"'\\'", b"'\xff'", rb"'o\163'"],
    "stringnl_noescape": [b"os", b"a", b"", b"\xff"],
    "unicodestringnl": [b"os", rb"sys\u0074em", rb"\u00zz", b"\xff", rb"\\u0041"],
}  # fmt: skip
FIXED = {"uint1": 1, "uint2": 2, "int4": 4, "uint4": 4, "uint8": 8}
COUNTED = {
    "string1": 1, "string4": 4, "bytes1": 1, "bytes4": 4, "bytes8": 8, "unicodestring1": 1, "unicodestring4": 4,
    "unicodestring8": 8, "bytearray8": 8, "long1": 1, "long4": 4,
}  # fmt: skip
USUAL = [b"\x8c\x02os", b"\x8c\x06system", b"(", b"N", b"\x94", b"K\x01", b"]", b"}", b")", b"2", b"h\x00", b"q\x00", b"\x85", b"h\x01"]
DOING = [b"\x93", b"cos\nsystem\n", b"R", b"\x81", b"o", b"b", b"0", b"1", b"ios\nsystem\n", b"t", b"u", b"e", b"s", b"a", b"\x92"]
NAMES_ASKED = [b"cos\nsystem\n", b"\x8c\x02os\x8c\x06system\x93", b"cnt\nb.c\n"]


class Shape:
    """How many values are on the stack since each mark, as far as that can be said beforehand."""

    def __init__(self) -> None:
        self.depths = [0]

    def takes(self, code: bytes) -> bool:
        """Whether an opcode finds what it needs; what it leaves is counted."""
        opcode = pickletools.code2op[code.decode("latin-1")]
        before, after = [item.name for item in opcode.stack_before], [item.name for item in opcode.stack_after]
        if opcode.name == "POP":
            before = ["any"]
        if "mark" in before and "mark" not in after:
            under = before.index("mark")
            if len(self.depths) < 2 or self.depths[-2] < under:
                return False
            self.depths.pop()
            self.depths[-1] += len(after) - under
        elif after == ["mark"]:
            self.depths.append(0)
        elif self.depths[-1] < len(before):
            return False
        else:
            self.depths[-1] += len(after) - len(before)
        return True


class Stub:
    """What a name stands for, and every call returns: takes anything and does nothing."""

    def __init__(self, *_: object, **__: object) -> None: ...
    def __call__(self, *_: object, **__: object) -> Stub:
        return Stub()

    def __setstate__(self, _: object) -> None: ...
    def append(self, _: object) -> None: ...
    def extend(self, _: object) -> None: ...
    def add(self, _: object) -> None: ...
    def __setitem__(self, _: object, __: object) -> None: ...


class RefusedError(Exception):
    """What a `find_class` that refuses raises."""


def recorder(base: Any, asked: list[tuple[str, str]], answer: str) -> Any:
    """An unpickler that records what it is asked for. `answer` is what names are answered with: a class, text, or a refusal."""

    class Recorder(base):  # type: ignore[misc]
        def find_class(self, module: str, name: str) -> object:
            asked.append((module, name))
            if answer == "refuse":
                raise RefusedError
            return "os" if answer == "text" else type("Stubbed", (Stub,), {})

        def persistent_load(self, _: object) -> object:
            return "system" if answer == "text" else Stub()

        def get_extension(self, _: int) -> None:
            self.append(Stub())

    return Recorder


class Unpeekable:
    """A file that has no more than what unpicklers insist on."""

    def __init__(self, content: bytes) -> None:
        self._held = io.BytesIO(content)
        self.read, self.readline = self._held.read, self._held.readline


def opened(content: bytes, kind: int, folder: Path) -> Any:
    """The content as a file; `kind` is the size of its buffer, 0 of one that cannot be looked ahead in, -1 of a real one."""
    if kind < 0:
        (folder / "file").write_bytes(content)
        return (folder / "file").open("rb")
    return io.BufferedReader(io.BytesIO(content), kind) if kind else io.BytesIO(content)  # type: ignore[arg-type]


def load_all(unpickler: Any, file: Any, *, reused: bool = False, **options: Any) -> None:
    """Load one pickle after the other, until that goes wrong; `reused` with one unpickler, which keeps its memo."""
    one = unpickler(file, buffers=[b"buffer"] * 9, **options)
    with contextlib.suppress(Exception):
        for _ in range(MOST_LOADS):
            one.load()
            one = one if reused else unpickler(file, buffers=[b"buffer"] * 9, **options)


# Making streams


def argument(random_: random.Random, kind: str | None) -> bytes:
    """An argument of this kind; now and then a wrong one."""
    if kind is None:
        return b""
    if kind in FIXED:
        return random_.choice([0, 1, 2, 3, 5, 20]).to_bytes(FIXED[kind], "little")
    if kind in LINES:
        return random_.choice(LINES[kind]) + b"\n"
    if kind == "stringnl_noescape_pair":
        return random_.choice([b"os", b"posix", b"a", b""]) + b"\n" + random_.choice([b"n%d" % random_.randrange(99), b"b.c", b""]) + b"\n"
    if kind == "float8":
        return random_.randbytes(8)
    held = random_.choice(SMALL)
    length = len(held) if random_.random() < 0.95 else max(0, len(held) + random_.choice([-1, 1, 5]))
    return length.to_bytes(COUNTED[kind], "little") + held


def opcode(random_: random.Random) -> bytes:
    """One opcode with its argument."""
    chance = random_.random()
    if chance < 0.05:
        return b"\x8c\x03n%02d" % random_.randrange(99)
    if chance < 0.1:
        return b"cos\nn%d\n" % random_.randrange(99)
    if chance < 0.35:
        return random_.choice(USUAL)
    if chance < 0.5:
        return random_.choice(DOING)
    code = random_.choice(list(OPCODES))
    return b"N" if code in {b"\x80", b".", b"\x95"} and random_.random() < 0.8 else code + argument(random_, OPCODES[code])


def opcodes(random_: random.Random, count: int) -> list[bytes]:
    """So many opcodes, few of which fail for what is on the stack."""
    made: list[bytes] = []
    shape = Shape()
    while len(made) < count:
        one = opcode(random_)
        if shape.takes(one[:1]) or random_.random() < 0.03:
            made.append(one)
        elif random_.random() < 0.2:
            made.append(random_.choice(NAMES_ASKED))
            shape.depths[-1] += 1
    return [*made, b"" if shape.depths[-1] else b"N", b"."]


def frames(random_: random.Random, parts: list[bytes]) -> bytes:
    """The opcodes in frames, of which some do not end where an opcode does."""
    made = b""
    while parts:
        count = random_.randint(1, len(parts))
        held, parts = b"".join(parts[:count]), parts[count:]
        chance = random_.random()
        length = len(held) + (random_.choice([-3, -1, 1, 2, 7, 100]) if chance < 0.3 else 0)
        made += held if chance > 0.9 else b"\x95" + max(0, length).to_bytes(8, "little") + held
    return made


def program(random_: random.Random) -> bytes:
    """One program of random opcodes."""
    parts = opcodes(random_, random_.randint(1, 30))
    body = frames(random_, parts) if random_.random() < 0.3 else b"".join(parts)
    return random_.choice([b"", b"\x80\x02", b"\x80\x04"]) + body


def real(random_: random.Random) -> bytes:
    """A pickle that Python made."""
    things: list[Any] = [
        {"a": [1, 2.5, None, True], "b": (1, "x" * 300)}, collections.OrderedDict(a=1), [collections.Counter("abca")] * 2,
        {frozenset({1}), "ü\udc80"}, bytearray(b"abc"), [b"bytes", "text", -1, 2**70, 1e300], list(range(70)), [0.5] * 40, complex(1, 2),
        Path("a/b"), slice(1, 2), Ellipsis, print, {str(i): i for i in range(40)},
    ]  # fmt: skip
    return pickle.dumps(random_.choice(things), random_.randint(0, 5))


def mutated(random_: random.Random, content: bytes) -> bytes:
    """The content with a few bytes changed, put in, taken out or moved."""
    held = bytearray(content)
    for _ in range(random_.randint(1, 4)):
        at = random_.randrange(len(held) + 1)
        chance = random_.random()
        if chance < 0.4:
            held[at:at] = random_.choice([random_.randbytes(1), opcode(random_), b"cos\nsystem\n"])
        elif chance < 0.7:
            del held[at : at + random_.randint(1, 3)]
        else:
            held[at : at + 1] = random_.choice([random_.randbytes(1), random_.choice(list(OPCODES))])
    return bytes(held)


def stream(random_: random.Random) -> bytes:
    """A file of one program or several."""
    made = mutated(random_, real(random_)) if random_.random() < 0.35 else program(random_)
    return made + (stream(random_) if random_.random() < 0.15 else b"")


# Comparing


def missed(content: bytes, random_: random.Random, folder: Path) -> list[str]:
    """What an unpickler saw and we did not."""
    wrong = []
    judgement = judge(Held(content), Context(NAMES, Budget()))
    ours = set(judgement.globals)
    hides = any(item.verdict == "block" and item.about == "program" for item in judgement.evidence)
    answer = random_.choice(["class", "class", "class", "text", "refuse"])
    encoding = random_.choice(["ASCII", "latin1", "bytes"])
    for base, size in ((pickle._Unpickler, 0), *((pickle.Unpickler, size) for size in (0, -1, *BUFFER_SIZES))):  # type: ignore[attr-defined]
        asked: list[tuple[str, str]] = []
        file = Unpeekable(content) if size == 0 and random_.random() < 0.2 else opened(content, size, folder)
        with contextlib.closing(file) if isinstance(file, io.IOBase) else contextlib.nullcontext():
            load_all(recorder(base, asked, answer), file, encoding=encoding)
        unseen = {shown(f"{module}.{name}") for module, name in asked} - ours
        exact = {*read_programs(FramedStream(Held(content), 0, max(0, size)), Context(NAMES, Budget())).names}
        if size < 0:
            exact |= {*read_programs(Stream(Held(content)), Context(NAMES, Budget())).names}
        what = f"{base.__module__}.{base.__name__} with a buffer of {size}, answering with {answer}, encoding {encoding}"
        if unseen and not hides and (size not in BUFFER_SIZES or judgement.verdict == "ok"):
            wrong.append(f"{what}: not judged: {unseen}")
        if base is pickle.Unpickler and not hides and set(asked) - exact:
            wrong.append(f"{what}: not on this reading of the frames: {set(asked) - exact}")
    asked = []
    load_all(recorder(pickle.Unpickler, asked, answer), io.BytesIO(content), reused=True, encoding=encoding)
    if judgement.verdict == "ok" and {shown(f"{module}.{name}") for module, name in asked} - ours:
        wrong.append(f"an unpickler that keeps its memo, answering with {answer}: not judged: {asked}")
    return wrong


def main() -> int:
    """Compare so many streams."""
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (400_000_000, 400_000_000))
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0
    asked = failed = 0
    with tempfile.TemporaryDirectory() as name:
        for number in range(seed, seed + count):
            random_ = random.Random(number)
            content = stream(random_)
            asked += len(judge(Held(content), Context(NAMES, Budget())).globals)
            if wrong := missed(content, random_, Path(name)):
                failed += 1
                print(number, content, *wrong, sep="\n  ")
    print(f"{count} streams that ask for {asked} names: {failed} of them with names that were missed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
