"""What the Hub lists of the targets, in how many requests, and what becomes of answers that are none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hub.server import TOKEN
from hub.server import Hub as Served
from hub.store import Repo

import cardlint.hub
from cardlint.audit import listing
from cardlint.audit.items import EXPANDED, Unfit, listed_item
from cardlint.audit.listing import Listed, Page, listed, standing
from cardlint.audit.owners import Owners, Pattern
from cardlint.audit.standing import Engine, Series
from cardlint.audit.store import Store
from cardlint.audit.targets import wanted
from cardlint.hub import Hub
from cardlint.hubrepo import HubName

CARD = b"---\nlicense: mit\n---\n# Kettle\n"
SHA = "a" * 40


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Served]:
    monkeypatch.setattr(cardlint.hub, "WAIT", 0.001)
    monkeypatch.chdir(tmp_path)
    with Served() as made:
        for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_CACHE", "HF_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HF_ENDPOINT", made.url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
        yield made


def fill(served: Served, models: int = 5) -> None:
    for number in range(models):
        served.add(Repo(f"acme/m{number}", {"README.md": CARD}))
    served.add(Repo("acme/d", {"README.md": CARD}, "dataset", gated="manual"))
    served.add(Repo("acme/s", {"README.md": b"---\nsdk: static\n---\n"}, "space"))
    served.add(Repo("other/m0", {"README.md": CARD}))


def all_of(*names: str, **more: Any) -> tuple[list[str], list[tuple[str, str]], list[str]]:
    """What is listed as `hf://…`, what is not, and what is said besides."""
    pages = list(listed(Hub(), wanted(names), **more))
    items = [str(item.name._replace(revision=None)) for page in pages for item in page.items]
    return items, [one for page in pages for one in page.failed], [note for page in pages for note in page.notes]


MODELS = [f"hf://acme/m{number}" for number in range(5)]


def test_an_organisation_costs_a_request_a_kind_and_page(served: Served) -> None:
    fill(served)
    assert all_of("acme") == ([*MODELS, "hf://datasets/acme/d", "hf://spaces/acme/s"], [], [])
    assert served.paths == ["GET /api/models", "GET /api/datasets", "GET /api/spaces"]
    served.asked.clear()
    served.page = 2
    assert all_of("acme", kinds=("model",)) == (MODELS, [], [])
    assert served.paths == ["GET /api/models"] * 3


def test_each_repository_comes_at_its_commit_with_what_was_asked_for(served: Served) -> None:
    fill(served, 1)
    (page, *_) = listed(Hub(), wanted(["acme"]))
    (one,) = page.items
    assert one.name == HubName("model", "acme/m0", served.repos["model", "acme/m0"].sha)
    assert one.item["cardData"] == {"license": "mit"}
    assert one.item["siblings"] == [{"rfilename": "README.md"}]
    assert {*one.item} <= {"id", *EXPANDED["model"]}


def test_private_repositories_are_listed_to_whoever_may_see_them(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    served.add(Repo("acme/hidden", {"README.md": CARD}, private=True, members=("linter",)))
    served.add(Repo("acme/open", {"README.md": CARD}))
    assert all_of("acme")[0] == ["hf://acme/open"]
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert all_of("acme")[0] == ["hf://acme/hidden", "hf://acme/open"]


def test_single_repositories_cost_one_request_and_many_of_one_owner_its_listing(served: Served) -> None:
    fill(served)
    assert all_of("hf://acme/m1", "hf://datasets/acme/d")[0] == ["hf://acme/m1", "hf://datasets/acme/d"]
    assert served.paths == ["GET /api/models/acme/m1", "GET /api/datasets/acme/d"]
    served.asked.clear()
    assert all_of(*MODELS)[0] == MODELS
    assert served.paths == ["GET /api/models"]
    served.asked.clear()
    found, failed, _ = all_of(*MODELS[:3], "hf://acme/gone")
    assert found == MODELS[:3]
    assert [name for name, _ in failed] == ["hf://acme/gone"]
    assert served.paths == ["GET /api/models", "GET /api/models/acme/gone"]


@pytest.mark.parametrize("status", [500, 200])
def test_where_the_listing_of_an_owner_is_no_help_each_is_asked_for(served: Served, status: int) -> None:
    fill(served)
    served.fail(r"/api/models\?", status=status, body=b"{}")
    assert all_of(*MODELS)[0] == MODELS
    assert served.paths[-5:] == [f"GET /api/models/acme/m{number}" for number in range(5)]


def test_the_listing_of_an_owner_is_read_no_longer_than_it_pays(served: Served) -> None:
    fill(served, 9)
    served.page = 1
    names = [f"hf://acme/m{number}" for number in (0, 7, 8)]
    assert sorted(all_of(*names)[0]) == names
    assert served.paths == ["GET /api/models", "GET /api/models/acme/m7", "GET /api/models/acme/m8"]


def test_the_same_repository_comes_once_and_at_the_revision_that_was_named(served: Served) -> None:
    fill(served, 1)
    repo = served.repos["model", "acme/m0"]
    old = repo.sha
    repo.tag("v1")
    repo.commit({"README.md": b"new"})
    pages = list(listed(Hub(), wanted(["acme", "hf://acme/m0@v1"]), ("model",)))
    assert [item.name.revision for page in pages for item in page.items] == [old]
    assert served.paths == ["GET /api/models/acme/m0/revision/v1", "GET /api/models"]


def test_a_renamed_repository_has_its_name_of_today(served: Served) -> None:
    served.add(Repo("acme/new", {"README.md": CARD}, names=("acme/old",)))
    assert all_of("hf://acme/old", "hf://acme/new") == (["hf://acme/new"], [], [])


def test_collections_are_followed_to_their_repositories(served: Served) -> None:
    fill(served)
    items: list[Any] = [{"type": "model", "id": f"acme/m{number}"} for number in range(4)]
    items += [{"type": "dataset", "id": "acme/d"}, {"type": "paper", "id": "2401.1"}, {"type": "model", "id": "../x"}, 7, {"type": 3}]
    served.collections.append({"slug": "acme/best", "owner": {"name": "acme"}, "items": items})
    found, failed, notes = all_of("hf://collections/acme/best")
    assert found == [*MODELS[:4], "hf://datasets/acme/d"]
    assert [name for name, _ in failed] == [f"number {number} of the collection acme/best" for number in (7, 8, 9)]
    assert notes == ["the collection acme/best has 1 that no audit looks at: papers, buckets, or collections in it"]
    assert served.paths == ["GET /api/collections/acme/best", "GET /api/models", "GET /api/datasets/acme/d"]


@pytest.mark.parametrize(
    ("slug", "said", "message"),
    [
        ("acme/gone", None, "there is no collection acme/gone on the Hub, or it is private"),
        ("acme/empty", {"items": []}, "there is no model, dataset or Space in it"),
        ("acme/odd", {"items": {}}, "the Hub's answer on the collection acme/odd has no items"),
        ("acme/odder", {"items": [{"type": "paper"}]}, "there is no model, dataset or Space in it"),
    ],
)
def test_a_collection_that_gives_nothing_is_told(served: Served, slug: str, said: dict[str, Any] | None, message: str) -> None:
    if said is not None:
        served.collections.append({"slug": slug, "owner": {"name": "acme"}, **said})
    assert all_of(f"hf://collections/{slug}")[1] == [(f"the collection {slug}", message)]


def test_a_collection_that_cannot_be_asked_for_says_why(served: Served) -> None:
    served.fail("/api/collections", status=503)
    assert "answered 503" in all_of("hf://collections/acme/best")[1][0][1]


def test_a_name_nobody_has_is_told_from_an_empty_organisation(served: Served) -> None:
    assert all_of("nobody")[1] == [("nobody", "there is no organisation or user nobody on the Hub")]
    assert served.paths[3:] == ["GET /api/organizations/nobody/overview", "GET /api/users/nobody/overview"]
    served.organisations["hollow"] = ["linter"]
    hidden = "it exists, and has no models or datasets or Spaces that can be seen here; private ones are listed to members' tokens only"
    assert all_of("hollow")[1] == [("hollow", hidden)]
    assert "has no models that" in all_of("linter", kinds=("model",))[1][0][1]
    served.fail("/overview", status=503)
    assert "nothing is listed, and whether it exists could not be asked" in all_of("nobody")[1][0][1]


def test_an_empty_listing_of_an_organisation_that_has_some_is_no_clean_one(served: Served) -> None:
    fill(served)
    served.organisations["acme"] = ["linter"]
    served.fail(r"/api/\w+\?", status=200, body=b"[]")
    assert all_of("acme")[1] == [("acme", "the Hub lists nothing of it, and says that it has 7 repositories")]


def test_one_kind_that_cannot_be_listed_leaves_the_others(served: Served) -> None:
    fill(served)
    served.fail(r"/api/datasets\?", status=503)
    found, failed, _ = all_of("acme")
    assert found == [*MODELS, "hf://spaces/acme/s"]
    assert [name for name, _ in failed] == ["the datasets of acme"]
    assert "answered 503" in failed[0][1]


def test_a_listing_that_breaks_off_keeps_what_came(served: Served) -> None:
    fill(served)
    served.page = 2
    served.fail("cursor=", status=503)
    found, failed, _ = all_of("acme", kinds=("model",))
    assert found == MODELS[:2]
    assert failed[0][1].startswith("listed only in part: the Hub answered 503")


def test_a_listing_that_never_ends_is_left(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(served)
    served.page = 1
    link = {"Link": f'<{served.url}/api/models?author=acme&limit=1000>; rel="next"'}
    body = json.dumps([{"id": "acme/m0", "sha": SHA, "siblings": []}]).encode()
    served.fail(r"/api/models\?", status=200, body=body, headers=link)
    found, failed, _ = all_of("acme", kinds=("model",))
    assert found == ["hf://acme/m0"]
    assert failed == [("the models of acme", "listed only in part: the listing of the models of acme repeats itself")]
    served.faults.clear()
    monkeypatch.setattr(listing, "MOST_PAGES", 2)
    assert "listed only in part: there are more than 2 pages" in all_of("acme", kinds=("model",))[1][0][1]


def test_properties_the_hub_does_not_know_are_left_out_and_said_once(served: Served) -> None:
    fill(served)
    served.fail("expand=likes", status=400, body=b"{}", headers={"X-Error-Message": 'Invalid value "likes"'})
    found, failed, notes = all_of("acme", "hf://other/m0", kinds=("model",))
    assert (found, failed) == ([*MODELS, "hf://other/m0"], [])
    assert len(notes) == 1
    assert notes[0].startswith(
        'the Hub does not tell all that was asked of models (the Hub answered 400 when asked for the models of acme: Invalid value "likes"); unknown are lastModified'
    )
    assert served.counts == {"api": 3}


def test_without_the_rest_either_the_listing_fails(served: Served) -> None:
    served.fail("expand=sha", status=400, body=b"{}")
    assert [name for name, _ in all_of("acme")[1]] == ["the models of acme", "the datasets of acme", "the Spaces of acme"]


def item(**more: Any) -> dict[str, Any]:
    return {"id": "acme/x", "sha": SHA, "siblings": [{"rfilename": "README.md"}]} | more


@pytest.mark.parametrize(
    ("odd", "name", "reason"),
    [
        (7, "number 2 of the models of acme", "the Hub does not say which repository it is"),
        (item(id=None), "number 2 of the models of acme", "the Hub does not say which repository it is"),
        (item(id="../../x"), "number 2 of the models of acme", "the Hub does not say which repository it is"),
        (item(id="evil/x"), "number 2 of the models of acme", 'the Hub lists "evil/x" there, which is not of acme'),
        (item(sha=None), "hf://acme/x", "it is empty: it has no commit"),
        (item(sha="main"), "hf://acme/x", "the Hub lists no commit of it"),
        (item(sha=[1]), "hf://acme/x", "the Hub lists no commit of it"),
        (item(cardData=json.loads("[" * 300 + "]" * 300)), "hf://acme/x", "what the Hub says of it is nested deeper than anybody reads"),
        (item(siblings=None), "hf://acme/x", "the Hub does not list its files"),
        (item(siblings={}), "hf://acme/x", "the Hub does not list its files"),
        (item(siblings=["README.md"]), "hf://acme/x", "the Hub lists a file of it that has no path"),
        (item(siblings=[{"rfilename": "../x"}]), "hf://acme/x", "the Hub lists a file of it that has no path"),
    ],
)
def test_one_item_that_is_none_fails_alone(served: Served, odd: object, name: str, reason: str) -> None:
    body = json.dumps([item(id="acme/first"), odd, odd, item(id="ACME/last")]).encode()
    served.fail(r"/api/models\?", status=200, body=body)
    found, failed, _ = all_of("acme", kinds=("model",))
    assert found == ["hf://acme/first", "hf://ACME/last"]
    assert failed[0] == (name, reason)
    assert len(failed) == (1 if name.startswith("hf:") else 2)


def test_one_item_that_no_parser_reads_leaves_the_others_of_its_page(served: Served) -> None:
    deep = json.dumps(item(cardData="here")).replace('"here"', '{"a [": ' * 3000 + "7" + "}" * 3000)
    body = f"[{json.dumps(item(id='acme/first'))}, {deep}, {json.dumps(item(id='ACME/last'))}]"
    with pytest.raises(RecursionError):
        json.loads(body)
    served.fail(r"/api/models\?", status=200, body=body.encode())
    found, failed, _ = all_of("acme", kinds=("model",))
    assert found == ["hf://acme/first", "hf://ACME/last"]
    assert failed == [("hf://acme/x", "what the Hub says of it is nested deeper than anybody reads")]


def test_a_listing_that_is_no_list_and_an_info_that_is_no_object_fail(served: Served) -> None:
    served.fail("/api/models", status=200, body=b"{}")
    assert all_of("acme", kinds=("model",))[1][0] == ("the models of acme", "the Hub's answer on the models of acme is no list")
    assert all_of("hf://acme/x")[1] == [("hf://acme/x", "the Hub does not say which repository it is")]


def test_an_empty_repository_is_told(served: Served) -> None:
    served.add(Repo("acme/new", {}, more={"sha": None}))
    assert all_of("acme")[1] == [("hf://acme/new", "it is empty: it has no commit")]
    assert all_of("hf://acme/new")[1] == [("hf://acme/new", "it is empty: it has no commit")]


def test_too_many_files_are_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardlint.audit.items.MAX_ENTRIES", 1)
    with pytest.raises(Unfit, match="more than 1 files"):
        listed_item(item(siblings=[{"rfilename": "a"}, {"rfilename": "b"}]), "model", "x", "acme")


# What the store keeps


def made(**more: Any) -> Listed:
    return Listed(HubName("model", "acme/x", SHA), item(**more))


def test_a_standing_says_what_the_listing_says() -> None:
    owners = Owners((Pattern("acme/*", "vision"),))
    found = standing(
        made(
            gated="auto", private=False, disabled=False, downloads=7, likes=2, lastModified="2026-01-02T00:00:00.000Z",
            pipeline_tag="text-generation", library_name="transformers", cardData={"license": ["mit", "apache-2.0"]},
        ),
        owners,
    )  # fmt: skip
    assert found[:4] == ("hf://acme/x", "model", "acme", SHA)
    assert found[5:] == (
        "vision", "mit, apache-2.0", "auto", False, False, 7, 2, "2026-01-02T00:00:00.000Z", "text-generation", "transformers",
    )  # fmt: skip


def test_values_of_another_shape_count_as_absent() -> None:
    odd = made(gated=True, private="no", downloads=-1, likes=True, lastModified=3, pipeline_tag={}, cardData=[1])
    assert standing(odd)[5:] == (None, None, "manual", None, None, None, None, None, None, None)
    assert standing(made(gated=[1]))[7] is None
    assert standing(made(downloads=2**63)).downloads is None


def test_what_is_kept_can_be_kept(tmp_path: Path) -> None:
    odd = standing(made(lastModified="\ud800", pipeline_tag="\udfff\x1b", cardData={"license": ["\ud83d"], "deep": [[{"a": {}}]]}))
    assert (odd.modified, odd.task, odd.license) == ("\\ud800", "\\udfff\x1b", "\\ud83d")
    with Store(tmp_path / "s.sqlite") as store:
        store.expect(store.begin(Series(()), Engine("", "", "", "")), [(odd, "{}")])


def test_a_space_and_a_dataset_say_what_they_are_for() -> None:
    space = Listed(HubName("space", "acme/s", SHA), item(sdk="gradio"))
    dataset = Listed(HubName("dataset", "acme/d", SHA), item(tags=["library:polars"], cardData={"task_categories": ["summarization"]}))
    assert standing(space).library == "gradio"
    assert (standing(dataset).task, standing(dataset).library) == ("summarization", "polars")


def test_the_digest_changes_with_what_no_commit_tells() -> None:
    base = standing(made(private=False, gated=False)).listing
    assert standing(made(private=False, gated=False, downloads=9, cardData={"license": "mit"})).listing == base
    for change in ({"private": True}, {"gated": "auto"}, {"disabled": True}):
        assert standing(made(**{"private": False, "gated": False} | change)).listing != base


def test_nothing_wanted_asks_for_nothing(served: Served) -> None:
    Path("here").mkdir()
    assert list(listed(Hub(), wanted(["./here"]))) == []
    assert Page() == ((), (), ())
    assert served.asked == []
