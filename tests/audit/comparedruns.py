"""Stores and reports for the tests of comparing and exporting: runs written down as what came of each repository."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from cardlint.audit.standing import Engine, Outcome, Series, Standing
from cardlint.formats import json as report_json
from cardlint.policy import Waiver
from cardlint.report import Descriptor, Failed, Finding, Place, Report, Skipped, Suppressed, Target

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cardlint.audit.store import Store

ENGINE = Engine("0.1.0", "a" * 64, "recommended", "card")
RULES = ("license-unknown", "link-broken", "tags-malformed")
SERIES = Series(("acme",))


def found(rule: str = "license-unknown", subject: str = "license", message: str = "m", **more: Any) -> Finding:
    """A finding, whose fingerprint is told by rule, subject and `line`, the text of its own line."""
    line = more.pop("line", "l")
    suppressed = more.pop("suppressed", None)
    return Finding(
        rule, more.pop("severity", "error"), "high", message, subject, more.pop("path", "README.md"),
        Place("README.md", 2, 10, 2, 17, 13, 20, line), more.pop("fingerprint", f"{rule}/{subject}/{line}"),
        suppressed=suppressed and Suppressed(suppressed, "because"), **more,
    )  # fmt: skip


def outcome(name: str, *findings: Finding, state: Any = "audited", reason: str | None = None, **more: Any) -> Outcome:
    """What came of a repository of the organisation acme. `skipped`, `failed` and `inapplicable` are about rules."""
    skipped = tuple(Skipped(*item) for item in more.pop("skipped", ()))
    failed = tuple(Failed(*item) for item in more.pop("failed", ()))
    target = Target(f"hf://acme/{name}", "model", findings, skipped, failed, tuple(more.pop("inapplicable", ())))
    standing = Standing(target.name, "model", "acme", **more)
    return Outcome(standing, state, target, reason)


def run(
    store: Store, outcomes: Iterable[Outcome], *, series: Series = SERIES, engine: Engine = ENGINE, rules: Iterable[str] = RULES,
    waivers: Iterable[tuple[str, str]] = (), finish: bool = True, pending: Iterable[str] = (), unlisted: Any = (), left_out: int = 0,
) -> int:  # fmt: skip
    """Write a run into a store; its number. `waivers` are a day and an owner each."""
    number = store.begin(series, engine)
    listed = [Waiver(frozenset({"link-broken"}), None, None, who, "for now", date.fromisoformat(day), "p.yaml:3:5") for day, who in waivers]
    store.describe(number, [Descriptor(name, name.title(), "metadata", "error", "high", f"{name}.md") for name in rules], listed)
    made = list(outcomes)
    standings = [it.standing for it in made] + [Standing(f"hf://acme/{name}", "model", "acme") for name in pending]
    store.expect(number, ((it, "{}") for it in standings))
    for it in made:
        store.record(number, it)
    if finish:
        store.finish(number, left_out=left_out, unlisted=unlisted)
    return number


def report(path: Path, *targets: Target, policy: str = "recommended", rules_hash: str = "a" * 64) -> str:
    """Write a JSON report; its name."""
    path.write_text(report_json.render(Report(targets, "0.1.0", policy, rules_hash)), "utf-8")
    return str(path)
