"""The table of secrets, read when a text is first looked through."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from cardlint.digest import hexadecimal
from cardlint.locate import data_folder

if TYPE_CHECKING:
    from cardlint.code.secrets import Table


@cache
def secret_table() -> Table:
    """The kinds of secrets and the placeholders that ship."""
    from cardlint.code.secretlike import Placeholders
    from cardlint.code.secrets import Table, kinds

    held = _held("placeholders")
    placeholders = Placeholders(
        words=tuple(held["words"]), passwords=frozenset(held["passwords"]), hosts=frozenset(held["hosts"]),
        secretive=tuple(held["secretive"]), examples=frozenset(held["examples"]), digest=hexadecimal,
    )  # fmt: skip
    return Table(kinds(_held("kinds")["kinds"]), placeholders)


@cache
def endings(name: str) -> frozenset[str]:
    """The endings of file names that are `binary`, or `text`, whatever stands in the file."""
    return frozenset(_held("files")[name])


def _held(name: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((data_folder("schemas") / "secrets" / f"{name}.json").read_bytes())
    return held
