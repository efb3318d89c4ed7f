"""How much of a repository rules look at, and so what an audit has to ask for: known from the rules, before anything is asked.

`metadata` is what the listing says: values of the card, names of files, gate and visibility. `card` is README.md besides, one
request more. `files` is what the info request says, with the sizes of files, and the contents of other files than weights; what is
asked of others, as discussions, belongs here too. `weights` is the headers of weights, and what a lineage reads of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from cardlint.engine import SETTLED
from cardlint.hubmeta import needs_card
from cardlint.rule import CHECKS as _OURS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cardlint.policy import Policy
    from cardlint.rule import Rule

Depth = Literal["metadata", "card", "files", "weights"]
DEPTHS: tuple[Depth, ...] = ("metadata", "card", "files", "weights")

# What each fact costs to have, the card aside, of which `cardlint.hubmeta` knows what needs it.
FACTS: dict[str, Depth] = {
    **dict.fromkeys(("repository", "card_path", "frontmatter", "files", "listing", "known_files", "hub"), "metadata"),
    **dict.fromkeys(("text", "card", "markdown", "sections", "links", "snippets", "topics", "comments"), "card"),
    **dict.fromkeys(
        ("adapter_config", "code", "config", "configs", "contents", "dependencies", "discussions", "eval_results", "known_commits"), "files"
    ),
    **dict.fromkeys(("lfs", "license_texts", "loads", "model_index", "relation", "remote_code", "secrets"), "files"),
    **dict.fromkeys(("known_lineage", "lineage", "weights"), "weights"),
    # Known once the other rules have run, of what those have read.
    **dict.fromkeys(("suppressions", "expired", "outdated"), "metadata"),
}  # fmt: skip
# Checks that look at more of their facts than the table says, or at less, with the reason.
CHECKS: dict[str, Depth] = {
    "hubstate.flagged": "files",  # `securityRepoStatus` is in no listing
    "weightfiles.duplicated": "files",  # names and sizes
    "weightfiles.too_large": "files",  # sizes
}


def depth_of(rule: Rule) -> Depth:
    """How much a rule looks at. A fact nobody has placed, as of a plug-in, counts as the deepest."""
    if rule.facts & SETTLED:
        return DEPTHS[0]  # it looks at what the others have found out
    least: Depth = "card" if needs_card(rule) else "metadata"
    own = CHECKS.get(rule.check) if rule.package == _OURS else None
    return deepest((least, own)) if own else deepest((least, *(FACTS.get(fact, DEPTHS[-1]) for fact in rule.facts)))


def depths(rules: Iterable[Rule]) -> Depth:
    """The deepest of what some rules look at."""
    return deepest(depth_of(rule) for rule in rules)


def deepest(found: Iterable[Depth]) -> Depth:
    """The deepest of some; of none the least there is."""
    return max(found, key=DEPTHS.index, default=DEPTHS[0])


def planned(policy: Policy, rules: Iterable[Rule]) -> Depth:
    """The deepest of what rules look at under a policy, whose conditions look as well: a relation shows in config.json."""
    return deepest(found for rule in rules for found in (depth_of(rule), *_conditions(policy, rule)))


def _conditions(policy: Policy, rule: Rule) -> Iterator[Depth]:
    if any(when is not None and when.relation is not None for when, _ in policy.settings_of(rule)):
        yield FACTS["relation"]
