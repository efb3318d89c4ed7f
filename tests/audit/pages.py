"""A page of an audit taken apart, and the small runs that its tests draw."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from filled import SERIES

from cardlint.audit.standing import Engine, Outcome, Standing
from cardlint.report import Finding, Target
from cardlint.rule import shipped
from cardlint.run import describe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cardlint.audit.store import Store
    from cardlint.policy import Waiver

ENGINE = Engine("0.1.0", "0" * 64, "strict", "cards")
RULES = ("license-missing", "link-broken", "dataset-script")
VOID = {"meta", "input"}


class Page(HTMLParser):
    """A page, taken apart by a parser that is not ours; asserts that every element is closed where it must be."""

    def __init__(self, content: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.contents: dict[str, list[str]] = {"style": [], "script": []}
        self.policy = ""
        self.said: list[str] = []
        self.feed(content)
        self.close()
        assert self.open == []
        self.text = " ".join("".join(self.said).split())
        self.data = json.loads(self.contents["script"][1])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        assert len(named) == len(attrs), f"an attribute of {tag} is repeated"
        self.tags.append(tag)
        self.attributes |= named.keys()
        self.ids += [named["id"] or ""] if "id" in named else []
        self.links += [named["href"] or ""] if "href" in named else []
        if named.get("http-equiv") == "Content-Security-Policy":
            self.policy = named["content"] or ""
        if tag not in VOID:
            self.open.append(tag)
        if tag in self.contents:
            self.contents[tag].append("")
        self.said.append(" ")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        self.said.append(" ")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in self.contents:
            self.contents[self.open[-1]][-1] += data
        else:
            self.said.append(data)


def standing(name: str, **more: Any) -> Standing:
    return Standing(f"hf://acme/{name}", "model", "acme", "a" * 40, "l")._replace(**more)


def found(rule: str = "license-missing", severity: str = "error", number: int = 0, **more: Any) -> Finding:
    return Finding(rule, severity, "high", f"message {number}", "s", "README.md", None, f"{number:032x}", **more)  # type: ignore[arg-type]


def run_of(store: Store, *outcomes: Outcome, rules: tuple[str, ...] = RULES, waivers: Sequence[Waiver] = (), **ending: Any) -> int:
    """A finished run with these outcomes."""
    run = store.begin(SERIES, ENGINE)
    store.describe(run, [describe(shipped()[rule]) for rule in rules], waivers)
    store.expect(run, ((outcome.standing, "{}") for outcome in outcomes))
    for outcome in outcomes:
        store.record(run, outcome)
    store.finish(run, **ending)
    return run


def outcome(name: str, *findings: Finding, state: Any = "audited", reason: str | None = None, **more: Any) -> Outcome:
    it = standing(name, **more)
    return Outcome(it, state, Target(it.name, it.kind, findings, revision=it.revision), reason)
