"""One file, judged in a process of its own: what that takes.

    python tests/weights/fuzz_one.py PATH

Prints the verdict, the seconds of processor time, and the bytes that the process grew by at the most. Where others keep the
machine busy, everything takes longer: the seconds are those of one that counts to two million in a tenth of a second.
"""

from __future__ import annotations

import gc
import os
import resource
import sys
import time
from pathlib import Path
from typing import BinaryIO

from cardlint.weighing import names
from cardlint.weights.budget import Budget
from cardlint.weights.judge import Context, judge
from cardlint.weights.reading import Held

_UNIT = 1 if sys.platform == "darwin" else 1024


class OnDisk:
    """A file of which nothing is held."""

    near = True

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.size = file, os.fstat(file.fileno()).st_size

    def read(self, start: int, size: int) -> bytes:
        return os.pread(self.file.fileno(), size, start)


def most() -> int:
    """The most bytes this process had so far; what `getrusage` says may be those of the process that began it."""
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT
    return next(int(line.split()[1]) for line in status.read_text("ascii").splitlines() if line.startswith("VmHWM")) * 1024


def slowness() -> float:
    """How much longer than usual this machine takes."""
    begun, count = time.process_time(), 0
    for index in range(2_000_000):
        count += index
    return max(1.0, (time.process_time() - begun) / 0.1)


def main() -> int:
    """Judge it."""
    path = Path(sys.argv[1])
    lists = names()
    judge(Held(b"\x80\x04}\x94."), Context(lists, Budget(), path.name))
    gc.set_threshold(10_000)  # as the command does
    before = most()
    with path.open("rb") as file:
        slow = slowness()
        begun = time.process_time()
        found = judge(OnDisk(file), Context(lists, Budget(), path.name))
        took = time.process_time() - begun
        print(found.verdict, round(2 * took / (slow + slowness()), 2), most() - before)
    return 0


if __name__ == "__main__":
    sys.exit(main())
