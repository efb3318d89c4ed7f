"""The rate limits of the Hub by plan, as dated data: what is said where its answers say nothing."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from cardlint.locate import data_folder


@cache
def _table() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((data_folder("schemas") / "hub" / "rate_limits.json").read_bytes())
    return found


def as_of() -> str:
    """The month of the table."""
    return str(_table()["as_of"])


def window() -> float:
    """Seconds after which a limit begins anew."""
    return float(_table()["window"])


def of_plan(name: str) -> dict[str, int]:
    """Requests in a window by bucket: api, resolvers, pages. Raises KeyError."""
    return dict(zip(_table()["buckets"], _table()["plans"][name], strict=True))


def plan_of(api: int | None, *, has_token: bool) -> str:
    """The plan whose limit on the API the Hub tells; where it tells none that is known, the least that whoever asks can have."""
    told = (name for name in _table()["plans"] if of_plan(name)["api"] == api)
    return next(told, "free" if has_token else "anonymous")
