"""The judgement of any file: what it is, what it was said to be, and what else it is."""

from __future__ import annotations

import io
import sys
import types
import zipfile

import pytest
from pickles import context, judged, said

from cardlint.weights import judge as judging
from cardlint.weights.budget import Budget, SpentError
from cardlint.weights.judge import Context, judge
from cardlint.weights.reading import Held
from cardlint.weights.verdict import Evidence, Judgement, gravest

BAD = b"cos\nsystem\n(U\4echotR."


def zipped(*members: tuple[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, content in members:
            archive.writestr(name, content)
    return made.getvalue()


def nested(content: bytes, levels: int) -> bytes:
    for _ in range(levels):
        content = zipped(("inner", content))
    return content


@pytest.mark.parametrize("content", [b"", b"some text", b"{}", b"\x89PNG\r\n\x1a\n", b"%PDF-1.4", b"\xfe\xff\0\0"])
def test_what_nothing_can_hide_in_is_ok(content: bytes) -> None:
    assert judged(content, "x").evidence == ()


def test_a_format_that_is_not_looked_into_is_never_ok(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(judging.MODULES, "rar", raising=False)
    assert said(judged(b"Rar!\x1a\7\0", "x")) == [("review", "rar")]


def test_ghsa_jgw4_cr84_mqxg_content_decides_and_a_false_name_is_said() -> None:
    assert said(judged(BAD, "model.safetensors")) == [("block", "os.system"), ("review", "pickle")]
    assert said(judged(b"some text", "x.pkl")) == [("review", "text")]
    assert said(judged(b"\xff\xfd", "x.pt")) == [("review", "unknown")]
    assert said(judged(b"", "x.pkl")) == said(judged(b"version https://git-lfs.github.com/spec/v1\noid", "x.pt")) == []


def test_a_file_without_magic_number_is_what_its_name_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(judging.MODULES, "onnx", raising=False)
    assert judged(b"\xff\0\1", "x.onnx").format == "onnx"


def test_a_member_is_judged_with_its_path() -> None:
    (item,) = judged(zipped(("a/b", zipped(("c", BAD))))).evidence
    assert (item.member, item.about, item.offset) == ("a/b!c", "os.system", 0)


def test_containers_are_looked_into_only_so_deep() -> None:
    assert judged(nested(BAD, 7)).verdict == "block"
    assert [item.message for item in judged(nested(BAD, 9)).evidence] == ["is nested too deep to be looked at"]


def test_a_format_that_needs_more_than_may_be_spent_is_to_be_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    def spend(*_: object) -> Judgement:
        raise SpentError

    monkeypatch.setitem(sys.modules, "cardlint.weights.costly", types.SimpleNamespace(judge=spend))  # type: ignore[arg-type]
    monkeypatch.setitem(judging.MODULES, "rar", "costly")
    assert said(judged(b"Rar!\x1a\7\0", "x")) == [("review", "budget")]


# Files that are two things

POLYGLOTS = {
    "a picture": b"GIF89a\1\1\1", "a video": b"U\6aaftyp0", "a sound": b"U\x0aaaaaaaWAVE0", "another picture": b"U\x0aaaaaaaWEBP0", "a tflite model": b"U\6aaTFL30",
    "a GGUF file": b"GGUF\3\0\0\0\0" + b"0", "a bzip2 file": b"BZh\0\0" + b"a" * 0x685A, "a PE file": b"MZ\0" + b"0", "an rds file": b"X\n\0\0\0" + b"a" * 10,
    "a tar archive": b"T\2\1\0\0" + b"a" * 252 + b"ustar\0" + b"0", "an HDF5 file": b"T\x66\2\0\0" + b"a" * 507 + b"\x89HDF\r\n\x1a\n" + b"a" * 99,
    "a safetensors file": b"U\7\0\0\0\0\0\0{", "a picture after a program": b"GIF89a\1\1\1.",
}  # fmt: skip


@pytest.mark.parametrize("begin", POLYGLOTS.values(), ids=POLYGLOTS.keys())
@pytest.mark.parametrize("name", ["x", "x.pt", "x.gif"])
def test_a_file_of_another_format_that_is_a_pickle_as_well_is_blocked(begin: bytes, name: str) -> None:
    judgement = judged(begin + BAD + b" " * 2000, name)
    assert ("block", "os.system") in said(judgement)
    assert "os.system" in judgement.globals


def test_a_program_that_outlasts_the_beginning_is_followed() -> None:
    content = b"GIF89a\1\1\1" + b"N0" * 9000 + BAD
    assert ("block", "os.system") in said(judged(content))
    assert ("block", "os.system") in said(judged(b"GIF89a\1\1\1" + b"." + b"N." * 3000 + BAD))


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a\1\1\1N.", b"GIF89a\1\1\1\0\0", b"GIF89a\1\1\1ca b\nc d\n.", b"\x89PNG\r\n\x1a\n" + BAD, b"GIF89a\1\1\1" + b"N0" * 9000 + b"\xff",
        b"GIF89a\1\1\1X\xff\xff\xff\x7f" + b"\0" * 9000, b"GIF89a\1\1\1Pid\n" + BAD,
    ],
)  # fmt: skip
def test_a_file_that_only_happens_to_begin_like_a_program_is_not(content: bytes) -> None:
    assert judged(content, "x.gif").evidence == ()


def test_an_archive_whose_first_member_is_a_pickle_is_not_one_itself() -> None:
    # "PK" is a persistent id that goes up to the first newline, behind which the member's pickle may begin.
    content = zipped(("a.npy\n", b"\n" + b"ccollections\nOrderedDict\n."))
    assert all(item.about != "program" for item in judged(content).evidence)


# Verdicts


def test_the_verdict_is_that_of_the_gravest_evidence() -> None:
    assert gravest([]) == "ok"
    assert gravest(["ok", "block", "review"]) == "block"
    review, block = Evidence("review", "pickle", "a", "b"), Evidence("block", "pickle", "a", "b", "c")
    assert Judgement(None).verdict == "ok"
    assert Judgement("x", (review, block)).verdict == "block"
    assert [item.member for item in Judgement("x", (review, block)).inside("m").evidence] == ["m", "m!c"]


def test_a_budget_is_one_for_a_file_and_all_that_is_in_it() -> None:
    budget = Budget(operations=10)
    budget.spend(10)
    with pytest.raises(SpentError):
        budget.spend(1)
    shared = Context(context().names, Budget(operations=200))
    assert judge(Held(zipped(*((f"m{i}", b"\x80\2" + b"N0" * 30 + b"N.") for i in range(9)))), shared).verdict == "review"
