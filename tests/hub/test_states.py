"""What cannot be had from the Hub has a message of its own, ends in exit 4, and is never shown as passed; through the real command."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hub.command import Checked, check
from hub.selfsigned import context
from hub.server import OTHER_TOKEN, TOKEN, Hub
from hub.store import Repo, Sparse

from cardlint.formats import FORMATS

CARD = b"---\nlicense: mit\npipeline_tag: text-generation\n---\n# Kettle\n"
KETTLE = "hf://acme/kettle"
FILE = "hub:/acme/kettle/resolve/"
INFO = "hub:/api/models/acme/kettle"
AT_ONCE = {"Retry-After": "0"}


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub(Repo("acme/kettle", {"README.md": CARD})) as made:
        yield made


def change(**how: object) -> Callable[[Hub], None]:
    def done(hub: Hub) -> None:
        repo = hub.repos["model", "acme/kettle"]
        for name, value in how.items():
            assert hasattr(repo, name)
            setattr(repo, name, value)

    return done


def fail(pattern: str, *how: str, **more: object) -> Callable[[Hub], None]:
    return lambda hub: hub.fail(pattern, *how, **more)  # type: ignore[arg-type]


def delete(hub: Hub) -> None:
    hub.repos.clear()


def unseen(found: Checked) -> None:
    """Nothing could be looked at, and nothing says otherwise."""
    assert found.code == 4
    assert (found.target["findings"], found.target["revision"], found.target["failed"]) == ([], None, [])
    assert len(found.target["skipped"]) > 50
    assert "Nothing found" not in found.out
    assert "not examined in 1 repository" in found.out


@pytest.mark.parametrize(
    ("prepare", "token", "words"),
    [
        pytest.param(
            change(private=True), None, "there is no acme/kettle on the Hub, or it is private, and no token was given", id="private, nobody"
        ),
        pytest.param(
            change(private=True), TOKEN, "there is no acme/kettle on the Hub, or this token may not see it", id="private, a stranger"
        ),
        pytest.param(change(disabled=True), TOKEN, "acme/kettle is disabled by the Hub", id="disabled"),
        pytest.param(delete, TOKEN, "there is no acme/kettle on the Hub, or this token may not see it", id="deleted"),
        pytest.param(delete, None, "there is no acme/kettle on the Hub, or it is private", id="deleted, nobody"),
        pytest.param(change(), "hf_" + "wrong" * 7, "the Hub does not know this token", id="token of nobody"),
        pytest.param(fail(INFO, headers=AT_ONCE), TOKEN, "the Hub answered 500 each time it was asked for acme/kettle", id="server error"),
        pytest.param(fail(INFO, status=200, body=b"<html>"), TOKEN, "the Hub's answer on acme/kettle is no JSON", id="no JSON"),
        pytest.param(fail(INFO, status=200, body=b"[" * 100_000), TOKEN, "the Hub's answer on acme/kettle is no JSON", id="deep JSON"),
        pytest.param(
            fail(INFO, status=200, body=b"{}"), TOKEN, "the Hub's answer on acme/kettle names no commit or no files", id="other JSON"
        ),
        pytest.param(
            fail(INFO, status=418, headers={"X-Error-Message": "tea"}),
            TOKEN,
            "the Hub answered 418 when asked for acme/kettle: tea",
            id="unheard of",
        ),
        pytest.param(fail(INFO, status=302, headers={"Location": INFO[4:]}), TOKEN, "from one address to the next", id="in a circle"),
        pytest.param(
            fail(INFO, status=302, headers={"Location": "file:///etc/passwd"}), TOKEN, "to what is no web address", id="off the web"
        ),
        pytest.param(fail(INFO, "truncate"), TOKEN, "the Hub's answer on acme/kettle broke off", id="truncated"),
        pytest.param(fail(INFO, "close"), TOKEN, "the Hub's answer on acme/kettle broke off", id="closed"),
    ],
)
def test_a_repository_that_cannot_be_seen(hub: Hub, tmp_path: Path, prepare: Callable[[Hub], None], token: str | None, words: str) -> None:
    prepare(hub)
    found = check(hub, tmp_path, KETTLE, token=token, patient=False)
    unseen(found)
    [reason] = found.reasons
    assert words in reason
    assert words in found.out


def test_a_revision_that_is_not_there(hub: Hub, tmp_path: Path) -> None:
    found = check(hub, tmp_path, f"{KETTLE}@v2", "--fail-on", "never")
    unseen(found)
    assert found.reasons == {"acme/kettle has no such revision"}


def test_no_format_shows_what_was_not_seen_as_passed(hub: Hub, tmp_path: Path) -> None:
    delete(hub)
    outputs = [item for name in FORMATS if name not in {"text", "json"} for item in ("--output-format", f"{name}={tmp_path / name}.out")]
    unseen(check(hub, tmp_path, KETTLE, *outputs))
    written = {path.stem: path.read_text().replace("`", "") for path in tmp_path.glob("*.out")}
    assert written.keys() == set(FORMATS) - {"text", "json"}
    for name, text in written.items():
        assert "there is no acme/kettle on the Hub" in text, name
        assert "not examined" in text.lower() or name == "sarif", name
    assert "<td>not known</td>" in written["html"]
    assert "as on disk" not in written["html"]
    assert written["markdown"].startswith("## cardlint: incomplete, nothing found in 1 repository\n")


@pytest.mark.parametrize(("token", "words"), [(None, "log in with `hf auth login`"), (OTHER_TOKEN, "this token has no access to it")])
def test_a_gate_closes_the_files_and_not_what_the_listing_says(hub: Hub, tmp_path: Path, token: str | None, words: str) -> None:
    change(gated="manual", granted=("linter",))(hub)
    found = check(hub, tmp_path, KETTLE, token=token)
    assert found.code == 4
    assert any("acme/kettle" in reason and "is gated, and" in reason and words in reason for reason in found.reasons), found.reasons
    assert all("/acme/kettle/" not in reason.rpartition(": ")[2] for reason in found.reasons)  # a file has no page to ask at
    assert found.target["revision"] == hub.repos["model", "acme/kettle"].sha
    assert hub.counts["resolvers"] == 1, "a file that is refused once is not asked for again"


def test_who_has_passed_the_gate_sees_everything(hub: Hub, tmp_path: Path) -> None:
    change(gated="auto", granted=("linter",))(hub)
    found = check(hub, tmp_path, KETTLE)
    assert (found.code, found.reasons) == (0, set())


def test_a_renamed_repository_is_checked_and_its_new_name_told(hub: Hub, tmp_path: Path) -> None:
    hub.add(Repo("acme/new", {"README.md": CARD}, names=("acme/old",)))
    found = check(hub, tmp_path, "hf://acme/old")
    assert found.code == 0
    assert found.target["revision"] == hub.repos["model", "acme/new"].sha
    assert "hf://acme/old: was renamed and is acme/new today" in found.out


def test_an_empty_repository_lacks_its_card(tmp_path: Path) -> None:
    with Hub(Repo("acme/kettle")) as hub:
        found = check(hub, tmp_path, KETTLE)
    assert found.code == 1
    assert "card-missing" in {item["rule"] for item in found.target["findings"]}
    assert found.reasons == set()


def weights(hub: Hub, **how: object) -> None:
    hub.add(Repo("acme/kettle", {"README.md": CARD, "model.safetensors": Sparse(50_000_000, b"\x02\0\0\0\0\0\0\0{}")}))
    change(**how)(hub)


@pytest.mark.parametrize(
    ("pattern", "how", "words"),
    [
        ("none", "answer", "acme/kettle/model.safetensors is listed, and the Hub has no content for it"),
        ("cdn:", "truncate", "the Hub's answer on acme/kettle/model.safetensors broke off"),
        ("cdn:", "answer", "the Hub answered 500 each time it was asked for acme/kettle/model.safetensors"),
    ],
)
def test_weights_whose_content_cannot_be_had(hub: Hub, tmp_path: Path, pattern: str, how: str, words: str) -> None:
    weights(hub, lost=("model.safetensors",) if pattern == "none" else ())
    hub.fail(pattern, how, headers=AT_ONCE)  # type: ignore[arg-type]
    found = check(hub, tmp_path, KETTLE, patient=False)
    assert found.code == 4
    assert any(words in reason for reason in found.reasons), found.reasons
    assert "Nothing found" not in found.out


def test_weights_are_not_downloaded_whole_where_ranges_are_ignored(hub: Hub, tmp_path: Path) -> None:
    weights(hub)
    hub.fail("cdn:", "whole")
    found = check(hub, tmp_path, KETTLE)
    assert found.code in {1, 4}
    assert hub.sent["cdn"] < 5_000_000


@pytest.mark.parametrize("pattern", [INFO, FILE])
def test_the_hub_recovers(hub: Hub, tmp_path: Path, pattern: str) -> None:
    hub.fail(pattern, times=2, status=503, headers=AT_ONCE)
    found = check(hub, tmp_path, KETTLE)
    assert (found.code, found.reasons) == (0, set())
    assert len(hub.asked) == 4


def test_a_file_that_does_not_come(hub: Hub, tmp_path: Path) -> None:
    hub.fail(FILE, status=502, headers=AT_ONCE)
    found = check(hub, tmp_path, KETTLE)
    assert found.code == 4
    assert found.reasons == {"the Hub answered 502 each time it was asked for acme/kettle/README.md"}
    assert hub.counts == {"api": 1, "resolvers": 4}, "it is given up once, not once for each rule"


def test_a_short_wait_is_waited(hub: Hub, tmp_path: Path) -> None:
    hub.fail(INFO, times=1, status=429, headers={"RateLimit": '"api";r=0;t=1'})
    hub.fail(FILE, times=1, status=429, headers={"Retry-After": "1"})
    began = time.monotonic()
    found = check(hub, tmp_path, KETTLE)
    assert (found.code, found.reasons, [item.status for item in hub.asked]) == (0, set(), [429, 200, 429, 206])
    assert time.monotonic() - began > 2


@pytest.mark.parametrize("header", [True, False])
def test_a_long_wait_is_told_and_not_waited(tmp_path: Path, *, header: bool) -> None:
    with Hub(Repo("acme/kettle", {"README.md": CARD}), limits={"api": 0}, window=200) as hub:
        hub.tells_retry_after = header
        found = check(hub, tmp_path, KETTLE)
        unseen(found)
        [reason] = found.reasons
        assert re.fullmatch(r"the Hub asks to wait (200|199) s before it says more of acme/kettle", reason)
        assert len(hub.asked) == 1


def test_a_certificate_that_nobody_trusts(tmp_path: Path) -> None:
    tls, trusted = context(tmp_path)
    with Hub(Repo("acme/kettle", {"README.md": CARD}), tls=tls) as hub:
        found = check(hub, tmp_path, KETTLE)
        unseen(found)
        [reason] = found.reasons
        assert "the connection to the Hub is not to be trusted" in reason
        assert "self-signed certificate" in reason
        assert hub.asked == [], "no token was sent"
        assert check(hub, tmp_path, KETTLE, SSL_CERT_FILE=str(trusted)).code == 0


def test_an_endpoint_that_speaks_no_tls(hub: Hub, tmp_path: Path) -> None:
    found = check(hub, tmp_path, KETTLE, HF_ENDPOINT=hub.url.replace("http:", "https:"))
    unseen(found)
    assert "not to be trusted" in next(iter(found.reasons))


@pytest.mark.parametrize("pattern", [INFO, FILE])
def test_a_hub_that_does_not_answer_in_time(hub: Hub, tmp_path: Path, pattern: str) -> None:
    hub.fail(pattern, "hang")
    found = check(hub, tmp_path, KETTLE, patient=False, HF_HUB_DOWNLOAD_TIMEOUT="1")
    assert found.code == 4
    [reason] = found.reasons
    assert re.fullmatch("the Hub did not answer in time when asked for acme/kettle(/README.md)?", reason)


def test_an_endpoint_that_is_not_there(hub: Hub, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    found = check(hub, tmp_path, KETTLE, patient=False, HF_ENDPOINT=f"http://127.0.0.1:{port}")
    unseen(found)
    [reason] = found.reasons
    assert reason.startswith("the Hub cannot be reached (ConnectError: ")


@pytest.mark.parametrize(
    ("arguments", "environment"),
    [(("--offline",), {}), ((), {"HF_HUB_OFFLINE": "1"}), ((), {"TRANSFORMERS_OFFLINE": "yes"})],
)
def test_offline_nothing_is_asked(hub: Hub, tmp_path: Path, arguments: tuple[str, ...], environment: dict[str, str]) -> None:
    found = check(hub, tmp_path, KETTLE, *arguments, **environment)
    unseen(found)
    assert all(reason.startswith("offline: ") for reason in found.reasons)
    assert hub.asked == []
