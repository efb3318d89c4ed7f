"""A guard against what never ends: hostile input on which a reader's time grows with the square of its size."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

LONGEST = 120
"""Seconds of this process: far more than a busy machine needs. How fast things are is measured in benchmarks, never here."""


@contextmanager
def ends() -> Iterator[None]:
    """Fails if what is inside takes longer than anything that ends soon could."""
    start = time.process_time()
    yield
    assert time.process_time() - start < LONGEST
