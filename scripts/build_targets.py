"""Write schemas/weights/targets.json: the classes that a NeMo configuration may name, from releases of nemo_toolkit.

    python scripts/build_targets.py nemo_toolkit-*.whl

A class is taken where it is, over however many steps, a module, data set, model or adapter of torch or NeMo, which is what
NeMo itself accepts (nemo/core/classes/common.py, `_is_target_allowed`); it is listed where it is defined and wherever a
package hands it on. The source is parsed and never imported.
"""

from __future__ import annotations

import ast
import json
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
_BASES = {
    "torch.nn.Module", "nn.Module", "torch.utils.data.Dataset", "torch.utils.data.IterableDataset", "Dataset", "IterableDataset",
    "data.Dataset", "LightningModule", "pl.LightningModule", "Serialization", "ModelPT", "NeuralModule", "Metric", "_Loss",
}  # fmt: skip
_FOLDERS = ("nemo/collections/", "nemo/core/")


class _Class(NamedTuple):
    name: str
    bases: tuple[str, ...]


def _modules(wheel: Path) -> dict[str, ast.Module]:
    """The parsed modules of a release, by their names."""
    with zipfile.ZipFile(wheel) as archive:
        paths = [path for path in archive.namelist() if path.startswith(_FOLDERS) and path.endswith(".py")]
        return {
            path.removesuffix(".py").removesuffix("/__init__").replace("/", "."): ast.parse(archive.read(path)) for path in sorted(paths)
        }


def _classes(module: ast.Module) -> list[_Class]:
    return [_Class(node.name, tuple(map(ast.unparse, node.bases))) for node in ast.walk(module) if isinstance(node, ast.ClassDef)]


def _accepted(modules: dict[str, ast.Module]) -> set[str]:
    """The names of classes that come from one of the bases."""
    classes = [item for module in modules.values() for item in _classes(module)]
    found: set[str] = set()
    while True:
        known = found | _BASES
        more = {item.name for item in classes if any(base in known or base.rpartition(".")[2] in found for base in item.bases)}
        if more <= found:
            return found
        found |= more


def _targets(wheel: Path) -> dict[str, set[str]]:
    modules = _modules(wheel)
    packages = {name.rpartition(".")[0] for name in modules}
    accepted = _accepted(modules)
    targets: dict[str, set[str]] = {}
    for name, module in modules.items():
        held = {node.name for node in module.body if isinstance(node, ast.ClassDef)}
        for node in ast.walk(module) if name in packages else ():
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nemo."):
                held |= {alias.asname or alias.name for alias in node.names if alias.asname in {None, alias.name}}
        if public := {item for item in held & accepted if not item.startswith("_")}:
            targets[name] = public
    return targets


def main(wheels: list[str]) -> None:
    """Write the union over the releases."""
    found: dict[str, set[str]] = {}
    for wheel in map(Path, wheels):
        for module, names in _targets(wheel).items():
            found.setdefault(module, set()).update(names)
    source = [f"nemo_toolkit {wheel.name.split('-')[1]}" for wheel in sorted(map(Path, wheels))]
    table = {"source": source, "modules": {module: sorted(names) for module, names in sorted(found.items())}}
    path = ROOT / "schemas" / "weights" / "targets.json"
    path.write_text(json.dumps(table, indent=1) + "\n")
    print(f"{path.relative_to(ROOT)}: {sum(map(len, found.values())):,} classes in {len(found):,} modules")


if __name__ == "__main__":
    main(sys.argv[1:])
