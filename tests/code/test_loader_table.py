"""The table of loaders: every loader of Python and every command in every pin state, and the shape of the data."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from test_loads import run

from cardlint.code.loads import Table
from cardlint.code.pins import BOTH
from cardlint.loads import command_table, python_table, table
from cardlint.locate import data_folder

if TYPE_CHECKING:
    from cardlint.code.commands import Tool
    from cardlint.code.loads import Loader

COMMIT = "8d1c0f7be2a94c6f5b7a3e9d2c4f6a8b0d1e3f57"
STATES = {"none": None, "branch": "main", "tag": "v1.0", "short": "8d1c0f7", "commit": COMMIT}
ID = "grasslab/prairie"
TEXTS = {
    "id": "{id}", "prefixed": "hf_hub:{id}{at}", "github": "{id}{colon}", "address": "hf://datasets/{id}{at}/x.csv", "hf": "hf://{id}{at}",
    "page": "models/{id}", "colon": "{id}:Q4", "hub": "hf.co/{id}:Q4", "at": "{id}{at}", "path": "datasets/{id}{at}/x.csv",
    "within": "SELECT * FROM 'hf://datasets/{id}{at}/x.parquet'",
}  # fmt: skip


def text_of(form: str, revision: str | None) -> str:
    return TEXTS[form].format(id=ID, at=f"@{revision}" if revision else "", colon=f":{revision}" if revision else "")


def concrete(name: str) -> str:
    return name.replace("**", "Xx").replace("*", "Xx")


def states(pinnable: bool) -> list[str]:
    return [*STATES] if pinnable else ["none"]


def python_cases() -> list[tuple[Loader, str]]:
    return [(loader, state) for loader in python_table().loaders for state in states(loader.revision is not None or loader.form in BOTH)]


def python_code(loader: Loader, revision: str | None) -> str:
    """A call of the loader, its arguments by keyword."""
    name = concrete(loader.name)
    by_argument = loader.revision is not None
    told = f'{loader.ids[0].keyword}="{text_of(loader.form, None if by_argument else revision)}"'
    if by_argument and revision:
        assert loader.revision is not None
        told += f', {loader.revision.keyword}="{revision}"'
    return f"{name}({told})\n"


@pytest.mark.parametrize(("loader", "state"), python_cases(), ids=lambda item: item if isinstance(item, str) else item.name)
def test_every_loader_of_python_in_every_pin_state(loader: Loader, state: str) -> None:
    code = python_code(loader, STATES[state])
    root = re.split(r"\W", loader.name)[0]
    group = next(group for group in table("loaders")["python"] if loader.name in (*group["names"], *group.get("unbound", ())))
    if loader.name in group["names"]:
        code = f"import {root}\n{code}" if "." in loader.name else code
    assert uses(code, "app.py") == [(state, ID)]


def uses(code: str, path: str) -> list[tuple[str, str]]:
    _, repository = run({path: code})
    return [(use.pin, use.id) for use in repository.fact("loads").uses()]


@pytest.mark.parametrize("loader", python_table().loaders, ids=lambda loader: loader.name)
def test_a_loader_that_is_told_something_nobody_sees_is_unknown_or_none(loader: Loader) -> None:
    name = concrete(loader.name)
    if loader.revision is not None:
        code = f'def load(x):\n    {name}({loader.ids[0].keyword}="{text_of(loader.form, None)}", {loader.revision.keyword}=x)\n'
        assert uses(code, "app.py") == [("unknown", ID)]
    assert uses(f"def load(x):\n    {name}({loader.ids[0].keyword}=x)\n", "app.py") == []
    assert uses(f'{name}({loader.ids[0].keyword}="./prairie")\n', "app.py") == []


def command_cases() -> list[tuple[Tool, str]]:
    return [(tool, state) for tool in command_table() if tool.operand or tool.ids for state in states(bool(tool.revision))]


@pytest.mark.parametrize(("tool", "state"), command_cases(), ids=lambda item: item if isinstance(item, str) else " ".join(item.words))
def test_every_command_in_every_pin_state(tool: Tool, state: str) -> None:
    words = [f"ghcr.io/x/{word.strip('*')}:1" if word.startswith("**") else concrete(word) for word in tool.words]
    words += [text_of(tool.form, None)] if tool.operand else [tool.ids[0], text_of(tool.form, None)]
    if STATES[state]:
        words += [tool.revision[0], str(STATES[state])]
    assert uses(" ".join(words) + "\n", "run.sh") == [(state, ID)]


def held() -> dict[str, Any]:
    return json.loads((data_folder("schemas") / "code" / "loaders.json").read_bytes())  # type: ignore[no-any-return]


def test_every_library_of_the_table_was_checked_against_something() -> None:
    known = {*held()["checked"], *held()["by_documentation"]}
    without = {"pandas", "polars", "dask", "fsspec", "duckdb", "spacy"}  # their loaders take any address
    assert {group["library"] for group in (*held()["python"], *held()["commands"])} - known - without == set()


def test_the_patterns_of_short_ids_compile_and_are_used() -> None:
    short = held()["short"]
    for pattern in short.values():
        re.compile(pattern)
    assert {group["short"] for group in (*held()["python"], *held()["commands"]) if "short" in group} == set(short)


def test_no_loader_stands_in_the_table_twice() -> None:
    names = [loader.name for loader in python_table().loaders]
    assert len(names) == len(set(names))


def test_the_more_exact_name_counts() -> None:
    loaders = Table([{"names": ["a.**.load"], "id": [["x", 0]]}, {"names": ["a.B.load"], "id": [["y", 0]]}])
    found = loaders.find("a.B.load")
    assert found is not None
    assert found.name == "a.B.load"
    assert loaders.find("a.C.load") is not None
    assert loaders.find("b.C.load") is None
