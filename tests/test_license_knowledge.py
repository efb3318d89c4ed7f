"""What is known of licences: the data are whole and sound, and single steps of a chain are judged right."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import jsonschema
import pytest

from cardlint.licenses.families import families, family_of
from cardlint.licenses.knowledge import knowledge, knowledge_of_all, resolve
from cardlint.licenses.notices import begins, folded, holds, speaks_of
from cardlint.licenses.verdict import conflict, judge
from cardlint.locate import data_folder
from cardlint.vocabulary import load_vocabulary

FOLDER = data_folder("schemas") / "licenses"
HUB_IDS = sorted(load_vocabulary("licenses").values)


def load(name: str) -> Any:
    return json.loads((FOLDER / name).read_text("utf-8"))


@pytest.mark.parametrize("name", ["knowledge", "families"])
def test_the_data_obey_their_schema(name: str) -> None:
    schema = load(f"{name}.schema.json")
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(load(f"{name}.json"))


@pytest.mark.parametrize("id_", HUB_IDS)
def test_every_hub_id_is_known(id_: str) -> None:
    found = knowledge(id_)
    assert found is not None
    assert found.hub


def test_spdx_ids_are_those_of_the_list_and_of_a_family_none() -> None:
    respelt = {"c-uda": "C-UDA-1.0", "odc-by": "ODC-By-1.0", "odbl": "ODbL-1.0", "pddl": "PDDL-1.0", "lgpl-lr": "LGPLLR"}
    spdx = {id_: item.spdx for id_, item in knowledge_of_all().items() if item.hub}
    assert {id_: held for id_, held in spdx.items() if held and held.lower() != id_} == respelt
    assert sum(held is None for held in spdx.values()) == 28


def test_only_hub_ids_call_themselves_so() -> None:
    assert [item.id for item in knowledge_of_all().values() if item.hub and item.id not in HUB_IDS] == []
    assert len(knowledge_of_all()) >= 100


def test_every_obligation_cites_a_clause_and_every_entry_a_source() -> None:
    for item in knowledge_of_all().values():
        assert item.source
        assert all(duty.clause for duty in item.obligations), item.id
        assert item.spdx or item.ref or not item.assessable or item.family in {"cc", "gpl", "bsd", "rail"}, item.id


def test_what_is_unverified_says_nothing() -> None:
    unverified = [item for item in knowledge_of_all().values() if not item.assessable]
    assert {"unknown", "other", "intel-research", "h-research", "deepfloyd-if-license", "openmdw-1.1", "cc"} <= {
        item.id for item in unverified
    }
    assert all(item.obligations == () for item in unverified)


def test_equivalents_are_known_and_name_their_own() -> None:
    for item in knowledge_of_all().values():
        for duty in item.duties("pass-on-terms", "share-alike"):
            assert [other for other in duty.equivalent if knowledge(other) is None] == []
            assert item.id in duty.equivalent or item.id == "openrail"


def test_aliases_mean_one_licence_each_and_are_written_as_they_are_looked_up() -> None:
    seen: dict[str, str] = {}
    for item in knowledge_of_all().values():
        for alias in item.aliases:
            assert seen.setdefault(alias, item.id) == item.id
            assert alias not in knowledge_of_all()
            assert resolve("other", alias) == item.id


def test_the_usual_spelling_leads_back() -> None:
    usual = {item.id: item.usual for item in knowledge_of_all().values() if item.usual}
    assert {id_: resolve("other", name) for id_, name in usual.items()} == {id_: id_ for id_ in usual}


@pytest.mark.parametrize(
    ("license_", "name", "means"),
    [
        ("mit", "qwen", "mit"),
        ("other", None, "other"),
        ("other", "qwen", "qwen-2024"),
        ("other", "Qwen License Agreement", "qwen-2024"),
        ("other", "qwen-research", "qwen-research"),
        ("other", "Tongyi_Qianwen", "tongyi-qianwen-2023"),
        ("other", "stabilityai-ai-community", "stability-ai-community-2024"),
        ("other", "flux-1-dev-non-commercial-license", "flux-1-nc"),
        ("other", "nvidia-open-model-license", "nvidia-open-model-2025-04-28"),
        ("other", "mistral-research-license", "mrl"),
        ("other", " EXAONE ", "exaone-ai-model-1.1-nc"),
        ("other", "deepseek-license", "deepseek-la-1.0"),
        ("other", "llama3.1", "llama3.1"),
        ("other", "modified-mit", "other"),
        ("other", "mnpl", "other"),
        ("other", "falcon-llm-license", "other"),
        ("other", "acme-terms", "other"),
    ],
)
def test_license_names_are_resolved_and_never_folded_into_their_neighbours(license_: str, name: str | None, means: str) -> None:
    assert resolve(license_, name) == means


@pytest.mark.parametrize(
    ("repository", "license_"),
    [
        ("meta-llama/Llama-2-7b-hf", "llama2"),
        ("meta-llama/Meta-Llama-3-8B-Instruct", "llama3"),
        ("meta-llama/Meta-Llama-3.1-8B", "llama3.1"),
        ("meta-llama/llama-3.1-8b-instruct", "llama3.1"),
        ("meta-llama/Llama-3.2-3B", "llama3.2"),
        ("meta-llama/Llama-3.2-11B-Vision", "llama3.2"),
        ("meta-llama/Llama-3.3-70B-Instruct", "llama3.3"),
        ("meta-llama/Llama-4-Scout-17B-16E", "llama4"),
        ("google/gemma-2b", "gemma"),
        ("google/gemma-3-27b-it", "gemma"),
        ("google/gemma-4-31B-it", "apache-2.0"),
        ("google/gemma-scope-2b-pt-res", None),
        ("google/medgemma-4b-it", None),
        ("google/gemma-20b", None),
        ("someone/Llama-3.1-8B", None),
        ("meta-llama/Llama-3.25-1B", None),
        ("Qwen/Qwen2.5-3B", "qwen-research"),
        ("Qwen/Qwen2.5-7B-Instruct", "apache-2.0"),
        ("Qwen/Qwen2.5-72B", "qwen-2024"),
        ("Qwen/Qwen9-1B", None),
        ("runwayml/stable-diffusion-v1-5", "creativeml-openrail-m"),
        ("stabilityai/sdxl-turbo", None),
        ("mistralai/Codestral-22B-v0.1", "mnpl"),
        ("CohereForAI/c4ai-command-r-v01", "cc-by-nc-4.0"),
        ("facebook/nllb-200-3.3B", "cc-by-nc-4.0"),
        ("bigscience/bloom", "bigscience-bloom-rail-1.0"),
        ("tiiuae/falcon-180B", "falcon-180b-tii"),
        ("gpt2", None),
        ("", None),
    ],
)
def test_an_id_says_its_licence_only_where_that_is_certain(repository: str, license_: str | None) -> None:
    found = family_of(repository)
    assert (found.license if found else None) == license_


def test_families_lead_to_licences_and_no_pattern_hides_another() -> None:
    for found in families().values():
        assert [family.license for family in found if knowledge(family.license) is None] == []
        for first, second in pairwise(sorted(family.pattern.lower() for family in found)):
            assert not (first.endswith("*") and second.startswith(first[:-1])), (first, second)


E_ = "exceeds"
T = "terms-dropped"
OK = "ok"
NA = "not-assessable"
# Licence upstream, relation, licence downstream, the verdict on the two, and whether anything about it is open.
EDGES = [
    # must never be flagged
    ("mit", "finetune", "apache-2.0", OK, True),
    ("mit", None, "mit", OK, True),
    ("apache-2.0", "finetune", "mit", OK, True),
    ("apache-2.0", "finetune", "cc-by-nc-4.0", OK, True),
    ("apache-2.0", "quantized", "apache-2.0", OK, True),
    ("apache-2.0", "merge", "gpl-3.0", OK, True),
    ("apache-2.0", "finetune", "llama3.1", OK, True),
    ("apache-2.0", "finetune", "bsd-3-clause", OK, True),
    ("bsd-3-clause", "finetune", "mit", OK, True),
    ("bsd-2-clause", "adapter", "apache-2.0", OK, True),
    ("bsd", "finetune", "mit", OK, True),
    ("isc", "finetune", "mit", OK, True),
    ("cc0-1.0", "finetune", "mit", OK, True),
    ("cc0-1.0", "finetune", "cc-by-nc-nd-4.0", OK, True),
    ("unlicense", "finetune", "agpl-3.0", OK, True),
    ("cc-by-4.0", "finetune", "apache-2.0", OK, True),
    ("cc-by-4.0", "finetune", "cc-by-nc-sa-4.0", OK, True),
    ("openmdw-1.0", "finetune", "mit", OK, True),
    ("moonshot-ai-modified-mit-2025", "finetune", "mit", OK, True),
    ("nvidia-open-model-2025-04-28", "finetune", "apache-2.0", OK, True),
    ("llama3.1", "finetune", "llama3.1", OK, True),
    ("gemma", "quantized", "gemma", OK, True),
    ("cc-by-nc-4.0", "finetune", "cc-by-nc-4.0", OK, True),
    ("cc-by-nc-4.0", "finetune", "cc-by-nc-sa-4.0", OK, True),
    ("cc-by-nc-4.0", "finetune", "mrl", OK, True),
    ("cc-by-sa-3.0", "finetune", "cc-by-sa-4.0", OK, True),
    ("cc-by-sa-4.0", "finetune", "gpl-3.0", OK, True),
    ("creativeml-openrail-m", "finetune", "openrail++", OK, True),
    ("openrail++", "adapter", "creativeml-openrail-m", OK, True),
    ("openrail++", "finetune", "openrail", OK, True),
    ("mpl-2.0", "finetune", "gpl-3.0", OK, True),
    ("gpl-2.0", "finetune", "gpl-3.0", OK, True),
    ("lgpl-2.1", "finetune", "gpl-3.0", OK, True),
    ("qwen-2024", "finetune", "apache-2.0", OK, True),
    # more is granted than there was
    ("cc-by-nc-4.0", "finetune", "apache-2.0", E_, True),
    ("cc-by-nc-4.0", None, "mit", E_, True),
    ("cc-by-nc-4.0", "merge", "cc-by-4.0", E_, True),
    ("cc-by-nc-4.0", "quantized", "cc-by-sa-4.0", E_, True),
    ("cc-by-nc-4.0", "finetune", "llama3", E_, True),
    ("cc-by-nc-2.0", "finetune", "cc0-1.0", E_, True),
    ("cc-by-nc-sa-4.0", "finetune", "cc-by-sa-4.0", E_, True),
    ("cc-by-nc-4.0", "adapter", "apache-2.0", E_, False),
    ("mrl", "quantized", "apache-2.0", E_, True),
    ("qwen-research", "finetune", "apache-2.0", E_, True),
    ("flux-1-nc", "finetune", "creativeml-openrail-m", E_, True),
    ("flux-1-nc", "adapter", "mit", E_, False),
    ("chameleon-research-2024", "finetune", "bsd-3-clause", E_, True),
    ("exaone-ai-model-1.1-nc", "merge", "apache-2.0", E_, True),
    ("apple-amlr", "finetune", "apache-2.0", E_, True),
    ("fair-noncommercial-research-license", "finetune", "mit", E_, True),
    ("stability-ai-nc-2023-12-06", "finetune", "openrail++", E_, True),
    ("cc-by-nd-4.0", "finetune", "cc-by-nd-4.0", E_, True),
    ("cc-by-nd-4.0", "merge", "cc-by-4.0", E_, True),
    ("cc-by-nd-4.0", "quantized", "cc-by-nd-4.0", E_, False),
    ("cc-by-nc-nd-4.0", "finetune", "apache-2.0", E_, True),
    ("cc-by-nc-nd-3.0", None, "cc-by-nc-nd-3.0", E_, False),
    # terms get lost
    ("llama3.2", "finetune", "apache-2.0", T, True),
    ("llama3", None, "apache-2.0", T, True),
    ("llama3.1", "merge", "mit", T, True),
    ("llama2", "finetune", "cc-by-sa-4.0", T, True),
    ("llama3.1", "finetune", "cc-by-nc-4.0", T, False),
    ("llama3.1", "finetune", "creativeml-openrail-m", T, False),
    ("llama3", "merge", "llama3.1", T, False),
    ("gemma", "finetune", "apache-2.0", T, True),
    ("gemma", "adapter", "mit", T, True),
    ("creativeml-openrail-m", "finetune", "mit", T, True),
    ("openrail++", "adapter", "apache-2.0", T, True),
    ("bigcode-openrail-m", "finetune", "apache-2.0", T, True),
    ("bigscience-bloom-rail-1.0", "finetune", "mit", T, True),
    ("bigscience-bloom-rail-1.0", "finetune", "creativeml-openrail-m", T, False),
    ("deepseek-la-1.0", "finetune", "mit", T, True),
    ("openrail", "finetune", "mit", T, False),
    ("tencent-hunyuan-3d-2.0-cla", "finetune", "apache-2.0", T, True),
    ("cc-by-sa-4.0", "finetune", "apache-2.0", T, True),
    ("cc-by-sa-4.0", "adapter", "apache-2.0", T, False),
    ("cc-by-sa-4.0", "finetune", "cc-by-nc-sa-4.0", T, False),
    ("cc-by-nc-sa-4.0", "finetune", "cc-by-nc-4.0", T, False),
    ("gpl-3.0", "finetune", "apache-2.0", T, False),
    ("agpl-3.0", "finetune", "mit", T, False),
    ("mpl-2.0", "finetune", "mit", T, False),
    ("odbl", "finetune", "mit", T, False),
    # nothing can be said
    ("unknown", "finetune", "mit", NA, False),
    ("other", "finetune", "mit", NA, False),
    ("intel-research", "finetune", "apache-2.0", NA, False),
    ("mnpl", "finetune", "apache-2.0", NA, False),
    ("falcon-180b-tii", "finetune", "apache-2.0", NA, False),
    ("acme-terms", "finetune", "mit", NA, False),
    ("llama3.1", "finetune", "other", NA, False),
    ("cc-by-nc-4.0", "finetune", "unknown", NA, False),
    ("mit", "finetune", "acme-terms", NA, False),
]


@pytest.mark.parametrize(("upstream", "relation", "derivative", "kind", "sure"), EDGES)
def test_edges(upstream: str, relation: Any, derivative: str, kind: str, sure: bool) -> None:
    first, *rest = judge(upstream, derivative, relation)
    assert (first.kind, first.sure) == (kind, sure)
    assert [verdict.kind for verdict in rest if verdict.kind in {E_, T, OK, NA}] == []
    assert (conflict((first, *rest)) is not None) == (kind in {E_, T})
    assert first.text


def test_permissive_over_permissive_is_never_a_conflict() -> None:
    free = [item.id for item in knowledge_of_all().values() if item.kind in {"permissive", "public-domain"} and item.assessable]
    assert len(free) > 20
    assert [(up, down) for up in free for down in free if conflict(judge(up, down, "finetune"))] == []


def test_a_licence_never_conflicts_with_itself_unless_nothing_adapted_may_be_shared() -> None:
    same = [item.id for item in knowledge_of_all().values() if item.assessable and conflict(judge(item.id, item.id, "finetune"))]
    assert same == ["cc-by-nd-4.0", "cc-by-nc-nd-3.0", "cc-by-nc-nd-4.0"]


def test_obligations_come_with_clause_and_strings() -> None:
    found = {verdict.kind: verdict for verdict in judge("llama3.1", "llama3.1", "finetune")}
    assert set(found) == {OK, "text", "notice", "naming", "display", "output", "scale"}
    assert found["naming"].obligation is not None
    assert found["naming"].obligation.strings == ("Llama",)
    assert found["notice"].clause == "Section 1.b.iii"


def test_a_territory_is_excluded_only_under_its_condition() -> None:
    assert "territory" not in {verdict.kind for verdict in judge("llama3.2", "llama3.2")}
    assert "territory" in {verdict.kind for verdict in judge("llama3.2", "llama3.2", conditions=("multimodal",))}
    assert "territory" not in {verdict.kind for verdict in judge("llama3.1", "llama3.1", conditions=("multimodal",))}


LLAMA = "Llama 3.1 is licensed under the Llama 3.1 Community License, Copyright © Meta Platforms, Inc. All Rights Reserved."


@pytest.mark.parametrize(
    "text",
    [
        LLAMA,
        LLAMA.replace("©", "(c)").rstrip("."),
        LLAMA.upper(),
        "> " + LLAMA.replace(" under ", "\n> under "),
        LLAMA.replace("Llama 3.1 Community License", "**[Llama 3.1 Community License](https://example.org/license)**"),
        "## Notice\r\n\r\n" + LLAMA.replace(" ", "\u00a0"),
    ],
)
def test_a_notice_is_found_whatever_layout_does_to_it(text: str) -> None:
    assert holds(folded(text), [LLAMA])


@pytest.mark.parametrize("text", ["", LLAMA.replace("3.1", "3.2"), "Llama 3.1 Community License", LLAMA[:60]])
def test_another_notice_is_not_it(text: str) -> None:
    assert not holds(folded(text), [LLAMA])


@pytest.mark.parametrize(
    ("text", "speaks"),
    [
        ("Use is subject to the Llama 3.1 Community License.", True),
        ("本模型遵循 Llama 3.1 许可协议", True),
        ("Fine-tuned from Llama 3.1 8B.\n\nLicense: Apache-2.0", False),
        ("", False),
    ],
)
def test_a_text_speaks_of_a_licence(text: str, speaks: bool) -> None:
    found = knowledge("llama3.1")
    assert found is not None
    assert speaks_of(text, found, ["licen", "许可"]) == speaks


@pytest.mark.parametrize(
    ("name", "yes"),
    [
        ("Llama-3.1-Foo", True),
        ("llama_foo", True),
        ("LLaMA", True),
        ("Reflection-Llama-3.1-70B", False),
        ("Codepy-Deepthink-3B", False),
        ("", False),
    ],
)
def test_a_name_begins_as_asked(name: str, yes: bool) -> None:
    assert begins(name, ["Llama"]) == yes


def test_llama_3_wants_its_number() -> None:
    assert begins("llama-3-foo", ["Llama 3"])
    assert not begins("llama-foo", ["Llama 3"])


def test_hostile_texts_take_no_time() -> None:
    found = knowledge("gemma")
    assert found is not None
    for text in ("[" * 1_000_000, "[a](" * 250_000, "> " * 500_000, "https://" * 125_000, "gemma " * 160_000):
        folded(text)
        speaks_of(text, found, ["licen"])
