"""Our data files: rules and schemas, in the wheel beside the code, in a checkout one level up."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent


@cache
def data_folder(name: str) -> Path:
    """The folder `rules` or `schemas`."""
    inside = _HERE / name
    return inside if inside.is_dir() else _HERE.parent / name
