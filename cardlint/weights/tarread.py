"""Tar archives header by header: ustar, GNU and pax, with everything noted that two readers take differently.

POSIX.1-2017, pax, "ustar Interchange Format" and "pax Header Block"; GNU tar manual, "Basic Tar Format". What tarfile does
is CPython 3.11, Lib/tarfile.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.budget import Budget
    from cardlint.weights.reading import Reader

BLOCK = 512
_CHECKSUM = slice(148, 156)
_LONGEST = 1_000_000  # bytes of a header's records
_KEYS = frozenset((b"path", b"linkpath", b"size", b"GNU.sparse.name", b"GNU.sparse.map", b"GNU.sparse.major", b"GNU.sparse.size"))
_SPARSE_HEADERS = 10_000
_NO_DATA = frozenset((b"1", b"2", b"3", b"4", b"5", b"6"))  # links, devices, folders and pipes have none, whatever their size says
_PLAIN_OCTAL = lazily(rb"[ \0]*[0-7]*[ \0]*")
_NARROW = 8 << 30  # bytes, the largest size that the plain field holds


class Entry(NamedTuple):
    """A member. `kind` is its type flag; `data` is where its content begins; `start` is where its first header stands.

    `oddities` are what readers take differently. A sparse member's `data` is not its content.
    """

    path: str
    kind: bytes
    size: int
    link: str
    data: int
    start: int
    sparse: bool
    oddities: tuple[str, ...]


class End(NamedTuple):
    """How an archive ends: the offset behind its last member, whether by a block of zeros, or why not."""

    at: int
    broken: str | None


class _Pending(NamedTuple):
    """What headers before a member say of it."""

    path: str | None = None
    link: str | None = None
    records: dict[str, str] = {}  # noqa: RUF012 - never changed


_SEVEN_BITS = bytes(range(128))


def is_header(block: bytes) -> bool:
    """Whether a block has the checksum of a header: all that tarfile asks for."""
    if len(block) < BLOCK or not block.strip(b"\0"):
        return False
    said = _number(block[_CHECKSUM])
    if said is None:
        return False
    summed = block[:148] + b" " * 8 + block[156:BLOCK]
    total = sum(summed)
    return said in {total, total - 256 * len(summed.translate(None, _SEVEN_BITS))}  # summed as signed bytes


def entries(reader: Reader, budget: Budget) -> Iterator[Entry | End]:
    """The members in order, and at last how the archive ends. Raises SpentError."""
    at, pending, start, everywhere = 0, _Pending(), 0, dict[str, str]()
    while True:
        block = reader.read(at, BLOCK)
        if not block.strip(b"\0"):
            yield End(at, None if block or at == 0 else "it ends without the blocks of zeros that end an archive")
            return
        if not is_header(block):
            yield End(at, "a block stands where a header should that is none")
            return
        budget.admit()
        kind, size = block[156:157], _number(block[124:136])
        body = at + BLOCK
        if kind in {b"x", b"X", b"g", b"L", b"K"}:
            held = reader.read(body, size) if size is not None and 0 <= size <= _LONGEST else b""
            if size is None or len(held) != size:
                yield End(at, "a header is longer than any that is read, or than the file")
                return
            pending = _more(pending, kind, held, everywhere)
            at = body + _padded(size)
            continue
        entry = _entry(reader, block, body, pending._replace(records=everywhere | pending.records), start)
        if entry is None:
            yield End(at, "a number in a header is none, or leads back")
            return
        yield entry
        at = start = entry.data + _padded(entry.size)
        pending = _Pending()


def _entry(reader: Reader, block: bytes, data: int, pending: _Pending, start: int) -> Entry | None:
    """The member a header begins, after what earlier headers said of it."""
    kind, size = block[156:157], _number(block[124:136])
    sparse, records = False, pending.records
    oddities = _block_oddities(block)
    path = records.get("path", pending.path) or _path(block)
    if "path" in records and pending.path is not None:
        oddities.append(f"{path} has another name, {pending.path}, for readers that take the one GNU writes")
    if (name := records.get("GNU.sparse.name")) is not None:
        oddities.append(f"{path} has another name, {name}, for readers that know sparse files")
        path = name
    if any(key.startswith("GNU.sparse.") for key in records) or kind == b"S":
        sparse = True
    if kind == b"S":
        data = _after_sparse(reader, block, data)
    if (said := records.get("size")) is not None:
        wide = int(said) if said.isascii() and said.isdigit() and len(said) < 20 else -1  # noqa: PLR2004 - digits of 64 bits
        if wide != size and (wide < _NARROW or size not in {0, wide % _NARROW}):
            oddities.append(f"the size of {path} is {size:,} bytes for some readers, and {wide:,} for others")
        size = wide
    if size is None or size < 0 or data < 0:
        return None
    if kind == b"\0" and _text(block[:100]).endswith("/"):
        kind = b"5"
    if kind in _NO_DATA and size:
        oddities.append(f"{path} has no data, and a size of {size:,} bytes that some readers pass over")
        size = 0
    link = records.get("linkpath", pending.link) or _text(block[157:257])
    return Entry(path, kind, size, link, data, start, sparse, tuple(oddities))


def _block_oddities(block: bytes) -> list[str]:
    """What of the block itself readers take differently."""
    found = []
    if not _PLAIN_OCTAL.fullmatch(block[_CHECKSUM]):
        found.append("a checksum is written as no writer does, and some readers do not take the block for a header")
    if block[257:263] != b"ustar\0" and block[156:157] != b"S" and _text(block[345:500]) and _number(block[345:357]) is None:
        found.append("a name has a prefix that only some readers add")
    return found


def _after_sparse(reader: Reader, block: bytes, at: int) -> int:
    """Where the data of an old GNU sparse member begins: behind the blocks that go on with its map. Negative where there are too many."""
    more, count = block[482], 0
    while more:
        held = reader.read(at, BLOCK)
        count += 1
        if len(held) < BLOCK or count > _SPARSE_HEADERS:
            return -1
        more, at = held[504], at + BLOCK
    return at


def _more(pending: _Pending, kind: bytes, held: bytes, everywhere: dict[str, str]) -> _Pending:
    """What a header adds that stands before a member. `everywhere` takes what is said of all that follow."""
    if kind == b"L":
        return pending._replace(path=_text(held))
    if kind == b"K":
        return pending._replace(link=_text(held))
    records = _records(held)
    if kind == b"g":
        everywhere.update(records)
        return pending
    return pending._replace(records=pending.records | records)


def _records(held: bytes) -> dict[str, str]:
    r"""The records of a pax header: `length key=value\n`. What is no record ends them."""
    found: dict[str, str] = {}
    at = 0
    while at < len(held):
        digits, space, _ = held[at : at + 20].partition(b" ")
        if not space or not digits.isdigit() or int(digits) <= len(digits) + 1:
            break
        key, _, value = held[at + len(digits) + 1 : at + int(digits) - 1].partition(b"=")
        if key in _KEYS:
            found[key.decode()] = value.decode("utf-8", "surrogateescape")
        at += int(digits)
    return found


def _path(block: bytes) -> str:
    prefix = _text(block[345:500]) if block[257:263] == b"ustar\0" else ""
    name = _text(block[:100])
    return f"{prefix}/{name}" if prefix else name


def _text(held: bytes) -> str:
    return held.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _number(field: bytes) -> int | None:
    """An octal number, or one of base 256 where GNU's mark stands before it; as generous as tarfile. None where it is neither."""
    if field[0] in {0x80, 0xFF}:
        value = int.from_bytes(field[1:], "big")
        return value if field[0] == 0x80 else value - 256 ** (len(field) - 1)  # noqa: PLR2004 - the mark of what is not negative
    try:
        return int(field.partition(b"\0")[0].decode("ascii").strip() or "0", 8)
    except ValueError:
        return None


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK
