"""The page of each rule, and the pages that list them."""

from __future__ import annotations

import json
from html import escape
from typing import TYPE_CHECKING, Any

from cardlint.engine import SETTLED, check_function
from cardlint.exampletest import applicabilities
from cardlint.home import SITE, rule_page
from cardlint.locate import data_folder
from cardlint.options import option_schema
from cardlint.repository import KINDS
from cardlint.rulecard import prose, read_rule_card
from cardlint.text import decode
from website.examples import examples
from website.links import source_href
from website.markup import Converter, blocks, code, heading, parse, plain, raw, wide
from website.pages import Page, SiteError, href
from website.severities import badge, conditional, severities
from website.words import type_words

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence

    from markdown_it.token import Token

    from cardlint.rule import Rule
    from website.links import Links

CATEGORIES = {
    "access": "Gates and whom they ask for what",
    "code": "What runs when somebody loads the thing or follows its card",
    "datasets": "Data files, configurations and what a dataset card says of them",
    "documentation": "What a card tells the people who read it",
    "ethics": "Risks, people, and the ways to report harm; off until a policy asks",
    "evaluation": "Results, and whether they can be what they say",
    "frontmatter": "Whether every reader reads the same metadata",
    "license": "Metadata, licence file and prose against each other and against the base",
    "meta": "Suppressions, waivers and baselines themselves",
    "metadata": "Values the Hub and its users search by",
    "provenance": "Where weights and data come from; off until a policy asks",
    "spaces": "How a Space is built and run",
    "secrets": "What leaks",
    "weights": "Files of weights and what their libraries need",
}
_WAYS = {"safe": "safe, with <code>--fix</code>", "unsafe": "unsafe, with <code>--unsafe-fixes</code>"}
# Where these are what a rule reads, there may be no frontmatter to say anything in.
_BEFORE_FRONTMATTER = frozenset({"card", "card_path"})


def address(rule: Rule) -> str:
    """The rule's page below the site, as `cardlint.home` has it. Raises SiteError for a rule that does not ship."""
    page = rule_page(rule)
    if page is None:
        raise SiteError(f"{rule.id} does not ship and has no page")
    return page.removeprefix(SITE)


def rule_pages(rules: Mapping[str, Rule], links: Links) -> Iterator[Page]:
    """A page per rule."""
    for rule in rules.values():
        text = rule.card.read_text("utf-8")
        source = f"rules/{rule.path}"
        yield Page(address(rule), rule.title, _about(rule), _body(rule, text, source, links), text, source)


def _about(rule: Rule) -> str:
    return f"{rule.id}: {rule.severity}, for {', '.join(rule.kinds)}"


def _body(rule: Rule, text: str, source: str, links: Links) -> str:
    """The page: title, facts, then the card as it stands, then how to configure the rule."""
    shown = prose(decode(rule.path, text.encode()))
    first_line = text[: text.index(shown.rstrip("\n"))].count("\n") + 1
    to = Converter(source, address(rule), links, first_line)
    title, *rest = blocks(parse(shown))
    parts = [to.block(title), raw(_facts(rule, to.address, links))]
    parts += _sections(rest, to, {example.line for example in read_rule_card(rule.card, data_folder("rules")).examples})
    parts += [_options(rule), _configure(rule, to.address)]
    link = f'<p class="source">This page is the rule itself: <a href="{source_href(source)}">{escape(source)}</a>.</p>'
    return "".join([*parts, raw(link)])


def _sections(tokens: Sequence[list[Token]], to: Converter, starts: Container[int]) -> Iterator[str]:
    """The blocks of a card; those below Examples become frames with the names of files."""
    inside = False
    group: list[list[Token]] = []
    for block in tokens:
        if block[0].type == "heading_open" and block[0].tag == "h2":
            yield from examples(group, to, starts)
            inside, group = block[1].content == "Examples", []
            yield to.block(block)
        elif inside:
            group.append(block)
        else:
            yield to.block(block)
    yield from examples(group, to, starts)


def _facts(rule: Rule, page: str, links: Links) -> str:
    """What the frontmatter of a card and the policies say of a rule."""
    rows = [
        ("Id", f"<code>{rule.id}</code>"),
        ("Severity", _policies(rule, page)),
        ("Speaks of", ", ".join(f"{kind}s" for kind in rule.kinds)),
        ("Confidence", rule.confidence),
        ("Since", escape(rule.since)),
        ("Fix", ", or ".join(_WAYS[way] for way in applicabilities(rule)) if rule.fixable else "none: somebody has to decide"),
    ]
    if rule.preview:
        rows.append(("Preview", "may still change"))
    if rule.deprecated:
        rows.append(("Deprecated", f"since {escape(rule.deprecated)}"))
    if rule.yields_to:
        named = (f'<a href="{href(page, links.rules[other])}"><code>{other}</code></a>' for other in rule.yields_to)
        rows.append(("Yields to", ", ".join(named)))
    if rule.aliases:
        rows.append(("Former ids", ", ".join(f"<code>{name}</code>" for name in rule.aliases)))
    return '<dl class="facts">' + "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in rows) + "</dl>"


def _policies(rule: Rule, page: str) -> str:
    """The severity under each policy that ships, by kind where kinds differ."""
    items = []
    for policy, found in severities(rule).items():
        graded = dict.fromkeys(found.values())
        each = badge(*graded) if len(graded) == 1 else " ".join(f"{badge(severity)} {kind}s" for kind, severity in found.items())
        also = conditional(policy, rule)
        note = f" ({escape('; '.join(also))})" if also else ""
        items.append(f'<li><a href="{href(page, f"policies/{policy}/")}">{policy}</a> {each}{note}</li>')
    return f'<ul class="policies">{"".join(items)}</ul>'


def _options(rule: Rule) -> str:
    """The options of the rule's check: their types, and the values they have where nobody says otherwise."""
    import inspect

    check = check_function(rule)
    schema = option_schema(check)["properties"]
    if not schema:
        return ""
    defaults = {item.name: item.default for item in inspect.signature(check).parameters.values()}
    rows = "".join(
        f"<tr><td><code>{name}</code></td><td>{escape(type_words(kind))}</td><td>{_value(rule.options.get(name, defaults[name]))}</td></tr>"
        for name, kind in schema.items()
    )
    head = "<thead><tr><th>option</th><th>type</th><th>value in the card, or default</th></tr></thead>"
    about = "<p>A policy sets them under <code>with</code>.</p>"
    return heading(2, "Options", "options") + raw(about + wide(f'<table class="keys">{head}<tbody>{rows}</tbody></table>', "Options"))


def _value(value: Any) -> str:  # noqa: ANN401 - any option
    return f"<code>{escape(json.dumps(value, ensure_ascii=False, default=list))}</code>"


def _configure(rule: Rule, page: str) -> str:
    """How to make the rule graver or milder, or a finding of it accepted."""
    others = [severity for severity in ("off", "note", "warning", "error") if severity != rule.severity]
    policy = f"rules:\n  {rule.id}: {others[0]}   # or {', '.join(others[1:])}\n"
    parts = [
        heading(2, plain("Configure or suppress it"), "configure-or-suppress-it"),
        raw(f'<p>In <code>.cardlint.yaml</code> or a <a href="{href(page, "policies/")}">policy</a>:</p>'),
        raw(code(policy, "yaml", ".cardlint.yaml")),
    ]
    if rule.facts & SETTLED:
        parts.append(raw("<p>What this rule reports cannot be suppressed: it is about suppressions, waivers or baselines.</p>"))
    elif not rule.facts & _BEFORE_FRONTMATTER:
        key = f"x-cardlint:\n  ignore:\n    {rule.id}: why this is meant\n"
        link = f'<a href="{href(page, "suppressions/")}">other places</a>'
        parts += [raw(f"<p>In the frontmatter of the card, with a reason ({link}):</p>"), raw(code(key, "yaml", "README.md"))]
    return "".join(parts)


def index_pages(rules: Mapping[str, Rule]) -> Iterator[Page]:
    """The page of all rules, and one per category. Raises SiteError for a category without a description."""
    every = list(rules.values())
    about = "Every rule, by category, severity, kind and fix"
    intro = f'<p>{len(every)} rules. Severities are those of the policy <a href="../policies/recommended/index.html">recommended</a>.</p>'
    body = heading(1, "Rules", "rules") + raw(intro) + raw(_table(every, "rules/", "rule-index"))
    yield Page("rules/", "Rules", about, body)
    for category in sorted({rule.category for rule in every}):
        if category not in CATEGORIES:
            raise SiteError(f"the category {category} has no description in scripts/website/rules.py")
        own = [rule for rule in every if rule.category == category]
        page = f"rules/{category}/"
        text = heading(1, plain(category), category) + raw(f"<p>{escape(CATEGORIES[category])}.</p>") + raw(_table(own, page, ""))
        yield Page(page, category, CATEGORIES[category], text)


def _table(rules: Sequence[Rule], page: str, name: str) -> str:
    """Rules as a table; one with a name can be filtered."""
    head = "".join(f'<th scope="col">{word}</th>' for word in ("Rule", "Category", "Severity", "Kinds", "Fix"))
    rows = "".join(_table_row(rule, page) for rule in rules)
    mark = f' id="{name}"' if name else ""
    return wide(f'<table{mark} class="rules"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>', "Rules")


def _table_row(rule: Rule, page: str) -> str:
    found = severities(rule)["recommended"]
    graded = list(dict.fromkeys(found.values()))
    fix = "fixable" if rule.fixable else ""
    data = f'data-category="{rule.category}" data-kinds="{" ".join(rule.kinds)}" data-severity="{" ".join(graded)}" data-fix="{fix}"'
    cells = (
        f'<th scope="row"><a href="{href(page, address(rule))}"><code>{rule.id}</code></a><br>{escape(rule.title)}</th>',
        f"<td>{rule.category}</td>", f"<td>{' '.join(map(badge, graded))}</td>",
        f"<td>{', '.join(kind for kind in KINDS if kind in rule.kinds)}</td>", f"<td>{fix}</td>",
    )  # fmt: skip
    return f"<tr {data}>{''.join(cells)}</tr>"
