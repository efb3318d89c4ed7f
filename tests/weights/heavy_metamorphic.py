"""Every malicious pickle of the record, said in other words and carried by every container: its verdict never falls."""

from __future__ import annotations

import gzip
import io
import pickletools
import zipfile
import zlib
from collections.abc import Callable

import pytest
import test_kinds
import test_npy
import test_tar
from listed_formats import array, nemo, objects
from listed_pickles import PLAIN, carried, legacy
from making import Entry, zipped
from test_metamorphic import CONTAINERS, PROGRAMS

from cardlint.weighing import names
from cardlint.weights.budget import Budget
from cardlint.weights.judge import Context, judge
from cardlint.weights.reading import Held
from cardlint.weights.verdict import VERDICTS, Verdict

# Without what breaks off before it asks for anything: it is no program, unless its name says so.
CARRIED = {what: content for what, content in carried().items() if not what.startswith("expansion-memo")}
NAMES = ("x", "model.pt", "x.pkl", "model.safetensors", "x.bin", "README.txt", "x.npy", "x.joblib", "a.zip", "m.h5")
OPCODES = {"many frames", "a frame for each opcode", "each opcode followed by nothing"}  # these take the program apart

# A picture that is a program as well, but one that asks for nothing, is a picture; and TorchScript has its own types.
OTHER_THINGS = {("a picture before it", "review"), ("a video before it", "review")}
MEANT = {("TorchScript", "trap-torchscript-types")}


def seven(content: bytes) -> bytes:
    header = b"\x01\x04" + test_kinds.streams([len(content)], [test_kinds.COPY], [len(content)]) + b"\x05" + test_kinds.files(["a"]) + b"\0"
    return test_kinds.seven(content, header)


def packed_zip(content: bytes, method: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        archive.writestr("a", content)
    return made.getvalue()


MORE: dict[str, Callable[[bytes], bytes]] = {
    "7z": seven,
    "a zip archive by bzip2": lambda content: packed_zip(content, zipfile.ZIP_BZIP2),
    "torch's format before 1.6, the object": lambda content: legacy(b"")[: -len(b"\x80\x02}.\x80\x02].")] + content + b"\x80\x02].",
    "torch's format before 1.6, the keys": lambda content: legacy(b"")[: -len(b"\x80\x02].")] + content,
    "torch's tar": lambda content: test_tar.torch_tar(thing=content),
    "the storages of torch's tar": lambda content: test_tar.torch_tar(storages=content),
    "numpy's objects": lambda content: test_npy.npy(test_npy.header("'|O'"), content),
    "numpy's objects among arrays": objects,
    "a member among arrays": lambda content: zipped(Entry(b"a.npy", array()), Entry(b"b.npy", content)),
    "NeMo's weights": lambda content: nemo(b"a: 1\n", content),
    "TorchServe's weights": lambda content: test_kinds.mar({"handler": "image_classifier", "serializedFile": "m.pt"}, Entry(b"m.pt", content)),
    "Keras' archive": lambda content: zipped(Entry(b"config.json", b"{}"), Entry(b"metadata.json", b"{}"), Entry(b"assets/x", content)),
    "joblib of old": lambda content: b"ZF" + hex(len(content)).ljust(19).encode() + zlib.compress(content),
    "an exported program": lambda content: zipped(Entry(b"m/archive_format", b"pt2"), Entry(b"m/data/weights/weight_0", content)),
    "tensor data of a torch archive that is packed": lambda content: zipped(Entry(b"m/data.pkl", PLAIN), Entry(b"m/data/0", content, method=8), Entry(b"m/version", b"3")),
    "a packed member of a packed tar": lambda content: gzip.compress(test_tar.member(b"a.gz", gzip.compress(content)) + test_tar.END),
}  # fmt: skip
WAYS = {**PROGRAMS, **{what: pack for what, (pack, _) in CONTAINERS.items()}, **MORE}


def verdict(content: bytes, name: str) -> Verdict:
    return judge(Held(content), Context(names(), Budget(), name)).verdict


@pytest.fixture(scope="module")
def plain() -> dict[str, Verdict]:
    """The verdict on each as it is."""
    return {what: verdict(content, "x.pkl") for what, content in CARRIED.items()}


def test_there_are_as_many_as_there_should_be(plain: dict[str, Verdict]) -> None:
    assert len(CARRIED) > 150
    assert len(WAYS) > 12 * 4
    assert "ok" not in plain.values()


@pytest.mark.parametrize("way", WAYS)
def test_the_verdict_never_falls(way: str, plain: dict[str, Verdict]) -> None:
    fallen = []
    for at, (what, content) in enumerate(CARRIED.items()):
        if way in PROGRAMS and not (content.startswith(b"\x80") and content.endswith(b".")):
            continue  # these go by the protocol at the beginning and the STOP at the end
        if (way, plain[what]) in OTHER_THINGS or (way, what.split()[0]) in MEANT:
            continue
        if way in OPCODES and not _can_be_taken_apart(content):
            continue
        changed = WAYS[way](content)
        for name in ("x", NAMES[at % len(NAMES)]):
            found = verdict(changed, name)
            if VERDICTS.index(found) < VERDICTS.index(plain[what]):
                fallen.append((what, name, plain[what], found))
    assert fallen == []


@pytest.mark.parametrize("name", NAMES)
def test_the_verdict_is_the_same_under_any_name(name: str, plain: dict[str, Verdict]) -> None:
    found = {what: verdict(content, name) for what, content in CARRIED.items()}
    assert [what for what in CARRIED if VERDICTS.index(found[what]) < VERDICTS.index(plain[what])] == []


def _can_be_taken_apart(content: bytes) -> bool:
    """Whether this is one program that pickletools reads to its end."""
    try:
        last = [place for _, _, place in pickletools.genops(content)][-1]
    except ValueError:
        return False
    return last == len(content) - 1
