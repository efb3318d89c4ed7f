"""Look at the installed packages: every name that a pickle may hold and that is vetted by what of it would run."""

from __future__ import annotations

import contextlib
import enum
import importlib
import importlib.metadata
import importlib.util
import io
import pkgutil
import re
import sys
import warnings
from collections import Counter
from pathlib import Path
from types import BuiltinFunctionType, FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from vetting.surface import Judged, judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import ModuleType

PACKAGES = Path(__file__).parent / "packages.yaml"


_NO_ARRAYS = ("plot", "load", "fetch", "dump", "get_scorer", "make_scorer", "check_", "cached_call", "parallel")


def _below(modules: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"{module}." for module in modules)


class Package(NamedTuple):
    """A distribution as packages.yaml has it."""

    distribution: str
    roots: tuple[str, ...]
    skip: tuple[str, ...]
    functions: tuple[str, ...]


def packages(survey: str) -> list[Package]:
    """What a survey looks at. Raises KeyError where there is no such survey."""
    held = yaml.safe_load(PACKAGES.read_text("utf-8"))
    never = tuple(held["never"])
    return [
        Package(name, tuple(of["roots"]), (*never, *of.get("skip", ())), tuple(of.get("functions", ())))
        for name, of in ((name, held["packages"][name]) for name in held["surveys"][survey])
    ]


class Survey:
    """What was found in one environment."""

    def __init__(self) -> None:
        self.judged = Judged()
        self.modules: dict[str, dict[str, str]] = {}
        self.versions: dict[str, str] = {}
        self.unread: Counter[str] = Counter()
        self.examples: dict[str, str] = {}

    def look_at(self, package: Package) -> bool:
        """All of a package; False where it is not installed."""
        try:
            version = importlib.metadata.version(package.distribution)
        except importlib.metadata.PackageNotFoundError:
            return False
        self.versions[package.distribution] = version.partition("+")[0]
        if package.distribution == "torchvision":
            declare_operators()
        for root in package.roots:
            for module in walk(root, package.skip):
                self._module(module, package)
        if package.distribution == "torch":
            self._weights_only()
        return True

    def _module(self, module: ModuleType, package: Package) -> None:
        ours = tuple({root.partition(".")[0] + "." for root in package.roots})
        for name, value in list(vars(module).items()):
            if isinstance(value, type) and f"{value.__module__}.".startswith(ours):
                self._class(module.__name__, value, package)
            elif name.startswith("__pyx_unpickle_"):
                self._add(module.__name__, name, "cython", package)
            elif name == "newObj":
                self._add(module.__name__, name, "of-class", package)
            elif type(value).__name__ == "ufunc" and callable(value):
                self._add(module.__name__, name, "kept", package)
            elif isinstance(value, (FunctionType, BuiltinFunctionType)) and f"{module.__name__}.".startswith(_below(package.functions)):
                self._function(module.__name__, name, value, package)

    def _function(self, module: str, name: str, function: FunctionType | BuiltinFunctionType, package: Package) -> None:
        """A function that stands where a pickle finds it; one that draws, reads or writes is none of arrays."""
        own = function.__module__ in {module, None} and function.__name__ == name
        if own and not name.startswith("__") and not name.lstrip("_").startswith(_NO_ARRAYS):
            self._add(module, name, "kept", package)

    def _class(self, found: str, cls: type, package: Package) -> None:
        if "<" in cls.__qualname__ or not _importable(cls.__module__, cls.__qualname__, cls):
            return
        verdict = judge(cls, self.judged)
        for hook in verdict.unread:
            self.unread[hook] += 1
            self.examples.setdefault(hook, f"{cls.__module__}.{cls.__qualname__}")
        if verdict.condition is None:
            return
        self._add(cls.__module__, cls.__qualname__, verdict.condition, package)
        # `set_module` gives a class a shorter name than that of its module, which older versions pickled it by.
        if found.startswith(f"{cls.__module__}.") and _importable(found, cls.__qualname__, cls):
            self._add(found, cls.__qualname__, verdict.condition, package)
        if isinstance(cls, enum.EnumMeta):
            for member in cls.__members__:
                self._add(cls.__module__, f"{cls.__qualname__}.{member}", "value", package)
        for value in list(vars(cls).values()):
            if isinstance(value, type) and value.__qualname__.startswith(f"{cls.__qualname__}."):
                self._class(found, value, package)

    def _add(self, module: str, name: str, condition: str, package: Package) -> None:
        self.modules.setdefault(module, {})[name] = f"{package.distribution}/{condition}"

    def _weights_only(self) -> None:
        from torch._weights_only_unpickler import _get_allowed_globals

        for dotted in _get_allowed_globals():
            module, _, name = dotted.rpartition(".")
            self.modules.setdefault(module, {})[name] = "torch-weights-only/value"

    def result(self, kept: Iterable[str]) -> dict[str, Any]:
        """As it is written down, with those of the kept names that can be imported here."""
        return {
            "python": ".".join(map(str, sys.version_info[:3])),
            "versions": dict(sorted(self.versions.items())),
            "modules": {module: dict(sorted(names.items())) for module, names in sorted(self.modules.items())},
            "kept": sorted(dotted for dotted in kept if can_be_imported(dotted)),
            "left_out": {hook: f"{count} classes, as {self.examples[hook]}" for hook, count in sorted(self.unread.items())},
        }


def declare_operators() -> None:
    """Declare the operators torchvision looks for when it is imported: its compiled part fits one build of torch only."""
    import torch

    spec = importlib.util.find_spec("torchvision")
    folder = Path(str(spec and spec.origin)).parent
    found = {
        name
        for file in folder.glob("_meta*.py")
        for name in re.findall(r"(?:register_meta|register_fake)\(\"(?:torchvision::)?(\w+)", file.read_text())
    }
    for name in sorted(found):
        torch.library.define(f"torchvision::{name}", "(Tensor x) -> Tensor")


def walk(root: str, skip: tuple[str, ...]) -> Iterator[ModuleType]:
    """A module and all below it that can be imported. What they print is dropped, as are their warnings."""
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        if (module := _imported(root)) is None:
            return
        yield module
        for item in pkgutil.iter_modules(getattr(module, "__path__", ())):
            if not any(part in skip for part in _parts(item.name)):
                yield from walk(f"{root}.{item.name}", skip)


def _parts(name: str) -> tuple[str, ...]:
    """A module's name and what it begins with, so that `tokenization` leaves out `tokenization_bert`."""
    return (name, name.partition("_")[0])


def _imported(name: str) -> ModuleType | None:
    try:
        return importlib.import_module(name)
    except BaseException as error:  # noqa: BLE001 - whatever a module does that lacks what it needs, SystemExit too
        print(f"left out: {name}: {type(error).__name__}: {str(error)[:100]}", file=sys.stderr)
        return None


def can_be_imported(dotted: str) -> bool:
    """Whether a name leads to something here, as the unpickler finds it."""
    parts = dotted.split(".")
    for count in range(len(parts) - 1, 0, -1):
        try:
            value: Any = importlib.import_module(".".join(parts[:count]))
        except ImportError:
            continue
        return all((value := getattr(value, step, None)) is not None or step == "NotImplemented" for step in parts[count:])
    return False


def _importable(module: str, qualified: str, cls: type) -> bool:
    value: Any = sys.modules.get(module)
    for step in qualified.split("."):
        value = getattr(value, step, None)
    return value is cls
