"""Whether the files suffice: what the declared library needs to load a model, against what is there."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, Any

from cardlint.checks.vocabulary import quoted, shown
from cardlint.errors import Obstacle
from cardlint.locate import data_folder
from cardlint.nodes import Mapping, Scalar, Sequence, string, walk
from cardlint.problem import Problem
from cardlint.source import matches
from cardlint.weights.cached import cached_property
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cardlint.contents import Contents
    from cardlint.files import Files
    from cardlint.nodes import Entry, Node

_KEY = "library_name"
_CONFIG, _TOKENIZER_CONFIG = "config.json", "tokenizer_config.json"
_PIPELINE, _MODULES = "model_index.json", "modules.json"
_ANYWHERE = "**/"
_MOST_PARTS = 200
_PAIR = 2
# `model-00001-of-00003.safetensors`: what comes before, the number, of how many, and the ending.
_SHARD = lazily(r"(?P<stem>.*)-(?P<number>\d{5})-of-(?P<total>\d{5})(?P<ending>\.(?:safetensors|bin|gguf))")


@cache
def needs_of_libraries() -> dict[str, dict[str, Any]]:
    """What each library needs, by its name.

    A library has `unless`, patterns of files that are loaded in another way, and `needs`. Of a need, one pattern of `any`
    has to match a path; `add` is what to add. It counts only for `tasks` (null where the card names none), where every
    group of `where` matches and none of `unless`; where a file of `beside` lies in the root, the needed one has to lie
    there. `main` needs are those without which nothing is there at all; `own_code`, `model_types` and `classes` say what
    else may stand for it.
    """
    held: dict[str, dict[str, Any]] = json.loads((data_folder("schemas") / "loading" / "libraries.json").read_bytes())["values"]
    return held


class _Names:
    """A listing, asked by pattern: `name` in the root, `**/name` anywhere, anything else against whole paths."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self._known: dict[str, bool] = {}

    @cached_property
    def root(self) -> list[str]:
        """The names in the root."""
        return [path for path in self.files.by_path if "/" not in path]

    @cached_property
    def _lines(self) -> str:
        """All paths, each on a line of its own."""
        return "".join(f"/{path}\n" for path in self.files.by_path)

    def any(self, patterns: Iterable[str]) -> bool:
        """Whether one of the patterns matches something."""
        return any(map(self._has, patterns))

    def _has(self, pattern: str) -> bool:
        if pattern not in self._known:
            self._known[pattern] = self._matches(pattern)
        return self._known[pattern]

    def _matches(self, pattern: str) -> bool:
        name = pattern.removeprefix(_ANYWHERE)
        if "*" not in name:
            return name in self.files if name == pattern else f"/{name}\n" in self._lines
        # Whole listings are searched for the longest piece first: that takes no time, and most pieces are nowhere.
        if max(pattern.replace(_ANYWHERE, "").split("*"), key=len) not in self._lines:
            return False
        steps = re.escape(pattern).replace(r"\*\*/", r"(?:[^\n]*/)?").replace(r"\*\*", r"[^\n]*").replace(r"\*", r"[^/\n]*")
        return re.search(f"^/{steps}$", self._lines, re.MULTILINE) is not None


class _Model:
    """One repository with what is read of it; what could not be read is remembered."""

    def __init__(self, metadata: Mapping, files: Files, contents: Contents) -> None:
        self.task = string(metadata.get("pipeline_tag"))
        self.names = _Names(files)
        self.obstacle: Obstacle | None = None
        self._contents = contents
        self._documents: dict[str, Node | None] = {}

    def document(self, path: str) -> Node | None:
        """A JSON file in the root; None where it is not there or cannot be read."""
        if path not in self._documents:
            self._documents[path] = self._read(path) if path in self.names.files else None
        return self._documents[path]

    def _read(self, path: str) -> Node | None:
        try:
            return self._contents.json(path)
        except Obstacle as error:
            self.obstacle = error
            return None

    def value(self, path: str, key: str) -> Node | None:
        """The value of a key of a JSON file in the root."""
        document = self.document(path)
        return document.get(key) if isinstance(document, Mapping) else None


def missing(  # noqa: PLR0913 - data of the rule
    metadata: Mapping, files: Files, contents: Contents, *,
    bare: list[str], weights: list[str], helpers: list[str],
    weightless: list[str], component_libraries: list[str], modules: dict[str, list[str]],
) -> Iterator[Problem]:  # fmt: skip
    """Files that the declared library needs and that are not there.

    `bare` are files that say nothing of a model; `weights` the patterns of weights, `helpers` those of what a training
    leaves beside them. Of the components that a diffusers
    pipeline names, those of `component_libraries` have weights unless their class is of `weightless`. `modules` are the
    files that a module of sentence-transformers has, alternatives parted by `|`.
    """
    declared = _declared(metadata)
    if declared is None or all(_is_any(entry.path, bare) for entry in files):
        return
    name = declared.raw
    library = needs_of_libraries()[name]
    model = _Model(metadata, files, contents)
    yield from _gaps(files, declared)
    if model.names.any(library["unless"]):
        return
    lacking = [need for need in library["needs"] if _lacks(model, need)]
    other = next((path for path in model.names.root if _is_any(path, weights) and not _is_any(path, helpers)), None)
    yield from _listed(model, declared, library["needs"], lacking, f" ({shown(other)} is not read by that name)" if other else "")
    if not any(need["need"] == "weights" for need in lacking):
        yield from _components(model, name, weights, weightless, component_libraries)
        yield from _modules(model, modules)
        yield from _own_code(model)
    if model.obstacle is not None:
        raise model.obstacle


def _gaps(files: Files, declared: Scalar) -> Iterator[Problem]:
    """Numbered sets of weights in the root, or in a folder of it, that lack a number: their names alone prove it."""
    sets: dict[tuple[str, str, str], set[int]] = {}
    for path in files.by_path:
        if path.count("/") <= 1 and (match := _SHARD.fullmatch(path)):
            sets.setdefault((match["stem"], match["total"], match["ending"]), set()).add(int(match["number"]))
    for (stem, total, ending), there in sets.items():
        first = 0 if 0 in there else 1
        lacking = int(total) - len(there)
        if lacking > 0 and "checkpoint" not in stem.rpartition("/")[0]:
            number = next(number for number in count(first) if number not in there)
            path = f"{stem}-{number:05}-of-{total}{ending}"
            more = f" (and {lacking - 1} more of the {int(total)})" if lacking > 1 else ""
            yield Problem(f"the weights are in {int(total)} parts, and there is no {shown(path)}{more}; add it", declared.span, path)


def _is_any(path: str, globs: list[str]) -> bool:
    return any(matches(path, glob) for glob in globs)


def _declared(metadata: Mapping) -> Scalar | None:
    """The library the card declares, by `library_name` or else by the one tag that names a library with known needs."""
    written = metadata.get(_KEY)
    tags = metadata.get("tags")
    named = [item for item in tags.items if string(item) in needs_of_libraries()] if isinstance(tags, Sequence) else []
    value = written if written is not None else named[0] if len(named) == 1 else None
    return value if isinstance(value, Scalar) and string(value) in needs_of_libraries() else None


def _lacks(model: _Model, need: dict[str, Any]) -> bool:
    """Whether the need counts for this model and is not met."""
    names = model.names
    if "tasks" in need and model.task not in need["tasks"]:
        return False
    if not all(map(names.any, need.get("where", ()))) or names.any(need.get("unless", ())):
        return False
    return not _met(names, need) and not _is_excused(model, need)


def _met(names: _Names, need: dict[str, Any]) -> bool:
    in_root = names.any(need.get("beside", ()))
    return names.any(pattern.removeprefix(_ANYWHERE) if in_root else pattern for pattern in need["any"])


def _is_excused(model: _Model, need: dict[str, Any]) -> bool:
    """Whether code of the repository's own, or an architecture that needs no such file, stands for it."""
    if need.get("own_code") and (model.names.any(["modeling_*.py"]) or model.value(_CONFIG, "auto_map") is not None):
        return True
    if string(model.value(_CONFIG, "model_type")) in need.get("model_types", ()):
        return True
    return "classes" in need and string(model.value(_TOKENIZER_CONFIG, "tokenizer_class")) in need["classes"]


def _listed(model: _Model, declared: Scalar, needs: list[dict[str, Any]], lacking: list[dict[str, Any]], other: str) -> Iterator[Problem]:
    """What the listing lacks: one problem where nothing is there, or no weights are, and one for each need otherwise.

    `other` names weights that are there under another name.
    """
    main = [need for need in needs if need.get("main")]
    parts = [need for need in needs if not need.get("main")]
    name, span = declared.raw, declared.span
    if lacking and not any(_met(model.names, need) for need in main):
        # A tokenizer or a processor of its own is no model, and needs none.
        if model.task is not None or not any(_met(model.names, need) for need in parts):
            yield Problem(
                f"there is nothing that {name} loads; add {_added(main)}, or name the library that loads what is here", span, _KEY
            )
        return
    without_weights = [need for need in lacking if need["need"] == "weights"]
    for need in without_weights or lacking:
        if need["need"] == "weights":
            message = f"there are no weights that {name} loads{other}; add {need['add']}"
        elif need["need"] == need["add"]:
            message = f"{name} needs {need['add']} to load this, and there is none{_where_else(model, need)}; add it"
        else:
            message = f"{name} needs a {need['need']} for {model.task or 'this'}, and there is none; add {need['add']}"
        yield Problem(message, span, need["need"])


def _added(needs: list[dict[str, Any]]) -> str:
    return " and ".join(need["add"] for need in reversed(needs))


def _where_else(model: _Model, need: dict[str, Any]) -> str:
    """Where a file of the needed name lies in a folder."""
    found = next((path for path in model.names.files.by_path if path.endswith(f"/{need['add']}")), None)
    return f" beside the weights ({shown(found)} is not read)" if found else ""


def _components(model: _Model, library: str, weights: list[str], weightless: list[str], libraries: list[str]) -> Iterator[Problem]:
    """Components that model_index.json names, without folder, configuration or weights."""
    index = model.document(_PIPELINE) if library == "diffusers" else None
    if not isinstance(index, Mapping):
        return
    for entry in index.effective()[:_MOST_PARTS]:
        kind = _component_class(entry, libraries)
        if kind is None or "/" in entry.name:
            continue
        inside = [path.partition("/")[2] for path in model.names.files.by_path if path.startswith(f"{entry.name}/")]
        named = f"model_index.json names the component {quoted(entry.name)} ({shown(kind)})"
        if not inside:
            yield Problem(f"{named}, and there is no folder of that name; add it", entry.value.span, f"{entry.name}/")
        elif not _is_any(kind, weightless):
            yield from _component(entry, inside, named, weights)


def _component_class(entry: Entry, libraries: list[str]) -> str | None:
    """The class of a component of a known library; None for what is no component, or comes from elsewhere."""
    value = entry.value
    if entry.name.startswith("_") or not isinstance(value, Sequence) or len(value.items) != _PAIR:
        return None
    library, kind = map(string, value.items)
    return kind if library in libraries else None


def _component(entry: Entry, inside: list[str], named: str, weights: list[str]) -> Iterator[Problem]:
    if not any(_is_any(path, weights) for path in inside):
        yield Problem(f"{named}, and there are no weights in its folder; add them", entry.value.span, f"{entry.name}/weights")
    elif _CONFIG not in inside:
        path = f"{entry.name}/{_CONFIG}"
        yield Problem(f"{named}, and there is no {path}; add it", entry.value.span, path)


def _modules(model: _Model, modules: dict[str, list[str]]) -> Iterator[Problem]:
    """Modules that modules.json names without their files."""
    listed = model.document(_MODULES)
    for item in listed.items[:_MOST_PARTS] if isinstance(listed, Sequence) else ():
        path = string(item.get("path")) if isinstance(item, Mapping) else None
        kind = (string(item.get("type")) or "").rpartition(".")[2] if isinstance(item, Mapping) else ""
        if path is None:
            continue
        folder = f"{path.strip('/')}/" if path.strip("/") else ""
        for wanted in modules.get(kind, ()):
            names = wanted.split("|")
            if not any(_is_there(model, folder, name) for name in names):
                message = (
                    f"modules.json names {quoted(path) if folder else 'the root'} ({kind}), and there is no {shown(folder + names[0])}"
                )
                yield Problem(f"{message}; add it", item.span, folder + names[0])


def _is_there(model: _Model, folder: str, name: str) -> bool:
    if "*" not in name:
        return folder + name in model.names.files
    return any(path.startswith(folder) and matches(path[len(folder) :], name) for path in model.names.files.by_path)


def _own_code(model: _Model) -> Iterator[Problem]:
    """Modules of code that `auto_map` of config.json names, `module.Class`, and that are not there."""
    told: set[str] = set()
    mapped = model.value(_CONFIG, "auto_map")
    for _, node in walk(mapped) if mapped is not None else ():
        written = string(node) or ""
        module, dot, _ = written.rpartition(".")
        path = f"{module.replace('.', '/')}.py"
        # `repository--module.Class` is code of another repository.
        if dot and "--" not in written and path not in model.names.files and path not in told and len(told) < _MOST_PARTS:
            told.add(path)
            yield Problem(f"`auto_map` names {quoted(written)}, and there is no {shown(path)}; add it", node.span, path)
