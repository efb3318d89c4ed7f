"""The stand-in for the Hub, held to the Hub's own client and to the shapes its OpenAPI gives."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hub.server import OTHER_TOKEN, TOKEN, Account, Hub
from hub.store import Repo, Sparse
from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi, hf_hub_download, snapshot_download
from huggingface_hub.errors import (
    BadRequestError,
    DisabledRepoError,
    GatedRepoError,
    HfHubHTTPError,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

ROOT = Path(__file__).parents[2]
SCHEMAS = ROOT.parent / "shared/reference/hub-data/hub_api_schemas.json"
CARD = b"---\nlicense: mit\npipeline_tag: text-generation\ntags: [tea]\n---\n# Kettle\n"
WEIGHTS = Sparse(200_000_000, b"\x02\0\0\0\0\0\0\0{}", b"end")


def kettle(**more: Any) -> Repo:
    return Repo("acme/kettle", {"README.md": CARD, "nested/deep/a.txt": b"a", "model.safetensors": WEIGHTS}, **more)


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub(kettle()) as made:
        yield made


def api(hub: Hub, token: str | bool = TOKEN) -> HfApi:
    return HfApi(endpoint=hub.url, token=token)


def test_listings_go_on_page_after_page() -> None:
    with Hub(*(Repo(f"acme/m{number}", {"README.md": CARD}) for number in range(7)), Repo("other/m", {}), page=3) as hub:
        found = list(api(hub).list_models(author="acme", expand=["cardData", "sha", "siblings", "gated"]))
        assert [item.id for item in found] == [f"acme/m{number}" for number in range(7)]
        assert found[0].card_data is not None
        assert (found[0].card_data.license, found[0].gated) == ("mit", False)
        assert [item.rfilename for item in found[0].siblings or []] == ["README.md"]
        assert hub.counts == {"api": 3}
        assert [item.id for item in api(hub).list_models(search="OTHER")] == ["other/m"]
        assert [item.id for item in api(hub).list_models(filter="license:mit", limit=2)] == ["acme/m0", "acme/m1"]
        assert list(api(hub).list_models(gated=True)) == list(api(hub).list_datasets()) == list(api(hub).list_spaces()) == []
        with pytest.raises(BadRequestError, match='"nonsense" for expand'):
            list(api(hub).list_models(expand=["nonsense"]))  # type: ignore[list-item]


def test_each_kind_has_its_own_addresses(hub: Hub) -> None:
    hub.add(Repo("acme/cups", {"README.md": b"# Cups\n"}, kind="dataset"))
    hub.add(Repo("acme/shop", {"README.md": b"---\nsdk: static\n---\n"}, kind="space"))
    assert [item.id for item in api(hub).list_datasets(full=True)] == ["acme/cups"]
    assert [item.sdk for item in api(hub).list_spaces(expand=["sdk"])] == ["static"]
    assert api(hub).dataset_info("acme/cups").sha == hub.repos["dataset", "acme/cups"].sha
    assert api(hub).space_info("acme/shop").sdk == "static"


def test_what_is_known_of_one_repository(hub: Hub) -> None:
    repo = hub.repos["model", "acme/kettle"]
    repo.scans["model.safetensors"] = "unsafe"
    found = api(hub).model_info("acme/kettle", files_metadata=True, securityStatus=True)
    assert (found.sha, found.pipeline_tag, found.tags) == (repo.sha, "text-generation", ["tea", "license:mit", "region:us"])
    by_path = {item.rfilename: item for item in found.siblings or []}
    assert by_path["README.md"].size == len(CARD)
    assert by_path["model.safetensors"].lfs is not None
    assert by_path["model.safetensors"].lfs.size == 200_000_000
    assert found.security_repo_status == {"scansDone": True, "filesWithIssues": [{"path": "model.safetensors", "level": "unsafe"}]}
    assert api(hub).model_info("acme/kettle", expand=["usedStorage"]).sha is None


def test_trees_and_paths(hub: Hub) -> None:
    hub.page = 2
    assert [item.path for item in api(hub).list_repo_tree("acme/kettle")] == ["README.md", "model.safetensors", "nested"]
    every = ["README.md", "model.safetensors", "nested", "nested/deep", "nested/deep/a.txt"]
    assert [item.path for item in api(hub).list_repo_tree("acme/kettle", recursive=True, expand=True)] == every
    assert [item.path for item in api(hub).list_repo_tree("acme/kettle", "nested")] == ["nested/deep"]
    with pytest.raises(RemoteEntryNotFoundError):
        list(api(hub).list_repo_tree("acme/kettle", "none"))
    found = api(hub).get_paths_info("acme/kettle", ["README.md", "missing", "nested"], expand=True)
    assert [item.path for item in found] == ["README.md", "nested"]
    assert found[0].security["safe"]  # type: ignore[union-attr, index]


def test_revisions(hub: Hub) -> None:
    repo = hub.repos["model", "acme/kettle"]
    first = repo.sha
    repo.tag("v1")
    second = repo.commit({"README.md": b"# Two\n"}, title="two")
    third = repo.commit({"README.md": b"# Three\n"}, on="refs/pr/1")
    for revision, oid in ({"main": second, "v1": first, "refs/pr/1": third, first: first, first[:7]: first}).items():
        assert api(hub).model_info("acme/kettle", revision=revision).sha == oid
    found = api(hub).list_repo_refs("acme/kettle", include_pull_requests=True)
    assert [(item.name, item.target_commit) for item in (*found.branches, *found.tags, *(found.pull_requests or ()))] == [
        ("main", second), ("v1", first), ("1", third),
    ]  # fmt: skip
    assert [item.title for item in api(hub).list_repo_commits("acme/kettle")] == ["two", "initial commit"]
    with pytest.raises(RevisionNotFoundError):
        api(hub).model_info("acme/kettle", revision="v2")


@pytest.mark.parametrize("caches", [False, True])
def test_files_come_with_their_hashes(hub: Hub, tmp_path: Path, *, caches: bool) -> None:
    hub.caches = caches
    hub.repos["model", "acme/kettle"].commit({"README.md": CARD, "small.safetensors": b"weights"})
    place = hf_hub_download("acme/kettle", "README.md", endpoint=hub.url, cache_dir=tmp_path, token=TOKEN)
    assert Path(place).read_bytes() == CARD
    folder = Path(snapshot_download("acme/kettle", endpoint=hub.url, cache_dir=tmp_path, token=TOKEN))
    assert (folder.name, (folder / "small.safetensors").read_bytes()) == (hub.repos["model", "acme/kettle"].sha, b"weights")
    cdn = [item for item in hub.asked if item.host == "cdn"]
    assert [(item.status, item.token) for item in cdn] == [(200, "")]
    with pytest.raises(RemoteEntryNotFoundError):
        hf_hub_download("acme/kettle", "none.md", endpoint=hub.url, cache_dir=tmp_path, token=TOKEN)


def test_a_renamed_repository_is_found_under_its_old_name(hub: Hub, tmp_path: Path) -> None:
    hub.add(Repo("acme/new", {"README.md": CARD}, names=("acme/old", "old")))
    assert [api(hub).model_info(name).id for name in ("acme/old", "old")] == ["acme/new", "acme/new"]
    assert Path(hf_hub_download("acme/old", "README.md", endpoint=hub.url, cache_dir=tmp_path)).read_bytes() == CARD


def test_refusals_are_the_exceptions_of_the_client(hub: Hub, tmp_path: Path) -> None:
    hub.add(Repo("acme/gated", {"README.md": CARD}, gated="manual", granted=("linter",)))
    hub.add(Repo("acme/private", {"README.md": CARD}, private=True, members=("linter",)))
    hub.add(Repo("acme/disabled", {"README.md": CARD}, disabled=True))

    def get(name: str, token: str | bool) -> str:
        return hf_hub_download(name, "README.md", endpoint=hub.url, cache_dir=tmp_path / str(token), token=token)

    for token in (False, OTHER_TOKEN):
        with pytest.raises(GatedRepoError):
            get("acme/gated", token)
        for name in ("acme/private", "acme/none"):
            with pytest.raises(RepositoryNotFoundError):
                api(hub, token).model_info(name)
        assert api(hub, token).model_info("acme/gated").gated == "manual"
    assert [item.status for item in hub.asked if "/resolve/" in item.path] == [401, 403]
    assert Path(get("acme/gated", TOKEN)).is_file()
    assert Path(get("acme/private", TOKEN)).is_file()
    with pytest.raises(DisabledRepoError):
        api(hub).model_info("acme/disabled")
    with pytest.raises(HfHubHTTPError, match="Invalid credentials in Authorization header"):
        api(hub, "hf_" + "wrong" * 5).model_info("acme/kettle")


def test_a_pull_request_is_opened_on_the_commit_it_was_made_from(hub: Hub) -> None:
    repo = hub.repos["model", "acme/kettle"]
    first = repo.sha
    operations = [CommitOperationAdd("README.md", b"# Better\n"), CommitOperationDelete("nested/", is_folder=True)]
    made = api(hub).create_commit("acme/kettle", operations, commit_message="Better", create_pr=True, parent_commit=first)
    assert (made.pr_num, made.pr_revision, repo.sha) == (1, "refs/pr/1", first)
    assert sorted(repo.commits[repo.refs["refs/pr/1"]].files) == ["README.md", "model.safetensors"]
    [pull] = api(hub).get_repo_discussions("acme/kettle", discussion_type="pull_request")
    assert (pull.title, pull.is_pull_request, pull.author) == ("Better", True, "linter")
    repo.commit({"README.md": CARD}, title="meanwhile")
    with pytest.raises(HfHubHTTPError, match="A commit has happened since") as caught:
        api(hub).create_commit("acme/kettle", [CommitOperationAdd("a", b"a")], commit_message="Late", create_pr=True, parent_commit=first)
    assert caught.value.response.status_code == 412
    assert len(repo.discussions) == 1
    with pytest.raises(HfHubHTTPError, match="Forbidden"):
        api(hub).create_commit("acme/kettle", [CommitOperationAdd("a", b"a")], commit_message="Straight to main")
    hub.accounts[TOKEN] = Account("linter", "write", ("acme",))
    assert api(hub).create_commit("acme/kettle", [CommitOperationAdd("a", b"a")], commit_message="Straight to main").oid == repo.sha
    with pytest.raises(RemoteEntryNotFoundError):
        api(hub).create_commit("acme/kettle", [CommitOperationDelete("none")], commit_message="Delete")
    hub.accounts[TOKEN] = Account("linter", "read")
    with pytest.raises(HfHubHTTPError, match="may only read"):
        api(hub).create_commit("acme/kettle", [CommitOperationAdd("b", b"b")], commit_message="x", create_pr=True)


def test_discussions(hub: Hub) -> None:
    made = api(hub).create_discussion("acme/kettle", "A question", description="Which?")
    api(hub).comment_discussion("acme/kettle", made.num, "This one.")
    api(hub).change_discussion_status("acme/kettle", made.num, "closed")
    api(hub).create_pull_request("acme/kettle", "A change")
    found = api(hub).get_discussion_details("acme/kettle", made.num)
    assert [getattr(event, "content", event.type) for event in found.events] == ["Which?", "This one.", "status-change"]
    assert found.status == "closed"
    hub.page = 1
    assert [item.title for item in api(hub).get_repo_discussions("acme/kettle")] == ["A change", "A question"]
    hub.repos["model", "acme/kettle"].discussions_disabled = True
    with pytest.raises(HfHubHTTPError, match="disabled for this repo"):
        api(hub).create_discussion("acme/kettle", "Another")


def test_people_and_collections(hub: Hub) -> None:
    hub.organisations["acme"] = ["linter", "stranger"]
    assert api(hub).whoami()["name"] == "linter"
    assert [item.username for item in api(hub).list_organization_members("acme")] == ["linter", "stranger"]
    found = api(hub).get_organization_overview("acme")
    assert (found.num_users, found.num_models) == (2, 1)
    assert api(hub).get_user_overview("stranger").username == "stranger"
    hub.collections.append(
        {
            "slug": "acme/best-1", "title": "Best", "owner": {"name": "acme", "type": "org"}, "items": [], "private": False, "theme": "blue",
            "upvotes": 0, "lastUpdated": "2026-11-01T00:00:00.000Z",
        }
    )  # fmt: skip
    assert [item.slug for item in api(hub).list_collections(owner="acme")] == ["acme/best-1"]
    assert list(api(hub).list_collections(owner="other")) == []


def test_repositories_are_created_and_found_in_folders(hub: Hub, tmp_path: Path) -> None:
    assert api(hub).create_repo("linter/cup", private=True).repo_id == "linter/cup"
    assert api(hub).model_info("linter/cup").private
    (tmp_path / "acme/pot").mkdir(parents=True)
    (tmp_path / "acme/pot/README.md").write_bytes(CARD)
    hub.add_folder(tmp_path, "dataset")
    assert api(hub).dataset_info("acme/pot").card_data.license == "mit"  # type: ignore[union-attr]


# Plainly over HTTP, where the client asks for nothing of the kind.


def ask(hub: Hub, path: str, *, body: object = None, host: str | None = None, **headers: str) -> tuple[int, dict[str, str], bytes]:
    place = (host or hub.url).partition("://")[2]
    content = None if body is None else json.dumps(body).encode()
    given = {"Content-Type": "application/json"} if body is not None else {}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(http.client.HTTPConnection(place, timeout=10)) as connection:
        connection.request("GET" if body is None else "POST", path, content, given)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()


def resolved(hub: Hub) -> str:
    status, headers, _ = ask(hub, "/acme/kettle/resolve/main/model.safetensors")
    assert (status, headers["X-Linked-Size"], headers["X-Repo-Commit"]) == (302, "200000000", hub.repos["model", "acme/kettle"].sha)
    assert headers["Location"].startswith(f"{hub.cdn}/{headers['X-Linked-Etag'].strip(chr(34))}?")
    return headers["Location"].removeprefix(hub.cdn)


def test_ranges_of_a_huge_file_that_is_not_there(hub: Hub) -> None:
    path = resolved(hub)
    cases = {
        "bytes=0-9": (206, b"\x02\0\0\0\0\0\0\0{}", "bytes 0-9/200000000"),
        "bytes=199999995-": (206, b"\0\0end", "bytes 199999995-199999999/200000000"),
        "bytes=-2": (206, b"nd", "bytes 199999998-199999999/200000000"),
        "bytes=199999999-300000000": (206, b"d", "bytes 199999999-199999999/200000000"),
        "bytes=200000000-": (416, b"", "bytes */200000000"),
    }
    for asked, (status, content, place) in cases.items():
        found = ask(hub, path, host=hub.cdn, Range=asked)
        assert (found[0], found[2], found[1]["Content-Range"]) == (status, content, place), asked
    assert hub.sent == {"cdn": 18, "resolvers": 0}
    assert ask(hub, "/acme/kettle/raw/main/model.safetensors")[2].startswith(b"version https://git-lfs")


def test_limits_are_told_with_each_answer_and_kept() -> None:
    with Hub(kettle(), limits={"api": 2}) as hub:
        found = [ask(hub, "/api/models/acme/kettle") for _ in range(3)]
        assert [item[0] for item in found] == [200, 200, 429]
        assert [item[1]["RateLimit"] for item in found] == [f'"api";r={left};t=300' for left in (1, 0, 0)]
        assert (found[2][1]["RateLimit-Policy"], found[2][1]["Retry-After"]) == ('"fixed window";"api";q=2;w=300', "300")
        assert ask(hub, "/acme/kettle/resolve/main/README.md")[0] == 200
        assert ask(hub, "/api/models/acme/kettle", Authorization=f"Bearer {TOKEN}")[0] == 200


def test_faults_happen_as_often_as_they_were_asked_for(hub: Hub) -> None:
    hub.fail("/api/", times=1, status=503)
    hub.fail("cdn:", "whole")
    hub.fail("README", "truncate")
    hub.fail("nested", "close")
    assert [ask(hub, "/api/models/acme/kettle")[0] for _ in range(2)] == [503, 200]
    with pytest.raises(http.client.IncompleteRead):
        ask(hub, "/acme/kettle/resolve/main/README.md")
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        ask(hub, "/acme/kettle/resolve/main/nested/deep/a.txt")
    hub.repos["model", "acme/kettle"].commit({"a.bin": b"0123456789"})
    path = ask(hub, "/acme/kettle/resolve/main/a.bin")[1]["Location"].removeprefix(hub.cdn)
    assert ask(hub, path, host=hub.cdn, Range="bytes=0-1")[::2] == (200, b"0123456789")
    assert ask(hub, "/acme/kettle/resolve/main/a.bin", If_None_Match="x")[0] == 302


def test_an_error_of_the_server_itself_is_not_lost() -> None:
    def broken() -> None:
        with Hub(kettle()) as hub:
            hub.repos["model", "acme/kettle"].more["tags"] = object()
            assert ask(hub, "/api/models/acme/kettle")[0] == 500

    with pytest.raises(AssertionError, match="not JSON serializable"):
        broken()


def shapes(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Entries without their path: the Hub gives it and its own client needs it, and the schema allows no such key."""
    return [{key: value for key, value in item.items() if key != "path"} for item in entries]


def test_answers_have_the_shapes_of_the_openapi(hub: Hub) -> None:
    if not SCHEMAS.is_file():
        pytest.skip(f"the schemas of the Hub's API are not at {SCHEMAS}")
    schemas = json.loads(SCHEMAS.read_bytes())
    repo = hub.repos["model", "acme/kettle"]
    for done, scans in ((False, {}), (True, {"model.safetensors": "suspicious"})):
        repo.scanned, repo.scans = done, scans
        jsonschema.validate(json.loads(ask(hub, "/api/models/acme/kettle/scan")[2]), schemas["scan_schema"])
        for query in ("", "?recursive=true", "?recursive=true&expand=true"):
            found = json.loads(ask(hub, f"/api/models/acme/kettle/tree/main{query}")[2])
            assert found
            jsonschema.validate(shapes(found), schemas["tree_entry_schema"])
        asked = {"paths": ["README.md", "model.safetensors", "none"], "expand": True}
        jsonschema.validate(asked, schemas["paths_info_request"])
        found = json.loads(ask(hub, "/api/models/acme/kettle/paths-info/main", body=asked)[2])
        jsonschema.validate(shapes(found), schemas["tree_entry_schema"])
        assert [item["securityFileStatus"]["status"] for item in found] == (["safe", "suspicious"] if done else ["unscanned"] * 2)
    assert re.fullmatch("[0-9a-f]{40}", found[0]["lastCommit"]["id"])
