"""The judgement of any file: its format by its content, then the module for that format. Containers come back here."""

from __future__ import annotations

import importlib
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING

from cardlint.weights.budget import Budget, SpentError
from cardlint.weights.executables import WHAT
from cardlint.weights.extensions import holds_template, promised
from cardlint.weights.named import NamedTuple
from cardlint.weights.reading import Cached, Held
from cardlint.weights.sniff import HEAD, may_be_pickle, read_text, recognise
from cardlint.weights.unread import REASONS
from cardlint.weights.verdict import SPENT, Evidence, Judgement, merged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cardlint.weights.names import Names
    from cardlint.weights.reading import Reader

# The module that judges a format; each has `judge(reader, context) -> Judgement`.
MODULES: dict[str, str] = {
    "pickle": "pickle", "zip": "zip", "tar": "tar", "7z": "sevenzip", "npy": "npy", "torch-legacy": "torchlegacy",
    "safetensors": "safetensors", "gguf": "gguf", "chat-template": "templates", "onnx": "onnx",
    "onnx-tensor": "onnxtensor", "keras-config": "keras", "hdf5": "hdf5",
    "pbtxt": "pbtxt", "coreml": "coreml", "tflite": "tflite", "paddle": "paddle", "mlpackage": "mlpackage",
    **dict.fromkeys(REASONS, "unread"),
    **dict.fromkeys(WHAT, "executables"),
    **dict.fromkeys(("savedmodel", "graphdef", "protobuf"), "savedmodel"),
    **dict.fromkeys(("rds", "rdata"), "rdata"),
    **dict.fromkeys(("openvino", "pmml"), "xmlmodel"),
    **dict.fromkeys(("gzip", "zlib", "zfile", "bzip2", "xz", "lzma", "lz4", "zstd"), "compressed"),
}  # fmt: skip
# What other things may follow in one file, of which one reader takes the one and another the other.
_READ_ON = frozenset({"pickle", "torch-legacy"})
_UNPICKLED = frozenset({"pickle", "compressed"})
# A file whose content says nothing is taken for what its name says: formats without a magic number, and those whose
# module says best what is wrong with the beginning.
UNMARKED = frozenset({"onnx", "protobuf", "coreml", "msi", "dmg", "tensorrt", "torch7", "paddle", "safetensors", "gguf"})
# Text that a loader takes for a program, by its name.
TEXTUAL = frozenset({"pbtxt"})
_PLAIN = frozenset({"text", "script", "batch"})
# What a template may be taken for by its beginning, by a control character or by what else is in it: its loader does not mind.
_MAY_BE_TEMPLATE = _PLAIN | {None, "json"}
_MAY_HOLD_TEMPLATE = frozenset({"keras-config", "mlpackage", "openvino", "pmml"})
_TRIAL = 4_000  # opcodes, to see whether something is a pickle at all; what is none breaks off much sooner
# What nothing executable can hide in, as far as any loader of weights is concerned.
HARMLESS = frozenset(
    {
        "empty",
        "text",
        "json",
        "image",
        "audio",
        "video",
        "icon",
        "pdf",
        "lfs-pointer",
        "parquet",
        "arrow",
        "feather",
        "sqlite",
        "sentencepiece",
    }
)


_NONE: Mapping[str, str] = MappingProxyType({})


class Context(NamedTuple):
    """What a format's module is given beside the bytes: the lists, what may still be spent, and the file's own name.

    `depth` counts the containers around it; `format` is what the file was found to be. `storages` are the sizes of the tensor
    payloads in bytes, by their keys, where a pickle lies in a torch archive; `script` says that the archive is TorchScript.
    `role` is the format its container takes it for by its name alone; `roles` are those of its own members, by their paths.
    `beside` says of a path from the repository's root what lies there: "file", "link" out of the repository, or None.
    """

    names: Names
    budget: Budget
    name: str = ""
    depth: int = 0
    format: str = ""
    storages: Mapping[str, int] | None = None
    script: bool = False
    role: str = ""
    roles: Mapping[str, str] = _NONE
    beside: Callable[[str], str | None] | None = None

    def judge(self, member: str, reader: Reader, storages: Mapping[str, int] | None = None, *, script: bool = False) -> Judgement:
        """A member of this container, its evidence as seen from outside."""
        if self.depth >= self.budget.depth:
            return Judgement(None, (Evidence("review", "archive", member, "is nested too deep to be looked at", member=member),))
        role = self.roles.get(member, "")
        inside = self._replace(
            name=member, depth=self.depth + 1, storages=storages, script=script, role=role, roles=_NONE, beside=None
        )  # fmt: skip
        return judge(reader, inside).inside(member)


def judge(reader: Reader, context: Context) -> Judgement:
    """The judgement of one file or member. Raises only what the reader raises."""
    if context.depth == 0:
        context.budget.begin(reader.size)
        reader = reader if reader.near else Cached(reader, context.budget)
    try:
        return _judged(reader, context)
    except SpentError:
        return Judgement(None, (SPENT,))


def _judged(reader: Reader, context: Context) -> Judgement:
    if context.role:
        return _by_format(context.role, reader, context)
    head = reader.read(0, HEAD)
    found, wanted = recognise(reader, head), promised(context.name)
    if found == "pickle?" or (found in {None, "text"} and "pickle" in wanted):
        found = _asked(reader, head, context, promised=wanted)
    known = _by_name(found, wanted)
    template = holds_template(context.name)
    judgement = _by_format("chat-template" if template and known in _MAY_BE_TEMPLATE else known, reader, context)
    if template and known in _MAY_HOLD_TEMPLATE:
        judgement = merged(judgement.format, (judgement, _by_format("chat-template", reader, context)))
    if found != "zip" and (judgement.verdict != "ok" or found not in wanted) and ("zip" in wanted or found in _READ_ON):
        judgement = _with_archive(judgement, reader, context)
    if known not in {None, "pickle", "text", "torch-legacy"} and may_be_pickle(head):
        judgement = _with_pickle(judgement, reader, head, context)
    wrong = _mismatch(known, wanted, context)
    return judgement._replace(evidence=(*judgement.evidence, *wrong)) if wrong else judgement


def _with_archive(judgement: Judgement, reader: Reader, context: Context) -> Judgement:
    """The judgement of a file at whose end there may be an archive: zipfile finds it there, whatever stands before."""
    from cardlint.weights import zip as archives

    if (found := archives.at_end(reader, context)) is None:
        return judgement
    return merged(judgement.format, (judgement, found))


def _by_name(found: str | None, wanted: tuple[str, ...]) -> str | None:
    """The format that the content has, or the name where the content has none of its own."""
    first = wanted[0] if wanted else ""
    return first if first in (UNMARKED | TEXTUAL if found is None else TEXTUAL if found in _PLAIN else ()) else found


def _asked(reader: Reader, head: bytes, context: Context, *, promised: tuple[str, ...]) -> str | None:
    """What a file without magic number is, the machine having been asked."""
    from cardlint.weights.pickle import is_pickle  # most files are none, and start-up counts

    otherwise = None if read_text(head) is None else "text"
    text = otherwise == "text" and "pickle" not in promised
    return "pickle" if is_pickle(reader, context.names, Budget(operations=_TRIAL), text=text) else otherwise


def _with_pickle(judgement: Judgement, reader: Reader, head: bytes, context: Context) -> Judgement:
    """A file of another format that is a pickle as well: an unpickler reads any file from its first byte, whatever it is."""
    from cardlint.weights.pickle import NAME, begins_as_pickle
    from cardlint.weights.program import TOO_LONG

    if head.startswith(b"PK"):  # a persistent id stops every unpickler but torch's own, which takes this for an archive
        return judgement
    if not begins_as_pickle(Held(head), context.names, whole=len(head) == reader.size):
        return judgement
    program = _module("pickle")(reader, context)
    if not any(NAME.fullmatch(name) for name in program.globals):  # numbers may be a program by chance, but ask for nothing there could be
        unread = [item for item in program.evidence if TOO_LONG in item.message or item == SPENT]
        return judgement._replace(evidence=(*judgement.evidence, *unread))
    message = f"is {judgement.format} and a pickle as well, so that it depends on the loader what it does"
    evidence = (Evidence("block", "pickle", "program", message, offset=0), *program.evidence)
    return judgement._replace(evidence=(*judgement.evidence, *evidence), globals=(*judgement.globals, *program.globals))


def _by_format(name: str | None, reader: Reader, context: Context) -> Judgement:
    if name is None or name in HARMLESS:
        return Judgement(name)
    if name not in MODULES:
        return Judgement(name, (Evidence("review", "unread", name, f"is {name}, which is not looked into"),))
    return _module(MODULES[name])(reader, context._replace(format=name))


@cache
def _module(name: str) -> Callable[[Reader, Context], Judgement]:
    judged: Callable[[Reader, Context], Judgement] = importlib.import_module(f"cardlint.weights.{name}").judge
    return judged


def _mismatch(found: str | None, wanted: tuple[str, ...], context: Context) -> tuple[Evidence, ...]:
    """Where the name promises another format than the content is."""
    if not wanted or found in wanted or found in {"empty", "lfs-pointer"} or ("text" in wanted and found in {None, "script"}):
        return ()  # text in an old encoding cannot be told from what nobody knows
    _, _, ending = context.name.rpartition(".")
    what = "no format that is known" if found is None else found
    message = f"is {what}, not what .{ending} promises ({' or '.join(dict.fromkeys(wanted))})"
    if ending.lower() == "skops" and MODULES.get(found or "") in _UNPICKLED:
        return (Evidence("block", "mismatch", found or "unknown", f"{message}; skops loads it as a pickle", reference="CVE-2025-54886"),)
    return (Evidence("review", "mismatch", found or "unknown", message),)
