"""Plug-ins: a second package that brings rule cards and a check, and what becomes of one that cannot be loaded.

Here it is laid where Python imports from, as an installer would; `consumers/installed_plugin.py` installs it for real.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cardlint import plugins
from cardlint.plugins import installed
from cardlint.policyfile import load_policy
from cardlint.rule import known

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Done

    Command = Callable[..., Done]

PLUGIN = Path(__file__).parent / "data" / "plugin"
ONLY = ("--select", "house/,license-unknown", "--output-format", "concise")


def lay(
    site: Path, *, name: str = "house", value: str = "house_rules", requires: str = "cardlint>=0.1,<1", package: str = "house-rules"
) -> Path:
    """The plug-in as an installer leaves it."""
    if not (site / "house_rules").exists():
        shutil.copytree(PLUGIN / "house_rules", site / "house_rules", ignore=shutil.ignore_patterns("__pycache__"))
    metadata = site / f"{package.replace('-', '_')}-1.2.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\nRequires-Dist: {requires}\n")
    (metadata / "entry_points.txt").write_text(f"[cardlint.plugins]\n{name} = {value}\n")
    return site


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "README.md").write_text("---\nlicense: apache2\ntags: [WEATHER]\n---\n# A\n")
    return folder


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place Python imports from, for this process."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    installed.cache_clear()
    known.cache_clear()
    yield site
    installed.cache_clear()
    known.cache_clear()


@pytest.mark.usefixtures("model")
def test_a_plugin_brings_rules_and_a_check(cardlint: Command, tmp_path: Path) -> None:
    site = str(lay(tmp_path / "site"))
    done = cardlint("check", "model", *ONLY, PYTHONPATH=site)
    assert done.out.splitlines() == [
        "model/README.md:2:1: error[house/owner-missing] there is no `x-owner`; name the team that answers for the model",
        'model/README.md:2:10: error[license-unknown] "apache2" is not a Hub licence id; did you mean apache-2.0?',
        'model/README.md:3:8: warning[house/tag-shouted] "WEATHER" is shouted; write it in lower case',
    ]
    assert (done.code, done.err) == (1, "")
    assert "house/tag-shouted" in cardlint("rules", PYTHONPATH=site).out
    assert cardlint("explain", "house/tag-shouted", PYTHONPATH=site).out.startswith("house/tag-shouted: warning")
    assert cardlint("test", "house", PYTHONPATH=site).out == "2 passed, 0 failed\n"
    (tmp_path / ".cardlint.yaml").write_text("rules: {house/tag-shouted: {with: {longest: 9}}, house/owner-missing: off}")
    assert cardlint("check", ".", "--select", "house/", PYTHONPATH=site, stdin=b"").code != 3


def test_without_a_plugin_its_rules_are_unknown(cardlint: Command, model: Path) -> None:
    done = cardlint("check", str(model), *ONLY)
    assert done.code == 2
    assert 'there is no category "house/"' in done.err


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value": "nowhere_rules"}, "there is no package nowhere_rules"),
        ({"value": "json"}, "the package json has no folder rules"),
        ({"value": "nowhere.rules"}, "ModuleNotFoundError"),
        ({"value": "broken_rules.inner"}, "ZeroDivisionError"),
        ({"value": "leaving_rules.inner"}, "SystemExit"),
        ({"name": "House_"}, "its name has to be lower-case words"),
        ({"name": "metadata"}, "that of a category"),
        ({"name": "other"}, "the prefix of the id has to be other/"),
        ({"requires": "cardlint>=99"}, "it needs cardlint >=99, and this is"),
        ({"requires": "cardlint (<0.1)"}, "it needs cardlint <0.1"),
    ],
)
def test_a_plugin_that_cannot_be_loaded_is_named_and_the_run_goes_on(
    cardlint: Command, model: Path, tmp_path: Path, changes: dict[str, str], words: str
) -> None:
    site = lay(tmp_path / "site", **changes)
    for name, content in {"broken_rules": "1 / 0", "leaving_rules": "raise SystemExit(0)"}.items():
        (site / name).mkdir()
        (site / name / "__init__.py").write_text(content)
    name = changes.get("name", "house")
    done = cardlint("check", str(model), "--output-format", "json", PYTHONPATH=str(site))
    (target,) = json.loads(done.out)["targets"]
    assert "license-unknown" in {finding["rule"] for finding in target["findings"]}
    assert [failed["rule"] for failed in target["failed"]] == [f"{name.lower().rstrip('_')}/plug-in"]
    assert words in target["failed"][0]["error"]
    assert f"cardlint: warning: plug-in {name} (house-rules 1.2) could not be loaded: " in done.err
    assert words in done.err
    assert done.code == 3


def test_a_broken_plugin_nobody_asked_for_changes_no_exit_code(cardlint: Command, model: Path, tmp_path: Path) -> None:
    site = str(lay(tmp_path / "site", requires="cardlint>=99"))
    assert cardlint("check", str(model), "--select", "license-unknown", PYTHONPATH=site).code == 1
    assert cardlint("check", str(model), "--ignore", "house/", PYTHONPATH=site).code == 1
    assert cardlint("check", str(model), "--select", "house/tag-shouted", PYTHONPATH=site).code == 3
    (model / ".cardlint.yaml").write_text("rules: {house/tag-shouted: error, house/: off}")
    assert cardlint("check", str(model), PYTHONPATH=site).code == 3


def test_a_bad_card_is_named_with_its_place(cardlint: Command, model: Path, tmp_path: Path) -> None:
    site = lay(tmp_path / "site")
    card = site / "house_rules/rules/metadata/tag-shouted.md"
    card.write_text(card.read_text().replace("severity: warning", "severity: loud"))
    done = cardlint("check", str(model), PYTHONPATH=str(site))
    assert "tag-shouted.md:3:11: " in done.err
    assert done.code == 3


def test_a_check_that_cannot_be_imported_fails_alone(cardlint: Command, model: Path, tmp_path: Path) -> None:
    site = lay(tmp_path / "site")
    (site / "house_rules/names.py").write_text("import nothing_of_the_kind\n")
    done = cardlint("check", str(model), *ONLY, PYTHONPATH=str(site))
    assert "failed[house/tag-shouted] ModuleNotFoundError" in done.out
    assert "error[house/owner-missing]" in done.out
    assert done.code == 3
    (model / ".cardlint.yaml").write_text("rules: {house/tag-shouted: {with: {longest: 9}}}")
    done = cardlint("check", str(model), *ONLY, PYTHONPATH=str(site))
    assert "the check of house/tag-shouted cannot be loaded" in done.err
    assert done.code == 2


def test_nothing_is_loaded_from_the_working_directory(cardlint: Command, tmp_path: Path) -> None:
    lay(tmp_path)
    assert "house/" not in cardlint("rules").out
    assert "house/" not in cardlint("rules", PYTHONPATH=".").out


def test_two_packages_of_one_name(here: Path) -> None:
    lay(here)
    lay(here, package="second-house")
    assert installed().broken == {
        "house": "plug-in house (second-house 1.2) could not be loaded: another package has a plug-in of this name"
    }
    assert set(installed().rules) == {"house/owner-missing", "house/tag-shouted"}


def test_its_rules_yield_to_one_another_under_their_full_ids(here: Path) -> None:
    lay(here)
    (here / "not-a-folder.dist-info").write_text("")
    rules = load_policy(known()).rules
    assert rules["house/owner-missing"].yields_to == ("house/tag-shouted",)
    assert rules["house/owner-missing"].package == "cardlint.checks"
    assert rules["house/tag-shouted"].card.is_file()
    assert list(rules) == sorted(rules)


@pytest.mark.parametrize(
    ("asked", "unmet"),
    [
        (">=0.1,<1", None), ("==0.1.0", None), ("==0.1", None), ("!=0.1", "!=0.1"), (">0.1", ">0.1"), ("<=0.1", None), ("~=9.9", None),
        ("<0.2,>=0.1.1", "<0.2,>=0.1.1"), ("", None),
    ],
)  # fmt: skip
def test_the_version_a_plugin_asks_for(asked: str, unmet: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plugins, "__version__", "0.1.0")
    assert plugins._unmet(["click>=99", f"cardlint{asked} ; python_version > '3'", f"cardlint{asked}"]) == unmet  # noqa: SLF001
