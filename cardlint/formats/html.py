"""The report as one HTML file that asks for nothing: no network, no other file, no template engine.

Findings are plain HTML, so that the page can be read, searched and printed without its script; the script filters, groups
and folds. What the script needs to know stands beside them as JSON. All text passes `html_markup.text`.
"""

from __future__ import annotations

import json
import shlex
from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cardlint.formats.html_finding import LONGEST_NAME, titled, where
from cardlint.formats.html_head import assets, head
from cardlint.formats.html_markup import Markup, anchor, count, cut, element, plain
from cardlint.formats.html_overview import counts, coverage, gaps, name
from cardlint.formats.html_select import MOST_TARGETS, described, omitted, select
from cardlint.formats.html_why import why
from cardlint.formats.safe import json_safe
from cardlint.report import SCHEMA_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cardlint.formats.html_select import Shown
    from cardlint.report import Descriptor, Report, Target

_LONGEST_COMMAND = 2_000
_SEVERITIES = (("error", "Errors"), ("warning", "Warnings"), ("note", "Notes"))
_ORDERS = (("place", "File and line"), ("severity", "Severity"), ("rule", "Rule"))


def render(report: Report) -> str:
    """The report as one HTML document."""
    shown = select(report)
    made = head(f"{_title(report)} - cardlint", assets("report.css"), assets("report.js"))
    body = element("body", _skip(), _banner(report), _main(report, shown), _footer(report), _island(report, shown))
    return f"<!doctype html>\n{element('html', made, body, lang='en')}\n"


def _title(report: Report) -> str:
    if len(report.targets) == 1:
        return f"Report on {name(report.targets[0])}"
    return f"Report on {count(len(report.targets), 'repository', 'repositories')}"


def _skip() -> Markup:
    return element("a", "Skip to the findings", href="#found", class_="skip")


def _banner(report: Report) -> Markup:
    theme = element("button", "Dark", type="button", id="theme", hidden=True)
    told = f"Policy {cut(report.policy, LONGEST_NAME)}, cardlint {report.version}"
    return element(
        "header",
        element("div", element("p", "cardlint", class_="brand"), theme, class_="bar"),
        element("h1", _title(report)),
        element("p", told, class_="about"),
    )  # fmt: skip


def _main(report: Report, shown: Sequence[Shown]) -> Markup:
    repositories = [_repository(number, target, items) for number, target, items in _targets(report, shown)]
    overview = [element("h2", "What was found", id="found", tabindex="-1"), counts(report), _omission(report, shown)]
    found = element("section", *overview, _controls(shown), aria_labelledby="found")
    return element("main", coverage(report), found, *repositories, _rules(report))


def _targets(report: Report, shown: Sequence[Shown]) -> Iterator[tuple[int, Target, list[Shown]]]:
    """The repositories of the page, numbered, with their findings on it."""
    by_target: dict[int, list[Shown]] = {}
    for item in shown:
        by_target.setdefault(item.target, []).append(item)
    for number, target in enumerate(report.targets[:MOST_TARGETS]):
        yield number, target, by_target.get(number, [])


def _omission(report: Report, shown: Sequence[Shown]) -> Markup:
    """What the page has no room for, in numbers."""
    missing = omitted(report, shown)
    if not missing:
        return Markup()
    total = len(report.findings)
    words = ", ".join(f"{number:,} {group}" for group, number in sorted(missing.items()))
    told = f"This page shows {len(shown):,} of {count(total, 'finding')}, the gravest first. Left out: {words}. The JSON report has all."
    return element("p", told, class_="omission")


def _controls(shown: Sequence[Shown]) -> Markup:
    """Filters and order; hidden until the script that makes them work is there."""
    if not shown:
        return Markup()
    there = Counter[str](item.finding.severity for item in shown)
    boxes = [
        element("label", element("input", type="checkbox", name="severity", value=value, checked=True), f" {title} ",
                element("span", f"{there[value]:,}", class_="badge"), class_=f"choice {value}")
        for value, title in _SEVERITIES
    ]  # fmt: skip
    rules = sorted(Counter(str(item.row["rule"]) for item in shown).items())
    choices = [element("option", "All rules", value=""), *(element("option", f"{rule} ({number:,})", value=rule) for rule, number in rules)]
    return element(
        "form",
        _field("Search", element("input", type="search", id="text", autocomplete="off", placeholder="Message, file or rule")),
        element("fieldset", element("legend", "Severity"), *boxes),
        _field("Rule", element("select", *choices, id="rule")),
        _field("Group by", element("select", *(element("option", title, value=value) for value, title in _ORDERS), id="order")),
        element("button", "Reset", type="reset"),
        element("p", id="status", role="status"),
        id="controls", role="search", aria_label="Filter findings", hidden=True,
    )  # fmt: skip


def _field(label: str, control: Markup) -> Markup:
    return element("label", element("span", label), control, class_="field")


def _repository(number: int, target: Target, shown: Sequence[Shown]) -> Markup:
    """The section of a repository: its findings by file, then the suppressed ones, folded."""
    open_ = [item for item in shown if item.finding.suppressed is None]
    suppressed = [item for item in shown if item.finding.suppressed is not None]
    groups = [_group(path, list(items)) for path, items in groupby(open_, lambda item: where(item.finding.path))]
    return element(
        "section",
        element("h2", name(target), id=f"r-{number}"),
        element("p", *_about(target), class_="about"),
        "" if target.findings else element("p", *_clean(target), class_="clean"),
        element("div", *groups, class_="groups"),
        _folded(suppressed),
        class_="repository", aria_labelledby=f"r-{number}",
    )  # fmt: skip


def _about(target: Target) -> Iterator[str]:
    yield f"{target.kind}, policy {cut(target.policy, LONGEST_NAME)}" if target.policy else target.kind
    if target.revision:
        yield from (", revision ", element("code", cut(target.revision, LONGEST_NAME)))
    if gaps(target):
        yield from (". ", element("a", f"{count(gaps(target), 'gap')} in what was examined", href="#examined", class_="gap"))


def _clean(target: Target) -> Iterator[str]:
    yield "Nothing was found in what could be examined." if gaps(target) else "Nothing was found."


def _group(path: str, items: Sequence[Shown]) -> Markup:
    title = element("h3", element("span", path, class_="name"), " ", element("span", f"{len(items):,}", class_="badge"))
    return element("div", title, *(item.markup for item in items), class_="group")


def _folded(items: Sequence[Shown]) -> Markup:
    if not items:
        return Markup()
    title = element("summary", element("h3", "Suppressed ", element("span", f"{len(items):,}", class_="badge")))
    return element("details", title, *(item.markup for item in items), class_="suppressed")


def _rules(report: Report) -> Markup:
    """The rules the report names, with why each matters."""
    found = Counter(finding.rule for finding in report.findings)
    rules = [_rule(rule, found[rule.id]) for rule in described(report)]
    if not rules:
        return Markup()
    more = len(report.rules) - len(rules)
    rest = element("p", f"{count(more, 'more rule')} not described here.") if more else ""
    return element("section", element("h2", "The rules", id="rules"), *rules, rest, aria_labelledby="rules", class_="rules")


def _rule(rule: Descriptor, found: int) -> Markup:
    facts = f"{cut(rule.category, LONGEST_NAME)}, {rule.severity} unless the policy says otherwise, {count(found, 'finding')} here"
    return element(
        "article",
        element("h3", *titled(rule), " ", element("code", cut(rule.id, LONGEST_NAME))),
        element("div", why(Path(rule.card)), class_="matters"),
        element("p", f"{facts}. ", element("code", f"cardlint explain {cut(rule.id, LONGEST_NAME)}"), class_="about"),
        id=anchor("rule", rule.id), class_="rule",
    )  # fmt: skip


def _footer(report: Report) -> Markup:
    facts = [("cardlint", report.version), ("Policy", report.policy), ("Rules", report.rules_hash)]
    if report.arguments:
        facts.append(("To repeat", cut(shlex.join(("cardlint", *report.arguments)), _LONGEST_COMMAND)))
    listed = [element("div", element("dt", title), element("dd", element("code", cut(value, _LONGEST_COMMAND)))) for title, value in facts]
    return element(
        "footer",
        element("h2", "How this report was made"),
        element("dl", *listed),
        element("p", "This file loads nothing from the network. The same inputs give the same file: it holds no time."),
    )  # fmt: skip


def _island(report: Report, shown: Sequence[Shown]) -> Markup:
    """What the script knows, as JSON in which nothing can end the element; also for programs that read the page."""
    summary = report.counts()
    document = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "cardlint", "version": report.version, "policy": _name(report.policy), "rules_hash": report.rules_hash},
        "summary": {key: summary[key] for key in ("error", "warning", "note", "suppressed", "skipped", "failed", "fixable")},
        "left_out": dict(sorted(omitted(report, shown).items())),
        "rules": {_name(rule.id): _name(rule.title) for rule in described(report)},
        "targets": [_summary(target, items) for _, target, items in _targets(report, shown)],
    }
    content = json_safe(json.dumps(document, separators=(",", ":"))).replace("<", "\\u003c")
    return element("script", Markup(content), type="application/json", id="data")


def _summary(target: Target, items: Sequence[Shown]) -> dict[str, Any]:
    return {"target": _name(target.name), "kind": target.kind, "revision": target.revision, "policy": _name(target.policy),
            "gaps": gaps(target), "findings": [item.row for item in items]}  # fmt: skip


def _name(value: str) -> str:
    return plain(cut(value, LONGEST_NAME))
