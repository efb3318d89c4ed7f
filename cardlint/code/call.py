"""A call in Python code, by its full name, and what is certain of its arguments."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.code.calls import Module
    from cardlint.code.scopes import Site

Constant: TypeAlias = "str | int | float | bool | None"
Keywords: TypeAlias = "dict[str, tuple[ast.expr, Site]]"


class Known(NamedTuple):
    """The value of an expression, and the node that says it, which may stand elsewhere."""

    value: Constant
    node: ast.expr
    tree: int


class Call:
    """A call whose name is certain."""

    __slots__ = ("_keywords", "_module", "name", "site")

    def __init__(self, name: str, site: Site, module: Module) -> None:
        """`name` as in the docstring of this module."""
        self.name = name
        self.site = site
        self._module = module
        self._keywords: tuple[Keywords, bool] | None = None

    @property
    def _given(self) -> tuple[Keywords, bool]:
        if self._keywords is None:
            self._keywords = self._module.keywords(self.site.node, self.site)
        return self._keywords

    @property
    def node(self) -> ast.Call:
        """The call."""
        return self.site.node

    @property
    def positional(self) -> Iterator[ast.expr]:
        """The arguments by position, up to the first splat."""
        for argument in self.node.args:
            if isinstance(argument, ast.Starred):
                return
            yield argument

    @property
    def whole(self) -> bool:
        """Whether all arguments are known; else one that is not seen may be given all the same."""
        return self._given[1] and not any(isinstance(argument, ast.Starred) for argument in self.node.args)

    def entry(self, keyword: str) -> tuple[ast.expr, Site] | None:
        """An argument given by keyword, in the call or in a dictionary that is splatted into it."""
        return self._given[0].get(keyword)

    def name_of(self, node: ast.expr) -> str | None:
        """The full name of an expression where the call stands."""
        return self._module.name(node, self.site)

    def value_of(self, node: ast.expr, site: Site | None = None) -> Known | None:
        """The constant an expression is where the call stands, or at another place."""
        return self._module.known(node, site or self.site)

    def literal(self, node: ast.expr) -> tuple[ast.Dict, int] | None:
        """The dictionary that an expression is, written there or bound to the name, and the number of its tree."""
        if isinstance(node, ast.Name):
            return self._module.dictionary(node, self.site)
        return (node, self.site.tree) if isinstance(node, ast.Dict) else None

    def argument(self, keyword: str, position: int | None = None) -> tuple[ast.expr, Site] | None:
        """An argument by its keyword, else by its position (from 0), and where it has to be looked up."""
        if (named := self._given[0].get(keyword)) is not None:
            return named
        if position is None:
            return None
        found = next((argument for index, argument in enumerate(self.positional) if index == position), None)
        return None if found is None else (found, self.site)

    def known(self, keyword: str, position: int | None = None) -> Known | None:
        """The value of an argument, where it is given and certain."""
        given = self.argument(keyword, position)
        return None if given is None else self._module.known(*given)

    def each(self, keyword: str, position: int | None = None) -> list[Known]:
        """The values of an argument that is certain: the one it has, or in a loop over a list those it has one after the other."""
        given = self.argument(keyword, position)
        if given is None:
            return []
        known = self._module.known(*given)
        return self._module.items(*given) if known is None else [known]

    def lacks(self, keyword: str, position: int | None = None) -> bool:
        """Whether an argument is certainly not given."""
        return self.whole and self.argument(keyword, position) is None
