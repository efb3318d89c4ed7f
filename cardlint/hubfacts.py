"""What only the Hub knows of a repository: the fact `hub`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cardlint.errors import Inapplicable
from cardlint.hubstates import HubError
from cardlint.source import Memory, innermost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cardlint.repository import Repository

NOT_ASKED = "only the Hub knows this, and it may not be asked"
NOT_THERE = "only the Hub knows this, and the target does not lie there"


def hub(repository: Repository) -> Mapping[str, Any]:
    """The answer of the Hub's info request, as JSON: `gated`, `private`, `disabled`, `cardData`, `tags` and more.

    Shapes: hub-docs, "Hub API Endpoints". Raises Inapplicable where the target does not lie on the Hub, HubError where it does not answer.
    """
    source = innermost(repository.source)
    if isinstance(source, Memory) and source.shelf is not None:
        return source.shelf.said.get("", {})
    if getattr(getattr(source, "hub", None), "offline", False):
        raise Inapplicable(NOT_ASKED)
    if not hasattr(type(source), "info"):
        raise Inapplicable(NOT_THERE)
    return source.info  # type: ignore[attr-defined, no-any-return]


def scans(repository: Repository) -> Mapping[str, Any] | None:
    """What the Hub's scanners say, `securityRepoStatus` of its info request; None where they say nothing. Raises as `hub`."""
    said = hub(repository)
    source: Any = innermost(repository.source)
    status = (said if isinstance(source, Memory) else source.whole_info).get("securityRepoStatus")
    return status if isinstance(status, dict) else None


def discussions(repository: Repository) -> bool | None:
    """Whether readers may open discussions; None for a target that does not lie on the Hub, and where the Hub may not be asked.

    One request, which the Hub refuses where they are switched off. Raises HubError where it does not answer.
    """
    source: Any = innermost(repository.source)
    if isinstance(source, Memory):
        told = source.shelf.said.get("", {}).get("discussions") if source.shelf is not None else None
        return told if isinstance(told, bool) else None
    if not hasattr(type(source), "info") or source.hub.offline:
        return None
    try:
        source.hub.json(f"/api/{source.name.kind}s/{source.id}/discussions?limit=1", source.about)
    except HubError as error:
        if error.state == "discussions":
            return False
        raise
    return True
