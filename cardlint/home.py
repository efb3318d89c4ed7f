"""Where cardlint lives on the web: the only module that says so. Nothing here is ever asked for; addresses are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cardlint.rule import Rule

REPOSITORY = "https://github.com/cardlint/cardlint"
SITE = "https://cardlint.github.io/cardlint/"


def rule_page(rule: Rule) -> str | None:
    """The page of a rule that ships; None for one of an organisation or a plug-in, whose card is its documentation."""
    return None if rule.home else f"{SITE}rules/{rule.category}/{rule.id}/"
