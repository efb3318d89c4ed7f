"""Templates read by jinja2's own parser, with the tags that chat templates use. They are never compiled, let alone rendered."""

from __future__ import annotations

import warnings
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, TemplateSyntaxError, nodes
from jinja2.ext import Extension

if TYPE_CHECKING:
    from jinja2.parser import Parser

DEEPEST = 200  # nodes within each other; templates people use have some fifty


class WrongTemplateError(Exception):
    """A text that is no template: why, and in which line."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.reason, self.line = reason, line


class _Generation(Extension):
    """`{% generation %}…{% endgeneration %}`, with which transformers marks what the model itself said."""

    tags = frozenset({"generation"})  # type: ignore[assignment]

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        return nodes.Scope(parser.parse_statements(("name:endgeneration",), drop_needle=True), lineno=line)


@cache
def _environment() -> Environment:
    """The settings of transformers/utils/chat_template_utils.py, and `{% do %}`, which others allow."""
    extensions: list[str | type[Extension]] = ["jinja2.ext.do", "jinja2.ext.loopcontrols", _Generation]
    return Environment(trim_blocks=True, lstrip_blocks=True, extensions=extensions, autoescape=False)  # noqa: S701 - nothing is rendered


def parse(text: str) -> nodes.Template:
    """The syntax tree, no deeper than DEEPEST. Raises WrongTemplateError."""
    tree = _parsed(text)
    layer: list[nodes.Node] = [tree]
    depth = 0
    while layer:
        depth += 1
        if depth > DEEPEST:
            raise WrongTemplateError("is nested deeper than any template needs", layer[0].lineno or 1)
        layer = [child for node in layer for child in node.iter_child_nodes()]
    return tree


def every(tree: nodes.Node) -> list[nodes.Node]:
    """A node and all that are in it, in the order of the text."""
    found: list[nodes.Node] = []
    left = [tree]
    while left:
        node = left.pop()
        found.append(node)
        left += reversed(list(node.iter_child_nodes()))
    return found


def _parsed(text: str) -> nodes.Template:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in texts that Python does not know
            return _environment().parse(text)
    except TemplateSyntaxError as error:
        raise WrongTemplateError(error.message or "is not understood", error.lineno) from error
    except (RecursionError, ValueError, OverflowError) as error:
        raise WrongTemplateError("is nested too deep or has too long a number", 1) from error
