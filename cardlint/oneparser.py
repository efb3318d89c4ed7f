"""Python's own parser, for one thread at a time.

Until it has made the last of the nodes it counts how deep it is, for all threads together, and what the collector of garbage runs
meanwhile lets other threads go on: then it fails with SystemError, or finds too deep what is not (seen in CPython 3.11; its issue 106905).
"""

from __future__ import annotations

from threading import RLock

ONE_PARSER = RLock()
