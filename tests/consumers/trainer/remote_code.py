"""What is followed is what transformers copies and imports: compared with the library itself, and with a model that it loads."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import transformers
from transformers import AutoConfig, AutoModel, dynamic_module_utils
from transformers.dynamic_module_utils import get_class_from_dynamic_module, get_relative_import_files

from cardlint.checks.remotecode import runs
from cardlint.code.reach import follow, reference
from cardlint.target import locate, open_repository

if TYPE_CHECKING:
    from collections.abc import Iterator

MODELS = Path(transformers.__file__).parent / "models"


@pytest.fixture(scope="module", autouse=True)
def _modules_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The library copies modules into the user's cache, where nothing of this belongs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dynamic_module_utils, "HF_MODULES_CACHE", str(tmp_path_factory.mktemp("modules")))
        yield


def ours(folder: Path, root: str) -> set[str]:
    def code(path: str) -> str | None:
        return (folder / path).read_text(encoding="utf-8")

    return {step.path for step in follow(root, "transformers", code, lambda path: (folder / path).is_file(), 500)}


def theirs(folder: Path, root: str) -> set[str]:
    return {root} | {Path(path).relative_to(folder).as_posix() for path in get_relative_import_files(folder / root)}


def write(folder: Path, files: dict[str, str]) -> None:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content, encoding="utf-8")


LINES = [
    "import os", "from .{} import x", "from .{} import (x,", "  from .{} import y", "import .{}", "from . import {}", "import {}",
    "try:\n    from .{} import z\nexcept ImportError:\n    pass", '"""\nfrom .{} import in_prose\n"""', "# from .{} import x",
    "from\t.{}\timport x", "x = 1  # from .{} import x", "\n\n\n", "from .{} \\\n    import x", "\x0cfrom .{} import x",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_the_files_are_those_that_the_library_copies(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    names = [f"m{number}" for number in range(6)]
    write(tmp_path, {f"{name}.py": "\n".join(chance.choice(LINES).format(chance.choice(names)) for _ in range(4)) for name in names})
    assert ours(tmp_path, "m0.py") == theirs(tmp_path, "m0.py")


def refuses(folder: Path, root: str) -> bool:
    """Whether the library finds one of the files missing: what imports from the package above, no repository has."""
    try:
        theirs(folder, root)
    except FileNotFoundError:
        return True
    return False


def test_the_files_are_the_same_for_every_model_of_the_library() -> None:
    modules = sorted(MODELS.glob("*/modeling_*.py"))
    for path in modules:
        reached = ours(path.parent, path.name)
        if refuses(path.parent, path.name):
            assert not all((path.parent / name).is_file() for name in reached)
        else:
            assert reached == theirs(path.parent, path.name)
    assert len(modules) > 300


REFERENCES = ["m.X", "sub/m.X", "m", "m.X.Y", "../m.X", "a--m.X.Y", "m.", "a--b--m.X"]


@pytest.mark.parametrize("text", REFERENCES)
def test_a_reference_is_read_as_the_library_reads_it(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"m.py": "class X: ...\n", "sub/m.py": "class X: ...\n"})
    found = reference(text)
    if found is None:
        with pytest.raises((ValueError, AttributeError)):
            get_class_from_dynamic_module(text, str(tmp_path))
    else:
        assert get_class_from_dynamic_module(text, str(tmp_path)).__name__ == found.name


MODEL = {
    "config.json": json.dumps({"model_type": "marsh", "auto_map": {"AutoConfig": "configuration_marsh.MarshConfig", "AutoModel": "modeling_marsh.MarshModel"}}),
    "configuration_marsh.py": "from transformers import PretrainedConfig\nclass MarshConfig(PretrainedConfig):\n    model_type = 'marsh'\n",
    "modeling_marsh.py": "import torch\nfrom transformers import PreTrainedModel\nfrom .configuration_marsh import MarshConfig\nfrom .layers import Layer\nclass MarshModel(PreTrainedModel):\n    config_class = MarshConfig\n    def __init__(self, config):\n        super().__init__(config)\n        self.layer = Layer()\n        self.post_init()\n",
    "layers.py": "import torch\nfrom .deep import SIZE\nclass Layer(torch.nn.Linear):\n    def __init__(self):\n        super().__init__(SIZE, SIZE)\n",
    "deep.py": "SIZE = 2\n",
    "unused.py": "raise SystemExit\n",
}  # fmt: skip


def test_what_a_model_imports_when_it_is_loaded_is_what_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "marsh"
    write(folder, MODEL)
    repo = open_repository(locate(str(folder)), "model", ())
    told = {reached.path for reached in repo.fact("remote_code").reached}
    before = set(sys.modules)
    AutoModel.from_config(AutoConfig.from_pretrained(str(folder), trust_remote_code=True), trust_remote_code=True)
    new = {name.rpartition(".")[2] for name in set(sys.modules) - before if name.startswith("transformers_modules.marsh")}
    assert {f"{name}.py" for name in new if (folder / f"{name}.py").is_file()} == told
    assert "unused.py" not in told
    assert [problem.path for problem in runs(repo.fact("remote_code"))] == ["config.json"]


@pytest.mark.parametrize(
    "code", ["from .gone import x\n", "try:\n    from .gone import x\nexcept ImportError:\n    pass\n", '"""\nfrom .gone import x\n"""\n']
)
def test_a_module_that_is_not_there_stops_the_library_wherever_it_is_named(tmp_path: Path, code: str) -> None:
    write(tmp_path, {"config.json": json.dumps({"auto_map": {"AutoModel": "m.X"}}), "m.py": f"{code}class X: ...\n"})
    with pytest.raises(FileNotFoundError):
        get_class_from_dynamic_module("m.X", str(tmp_path))
    remote = open_repository(locate(str(tmp_path)), "model", ()).fact("remote_code")
    assert [problem.subject for problem in runs(remote)] == ["remote-code", "gone.py"]


def test_an_import_of_the_package_copies_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"m.py": "from . import beside\nclass X: ...\n", "beside.py": ""})
    write(tmp_path, {"config.json": json.dumps({"auto_map": {"AutoModel": "m.X"}})})
    with pytest.raises(ImportError):
        get_class_from_dynamic_module("m.X", str(tmp_path))
    assert ours(tmp_path, "m.py") == {"m.py"}
    remote = open_repository(locate(str(tmp_path)), "model", ()).fact("remote_code")
    assert [problem.subject for problem in runs(remote)] == ["remote-code", "beside.py"]
