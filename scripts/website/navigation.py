"""The navigation: which page stands where."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from website import policies, schemas, vocabularies
from website.docs import DECISIONS, GROUPS, OTHERS
from website.pages import SiteError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from website.pages import Page

Entries = list[Any]
_ORDER = ("Start", "In your workflow", "Organisations", "Rules", "Policies", "Reference", "Background")
_REFERENCE = ("reference/commands/", "reference/reports/", "reference/exit-codes/")


def navigation(pages: Iterable[Page]) -> Entries:
    """Every page once, for the generator. Raises SiteError for a page that nothing leads to."""
    left = {page.address: page for page in pages}
    groups = {
        name: [each for stem in stems for each in _one(left, "" if stem == "index" else f"{stem}/")] for name, stems in GROUPS.items()
    }
    groups["Rules"] = _rules(_below(left, "rules/"))
    groups["Policies"] += [*_one(left, policies.SHIPPED), *map(_entry, _below(left, "policies/"))]
    groups["Reference"] = [each for address in _REFERENCE for each in _one(left, address)]
    groups["Reference"] += [_section(left, "JSON Schemas", schemas.INDEX), _section(left, "Vocabularies", vocabularies.INDEX)]
    groups["Background"].append(_section(left, "Decisions", DECISIONS))
    groups[OTHERS] += [_entry(left.pop(page.address)) for page in sorted(left.values(), key=lambda page: page.address) if page.source]
    if left:
        raise SiteError(f"nothing leads to {', '.join(sorted(left))}; give it a place in scripts/website/navigation.py")
    return [{name: groups[name]} for name in _ORDER if groups[name]]


def _one(left: dict[str, Page], address: str) -> Entries:
    """The page at an address, where there is one."""
    return [_entry(left.pop(address))] if address in left else []


def _below(left: dict[str, Page], start: str) -> list[Page]:
    """The pages whose addresses begin so."""
    return [left.pop(address) for address in [*left] if address.startswith(start)]


def _section(left: dict[str, Page], title: str, index: str) -> dict[str, Entries]:
    """A page with all that lie below it."""
    return {title: [_overview(left.pop(index)), *map(_entry, _below(left, index))]}


def _entry(page: Page) -> dict[str, str]:
    return {page.title: page.file}


def _overview(page: Page) -> dict[str, str]:
    return {"Overview": page.file}


def _rules(pages: list[Page]) -> Entries:
    """The index, then a section per category, its own page first."""
    by_category: dict[str, Entries] = {}
    entries: Entries = [{"All rules": page.file} for page in pages if page.address == "rules/"]
    for page in sorted(pages, key=lambda page: (page.address.count("/"), page.address)):
        _, _, rest = page.address.partition("/")
        category = rest.partition("/")[0]
        if category:
            by_category.setdefault(category, []).append(_overview(page) if rest == f"{category}/" else _rule(page))
    return [*entries, *({category: inside} for category, inside in by_category.items())]


def _rule(page: Page) -> dict[str, str]:
    return {page.address.rstrip("/").rpartition("/")[2]: page.file}
