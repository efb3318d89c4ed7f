"""What the Hub said of a commit, kept for a day beside the cache of its client, so that asking again costs nothing.

A commit does not change; its gate and what scanners say of it do, and are then a day old at most. Place: hub-docs, "Understand caching",
"Caching assets": `assets/LIBRARY/` in the client's home.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from cardlint.atomic import replace_file
from cardlint.digest import hexadecimal
from cardlint.errors import Unreadable
from cardlint.hubcache import home
from cardlint.source import read_regular

DAY = 86_400  # seconds
_MOST_BYTES = 20_000_000


def _folder() -> Path:
    return Path(os.environ.get("HF_ASSETS_CACHE") or Path(home(), "assets")).expanduser() / "cardlint" / "hub"


def _place(question: str) -> Path:
    """The file for an answer; who asked is in the question, and nothing of it can be read from the name."""
    return _folder() / f"{hexadecimal(question)}.json"


def kept(question: str) -> dict[str, Any] | None:
    """The answer to a question, where one was kept and is not older than a day; one that cannot be read is none."""
    place = _place(question)
    try:
        if not 0 <= time.time() - place.stat().st_mtime < DAY:
            return None
        answer = json.loads(read_regular(place, size=_MOST_BYTES))
    except (OSError, ValueError, RecursionError, Unreadable):
        return None  # then it is asked for again
    return answer if isinstance(answer, dict) else None


def keep(question: str, answer: dict[str, Any]) -> None:
    """Keep an answer. Where there is no room for it, or no right to, it is asked for again the next time."""
    content = json.dumps(answer).encode()
    if len(content) <= _MOST_BYTES:
        with suppress(OSError):
            _folder().mkdir(parents=True, exist_ok=True)
            replace_file(_place(question), content)
