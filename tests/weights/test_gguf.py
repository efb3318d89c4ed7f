from __future__ import annotations

import struct
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorfiles import Counted, Gguf, judged

from cardlint.weights.budget import Budget, SpentError
from cardlint.weights.ggufcursor import MOST_FAR
from cardlint.weights.ggufread import MOST_ENTRIES, MOST_TEXT, Array, Tensor, UnknownVersionError, read_header
from cardlint.weights.header import WrongHeaderError
from cardlint.weights.reading import Held
from cardlint.weights.values import Blob


def usual(version: int = 3, order: str = "<") -> Gguf:
    """What a converter writes: an architecture, a vocabulary, a template, two tensors."""
    file = Gguf(version, order)
    file.string("general.architecture", "llama").u32("general.file_type", 15).string("general.url", "https://example.org/a")
    tokens = b"".join(file.text(f"token {index}") for index in range(50))
    file.array("tokenizer.ggml.tokens", 8, 50, tokens).array("tokenizer.ggml.scores", 6, 50, bytes(200))
    file.string("tokenizer.chat_template", "{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}")
    file.pair("tokenizer.ggml.add_bos_token", 7, b"\x01").pair("llama.rope.freq_base", 6, file.number("f", 0.5))
    file.pair("x.large", 12, file.number("d", 0.25)).pair("x.negative", 11, file.number("q", -5)).pair("x.small", 1, file.number("b", -1))
    return file.tensor("token_embd.weight", (64, 3)).tensor("blk.0.weight", (256, 2), kind=12, size=288)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_header_says_what_is_in_the_file(version: int) -> None:
    content = usual(version).content()
    header = read_header(Held(content))
    assert (header.version, header.big_endian, header.alignment) == (version, False, 32)
    assert (header.architecture, header.quantisation) == ("llama", "Q4_K_M")
    assert header.tensors == (Tensor("token_embd.weight", 0, (64, 3), 0, 768), Tensor("blk.0.weight", 12, (256, 2), 768, 288))
    assert [tensor.dtype for tensor in header.tensors] == ["F32", "Q4_K"]
    assert header.data + 768 + 288 == len(content)
    assert header.values["tokenizer.ggml.add_bos_token"] is True
    assert (header.values["llama.rope.freq_base"], header.values["x.large"], header.values["x.negative"]) == (0.5, 0.25, -5)
    tokens = header.values["tokenizer.ggml.tokens"]
    assert isinstance(tokens, Array)
    assert (tokens.kind, tokens.length) == (8, 50)
    judgement = judged(content, "model.gguf")
    assert (judgement.format, judgement.verdict, judgement.evidence) == ("gguf", "ok", ())
    assert judgement.inert


def test_big_endian_files_are_read_as_such() -> None:
    content = usual(order=">").content()
    header = read_header(Held(content))
    assert (header.version, header.big_endian, header.architecture) == (3, True, "llama")
    assert judged(content).verdict == "ok"
    assert [item.verdict for item in judged(usual(2, ">").content()).evidence] == ["review"]


def test_what_is_not_there_is_none() -> None:
    header = read_header(Held(Gguf().u32("general.architecture", 1).string("general.file_type", "x").content()))
    assert (header.architecture, header.quantisation) == (None, None)
    assert judged(Gguf().content()).verdict == "ok"
    assert read_header(Held(Gguf().u32("general.file_type", 999).content())).quantisation is None


def wide(value: int) -> bytes:
    return struct.pack("<Q", value)


HUGE = 2**62
WRONG = {
    "counts CVE-2024-21836: more tensors than the file has room for": (Gguf().header(tensors=HUGE), 8, "counts 4,611,686,018,427,387,904 tensors", "CVE-2024-21836"),
    "counts CVE-2024-23605: more key-values than the file has room for": (Gguf().header(pairs=HUGE), 16, "key-values", "CVE-2024-23605"),
    "lengths CVE-2024-23496: a key beyond the file": (Gguf().header(pairs=1) + wide(HUGE) + bytes(20), 24, "has a key of", "CVE-2024-23496"),
    "lengths CVE-2024-23496: a text beyond the file": (Gguf().pair("k", 8, wide(HUGE)).content(), 37, 'has "k" of', "CVE-2024-23496"),
    "lengths CVE-2024-23496: a text in an array beyond the file": (Gguf().array("k", 8, 1, wide(HUGE)).content(), 49, 'array "k" with a text', "CVE-2024-23496"),
    "lengths CVE-2024-23496: a tensor beyond the file": (Gguf().tensor("t", (8,)).content(data=31), 64, "end at byte 96, and the file at 95", "CVE-2024-23496"),
    "arrays CVE-2024-21825: numbers beyond the file": (Gguf().array("k", 10, 2**61, b"").content(), 37, "2,305,843,009,213,693,952 elements", "CVE-2024-21825"),
    "arrays CVE-2024-21825: texts beyond the file": (Gguf().array("k", 8, 2**61, b"").content(), 37, "elements", "CVE-2024-21825"),
    "arrays CVE-2024-21825: arrays beyond the file": (Gguf().array("k", 9, 2**61, b"").content(), 37, "elements", "CVE-2024-21825"),
    "shapes CVE-2024-21802: a size beyond memory": (Gguf().tensor("t", (2**62, 2), size=0).content(), 24, "more than any memory holds", "CVE-2024-21802"),
    "shapes CVE-2024-21802: a negative size": (Gguf().tensor("t", (2**63, 0), size=0).content(), 24, "more than any memory holds", "CVE-2024-21802"),
    "shapes CVE-2024-21802: five dimensions": (Gguf().tensor("t", (1, 1, 1, 1, 1)).content(), 24, "5 dimensions", "CVE-2024-21802"),
    "a key of 70,000 bytes": (Gguf().u32("k" * 70_000, 1).content(), 24, "has a key of 70,000 bytes, more than 65,535", None),
    "a key of no bytes": (Gguf().u32("", 1).content(), 24, "key without a name", None),
    "a key that is not UTF-8": (Gguf().u32(b"\xff", 1).content(), 24, "key that is not UTF-8", None),
    "the same key twice": (Gguf().u32("k", 1).u32("k", 2).content(), 41, 'the key "k" twice', None),
    "a value of an unknown type": (Gguf().pair("k", 13, b"").content(), 33, "of type 13, which does not exist", None),
    "an array of an unknown type": (Gguf().array("k", 13, 0, b"").content(), 37, "of type 13, which does not exist", None),
    "an alignment of three": (Gguf().u32("general.alignment", 3).content(), 57, "the alignment 3", None),
    "an alignment of zero": (Gguf().u32("general.alignment", 0).content(), 57, "the alignment 0", None),
    "an alignment of two gigabytes": (Gguf().u32("general.alignment", 2**31).content(), 57, "no power of two up to", None),
    "an alignment that is text": (Gguf().string("general.alignment", "32").content(), 63, "the alignment 32", None),
    "an alignment of another width": (Gguf().pair("general.alignment", 10, wide(32)).content(), 49, "no 32-bit number", None),
    "the same tensor twice": (Gguf().tensor("t").tensor("t").content(), 57, 'two tensors "t"', None),
    "rows of half a block": (Gguf().tensor("t", (48,), kind=2, size=27).content(), 24, "blocks of 32", None),
    "a tensor that is not aligned": (Gguf().tensor("t", offset=4).content(), 68, "not aligned to 32", None),
    "tensors over each other": (Gguf().tensor("t", (16,)).tensor("u", (16,), offset=32).content(), 128, "overlap the tensor before it by 32 bytes", None),
    "the end within a number": (Gguf().u32("k", 1).content(data=0)[:39], 37, "ends within its header", None),
    "the end within the counts": (b"GGUF\x03\0\0\0\0\0", 8, "ends within its header", None),
    "another beginning": (b"\xff\xfeUF" + bytes(40), 0, "does not begin with GGUF", None),
}  # fmt: skip


@pytest.mark.parametrize(("content", "offset", "message", "reference"), WRONG.values(), ids=WRONG)
def test_an_invalid_file_blocks(content: bytes, offset: int, message: str, reference: str | None) -> None:
    evidence = judged(content, "model.gguf").evidence[0]
    assert (evidence.verdict, evidence.concern, evidence.reference) == ("block", "gguf", reference)
    assert message in evidence.message
    assert evidence.offset == offset


ODD = {
    "a version of the future": (Gguf(4).content(), "version", "version 4"),
    "version zero": (Gguf(0).content(), "version", "version 0"),
    "a boolean of two": (Gguf().pair("k", 7, b"\x02").content(), "k", "neither true nor false but 2"),
    "a text that is not UTF-8": (Gguf().string("k", b"\xff").content(), "k", "not UTF-8"),
    "an array of arrays": (Gguf().array("k", 9, 1, Gguf().number("I", 0) + wide(1) + b"\x01").content(), "k", "array of arrays"),
    "a long name": (Gguf().tensor("t" * 128).content(), "t" * 100, "128 characters"),
    "an unknown type": (Gguf().tensor("t", kind=99).tensor("u", (8,)).content(), "t", "type 99"),
    "a gap": (Gguf().tensor("t").tensor("u", offset=64).content(), "u", "leaves a gap"),
    "another order": (Gguf().tensor("t", offset=32).tensor("u", offset=0).content(data=64), "tensors", "another order"),
    "bytes at the end": (Gguf().tensor("t").content(data=64), "data", "32 bytes that belong to no tensor"),
    "a link to a file": (Gguf().string("general.url", "file:///etc/passwd").content(), "general.url", "something else than a plain web address"),
    "a link with a password": (Gguf().string("general.source.repo_url", "https://a:b@c").content(), "general.source.repo_url", "plain web address"),
    "a template that is a number": (Gguf().u32("tokenizer.chat_template", 1).content(), "template", "no text"),
    "a template that is too long": (Gguf().string("tokenizer.chat_template", "x" * (MOST_TEXT + 1)).content(), "template", "too long"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "about", "message"), ODD.values(), ids=ODD)
def test_what_is_odd_is_reviewed(content: bytes, about: str, message: str) -> None:
    evidence = judged(content, "model.gguf").evidence
    assert [item.verdict for item in evidence] == ["review"]
    assert evidence[0].about == about
    assert message in evidence[0].message


def test_an_unknown_version_is_an_error_of_its_own() -> None:
    with pytest.raises(UnknownVersionError):
        read_header(Held(Gguf(4).content()))


def test_a_few_bytes_less_than_the_alignment_may_follow() -> None:
    assert judged(Gguf().tensor("t", (1,), kind=24, size=1).content(data=32)).verdict == "ok"
    assert judged(Gguf(alignment=1).u32("general.alignment", 1).tensor("t", (1,), kind=24, size=1).content()).verdict == "ok"


def test_a_scalar_and_an_empty_tensor() -> None:
    assert judged(Gguf().tensor("t", ()).tensor("u", (0,), size=0).tensor("v", (4,)).content()).verdict == "ok"


def test_templates_are_judged_wherever_they_are() -> None:
    file = usual().string("tokenizer.chat_template.tool_use", "{{ x.__class__ }}")
    evidence = judged(file.content()).evidence
    assert [(item.verdict, item.concern, item.member, item.reference) for item in evidence] == [
        ("block", "format", "tokenizer.chat_template.tool_use", "CVE-2024-34359")
    ]


def test_templates_are_judged_where_the_rest_cannot_be_read() -> None:
    file = Gguf().string("tokenizer.chat_template", "{{ x.__class__ }}")
    spent = file.header(pairs=2) + file.text("k") + file.number("I", 9) + file.number("I", 8) + wide(5_000_000) + wide(0) * 5_000_000
    assert [(item.verdict, item.concern) for item in judged(spent).evidence] == [("review", "unread"), ("block", "format")]
    assert [(item.verdict, item.concern) for item in judged(file.content(pairs=2, data=16)).evidence] == [
        ("block", "gguf"),
        ("block", "format"),
    ]


def test_oddities_are_bounded() -> None:
    file = Gguf()
    for index in range(50):
        file.pair(f"k{index}", 7, b"\x02")
    assert len(read_header(Held(file.content())).oddities) == 20


def test_long_texts_are_passed_over() -> None:
    file = Gguf().string("long", "x" * 2_000_000).string("short", "y")
    for index in range(20):
        file.string(f"k{index}", "z" * MOST_TEXT)
    reader = Counted(file.content(), near=True)
    values = read_header(reader).values
    assert values["long"] == Blob(24 + 8 + 4 + 4 + 8, 2_000_000)
    assert values["short"] == "y"
    assert (isinstance(values["k12"], str), isinstance(values["k13"], Blob)) == (True, True)
    assert sum(min(size, 65_536) for _, size in reader.reads) < 8_000_000


def test_arrays_are_passed_over() -> None:
    count = 5_000_000
    file = Gguf().array("numbers", 6, count, b"")
    head = file.header()
    size = len(head) + 4 * count
    reader = Counted(head, size=size)
    assert read_header(reader).values["numbers"] == Array(6, count, len(head))
    assert sum(size for _, size in reader.reads) < 200_000


def test_a_vocabulary_far_away_takes_few_reads() -> None:
    file = Gguf()
    file.array("tokenizer.ggml.tokens", 8, 260_000, b"".join(file.text(f"token{index:06}") for index in range(260_000)))
    file.string("tokenizer.chat_template", "{{ messages }}")
    reader = Counted(file.content())
    assert read_header(reader).values["tokenizer.chat_template"] == "{{ messages }}"
    assert len(reader.reads) < 12
    assert sum(size for _, size in reader.reads) < 1.8 * len(reader.content)


def test_texts_longer_than_a_chunk_are_passed_over() -> None:
    file = Gguf()
    raw = file.text("a" * 200_000) + file.text("b") + file.text("c" * 3_000_000) + file.text("d" * 70_000)
    file.array("k", 8, 4, raw).u32("after", 7)
    assert read_header(Held(file.content())).values["after"] == 7


def test_no_more_is_read_than_may_be() -> None:
    file = Gguf().array("k", 8, 1000, b"")
    raw = file.header() + (wide(60_000) + bytes(60_000)) * 1000
    with pytest.raises(SpentError):
        read_header(Counted(raw))
    assert [(item.verdict, item.concern) for item in judged(Counted(raw)).evidence] == [("review", "unread")]
    reader = Counted(raw)
    with pytest.raises(SpentError):
        read_header(reader)
    assert sum(size for _, size in reader.reads) < MOST_FAR + 2_100_000
    with pytest.raises(SpentError):
        read_header(Held(file.header() + wide(0) * 1000), Budget(operations=999))
    nested = b"".join(Gguf().number("I", 9) + wide(1) for _ in range(9))
    with pytest.raises(SpentError):
        read_header(Held(Gguf().pair("k", 9, nested + bytes(40)).content()))
    with pytest.raises(SpentError):
        read_header(Held(Gguf().header(tensors=MOST_ENTRIES + 1) + bytes(3_000_000)))


def test_a_hostile_file_takes_little_memory() -> None:
    content = Gguf().header(pairs=90_000, tensors=90_000) + bytes(5_000_000)
    tracemalloc.start()
    judged(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50_000_000


def test_a_file_that_an_unpickler_also_runs_blocks() -> None:
    """`G` takes eight bytes, and so many tensors make the next byte a `V`, which takes all up to the end of a line."""
    file = Gguf(1).string("k", "\ncposix\nsystem\n(S'echo oops'\ntR.")
    for index in range(0x5600):
        file.tensor(f"{index}", (0,), size=0)
    content = file.content()
    assert content[9:10] == b"V"
    assert ("block", "pickle") in [(item.verdict, item.concern) for item in judged(content).evidence]


@pytest.mark.parametrize("magic", [b"lmgg", b"fmgg", b"tjgg", b"algg"])
def test_files_from_before_gguf_are_told_and_reviewed(magic: bytes) -> None:
    judgement = judged(magic + bytes(100), "model.bin")
    assert (judgement.format, judgement.verdict) == ("ggml", "review")


@settings(max_examples=300)
@given(st.data())
def test_no_mutation_brings_more_than_the_readers_own_errors(data: st.DataObject) -> None:
    content = bytearray(usual(data.draw(st.sampled_from([1, 2, 3])), data.draw(st.sampled_from("<>"))).content())
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(content) - 1))
        change = data.draw(st.sampled_from(["set", "wide", "cut"]))
        if change == "set":
            content[at] = data.draw(st.sampled_from([0, 1, 8, 9, 127, 255]))
        elif change == "wide":
            content[at : at + 8] = wide(data.draw(st.sampled_from([0, 1, 2**16, 2**31, 2**32, 2**63, 2**64 - 1])))
        else:
            del content[at:]
            content = content or bytearray(b"G")
    reader = Counted(bytes(content))
    try:
        header = read_header(reader, Budget(operations=100_000))
    except (WrongHeaderError, UnknownVersionError, SpentError):
        pass
    else:
        assert len(header.values) <= len(content)
    assert judged(bytes(content), "a.gguf").verdict in {"ok", "review", "block"}
