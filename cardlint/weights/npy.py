"""numpy's `.npy` files: a header that is a Python literal, then raw numbers, or a pickle where the elements are objects.

numpy/lib/format.py. Several arrays may stand one after the other, as `numpy.save` writes them into one open file.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, NamedTuple

from cardlint.oneparser import ONE_PARSER
from cardlint.weights import pickle
from cardlint.weights.dtype import Layout, WrongTypeError, from_header, product
from cardlint.weights.patterns import lazily
from cardlint.weights.reading import Part
from cardlint.weights.verdict import SPENT, Evidence, Judgement, merged, until_spent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader

MAGIC = b"\x93NUMPY"
_LENGTHS = {(1, 0): 2, (2, 0): 4, (3, 0): 4}  # bytes of the header's length, by version
_LONGEST = 65_536
_DEEPEST = 40
_STRING_OR_OLD_NUMBER = lazily(r"('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|(?<![0-9])([0-9]{1,20})L\b", re.DOTALL)
_STRANGE = lazily(r"[^\s{}()\[\],:'0-9A-Za-z_]")


class Header(NamedTuple):
    """One array: its elements, how many there are, and where they begin."""

    layout: Layout
    elements: int
    data: int


class WrongNpyError(Exception):
    """A header that numpy does not write."""


def judge(reader: Reader, context: Context) -> Judgement:
    """Every array of the file."""
    return merged("npy", until_spent(_arrays(reader, context), Judgement(None, (SPENT,))))


def _arrays(reader: Reader, context: Context) -> Iterator[Judgement]:
    at = 0
    while at < reader.size:
        context.budget.admit()
        try:
            header = read_header(reader, at)
        except (WrongNpyError, WrongTypeError) as error:
            yield _review("header", f"{error}", at)
            return
        if header.layout.objects:
            yield _objects(reader, header.data, context)
            return
        at = header.data + header.layout.size * header.elements
        if at > reader.size:
            yield _review("data", "has less data than its header says", header.data)
        else:
            yield Judgement(None, inert=("array data: numbers, as long as the header says",))


def _objects(reader: Reader, at: int, context: Context) -> Judgement:
    """The pickle that stands where the numbers would, as seen from the beginning of the file."""
    judged = pickle.judge(Part(reader, at, reader.size), context)
    moved = (item._replace(offset=None if item.offset is None else item.offset + at) for item in judged.evidence)
    return judged._replace(evidence=tuple(moved))


def _review(about: str, message: str, offset: int) -> Judgement:
    return Judgement(None, (Evidence("review", "format", about, message, offset=offset),))


def read_header(reader: Reader, at: int) -> Header:
    """The header of the array that begins at an offset. Raises WrongNpyError, WrongTypeError."""
    start = reader.read(at, 12)
    if not start.startswith(MAGIC):
        raise WrongNpyError("bytes follow that belong to no array")
    wide = _LENGTHS.get((start[6], start[7])) if len(start) > 7 else None  # noqa: PLR2004 - magic and version
    if wide is None:
        raise WrongNpyError("has a version of the format that does not exist")
    length, begin = int.from_bytes(start[8 : 8 + wide], "little"), at + 8 + wide
    if length > _LONGEST:
        raise WrongNpyError("has a header longer than any array needs")
    held = reader.read(begin, length)
    if len(held) < length:
        raise WrongNpyError("ends within its header")
    try:
        fields = _literal(held.decode("utf-8" if start[6] == 3 else "latin-1"))  # noqa: PLR2004 - version
    except UnicodeDecodeError as error:
        raise WrongNpyError("has a header that is not UTF-8") from error
    if not isinstance(fields, dict) or set(fields) != {"descr", "fortran_order", "shape"}:
        raise WrongNpyError("has a header with other keys than numpy writes")
    return Header(from_header(fields["descr"]), product(fields["shape"]), begin + length)


def _literal(text: str) -> object:
    """The literal a header is. Raises WrongNpyError where there is more in it than brackets, strings, numbers and words."""
    from ast import literal_eval

    bare = _STRING_OR_OLD_NUMBER.sub("''", text)
    if _STRANGE.search(bare) or _depth(bare) > _DEEPEST:
        raise WrongNpyError("has a header that is no plain literal")
    try:
        with ONE_PARSER, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value: object = literal_eval(_STRING_OR_OLD_NUMBER.sub(r"\1\2", text).strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise WrongNpyError("has a header that is no literal") from error
    return value


def _depth(text: str) -> int:
    """How deep brackets are nested at the most."""
    depth = deepest = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        deepest = max(deepest, depth)
    return deepest
