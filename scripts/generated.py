"""What every generator does with the files it makes: write those that differ, or with `--check` only name them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parent.parent


def settle(files: Mapping[Path, str], arguments: list[str] | None = None) -> int:
    """Write or compare the files; 1 where `--check` finds a difference."""
    check = "--check" in (sys.argv[1:] if arguments is None else arguments)
    stale = {path: text for path, text in files.items() if not path.is_file() or path.read_text("utf-8") != text}
    for path, text in stale.items():
        name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        print(f"{name} {'is out of date: run its generator' if check else 'written'}")
        if not check:
            path.write_text(text, "utf-8", newline="\n")
    return int(check and bool(stale))
