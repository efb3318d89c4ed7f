"""Plug-ins: a second package that brings rule cards and a check, and what becomes of one that cannot be loaded.

Here it is laid where Python imports from, as an installer would; `consumers/installed_plugin.py` installs it for real.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cardlint import check, plugins
from cardlint.exampletest import verify_folder
from cardlint.plugins import installed
from cardlint.policyfile import load_policy, parse_policy
from cardlint.repository import Repository
from cardlint.rule import known
from cardlint.source import Memory

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
        ({"name": "all"}, "its name is the word for every rule"),
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


LEAVING = {"SystemExit": "import sys\n", "Leave": "class Leave(BaseException):\n    pass\n"}


@pytest.mark.parametrize("jobs", [(), ("--jobs", "2")])
@pytest.mark.parametrize("leaving", [("SystemExit", "sys.exit(0)"), ("Leave", "raise Leave")])
@pytest.mark.parametrize("imported", [True, False])
@pytest.mark.usefixtures("model")
def test_a_check_that_leaves_does_not_take_the_run_along(
    cardlint: Command, tmp_path: Path, imported: bool, leaving: tuple[str, str], jobs: tuple[str, ...]
) -> None:
    error, statement = leaving
    model, site = tmp_path / "model", lay(tmp_path / "site")
    body = f"{statement}\n" if imported else f"def shouted(tag, *, longest: int):\n    {statement}\n    yield\n"
    (site / "house_rules/names.py").write_text(LEAVING[error] + body)
    shutil.copytree(model, tmp_path / "second")
    done = cardlint("check", "model", "second", *ONLY, *jobs, PYTHONPATH=str(site))
    assert done.code == 3
    for name in ("model", "second"):
        assert f"{name}: failed[house/tag-shouted] {error}: " in done.out
        assert f'{name}/README.md:2:10: error[license-unknown] "apache2"' in done.out
    assert "this is a defect of the plug-in house, please report it to its authors" in done.out
    assert "defect of cardlint" not in done.out


def test_a_check_that_leaves_at_import_is_named_by_policies_and_examples(cardlint: Command, tmp_path: Path) -> None:
    site = lay(tmp_path / "site")
    (site / "house_rules/names.py").write_text("raise SystemExit(0)\n")
    (tmp_path / ".cardlint.yaml").write_text("rules: {house/tag-shouted: {with: {longest: 9}}}")
    done = cardlint("check", *ONLY, PYTHONPATH=str(site))
    assert (done.code, "the check of house/tag-shouted cannot be loaded" in done.err) == (2, True)
    done = cardlint("test", "house", PYTHONPATH=str(site))
    assert "tag-shouted.md:6:1: the check names.shouted cannot be loaded: SystemExit: 0" in done.out
    assert (done.code, done.out.splitlines()[-1]) == (1, "1 passed, 1 failed")


@pytest.mark.parametrize("kind", [KeyboardInterrupt, GeneratorExit])
def test_an_interruption_is_no_failure_of_a_check(here: Path, monkeypatch: pytest.MonkeyPatch, kind: type[BaseException]) -> None:
    def interrupted(*_: object) -> None:
        raise kind

    lay(here)
    policy = load_policy(known())
    monkeypatch.setattr("cardlint.engine.check_function", interrupted)
    with pytest.raises(kind):
        check(Repository(Memory({"README.md": b"---\ntags: [A]\n---\n"})), policy=policy)
    monkeypatch.setattr("cardlint.options.check_function", interrupted)
    with pytest.raises(kind):
        parse_policy(known(), "rules: {house/tag-shouted: {with: {longest: 9}}}", "a.yaml")
    monkeypatch.setattr("cardlint.exampletest.check_function", interrupted)
    with pytest.raises(kind):
        list(verify_folder(here / "house_rules/rules"))
    installed.cache_clear()
    monkeypatch.setattr("cardlint.plugins._plugin", interrupted)
    with pytest.raises(kind):
        installed()


@pytest.mark.parametrize(
    ("file", "content", "name"),
    [
        ("entry_points.txt", b"[cardlint.plugins]\nthis is not an entry\n", "house_rules"),
        ("entry_points.txt", b"[cardlint.plugins]\nthis is not an entry\nhouse = house_rules\n[x]\na = b\n", "house"),
        ("entry_points.txt", b"[cardlint.plugins]\nhouse = house_rules\n\xff = x\n", "house"),
        ("METADATA", b"Name: \xff\xfe\n", "house"),
    ],
)
@pytest.mark.usefixtures("model")
def test_broken_metadata_breaks_no_run(cardlint: Command, tmp_path: Path, file: str, content: bytes, name: str) -> None:
    model, site = tmp_path / "model", lay(tmp_path / "site")
    (site / "house_rules-1.2.dist-info" / file).write_bytes(content)
    done = cardlint("check", str(model), "--output-format", "concise", PYTHONPATH=str(site))
    assert f"cardlint: warning: plug-in {name} (house_rules-1.2.dist-info) could not be loaded: what its package says" in done.err
    assert "error[license-unknown]" in done.out
    assert done.code == 3
    prefix = name.replace("_", "-")
    assert f"failed[{prefix}/plug-in]" in done.out
    assert cardlint("check", str(model), "--ignore", f"{prefix}/", PYTHONPATH=str(site)).code == 1


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("yields_to: [nosuch]", 'owner-missing.md:8:1: there is no rule "nosuch"'),
        ("yields_to: [owner-missing]", "owner-missing.md:8:1: a rule that yields to itself reports nothing"),
        ("aliases: [tag-shouted]", 'owner-missing.md:8:1: "house/tag-shouted" is the name of another rule'),
    ],
)
def test_a_plugin_whose_card_names_what_it_may_not_is_left_out(here: Path, line: str, words: str) -> None:
    lay(here)
    card = here / "house_rules/rules/documentation/owner-missing.md"
    card.write_text(card.read_text().replace("yields_to: [tag-shouted]", line))
    assert words in installed().broken["house"]


def test_a_rule_may_yield_to_one_of_a_plugin_that_is_not_installed(here: Path) -> None:
    lay(here)
    card = here / "house_rules/rules/documentation/owner-missing.md"
    card.write_text(card.read_text().replace("yields_to: [tag-shouted]", "yields_to: [barn/hay-wet, license-unknown]"))
    assert installed().rules["house/owner-missing"].yields_to == ("barn/hay-wet", "license-unknown")


def test_two_cards_of_one_name(here: Path) -> None:
    lay(here)
    cards = here / "house_rules/rules"
    shutil.copy(cards / "metadata/tag-shouted.md", cards / "documentation/tag-shouted.md")
    assert "two of its cards have one name" in installed().broken["house"]
