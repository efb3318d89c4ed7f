"""Files of weights by hand, for tests: no library writes them, and nothing in them does more than echo."""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

EMPTY = b"\x80\x02}q\x00."
DANGEROUS = b"cposix\nsystem\n(S'echo'\ntR."
UNVETTED = b"cacme.pipeline\nScorer\n)R."
ELF = b"\x7fELF\x02\x01\x01" + b"\0" * 9 + b"\x03\x00>\x00" + b"\0" * 100


def archive(members: Mapping[str, bytes]) -> bytes:
    """A zip archive, stored."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as file:
        for name, content in members.items():
            file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), content)
    return held.getvalue()


def torch(program: bytes = EMPTY) -> bytes:
    """What torch.save writes of a state dict without tensors."""
    return archive({"m/data.pkl": program, "m/version": b"3\n"})


def deceptive(program: bytes = EMPTY) -> bytes:
    """The same with another name in a member's own header than in the directory."""
    return torch(program).replace(b"m/data.pkl", b"m/dota.pkl", 1)


BITS = {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "F8_E4M3": 1, "I32": 4, "I64": 8, "U8": 1, "I8": 1}


def safetensors(tensors: Mapping[str, tuple[str, Sequence[int]]], after: bytes = b"") -> bytes:
    """A safetensors file of zeros: the type and shape of each tensor."""
    header: dict[str, object] = {}
    at = 0
    for name, (dtype, shape) in tensors.items():
        size = BITS[dtype]
        for dimension in shape:
            size *= dimension
        header[name] = {"dtype": dtype, "shape": list(shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + b"\0" * at + after


TYPES = {"F32": (0, 1, 4), "F16": (1, 1, 2), "Q4_0": (2, 32, 18), "Q8_0": (8, 32, 34)}


def gguf(tensors: Mapping[str, tuple[str, int]]) -> bytes:
    """A GGUF file of zeros: the type and the number of elements of each tensor."""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), 0)
    at = 0
    data = b""
    for name, (kind, count) in tensors.items():
        number, block, size = TYPES[kind]
        head += struct.pack("<Q", len(name)) + name.encode() + struct.pack("<IQIQ", 1, count, number, at)
        held = b"\0" * (count // block * size)
        data += held + b"\0" * (-len(held) % 32)
        at = len(data)
    return head + b"\0" * (-len(head) % 32) + data


def pointer(content: bytes, size: int | None = None) -> bytes:
    """The Git LFS pointer to some content."""
    digest = hashlib.sha256(content).hexdigest()
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{digest}\nsize {len(content) if size is None else size}\n".encode()
