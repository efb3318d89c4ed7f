"""Asking the Hub and reading from it, in this process, against the tests' Hub."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hub.server import TOKEN
from hub.server import Hub as Served
from hub.store import Repo, Sparse
from huggingface_hub import snapshot_download

import cardlint.hub
from cardlint.errors import Unreadable, UsageError
from cardlint.hub import Hub
from cardlint.hubrepo import HubName, HubSource, is_named, parse, shared
from cardlint.hubstates import HubError, Refused, refusal
from cardlint.hubwords import following, pause, timeout
from cardlint.run import Options, check_target
from cardlint.target import locate

CARD = b"---\nlicense: mit\n---\n# Kettle\n"
BIG = Sparse(3_000_000, b"head", b"tail")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Served]:
    monkeypatch.setattr(cardlint.hub, "WAIT", 0.001)
    with Served(Repo("acme/kettle", {"README.md": CARD, "model.safetensors": BIG, "empty.txt": b""})) as made:
        for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DOWNLOAD_TIMEOUT", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HF_ENDPOINT", f"{made.url}/")
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        monkeypatch.setenv("HF_HOME", str(tmp_path))
        yield made


def source(name: str = "hf://acme/kettle", hub: Hub | None = None) -> HubSource:
    return HubSource(hub or Hub(), parse(name))


def test_files_are_listed_and_read_by_ranges(served: Served) -> None:
    hub = Hub()
    found = source(hub=hub)
    assert [(entry.path, entry.size) for entry in found.entries()] == [
        ("README.md", len(CARD)),
        ("empty.txt", 0),
        ("model.safetensors", BIG.size),
    ]
    assert hub.requests == 1
    assert found.read("model.safetensors", 0, 6) == b"head\0\0"
    assert found.read("model.safetensors", BIG.size - 5, 100) == b"\0tail"
    assert found.read("empty.txt") == b""
    assert found.read("README.md") == CARD == found.read("README.md")
    assert found.read("README.md", 4, 7) == b"license"
    assert (found.commit, found.id) == (served.repos["model", "acme/kettle"].sha, "acme/kettle")
    assert [item.headers["range"] for item in served.asked if item.host == "cdn"] == ["bytes=0-5", f"bytes={BIG.size - 5}-{BIG.size - 1}"]
    assert (hub.requests, hub.received) == (len(served.asked), sum(served.sent.values()))
    assert hub.has_token


def test_sixteen_at_once_count_right_and_get_their_own(served: Served) -> None:
    contents = {f"f{number}.bin": Sparse(1_000_000, b"%04d" % number) for number in range(64)}
    served.add(Repo("acme/many", contents))
    hub = Hub()
    found = source("hf://acme/many", hub)
    found.entries()
    with ThreadPoolExecutor(16) as pool:
        heads = list(pool.map(lambda path: found.read(path, 0, 4), contents))
        commits = set(pool.map(lambda _: source(hub=hub).commit, range(16)))
    assert heads == [content.head for content in contents.values()]
    assert commits == {served.repos["model", "acme/kettle"].sha}
    assert hub.requests == len(served.asked) == 1 + 128 + 16
    assert hub.received == sum(served.sent.values())


def test_a_failure_is_the_same_each_time_and_asked_for_once(served: Served) -> None:
    served.repos.clear()
    found = source()
    for _ in range(3):
        with pytest.raises(HubError, match="there is no acme/kettle on the Hub") as caught:
            found.entries()
        assert caught.value.state == "missing"
    assert len(served.asked) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"[]", "names no commit or no files"),
        (b'{"sha": "1", "siblings": []}', "names no commit or no files"),
        (b'{"sha": "%s", "siblings": {}}' % (b"a" * 40), "names no commit or no files"),
        (b'{"sha": "%s", "siblings": ["x"]}' % (b"a" * 40), "has no path"),
        (b'{"sha": "%s", "siblings": [{"rfilename": "../x"}]}' % (b"a" * 40), "has no path"),
        (b'{"sha": "%s", "siblings": [{"rfilename": "/etc/passwd"}]}' % (b"a" * 40), "has no path"),
        (b'{"sha": "%s", "siblings": [{"rfilename": "a\\u0000b"}]}' % (b"a" * 40), "has no path"),
        (b'{"sha": "%s", "siblings": [%s]}' % (b"a" * 40, b",".join([b"{}"] * 200_001)), "holds more than 200,000 files"),
    ],
)
def test_a_listing_that_is_none(served: Served, body: bytes, words: str) -> None:
    served.fail("/api/", status=200, body=body)
    with pytest.raises(Unreadable, match=words):
        source().entries()


@pytest.mark.parametrize("size", ['"big"', "-1", "null"])
def test_a_file_without_a_size_is_not_empty(served: Served, size: str) -> None:
    body = f'{{"sha": "{"a" * 40}", "siblings": [{{"rfilename": "x", "size": {size}}}]}}'
    served.fail("/api/", status=200, body=body.encode())
    with pytest.raises(HubError, match="lists x of acme/kettle without its size"):
        source().entries()


def test_a_file_shorter_than_listed(served: Served) -> None:
    served.fail("cdn:", status=206, body=b"he")
    with pytest.raises(HubError, match=r"gives 2 bytes of acme/kettle/model.safetensors where it lists 4") as caught:
        source().read("model.safetensors", 0, 4)
    assert caught.value.state == "truncated"


def test_who_ignores_ranges_is_read_no_further_than_asked(served: Served) -> None:
    served.fail("cdn:", "whole")
    hub = Hub()
    found = source(hub=hub)
    assert found.read("model.safetensors", 0, 4) == b"head"
    assert hub.received < 200_000
    with pytest.raises(
        HubError, match=r"does not give parts of files, and acme/kettle/model.safetensors is not downloaded whole"
    ) as caught:
        found.read("model.safetensors", 100, 4)
    assert caught.value.state == "ranges"


def test_another_part_than_was_asked_for_is_not_taken_for_it(served: Served) -> None:
    served.fail("cdn:", status=206, body=b"head", headers={"Content-Range": "bytes 0-3/3000000"})
    assert source().read("model.safetensors", 0, 4) == b"head"
    with pytest.raises(HubError, match=r"another part of acme/kettle/model.safetensors than was asked for") as caught:
        source().read("model.safetensors", 100, 4)
    assert caught.value.state == "ranges"


def test_an_answer_without_end_is_not_read_to_it(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cardlint.hub, "ANSWER_BYTES", 1000)
    served.fail("/api/", status=200, body=b" " * 1001)
    with pytest.raises(HubError, match="has more than 1,000 bytes"):
        source().entries()


@pytest.mark.parametrize(("how", "state"), [("close", "truncated"), ("truncate", "truncated"), ("answer", "server")])
def test_what_may_pass_is_tried_again(served: Served, how: Any, state: str) -> None:
    served.fail("/api/", how, times=cardlint.hub.TRIES - 1)
    assert len(source().entries()) == 3
    served.fail("/api/", how)
    with pytest.raises(HubError) as caught:
        source().entries()
    assert caught.value.state == state
    assert len(served.asked) == 2 * cardlint.hub.TRIES


@pytest.mark.parametrize(("written", "seconds"), [("0.2", 0.2), ("soon", 10.0), ("-1", 10.0), ("0", 10.0), ("nan", 10.0), ("1e400", 10.0)])
def test_the_timeout_of_the_client_is_kept_to(monkeypatch: pytest.MonkeyPatch, written: str, seconds: float) -> None:
    monkeypatch.setenv("HF_HUB_DOWNLOAD_TIMEOUT", written)
    assert timeout() == seconds


def test_a_hub_that_hangs(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_DOWNLOAD_TIMEOUT", "0.1")
    served.fail("/api/", "hang")
    with pytest.raises(HubError, match="did not answer in time") as caught:
        source().entries()
    assert caught.value.state == "timeout"


def test_pages_are_followed_to_the_last(served: Served) -> None:
    for number in range(4):
        served.add(Repo(f"acme/m{number}"))
    served.page = 2
    hub = Hub()
    found = [item["id"] for page in hub.pages("/api/models?author=acme", "acme") for item in page]
    assert found == ["acme/kettle", "acme/m0", "acme/m1", "acme/m2", "acme/m3"]
    assert hub.requests == 3
    for link in (f"{served.cdn}/api/models", "http://[x", "/api/models"):
        served.faults.clear()
        served.fail("/api/models", status=200, body=b"[]", headers={"Link": f'<{link}>; rel="next"'})
        with pytest.raises(HubError, match="the listing of acme goes on at another host"):
            list(hub.pages("/api/models?author=acme", "acme"))


def test_questions_with_a_body(served: Served) -> None:
    found = Hub().json("/api/models/acme/kettle/paths-info/main", "acme/kettle", {"paths": ["README.md", "none"], "expand": True})
    assert [item["path"] for item in found] == ["README.md"]
    assert served.asked[0].method == "POST"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 7.0),
        ({"retry-after": "3"}, 3.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, 7.0),
        ({"ratelimit": '"api";r=0;t=168', "retry-after": "3"}, 168.0),
        ({"ratelimit": '"api";r=4;t=168', "retry-after": "3"}, 3.0),
        ({"ratelimit": '"api";r=0'}, 7.0),
        ({"ratelimit": ";;=;r=0;t=x"}, 7.0),
    ],
)
def test_how_long_the_hub_asks_to_wait(headers: dict[str, str], seconds: float) -> None:
    assert pause(headers, 7.0) == seconds


def test_the_next_page_in_a_header() -> None:
    assert following('<http://a/?b=1>; rel="prev", <http://a/?b=3>; rel="next"') == "http://a/?b=3"
    assert following('http://a; rel="next"') is None
    assert following("") is None


def test_without_the_library_the_way_to_it_is_told(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "huggingface_hub.utils", None)
    with pytest.raises(HubError, match="needs huggingface_hub, which this installation lacks: pip install") as caught:
        source().entries()
    assert (caught.value.state, served.asked) == ("library", [])


def test_the_library_may_be_offline_by_itself(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants
    from huggingface_hub.utils import close_session

    close_session()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(HubError, match="offline: ") as caught:
        source().entries()
    assert (caught.value.state, served.asked) == ("offline", [])
    close_session()


@pytest.mark.parametrize("implicit", [True, False])
def test_the_token_is_sent_where_the_client_would(served: Served, monkeypatch: pytest.MonkeyPatch, *, implicit: bool) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_DISABLE_IMPLICIT_TOKEN", not implicit)
    hub = Hub()
    assert source(hub=hub).commit
    assert (hub.has_token, served.asked[0].token) == (implicit, f"Bearer {TOKEN}" if implicit else "")


def test_redirects_in_a_circle(served: Served) -> None:
    served.fail("/api/", status=302, headers={"Location": "/api/models/acme/kettle"})
    with pytest.raises(HubError, match="from one address to the next"):
        source().entries()
    assert len(served.asked) == cardlint.hub.MOST_REDIRECTS


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "http://[x",
        "//[",
        "http://a:99999/",
        "http://a:b/",
        "http://\x01/",
        "http://xn--\xff/",
        f"https://{'a' * 300}.com/",
    ],
)
def test_redirects_to_what_is_no_address(served: Served, target: str) -> None:
    served.fail("/api/", status=302, headers={"Location": target})
    with pytest.raises(HubError, match="to what is no web address") as caught:
        source().entries()
    assert (caught.value.state, len(served.asked)) == ("answer", 1)


@pytest.mark.parametrize("endpoint", ["hub.local", "http://[::1", "http://", "ftp://x", "http://me:canary@a:b", "   "])
def test_an_endpoint_that_is_no_address(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    monkeypatch.setenv("HF_ENDPOINT", endpoint)
    with pytest.raises(UsageError, match=r"^HF_ENDPOINT is no web address; expected one like https://huggingface.co$"):
        Hub()


@pytest.mark.parametrize("token", ["hf_\u00e4", "hf_\x7f"])
def test_a_token_that_is_none(served: Served, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(HubError, match="the token has characters that no token has"):
        source().entries()
    assert served.asked == []


@pytest.mark.parametrize("body", [b"<html>", b"\xff", b"[" * 100_000])
def test_an_answer_that_is_no_json(served: Served, body: bytes) -> None:
    served.fail("/api/", status=200, body=body)
    with pytest.raises(HubError, match="is no JSON"):
        source().entries()


def test_nobody_there_and_nobody_to_be_trusted(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for endpoint, state in ((f"http://127.0.0.1:{port}", "connection"), (served.url.replace("http", "https"), "tls")):
        monkeypatch.setenv("HF_ENDPOINT", endpoint)
        with pytest.raises(HubError) as caught:
            source().entries()
        assert caught.value.state == state


def test_a_gate_is_noticed_by_reading(served: Served) -> None:
    repo = served.repos["model", "acme/kettle"]
    assert not source().is_closed("README.md")
    repo.gated = "auto"
    assert source().is_closed("README.md")
    assert not source().is_closed("none.md")
    repo.granted = ("linter",)
    assert not source().is_closed("README.md")
    assert source().values == {"license": "mit"}
    repo.more["cardData"] = None
    assert source().values is None


def test_a_large_file_that_is_refused_is_asked_for_once(served: Served) -> None:
    served.repos["model", "acme/kettle"].gated = "auto"
    found = source()
    for start in (0, 100):
        with pytest.raises(HubError, match="is gated"):
            found.read("model.safetensors", start, 4)
    assert served.counts == {"api": 1, "resolvers": 1}


def test_texts_are_known_by_name_and_size(served: Served) -> None:
    served.add(Repo("acme/texts", {"a.JSON": b"{}", "b.bin": b"b", "c.csv": b"c" * 10_000_001}))
    found = source("hf://acme/texts")
    assert [found.is_text(entry.path) for entry in found.entries()] == [True, False, False]


# What the client's cache holds


def snapshot(served: Served, *patterns: str, revision: str = "main") -> str:
    """Has the client fetch files, and returns the commit."""
    from huggingface_hub import constants, snapshot_download

    snapshot_download(
        "acme/kettle", revision=revision, endpoint=served.url, cache_dir=Path(os.environ["HF_HOME"], "hub"), token=TOKEN,
        allow_patterns=patterns or ("README.md", "empty.txt"),
    )  # fmt: skip
    assert constants.HF_HUB_OFFLINE is False
    served.asked.clear()
    return served.repos["model", "acme/kettle"].sha


def test_what_is_pinned_and_held_is_not_asked_for(served: Served) -> None:
    commit = snapshot(served)
    found = source(f"hf://acme/kettle@{commit}")
    assert (found.commit, found.id, found.whole, found.near) == (commit, "acme/kettle", True, False)
    assert found.read("README.md") == CARD
    assert (found.values, served.asked) == (None, [])
    assert [entry.path for entry in found.entries()] == ["README.md", "empty.txt", "model.safetensors"]
    assert not [item for item in served.asked if "/resolve/" in item.path]
    assert found.read("model.safetensors", 0, 4) == b"head"


def test_a_branch_is_asked_for_and_its_files_taken_from_the_cache(served: Served) -> None:
    snapshot(served)
    found = source()
    assert found.read("README.md") == CARD
    assert served.paths == ["GET /api/models/acme/kettle"]
    served.repos["model", "acme/kettle"].commit({"README.md": b"# New\n"})
    assert source().read("README.md") == b"# New\n"


def test_offline_the_cache_is_all_there_is(served: Served) -> None:
    commit = snapshot(served)
    found = source(hub=Hub(offline=True))
    assert (found.commit, found.id, found.whole, found.near) == (commit, "acme/kettle", True, True)
    assert found.read("README.md") == CARD
    assert not found.is_text("README.md")
    with pytest.raises(HubError, match=r"offline: acme/kettle/model.safetensors is not in the local cache"):
        found.read("model.safetensors", 0, 4)
    assert served.asked == []


def test_offline_a_part_is_no_whole(served: Served) -> None:
    commit = snapshot(served)
    for tree in Path(os.environ["HF_HOME"], "hub").glob("*/trees/*"):
        tree.unlink()
    found = source(f"hf://acme/kettle@{commit}", Hub(offline=True))
    assert (found.commit, found.id, found.whole) == (commit, "acme/kettle", False)
    assert [(entry.path, entry.size) for entry in found.entries()] == [("README.md", len(CARD)), ("empty.txt", 0)]
    with pytest.raises(HubError, match=r"offline: acme/kettle/model.safetensors is not in the local cache"):
        found.read("model.safetensors")
    assert served.asked == []


def test_the_targets_of_a_run_share_what_they_ask(served: Served) -> None:
    assert shared(offline=True) is shared(offline=True) is not shared(offline=False)
    assert served.asked == []


def test_offline_nothing_is_asked(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(HubError, match="offline: ") as caught:
        source(hub=Hub(offline=True)).entries()
    monkeypatch.setenv("TRANSFORMERS_OFFLINE", "ON")
    assert Hub().offline
    assert (caught.value.state, served.asked) == ("offline", [])


def refused(status: int, **headers: str) -> Refused:
    return Refused(status, {name.replace("_", "-"): value for name, value in headers.items()}, "acme/kettle", "https://hub", False, 5.0)  # noqa: FBT003


@pytest.mark.parametrize(
    ("it", "state", "words"),
    [
        (refused(401, x_error_message="Invalid credentials in Authorization header"), "credentials", "does not know this token"),
        (refused(401, x_error_code="GatedRepo"), "gated", "log in with `hf auth login`, or set HF_TOKEN: https://hub/acme/kettle"),
        (refused(403, x_error_code="GatedRepo")._replace(has_token=True), "gated", "this token has no access to it"),
        (refused(403, x_error_message="Access to this resource is disabled."), "disabled", "is disabled by the Hub"),
        (refused(404, x_error_code="RevisionNotFound"), "revision", "has no such revision"),
        (refused(404, x_error_code="EntryNotFound"), "entry", "the Hub has no content for it"),
        (refused(404)._replace(of_file=True), "entry", "the Hub has no content for it"),
        (refused(404, x_error_code="RepoNotFound")._replace(of_file=True), "missing", "no token was given"),
        (refused(401), "missing", "no token was given"),
        (refused(404)._replace(has_token=True), "missing", "this token may not see it"),
        (refused(429), "rate-limited", "asks to wait 5 s"),
        (refused(503), "server", "answered 503 each time"),
        (refused(403), "answer", "answered 403 when asked for acme/kettle$"),
        (refused(400, x_error_message="why " * 100), "refused", "answered 400 when asked for acme/kettle: why .{194,199}$"),
    ],
)
def test_each_refusal_has_a_name(it: Refused, state: str, words: str) -> None:
    found = refusal(it)
    assert found.state == state
    with pytest.raises(HubError, match=words):
        raise found


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("hf://acme/kettle", HubName("model", "acme/kettle")),
        ("hf://kettle@v1", HubName("model", "kettle", "v1")),
        ("hf://spaces/acme/shop", HubName("space", "acme/shop")),
        ("HTTPS://HuggingFace.co/datasets/acme/cups/commit/" + "a" * 40, HubName("dataset", "acme/cups", "a" * 40)),
        ("https://www.huggingface.co/acme/kettle/resolve/main/a/b.bin", HubName("model", "acme/kettle", "main")),
        ("https://huggingface.co/acme/kettle/settings", HubName("model", "acme/kettle")),
        ("https://huggingface.co/acme/kettle/tree", HubName("model", "acme/kettle")),
        ("https://huggingface.co/kettle/tree/main", HubName("model", "kettle", "main")),
    ],
)
def test_names(written: str, name: HubName) -> None:
    assert is_named(written) or written.startswith("HTTPS")
    assert parse(written) == name
    assert parse(str(name)) == name
    assert name.is_pinned is (name.revision == "a" * 40)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("hf://", "expected hf://"),
        ("hf://acme/kettle/README.md", "expected hf://"),
        ("hf://acme/ket tle", "an id "),
        ("hf://acme/kettle@", "no revision after the @"),
        ("hf://datasets/", "expected hf://"),
        ("https://huggingface.co/", "expected hf://"),
    ],
)
def test_names_that_are_none(written: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        parse(written)


def test_a_kind_that_contradicts_the_name() -> None:
    assert parse("hf://acme/cups", "dataset").kind == "dataset"
    with pytest.raises(UsageError, match="leave out --kind model"):
        parse("hf://datasets/acme/cups", "model")


A = "a" * 40


def listing(**said: object) -> bytes:
    return json.dumps({"sha": A, "siblings": [], **said}).encode()


@pytest.mark.parametrize("path", ["\ud800.json", "./config.json", "a//b", "a/"])
def test_a_path_that_git_cannot_hold(served: Served, path: str) -> None:
    served.fail("/api/", status=200, body=listing(siblings=[{"rfilename": path, "size": 1}]))
    with pytest.raises(HubError, match="that has no path"):
        source().entries()


@pytest.mark.parametrize("said", [{"size": True}, {"size": 0, "blobId": A}])
def test_a_size_that_is_none(served: Served, said: dict[str, Any]) -> None:
    served.fail("/api/", status=200, body=listing(siblings=[{"rfilename": "x", **said}]))
    with pytest.raises(HubError, match="lists x of acme/kettle without its size"):
        source().entries()


@pytest.mark.parametrize("name", [["a"], "a/" + "b" * 300, "a\0b"])
def test_a_repository_by_what_is_no_id(served: Served, name: object) -> None:
    served.fail("/api/", status=200, body=listing(id=name))
    with pytest.raises(HubError, match="by what is no id of a repository"):
        source().entries()


def test_another_commit_than_was_asked_for(served: Served) -> None:
    served.fail("/api/", status=200, body=listing())
    with pytest.raises(HubError, match="another commit of acme/kettle than was asked for"):
        source(f"hf://acme/kettle@{'b' * 40}").entries()


def test_what_was_kept_and_is_damaged_is_asked_for_again(served: Served, tmp_path: Path) -> None:
    name = f"hf://acme/kettle@{served.repos['model', 'acme/kettle'].sha}"
    first = source(name).entries()
    for place in (tmp_path / "assets/cardlint/hub").iterdir():
        place.write_text("{}")
    assert source(name).entries() == first
    assert len(served.asked) == 2


@pytest.mark.parametrize("revision", ["..", "a/../../b"])
def test_a_revision_that_leads_elsewhere(revision: str) -> None:
    with pytest.raises(UsageError, match="is no name of a revision"):
        parse(f"hf://acme/kettle@{revision}")


@pytest.mark.parametrize(("how", "status"), [("answer", 206), ("whole", 200)])
def test_a_file_longer_than_listed(served: Served, how: Any, status: int) -> None:
    sha = served.repos["model", "acme/kettle"].sha
    served.fail("/api/", status=200, body=listing(sha=sha, siblings=[{"rfilename": "README.md", "size": 10}]))
    served.fail("README.md", how, status=status, body=CARD[:10], headers={"Content-Range": f"bytes 0-9/{len(CARD)}"})
    with pytest.raises(HubError, match=f"lists 10 bytes of acme/kettle/README.md, and the file has {len(CARD)}"):
        source().read("README.md")


def test_what_is_packed_is_not_taken_for_the_file(served: Served) -> None:
    served.fail("README.md", status=206, body=b"x" * len(CARD), headers={"Content-Encoding": "gzip"})
    with pytest.raises(HubError, match=r"packs its answer on acme/kettle/README\.md"):
        source().read("README.md")


def test_an_answer_that_drips_has_an_end(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cardlint.hub, "LONGEST_ANSWER", -1.0)
    with pytest.raises(HubError, match="takes longer than") as caught:
        source().entries()
    assert (caught.value.state, len(served.asked)) == ("slow", 1)


def test_a_hub_that_is_gone_is_not_asked_for_every_file(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = Hub()
    served.fail("cups")
    for _ in range(5):
        with pytest.raises(HubError):
            hub.json("/api/models/acme/cups", "acme/cups")
    assert len(served.asked) == cardlint.hub.ENOUGH * cardlint.hub.TRIES
    with pytest.raises(HubError, match="acme/kettle was not asked for: the Hub did not answer the last 3 questions"):
        source(hub=hub).entries()
    monkeypatch.setattr(hub, "_again", 0.0)
    assert source(hub=hub).entries()
    assert hub.json("/api/models/acme/kettle", "acme/kettle")["id"] == "acme/kettle"


@pytest.mark.parametrize("name", ["HTTP_PROXY", "SSL_CERT_FILE"])
def test_settings_that_cannot_be_used(served: Served, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    from huggingface_hub.utils import close_session

    close_session()
    monkeypatch.setenv(name, "http://me:canary@[::1")
    with pytest.raises(HubError, match="settings of proxies or certificates cannot be used") as caught:
        source().entries()
    assert "canary" not in str(caught.value)
    assert served.asked == []
    close_session()


def test_a_token_of_another_form_is_in_no_message(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "plain-canary")
    served.fail("/api/", status=418, headers={"X-Error-Message": "Bearer plain-canary is odd"})
    with pytest.raises(HubError, match=r"Bearer \*\*\* is odd"):
        source().entries()


def test_what_broke_off_in_the_cache_is_asked_for(served: Served, tmp_path: Path) -> None:
    commit = served.repos["model", "acme/kettle"].sha
    snapshot_download("acme/kettle", endpoint=served.url, token=TOKEN, cache_dir=tmp_path / "hub")
    found = source(f"hf://acme/kettle@{commit}")
    assert found.held is not None
    assert not found.is_text("README.md"), "what is here is looked at as in a folder"
    place = found.held.place("README.md")
    assert place is not None
    place.write_bytes(CARD[:10])
    served.asked.clear()
    assert found.read("README.md") == CARD
    assert len(served.asked) == 1
    with pytest.raises(Unreadable, match=r"README.md has broken off in the local cache"):
        source(f"hf://acme/kettle@{commit}", Hub(offline=True)).read("README.md")


def test_pointers_are_content_and_what_lies_in_lfs_is_not_in_git(served: Served) -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 123456\n" % (b"a" * 64)
    tracked = b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n"
    head = b'\x48\0\0\0\0\0\0\0{"a":{"dtype":"F32","shape":[5000000],"data_offsets":[0,20000000]}}     '
    served.add(Repo("acme/mirror", {"README.md": CARD, "model.safetensors": pointer}))
    served.add(Repo("acme/large", {"README.md": CARD, ".gitattributes": tracked, "model.safetensors": Sparse(20_000_080, head)}))
    options = Options(select=("lfs-pointer-unresolved", "weights-outside-lfs"))
    shared.cache_clear()
    mirror, large = (check_target(locate(f"hf://acme/{name}"), options) for name in ("mirror", "large"))
    assert [(item.rule, item.path) for item in mirror.findings] == [("lfs-pointer-unresolved", "model.safetensors")]
    assert "the Hub has nothing else under this name" in mirror.findings[0].message
    assert (large.findings, large.skipped) == ((), ())
    shared.cache_clear()


@pytest.mark.parametrize("card", [b"# Kettle\n", b"---\nlicense: [\n---\n"])
def test_a_card_without_values_is_read_itself(served: Served, card: bytes) -> None:
    served.add(Repo("acme/bare", {"README.md": card}))
    shared.cache_clear()
    found = check_target(locate("hf://acme/bare"), Options(select=("license-missing", "frontmatter-missing", "frontmatter-invalid")))
    alone = check_target(locate("hf://acme/bare"), Options(select=("license-missing",)))
    assert (len(found.findings), found.failed, alone.failed) == (1, (), ())
    shared.cache_clear()


WRITTEN = ("ambiguous-scalar", "duplicate-key", "version-unquoted")


def test_how_values_are_written_is_in_no_listing(served: Served) -> None:
    card = b"---\nsdk: static\nsdk_version: 4.10\nx: yes\nx: no\n---\n"
    served.add(Repo("acme/shop", {"README.md": card}, kind="space"))
    shared.cache_clear()
    for rule in WRITTEN:
        found = check_target(locate("hf://spaces/acme/shop"), Options(select=(rule,)))
        assert {item.rule for item in found.findings} == {rule}
    served.add(Repo("acme/closed", {"README.md": card}, gated="manual"))
    closed = check_target(locate("hf://acme/closed"), Options(select=WRITTEN[:2]))
    assert (closed.findings, {item.rule for item in closed.skipped}) == ((), {*WRITTEN[:2]})
    assert all("not how they are written" in item.reason for item in closed.skipped)
    shared.cache_clear()
