"""Make schemas/weights/vetted.json from the surveys of installed libraries and the hand-kept names.

    python scripts/build_vetted.py [--check]
    python scripts/build_vetted.py --survey 2026 [--check]

The first needs no library: it joins scripts/vetting/surveys/*.json and scripts/vetting/kept.yaml. The second, in the
environment of the extra `vetting` (or, for 2023, `vetting-2023`), looks at the libraries once more and writes the survey,
or with `--check` says what would change. A class that a new version gives code of its own to run when it is unpickled
drops out of the survey until that code was read and stands in scripts/vetting/judged.yaml.

Exit codes: 0 written or up to date, 1 `--check` found a difference.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from generated import ROOT, settle

from cardlint.weights.conditions import CALLS

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent / "vetting"
OUT = ROOT / "schemas" / "weights" / "vetted.json"
AS_OF = "2026-11-29"
_PLAIN = "value"


def surveyed(name: str) -> dict[str, Any]:
    """A survey as it was written down."""
    held: dict[str, Any] = json.loads((HERE / "surveys" / f"{name}.json").read_text("utf-8"))
    return held


def survey(name: str) -> dict[str, Any]:
    """Look at what is installed here."""
    from vetting.survey import Survey, packages

    found = Survey()
    missing = [package.distribution for package in packages(name) if not found.look_at(package)]
    if missing:
        sys.exit(f"not installed: {', '.join(missing)}; install the extra for this survey")
    return found.result(f"{module}.{name}" for module, name, _ in kept_names())


def kept_names() -> Iterator[tuple[str, str, str]]:
    """Module, name and group of each hand-kept name that is written out."""
    for identity, group in _kept()["groups"].items():
        for module, names in group["names"].items():
            yield from ((module, entry.partition("/")[0], identity) for entry in names.split() if not entry.startswith("*"))


def not_found() -> list[str]:
    """Hand-kept names that no survey could import and that are not said to be gone, or are and are not."""
    found = {dotted for path in (HERE / "surveys").glob("*.json") for dotted in surveyed(path.stem)["kept"]}
    gone = {dotted for group in _kept()["groups"].values() for dotted in group.get("gone", "").split()}
    written = {f"{module}.{name}" for module, name, _ in kept_names()}
    return sorted((written - found) ^ gone)


def _kept() -> dict[str, Any]:
    held: dict[str, Any] = yaml.safe_load((HERE / "kept.yaml").read_text("utf-8"))
    return held


class Lists:
    """The vetted list as it grows: later sources take a name over from earlier ones."""

    def __init__(self) -> None:
        self.sources: dict[str, dict[str, Any]] = {}
        self.modules: dict[str, dict[str, str]] = {}

    def add(self, module: str, name: str, source: str, condition: str) -> None:
        """A name from a source, and what its use has to look like."""
        if condition not in CALLS and condition.partition("+")[0] != "class":
            sys.exit(f"{module}.{name}: there is no condition {condition}")
        self.modules.setdefault(module, {})[name] = f"{source}/{condition}"

    def survey(self, held: dict[str, Any]) -> None:
        """All of a survey."""
        for module, names in held["modules"].items():
            for name, found in names.items():
                library, _, condition = found.partition("/")
                self.add(module, name, self._source(library, held["versions"]), condition)

    def _source(self, library: str, versions: dict[str, str]) -> str:
        distribution = "torch" if library == "torch-weights-only" else library
        identity = f"{library}-{versions[distribution]}"
        listed = library == "torch-weights-only"
        why = "torch itself loads it with weights_only" if listed else "making it and giving it its state runs no code but what was read"
        self.sources.setdefault(identity, {
            "library": distribution, "version": versions[distribution], "as_of": AS_OF,
            "from": "torch._weights_only_unpickler._get_allowed_globals()" if listed else "scripts/build_vetted.py --survey", "why": why,
        })  # fmt: skip
        return identity

    def kept(self, held: dict[str, Any]) -> None:
        """The hand-kept groups, module moves, and names taken out."""
        for identity, group in held["groups"].items():
            self.sources[identity] = {
                "library": group["library"], "version": str(group["version"]), "as_of": AS_OF,
                "from": "read by hand", "why": group["why"],
            }  # fmt: skip
            for module, names in group["names"].items():
                for entry in names.split():
                    name, _, condition = entry.partition("/")
                    for one in self._known(module, f"group {identity}") if name == "*" else [name]:
                        self.add(module, one, identity, condition or group.get("condition", _PLAIN))
        for new, olds in held["moved"].items():
            self._move(new, olds)
        for module, names in held["not_vetted"].items():
            for name in names.split():
                self.modules.get(module, {}).pop(name, None)

    def _known(self, module: str, where: str) -> dict[str, str]:
        if module not in self.modules:
            sys.exit(f"kept.yaml, {where}: no survey found {module}")
        return dict(self.modules[module])

    def _move(self, new: str, olds: str) -> None:
        for old in olds.split():
            for name, source in self._known(new, "moved").items():
                self.modules.setdefault(old, {}).setdefault(name, source)

    def text(self) -> str:
        """The file."""
        held = {
            "as_of": AS_OF,
            "sources": dict(sorted(self.sources.items())),
            "modules": {module: _grouped(names) for module, names in sorted(self.modules.items()) if names},
        }
        return json.dumps(held, indent=1, ensure_ascii=False) + "\n"


def _grouped(names: dict[str, str]) -> dict[str, str]:
    """The names of a module by what vets them: one text for each, which is a fifth of the size and of the time to read it."""
    groups: dict[str, list[str]] = {}
    for name, source in sorted(names.items()):
        groups.setdefault(source, []).append(name)
    return {source: " ".join(held) for source, held in sorted(groups.items())}


def merged() -> str:
    """The vetted list of all that is written down; newer surveys come after older ones."""
    lists = Lists()
    for path in sorted((HERE / "surveys").glob("*.json")):
        lists.survey(surveyed(path.stem))
    lists.kept(_kept())
    return lists.text()


def main(arguments: list[str] | None = None) -> int:
    """Write or compare."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--survey", metavar="NAME", help="look at the installed libraries first")
    parser.add_argument("--check", action="store_true", help="write nothing, say what would change")
    given = parser.parse_args(arguments)
    check = ["--check"] if given.check else []
    if given.survey:
        text = json.dumps(survey(given.survey), indent=1, ensure_ascii=False) + "\n"
        if settle({HERE / "surveys" / f"{given.survey}.json": text}, check):
            return 1
    if wrong := not_found():
        print(f"kept.yaml: neither importable nor said to be gone, or both: {', '.join(wrong)}")
        return 1
    return settle({OUT: merged()}, check)


if __name__ == "__main__":
    sys.exit(main())
