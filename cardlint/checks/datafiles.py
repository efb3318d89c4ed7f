"""Files a dataset card names and the repository does not hold, and scripts that no longer load them."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING

from cardlint import datafiles
from cardlint.checks.vocabulary import quoted, shown
from cardlint.datafiles import GluedError, Tree, has_wildcard, within
from cardlint.datafiles_defaults import is_data
from cardlint.datafiles_splits import SplitNameError, configs, inferred
from cardlint.nodes import join
from cardlint.problem import Problem
from cardlint.weights.cached import cached_property
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.contents import Contents
    from cardlint.datafiles_splits import Config, Split, Written
    from cardlint.files import Files
    from cardlint.nodes import Node
    from cardlint.repository import Identity

_FEW = 3
_ABSOLUTE = lazily(r"/|~|\.\.(?:/|\Z)|[A-Za-z]:[\\/]")
_MOST_NAMES = 2000
_MOST_SCRIPTS = 100
# Scripts of many tables of names have been 300 kB.
_SCRIPT_BYTES = 2_000_000
# Hints look through all names; nobody reads more of them than this.
_MOST_HINTS = 40


class _Judge:
    """What patterns are judged by: the files, links to what is not known, and whether there is any data at all."""

    def __init__(self, files: Files) -> None:
        self.tree = Tree(entry.path for entry in files)
        self.links = tuple(entry.path for entry in files if entry.outside)
        self.bare = not any(is_data(path) for path in self.tree.paths)
        self._hints = 0

    def has_hint(self) -> bool:
        """Whether one more hint may be looked for."""
        self._hints += 1
        return self._hints <= _MOST_HINTS

    @cached_property
    def folders(self) -> list[str]:
        """The first folders, for names that are nearly theirs."""
        return sorted(self.tree.folders)[:_MOST_NAMES]

    @cached_property
    def folded(self) -> Tree:
        """The first files without regard to letter case."""
        return Tree(path.casefold() for path in islice(self.tree.paths, _MOST_NAMES))


def unmatched(value: Node, files: Files, known: Files | None) -> Iterator[Problem]:
    """Patterns of `configs` that name no file, and folders that hold none. `known` has the files that are not to be checked, too."""
    judge = _Judge(files if known is None else known)
    for config in configs(value):
        if config.splits is None:
            yield from _folder(judge, config)
        for split in config.splits or ():
            yield from _split(judge, config, split)


def _split(judge: _Judge, config: Config, split: Split) -> Iterator[Problem]:
    """The patterns of one split that name nothing. The library reads on where others of the split name something."""
    names = {item.subject: _names_something(judge, config, item) for item in split.patterns}
    for item in split.patterns:
        if not names[item.subject]:
            spare = has_wildcard(item.text) and any(names.values()) and not _glued(item.text)
            yield Problem(_message(judge, config, item), item.node.span, item.subject, at_most="warning" if spare or judge.bare else None)


def _names_something(judge: _Judge, config: Config, item: Written) -> bool:
    if datafiles.is_elsewhere(item.text) or datafiles.is_elsewhere(config.folder) or has_wildcard(config.folder):
        return True
    pattern = within(config.folder, item.text)
    try:
        return bool(judge.tree.resolve(pattern)) or any(_may_lie_in(link, pattern) for link in judge.links)
    except GluedError:
        return False


def _may_lie_in(link: str, pattern: str) -> bool:
    """Whether a pattern may name something in a folder that a link leads to, which is not listed."""
    for step, wanted in zip(link.split("/"), pattern.removeprefix("./").split("/"), strict=False):
        if has_wildcard(wanted):
            return True
        if step != wanted:
            return False
    return pattern.count("/") > link.count("/")


def _glued(pattern: str) -> bool:
    return any("**" in step and step != "**" for step in pattern.split("/"))


def _folder(judge: _Judge, config: Config) -> Iterator[Problem]:
    """A configuration with a folder instead of files, and nothing in it."""
    place = config.node.get("data_dir")
    folder = config.folder.removeprefix("./").rstrip("/")
    if place is None or not folder or folder == "." or datafiles.is_elsewhere(folder) or has_wildcard(folder):
        return
    if any(_may_lie_in(link, f"{folder}/*") for link in judge.links):
        return
    try:
        found = bool(inferred(judge.tree, folder))
    except SplitNameError:
        return
    if not found:
        message = f"the folder {quoted(folder)} holds no data files{_holds(judge, folder) if judge.has_hint() else ''}"
        yield Problem(message, place.span, join(config.subject, "data_dir"), at_most="warning" if judge.bare else None)


def _message(judge: _Judge, config: Config, item: Written) -> str:
    pattern = within(config.folder, item.text)
    inside = f" in the folder {quoted(config.folder)}" if config.folder and not item.text.startswith("/") else ""
    return f"{quoted(item.text)} matches no file{inside}{_reason(judge, pattern, item.text) if judge.has_hint() else ''}"


def _reason(judge: _Judge, pattern: str, written: str) -> str:
    """Why a pattern names nothing, or what it may have meant, as the end of a sentence."""
    if _glued(pattern):
        whole = re.sub(r"\*\*+", "**/*", pattern) if re.fullmatch(r"(?:[^*]*/)?\*\*+[^*/]*", pattern) else ""
        return "; `**` must stand alone between slashes" + (f": write {shown(whole)}" if whole else "")
    if _ABSOLUTE.match(written):
        return _outside(judge, pattern)
    hidden = list(islice(judge.tree.matched(pattern), 1))
    if hidden:
        return f", because the library leaves out {shown(hidden[0])} where it is not named outright"
    if judge.bare:
        return "; the repository holds no data files"
    return _meant(judge, pattern, written) or _holds(judge, _literal_folder(pattern))


def _outside(judge: _Judge, pattern: str) -> str:
    name = re.split(r"[\\/]", pattern)[-1]
    near = [path for path in judge.tree.paths if path.rpartition("/")[2] == name]
    hint = f"; did you mean {shown(near[0])}?" if len(near) == 1 else ""
    return f", because it leads out of the repository{hint}"


def _meant(judge: _Judge, pattern: str, written: str) -> str:
    """What was probably meant: another letter case, slashes, a folder, files of this name elsewhere, a near name."""
    tree = judge.tree
    plain = pattern.rstrip("/")
    if plain in tree.folders:
        return f", because it is a folder; write {shown(written.rstrip('/'))}/* or {shown(written.rstrip('/'))}/**"
    if "{" in pattern and "}" in pattern:
        return ", because braces are not expanded; list the patterns"
    for other in (pattern.replace("\\", "/"), re.sub("/{2,}", "/", pattern)):
        if other != pattern and tree.resolve(other):
            return f"; did you mean {shown(other)}?"
    if hit := _otherwise_cased(judge, pattern):
        return f"; did you mean {shown(hit)}? (upper and lower case differ)"
    name = pattern.rpartition("/")[2]
    elsewhere = tree.resolve(f"**/{name}") if name.strip("*?[]") else []
    folders = list(dict.fromkeys(path.rpartition("/")[0] for path in elsewhere))
    if len(folders) == 1:
        return f"; did you mean {shown(f'{folders[0]}/{name}' if folders[0] else name)}?"
    return _near(tree, pattern) if not has_wildcard(pattern) else ""


def _otherwise_cased(judge: _Judge, pattern: str) -> str:
    hits = judge.folded.resolve(pattern.casefold())
    return next((path for path in judge.tree.paths if path.casefold() == hits[0]), "") if hits else ""


def _near(tree: Tree, pattern: str) -> str:
    from cardlint.nearness import nearest

    near = nearest(pattern, islice((path for path in tree.paths if is_data(path)), _MOST_NAMES))
    return f"; did you mean {shown(near[0])}?" if near else ""


def _literal_folder(pattern: str) -> str:
    """The steps of a pattern before its name and before the first wildcard."""
    steps: list[str] = []
    for step in pattern.split("/")[:-1]:
        if has_wildcard(step):
            break
        if step not in ("", "."):
            steps.append(step)
    return "/".join(steps)


def _holds(judge: _Judge, folder: str) -> str:
    """What a folder does hold, or the nearest one above it that is there."""
    if folder and folder not in judge.tree.folders:
        from cardlint.nearness import nearest

        near = nearest(folder, judge.folders)
        return f"; there is no folder {quoted(folder)}" + (f"; did you mean {shown(near[0])}?" if near else "")
    prefix = f"{folder}/" if folder else ""
    paths = islice(judge.tree.paths, *judge.tree.below(prefix))
    inside = [path for path in paths if "/" not in path[len(prefix) :] and is_data(path)]
    if not inside:
        return ""
    more = f" and {len(inside) - _FEW} more" if len(inside) > _FEW else ""
    return f"; {shown(folder) if folder else 'the root'} holds {', '.join(shown(path[len(prefix) :]) for path in inside[:_FEW])}{more}"


def scripts(identity: Identity, files: Files, contents: Contents, *, builders: list[str]) -> Iterator[Problem]:
    """Loading scripts in the root. `builders` are the classes of the library that such a script derives from."""
    own = f"{(identity.id or '').rpartition('/')[2]}.py"
    pattern = _builder(builders)
    for path in [entry.path for entry in files if "/" not in entry.path and entry.path.endswith(".py")][:_MOST_SCRIPTS]:
        text = contents.text(path, _SCRIPT_BYTES)
        match = pattern.search(text.content)
        if match is not None:
            refused = ", and for its name they refuse the data beside it, too" if path == own else ""
            message = f"{shown(path)} is a loading script, code that `datasets` 4.0 and later do not run{refused}"
            yield Problem(f"{message}; publish the data as Parquet files instead", text.span(*match.span("name")), path)
        elif path == own:
            message = f"{shown(path)} is called like the repository, so that `datasets` 4.0 and later take it for a loading script"
            yield Problem(f"{message} and load nothing; rename it", text.span(0, 0), path)


def _builder(names: list[str]) -> re.Pattern[str]:
    """A class that derives from one of these, under whatever name their module was imported; those of TensorFlow Datasets are others."""
    bases = "|".join(map(re.escape, names))
    return re.compile(
        rf"^class[ \t]+(?P<name>\w{{1,200}})\s{{0,20}}\((?![^()]{{0,200}}\btfds\.)[^()]{{0,200}}\b(?:{bases})\b", re.MULTILINE
    )
