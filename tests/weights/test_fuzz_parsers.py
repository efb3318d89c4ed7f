"""Every parser of weights against damaged files: a few of each format; `heavy_parsers.py` has thousands."""

from __future__ import annotations

import pytest
from fuzz_parsers import cases, tried
from seeds import seeds

from cardlint.weights.judge import MODULES

SEEDS = seeds()


@pytest.mark.parametrize("kind", sorted(SEEDS))
def test_no_file_makes_a_parser_raise(kind: str) -> None:
    for _, _, content, name in cases(30, 0, [kind]):
        for near in (True, False):
            tried(content, name, near=near)


def test_every_format_that_is_looked_into_has_its_seeds() -> None:
    assert MODULES.keys() <= SEEDS.keys()
    assert all(SEEDS.values())
