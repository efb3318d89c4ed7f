"""One finding in HTML: its line with the place marked, related places, what a fix would write, and where to read more."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from cardlint.formats.html_diff import proposal
from cardlint.formats.html_markup import Markup, anchor, coded, count, cut, element, left_out, together

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cardlint.report import Descriptor, Finding, Place, RelatedPlace

# Characters. What is longer is cut where it is shown, and says so.
LONGEST_MESSAGE = 1_000
LONGEST_NAME = 300
_AROUND = 120
_MARKED = 400
_RELATED = 10
LABELS = {"error": "Error", "warning": "Warning", "note": "Note"}


class Item(NamedTuple):
    """A finding of a page, and the id to link to."""

    finding: Finding
    id: str


def where(path: str | None) -> str:
    """A path as the page shows it, below the name of its repository."""
    return cut(path or "the repository", LONGEST_NAME)


def article(item: Item, rules: Mapping[str, Descriptor]) -> Markup:
    """A finding, complete, readable without style and script."""
    finding = item.finding
    return element(
        "article",
        _head(item),
        element("h4", *coded(cut(finding.message, LONGEST_MESSAGE))),
        _suppressed(finding),
        Markup() if finding.place is None else frame(finding.place),
        _related(finding.related),
        proposal(finding),
        _foot(finding, rules.get(finding.rule)),
        class_=f"finding {finding.severity}", id=item.id,
    )  # fmt: skip


def _head(item: Item) -> Markup:
    finding = item.finding
    doubt = "" if finding.confidence == "high" else element("span", f"{finding.confidence} confidence", class_="doubt")
    state = element("span", "new", class_="new") if finding.state == "new" else ""
    link = element("a", _where(finding), class_="place", href=f"#{item.id}", title="Link to this finding")
    return element("p", element("span", LABELS[finding.severity], class_="severity"), " ", link, " ", state, doubt, class_="head")


def _where(finding: Finding) -> str:
    place = finding.place
    return where(finding.path) if place is None else f"{where(place.path)}:{place.line}:{place.column}"


def _suppressed(finding: Finding) -> Markup:
    if finding.suppressed is None:
        return Markup()
    reason = cut(finding.suppressed.reason, LONGEST_MESSAGE)
    return element("p", element("strong", f"Suppressed ({finding.suppressed.kind}):"), " ", reason, class_="reason")


def frame(place: Place) -> Markup:
    """The first line of a place with the range marked; nothing for an empty line."""
    source, start = place.source, min(place.column - 1, len(place.source))
    if not source:
        return Markup()
    end = max(start, place.end_column - 1 if place.end_line == place.line else len(source))
    before, marked, after = source[max(0, start - _AROUND) : start], source[start : min(end, start + _MARKED)], source[end : end + _AROUND]
    code = element(
        "code",
        _gap(start - len(before)), before,
        element("mark", marked, _gap(min(end, len(source)) - start - len(marked)), class_=None if marked else "point"),
        after, _gap(len(source) - end - len(after)),
    )  # fmt: skip
    more = "" if place.end_line == place.line else element("span", f"to line {place.end_line:,}", class_="more")
    return element("div", element("span", f"{place.line}", class_="number"), code, more, class_="frame")


def _gap(length: int) -> Markup:
    return element("span", left_out(length), class_="cut") if length > 0 else Markup()


def _related(related: tuple[RelatedPlace, ...]) -> Markup:
    if not related:
        return Markup()
    items = [element("li", *_relation(item)) for item in related[:_RELATED]]
    if len(related) > _RELATED:
        items.append(element("li", f"{count(len(related) - _RELATED, 'more place')} not shown"))
    return element("ul", *items, class_="related")


def _relation(item: RelatedPlace) -> tuple[str, ...]:
    place = f"{where(item.place.path)}:{item.place.line}:{item.place.column}"
    return element("span", place, class_="place"), ": ", cut(item.message, LONGEST_MESSAGE), frame(item.place)


def _foot(finding: Finding, rule: Descriptor | None) -> Markup:
    """The rule: its title and page, and where the page says why."""
    code = element("code", cut(finding.rule, LONGEST_NAME))
    if rule is None:
        return element("p", code, class_="foot")
    matters = element("a", "Why it matters", class_="why", href=f"#{anchor('rule', rule.id)}")
    return element("p", together(titled(rule)), " ", code, " ", matters, class_="foot")


def titled(rule: Descriptor) -> list[Markup]:
    """The title of a rule, linked where it has a page on the web."""
    title = cut(rule.title, LONGEST_NAME)
    if rule.url is None or not rule.url.startswith("https://"):
        return [element("span", title, class_="title")]
    return [element("a", title, class_="title", href=rule.url, rel="noopener noreferrer")]
