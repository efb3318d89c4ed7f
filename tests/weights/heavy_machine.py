"""A hundred thousand streams: CPython's unpicklers, in Python and in C, ask for no name that the machine does not see."""

from __future__ import annotations

import pytest
from test_fuzz_machine import compared

STREAMS, PARTS = 100_000, 20
SEED = 1_000_000


@pytest.mark.parametrize("part", range(PARTS))
def test_no_name_that_an_unpickler_sees_is_missed(part: int) -> None:
    count = STREAMS // PARTS
    streams, asked = compared(count, SEED + part * count)
    assert streams == count
    assert asked > count // 4  # most streams get somewhere


def test_there_are_as_many_streams_as_are_said() -> None:
    assert STREAMS % PARTS == 0
    assert STREAMS >= 100_000
