"""What a revision pins: the pin states, and the ids and revisions in texts that hold both.

Offline nobody can ask whether a name is a tag or a branch: one that looks like a version is taken for a tag, every other for a
branch. Only the 40 hexadecimal digits of a commit name the same content for ever; fewer of them may be a branch of that name.
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple, TypeAlias

Pin: TypeAlias = Literal["none", "branch", "tag", "short", "commit", "unknown"]
Form: TypeAlias = Literal["id", "prefixed", "github", "address", "hf", "page", "colon", "hub", "at", "path", "within"]
# The forms of texts that hold both the repository and its revision.
BOTH: frozenset[Form] = frozenset({"prefixed", "github", "address", "hf", "at", "path", "within"})
PINS: tuple[Pin, ...] = ("none", "branch", "tag", "short", "commit", "unknown")
_COMMIT = re.compile(r"[0-9a-f]{40}", re.IGNORECASE)
_SHORT = re.compile(r"(?=.*[0-9].*|[a-f]{7,})[0-9a-f]{7,39}", re.IGNORECASE)
_VERSION = re.compile(
    r"(?:refs/tags/.+|(?:[a-zA-Z]+[-_/])?v?\d+(?:\.\d+)*(?:[-._]?(?:a|b|c|rc|alpha|beta|dev|post|pre)\.?\d*)?|v\d[\w.+-]*)"
)
_HF = re.compile(r"hf://(?:(datasets|spaces|models)/)?([\w.-]+/[\w.-]+)(?:@([^/\s]+))?(?:/|$)")
_WEB = re.compile(
    r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/(?:(datasets|spaces)/)?([\w.-]+(?:/[\w.-]+)?)"
    r"(?:/(?:resolve|raw|blob)/(refs/(?:pr|convert)/[^/]+|[^/?\s]+)/[^\s]+)"
)
_REFS = re.compile(r"(refs%2F\w+%2F\w+)", re.IGNORECASE)
_GITHUB = re.compile(r"([\w.-]+/[\w.-]+?)(?::([^\s]+))?")
_PAGE = re.compile(r"(?:huggingface/|https?://(?:huggingface|hf)\.co/)?(models|spaces|datasets)/([\w.-]+/[\w.-]+)")
_KINDS = {"datasets": "dataset", "spaces": "space", "models": "model", None: "model"}


class Named(NamedTuple):
    """A repository in a text: its id, kind (`model`, `dataset`, `space`, `github`; empty where the text does not say), its revision."""

    id: str
    kind: str = ""
    revision: str | None = None


def pin(revision: str | None) -> Pin:
    """What a revision pins; None and an empty one are no revision."""
    if not revision:
        return "none"
    if _COMMIT.fullmatch(revision):
        return "commit"
    if _SHORT.fullmatch(revision):
        return "short"
    return "tag" if _VERSION.fullmatch(revision) else "branch"


def named(text: str, form: Form) -> Named | None:
    """The repository that a text of this form names, None where it names none.

    `id`: an id by itself. `prefixed`: `hf_hub:ID[@REVISION]`, as timm and open_clip read it. `github`: `OWNER/NAME[:REVISION]`,
    as torch.hub does. `address`: `hf://…@REVISION` and web addresses of files. `hf`: `hf://ID`. `page`: `models/ID`, as
    gradio has it. `colon`: `ID[:WHAT]`, where what follows the colon is no revision; `hub`: the
    same behind `hf.co/`. `at`: `ID[@REVISION]`. `path`: an
    address with or without `hf://`. `within`: any text, SQL say, with such an address in it.
    """
    return _READERS[form](text)


def _id(text: str) -> Named | None:
    return Named(text)


def _prefixed(text: str) -> Named | None:
    prefix, colon, rest = text.partition(":")
    return _at(rest) if colon and prefix in {"hf_hub", "hf-hub"} else None


def _at(text: str) -> Named | None:
    id_, _, revision = text.partition("@")
    return Named(id_, "", revision or None)


def _github(text: str) -> Named | None:
    match = _GITHUB.fullmatch(text)
    return Named(match[1], "github", match[2]) if match else None


def _address(text: str) -> Named | None:
    if match := _HF.match(_REFS.sub("refs", text)):
        return Named(match[2], _KINDS[match[1]], match[3])
    match = _WEB.fullmatch(text.partition("?")[0].strip())
    return Named(match[2], _KINDS[match[1]], match[3]) if match else None


def _hf(text: str) -> Named | None:
    match = _HF.match(text)
    return Named(match[2], "", match[3]) if match else None


def _page(text: str) -> Named | None:
    match = _PAGE.fullmatch(text)
    return Named(match[2], _KINDS[match[1]]) if match else None


def _colon(text: str) -> Named | None:
    return Named(text.partition(":")[0])


def _hub(text: str) -> Named | None:
    host, slash, rest = text.removeprefix("https://").partition("/")
    return _colon(rest) if slash and host in {"hf.co", "huggingface.co"} else None


def _path(text: str) -> Named | None:
    return _address(text if text.startswith("hf://") else f"hf://{text}")


def _within(text: str) -> Named | None:
    match = _HF.search(text)
    return Named(match[2], _KINDS[match[1]], match[3]) if match else None


_READERS = {
    "id": _id, "prefixed": _prefixed, "github": _github, "address": _address, "hf": _hf, "page": _page, "colon": _colon, "hub": _hub,
    "at": _at, "path": _path, "within": _within,
}  # fmt: skip
