"""Every malicious pickle, said in other words, put into other things and called by other names: it stays what it is."""

from __future__ import annotations

import bz2
import gzip
import io
import itertools
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from pickles import DANGEROUS, ECHO, VETTED, Style, Writer, frame, framed, opcodes

from cardlint.weights.budget import Budget
from cardlint.weights.judge import MODULES, Context, judge
from cardlint.weights.names import Names
from cardlint.weights.reading import Held
from cardlint.weights.verdict import VERDICTS, Verdict

Base = Callable[[Writer], bytes]
NAMES = Names(VETTED, DANGEROUS)
STYLES = [
    Style(protocol, memo, call)
    for protocol, memo, call in itertools.product(range(6), ["none", "put", "binput", "long_binput"], ["reduce", "obj", "inst", "newobj"])
]
STYLES += [
    Style(protocol, "memoize", call, spelling)
    for protocol, call, spelling in itertools.product(
        [4, 5], ["reduce", "obj", "newobj", "newobj_ex"], ["global", "stack", "escaped", "quoted", "memoised", "decoys"]
    )
]
PLAIN = b"\x80\4}\x8c\1aK\1s."
INNER = b"\x80\2cposix\nsystem\nU\4echo\x85R."


def _resolved(writer: Writer) -> bytes:
    """Whatever is resolved is then called."""
    return writer.call("pkgutil", "resolve_name", writer.text("os:system")) + writer.text(ECHO) + b"\x85R"


def _chained(writer: Writer) -> bytes:
    module = writer.call("builtins", "__import__", writer.text("os"))
    return writer.call("builtins", "getattr", module, writer.text("system")) + writer.text(ECHO) + b"\x85R"


def _built(writer: Writer) -> bytes:
    """A name of another module is given something else to stand for."""
    return writer.name("torch._utils", "_rebuild_tensor_v2") + b"}" + writer.text("a") + writer.text("b") + b"sb"


def _loaded(writer: Writer) -> bytes:
    return writer.call("pickle", "loads", b"B" + struct.pack("<I", len(INNER)) + INNER)


def _popped(writer: Writer) -> bytes:
    return writer.call("os", "system", writer.text(ECHO)) + b"0N"


def _computed(writer: Writer) -> bytes:
    return writer.call("builtins", "str", writer.text("os")) + writer.text("system") + b"\x93" + writer.text(ECHO) + b"\x85R"


BASES: dict[str, Base] = {
    "os.system": lambda writer: writer.call("os", "system", writer.text(ECHO)),
    "posix.system": lambda writer: writer.call("posix", "system", writer.text(ECHO)),
    "builtins.eval": lambda writer: writer.call("builtins", "eval", writer.text("'echo'")),
    "subprocess.Popen": lambda writer: writer.call("subprocess", "Popen", writer.text(ECHO)),
    "GHSA-vvpj-8cmc-gx39 pkgutil.resolve_name": _resolved,
    "GHSA-5j3x-jp52-966f dotted": lambda writer: writer.call("random", "_os.system", writer.text(ECHO)),
    "GHSA-m869-42cg-3xwr idlelib.run": lambda writer: writer.call("idlelib", "run.runcode", writer.text(ECHO)),
    "a chain of getattr": _chained,
    "nested bytes": _loaded,
    "BUILD": _built,
    "GHSA-mxhj-88fx-4pcv popped": _popped,
    "a bare name": lambda writer: writer.name("os", "system"),
    "a computed name": _computed,
}  # fmt: skip


def verdict(content: bytes, name: str = "") -> Verdict:
    return judge(Held(content), Context(NAMES, Budget(), name)).verdict


def written(base: Base, style: Style) -> bytes:
    writer = Writer(style)
    return writer.whole(base(writer))


@pytest.mark.parametrize("base", BASES.values(), ids=BASES.keys())
def test_the_same_in_every_protocol_memo_call_and_spelling(base: Base) -> None:
    assert {style: verdict(written(base, style), "x.pkl") for style in STYLES} == dict.fromkeys(STYLES, "block")


# Other programs around it


def _odd(content: bytes) -> bytes:
    """A frame that ends in the middle of the last but one opcode."""
    return content[:2] + frame(content[2:], -3)


PROGRAMS: dict[str, Callable[[bytes], bytes]] = {
    "one frame": lambda content: content[:2] + frame(content[2:]),
    "many frames": lambda content: framed(content, 2),
    "a frame for each opcode": lambda content: framed(content, 1),
    "an odd frame": _odd,
    "a frame beyond the file": lambda content: content[:2] + frame(content[2:], 99),
    "behind another program": lambda content: PLAIN + content,
    "before another program": lambda content: content + PLAIN,
    "behind padding": lambda content: PLAIN + b"\0" * 100_000 + content,
    "twice": lambda content: content * 2,
    "no STOP": lambda content: content[:-1],
    "a broken end": lambda content: content[:-1] + b"\xff\xff",
    "a missing memo entry at the end": lambda content: content[:-1] + b"h\xfe.",
    "rubbish behind": lambda content: content + b"\xff" * 5000,
    "no protocol": lambda content: content[2:],
    "protocol 0 said": lambda content: b"\x80\0" + content[2:],
    "the protocol said twice": lambda content: b"\x80\4\x80\2" + content,
    "behind a number of C": lambda content: b"I1\0x\n0I010\n0" + content,
    "behind a long text": lambda content: b"\x80\4X\x40\x0d\3\0" + b"a" * 200_000 + b"0" + content,
    "behind many opcodes": lambda content: b"\x80\4" + b"N0" * 20_000 + content,
    "in a list": lambda content: content[:2] + b"](" + content[2:-1] + b"e.",
    "in a dict": lambda content: content[:2] + b"}\x8c\1a" + content[2:-1] + b"s.",
    "in a tuple": lambda content: content[:2] + b"N" + content[2:-1] + b"\x86.",
    "in a set": lambda content: content[:2] + b"\x8f(" + content[2:-1] + b"\x90.",
    "in a state": lambda content: content[:2] + b"ccollections\nOrderedDict\n)R" + content[2:-1] + b"b.",
    "among the arguments of a call": lambda content: content[:2] + b"ccollections\nOrderedDict\n" + content[2:-1] + b"\x85R.",
    "dropped": lambda content: content[:2] + content[2:-1] + b"0N.",
    "dropped with its mark": lambda content: content[:2] + b"(" + content[2:-1] + b"1N.",
    "a picture before it": lambda content: b"GIF89a\1\1\1" + content,
    "a video before it": lambda content: b"U\6aaftyp0" + content,
    "each opcode followed by nothing": lambda content: b"".join(part + b"N0" for part in opcodes(content)[:-1]) + b".",
}  # fmt: skip


@pytest.mark.parametrize("change", PROGRAMS.values(), ids=PROGRAMS.keys())
@pytest.mark.parametrize("base", BASES.values(), ids=BASES.keys())
def test_the_same_among_other_opcodes_and_programs(base: Base, change: Callable[[bytes], bytes]) -> None:
    for name in ("x.pkl", "x", "x.bin"):
        assert verdict(change(written(base, Style())), name) == "block", name


@pytest.mark.parametrize("base", BASES.values(), ids=BASES.keys())
def test_kept_as_bytes_it_is_still_to_be_looked_at(base: Base) -> None:
    content = written(base, Style())
    for held in (b"B", b"\x96"):
        length = struct.pack("<I" if held == b"B" else "<Q", len(content))
        assert verdict(b"\x80\5}\x8c\1a" + held + length + content + b"s.") == "review"


# Other names


@pytest.mark.parametrize(
    "name",
    [
        "model.safetensors",
        "weights.bin",
        "README.txt",
        "README",
        "model.h5",
        "x.sav",
        "x.json",
        "x.gguf",
        "x.png",
        "x.npy",
        "x.pt",
        "x",
        "x.",
    ],
)
@pytest.mark.parametrize("base", BASES.values(), ids=BASES.keys())
def test_the_same_under_any_name(base: Base, name: str) -> None:
    for style in (Style(4), Style(0)):
        assert verdict(written(base, style), name) == "block"


# Containers


def _zip(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def _tar(content: bytes, mode: Any = "w") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:
        member = tarfile.TarInfo("a/model")
        member.size = len(content)
        archive.addfile(member, io.BytesIO(content))
    return made.getvalue()


def _raw(content: bytes) -> bytes:
    """LZMA as joblib writes it."""
    return lzma.compress(content, lzma.FORMAT_ALONE)


CONTAINERS: dict[str, tuple[Callable[[bytes], bytes], tuple[str, ...]]] = {
    "a torch archive": (lambda content: _zip({"m/data.pkl": content, "m/version": b"3\n", "m/data/0": b"\0" * 64}), ("zip",)),
    "a deflated torch archive": (lambda content: _zip({"m/data.pkl": content, "m/version": b"3\n"}, zipfile.ZIP_DEFLATED), ("zip",)),
    "another member of a torch archive": (lambda content: _zip({"m/data.pkl": PLAIN, "m/extra": content}), ("zip",)),
    "TorchScript": (lambda content: _zip({"m/data.pkl": PLAIN, "m/constants.pkl": content, "m/code/a.py": b"pass\n"}), ("zip",)),
    "a zip archive": (lambda content: _zip({"a/model.txt": content}), ("zip",)),
    "a zip archive in a zip archive": (lambda content: _zip({"a": _zip({"b": content}, zipfile.ZIP_DEFLATED)}), ("zip",)),
    "gzip": (gzip.compress, ("gzip",)),
    "bzip2": (bz2.compress, ("bzip2",)),
    "xz": (lzma.compress, ("xz",)),
    "LZMA": (_raw, ("lzma",)),
    "zlib": (zlib.compress, ("zlib",)),
    "gzip in gzip": (lambda content: gzip.compress(gzip.compress(content)), ("gzip",)),
    "tar": (_tar, ("tar",)),
    "a packed tar": (lambda content: _tar(content, "w:gz"), ("gzip", "tar")),
    "a packed member": (lambda content: _zip({"a": gzip.compress(content)}), ("zip", "gzip")),
    "tar in a zip archive": (lambda content: _zip({"a.tar": _tar(content)}), ("zip", "tar")),
}  # fmt: skip


@pytest.mark.parametrize(("pack", "formats"), CONTAINERS.values(), ids=CONTAINERS.keys())
@pytest.mark.parametrize("base", BASES.values(), ids=BASES.keys())
def test_the_same_in_any_container_and_where_that_is_not_opened_to_be_looked_at(
    base: Base, pack: Callable[[bytes], bytes], formats: tuple[str, ...]
) -> None:
    expected: Verdict = "block" if all(name in MODULES for name in formats) else "review"
    for style in (Style(4), Style(2, "binput"), Style(0, "put")):
        for name in ("x", "model.pt", "x.pkl", "model.safetensors"):
            found = verdict(pack(written(base, style)), name)
            assert VERDICTS.index(found) >= VERDICTS.index(expected), (style, name, found)
