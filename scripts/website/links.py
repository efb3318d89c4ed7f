"""Where a link of a source leads on the site: to a page, to a file in the repository, or nowhere, which is an error."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from cardlint.home import REPOSITORY, SITE
from website.pages import SiteError, href

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_IN_REPOSITORY = re.compile(re.escape(REPOSITORY) + r"/(?:blob|tree)/main/([^#?]*)")
_BRANCH = "main"


def source_href(path: str, *, folder: bool = False) -> str:
    """The web address of a file or folder of the repository."""
    return f"{REPOSITORY}/{'tree' if folder else 'blob'}/{_BRANCH}/{path}"


@dataclass(frozen=True)
class Links:
    """What links may lead to: `addresses` maps files and folders of the repository to the pages made of them.

    `rules` maps the ids of rules to their pages.
    """

    root: Path
    addresses: Mapping[str, str]
    rules: Mapping[str, str]

    def resolve(self, target: str, source: str, line: int, page: str) -> str:
        """The link as the page at the address `page` has to write it; `source` is the file it stands in. Raises SiteError."""
        parts = urlsplit(target)
        if target.startswith(SITE):
            return self._page(target.removeprefix(SITE), source, line, page)
        if match := _IN_REPOSITORY.match(target):
            self._existing(unquote(match[1]).rstrip("/"), target, source, line)
            return target
        if parts.scheme or parts.netloc:
            return target
        if not parts.path:
            return target
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), unquote(parts.path)))
        if path in self.addresses:
            return href(page, self.addresses[path], parts.fragment)
        found = self._existing(path, target, source, line)
        return source_href(path, folder=found.is_dir()) + (f"#{parts.fragment}" if parts.fragment else "")

    def _page(self, rest: str, source: str, line: int, page: str) -> str:
        """The link to a page that is named by its full address."""
        address, _, anchor = rest.partition("#")
        if address not in {*self.addresses.values(), *self.rules.values()}:
            raise SiteError(f"{source}:{line}: the site has no page /{address}")
        return href(page, address, anchor)

    def _existing(self, path: str, target: str, source: str, line: int) -> Path:
        """The file or folder of the repository."""
        found = self.root / path
        if path.startswith("..") or not found.exists():
            raise SiteError(f"{source}:{line}: the link {target} leads nowhere: there is no {path}")
        return found
