"""What code asks others for, and how exactly: packages, repositories, addresses, images, actions; and where installers look.

Versions after PEP 440 and PEP 508, direct references after PEP 610 and pip's documentation of VCS support.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

Sort: TypeAlias = Literal["package", "repository", "address", "image", "action"]
# How what is got is settled. Fixed: `exact` version, `hash`, `commit`, `digest`, `local`. Not: `range` of versions, `ref` (a branch
# or tag of a repository), `branch` and `tag` of an action or image told apart by name, `none`.
Pin: TypeAlias = Literal["exact", "hash", "commit", "digest", "local", "range", "ref", "branch", "tag", "none"]
FIXED: frozenset[Pin] = frozenset({"exact", "hash", "commit", "digest", "local"})

_COMMIT = re.compile(r"[0-9a-fA-F]{40}(?:[0-9a-fA-F]{24})?")
_EXACT = re.compile(r"([A-Za-z0-9][\w.-]*+)[ \t]*+(?:\[[^\]]*+\])?[ \t]*+={2,3}[ \t]*+[\w.!+-]++[ \t]*+(?:;.*)?")
_NAMED = re.compile(r"([A-Za-z0-9][\w.-]*+)[ \t]*+(?:\[[^\]]*+\])?[ \t]*+@[ \t]*+(?=[A-Za-z])")
_REPOSITORY = re.compile(r"(?:git|hg|svn|bzr)\+\S+")
_ARCHIVE = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".egg")
_HASHED = re.compile(r"[#&](?:sha256|sha384|sha512)=[0-9a-fA-F]{64,}")
_IN_PATH = re.compile(r"/([0-9a-fA-F]{40})(?:[/.]|$)")
_LATEST = frozenset({"latest", "main", "master", "nightly", "dev", "edge", "stable", "rolling", "devel"})
_TAG = re.compile(r"v?\d+(?:\.\d+)*(?:[-+.].*)?")
_EXTRA = frozenset({"PIP_EXTRA_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_INDEX"})


class Need(NamedTuple):
    """One thing that is asked for: `text[start:end]` as written, what it is called, and how it is settled."""

    sort: Sort
    name: str
    pin: Pin
    start: int
    end: int


class Index(NamedTuple):
    """An index that an installer asks beside its main one. `first` says that it asks this one first and stops where it finds the name."""

    url: str
    start: int
    end: int
    first: bool = False


class Reference(NamedTuple):
    """A file that requirements go on in (`-r`), or that says which versions they mean (`-c`)."""

    path: str
    constrains: bool
    start: int
    end: int


@dataclass(frozen=True)
class Script:
    """Shell text inside a file: the offset in the file at which each of its lines begins, and the variables known around it."""

    code: str
    starts: Sequence[int]
    variables: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.code))]

    def place(self, offset: int) -> int:
        """Where a character of the code stands in the file."""
        line = min(bisect_right(self._lines, offset), len(self.starts)) - 1
        return self.starts[line] + offset - self._lines[line]


def script(code: str, start: int, variables: Mapping[str, str] | None = None) -> Script:
    """Shell text that stands in the file as it is, from an offset on."""
    starts = [start, *(start + match.end() for match in re.finditer("\n", code))]
    return Script(code, starts, variables or {})


class Needs(NamedTuple):
    """What one carrier asks for. `loose` are needs whose ranges are right, because a library is to fit beside others."""

    needs: tuple[Need, ...] = ()
    indexes: tuple[Index, ...] = ()
    references: tuple[Reference, ...] = ()
    scripts: tuple[Script, ...] = ()
    loose: tuple[Need, ...] = ()


def normal(name: str) -> str:
    """A package's name as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def need(text: str, start: int, end: int, *, hashed: bool = False) -> Need | None:
    """A requirement as pip takes it, without options; None where it is none. `hashed` says that hashes are beside it."""
    text = text.strip()
    exact = _EXACT.fullmatch(text)
    if exact:
        return Need("package", exact[1], "hash" if hashed else "exact", start, end)
    named = _NAMED.match(text)
    target = text[named.end() :] if named else text
    name = named[1] if named else None
    if _REPOSITORY.match(target):
        address = target.split(";", 1)[0].strip()
        return Need("repository", name or _egg(address) or _last(address), _ref_pin(address), start, end)
    if re.match(r"(?:https?|ftp|s3)://", target):
        address = re.split(r"\s;|\s+", target, maxsplit=1)[0]
        return Need("address", name or _last(address), "hash" if hashed else address_pin(address), start, end)
    if target.startswith((".", "/", "~", "file:", "\\")) or re.match(r"[A-Za-z]:[\\/]", target) or _is_file(target):
        return Need("package", target, "local", start, end)
    return _package(text, start, end, hashed=hashed)


def _is_file(target: str) -> bool:
    target = re.sub(r"\[[^\]]*\]$", "", target)
    return target.lower().endswith(_ARCHIVE) or ("/" in target and " " not in target)


def _package(text: str, start: int, end: int, *, hashed: bool) -> Need | None:
    from packaging.requirements import InvalidRequirement, Requirement

    try:
        requirement = Requirement(text)
    except InvalidRequirement:
        return None
    pin: Pin = "range" if requirement.specifier else "none"
    if hashed:
        pin = "hash"
    elif any(item.operator == "===" or (item.operator == "==" and not item.version.endswith(".*")) for item in requirement.specifier):
        pin = "exact"
    return Need("package", requirement.name, pin, start, end)


def _egg(address: str) -> str | None:
    match = re.search(r"[#&]egg=([\w.-]+)", address)
    return match[1] if match else None


def _last(address: str) -> str:
    """The last step of an address, as a name for it."""
    path = re.split(r"[?#]", address, maxsplit=1)[0].rstrip("/")
    path = path.partition("://")[2] or path
    last = path.rpartition("/")[2] or path
    return last.partition("@")[0].removesuffix(".git") or address


def _ref_pin(address: str) -> Pin:
    path = address.partition("#")[0]
    _, mark, after = path.partition("://")
    rest = after.partition("/")[2] if mark else path.partition(":")[2]
    ref = rest.rpartition("@")[2] if "@" in rest else ""
    return ref_pin(ref)


def ref_pin(ref: str) -> Pin:
    """How a revision of a repository settles what is got."""
    if _COMMIT.fullmatch(ref):
        return "commit"
    return "ref" if ref else "none"


def address_pin(address: str) -> Pin:
    """How an address settles what is got: by a hash in its fragment, or by a commit in its path."""
    if _HASHED.search(address):
        return "hash"
    return "commit" if _IN_PATH.search(address.partition("?")[0]) else "none"


def image(reference: str, start: int, end: int) -> Need | None:
    """An image of containers; None where it is uncertain or nothing that is pulled."""
    reference = reference.strip().removeprefix("docker://")
    if not reference or "$" in reference or "{" in reference or reference == "scratch":
        return None
    name, at, digest = reference.partition("@")
    last = name.rpartition("/")[2]
    tag = last.partition(":")[2]
    bare = name[: len(name) - len(tag) - 1] if tag else name
    pin: Pin = "tag" if tag else "none"
    if at and re.fullmatch(r"sha(?:256|384|512):[0-9a-fA-F]{64,}", digest):
        pin = "digest"
    elif re.split(r"[-.]", tag)[0] in _LATEST:
        pin = "branch"
    return Need("image", bare, pin, start, end)


def action(uses: str, start: int, end: int) -> Need | None:
    """An action or workflow of somebody else's repository; None for what is local or uncertain."""
    uses = uses.strip()
    if uses.startswith("docker://"):
        return image(uses, start, end)
    name, at, ref = uses.rpartition("@")
    if uses.startswith(".") or not at or "/" not in name or "$" in uses:
        return None
    pin: Pin = "commit" if _COMMIT.fullmatch(ref) else "tag" if _TAG.fullmatch(ref) else "branch"
    return Need("action", name, pin, start, end)


def environment(name: str, value: str, start: int, end: int) -> Iterator[Index]:
    """The indexes that a variable of the environment adds; several stand between blanks."""
    if name in _EXTRA:
        yield from indexes(value, start, end, first=name.startswith("UV_"))


def indexes(value: str, start: int, end: int, *, first: bool = False) -> Iterator[Index]:
    """The addresses between blanks in a value that stands at `start:end`, each at its place where it can be told."""
    exact = end - start == len(value)
    for match in re.finditer(r"\S+", value):
        place = (start + match.start(), start + match.end()) if exact else (start, end)
        yield Index(match.group(), *place, first)
