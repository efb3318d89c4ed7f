"""JSON that is made shallow: what is not too deep is what it was, and what is no JSON around it stays none."""

from __future__ import annotations

import json
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardlint.shallow import shallow

Json: TypeAlias = "int | str | list[Json] | dict[str, Json] | None"

VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=12,
)


def pruned(value: Json, most: int) -> Json:
    """The same by recursion."""
    if not isinstance(value, (list, dict)):
        return value
    if most == 0:
        return None
    return (
        [pruned(item, most - 1) for item in value]
        if isinstance(value, list)
        else {key: pruned(item, most - 1) for key, item in value.items()}
    )


@given(VALUES, st.integers(0, 4), st.booleans())
def test_null_stands_for_what_is_too_deep(value: Json, most: int, escaped: bool) -> None:
    content = json.dumps(value, ensure_ascii=escaped, indent=1).encode("utf-8", "surrogatepass")
    assert json.loads(shallow(content, most).decode("utf-8", "surrogatepass")) == pruned(value, most)


@pytest.mark.parametrize("text", ["", "[", "]", "[[[", '["', '["a", [', "[[1], [2}", "nothing [[[]]] here"])
@pytest.mark.parametrize("most", [0, 1, 2])
def test_what_is_no_json_stays_none(text: str, most: int) -> None:
    with pytest.raises(ValueError, match="line 1"):
        json.loads(shallow(text.encode(), most))
