"""What the public contract promises beyond single outputs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import cardlint
from cardlint import Policy, Repository, check
from cardlint.errors import UsageError
from cardlint.locate import data_folder
from cardlint.policyfile import load_policy
from cardlint.rule import shipped
from cardlint.source import Memory

ROOT = Path(__file__).parent.parent
HEAVY = {"huggingface_hub", "pydantic", "jinja2", "rich", "numpy", "httpx", "httpx2", "jsonschema", "multiprocessing", "asyncio"}


def test_the_public_names_are_exactly_these() -> None:
    assert cardlint.__all__ == sorted(cardlint.__all__) == ["Finding", "Policy", "Report", "Repository", "Rule", "check"]
    for name in cardlint.__all__:
        assert getattr(cardlint, name).__name__ == name
    assert set(cardlint.__all__) <= set(dir(cardlint))
    with pytest.raises(AttributeError, match="nope"):
        cardlint.nope  # noqa: B018


def test_the_version_is_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == cardlint.__version__
    assert f"## {cardlint.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_check_in_python(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: apache2\n---\n")
    report = check(tmp_path)
    assert "license-unknown" in [finding.rule for finding in report.findings]
    assert report.exit_code() == 1
    repository = Repository(Memory({"README.md": b"---\nlicense: mit\nsdk: static\n---\n"}))
    assert [finding.rule for finding in check(repository, policy=_only("license-unknown")).findings] == []
    assert check(tmp_path, policy=_only("license-missing")).exit_code() == 0
    with pytest.raises(UsageError):
        check(tmp_path / "nowhere")
    opened = Repository.at(str(tmp_path), "space")
    assert opened.kind == "space"
    assert check(opened, policy=Policy.load("hub")).policy == "hub"


def _only(rule: str) -> Policy:
    return load_policy(shipped(), select=(rule,))


def _modules_after(code: str, tmp_path: Path) -> set[str]:
    # What was there before (a coverage tool brings modules of its own) does not count.
    script = f"import sys; before = set(sys.modules)\n{code}\nimport json\nsys.stdout.write('\\n' + json.dumps(sorted(set(sys.modules) - before)))"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
    loaded = json.loads(done.stdout.splitlines()[-1])
    return {name for full in loaded for name in (full.partition(".")[0], full)}


def test_a_repository_without_weights_brings_none_of_their_judges(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: apache2\nlanguage: en\n---\n# T\n[x](y)\n")
    for name, content in {
        "tokenizer.json": "{}",
        "train.py": "import x\n",
        ".gitattributes": "*.bin filter=lfs\n",
        "a.yaml": "- 1\n",
    }.items():
        (tmp_path / name).write_text(content)
    loaded = _modules_after("from cardlint.cli import run; run(['check'])", tmp_path)
    assert "cardlint.weighing" in loaded
    assert not loaded & {f"cardlint.weights.{name}" for name in ("judge", "pickle", "machine", "zip", "reading", "tarread", "xmlmodel")}
    assert not loaded & {"hashlib", "_hashlib"}


def test_the_local_check_imports_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: apache2\nlanguage: en\n---\n# T\n[x](y)\n")
    loaded = _modules_after("from cardlint.cli import run; run(['check'])", tmp_path)
    assert not loaded & HEAVY


def test_a_check_of_weights_generates_no_dataclasses(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: mit\n---\n# T\n")
    (tmp_path / "a.pkl").write_bytes(b"\x80\x04N.")
    loaded = _modules_after("from cardlint.cli import run; run(['check', '--select', 'weights/'])", tmp_path)
    assert "cardlint.weights.machine" in loaded
    assert not loaded & (HEAVY | {"click", "dataclasses", "inspect", "yaml"})


def test_version_imports_nothing_but_itself(tmp_path: Path) -> None:
    loaded = _modules_after("import sys; sys.argv = ['cardlint', '--version']; from cardlint.__main__ import main; main()", tmp_path)
    assert not loaded & (HEAVY | {"click", "yaml", "dataclasses"})


def test_the_local_check_opens_no_socket(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: apache2\n---\n# T\n")
    guard = (
        "import sys\n"
        "def hook(event, args):\n"
        "    if event.startswith('socket.') and event != 'socket.__new__':\n"
        "        raise SystemExit(f'network: {event}')\n"
        "sys.addaudithook(hook)\n"
        "from cardlint.cli import run\n"
        "sys.exit(run(['check']))"
    )
    done = subprocess.run([sys.executable, "-c", guard], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")


def test_the_repository_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: apache2\n---\n")
    before = {path: path.stat().st_mtime_ns for path in [tmp_path, *tmp_path.rglob("*")]}
    check(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in [tmp_path, *tmp_path.rglob("*")]} == before


def test_the_installed_package_brings_its_data() -> None:
    wanted = os.environ.get("CARDLINT_INSTALLED_AT")
    home = Path(cardlint.__file__).parent
    if wanted:
        assert home.is_relative_to(wanted), f"the tests run against {home}, not against the wheel"
        assert data_folder("rules") == home / "rules"
    assert (data_folder("rules") / "index.json").is_file()
    assert (data_folder("schemas") / "model-card.schema.json").is_file()
    assert (home / "py.typed").is_file()
