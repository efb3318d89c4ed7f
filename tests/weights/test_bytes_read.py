"""How much of large weights all rules on them read together: a little, whether the files are near or far away."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING
from zlib import crc32

import pytest
from making import storage

from cardlint.policyfile import load_policy
from cardlint.repository import Repository
from cardlint.rule import known
from cardlint.run import check
from cardlint.source import FileEntry

if TYPE_CHECKING:
    from cardlint.report import Target

CARD = b"---\nlicense: apache-2.0\nlibrary_name: pytorch\n---\n# A\n\nA model with 7B parameters.\n"
TENSORS, TENSOR = 100, 2_100_000
SHARDS, SHARD, LAYERS = 30, 140_000_000_000 // 30, 24


class Sparse:
    """Large files of which only some pieces are not zeros, by their offsets; what is read is counted."""

    listed = True

    def __init__(self, files: dict[str, tuple[int, dict[int, bytes]]], *, near: bool) -> None:
        self.files_held, self.near, self.bytes_read, self.reads = files, near, 0, 0

    def entries(self) -> list[FileEntry]:
        return [FileEntry(path, self.files_held[path][0]) for path in sorted(self.files_held)]

    def read(self, path: str, start: int = 0, size: int | None = None) -> bytes:
        length, pieces = self.files_held[path]
        end = length if size is None else min(length, start + size)
        held = bytearray(max(0, end - start))
        for at, piece in pieces.items():
            first, last = max(at, start), min(at + len(piece), end)
            if first < last:
                held[first - start : last - start] = piece[first - at : last - at]
        self.bytes_read, self.reads = self.bytes_read + len(held), self.reads + 1
        return bytes(held)


def whole(content: bytes) -> tuple[int, dict[int, bytes]]:
    return len(content), {0: content}


def archive(members: list[tuple[bytes, bytes | int, int]]) -> tuple[int, dict[int, bytes]]:
    """A zip of stored members: name, content or the length of zeros, CRC."""
    pieces: dict[int, bytes] = {}
    at, directory = 0, b""
    for name, content, crc in members:
        size = content if isinstance(content, int) else len(content)
        fields = struct.pack("<HHHHHLLLHH", 20, 0, 0, 0, 33, crc, size, size, len(name), 0)
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + fields + struct.pack("<HHHLL", 0, 0, 0, 0, at) + name
        pieces[at] = b"PK\x03\x04" + fields + name + (b"" if isinstance(content, int) else content)
        at += 30 + len(name) + size
    end = b"PK\x05\x06" + struct.pack("<HHHHLLH", 0, 0, len(members), len(members), len(directory), at, 0)
    pieces[at] = directory + end
    return at + len(directory) + len(end), pieces


def torch_archive() -> tuple[int, dict[int, bytes]]:
    pickled = b"\x80\x02]" + b"".join(storage("FloatStorage", str(index), TENSOR // 4) + b"a" for index in range(TENSORS)) + b"."
    tensors: list[tuple[bytes, bytes | int, int]] = [(b"m/data/%d" % index, TENSOR, 0) for index in range(TENSORS)]
    return archive([(b"m/data.pkl", pickled, crc32(pickled)), *tensors, (b"m/version", b"3\n", crc32(b"3\n"))])


def shard(number: int) -> tuple[int, dict[int, bytes]]:
    size = SHARD // LAYERS // 2 * 2
    header = {
        f"model.layers.{number * LAYERS + index}.weight": {
            "dtype": "BF16", "shape": [size // 2], "data_offsets": [index * size, (index + 1) * size],
        }
        for index in range(LAYERS)
    }  # fmt: skip
    held = json.dumps(header).encode()
    return 8 + len(held) + LAYERS * size, {0: struct.pack("<Q", len(held)) + held}


def shards() -> dict[str, tuple[int, dict[int, bytes]]]:
    names = [f"model-{number + 1:05}-of-{SHARDS:05}.safetensors" for number in range(SHARDS)]
    index = {f"model.layers.{number}.weight": names[number // LAYERS] for number in range(SHARDS * LAYERS)}
    files = {name: shard(number) for number, name in enumerate(names)}
    return files | {"model.safetensors.index.json": whole(json.dumps({"weight_map": index}).encode())}


def checked(source: Sparse) -> Target:
    report = check(Repository(source), policy=load_policy(known(), select=("weights/",)))
    (target,) = report.targets
    assert not target.skipped
    assert not target.failed
    return target


@pytest.mark.parametrize("near", [True, False], ids=["near", "far"])
def test_of_a_torch_archive_of_210_mb_at_most_64_kb_are_read(*, near: bool) -> None:
    source = Sparse({"README.md": whole(CARD), "model.pt": torch_archive()}, near=near)
    assert source.files_held["model.pt"][0] > TENSORS * TENSOR
    target = checked(source)
    assert {finding.rule for finding in target.findings} == {"safetensors-missing"}
    assert source.bytes_read <= 65_536
    assert near or source.reads <= 5


@pytest.mark.parametrize("near", [True, False], ids=["near", "far"])
def test_of_a_safetensors_set_of_140_gb_at_most_4_mb_are_read(*, near: bool) -> None:
    source = Sparse({"README.md": whole(CARD), **shards()}, near=near)
    assert sum(size for size, _ in source.files_held.values()) > 139_000_000_000
    target = checked(source)
    assert {finding.rule for finding in target.findings} == {"weights-contradict-card"}  # 70B parameters
    assert source.bytes_read <= 1_000_000
    assert source.reads <= SHARDS + 5  # what the rules on shards and claims need of the headers is there already
