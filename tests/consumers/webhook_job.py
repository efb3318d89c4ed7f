"""The script of the Job that a webhook triggers: payloads of the documented shape, replayed against a Hub on this machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from loopback_hub import COMMIT, TOKEN, Hub, discussion

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "webhook" / "check_push.py"
GOOD = b"---\nlicense: mit\nlanguage: en\n---\n# Kettle\n\nSays whether a kettle boils.\n"
BAD = GOOD.replace(b"mit", b"apache2")
CANARY = "webhooksecretcanary"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 5000000000\n"
CONTENT = {"action": "update", "scope": "repo.content"}


def payload(event: dict[str, str] = CONTENT, refs: Any = None, **repo: Any) -> dict[str, Any]:
    """As docs/hub/webhooks.md of hub-docs shows it."""
    return {
        "event": event,
        "repo": {
            "type": "model", "name": "acme/kettle", "id": "6366c000a2abcdf2fd69a080", "private": False, "headSha": COMMIT, "tags": [],
            "url": {"web": "https://huggingface.co/acme/kettle", "api": "https://huggingface.co/api/models/acme/kettle"},
            "owner": {"id": "61d2000c3c2083e1c08af22d"}, **repo,
        },
        "updatedRefs": [{"ref": "refs/heads/main", "oldSha": "f" * 40, "newSha": COMMIT}] if refs is None else refs,
        "webhook": {"id": "6390e855e30d9209411de93b", "version": 3},
    }  # fmt: skip


def comment_event() -> dict[str, Any]:
    event = payload({"action": "create", "scope": "discussion.comment"})
    del event["updatedRefs"], event["repo"]["headSha"]
    event["discussion"] = {"id": "1", "title": "cardlint: findings in this repository", "num": 1, "isPullRequest": False, "status": "open"}
    event["comment"] = {"id": "2", "content": "error[license-unknown]", "hidden": False, "author": {"id": "3"}}
    return event


def run(hub: Hub, home: Path, event: object, **more: str) -> subprocess.CompletedProcess[str]:
    given = event if isinstance(event, str) else json.dumps(event)
    environment = hub.environment(home, WEBHOOK_PAYLOAD=given, WEBHOOK_SECRET=CANARY, **more)
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], env=environment, capture_output=True, text=True, check=False, timeout=120, cwd=home
    )
    assert "Traceback" not in done.stderr
    assert TOKEN not in done.stdout + done.stderr
    assert CANARY not in done.stdout + done.stderr
    return done


def kettle(card: bytes, **more: bytes) -> dict[str, bytes]:
    files = {"README.md": card, "LICENSE": b"MIT License\n", "config.json": b"{}", "model.safetensors": POINTER, **more}
    return {f"acme/kettle/{path}": content for path, content in files.items()}


def test_a_bad_push_is_1_and_only_small_files_are_fetched(tmp_path: Path) -> None:
    with Hub(kettle(BAD)) as hub:
        done = run(hub, tmp_path, payload())
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith(f"hf://acme/kettle@{COMMIT}: exit code 1\n")
    assert "README.md:2:10: error[license-unknown]" in done.stdout
    fetched = {item.path for item in hub.asked if "/resolve/" in item.path}
    assert f"/acme/kettle/resolve/{COMMIT}/README.md" in fetched
    assert not [path for path in fetched if "safetensors" in path]
    assert all(f"/resolve/{COMMIT}/" in path for path in fetched)
    assert hub.writes == []


def test_a_good_push_is_0_and_nothing_is_written_even_where_it_may(tmp_path: Path) -> None:
    with Hub(kettle(GOOD)) as hub:
        done = run(hub, tmp_path, payload(), CARDLINT_COMMENT="1")
    assert (done.returncode, hub.writes) == (0, []), done.stdout + done.stderr


def test_kinds_and_policies(tmp_path: Path) -> None:
    with Hub({"datasets/acme/cups/README.md": b"---\nlicense: mit\n---\n# Cups\n"}) as hub:
        done = run(hub, tmp_path, payload(type="dataset", name="acme/cups"), CARDLINT_POLICY="strict", CARDLINT_FAIL_ON="note")
        assert done.returncode == 1
        assert done.stdout.startswith(f"hf://datasets/acme/cups@{COMMIT}: exit code 1\n")
        wrong = run(hub, tmp_path, payload(type="dataset", name="acme/cups"), CARDLINT_POLICY="stict")
        assert wrong.returncode == 2
        assert "did you mean strict?" in wrong.stderr
        assert run(hub, tmp_path, payload(type="dataset", name="acme/cups"), CARDLINT_FAIL_ON="bad").returncode == 2


def test_the_repository_does_not_silence_its_own_check(tmp_path: Path) -> None:
    with Hub(kettle(BAD, **{".cardlint.yaml": b"rules: {license-unknown: off}\n"})) as hub:
        assert run(hub, tmp_path, payload()).returncode == 1


@pytest.mark.parametrize(
    "event",
    [
        comment_event(), payload({"action": "update", "scope": "repo.config"}), payload({"action": "create", "scope": "repo"}),
        payload({"action": "create", "scope": "discussion"}), payload({"action": "update", "scope": "repo.contents"}), payload(type="bucket"),
        payload(refs=[{"ref": "refs/heads/main", "oldSha": COMMIT, "newSha": None}]), payload(refs=[]),
        payload(refs=[{"ref": "refs/tags/v1", "oldSha": None, "newSha": COMMIT}, {"ref": "refs/heads/try", "oldSha": None, "newSha": COMMIT}]),
    ],
)  # fmt: skip
def test_other_events_ask_nothing_of_the_hub(tmp_path: Path, event: dict[str, Any]) -> None:
    with Hub(kettle(BAD)) as hub:
        done = run(hub, tmp_path, event, CARDLINT_COMMENT="1")
    assert (done.returncode, hub.asked) == (0, [])
    assert done.stdout.startswith("nothing to check")


@pytest.mark.parametrize(
    "event",
    [
        "", "[", "[]", "null", "[" * 100_000, '{"event": {}}', payload(name="../../etc/passwd"), payload(name="acme/kettle/../../x"),
        payload(name="acme/kettle?x=1"), payload(name="--help"), payload(name=["acme"]), payload(type="user"), payload(refs="refs/heads/main"),
        payload(refs=[{"ref": "refs/heads/main", "newSha": "main"}]), payload(refs=[{"ref": "refs/heads/main", "newSha": "../" + "a" * 37}]),
        payload(refs=["refs/heads/main"]), payload(refs=[{"ref": "refs/heads/main", "newSha": COMMIT}] * 21), payload(name="a\x1b[31m/b"),
        payload(refs=[{"ref": "refs/heads/main", "newSha": COMMIT + "\n"}]), payload(name="acme/kettle\n"),
    ],
)  # fmt: skip
def test_what_is_no_payload_of_the_hub_is_2_and_asks_nothing(tmp_path: Path, event: object) -> None:
    with Hub(kettle(BAD)) as hub:
        done = run(hub, tmp_path, event, CARDLINT_COMMENT="1")
    assert (done.returncode, hub.asked) == (2, [])
    assert done.stderr.startswith("error: ")
    assert done.stderr.count("\n") == 1
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize(("where", "status"), [("/tree/", 401), ("/tree/", 404), ("/tree/", 500), ("/README.md", 403), ("/README.md", 404)])
def test_what_cannot_be_read_is_4_and_not_clean(tmp_path: Path, where: str, status: int) -> None:
    with Hub(kettle(GOOD)) as hub:
        hub.broken = lambda path: status if where in path else None
        done = run(hub, tmp_path, payload())
    assert done.returncode == 4, done.stdout + done.stderr
    assert "not examined[" in done.stdout


def test_one_discussion_holds_the_findings_of_all_commits_each_once(tmp_path: Path) -> None:
    second = "1" * 40
    with Hub(kettle(BAD.replace(b"# Kettle", b"# Kettle ``` @everyone"))) as hub:
        hub.discussions.append(discussion(1, "cardlint: findings in this repository", "stranger", "acme/kettle"))
        for commit in (COMMIT, second):
            done = run(hub, tmp_path, payload(refs=[{"ref": "refs/heads/main", "newSha": commit}]), CARDLINT_COMMENT="1")
            assert done.returncode == 1, done.stderr
        assert run(hub, tmp_path, payload(refs=[{"ref": "refs/heads/main", "newSha": second}]), CARDLINT_COMMENT="1").returncode == 1
    assert [item["author"]["name"] for item in hub.discussions] == ["stranger", "linter"]
    ours = hub.discussions[1]
    assert ours["description"].startswith(f"<!-- cardlint {COMMIT} -->\n")
    assert [text.split("\n")[0] for text in ours["comments"]] == [f"<!-- cardlint {second} -->"]
    assert "error[license-unknown]" in ours["comments"][0]
    assert hub.commits == []


def test_a_pull_request_is_answered_where_it_is(tmp_path: Path) -> None:
    with Hub(kettle(BAD)) as hub:
        hub.discussions += [discussion(1, "Other", "x", "acme/kettle"), discussion(2, "My change", "x", "acme/kettle")]
        done = run(hub, tmp_path, payload(refs=[{"ref": "refs/pr/2", "oldSha": None, "newSha": COMMIT}]), CARDLINT_COMMENT="1")
    assert done.returncode == 1
    assert len(hub.discussions[1]["comments"]) == 1
    assert hub.writes == ["POST /api/models/acme/kettle/discussions/2/comment"]


def test_a_comment_that_cannot_be_written_is_no_traceback(tmp_path: Path) -> None:
    with Hub(kettle(BAD)) as hub:
        hub.broken = lambda path: 403 if "/discussions" in path else None
        done = run(hub, tmp_path, payload(), CARDLINT_COMMENT="1")
    assert done.returncode == 4
    assert "could not be written into a discussion" in done.stderr
    assert "error[license-unknown]" in done.stdout
