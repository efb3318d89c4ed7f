"""The lists of names that ship, `schemas/weights/*.json`, as the judges of weights ask for them."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from cardlint.locate import data_folder
from cardlint.weights.names import Names


class _Shipped(Names):
    """The lists that ship, schemas/weights/vetted.json and dangerous.json, read when a pickle is first met."""

    def __init__(self) -> None:
        pass

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the lists have
        if "vetted" in self.__dict__:
            raise AttributeError(name)
        super().__init__(_data("vetted"), _data("dangerous"), load=_data)
        return getattr(self, name)


@cache
def names() -> Names:
    """The lists that ship."""
    return _Shipped()


def _data(name: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((data_folder("schemas") / "weights" / f"{name}.json").read_bytes())
    return held
