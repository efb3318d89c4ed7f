"""What is known of the names a pickle may ask for: vetted, dangerous, or on no list.

A name is the whole pair of module and qualified name, never a prefix. The vetted list makes nothing dangerous; the
dangerous list clears nothing: it only makes of `review` a `block`.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cardlint.weights.verdict import Verdict

# Names a process keeps the answer for: a hostile file may ask for millions.
_MOST_REMEMBERED = 20_000
_DEEPEST = 16  # parts of a listed name
_MOST_PARTS = 64  # of a name: each is looked at, and a hostile file may ask for thousands of names with thousands of parts
# Before protocol 3 the unpickler translates Python 2 names (CPython, Lib/_compat_pickle.py).
_TEXT = 3
_THROUGH = "GHSA-5j3x-jp52-966f"
# Modules that are never an attribute anybody pickles; as a name of another module they are the module itself.
_NEVER_A_NAME = frozenset({"__builtins__", "builtins", "ctypes", "importlib", "marshal", "nt", "os", "posix", "runpy", "subprocess", "sys"})


class Known(NamedTuple):
    """What the lists say of a name. `condition` names what its use has to look like (`cardlint.weights.conditions`)."""

    verdict: Verdict
    why: str
    reference: str | None = None
    condition: str | None = None


class Names:
    """The lists: `vetted` and `dangerous` as in schemas/weights."""

    def __init__(
        self,
        vetted: Mapping[str, Any],
        dangerous: Mapping[str, Any],
        load: Callable[[str], Mapping[str, Any]] | None = None,
    ) -> None:
        """Takes the parsed data files, and what parses another of them by its name: few files need one of those."""
        self.vetted: Mapping[str, Mapping[str, str]] = vetted["modules"]
        self.sources: Mapping[str, Mapping[str, Any]] = vetted.get("sources", {})
        self.exact: Mapping[str, Mapping[str, Any]] = dangerous["names"]
        self.modules: Mapping[str, Mapping[str, Any]] = dangerous["modules"]
        self._known: dict[tuple[str, str, bool], Known] = {}
        self._listed: dict[str, dict[str, str]] = {}
        self._load = load
        self._tables: dict[str, Mapping[str, Any]] = {}
        self.script = False

    def table(self, name: str) -> Mapping[str, Any]:
        """Another data file, read when it is first asked for; empty, so that nothing is vetted, where none can be read."""
        if name not in self._tables:
            self._tables[name] = {} if self._load is None else self._load(name)
        return self._tables[name]

    def of_script(self) -> Names:
        """The same lists for a pickle in a TorchScript archive, whose own types `__torch__.*` are code of that archive."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__, script=True, _known={})
        return other

    def dangerous(self, module: str, name: str) -> Known | None:
        """What the dangerous list says of a name that something else than a pickle asks for."""
        return self._dangerous(module, name)

    def look(self, module: str, name: str, protocol: int) -> Known:
        """What is known of a name in a program of this protocol."""
        key = (module, name, protocol < _TEXT)
        known = self._known.get(key)
        if known is None:
            known = self._found(module, name, old=protocol < _TEXT)
            if len(self._known) < _MOST_REMEMBERED:
                self._known[key] = known
        return known

    def _found(self, module: str, name: str, *, old: bool) -> Known:
        # What Python 3 runs decides what is vetted; what Python 2 would run may be dangerous as well.
        pairs = list(dict.fromkeys((_translated(module, name) if old else (module, name), (module, name))))
        where = pairs[0]
        listed = self._source(*where)
        if listed is not None and not any(".".join(pair) in self.exact for pair in pairs):
            return self._vetted(listed)
        for pair in pairs:
            if found := self._dangerous(*pair):
                return found
        if self.script and module.partition(".")[0] == "__torch__":
            return Known("ok", "is a type of the TorchScript archive itself", condition="class+state")
        return Known("review", "is not on the vetted list")

    def _source(self, module: str, name: str) -> str | None:
        """`source/condition` of a vetted name. The file lists them by module, and the names of one source in one text."""
        if module not in self._listed:
            if module not in self.vetted:
                return None
            self._listed[module] = {item: source for source, items in self.vetted[module].items() for item in items.split()}
        return self._listed[module].get(name)

    def _vetted(self, listed: str) -> Known:
        identity, _, condition = listed.partition("/")
        return Known("ok", self.sources.get(identity, {}).get("why", identity), condition=condition or None)

    def _dangerous(self, module: str, name: str) -> Known | None:
        dotted = f"{module}.{name}"
        if (entry := self.exact.get(dotted)) is not None:
            return Known("block", entry["does"], entry.get("reference"))
        whole = dotted.split(".", _MOST_PARTS)
        if len(whole) > _MOST_PARTS:
            return Known("block", "has more parts than any name, so that whatever it leads to is hidden", _THROUGH)
        for count in range(min(len(whole) - 1, _DEEPEST), 0, -1):
            if (entry := self.modules.get(".".join(whole[:count]))) is not None:
                return Known("block", entry["does"], entry.get("reference"))
        return self._reached_through(module, name)

    def _reached_through(self, module: str, name: str) -> Known | None:
        """A name that leads out of its module on its way, as `collections` and `_sys.modules.get` do, or ends at a module."""
        steps = name.split(".")
        # An attribute of what is vetted itself is one of its own, whatever that is: `str.lower`.
        through = steps[self._source(module, steps[0]) is not None : -1]
        wrong = next((step for step in through if self._leads_out(module, step)), None)
        if wrong is None and len(steps) > 1 and steps[-1].startswith("__"):
            wrong = steps[-1]
        if wrong is None and steps[-1] in _NEVER_A_NAME:
            wrong = steps[-1]
        if wrong is None:  # `torch.library` and `torch.utils.collect_env.run`: a module found in another one
            wrong = next(
                (steps[at] for at in range(max(0, len(steps) - _DEEPEST), len(steps) - 1) if ".".join(steps[at:]) in self.exact), None
            )
        return None if wrong is None else Known("block", f"reaches through `{wrong}` of {module}", _THROUGH)

    def _leads_out(self, module: str, step: str) -> bool:
        """Whether a step inside a name is no class: a module, a dunder, or whatever is spelt small in a library's module."""
        bare = step.lstrip("_")
        if step.startswith("__") or bare in sys.stdlib_module_names or bare in self.modules:
            return True
        ours = module in self.vetted or module.partition(".")[0] in sys.stdlib_module_names
        return ours and not bare[:1].isupper()


def _translated(module: str, name: str) -> tuple[str, str]:
    """The Python 3 name of a Python 2 name, as the unpickler translates it."""
    from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING

    first, dot, rest = name.partition(".")
    if (module, first) in NAME_MAPPING:
        known, first = NAME_MAPPING[module, first]
        return known, f"{first}{dot}{rest}"
    return IMPORT_MAPPING.get(module, module), name
