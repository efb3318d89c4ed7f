"""The site for programs that read text: llms.txt names every page, llms-full.txt quotes the documents and the rule cards."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.home import SITE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from website.pages import Page

_GROUPS = (("rules/", "Rules"), ("policies/", "Policies"), ("reference/", "Reference"), ("decisions/", "Decisions"))


def index(pages: Sequence[Page]) -> str:
    """llms.txt: every page with its address and a line on it."""
    home = next(page for page in pages if not page.address)
    groups: dict[str, list[str]] = {"Guides": []}
    for page in pages:
        name = next((name for start, name in _GROUPS if page.address.startswith(start)), "Guides")
        groups.setdefault(name, []).append(f"- [{page.title}]({SITE}{page.address}): {page.about}")
    full = f"Everything in one file: {SITE}llms-full.txt"
    return (
        "\n\n".join([f"# {home.title}", f"> {home.about}", full, *(f"## {name}\n\n" + "\n".join(lines) for name, lines in groups.items())])
        + "\n"
    )


def full(pages: Sequence[Page]) -> str:
    """llms-full.txt: documents, policies and rule cards as they are written."""
    return "\n".join(f"<!-- {SITE}{page.address} -->\n\n{page.text.strip()}\n" for page in pages if page.text)
