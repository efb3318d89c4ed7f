"""Whole files: several programs, padding, what is no pickle at all, and what is said of it."""

from __future__ import annotations

import pickle

import pytest
from pickles import NAMES, context, judged, said

from cardlint.weights import program
from cardlint.weights.budget import Budget
from cardlint.weights.pickle import MOST_PROGRAMS, is_pickle
from cardlint.weights.program import MOST_EVIDENCE, distinct, held_bytes, walk
from cardlint.weights.reading import Held, Stream
from cardlint.weights.values import Global, dotted, shown
from cardlint.weights.verdict import Evidence

BAD = b"cos\nsystem\n(U\4echotR."
PLAIN = pickle.dumps({"a": 1}, 2)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (BAD[:-1], "no STOP"), (BAD[:-1] + b"\xff", "an opcode that is none"), (BAD[:-1] + b"(((\0", "rubbish"), (BAD[:-2] + b"RR", "a call with nothing"),
    ],
)  # fmt: skip
def test_nullifai_a_program_that_breaks_after_its_payload_ran_is_blocked(content: bytes, what: str) -> None:
    judgement = judged(content, "x.pkl")
    assert ("block", "os.system") in said(judgement), what
    assert ("review", "program") in said(judgement), what


def test_several_programs_in_one_file_are_all_walked() -> None:
    assert judged(PLAIN + PLAIN).evidence == ()
    assert said(judged(PLAIN + PLAIN + BAD)) == [("block", "os.system")]


@pytest.mark.parametrize("padding", [b"\0" * 8, b"\n", b"\r\n\t ", b"\0" * 200_000])
def test_padding_between_programs_and_behind_them_is_passed_over(padding: bytes) -> None:
    assert judged(PLAIN + padding).evidence == ()
    assert said(judged(PLAIN + padding + BAD + padding)) == [("block", "os.system")]


def test_bytes_that_are_no_program_are_not_ok() -> None:
    judgement = judged(PLAIN + b"\xff\xfe\xfd")
    assert said(judgement) == [("review", "program")]
    assert judgement.evidence[0].offset == len(PLAIN)
    assert "0xff" in judgement.evidence[0].message


def test_more_padding_than_is_read_is_not_ok() -> None:
    assert "padding" in judged(PLAIN + b"\0" * 1_000_000, operations=1000).evidence[0].message


def test_more_programs_than_are_walked_are_not_ok() -> None:
    assert judged(b"\x80\2N." * MOST_PROGRAMS).evidence == ()
    assert "more programs" in judged(b"\x80\2N." * (MOST_PROGRAMS + 1)).evidence[0].message


def test_what_is_asked_for_is_said_with_its_place_and_its_advisory() -> None:
    (item,) = judged(b"\x80\2cpkgutil\nresolve_name\n.").evidence
    assert item == Evidence(
        "block", "pickle", "pkgutil.resolve_name", "asks for pkgutil.resolve_name, which runs what it is given", "", 2, "GHSA-test"
    )
    assert judged(b"\x80\2cpkgutil\nresolve_name\n.").globals == ("pkgutil.resolve_name",)


def test_persistent_ids_are_only_allowed_in_a_torch_archive() -> None:
    content = b"\x80\2K\1Q."
    assert said(judged(content)) == [("review", "persistent id")]


# What is a pickle

TEXTS = {
    "a list of words": b"car\ncat\ndog\n", "prose": b"I am a model\n\nof text.\n", "an abbreviation": b"N.B. this is text", "half a program": b"Max. speed",
    "a whole program": b"JSONL.", "a heading": b"K. Model", "Python": b"import os\nimport sys\n", "a class": b"class A:\n    pass\n", "a chapter": b"chapter\nverse\n",
    "a licence": b"MIT License\n\nCopyright (c) 2026\n", "brackets": b"(it is)\n", "a list": b"]\n", "a table": b"a,b\n1,2\n", "a number": b"I1\nL2\n", "umlauts": "Über\nuns\n".encode(),
    "a comment": b"# cos\nsystem\n", "long prose": b"Saved by nobody. " * 1000, "a tuple": b"(N.", "a call of nobody": b"(cat\ndog\nR",
}  # fmt: skip


@pytest.mark.parametrize("name", ["README", "README.md", "labels.txt", "x.py"])
@pytest.mark.parametrize("content", TEXTS.values(), ids=TEXTS.keys())
def test_text_is_no_pickle(content: bytes, name: str) -> None:
    judgement = judged(content, name)
    assert (judgement.format, judgement.evidence) == ("text", ())


@pytest.mark.parametrize("name", ["README", "README.md", "weights.safetensors", "x.bin", "x.h5", "x"])
@pytest.mark.parametrize(
    "content",
    [
        BAD, BAD[:-1], b"(S'echo'\nios\nsystem\n.", b"ios\nsystem\n", b"(dp0\nS'a'\np1\n" + BAD, b"\x80\0" + BAD, b"\x80\1" + BAD, b"\x8c\2os\x8c\6system\x93.", b"\x95" + b"\0" * 8 + BAD,
        b"B\0\0\0\0" + BAD, b"C\1a" + BAD, b"\x96\1\0\0\0\0\0\0\0a" + BAD, b"\x88" + BAD, b"\x8a\1\1" + BAD, b"\x82\1" + BAD, b"\x97" + BAD, b"N." + BAD,
        b"S'" + b"a" * 5000 + b"'\n" + BAD, b"(" + BAD, b"]" + BAD, b"I1\0x\n" + BAD, b"G" + b"a" * 8 + BAD,
    ],
)  # fmt: skip
def test_a_pickle_is_found_under_any_name_and_with_any_beginning(content: bytes, name: str) -> None:
    judgement = judged(content, name)
    assert judgement.format == "pickle"
    assert ("block", "os.system") in said(judgement)


def test_a_harmless_pickle_of_lines_is_found_by_its_length() -> None:
    assert judged(pickle.dumps({"a": [1, 2]}, 0), "x").format == "pickle"
    assert judged(b"N.", "x").format == "text"
    assert judged(b"N.", "x.pkl").format == "pickle"


def test_a_call_of_a_name_on_no_list_makes_text_a_pickle() -> None:
    assert said(judged(b"(S'a'\nifoo\nbar\n0\xff", "x.txt"))[1] == ("review", "foo.bar")


@pytest.mark.parametrize(
    "first", [b"cmy-model\n__name__\n0", b"cmy model\n__name__\n0", b"c_sysconfigdata__linux_x86_64-linux-gnu\n__name__\n0"]
)
@pytest.mark.parametrize("end", [b".", b"Z", b"\xff"])
def test_a_first_name_that_looks_like_none_hides_nothing(first: bytes, end: bytes) -> None:
    """A folder where Python looks can be asked for, whatever it is called."""
    assert judged(first + b"cos\nsystem\n(S'echo'\ntR" + end, "model.bin").verdict == "block"
    filler = b"N0" * 3_000
    assert judged(b"GIF8aaaaa0" + first + filler + b"cos\nsystem\n(S'echo'\ntR" + end, "model.bin").verdict == "block"


def test_what_cannot_be_a_name_makes_no_pickle() -> None:
    assert not is_pickle(Held(b"ca b\nc d\n(tR\xff\xfe"), NAMES, Budget())
    assert not is_pickle(Held(b"Pid\ncos\nsystem\n\xff"), NAMES, Budget())
    assert is_pickle(Held(b"cfoo\nbar\n\xff"), NAMES, Budget())


def test_a_program_that_is_too_long_to_try_may_be_a_pickle() -> None:
    assert is_pickle(Held(b"N0" * 500 + b"N."), NAMES, Budget(operations=100))


# What is said


def test_more_evidence_than_is_kept_is_evidence_of_its_own() -> None:
    """Who vets all that was shown has not vetted the rest."""
    asked = b"".join(f"cacme\nThing{index}\n0".encode() for index in range(300))
    for content in (asked + b"N.", b"N." + asked + b"N."):
        found = judged(content, "model.pkl").evidence
        assert (len(found), found[-1].about) == (200, "more")
    few = b"".join(f"cacme\nThing{index}\n0".encode() for index in range(200))
    assert [item.about for item in judged(few + b"N.", "model.pkl").evidence if item.about == "more"] == []


def test_evidence_is_said_once_the_gravest_first_and_not_without_end() -> None:
    content = b"".join(b"cmodule%d\nname\n0" % number for number in range(300)) + b"cos\nsystem\n" * 2 + b"."
    evidence = judged(b"\x80\2" + content).evidence
    assert len(evidence) == MOST_EVIDENCE
    assert (evidence[0].verdict, evidence[0].about) == ("block", "os.system")
    assert [item.verdict for item in evidence].count("block") == 1
    assert distinct([evidence[0]] * 3) == [evidence[0]]


def test_names_are_shown_so_that_no_terminal_and_no_encoder_stumbles() -> None:
    (item,) = judged(b"\x80\4\x8c\5\xed\xa0\x80\x1b\n\x8c\3\xe2\x80\xae\x93.").evidence
    assert item.about == "\\ud800\\x1b\\n.\\u202e"
    item.message.encode()
    assert shown("a" * 300) == "a" * 199 + "…"
    assert dotted(Global("a", "b", 0, NAMES.look("a", "b", 4))) == "a.b"


def test_bytes_are_looked_into_only_so_deep() -> None:
    content = BAD
    for _ in range(20):
        content = b"\x80\4B" + len(content).to_bytes(4, "little") + content + b"."
    assert said(judged(content)) == [("review", "bytes")]
    assert [item.verdict for item in held_bytes(walk(Stream(Held(content)), NAMES, Budget()), context())] == ["review"]


def test_a_program_says_where_it_was() -> None:
    stream = Stream(Held(b"N.K\1."))
    first, second = (walk(stream, NAMES, Budget()) for _ in range(2))
    assert (first.start, first.end, first.value, second.start, second.end, second.value) == (0, 2, None, 2, 5, 1)
    assert program.MOST_EVIDENCE == 200
