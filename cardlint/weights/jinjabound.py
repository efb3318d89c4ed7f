"""Every value that a template gives each of its names, wherever it does."""

from __future__ import annotations

from typing import Any

from jinja2 import nodes

from cardlint.weights.jinjavalues import MADE, PUT, PUT_INTO_DATA, UNSET, Binding, Each, Put

MOST_VALUES_OF_NAMES = 10_000  # templates people use have some hundreds
_PUTTING = frozenset({"append", "extend", "insert", "setdefault", "update"})


class Bound:
    """The names of one template. A name in a namespace or an object, whichever, begins with a dot: `.found`."""

    def __init__(self, everything: list[nodes.Node]) -> None:
        """Takes all nodes of the template."""
        self.names: dict[str, list[Binding]] = {}
        self.macros: dict[str, list[nodes.Macro]] = {}
        self._left = MOST_VALUES_OF_NAMES
        for node in everything:
            if isinstance(node, nodes.Macro):
                self.macros.setdefault(node.name, []).append(node)
        for node in everything:
            if type(node) in _BINDERS:
                _BINDERS[type(node)](self, node)

    def give(self, name: str, value: Binding) -> None:
        """One more value of a name, until there are too many of all."""
        self._left -= 1
        if self.full:
            return
        self.names.setdefault(name, []).append(value)

    @property
    def full(self) -> bool:
        """Whether there were more than are kept."""
        return self._left < 0

    def loop(self, node: nodes.For) -> None:
        """The target of a loop is each element in turn."""
        self.target(node.target, Each(node.iter))

    def assign(self, node: nodes.Assign) -> None:
        """`{% set name = value %}`, several at once, or of a namespace; where the name is used, that may not have been done."""
        self.target(node.target, node.node)
        self.target(node.target, UNSET)

    def block(self, node: nodes.AssignBlock) -> None:
        """`{% set name %}…{% endset %}` is text that was rendered."""
        self.target(node.target, MADE)
        self.target(node.target, UNSET)

    def scoped(self, node: nodes.With) -> None:
        """`{% with name = value %}`."""
        for target, value in zip(node.targets, node.values, strict=True):
            self.target(target, value)

    def parameters(self, node: Any) -> None:  # noqa: ANN401 - a macro or a call block
        """What is given where a macro is called follows; here, what it is where nothing is given."""
        for value, target in zip(reversed(node.defaults), reversed(node.args), strict=False):
            self.target(target, value)
        for name in (*(target.name for target in node.args if isinstance(node, nodes.CallBlock)), "varargs", "kwargs"):
            self.give(name, MADE)
        for target in node.args:
            self.names.setdefault(target.name, [])

    def target(self, target: Any, value: Binding) -> None:  # noqa: ANN401 - a name, a tuple of names, or one in a namespace
        """Give what stands left of an equals sign what stands right of it."""
        if isinstance(target, nodes.NSRef):
            self.give(f".{target.attr}", value)
        elif isinstance(target, nodes.Name):
            self.give(target.name, value)
        else:
            pairs = isinstance(value, nodes.Tuple) and len(value.items) == len(target.items)
            for index, part in enumerate(target.items):
                self.target(part, value.items[index] if pairs else Each(value))  # type: ignore[union-attr]

    def call(self, node: nodes.Call) -> None:
        """A call of a macro gives its parameters their values, one of `namespace` its names, and `append` anything something."""
        if isinstance(node.node, nodes.Getattr) and node.node.attr in _PUTTING:
            for value in (*node.args, *(keyword.value for keyword in node.kwargs)):
                for given in (value, Each(value)):
                    self.give(PUT, given)
                    self.give(PUT_INTO_DATA, Put(node.node.node, given))
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        for keyword in node.kwargs if name == "namespace" else ():
            self.give(f".{keyword.key}", keyword.value)
        self._arguments(node, self.macros.get(name, []))

    def pairs(self, node: nodes.Dict) -> None:
        """An object that is written out has names like a namespace."""
        for pair in node.items:
            if isinstance(pair.key, nodes.Const):
                self.give(f".{pair.key.value}", pair.value)

    def _arguments(self, call: nodes.Call, macros: list[nodes.Macro]) -> None:
        for macro in macros if not self.full else ():
            for target, value in zip(macro.args, call.args, strict=False):
                self.give(target.name, value)
            for keyword in call.kwargs:
                self.give(keyword.key, keyword.value)
            if call.dyn_args or call.dyn_kwargs:
                for target in macro.args:
                    self.give(target.name, MADE)


_BINDERS: dict[type[nodes.Node], Any] = {
    nodes.For: Bound.loop,
    nodes.Assign: Bound.assign,
    nodes.AssignBlock: Bound.block,
    nodes.With: Bound.scoped,
    nodes.Macro: Bound.parameters,
    nodes.CallBlock: Bound.parameters,
    nodes.Call: Bound.call,
    nodes.Dict: Bound.pairs,
}
