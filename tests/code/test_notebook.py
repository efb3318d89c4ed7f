"""Code cells of notebooks: what they say, and where each character of them stands in the JSON text."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardlint.code.notebook import Cell, NotebookError, advance, cells, commands


def notebook(*sources: object, **more: object) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": source} for source in sources], "nbformat": 4, **more})


def placed(content: str, cell: Cell) -> list[str]:
    """The lines of a cell as they are cut out of the text and read as JSON."""
    ends = [advance(content, start, len(line)) for start, line in zip(cell.starts, cell.code.split("\n"), strict=True)]
    return [json.loads(f'"{content[start:end]}"') for start, end in zip(cell.starts, ends, strict=True)]


# As Jupyter writes them: each string of a list but the last ends a line.
LISTS = st.lists(st.text().map(lambda line: f"{line}\n")).flatmap(lambda lines: st.text().map(lambda last: [*lines, last]))


@given(st.lists(st.text() | LISTS, max_size=4), st.booleans(), st.sampled_from([None, 1]))
def test_each_line_stands_where_it_is_said_to(sources: list[str | list[str]], ascii_only: bool, indent: int | None) -> None:
    document = {"cells": [{"cell_type": "code", "source": source, "outputs": [{"text": source}]} for source in sources]}
    content = json.dumps(document, ensure_ascii=ascii_only, indent=indent)
    found = list(cells(content))
    assert [cell.code for cell in found] == [source if isinstance(source, str) else "".join(source) for source in sources]
    for cell in found:
        assert [line.encode("utf-16", "surrogatepass") for line in placed(content, cell)] == [
            line.encode("utf-16", "surrogatepass") for line in cell.code.split("\n")
        ]


def test_a_line_may_go_on_in_the_next_string() -> None:
    content = notebook(['a = "', 'b"', "", "\nc"])
    (cell,) = cells(content)
    assert cell.code == 'a = "b"\nc'
    assert content[advance(content, cell.starts[0], 6) - 1] == "b"
    assert content[cell.starts[1]] == "c"


def test_other_cells_are_left_out_and_counted() -> None:
    content = json.dumps(
        {
            "cells": [
                {"cell_type": "markdown", "source": "x"},
                {"cell_type": "code"},
                7,
                {"cell_type": "code", "source": ["a\n", 5, "b"]},
                {"source": "x"},
            ]
        }
    )
    assert [(cell.number, cell.code) for cell in cells(content)] == [(2, ""), (3, "a\nb")]


def test_the_third_version_keeps_cells_in_worksheets() -> None:
    content = json.dumps({"worksheets": [{"cells": [{"cell_type": "code", "input": ["x = 1"]}]}, 7, {}], "nbformat": 3})
    assert [cell.code for cell in cells(content)] == ["x = 1"]


@pytest.mark.parametrize(
    ("source", "metadata", "language"),
    [
        ("x", {}, "python"),
        ("x", None, "python"),
        ("x", {"language_info": {"name": "python"}}, "python"),
        ("x", {"language_info": {"name": "R"}}, "r"),
        ("x", {"kernelspec": {"language": "julia"}}, "julia"),
        ("x", {"kernelspec": {"language": 7}, "language_info": 7}, "python"),
        ("%%bash\nx", {}, "shell"),
        ("\n%%sh\nx", {}, "shell"),
        ("%%time\nx", {}, "python"),
        ("%%html\nx", {}, "html"),
        ("%%python\nx", {"language_info": {"name": "r"}}, "r"),
    ],
)
def test_the_language_is_that_of_the_kernel_or_of_the_first_line(source: str, metadata: object, language: str) -> None:
    (cell,) = cells(notebook(source, metadata=metadata))
    assert cell.language == language


@pytest.mark.parametrize("content", ["", "x", "[]", "{}", '{"cells": 7}', "[" * 100_000, '{"cells": [}'])
def test_what_is_no_notebook_says_why(content: str) -> None:
    with pytest.raises(NotebookError, match=r"is no JSON|has no list of cells"):
        list(cells(content))


def test_a_place_beyond_the_text_is_its_end() -> None:
    assert advance("ab", 0, 9) == 2


def test_a_byte_order_mark_moves_nothing() -> None:
    content = "\ufeff" + notebook("x = 1")
    (cell,) = cells(content)
    assert placed(content, cell) == ["x = 1"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["cells", "source", "cell_type", "code", "x"]), inner),
    )
)
def test_whatever_json_holds_is_no_error(document: object) -> None:
    content = json.dumps({"cells": [{"cell_type": "code", "source": document}, document]})
    for cell in cells(content):
        assert len(cell.starts) == cell.code.count("\n") + 1


def test_commands_of_the_shell_stand_where_they_are_said_to() -> None:
    content = notebook('x = 1\n!pip install "torch" é\n', "%%bash\nls\n", "x = 2", "%%html\n!ls")
    first, second = commands(content)
    assert first.code == '\n!pip install "torch" é\n'
    assert content[first.place(first.code.index("torch")) :].startswith("torch")
    assert content[second.place(second.code.index("ls")) :].startswith("ls")
