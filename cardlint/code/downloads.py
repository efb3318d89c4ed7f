"""Weights that code fetches by their address instead of through a library that checks and caches them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cardlint.code.pins import named, pin

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator, Sequence

    from cardlint.code.calls import Module
    from cardlint.code.pins import Pin
    from cardlint.code.shell import Command

WEIGHTS = (
    ".bin", ".safetensors", ".pt", ".pth", ".ckpt", ".gguf", ".ggml", ".onnx", ".h5", ".hdf5", ".keras", ".msgpack", ".pkl", ".pickle",
    ".joblib", ".npz", ".tflite", ".task", ".mlmodel", ".pb", ".pdparams", ".nemo", ".model", ".engine", ".tar.gz", ".zip", ".tar",
)  # fmt: skip
_FETCHING = frozenset({"wget", "curl", "aria2c", "axel", "Invoke-WebRequest", "iwr", "Start-BitsTransfer"})
_LAST = re.compile(r"(?:^|[/.])(?:resolve|raw)/")
_PRIVATE = re.compile(
    r"(?:/(?:home|Users|scratch|gpfs\w*|nfs\w*|lustre\w*|mnt|media|root)/|~[\w-]*/|[A-Za-z]:[\\/])(?!.*(?:path/to|your|<))", re.IGNORECASE
)


class Download(NamedTuple):
    """A download of weights: from which repository, which file, at which revision."""

    id: str
    file: str
    by: str
    pin: Pin


def weights_at(address: str, by: str) -> Download | None:
    """The weights of the Hub that an address leads to; None where it leads to none."""
    plain = address.partition("?")[0].partition("#")[0].strip()
    found = named(plain, "address") if _LAST.search(plain) else None
    if found is None or found.kind != "model" or not plain.lower().endswith(WEIGHTS):
        return None
    return Download(found.id, plain.rpartition("/")[2], by, pin(found.revision))


def downloads(module: Module, fetchers: Sequence[str]) -> Iterator[tuple[ast.Call, int, Download]]:
    """The calls that fetch weights by their address; `fetchers` are full names, `*` stands for a last step."""
    exact = frozenset(fetchers)
    for call in module.calls:
        if call.name not in exact and f"{call.name.rpartition('.')[0]}.*" not in exact:
            continue
        for keyword, position in (("url", 0), ("url", 1)):
            known = call.known(keyword, position)
            if known is not None and isinstance(known.value, str) and (found := weights_at(known.value, call.name)):
                yield call.node, call.site.tree, found
                break


def hard_coded(module: Module, loaders: Sequence[str]) -> Iterator[tuple[ast.Call, int, str]]:
    """The calls that load weights from a path which only the author's machine has."""
    exact = frozenset(loaders)
    for call in module.calls:
        if call.name in exact:
            for argument in (*call.node.args, *(keyword.value for keyword in call.node.keywords)):
                known = call.value_of(argument)
                if known is not None and isinstance(known.value, str) and _PRIVATE.match(known.value):
                    yield call.node, call.site.tree, known.value
                    break


def command_downloads(commands: Sequence[Command]) -> Iterator[tuple[int, int, Download]]:
    """The commands that fetch weights by their address, with offsets."""
    for command in commands:
        by = (command.words[0].text or "").rpartition("/")[2]
        for word in command.words[1:] if by in _FETCHING else ():
            found = weights_at(word.text or "", by)
            if found is not None:
                yield word.start, word.end, found
