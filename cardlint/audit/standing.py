"""What an audit knows of a repository before it looks at it, and what became of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from cardlint.digest import hexadecimal

if TYPE_CHECKING:
    from cardlint.report import Target
    from cardlint.repository import Kind

State = Literal["audited", "skipped", "failed"]


class Standing(NamedTuple):
    """A repository as the listing has it. `name` is `hf://…` without revision, or the path of a folder.

    `license` is the card's, as written there; `gated` is None, `auto` or `manual`. Downloads are those of the last thirty days
    (hub-docs, "Models download stats"). `listing` is a digest of what results depend on and no commit tells.
    """

    name: str
    kind: Kind
    namespace: str
    revision: str | None = None
    listing: str = ""
    owner: str | None = None
    license: str | None = None
    gated: str | None = None
    private: bool | None = None
    disabled: bool | None = None
    downloads: int | None = None
    likes: int | None = None
    modified: str | None = None
    task: str | None = None
    library: str | None = None


class Outcome(NamedTuple):
    """What became of a repository, as its part of the report.

    `reason` says why it was not audited in full; `lasting` that asking again would give the same. `honoured` says what of the
    repository's own configuration and suppressions was obeyed.
    """

    standing: Standing
    state: State
    target: Target
    reason: str | None = None
    lasting: bool = True
    honoured: tuple[str, ...] = ()


class Engine(NamedTuple):
    """What ran: all that a result depends on besides the repository."""

    tool: str
    rules_hash: str
    policy: str
    depth: str
    details: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """A digest of it."""
        return digest(self)


class Series(NamedTuple):
    """What is audited and how, as the command says it: the same command makes runs of the same series.

    `places` are what these words mean here, and something else elsewhere: the folders of checkouts, and which Hub.
    """

    arguments: tuple[str, ...]
    places: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """A digest of it."""
        return digest(self)


def digest(value: Any) -> str:  # noqa: ANN401 - JSON
    """32 hexadecimal digits that differ where the value does."""
    return hexadecimal(json.dumps(value, sort_keys=True))[:32]
