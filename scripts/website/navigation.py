"""The navigation: which page stands where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from website import policies, schemas, vocabularies
from website.docs import DECISIONS, GROUPS, OTHERS
from website.pages import SiteError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from website.pages import Page

Entries = list[Any]
_REFERENCE = ("reference/commands/", "reference/reports/", "reference/exit-codes/")


def navigation(pages: Iterable[Page]) -> Entries:
    """Every page once, for the generator. Raises SiteError for a page that nothing leads to."""
    left = {page.address: page for page in pages}

    def taken(fits: Callable[[str], bool]) -> list[Page]:
        found = [address for address in left if fits(address)]
        return [left.pop(address) for address in found]

    def one(address: str) -> Entries:
        return [_entry(left.pop(address))] if address in left else []

    rules = _rules(taken(lambda address: address.startswith("rules/")))
    shipped = [*one(policies.SHIPPED), *map(_entry, taken(lambda address: address.startswith("policies/") and address != "policies/"))]
    reference = [each for address in _REFERENCE for each in one(address)]
    for title, index in (("JSON Schemas", schemas.INDEX), ("Vocabularies", vocabularies.INDEX)):
        reference.append({title: [left.pop(index).file, *map(_entry, taken(lambda address, index=index: address.startswith(index)))]})
    decisions = {"Decisions": [left.pop(DECISIONS).file, *map(_entry, taken(lambda address: address.startswith(DECISIONS)))]}
    groups = {name: [each for stem in stems for each in one("" if stem == "index" else f"{stem}/")] for name, stems in GROUPS.items()}
    groups[OTHERS] += [_entry(left.pop(address)) for address in sorted(left) if "/" not in address[:-1]]
    if left:
        raise SiteError(f"nothing leads to {', '.join(sorted(left))}; give it a place in scripts/website/navigation.py")
    groups["Policies"] += shipped
    groups["Background"].append(decisions)
    ordered = {"Start": groups.pop("Start"), "In your workflow": groups.pop("In your workflow"), "Rules": rules, **groups, "Reference": reference}
    ordered["Background"] = ordered.pop("Background")
    return [{name: entries} for name, entries in ordered.items() if entries]


def _entry(page: Page) -> dict[str, str]:
    return {page.title: page.file}


def _rules(pages: list[Page]) -> Entries:
    """The index, then a section per category, its own page first."""
    by_category: dict[str, Entries] = {}
    entries: Entries = [page.file for page in pages if page.address == "rules/"]
    for page in sorted(pages, key=lambda page: (page.address.count("/"), page.address)):
        _, _, rest = page.address.partition("/")
        category = rest.partition("/")[0]
        if category:
            by_category.setdefault(category, []).append(page.file if rest == f"{category}/" else _rule(page))
    return [*entries, *({category: inside} for category, inside in by_category.items())]


def _rule(page: Page) -> dict[str, str]:
    return {page.address.rstrip("/").rpartition("/")[2]: page.file}
