"""What judging weights costs: against picklescan and modelaudit, as ratios of whole processes, and in bytes read.

    pip install '.[bench]' picklescan modelaudit && python benchmarks/weights.py [--runs N] [--json FILE]

Install cardlint itself without -e, so that its bytecode is compiled as for a user. A tool that is not installed is left out, and
said to be. The 140 GB set consists of sparse files: it needs a file system that has them, and no room.
"""

from __future__ import annotations

import argparse
import json
import pickle
import statistics
import struct
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

from speed import BIN, seconds

from cardlint.weighing import names
from cardlint.weights.budget import Budget
from cardlint.weights.judge import Context, judge

TENSORS, TENSOR = 100, 2_100_000  # of the torch archive: 210 MB
SHARDS, SHARD = 30, 140_000_000_000 // 30
LAYERS = 24  # tensors in each shard, 723 in all but for three
CHECK = [str(BIN / "cardlint"), "check", "--isolated", "--select", "weights/", "--fail-on", "never"]
OURS_HELP = [str(BIN / "cardlint"), "--help"]


class Tool(NamedTuple):
    """Another program: how it is called before a path, how it only starts, and what our ratio may be with its start and without."""

    name: str
    scan: list[str]
    start: list[str]
    bound: float
    bound_without: float | None


TOOLS = [
    Tool("picklescan", [str(BIN / "picklescan"), "-p"], [str(BIN / "picklescan"), "--help"], 1.5, 1.0),
    Tool("modelaudit", [str(BIN / "modelaudit"), "scan", "--quiet"], [str(BIN / "modelaudit"), "--help"], 0.05, None),
]


# What is measured on


def torch_pickle() -> bytes:
    """The object of the torch archive: a dictionary of tensors."""
    made = b"\x80\x02}q\x00("
    for number in range(TENSORS):
        key, name = str(number).encode(), f"layer.{number}.weight".encode()
        storage = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX" + struct.pack("<I", len(key)) + key
        storage += b"X\x03\x00\x00\x00cpuJ" + struct.pack("<i", TENSOR // 4) + b"tQ"
        made += b"X" + struct.pack("<I", len(name)) + name + b"ctorch._utils\n_rebuild_tensor_v2\n(" + storage
        made += b"K\x00J" + struct.pack("<i", TENSOR // 4) + b"\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR"
    return made + b"u."


def torch_archive(path: Path) -> None:
    """A torch archive of 210 MB."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("model/data.pkl", torch_pickle())
        archive.writestr("model/byteorder", b"little")
        for number in range(TENSORS):
            archive.writestr(f"model/data/{number}", bytes([number]) * TENSOR)
        archive.writestr("model/version", b"3\n")


def small_pickles(folder: Path) -> None:
    """A thousand small pickles."""
    for number in range(1000):
        thing = {"step": number, "loss": [0.5, number / 7], "layers": list(range(40)), "names": {f"layer{i}": i for i in range(10)}}
        (folder / f"state{number}.pkl").write_bytes(pickle.dumps(thing, 4))


def safetensors_set(folder: Path) -> list[Path]:
    """Thirty shards of 140 GB in all, none of which takes room on the disk."""
    paths = []
    for shard in range(SHARDS):
        size = SHARD // LAYERS // 2 * 2
        header = {
            f"model.layers.{shard * LAYERS + number}.self_attn.q_proj.weight": {
                "dtype": "BF16", "shape": [size // 2], "data_offsets": [number * size, (number + 1) * size],
            }
            for number in range(LAYERS)
        }  # fmt: skip
        held = json.dumps(header).encode()
        held += b" " * (-len(held) % 8)
        path = folder / f"model-{shard + 1:05}-of-{SHARDS:05}.safetensors"
        with path.open("wb") as file:
            file.write(struct.pack("<Q", len(held)) + held)
            file.truncate(8 + len(held) + LAYERS * size)
        paths.append(path)
    return paths


# Measuring


class Counted:
    """A file that counts what is read of it, and how often."""

    def __init__(self, path: Path, *, near: bool) -> None:
        self.size, self.near = path.stat().st_size, near
        self.bytes_read = self.reads = 0
        self._file = path.open("rb", buffering=0)

    def read(self, start: int, size: int) -> bytes:
        """A range, counted."""
        self._file.seek(start)
        held = self._file.read(size) or b""
        self.bytes_read, self.reads = self.bytes_read + len(held), self.reads + 1
        return held


def bytes_read(paths: list[Path], *, near: bool) -> tuple[int, int, set[str]]:
    """Bytes and reads that judging the files takes, and the verdicts."""
    total, reads, verdicts = 0, 0, set()
    for path in paths:
        file = Counted(path, near=near)
        verdicts.add(judge(file, Context(names(), Budget(), path.name)).verdict)
        total, reads = total + file.bytes_read, reads + file.reads
    return total, reads, verdicts


def interleaved(commands: list[list[str]], runs: int) -> list[float]:
    """The median of each command, all of them run in turn; the first round does not count."""
    rounds = [[seconds(command, "") for command in commands] for _ in range(runs + 1)][1:]
    return [statistics.median(column) for column in zip(*rounds, strict=True)]


def compared(tool: Tool, what: str, target: Path, runs: int) -> list[dict[str, object]]:
    """Our time against a tool's, with and without what each needs to start."""
    ours, theirs, our_start, their_start = interleaved([[*CHECK, str(target)], [*tool.scan, str(target)], OURS_HELP, tool.start], runs)
    rows: list[dict[str, object]] = [row(f"{what}: cardlint / {tool.name}", ours, theirs, tool.bound)]
    if tool.bound_without is not None:
        left, right = max(0.0, ours - our_start), max(0.001, theirs - their_start)
        rows.append(row(f"{what}: the same, without what each needs for --help", left, right, tool.bound_without))
    return rows


def row(name: str, ours: float, theirs: float, bound: float) -> dict[str, object]:
    """One line of the result."""
    ratio = ours / theirs
    return {"name": name, "ours": ours, "theirs": theirs, "ratio": ratio, "bound": bound, "kept": ratio <= bound}


def read_rows(archive: Path, shards: list[Path]) -> list[dict[str, object]]:
    """Bytes read, against what may be read."""
    rows = []
    for what, paths, most in (("torch archive of 210 MB", [archive], 65_536), ("safetensors set of 140 GB", shards, 4_000_000)):
        for near in (True, False):
            total, reads, verdicts = bytes_read(paths, near=near)
            where = "near" if near else "far"
            name = f"{what}, {where}: bytes read, in {reads:,} reads; verdict {', '.join(sorted(verdicts))}"
            rows.append(row(name, total, most, 1.0))
    return rows


def measured(folder: Path, runs: int) -> list[dict[str, object]]:
    """Everything."""
    many, one, large = (folder / name for name in ("many", "one", "large"))
    for made in (many, one, large):
        made.mkdir()
    small_pickles(many)
    torch_archive(one / "model.pt")
    rows = read_rows(one / "model.pt", safetensors_set(large))
    for tool in TOOLS:
        if not Path(tool.scan[0]).exists():
            print(f"{tool.name} is not installed beside this Python: nothing was compared with it")
            continue
        for what, target in (("1,000 small pickles", many), ("torch archive of 210 MB", one)):
            rows += compared(tool, what, target, runs if tool.bound >= 1 else max(1, runs // 4))
    return rows


def main() -> int:
    """Measure and print; 1 where a bound is missed."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--runs", type=int, default=9)
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as name:
        results = measured(Path(name), given.runs)
    for result in results:
        verdict = "kept" if result["kept"] else "MISSED"
        numbers = f"{result['ours']:,.3f} / {result['theirs']:,.3f}"
        print(f"{result['ratio']:5.2f} (bound {result['bound']}, {verdict})  {numbers}  {result['name']}")
    if given.json:
        given.json.write_text(json.dumps(results, indent=2) + "\n")
    return int(not all(result["kept"] for result in results))


if __name__ == "__main__":
    sys.exit(main())
