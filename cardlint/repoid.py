"""Repository ids of the Hub: their grammar, and the id that a web address holds.

The grammar is that of huggingface_hub 2.4.0, `utils/_validators.py` (`validate_repo_id`). Ids of one part (`gpt2`) are
the oldest repositories of the Hub and still valid.
"""

from __future__ import annotations

import re

from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

_LONGEST = 96
_PART = lazily(r"[A-Za-z0-9_.-]+")
_PARTS = 2
_REVISION = lazily(r"^([^@:/]+/[^@:/]+)[@:].*", re.DOTALL)
_FOLDERS = {"models": "model", "datasets": "dataset", "spaces": "Space", "buckets": "bucket"}
_ADDRESS = lazily(
    r"(?:(?:https?:)?//)?(?:www\.)?(?:huggingface\.co|hf\.co)/(?P<web>[^?#\s]+)(?:[?#]\S*)?|hf://(?P<uri>\S+)",
    re.IGNORECASE,
)
# First steps of the Hub's own pages, which no namespace can have.
_PAGES = {
    "api", "blog", "chat", "collections", "docs", "front", "join", "kernels", "learn", "login", "new", "organizations",
    "papers", "posts", "pricing", "settings", "tasks",
}  # fmt: skip


class Address(NamedTuple):
    """What an address of the Hub points at: kind (`model`, `dataset`, `Space`, `bucket`) and repository id."""

    kind: str
    id: str


def why_malformed(text: str) -> str | None:
    """Why a text cannot be a repository id, as the end of a sentence ("an id …"); None where it can.

    An id is `name` or `namespace/name`; each part has 1 to 96 of the characters `A-Z a-z 0-9 _ . -`, does not begin or
    end with `-` or `.`, holds neither `--` nor `..`; the id does not end in `.git`. Whether the repository exists is
    another question.
    """
    parts = text.split("/")
    if not text.strip():
        return "cannot be empty"
    if any(char.isspace() for char in text):
        return "has no blanks"
    if len(parts) > _PARTS:
        return "has one slash at most"
    return next((reason for part in parts if (reason := _why_part(part))), None) or (
        "does not end in .git" if text.endswith(".git") else None
    )


def _why_part(part: str) -> str | None:
    if not part:
        return "has a name on both sides of its slash"
    if not _PART.fullmatch(part):
        strange = next(char for char in part if not _PART.fullmatch(char))
        return f"is made of letters A to Z, digits, `_`, `-` and `.`, not {strange}"
    if len(part) > _LONGEST:
        return f"has at most {_LONGEST} characters before and after the slash"
    if part[0] in "-." or part[-1] in "-.":
        return "does not begin or end with `-` or `.`"
    if "--" in part or ".." in part:
        return "holds neither `--` nor `..`"
    return None


def from_address(text: str) -> Address | None:
    """The repository a web address or `hf://` URI of the Hub points at, or None where it points at none."""
    match = _ADDRESS.fullmatch(text.strip())
    if match is None:
        return None
    steps = [step for step in (match["web"] or match["uri"].split("@")[0]).split("/") if step]
    kind = _FOLDERS.get(steps[0]) if steps else None
    if kind is not None:
        steps = steps[1:]
    elif not steps or steps[0] in _PAGES:
        return None
    # After the id come the pages of a repository; without one of them, two steps are namespace and name.
    found = "/".join(steps[:1] if len(steps) > 1 and steps[1] in ("tree", "blob", "resolve") else steps[:_PARTS])
    return Address(kind or "model", found) if why_malformed(found) is None else None


def corrected(text: str) -> str | None:
    """The id in a text that is one but for blanks, a slash at its end, `.git`, a kind before it or a revision after it."""
    bare = "/".join(part.strip() for part in text.split("/")).strip("/").removesuffix(".git")
    bare = _REVISION.sub(r"\1", bare)
    folder, _, rest = bare.partition("/")
    if folder in _FOLDERS and "/" in rest:
        bare = rest
    return bare if bare != text and why_malformed(bare) is None else None
