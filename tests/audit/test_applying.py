"""Plans carried out against the tests' Hub: what becomes of each repository, and that no pull request is ever opened twice."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from hub.answers import Reply, opened
from hub.server import OTHER_TOKEN, TOKEN, Account, Asked, How, Hub
from hub.store import Repo, Sparse

from cardlint.audit import applying
from cardlint.audit.repair import FileFix, Proposal, sha256, write_plan
from cardlint.cli import run
from cardlint.hubrepo import shared
from cardlint.run import Options, check_target
from cardlint.target import locate

pytestmark = pytest.mark.usefixtures("plan")
CARD = b"\xef\xbb\xbf---\r\nlicense: MIT # ours\r\nlanguage: EN\r\n---\r\n# Kettle\r\n\r\nBoils.  \r\n\tNo end of line"
MENDED = CARD.replace(b"MIT", b"mit").replace(b"\xef\xbb\xbf", b"").replace(b"EN", b"en")
NAMES = ("kettle", "pot", "cup", "jug")
COMMIT = "/commit/main"
# The real command, which waits for nothing and is killed at leisure.
_IMPATIENT = """
import cardlint.audit.applying as applying, cardlint.hub
applying.SETTLING, applying._HOUR, cardlint.hub.WAIT = 1.0, 0.001, 0.01
from cardlint.__main__ import main; main()
"""


class Done(NamedTuple):
    code: int
    out: list[str]
    err: str

    @property
    def total(self) -> str:
        return next(line for line in self.out if re.match(r"\d+ repositor", line))


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub(*(Repo(f"acme/{name}", {"README.md": CARD, "config.json": b"{}"}) for name in NAMES)) as made:
        yield made


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited, by nobody."""
    found: list[float] = []
    monkeypatch.setattr("time.sleep", found.append)
    return found


@pytest.fixture
def apply(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slept: list[float], capsys: pytest.CaptureFixture[str]
) -> Callable[..., Done]:
    """The command in this process, which gives up an answer to a commit after three seconds."""
    del slept
    monkeypatch.setattr("cardlint.hub._LEAST_TO_WRITE", 3.0)

    def applied(*arguments: str, token: str | None = TOKEN, store: str = "store.sqlite") -> Done:
        for name in [name for name in os.environ if name.startswith("HF_")]:
            monkeypatch.delenv(name)
        for name, value in hub.environment(tmp_path / "hf", token=token).items():
            monkeypatch.setenv(name, value)
        shared.cache_clear()
        capsys.readouterr()
        code = run(["apply", str(tmp_path / "plan.yaml"), "--store", str(tmp_path / store), *arguments])
        said = capsys.readouterr()
        for words in (said.out, said.err):
            assert TOKEN not in words
            assert "internal error" not in words
        return Done(code, said.out.replace(hub.url, "URL").splitlines(), said.err)

    applied()  # so that the environment is there for `plan`
    return applied


@pytest.fixture
def plan(hub: Hub, tmp_path: Path, apply: Callable[..., Done]) -> Path:
    """The plan of an audit of all there is."""
    del apply
    place = tmp_path / "plan.yaml"
    write_plan(place, proposals(hub), policy="recommended")
    return place


def proposals(hub: Hub) -> Iterator[Proposal]:
    for (kind, name), repo in hub.repos.items():
        prefix = "" if kind == "model" else f"{kind}s/"
        found = check_target(locate(f"hf://{prefix}{name}"), Options(fix="safe", pull="plan"))
        assert found.fixing is not None
        assert (found.fixing.cured > 0) == (found.fixing.proposal is not None)
        if found.fixing.proposal is not None:
            assert found.fixing.proposal.revision == repo.sha
            yield found.fixing.proposal


def edit(place: Path, old: str, new: str, count: int = 1) -> None:
    text = place.read_text("utf-8")
    assert old in text
    place.write_text(text.replace(old, new, count), "utf-8")


def pulls(repo: Repo) -> list[str]:
    return [ref for ref in repo.refs if "/pr/" in ref]


def of(hub: Hub, name: str) -> Repo:
    return hub.repos["model", f"acme/{name}"]


def rows(tmp_path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)) as connection:
        return dict(connection.execute("SELECT repository, state FROM pulls"))


def test_nothing_is_opened_unless_it_is_confirmed(hub: Hub, plan: Path, tmp_path: Path, apply: Callable[..., Done]) -> None:
    for token in (TOKEN, None):
        found = apply(token=token)
        assert found.code == 0
        assert found.out == [
            *(f"hf://acme/{name}: would open one that fixes byte-order-mark 1, language-unknown 1, license-unknown 1 in README.md" for name in NAMES),
            "4 repositories: 0 opened, 0 earlier, 0 declined, 0 moved, 0 failed, 0 left, 4 to open",
            f"Nothing was opened; `cardlint apply {plan} --yes` does that.",
        ]  # fmt: skip
    assert hub.writes == []
    assert not (tmp_path / "store.sqlite").exists()


def test_each_gets_one_pull_request_with_every_byte_in_its_place(
    hub: Hub, tmp_path: Path, apply: Callable[..., Done], slept: list[float]
) -> None:
    heads = {name: of(hub, name).sha for name in NAMES}
    found = apply("--yes")
    assert found.code == 0
    assert found.out == [
        *(f"hf://acme/{name}: opened URL/acme/{name}/discussions/1" for name in NAMES),
        "4 repositories: 4 opened, 0 earlier, 0 declined, 0 moved, 0 failed, 0 left",
    ]
    for name in NAMES:
        repo = of(hub, name)
        made = repo.commits[repo.refs["refs/pr/1"]]
        assert (made.parent, made.files, made.title) == (
            heads[name],
            {"README.md": MENDED, "config.json": b"{}"},
            "cardlint: fix 3 findings",
        )
    assert len(slept) == 3
    assert all(58 < pause <= 60 for pause in slept)
    assert found.err.splitlines()[0].endswith("(60 pull requests an hour at most, see --rate); 1 of 4 done")
    description = of(hub, "pot").discussions[0]["events"][0]["data"]["latest"]["raw"]
    assert "`x-cardlint: {pull-requests: false}`" in description
    assert "- `language-unknown`\n" in description
    assert sum("whoami" in item.path for item in hub.asked) == 1
    written = len(hub.asked)
    again = apply("--yes")
    assert (again.code, again.out) == (found.code, found.out)
    assert [item.path for item in hub.asked[written:]] == ["/api/whoami-v2"]
    assert set(rows(tmp_path).values()) == {"opened"}


def test_the_rate_counts_across_runs(plan: Path, apply: Callable[..., Done], slept: list[float], hub: Hub) -> None:
    apply("--yes", "--except", "acme/[!k]*", "--except", "acme/pot", "--except", "hf://acme/cup", "--except", "jug")
    assert (len(hub.writes), slept) == (1, [])
    edit(plan, "policy: ", "policy:  ")
    found = apply("--yes", "--rate", "3600")
    assert "1 earlier" in found.total
    assert len(hub.writes) == 4
    assert all(pause <= 1 for pause in slept)


def test_whoever_is_asked_not_to_is_left_alone(hub: Hub, plan: Path, apply: Callable[..., Done]) -> None:
    out = b"---\nlicense: MIT\nx-cardlint: {pull-requests: false}\n---\n"
    of(hub, "pot").commit({"README.md": out})
    of(hub, "cup").commit({"README.md": out.replace(b"}", b""), "x.md": b""})
    write_plan(
        plan,
        [item if "cup" not in item.repository else item._replace(revision=of(hub, "cup").sha) for item in proposals_again(hub)],
        policy="p",
    )
    edit(plan, "apply: true", "apply: false")
    found = apply("--yes", "--except", "acme/j*")
    asks = "declined: its card asks for no pull requests (`x-cardlint: {pull-requests: false}`)"
    assert found.out[:4] == [
        "hf://acme/kettle: declined: the plan says `apply: false`",
        f"hf://acme/pot: {asks}",
        f"hf://acme/cup: {asks}",
        "hf://acme/jug: declined: --except acme/j*",
    ]
    assert (found.code, found.total, hub.writes) == (0, "4 repositories: 0 opened, 0 earlier, 4 declined, 0 moved, 0 failed, 0 left", [])
    assert apply("--yes").out[3].startswith("hf://acme/jug: opened")


def proposals_again(hub: Hub) -> list[Proposal]:
    """Proposals where the files of a repository are as its first commit had them."""
    found = list(proposals(hub))
    by_name = {item.repository: item for item in found}
    cup = by_name["hf://acme/pot"]._replace(repository="hf://acme/cup")
    return [by_name["hf://acme/kettle"], by_name["hf://acme/pot"], by_name.get("hf://acme/cup", cup), by_name["hf://acme/jug"]]


def test_what_stands_there_already(hub: Hub, apply: Callable[..., Done], tmp_path: Path) -> None:
    description = f"Fixes made by cardlint 0 at {of(hub, 'cup').sha}. Yes.\n\n<!-- cardlint check --fix --pr -->"
    opened(of(hub, "kettle"), "linter", "cardlint: fix 9 findings", "", pull=True)
    for name, status in (("pot", "closed"), ("cup", "merged"), ("jug", "closed")):
        text = description.replace(of(hub, "cup").sha, of(hub, name).sha if name != "jug" else "0" * 40)
        opened(of(hub, name), "linter", "renamed", text, pull=True)["status"] = status
    found = apply("--yes")
    assert found.out[:4] == [
        "hf://acme/kettle: earlier URL/acme/kettle/discussions/1",
        "hf://acme/pot: declined: URL/acme/pot/discussions/1 had these fixes, and was closed without being merged",
        "hf://acme/cup: earlier URL/acme/cup/discussions/1",
        "hf://acme/jug: opened URL/acme/jug/discussions/2",
    ]
    assert rows(tmp_path)["hf://acme/pot"] == "declined"


def test_each_state_has_its_reason(hub: Hub, plan: Path, apply: Callable[..., Done]) -> None:
    of(hub, "kettle").commit({"README.md": b"new"})
    of(hub, "pot").discussions_disabled = True
    del hub.repos["model", "acme/cup"]
    hub.fail("acme/jug/commit", status=403)
    found = apply("--yes")
    assert found.code == 4
    assert [re.sub(r"[;:,] .*", "", line.partition(": ")[2]) for line in found.out[:4]] == ["moved", "declined", "failed", "failed"]
    assert "main of acme/kettle has moved" in found.out[0]
    assert "discussions switched off" in found.out[1]
    assert "there is no acme/cup on the Hub" in found.out[2]
    assert "no right to open one in acme/jug" in found.out[3]
    assert found.total == "4 repositories: 0 opened, 0 earlier, 1 declined, 1 moved, 2 failed, 0 left"
    hub.faults.clear()
    asked = len(hub.asked)
    assert apply("--yes").out == found.out
    assert len(hub.asked) == asked + 1
    again = apply("--yes", "--retry")
    assert again.out[3] == "hf://acme/jug: opened URL/acme/jug/discussions/1"
    assert again.code == 4
    edit(plan, of(hub, "jug").sha, "f" * 40)
    gone = apply()
    assert "acme/jug has no such revision" in gone.out[3]
    assert "1 moved" in gone.total or "2 moved" in gone.total


def test_a_plan_that_somebody_edited_is_not_carried_out(hub: Hub, plan: Path, apply: Callable[..., Done]) -> None:
    text = plan.read_text("utf-8")
    first, second, third = (text.index(f"hf://acme/{name}") for name in NAMES[1:])
    head, kettle, pot, cup = text[:first], text[first:second], text[second:third], text[third:]
    head = head.replace("+license: mit", "+license: apache-2.0")
    kettle = kettle.replace("-license: MIT", "-license: GPL")
    pot = pot.replace("@@ -", "@@ +", 1)
    cup = re.sub(r"before: .*", f'before: "{"0" * 64}"', cup)
    plan.write_text(head + kettle + pot + cup, "utf-8")
    found = apply("--yes")
    assert (found.code, hub.writes) == (4, [])
    assert "README.md does not give what the plan says it gives: somebody edited the plan" in found.out[0]
    assert "the diff of README.md does not apply (the file has another line there)" in found.out[1]
    line = int(re.search(r"plan.yaml:(\d+): ", found.out[1])[1])  # type: ignore[index]
    assert "-license: GPL" in plan.read_text("utf-8").split("\n")[line - 1]
    assert "expected a line such as" in found.out[2]
    assert f"README.md is not what the plan was made from ({plan}:" in found.out[3]


def test_files_that_come_and_files_that_are_not_there(hub: Hub, plan: Path, apply: Callable[..., Done]) -> None:
    (one, two, three, four) = proposals(hub)
    from cardlint.audit.patch import difference

    content = b"\xffnot UTF-8\r\n"
    new = FileFix("docs/new.txt", None, sha256(content), difference(None, content, lambda held: held))
    there = new._replace(path="config.json")
    lost = FileFix("lost.txt", sha256(b"a"), new.after, new.diff)
    empty = FileFix("empty", sha256(b""), new.after, new.diff)
    of(hub, "jug").commit({"README.md": CARD, "empty": b""})
    four = four._replace(files=(empty,), revision=of(hub, "jug").sha)
    write_plan(plan, [one._replace(files=(*one.files, new)), two._replace(files=(there,)), three._replace(files=(lost,)), four], policy="p")
    found = apply("--yes")
    assert "1 failed" not in found.total
    assert of(hub, "kettle").commits[of(hub, "kettle").refs["refs/pr/1"]].files == {
        "README.md": MENDED,
        "config.json": b"{}",
        "docs/new.txt": content,
    }
    assert "config.json is not what the plan was made from" in found.out[1]
    assert "lost.txt is not what the plan was made from" in found.out[2]
    assert of(hub, "jug").commits[of(hub, "jug").refs["refs/pr/1"]].files["empty"] == content


def test_a_plan_that_would_change_weights_or_one_file_twice(hub: Hub, plan: Path, apply: Callable[..., Done]) -> None:
    (one, *_) = proposals(hub)
    weights = {"x.pkl": b"N.", "large.txt": Sparse(20_000_000)}
    of(hub, "kettle").commit({"README.md": CARD, **weights})
    (diff,) = (file.diff for file in one.files)
    for path in weights:
        file = FileFix(path, sha256(b"N."), sha256(b"R."), diff)
        write_plan(plan, [one._replace(revision=of(hub, "kettle").sha, files=(file,))], policy="p")
        found = apply("--yes")
        assert (found.code, hub.writes) == (4, [])
        assert f"failed: {path} lies in LFS, where cardlint fixes nothing ({plan}:" in found.out[0]
    assert not [item for item in hub.asked if "x.pkl" in item.path or "large.txt" in item.path]
    write_plan(plan, [one._replace(files=one.files * 2)], policy="p")
    found = apply("--yes")
    assert (found.code, hub.writes) == (2, [])
    assert "README.md stands there already; expected each file once" in found.err


@pytest.mark.parametrize("answer", [(500, b"{}"), (200, b"no JSON"), (0, b"")])
def test_what_may_have_been_opened_is_looked_for_and_not_sent_again(
    hub: Hub, apply: Callable[..., Done], tmp_path: Path, slept: list[float], answer: tuple[int, bytes]
) -> None:
    swallow(hub, "acme/pot", *answer)
    found = apply("--yes")
    assert found.code == 4
    assert found.total == "4 repositories: 3 opened, 0 earlier, 0 declined, 0 moved, 0 failed, 1 in doubt, 0 left"
    assert "nobody knows whether a pull request was opened" in found.out[1]
    assert rows(tmp_path)["hf://acme/pot"] == "unknown"
    slept.clear()
    hub.fail("acme/pot/resolve|acme/pot/discussions", status=500, times=4)
    doubtful = apply("--yes")
    assert "1 in doubt" in doubtful.total
    again = apply("--yes")
    assert again.code == 0
    assert again.out[3] == "hf://acme/pot: opened URL/acme/pot/discussions/1"
    assert any(80 < pause <= 90 for pause in slept)
    assert "may still be taking what was sent before" in again.err
    assert {name: len(pulls(of(hub, name))) for name in NAMES} == dict.fromkeys(NAMES, 1)
    assert sum("acme/pot/commit" in item for item in hub.writes) == 1


def swallow(hub: Hub, name: str, status: int, body: bytes) -> None:
    """The next commit in a repository is taken, and the answer is lost."""
    answer = hub.answer

    def lost(asked: Asked) -> Reply:
        reply = answer(asked)
        if f"{name}/commit" not in asked.path:
            return reply
        hub.answer = answer  # type: ignore[method-assign]
        if not status:
            hub.fail(f"{name}/resolve", status=404, times=0)
            return Reply(200, b"{", {"Content-Length": "9"})
        return Reply(status, body, {})

    hub.answer = lost  # type: ignore[method-assign]


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """No answer is waited for longer than half a second."""
    monkeypatch.setattr("cardlint.hub.longest", lambda: 3)
    monkeypatch.setattr("cardlint.hub._LEAST_TO_WRITE", 0.5)


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("how", ["answer", "hang", "close", "truncate"])
def test_what_never_came_is_sent_again(hub: Hub, apply: Callable[..., Done], tmp_path: Path, slept: list[float], how: How) -> None:
    hub.fail("acme/pot/commit", how, times=1, seconds=5)
    assert "1 in doubt" in apply("--yes").total
    with closing(sqlite3.connect(tmp_path / "store.sqlite", isolation_level=None)) as connection:
        connection.execute("UPDATE pulls SET at = '2020-01-01T00:00:00+00:00'")
    slept.clear()
    assert apply("--yes").code == 0
    assert slept == []
    assert {name: len(pulls(of(hub, name))) for name in NAMES} == dict.fromkeys(NAMES, 1)


def test_one_that_nobody_answered_and_somebody_closed_is_not_opened_again(hub: Hub, apply: Callable[..., Done]) -> None:
    swallow(hub, "acme/pot", 500, b"{}")
    apply("--yes")
    of(hub, "pot").discussions[0]["status"] = "closed"
    assert "1 declined" in apply("--yes").total
    assert len(pulls(of(hub, "pot"))) == 1


def test_the_hub_asks_for_patience(hub: Hub, apply: Callable[..., Done], slept: list[float], tmp_path: Path) -> None:
    hub.fail("acme/kettle/commit", status=429, times=2, headers={"Retry-After": "168"})
    hub.fail("acme/pot/commit", status=429, times=3, headers={"Retry-After": "100"})
    hub.fail("acme/cup/commit", status=429, headers={"Retry-After": "100000"})
    found = apply("--yes", "--rate", "3600")
    assert found.total == "4 repositories: 2 opened, 0 earlier, 0 declined, 0 moved, 0 failed, 2 left"
    assert [pause for pause in slept if pause > 1] == [168, 168, 100, 100]
    assert "waiting 168 s (the Hub asks for it); 0 of 4 done" in found.err
    assert sorted(rows(tmp_path)) == ["hf://acme/jug", "hf://acme/kettle"]
    hub.faults.clear()
    assert apply("--yes").code == 0
    assert {name: len(pulls(of(hub, name))) for name in NAMES} == dict.fromkeys(NAMES, 1)


def test_while_one_waits_its_turn_another_may_be_opened(hub: Hub, apply: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(_: float) -> None:
        if not of(hub, "pot").discussions:
            opened(of(hub, "pot"), "linter", "cardlint: fix 3 findings", "", pull=True)
        of(hub, "jug").refs["refs/heads/main"] = of(hub, "cup").sha

    monkeypatch.setattr("time.sleep", slow)
    found = apply("--yes")
    assert found.out[1] == "hf://acme/pot: earlier URL/acme/pot/discussions/1"
    assert "1 moved" in found.total


@pytest.mark.parametrize(("pattern", "words"), [("/refs", "answered 502"), ("/resolve/", "answered 502"), ("/discussions", "answered 502")])
def test_an_outage_leaves_what_it_meets_for_the_next_run(
    hub: Hub, apply: Callable[..., Done], tmp_path: Path, pattern: str, words: str
) -> None:
    hub.fail(pattern, status=502)
    found = apply("--yes")
    assert (found.code, found.total) == (4, "4 repositories: 0 opened, 0 earlier, 0 declined, 0 moved, 0 failed, 4 left")
    assert words in found.out[0]
    assert rows(tmp_path) == {}
    hub.faults.clear()
    assert apply("--yes").code == 0


def test_ctrl_c_loses_nothing(hub: Hub, apply: Callable[..., Done], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr("time.sleep", interrupted)
        found = apply("--yes")
    assert found.code == 130
    assert (
        found.total
        == "4 repositories: 1 opened, 0 earlier, 0 declined, 0 moved, 0 failed, 3 left; interrupted, and the same command goes on"
    )
    assert apply("--yes").code == 0
    assert len(hub.writes) == 4


def test_a_token_that_may_write_is_needed_before_anything(hub: Hub, apply: Callable[..., Done], tmp_path: Path) -> None:
    asked = len(hub.asked)
    for token, role, words in ((None, "write", "opening a pull request needs a token"), (TOKEN, "read", "this token may only read")):
        hub.accounts[TOKEN] = Account("linter", role)
        found = apply("--yes", token=token)
        assert (found.code, found.out) == (2, [])
        assert words in found.err
    assert len(hub.asked) == asked + 1
    assert apply(token=OTHER_TOKEN).code == 0
    assert apply().code == 0
    for body in (b"[]", b"{}"):
        hub.fail("whoami", status=200, body=body, times=1)
        assert "lacks name" in apply("--yes").err
    for auth in ({}, {"auth": 3}, {"auth": {"accessToken": {"role": "fineGrained"}}}):
        hub.fail("whoami", status=200, body=json.dumps({"name": "linter", **auth}).encode(), times=1)
        assert apply().code == 0
    assert rows(tmp_path) == {}


def test_two_at_a_time_are_refused(apply: Callable[..., Done], tmp_path: Path) -> None:
    from filelock import FileLock

    with FileLock(f"{tmp_path / 'store.sqlite'}.apply.lock"):
        found = apply("--yes")
    assert found.code == 2
    assert "another `cardlint apply --yes` works with" in found.err
    assert apply("--yes").code == 0
    assert "4 opened" in apply().total


@pytest.mark.parametrize(
    ("arguments", "words"), [(["--rate", "0"], "--rate"), (["--rate", "99999"], "--rate"), (["--nothing"], "--nothing")]
)
def test_wrong_use(plan: Path, apply: Callable[..., Done], arguments: list[str], words: str) -> None:
    found = apply(*arguments)
    assert (found.code, found.out) == (2, [])
    assert words in found.err
    plan.unlink()
    assert "there is no plan" in apply().err


def test_what_a_plan_leaves_out_and_what_was_taken_out_of_it(hub: Hub, plan: Path, apply: Callable[..., Done]) -> None:
    found = list(proposals(hub))
    write_plan(plan, [found[0], found[1], found[2]._replace(refused="too \x1b[31m large")], policy="p")
    text = plan.read_text("utf-8")
    start, end = text.index('- repository: "hf://acme/pot"'), text.index("left_out:")
    plan.write_text(text[:start] + text[end:], "utf-8")
    done = apply()
    assert done.err == f"{plan} was made with 2 repositories and has 1\n"
    assert "The plan leaves out 1 repository with fixes; it says why at its end." in done.out


def test_datasets_spaces_and_old_names(hub: Hub, plan: Path, apply: Callable[..., Done]) -> None:
    hub.repos.clear()
    hub.add(Repo("acme/tea", {"README.md": CARD}, kind="dataset"))
    hub.add(Repo("acme/shop", {"README.md": CARD.replace(b"\r\n---\r\n#", b"\r\nsdk: static\r\n---\r\n#")}, kind="space"))
    old = hub.add(Repo("acme/old", {"README.md": CARD}))
    write_plan(plan, proposals(hub), policy="p")
    old.id, old.names = "acme/new", ("acme/old",)
    hub.add(old)
    found = apply("--yes")
    assert [line for line in found.out if "opened U" in line] == [
        "hf://datasets/acme/tea: opened URL/datasets/acme/tea/discussions/1",
        "hf://spaces/acme/shop: opened URL/spaces/acme/shop/discussions/1",
        "hf://acme/old: opened URL/acme/new/discussions/1",
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"# no frontmatter x-cardlint pull-requests",
        b"---\nx-cardlint: {pull-requests: true}\n---\n",
        b"---\nx-cardlint: pull-requests\n---\n",
    ],
)
def test_cards_that_ask_for_nothing(hub: Hub, apply: Callable[..., Done], content: bytes) -> None:
    repo = of(hub, "pot")
    sha = repo.commit({"README.md": content})
    from cardlint.hub import Hub as Client
    from cardlint.hubrepo import HubName, HubSource

    apply()
    assert applying.opted_out(HubSource(Client(), HubName("model", "acme/pot", sha))) is content.startswith(b"#")
    bare = repo.commit({})
    assert not applying.opted_out(HubSource(Client(), HubName("model", "acme/pot", bare)))


@pytest.mark.parametrize(
    "said",
    [
        "{pull-requests: false}",
        "{pull-requests: no}",
        '{pull-requests: "false"}',
        "\n  pull-requests: off",
        "{pull-requests: [x]}",
    ],
)
def test_whatever_is_said_of_pull_requests_but_true_is_a_wish_for_none(hub: Hub, apply: Callable[..., Done], said: str) -> None:
    from cardlint.hub import Hub as Client
    from cardlint.hubrepo import HubName, HubSource

    apply()
    for key in ("x-cardlint", '"x-card\\u006cint"'):
        sha = of(hub, "pot").commit({"README.md": f"---\n{key}: {said}\n---\n".encode()})
        assert applying.opted_out(HubSource(Client(), HubName("model", "acme/pot", sha)))


def test_a_repository_is_excepted_by_the_name_it_has_today_as_well(hub: Hub, plan: Path, apply: Callable[..., Done]) -> None:
    hub.repos.clear()
    old = hub.add(Repo("acme/old", {"README.md": CARD}))
    write_plan(plan, proposals(hub), policy="p")
    old.id, old.names = "acme/new", ("acme/old",)
    hub.add(old)
    for pattern in ("acme/new", "hf://acme/new", "acme/old"):
        found = apply("--yes", "--except", pattern)
        assert found.out[0] == f"hf://acme/old: declined: --except {pattern}"
    assert hub.writes == []


@pytest.mark.parametrize("number", [1, 2, 4])
@pytest.mark.parametrize("heard", [True, False])
def test_killed_while_it_sends(hub: Hub, plan: Path, tmp_path: Path, number: int, heard: bool) -> None:
    """A real process, killed at the moment the server has the N-th commit: taken or not, no repository gets a second one."""
    process: list[subprocess.Popen[bytes]] = []
    answer, seen = hub.answer, [0]

    def deadly(asked: Asked) -> Reply:
        if COMMIT not in asked.path or asked.method != "POST":
            return answer(asked)
        seen[0] += 1
        if seen[0] == number:
            process[0].send_signal(signal.SIGKILL)
            if not heard:
                return Reply(500, b"", {})
        return answer(asked)

    hub.answer = deadly  # type: ignore[method-assign]
    command = [sys.executable, "-c", _IMPATIENT, "apply", str(plan), "--yes", "--store", str(tmp_path / "store.sqlite")]
    environment = hub.environment(tmp_path / "hf")
    with (tmp_path / "out").open("wb") as out:
        process.append(subprocess.Popen(command, env=environment, stdout=out, stderr=out))
        assert process[0].wait(120) == -signal.SIGKILL
    again = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert again.returncode == 0, again.stdout + again.stderr
    assert "4 repositories: 4 opened, 0 earlier, 0 declined, 0 moved, 0 failed, 0 left" in again.stdout
    assert {name: len(pulls(of(hub, name))) for name in NAMES} == dict.fromkeys(NAMES, 1)
    for name in NAMES:
        (ref,) = pulls(of(hub, name))
        assert of(hub, name).commits[of(hub, name).refs[ref]].files["README.md"] == MENDED
