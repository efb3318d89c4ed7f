"""Reference pages that are made of the code: commands, report formats, exit codes."""

from __future__ import annotations

import importlib
import re
from html import escape
from typing import TYPE_CHECKING

import click

from cardlint.cli.group import cli
from cardlint.formats import FORMATS
from website.markup import Converter, code, heading, raw
from website.pages import Page, SiteError, href
from website.schemas import address as schema_address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from website.links import Links

_EXIT_CODES = "What the exit code means"
_WIDTH = 100


def reference_pages(root: Path, links: Links) -> Iterator[Page]:
    """The pages of commands, formats and exit codes."""
    yield _commands()
    yield _formats()
    yield _exit_codes((root / "README.md").read_text("utf-8"), links)


def _commands() -> Page:
    shown = [heading(1, "Commands", "commands"), raw(code(_help(cli, "cardlint"), "text"))]
    for name, command in _all(cli, "cardlint"):
        shown += [heading(2, f"<code>{name}</code>", name.replace(" ", "-")), raw(code(_help(command, name), "text"))]
    return Page("reference/commands/", "Commands", "Every command and option", "".join(shown))


def _all(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    """The commands of a group, and those below them."""
    context = click.Context(group, info_name=name)
    for each in group.list_commands(context):
        if (command := group.get_command(context, each)) is None:
            raise SiteError(f"{name} lists a command {each} and has none")
        yield f"{name} {each}", command
        if isinstance(command, click.Group):
            yield from _all(command, f"{name} {each}")


def _help(command: click.Command, name: str) -> str:
    context = click.Context(command, info_name=name, terminal_width=_WIDTH, max_content_width=_WIDTH, help_option_names=["-h", "--help"])
    return command.get_help(context) + "\n"


def _formats() -> Page:
    page = "reference/reports/"
    rows = []
    for name in FORMATS:
        about = (importlib.import_module(f"cardlint.formats.{name}").__doc__ or "").partition("\n")[0]
        rows.append(f'<tr><th scope="row"><code>{name}</code></th><td>{escape(about)}</td></tr>')
    schema = f'<a href="{href(page, schema_address("schemas/report.schema.json"))}">schema</a>'
    body = [
        heading(1, "Report formats", "report-formats"),
        raw("<p>One run writes as many as are asked for; all but one need a file.</p>"),
        raw(code("cardlint check --output-format text --output-format json=report.json\n", "console")),
        raw(f"<table><thead><tr><th>format</th><th>what it is</th></tr></thead><tbody>{''.join(rows)}</tbody></table>"),
        raw(f"<p>What <code>json</code> holds, and every other format is made of, is the {schema} of a report.</p>"),
    ]
    return Page(page, "Report formats", "Every format of a report", "".join(body))


def _exit_codes(readme: str, links: Links) -> Page:
    """The section of the README. Raises SiteError where it has none."""
    found = re.search(rf"^## {_EXIT_CODES}\n(.*?)(?=^## )", readme, re.DOTALL | re.MULTILINE)
    if found is None:
        raise SiteError(f'README.md: there is no section "## {_EXIT_CODES}", of which a page is made')
    page = "reference/exit-codes/"
    to = Converter("README.md", page, links, readme[: found.start(1)].count("\n") + 1)
    body = heading(1, "Exit codes", "exit-codes") + to.convert(found[1])
    return Page(page, "Exit codes", "What the exit code of a run means", body)
