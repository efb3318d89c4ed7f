"""Programs among the weights: machine code, bytecode and scripts. Nobody needs one to load weights, so each is looked at.

What a file is, beyond its first two bytes: PE/COFF specification (offset 0x3c), Mach-O `fat.h` against the class files of
the JVM specification 4.1 (both begin with CAFEBABE), CPython `Lib/importlib/_bootstrap_external.py` (magic of `.pyc`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.weights.patterns import lazily
from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader

WHAT: dict[str, str] = {
    "elf": "native code (ELF: a program or a shared library)",
    "pe": "native code (PE: a Windows program or DLL)",
    "dos": "a DOS program",
    "mach-o": "native code (Mach-O: a macOS program or library)",
    "java-class": "Java bytecode",
    "pyc": "Python bytecode, which runs when it is imported",
    "wasm": "WebAssembly",
    "dex": "Android bytecode",
    "lua-bytecode": "Lua bytecode",
    "ar": "an archive of object files, or a Debian package",
    "llamafile": "a program that runs on several systems, with the weights inside (llamafile, Cosmopolitan)",
    "msi": "a Windows installer by its name",
    "dmg": "a disk image of macOS by its name",
    "script": "a script",
    "batch": "a batch file",
    "tensorrt": "a TensorRT engine: compiled code for one device, which nobody can look into",
}
_PE_POINTER = slice(0x3C, 0x40)
_MOST_ARCHITECTURES = 30  # of a fat binary; class files have their version there, which begins at 45
_FIRST_PYC, _LAST_PYC = 3000, 3799  # magic numbers of Python 3.0 up to those reserved for 3.16
_PYTHON_2 = range(62_000, 62_300)  # 2.3 to 2.7
_BATCH = lazily(rb"(?:\xef\xbb\xbf)?\s*@?echo off\b", re.IGNORECASE)
# Names under which weights are handed to a loader; a script elsewhere is the code of the repository.
_WEIGHT_LIKE = lazily(
    r"\.(?:bin|pt|pth|pt2|ptl|ckpt|pkl|pickle|joblib|sav|dill|safetensors|gguf|ggml|onnx|pb|h5|hdf5|keras|npy|npz|tflite|mlmodel|nemo"
    r"|mar|skops|rds|rda|model|weights|params|pdparams|pdmodel|msgpack|engine|plan|t7|caffemodel|llamafile)$",
    re.IGNORECASE,
)


def recognise(reader: Reader, head: bytes) -> str | None:
    """The kind of program a file is by its content; None where it is none."""
    if head.startswith(b"MZ"):
        return _windows(reader, head)
    if head.startswith(b"\xca\xfe\xba\xbe"):
        return _java_or_mach_o(head)
    if head.startswith((b"\x1bLua", b"\x1bLJ")):
        return "lua-bytecode"
    if head[2:4] == b"\r\n":
        number = int.from_bytes(head[:2], "little")
        return "pyc" if _FIRST_PYC <= number <= _LAST_PYC or number in _PYTHON_2 else None
    return "batch" if _BATCH.match(head) else None


def _windows(reader: Reader, head: bytes) -> str | None:
    if head.startswith(b"MZqFpD"):
        return "llamafile"
    at = int.from_bytes(head[_PE_POINTER], "little")
    if len(head) >= _PE_POINTER.stop and reader.read(at, 4) == b"PE\0\0":
        return "pe"
    return "dos" if b"\0" in head[:64] else None


def _java_or_mach_o(head: bytes) -> str | None:
    """Architectures of a fat binary are few; the major version of a class file is at least 45."""
    number = int.from_bytes(head[4:8], "big")
    if 0 < number <= _MOST_ARCHITECTURES:
        return "mach-o"
    return "java-class" if 45 <= number & 0xFFFF <= 100 else None  # noqa: PLR2004 - Java 1.1, and far in the future


def judge(reader: Reader, context: Context) -> Judgement:
    """A program is evidence by being there; a script only where weights are expected."""
    del reader
    found = context.format
    if found in {"script", "batch"} and not _WEIGHT_LIKE.search(context.name):
        return Judgement(found)
    return Judgement(found, (Evidence("review", "executable", found, f"is {WHAT[found]}"),))
