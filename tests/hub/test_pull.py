"""Fixes as a pull request, through the real command: shown unless confirmed, one at a time, from the commit that was checked."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hub.answers import opened
from hub.command import Checked, check
from hub.server import OTHER_TOKEN, TOKEN, Account, Hub
from hub.store import Repo

CARD = b"\xef\xbb\xbf---\r\nlicense: MIT # ours\r\nlanguage: EN\r\n---\r\n# Kettle\r\n\r\nBoils.  \r\n\tNo end of line"
MENDED = CARD.replace(b"MIT", b"mit").replace(b"\xef\xbb\xbf", b"").replace(b"EN", b"en")
UNSAFE = b"---\nlicense: mit\nlicense: apache-2.0\n---\n# Kettle\n"
KETTLE = "hf://acme/kettle"
FIRST = "hf://acme/kettle: opened {}/acme/kettle/discussions/1"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub(Repo("acme/kettle", {"README.md": CARD, "config.json": b"{}"})) as made:
        yield made


def repo(hub: Hub) -> Repo:
    return hub.repos["model", "acme/kettle"]


def pull(hub: Hub, home: Path, *arguments: str, target: str = KETTLE, **more: str | None) -> Checked:
    return check(hub, home, target, "--fix", "--pr", *arguments, patient=False, **more)  # type: ignore[arg-type]


def refused(found: Checked, hub: Hub, *words: str) -> None:
    """Nothing was opened, and the report says why."""
    assert found.code == 4
    for word in words:
        assert word in found.target["fixed"]["error"]
        assert word in found.out
    assert "opened http" not in found.err
    assert [ref for ref in repo(hub).refs if "/pr/" in ref] == []


def test_nothing_is_written_unless_it_is_confirmed(hub: Hub, tmp_path: Path) -> None:
    plain = check(hub, tmp_path, KETTLE)
    found = pull(hub, tmp_path)
    assert hub.writes == []
    assert (found.code, found.target["findings"]) == (plain.code, plain.target["findings"])
    assert found.target["fixed"] == {"findings": 0, "files": [], "notes": [], "error": None}
    said = found.err.splitlines()
    assert said[:4] == [
        "Pull request to: hf://acme/kettle",
        "Branch: main",
        f"Parent commit: {repo(hub).sha}",
        "Title: cardlint: fix 3 findings",
    ]
    assert f"at {repo(hub).sha}. They keep the meaning" in found.err
    fixed = ["- `byte-order-mark`", "- `language-unknown`", "- `license-unknown`"]
    assert [line for line in said if line.startswith("- `")] == fixed
    assert "--- hf://acme/kettle/README.md" in said
    assert "-license: MIT # ours" in [line.strip() for line in said]
    assert "+license: mit # ours" in [line.strip() for line in said]
    assert said[-1] == "hf://acme/kettle: nothing was opened; --pr --yes opens this pull request."


def test_it_is_opened_with_the_card_as_it_was_but_for_the_edits(hub: Hub, tmp_path: Path) -> None:
    parent = repo(hub).sha
    before = check(hub, tmp_path, KETTLE)
    found = pull(hub, tmp_path, "--yes")
    assert hub.writes == ["POST /api/models/acme/kettle/commit/main?create_pr=1"]
    assert FIRST.format(hub.url) in found.err
    assert (found.code, found.target["findings"], found.target["fixed"]["findings"]) == (before.code, before.target["findings"], 0)
    made = repo(hub).commits[repo(hub).refs["refs/pr/1"]]
    assert (made.parent, made.author, made.files) == (parent, "linter", {"README.md": MENDED, "config.json": b"{}"})
    assert repo(hub).sha == parent
    header, *files = (json.loads(line) for line in hub.asked[-1].body.splitlines())
    assert header["value"]["parentCommit"] == parent
    assert header["value"]["summary"] == "cardlint: fix 3 findings"
    assert header["value"]["description"].endswith("\n\n<!-- cardlint check --fix --pr -->")
    assert [(item["key"], item["value"]["path"]) for item in files] == [("file", "README.md")]
    assert base64.b64decode(files[0]["value"]["content"]) == MENDED
    assert hub.asked[-1].headers["content-type"] == "application/x-ndjson"


def test_a_secret_is_sent_as_it_stood_and_shown_nowhere(hub: Hub, tmp_path: Path) -> None:
    secret = "hf_" + "Qw3rTy" * 5 + "Zx9v"
    repo(hub).commit({"README.md": b"---\nlicense: MIT\n---\n# Kettle\n\n%s\n" % secret.encode()})
    found = pull(hub, tmp_path)
    assert "+license: mit" in found.err
    assert secret not in found.err + found.out
    found = pull(hub, tmp_path, "--yes")
    assert secret not in found.err + found.out
    assert secret.encode() in repo(hub).commits[repo(hub).refs["refs/pr/1"]].files["README.md"]  # type: ignore[operator]


def test_unsafe_fixes_only_where_they_are_asked_for(hub: Hub, tmp_path: Path) -> None:
    repo(hub).commit({"README.md": UNSAFE})
    found = pull(hub, tmp_path, "--yes")
    assert found.err == "hf://acme/kettle: nothing to fix, so no pull request.\n"
    assert (found.code, hub.writes) == (1, [])
    found = check(hub, tmp_path, KETTLE, "--unsafe-fixes", "--pr", "--yes")
    assert FIRST.format(hub.url) in found.err
    made = repo(hub).commits[repo(hub).refs["refs/pr/1"]]
    assert made.files["README.md"] == b"---\nlicense: apache-2.0\n---\n# Kettle\n"
    assert made.title == "cardlint: fix 1 finding"
    assert "Some may change the meaning" in repo(hub).discussions[0]["events"][0]["data"]["latest"]["raw"]


@pytest.mark.parametrize("status", ["open", "draft"])
@pytest.mark.parametrize("title", ["cardlint: fix 1 finding", "Mend our card"])
def test_one_at_a_time(hub: Hub, tmp_path: Path, status: str, title: str) -> None:
    hub.page = 2
    for number in range(3):
        opened(repo(hub), "linter", f"mine, and not of cardlint {number}", "", pull=True)
    pull(hub, tmp_path, "--yes")
    ours = repo(hub).discussions[3]
    ours["status"], ours["title"] = status, title
    for number in range(3):
        opened(repo(hub), "linter", f"later {number}", "", pull=True)
    writes = len(hub.writes)
    for arguments in ((), ("--yes",)):
        found = pull(hub, tmp_path, *arguments)
        words = f"hf://acme/kettle: {hub.url}/acme/kettle/discussions/4 is open already, so no other pull request was opened.\n"
        assert found.err == words
    assert len(hub.writes) == writes == 1
    ours["status"] = "closed"
    assert f"opened {hub.url}/acme/kettle/discussions/8" in pull(hub, tmp_path, "--yes").err


def test_that_of_somebody_else_and_a_discussion_are_not_ours(hub: Hub, tmp_path: Path) -> None:
    opened(repo(hub), "stranger", "cardlint: fix 1 finding", "", pull=True)
    opened(repo(hub), "linter", "cardlint: fix 1 finding", "", pull=False)
    assert f"opened {hub.url}/acme/kettle/discussions/3" in pull(hub, tmp_path, "--yes").err


def test_a_listing_that_gives_more_than_was_asked_for(hub: Hub, tmp_path: Path) -> None:
    title = '"num": 7, "title": "cardlint: fix 1 finding", "status": "open"'
    theirs = f'{{"author": {{"name": "stranger"}}, "isPullRequest": true, {title}}}'
    talk = f'{{"author": {{"name": "linter"}}, "isPullRequest": false, {title}}}'
    hub.fail("/discussions", status=200, body=f'{{"discussions": [{theirs}, {talk}], "start": 0, "count": 2}}'.encode())
    assert FIRST.format(hub.url) in pull(hub, tmp_path, "--yes").err


def test_loads_are_pinned_to_the_commit_of_today(hub: Hub, tmp_path: Path) -> None:
    call = "AutoModel.from_pretrained"
    hub.add(Repo("acme/cup", {"README.md": b"x"}))
    many = [f'{call}("acme/saucer-{number}")' for number in range(30)]
    code = [
        f'{call}("acme/cup")',
        f'{call}("acme/cup", revision="main")',
        f'{call}("acme/cup", revision="v1")',
        f'{call}("acme/none")',
        *many,
    ]
    script = "from transformers import AutoModel\r\n" + "\r\n".join(code)
    repo(hub).commit({"README.md": CARD, "app.py": script.encode()})
    sha = hub.repos["model", "acme/cup"].sha
    select = ("--select", "revision-unpinned")
    assert "nothing to fix" in pull(hub, tmp_path, *select).err
    assert [item for item in hub.asked if "saucer" in item.path] == []
    found = pull(hub, tmp_path, "--unsafe-fixes", "--yes", *select)
    assert FIRST.format(hub.url) in found.err
    assert len({item.path for item in hub.asked if "saucer" in item.path}) == 18
    made = repo(hub).commits[repo(hub).refs["refs/pr/1"]].files
    pinned = [f'{call}("acme/cup", revision="{sha}")'] * 2
    assert made == {"README.md": CARD, "app.py": ("from transformers import AutoModel\r\n" + "\r\n".join([*pinned, *code[2:]])).encode()}


def test_datasets_branches_and_old_names(hub: Hub, tmp_path: Path) -> None:
    held = hub.add(Repo("acme/tea", {"README.md": CARD}, kind="dataset", names=("acme/old",)))
    branch = held.commit({"README.md": CARD, "x.txt": b"x"}, on="refs/heads/next/one")
    found = pull(hub, tmp_path, "--yes", target="hf://datasets/acme/old@next/one")
    assert f"opened {hub.url}/datasets/acme/tea/discussions/1" in found.err
    assert held.commits[held.refs["refs/pr/1"]].parent == branch
    assert hub.writes == ["POST /api/datasets/acme/tea/commit/next%2Fone?create_pr=1"]


@pytest.mark.parametrize("tagged", [True, False])
def test_a_revision_that_is_the_head_of_a_branch(hub: Hub, tmp_path: Path, tagged: bool) -> None:
    repo(hub).tag("v1")
    repo(hub).refs["refs/heads/also"] = repo(hub).sha
    found = pull(hub, tmp_path, target=f"{KETTLE}@{'v1' if tagged else repo(hub).sha}")
    assert "Branch: main" in found.err
    old = repo(hub).sha
    repo(hub).refs["refs/heads/also"] = repo(hub).commit({"README.md": CARD, "new.txt": b""})
    revision = "v1" if tagged else old
    for arguments in ((), ("--yes",)):
        refused(
            pull(hub, tmp_path, *arguments, target=f"{KETTLE}@{revision}"), hub, f"{revision} is not the head of a branch of acme/kettle"
        )


def moved(hub: Hub) -> None:
    """The branch moves once its commit was told."""
    refs = {"branches": [{"name": "main", "targetCommit": "b" * 40}]}
    hub.fail("/refs$", status=200, body=json.dumps(refs).encode())


def fails(pattern: str, status: int, body: bytes = b"{}", **headers: str) -> Callable[[Hub], None]:
    return lambda hub: hub.fail(
        pattern, status=status, body=body, headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


def reading(hub: Hub) -> None:
    hub.accounts[TOKEN] = Account("linter", "read")


def switched_off(hub: Hub) -> None:
    repo(hub).discussions_disabled = True


COMMIT = "/commit/main"
OTHER = '"isPullRequest": true, "num": 1, "title": "x", "status": "open"'
MANY = f'{{"discussions": [{{"author": {{"name": "linter"}}, {OTHER.replace("open", "closed")}}}], "start": 0, "count": 9}}'


@pytest.mark.parametrize(("prepare", "words"), [
    (moved, "main of acme/kettle has moved since it was checked; run again"),
    (fails(COMMIT, 412), "main of acme/kettle has moved since it was checked; run again"),
    (fails(COMMIT, 409), "main of acme/kettle has moved since it was checked; run again"),
    (reading, "this token has no right to open one in acme/kettle; it needs one that may write"),
    (switched_off, "acme/kettle has its discussions switched off"),
    (fails(COMMIT, 403, X_Error_Message="Discussions are disabled for this repo"), "acme/kettle has its discussions switched off"),
    (fails(COMMIT, 400, X_Error_Message="no such thing"), "the Hub answered 400 when asked for acme/kettle: no such thing"),
    (fails(COMMIT, 307, Location="/elsewhere"), "the Hub answered 307 when asked for acme/kettle"),
    (fails("whoami", 401, X_Error_Message="Invalid credentials in Authorization header"), "the Hub does not know this token"),
    (fails("/refs$", 200), "the Hub's answer on acme/kettle lacks branches"),
    (fails("/refs$", 200, b"[]"), "the Hub's answer on acme/kettle lacks branches"),
    (fails("/discussions", 200, b'{"discussions": [{}], "start": 0, "count": 1}'), "lacks isPullRequest"),
    (fails("/discussions", 200, MANY.encode()), "has too many pull requests of linter to see whether one of them is open"),
])  # fmt: skip
def test_each_refusal_has_its_own_words(hub: Hub, tmp_path: Path, prepare: Callable[[Hub], None], words: str) -> None:
    prepare(hub)
    refused(pull(hub, tmp_path, "--yes"), hub, "no pull request was opened: ", words)


@pytest.mark.parametrize(("prepare", "words"), [
    (fails(COMMIT, 500), "the Hub answered 500"),
    (fails(COMMIT, 200, b"no JSON"), "is no JSON"),
    (fails(COMMIT, 200), "lacks pullRequestUrl"),
    (lambda hub: hub.fail(COMMIT, "close"), "broke off"),
])  # fmt: skip
def test_what_may_have_been_opened_is_sent_once_and_said(hub: Hub, tmp_path: Path, prepare: Callable[[Hub], None], words: str) -> None:
    prepare(hub)
    found = pull(hub, tmp_path, "--yes")
    refused(found, hub, f"nobody knows whether a pull request was opened, see {hub.url}/acme/kettle/discussions: ", words)
    assert len(hub.writes) == 1


def test_without_a_token_it_is_shown_and_not_opened(hub: Hub, tmp_path: Path) -> None:
    assert "Title: cardlint: fix 3 findings" in pull(hub, tmp_path, token=None).err
    refused(pull(hub, tmp_path, "--yes", token=None), hub, "opening a pull request needs a token: log in with `hf auth login`")
    assert hub.writes == []


def test_what_nobody_may_read_is_not_what_needs_no_fix(hub: Hub, tmp_path: Path) -> None:
    repo(hub).gated = "manual"
    repo(hub).granted = ("linter",)
    refused(pull(hub, tmp_path, "--yes", token=OTHER_TOKEN), hub, "nothing to fix was found, but not everything could be read", "gated")
    assert FIRST.format(hub.url) in pull(hub, tmp_path, "--yes").err
    repo(hub).private = True
    found = pull(hub, tmp_path, "--yes")
    assert (found.code, found.err) == (4, "")


def test_several_at_once(hub: Hub, tmp_path: Path) -> None:
    hub.add(Repo("acme/pot", {"README.md": CARD}))
    found = pull(hub, tmp_path, "hf://acme/pot", "--yes", "--jobs", "2")
    assert found.err.splitlines() == [FIRST.format(hub.url), f"hf://acme/pot: opened {hub.url}/acme/pot/discussions/1"]


def test_offline_there_is_nobody_to_ask(hub: Hub, tmp_path: Path) -> None:
    found = pull(hub, tmp_path, "--yes", HF_HUB_OFFLINE="1")
    assert (found.code, hub.asked) == (4, [])


@pytest.mark.parametrize(("arguments", "words"), [
    (["--yes"], "--yes opens a pull request; say so with --pr"),
    (["--pr", "--diff"], "leave out --diff and --fix-only"),
    (["--pr", "--fix-only"], "leave out --diff and --fix-only"),
    (["--pr", "--offline"], "leave out --offline and --cache"),
    (["--pr", "."], "a pull request is opened in a repository on the Hub"),
])  # fmt: skip
def test_what_does_not_fit_together(hub: Hub, tmp_path: Path, arguments: list[str], words: str) -> None:
    found = check(hub, tmp_path, KETTLE, *arguments)
    assert (found.code, hub.asked) == (2, [])
    assert words in found.err
