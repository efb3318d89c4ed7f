"""`cardlint diff` as people meet it: what it says, its exit codes, wrong use; and its comments, in which nothing acts."""

from __future__ import annotations

import json
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from comparedruns import found, outcome, report, run
from hypothesis import HealthCheck, given, settings
from rendering import cells
from reports import HOSTILE, hostile, reports

from cardlint.audit import compare_markdown, compare_text
from cardlint.audit.compare import compare
from cardlint.audit.operands import opened
from cardlint.audit.store import Store
from cardlint.cli import run as run_command
from cardlint.formats import json as report_json
from cardlint.formats.contents import cut
from cardlint.formats.safe import visible
from cardlint.report import Report, Skipped, Target

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Done

    Command = Callable[..., Done]

CARD = "---\nlicense: apache2\n---\n# A model\n"
ONLY = ("--select", "license-unknown,license-missing,link-broken")


@pytest.fixture
def store(tmp_path: Path) -> str:
    """The user's own store with three runs, the last of them unfinished."""
    path = tmp_path / "state" / "cardlint" / "audits.sqlite"
    with Store(path) as made:
        run(made, [outcome("x", found(message="wrong licence"), license="mit"), outcome("gone"), outcome("z", found())])
        skipped = outcome("z", state="skipped", reason="gated", skipped=[("license-unknown", "gated")])
        new = found("link-broken", "a.md", "no file a.md", severity="warning", line=None)
        run(made, [outcome("x", new, license="apache-2.0"), outcome("new", new), skipped])
        run(made, [outcome("x", new)], finish=False)
        made.connection.execute("UPDATE runs SET began = '2026-11-30T02:00:00+00:00'")
    return str(path)


def test_what_changed_between_two_checks_of_a_folder(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD)
    cardlint("check", *ONLY, "--output-format", "json=old.json")
    (tmp_path / "README.md").write_text(CARD.replace("apache2", "apache-2.0") + "\n[x](gone.md)\n")
    cardlint("check", *ONLY, "--output-format", "json=new.json")
    done = cardlint("diff", "old.json", "new.json")
    assert done == (
        0,
        (
            "OLD old.json: 1 repository, 1 finding (cardlint 0.1.0, policy recommended)\n"
            "NEW new.json: 1 repository, 1 finding (cardlint 0.1.0, policy recommended)\n"
            "note: a report does not say which rules ran; those of the same policy are taken to have run on both sides\n"
            "note: a report does not tell licence, gate and visibility, nor what had been there before; runs of a store do\n"
            "\n"
            "Repositories: 1 on both sides (0 changed themselves), 0 appeared, 0 disappeared.\n"
            "Findings: 1 new (1 warning), 1 fixed (1 error), 0 unchanged.\n"
            "\n"
            "New (1)\n"
            '  . README.md:6:5: warning[link-broken] there is no file "gone.md"\n'
            "\n"
            "Fixed (1)\n"
            '  . README.md:2:10: error[license-unknown] "apache2" is not a Hub licence id; did you mean apache-2.0?\n'
        ),
        "",
    )
    codes = [cardlint("diff", "old.json", "new.json", "--fail-on-new", severity).code for severity in ("error", "warning", "note")]
    assert codes == [0, 1, 1]
    assert cardlint("diff", "new.json", "old.json", "--fail-on-new", "error").code == 1
    assert cardlint("diff", "old.json", "old.json", "--fail-on-new", "note").code == 0


def test_two_runs_of_the_users_own_store(cardlint: Command, store: str, tmp_path: Path) -> None:
    done = cardlint("diff", "#previous", "#last", XDG_STATE_HOME=str(tmp_path / "state"))
    assert done == (
        4,
        (
            "OLD #previous: run 1 of 2026-11-30T02:00:00+00:00, finished, 3 repositories, 2 findings (cardlint 0.1.0, policy recommended)\n"
            "NEW #last: run 2 of 2026-11-30T02:00:00+00:00, finished, 3 repositories, 2 findings (cardlint 0.1.0, policy recommended)\n"
            "note: NEW is incomplete: 1 repository skipped; what was not examined there is not compared\n"
            "\n"
            "Repositories: 2 on both sides (2 changed themselves), 1 appeared, 1 disappeared.\n"
            "Findings: 1 new (1 warning), 1 in repositories that appeared (1 warning), 1 fixed (1 error), 0 unchanged.\n"
            "Not comparable: 1 finding of OLD, 0 of NEW.\n"
            "\n"
            "Repositories appeared (1)\n"
            "  hf://acme/new\n"
            "\n"
            "Repositories disappeared (1)\n"
            "  hf://acme/gone\n"
            "\n"
            "Repositories that changed (2)\n"
            "  hf://acme/x: licence was mit, is apache-2.0\n"
            "  hf://acme/z: coverage was audited, is skipped (gated)\n"
            "\n"
            "New (1)\n"
            "  hf://acme/x README.md:2:10: warning[link-broken] no file a.md\n"
            "\n"
            "In repositories that appeared (1)\n"
            "  hf://acme/new README.md:2:10: warning[link-broken] no file a.md\n"
            "\n"
            "Fixed (1)\n"
            "  hf://acme/x README.md:2:10: error[license-unknown] wrong licence\n"
            "\n"
            "Not comparable (1)\n"
            "  1 finding in 1 repository: license-unknown could not look in NEW: gated\n"
        ),
        "",
    )
    page = (Path(__file__).parents[2] / "docs" / "compare.md").read_text("utf-8")
    assert f"$ cardlint diff '#previous' '#last'\n{done.out}```\n" in page
    assert cardlint("diff", "#2", f"{store}#3", XDG_STATE_HOME=str(tmp_path / "state")).code == 4
    assert cardlint("diff", f"{store}#1", f"{store}#1", "--fail-on-new", "note").code == 0


def test_incomplete_comes_before_what_is_new(cardlint: Command, tmp_path: Path) -> None:
    old = report(tmp_path / "old.json", Target("m", "model", skipped=(Skipped("link-broken", "no answer"),)))
    new = report(tmp_path / "new.json", Target("m", "model", (found(),)))
    for one, two in ((old, new), (new, old)):
        assert cardlint("diff", one, two, "--fail-on-new", "error").code == 4


def test_what_is_suppressed_does_not_count_as_new(cardlint: Command, tmp_path: Path) -> None:
    old = report(tmp_path / "old.json", Target("m", "model"))
    new = report(tmp_path / "new.json", Target("m", "model", (found(suppressed="waiver"),)))
    done = cardlint("diff", old, new, "--fail-on-new", "note")
    assert done.code == 0
    assert "Findings: 1 new (1 suppressed), 0 fixed, 0 unchanged.\n" in done.out
    assert "error[license-unknown] m [waiver]\n" in done.out


def test_what_a_finding_was(cardlint: Command, tmp_path: Path) -> None:
    old = report(tmp_path / "old.json", Target("m", "model", (found(severity="note"),)))
    new = report(tmp_path / "new.json", Target("m", "model", (found(suppressed="waiver"),)))
    assert "  m README.md:2:10: error[license-unknown] m [waiver] (was note)\n" in cardlint("diff", old, new).out
    done = cardlint("diff", new, old, "--output-format", "markdown")
    assert "| note (was error, waiver) | `license-unknown` | `m` | `README.md:2:10` | m |\n" in done.out


def test_several_formats_at_once(cardlint: Command, tmp_path: Path) -> None:
    name = report(tmp_path / "r.json", Target("m", "model", (found(),)))
    done = cardlint("diff", name, name, "--output-format", "json", "--output-format", "markdown=d.md", "--output-format", "text=d.txt")
    assert json.loads(done.out)["summary"]["findings"]["unchanged"]["error"] == 1
    assert (tmp_path / "d.md").read_text().startswith("## cardlint: nothing new that counts\n")
    assert (tmp_path / "d.txt").read_text().endswith("Findings: 0 new, 0 fixed, 1 unchanged.\n")


def test_wrong_use_says_what_to_do(cardlint: Command, tmp_path: Path) -> None:
    name = report(tmp_path / "r.json")
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE t (x)").connection.close()
    for arguments, said in (
        ((), "two things are compared; give OLD and NEW, and a run in quotes, as in '#previous' '#last'"),
        ((name,), "two things are compared"),
        ((name, "3"), "3 does not exist; give a JSON report of check or audit, a store"),
        ((name, "3"), "run 3 of your own store is '#3'"),
        ((name, "nix#3"), "nix#3 does not exist"),
        ((name, "."), ". cannot be read: Is a directory"),
        ((name, "other.db"), "other.db is a database of another program"),
        ((name, "#1"), "there is no store of audits at"),
        ((name, name, "--output-format", "html"), 'there is no output format "html"'),
        ((name, name, "--output-format", "json=r.json"), "r.json is what is compared; give the json another file"),
        ((name, name, "--output-format", "json=no/r.json"), "no/r.json cannot be written: No such file or directory"),
    ):
        done = cardlint("diff", *arguments, XDG_STATE_HOME=str(tmp_path / "state"))
        assert (done.code, done.out) == (2, ""), arguments
        assert said in done.err
    (tmp_path / "bad.json").write_text('{"schema_version": "1",\n"targets": [{"target": "\x1b]0;x\x07"}]}')
    done = cardlint("diff", name, "bad.json")
    assert done.code == 2
    assert done.err.startswith("cardlint: error: bad.json:2:1: this is no report that check or audit wrote with --output-format json: ")


def test_a_store_is_not_written_over(cardlint: Command, store: str, tmp_path: Path) -> None:
    home = str(tmp_path / "state")
    for operand in (f"{store}#1", store, "#1"):
        done = cardlint("diff", operand, f"{store}#2", "--output-format", f"json={store}", XDG_STATE_HOME=home)
        assert (done.code, "is what is compared" in done.err) == (2, True)


def test_json_has_what_an_encoding_lacks_as_escapes(cardlint: Command, tmp_path: Path) -> None:
    old = report(tmp_path / "o.json", Target("m", "model"))
    new = report(tmp_path / "n.json", Target("é", "model", (found(message="漢 \ud800"),)))
    done = cardlint("diff", old, new, "--output-format", "json", PYTHONIOENCODING="latin-1", PYTHONUTF8="0")
    assert done.out.isascii()
    assert json.loads(done.out)["findings"][0]["message"] == "漢 \ud800"


def test_a_reader_that_leaves_changes_no_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Gone:
        encoding = "utf-8"

        def write(self, _: str) -> None:
            raise BrokenPipeError

    left: list[bool] = []
    monkeypatch.setattr(sys, "stdout", Gone())
    monkeypatch.setattr("cardlint.cli.printing.hang_up", lambda: left.append(True))
    name = report(tmp_path / "r.json")
    assert run_command(["diff", name, name]) == 0
    assert left == [True]


# Comments on GitHub


def rendered(tmp_path: Path, old: Report, new: Report) -> tuple[str, str]:
    for name, it in (("o", old), ("n", new)):
        (tmp_path / name).write_text(report_json.render(it), "utf-8")
    with closing(opened(str(tmp_path / "o"))) as one, closing(opened(str(tmp_path / "n"))) as two, closing(compare(one, two)) as result:
        return "".join(compare_markdown.render(result)), "".join(compare_text.render(result))


def test_a_comment_has_coverage_counts_and_tables(tmp_path: Path) -> None:
    old = Report(
        (Target("a", "model", (found(),)), Target("b", "model", skipped=(Skipped("link-broken", "no answer"),))), "0.1.0", "p", "0"
    )
    new = Report((Target("b", "model", (found("link-broken"), found(severity="note", suppressed="waiver"))),), "0.1.0", "p", "0")
    comment, _ = rendered(tmp_path, old, new)
    assert comment.startswith(
        "## cardlint: nothing new that counts\n\n**Incomplete: not everything was examined, so not everything is compared.**\n\n"
        "Repositories: 1 on both sides (1 changed themselves), 0 appeared, 1 disappeared.\n"
        "Findings: 1 new (1 suppressed), 0 fixed, 1 in repositories that disappeared (1 error), 0 unchanged.\n"
        "Not comparable: 0 findings of OLD, 1 of NEW.\n"
    )
    assert "| note, waiver | `license-unknown` | `b` | `README.md:2:10` | m |\n" in comment
    assert "| `a` | disappeared |\n| `b` | changed: coverage was skipped (no answer), is audited |\n" in comment
    assert "| link-broken could not look in OLD: no answer | 1 | 1 |\n" in comment


def test_a_comment_is_never_longer_than_github_takes(tmp_path: Path) -> None:
    many = Report((Target("m" * 5000, "model", (found(message="é|`" * 400),) * 2000),), "0" * 5000, "p" * 5000, "0")
    comment, _ = rendered(tmp_path, Report((), "0", "q" * 5000, "1"), many)
    assert 50_000 < len(comment.encode()) <= compare_markdown.LIMIT < 65_536
    assert "more rows left out, for GitHub takes no longer comment; `--output-format json` has them all |" in comment.splitlines()[-1]


def test_hostile_text_does_nothing(tmp_path: Path) -> None:
    bold = frozenset({"strong_open"})
    empty = Report((), "0", "p", "0")
    comment, text = rendered(tmp_path, empty, hostile())
    seen = {cell.text for cell in cells(comment, bold)}
    assert {visible(cut(item, 300)) for item in HOSTILE[:3]} <= seen
    assert text.isprintable() or all(line.isprintable() for line in text.split("\n"))
    assert not any(line.lstrip().startswith("::") for line in text.split("\n"))
    cells(rendered(tmp_path, hostile(), empty)[0], bold)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(reports(), reports())
def test_any_comment_does_nothing(tmp_path: Path, old: Report, new: Report) -> None:
    comment, text = rendered(tmp_path, old, new)
    cells(comment, frozenset({"strong_open"}))
    assert "\x1b" not in text
