"""What a repository asks others for: the fact `dependencies`, out of every file that says so, and of the card's shell text."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, NamedTuple

from cardlint.code.needs import Needs, normal, script
from cardlint.coding import NOTEBOOK_BYTES
from cardlint.errors import Obstacle, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cardlint.code.needs import Index, Need, Reference, Script
    from cardlint.files import Files
    from cardlint.markdown_facts import Snippet
    from cardlint.nodes import Node
    from cardlint.repository import Repository

FILE_BYTES = 1_000_000
NOTEBOOK = ".ipynb"
MOST_FILES = 300
_ELSEWHERE = frozenset({"node_modules", "site-packages", ".venv", "venv", ".git"})
_LOCKS = {
    "pyproject.toml": ("uv.lock", "poetry.lock", "pdm.lock", "pixi.lock", "pylock.toml"),
    "Pipfile": ("Pipfile.lock",),
    "environment.yml": ("conda-lock.yml", "environment.lock.yml"),
    "environment.yaml": ("conda-lock.yml", "environment.lock.yml"),
}
_SHELL = frozenset(
    {"", "bash", "sh", "shell", "zsh", "console", "shell-session", "terminal", "cmd", "bat", "powershell", "ps1", "shellscript"}
)
_PYTHON = frozenset({"python", "py", "python3", "ipython", "ipython3"})
_IMAGE = frozenset({"dockerfile", "docker"})


class Carrier(NamedTuple):
    """One file that asks for something. `shown` says that it is a card or a notebook, whose readers run what they like of it.

    `loose` are needs of a library, which is to fit beside others; `locked` says that a file beside it settles what is got.
    """

    path: str
    needs: tuple[Need, ...]
    indexes: tuple[Index, ...]
    loose: tuple[Need, ...] = ()
    locked: bool = False
    shown: bool = False


class Dependencies(NamedTuple):
    """All carriers, by path; `listed` is False where only the card is known; `unread` are obstacles to files that had to be read."""

    carriers: tuple[Carrier, ...]
    listed: bool = True
    unread: tuple[Obstacle, ...] = ()


def dependencies(repository: Repository) -> Dependencies:
    """What the files of a repository ask for, and the shell text of its card."""
    listed = repository.source.listed
    reading = _Reading(repository)
    if listed:
        reading.files(repository.listing)
    found = [*reading.carriers(), *_card(repository)]
    return Dependencies(tuple(sorted(found, key=lambda carrier: carrier.path)), listed, tuple(reading.unread))


def of_shell(path: str, scripts: Iterable[Script], *, shown: bool = False) -> Carrier:
    """What the shell text in a file asks for; a notebook's magics and a card's snippets come in through this."""
    found = [_with_scripts(Needs(scripts=tuple(scripts)))]
    return Carrier(path, found[0].needs, found[0].indexes, shown=shown)


def _with_scripts(needs: Needs) -> Needs:
    """What a file asks for together with what its scripts install, at their places in the file."""
    if not needs.scripts:
        return needs
    from cardlint.code.installs import installs

    all_needs, indexes, references = [*needs.needs], [*needs.indexes], [*needs.references]
    for piece in needs.scripts:
        found = installs(piece.code, piece.variables)
        all_needs += [item._replace(start=piece.place(item.start), end=piece.place(item.end)) for item in found.needs]
        indexes += [item._replace(start=piece.place(item.start), end=piece.place(item.end)) for item in found.indexes]
        references += [item._replace(start=piece.place(item.start), end=piece.place(item.end)) for item in found.references]
    return needs._replace(needs=tuple(all_needs), indexes=tuple(indexes), references=tuple(references))


class _Reading:
    """The reading of all files: those by name, then those that they refer to."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.found: dict[str, Needs] = {}
        self.constraints: set[str] = set()
        self.unread: list[Obstacle] = []

    def files(self, files: Files) -> None:
        """Read every carrier, and the requirements they refer to."""
        queue = [
            (entry.path, reader)
            for entry in files
            if (reader := reader_of(entry.path)) and _ELSEWHERE.isdisjoint(entry.path.split("/")[:-1])
        ]
        if len(queue) > MOST_FILES:
            self.unread.append(Unreadable(f"{len(queue):,} files say what is needed, of which only {MOST_FILES} were looked at"))
        queue = queue[:MOST_FILES]
        while queue:
            path, reader = queue.pop()
            if path in self.found:
                continue
            self.found[path] = needs = self._read(path, reader)
            for reference in needs.references:
                target = _target(path, reference, files)
                if target and reference.constrains:
                    self.constraints.add(target)
                if target and len(self.found) < 2 * MOST_FILES:
                    queue.append((target, _requirements))

    def _read(self, path: str, reader: Callable[[str, str], Needs]) -> Needs:
        try:
            limit = NOTEBOOK_BYTES if path.lower().endswith(NOTEBOOK) else FILE_BYTES
            text = self.repository.fact("contents").text(path, limit)
            return _with_scripts(reader(path, text.content))
        except Obstacle as obstacle:
            self.unread.append(obstacle)
        except ValueError as error:  # what tomllib and the YAML reader raise
            self.unread.append(Unreadable(f"{path} cannot be read: {error}"))
        return Needs()

    def carriers(self) -> Iterator[Carrier]:
        """What was found, without what constraints settle."""
        settled = {normal(need.name) for path in self.constraints for need in self.found[path].needs if need.pin in {"exact", "hash"}}
        for path, needs in self.found.items():
            is_constraint = path in self.constraints or posixpath.basename(path).startswith("constraints")
            asked = () if is_constraint else needs.needs
            if needs.references and settled:
                asked = tuple(need for need in asked if need.sort != "package" or normal(need.name) not in settled)
            yield Carrier(path, asked, needs.indexes, needs.loose, self._is_locked(path), shown=path.lower().endswith(NOTEBOOK))

    def _is_locked(self, path: str) -> bool:
        folder, _, name = path.rpartition("/")
        return any(posixpath.join(folder, lock) in self.repository.listing for lock in _LOCKS.get(name, ()))


def _target(path: str, reference: Reference, files: Files) -> str | None:
    """The file a reference means, beside the one that refers or from the root; None where it is not here."""
    if "://" in reference.path or "\0" in reference.path:
        return None
    for base in (posixpath.dirname(path), ""):
        target = posixpath.normpath(posixpath.join(base, reference.path.replace("\\", "/")))
        if target in files:
            return target
    return None


def reader_of(path: str) -> Callable[[str, str], Needs] | None:
    """What reads a file, by its path; None for a file that asks for nothing."""
    lowered = path.lower()
    if not any(hint in lowered for hint in _HINTS):
        return None  # no pattern is compiled for a repository of weights
    return next((reader for pattern, reader in _READERS if re.fullmatch(pattern, lowered)), None)


def _requirements(_path: str, content: str) -> Needs:
    from cardlint.code.requirements import requirements

    return requirements(content)


def _settings(_path: str, content: str) -> Needs:
    from cardlint.code.requirements import settings

    return settings(content)


def _pyproject(_path: str, content: str) -> Needs:
    from cardlint.code.projects import pyproject

    return pyproject(content)


def _pipfile(_path: str, content: str) -> Needs:
    from cardlint.code.projects import pipfile

    return pipfile(content)


def _script_block(_path: str, content: str) -> Needs:
    if "# /// script" not in content:
        return Needs()  # and nothing is imported for it
    from cardlint.code.projects import script_block

    return script_block(content)


def _environment(path: str, content: str) -> Needs:
    from cardlint.code.projects import conda_environment

    return conda_environment(_yaml(path, content))


def _dockerfile(_path: str, content: str) -> Needs:
    from cardlint.code.dockerfile import dockerfile

    return dockerfile(content)


def _workflow(path: str, content: str) -> Needs:
    from cardlint.code.workflow import workflow

    return workflow(_yaml(path, content), content)


def _gitlab(path: str, content: str) -> Needs:
    from cardlint.code.workflow import gitlab

    return gitlab(_yaml(path, content), content)


def _compose(path: str, content: str) -> Needs:
    from cardlint.code.workflow import compose

    return compose(_yaml(path, content), content)


def _notebook(path: str, content: str) -> Needs:
    from cardlint.code.notebook import NotebookError, commands

    try:
        return Needs(scripts=tuple(commands(content)))
    except NotebookError as error:
        raise Unreadable(f"{path} {error}") from error


def _shell(_path: str, content: str) -> Needs:
    return Needs(scripts=(script(content, 0),))


def _yaml(path: str, content: str) -> Node | None:
    """The document of a YAML file. Raises ValueError where it is none."""
    from cardlint.text import BOM
    from cardlint.yamlreader import YamlError, read_yaml

    start = len(BOM) if content.startswith(BOM) else 0
    try:
        return read_yaml(content[start:], path=path, base=start)
    except YamlError as error:
        raise ValueError(error.message) from error


_HINTS = (
    "requirement",
    "constraint",
    "pyproject",
    "pipfile",
    "conda",
    "environment",
    "docker",
    "container",
    "workflow",
    "action.y",
    "gitlab",
    "compose",
    ".sh",
    ".bash",
    "pip.",
    ".py",
    ".ipynb",
)
_READERS: tuple[tuple[str, Callable[[str, str], Needs]], ...] = (
    (r"(?:.*/)?(?:[\w.-]*requirements?[\w.-]*|constraints[\w.-]*|requirements/[^/]+)\.txt", _requirements),
    (r"(?:.*/)?pyproject\.toml", _pyproject),
    (r"(?:.*/)?pipfile", _pipfile),
    (r"(?:.*/)?(?:conda[\w.-]*|environment[\w.-]*)(?<!lock)\.ya?ml", _environment),
    (r"(?:.*/)?(?:dockerfile(?:\.[\w.-]+)?|containerfile|[\w.-]+\.dockerfile)", _dockerfile),
    (r"\.github/workflows/[^/]+\.ya?ml|(?:.*/)?action\.ya?ml", _workflow),
    (r"\.gitlab-ci\.ya?ml", _gitlab),
    (r"(?:.*/)?(?:docker-)?compose(?:[.-][\w.-]+)?\.ya?ml", _compose),
    (r".*\.(?:sh|bash)", _shell),
    (r"(?:.*/)?pip\.(?:conf|ini)", _settings),
    (r"(?:[^/]+/)?[^/]+\.py", _script_block),
    (r".*\.ipynb", _notebook),
)


def _card(repository: Repository) -> Iterator[Carrier]:
    """What the code of the card installs. What stands in the way of the card is reported by rules of its own."""
    try:
        snippets = repository.fact("snippets")
    except Obstacle:
        return
    pieces = [piece for snippet in snippets for piece in _pieces(snippet)]
    if pieces:
        yield of_shell(repository.card_path, pieces, shown=True)


def _pieces(snippet: Snippet) -> Iterator[Script]:
    from cardlint.code.needs import Script

    if snippet.language in _SHELL:
        yield Script(snippet.code, snippet.lines)
    elif snippet.language in _PYTHON:
        lines = [line if line.lstrip().startswith(("!", "%")) else "" for line in snippet.code.split("\n")]
        yield Script("\n".join(lines), snippet.lines)
    elif snippet.language in _IMAGE:
        from cardlint.code.dockerfile import dockerfile

        whole = Script(snippet.code, snippet.lines)
        for piece in dockerfile(snippet.code).scripts:
            yield Script(piece.code, [whole.place(start) for start in piece.starts], piece.variables)
