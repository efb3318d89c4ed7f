"""What a Space says of itself: what runs it, what it looks like, what it asks for."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from cardlint.checks.keys import present
from cardlint.checks.vocabulary import known, known_in, quoted
from cardlint.nodes import Scalar, Sequence, join, listed, string
from cardlint.problem import Problem
from cardlint.rule import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.files import Files
    from cardlint.nodes import Mapping, Node
    from cardlint.repository import Identity

_CARD = "README.md"
_PROFILE = "README"
_LOOKED_AT = 1000


def sdk(value: Node, *, still_run: list[str], advice: str) -> Iterator[Problem]:
    """An SDK the Hub does not offer. Those it still runs, for Spaces that have them, are a warning."""
    for problem in known(value, vocabulary="space_sdks", advice=advice):
        written = value.raw if isinstance(value, Scalar) else ""
        old = written.strip().lower() in still_run
        message = f"{quoted(written)} is no longer offered for new Spaces; run it in a docker Space" if old else problem.message
        yield problem._replace(message=message, at_most="warning" if old else problem.at_most)


def version_missing(metadata: Mapping, *, sdks: list[str], message: str) -> Iterator[Problem]:
    """A Space of an SDK that has versions and names none."""
    if string(metadata.get("sdk")) in sdks:
        yield from present(metadata, key="sdk_version", message=message)


def app_file_missing(metadata: Mapping, files: Files, repository: Identity, *, defaults: dict[str, str]) -> Iterator[Problem]:
    """An application file that is not there: the one named, or the one the SDK looks for, as `defaults` says.

    A docker Space reads no `app_file`; a static one that is built has it only afterwards; where there is nothing but
    the card, nobody has begun yet, or the card is looked at alone.
    """
    sdk, named = metadata.get("sdk"), metadata.get("app_file")
    name, path = string(sdk) or "", string(named) or ""
    if metadata.get("app_build_command") is not None or _is_bare(files) or _is_profile(metadata, repository):
        return
    if named is not None and path.strip() and name != "docker":
        if _clean(path) not in files:
            yield Problem(f"there is no file {quoted(path)}, so nothing runs{_elsewhere(_clean(path), files)}", named.span, "app_file")
    elif sdk is not None and name in defaults and defaults[name] not in files:
        wanted = defaults[name]
        advice = "" if name == "docker" else "; name the file to run in `app_file`"
        yield Problem(f"there is no {wanted}, which a {name} Space runs{_elsewhere(wanted, files) or advice}", sdk.span, "app_file")


def _is_bare(files: Files) -> bool:
    """Whether there is nothing but the card and hidden files such as .gitattributes."""
    return all(entry.path == _CARD or entry.path.startswith(".") for entry in files)


def _clean(path: str) -> str:
    """The path as a listing has it. Whether the Hub takes a leading slash is not known, so it is no defect."""
    return "/".join(step for step in path.strip().split("/") if step not in ("", "."))


def _elsewhere(path: str, files: Files) -> str:
    """Where a file of the same name is, in any folder and letter case, or one of nearly the same name beside the card."""
    name = path.rpartition("/")[2].lower()
    near = [entry.path for entry in files if entry.path.rpartition("/")[2].lower() == name][:2]
    if near:
        return f"; did you mean {' or '.join(near)}?"
    return did_you_mean(path, islice((entry.path for entry in files if "/" not in entry.path), _LOOKED_AT))


def _is_profile(metadata: Mapping, repository: Identity) -> bool:
    """Whether this is the page of an organisation, a static Space of the name README whose card is all there is."""
    return (repository.id or "").endswith(f"/{_PROFILE}") or string(metadata.get("title")) == _PROFILE


def colors(metadata: Mapping, *, keys: list[str], advice: str) -> Iterator[Problem]:
    """Colours the Hub does not have."""
    for key in keys:
        value = metadata.get(key)
        for problem in known(value, vocabulary="colors", advice=advice) if value is not None else ():
            yield problem._replace(subject=key)


def description(value: Node, *, limit: int) -> Iterator[Problem]:
    """A description longer than the Hub accepts.

    The Hub's validator is written in JavaScript, where an emoji counts as two characters and a line break at the end as
    one: what is too long only for that is a warning.
    """
    text = string(value)
    if text is None:
        return
    count, units = len(text.strip()), len(text.encode("utf-16-le", "surrogatepass")) // 2
    if count > limit:
        yield Problem(f"the description has {count} characters; the Hub accepts {limit}", value.span)
    elif units > limit:
        message = f"the description has {count} characters, but the Hub probably counts an emoji as two and a line break at the end as one"
        yield Problem(f"{message}, {units} in all; it accepts {limit}", value.span, at_most="warning")


def scopes(value: Node, *, advice: str) -> Iterator[Problem]:
    """OAuth scopes that do not exist. Whether it is a list at all is schema-violation's."""
    for index, item in listed(value) if isinstance(value, Sequence) else ():
        for problem in known_in(item, value, "oauth_scopes", advice):
            yield problem._replace(subject=join("hf_oauth_scopes", index or 0))
