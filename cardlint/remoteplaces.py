"""Where a repository names code of its own, or of another repository, that loading it runs.

Facts: transformers 5.24 (`models/auto/*`, `pipelines/__init__.py`, `generation/utils.py`), sentence-transformers 6.2
(`util/misc.py`), diffusers 0.35 (`pipelines/pipeline_loading_utils.py`), torch 2.13 (`hub.py`), datasets 3.6
(`load.py`), and the handler of Inference Endpoints (Hub documentation, "Create custom Inference Handler").
"""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from cardlint.errors import Obstacle, Unreadable
from cardlint.jsonfile import JSON_BYTES, read_json
from cardlint.nodes import Mapping, Scalar, Sequence, join, string

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cardlint.code.reach import Loader
    from cardlint.nodes import Node
    from cardlint.repository import Repository
    from cardlint.text import Span

MOST_ENTRIES = 1000
MOST_OF_SPACE = 20_000
_MOST_CONFIGS = 200
_MOST_SCRIPTS = 20
_SCRIPT_BYTES = 2_000_000
_DEEPEST = 3
_PAIR = 2
_CONFIGS = frozenset(
    {"config.json", "tokenizer_config.json", "preprocessor_config.json", "processor_config.json", "video_preprocessor_config.json"}
)
_PARTED = "processor_config.json"  # since transformers 5 it holds those of the processors it is made of
_GENERATE = "custom_generate/generate.py"
_ROUTER = "router_config.json"  # which modules of sentence-transformers take which input
_LIBRARY = "sentence_transformers."
_BUILDER = re.compile(r"\b(?:GeneratorBased|ArrowBased|BeamBased|Dataset)Builder\b")
# A file in the root that is loaded for its name, what has to stand in it, and the class that is asked for.
_NAMED: dict[str, tuple[str, str | None]] = {
    "handler.py": ("EndpointHandler", "EndpointHandler"),
    "hubconf.py": ("", None),
    "pipeline.py": ("DiffusionPipeline", None),
}


class Entry(NamedTuple):
    """A place that names code: `written` is what stands at `span` of the file `path`, or the file that is loaded for its name.

    `root` is the module in this repository; `repository` the other one it lies in; neither where the reference leads
    nowhere, and `wrong` says why. `name` is the class that is asked for, None where it may be any. `trusted` says that
    a library asks for `trust_remote_code` before it runs it.
    """

    path: str
    span: Span | None
    key: str
    written: str
    loader: Loader = "transformers"
    root: str | None = None
    name: str | None = None
    repository: str | None = None
    wrong: str = ""
    trusted: bool = True


class Places:
    """The entries of one repository; what could not be read is kept in `obstacles`."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._files = repository.fact("files")
        self.obstacles: list[Obstacle] = []

    def entries(self) -> list[Entry]:
        """Every place, in the order of the files, at most a thousand; of a Space, where each file is one, twenty thousand."""
        of_kind: dict[str, Callable[[], Iterator[Entry]]] = {
            "model": self._of_model, "dataset": self._of_dataset, "space": self._of_space,
        }  # fmt: skip
        most = MOST_OF_SPACE if self._repository.kind == "space" else MOST_ENTRIES
        entries = list(islice(of_kind[self._repository.kind](), most + 1))
        if len(entries) > most:
            self.obstacles.append(Unreadable(f"more than {most:,} places name code that is run"))
        return entries[:most]

    def _of_model(self) -> Iterator[Entry]:
        # Of what lies in folders only where there are modules to be named: a repository may hold hundreds of checkpoints.
        deep = bool(self._files.with_suffix(".py"))
        paths = [path for path in self._files.by_path if path.rpartition("/")[2] in _CONFIGS and (deep or "/" not in path)]
        if len(paths) > _MOST_CONFIGS:
            self.obstacles.append(Unreadable(f"there are more than {_MOST_CONFIGS} configurations"))
        for path in sorted(paths, key=lambda path: (path.count("/"), path))[:_MOST_CONFIGS]:
            yield from self._of_config(path)
        yield from self._of_pipeline("model_index.json")
        yield from self._of_modules("modules.json")
        for path in [path for path in self._files.by_path if path.rpartition("/")[2] == _ROUTER][:_MOST_CONFIGS]:
            document = self._document(path, "types")
            for name, node in _texts(document.get("types") if isinstance(document, Mapping) else None, "types"):
                yield from self._module(path, name, node)
        if _GENERATE in self._files:
            yield Entry(_GENERATE, None, "", _GENERATE, root=_GENERATE)
        for path in _NAMED:
            yield from self._of_name(path)

    def _of_dataset(self) -> Iterator[Entry]:
        own = f"{(self._repository.identity.id or '').rpartition('/')[2]}.py"
        scripts = [path for path in self._files.by_path if "/" not in path and path.endswith(".py")]
        for path in scripts[:_MOST_SCRIPTS]:
            text = self._text(path)
            if path == own or (text is not None and _BUILDER.search(text)):
                yield Entry(path, None, "", path, root=path, trusted=False)

    def _of_space(self) -> Iterator[Entry]:
        """All Python, for an application runs what it likes of it."""
        for path in self._files.with_suffix(".py"):
            yield Entry(path, None, "", path, "path", path, trusted=False)

    def _of_name(self, path: str) -> Iterator[Entry]:
        held, name = _NAMED[path]
        if path in self._files and held in (self._text(path) or ""):
            if path == "pipeline.py":
                yield Entry(path, None, "", path, "diffusers", path)
            else:
                yield Entry(path, None, "", path, "path", path, name, trusted=False)

    def _text(self, path: str) -> str | None:
        try:
            return str(self._repository.fact("contents").text(path, _SCRIPT_BYTES).content)
        except Obstacle as obstacle:
            self.obstacles.append(obstacle)
            return None

    def _document(self, path: str, *keys: str) -> Node | None:
        """A JSON file that has one of these keys at its top or one below, with places."""
        if path not in self._files:
            return None
        try:
            text = self._repository.fact("contents").text(path, JSON_BYTES)
            # Places cost; a name without them may be written in escapes, too, and a file that is no JSON has none.
            if not any(key in text.content for key in keys) and not ("\\u" in text.content and _escaped(text.content, keys)):
                return None
            return read_json(text)
        except Obstacle as obstacle:
            self.obstacles.append(obstacle)
            return None

    def _of_config(self, path: str) -> Iterator[Entry]:
        document = self._document(path, "auto_map", "custom_pipelines")
        if not isinstance(document, Mapping):
            return
        parts = [("", document)]
        if path.endswith(_PARTED):
            parts += [(entry.name, entry.value) for entry in document.effective() if isinstance(entry.value, Mapping)]
        for key, part in parts:
            for name, node in _texts(part.get("auto_map"), join(key, "auto_map")):
                yield self._referred(path, name, node)
        for task, about in _pairs(document.get("custom_pipelines")):
            if isinstance(about, Mapping) and isinstance(impl := about.get("impl"), Scalar) and isinstance(impl.value, str):
                yield self._referred(path, join(join("custom_pipelines", task), "impl"), impl)

    def _referred(self, path: str, key: str, node: Scalar) -> Entry:
        from cardlint.code.reach import reference

        found = reference(node.raw)
        entry = Entry(path, node.span, key, node.raw)
        if found is None:
            return entry._replace(wrong="is no `module.Class`")
        if found.repository is not None and found.repository != self._repository.identity.id:
            return entry._replace(repository=found.repository, name=found.name)
        if found.leaves:
            return entry._replace(wrong="leads out of the repository")
        folder = path.rpartition("/")[0]
        beside = f"{folder}/{found.path}"
        return entry._replace(root=beside if folder and beside in self._files else found.path, name=found.name)

    def _of_pipeline(self, path: str) -> Iterator[Entry]:
        """The pipeline and the components of diffusers that are of a module of the repository."""
        document = self._document(path, "")
        for key, value in _pairs(document):
            if isinstance(value, Sequence) and len(value.items) == _PAIR and (module := string(value.items[0])) is not None:
                root = f"{module}.py" if key == "_class_name" else f"{key}/{module}.py"
                if root in self._files:
                    yield Entry(path, value.items[0].span, key, module, "diffusers", root, string(value.items[1]))

    def _of_modules(self, path: str) -> Iterator[Entry]:
        """The modules of sentence-transformers that are none of its own; a name that is no file here is a library's."""
        document = self._document(path, "type")
        for index, item in enumerate(document.items if isinstance(document, Sequence) else ()):
            written = item.get("type") if isinstance(item, Mapping) else None
            if isinstance(written, Scalar) and isinstance(written.value, str):
                yield from self._module(path, join(join("", index), "type"), written)

    def _module(self, path: str, key: str, node: Scalar) -> Iterator[Entry]:
        if not node.raw.startswith(_LIBRARY):
            entry = self._referred(path, key, node)
            if entry.repository or entry.root in self._files:
                yield entry


def _escaped(content: str, keys: tuple[str, ...]) -> bool:
    """Whether a JSON document has one of the keys, however it is written; so too where it is no JSON, for nobody knows."""
    try:
        document = json.loads(content.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return True
    parts = [document, *document.values()] if isinstance(document, dict) else document if isinstance(document, list) else []
    return any(isinstance(part, dict) and any(key in part for key in keys) for part in parts)


def _pairs(node: Node | None) -> Iterator[tuple[str, Node]]:
    if isinstance(node, Mapping):
        yield from ((entry.name, entry.value) for entry in node.effective())


def _texts(node: Node | None, key: str, depth: int = 0) -> Iterator[tuple[str, Scalar]]:
    """The texts in a value: lists of a slow and a fast class, and one for each backend, have several."""
    if isinstance(node, Scalar) and isinstance(node.value, str):
        yield key, node
    elif isinstance(node, Sequence) and depth < _DEEPEST:
        for index, item in enumerate(node.items):
            yield from _texts(item, join(key, index), depth + 1)
    elif isinstance(node, Mapping) and depth < _DEEPEST:
        for name, value in _pairs(node):
            yield from _texts(value, join(key, name), depth + 1)
