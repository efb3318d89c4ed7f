"""What one repository of an audit comes to: the engine of `check`, and why the rest could not be looked at."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.audit.items import said
from cardlint.audit.source import ListedSource
from cardlint.audit.standing import Outcome
from cardlint.errors import Unreadable, UsageError, masked
from cardlint.hubstates import HubError
from cardlint.nodes import string, strings
from cardlint.policyfile import CONFIG_NAME
from cardlint.report import Failed, Skipped
from cardlint.report import Target as Empty
from cardlint.repository import CARD_PATH
from cardlint.run import Options, check_target, unseen
from cardlint.target import Located, locate

if TYPE_CHECKING:
    from cardlint.audit.depth import Depth
    from cardlint.audit.standing import Standing, State
    from cardlint.hub import Hub
    from cardlint.hubrepo import HubName
    from cardlint.nodes import Mapping
    from cardlint.report import Finding, Target
    from cardlint.repository import Repository

_UNREAD = "the Hub reads no metadata in this card: there is none, or it is broken"


class Terms(NamedTuple):
    """How repositories are looked at, and how deep."""

    options: Options
    depth: Depth = "weights"


def of_listed(hub: Hub, name: HubName, item: dict[str, Any], standing: Standing, terms: Terms) -> Outcome:
    """What a repository on the Hub comes to, at the commit that `name` has. `item` is what the listing says of it."""
    located = Located(standing.name, Path(), hub=name)
    if item.get("disabled") is True:
        return of_unseen(standing, name, terms, HubError("disabled", f"{standing.name} is disabled by the Hub"))
    source = ListedSource(hub, name, item, depth=terms.depth)
    try:
        target = check_target(located, terms.options, source=source)
    except UsageError as error:  # its own configuration, which somebody trusts, is wrong
        return of_unseen(standing, name, terms, Unreadable(str(error)))
    except Unreadable as error:  # what the listing says of its files cannot be right
        return of_unseen(standing, name, terms, error)
    except Exception as error:  # noqa: BLE001 - a defect of ours in one repository leaves the others to be looked at
        return _broken(standing, unseen(located, terms.options, None, Unreadable("cardlint failed here")), error)
    if source.is_unread:
        target = target._replace(findings=tuple(_doubted(item) for item in target.findings))
    configured = bool(terms.options.trust) and any(file.get("rfilename") == CONFIG_NAME for file in item["siblings"])
    outcome = _outcome(standing, target, configured=configured)
    return outcome._replace(lasting=outcome.lasting and not source.unanswered)


def _doubted(finding: Finding) -> Finding:
    """Of a card that only the Hub has read: what it does not find there may be there, behind what it cannot read."""
    return finding._replace(message=f"{finding.message}; {_UNREAD}") if finding.path == CARD_PATH else finding


def of_unseen(standing: Standing, name: HubName, terms: Terms, error: Unreadable) -> Outcome:
    """A repository of which nothing can be seen."""
    return _outcome(standing, unseen(Located(standing.name, Path(), hub=name), terms.options, None, error))


def of_folder(standing: Standing, terms: Terms, path: str) -> Outcome:
    """What a checkout comes to: a repository in a folder at `path`."""
    seen: list[Repository] = []
    try:
        located = locate(path)
    except UsageError as error:  # it was there a moment ago
        gone = Empty(standing.name, standing.kind, skipped=(Skipped("audit", str(error), passing=True),), shown=standing.name)
        return _outcome(standing, gone)
    try:
        target = check_target(located, terms.options, witness=seen.append)
    except UsageError as error:
        isolated = terms._replace(options=terms.options._replace(isolated=True, trust=False))
        return of_folder(standing, isolated, path)._replace(state="skipped", reason=str(error))
    except Exception as error:  # noqa: BLE001 - as above
        return _broken(standing, Empty(standing.name, standing.kind, shown=located.shown), error)
    configured = bool(terms.options.trust) and located.config is not None
    return _outcome(_described(standing, seen[0]), target, configured=configured)


def of_fatal(standing: Standing) -> Outcome:
    """A checkout whose looking at ended the process that did it."""
    reason = "the process that looked at it died; what lies there may need more memory than there is, or a plug-in ended the process"
    return _outcome(standing, Empty(standing.name, standing.kind, failed=(Failed("audit", reason),), shown=standing.name))


def _broken(standing: Standing, target: Target, error: Exception) -> Outcome:
    reason = f"internal error, please report it: {type(error).__name__}: {masked(str(error))}"
    return _outcome(standing, target._replace(failed=(*target.failed, Failed("audit", reason))))


def _outcome(standing: Standing, target: Target, *, configured: bool = False) -> Outcome:
    """The outcome that the report of a target makes."""
    state, reason = _state(target)
    count = sum(item.suppressed is not None and item.suppressed.kind == "inline" for item in target.findings)
    honoured = [CONFIG_NAME] if configured else []
    if count:
        honoured.append(f"{count} {'suppression' if count == 1 else 'suppressions'}")
    target = target._replace(traffic=None, revision=target.revision or standing.revision)
    lasting = not any(item.passing for item in target.skipped) and not target.failed
    return Outcome(standing, state, target, reason, lasting, tuple(honoured))


def _state(target: Target) -> tuple[State, str | None]:
    if target.failed:
        return "failed", f"{target.failed[0].rule}: {target.failed[0].error}"
    missed = [item for item in target.skipped if item.because is None]
    if not missed:
        return "audited", None
    passing = [item.reason for item in missed if item.passing]
    (reason, _), *_ = Counter(passing or (item.reason for item in missed)).most_common(1)
    return "failed" if passing else "skipped", reason


def _described(standing: Standing, repository: Repository) -> Standing:
    """What a listing would have said of it, as far as its card does."""
    metadata: Mapping | None = repository.known("frontmatter")
    standing = standing._replace(kind=repository.kind)
    if metadata is None:
        return standing
    task = string(metadata.get("pipeline_tag")) or next(iter(strings(metadata.get("task_categories"))), None)
    license_ = ", ".join(strings(metadata.get("license")))
    return standing._replace(license=said(license_), task=said(task), library=said(string(metadata.get("library_name"))))
