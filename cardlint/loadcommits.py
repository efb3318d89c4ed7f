"""The commits to which loads can be pinned: the fact `known_commits`."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from cardlint.hubrepo import is_commit
from cardlint.kinship import relatives
from cardlint.source import innermost

if TYPE_CHECKING:
    from cardlint.kinship import Relatives
    from cardlint.repository import Repository

MOST_ASKED = 20  # requests, for all rounds of fixing


class Commits:
    """The newest commits of other repositories, one request each, and no more than MOST_ASKED of them."""

    def __init__(self, those: Relatives) -> None:
        """Nobody is asked yet."""
        self._those = those
        self._held: dict[tuple[str, str], str | None] = {}
        self._lock = Lock()

    def of(self, kind: str, name: str) -> str | None:
        """The commit main is at; None where it is not told, for whatever reason: then the load is left as it is."""
        key = kind, name.lower()
        with self._lock:
            if key not in self._held and len(self._held) < MOST_ASKED:
                commit = self._those.ask(kind, name).kin.commit
                self._held[key] = commit if commit is not None and is_commit(commit) else None
            return self._held.get(key)


def known_commits(repository: Repository) -> Commits | None:
    """The fact; None where the target does not lie on the Hub, nobody may be asked, or no fix would need it."""
    inner = innermost(repository.source)
    held: Commits | None = getattr(inner, "commits", None)
    if held is not None or getattr(inner, "shelf", None) is None:
        return held
    those = relatives(repository)
    assert those is not None
    return Commits(those)
