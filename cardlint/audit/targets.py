"""What is audited, as the command names it: organisations, repositories, collections, files of targets, folders of checkouts."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple
from urllib.parse import unquote

from cardlint.checks.links import quoted
from cardlint.errors import ConfigError, UsageError
from cardlint.givenfile import given_file
from cardlint.hubrepo import SCHEME, HubName, is_named, parse
from cardlint.repoid import why_malformed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Form = Literal["organisation", "repository", "collection", "folder"]

FILE_BYTES = 20_000_000  # a hundred thousand addresses
_WEB = re.compile(r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/+", re.IGNORECASE)
_COLLECTIONS = "collections"
# First steps that are no namespace: of `hf://`, and of the Hub's own pages (hub-docs; `cardlint.repoid` keeps the longer list for cards).
_KINDS = ("models", "datasets", "spaces")
_ELSEWHERE = frozenset({"buckets", "kernels", "papers", "docs", "blog", "api", "settings", "join", "login", "tasks", "posts"})
_COLLECTION = re.compile(r"[A-Za-z0-9_.-]{1,96}/[A-Za-z0-9_.-]{1,300}")
_PATHLIKE = (".", "~")
_EXPECTED = (
    "give an organisation (acme), a repository (hf://[models/|datasets/|spaces/]namespace/name), a collection "
    "(hf://collections/namespace/slug), a file of targets, or a folder of checkouts"
)


class Wanted(NamedTuple):
    """One target. `name` is the namespace, the repository as `hf://…`, `namespace/slug`, or the path of a folder, by its form.

    `hub` is the repository, `path` the folder, where it is one.
    """

    form: Form
    name: str
    hub: HubName | None = None
    path: Path | None = None

    def __str__(self) -> str:
        """As it can be given again."""
        if self.hub is not None and self.hub.kind == "model" and "/" not in self.hub.id:
            return f"{SCHEME}models/{self.name.removeprefix(SCHEME)}"
        folder = {"organisation": SCHEME, "collection": f"{SCHEME}{_COLLECTIONS}/"}
        return f"{folder.get(self.form, '')}{self.name}"


def wanted(names: Sequence[str]) -> tuple[Wanted, ...]:
    """The targets of these names, each once, in their order. Raises UsageError, of a file of targets ConfigError with the line."""
    found: dict[tuple[str, str], Wanted] = {}
    for one in (item for name in names for item in _named(name)):
        key = one.form, (one.name.lower() if one.path is None else os.path.realpath(one.path))
        found.setdefault(key, one)
    if not found:
        raise UsageError(f"there is nothing to audit; {_EXPECTED}")
    _assert_one_revision(found.values())
    return tuple(found.values())


def _assert_one_revision(found: Iterable[Wanted]) -> None:
    """An audit has each repository once."""
    seen: dict[tuple[str, str], HubName] = {}
    for one in found:
        if one.hub is None:
            continue
        other = seen.setdefault((one.hub.kind, one.hub.id.lower()), one.hub)
        if other.revision != one.hub.revision:
            raise UsageError(f"{other} and {one.hub} are two revisions of one repository, and an audit has each repository once; give one")


def _named(name: str) -> Iterator[Wanted]:
    if is_named(name) or "://" in name:
        yield _address(name)
        return
    path = Path(name).expanduser() if name.startswith("~") else Path(name)
    exists = _exists(path, name) if name else False
    if _is_plain(name):
        if exists and path.is_dir():
            raise UsageError(f"{name} is a folder here and may be an organisation on the Hub; write ./{name} or {SCHEME}{name}")
        if not exists:
            yield Wanted("organisation", name)
            return
    if not exists:
        raise _missing(name)
    if path.is_dir():
        yield Wanted("folder", name, path=path)
    else:
        yield from _lines(path)


def _exists(path: Path, name: str) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError) as error:  # a name that is too long, or has a NUL
        raise UsageError(f"{quoted(name)} cannot be looked for: {getattr(error, 'strerror', None) or error}; {_EXPECTED}") from error


def _is_plain(name: str) -> bool:
    """Whether a word is a namespace, by the grammar of the Hub."""
    return "/" not in name and why_malformed(name) is None


def _missing(name: str) -> UsageError:
    if name.startswith(_PATHLIKE) or os.sep in name:
        parts = name.split("/")
        hint = f"; a repository on the Hub is written {SCHEME}{name}" if len(parts) == 2 and why_malformed(name) is None else ""  # noqa: PLR2004
        return UsageError(f"{quoted(name)} does not exist{hint or f'; {_EXPECTED}'}")
    return UsageError(f"{quoted(name)} is no organisation: a name {why_malformed(name)}; {_EXPECTED}")


def _address(name: str) -> Wanted:
    """What an `hf://` or web address names. Raises UsageError."""
    web = _WEB.match(name)
    if web is None and not name.startswith(SCHEME):
        raise UsageError(f"{quoted(name)} is no address of the Hub; {_EXPECTED}")
    path = name[web.end() :].partition("?")[0].partition("#")[0] if web else name.removeprefix(SCHEME)
    steps = [step for step in path.split("/") if step]
    if steps[:1] == [_COLLECTIONS]:
        return _collection(name, "/".join(unquote(step) for step in steps[1:]))
    if steps and steps[0].lower() in _ELSEWHERE:
        raise UsageError(f"{quoted(name)}: there are no cards in {steps[0].lower()}; {_EXPECTED}")
    if len(steps) == 1 and steps[0] not in _KINDS:
        return _organisation(name, steps[0])
    found = parse(name)
    return Wanted("repository", str(found), hub=found)


def _organisation(name: str, step: str) -> Wanted:
    namespace, at, _ = step.partition("@")
    if at or (reason := why_malformed(namespace)) is not None:
        why = "an organisation has no revision" if at else f"a name {reason}"
        raise UsageError(f"{quoted(name)} is no organisation: {why}; of a repository with an old id of one part, write {SCHEME}models/…")
    return Wanted("organisation", namespace)


def _collection(name: str, slug: str) -> Wanted:
    if not _COLLECTION.fullmatch(slug) or why_malformed(slug.partition("/")[0]) is not None or ".." in slug:
        raise UsageError(f"{quoted(name)} is no collection; expected {SCHEME}{_COLLECTIONS}/namespace/slug, as the end of its web address")
    return Wanted("collection", slug)


def _lines(path: Path) -> Iterator[Wanted]:
    """The targets in a file, a line each; `#` begins a comment. Raises ConfigError with the line."""
    content = given_file(path, FILE_BYTES)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        broken = content.count(b"\n", 0, error.start) + 1
        raise ConfigError(str(path), broken, 1, "not UTF-8; expected a file of targets, a line each") from error
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        bare = _uncommented(line)
        if bare:
            yield _line(bare, path, number, line.index(bare) + 1)


def _uncommented(line: str) -> str:
    """The line without its comment: a `#` at its beginning or after a blank, so that an address may have a fragment."""
    return re.split(r"(?:^|\s)#", line, maxsplit=1)[0].strip()


def _line(bare: str, path: Path, number: int, column: int) -> Wanted:
    try:
        if not (is_named(bare) or "://" in bare):
            _assert_no_file(bare)
        (found,) = _named(bare)
    except (UsageError, OSError, ValueError, RuntimeError) as error:  # a name that is too long, has a NUL, or is in nobody's home
        raise ConfigError(str(path), number, column, str(error)) from error
    return found


def _assert_no_file(name: str) -> None:
    place = Path(name).expanduser()
    if place.exists() and not place.is_dir():
        raise UsageError(f"{quoted(name)} is a file; name files of targets on the command line, not in another one")
