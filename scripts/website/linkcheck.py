"""Whether the pages that were built hold together: every link and anchor leads somewhere, and nothing is loaded from elsewhere."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from cardlint.home import SITE

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_FOUND = "404.html"  # shown in place of any address, so its links begin at the root of the server
_ROOT = urlsplit(SITE).path
_LOADS = {
    "script": ("src",), "img": ("src", "srcset"), "iframe": ("src",), "source": ("src", "srcset"), "video": ("src", "poster"),
    "audio": ("src",), "embed": ("src",), "object": ("data",), "input": ("src",), "track": ("src",), "use": ("href", "xlink:href"),
    "image": ("href", "xlink:href"),
}  # fmt: skip
_LOADING_RELATIONS = frozenset(
    {"stylesheet", "icon", "preload", "prefetch", "modulepreload", "preconnect", "dns-prefetch", "manifest", "apple-touch-icon"}
)
_STYLE = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")


class Reading(HTMLParser):
    """One page: its anchors, its links, and what a browser loads for it, with lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.anchors: set[str] = set()
        self.links: list[tuple[int, str]] = []
        self.loads: list[tuple[int, str]] = []
        self._style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag names, leads to and loads."""
        values = {name: value or "" for name, value in attrs}
        line = self.getpos()[0]
        self.anchors |= {values[name] for name in ("id", "name") if name in values}
        if tag in ("a", "area") and "href" in values:
            self.links.append((line, values["href"]))
        loads = [values[name] for name in _LOADS.get(tag, ()) if name in values]
        if tag == "link" and _LOADING_RELATIONS & set(values.get("rel", "").lower().split()):
            loads.append(values.get("href", ""))
        loads += styles(values.get("style", ""))
        self.loads += [(line, load) for load in loads]
        self._style = tag == "style"

    def handle_data(self, data: str) -> None:
        """Note what a style sheet in the page loads."""
        if self._style:
            self.loads += [(self.getpos()[0], load) for load in styles(data)]

    def handle_endtag(self, tag: str) -> None:
        """Leave a style sheet."""
        del tag
        self._style = False


def styles(css: str) -> list[str]:
    """What a style sheet loads, data in it left aside."""
    found = [first or second for first, second in _STYLE.findall(css)]
    return [each for each in found if not each.startswith(("data:", "#"))]


def broken(site: Path) -> Iterator[str]:
    """What is wrong with the pages below a folder, as `file:line: message`."""
    pages = {path: _read(path) for path in sorted(site.rglob("*.html"))}
    for path, page in pages.items():
        name = path.relative_to(site).as_posix()
        for line, target in page.links:
            if wrong := _wrong(site, path, target, pages):
                yield f"{name}:{line}: {wrong}"
        for line, target in page.loads:
            if wrong := _wrong(site, path, target, pages) or _foreign(target):
                yield f"{name}:{line}: {wrong}"
    for path in sorted(site.rglob("*.css")):
        for target in styles(path.read_text("utf-8")):
            if wrong := _wrong(site, path, target, pages) or _foreign(target):
                yield f"{path.relative_to(site).as_posix()}: {wrong}"


def _read(path: Path) -> Reading:
    page = Reading()
    page.feed(path.read_text("utf-8"))
    return page


def _foreign(target: str) -> str | None:
    parts = urlsplit(target)
    return f"a browser would load {target} from elsewhere" if parts.netloc or parts.scheme not in ("", "data") else None


def _wrong(site: Path, path: Path, target: str, pages: dict[Path, Reading]) -> str | None:
    """What is wrong with one link, or None; those that leave the site are not followed."""
    parts = urlsplit(target)
    if parts.scheme or parts.netloc:
        return None
    if path.name == NOT_FOUND and parts.path.startswith(_ROOT):
        parts = parts._replace(path=parts.path.removeprefix(_ROOT))
    if parts.path.startswith("/"):
        return f"{target} begins at the root of a server, which is nowhere on a disk"
    found = Path(path.parent, unquote(parts.path)).resolve() if parts.path else path
    if not found.is_relative_to(site.resolve()) or not found.is_file():
        return f"{target} leads nowhere"
    if parts.fragment and found in pages and unquote(parts.fragment) not in pages[found].anchors:
        return f"{target} leads to no anchor of that page"
    return None
