"""The only loop: rules over the facts of one repository. Problems become findings, obstacles skipped rules."""

from __future__ import annotations

import importlib
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

from cardlint import given
from cardlint.digest import hexadecimal
from cardlint.errors import Blocked, Inapplicable, Obstacle
from cardlint.home import rule_page
from cardlint.problem import CONFIDENCES, milder
from cardlint.report import Failed, Finding, Place, RelatedPlace, Skipped, Target
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from types import ModuleType

    from cardlint.policy import Selection
    from cardlint.problem import Confidence, Cure, Fix, Problem
    from cardlint.repository import Repository
    from cardlint.rule import Rule
    from cardlint.text import Span


# A hostile card could make a million findings of one kind; nobody reads more than this many of one rule.
MOST_PER_RULE = 1000
OWN_LINE = 4000  # characters of its line that a fingerprint sees
_INDEX = lazily(r"\[\d+\]")


# What is known once the other rules have run: `cardlint.settle` provides it, and runs the rules that read it.
SETTLED = frozenset({"suppressions", "expired", "outdated"})


def run(repository: Repository, selection: Selection, *, name: str = ".", min_confidence: Confidence = "low") -> Target:
    """What the selected rules find in a repository, before suppressions, waivers and baselines."""
    return examine(repository, selection, [rule for rule in running(selection, min_confidence) if not rule.facts & SETTLED], name=name)


def running(selection: Selection, min_confidence: Confidence = "low") -> list[Rule]:
    """The selected rules that speak of this kind of repository and are sure enough."""
    kind, least = selection.repository.kind, CONFIDENCES.index(min_confidence)
    return [rule for rule in selection.rules if kind in rule.kinds and CONFIDENCES.index(rule.confidence) >= least]


def examine(repository: Repository, selection: Selection, rules: list[Rule], *, name: str = ".") -> Target:
    """What some rules find in a repository."""
    found: list[Finding] = []
    skipped: list[Skipped] = []
    failed: list[Failed] = []
    not_applicable: list[str] = []
    for rule in rules:
        try:
            found.extend(_findings(repository if rule.facts & SETTLED else selection.view(rule), rule, selection))
        except Inapplicable:
            not_applicable.append(rule.id)
        except Blocked as obstacle:
            because = obstacle.because if _reported(obstacle.because, rules, selection) else None
            skipped.append(Skipped(rule.id, str(obstacle), because))
        except Obstacle as obstacle:
            skipped.append(Skipped(rule.id, str(obstacle), passing=obstacle.passing))
        except (KeyboardInterrupt, GeneratorExit):
            raise
        except BaseException as error:  # noqa: BLE001 - whatever a check raises, SystemExit too, is reported, and the other rules run
            failed.append(Failed(rule.id, f"{type(error).__name__}: {error}"))
    findings = _numbered(sorted(yielded(found, selection), key=lambda finding: finding.order))
    results = tuple(findings), tuple(skipped), tuple(failed), tuple(not_applicable)
    return Target(name, repository.kind, *results, card=repository.card_path)


def _reported(name: str, rules: list[Rule], selection: Selection) -> bool:
    """Whether the rule of this name, which reports what stands in the way of others, runs and may speak of the card."""
    return any(rule.id == name and selection.severity(rule, selection.repository.card_path) != "off" for rule in rules)


def _bounded(found: Iterator[tuple[str, Problem]]) -> Iterator[tuple[str, Problem]]:
    """The first problems, and in the place of the others one that says that there are more."""
    yield from islice(found, MOST_PER_RULE)
    for subject, problem in islice(found, 1):
        message = f"{problem.message}; this and all that follows is listed once, because there are more than {MOST_PER_RULE:,} of this rule"
        yield subject, problem._replace(message=message)


def check_function(rule: Rule) -> Callable[..., Iterable[Problem]]:
    """The function a rule names. Raises ImportError or AttributeError where there is none."""
    module, _, function = rule.check.rpartition(".")
    check: Callable[..., Iterable[Problem]] = getattr(_module(f"{rule.package}.{module}"), function)
    return check


@cache
def _module(name: str) -> ModuleType:
    """A module of checks, which each rule of each repository asks for: `sys.modules` also has what another thread has half imported."""
    return importlib.import_module(name)


def _findings(repository: Repository, rule: Rule, selection: Selection) -> Iterator[Finding]:
    for subject, problem in _bounded(problems(repository, rule, selection.options(rule))):
        finding = _finding(repository, rule, subject, problem)
        if repository is not selection.repository and finding.path not in selection.repository.listing:
            finding = finding._replace(fix=None, edited=())  # a file somebody excluded is looked at because of a lock, and left as it is
        severity = selection.severity(rule, finding.path)
        if problem.at_most is not None:
            severity = milder(severity, problem.at_most)
        if severity != "off":
            yield finding._replace(severity=severity)


def problems(repository: Repository, rule: Rule, options: dict[str, Any]) -> Iterator[tuple[str, Problem]]:
    """What one rule's check yields, with the name of the value it was called with. Raises Obstacle."""
    first, *others = rule.given
    rest = [given.whole(repository, path) for path in others]
    check = None
    for subject, value in given.each(repository, first):
        check = check or check_function(rule)
        for problem in check(value, *rest, **options):
            yield subject, problem


def _finding(repository: Repository, rule: Rule, subject: str, problem: Problem) -> Finding:
    problem = repository.veil.problem(problem)
    subject = repository.veil.said(subject) if problem.subject is None else problem.subject
    place = _anywhere(repository, problem.span)
    related = tuple(RelatedPlace(item.message, _place(repository, item.span)) for item in problem.related if item.span.start >= 0)
    path = (problem.span.path if problem.span is not None else problem.path) or repository.card_path
    made = _fix(repository, problem.fix)
    return Finding(
        rule=rule.id, severity=rule.severity, confidence=rule.confidence, message=problem.message, subject=subject,
        path=path, place=place, fingerprint=_fingerprint(rule, subject, path, place), url=rule_page(rule), related=related,
        fix=made, edited=() if made is None else tuple(_edited(repository, edit.span) for edit in made.edits),
    )  # fmt: skip


def _fix(repository: Repository, cure: Cure | None) -> Fix | None:
    """The cure as edits of the text; None where one of its changes cannot be made for certain."""
    if cure is None or any(change.span.start < 0 for change in cure.changes):
        return None
    from cardlint.edits import fix, shared  # few runs find something that can be fixed

    return fix(repository.texts, cure, shared(repository))


def _anywhere(repository: Repository, span: Span | None) -> Place | None:
    """The place of a span; None of what has none, as the values in a listing of the Hub."""
    return None if span is None or span.start < 0 else _place(repository, span)


def _place(repository: Repository, span: Span) -> Place:
    text = repository.texts[span.path]
    start, end = text.position(span.start), text.position(span.end)
    return Place(
        span.path,
        start.line,
        start.column,
        end.line,
        end.column,
        span.start,
        span.end,
        repository.veil.line(text, start.line),
        text.ending(start.line),
    )


def _edited(repository: Repository, span: Span) -> Place:
    """Where an edit stands; of a file that it makes, the beginning."""
    return _place(repository, span)._replace(source="") if span.path in repository.texts else Place(span.path, 1, 1, 1, 1, 0, 0, "")


def _fingerprint(rule: Rule, subject: str, path: str, place: Place | None) -> str:
    """A name for the finding that survives edits above and below: its rule, subject, file and own line, not its place."""
    source = "" if place is None else place.source.strip()[:OWN_LINE]
    return hexadecimal(f"{rule.id}\0{path}\0{stable(subject)}\0{source}")[:32]


def stable(subject: str) -> str:
    """A subject without the numbers of items, which change when items are moved."""
    return _INDEX.sub("[]", subject)


def _numbered(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings alike in all a fingerprint sees are told apart by their order."""
    seen: dict[str, int] = {}
    for finding in findings:
        count = seen.get(finding.fingerprint, 0)
        seen[finding.fingerprint] = count + 1
        yield finding._replace(fingerprint=f"{finding.fingerprint[:28]}{count:04x}") if count else finding


def yielded(findings: list[Finding], selection: Selection) -> list[Finding]:
    """The findings without those whose rule yields to another one that reports the same subject.

    What is locked stays until `cardlint.locks.insisted` knows which of the others count.
    """
    yields_to = {rule.id: rule.yields_to for rule in selection.rules if rule.yields_to}
    reported = {(finding.rule, finding.subject) for finding in findings}
    return [
        finding
        for finding in findings
        if not any((other, finding.subject) in reported for other in yields_to.get(finding.rule, ()))
        or selection.lock(finding.rule, finding.path) is not None
    ]
