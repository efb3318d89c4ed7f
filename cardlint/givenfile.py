"""Files that somebody names: a baseline, owners, a plan. What is wrong with one is wrong use, with its name."""

from __future__ import annotations

from pathlib import Path

from cardlint.errors import ConfigError, Unreadable, UsageError
from cardlint.source import read_regular


def given_file(path: Path | str, most: int, absent: str = "") -> bytes:
    """The content of a file of at most so many bytes. Raises UsageError and ConfigError; `absent` says what to do where there is none."""
    try:
        content = read_regular(Path(path), size=most + 1, name=str(path))
    except FileNotFoundError as error:
        raise UsageError(absent or f"{path} cannot be read: {error.strerror}") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror or error}") from error
    except Unreadable as error:
        raise UsageError(str(error)) from error
    if len(content) > most:
        raise ConfigError(str(path), 1, 1, f"larger than {most:,} bytes")
    return content
