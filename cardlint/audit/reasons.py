"""Reasons without the repository they are given for, so that one that many have is counted and shown once."""

from __future__ import annotations

import re

from cardlint.hubrepo import SCHEME, is_named

ELLIPSIS = "…"


def alike(reason: str, name: str) -> str:
    """The reason with `…` where it names the repository `name`; names that merely begin or end like it stay."""
    if not is_named(name):  # a folder, which may be called `a`: only what lies in it tells that it is meant
        return re.sub(rf"(?<![\w./-]){re.escape(name)}(?=/)", ELLIPSIS, reason)
    bare = re.escape(name.removeprefix(SCHEME))
    return re.sub(rf"(?<![\w.-])(?<!datasets/)(?<!spaces/)(?:{SCHEME})?{bare}(?![\w-]|\.\w)", ELLIPSIS, reason)
