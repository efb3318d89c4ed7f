"""A repository as a listing of the Hub has it: what the listing tells costs nothing, the rest is asked for when somebody looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from cardlint.audit.depth import DEPTHS
from cardlint.card import CARD_BYTES
from cardlint.errors import Inapplicable, Unreadable
from cardlint.hubcache import is_path
from cardlint.hubrepo import HubSource, file_entry
from cardlint.hubstates import HubError
from cardlint.policyfile import CONFIG_NAME
from cardlint.repository import CARD_PATH
from cardlint.source import MAX_ENTRIES, FileEntry
from cardlint.weights.cached import cached_property

if TYPE_CHECKING:
    from cardlint.audit.depth import Depth
    from cardlint.hub import Hub
    from cardlint.hubrepo import HubName

_UNKNOWN = -1


class ListedEntry(FileEntry):
    """A file of which the listing tells the name. Looking at its size asks for those of all files of the repository, once."""

    source: ListedSource

    @property
    def size(self) -> int:
        """Bytes. Raises HubError."""
        return self.source.sizes[self.path]


class ListedSource(HubSource):
    """The files of a repository at the commit that a listing names.

    No deeper than `depth` is looked at. Where that is `metadata`, a card in which the Hub reads none has none.
    """

    def __init__(self, hub: Hub, name: HubName, item: dict[str, Any], *, depth: Depth = "weights") -> None:
        """`item` is what the listing says of it, its commit that of the name. Nothing is asked."""
        super().__init__(hub, name)
        self._item = item
        self._depth = depth

    @property
    def info(self) -> dict[str, Any]:
        """What the listing says."""
        return self._item

    @property
    def whole_info(self) -> dict[str, Any]:
        """What the Hub says of this commit, by one request. Raises HubError, the same each time, and Inapplicable."""
        self._assert_deep("files")
        return super().info

    def _assert_deep(self, depth: Depth) -> None:
        if DEPTHS.index(self._depth) < DEPTHS.index(depth):
            raise Inapplicable(f"this audit goes no deeper than {self._depth}")

    @property
    def values(self) -> dict[str, Any] | None:
        """The values of the card as the Hub has read them; None where the card itself has to say."""
        if self._listed:
            held = self._item.get("cardData")
            return held if isinstance(held, dict) else {}
        return super().values

    @property
    def _listed(self) -> bool:
        """Whether what the listing says of the card is all there is to know of it."""
        return self._depth == DEPTHS[0] and self._tree is None and CARD_PATH in self._entries

    @property
    def is_unread(self) -> bool:
        """Whether there is a card, and all that is known is that the Hub reads no metadata in it: there may be none, or it is broken."""
        return self._listed and not self.values

    @cached_property
    def _entries(self) -> dict[str, FileEntry]:
        if self._tree is not None:
            return self._tree
        siblings = self._item["siblings"]
        if len(siblings) > MAX_ENTRIES:
            raise Unreadable(f"{self.name.id} holds more than {MAX_ENTRIES:,} files")
        return {path: self._entry(path) for path in sorted(self._path(item) for item in siblings)}

    def _path(self, item: object) -> str:
        path = item.get("rfilename") if isinstance(item, dict) else None
        if not is_path(path):
            raise HubError("answer", f"the Hub lists a file of {self.about} that has no path")
        return str(path)

    def _entry(self, path: str) -> ListedEntry:
        entry = ListedEntry(path, _UNKNOWN)
        entry.source = self
        return entry

    @cached_property
    def sizes(self) -> dict[str, int]:
        """The size of every file. Raises HubError."""
        told = {entry.path: entry.size for entry in (file_entry(item, self.about) for item in self.whole_info["siblings"])}
        if missing := sorted(self._entries.keys() - told.keys()):
            raise HubError("answer", f"the Hub lists {missing[0]} of {self.about}, and knows nothing of it when asked")
        return told

    def is_closed(self, path: str) -> bool:
        """Whether a gate stands before a file, found out by reading it as the card is read."""
        if not self._item.get("gated") or path not in self._entries:
            return False
        try:
            self.read(path, 0, CARD_BYTES + 1)
        except HubError as error:
            return error.state == "gated"
        return False

    def read(self, path: str, start: int = 0, size: int | None = None) -> bytes:
        """The bytes of a file. From the beginning of one whose size nobody has asked for, they are one request."""
        if path in self._kept:
            return self._kept[path][start : None if size is None else start + size]
        if path in self._refused:
            raise self._refused[path]
        self._assert_deep("card" if path in {CARD_PATH, CONFIG_NAME} else "files")
        if start or size is None or not isinstance(self._entries[path], ListedEntry) or "sizes" in self.__dict__:
            return super().read(path, start, size)
        if self.held is not None and self.held.place(path) is not None:
            return super().read(path, start, size)
        content = self._begun(path, size)
        if len(content) < size:
            self._kept[path] = content
        return content

    def _begun(self, path: str, size: int) -> bytes:
        address = f"/{self.name.prefix}{self.id}/resolve/{self.commit}/{quote(path)}"
        try:
            return self.hub.content(address, f"{self.about}/{path}", 0, size)
        except HubError as error:
            if error.state == "beyond":  # of a file without bytes there is no part that begins at the first (RFC 9110, 15.5.17)
                return b""
            self._refused[path] = error
            raise
