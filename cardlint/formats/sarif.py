"""SARIF 2.1.0, as GitHub code scanning and other viewers read it: one run for the whole report.

Facts: the SARIF 2.1.0 standard (OASIS), and GitHub's documentation, "SARIF support for code scanning", for what it reads and its
limits. `docs/code-scanning.md` says what stands where.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.formats.safe import json_safe
from cardlint.formats.sarif_notices import KINDS, Notice, incidents, invocation, losses, plain
from cardlint.formats.sarif_places import BASE, artifact, beginning, fixes, folder, located, spot, uri
from cardlint.formats.sarif_rules import LEVELS, described
from cardlint.home import REPOSITORY
from cardlint.problem import SEVERITIES
from cardlint.repository import CARD_PATH

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.report import Finding, RelatedPlace, Report, Target

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_SEMANTIC = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
MOST_RELATED = 20
MOST_ABSENT = 5000
SECRETS = "secrets"  # the category whose findings show no line of the file
_LINKED = 3  # related places a message links to
_LESS = 0.9


class Limits(NamedTuple):
    """What a consumer takes: results in a run, how many of them it shows, and bytes of the log once it is compressed."""

    results: int = 25_000
    shown: int = 5_000
    size: int = 10_000_000


GITHUB = Limits()


def render(report: Report, limits: Limits = GITHUB) -> str:
    """The report as one SARIF log, within the limits; what had to be left out is said in it."""
    results = list(_results(report))
    run, lost = _run(report, limits)
    most = min(len(results), limits.results)
    while True:
        kept = _gravest(results, most)
        notices = [*incidents(report), *lost, *_left_out(len(kept), len(results), limits)]
        text = _written({**run, "invocations": [invocation(report, notices)], "results": kept})
        size = _packed(text, limits.size)
        if size <= limits.size or not most:
            return text
        most = min(most - 1, int(most * limits.size / size * _LESS))


def _written(run: dict[str, Any]) -> str:
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_safe(json.dumps(log, ensure_ascii=False, separators=(",", ":"))) + "\n"


def _packed(text: str, enough: int) -> int:
    """The bytes of the log as it is sent, compressed; a small one is not compressed to know that it is."""
    encoded = text.encode()
    return len(encoded) if len(encoded) <= enough else len(gzip.compress(encoded, 6, mtime=0))


def _gravest(results: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """So many of the results, in their order: what counts before what is suppressed, errors before warnings."""
    if len(results) <= most:
        return results
    ranked = sorted(range(len(results)), key=lambda index: ("suppressions" in results[index], -SEVERITIES.index(results[index]["level"])))
    return [results[index] for index in sorted(ranked[:most])]


def _left_out(kept: int, found: int, limits: Limits) -> Iterator[Notice]:
    if kept < found:
        why = "for a log may not be larger"
        yield Notice("log-cut", "warning", f"{found - kept:,} of {found:,} results are left out, the least grave, {why}")
    if kept > limits.shown:
        yield Notice("log-cut", "note", f"code scanning shows {limits.shown:,} results of a run, the gravest; this one has {kept:,}")


def _run(report: Report, limits: Limits) -> tuple[dict[str, Any], list[Notice]]:
    """All of the run but its results, and what it lacks."""
    rules, lost = _rules(report, limits)
    revisions = [item for target in report.targets if (item := _revision(target))]
    run = {
        "tool": {"driver": _driver(report, rules)},
        "automationDetails": {"id": category(report)},
        "originalUriBaseIds": {BASE: {"description": {"text": "The folder cardlint ran in: the root of the checkout, as a rule."}}},
        "columnKind": "unicodeCodePoints",
        "newlineSequences": ["\r\n", "\n", "\r"],
        **({"versionControlProvenance": revisions} if revisions else {}),
        "properties": {
            "policy": plain(report.policy),
            "targets": [_target(target) for target in report.targets],
            "absent": _absent(report),
        },
    }
    return run, [*lost, *losses(report, MOST_RELATED, MOST_ABSENT)]


def _rules(report: Report, limits: Limits) -> tuple[list[dict[str, Any]], list[Notice]]:
    """The rules, without their prose where it would fill half of the log."""
    rules = [described(rule) for rule in report.rules]
    if _packed(json.dumps(rules), limits.size // 2) <= limits.size // 2:
        return rules, []
    lost = Notice("log-cut", "warning", "the rules come without their prose, for a log may not be larger; ask with: cardlint explain RULE")
    return [{**rule, "help": rule["fullDescription"]} for rule in rules], [lost]


def _driver(report: Report, rules: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": "cardlint",
        "version": report.version,
        **({"semanticVersion": report.version} if _SEMANTIC.fullmatch(report.version) else {}),
        "informationUri": REPOSITORY,
        "rules": rules,
        "notifications": KINDS,
        "properties": {"rulesHash": report.rules_hash},
    }


def category(report: Report) -> str:
    """What code scanning tells analyses of one commit apart by: the folder, where there is one target, and a slash at the end."""
    shown = folder(report.targets[0]) if len(report.targets) == 1 else ""
    return f"cardlint/{uri(shown)}/" if shown else "cardlint/"


def _target(target: Target) -> dict[str, Any]:
    """What the other formats say of a target."""
    return {
        "target": plain(target.name), "kind": target.kind, "revision": target.revision, "policy": plain(target.policy),
        "location": artifact(target, ""),
    }  # fmt: skip


def _absent(report: Report) -> list[dict[str, Any]]:
    """What the baseline holds and nobody finds any more. As results with the state `absent` code scanning would show alerts of it."""
    gone = islice(((target, item) for target in report.targets for item in target.gone), MOST_ABSENT)
    return [
        {
            "ruleId": item.rule, "message": plain(item.message), "location": artifact(target, item.path or ""),
            "cardlintFingerprint/v1": item.fingerprint,
        }
        for target, item in gone
    ]  # fmt: skip


def _revision(target: Target) -> dict[str, Any] | None:
    """Where the files can be had again: only of a repository on the Hub the address is known."""
    from cardlint.repoid import from_address

    address = from_address(target.name)
    if address is None or not _COMMIT.fullmatch(target.revision or ""):
        return None
    prefix = {"model": "", "dataset": "datasets/", "Space": "spaces/", "bucket": "buckets/"}[address.kind]
    located = f"https://huggingface.co/{prefix}{address.id}"
    return {"repositoryUri": located, "revisionId": target.revision, "mappedTo": artifact(target, "")}


def _results(report: Report) -> Iterator[dict[str, Any]]:
    rules = {rule.id: (number, rule) for number, rule in enumerate(report.rules)}
    compared = any(item.state for item in report.findings) or any(target.gone for target in report.targets)
    seen: Counter[str] = Counter()
    for target in report.targets:
        for finding in target.findings:
            name = _identity(target, finding)
            seen[name] += 1
            number, rule = rules.get(finding.rule, (None, None))
            yield {
                "ruleId": finding.rule,
                **({} if number is None else {"ruleIndex": number}),
                **_result(target, finding, f"{name}:{seen[name]}", secret=rule is not None and rule.category == SECRETS),
                **({"baselineState": finding.state or "new"} if compared else {}),
            }


def _identity(target: Target, finding: Finding) -> str:
    """A hash that two runs over the same working directory have in common, of the finding in its repository."""
    import hashlib

    return hashlib.sha256(f"{folder(target)}\0{finding.fingerprint}".encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _result(target: Target, finding: Finding, identity: str, *, secret: bool) -> dict[str, Any]:
    place = finding.place
    where = located(target, place, secret=secret) if place else beginning(target, finding.path or CARD_PATH)
    related = finding.related[:MOST_RELATED]
    optional = {
        "relatedLocations": [_related(target, item, number, secret=secret) for number, item in enumerate(related, 1)],
        "fixes": fixes(target, finding),
        "suppressions": _suppressions(finding),
    }
    return {
        "level": LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [{"physicalLocation": where}],
        "partialFingerprints": {"primaryLocationLineHash": identity, "cardlintFingerprint/v1": finding.fingerprint},
        **{name: value for name, value in optional.items() if value},
        "properties": {"subject": plain(finding.subject), "confidence": finding.confidence},
    }


def _related(target: Target, item: RelatedPlace, number: int, *, secret: bool) -> dict[str, Any]:
    where = spot(target, item.place, secret=secret)
    return {"id": number, "physicalLocation": where, "message": {"text": plain(item.message) or "related"}}


def _suppressions(finding: Finding) -> list[dict[str, Any]]:
    if finding.suppressed is None:
        return []
    kind = "inSource" if finding.suppressed.kind == "inline" else "external"
    return [{"kind": kind, "status": "accepted", "justification": plain(f"{finding.suppressed.kind}: {finding.suppressed.reason}")}]


def _message(finding: Finding) -> str:
    """The message, with links to the first related places: code scanning shows only those a message links to."""
    links = [f"[{_bracketed(item)}]({number})" for number, item in enumerate(finding.related[:_LINKED], 1)]
    text = plain(finding.message) or finding.rule
    return f"{text} ({', '.join(links)})" if links else text


def _bracketed(item: RelatedPlace) -> str:
    """The text of a link, in which brackets and the mark that escapes them are escaped (SARIF 2.1.0, 3.11.6)."""
    return re.sub(r"([\\\[\]])", r"\\\1", plain(item.message)[:200]) or "related"
