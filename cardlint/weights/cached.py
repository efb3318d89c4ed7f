"""`functools.cached_property` as it is since Python 3.12: without a lock.

That of 3.11 locks a property for all instances at once, so that of several workers who read from the Hub within one all but one wait
(CPython, gh-87634).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING or sys.version_info >= (3, 12):
    from functools import cached_property as cached_property  # noqa: PLC0414 - for who imports it from here
else:

    class cached_property:  # noqa: N801 - the name people know
        """Computed when it is first asked for, then kept beside the other attributes of the object."""

        def __init__(self, compute: Any) -> None:  # noqa: ANN401 - of any type
            self._compute = compute
            self.__doc__ = compute.__doc__

        def __set_name__(self, owner: type, name: str) -> None:
            self._name = name

        def __get__(self, instance: Any, owner: type | None = None) -> Any:  # noqa: ANN401
            if instance is None:
                return self
            value = instance.__dict__[self._name] = self._compute(instance)
            return value
