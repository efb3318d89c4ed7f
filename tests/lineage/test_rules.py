"""The rules that read a lineage, on repositories in memory; and the blocks of rule cards that put them there."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cardlint import check
from cardlint.errors import ConfigError
from cardlint.hubfacts import hub
from cardlint.lineageview import View
from cardlint.locate import data_folder
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.rulecard import read_rule_card
from cardlint.source import Memory, Shelf

if TYPE_CHECKING:
    from cardlint.report import Finding, Target

sys.path.append(str(Path(__file__).parent.parent / "weights"))
from tensorfiles import Gguf

ADDRESS = "https://huggingface.co/"


def card(**keys: Any) -> bytes:
    return f"---\n{json.dumps(keys)}\n---\n# A work\n".encode()


def on_hub(said: dict[str, dict[str, Any]], files: dict[str, bytes | int], id_: str | None = None) -> Repository:
    return Repository(Memory(files, shelf=Shelf({}, said)), Identity("model", id_, told=True))


def target(repository: Repository, *rules: str) -> Target:
    (found,) = check(repository, policy=load_policy(shipped(), select=rules)).targets
    assert found.failed == ()
    return found


def findings(repository: Repository, *rules: str) -> list[Finding]:
    return list(target(repository, *rules).findings)


def model(license_: str | None, *bases: str, **more: Any) -> dict[str, Any]:
    return {"cardData": {"license": license_, "base_model": list(bases), **more}}


ALL = (
    "license-exceeds-upstream", "license-terms-dropped", "license-notice-missing", "license-name-prefix-missing", "license-territory-limited",
    "license-dataset-conflict", "license-upstream-unassessable", "base-model-missing", "repository-missing", "repository-renamed",
)  # fmt: skip


def test_what_the_hub_does_not_answer_skips_every_rule_that_needs_it_and_keeps_what_was_found() -> None:
    said = {"b/slow": {"refused": "timeout"}}
    found = target(on_hub(said, {"README.md": card(license="mit", base_model=["google/gemma-2-2b", "b/slow"])}), *ALL)
    assert {skipped.rule for skipped in found.skipped} == set(ALL)
    assert all(skipped.because is None for skipped in found.skipped)
    (skipped, *_) = found.skipped
    assert skipped.reason.startswith("the Hub does not show google/gemma-2-2b") or "b/slow" in skipped.reason


def test_the_way_to_a_licence_is_told_and_long_ones_are_cut() -> None:
    said = {f"b{number}/m": model("mit", f"b{number + 1}/m") for number in range(6)} | {"b6/m": model("cc-by-nc-4.0")}
    (found,) = findings(on_hub(said, {"README.md": card(license="mit", base_model="b0/m")}), "license-exceeds-upstream")
    assert "b6/m (by way of b0/m, b1/m, b2/m, …) says that commercial use is not allowed" in found.message


def test_a_base_that_only_a_file_names_binds() -> None:
    files: dict[str, bytes | int] = {"README.md": card(license="mit"), "adapter_config.json": b'{"base_model_name_or_path": "b/base"}'}
    (found,) = findings(on_hub({"b/base": model("gemma")}, files), "license-terms-dropped")
    assert found.severity == "error"
    assert "b/base (named in adapter_config.json) says" in found.message


def test_weak_evidence_warns() -> None:
    files: dict[str, bytes | int] = {"README.md": card(license="mit"), "config.json": b'{"_name_or_path": "b/base"}'}
    (found,) = findings(on_hub({"b/base": model("cc-by-nc-4.0")}, files), "license-exceeds-upstream")
    assert found.severity == "warning"
    assert found.message.endswith("declare cc-by-nc-4.0 or terms as narrow if the model was made of it")


@pytest.mark.parametrize(("key", "relation"), [
    ("general.base_model.0.repo_url", None), ("general.source.repo_url", "quantized"), ("general.source.huggingface.repository", "quantized"),
])  # fmt: skip
def test_keys_of_gguf_name_bases(key: str, relation: str | None) -> None:
    files: dict[str, bytes | int] = {
        "README.md": card(license="mit", base_model="c/other"),
        "a.gguf": Gguf().string("general.architecture", "llama").string(key, f"{ADDRESS}b/base").content(),
        "b.gguf": b"GGUF",
    }
    repository = on_hub({"b/base": model("mit"), "c/other": model("mit")}, files)
    (edge,) = [edge for edge in repository.fact("lineage").edges if not edge.declared]
    assert (edge.parent.id, edge.relation, edge.told) == ("b/base", relation, f"`{key}` in a.gguf")
    (found,) = findings(repository, "base-model-missing")
    assert (found.subject, found.severity) == ("b/base", "warning")


@pytest.mark.parametrize(
    "text", ["merge_method: ties\nmodels:\n- model: b/first\n- model: ./local\n", "merge_method: {models: [", "a merge_method"]
)
def test_a_merge_configuration_in_the_card_is_weak_evidence(text: str) -> None:
    readme = card(license="mit", base_model="c/other") + f"```yaml\n{text}\n```\n```yaml\na: b\n```\n".encode()
    found = findings(on_hub({"b/first": model("mit"), "c/other": model("mit")}, {"README.md": readme}), "base-model-missing")
    assert [(item.subject, item.severity) for item in found] == ([("b/first", "note")] if "b/first" in text else [])


def test_relatives_of_a_declared_base_are_not_missing() -> None:
    files: dict[str, bytes | int] = {"README.md": card(license="mit", base_model="c/tuned"), "config.json": b'{"_name_or_path": "d/copy"}'}
    said = {"c/tuned": model("mit", "b/root"), "d/copy": model("mit", "b/root"), "b/root": model("mit")}
    assert findings(on_hub(said, files), "base-model-missing") == []
    said = {"c/tuned": model("mit", "d/copy"), "d/copy": model("mit")}
    assert findings(on_hub(said, files), "base-model-missing") == []


def test_a_lineage_without_end_is_one_note() -> None:
    bases = [f"b/m{number}" for number in range(1100)]
    said = {name: model("mit") for name in bases}
    (found,) = findings(on_hub(said, {"README.md": card(license="mit", base_model=bases)}), "license-upstream-unassessable")
    assert found.message.startswith("the lineage goes on to 1,036 more repositories, which were not looked at, first b/m64: not asked")
    deep = {"b/m": model("mit", *(f"c/{number}" for number in range(1001)))}
    last = findings(on_hub(deep, {"README.md": card(license="mit", base_model="b/m")}), "license-upstream-unassessable")
    assert len([item for item in last if "goes on to 938 more repositories" in item.message]) == 1


def test_data_that_fits_or_is_unknown_conflicts_with_nothing() -> None:
    said = {"datasets/b/odd": model("other"), "datasets/b/free": model("cc-by-4.0"), "datasets/b/nc": model("cc-by-nc-4.0")}
    readme = card(license="mit", datasets=["b/odd", "b/free", "b/gone"])
    assert findings(on_hub(said, {"README.md": readme}), "license-dataset-conflict") == []
    assert findings(on_hub(said, {"README.md": card(datasets=["b/nc"])}), "license-dataset-conflict") == []
    assert findings(on_hub(said, {"README.md": card(license="other", datasets=["b/nc"])}), "license-dataset-conflict") == []


def test_a_repository_of_two_names_is_one() -> None:
    said = {"b/old": {"id": "b/new", **model("cc-by-nc-4.0")}, "b/new": model("cc-by-nc-4.0")}
    repository = on_hub(said, {"README.md": card(license="mit", base_model=["b/new", "b/old"])})
    assert len(repository.fact("lineage").edges) == 1
    assert len(findings(repository, "license-exceeds-upstream")) == 1


def test_whoever_made_the_base_is_bound_by_nothing_of_it() -> None:
    said = {"b/mid": model("llama3.1")}
    repository = on_hub(said, {"README.md": card(license="llama3.1", base_model="b/mid")}, "meta-llama/new")
    assert findings(repository, "license-notice-missing", "license-name-prefix-missing") == []


def test_the_tree_of_a_dataset_and_of_a_renamed_owner() -> None:
    shelf = Shelf({}, {"datasets/b/old": {"cardData": {"license": "cc-by-sa-4.0"}}})
    readme = card(license="mit", source_datasets=["b/old"])
    repository = Repository(Memory({"README.md": readme}, shelf=shelf), Identity("dataset", told=True))
    text = View(repository.fact("lineage"), "x").text()
    assert text == (
        "x  mit\n└── data  datasets/b/old  cc-by-sa-4.0\n      ! not passed on: derivatives stay under the same terms (cc-by-sa-4.0, Section 3(b))\n"
    )


def test_a_licence_that_would_act_on_a_terminal_is_shown_as_text() -> None:
    repository = on_hub({"b/m": model("x\x1b[31m")}, {"README.md": card(license="y\x1b[31m", base_model="b/m")})
    view = View(repository.fact("lineage"), "x")
    assert "\x1b" not in view.text() + view.json()


def test_the_answer_of_the_hub_is_a_fact() -> None:
    class Source:
        listed = True
        info = {"gated": "auto"}  # noqa: RUF012 - as an attribute of a source

    assert hub(Repository(Source())) == {"gated": "auto"}  # type: ignore[arg-type]


CARD = (data_folder("rules") / "license" / "license-upstream-unassessable.md").read_text()


@pytest.mark.parametrize(("was", "now", "says"), [
    ('{"refused": "gated"}', "{", "json hub block"),
    ('{"refused": "gated"}', "[1]", "a json hub block is an object"),
    ("json hub repo=acme/closed-7b", "json hub repo=a/b/c", "an example block cannot be"),
    ("json hub repo=acme/closed-7b", "json hub repo=acme/closed-7b repo=acme/x", "an example block cannot be"),
    ("json hub repo=acme/closed-7b", "json hub twice", "an example block cannot be"),
])  # fmt: skip
def test_blocks_of_the_hub_that_are_wrong_are_named(was: str, now: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "license" / "license-upstream-unassessable.md"
    path.parent.mkdir()
    path.write_text(CARD.replace(was, now))
    with pytest.raises(ConfigError, match=says):
        read_rule_card(path, tmp_path)


def test_blocks_of_other_repositories_are_theirs() -> None:
    path = data_folder("rules") / "license" / "license-dataset-conflict.md"
    (first, *_) = read_rule_card(path, data_folder("rules")).examples
    assert set(first.files) == {"README.md"}
    assert set(first.shelf) == {"datasets/acme/helpdesk", "datasets/tallgrass/birdsong"}
