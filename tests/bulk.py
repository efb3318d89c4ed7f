"""How much hostile text a test is given: as much as the bounds are set for in the heavy run, an eighth of it in the core tests."""

from __future__ import annotations

import os

_EIGHTH = 8


def bulk(size: int) -> int:
    """So many characters, or an eighth of them where HYPOTHESIS_PROFILE is not `heavy`."""
    return size if os.environ.get("HYPOTHESIS_PROFILE") == "heavy" else size // _EIGHTH
