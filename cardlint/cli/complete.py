"""What can stand at a place of the command line, for shells that ask. Everything is imported when one does."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import click
    from click.shell_completion import CompletionItem

    Items = list[CompletionItem[str]]

VARIABLE = "_CARDLINT_COMPLETE"
_MOST_FILES = 1_000


def rules(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> Items:
    """The ids of the rules that ship and of those that plug-ins bring."""
    del ctx, parameter
    return _items(_rules(), incomplete)


def selectors(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> Items:
    """The next of a comma-separated list of rules: ids, categories with their slash, `all`; none twice."""
    del ctx, parameter
    head, comma, last = incomplete.rpartition(",")
    known = dict(_rules())
    categories = sorted({f"{rule.category}/" for rule in _known().values()})
    offered = [*known.items(), *((name, f"all of {name}") for name in categories), ("all", "every rule")]
    return _items([item for item in offered if item[0] not in head.split(",")], last, head + comma)


def policies(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> Items:
    """The policies that ship; where none begins so, it is a file."""
    from cardlint.policyfile import shipped_policies

    return _items(((name, None) for name in shipped_policies()), incomplete) or paths(ctx, parameter, incomplete)


def outputs(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> Items:
    """The output formats, and after a format and `=` its file."""
    del ctx, parameter
    from cardlint.formats import FORMATS

    name, given, start = incomplete.partition("=")
    if given and name in FORMATS:
        return _items(((path, None) for path in listed(start)), start, f"{name}=")
    return _items(((known, None) for known in FORMATS), incomplete)


def paths(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> Items:
    """Files and folders, which the shell itself knows best."""
    del ctx, parameter
    from click.shell_completion import CompletionItem

    return [CompletionItem(incomplete, type="file")]


def _known() -> dict[str, Any]:
    from cardlint.rule import known

    return known()


def _rules() -> Iterator[tuple[str, str | None]]:
    return ((name, rule.title) for name, rule in sorted(_known().items()))


def _items(offered: Iterable[tuple[str, str | None]], start: str, before: str = "") -> Items:
    """What of `offered`, values with their help, begins with `start`, after what stands before it in the same word."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(before + value, help=about) for value, about in offered if value.startswith(start)]


def listed(start: str) -> list[str]:
    """The paths that begin so, folders with their slash; none that could act in a terminal or break the shell's lines."""
    folder, slash, name = start.rpartition("/")
    try:
        with os.scandir(folder + slash or ".") as entries:
            found = [entry.name + "/" * entry.is_dir() for entry in entries if entry.name.startswith(name)]
    except OSError:
        return []
    hidden = name.startswith(".")
    return sorted(folder + slash + item for item in found if item.isprintable() and (hidden or item[0] != "."))[:_MOST_FILES]
