"""What is known of the names a pickle may ask for: vetted, dangerous, or on no list.

A name is the whole pair of module and qualified name, never a prefix. The vetted list makes nothing dangerous; the
dangerous list clears nothing: it only makes of `review` a `block`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cardlint.weights.verdict import Verdict

# Before protocol 3 the unpickler translates Python 2 names (CPython, Lib/_compat_pickle.py).
_TEXT = 3


class Known(NamedTuple):
    """What the lists say of a name. `condition` names the check its calls have to pass; `kind` is what a bare use may do."""

    verdict: Verdict
    why: str
    reference: str | None = None
    condition: str | None = None


class Names:
    """The lists: `vetted` and `dangerous` as in schemas/weights, `own` what an organisation vetted for one file."""

    def __init__(
        self,
        vetted: Mapping[str, Any],
        dangerous: Mapping[str, Any],
        own: frozenset[str] = frozenset(),
        load: Callable[[str], Mapping[str, Any]] | None = None,
    ) -> None:
        """Takes the parsed data files, and what parses another of them by its name: few files need one of those."""
        self.vetted: Mapping[str, Mapping[str, str]] = vetted["modules"]
        self.conditions: Mapping[str, str] = vetted["conditions"]
        self.exact: Mapping[str, Mapping[str, Any]] = dangerous["names"]
        self.modules: Mapping[str, Any] = dangerous["modules"]
        self.own = own
        self._known: dict[tuple[str, str, bool], Known] = {}
        self._load = load
        self._tables: dict[str, Mapping[str, Any]] = {}

    def table(self, name: str) -> Mapping[str, Any]:
        """Another data file, read when it is first asked for; empty, so that nothing is vetted, where none can be read."""
        if name not in self._tables:
            self._tables[name] = {} if self._load is None else self._load(name)
        return self._tables[name]

    def dangerous(self, module: str, name: str) -> Known | None:
        """What the dangerous list says of a name that something else than a pickle asks for."""
        return self._dangerous(module, name)

    def look(self, module: str, name: str, protocol: int) -> Known:
        """What is known of a name in a program of this protocol."""
        key = (module, name, protocol < _TEXT)
        if key not in self._known:
            self._known[key] = self._found(module, name, old=protocol < _TEXT)
        return self._known[key]

    def _found(self, module: str, name: str, *, old: bool) -> Known:
        pairs = [(module, name), _translated(module, name)] if old else [(module, name)]
        for pair in pairs:
            if found := self._dangerous(*pair):
                return found
        where = pairs[-1] if old else pairs[0]
        for pair in (where, pairs[0]):
            if pair[1] in self.vetted.get(pair[0], {}):
                dotted = ".".join(pair)
                return Known("ok", self.vetted[pair[0]][pair[1]], condition=self.conditions.get(dotted))
        if f"{module}.{name}" in self.own:
            return Known("ok", "vetted by the policy for this file")
        return Known("review", "is not on the vetted list")

    def _dangerous(self, module: str, name: str) -> Known | None:
        dotted = f"{module}.{name}"
        if dotted in self.exact:
            entry = self.exact[dotted]
            return Known("block", entry["does"], entry.get("reference"))
        whole = dotted.split(".")
        for count in range(len(module.split(".")), 0, -1):
            listed = self.modules.get(".".join(whole[:count]))
            if listed and name not in self.vetted.get(module, {}):
                return Known("block", listed["does"], listed.get("reference"))
        return self._reached_through(module, name)

    def _reached_through(self, module: str, name: str) -> Known | None:
        """A dotted name that passes through another module on its way: `collections` and `_sys.modules.get`."""
        steps = name.split(".")
        for step in steps[:-1] if len(steps) > 1 else ():
            bare = step.lstrip("_")
            if step in self.modules or bare in self.modules or step.startswith("__"):
                return Known("block", f"reaches through `{step}` of {module}", "GHSA-5j3x-jp52-966f")
        return None


def _translated(module: str, name: str) -> tuple[str, str]:
    """The Python 3 name of a Python 2 name, as the unpickler translates it."""
    from _compat_pickle import IMPORT_MAPPING, NAME_MAPPING

    if (module, name) in NAME_MAPPING:
        pair: tuple[str, str] = NAME_MAPPING[module, name]
        return pair
    return IMPORT_MAPPING.get(module, module), name
