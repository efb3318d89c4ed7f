"""Where Python code loads what may run code of its own: pickles above all. Which calls do is given as data."""

from __future__ import annotations

import ast
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from cardlint.code.call import Call
    from cardlint.code.calls import Module

_FAR = frozenset({
    "hf_hub_download()", "snapshot_download()", "cached_download()", "cached_file()", "cached_path()", "urlopen()", "urlretrieve()",
    "requests.get()", "httpx.get()", "load_from_hub()", "download_url_to_file()", "wget.download()", "gdown.download()",
})  # fmt: skip
_MOST = 200


class Unsafe(NamedTuple):
    """An unsafe load: what is called, why it is unsafe (a key of the data), from where: `far` (the Hub, the net), the path, or empty."""

    node: ast.Call
    tree: int
    called: str
    rule: str
    far: bool
    path: str


def unsafe(module: Module, table: Mapping[str, Mapping[str, Any]], trees: Sequence[ast.AST], *, old_torch: bool) -> Iterator[Unsafe]:
    """The unsafe loads of a module.

    `table` gives for the name of a call the `argument` that decides, by keyword and position, the values `when` it is unsafe, or the
    values `unless` it is; `default` says whether it is unsafe where the argument is not given. Without an argument it always is.
    `old_torch` says that the torch in use does not yet restrict what a pickle may ask for.
    """
    withs = _Withs(trees)
    for call in module.calls:
        if (about := table.get(call.name)) is not None and _is_unsafe(call, about, old_torch=old_torch):
            far, path = _origin(call, withs)
            yield Unsafe(call.node, call.site.tree, call.name, about.get("like", call.name), far, path)


def _is_unsafe(call: Call, about: Mapping[str, Any], *, old_torch: bool) -> bool:
    if "argument" not in about:
        return True
    keyword, position = about["argument"]
    if call.lacks(keyword, position):
        return old_torch if about.get("default") == "old torch" else bool(about.get("default"))
    given = call.argument(keyword, position)
    if given is None:
        return False
    known = call.value_of(*given)
    if known is not None:
        value: object = known.value
    else:
        name = call.name_of(given[0])
        value = name.rpartition(".")[2] if name else None
        if name is None and not about.get("unknown"):
            return False
    return value in about["when"] if "when" in about else value not in about["unless"]


class _Withs:
    """What `with … as NAME` binds, by name."""

    def __init__(self, trees: Sequence[ast.AST]) -> None:
        self._trees = trees
        self._found: dict[tuple[int, str], list[tuple[ast.With | ast.AsyncWith, ast.expr]]] | None = None

    def opened(self, name: ast.Name, tree: int) -> ast.expr | None:
        """What a name is bound to by the innermost `with` around it."""
        if self._found is None:
            self._found = {}
            for number, root in enumerate(self._trees):
                for node in (node for node in ast.walk(root) if isinstance(node, (ast.With, ast.AsyncWith))):
                    for item in node.items:
                        if isinstance(item.optional_vars, ast.Name):
                            self._found.setdefault((number, item.optional_vars.id), []).append((node, item.context_expr))
            for found in self._found.values():
                found.sort(key=lambda item: item[0].lineno)
        found = self._found.get((tree, name.id), [])
        for node, expression in reversed(found[: bisect_right(found, name.lineno, key=lambda item: item[0].lineno)]):
            if name.lineno <= (node.end_lineno or 0):
                return expression
        return None


def _origin(call: Call, withs: _Withs) -> tuple[bool, str]:
    """Whether what is loaded comes from the net, else the path it is read from where that is certain."""
    first = next(call.positional, None)
    pending: list[ast.expr] = [first] if first is not None else [keyword.value for keyword in call.node.keywords[:1]]
    path = ""
    for _ in range(_MOST):
        if not pending:
            break
        node = pending.pop()
        if isinstance(node, ast.Name) and (opened := withs.opened(node, call.site.tree)) is not None:
            pending.append(opened)
            continue
        if _is_far(call.name_of(node)):
            return True, ""
        known = call.value_of(node)
        if known is not None and isinstance(known.value, str):
            if re.match(r"https?://|hf://", known.value):
                return True, ""
            path = path or known.value
            continue
        pending.extend(reversed(_within(node)))
    return False, path


def _is_far(name: str | None) -> bool:
    """Whether a name is what a download gives."""
    steps = (name or "").partition("()")
    return bool(steps[1]) and any((steps[0] + "()").endswith((f".{far}", far) if "." not in far else far) for far in _FAR)


def _within(node: ast.expr) -> list[ast.expr]:
    """The expressions a value is made of: of `open(path, "rb")` the path, of `os.path.join(folder, name)` both."""
    if isinstance(node, ast.Call):
        only = isinstance(node.func, ast.Name) and node.func.id == "open"
        inner = [node.func.value] if isinstance(node.func, ast.Attribute) else []
        return [*inner, *(node.args[:1] if only else node.args)]
    return [child for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
