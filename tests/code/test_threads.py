"""Code is read by several threads at once: Python's own parser is not made for that."""

from __future__ import annotations

import gc
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from cardlint.code.python import read_module

if TYPE_CHECKING:
    from collections.abc import Iterator

WORKERS = 4


@pytest.fixture
def switching() -> Iterator[None]:
    """Whatever makes objects lets other threads go on, all the time."""

    def switch(*_: object) -> None:
        time.sleep(0)

    kept = gc.get_threshold()
    gc.callbacks.append(switch)
    gc.set_threshold(5)
    yield
    gc.set_threshold(*kept)
    gc.callbacks.remove(switch)


@pytest.mark.usefixtures("switching")
def test_threads_that_read_code_do_not_disturb_each_other() -> None:
    sources = [f"x{number} = [a.b(c, d=1) for e in f if g]\n" * 200 for number in range(WORKERS * 5)]
    with ThreadPoolExecutor(WORKERS) as pool:
        for found in pool.map(read_module, sources):
            assert found.tree is not None
