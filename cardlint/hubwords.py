"""What the headers of the Hub say, and addresses: pure readers of what an answer carries beside its content."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    from cardlint.hub import Answer

_TIMEOUT, _LONGEST_TIMEOUT = 10.0, 86_400.0  # seconds
_DIGITS = 20
_PORTS = {"http": 80, "https": 443}


def size(answer: Answer) -> int | None:
    """The size of the whole file of which an answer is a part, where it tells."""
    is_part = answer.status == 206  # noqa: PLR2004 - HTTP: partial content
    said = answer.headers.get("content-range", "").rpartition("/")[2] if is_part else answer.headers.get("content-length", "")
    return int(said) if said.isascii() and said.isdigit() and len(said) < _DIGITS else None


def timeout() -> float:
    """Seconds, as huggingface_hub reads them."""
    try:
        given = float(os.environ.get("HF_HUB_DOWNLOAD_TIMEOUT", ""))
    except ValueError:
        return _TIMEOUT
    return given if 0 < given <= _LONGEST_TIMEOUT else _TIMEOUT


def pause(headers: dict[str, str], otherwise: float) -> float:
    """Seconds to wait: `Retry-After`, or where nothing is left of a rate limit (`RateLimit: "api";r=0;t=168`) until it is renewed."""
    words = dict(item.strip().split("=", 1) for item in headers.get("ratelimit", "").split(";") if "=" in item)
    given = words.get("t") if words.get("r") == "0" else headers.get("retry-after")
    try:
        return max(0.0, float(given)) if given is not None else otherwise
    except ValueError:
        return otherwise


def following(link: str) -> str | None:
    """The address of the next page in a `Link` header."""
    for item in link.split(","):
        address, _, relation = item.partition(";")
        if 'rel="next"' in relation and address.strip().startswith("<"):
            return address.strip().strip("<>")
    return None


def joined(url: str, target: str) -> str:
    """Where a redirect leads; nowhere where it is no address."""
    try:
        return urljoin(url, target)
    except ValueError:
        return ""


def origin(url: str) -> tuple[str, str, int] | None:
    """Who answers at an address of the web; None where it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    return (parts.scheme, parts.hostname, port) if parts.hostname and parts.scheme in _PORTS else None
