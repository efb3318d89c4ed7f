"""What `dataset_info` says of a dataset against itself, `configs`, the files and the size category.

`datasets` 5.2.0 compares the splits and their numbers of examples with what it loads and raises where they differ
(`utils/info_utils.py`).
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, NamedTuple

from cardlint.checks.vocabulary import quoted, shown
from cardlint.datafiles import GluedError, Tree, has_wildcard, is_elsewhere, within
from cardlint.datafiles_defaults import is_data
from cardlint.datafiles_splits import SplitNameError, configs, inferred
from cardlint.nodes import Mapping, Scalar, Sequence, join, string, strings
from cardlint.problem import Problem, Related
from cardlint.vocabulary import load_vocabulary
from cardlint.weights.cached import cached_property
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.datafiles_splits import Config
    from cardlint.files import Files
    from cardlint.markdown import Markdown
    from cardlint.nodes import Node

_KEY = "dataset_info"
_DEFAULT = "default"
_FEW = 5
_ADDRESS = lazily(r"\]\([^()\n]{0,500}\)|https?://\S{1,500}")
_COUNT = lazily(
    r"(?<![\w.,/#:=+-])(?P<number>\d{1,3}(?:[,\u00a0\u202f']\d{3})+|\d{1,12}(?:\.\d{1,2})?)"
    r"(?: ?(?P<times>k|m|b|thousand|million|billion)\b)?(?![\w/-]|[.,]\d)",
    re.IGNORECASE,
)
_BETWEEN = lazily(r"[,\u00a0\u202f']")
_TIMES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "b": 1e9, "billion": 1e9}
_YEAR = lazily(r"1[89]\d\d|20\d\d")
_RANGE = lazily(r"(?:(?P<low>\d+[KMBT])<)?n(?P<sign>[<>])(?P<high>\d+[KMBT])")


class _Split(NamedTuple):
    subject: str
    node: Mapping
    name: str
    place: Node


class _Info(NamedTuple):
    """The description of one configuration. `name` is None where it names none."""

    subject: str
    node: Mapping
    name: str | None
    splits: tuple[_Split, ...]


class _Sources(NamedTuple):
    """The splits of a configuration as something else than its description has them: their names in order, where, and what says so."""

    names: dict[str, None]
    place: Node | None
    who: str


def contradicted(metadata: Mapping, known: Files | None, markdown: Markdown) -> Iterator[Problem]:
    """Descriptions that disagree with themselves, `configs`, the files or `size_categories`."""
    infos = list(_infos(metadata.get(_KEY)))
    named = list(configs(metadata.get("configs")))
    yield from _repeated(infos)
    for info in infos:
        yield from _twice(info)
        yield from _sum(info)
    yield from _strangers(infos, named)
    others = _Others(infos, named, known)
    for info in infos:
        if info.splits and (source := others.source(info)):
            yield from _compared(info, source)
    yield from _sizes(metadata.get("size_categories"), infos, named, markdown)


def _infos(value: Node | None) -> Iterator[_Info]:
    if isinstance(value, Mapping):
        yield _info(_KEY, value)
    for index, item in enumerate(value.items if isinstance(value, Sequence) else ()):
        if isinstance(item, Mapping):
            yield _info(join(_KEY, index), item)


def _info(subject: str, node: Mapping) -> _Info:
    splits = node.get("splits")
    found = []
    for index, item in enumerate(splits.items if isinstance(splits, Sequence) else ()):
        place = item.get("name") if isinstance(item, Mapping) else None
        if isinstance(item, Mapping) and place is not None and (name := string(place)) is not None:
            found.append(_Split(join(join(subject, "splits"), index), item, name, place))
    return _Info(subject, node, string(node.get("config_name")), tuple(found))


def _repeated(infos: list[_Info]) -> Iterator[Problem]:
    """Descriptions of one configuration that are there twice, of which the library keeps the last."""
    first: dict[str, Node] = {}
    for info in infos:
        place = info.node.get("config_name")
        if info.name is None or place is None:
            continue
        earlier = first.setdefault(info.name, place)
        if earlier is not place:
            message = f"the configuration {quoted(info.name)} is described twice; only the last description is kept"
            related = (Related("the first description", earlier.span),)
            yield Problem(message, place.span, join(info.subject, "config_name"), related)


def _twice(info: _Info) -> Iterator[Problem]:
    """Splits or columns of one description that are there twice."""
    yield from _doubles("split", [(split.subject, split.place, split.name) for split in info.splits])
    features = info.node.get("features")
    columns = []
    for index, item in enumerate(features.items if isinstance(features, Sequence) else ()):
        place = item.get("name") if isinstance(item, Mapping) else None
        if place is not None and (name := string(place)) is not None:
            columns.append((join(join(info.subject, "features"), index), place, name))
    yield from _doubles("column", columns)


def _doubles(what: str, held: list[tuple[str, Node, str]]) -> Iterator[Problem]:
    first: dict[str, Node] = {}
    for subject, place, name in held:
        earlier = first.setdefault(name, place)
        if earlier is not place:
            message = f"the {what} {quoted(name)} is described twice"
            yield Problem(message, place.span, join(subject, "name"), (Related("the first one", earlier.span),))


def _amount(node: Node | None) -> float | None:
    """A number of bytes or rows; None where there is none, or one that schema-violation reports."""
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        return None
    return value


def _sum(info: _Info) -> Iterator[Problem]:
    """`dataset_size` is what the splits have in bytes together; numbers that training splits left broken are rounded."""
    node = info.node.get("dataset_size")
    total = _amount(node)
    parts = [_amount(split.node.get("num_bytes")) for split in info.splits]
    counted = [part for part in parts if part is not None]
    listed = info.node.get("splits")
    whole = isinstance(listed, Sequence) and len(counted) == len(listed.items)
    if node is None or not total or not whole or not sum(counted):
        return
    if not math.isclose(total, sum(counted), rel_tol=1e-6, abs_tol=len(counted)):
        message = f"`dataset_size` is {_bytes(total)}, but the `num_bytes` of the splits add up to {_bytes(sum(counted))}"
        yield Problem(message, node.span, join(info.subject, "dataset_size"))


def _bytes(number: float) -> str:
    return f"{number:,.0f}"


def _strangers(infos: list[_Info], named: list[Config]) -> Iterator[Problem]:
    """Descriptions of configurations that `configs` does not have."""
    names = {config.name: None for config in named}
    if not names or None in names:
        return
    for info in infos:
        place = info.node.get("config_name")
        if place is not None and info.name is not None and info.name not in names:
            hint = _nearest(info.name, [name for name in names if name is not None])
            message = f"{_KEY} describes the configuration {quoted(info.name)}, which `configs` does not have{hint}"
            yield Problem(message, place.span, join(info.subject, "config_name"))


def _nearest(name: str, known: list[str]) -> str:
    from cardlint.nearness import nearest

    near = nearest(name, known[:100])
    return f"; did you mean {shown(near[0])}?" if near else f"; it has {_list(tuple(known))}"


class _Others:
    """What else says which splits a configuration has: `configs`, or the names of the files where it says nothing."""

    def __init__(self, infos: list[_Info], named: list[Config], known: Files | None) -> None:
        self._named = {config.name: config for config in named}
        self._one = infos[0] if len(infos) == 1 else None
        self._known = known

    def source(self, info: _Info) -> _Sources | None:
        """The splits of the described configuration; None where nothing says them for certain."""
        config = self._described(info)
        if config is not None and config.splits is not None:
            if not all(self._matches(config.folder, item.text) for split in config.splits for item in split.patterns):
                return None  # data-files-unmatched reports it, and nobody knows what the splits should be
            names = {split.name: None for split in config.splits}
            return _Sources(names, config.node.get("data_files"), "`data_files` of `configs`") if names else None
        if config is None and (self._named or info is not self._one or info.name not in (None, _DEFAULT)):
            return None
        return self._by_files(config.folder if config else "")

    def _matches(self, folder: str, pattern: str) -> bool:
        """Whether a pattern of `configs` names a file, as far as the files are known. A card alone is judged by itself."""
        if (
            self._tree is None
            or not any(map(is_data, self._tree.paths))
            or is_elsewhere(pattern)
            or is_elsewhere(folder)
            or has_wildcard(folder)
        ):
            return True
        try:
            return bool(self._tree.resolve(within(folder, pattern)))
        except GluedError:
            return False

    def _described(self, info: _Info) -> Config | None:
        """The configuration a description is of: that of its name; where it has none, `default` or the only one."""
        only = info.name is None and info is self._one and len(self._named) == 1
        return next(iter(self._named.values())) if only else self._named.get(info.name or _DEFAULT)

    @cached_property
    def _tree(self) -> Tree | None:
        """The files, where all of them are known and no script makes other splits of them."""
        entries = list(self._known or ())
        unsure = any(entry.outside or ("/" not in entry.path and entry.path.endswith(".py")) for entry in entries)
        return None if unsure else Tree(entry.path for entry in entries)

    def _by_files(self, folder: str) -> _Sources | None:
        if self._tree is None or is_elsewhere(folder) or has_wildcard(folder):
            return None
        try:
            found = inferred(self._tree, folder)
        except SplitNameError:
            return None
        readable = bool(found) and all(any(is_data(path) for path in files) for files in found.values())
        return _Sources(dict.fromkeys(found), None, "the names of the files") if readable else None


def _compared(info: _Info, source: _Sources) -> Iterator[Problem]:
    """Splits described and not there, and splits there and not described: the library raises on either."""
    related = () if source.place is None else (Related(f"{source.who}", source.place.span),)
    described = {split.name for split in info.splits}
    for split in info.splits:
        if split.name not in source.names:
            message = f"{_KEY} has the split {quoted(split.name)}, but {source.who} make {_list(tuple(source.names))} alone"
            yield Problem(message, split.place.span, join(split.subject, "name"), related)
    missing = tuple(name for name in source.names if name not in described)
    if missing and len(missing) < len(source.names):
        message = f"{source.who} make {_list(missing)}, which {_KEY} does not have among its splits"
        place = info.node.entry("splits")
        assert place is not None
        yield Problem(message, place.key.span, join(info.subject, "splits"), related)


def _list(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _FEW} more" if len(names) > _FEW else ""
    return ", ".join(quoted(name) for name in names[:_FEW]) + more


def _sizes(value: Node | None, infos: list[_Info], named: list[Config], markdown: Markdown) -> Iterator[Problem]:
    """Size categories in which neither all rows together nor those of any part lie."""
    known = _categories()
    ranges = [known[text] for text in strings(value) if text in known]
    counts = [_amount(split.node.get("num_examples")) for info in infos for split in info.splits]
    rows = [count for count in counts if count is not None]
    if value is None or not ranges or len(ranges) < len(strings(value)) or not rows or not any(rows):
        return
    all_described = len(rows) == len(counts) and {config.name for config in named} <= {info.name or _DEFAULT for info in infos}
    if max(rows) > max(end for _, end in ranges):
        yield _size(value, f"{_KEY} has a split of {_bytes(max(rows))} rows", max(rows))
    elif all_described and sum(rows) < min(start for start, _ in ranges) and not _counted(markdown, ranges):
        # Where rows are documents or sessions, the category may count what is in them.
        yield _size(value, f"{_KEY} has {_bytes(sum(rows))} rows in all", sum(rows))._replace(at_most="note")


def _counted(markdown: Markdown, ranges: list[tuple[float, float]]) -> bool:
    """Whether the text of the card gives a number in one of the size categories: then that is what they count."""
    counts = (_count(match) for span in markdown.paragraphs for match in _COUNT.finditer(_ADDRESS.sub(" ", markdown.text.cut(span))))
    return any(start <= count < end for count in counts for start, end in ranges)


def _count(match: re.Match[str]) -> float:
    """A number in prose; one that may be a year counts nothing."""
    if _YEAR.fullmatch(match[0].strip()):
        return -1
    return float(_BETWEEN.sub("", match["number"])) * _TIMES.get((match["times"] or "").lower(), 1)


def _size(value: Node, fact: str, rows: float) -> Problem:
    right = next(name for name, (start, end) in _categories().items() if start <= rows < end)
    return Problem(f"{fact}, which is {right} and not {shown(' or '.join(strings(value)))}", value.span, "size_categories")


def _categories() -> dict[str, tuple[float, float]]:
    """The size categories that are ranges, each with its least number of rows and the one above its largest."""
    found = {}
    for name in load_vocabulary("size_categories").values:
        if match := _RANGE.fullmatch(name):
            low, above, high = match["low"], match["sign"] == ">", match["high"]
            found[name] = (_rows(high), math.inf) if above else (_rows(low) if low else 0, _rows(high))
    return found


def _rows(text: str) -> float:
    return float(text[:-1]) * float(1000 ** ("KMBT".index(text[-1]) + 1))
