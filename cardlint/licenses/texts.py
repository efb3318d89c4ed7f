"""The licence files of a repository, with the licences whose texts they are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import unquote

from cardlint.errors import Inapplicable, Obstacle, Unreadable
from cardlint.licenses.fingerprint import Identified, identify
from cardlint.nodes import string
from cardlint.weights.cached import cached_property
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.repository import Repository
    from cardlint.text import Span, Text

MOST_FILES = 20
TEXT_BYTES = 400_000
Role: TypeAlias = Literal["license", "part", "notice", "policy"]

_NAME = lazily(r"(?:un)?licen[sc]e|copying|copyright|notice|use[_-]policy", re.IGNORECASE)
# The licence of the whole; of what is published here (`LICENSE-MODEL`); everything else speaks of a part.
_WHOLE = lazily(r"(?:(?:un)?licen[sc]e|copying)(?:\.(?:md|markdown|txt|rst|html?|pdf))?", re.IGNORECASE)
_OWN = {
    "model": re.compile(r"licen[sc]e[-_.](?:model|weight)s?(?:\.\w+)?|(?:model|weight)s?[-_.]licen[sc]e(?:\.\w+)?", re.IGNORECASE),
    "dataset": re.compile(r"licen[sc]e[-_.]data(?:set)?(?:\.\w+)?|data(?:set)?[-_.]licen[sc]e(?:\.\w+)?", re.IGNORECASE),
    "space": re.compile(r"licen[sc]e[-_.](?:app|code|space)(?:\.\w+)?", re.IGNORECASE),
}
_FOLDER = "LICENSES/"
_BINARY = ("%PDF-", "PK\x03\x04", "{\\rtf")


@dataclass(frozen=True)
class LicenseText:
    """One licence file.

    `role` says of what it speaks: `license` of the whole repository, `part` of a part of it, `notice` and `policy` beside
    a licence. `named` holds where `license_link` leads to it. Exactly one of `text` and `obstacle` is there.
    """

    path: str
    role: Role
    named: bool
    text: Text | None
    obstacle: Obstacle | None = None

    @cached_property
    def identified(self) -> Identified:
        """The licences whose texts stand in the file; none in a file that could not be read."""
        return identify(self.text.content) if self.text else Identified((), 0, 0)

    @property
    def span(self) -> Span | None:
        """The first line that is not blank."""
        if self.text is None:
            return None
        content = self.text.content
        start = len(content) - len(content.lstrip("\ufeff \t\r\n"))
        line = self.text.position(start).line
        return self.text.span(start, self.text.line_starts[line - 1] + len(self.text.line(line)) + (line == 1 and self.text.bom))


def license_texts(repository: Repository) -> tuple[LicenseText, ...]:
    """The licence files of a repository, read as far as they can be; none where its files are not known.

    Files in the root by their names, those in `LICENSES/` (REUSE), and the one `license_link` names: at most 20, each
    at most 400,000 bytes; one that could not be read says why. Raises Unreadable where the listing fails.
    """
    if not repository.source.listed:
        return ()
    link = linked_file(repository)
    found = list(_candidates(repository, link))
    read = [_read(repository, path, role, path == link) for path, role in found[:MOST_FILES]]
    beyond = [_unread(path, role, path == link) for path, role in found[MOST_FILES:]]
    return tuple(read + beyond)


def linked_file(repository: Repository) -> str | None:
    """The file of the repository that `license_link` names, or None; the card itself is none."""
    try:
        link = (string(repository.fact("frontmatter").get("license_link")) or "").strip()
    except Obstacle:
        return None  # whatever is wrong with the frontmatter, the files are there
    path = unquote(link.partition("#")[0]).removeprefix("./")
    return next((known for known in (link, path) if known in repository.listing and known != repository.card_path), None)


def role_of(path: str, kind: str) -> Role | None:
    """Of what a file speaks by its name; None where it is no licence file."""
    if path.startswith(_FOLDER) and path.count("/") == 1:
        return "part"
    name = PurePosixPath(path).name
    if "/" in path or not (_NAME.match(name) or _OWN[kind].fullmatch(name)):
        return None
    if _WHOLE.fullmatch(name) or _OWN[kind].fullmatch(name):
        return "license"
    lowered = name.lower()
    return "notice" if lowered.startswith("notice") else "policy" if lowered.startswith("use") else "part"


def _candidates(repository: Repository, link: str | None) -> Iterator[tuple[str, Role]]:
    """Paths with their roles, the file of `license_link` first, then whole licences."""
    if link is not None:
        yield link, "license"
    roles = [(entry.path, role) for entry in repository.listing if (role := role_of(entry.path, repository.kind)) and entry.path != link]
    yield from sorted(roles, key=lambda item: (item[1] != "license", item[0]))


def _read(repository: Repository, path: str, role: Role, named: bool) -> LicenseText:  # noqa: FBT001 - a field's value
    if repository.listing.by_path[path].size > TEXT_BYTES:
        return LicenseText(path, role, named, None, Unreadable(f"{path} is larger than {TEXT_BYTES:,} bytes"))
    try:
        repository.listing.assert_held(path)
        text = repository.texts.get(path) or repository.text(path, TEXT_BYTES)
    except Obstacle as obstacle:
        return LicenseText(path, role, named, None, obstacle)
    if text.content.startswith(_BINARY):
        return LicenseText(path, role, named, None, Inapplicable(f"{path} is a document for a word processor or for print, not text"))
    return LicenseText(path, role, named, text)


def _unread(path: str, role: Role, named: bool) -> LicenseText:  # noqa: FBT001 - a field's value
    return LicenseText(path, role, named, None, Unreadable(f"{path}: there are more than {MOST_FILES} licence files"))
