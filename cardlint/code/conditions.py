"""Calls that are dangerous only with some arguments."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from cardlint.oneparser import ONE_PARSER

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.code.call import Call
    from cardlint.code.calls import Module
    from cardlint.code.scopes import Site

_DEEPEST = 50  # of the steps of one path
_SAFE_LOADERS = ("SafeLoader", "BaseLoader", "FullLoader")
_PASSIVE = (
    ast.Name, ast.Attribute, ast.Constant, ast.BinOp, ast.UnaryOp, ast.Load, ast.operator, ast.unaryop, ast.Expression,
    ast.Tuple, ast.List, ast.Dict,
)  # fmt: skip
_KEEPING = frozenset({"os.path.join", "pathlib.Path", "str"})  # give a path in the same folder
_OWN = frozenset({"__name__", "__package__"})
# Where nothing of anybody's lies.
_PASSING = ("/tmp/", "/dev/null", "/dev/shm/", "/dev/std")  # noqa: S108 - named so that it is not reported
_STEPPING = frozenset({"expanduser", "joinpath", "resolve", "absolute", "with_name", "with_suffix"})  # methods of a path
_WRITERS = frozenset({"write_text", "write_bytes", "open", "symlink_to", "hardlink_to"})
_WRITING = frozenset({"O_WRONLY", "O_RDWR", "O_CREAT", "O_APPEND", "O_TRUNC"})
_HOME = frozenset({"os.path.expanduser", "pathlib.Path.home", "os.path.expandvars"})


class Verdict(NamedTuple):
    """What a call is after all; `only` where it is so under a condition that is not seen."""

    kind: str
    only: str = ""


def judge(kind: str, name: str, call: Call, module: Module) -> Verdict | None:
    """What a call that has a kind by its name is with its arguments; None where it is harmless."""
    condition = _BY_NAME.get(name) or _BY_KIND.get(kind)
    return condition(kind, call, module) if condition is not None else Verdict(kind)


def _process(kind: str, call: Call, _module: Module) -> Verdict:
    """A process; one that installs packages by another word."""
    words = " ".join(node.value for node in ast.walk(call.node) if isinstance(node, ast.Constant) and isinstance(node.value, str)).split()
    return Verdict("install" if "install" in words and any(word.startswith("pip") or word == "conda" for word in words) else kind)


def _import(kind: str, call: Call, module: Module) -> Verdict | None:
    """An import of a module whose name is not written."""
    given = call.argument("name", 0)
    return Verdict(kind) if given is not None and not _is_named(given[0], given[1], module) else None


def _is_named(node: ast.expr, site: Site, module: Module) -> bool:
    """Whether a name is written, be it after that of the own package."""
    if isinstance(node, ast.JoinedStr):
        computed = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        return all(isinstance(part, ast.Name) and part.id in _OWN for part in computed)
    return module.known(node, site) is not None


def _function(kind: str, call: Call, _module: Module) -> Verdict | None:
    """A function made of code; a copy of one that is there is none."""
    given = call.argument("code", 0)
    copied = given is not None and isinstance(given[0], ast.Attribute) and given[0].attr == "__code__"
    return None if copied else Verdict(kind)


def _eval(kind: str, call: Call, module: Module) -> Verdict | None:
    """An evaluation of what is not written there, or of what calls something."""
    given = call.argument("expression", 0)
    known = module.known(*given) if given is not None else None
    if known is None or not isinstance(known.value, str):
        return Verdict(kind)
    try:
        with ONE_PARSER:
            tree = ast.parse(known.value.strip(), mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # it raises an error and does nothing else
    return None if all(isinstance(node, _PASSIVE) for node in ast.walk(tree)) else Verdict(kind)


def _timed(kind: str, call: Call, _module: Module) -> Verdict | None:
    """`timeit`, which takes a function, or code as a text."""
    return Verdict(kind) if any(call.known(*place) is not None for place in (("stmt", 0), ("setup", 1))) else None


def _fetched(kind: str, call: Call, _module: Module) -> Verdict | None:
    """`torch.hub.load`, which runs the `hubconf.py` of a repository unless it is told to take a folder."""
    source = call.known("source")
    return None if source is not None and source.value == "local" else Verdict(kind)


def _weights_only(kind: str, call: Call, _module: Module) -> Verdict | None:
    """`torch.load`, which since 2.6 runs a pickle only where it is told to."""
    known = call.known("weights_only")
    if known is not None:
        return None if known.value else Verdict(kind)
    return Verdict(kind, "in torch before 2.6")


def _told(kind: str, call: Call, _module: Module) -> Verdict | None:
    """The functions of torch that fetch and run a pickle unless they are told otherwise."""
    known = call.known("weights_only")
    return None if known is not None and known.value else Verdict(kind)


def _allow_pickle(kind: str, call: Call, _module: Module) -> Verdict | None:
    known = call.known("allow_pickle", 2)
    return Verdict(kind) if known is not None and known.value else None


def _yaml(kind: str, call: Call, module: Module) -> Verdict | None:
    given = call.argument("Loader", 1)
    if given is None:
        return Verdict(kind, "in PyYAML before 6")
    name = module.name(*given)
    return None if name is not None and name.endswith(_SAFE_LOADERS) else Verdict(kind)


def _open(kind: str, call: Call, module: Module) -> Verdict | None:
    """A file outside of every folder of one's own, opened to write."""
    mode, path = call.known("mode", 1), call.argument("file", 0)
    if mode is None or not isinstance(mode.value, str) or not set(mode.value) & set("wax+") or path is None:
        return None
    return Verdict(kind) if is_outside(path[0], path[1], module) else None


def _written(kind: str, call: Call, module: Module) -> Verdict | None:
    """`Path("/etc/x").write_text(…)`."""
    function = call.node.func
    path = function.value if isinstance(function, ast.Attribute) else None
    inner = path.args[0] if isinstance(path, ast.Call) and path.args else None
    return Verdict(kind) if inner is not None and is_outside(inner, call.site, module) else None


def _target(kind: str, call: Call, module: Module) -> Verdict | None:
    """What is copied or linked to a place outside of every folder of one's own."""
    given = call.argument("dst", 1)
    return Verdict(kind) if given is not None and is_outside(given[0], given[1], module) else None


def _opened(kind: str, call: Call, module: Module) -> Verdict | None:
    """`os.open`, whose flags say whether it writes."""
    path, flags = call.argument("path", 0), call.argument("flags", 1)
    named = [node for node in ast.walk(flags[0]) if isinstance(node, (ast.Name, ast.Attribute))] if flags is not None else []
    if path is None or not any(_name(node) in _WRITING for node in named):
        return None
    return Verdict(kind) if is_outside(path[0], path[1], module) else None


def _name(node: ast.Name | ast.Attribute) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id


def writes_outside(call: Call, module: Module) -> bool:
    """Whether a call of any method writes to a path outside: `(Path.home() / "x").write_text(…)`, `Path("~/x").expanduser().open("w")`."""
    function = call.node.func
    if not isinstance(function, ast.Attribute) or function.attr not in _WRITERS:
        return False
    if function.attr == "open":
        mode = call.known("mode", 0)
        if mode is None or not isinstance(mode.value, str) or not set(mode.value) & set("wax+"):
            return False
    return is_outside(function.value, call.site, module)


def is_outside(node: ast.expr, site: Site, module: Module, depth: int = 0) -> bool:
    """Whether a path certainly leads to the home folder, or to one of the system."""
    if depth > _DEEPEST:
        return False
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in _STEPPING:
            return node.func.attr == "expanduser" or is_outside(node.func.value, site, module, depth + 1)
        name = module.name(node.func, site)
        inner = node.args[0] if node.args and name in _KEEPING else None
        return name in _HOME or (inner is not None and is_outside(inner, site, module, depth + 1))
    if isinstance(node, ast.BinOp):
        return is_outside(node.left, site, module, depth + 1)
    if isinstance(node, ast.JoinedStr) and node.values:
        return is_outside(node.values[0], site, module, depth + 1)
    known = module.known(node, site)
    text = known.value if known is not None and isinstance(known.value, str) else ""
    return text.startswith(("/", "~", "C:\\")) and not text.startswith(_PASSING)


_Condition: TypeAlias = "Callable[[str, Call, Module], Verdict | None]"
_BY_KIND: dict[str, _Condition] = {"process": _process, "import": _import}
_BY_NAME: dict[str, _Condition] = {
    "eval": _eval,
    "types.FunctionType": _function,
    "torch.load": _weights_only,
    "torch.hub.load_state_dict_from_url": _told,
    "torch.utils.model_zoo.load_url": _told,
    "numpy.load": _allow_pickle,
    "yaml.load": _yaml,
    "yaml.load_all": _yaml,
    "open": _open,
    "io.open": _open,
    "codecs.open": _open,
    "os.open": _opened,
    "os.link": _target,
    "os.symlink": _target,
    "shutil.copy": _target,
    "shutil.copy2": _target,
    "shutil.copyfile": _target,
    "shutil.copytree": _target,
    "timeit.Timer": _timed,
    "timeit.repeat": _timed,
    "timeit.timeit": _timed,
    "torch.hub.load": _fetched,
    "pathlib.Path().write_text": _written,
    "pathlib.Path().write_bytes": _written,
}
