"""`cardlint init` and `cardlint policy`: a start, and what a policy comes to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cardlint import check
from cardlint.cli.policy import described
from cardlint.policyfile import CONFIG_NAME, load_policy
from cardlint.repository import Identity, Kind, Repository
from cardlint.rule import shipped
from cardlint.source import Memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Done

    Command = Callable[..., Done]

# What nobody but the author can know, and every rule that asks for it.
ASKED = {"license-missing", "language-missing", "sdk-missing"}


def test_a_configuration_is_written_that_changes_nothing(cardlint: Command, tmp_path: Path) -> None:
    done = cardlint("init")
    assert (done.code, done.out, done.err) == (0, "wrote .cardlint.yaml\n", "")
    policy = load_policy(shipped(), config=tmp_path / CONFIG_NAME)
    assert [layer.name for layer in policy.layers] == ["recommended", str(tmp_path / CONFIG_NAME)]
    assert (policy.kind, policy.exclude, policy.waivers) == (None, (), ())


def test_policy_and_kind_are_written(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/a b.yaml").write_text("extends: hub")
    assert cardlint("init", "data", "--policy", "data/a b.yaml", "--kind", "dataset").code == 0
    policy = load_policy(shipped(), config=tmp_path / "data" / CONFIG_NAME)
    assert [layer.name for layer in policy.layers][:2] == ["hub", "a b.yaml"]
    assert policy.kind == "dataset"


@pytest.mark.parametrize(
    ("kind", "task"),
    [
        ("model", None),
        ("model", "text-generation"),
        ("model", "image-classification"),
        ("dataset", None),
        ("dataset", "translation"),
        ("space", None),
    ],
)
def test_a_card_asks_for_nothing_but_what_only_its_author_knows(cardlint: Command, tmp_path: Path, kind: Kind, task: str | None) -> None:
    folder = tmp_path / "harbour-letters"
    folder.mkdir()
    done = cardlint("init", "harbour-letters", "--card", "--kind", kind, *(("--task", task) if task else ()))
    assert done.out == "wrote harbour-letters/.cardlint.yaml\nwrote harbour-letters/README.md\n"
    report = check(folder)
    (target,) = report.targets
    assert target.kind == kind
    found = {finding.rule for finding in report.findings}
    owned = {finding for finding in found if shipped()[finding].category in {"frontmatter", "metadata", "spaces", "datasets"}}
    assert owned <= ASKED | ({"task-missing"} if kind == "model" and task is None else set()), owned
    assert kind == "space" or "license-missing" in owned
    assert not report.targets[0].skipped
    assert found & {"placeholder-text", "section-empty"}
    card = (folder / "README.md").read_text()
    assert "# harbour-letters\n" in card
    assert "@" not in card
    assert (task or "TODO") not in card or f"{task}\n" in card


def test_a_name_from_the_hub_comes_first_and_a_wild_one_does_no_harm(cardlint: Command, tmp_path: Path) -> None:
    wild = tmp_path / 'a "b": \n# c'
    wild.mkdir()
    (wild / ".git").mkdir()
    assert cardlint("init", str(wild), "--card", "--kind", "space").code == 0
    assert 'title: "a \\"b\\": # c"\n' in (wild / "README.md").read_text()
    (wild / "README.md").unlink()
    (wild / CONFIG_NAME).unlink()
    (wild / ".git/config").write_text('[remote "origin"]\n\turl = https://huggingface.co/datasets/acme/letters\n')
    assert cardlint("init", str(wild), "--card").code == 0
    assert "\n# letters\n" in (wild / "README.md").read_text()


@pytest.mark.parametrize("name", ["1.5", "null", "~", "yes", "0x10", "2026-01-01", "strict", "hf:x", 'a"b\\', "\u0085", "a #b", "@KIND@"])
def test_a_policy_of_any_name_is_the_one_that_is_extended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    from click.testing import CliRunner

    from cardlint.cli.init import command

    monkeypatch.chdir(tmp_path)
    Path(name).write_text("extends: hub\nrules: {license-missing: note}\n")
    CliRunner().invoke(command, ["--policy", f"./{name}"], standalone_mode=False)
    policy = load_policy(shipped(), config=tmp_path / CONFIG_NAME)
    assert [layer.path for layer in policy.layers[1:]] == [str((tmp_path / name).resolve()), ""]
    assert policy.bind(Repository(Memory({}))).severity(shipped()["license-missing"], None) == "note"


def test_a_policy_from_outside_is_not_written_because_it_would_not_be_read(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "house.yaml").write_text("extends: hub")
    done = cardlint("init", "model", "--policy", "house.yaml")
    assert done.code == 2
    assert "house.yaml lies outside model, and what a repository extends lies in it; give check --policy house.yaml instead" in done.err
    assert not (tmp_path / "model" / CONFIG_NAME).exists()


@pytest.mark.parametrize("kind", ["model", "dataset", "space"])
def test_a_name_that_looks_like_a_place_to_fill_is_a_name(cardlint: Command, tmp_path: Path, kind: Kind) -> None:
    name = "@NAME@ @TITLE@ @TASK@ @INPUTS@"
    (tmp_path / name).mkdir()
    assert cardlint("init", name, "--card", "--kind", kind).code == 0
    card = (tmp_path / name / "README.md").read_text()
    assert f"\n# {name}\n" in card
    assert card.count("@NAME@") == (1 if kind == "model" else 2)


@pytest.mark.parametrize("there", [".cardlint.yaml", ".cardlint.yml", "README.md"])
def test_nothing_is_overwritten_and_nothing_half_written(cardlint: Command, tmp_path: Path, there: str) -> None:
    (tmp_path / there).write_text("kind: model\n")
    done = cardlint("init", "--card")
    assert done.code == 2
    assert f"{there} is there already, and nothing is overwritten" in done.err
    assert [path.name for path in tmp_path.iterdir()] == [there]
    assert (tmp_path / there).read_text() == "kind: model\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("nowhere",), "nowhere is not a folder"),
        (("--policy", "recomended"), "did you mean recommended"),
        (("--task", "text-genration"), "did you mean text-generation"),
        (("--task", "text-generation", "--kind", "space"), "a Space has no task"),
    ],
)
def test_wrong_use(cardlint: Command, tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    done = cardlint("init", *arguments)
    assert done.code == 2
    assert words in done.err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from cardlint.cli.init import command
    from cardlint.errors import UsageError

    real = Path.open

    def full(path: Path, mode: str = "r", *rest: Any, **more: Any) -> Any:
        if mode == "x":
            raise OSError(28, "No space left on device")
        return real(path, mode, *rest, **more)

    monkeypatch.setattr(Path, "open", full)
    done = CliRunner().invoke(command, [str(tmp_path)])
    assert isinstance(done.exception, UsageError)
    assert "cannot be written: No space left" in str(done.exception)


HOUSE = """extends: recommended
rules:
  license-missing: {severity: error, locked: true}
  section-missing: {with: {sections: [limitations]}}
overrides:
- when: {path: docs/**}
  rules: {license-unknown: note}
waivers:
- {rule: link-broken, repository: acme/*, path: README.md, owner: web, reason: moving, expires: 2027-01-31}
"""


def test_the_effective_table_names_the_line_that_decided(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model/house.yaml").write_text(HOUSE)
    (tmp_path / "model" / CONFIG_NAME).write_text("extends: house.yaml\nrules:\n  task-missing: off\n")
    lines = cardlint("policy", "show", "model").out.splitlines()
    assert lines[0] == "model/.cardlint.yaml, for model (model)"
    rows = {line.split()[1]: line.split(maxsplit=2) for line in lines[2:] if not line.startswith("  ")}
    assert rows["task-missing"] == ["off", "task-missing", "model/.cardlint.yaml:3:3"]
    assert rows["license-missing"][2] == "model/house.yaml:3:3, locked by model/house.yaml:3:3"
    assert rows["license-unknown"][2] == "rule card"
    assert "  note in docs/**: model/house.yaml:7:11" in lines
    assert '  sections = ["limitations"]: model/house.yaml:4:3' in lines
    assert lines[-1] == "waived until 2027-01-31 by web: link-broken in acme/* in README.md (model/house.yaml:9:3)"


def test_the_same_as_json(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "house.yaml").write_text(HOUSE)
    done = cardlint("policy", "show", "--policy", "house.yaml", "--kind", "space", "--output-format", "json")
    shown = json.loads(done.out)
    assert (shown["policy"], shown["target"], shown["kind"]) == ("house.yaml", ".", "space")
    rows = {row["rule"]: row for row in shown["rules"]}
    assert rows["license-missing"]["locked"] == "house.yaml:3:3"
    assert "library-missing" not in rows
    assert shown["waivers"][0]["expires"] == "2027-01-31"
    strict = json.loads(cardlint("policy", "show", "--policy", "strict", "--kind", "space", "--isolated", "--output-format", "json").out)
    assert all("/" not in row["origin"] for row in strict["rules"])


def test_what_is_loosened_is_an_error_there_too(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "house.yaml").write_text(HOUSE)
    (tmp_path / CONFIG_NAME).write_text("extends: house.yaml\nrules: {license-missing: off}\n")
    done = cardlint("policy", "show")
    assert done.code == 2
    assert ".cardlint.yaml:2:9: " in done.err
    assert "house.yaml:3:3 locks it at error" in done.err
    assert cardlint("policy", "show", "-").code == 2


def test_an_empty_policy_comes_to_the_cards() -> None:
    shown = described(load_policy(shipped(), name="hub").bind(Repository(Memory({}), Identity("space"))))
    assert {row["origin"].rpartition(":")[0].partition(":")[0] for row in shown["rules"]} == {"hub.yaml"}


def test_the_policies_that_ship_are_listed(cardlint: Command) -> None:
    assert {"hub", "recommended", "strict"} <= set(cardlint("policy", "list").out.split())


def test_rules_of_a_policy_are_explained(cardlint: Command, tmp_path: Path) -> None:
    from test_policy_layers import folder

    folder(tmp_path)
    assert cardlint("explain", "acme/contact-key-missing", "--policy", "house.yaml").out.startswith("acme/contact-key-missing: error")
    assert "house/acme/contact-key-missing" in cardlint("rules", "--policy", "house.yaml").out
    assert cardlint("explain", "acme/contact-key-missing").code == 2
    assert cardlint("test", "rules").out == "1 passed, 0 failed\n"
