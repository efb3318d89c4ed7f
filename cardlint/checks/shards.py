"""Weights in several files: the index against the files that are there, and against the tensors that are in them."""

from __future__ import annotations

import json
import posixpath
import re
from typing import TYPE_CHECKING

from cardlint.checks.vocabulary import quoted, shown
from cardlint.errors import Unreadable
from cardlint.problem import Problem
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.contents import Contents
    from cardlint.files import Files
    from cardlint.text import Span, Text
    from cardlint.weighing import Weights

INDEX_BYTES = 50_000_000  # of a model with hundreds of thousands of tensors
# `model.safetensors.index.json`, and with a variant `model.safetensors.index.fp16.json` (transformers, diffusers).
_INDEX = lazily(r".+\.(?:safetensors|bin|h5|msgpack)\.index(?:\.[\w-]+)?\.json", re.IGNORECASE)
_SHARD = lazily(r"(?P<stem>.*)-\d{5}-of-\d{5}(?P<ending>\.\w+)")


class _Index(NamedTuple):
    """An index: its text, the path of each tensor's shard, and how each path is written."""

    text: Text
    shards: dict[str, str]
    written: dict[str, str]

    def place(self, name: str) -> Span:
        """Where a name first stands in quotes; the whole file where it is written in another way."""
        for spelling in (json.dumps(name, ensure_ascii=False), json.dumps(name)):
            if (at := self.text.content.find(spelling)) >= 0:
                return self.text.span(at, at + len(spelling))
        return self.text.span(0, len(self.text.content))


def missing(files: Files, known_files: Files, contents: Contents, weights: Weights) -> Iterator[Problem]:
    """Shards and tensors that an index names and that are not there, and those that are there and in no index.

    `known_files` are all there are, also those nobody is to look at.
    """
    indices = [path for path in files.by_path if _INDEX.fullmatch(path.rpartition("/")[2])]
    obstacle: Unreadable | None = None
    for path in indices:
        if path in weights.pointers:
            continue
        try:
            text = contents.text(path, INDEX_BYTES)
        except Unreadable as error:
            obstacle = error
            continue
        found = _read(text)
        if isinstance(found, _Index):
            yield from _shards(found, known_files)
            yield from _tensors(found, weights)
        else:
            yield Problem(f"{found}, so nobody finds a tensor by it", text.span(0, 0), subject=path)
    if obstacle is not None:
        raise obstacle
    weights.complete([path for path in indices if path in weights.pointers])


def _read(text: Text) -> _Index | str:
    """The index in a file, or what is wrong with it."""
    try:
        held = json.loads(text.content.removeprefix("\ufeff"))
    except ValueError as error:
        return f"is no JSON ({error})"
    except RecursionError:
        return "is nested too deep"
    mapped = held.get("weight_map") if isinstance(held, dict) else None
    if not isinstance(mapped, dict) or not all(isinstance(shard, str) for shard in mapped.values()):
        return "has no `weight_map` from the names of tensors to files"
    folder = posixpath.dirname(text.path)
    paths = {shard: posixpath.normpath(posixpath.join(folder, shard)) for shard in mapped.values()}
    written = {path: shard for shard, path in paths.items()}
    return _Index(text, {tensor: paths[shard] for tensor, shard in mapped.items()}, written)


def _shards(index: _Index, files: Files) -> Iterator[Problem]:
    """Shards that are named and not there, and numbered ones of the same set that are there and not named."""
    lacking = [path for path in index.written if path not in files]
    if lacking:
        path = lacking[0]
        out = path.startswith(("../", "/"))
        more = f" (and {len(lacking) - 1:,} more of its {len(index.written):,} shards)" if len(lacking) > 1 else ""
        what = "which lies outside the repository" if out else "which is not there"
        yield Problem(f"names the shard {shown(path)}, {what}{more}", index.place(index.written[path]), subject=path)
    sets = {(match["stem"], match["ending"]) for path in index.written if (match := _SHARD.fullmatch(path))}
    folders = {posixpath.dirname(path) for path in index.written}
    unnamed = [path for path in files.by_path if path not in index.written and posixpath.dirname(path) in folders and _is_of(path, sets)]
    if unnamed:
        more = f" and {len(unnamed) - 1:,} more shards are" if len(unnamed) > 1 else " is"
        message = f"{shown(unnamed[0])}{more} there, and the index does not name it; it is left over from another set, or never loaded"
        yield Problem(message, index.text.span(0, 0), subject=unnamed[0])


def _is_of(path: str, sets: set[tuple[str, str]]) -> bool:
    match = _SHARD.fullmatch(path)
    return match is not None and (match["stem"], match["ending"]) in sets


def _tensors(index: _Index, weights: Weights) -> Iterator[Problem]:
    """Tensors that the index and the headers of the shards that are here see in different places. One problem for each shard."""
    named: dict[str, set[str]] = {path: set() for path in index.written}
    for tensor, path in index.shards.items():
        named.setdefault(path, set()).add(tensor)
    for path, wanted in named.items():
        header = weights.header(path) if path.endswith(".safetensors") else None
        if header is None:
            continue
        held = {tensor.name for tensor in header.tensors}
        if lacking := sorted(wanted - held):
            message = f"names the tensor {quoted(lacking[0])} in {shown(path)}, which has none of that name{_more(lacking)}"
            yield Problem(message, index.place(lacking[0]), subject=f"{path}: {lacking[0]}")
        elif unnamed := sorted(held - wanted):
            elsewhere = index.shards.get(unnamed[0])
            where = f"says it is in {shown(elsewhere)}" if elsewhere else "does not name it"
            message = f"{shown(path)} has the tensor {quoted(unnamed[0])}, and the index {where}{_more(unnamed)}"
            yield Problem(message, index.place(index.written[path]), subject=f"{path}: {unnamed[0]}")


def _more(names: list[str]) -> str:
    return f" (and {len(names) - 1:,} more like it)" if len(names) > 1 else ""
