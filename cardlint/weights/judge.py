"""The judgement of any file: its format by its content, then the module for that format. Containers come back here."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from cardlint.weights.budget import Budget, SpentError
from cardlint.weights.extensions import promised
from cardlint.weights.pickle import begins_as_pickle, is_pickle
from cardlint.weights.pickle import judge as judge_pickle
from cardlint.weights.reading import Held
from cardlint.weights.sniff import HEAD, as_text, may_be_pickle, recognise
from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.weights.names import Names
    from cardlint.weights.reading import Reader

# The module that judges a format; each has `judge(reader, context) -> Judgement`.
MODULES: dict[str, str] = {
    "pickle": "pickle",
    "zip": "zip",
}
# Formats without a magic number: a file whose content says nothing is taken for what its name says.
UNMARKED = frozenset({"onnx", "protobuf", "coreml"})
_TRIAL = 4_000  # opcodes, to see whether something is a pickle at all; what is none breaks off much sooner
# What nothing executable can hide in, as far as any loader of weights is concerned.
HARMLESS = frozenset(
    {"empty", "text", "json", "image", "audio", "video", "icon", "pdf", "lfs-pointer", "parquet", "arrow", "feather", "sqlite"}
)


class Context(NamedTuple):
    """What a format's module is given beside the bytes: the lists, what may still be spent, and the file's own name.

    `depth` counts the containers around it; `torch` says that it lies in a torch archive.
    """

    names: Names
    budget: Budget
    name: str = ""
    depth: int = 0
    torch: bool = False

    def judge(self, member: str, reader: Reader) -> Judgement:
        """A member of this container, its evidence as seen from outside."""
        if self.depth >= self.budget.depth:
            return Judgement(None, (Evidence("review", "archive", member, "is nested too deep to be looked at", member=member),))
        return judge(reader, self._replace(name=member, depth=self.depth + 1)).inside(member)


def judge(reader: Reader, context: Context) -> Judgement:
    """The judgement of one file or member. Raises only what the reader raises."""
    try:
        return _judged(reader, context)
    except SpentError:
        message = "is too large or too intricate to be looked at to its end"
        return Judgement(None, (Evidence("review", "unread", "budget", message),))


def _judged(reader: Reader, context: Context) -> Judgement:
    head = reader.read(0, HEAD)
    found, wanted = recognise(reader, head), promised(context.name)
    if found == "pickle?" or (found in {None, "text"} and "pickle" in wanted):
        found = _asked(reader, head, context, promised=wanted)
    known = found or (wanted[0] if wanted and wanted[0] in UNMARKED else None)
    judgement = _by_format(known, reader, context)
    if known not in {None, "pickle", "text", "torch-legacy"} and may_be_pickle(head):
        judgement = _with_pickle(judgement, reader, head, context)
    wrong = _mismatch(known, wanted, context)
    return judgement._replace(evidence=(*judgement.evidence, *wrong)) if wrong else judgement


def _asked(reader: Reader, head: bytes, context: Context, *, promised: tuple[str, ...]) -> str | None:
    """What a file without magic number is, the machine having been asked."""
    otherwise = None if as_text(head) is None else "text"
    text = otherwise == "text" and "pickle" not in promised
    return "pickle" if is_pickle(reader, context.names, Budget(operations=_TRIAL), text=text) else otherwise


def _with_pickle(judgement: Judgement, reader: Reader, head: bytes, context: Context) -> Judgement:
    """A file of another format that is a pickle as well: an unpickler reads any file from its first byte, whatever it is."""
    if head.startswith(b"PK"):  # a persistent id stops every unpickler but torch's own, which takes this for an archive
        return judgement
    if not begins_as_pickle(Held(head), context.names, whole=len(head) == reader.size):
        return judgement
    program = judge_pickle(reader, context)
    if not program.globals:
        return judgement
    message = f"is {judgement.format} and a pickle as well, so that it depends on the loader what it does"
    evidence = (Evidence("block", "pickle", "program", message, offset=0), *program.evidence)
    return judgement._replace(evidence=(*judgement.evidence, *evidence), globals=(*judgement.globals, *program.globals))


def _by_format(name: str | None, reader: Reader, context: Context) -> Judgement:
    if name is None or name in HARMLESS:
        return Judgement(name)
    if name not in MODULES:
        return Judgement(name, (Evidence("review", "unread", name, f"is {name}, which is not looked into"),))
    return _module(MODULES[name])(reader, context)


@cache
def _module(name: str) -> Callable[[Reader, Context], Judgement]:
    judged: Callable[[Reader, Context], Judgement] = importlib.import_module(f"cardlint.weights.{name}").judge
    return judged


def _mismatch(found: str | None, wanted: tuple[str, ...], context: Context) -> tuple[Evidence, ...]:
    """Where the name promises another format than the content is."""
    if not wanted or found in wanted or found in {"empty", "lfs-pointer"}:
        return ()
    _, _, ending = context.name.rpartition(".")
    what = "no format that is known" if found is None else found
    message = f"is {what}, not what .{ending} promises ({' or '.join(dict.fromkeys(wanted))})"
    return (Evidence("review", "mismatch", found or "unknown", message),)
