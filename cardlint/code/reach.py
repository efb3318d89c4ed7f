"""Which modules of a repository loading reaches, from the class that a configuration names.

Facts: transformers 5.24, `dynamic_module_utils` (`get_class_from_dynamic_module`, `get_relative_imports`,
`get_relative_import_files`); diffusers 0.35, `utils/dynamic_modules_utils.py`. Both search the text for relative imports
with two patterns, so that an import in a docstring or after `try:` counts, and `from . import x` does not.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# How a module is found: `transformers` copies what is imported relatively into one folder; `diffusers` the same, and one folder
# below; `path` puts the folder of the module on Python's own search path, and its imports are those of Python.
Loader: TypeAlias = Literal["transformers", "diffusers", "path"]
_PARTS = 2
_LONGEST = 400
_BLANK = r"[^\S\n]*"  # what the libraries write as `\s*` takes square time on blank lines, and finds the same
_IMPORT = rf"^{_BLANK}import\s+\.(\S+)\s*$"
_FROM = rf"^{_BLANK}from\s+\.(\S+)\s+import"
_PACKAGE = r"^from[^\S\n]+\.[^\S\n]+import[^\S\n]+([^\n]+)"
_NAME = r"(?:^|,)\s*(\w+)"
_ABSOLUTE = rf"^{_BLANK}(?:from[^\S\n]+(\.*[\w.]+)[^\S\n]+import\b|import[^\S\n]+([\w.]+))"


class Reference(NamedTuple):
    """A class as a configuration names it: `owner/name--folder/module.Class`, the repository only where it is another one."""

    repository: str | None
    module: str
    name: str

    @property
    def path(self) -> str:
        """The file of the module, in its repository."""
        return f"{self.module}.py"

    @property
    def leaves(self) -> bool:
        """Whether it leads out of its repository: such a file is looked for where the path says."""
        return self.module.startswith("/") or posixpath.normpath(self.module).startswith("..")


def reference(text: str) -> Reference | None:
    """A reference; None for what transformers refuses: it has to have one `.` and at most one `--`."""
    repository, found, rest = text.partition("--")
    parts = (rest if found else text).split(".")
    if len(parts) != _PARTS or "--" in rest or len(text) > _LONGEST or not all(parts):
        return None
    return Reference(repository if found else None, *parts)


class Relative(NamedTuple):
    """An import as the text has it (without its first dot where that is what the library drops), and its offsets."""

    module: str
    start: int
    end: int


def relative_imports(code: str) -> list[Relative]:
    r"""The relative imports that transformers and diffusers find in a module, in order; lines end in `\n`."""
    if "import" not in code:
        return []
    found = [Relative(match[1], *match.span(1)) for pattern in (_IMPORT, _FROM) for match in re.finditer(pattern, code, re.MULTILINE)]
    return sorted(found, key=lambda item: item.start)


def package_imports(code: str) -> list[Relative]:
    r"""The modules that `from . import x` asks for, where no `try:` stands around it; transformers copies none of them."""
    found: list[Relative] = []
    for match in re.finditer(_PACKAGE, code, re.MULTILINE):
        found += [Relative(name[1], match.start(1) + name.start(1), match.start(1) + name.end(1)) for name in re.finditer(_NAME, match[1])]
    return found


def all_imports(code: str) -> list[Relative]:
    r"""The modules that a module imports, leading dots included, in order; lines end in `\n`."""
    found = re.finditer(_ABSOLUTE, code, re.MULTILINE)
    return [Relative(match[1] or match[2], *match.span(1 if match[1] else 2)) for match in found]


class Step(NamedTuple):
    """A file that loading reaches; `by` is the one that imports it, and `at` the import there."""

    path: str
    by: Step | None = None
    at: Relative | None = None


def follow(root: str, loader: Loader, code: Callable[[str], str | None], present: Callable[[str], bool], most: int) -> Iterator[Step]:
    """The files that loading one module reaches, itself first, at most `most`; those that are not `present` too.

    `code` gives the text of a file that is there, None where it cannot be read.
    """
    first = Step(root)
    seen, pending = {root}, [first]
    while pending and most:
        step = pending.pop(0)
        most -= 1
        yield step
        text = code(step.path) if present(step.path) else None
        for path, item in _imported(text, step.path, root, loader, present) if text is not None else ():
            if path not in seen:
                seen.add(path)
                pending.append(Step(path, step, item))


def _imported(text: str, path: str, root: str, loader: Loader, present: Callable[[str], bool]) -> Iterator[tuple[str, Relative]]:
    """The files that a module imports."""
    folder = posixpath.dirname(root)
    if loader == "path":
        for item in all_imports(text):
            yield from ((found, item) for found in _modules(item.module, path, folder) if present(found))
        return
    for item in relative_imports(text):
        name = item.module
        if loader == "diffusers" and len(name.split(".")) == _PARTS:
            name = name.replace(".", "/")
        yield posixpath.normpath(posixpath.join(folder, f"{name}.py")), item


def _modules(name: str, path: str, folder: str) -> Sequence[str]:
    """The files that an import of Python may run: the packages on the way, then the module."""
    bare = name.lstrip(".")
    if level := len(name) - len(bare):
        folder = posixpath.normpath(posixpath.join(posixpath.dirname(path), *[".."] * (level - 1)))
    steps = [step for step in bare.split(".") if step]
    paths = [posixpath.normpath(posixpath.join(folder, *steps[: count + 1])) for count in range(len(steps))]
    return [*(f"{package}/__init__.py" for package in paths), *(f"{paths[-1]}.py" for _ in paths[-1:])]
