from __future__ import annotations

import base64
import json

import pytest
from making import LISTS
from tensorfiles import Counted, judged, safetensors

from cardlint.weights.budget import AHEAD, Budget, SpentError
from cardlint.weights.header import WrongHeaderError
from cardlint.weights.judge import Context, judge
from cardlint.weights.reading import Cached, Held
from cardlint.weights.safetensors import BITS, LARGEST, MOST_METADATA, MOST_PARSED, Tensor, read_header

ONE = '"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}'
DATA = bytes(8)


def entry(**fields: object) -> str:
    return json.dumps({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8], **fields}}, separators=(",", ":"))


def test_a_header_says_where_each_tensor_lies() -> None:
    header = read_header(
        Held(safetensors('{"__metadata__":{"format":"pt"},"b":{"dtype":"U8","shape":[],"data_offsets":[8,9]},' + ONE + "}  ", bytes(9)))
    )
    assert header.tensors == (Tensor("a", "F32", (2,), 0, 8), Tensor("b", "U8", (), 8, 9))
    assert header.metadata == {"format": "pt"}
    assert header.size == 8 + len('{"__metadata__":{"format":"pt"},"b":{"dtype":"U8","shape":[],"data_offsets":[8,9]},' + ONE + "}  ")
    assert header.oddities == ()


@pytest.mark.parametrize("content", [
    safetensors("{" + ONE + "}", DATA),
    safetensors("{}"),
    safetensors('{"__metadata__":null}'),
    safetensors(entry(shape=[2, 0, 2**64 - 1], data_offsets=[0, 0])),
    safetensors('{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}', b"12"),
    safetensors('{"a\\ud83d\\ude00\\n":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', DATA),
])  # fmt: skip
def test_a_valid_file_is_ok(content: bytes) -> None:
    judgement = judged(content, "model.safetensors")
    assert (judgement.format, judgement.verdict, judgement.evidence) == ("safetensors", "ok", ())
    assert judgement.inert


@pytest.mark.parametrize(("dtype", "bits"), BITS.items())
def test_every_type_has_its_size(dtype: str, bits: int) -> None:
    assert read_header(Held(safetensors(entry(dtype=dtype, shape=[8], data_offsets=[0, bits]), bytes(bits)))).tensors[0].end == bits
    with pytest.raises(WrongHeaderError, match=f"{dtype} of shape"):
        read_header(Held(safetensors(entry(dtype=dtype, shape=[8], data_offsets=[0, bits + 1]), bytes(bits + 1))))


WRONG = {
    "short": (b"\x07" + bytes(6), 0, "shorter than the length"),
    "length beyond the file": (safetensors("{" + ONE + "}", DATA, length=1000), 0, "1,000 bytes in a file of 70"),
    "length beyond the limit": (safetensors("{" + ONE + "}", DATA, length=LARGEST + 1), 0, "beyond the limit of 100,000,000"),
    "not UTF-8": (safetensors(b'{"\xff":1}'), 10, "not UTF-8"),
    "no JSON": (safetensors('{"é":1,}'), 16, "no JSON: "),
    "a list": (safetensors("[]"), 8, "no JSON object"),
    "cut off": (safetensors("{"), 9, "no JSON: "),
    "padded with NUL": (safetensors("{" + ONE + "}\0\0", DATA), 62, "no JSON: Extra data"),
    "NaN": (safetensors(entry(x=1).replace("1", "NaN"), DATA), 8, "NaN is no number"),
    "a number out of range": (safetensors(entry(x=1).replace(":1}", ":1e999}"), DATA), 8, "out of range"),
    "a number of 400 digits": (safetensors(entry(x=1).replace(":1}", f":{'9' * 400}}}"), DATA), 8, "out of range"),
    "half a character": (safetensors('{"\\ud800":1}'), 10, "half of a character"),
    "nested too deep for Python": (safetensors("[" * 100_000 + "]" * 100_000), 8, "nested too deep"),
    "nested too deep for serde": (safetensors('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"x":' + "[" * 126 + "]" * 126 + "}}", DATA), 9, '"a" is nested too deep'),
    "two tensors of one name": (safetensors("{" + ONE + "," + ONE + "}", DATA), 9, 'two entries of the name "a"'),
    "two fields of one name": (safetensors('{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}', DATA), 14, 'two entries of the name "dtype"'),
    "two texts of one name": (safetensors('{"__metadata__":{"k\\n":"1","k\\n":"2"}}'), 25, "two entries of the name"),
    "metadata of numbers": (safetensors('{"__metadata__":{"a":1}}'), 9, "not an object of texts"),
    "metadata in a list": (safetensors('{"__metadata__":[]}'), 9, "not an object of texts"),
    "a tensor that is null": (safetensors('{"a":null}'), 9, "not an object with dtype"),
    "a tensor without a shape": (safetensors('{"a":{"dtype":"F32","data_offsets":[0,8]}}', DATA), 9, "not an object with dtype"),
    "a shape that is a number": (safetensors(entry(shape=2), DATA), 9, "shape that is not a list"),
    "a negative size": (safetensors(entry(shape=[-2]), DATA), 9, "shape that is not a list"),
    "a size that is a float": (safetensors(entry(shape=[2.0]), DATA), 9, "shape that is not a list"),
    "a size that is true": (safetensors(entry(shape=[True], dtype="F64"), DATA), 9, "shape that is not a list"),
    "a size of 65 bits": (safetensors(entry(shape=[2**64, 0], data_offsets=[0, 0])), 9, "shape that is not a list"),
    "minus zero": (safetensors('{"a":{"dtype":"F32","shape":[2],"data_offsets":[-0,8]}}', DATA), 9, "not two positions"),
    "three offsets": (safetensors(entry(data_offsets=[0, 8, 8]), DATA), 9, "not two positions"),
    "an unknown type": (safetensors(entry(dtype="f32"), DATA), 9, 'dtype that does not exist: "f32"'),
    "a type that is a number": (safetensors(entry(dtype=5), DATA), 9, "dtype that does not exist: 5"),
    "a shape beyond memory": (safetensors(entry(shape=[2**63, 2**63, 0]), DATA), 9, "more than any memory holds"),
    "half a byte": (safetensors(entry(dtype="F4", shape=[3], data_offsets=[0, 2]), b"12"), 9, "12 bits, which end within a byte"),
    "another size than its shape": (safetensors(entry(shape=[3]), DATA), 9, "takes 8 bytes, and F32 of shape [3] takes 12"),
    "an end before its begin": (safetensors(entry(data_offsets=[8, 0]), DATA), 9, "ends before it begins"),
    "a gap": (safetensors(entry(data_offsets=[4, 12]), bytes(12)), 9, "gap of 4 bytes"),
    "an overlap": (safetensors('{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}', b"123"), 61, "overlaps the tensor before it by 1 bytes"),
    "bytes at the end": (safetensors("{" + ONE + "}", DATA + b"x"), 70, "1 bytes that belong to no tensor"),
    "a cut file": (safetensors("{" + ONE + "}", DATA[1:]), 69, "7 bytes of data, and its tensors take 8"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "offset", "message"), WRONG.values(), ids=WRONG)
def test_an_invalid_file_blocks(content: bytes, offset: int, message: str) -> None:
    with pytest.raises(WrongHeaderError) as caught:
        read_header(Held(content))
    assert (caught.value.offset, message in caught.value.reason) == (offset, True), caught.value
    judgement = judged(content, "model.safetensors")
    evidence = judgement.evidence[0]
    if judgement.format == "safetensors":
        assert (evidence.verdict, evidence.concern, evidence.offset, evidence.message) == (
            "block",
            "safetensors",
            offset,
            caught.value.reason,
        )
    else:  # its first bytes are those of something else, so its name is not true
        assert judgement.verdict == "review"


ODD = {
    "a space before the brace": ("", " {" + ONE + "}", "does not begin with a brace"),
    "a line end after it": ("", "{" + ONE + "}\n", "padded with something else"),
    "an unknown field": ("a", entry(x=1), 'a field "x"'),
    "a field of 20 digits": ("a", entry(x=10**19), 'a field "x"'),
    "a list": ("a", '{"a":["F32",[2],[0,8]]}', "is a list where the format has an object"),
    "a type in an object": ("a", entry(dtype={"F32": None}), "dtype that is an object"),
}


@pytest.mark.parametrize(("about", "header", "message"), ODD.values(), ids=ODD)
def test_what_only_some_readers_take_is_reviewed(about: str, header: str, message: str) -> None:
    judgement = judged(safetensors(header, DATA))
    if judgement.format != "safetensors":  # nothing tells it from other files, but its name
        judgement = judged(safetensors(header, DATA), "x.safetensors")
    assert [item.verdict for item in judgement.evidence] == ["review"]
    assert message in judgement.evidence[0].message
    assert judgement.evidence[0].about == (about or "header")


def test_oddities_are_bounded() -> None:
    fields = ",".join(f'"x{index}":1' for index in range(100))
    header = read_header(Held(safetensors('{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],' + fields + "}}", DATA)))
    assert len(header.oddities) == 20


def test_far_away_two_reads_are_enough() -> None:
    small = Counted(safetensors("{" + ONE + "}", DATA), size=10_000_000)
    with pytest.raises(WrongHeaderError, match="belong to no tensor"):
        read_header(Cached(small, Budget()))
    assert small.reads == [(0, AHEAD)]
    many = {f"layer.{index}": {"dtype": "U8", "shape": [1], "data_offsets": [index, index + 1]} for index in range(3000)}
    large = Counted(safetensors(many), size=len(safetensors(many)) + 3000)
    assert len(read_header(Cached(large, Budget())).tensors) == 3000
    assert large.reads == [(0, AHEAD), (AHEAD, len(safetensors(many)) - AHEAD)]
    near = Counted(safetensors("{" + ONE + "}", DATA), near=True)
    read_header(near)
    assert near.reads == [(0, 8), (8, 54)]


def test_a_header_too_large_to_be_parsed_is_reviewed() -> None:
    content = safetensors("{}" + " " * MOST_PARSED)
    with pytest.raises(SpentError):
        read_header(Held(content))
    assert [item.verdict for item in judged(content).evidence] == ["review"]
    with pytest.raises(SpentError):
        read_header(Held(safetensors('{"a":[' + "[]," * 500_001 + "0]}")))


def test_metadata_is_no_place_for_data() -> None:
    judgement = judged(safetensors({"__metadata__": {"a": "x" * MOST_METADATA}}))
    assert [(item.verdict, item.about) for item in judgement.evidence] == [("review", "__metadata__")]


def test_a_pickle_in_the_metadata_is_told() -> None:
    pickled = base64.b64encode(b"\x80\x04cposix\nsystem\n\x8c\x09echo oops\x85R.").decode()
    judgement = judged(safetensors({"__metadata__": {"a": pickled, "b": "gASnot base64"}}))
    assert [(item.verdict, item.member) for item in judgement.evidence] == [("review", ""), ("block", "__metadata__.a")]
    assert "posix.system" in judgement.evidence[1].message


def sized(header: str, length: int) -> bytes:
    """The header padded to a length, whose first byte is the first opcode of a program: 0x55 takes eight bytes of text."""
    return safetensors(header + " " * (length - len(header)), DATA)


def test_a_file_that_an_unpickler_also_runs_blocks() -> None:
    judgement = judged(sized('{"cposix\nsystem\n.":1}', 0x0855))
    assert [(item.verdict, item.concern) for item in judgement.evidence[:2]] == [("block", "safetensors"), ("block", "pickle")]
    assert "posix.system" in " ".join(item.message for item in judgement.evidence)


@pytest.mark.parametrize(("name", "length"), [(".", 0x0855), ("N.", 0x0855), ("a", ord("i")), ("a", ord("c"))])
def test_a_file_that_is_a_program_by_chance_is_ok(name: str, length: int) -> None:
    assert judged(sized('{"' + name + '"' + ONE[3:] + "}", length)).evidence == ()


def test_a_program_that_goes_on_and_on_is_reviewed() -> None:
    name = "N0" * 10_000
    header = '{"' + name + '":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    length = 0x10855
    content = safetensors(header + " " * (length - len(header)), DATA)
    assert content[:2] == b"\x55\x08"
    assert judged(content).evidence == ()
    spent = judge(Held(content), Context(LISTS, Budget(operations=10_000), "model.safetensors"))
    assert ("review", "pickle") in [(item.verdict, item.concern) for item in spent.evidence]
