"""Pages of the site and their addresses.

Every page is a file `index.md` in a folder of its own, and links name `index.html`: so an address is a folder when the
site is served, as `cardlint.home` promises, and every link works from a disk too, where nothing turns a folder into its page.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


class SiteError(Exception):
    """What is wrong with the sources of the site, as `file:line: message` where there is a line."""


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    `address` is its folder below the site, `rules/metadata/license-unknown/`, or empty for the landing page; `about` is
    one line of plain text; `body` is what the generator reads; `text` is what llms-full.txt quotes; `source` is the file
    of the repository it was made of. A page with `search` False is not found by searching: lists of thousands of ids.
    """

    address: str
    title: str
    about: str
    body: str
    text: str = ""
    source: str | None = None
    search: bool = True

    @property
    def file(self) -> str:
        """The page's file below the generator's folder."""
        return f"{self.address}index.md"


def href(start: str, address: str, anchor: str = "") -> str:
    """The link from the page at one address to the page at another."""
    return f"{posixpath.relpath(f'/{address}index.html', f'/{start}')}{f'#{anchor}' if anchor else ''}"


def file_href(start: str, path: str) -> str:
    """The link from a page to a file that is no page, below the site."""
    return posixpath.relpath(f"/{path}", f"/{start}")


def unique(pages: Iterable[Page]) -> list[Page]:
    """The pages, if no two have one address. Raises SiteError."""
    found: dict[str, Page] = {}
    for page in pages:
        other = found.setdefault(page.address, page)
        if other is not page:
            raise SiteError(f"{page.source or page.title} and {other.source or other.title} would both be the page /{page.address}")
    return list(found.values())
