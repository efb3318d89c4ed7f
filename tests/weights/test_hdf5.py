from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING

import pytest
from handmade import Far, judged, said
from handmade_h5 import SIGNATURE, UNDEFINED, Image, Message, external, hard, layout, other, q
from hypothesis import given
from hypothesis import strategies as st

from cardlint.weighing import names
from cardlint.weights import hdf5
from cardlint.weights.budget import Budget
from cardlint.weights.judge import Context, judge
from cardlint.weights.reading import Held

if TYPE_CHECKING:
    from cardlint.weights.verdict import Judgement

CONFIG = json.dumps({"class_name": "Sequential", "config": {"layers": [{"class_name": "Dense", "config": {"units": 1}}]}}).encode()
LAMBDA = json.dumps(
    {
        "class_name": "Sequential",
        "config": {"layers": [{"class_name": "Lambda", "config": {"function": ["4w" + "A" * 30, None, None], "function_type": "lambda"}}]},
    }
).encode()
OUTSIDE = "CVE-2026-1669"
DATASET = (Message(1, bytes(8)), layout(1))


def old_file(*messages: Message, image: Image | None = None, levels: int = 0, **objects: int) -> bytes:
    """A file whose root is a group of the old kind."""
    image = image or Image()
    return image.done(image.old(*messages, image.symbols(objects, levels=levels)))


def new_file(*messages: Message, image: Image | None = None, version: int = 2, flags: int = 0) -> bytes:
    image = image or Image(version=version)
    return image.done(image.new(*messages, flags=flags))


def read(content: bytes, name: str = "tf_model.h5") -> Judgement:
    found = judged(content, name)
    assert found.format == "hdf5"
    return found


@pytest.mark.parametrize("version", [0, 1])
@pytest.mark.parametrize("levels", [0, 2])
def test_cve_2026_1669_harmless_old_groups(version: int, levels: int) -> None:
    image = Image(version=version)
    content = old_file(image=image, levels=levels, a=image.old(*DATASET), b=image.old(layout(2, version=1), layout(0, version=2)))
    found = read(content)
    assert (found.verdict, found.inert) == ("ok", ("the data of HDF5 datasets: read as numbers",)), said(found)


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("flags", [0, 1, 2, 4, 0x20, 0x14])
def test_cve_2026_1669_harmless_new_groups(version: int, flags: int) -> None:
    image = Image(version=version)
    data = image.new(*DATASET, flags=flags)
    content = new_file(
        Message(6, hard("a", data, flags=4 | 16)),
        Message(6, hard("b" * (300 if flags & 3 else 40), data, flags=9)),
        image=image,
        flags=flags,
    )
    assert read(content).verdict == "ok"


def test_soft_links_stay_in_the_file() -> None:
    image = Image()
    content = image.done(image.old(image.symbols({"a": image.old(*DATASET)}, soft=("s",))))
    assert read(content).verdict == "ok"
    assert read(new_file(Message(6, other("s", 1, b"/a")))).verdict == "ok"


def test_user_blocks_stand_before_the_file() -> None:
    image = Image(base=512)
    assert judged(old_file(image=image, a=image.old(*DATASET)), "a.h5").verdict == "ok"


def external_files(image: Image) -> Message:
    heap, places = image.heap("/etc/passwd")
    return Message(7, bytes([1, 0, 0, 0]) + struct.pack("<HH", 1, 1) + q(heap, places[0], 0, 8))


@pytest.mark.parametrize("path", ["/etc/passwd", "other.h5", "../secret.h5"])
def test_cve_2026_1669_external_link(path: str) -> None:
    found = read(new_file(Message(6, external("e", path))))
    assert (found.verdict, found.evidence[0].reference) == ("block", OUTSIDE)
    assert path in found.evidence[0].message


def test_cve_2026_1669_external_storage() -> None:
    image = Image()
    found = read(old_file(image=image, d=image.old(layout(1), external_files(image))))
    assert (found.verdict, found.evidence[0].reference) == ("block", OUTSIDE)
    assert "/etc/passwd" in found.evidence[0].message


@pytest.mark.parametrize("version", [3, 4])
def test_cve_2026_1669_virtual_dataset(version: int) -> None:
    image = Image(version=3)
    found = read(new_file(Message(6, hard("v", image.new(layout(3, version)))), image=image))
    assert (found.verdict, found.evidence[0].reference) == ("block", OUTSIDE)


def test_cve_2026_1669_in_a_continued_header() -> None:
    image = Image(version=2)
    inner = image.new(continued=(Message(6, external("e", "/etc/passwd")),))
    assert read(new_file(Message(6, hard("g", inner)), image=image)).verdict == "block"
    image = Image()
    data = image.old(layout(1), continued=(external_files(image),))
    assert read(old_file(image=image, d=data)).verdict == "block"


def crowded(kind: int, *, depth: int = 0, rows: int = 0, count: int = 20, evil: bool = True) -> bytes:
    image = Image(version=2)
    data = image.new(*DATASET)
    items = [hard(f"link-{index:05d}", data) for index in range(count)] + ([external("e", "/etc/passwd")] if evil else [])
    heap, tree = image.dense(items, kind, depth=depth, rows=rows)
    order = kind == 6
    info = bytes([0, 1 if order else 0]) + (bytes(8) if order else b"") + q(heap, tree)
    return new_file(Message(2, info), image=image)


@pytest.mark.parametrize("kind", [5, 6])
@pytest.mark.parametrize(("depth", "rows", "count"), [(0, 0, 20), (1, 0, 20), (0, 4, 200), (0, 7, 1200), (1, 7, 1200)])
def test_cve_2026_1669_in_a_crowded_group(kind: int, depth: int, rows: int, count: int) -> None:
    found = read(crowded(kind, depth=depth, rows=rows, count=count))
    assert (found.verdict, found.evidence[0].about) == ("block", "/e"), said(found)
    assert read(crowded(kind, depth=depth, rows=rows, count=count, evil=False)).verdict == "ok"


def test_empty_dense_groups() -> None:
    assert read(new_file(Message(2, bytes(2) + q(UNDEFINED, UNDEFINED)))).verdict == "ok"
    image = Image(version=2)
    heap, tree = image.dense([], 5)
    image.held[tree + 16 : tree + 24] = q(UNDEFINED)
    assert read(new_file(Message(2, bytes(2) + q(heap, tree)), image=image)).verdict == "ok"


@pytest.mark.parametrize("attribute", ["model_config", "training_config"])
@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("variable", [True, False])
def test_cve_2025_9905_cve_2024_3660_lambda_in_hdf5(attribute: str, version: int, variable: bool) -> None:
    for config, verdict in ((CONFIG, "ok"), (LAMBDA, "block")):
        image = Image()
        found = read(old_file(image.attribute(attribute, config, version=version, variable=variable), image=image))
        assert found.verdict == verdict, said(found)
    assert {item.reference for item in found.evidence} >= {"CVE-2025-9905"}
    assert found.evidence[0].member == f"@{attribute}"


def test_cve_2025_9905_in_a_crowded_object_and_deeper() -> None:
    for order in (0, 1):
        image = Image(version=2)
        heap, tree = image.dense([image.attribute("model_config", LAMBDA, version=3).content], 9 if order else 8)
        info = bytes([0, order]) + bytes(2 * order) + q(heap, tree)
        group = image.new(Message(0x15, info))
        found = read(new_file(Message(6, hard("model", group)), image=image))
        assert (found.verdict, found.evidence[0].member) == ("block", "/model@model_config")


def test_cve_2025_9905_in_a_row_of_strings() -> None:
    image = Image()
    found = read(old_file(image.attribute("model_config", LAMBDA, dimensions=(1,)), image=image))
    assert found.verdict == "block"


def test_configurations_that_cannot_be_read() -> None:
    image = Image()
    shared = image.attribute("model_config", CONFIG, version=2, flags=1)
    number = Message(
        0x0C, struct.pack("<BBHHH", 1, 0, 13, 8, 8) + b"model_config\0\0\0\0" + b"\x10" + bytes(7) + b"\x01" + bytes(7) + bytes(8)
    )
    sequence = Message(
        0x0C, struct.pack("<BBHHH", 1, 0, 13, 8, 8) + b"model_config\0\0\0\0" + b"\x19" + bytes(7) + b"\x01" + bytes(7) + bytes(8)
    )
    for message in (shared, number, sequence):
        assert "is not text" in said(read(old_file(message, image=Image())))
    assert read(old_file(image.attribute("model_config", b"{", variable=False), image=image)).verdict == "review"


def test_empty_strings_have_no_heap() -> None:
    image = Image()
    message = image.attribute("model_config", CONFIG)
    empty = message._replace(content=message.content[:-16] + bytes(16))
    assert "cannot be read" in said(read(old_file(empty, image=image)))


def filtered(*filters: int, version: int = 2) -> Message:
    parts = []
    for number in filters:
        name = version == 1 or number >= 256
        held = b"name\0\0\0\0" if name else b""
        values = 1 if version == 1 else 2
        parts.append(
            struct.pack("<H", number)
            + (struct.pack("<H", len(held)) if name else b"")
            + struct.pack("<HH", 0, values)
            + held
            + bytes(4 * (values + values % 2))
        )
    return Message(0x0B, bytes([version, len(filters)]) + (bytes(6) if version == 1 else b"") + b"".join(parts))


@pytest.mark.parametrize("version", [1, 2])
def test_filters_are_those_of_the_library_or_a_plug_in(version: int) -> None:
    for filters, verdict in (((1, 2, 32000), "ok"), ((2, 40000), "review")):
        image = Image()
        assert read(old_file(image=image, d=image.old(layout(2), filtered(*filters, version=version)))).verdict == verdict


def test_pytables_is_not_vetted() -> None:
    image = Image()
    assert "unpickles" in said(read(old_file(image.attribute("PYTABLES_FORMAT_VERSION", b"2.1", variable=False), image=image), "table.h5"))


def breakage(**changes: Message) -> bytes:
    return new_file(*changes.values())


BROKEN = {
    "user-defined link": new_file(Message(6, other("u", 65, b"x"))),
    "unknown message": new_file(Message(0x30, b"")),
    "unknown link version": new_file(Message(6, b"\x02\0\x01a")),
    "unknown attribute version": new_file(Message(0x0C, bytes([9]) + bytes(20))),
    "shared attribute": new_file(Message(0x0C, bytes(20), 2)),
    "shared filters": new_file(Message(0x0B, bytes(20), 2)),
    "message without content": new_file(Message(8, b"")),
    "no object header": Image().done(0),
    "address beyond the end": Image().done(10**9),
    "undefined address": new_file(Message(6, hard("a", UNDEFINED))),
    "no symbol table": old_file(Message(0x11, q(96, 96))),
    "link info nowhere": new_file(Message(2, bytes(2) + q(0, 0))),
    "header goes on nowhere": new_file(Message(0x10, q(0, 16))),
    "too early an end": new_file()[:-8],
    "bytes behind": new_file() + b"PK\x03\x04 something",
    "superblock of another kind": SIGNATURE + bytes([2, 4, 4, 0]) + bytes(80),
    "superblock of another version": SIGNATURE + bytes([9, 8, 8, 0]) + bytes(80),
    "base somewhere else": SIGNATURE + bytes([2, 8, 8, 0]) + q(5, 0, 0, 0) + bytes(80),
    "nothing else": SIGNATURE,
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_not_understood_is_not_vetted(case: str) -> None:
    assert read(BROKEN[case]).verdict == "review"


def test_no_hdf5_under_its_name() -> None:
    assert judged(bytes(4096) + b"x", "model.h5").verdict == "review"


def changed(image: Image, at: int, content: bytes, messages: tuple[Message, ...]) -> str:
    """The verdict where bytes of the heap or tree are changed."""
    held = Image(version=2)
    held.held = bytearray(image.held)
    held.held[at : at + len(content)] = content
    return judged(new_file(*messages, image=held), "a.h5").verdict


def test_broken_heaps_and_trees() -> None:
    image = Image(version=2)
    data = image.new(*DATASET)
    heap, tree = image.dense([hard(f"l{index}", data) for index in range(9)], 5, depth=1, rows=5)
    info = (Message(2, bytes(2) + q(heap, tree)),)
    (root,) = struct.unpack_from("<Q", image.held, tree + 16)
    (block,) = struct.unpack_from("<Q", image.held, heap + 132)
    assert changed(image, 0, b"", info) == "ok"
    for at, content in [
        (heap, b"XXXX"), (heap + 7, b"\1\0"), (heap + 110, bytes(2)), (heap + 112, bytes(8)), (heap + 128, b"\xff\xff"), (heap + 140, b"\xff\xff"),
        (tree, b"XXXX"), (tree + 5, b"\x0b"), (tree + 10, bytes(2)), (tree + 12, b"\xff\xff"), (root, b"XXXX"), (block, b"XXXX"),
        (root + 6 + 4, b"\x10"), (root + 6 + 5, b"\xff\xff\xff\x7f"),
    ]:  # fmt: skip
        assert changed(image, at, content, info) == "review", (at - heap, at - tree, at - root)


def test_tiny_objects_are_in_their_ids() -> None:
    image = Image(version=2)
    heap, tree = image.dense([b"x"], 5)
    (root,) = struct.unpack_from("<Q", image.held, tree + 16)
    info = (Message(2, bytes(2) + q(heap, tree)),)
    assert changed(image, root + 6 + 4, b"\x21\x01\x00", info) == "review"  # a link that ends too early


def test_trees_that_go_in_circles() -> None:
    image = Image()
    message = image.symbols({"a": image.old(*DATASET)}, levels=1)
    tree, _ = struct.unpack("<QQ", message.content)
    image.held[tree + 32 : tree + 40] = q(tree)
    assert read(image.done(image.old(message))).verdict == "review"
    image.held[tree + 4] = 1
    assert read(image.done(image.old(message))).verdict == "review"
    image.held[tree + 4] = 0
    image.held[tree + 32 : tree + 40] = q(0)
    image.held[tree + 5] = 0
    assert read(image.done(image.old(message))).verdict == "review"


def test_strings_that_are_not_in_their_heap() -> None:
    for changes in (b"XXXX", b"GCOL\1\0\0\0" + q(16), b"GCOL\1\0\0\0" + q(64) + b"\x07\0" + bytes(6) + q(10**9)):
        image = Image()
        message = image.attribute("model_config", CONFIG)
        (heap,) = struct.unpack_from("<Q", message.content, len(message.content) - 12)
        image.held[heap : heap + len(changes)] = changes
        assert "cannot be read" in said(read(old_file(message, image=image)))


def test_headers_in_too_many_parts() -> None:
    image = Image()
    at = len(image.held)
    image.put(_part := struct.pack("<HHB", 0x10, 16, 0) + bytes(3) + q(at, 24))
    assert "too many parts" in said(read(image.done(image.old(Message(0x10, q(at, len(_part)))))))


def test_circles_of_groups_end() -> None:
    image = Image(version=2)
    at = len(image.held)
    assert image.new(Message(6, hard("self", at))) == at
    assert read(image.done(at)).verdict == "ok"


def test_more_objects_than_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardlint.weights.hdf5._MOST_OBJECTS", 2)
    image = Image()
    assert "more than 2 objects" in said(read(old_file(image=image, **{f"d{index}": image.old(*DATASET) for index in range(5)})))


def test_a_budget_that_is_used_up_is_a_review() -> None:
    assert judged(crowded(5, count=30), "a.h5", budget=Budget(operations=30)).verdict == "review"


def test_data_is_not_read_from_far_away() -> None:
    image = Image()
    data = {}
    for index in range(4):
        data[f"d{index}"] = image.old(*DATASET)
        image.put(bytes(3_000_000))
    far = Far(old_file(image=image, **data))
    assert judge(far, Context(names(), Budget(), "model.h5")).verdict == "ok"
    assert far.bytes_read < 150_000


def test_pieces_of_a_large_file_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardlint.weights.pieces._KEPT", 1)
    image = Image()
    far = {f"d{index}": image.old(*DATASET) for index in range(3) if image.put(bytes(40_000))}
    assert read(old_file(image=image, **far)).verdict == "ok"


@given(st.data())
def test_changed_bytes_never_raise(data: st.DataObject) -> None:
    image = Image(version=2)
    inner = image.new(*DATASET, image.attribute("model_config", CONFIG))
    heap, tree = image.dense([hard("a", inner), external("e", "x")], 5, rows=2)
    content = bytearray(new_file(Message(2, bytes(2) + q(heap, tree)), image=image))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(8, len(content) - 1))] = data.draw(st.integers(0, 255))
    judged(bytes(content), "a.h5")


def test_no_superblock_at_all() -> None:
    found = hdf5.judge(Held(bytes(9000)), Context(names(), Budget(), "a.h5"))
    assert "there is no superblock" in said(found)
