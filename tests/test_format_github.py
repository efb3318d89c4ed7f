"""Annotations, read back as the runner of GitHub Actions reads them."""

from __future__ import annotations

from hypothesis import given, settings
from reports import every_rule, findings, hostile, reports
from runner import Command, commands

from cardlint.formats import github
from cardlint.formats.contents import counting, gathered
from cardlint.formats.safe import visible
from cardlint.problem import Edit, Fix
from cardlint.report import Failed, Finding, Fixing, Place, RelatedPlace, Report, Skipped, Suppressed, Target
from cardlint.text import Span

PLACE = Place("README.md", 2, 10, 2, 17, 13, 20, "license: apache2", "\n")
FINDING = Finding("license-unknown", "error", "high", "50% of it, \x1b[31m: gone\n::error::x", "license", "README.md", PLACE, "0" * 32)
LEVELS = {"error": "error", "warning": "warning", "note": "notice"}


def report(*found: Finding, **more: object) -> Report:
    return Report((Target("m", "model", found, shown="models/m", **more),), "0", "recommended", "0")  # type: ignore[arg-type]


def read(of: Report) -> list[Command]:
    """The annotations; every line is one, but for a last one that counts."""
    lines = github.render(of).splitlines()
    found = commands("\n".join(lines))
    assert len(lines) - len(found) == bool(lines and lines[-1].startswith("cardlint: "))
    return found


def test_the_runner_reads_back_what_was_meant() -> None:
    (found,) = read(report(FINDING))
    assert found == Command(
        "error",
        {"file": "models/m/README.md", "line": "2", "endLine": "2", "col": "10", "endColumn": "17", "title": "cardlint: license-unknown"},
        "50% of it, \\x1b[31m: gone\\n::error::x\n= cardlint explain license-unknown",
    )


def test_a_path_with_every_separator_stays_one_property() -> None:
    (found,) = read(report(FINDING._replace(path="a,b=c:%2C::d.md")))
    assert found.properties["file"] == "models/m/a,b=c:%2C::d.md"


def test_columns_are_left_out_of_what_spans_lines() -> None:
    (found,) = read(report(FINDING._replace(place=PLACE._replace(end_line=3, end_column=1))))
    assert {key: found.properties.get(key) for key in ("line", "endLine", "col", "endColumn")} == {
        "line": "2", "endLine": "3", "col": None, "endColumn": None,
    }  # fmt: skip
    (found,) = read(report(FINDING._replace(place=None, path=None)))
    assert found.properties == {"file": "models/m/README.md", "title": "cardlint: license-unknown"}


def test_fix_page_and_related_places_are_told_below_the_message() -> None:
    fix = Fix("unsafe", "drop it", (Edit(Span("README.md", 0, 1), ""),))
    related = (RelatedPlace("first here", PLACE._replace(path="config.json")),)
    (found,) = read(report(FINDING._replace(message="m", fix=fix, url="https://example.org/r/", related=related)))
    assert found.data.split("\n") == [
        "m", "= --unsafe-fixes: drop it", "= https://example.org/r/", "= models/m/config.json:2:10: first here",
    ]  # fmt: skip


def test_what_was_not_examined_is_an_error_and_comes_first() -> None:
    warned = FINDING._replace(severity="warning")
    gaps = {"skipped": (Skipped("a", "no right"), Skipped("b", "no right"), Skipped("c", "why", "a")), "failed": (Failed("d", "E: f"),)}
    found = read(report(warned, FINDING, **gaps, card="CARD.md"))
    assert [(item.name, item.properties["title"]) for item in found] == [
        ("error", "cardlint: not examined"), ("error", "cardlint: failed"), ("error", "cardlint: license-unknown"),
        ("warning", "cardlint: license-unknown"),
    ]  # fmt: skip
    assert found[0].data == "m: no right\n= rules: a, b"
    assert found[0].properties["file"] == "models/m/CARD.md"


def test_a_target_that_could_not_be_written_is_an_error() -> None:
    (found,) = read(report(fixing=Fixing(unwritten="read-only")))
    assert (found.name, found.data) == ("error", "m: read-only")


def test_suppressed_findings_are_not_annotated() -> None:
    assert github.render(report(FINDING._replace(suppressed=Suppressed("waiver", "r")))) == ""


def test_beyond_the_limit_findings_are_counted() -> None:
    notes = [FINDING._replace(severity="note")] * 10
    rendered = github.render(report(*[FINDING] * 13, *[FINDING._replace(severity="warning")] * 11, *notes))
    found = commands(rendered)
    assert [item.name for item in found] == ["error"] * 10 + ["warning"] * 10 + ["notice"] * 10
    assert rendered.splitlines()[-1].startswith("cardlint: 3 errors, 1 warning more, not annotated")
    assert "more" not in github.render(report(*notes))


@settings(max_examples=40)
@given(reports())
def test_every_report_is_read_back(any_report: Report) -> None:
    meant = [("error", f"{target.name}: {gap.reason}") for target in any_report.targets for gap in gathered(target)]
    meant += [(item.severity, item.message) for target in any_report.targets for item in counting(target.findings)]
    found = read(any_report)
    shown = [pair for level in LEVELS for pair in [item for item in meant if item[0] == level][: github.SHOWN]]
    assert [item.name for item in found] == [LEVELS[severity] for severity, _ in shown]
    for item, (_, message) in zip(found, shown, strict=True):
        assert item.data.split("\n")[0].removesuffix("…")[:700] == visible(message)[:700]
        assert {"file", "title"} <= set(item.properties) <= {"file", "line", "endLine", "col", "endColumn", "title"}
        assert all(line.startswith("= ") for line in item.data.split("\n")[1:])


@given(findings())
def test_a_message_fits_into_what_the_runner_keeps(finding: Finding) -> None:
    wide = finding._replace(message="\U0001f600" * 5000, suppressed=None)
    (found,) = read(report(wide))
    assert len(found.data.encode("utf-16-le")) // 2 <= 4096


def test_hostile_text_and_every_rule_stay_within_the_limits() -> None:
    for of in (hostile(), every_rule()):
        assert 0 < len(read(of)) <= 3 * github.SHOWN
