"""The commands that Python starts: `os.system("hf download a/b")`, `subprocess.run(["hf", "download", "a/b"])`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from cardlint.code.shell import Command, Word, commands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.code.call import Call
    from cardlint.code.calls import Module

_STARTING = frozenset({
    "os.system", "os.popen", "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output", "subprocess.Popen",
    "subprocess.getoutput", "subprocess.getstatusoutput", "get_ipython().system",
})  # fmt: skip
_MOST_WORDS = 500


def spawned(module: Module) -> Iterator[tuple[Call, tuple[Command, ...]]]:
    """The calls that start commands, each with those; where a word stands in its text is not kept."""
    for call in module.calls:
        if call.name in _STARTING and (given := next(call.positional, None)) is not None:
            known = call.value_of(given)
            if known is not None and isinstance(known.value, str):
                yield call, tuple(commands(known.value))
            elif isinstance(given, (ast.List, ast.Tuple)) and given.elts:
                yield call, (Command(tuple(_word(call, item) for item in given.elts[:_MOST_WORDS])),)


def _word(call: Call, item: ast.expr) -> Word:
    known = call.value_of(item)
    return Word(str(known.value) if known is not None and known.value is not None else None, 0, 0)
