"""HDF5 files by hand, in the old and the new layout, small enough to say what every byte is for (HDF5 File Format Specification 3.0)."""

from __future__ import annotations

import struct
from typing import NamedTuple

SIGNATURE = b"\x89HDF\r\n\x1a\n"
UNDEFINED = 2**64 - 1


def q(*values: int) -> bytes:
    """Offsets and lengths."""
    return struct.pack(f"<{len(values)}Q", *values)


def padded(content: bytes) -> bytes:
    """Up to a multiple of eight bytes."""
    return content + bytes(-len(content) % 8)


class Message(NamedTuple):
    """A message of an object header."""

    kind: int
    content: bytes
    flags: int = 0


class Image:
    """A file that grows: what is put gets an address."""

    def __init__(self, *, version: int = 0, base: int = 0) -> None:
        self.version, self.base = version, base
        self.held = bytearray(96 + 4 * (version == 1) if version < 2 else 48)

    def put(self, content: bytes) -> int:
        """The address of the content."""
        at = len(self.held)
        self.held += padded(content)
        return at

    def done(self, root: int, *, end: int | None = None) -> bytes:
        """The file, with its superblock."""
        last = len(self.held) if end is None else end
        if self.version < 2:
            more = struct.pack("<HH", 32, 0) if self.version == 1 else b""
            numbers = bytes([self.version, 0, 0, 0, 0, 8, 8, 0]) + struct.pack("<HHI", 4, 16, 0) + more
            head = SIGNATURE + numbers + q(self.base, UNDEFINED, last, UNDEFINED) + q(0, root) + bytes(24)
        else:
            head = SIGNATURE + bytes([self.version, 8, 8, 0]) + q(self.base, UNDEFINED, last, root) + bytes(4)
        self.held[: len(head)] = head
        return bytes(self.base) + bytes(self.held)

    def old(self, *messages: Message, continued: tuple[Message, ...] = ()) -> int:
        """An object header of version 1; `continued` stands elsewhere."""
        parts = messages
        if continued:
            rest = _old(continued)
            parts = (*messages, Message(0x10, q(self.put(rest), len(rest))))
        body = _old(parts)
        return self.put(struct.pack("<BBHII", 1, 0, len(parts), 1, len(body)) + bytes(4) + body)

    def new(self, *messages: Message, flags: int = 0, continued: tuple[Message, ...] = ()) -> int:
        """An object header of version 2; with `flags`, more fields stand in it."""
        parts = messages
        if continued:
            rest = b"OCHK" + _new(continued, flags) + bytes(4)
            parts = (*messages, Message(0x10, q(self.put(rest), len(rest))))
        body = _new(parts, flags)
        more = (bytes(16) if flags & 0x20 else b"") + (bytes(4) if flags & 0x10 else b"")
        return self.put(b"OHDR" + bytes([2, flags]) + more + len(body).to_bytes(1 << (flags & 3), "little") + body + bytes(4))

    def heap(self, *names: str) -> tuple[int, list[int]]:
        """A local heap, and where in it the names are."""
        data, places = bytearray(8), []
        for name in names:
            places.append(len(data))
            data += padded(name.encode() + b"\0")
        return self.put(b"HEAP" + bytes(4) + q(len(data), UNDEFINED, self.put(bytes(data)))), places

    def symbols(self, entries: dict[str, int], *, levels: int = 0, soft: tuple[str, ...] = ()) -> Message:
        """The message of a group of the old kind."""
        heap, places = self.heap(*entries, *soft)
        rows = [q(place, header) + bytes(24) for place, header in zip(places, entries.values(), strict=False)]
        rows += [q(place, UNDEFINED) + struct.pack("<I", 2) + bytes(20) for place in places[len(entries) :]]
        tree = self.put(b"SNOD" + struct.pack("<BBH", 1, 0, len(rows)) + b"".join(rows))
        for level in range(levels + 1):
            tree = self.put(b"TREE" + struct.pack("<BBH", 0, level, 1) + q(UNDEFINED, UNDEFINED, 0, tree, 8))
        return Message(0x11, q(tree, heap))

    def string(self, content: bytes) -> bytes:
        """The element of a string of variable length, its text in a global heap after another one."""
        first = struct.pack("<HHI", 1, 0, 0) + q(3) + padded(b"abc")
        body = first + struct.pack("<HHI", 2, 0, 0) + q(len(content)) + padded(content) + struct.pack("<HHI", 0, 0, 0) + q(0)
        heap = self.put(b"GCOL" + bytes([1, 0, 0, 0]) + q(16 + len(body)) + body)
        return struct.pack("<IQI", len(content), heap, 2)

    def attribute(
        self, name: str, content: bytes, *, version: int = 1, variable: bool = True, dimensions: tuple[int, ...] = (), flags: int = 0
    ) -> Message:
        """An attribute of text, of variable length or not."""
        value = self.string(content) if variable else content
        kind = struct.pack("<BBBBI", 0x19, 1, 0, 0, 16) + bytes(8) if variable else struct.pack("<BBBBI", 0x13, 0, 0, 0, len(content))
        space = (bytes([1, len(dimensions)]) + bytes(6) if version == 1 else bytes([2, len(dimensions), 0, 0])) + q(*dimensions)
        encoded = name.encode() + b"\0"
        head = struct.pack("<BBHHH", version, flags, len(encoded), len(kind), len(space)) + (b"\0" if version == 3 else b"")
        parts = [encoded, kind, space]
        return Message(0x0C, head + b"".join(padded(part) if version == 1 else part for part in parts) + value)

    def dense(self, objects: list[bytes], kind: int = 5, *, depth: int = 0, rows: int = 0) -> tuple[int, int]:
        """A fractal heap with the objects, and a B-tree (version 2) of their ids. `rows` of an indirect block; else there is one block."""
        size, first, last = (8 if kind > 6 else 7), 1024, 4096
        offset = 4 + 1 + 8 + 5
        data, ids = bytearray(offset), []
        for item in objects:
            if len(data) % first + len(item) > first:  # nothing lies across the end of a block
                data += bytes(-len(data) % first)
            ids.append((b"\0" + len(data).to_bytes(4, "little") + len(item).to_bytes(2, "little")).ljust(size, b"\0"))
            data += item
        heap = self._fractal(bytes(data), first, last, rows)
        return heap, self._tree(ids, kind, depth)

    def _fractal(self, data: bytes, first: int, last: int, rows: int) -> int:
        width = 2

        def size(row: int) -> int:
            return first << max(0, row - 1)

        def indirect(count: int, start: int) -> int:
            entries, at = [], start
            for row in range(count):
                for _ in range(width):
                    if size(row) > last:
                        entries.append(indirect(row - 1, at))
                    else:
                        entries.append(self.put(data[at : at + size(row)].ljust(size(row), b"\0")))
                    at += size(row)
            return self.put(b"FHIB" + bytes(1 + 8 + 4) + q(*entries) + bytes(4))

        root = indirect(rows, 0) if rows else self.put(data.ljust(first, b"\0"))
        head = b"FRHP\0" + struct.pack("<HHBI", 8, 0, 0, 4096) + bytes(96) + struct.pack("<HQQHHQH", width, first, last, 32, 1, root, rows)
        return self.put(head + bytes(4))

    def _tree(self, ids: list[bytes], kind: int, depth: int) -> int:
        lead = {5: 4, 6: 8, 8: 0, 9: 0}[kind]
        records = [bytes(lead) + item + bytes({5: 0, 6: 0, 8: 9, 9: 5}[kind]) for item in ids]
        node = 512 if len(records) < 40 else 65536
        head = struct.pack("<BBIHHBB", 0, kind, node, len(records[0]) if records else 11, depth, 98, 40)
        if not depth:
            root, count = self.put(b"BTLF\0\0" + b"".join(records)), len(records)
        else:
            middle = len(records) // 2
            leaves = [self.put(b"BTLF\0\0" + b"".join(part)) for part in (records[:middle], records[middle + 1 :])]
            counts = [middle, len(records) - middle - 1]
            pointers = b"".join(
                q(leaf) + count.to_bytes(1 if node == 512 else 2, "little") for leaf, count in zip(leaves, counts, strict=True)
            )
            root, count = self.put((b"BTIN\0\0" + records[middle] + pointers).ljust(node, b"\0")), 1
        return self.put(b"BTHD" + head + q(root) + struct.pack("<H", count) + q(len(records)) + bytes(4))


def _old(messages: tuple[Message, ...]) -> bytes:
    return b"".join(
        struct.pack("<HHB", item.kind, len(padded(item.content)), item.flags) + bytes(3) + padded(item.content) for item in messages
    )


def _new(messages: tuple[Message, ...], flags: int) -> bytes:
    order = bytes(2) if flags & 4 else b""
    return b"".join(struct.pack("<BHB", item.kind, len(item.content), item.flags) + order + item.content for item in messages)


def hard(name: str, header: int, flags: int = 0) -> bytes:
    """A link to an object of the file."""
    more = (b"\0" if flags & 8 else b"") + (bytes(8) if flags & 4 else b"") + (b"\x01" if flags & 16 else b"")
    return bytes([1, flags]) + more + len(name).to_bytes(1 << (flags & 3), "little") + name.encode() + q(header)


def other(name: str, kind: int, value: bytes) -> bytes:
    """A link of another kind: soft 1, external 64, or user-defined."""
    return bytes([1, 8, kind, len(name)]) + name.encode() + struct.pack("<H", len(value)) + value


def external(name: str, file: str, path: str = "/x") -> bytes:
    """A link into another file."""
    return other(name, 64, b"\0" + file.encode() + b"\0" + path.encode() + b"\0")


def layout(kind: int, version: int = 3) -> Message:
    """How the data of a dataset is kept."""
    return Message(0x08, bytes([version, kind]) + bytes(16) if version >= 3 else bytes([version, 1, kind]) + bytes(16))
