"""numpy's files: what the header says, what follows it, and headers that say something else than numpy writes."""

from __future__ import annotations

import struct

import pytest
from making import EMPTY_DICT, PAYLOAD, Entry, judged, said, zipped

OBJECTS = b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n."


def npy(header: str | bytes, data: bytes = b"", version: tuple[int, int] = (1, 0)) -> bytes:
    held = header.encode("utf-8" if version[0] == 3 else "latin-1") if isinstance(header, str) else header
    held = held + b"\n"
    return b"\x93NUMPY" + bytes(version) + struct.pack("<H" if version[0] == 1 else "<L", len(held)) + held + data


def header(descr: str, shape: str = "(2,)") -> str:
    return f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}"


SIZES = {
    "'<f8'": 16, "'|b1'": 2, "'?'": 2, "'<U3'": 24, "'|S5'": 10, "'|V7'": 14, "'<M8[ns]'": 16, "'<m8'": 16, "'>c16'": 32, "'|u1'": 2, "'f4'": 8,
    "[('a', '<f4'), ('b', '<i2', (2, 3))]": 32, "[('a', [('b', '|u1'), ('', '|V3')])]": 8, "[(('title', 'a'), '<f8')]": 16,
    "[('a', '<i2', 3)]": 12, "('<f4', (2,))": 16, "[]": 0, "'|S0'": 0,
}  # fmt: skip


@pytest.mark.parametrize("descr", SIZES)
@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_numbers_are_as_long_as_the_header_says(descr: str, version: tuple[int, int]) -> None:
    size = SIZES[descr]
    found = judged(npy(header(descr), b"\x00" * size, version), "a.npy")
    assert (found.verdict, found.format) == ("ok", "npy"), found
    assert found.inert
    assert judged(npy(header(descr), b"\x00" * size + b"x", version), "a.npy").verdict == "review"
    if size:
        assert "has less data than its header says" in said(judged(npy(header(descr), b"\x00" * (size - 1), version), "a.npy"))


def test_several_arrays_follow_each_other() -> None:
    one = npy(header("'<f8'"), b"\x00" * 16)
    assert judged(one * 3, "a.npy").evidence == ()
    assert "bytes follow that belong to no array" in said(judged(one + b"x" * 30, "a.npy"))


OBJECT_TYPES = (
    "'|O'", "'O'", "'|O8'", "[('a', '<f4'), ('b', '|O')]", "[('a', [('b', [('c', '|O')])])]", "[('a', '|O', (2, 2))]", "('|O', (2,))",
)  # fmt: skip


@pytest.mark.parametrize("descr", OBJECT_TYPES)
@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_objects_are_a_pickle(descr: str, version: tuple[int, int]) -> None:
    found = judged(npy(header(descr), PAYLOAD, version), "a.npy")
    assert found.verdict == "block"
    assert found.globals == ("posix.system",)
    start = len(npy(header(descr), b"", version))
    assert found.evidence[0].offset == start + 2
    assert judged(npy(header(descr), EMPTY_DICT, version), "a.npy").evidence == ()
    assert judged(npy(header(descr), b"", version), "a.npy").verdict == "review"


def test_without_an_offset_evidence_stays_without() -> None:
    found = judged(npy(header("'|O'"), EMPTY_DICT + b"\xff"), "a.npy")
    assert found.verdict == "review"


STRANGE = {
    "a version that does not exist": npy(header("'<f8'"), version=(4, 0)),
    "a minor version": npy(header("'<f8'"), version=(1, 1)),
    "no version": b"\x93NUMPY",
    "a header longer than the file": b"\x93NUMPY\x01\x00\xff\x7f{}",
    "a header longer than any": b"\x93NUMPY\x02\x00" + struct.pack("<L", 1 << 20) + b" " * (1 << 20),
    "a header that is not UTF-8": npy(b"{\xff}", version=(3, 0)),
    "other keys": npy("{'descr': '<f8', 'shape': (1,)}"),
    "more keys": npy("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'x': 1}"),
    "no dictionary": npy("[]"),
    "an expression": npy(header("__import__('os')")),
    "a call": npy("dict(descr='<f8')"),
    "arithmetic": npy(header("'<f8'", "(1+1,)")),
    "a negative size": npy(header("'<f8'", "(-1,)")),
    "a size that is text": npy(header("'<f8'", "('1',)")),
    "a size that is true": npy(header("'<f8'", "(True,)")),
    "no shape": npy(header("'<f8'", "3")),
    "deep nesting": npy(header("[" * 60 + "]" * 60)),
    "broken syntax": npy(header("'<f8'", "(1,,)")),
    "brackets that do not match": npy("{'descr': ]"),
    "a string with NUL": npy(header("'<f8\0'")),
    "many digits": npy(header("'<f8'", "(" + "9" * 5000 + ",)")),
    "types in one text": npy(header("'O,f8'")),
    "a type by its name": npy(header("'object'")),
    "a type that does not exist": npy(header("'<f7'")),
    "a type of no size": npy(header("'<i'")),
    "a type that is a number": npy(header("8")),
    "a field that is text": npy(header("['<f8']")),
    "a field of one part": npy(header("[('a',)]")),
    "a type of three parts": npy(header("('<f8', (1,), 2)")),
    "a deep type": npy(header("[('a', " * 18 + "'<f8'" + ")]" * 18)),
    "bytes in the header": npy(header("b'<f8'")),
    "a set as key": npy("{{1}: 2}"),
}  # fmt: skip


@pytest.mark.parametrize("case", STRANGE)
def test_headers_numpy_does_not_write_are_reviewed(case: str) -> None:
    found = judged(STRANGE[case], "a.npy")
    assert (found.verdict, found.format) == ("review", "npy"), found


def test_numbers_of_python_2_are_read() -> None:
    assert judged(npy(header("'<f8'", "(2L,)"), b"\x00" * 16), "a.npy").evidence == ()
    assert judged(npy(header("[('2L', '<f8')]", "(2L,)"), b"\x00" * 16), "a.npy").evidence == ()


def test_a_pickle_under_the_name_of_an_array_is_one() -> None:
    found = judged(PAYLOAD, "a.npy")
    assert found.verdict == "block"
    assert found.format == "pickle"
    assert "not what .npy promises" in said(judged(EMPTY_DICT, "a.npy"), "review")


def test_an_array_under_the_name_of_a_torch_file_is_one() -> None:
    found = judged(npy(header("'|O'"), PAYLOAD), "a.pt")
    assert found.verdict == "block"
    assert "is npy, not what .pt promises" in said(found)


def test_an_archive_of_arrays() -> None:
    plain, objects = npy(header("'<f8'"), b"\x00" * 16), npy(header("'|O'"), PAYLOAD)
    found = judged(zipped(Entry(b"a.npy", plain), Entry(b"b.npy", plain, method=8)), "a.npz")
    assert (found.verdict, found.format, found.evidence) == ("ok", "npz", ())
    found = judged(zipped(Entry(b"a.npy", plain), Entry(b"b.npy", objects, method=8)), "a.npz")
    assert found.verdict == "block"
    assert found.evidence[0].member == "b.npy"
    assert judged(zipped(Entry(b"a.npy", PAYLOAD)), "a.npz").verdict == "block"


def test_a_bomb_in_an_array_is_left() -> None:
    assert judged(npy(header("'|O'"), b"\x80\x02" + b"N" * 4_000_000), "a.npy").verdict == "review"
