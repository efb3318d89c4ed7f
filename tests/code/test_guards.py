"""Which calls only a script that is run by itself reaches."""

from __future__ import annotations

import ast

import pytest

from cardlint.code.calls import Module

GUARDS = [
    ('__name__ == "__main__"', True),
    ('__name__ != "__main__"', False),
    ("TYPE_CHECKING", True),
    ("typing.TYPE_CHECKING", True),
    ("debug == 1", False),
    ("debug", False),
]


@pytest.mark.parametrize(("test", "guarded"), GUARDS)
def test_what_a_script_alone_runs_is_guarded(test: str, guarded: bool) -> None:
    (site,) = Module([ast.parse(f"if {test}:\n    print(1)\n")]).sites
    assert site.guarded == guarded
