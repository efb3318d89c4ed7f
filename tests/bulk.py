"""How much hostile text a test is given: as much as the bounds are set for in the heavy run, a part of it in the core tests.

Tests that ask for it are marked `bulk`, by which the heavy run chooses them."""

from __future__ import annotations

import os

_PART = 32  # what is left still passes every branch; reading more of the same, under coverage, took a third of the core tests


def bulk(size: int) -> int:
    """So many characters, or a thirty-second part of them where HYPOTHESIS_PROFILE is not `heavy`."""
    return size if os.environ.get("HYPOTHESIS_PROFILE") == "heavy" else size // _PART
