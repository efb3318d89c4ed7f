"""Pickles of plain Python: containers, dates, paths, namespaces, in every protocol."""

from __future__ import annotations

import argparse
import array
import collections
import datetime as dt
import decimal
import fractions
import functools
import http
import logging
import pathlib
import pickle
import random
import re
import types
import uuid
import zoneinfo
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def _values() -> dict[str, Any]:
    loops: dict[str, Any] = {"a": [1, 2, {"b": (3, 4)}], "text": "ж" * 300, "long": 10**40, "none": None}
    loops["self"] = loops
    counts = collections.defaultdict(list, a=[1])
    nested = collections.defaultdict(collections.OrderedDict, a=collections.OrderedDict(b=1))
    return {
        "nested": {
            "config": {"layers": [1, 2, 3], "rates": (0.1, 0.2), "flags": {True, False}},
            "vocab": {f"t{i}": i for i in range(2000)},
        },
        "loop": loops,
        "bytes": {"data": b"\x00\xff" * 600, "short": b"", "array": bytearray(b"abc")},
        "sets": [{1, 2}, frozenset("abc"), slice(1, 2, 3), range(5), 1 + 2j, ...],
        "containers": [collections.OrderedDict(a=1), collections.Counter("abca"), collections.deque([1, 2], 5), counts, nested],
        "namespace": argparse.Namespace(lr=0.1, output=pathlib.PurePosixPath("out"), seed=None, kinds=["a"]),
        "simple": types.SimpleNamespace(a=1, b=[2]),
        "dates": [
            dt.datetime(2026, 1, 2, 3, 4, tzinfo=dt.UTC),
            dt.date(2026, 1, 2),
            dt.timedelta(1),
            dt.time(1, 2),
        ],
        "zones": [dt.datetime(2026, 1, 2, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin"))],
        "numbers": [decimal.Decimal("1.5"), fractions.Fraction(1, 3), uuid.UUID(int=5)],
        "random": random.Random(4),
        "errors": [ValueError("wrong"), KeyError("key")],
        "types": [int, str, dict, type(None), collections.OrderedDict],
        "partial": functools.partial(int, base=2),
        "methods": [str.lower, dict.fromkeys],
        "arrays": [array.array("d", [1, 2]), collections.UserDict(a=1), collections.ChainMap({"a": 1})],
        "patterns": [re.compile("a(b)"), logging.getLogger("train"), http.HTTPStatus.OK],
        "empty": {},
        "members": [uuid.SafeUUID.safe, uuid.SafeUUID.unknown],
    }


def files() -> Iterator[tuple[str, bytes]]:
    """Each value in each protocol."""
    for name, value in _values().items():
        for protocol in range(6):
            yield f"python/{name}-{protocol}.pkl", pickle.dumps(value, protocol)
