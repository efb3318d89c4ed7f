"""The walk from a work to its roots: what is asked, how often, and what is said where an answer is missing."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest
from ending import ends

from cardlint.errors import Inapplicable
from cardlint.hubfacts import hub
from cardlint.kinship import OnHub, OnShelf, Told, refused, relatives, told
from cardlint.licenses.chain import Key, Lineage, ancestors, descent, judged, unassessable
from cardlint.lineage import Limits, Walk
from cardlint.lineageview import View
from cardlint.repository import Identity, Kind, Repository
from cardlint.source import FileEntry, Memory, Shelf


class World:
    """Models by id, each with its licence and bases; it counts what it is asked."""

    def __init__(self, models: dict[str, dict[str, Any]]) -> None:
        self.models = models
        self.asked: list[str] = []

    def ask(self, kind: str, name: str) -> Told:
        self.asked.append(name)
        held = self.models.get(name if kind == "model" else f"{kind}s/{name}")
        if held is None:
            return refused(kind, name, "missing", f"there is no {name}")
        if "refused" in held:
            return refused(kind, name, held["refused"], f"{name}: {held['refused']}")
        return told(kind, name, {"id": name, **held})


def card(**keys: Any) -> bytes:
    return f"---\n{json.dumps(keys)}\n---\n# A work\n".encode()


def work(files: dict[str, bytes | int] | None = None, kind: Kind = "model", id_: str | None = None, **keys: Any) -> Repository:
    return Repository(Memory({"README.md": card(**keys), **(files or {})}), Identity(kind, id_, told=True))


def of(license_: str | None, *bases: str, **more: Any) -> dict[str, Any]:
    return {"cardData": {"license": license_, "base_model": list(bases), **more}}


def walked(repository: Repository, world: World, limits: Limits | None = None) -> Lineage:
    return Walk(repository, world, limits or Limits()).lineage()


def said(lineage: Lineage) -> list[tuple[str, str]]:
    return [(item.ancestor.kin.id, item.verdict.kind) for item in judged(lineage) if item.verdict.kind in {"exceeds", "terms-dropped"}]


def test_a_grandparent_whose_terms_the_parent_dropped_binds() -> None:
    world = World({"b/mid": of("apache-2.0", "c/root"), "c/root": of("cc-by-nc-4.0")})
    found = walked(work(license="mit", base_model="b/mid", base_model_relation="finetune"), world)
    assert said(found) == [("c/root", "exceeds")]
    (ancestor,) = [item for item in ancestors(found) if item.kin.id == "c/root"]
    assert ancestor.between == ("b/mid",)
    assert [edge.parent for edge in ancestor.way] == [Key("model", "b/mid"), Key("model", "c/root")]
    assert ancestor.relation == "finetune"


def test_an_owner_licenses_their_own_work_anew_and_nobody_elses() -> None:
    own = World({"b/mid": of("apache-2.0", "b/root"), "b/root": of("cc-by-nc-4.0", "c/deep"), "c/deep": of("cc-by-sa-4.0")})
    assert said(walked(work(license="mit", base_model="b/mid", base_model_relation="finetune"), own)) == [("c/deep", "terms-dropped")]
    foreign = World({"b/mid": of("apache-2.0", "b/root"), "b/root": of("llama3.1")})
    assert said(walked(work(license="mit", base_model="b/mid"), foreign)) == [("b/root", "terms-dropped")]
    meta = World({"meta-llama/mid": of("apache-2.0", "meta-llama/root"), "meta-llama/root": of("llama3.1")})
    assert said(walked(work(license="mit", base_model="meta-llama/mid"), meta)) == []


def test_another_way_to_the_same_licence_keeps_it_alive() -> None:
    world = World({"b/mid": of("apache-2.0", "b/root"), "c/mid": of("apache-2.0", "b/root"), "b/root": of("cc-by-nc-4.0")})
    found = walked(work(license="mit", base_model=["b/mid", "c/mid"], base_model_relation="merge"), world)
    assert said(found) == [("b/root", "exceeds")]


def test_cycles_end() -> None:
    world = World({"b/one": of("mit", "c/two"), "c/two": of("mit", "b/one", "c/two", "a/work")})
    found = walked(work(id_="a/work", license="mit", base_model=["b/one", "a/work"]), world)
    assert world.asked == ["b/one", "c/two"]
    assert [item.kin.id for item in ancestors(found)] == ["b/one", "c/two"]
    assert descent(found, Key("model", "b/one")) == {Key("model", name) for name in ("b/one", "c/two", "a/work")}
    assert "(above)" in View(found, "x").text()


def test_a_diamond_is_asked_for_and_judged_once() -> None:
    world = World({"b/left": of("mit", "c/root"), "b/right": of("mit", "C/Root"), "c/root": of("cc-by-nc-4.0")})
    found = walked(work(license="mit", base_model=["b/left", "b/right"], base_model_relation="merge"), world)
    assert world.asked == ["b/left", "b/right", "c/root"]
    assert said(found) == [("c/root", "exceeds")]


@pytest.mark.parametrize(("depth", "asked"), [(8, 8), (50, 50)])
def test_fifty_steps_are_followed_as_far_as_is_allowed(depth: int, asked: int) -> None:
    world = World({f"b/m{number}": of("mit", f"b/m{number + 1}") for number in range(60)})
    found = walked(work(license="mit", base_model="b/m0"), world, Limits(100, depth))
    assert len(world.asked) == asked
    last = found.kin[Key("model", f"b/m{asked}")]
    assert last.state == "unasked"
    assert unassessable(last) == f"not asked: it is more than {depth} steps away"
    assert [item.verdict.kind for item in judged(found)][-1] == "not-assessable"


def test_five_thousand_parents_cost_no_more_than_the_bound() -> None:
    world = World({f"b/m{number}": of("mit") for number in range(5000)})
    found = walked(
        work(license="mit", base_model=[*(f"b/m{number}" for number in range(5000)), "b/m0"], base_model_relation="merge"), world
    )
    assert len(world.asked) == 64
    assert found.kin[found.root].left == 4000
    assert sum(kin.state == "unasked" for kin in found.kin.values()) == 936
    view = View(found, "x")
    assert "and 950 more" in view.text()
    assert json.loads(view.json())["complete"] is False
    parent = World({"b/m": of("mit", *(f"c/{number}" for number in range(5000)))})
    assert walked(work(license="mit", base_model="b/m"), parent).kin[Key("model", "b/m")].left == 4000


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a/b/c", "a b/c", "a/b?x=1", "a/\x1b[31m", "", "a/b#c", "é/b", "a/" + "x" * 500, "%2e%2e/x"]
)
def test_hostile_ids_are_never_asked_for(name: str) -> None:
    world = World({"b/mid": of("mit", name)})
    world.models["b/mid"]["tags"] = [f"base_model:{name}", f"base_model:merge:{name}"]
    found = walked(work(license="mit", base_model=["b/mid", name], datasets=[name], tags=[f"base_model:adapter:{name}"]), world)
    assert world.asked == ["b/mid"]
    assert len(found.kin) == 2


@pytest.mark.parametrize("info", [{"cardData": 1}, {"cardData": {"license": {"a": 1}, "base_model": {"a": 1}}}, {"tags": 5}, {"tags": [1]},
    {"id": 5, "sha": 1, "gated": [], "config": {"peft": 3}}, {"id": "../x"}, {"cardData": {"base_model": "x" * 1000}}])  # fmt: skip
def test_answers_of_any_shape_are_borne(info: dict[str, Any]) -> None:
    kin, bases = told("model", "b/mid", info)
    assert (kin.id, kin.state, bases) == ("b/mid", "found", ())


def test_states_are_told_apart() -> None:
    world = World({
        "b/gated": {"refused": "gated"}, "b/off": {"disabled": True}, "b/renamed": {"id": "c/new", **of("mit")},
        "b/closed": {"private": True, "gated": "manual", **of("mit")}, "b/bare": {}, "b/unknown": of("unknown"), "b/new": of("intel-research"),
    })  # fmt: skip
    found = walked(work(license="mit", base_model=[*world.models, "b/gone"]), world)
    states = {kin.asked or "": kin.state for kin in found.kin.values()}
    assert (states["b/gated"], states["b/off"], states["b/renamed"], states["b/gone"]) == ("gated", "disabled", "found", "missing")
    reasons = {kin.asked: unassessable(kin) for kin in found.kin.values()}
    assert reasons["b/bare"] == "it declares no licence"
    assert reasons["b/unknown"] == "it declares the licence `unknown`"
    assert reasons["b/new"] == "the terms of intel-research are not known"
    assert reasons["b/off"] == "it is disabled by the Hub"
    assert reasons["b/renamed"] is None
    text = View(found, "x").text()
    assert "c/new  mit (asked for as b/renamed)" in text
    assert "b/closed  mit (gated: manual) (private)" in text


def test_what_does_not_answer_once_is_not_asked_again_and_again() -> None:
    world = World({f"b/m{number}": {"refused": "timeout"} for number in range(9)})
    found = walked(work(license="mit", base_model=list(world.models)), world)
    assert len(world.asked) == 1
    assert found.failures == ["b/m0: timeout"]
    assert View(found, "x").text().endswith("not read: b/m0: timeout\nnot asked: b/m0: timeout\n")


def test_the_files_of_a_work_name_bases_that_its_card_does_not() -> None:
    files: dict[str, bytes | int] = {
        "adapter_config.json": b'{"base_model_name_or_path": "b/adapted"}',
        "config.json": b'{"_name_or_path": "b/loaded"}',
        "mergekit_config.yml": b"slices:\n- sources:\n  - model: b/first+b/lora\n  - model: {model: {path: b/second@main}}\nbase_model: ./local\n",
    }
    repository = work(files, license="mit", tags=["base_model:quantized:b/tagged"])
    found = walked(repository, World({}))
    edges = {edge.parent.id: (edge.relation, edge.told, edge.declared, edge.sure) for edge in found.edges}
    assert edges == {
        "b/tagged": ("quantized", "tags", True, True), "b/adapted": ("adapter", "adapter_config.json", False, True),
        "b/first": ("merge", "mergekit_config.yml", False, True), "b/lora": ("merge", "mergekit_config.yml", False, True),
        "b/second": ("merge", "mergekit_config.yml", False, True), "b/loaded": (None, "config.json", False, False),
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["./x", "/content/x/y", "outputs/checkpoint-5", "gpt2", "C:\\models\\x", "https://example.org/a/b", None, 5]
)
def test_paths_of_somebodys_disk_are_no_bases(name: object) -> None:
    files: dict[str, bytes | int] = {
        "adapter_config.json": json.dumps({"base_model_name_or_path": name}).encode(), "config.json": json.dumps({"_name_or_path": name}).encode()
    }  # fmt: skip
    assert walked(work(files, license="mit"), World({})).edges == ()


def test_an_address_is_the_id_it_leads_to() -> None:
    files: dict[str, bytes | int] = {"config.json": b'{"_name_or_path": "https://huggingface.co/b/loaded/tree/main"}'}
    found = walked(work(files, license="mit", base_model="https://huggingface.co/b/base"), World({}))
    assert [edge.parent.id for edge in found.edges] == ["b/base", "b/loaded"]
    data = work({"config.json": b'{"_name_or_path": "https://huggingface.co/datasets/b/data"}'}, license="mit")
    assert walked(data, World({})).edges == ()


def test_what_cannot_be_read_is_named() -> None:
    files: dict[str, bytes | int] = {
        "adapter_config.json": b"{",
        "mergekit_config.yaml": b"merge_method: {",
        "mergekit_config.yml": b"x" * 1_000_001,
    }
    found = walked(work(files, license="mit"), World({}))
    assert len(found.failures) == 2
    files = {"mergekit_config.yaml": b"merge_method: {"}
    assert "mergekit_config.yaml is no YAML" in walked(work(files, license="mit"), World({})).failures[0]
    assert walked(work({"mergekit_config.yml": b"# nothing"}, license="mit"), World({})).edges == ()


def test_a_card_that_is_none_has_no_lineage() -> None:
    found = walked(Repository(Memory({"README.md": b"# No metadata\n"}), Identity("model")), World({}))
    assert (found.edges, found.failures) == ((), [])
    assert found.kin[found.root].licenses == ()


def test_data_and_successors_are_looked_up_and_not_taken_for_bases() -> None:
    world = World({"b/next": of("mit", "c/deep"), "datasets/b/data": of("mit", source_datasets=["extended|c/old", "original", "c/d/e"]),
                   "datasets/c/old": of("cc-by-nc-4.0")})  # fmt: skip
    found = walked(work(license="mit", datasets=["b/data"], new_version="b/next"), world)
    assert world.asked == ["b/next", "b/data", "c/old"]
    assert list(ancestors(found)) == []
    assert "! exceeds in b/data: commercial use is not allowed" in View(found, "x").text()
    again = World({"b/next": of("mit", "c/deep"), "c/deep": of("mit")})
    assert len(walked(work(license="mit", base_model="b/next", new_version="b/next"), again).edges) == 2


def test_kinds_have_their_own_keys() -> None:
    space = walked(work(kind="space", sdk="static", models=["b/m"], datasets=["b/d"]), World({"b/m": of("mit", "c/deep")}))
    assert [(edge.parent, edge.relation) for edge in space.edges] == [(Key("model", "b/m"), "uses"), (Key("dataset", "b/d"), "uses")]
    dataset = walked(work(kind="dataset", license="mit", source_datasets=["original", "extended|b/d"]), World({}))
    assert [(edge.parent, edge.relation) for edge in dataset.edges] == [(Key("dataset", "b/d"), "data")]


def test_tags_and_adapters_of_the_hub_tell_what_a_card_does_not() -> None:
    _, bases = told("model", "b/m", {"tags": ["base_model:c/x", "base_model:adapter:c/x", "license:mit", "base_model:c/y"]})
    assert bases == (("model", "c/x", "adapter"), ("model", "c/y", None))
    kin, bases = told("model", "b/m", {"tags": ["license:llama3"], "config": {"peft": {"base_model_name_or_path": "c/z"}}})
    assert (kin.licenses, bases) == (("llama3",), (("model", "c/z", "adapter"),))
    kin, _ = told("model", "b/m", {"cardData": {"license": "other", "license_name": "qwen"}})
    assert kin.licenses == ("qwen-2024",)


@pytest.mark.parametrize(("steps", "relation"), [
    (("adapter", "finetune"), "adapter"), (("quantized", "finetune"), "finetune"), (("quantized", "adapter"), "adapter"),
    (("quantized", "quantized"), "quantized"), ((None, "quantized"), None), (("merge", None), "merge"),
])  # fmt: skip
def test_what_a_work_is_to_an_ancestor_far_away(steps: tuple[str | None, str | None], relation: str | None) -> None:
    first, second = ({"base_model_relation": step} if step else {} for step in steps)
    above: dict[str, Any] = {"license": "mit", "base_model": "b/mid", **first}
    world = World({"b/mid": of("mit", "c/root", **second), "c/root": of("mit")})
    found = walked(work(**above), world)
    assert [item.relation for item in ancestors(found)][1] == relation


def test_of_several_licences_the_pair_that_fits_counts() -> None:
    world = World({"b/two": {"cardData": {"license": ["cc-by-nc-4.0", "mit"]}}})
    assert said(walked(work(license=["apache-2.0", "cc-by-4.0"], base_model="b/two"), world)) == []
    assert said(walked(work(license="apache-2.0", base_model="b/two"), World({"b/two": of("cc-by-nc-4.0")}))) == [("b/two", "exceeds")]


def test_old_evidence_makes_no_error() -> None:
    world = World({"b/loaded": of("cc-by-nc-4.0")})
    found = walked(work({"config.json": b'{"_name_or_path": "b/loaded"}'}, license="mit"), world)
    assert [item.verdict.sure for item in judged(found) if item.verdict.kind == "exceeds"] == [False]


def test_facts_of_the_hub_need_one() -> None:
    local = work(license="mit")
    with pytest.raises(Inapplicable):
        local.fact("lineage")
    with pytest.raises(Inapplicable):
        hub(local)
    assert (local.fact("known_lineage"), relatives(local)) == (None, None)
    shelf = Repository(Memory({"README.md": card(license="mit")}, shelf=Shelf({}, {"": {"gated": "auto"}})), Identity("model"))
    assert shelf.fact("hub") == {"gated": "auto"}
    assert shelf.fact("known_lineage") is shelf.fact("lineage")
    assert isinstance(relatives(shelf), OnShelf)


def test_offline_ids_have_to_tell() -> None:
    from cardlint.hub import Hub
    from cardlint.hubrepo import HubName

    class Cached:
        listed = True
        hub = Hub(offline=True)
        name = HubName("model", "a/work")
        files: ClassVar = {"README.md": card(license="mit", base_model="b/base")}

        def entries(self) -> list[FileEntry]:
            return Memory(self.files).entries()

        def read(self, path: str, start: int = 0, size: int | None = None) -> bytes:
            return Memory(self.files).read(path, start, size)

    repository = Repository(Cached(), Identity("model", "a/work", told=True))
    assert repository.fact("known_lineage") is None
    with pytest.raises(Inapplicable, match="it may not be asked"):
        repository.fact("lineage")


def test_an_answer_that_is_no_object_is_a_failure_and_asked_for_once() -> None:
    class Listing:
        asked = 0

        def json(self, path: str, about: str) -> object:
            del about
            assert path.startswith("/api/models/b/m?expand=")
            self.asked += 1
            return []

    source = Listing()
    those = OnHub(source)  # type: ignore[arg-type]
    assert those.ask("model", "b/m").kin.state == "failed"
    assert those.ask("model", "B/M").kin.state == "failed"
    assert source.asked == 1


def test_a_shelf_says_what_the_hub_would() -> None:
    those = OnShelf(Shelf({"b/bare": {"README.md": b"# none\n"}}, {"b/shut": {"refused": "gated"}}))
    assert those.ask("model", "b/bare").kin.licenses == ()
    assert those.ask("model", "b/shut").kin.state == "gated"
    assert those.ask("dataset", "b/bare").kin.state == "missing"


def test_a_hostile_web_of_names_takes_no_time() -> None:
    """As many edges as the bounds allow, and hundreds of bases that only files name."""
    names = [f"b/m{number}" for number in range(900)]
    merge = "models:\n" + "".join(f"- model: c/m{number}\n" for number in range(99)) + "merge_method: ties\n"
    shelf = Shelf({}, {name: of("mit", *(f"d/m{other}" for other in range(900))) for name in names})
    files: dict[str, bytes | int] = {"README.md": card(license="mit", base_model=names), "mergekit_config.yml": merge.encode()}
    repository = Repository(Memory(files, shelf=shelf), Identity("model", told=True))
    with ends():
        found: Lineage = repository.fact("lineage")
        assert len(found.edges) > 50_000
        from cardlint import check

        (target,) = check(repository).targets
        assert target.failed == ()
        View(found, "x").text()
