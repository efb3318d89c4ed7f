"""The one YAML reader: YAML 1.2 core values with the place of every key and scalar, within bounds.

Plain keys with plain values are read here (`yamlplain`), all else from the events of PyYAML (`yamlevents`): of its C parser
where that is present, else of its Python scanner brought to the same answers. The Hub reads cards with a JavaScript parser, so
U+0085, U+2028 and U+2029 are ordinary characters here (YAML 1.2), not line ends (YAML 1.1); `no`, `12:30` and `2025-01-15` are text.
Source: YAML 1.2.2, chapters 5.4 and 10.3; reference table of readers in docs/readers.md.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.nodes import is_null
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily
from cardlint.yamlplain import plain_mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.nodes import Node, Plain

_FORBIDDEN = lazily("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_PLAIN_DEPTH = 2


class Limits(NamedTuple):
    """How much YAML is read before it counts as hostile: code points, nesting, nodes with aliases expanded, seconds.

    The first three decide, the same on every machine; the clock only ends what they should have ended long before.
    """

    size: int = 2_000_000
    depth: int = 100
    nodes: int = 200_000
    seconds: float = 10


class YamlError(Exception):
    """The text is not YAML: `message` says why, `start:end` (file offsets) where the parser stood, `context` where it began."""

    def __init__(self, message: str, start: int, end: int, context: int | None = None) -> None:
        """Offsets count code points of the file."""
        super().__init__(message)
        self.message = message
        self.start = start
        self.end = end
        self.context = context


class HostileYamlError(YamlError):
    """The text is YAML nobody should be asked to read: beyond a limit, a tag, or an alias to itself. `what` names which."""

    def __init__(self, what: str, message: str, start: int, end: int) -> None:
        """Offsets count code points of the file."""
        super().__init__(message, start, end)
        self.what = what


def read_yaml(content: str, *, path: str = "", base: int = 0, limits: Limits = Limits(), pure: bool = False) -> Node | None:
    """The document in `content`, whose first character stands at offset `base` of the file at `path`.

    None where there is no document at all (nothing but blanks and comments). Raises YamlError or HostileYamlError.
    `pure` asks for the Python parser even where the C parser is present.
    """
    if len(content) > limits.size:
        message = f"{len(content):,} characters of YAML; more than {limits.size:,} are not read"
        raise HostileYamlError("size", message, base, base)
    if not pure and limits.depth > _PLAIN_DEPTH and (plain := plain_mapping(content, path, base, limits.nodes, resolve)):
        return plain
    if bad := _FORBIDDEN.search(content):
        message = f"control character U+{ord(bad[0]):04X}, which YAML forbids"
        raise YamlError(message, base + bad.start(), base + bad.end())
    from cardlint.yamlevents import read_events  # PyYAML, whose import takes longer than a small check of what needs none

    return read_events(content, path, base, limits, pure=pure)


def alias_places(content: str, base: int = 0) -> Iterator[tuple[int, int]]:
    """Where the aliases of a document that was read stand, in their order: their nodes are those of the anchors."""
    from cardlint.yamlevents import aliases

    return ((base + start, base + end) for start, end in aliases(content))


_WORDS: dict[str, Plain] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
    ".nan": float("nan"), ".NaN": float("nan"), ".NAN": float("nan"),
}  # fmt: skip
_INTEGER = lazily(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = lazily(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)")
_NUMBER_STARTS = frozenset("0123456789+-.")
_DIGITS_OF_AN_INTEGER = 4000


def resolve(raw: str) -> Plain:
    """What a plain scalar means in YAML 1.2 core (YAML 1.2.2, 10.3.2)."""
    if raw in _WORDS:
        return _WORDS[raw]
    if raw[0] not in _NUMBER_STARTS:
        return raw
    if _INTEGER.fullmatch(raw) and len(raw) < _DIGITS_OF_AN_INTEGER:
        return int(raw) if raw[:2] not in ("0o", "0x") else int(raw, 0)
    if _FLOAT.fullmatch(raw):
        return float(raw.replace(".", "", 1) if raw[-1] in "fF" else raw)
    return raw


def means_nothing(node: Node | None) -> bool:
    """Whether a document is absent or null."""
    return node is None or is_null(node)
