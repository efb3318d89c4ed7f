"""`cardlint lineage`, and `check` with a lineage, through the real command and a Hub on this machine."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from click.testing import CliRunner

from cardlint.cli.lineage import command
from cardlint.errors import UsageError
from cardlint.locate import data_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Done

sys.path.append(str(Path(__file__).parent.parent / "consumers"))
from loopback_hub import COMMIT, TOKEN, Hub

pytest.importorskip("huggingface_hub")
SCHEMA = json.loads((data_folder("schemas") / "lineage.schema.json").read_text())
WORK = b"""---
license: apache-2.0
base_model: acme/helper-8b
base_model_relation: finetune
datasets: [acme/talk]
---
# A work
"""
FACTS: dict[str, dict[str, Any]] = {
    "acme/helper-8b": {"cardData": {"license": "apache-2.0", "base_model": "meta-llama/Llama-3.1-8B"}, "gated": False},
    "meta-llama/Llama-3.1-8B": {"cardData": {"license": "llama3.1"}, "gated": "manual"},
    "datasets/acme/talk": {"cardData": {"license": "cc-by-nc-4.0"}},
}


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub({"me/work/README.md": WORK, "me/work/NOTICE": b"x"}) as running:
        running.facts = {name: dict(said) for name, said in FACTS.items()}
        yield running


def environment(hub: Hub, tmp_path: Path) -> dict[str, str]:
    return {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "home"), "HF_TOKEN": TOKEN}


def test_the_tree_of_a_model_on_the_hub(cardlint: Callable[..., Done], hub: Hub, tmp_path: Path) -> None:
    done = cardlint("lineage", "hf://me/work", **environment(hub, tmp_path))
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == f"hf://me/work@{COMMIT}  apache-2.0"
    assert lines[1] == "├── finetune  acme/helper-8b  apache-2.0"
    assert "│   └── base  meta-llama/Llama-3.1-8B  llama3.1 (gated: manual)" in lines
    assert "│         !! not passed on: its restrictions have to be passed on (llama3.1, Sections 1.b.i and 1.b.iv)" in lines
    assert (
        "│         !! not passed on in acme/helper-8b: its restrictions have to be passed on (llama3.1, Sections 1.b.i and 1.b.iv)" in lines
    )
    assert lines[-2:] == [
        "└── data  datasets/acme/talk  cc-by-nc-4.0",
        "      ! exceeds: commercial use is not allowed (cc-by-nc-4.0, Section 2(a)(1))",
    ]
    assert TOKEN not in done.out
    asked = [item.path.partition("?")[0] for item in hub.asked]
    assert asked.count("/api/models/acme/helper-8b") == asked.count("/api/models/meta-llama/Llama-3.1-8B") == 1
    assert asked.count("/api/datasets/acme/talk") == 1


def test_the_document_obeys_its_schema(cardlint: Callable[..., Done], hub: Hub, tmp_path: Path) -> None:
    done = cardlint("lineage", "hf://me/work", "--output-format", "json", **environment(hub, tmp_path))
    document = json.loads(done.out)
    jsonschema.validate(document, SCHEMA)
    assert document["complete"]
    (edge,) = [edge for edge in document["edges"] if edge["parent"]["id"] == "meta-llama/Llama-3.1-8B"]
    assert edge["child"] == {"kind": "model", "id": "acme/helper-8b"}
    assert {(item["kind"], item["work"]) for item in edge["verdicts"]} >= {("terms-dropped", "me/work"), ("terms-dropped", "acme/helper-8b"), ("notice", "me/work")}  # fmt: skip


def test_check_reports_what_a_grandparent_asks(cardlint: Callable[..., Done], hub: Hub, tmp_path: Path) -> None:
    done = cardlint("check", "hf://me/work", "--select", "license/", "--output-format", "json", **environment(hub, tmp_path))
    report = json.loads(done.out)["targets"][0]
    found = {item["rule"]: item for item in report["findings"]}
    assert done.code == 1
    assert found["license-terms-dropped"]["severity"] == "error"
    assert "meta-llama/Llama-3.1-8B (by way of acme/helper-8b)" in found["license-terms-dropped"]["message"]
    assert found["license-dataset-conflict"]["severity"] == "warning"
    assert {"license-notice-missing", "license-name-prefix-missing"} <= found.keys()
    assert report["skipped"] == []


def test_states_of_relatives_through_check(cardlint: Callable[..., Done], hub: Hub, tmp_path: Path) -> None:
    hub.files["me/work/README.md"] = b"---\nlicense: mit\nbase_model: [acme/gone, acme/shut, acme/old]\n---\n"
    assert hub.facts is not None
    hub.facts |= {
        "acme/shut": {"error": (403, "GatedRepo")},
        "acme/old": {"moved": "tallgrass/new"},
        "tallgrass/new": {"cardData": {"license": "mit"}},
    }
    options = ("--select", "repository-missing,repository-renamed,license-upstream-unassessable", "--fail-on", "note")
    done = cardlint("check", "hf://me/work", *options, "--output-format", "json", **environment(hub, tmp_path))
    assert done.code == 1
    found = [(item["rule"], item["subject"]) for item in json.loads(done.out)["targets"][0]["findings"]]
    assert found == [
        ("repository-missing", "acme/gone"),
        ("license-upstream-unassessable", "acme/shut"),
        ("repository-renamed", "tallgrass/new"),
    ]


def test_a_server_that_fails_is_exit_4(cardlint: Callable[..., Done], hub: Hub, tmp_path: Path) -> None:
    hub.broken = lambda path: 501 if "helper-8b" in path else None
    done = cardlint("lineage", "hf://me/work", **environment(hub, tmp_path))
    assert done.code == 4
    assert "not read: the Hub answered 501" in done.out
    assert "501" in done.err
    done = cardlint(
        "check", "hf://me/work", "--select", "license-exceeds-upstream,license-upstream-unassessable", **environment(hub, tmp_path)
    )
    assert done.code == 4


def test_a_folder_asks_nobody_unless_told(cardlint: Callable[..., Done], hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "README.md").write_bytes(WORK)
    quiet = cardlint("lineage", "work", **environment(hub, tmp_path))
    assert quiet.code == 0
    assert hub.asked == []
    assert "acme/helper-8b  licence not known (not asked)" in quiet.out
    asked = cardlint("lineage", "work", "--online", **environment(hub, tmp_path))
    assert asked.code == 0
    assert "meta-llama/Llama-3.1-8B  llama3.1" in asked.out
    checked = cardlint("check", "work", "--select", "license-upstream-unassessable,license-terms-dropped", "--output-format", "json",
                       **environment(hub, tmp_path))  # fmt: skip
    assert json.loads(checked.out)["targets"][0]["not_applicable"] == ["license-upstream-unassessable"]


def test_a_closed_work_is_walked_by_what_the_hub_shows_of_its_card(cardlint: Callable[..., Done], hub: Hub, tmp_path: Path) -> None:
    assert hub.facts is not None
    hub.facts["me/work"] = {"cardData": {"license": "mit", "base_model": "acme/helper-8b"}, "gated": "auto"}
    hub.broken = lambda path: 403 if "/resolve/" in path else None
    done = cardlint("lineage", "hf://me/work", **environment(hub, tmp_path))
    assert done.code == 4
    assert "├── " not in done.out
    assert "└── base  acme/helper-8b  apache-2.0" in done.out
    assert "not read: " in done.out


def test_offline_and_absent_targets(cardlint: Callable[..., Done], hub: Hub, tmp_path: Path) -> None:
    assert cardlint("lineage", "hf://me/work", "--offline", **environment(hub, tmp_path)).code == 4
    assert cardlint("lineage", "hf://me/nothing", **environment(hub, tmp_path)).code == 4
    assert cardlint("lineage", "nowhere").code == 2


@pytest.mark.parametrize("arguments", [["-"], [".", "--online", "--offline"], ["model.safetensors"]])
def test_what_has_no_lineage_is_a_usage_error(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"x")
    assert isinstance(CliRunner().invoke(command, arguments).exception, UsageError)


def test_the_command_in_this_process(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cardlint.hubrepo import shared
    from cardlint.kinship import on

    for name, value in environment(hub, tmp_path).items():
        monkeypatch.setenv(name, value)
    shared.cache_clear()
    on.cache_clear()
    hub.broken = lambda path: 501 if "talk" in path else None
    assert CliRunner().invoke(command, ["hf://me/work"], standalone_mode=False).return_value == 4
    hub.broken = lambda _: None
    shared.cache_clear()
    on.cache_clear()
    done = CliRunner().invoke(command, ["hf://me/work", "--depth", "1"], standalone_mode=False)
    assert done.return_value == 0
    assert "not asked: it is more than 1 steps away" in done.output
    (tmp_path / "README.md").write_bytes(b"---\nlicense: mit\n---\n")
    done = CliRunner().invoke(command, [str(tmp_path), "--online", "--output-format", "json"], standalone_mode=False)
    jsonschema.validate(json.loads(done.output), SCHEMA)
    shared.cache_clear()
    on.cache_clear()
