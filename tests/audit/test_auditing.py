"""The audit of an organisation, through the real command in this process, against the tests' Hub."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from auditing import CARD, Auditor, prepare
from filelock import FileLock
from hub.server import TOKEN, Account, Hub
from hub.store import Repo

from cardlint.audit import judge, proposing
from cardlint.audit.progress import Progress
from cardlint.audit.store import Store
from cardlint.cli import run
from cardlint.errors import UsageError
from cardlint.locate import data_folder

if TYPE_CHECKING:
    from cardlint.audit.standing import Outcome, Standing
    from cardlint.report import Target
    from cardlint.target import Located

GOOD = b"---\nlicense: mit\n---\n# Good\n"
SUPPRESSING = b"---\nlicense: apache2\nx-cardlint: {ignore: {license-unknown: we know}}\n---\n# Kettle\n"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub(
        Repo("acme/kettle", {"README.md": CARD, "config.json": b"{}"}),
        Repo("acme/birds", {"README.md": GOOD}, kind="dataset"),
        Repo("acme/show", {"README.md": b"---\nsdk: static\nlicense: mit\n---\n"}, kind="space"),
        Repo("other/thing", {"README.md": CARD}),
    ) as made:
        yield made


@pytest.fixture
def audit(hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Auditor:
    prepare(monkeypatch, hub, tmp_path)
    return Auditor(hub, tmp_path, capsys)


LICENSES = ("--select", "license-unknown,license-missing")


def test_every_repository_is_in_the_report_once(audit: Auditor) -> None:
    done = audit("acme", *LICENSES)
    assert done.code == 1
    assert [target["target"] for target in done.report["targets"]] == [
        "hf://acme/kettle",
        "hf://datasets/acme/birds",
        "hf://spaces/acme/show",
    ]
    assert [finding["rule"] for finding in done.targets["hf://acme/kettle"]["findings"]] == ["license-unknown"]
    assert done.report["audit"]["outcomes"] == {"audited": 3, "skipped": 0, "failed": 0, "pending": 0}
    assert done.report["summary"]["error"] == 1
    assert "3 repositories (1 model, 1 dataset, 1 Space), policy recommended, depth metadata" in done.out
    assert "1 error in 1 of 3 repositories" in done.out
    jsonschema.validate(done.report, json.loads((data_folder("schemas") / "report.schema.json").read_text()))


def test_the_listing_alone_is_asked_where_rules_need_no_more(audit: Auditor) -> None:
    assert len([path for path in audit("acme", *LICENSES).asked if "resolve" in path or "revision" in path]) == 0
    again = audit("acme", *LICENSES)
    assert "3 of 3 repositories are unchanged or were done before" in again.err
    assert "3 in all unchanged" in again.out
    assert "0 new, 0 gone" in again.out


def test_a_card_is_one_request_and_what_has_not_changed_is_none(audit: Auditor, hub: Hub) -> None:
    first = audit("acme", "--depth", "card")
    assert sum("/resolve/" in path for path in first.asked) == 3
    place = first.targets["hf://acme/kettle"]["findings"]
    assert {finding["line"] for finding in place if finding["rule"] == "license-unknown"} == {2}
    assert sum("/resolve/" in path for path in audit("acme", "--depth", "card").asked) == 0
    hub.repos["model", "acme/kettle"].commit({"README.md": CARD.replace(b"apache2", b"mit")})
    third = audit("acme", "--depth", "card")
    assert [path for path in third.asked if "/resolve/" in path] == [
        f"GET /acme/kettle/resolve/{hub.repos['model', 'acme/kettle'].sha}/README.md"
    ]
    assert "1 gone" in third.out


def test_a_gate_that_opens_is_a_change_without_a_commit(audit: Auditor, hub: Hub) -> None:
    hub.repos["model", "acme/kettle"].gated = "manual"
    closed = audit("acme", "--depth", "card")
    assert closed.code == 4
    assert closed.report["audit"]["outcomes"]["skipped"] == 1
    assert "is gated" in closed.out
    assert sum("/resolve/" in path for path in audit("acme", "--depth", "card").asked) == 0
    hub.repos["model", "acme/kettle"].gated = False
    opened = audit("acme", "--depth", "card")
    assert opened.code == 1
    assert sum("/resolve/" in path for path in opened.asked) == 1


def test_rules_deeper_than_asked_for_are_not_applicable(audit: Auditor) -> None:
    done = audit("acme", "--depth", "metadata")
    target = done.targets["hf://acme/kettle"]
    assert {"section-missing", "pickle-unvetted", "token-leaked"} <= {*target["not_applicable"]}
    assert target["skipped"] == []
    assert not any("resolve" in path for path in done.asked)


def test_a_whole_audit_reads_what_a_check_reads(audit: Auditor, tmp_path: Path) -> None:
    done = audit("acme")
    report = tmp_path / "checked.json"
    assert run(["check", "hf://acme/kettle", "--output-format", f"json={report}"]) == 1
    (checked,) = json.loads(report.read_text())["targets"]
    assert done.targets["hf://acme/kettle"] == checked


def test_a_fresh_run_looks_at_everything_anew(audit: Auditor) -> None:
    audit("acme", "--depth", "card")
    assert sum("/resolve/" in path for path in audit("acme", "--depth", "card", "--fresh").asked) == 3
    assert sum("/resolve/" in path for path in audit("acme", "--depth", "card").asked) == 0


def test_what_is_older_than_asked_for_is_looked_at_anew(audit: Auditor) -> None:
    audit("acme", "--depth", "card")
    with audit.store() as store:
        store.connection.execute("UPDATE results SET made = '2020-01-01T00:00:00+00:00'")
    assert sum("/resolve/" in path for path in audit("acme", "--depth", "card", "--max-age", "30").asked) == 3
    assert sum("/resolve/" in path for path in audit("acme", "--depth", "card", "--max-age", "30").asked) == 0


def test_the_last_run_is_reported_without_asking(audit: Auditor) -> None:
    first = audit("acme", *LICENSES)
    again = audit("acme", *LICENSES, "--last")
    assert (again.report, again.code, again.asked) == (first.report, first.code, [])
    never = audit("acme", "--last")
    assert never.code == 2
    assert "holds no finished run of this command" in never.err
    for other in (("--fresh",), ("--plan-fixes", "plan.yaml")):
        assert audit("acme", "--last", *other).code == 2


def test_a_server_that_fails_is_asked_again_and_what_stays_unread_is_failed(audit: Auditor, hub: Hub) -> None:
    hub.fail("/acme/kettle/resolve/", status=500, times=5)
    hub.fail("/birds/resolve/", status=503, times=float("inf"))
    done = audit("acme", "--depth", "card")
    assert done.code == 4
    assert done.report["audit"]["outcomes"] == {"audited": 2, "skipped": 0, "failed": 1, "pending": 0}
    assert "are asked for again" in done.err
    hub.faults.clear()
    assert [path.split("/")[3] for path in audit("acme", "--depth", "card").asked if "/resolve/" in path] == ["birds"]


def test_what_cannot_be_listed_makes_the_audit_incomplete(audit: Auditor, hub: Hub) -> None:
    hub.fail("/api/datasets", status=500, times=float("inf"))
    done = audit("acme", *LICENSES)
    assert done.code == 4
    assert len(done.report["targets"]) == 2
    assert "not listed: the datasets of acme" in done.out
    assert done.report["audit"]["unlisted"][0]["what"] == "the datasets of acme"


def test_findings_of_what_could_not_be_listed_are_not_gone(audit: Auditor, hub: Hub) -> None:
    audit("acme", *LICENSES)
    hub.fail("/api/models", status=500, times=float("inf"))
    assert "0 new, 0 gone" in audit("acme", *LICENSES).out
    hub.faults.clear()
    assert "0 new, 0 gone" in audit("acme", *LICENSES).out


def test_a_repository_the_hub_disabled_or_that_is_empty_is_skipped(audit: Auditor, hub: Hub) -> None:
    hub.repos["model", "acme/kettle"].disabled = True
    hub.add(Repo("acme/empty", more={"sha": None}))
    done = audit("acme", *LICENSES)
    assert done.code == 4
    assert done.report["audit"]["outcomes"] == {"audited": 2, "skipped": 2, "failed": 0, "pending": 0}
    assert "… is disabled by the Hub" in done.out
    assert "it has no commit" in done.out
    assert done.targets["hf://acme/empty"]["skipped"] != []


def test_several_targets_make_one_audit(audit: Auditor, tmp_path: Path) -> None:
    checkout = tmp_path / "checkouts" / "local"
    checkout.mkdir(parents=True)
    (checkout / "README.md").write_bytes(CARD.replace(b"license", b"task_categories: [text-classification]\nlicense"))
    done = audit("acme", "hf://other/thing", str(tmp_path / "checkouts"), *LICENSES)
    assert len(done.report["targets"]) == 5
    assert [item["rule"] for item in done.targets[str(checkout)]["findings"]] == ["license-unknown"]
    with audit.store() as store:
        rows = store.connection.execute(
            "SELECT license, kind FROM outcomes JOIN repositories ON id = repository WHERE name = ?", (str(checkout),)
        )
        assert tuple(rows.fetchone()) == ("apache2", "dataset")


def test_checkouts_do_not_silence_their_auditor_unless_trusted(audit: Auditor, tmp_path: Path) -> None:
    checkouts = tmp_path / "checkouts"
    for name in ("a", "b"):
        (checkouts / name).mkdir(parents=True)
        (checkouts / name / "README.md").write_bytes(SUPPRESSING)
    (checkouts / "b" / ".cardlint.yaml").write_text("rules: {license-unknown: warning}\n")
    (checkouts / "c").mkdir()
    (checkouts / "c" / "README.md").write_bytes(CARD)
    (checkouts / "c" / ".cardlint.yaml").write_text("nonsense: true\n")
    select = ("--select", "license-unknown")
    assert audit(str(checkouts), *select).report["summary"]["error"] == 3
    trusted = audit(str(checkouts), *select, "--trust-config")
    assert trusted.code == 4
    assert (trusted.report["summary"]["error"], trusted.report["summary"]["suppressed"]) == (1, 2)
    assert trusted.report["audit"]["honoured"] == [
        {"target": str(checkouts / "a"), "what": ["1 suppression"]},
        {"target": str(checkouts / "b"), "what": [".cardlint.yaml", "1 suppression"]},
    ]
    assert "configuration or suppressions were obeyed" in trusted.out
    assert 'unknown key "nonsense"' in trusted.out


def test_the_configuration_of_repositories_on_the_hub_is_obeyed_where_trusted(audit: Auditor, hub: Hub) -> None:
    hub.add(Repo("acme/own", {"README.md": SUPPRESSING, ".cardlint.yaml": b"rules: {task-missing: error}\n"}))
    hub.add(Repo("acme/wrong", {"README.md": GOOD, ".cardlint.yaml": b"rules: [\n"}))
    plain = audit("hf://acme/own")
    assert {"license-unknown": "error", "task-missing": "warning"}.items() <= {
        item["rule"]: item["severity"] for item in plain.targets["hf://acme/own"]["findings"]
    }.items()
    trusted = audit("hf://acme/own", "hf://acme/wrong", "--trust-config")
    found = {item["rule"]: item for item in trusted.targets["hf://acme/own"]["findings"]}
    assert found["task-missing"]["severity"] == "error"
    assert found["license-unknown"]["suppressed"]["kind"] == "inline"
    assert trusted.report["audit"]["honoured"] == [{"target": "hf://acme/own", "what": [".cardlint.yaml", "1 suppression"]}]
    assert ".cardlint.yaml" in trusted.targets["hf://acme/wrong"]["skipped"][0]["reason"]


def test_a_reader_that_leaves_changes_no_exit_code(audit: Auditor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Gone:
        encoding = "utf-8"

        def write(self, _: str) -> None:
            raise BrokenPipeError

    audit.hub.repos["model", "acme/kettle"].disabled = True
    left: list[bool] = []
    monkeypatch.setattr("sys.stdout", Gone())
    monkeypatch.setattr("cardlint.cli.printing.hang_up", lambda: left.append(True))
    command = ["audit", "acme", *LICENSES, "--store", str(tmp_path / "s")]
    assert [run(command), run([*command, "--dry-run"])] == [4, 0]
    assert left == [True, True]


def test_json_has_what_an_encoding_lacks_as_escapes(audit: Auditor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    audit.hub.add(Repo("acme/odd", {"README.md": "---\nlicense: é😀\n---\n".encode()}))
    held = io.BytesIO()
    monkeypatch.setattr("sys.stdout", io.TextIOWrapper(held, "ascii"))
    assert run(["audit", "acme", *LICENSES, "--store", str(tmp_path / "s"), "--output-format", "json"]) == 1
    found = {target["target"]: target for target in json.loads(held.getvalue())["targets"]}
    assert "é😀" in found["hf://acme/odd"]["findings"][0]["message"]


def test_a_checkout_whose_name_is_no_utf8_is_looked_at(audit: Auditor, tmp_path: Path) -> None:
    for name in (b"\xff odd", b"plain"):
        folder = tmp_path / "checkouts" / os.fsdecode(name)
        folder.mkdir(parents=True)
        (folder / "README.md").write_bytes(CARD)
    done = audit(str(tmp_path / "checkouts"), "--select", "license-unknown")
    assert (done.code, done.report["summary"]["error"]) == (1, 2)
    assert [Path(name).name for name in done.targets] == ["\udcff odd", "plain"]
    same = tmp_path / "checkouts" / "\\udcff odd"
    same.mkdir()
    (same / "README.md").write_bytes(CARD)
    assert audit(str(tmp_path / "checkouts"), "--select", "license-unknown").code == 2


def test_reports_of_audits_are_compared(audit: Auditor, hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    reports = []
    for name in ("old", "new"):
        hub.repos["model", "acme/kettle"].disabled = name == "new"
        reports.append(tmp_path / f"{name}.json")
        reports[-1].write_text(json.dumps(audit("acme", *LICENSES).report))
    capsys.readouterr()
    assert run(["diff", *map(str, reports)]) == 4
    said = capsys.readouterr().out
    assert "NEW is incomplete: 1 repository skipped;" in said
    assert "hf://acme/kettle: coverage was audited, is skipped" in said
    broken = json.loads(reports[0].read_text())
    broken["audit"] |= {"unlisted": [{"what": "the Spaces of acme", "reason": "no answer"}]}
    reports[0].write_text(json.dumps(broken))
    assert run(["diff", *map(str, reports)]) == 4
    assert "OLD is incomplete: the Spaces of acme: no answer;" in capsys.readouterr().out
    broken["audit"] |= {"depth": "bottomless"}
    reports[0].write_text(json.dumps(broken))
    assert run(["diff", *map(str, reports)]) == 2


def test_many_checkouts_are_looked_at_by_several_processes(audit: Auditor, tmp_path: Path) -> None:
    for number in range(20):
        folder = tmp_path / "checkouts" / f"r{number:02}"
        folder.mkdir(parents=True)
        (folder / "README.md").write_bytes(CARD)
    done = audit(str(tmp_path / "checkouts"), "--select", "license-unknown", "--jobs", "2")
    assert done.report["summary"]["error"] == 20
    assert len(done.targets) == 20


def test_what_the_hub_cannot_read_is_not_said_to_be_missing_without_a_doubt(audit: Auditor, hub: Hub) -> None:
    hub.add(Repo("acme/broken", {"README.md": b"---\nlicense: mit\nx: [\n---\n# A\n"}))
    hub.add(Repo("acme/bare", {"README.md": b"---\nx: 1\n---\n"}))
    chosen = ("--select", "license-missing,frontmatter/", "--depth")
    doubted = {name: target["findings"] for name, target in audit("acme", *chosen, "metadata").targets.items()}
    assert doubted["hf://acme/broken"][0]["message"].endswith("; the Hub reads no metadata in this card: there is none, or it is broken")
    for name, depth in (("hf://acme/bare", "metadata"), ("hf://acme/broken", "card"), ("hf://acme/bare", "card")):
        for finding in audit("acme", *chosen, depth).targets[name]["findings"]:
            assert "reads no metadata" not in finding["message"]


DEADLY = """
import os, sys
from cardlint.audit import judge
from cardlint.cli import run

real = judge.check_target

def check_target(located, *rest, **more):
    if located.shown.endswith(("r07", "r16")):
        os._exit(9)
    return real(located, *rest, **more)

judge.check_target = check_target  # in the processes as well, which begin with this file
if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
"""


@pytest.mark.parametrize("jobs", ["2", "1"])
def test_a_checkout_that_ends_its_process_leaves_the_others(tmp_path: Path, jobs: str) -> None:
    for number in range(24):
        folder = tmp_path / "checkouts" / f"r{number:02}"
        folder.mkdir(parents=True)
        (folder / "README.md").write_bytes(CARD)
    (tmp_path / "deadly.py").write_text(DEADLY)
    (tmp_path / "owners.yaml").write_text('owners: {"*": team}\n')
    command = (
        f"deadly.py audit ./checkouts --select license-unknown --jobs {jobs} --store store.sqlite --owners owners.yaml --output-format json"
    )
    done = subprocess.run([sys.executable, *command.split()], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "a process died" in done.stderr
    report = json.loads(done.stdout)
    assert report["audit"]["outcomes"] == {"audited": 22, "skipped": 0, "failed": 2, "pending": 0}
    fatal = [target for target in report["targets"] if target["failed"]]
    assert [target["target"][-3:] for target in fatal] == ["r07", "r16"]
    assert "the process that looked at it died" in fatal[0]["failed"][0]["error"]
    with closing(sqlite3.connect(tmp_path / "store.sqlite")) as connection:
        assert connection.execute("SELECT DISTINCT owner FROM outcomes").fetchall() == [("team",)]


def test_where_no_process_can_be_started_it_is_said(audit: Auditor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("concurrent.futures.process.ProcessPoolExecutor.submit", refused)
    for number in range(16):
        folder = tmp_path / "checkouts" / f"r{number:02}"
        folder.mkdir(parents=True)
        (folder / "README.md").write_bytes(CARD)
    done = audit(str(tmp_path / "checkouts"), "--select", "license-unknown")
    assert done.code == 2
    assert "no process can be started (Resource temporarily unavailable); --jobs asks for fewer of them" in done.err


def test_a_defect_of_ours_in_one_repository_leaves_the_others(audit: Auditor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = judge.check_target

    def broken(located: object, *rest: object, **more: object) -> object:
        if "kettle" in str(located) or "local" in str(located):
            raise ZeroDivisionError("oh")
        return real(located, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(judge, "check_target", broken)
    (tmp_path / "local").mkdir()
    (tmp_path / "local" / "README.md").write_bytes(CARD)
    done = audit("acme", f"{tmp_path}/local", *LICENSES)
    assert done.code == 3
    assert done.report["audit"]["outcomes"] == {"audited": 2, "skipped": 0, "failed": 2, "pending": 0}
    assert "internal error, please report it: ZeroDivisionError: oh" in done.out


def test_filters_leave_out_and_say_how_many(audit: Auditor) -> None:
    done = audit("acme", *LICENSES, "--kind", "model", "--kind", "space", "--name", "*/show")
    assert [*done.targets] == ["hf://spaces/acme/show"]
    assert "1 more were left out by the filters" in done.out
    assert done.report["audit"]["left_out"] == 1


def test_owners_are_noted(audit: Auditor, tmp_path: Path) -> None:
    owners = tmp_path / "owners.yaml"
    owners.write_text("owners: {acme/*: kitchen}\n")
    audit("acme", *LICENSES, "--owners", str(owners))
    with audit.store() as store:
        assert {row[0] for row in store.connection.execute("SELECT owner FROM outcomes")} == {"kitchen"}


def test_another_audit_of_the_same_store_is_refused(audit: Auditor) -> None:
    with FileLock(f"{audit.path}.lock"):
        done = audit("acme")
    assert done.code == 2
    assert "another audit is writing to" in done.err


def test_what_stops_an_audit_keeps_what_is_done(audit: Auditor, monkeypatch: pytest.MonkeyPatch) -> None:
    from cardlint.audit.store import Store
    from cardlint.cli import auditing

    real, count = Store.record, iter(range(9))

    def record(self: Store, run: int, outcome: object) -> None:
        if next(count) == 1:
            raise KeyboardInterrupt
        real(self, run, outcome)  # type: ignore[arg-type]

    left: list[int] = []
    monkeypatch.setattr(Store, "record", record)
    monkeypatch.setattr(auditing.os, "_exit", left.append)
    stopped = audit("acme", "--depth", "card", "--jobs", "1")
    assert left == [130]
    assert (stopped.code, stopped.report) == (130, {})
    assert "the same command goes on from there" in stopped.err
    monkeypatch.setattr(Store, "record", real)
    done = audit("acme", "--depth", "card")
    assert sum("/resolve/" in path for path in done.asked) == 2
    assert "1 of 3 repositories are unchanged or were done before" in done.err
    with audit.store() as store:
        assert store.connection.execute("SELECT count(*) FROM runs").fetchone()[0] == 1


def test_a_token_that_may_write_is_discouraged(audit: Auditor, hub: Hub) -> None:
    first = audit("acme", *LICENSES)
    assert "may write" in first.err
    assert "GET /api/whoami-v2" in first.asked
    again = audit("acme", *LICENSES)
    assert "may write" not in again.err
    assert len(again.asked) == 3  # the listings alone
    hub.accounts[TOKEN] = Account("acme", "read")
    assert "may write" not in audit("acme", *LICENSES, "--kind", "model").err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("acme", "--output-format", "yaml"), 'there is no output format "yaml"'),
        (("acme", "--output-format", "json", "--output-format", "json"), "two reports would share standard output"),
        (("acme", "--output-format", "json="), "names no file"),
        (("acme", "--export", "xml=a"), "expected jsonl=FOLDER"),
        (("acme", "--policy", "nonsense"), "nonsense"),
        (("./nowhere",), "does not exist"),
        (("acme", "--owners", "/nowhere/owners.yaml"), "cannot be read"),
        (("acme", "--modified-since", "soon"), "soon"),
    ],
)
def test_wrong_arguments_are_told_before_anything_is_asked(audit: Auditor, arguments: tuple[str, ...], said: str) -> None:
    audit.capsys.readouterr()
    assert run(["audit", *arguments, "--store", str(audit.path)]) == 2
    assert said in audit.capsys.readouterr().err
    assert audit.hub.asked == []
    assert not audit.path.exists()


def test_a_report_that_cannot_be_written_is_told(audit: Auditor) -> None:
    assert run(["audit", "acme", "--store", str(audit.path), "--output-format", f"json={audit.home}/nowhere/x.json"]) == 2
    assert "cannot be written" in audit.capsys.readouterr().err


def test_ctrl_c_in_a_real_process(audit: Auditor, hub: Hub, tmp_path: Path) -> None:
    hub.fail("/kettle/resolve/", "hang", times=float("inf"), seconds=60)
    command = [sys.executable, "-m", "cardlint", "audit", "acme", "--depth", "card", "--store", str(audit.path)]
    environment = {**hub.environment(tmp_path / "hf"), "HF_HUB_DOWNLOAD_TIMEOUT": "60"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment) as process:
        try:
            _await(lambda: any("/kettle/resolve/" in item.path for item in hub.asked) and _results(audit) == 2)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=20)
        finally:
            process.kill()
    assert process.returncode == 130
    assert "the same command goes on from there" in err
    hub.faults.clear()
    hub.asked.clear()
    subprocess.run(command, capture_output=True, env=environment, check=False)
    assert ["kettle" in item.path for item in hub.asked if "/resolve/" in item.path] == [True]


def _await(holds: Callable[[], bool]) -> None:
    """Wait until something holds, no longer than anybody would."""
    ends = time.monotonic() + 120
    while not holds():
        assert time.monotonic() < ends
        time.sleep(0.05)


def _results(audit: Auditor) -> int:
    """How many repositories are noted, as somebody sees it who looks on."""
    try:
        with closing(sqlite3.connect(f"file:{audit.path}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM results").fetchone()[0])
    except sqlite3.OperationalError:  # it is not made yet
        return 0


def test_progress_on_a_terminal_and_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    clock = iter(range(0, 10_000, 20))
    monkeypatch.setattr("cardlint.audit.progress.time.monotonic", lambda: float(next(clock)))
    for stream in (Terminal(), io.StringIO()):
        progress = Progress(stream)
        progress.start(100, 10)
        for _ in range(30):
            progress.done("audited")
        progress.wait("the Hub's limit on pages is reached: waiting 10 s")
        progress.wait("the Hub's limit on pages is reached: waiting 9 s")
        progress.done("failed")
        progress.end()
        said = stream.getvalue()
        assert "10 of 100 repositories are unchanged" in said
        assert "40 of 100 · about " in said
        assert "1 failed" in said
        assert ("\r" in said) == stream.isatty()
    quiet = io.StringIO()
    Progress(quiet, quiet=True).say("x")
    Progress(None).done("audited")
    assert quiet.getvalue() == ""


def test_progress_counts_what_is_tried_again_once_and_promises_no_end_that_does_not_come(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("cardlint.audit.progress.time.monotonic", lambda: now)
    progress = Progress(io.StringIO())
    progress.start(101, 0)
    for _ in range(98):
        now += 1
        progress.done("audited")
    for _ in range(2):
        progress.done("failed")
    progress.again(2)
    assert progress.line() == "98 of 101 · about 3 s left"
    progress.done("audited")
    progress.done("failed")
    assert progress.line() == "100 of 101 · 1 failed · about 1 s left"
    now += 300
    assert progress.line() == "100 of 101 · 1 failed · about 5 min left"


def test_progress_survives_who_listens() -> None:
    stream = io.StringIO()
    progress = Progress(stream)
    stream.close()
    progress.say("anybody?")
    progress.say("nobody")
    assert "0 of 0" in progress.line()


def test_a_store_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    import sqlite3

    from cardlint.audit.store import Store

    other = tmp_path / "other.sqlite"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE mine (a)")
    connection.close()
    (tmp_path / "text").write_text("no database at all, but a text that is long enough to be taken for one" * 20)
    for path in (other, tmp_path / "text", tmp_path, tmp_path / "text" / "below"):
        with pytest.raises(UsageError, match=r"another program|cannot be used as a store"):
            Store(path)
    with pytest.raises(UsageError, match="there is no store of audits"):
        Store(tmp_path / "none", new=False)


def test_a_plan_of_fixes_is_written_and_carried_out(audit: Auditor, hub: Hub, tmp_path: Path) -> None:
    hub.add(Repo("acme/spelt", {"README.md": b"---\nlicense: MIT\n---\n# Spelt\n"}))
    plan = tmp_path / "fixes.yaml"
    done = audit("acme", "--depth", "card", "--plan-fixes", str(plan))
    assert "what safe fixes would change in" in done.err
    text = plan.read_text()
    assert "hf://acme/spelt" in text
    assert "+license: mit" in text
    again = audit("acme", "--depth", "card", "--plan-fixes", str(plan))
    assert plan.read_text().replace(" ", "") != ""
    assert "unchanged" in again.err
    audit.capsys.readouterr()
    code = run(["apply", str(plan), "--store", str(audit.path)])
    said = audit.capsys.readouterr()
    assert code == 0, said
    assert "hf://acme/spelt" in said.out
    assert hub.writes == []


def test_a_plan_that_cannot_be_written_is_told_before_anything_is_asked(audit: Auditor, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("not a plan")
    done = audit("acme", "--plan-fixes", str(tmp_path / "mine.txt"))
    assert (done.code, done.asked) == (2, [])


def test_checkouts_have_no_place_in_a_plan_of_pull_requests(audit: Auditor, tmp_path: Path) -> None:
    (tmp_path / "checkouts" / "x").mkdir(parents=True)
    (tmp_path / "checkouts" / "x" / "README.md").write_bytes(b"---\nlicense: MIT\n---\n")
    done = audit(str(tmp_path / "checkouts"), "--plan-fixes", str(tmp_path / "plan.yaml"))
    assert "1 checkout has fixes and no place in the plan: cardlint check --fix FOLDER writes them" in done.err


def test_a_listing_says_nothing_of_configurations_and_fixes(audit: Auditor, tmp_path: Path) -> None:
    for option in (("--trust-config",), ("--plan-fixes", str(tmp_path / "plan.yaml"))):
        done = audit("acme", "--depth", "metadata", *option)
        assert (done.code, done.asked) == (2, [])
        assert f"{option[0]} reads cards" in done.err


def test_a_configuration_is_no_deeper_than_a_card(audit: Auditor, hub: Hub) -> None:
    hub.add(Repo("acme/own", {"README.md": CARD, ".cardlint.yaml": b"rules: {section-missing: error}\n"}))
    done = audit("hf://acme/own", "--depth", "card", "--trust-config")
    assert {item["severity"] for item in done.targets["hf://acme/own"]["findings"] if item["rule"] == "section-missing"} == {"error"}


def test_what_the_hub_said_today_is_asked_again_by_a_fresh_run(audit: Auditor) -> None:
    def infos(*arguments: str) -> int:
        return sum("/revision/" in path for path in audit("acme", "--select", "repository-flagged", *arguments).asked)

    assert (infos(), infos(), infos("--fresh"), infos("--fresh")) == (3, 0, 3, 3)


def test_the_other_reports(audit: Auditor, tmp_path: Path) -> None:
    audit("acme", *LICENSES)
    for name, said in (("markdown", "| "), ("concise", "error[license-unknown]"), ("html", "<!doctype html>")):
        report = tmp_path / f"report.{name}"
        arguments = ["audit", "acme", *LICENSES, "--store", str(audit.path), "--last", "--output-format", f"{name}={report}"]
        assert run([*arguments, "--export", f"csv={tmp_path}/tables"]) == 1
        assert said in report.read_text()
    assert (tmp_path / "tables" / "findings.csv").read_text().count('"license-unknown"') == 1


def test_a_dry_run_shows_what_would_be_asked(audit: Auditor) -> None:
    arguments = ["audit", "acme", "--depth", "card", "--dry-run", "--store", str(audit.path)]
    assert run(arguments) == 0
    assert "3 repositories" in audit.capsys.readouterr().out
    assert run([*arguments, "--output-format", "json"]) == 0
    assert json.loads(audit.capsys.readouterr().out)["requests"]["resolvers"]["least"] == 3
    for more in (("--output-format", "html"), ("--export", "csv=out"), ("--plan-fixes", "fixes.jsonl"), ("--last",)):
        assert run([*arguments, *more]) == 2
    assert not audit.path.exists()
    assert not any("/resolve/" in item.path for item in audit.hub.asked)


@pytest.mark.parametrize("lost", ["/resolve/.*safetensors", "/resolve/.*pkl", "/api/models/big/base"])
def test_what_the_hub_did_not_give_is_asked_for_again_in_this_run_and_the_next(audit: Auditor, hub: Hub, lost: str) -> None:
    files = {
        "README.md": b"---\nlicense: mit\nbase_model: big/base\n---\n",
        "model.safetensors": b"\x02\0\0\0\0\0\0\0{}",
        "a.pkl": b"\x80\x02N.",
    }
    hub.add(Repo("acme/tune", files))
    hub.add(Repo("big/base", {"README.md": GOOD}))
    rules = ("hf://acme/tune", "--select", "format-dangerous,base-model-missing,license-exceeds-upstream")
    hub.fail(lost, times=13)
    done = audit(*rules)
    assert (done.code, done.report["audit"]["outcomes"]["failed"]) == (4, 1)
    assert "are asked for again" in done.err
    assert audit(*rules).report["audit"]["outcomes"]["audited"] == 1
    hub.fail(lost, times=4)
    assert audit(*rules, "--fresh").report["audit"]["outcomes"]["audited"] == 1


def test_names_that_are_no_repositories_make_none(audit: Auditor, hub: Hub) -> None:
    audit("acme", *LICENSES)
    hub.repos.clear()
    for target in ("nobody", "hf://collections/acme/none", "acme"):
        done = audit(target, *LICENSES)
        assert (done.code, done.report["targets"]) == (4, [])
        assert len(done.report["audit"]["unlisted"]) == 1
    assert "0 new, 0 gone" in done.out
    assert run(["audit", "acme", *LICENSES, "--last", "--store", str(audit.path), "--output-format", "concise"]) == 4
    assert audit.capsys.readouterr().out == "acme: not listed: there is no organisation or user acme on the Hub\n"


def test_a_folder_whose_name_is_no_text_is_not_forgotten(audit: Auditor, tmp_path: Path) -> None:
    for name in (b"good", b"b\xffd"):
        place = tmp_path / "checkouts" / os.fsdecode(name)
        place.mkdir(parents=True)
        (place / "README.md").write_bytes(GOOD)
    done = audit(str(tmp_path / "checkouts"), *LICENSES)
    assert (done.code, len(done.report["targets"])) == (0, 2)
    assert done.report["targets"][0]["target"].endswith(os.fsdecode(b"b\xffd"))


def test_the_same_words_in_another_folder_are_another_audit(audit: Auditor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, card in (("here", CARD), ("there", GOOD)):
        (tmp_path / name / "checkouts" / "x").mkdir(parents=True)
        (tmp_path / name / "checkouts" / "x" / "README.md").write_bytes(card)
    monkeypatch.chdir(tmp_path / "here")
    assert audit("./checkouts", *LICENSES).code == 1
    monkeypatch.chdir(tmp_path / "there")
    assert "holds no finished run of this command" in audit("./checkouts", *LICENSES, "--last").err
    assert "gone" not in audit("./checkouts", *LICENSES).out


def test_a_folder_that_goes_away_leaves_the_others(audit: Auditor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        (tmp_path / "checkouts" / name).mkdir(parents=True)
        (tmp_path / "checkouts" / name / "README.md").write_bytes(GOOD)
    real = judge.of_folder

    def of_folder(it: Standing, terms: judge.Terms, path: str) -> Outcome:
        if it.name.endswith("a"):
            shutil.rmtree(path)
        return real(it, terms, path)

    monkeypatch.setattr(judge, "of_folder", of_folder)
    done = audit(str(tmp_path / "checkouts"), *LICENSES)
    assert done.code == 4
    assert done.report["audit"]["outcomes"] == {"audited": 1, "skipped": 0, "failed": 1, "pending": 0}


def test_a_store_that_breaks_under_way_is_no_defect_of_ours(audit: Auditor, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Store, "record", full)
    done = audit("acme", *LICENSES)
    assert done.code == 2
    assert f"{audit.path} cannot be read or written any further (database or disk is full)" in done.err


def test_processes_that_look_at_checkouts_end_with_the_audit(tmp_path: Path) -> None:
    program = (
        "import multiprocessing, sys, time\nfrom concurrent.futures import ProcessPoolExecutor\nfrom os import getpid\n"
        "from cardlint.audit.running import _follow\n"
        "if __name__ == '__main__':\n"
        "    pool = ProcessPoolExecutor(1, multiprocessing.get_context('spawn'), _follow)\n"
        "    print(pool.submit(getpid).result(), flush=True)\n    time.sleep(60)\n"
    )
    (tmp_path / "program.py").write_text(program)
    with subprocess.Popen([sys.executable, str(tmp_path / "program.py")], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        os.kill(worker, signal.SIGINT)
        parent.kill()
        assert parent.stdout.read() == ""  # nobody holds the other end any more
    for _ in range(100):
        if not Path(f"/proc/{worker}").exists():
            break
        time.sleep(0.1)
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


def test_a_plan_of_fixes_goes_on_where_one_repository_breaks(
    audit: Auditor, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.add(Repo("acme/urn", {"README.md": CARD}))
    real = proposing.check_target

    def check_target(located: Located, *given: Any, **more: Any) -> Target:
        if located.name.endswith("kettle"):
            raise ValueError("a defect of ours")
        return real(located, *given, **more)

    monkeypatch.setattr(proposing, "check_target", check_target)
    done = audit("acme", "--depth", "card", "--plan-fixes", str(tmp_path / "fixes.jsonl"))
    assert done.code == 1
    assert "hf://acme/kettle: no fixes are planned: ValueError: a defect of ours" in done.err
    assert "what safe fixes would change in 1 repository" in done.err


def test_a_rule_that_is_switched_off_makes_nothing_go(audit: Auditor, tmp_path: Path) -> None:
    policy = tmp_path / "house.yaml"
    said = []
    for severity in ("error", "off", "error"):
        policy.write_text(f"extends: recommended\nrules:\n  license-unknown: {severity}\n")
        said.append(audit("acme", "--policy", str(policy), "--depth", "metadata").out)
    assert all("0 new, 0 gone" in text for text in said[1:])
