"""Files that are damaged or meant to do damage: no parser may raise, hang, or need much room.

    python tests/weights/fuzz_parsers.py COUNT [SEED [FORMAT...]]

COUNT files of each format. Prints those that went wrong, the slowest and what the memory grew by; ends with 1 if anything went
wrong: an exception, more than two seconds, more than 200 MB (which then is a MemoryError).
"""

from __future__ import annotations

import random
import resource
import sys
import time
import traceback
from pathlib import Path

from pickles import DANGEROUS, VETTED
from seeds import seeds

from cardlint.weights.budget import Budget
from cardlint.weights.extensions import FORMATS
from cardlint.weights.judge import Context, judge
from cardlint.weights.names import Names
from cardlint.weights.verdict import VERDICTS, Judgement

MOST_SECONDS = 2.0
MOST_BYTES = 200_000_000
NAMES = Names(VETTED, DANGEROUS)
LENGTHS = [
    0,
    1,
    2,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0xFFFF,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
    2**63 - 1,
    2**63,
    2**64 - 1,
    1_000_000,
    100_000_000,
]


class Watched:
    """A file that notices when it is asked for something that cannot be."""

    def __init__(self, content: bytes, *, near: bool) -> None:
        self.content, self.size, self.near = content, len(content), near

    def read(self, start: int, size: int) -> bytes:
        if start < 0 or size < 0:
            raise ValueError(f"asked for {size} bytes at {start}")
        return self.content[start : start + size]


def mutated(random_: random.Random, content: bytes, other: bytes) -> bytes:
    """The content with a few things wrong with it."""
    held = bytearray(content)
    for _ in range(random_.choice([1, 1, 2, 3, 8])):
        at, length = random_.randrange(len(held) + 1), random_.choice([1, 2, 4, 8])
        kind = random_.randrange(9)
        if kind == 0:
            held[at : at + 1] = random_.randbytes(1)
        elif kind == 1:
            held[at : at + length] = (random_.choice(LENGTHS) & (256**length - 1)).to_bytes(length, random_.choice(["little", "big"]))
        elif kind == 2:
            del held[at:]
        elif kind == 3:
            del held[at : at + random_.randint(1, 20)]
        elif kind == 4:
            held[at:at] = random_.randbytes(random_.randint(1, 20))
        elif kind == 5:
            held[at:at] = held[at : at + random_.randint(1, 60)] * random_.choice([1, 2, 50])
        elif kind == 6:
            begin = random_.randrange(len(other) + 1)
            held[at : at + random_.randint(0, 60)] = other[begin : begin + random_.randint(1, 60)]
        elif kind == 7 and at < len(held):
            held[at] ^= 1 << random_.randrange(8)
        else:
            held = bytearray(held.replace(bytes(held[at : at + length]), random_.randbytes(length), 3)) if at < len(held) else held
    return bytes(held)


def tried(content: bytes, name: str, *, near: bool) -> Judgement:
    """The judgement, which has to be one. Raises what should not be raised."""
    judgement = judge(Watched(content, near=near), Context(NAMES, Budget(), name))
    if judgement.verdict not in VERDICTS or not all(isinstance(item.message, str) and item.message for item in judgement.evidence):
        raise ValueError(f"no judgement: {judgement}")
    "".join(item.message + item.about + item.member for item in judgement.evidence).encode()
    return judgement


def cases(count: int, seed: int, only: list[str]) -> list[tuple[int, str, bytes, str]]:
    """Number, format, content and name of each file."""
    found = seeds()
    every = [content for contents in found.values() for content in contents]
    endings = ["", *FORMATS]
    made = []
    for kind in sorted(found):
        for number in range(seed, seed + count) if not only or kind in only else ():
            random_ = random.Random(f"{kind} {number}")
            content = mutated(random_, random_.choice(found[kind]), random_.choice(every))
            made.append((number, kind, content, f"x{random_.choice(endings)}"))
    return made


def main() -> int:
    """Try so many files of each format."""
    files = cases(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0, sys.argv[3:])
    tried(b"", "", near=True)
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (pages + MOST_BYTES, pages + MOST_BYTES))
    wrong, slowest = 0, (0.0, "")
    for number, kind, content, name in files:
        begun = time.process_time()
        try:
            for near in (True, False):
                tried(content, name, near=near)
        except Exception:  # noqa: BLE001 - whatever it is
            wrong += 1
            print(f"{kind} {number} as {name!r}: {content[:300]!r}", traceback.format_exc(), sep="\n")
        took = (time.process_time() - begun) / 2
        slowest = max(slowest, (took, f"{kind} {number} as {name!r}"))
        if took > MOST_SECONDS:
            wrong += 1
            print(f"{kind} {number} as {name!r} takes {took:.1f} s")
    print(f"{len(files)} files, {wrong} wrong; the slowest, {slowest[1]}, took {slowest[0]:.2f} s")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
