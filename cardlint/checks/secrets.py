"""Secrets that leak: in texts, as whole files, and as tokens in workflows that could do without."""

from __future__ import annotations

import re
from itertools import chain
from typing import TYPE_CHECKING

from cardlint.checks.links import quoted
from cardlint.code.secretlike import is_placeholder
from cardlint.errors import Inapplicable, Obstacle, Unreadable
from cardlint.problem import Problem
from cardlint.secrettable import secret_table
from cardlint.source import any_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.code.secrets import Secret
    from cardlint.contents import Contents
    from cardlint.files import Files
    from cardlint.leaks import Leaks
    from cardlint.source import FileEntry

_WORKFLOW_BYTES = 1_000_000


def leaked(leaks: Leaks) -> Iterator[Problem]:
    """Every secret in every text file of the repository, masked, with how to revoke it."""
    for path, secret in leaks.names:
        yield Problem(f"the name of a file holds a secret: {message(secret)}", subject=secret.masked, path=path)
    for file in leaks:
        for secret in file.secrets:
            yield Problem(message(secret), file.text.span(secret.start, secret.end), secret.masked)
    leaks.complete()


def message(secret: Secret) -> str:
    """What a secret is, and what to do."""
    hashed = f" (SHA-256 {secret.digest}…)" if secret.digest else ""
    kind = secret.kind
    return f"{kind.title} {secret.masked}{hashed}; {kind.revoke}, then remove it here: it stays in the history of Git"


_STORE = frozenset({"paths", "holds", "begins"})


def stored(leaks: Leaks, *, stores: dict[str, dict[str, list[str]]], templates: list[str]) -> Iterator[Problem]:
    """Files made to keep secrets, with a secret in them. `templates` are globs of files to fill in.

    `stores` are their kinds by name, each with `paths`, which are globs, and what stands in one that keeps a secret: one of
    the patterns `holds`, whose group `s` is the secret, which may be a placeholder; or the first bytes `begins`, in hexadecimal.
    What is found is about the first secret in the file where it has a known form, so that this yields to what reports that.
    """
    known = {file.text.path: file.secrets[0].masked for file in leaks}
    template = any_of(templates)
    kinds = [(name, any_of(store["paths"]), store) for name, store in stores.items()]
    unread: list[Obstacle] = []
    for entry in leaks.listed:
        name = next((name for name, matching, store in kinds if matching(entry.path) and _holds(leaks, entry, store, unread)), None)
        if name is not None and not template(entry.path):
            advice = "revoke or change what is in it, take it out of the repository and of the history of Git, and list it in .gitignore"
            yield Problem(f"{name}; {advice}", subject=known.get(entry.path, entry.path), path=entry.path)
    if unread:
        raise Unreadable(str(unread[0]), passing=any(obstacle.passing for obstacle in unread))


def _holds(leaks: Leaks, entry: FileEntry, store: dict[str, list[str]], unread: list[Obstacle]) -> bool:
    try:
        if "begins" in store:
            return leaks.head(entry).hex().startswith(tuple(store["begins"]))
        text = leaks.text(entry)
    except Inapplicable:
        return False
    except Obstacle as obstacle:
        unread.append(obstacle)
        return False
    if text is None:
        return False
    return any(map(_kept, chain.from_iterable(re.compile(held, re.MULTILINE).finditer(text.content) for held in store.get("holds", ()))))


def _kept(match: re.Match[str]) -> bool:
    """Whether what matched holds a secret, and not something in its place."""
    value = match.groupdict().get("s")
    return value is None or not is_placeholder(value, secret_table().placeholders)


def long_lived(  # noqa: PLR0913 - data of the rule
    files: Files, contents: Contents, *, workflows: list[str], tokens: str, pushes: str, trusted: str
) -> Iterator[Problem]:
    """Tokens of the Hub in CI workflows that write to the Hub, each name once a file.

    `workflows` are globs. `tokens` is a pattern of a token with its name as group `name`; `pushes` one of what writes to
    the Hub; `trusted` one of a workflow that has a trusted publisher already.
    """
    matching = any_of(workflows)
    for path in (entry.path for entry in files if matching(entry.path)):
        text = contents.text(path, _WORKFLOW_BYTES)
        if not re.search(pushes, text.content) or re.search(trusted, text.content):
            continue
        seen: dict[str, re.Match[str]] = {}
        for match in re.finditer(tokens, text.content):
            seen.setdefault(match["name"], match)
        for name, match in seen.items():
            message = (
                f"{quoted(name)} is a long-lived token of the Hub in a workflow that writes there; let a trusted publisher give the job one"
            )
            advice = "for an hour and one repository (permission id-token: write, HF_OIDC_RESOURCE, huggingface_hub 1.19)"
            yield Problem(f"{message} {advice}", text.span(*match.span("name")), name)


def _wrong_pattern(value: str) -> str | None:
    try:
        re.compile(value)
    except re.error as error:
        return f"{quoted(value)} is no pattern: {error}"
    return None


def _wrong_tokens(value: str) -> str | None:
    return _wrong_pattern(value) or (None if "name" in re.compile(value).groupindex else f"{quoted(value)} has no group called name")


def _wrong_stores(value: dict[str, dict[str, list[str]]]) -> str | None:
    for name, store in value.items():
        if not store.get("paths") or store.keys() - _STORE:
            return f"{quoted(name)} must have paths, and holds or begins"
        if wrong := next(filter(None, map(_wrong_pattern, store.get("holds", ()))), None):
            return wrong
    return None


OPTION_ERRORS = {
    "stored": {"stores": _wrong_stores},
    "long_lived": {"tokens": _wrong_tokens, "pushes": _wrong_pattern, "trusted": _wrong_pattern},
}
