"""What judging weights costs: against picklescan and modelaudit, as ratios of whole processes, and in bytes read.

    pip install '.[bench]' picklescan modelaudit && python benchmarks/weights.py [--runs N] [--json FILE]

Install cardlint itself without -e, so that its bytecode is compiled as for a user. A tool that is not installed is left out, and
said to be. What is measured on is made here, without torch. The command is `cardlint check --select weights/` on a folder with a
small card: the rules on weights alone, which is what the others do, and more; without a card two of them would not run.
Of each command the fastest of all its runs counts, so that what else the machine does counts least; the commands take turns.
The 140 GB set consists of sparse files: it needs a file system that has them, and no room.
"""

from __future__ import annotations

import argparse
import json
import pickle
import struct
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from speed import BIN, seconds

from cardlint.policyfile import load_policy
from cardlint.repository import Repository
from cardlint.rule import known
from cardlint.run import check
from cardlint.source import Folder

if TYPE_CHECKING:
    from cardlint.source import FileEntry

TENSORS, TENSOR = 100, 2_100_000  # of the torch archive: 210 MB
SHARDS, SHARD = 30, 140_000_000_000 // 30
LAYERS = 24  # tensors in each shard, 723 in all but for three
CHECK = [str(BIN / "cardlint"), "check", "--isolated", "--select", "weights/", "--fail-on", "never"]
OURS_START = [str(BIN / "cardlint"), "--version"]  # `--help` imports every command, and click, which a plain check does not


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
    """The object of the torch archive, a dictionary of tensors, with the opcodes and the memo that torch.save writes."""
    memo: dict[object, int] = {}

    def put(what: object = None) -> bytes:
        memo[what if what is not None else len(memo)] = len(memo)
        return b"q" + bytes([len(memo) - 1]) if len(memo) <= 256 else b"r" + struct.pack("<I", len(memo) - 1)  # noqa: PLR2004 - BINPUT's

    def known_or(what: object, written: bytes) -> bytes:
        """BINGET, or what is written the first time."""
        return b"h" + bytes([memo[what]]) if what in memo else written + put(what)

    def text(held: str) -> bytes:
        return b"X" + struct.pack("<I", len(held)) + held.encode()

    made = b"\x80\x02}" + put() + b"("
    for number in range(TENSORS):
        made += text(f"layer.{number}.weight") + put()
        made += known_or("rebuild", b"ctorch._utils\n_rebuild_tensor_v2\n") + b"(("
        made += known_or("storage", text("storage")) + known_or("type", b"ctorch\nFloatStorage\n")
        made += text(str(number)) + put() + known_or("cpu", text("cpu"))
        made += b"J" + struct.pack("<i", TENSOR // 4) + b"t" + put() + b"QK\x00"
        made += b"J" + struct.pack("<i", TENSOR // 4) + b"\x85" + put() + b"K\x01\x85" + put() + b"\x89"
        made += known_or("ordered", b"ccollections\nOrderedDict\n") + b")R" + put() + b"t" + put() + b"R" + put()
    return made + b"u."


def card(folder: Path) -> None:
    """A small card, so that every rule can run."""
    (folder / "README.md").write_text("---\nlicense: apache-2.0\nlibrary_name: pytorch\n---\n\n# Weights\n\nOf no use.\n")


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


def index_of(paths: list[Path], folder: Path) -> None:
    """The index of the set, against which the headers are held."""
    mapped = {f"model.layers.{number}.self_attn.q_proj.weight": paths[number // LAYERS].name for number in range(SHARDS * LAYERS)}
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": mapped}))


# Measuring


class Counted:
    """A folder that counts what is read of it, and how often; `near` says whether that is cheap."""

    listed = True

    def __init__(self, folder: Path, *, near: bool) -> None:
        self.folder, self.near = Folder(folder), near
        self.bytes_read = self.reads = 0

    def entries(self) -> list[FileEntry]:
        """All files."""
        return self.folder.entries()

    def read(self, path: str, start: int = 0, size: int | None = None) -> bytes:
        """A range, counted."""
        held = self.folder.read(path, start, size)
        self.bytes_read, self.reads = self.bytes_read + len(held), self.reads + 1
        return held


def bytes_read(folder: Path, *, near: bool) -> tuple[int, int, str]:
    """Bytes and reads that all rules on weights take, and what they found."""
    source = Counted(folder, near=near)
    report = check(Repository(source), policy=load_policy(known(), select=("weights/",)))
    (target,) = report.targets
    found = ", ".join(sorted({finding.rule for finding in target.findings})) or "nothing found"
    unseen = "; not all rules ran" if target.skipped or target.failed else ""
    return source.bytes_read, source.reads, found + unseen


def interleaved(commands: list[list[str]], runs: int) -> list[float]:
    """The fastest run of each command, all of them run in turn; the first round does not count."""
    rounds = [[seconds(command, "") for command in commands] for _ in range(runs + 1)][1:]
    return [min(column) for column in zip(*rounds, strict=True)]


def compared(tool: Tool, what: str, target: Path, runs: int) -> list[dict[str, object]]:
    """Our time against a tool's, with and without what each needs to start."""
    ours, theirs, our_start, their_start = interleaved([[*CHECK, str(target)], [*tool.scan, str(target)], OURS_START, tool.start], runs)
    rows: list[dict[str, object]] = [row(f"{what}: cardlint / {tool.name}", ours, theirs, tool.bound)]
    if tool.bound_without is not None:
        left, right = max(0.0, ours - our_start), max(0.001, theirs - their_start)
        rows.append(row(f"{what}: the same, without what each needs to start", left, right, tool.bound_without))
    return rows


def row(name: str, ours: float, theirs: float, bound: float) -> dict[str, object]:
    """One line of the result."""
    ratio = ours / theirs
    return {"name": name, "ours": ours, "theirs": theirs, "ratio": ratio, "bound": bound, "kept": ratio <= bound}


def read_rows(archive: Path, shards: Path) -> list[dict[str, object]]:
    """Bytes read, against what may be read."""
    rows = []
    for what, folder, most in (("torch archive of 210 MB", archive, 65_536), ("safetensors set of 140 GB", shards, 4_000_000)):
        for near in (True, False):
            total, reads, found = bytes_read(folder, near=near)
            rows.append(row(f"{what}, {'near' if near else 'far'}: bytes read, in {reads:,} reads; {found}", total, most, 1.0))
    return rows


def measured(folder: Path, runs: int) -> list[dict[str, object]]:
    """Everything."""
    many, one, large = (folder / name for name in ("many", "one", "large"))
    for made in (many, one, large):
        made.mkdir()
        card(made)
    small_pickles(many)
    torch_archive(one / "model.pt")
    index_of(safetensors_set(large), large)
    rows = read_rows(one, large)
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
