"""The pages of the policies that ship: what each is for, and what it selects."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, TypeAlias

import yaml

from cardlint.locate import data_folder
from cardlint.repository import KINDS
from website.links import source_href
from website.markup import Converter, code, heading, plain, raw, wide
from website.pages import Page, file_href, href
from website.rules import address
from website.severities import badge, conditional, policies, severities

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cardlint.repository import Kind
    from cardlint.rule import Rule
    from website.links import Links

Selected: TypeAlias = "list[tuple[Rule, dict[Kind, str]]]"
SHIPPED = "policies/shipped/"


def policy_pages(rules: Mapping[str, Rule], links: Links) -> Iterator[Page]:
    """A page per policy that ships, and one that compares them."""
    for name in policies():
        yield _page(name, rules, links)
    names = policies()
    intro = "<p>The severity of every rule under each policy that ships. Where kinds differ, each is named.</p>"
    body = heading(1, "Policies that ship", "policies-that-ship") + raw(intro) + raw(_comparison(names, rules))
    yield Page(SHIPPED, "Policies that ship", "Every rule under every policy that ships", body)


def _page(name: str, rules: Mapping[str, Rule], links: Links) -> Page:
    source = f"rules/policies/{name}.yaml"
    text = (data_folder("rules") / "policies" / f"{name}.yaml").read_text("utf-8")
    policy = yaml.safe_load(text)
    about = " ".join(str(policy["description"]).split())
    page = f"policies/{name}/"
    selected = [(rule, found) for rule in rules.values() if _runs(name, rule, found := severities(rule)[name])]
    counts = "".join(f"<li>{_count(kind, selected)}</li>" for kind in KINDS)
    command = f"cardlint check --policy {name}\n" if name != "recommended" else "cardlint check\n"
    parts = [
        heading(1, plain(name), name), Converter(source, page, links).convert(about), raw(code(command, "console")),
        heading(2, "What it selects", "what-it-selects"), raw(f"<ul>{counts}</ul>"), raw(_table(name, selected, page)),
        heading(2, "The policy itself", "the-policy-itself"), raw(code(text, "yaml", f"{name}.yaml")),
        raw(f'<p class="source"><a href="{file_href(page, f"policies/{name}.yaml")}" download>Download</a> or see it in '
            f'<a href="{source_href(source)}">{source}</a>.</p>'),
    ]  # fmt: skip
    return Page(page, name, about.partition(". ")[0], "".join(parts), text, source)


def _runs(name: str, rule: Rule, found: Mapping[Kind, str]) -> bool:
    """Whether the rule may report something under the policy, be it under a condition."""
    return set(found.values()) != {"off"} or any(not said.startswith("off ") for said in conditional(name, rule))


def _count(kind: Kind, selected: Selected) -> str:
    graded = [found[kind] for _, found in selected if found.get(kind, "off") != "off"]
    each = ", ".join(f"{graded.count(severity)} {badge(severity)}" for severity in ("error", "warning", "note"))
    return f"for {kind}s {len(graded)} rules: {each}"


def _table(name: str, selected: Selected, page: str) -> str:
    rows = []
    for rule, found in selected:
        cells = "".join(f"<td>{badge(found[kind]) if kind in found else ''}</td>" for kind in KINDS)
        also = escape("; ".join(conditional(name, rule)))
        link = f'<a href="{href(page, address(rule))}"><code>{rule.id}</code></a>'
        rows.append(f'<tr><th scope="row">{link}</th><td>{rule.category}</td>{cells}<td>{also}</td></tr>')
    words = ("Rule", "Category", *(f"{kind.title()}s" for kind in KINDS), "Otherwise")
    return _framed(words, rows)


def _comparison(names: list[str], rules: Mapping[str, Rule]) -> str:
    rows = []
    for rule in rules.values():
        found = severities(rule)
        cells = "".join(f"<td>{_cell(found[name])}</td>" for name in names)
        rows.append(f'<tr><th scope="row"><a href="{href(SHIPPED, address(rule))}"><code>{rule.id}</code></a></th>{cells}</tr>')
    return _framed(("Rule", *(f'<a href="{href(SHIPPED, f"policies/{name}/")}">{name}</a>' for name in names)), rows)


def _cell(found: Mapping[Kind, str]) -> str:
    graded = dict.fromkeys(found.values())
    return badge(*graded) if len(graded) == 1 else "<br>".join(f"{badge(severity)} {kind}s" for kind, severity in found.items())


def _framed(words: tuple[str, ...], rows: list[str]) -> str:
    head = "".join(f'<th scope="col">{word}</th>' for word in words)
    return wide(f'<table class="rules"><thead><tr>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>', "Rules and severities")
