"""What loading runs of a repository's own code, whether the card says so, whether it is the code that somebody reviewed, what it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.checks.vocabulary import quoted, shown
from cardlint.errors import Blocked
from cardlint.problem import Problem, Related
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.problem import Severity
    from cardlint.remotecode import RemoteCode
    from cardlint.remoteplaces import Entry
    from cardlint.text import Text

SUBJECT = "remote-code"
_SHOWN = 5
_MOST = 20
_COMMENT = lazily(r"(?s)<!--.*?-->")
_PINNED = lazily(r"code_revision\s*=\s*[\"'][0-9a-f]{40}[\"']")
_SHA256 = lazily(r"[0-9a-f]{64}")


def runs(remote: RemoteCode) -> Iterator[Problem]:
    """That loading runs code of the repository, which files, and where the way there ends."""
    own = [entry for entry in remote.entries if entry.trusted and entry.root is not None and remote.is_here(entry.root)]
    if own:
        files = [reached.path for reached in remote.reached if reached.entry.trusted and remote.is_here(reached.path)]
        message = f"loading this model runs code of this repository ({_several(files)}); read it, and pin the commit wherever it is loaded"
        yield Problem(message, own[0].span, SUBJECT, related=_others(own), path=own[0].path)
    yield from _nowhere(remote)
    yield from _lacking(remote)
    yield from _uncopied(remote)
    remote.require_whole()


def _several(names: list[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(map(shown, names[:_SHOWN])) + (f" and {more} more" if more > 0 else "")


def _others(entries: list[Entry]) -> tuple[Related, ...]:
    return tuple(Related(f"{shown(entry.key)} names it too", entry.span) for entry in entries[1:_MOST] if entry.span is not None)


def _nowhere(remote: RemoteCode) -> Iterator[Problem]:
    wrong = [entry for entry in remote.entries if entry.wrong]
    for entry in wrong[:_MOST]:
        key = shown(entry.key)
        yield Problem(f"`{key}` is {quoted(entry.written)}, which {entry.wrong}", entry.span, f"{entry.path}:{key}")


def _lacking(remote: RemoteCode) -> Iterator[Problem]:
    """Imports of modules that are not there: the libraries look for each before they run anything."""
    for reached in remote.reached:
        step = reached.step
        if step.by is None or step.at is None or remote.is_known(step.path) or reached.entry.loader == "path":
            continue
        piece = remote.piece(step.by.path)
        assert piece is not None
        message = f"there is no {shown(step.path)}, which this imports, so that loading fails; add it"
        yield Problem(message, piece.within(step.at.start, step.at.end), step.path)


def _uncopied(remote: RemoteCode) -> Iterator[Problem]:
    """Modules that are there and asked for in a way in which the library does not see it."""
    from cardlint.code.reach import package_imports

    known = {reached.path for reached in remote.reached}
    for reached in remote.reached:
        piece = remote.piece(reached.path) if reached.entry.loader != "path" else None
        folder = reached.path.rpartition("/")[0]
        for item in package_imports(piece.code) if piece is not None else ():
            path = f"{folder}/{item.module}.py" if folder else f"{item.module}.py"
            if path not in known and remote.is_here(path):
                known.add(path)
                message = (
                    f"transformers does not copy {shown(path)} for this, so that loading fails; write `from .{shown(item.module)} import …`"
                )
                yield Problem(message, piece.within(item.start, item.end) if piece else None, path)


def undisclosed(remote: RemoteCode, text: Text, *, words: list[str]) -> Iterator[Problem]:
    """That loading runs code, and the card has none of the `words` that say so."""
    entries = [entry for entry in remote.entries if entry.trusted and (entry.repository or (entry.root and remote.is_here(entry.root)))]
    if entries:
        said = _COMMENT.sub("", text.content).lower()
        if not any(word.lower() in said for word in words):
            first = entries[0]
            whose = f"code of {shown(first.repository)}" if first.repository else f"code of this repository ({shown(first.root or '')})"
            message = (
                f"loading this model runs {whose}, and the card does not say so; show `trust_remote_code=True` with a commit, and say why"
            )
            yield Problem(message, first.span, SUBJECT, path=first.path)
    remote.require_whole()


def unpinned(remote: RemoteCode) -> Iterator[Problem]:
    """References into other repositories, which have no place for a commit."""
    for repository in dict.fromkeys(entry.repository for entry in remote.entries if entry.repository):
        entries = [entry for entry in remote.entries if entry.repository == repository]
        first = entries[0]
        message = f"loading this model runs the latest code of {shown(repository)}, whatever that is by then"
        if remote.known_as is None:
            message = f"unless this is {shown(repository)} itself, {message}"
        pinned = _PINNED.search(remote.said) is not None
        cure = (
            "only who passes the `code_revision` that the card shows has a certain one" if pinned else "copy the code into this repository"
        )
        mild: Severity | None = "warning" if pinned or remote.known_as is None else None
        yield Problem(f"{message}; {cure}", first.span, repository, related=_others(entries), at_most=mild)
    remote.require_whole()


def changed(remote: RemoteCode, *, reviewed: dict[str, str] | None = None) -> Iterator[Problem]:
    """Files that loading reaches and nobody reviewed as they are; `reviewed` has the SHA-256 of each by its path."""
    if reviewed is None:
        return
    for reached in remote.reached:
        if remote.is_here(reached.path) and (digest := remote.sha256(reached.path)) is not None and reviewed.get(reached.path) != digest:
            why = "is not the file that was reviewed" if reached.path in reviewed else "was not reviewed"
            way = reached.way
            yield Problem(f"{way} {why}; review it, and list {digest}", None, reached.path, path=reached.path)
    remote.require_whole()


def dangerous(remote: RemoteCode, *, advice: str, of_spaces: list[str]) -> Iterator[Problem]:
    """What the code that loading reaches does and need not. `of_spaces` are the kinds that count in a Space."""
    if remote.entries:
        from cardlint.checks.remotedangers import found

        yield from found(remote, advice, frozenset(of_spaces) if remote.kind == "space" else None)
    for entry in remote.entries:
        if entry.repository:
            raise Blocked("remote-code-unpinned", f"the code lies in {shown(entry.repository)}, which was not looked at")
    remote.require_whole()


def _wrong_hashes(reviewed: dict[str, str] | None) -> str | None:
    wrong = [digest for digest in (reviewed or {}).values() if not _SHA256.fullmatch(digest)]
    return f'"{wrong[0][:80]}" is no SHA-256, which has 64 digits of 0-9 and a-f (as `sha256sum FILE` prints it)' if wrong else None


OPTION_ERRORS = {"changed": {"reviewed": _wrong_hashes}}
