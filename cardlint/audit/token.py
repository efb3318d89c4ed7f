"""What the token of an audit may do besides reading: an audit writes nothing, and a token that could is a risk for nothing.

Shape of the answer: huggingface_hub 2.4, `hf_api.py` (`whoami`, `get_token_permission`); permissions of fine-grained tokens: hub-docs,
"User access tokens".
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cardlint.checks.links import quoted
from cardlint.hubstates import HubError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.hub import Hub

_WRITES = (".write", ".manage", ".admin", ".delete", ".create")
_MOST = 3
_ADVICE = "an audit only reads; make one that may do no more at https://huggingface.co/settings/tokens, or use none for public repositories"


def warning(hub: Hub) -> str | None:
    """Why the token that is in use should not be, by one request; None where there is none, it only reads, or the Hub does not tell."""
    said: Any = None
    with suppress(HubError):  # what is wrong with the token or the Hub, the listing says as well
        if hub.offline or not hub.has_token:
            return None
        said = hub.json("/api/whoami-v2", "the token")
    token = _held(_held(said, "auth"), "accessToken")
    if token.get("role") == "write":
        return f"the token may write to every repository of its owner; {_ADVICE}"
    writing = sorted({name for name in _permissions(token) if name.endswith(_WRITES)})
    if not writing:
        return None
    more = f" and {len(writing) - _MOST} more" if len(writing) > _MOST else ""
    return f"the token may do more than read ({', '.join(quoted(name) for name in writing[:_MOST])}{more}); {_ADVICE}"


def _held(value: Any, key: str) -> dict[str, Any]:  # noqa: ANN401 - JSON
    held = value.get(key) if isinstance(value, dict) else None
    return held if isinstance(held, dict) else {}


def _permissions(token: dict[str, Any]) -> Iterator[str]:
    """The permissions of a fine-grained token: its owner's, and those on single repositories and organisations."""
    grained = _held(token, "fineGrained")
    scoped = grained.get("scoped")
    given = [grained.get("global"), *(_list(item, "permissions") for item in (scoped if isinstance(scoped, list) else ()))]
    for names in given:
        yield from (name for name in (names if isinstance(names, list) else ()) if isinstance(name, str))


def _list(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, dict) else None
