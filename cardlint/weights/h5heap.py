"""HDF5's heaps and trees: where names, long strings, and the links and attributes of crowded objects lie.

HDF5 File Format Specification 3.0, III: B-trees of version 1 and 2, local, global and fractal heap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cardlint.weights.h5read import COST, MOST_AT_ONCE, UNDEFINED, WORD, Cursor, WrongHdf5Error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.h5read import File

_LARGEST_NODE = 1_000_000
_DEEPEST_TREE = 16
_MOST_ROWS = 128
# Record types of a B-tree of version 2: where in a record the heap's id is, by the name and by the order of creation.
_HEAP_ID = {5: 4, 6: 8, 8: 0, 9: 0}


class Symbol(NamedTuple):
    """An entry of a group of the old kind: its name, and the header of its object; a soft link has none."""

    name: str
    header: int | None


def symbols(file: File, tree: int, heap: int) -> Iterator[Symbol]:
    """The entries of a group by its B-tree (version 1) and its local heap."""
    names = local_heap(file, heap)
    for address in _leaves(file, tree):
        head = file.at(address, 8)
        if head.take(4) != b"SNOD":
            raise WrongHdf5Error("a symbol table node is not where it should be")
        head.skip(2)
        count = head.number(2)
        held = Cursor(file.bytes_at(address + 8, 40 * count))
        for _ in range(count):
            file.budget.spend(COST)
            name, header, cached = held.number(WORD), held.number(WORD), held.number(4)
            held.skip(20)
            yield Symbol(text(names, name), None if cached == 2 else header)  # noqa: PLR2004 - a soft link


def _leaves(file: File, tree: int, depth: int = 0) -> Iterator[int]:
    """What the leaves of a B-tree of version 1 point at."""
    head = file.at(tree, 24)
    if depth > _DEEPEST_TREE or head.take(4) != b"TREE":
        raise WrongHdf5Error("a B-tree is not where it should be, or goes in circles")
    kind, level, count = head.number(1), head.number(1), head.number(2)
    if kind:
        raise WrongHdf5Error("a B-tree is not one of a group")
    held = Cursor(file.bytes_at(tree + 24, 2 * WORD * count))
    for _ in range(count):
        file.budget.spend(COST)
        held.skip(WORD)
        child = held.number(WORD)
        if level:
            yield from _leaves(file, child, depth + 1)
        else:
            yield child


def local_heap(file: File, address: int) -> bytes:
    """The data of a local heap: names, each ending with a NUL."""
    head = file.at(address, 32)
    if head.take(4) != b"HEAP":
        raise WrongHdf5Error("a local heap is not where it should be")
    head.skip(4)
    size = head.number(WORD)
    head.skip(WORD)
    return file.bytes_at(head.number(WORD), size)


def text(held: bytes, at: int = 0) -> str:
    """The name that begins there."""
    end = held.find(b"\0", at)
    return held[at : end if end >= 0 else len(held)].decode("utf-8", "replace")


def global_object(file: File, collection: int, index: int) -> bytes:
    """An object of a global heap: a string of variable length, say."""
    head = file.at(collection, 16)
    if head.take(4) != b"GCOL":
        raise WrongHdf5Error("a global heap is not where it should be")
    head.skip(4)
    held = Cursor(file.bytes_at(collection, head.number(WORD)), 16)
    while held.at + 16 <= len(held.held):
        file.budget.spend(COST)
        found = held.number(2)
        held.skip(6)
        size = held.number(WORD)
        if found == index:
            return held.take(size)
        if found == 0 or size > MOST_AT_ONCE:
            break
        held.skip(size + -size % 8)
    raise WrongHdf5Error("a string is not in its heap")


def dense(file: File, heap: int, tree: int) -> Iterator[bytes]:
    """The links or attributes of a crowded object, as messages: by its B-tree (version 2) and its fractal heap."""
    if UNDEFINED in (heap, tree):
        return
    held = FractalHeap(file, heap)
    for kind, record in _Tree(file, tree).records():
        if kind not in _HEAP_ID:
            raise WrongHdf5Error("a B-tree holds something else than links or attributes")
        yield held.object(record[_HEAP_ID[kind] :][: held.id_size])


class FractalHeap:
    """A heap of blocks whose sizes double from row to row."""

    def __init__(self, file: File, address: int) -> None:
        head = file.at(address, 146)
        if head.take(4) != b"FRHP":
            raise WrongHdf5Error("a fractal heap is not where it should be")
        self.file = file
        head.skip(1)
        self.id_size, filtered = head.number(2), head.number(2)
        head.skip(1)
        self.largest = head.number(4)
        head.skip(12 * WORD)
        self.width, self.first, self.last, bits = head.number(2), head.number(WORD), head.number(WORD), head.number(2)
        head.skip(2)
        self.root, self.rows = head.number(WORD), head.number(2)
        usual = self.first and self.width and self.last >= self.first and bits <= 8 * WORD and self.rows <= _MOST_ROWS
        if filtered or not usual:
            raise WrongHdf5Error("a fractal heap is packed, or not of the usual kind")
        self.offset_size = (bits + 7) // 8
        self.length_size = min((self.last.bit_length() + 6) // 8, _size_of(self.largest))
        self.direct_rows = self.last.bit_length() - self.first.bit_length() + 2

    def object(self, identifier: bytes) -> bytes:
        """The object of an id: its offset in the heap, and its length."""
        held = Cursor(identifier)
        kind = held.number(1) >> 4 & 3
        if kind == 2:  # noqa: PLR2004 - tiny: in the id itself
            return held.take((identifier[0] & 15) + 1)
        if kind:
            raise WrongHdf5Error("a link or an attribute is too large to be looked at")
        offset, length = held.number(self.offset_size), held.number(self.length_size)
        block, start = self._block(offset)
        return self.file.bytes_at(block + offset - start, length)

    def _block(self, offset: int) -> tuple[int, int]:
        """The address of the block with that offset, and the offset at which it begins."""
        address, start, rows = self.root, 0, self.rows
        while rows:
            address, start, row = self._child(address, start, rows, offset)
            if row < self.direct_rows:
                break
            rows = min(self._size(row).bit_length() - (self.first * self.width).bit_length() + 1, rows)
        return address, start

    def _child(self, address: int, start: int, rows: int, offset: int) -> tuple[int, int, int]:
        """The block of an indirect block in which an offset lies: its address, where it begins, and its row."""
        index = 0
        for row in range(rows):
            size = self._size(row)
            if offset < start + size * self.width:
                column = (offset - start) // size
                place = address + 5 + WORD + self.offset_size + (index + column) * WORD
                if self.file.bytes_at(address, 4) != b"FHIB":
                    break
                return self.file.at(place, WORD).number(WORD), start + column * size, row
            index, start = index + self.width, start + size * self.width
        raise WrongHdf5Error("an object is not in its heap")

    def _size(self, row: int) -> int:
        return int(self.first << min(max(0, row - 1), 64))


class _Tree:
    """A B-tree of version 2."""

    def __init__(self, file: File, address: int) -> None:
        head = file.at(address, 38)
        if head.take(4) != b"BTHD":
            raise WrongHdf5Error("a B-tree is not where it should be")
        self.file = file
        head.skip(1)
        self.kind, self.node, self.record, self.depth = head.number(1), head.number(4), head.number(2), head.number(2)
        head.skip(2)
        self.root, self.count = head.number(WORD), head.number(2)
        if not self.record or self.node > _LARGEST_NODE or self.depth > _DEEPEST_TREE:
            raise WrongHdf5Error("a B-tree is not of the usual kind")
        self._pointers()

    def _pointers(self) -> None:
        """How many bytes the numbers beside a child's address take, by the depth below it."""
        most = total = (self.node - 10) // self.record
        self.count_size, self.total_sizes = _size_of(most), [0]
        for _ in range(self.depth):
            pointer = WORD + self.count_size + self.total_sizes[-1]
            most = max(0, self.node - 10 - pointer) // (self.record + pointer)
            total = (most + 1) * total + most
            self.total_sizes.append(_size_of(total))

    def records(self) -> Iterator[tuple[int, bytes]]:
        """The type of the records, and each of them."""
        if self.root != UNDEFINED:
            yield from self._node(self.root, self.count, self.depth)

    def _node(self, address: int, count: int, depth: int) -> Iterator[tuple[int, bytes]]:
        held = self.file.at(address, self.node)
        if held.take(4) != (b"BTIN" if depth else b"BTLF"):
            raise WrongHdf5Error("a node of a B-tree is not where it should be")
        held.skip(2)
        for _ in range(count):
            self.file.budget.spend(COST)
            yield self.kind, held.take(self.record)
        for _ in range(count + 1 if depth else 0):
            child, below = held.number(WORD), held.number(self.count_size)
            held.skip(self.total_sizes[depth - 1])
            yield from self._node(child, below, depth - 1)


def _size_of(limit: int) -> int:
    """Bytes for a number up to a limit."""
    return max(0, limit.bit_length() - 1) // 8 + 1
