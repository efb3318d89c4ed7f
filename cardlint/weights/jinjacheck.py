"""What a template reaches for, calls and costs, read from its syntax tree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jinja2 import nodes

from cardlint.weights import jinjanames
from cardlint.weights.jinjabound import Bound
from cardlint.weights.jinjafold import OPERATIONS
from cardlint.weights.jinjafolder import Folder
from cardlint.weights.jinjanames import FILTERS, FUNCTION_OBJECTS, FUNCTIONS, METHODS, SUSPECTS, TESTS
from cardlint.weights.jinjaparse import every
from cardlint.weights.jinjavalues import texts
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.weights.verdict import Verdict

MOST_FOUND = 50
_RANGE = 100_000  # steps of one loop that the template itself asks for
_STEPS = 1_000_000  # of loops within each other
_SIZE = 10_000  # of a text or of a number that multiplies one
_WIDTH = lazily(r"%[-+ #0]*(?:\d{5,}|\*)|%[-+ #0\d]*\.(?:\d{5,}|\*)|\{[^{}]{0,50}:[^{}]{0,50}(?:\d{5,}|\{)")
_FIELD = lazily(r"\{[^{}]{0,200}[.\[]")
_LEADING = FUNCTION_OBJECTS - {"self", "super"}


class Found(NamedTuple):
    """Something a template does: `about` is what it names, `line` counts from 1."""

    verdict: Verdict
    about: str
    message: str
    line: int


class Checker:
    """One template. `found` has what it does beyond shaping text."""

    def __init__(self, tree: nodes.Template) -> None:
        """Walks the tree."""
        self.bound = Bound(every(tree))
        self.folder = Folder(self.bound.names, frozenset(self.bound.macros), OPERATIONS, spent=self.bound.full)
        self.found: dict[tuple[Verdict, str, str], Found] = {}
        self.called: set[int] = set()
        self._walk(tree)
        if self.folder.spent:
            self.report("review", "template", "is too intricate for what it puts together to be followed", tree)

    def _walk(self, tree: nodes.Template) -> None:
        left: list[tuple[nodes.Node, int]] = [(tree, 1)]
        while left:
            node, steps = left.pop()
            check = _CHECKS.get(type(node))
            if check is not None:
                check(self, node)
            if isinstance(node, nodes.For):
                steps = self._loop(node, steps)
            left += [(child, steps) for child in reversed(list(node.iter_child_nodes()))]

    def report(self, verdict: Verdict, about: str, message: str, node: nodes.Node) -> None:
        """Keep the first of each thing; however much there is to review, what blocks is kept."""
        if len(self.found) >= (MOST_FOUND if verdict == "review" else 2 * MOST_FOUND):
            return
        self.found.setdefault((verdict, about, message), Found(verdict, about[:100], message, node.lineno or 1))

    # Names of attributes

    def attribute(self, name: str, node: nodes.Node) -> None:
        """An attribute by its name."""
        if jinjanames.reaches(name):
            self.report("block", name, f"reaches for `{name[:100]}`, which leads out of a value and into Python", node)
        elif name.startswith("_"):
            self.report("review", name, f"asks for `{name[:100]}`, which is nobody's to use", node)

    def key(self, argument: nodes.Node, node: nodes.Node) -> None:
        """An attribute or item by an expression."""
        folded = self.folder.fold(argument)
        for text in sorted(texts(folded.values)):
            for part in text.split("."):
                self.attribute(part, node)
        if "made" in folded.kinds:
            pieces = jinjanames.telling(folded.pieces)
            if pieces:
                message = f"puts the name of an attribute together, from {', '.join(sorted(pieces))} and other pieces"
                self.report("block", min(pieces), message, node)
            else:
                self.report("review", "attribute", "puts the name of an attribute or item together from pieces", node)

    def on_getattr(self, node: nodes.Getattr) -> None:
        """`thing.name`."""
        self.attribute(node.attr, node)
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        if name in _LEADING and name not in self.bound.names:
            self.report("block", name, f"reaches into the function `{name}`, from where everything can be reached", node)
        if node.attr in {"format", "format_map"} and id(node) not in self.called:
            self.report("review", node.attr, f"takes `{node.attr}` without calling it", node)

    def on_getitem(self, node: nodes.Getitem) -> None:
        """`thing[name]`, which is an attribute where it is no item."""
        if not isinstance(node.arg, nodes.Slice):
            self.key(node.arg, node)

    # Names and texts

    def on_name(self, node: nodes.Name) -> None:
        """Any name may be passed in as data; some belong to the environment."""
        if node.ctx == "load" and node.name in SUSPECTS and node.name not in self.bound.names and node.name not in self.bound.macros:
            self.report("review", node.name, f"asks for `{node.name}`, for which no chat template has a use", node)

    def on_const(self, node: nodes.Const) -> None:
        """A text that is the name of something internal has no other use."""
        self._spelled(node, (node.value,))

    def on_built(self, node: nodes.Expr) -> None:
        """What becomes such a text."""
        self._spelled(node, self.folder.fold(node).values)

    def _spelled(self, node: nodes.Node, values: tuple[Any, ...]) -> None:
        for text in sorted(texts(values)):
            if jinjanames.spells(text):
                self.report("block", text, f"spells `{text[:100]}`, which leads out of a value and into Python", node)

    def on_keyword(self, node: nodes.Keyword) -> None:
        """The name of an argument becomes a text by `dict`."""
        self.attribute(node.key, node)

    def on_namespace(self, node: nodes.NSRef) -> None:
        """`{% set thing.name = value %}`."""
        self.attribute(node.attr, node)

    # Calls

    def on_call(self, node: nodes.Call) -> None:
        """What is called has to be known by its name."""
        callee = node.node
        if isinstance(callee, nodes.Name):
            self._function(callee, node)
        elif isinstance(callee, nodes.Getattr):
            self.called.add(id(callee))
            self._method(callee.attr, callee.node, node)
        elif isinstance(callee, nodes.Getitem) and isinstance(callee.arg, nodes.Const) and isinstance(callee.arg.value, str):
            self._method(callee.arg.value, callee.node, node)
        else:
            self.report("review", "call", "calls what it computes", node)
        self._large(node)
        self.on_built(node)

    def _function(self, callee: nodes.Name, node: nodes.Call) -> None:
        name = callee.name
        known = name in self.bound.macros or (name in FUNCTIONS | {"loop"} and name not in self.bound.names)
        if not known and name not in SUSPECTS:
            self.report("review", name, f"calls `{name[:100]}`, which is not known", node)
        if name == "range" and self._steps(node) > _RANGE:
            self.report("review", "range", f"asks for a range of {self._steps(node):,} numbers", node)

    def _method(self, name: str, whole: nodes.Node, node: nodes.Call) -> None:
        if name in {"format", "format_map"}:
            self._format(whole, node)
        elif name not in METHODS and not jinjanames.reaches(name):
            self.report("review", name, f"calls the method `{name[:100]}`, which is not known", node)

    def _format(self, whole: nodes.Node, node: nodes.Node) -> None:
        """`"{}".format(…)`: a field can reach for attributes."""
        folded = self.folder.fold(whole)
        if not folded.values or folded.kinds or any(_FIELD.search(text) for text in texts(folded.values)):
            self.report("review", "format", "formats by a text whose fields are not known, or reach for attributes", node)
        self._wide(whole, node)

    # Filters and tests

    def on_filter(self, node: nodes.Filter) -> None:
        """A filter, the names of attributes it is given, and what it makes."""
        self._filter(node.name, node.args, node)
        for keyword in node.kwargs:
            if keyword.key == "attribute":
                self.key(keyword.value, node)
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            self.report("review", node.name, f"gives the filter `{node.name}` arguments that are not written out", node)
        if node.name == "format" and node.node is not None:
            self._wide(node.node, node)
        self._large(node)
        self.on_built(node)

    def _filter(self, name: str, arguments: list[nodes.Expr], node: nodes.Filter) -> None:
        if name == "attr":
            self.report("review", "attr", "asks for an attribute by the filter `attr`", node)
            for argument in arguments[:1]:
                self.key(argument, node)
        elif name not in FILTERS:
            self.report("review", name, f"uses the filter `{name[:100]}`, which is not known", node)
        elif name in jinjanames.ATTRIBUTE_ARGUMENTS:
            for argument in arguments[jinjanames.ATTRIBUTE_ARGUMENTS[name] :][:1]:
                self.key(argument, node)
        self._inner(name, arguments, node)

    def _inner(self, name: str, arguments: list[nodes.Expr], node: nodes.Filter) -> None:
        """`map`, `select` and their like are given the name of a filter or test, and its arguments."""
        skipped = {"map": 0, "select": 0, "reject": 0, "selectattr": 1, "rejectattr": 1}.get(name)
        if skipped is None or len(arguments) <= skipped:
            return
        inner, rest = arguments[skipped], arguments[skipped + 1 :]
        if not isinstance(inner, nodes.Const) or not isinstance(inner.value, str):
            self.report("review", name, f"gives `{name}` a name that is not written out", node)
        elif name == "map":
            self._filter(inner.value, rest, node)
        elif inner.value not in TESTS:
            self.report("review", inner.value, f"uses the test `{inner.value[:100]}`, which is not known", node)

    def on_test(self, node: nodes.Test) -> None:
        """`thing is name`."""
        if node.name not in TESTS:
            self.report("review", node.name, f"uses the test `{node.name[:100]}`, which is not known", node)

    def on_other_file(self, node: nodes.Node) -> None:
        """Another template, by whatever name."""
        self.report("block", "include", f"takes in another file by `{type(node).__name__.lower()}`", node)

    # Costs

    def on_product(self, node: nodes.Mul) -> None:
        """A text a million times over."""
        sides = (self.folder.fold(node.left), self.folder.fold(node.right))
        if any(side.numeric and _largest(side.values) >= _SIZE for side in sides) and not all(side.numeric for side in sides):
            self.report("review", "*", f"multiplies a text by {int(max(_largest(side.values) for side in sides)):,}", node)
        self.on_built(node)

    def on_power(self, node: nodes.Pow) -> None:
        """A number of any number of digits."""
        if not self.folder.fold(node).constant:
            self.report("review", "**", "raises a number to a power that is large or not written out", node)

    def on_remainder(self, node: nodes.Mod) -> None:
        """`"%s" % thing`."""
        self._wide(node.left, node)
        self.on_built(node)

    def _wide(self, whole: nodes.Node, node: nodes.Node) -> None:
        if any(_WIDTH.search(text) for text in texts(self.folder.fold(whole).values)):
            self.report("review", "format", "formats to a width that is huge or not written out", node)

    def _large(self, node: Any) -> None:  # noqa: ANN401 - a call or a filter
        for argument in (*node.args, *(keyword.value for keyword in node.kwargs)):
            size = _largest(self.folder.fold(argument).values)
            if size >= _SIZE and not self._is_range(node):
                self.report("review", str(size), f"gives a size of {size:,}", node)

    def on_assign(self, node: nodes.Assign) -> None:
        """A text that is set to itself twice over doubles each time."""
        target = node.target
        if isinstance(target, (nodes.Name, nodes.NSRef)):
            names = [part for part in _operands(node.node) if _same(part, target)]
            if len(names) > 1:
                self.report("review", target.name, f"doubles `{target.name}`", node)

    def _loop(self, node: nodes.For, steps: int) -> int:
        """The steps of this loop and those around it."""
        if isinstance(node.iter, nodes.Name) and any(_grows(call, node.iter.name) for call in every(node)):
            self.report("review", node.iter.name, f"lets `{node.iter.name}` grow while it goes through it", node)
        inside = steps * max(1, self._steps(node.iter) if self._is_range(node.iter) else 1)
        if inside > _STEPS:
            self.report("review", "for", f"goes through loops within loops, {inside:,} steps in all", node)
        return min(inside, _STEPS * 10)

    @staticmethod
    def _is_range(node: nodes.Node) -> bool:
        return isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name == "range"

    def _steps(self, node: Any) -> int:  # noqa: ANN401 - a call of range
        """How many numbers a range has, as far as it says; 0 where it depends on data."""
        ends = [self.folder.fold(argument).values for argument in node.args]
        numbers = [value for values in ends for value in values if isinstance(value, (int, float))]
        return int(min(max((abs(number) for number in numbers), default=0), 2**63))


def _largest(values: tuple[Any, ...]) -> float:
    return max((abs(value) for value in values if isinstance(value, (int, float))), default=0)


def _operands(node: nodes.Node) -> list[nodes.Node]:
    """What a chain of `+` and `~` puts together."""
    left: list[nodes.Node] = [node]
    found: list[nodes.Node] = []
    while left and len(found) < MOST_FOUND:
        part = left.pop()
        if isinstance(part, nodes.Concat):
            left += part.nodes
        elif isinstance(part, nodes.Add):
            left += [part.left, part.right]
        else:
            found.append(part)
    return found


def _same(part: nodes.Node, target: nodes.Name | nodes.NSRef) -> bool:
    if isinstance(target, nodes.NSRef):
        part, attribute = (part.node, part.attr) if isinstance(part, nodes.Getattr) else (part, "")
        if attribute != target.attr:
            return False
    return isinstance(part, nodes.Name) and part.name == target.name


def _grows(call: nodes.Node, name: str) -> bool:
    callee = call.node if isinstance(call, nodes.Call) else None
    return (
        isinstance(callee, nodes.Getattr)
        and callee.attr in {"append", "extend", "insert"}
        and isinstance(callee.node, nodes.Name)
        and callee.node.name == name
    )


_CHECKS: dict[type[nodes.Node], Callable[[Checker, Any], None]] = {
    nodes.Getattr: Checker.on_getattr, nodes.Getitem: Checker.on_getitem, nodes.Name: Checker.on_name, nodes.Const: Checker.on_const,
    nodes.Concat: Checker.on_built, nodes.Add: Checker.on_built, nodes.Mul: Checker.on_product, nodes.Mod: Checker.on_remainder,
    nodes.Pow: Checker.on_power, nodes.Keyword: Checker.on_keyword, nodes.NSRef: Checker.on_namespace, nodes.Call: Checker.on_call,
    nodes.Filter: Checker.on_filter, nodes.Test: Checker.on_test, nodes.Assign: Checker.on_assign, nodes.Include: Checker.on_other_file,
    nodes.Import: Checker.on_other_file, nodes.FromImport: Checker.on_other_file, nodes.Extends: Checker.on_other_file,
}  # fmt: skip
