"""Regular expressions that are compiled when they are first used: most runs need few of them, and each takes up to a millisecond."""

from __future__ import annotations

import re
from typing import Any, AnyStr, cast


class _Lazy:
    """A pattern to be. Its methods become those of the compiled one at the first use of any of them."""

    def __init__(self, written: str | bytes, flags: int) -> None:
        self._written, self._flags = written, flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever patterns have
        compiled = re.compile(self._written, self._flags)
        method = getattr(compiled, name)
        setattr(self, name, method)  # from now on nobody comes here for it
        return method


def lazily(written: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """As `re.compile`, later. What is wrong with the pattern is raised at its first use."""
    return cast("re.Pattern[AnyStr]", _Lazy(written, flags))
