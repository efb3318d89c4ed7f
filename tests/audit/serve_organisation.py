"""The organisation of the tests on a Hub in a process of its own: `serve_organisation.py COUNT [SEED]`.

It prints a line of JSON with its address and a token, then answers each line on standard input with one, until that ends:
`record` (what was asked so far: requests and bytes by bucket, and every path), `forget`, `change KIND ID`.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple, Self

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parent.parent), str(Path(__file__).parent)]

from hub.server import TOKEN, Hub
from organisation import organisation

UNLIMITED = {"api": 10**9, "resolvers": 10**9, "pages": 10**9}


def main(count: int, seed: int = 0) -> None:
    with Hub(limits=UNLIMITED) as hub:
        organisation(hub, count, seed)
        _say({"url": hub.url, "token": TOKEN})
        for line in sys.stdin:
            _say(_answer(hub, *line.split()))


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def _answer(hub: Hub, word: str, *about: str) -> object:
    if word == "record":
        return {"counts": hub.counts, "sent": hub.sent, "paths": hub.paths, "writes": hub.writes}
    if word == "forget":
        hub.asked.clear()
        return {}
    assert word == "change", word
    kind, name = about
    repo = hub.repos[kind, name]
    return {"sha": repo.commit(repo.commits[repo.sha].files | {"README.md": b"---\nlicense: mit\n---\n# It changed\n"})}


class Served(NamedTuple):
    """Such a server that runs, for `with`."""

    process: subprocess.Popen[str]
    url: str

    @classmethod
    def begun(cls, count: int, seed: int = 0) -> Self:
        process = subprocess.Popen(
            [sys.executable, __file__, str(count), str(seed)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        return cls(process, json.loads(process.stdout.readline())["url"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate(timeout=30)

    def ask(self, *words: str) -> dict[str, Any]:
        """What it answers to a line."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(" ".join(words) + "\n")
        self.process.stdin.flush()
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
