"""What a text asks for: a requirement, an image, an action, or indexes in a value.

Versions after PEP 440 and PEP 508, direct references after PEP 610 and pip's documentation of VCS support.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.code.needs import Index, Need

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.code.needs import Pin

_COMMIT = re.compile(r"[0-9a-fA-F]{40}(?:[0-9a-fA-F]{24})?")
_EXACT = re.compile(r"([A-Za-z0-9][\w.-]*+)[ \t]*+(?:\[[^\]]*+\])?[ \t]*+={2,3}[ \t]*+[\w.!+-]++[ \t]*+(?:;.*)?")
_BARE = re.compile(r"([A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?)(?:\[[\w., -]*\])?", re.ASCII)
_NAMED = re.compile(r"([A-Za-z0-9][\w.-]*+)[ \t]*+(?:\[[^\]]*+\])?[ \t]*+@[ \t]*+(?=[A-Za-z])")
_REPOSITORY = re.compile(r"(?:git|hg|svn|bzr)\+\S+")
_ARCHIVE = (".whl", ".zip", ".tar.gz", ".tgz", ".tar.bz2", ".egg")
_HASHED = re.compile(r"[#&](?:sha256|sha384|sha512)=[0-9a-fA-F]{64,}")
_IN_PATH = re.compile(r"/([0-9a-fA-F]{40})(?:[/.]|$)")
_LONGEST = 4000
_LATEST = frozenset({"latest", "main", "master", "nightly", "dev", "edge", "stable", "rolling", "devel"})
_TAG = re.compile(r"v?\d+(?:\.\d+)*(?:[-+.].*)?")
_EXTRA = frozenset({"PIP_EXTRA_INDEX_URL", "UV_EXTRA_INDEX_URL", "UV_INDEX"})


def need(text: str, start: int, end: int, *, hashed: bool = False) -> Need | None:
    """A requirement as pip takes it, without options; None where it is none. `hashed` says that hashes are beside it."""
    text = text.strip()
    plain = _EXACT.fullmatch(text) or (None if text.lower().endswith(_ARCHIVE) else _BARE.fullmatch(text))
    if len(text) > _LONGEST:
        return None
    if plain:
        pin: Pin = "exact" if "=" in text[len(plain[1]) :] else "none"
        return Need("package", plain[1], "hash" if hashed else pin, start, end)
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
    host, slash, steps = (path.partition("://")[2] or path).partition("/")
    last = steps.rpartition("/")[2] if slash else host.rpartition("@")[2]  # what stands before the host is nobody's business
    return last.partition("@")[0].removesuffix(".git") or host.rpartition("@")[2]


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
