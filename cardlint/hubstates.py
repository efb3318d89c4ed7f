"""Why the Hub did not give what was asked for, in a word and in a sentence.

Codes and messages: hub-docs, and huggingface_hub 2.4, `utils/_http.py`, `hf_raise_for_status`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.errors import TOKEN, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable

_BAD, _UNAUTHORIZED, _NOT_FOUND, _BEYOND, _TOO_MANY, _SERVER = 400, 401, 404, 416, 429, 500
_SHOWN = 200
LOST = frozenset({"timeout", "connection", "truncated", "server", "slow", "tls"})
"""States in which no answer came that could be used."""
_LASTING = frozenset({"gated", "missing", "disabled", "revision", "entry", "discussions", "ranges"})
LACKING = "huggingface_hub, which this installation lacks: pip install huggingface-hub"


class HubError(Unreadable):
    """The Hub did not give what was asked for. `state` names why in one word: gated, missing, revision, entry, refused, offline."""

    def __init__(self, state: str, message: str, wait: float = 0.0) -> None:
        """`message` says in words what is known of it and what to do; `wait` are the seconds the Hub asks for before it is asked again."""
        super().__init__(message)
        self.state = state
        self.wait = wait
        self.passing = state not in _LASTING


class Refused(NamedTuple):
    """An answer that gives nothing: status and headers, what was asked for, where, seconds to wait, and whether a file was to come."""

    status: int
    headers: dict[str, str]
    about: str
    endpoint: str
    has_token: bool
    wait: float
    of_file: bool = False

    @property
    def code(self) -> str:
        """What the Hub calls it. A store of files behind it has no words of the Hub, only a status."""
        unnamed = "EntryNotFound" if self.of_file and self.status == _NOT_FOUND else ""
        return self.headers.get("x-error-code", unnamed)

    @property
    def said(self) -> str:
        """What the Hub says of it; not the token, should it repeat that."""
        return TOKEN.sub(r"\1***", self.headers.get("x-error-message", ""))[:_SHOWN]


def _credentials(_: Refused) -> str:
    return "the Hub does not know this token; log in again with `hf auth login`, or set HF_TOKEN"


def _gated(it: Refused) -> str:
    how = "this token has no access to it; ask for it there" if it.has_token else "log in with `hf auth login`, or set HF_TOKEN"
    parts = it.about.split("/")
    page = "/".join(parts[: 3 if parts[0] in {"datasets", "spaces"} else 2]) if it.of_file else it.about  # its files have no such page
    return f"{it.about} is gated, and {how}: {it.endpoint}/{page}"


def _missing(it: Refused) -> str:
    hidden = "this token may not see it" if it.has_token else "it is private, and no token was given (`hf auth login`, or HF_TOKEN)"
    return f"there is no {it.about} on the Hub, or {hidden}"


def _answered(it: Refused) -> str:
    return f"the Hub answered {it.status} when asked for {it.about}{': ' if it.said else ''}{it.said}"


_STATES: tuple[tuple[str, Callable[[Refused], bool], Callable[[Refused], str]], ...] = (
    ("credentials", lambda it: it.said == "Invalid credentials in Authorization header", _credentials),
    ("gated", lambda it: it.code == "GatedRepo", _gated),
    ("disabled", lambda it: it.said == "Access to this resource is disabled.", lambda it: f"{it.about} is disabled by the Hub"),
    (
        "discussions",
        lambda it: "discussions are disabled" in it.said.lower(),
        lambda it: f"{it.about} has its discussions switched off, so no pull request can be opened there",
    ),
    ("revision", lambda it: it.code == "RevisionNotFound", lambda it: f"{it.about} has no such revision"),
    ("entry", lambda it: it.code == "EntryNotFound", lambda it: f"{it.about} is listed, and the Hub has no content for it"),
    ("refused", lambda it: it.status == _BAD, _answered),
    ("beyond", lambda it: it.status == _BEYOND, _answered),
    ("missing", lambda it: it.code == "RepoNotFound" or it.status in {_UNAUTHORIZED, _NOT_FOUND}, _missing),
    (
        "rate-limited",
        lambda it: it.status == _TOO_MANY,
        lambda it: f"the Hub asks to wait {it.wait:.0f} s before it says more of {it.about}",
    ),
    ("server", lambda it: it.status >= _SERVER, lambda it: f"the Hub answered {it.status} each time it was asked for {it.about}"),
)


def refusal(it: Refused) -> HubError:
    """What an answer that gives nothing means."""
    for state, applies, words in _STATES:
        if applies(it):
            return HubError(state, words(it), it.wait)
    return HubError("answer", _answered(it))


def broken(error: Exception, transport: Any, about: str) -> HubError:  # noqa: ANN401 - a module
    """Why no answer came; `transport` is the HTTP library that raised the error."""
    words = f"{type(error).__name__}: {error}".splitlines()[0][:_SHOWN]
    if isinstance(error, transport.InvalidURL | UnicodeError):
        return HubError("answer", f"the Hub sends whoever asks for {about} to what is no web address")
    if isinstance(error, transport.TimeoutException):
        return HubError("timeout", f"the Hub did not answer in time when asked for {about}")
    if "CERTIFICATE" in words.upper() or "SSL" in words.upper():
        return HubError("tls", f"the connection to the Hub is not to be trusted ({words})")
    if isinstance(error, transport.RemoteProtocolError):
        return HubError("truncated", f"the Hub's answer on {about} broke off")
    return HubError("connection", f"the Hub cannot be reached ({words})")
