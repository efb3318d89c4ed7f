"""What holds of every fix, over cards made of the ways people write them: line ends, marks, comments, quotes, styles."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import event, example, given
from hypothesis import strategies as st

from cardlint import engine
from cardlint.fix import applied, chosen, fixed
from cardlint.nodes import Mapping, data
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory

if TYPE_CHECKING:
    from cardlint.nodes import Data
    from cardlint.report import Finding, Target
    from cardlint.repository import Kind

CARD = "README.md"
POLICY = load_policy(shipped())

# Values as people write them, right and wrong; `{}` stands for the key.
ENTRIES = [
    "license: mit", "license: MIT", "license: 'Apache2'", 'license: "apache-2.0" # as agreed', "license: [mit, MIT]", "license:",
    "licence: mit", "licenses: [mit]", "licenses:\n- mit", "licenses: []", "language: no", "language: [en, no]", "language: [\n  en,\n  no\n]",
    "language:\n- en\n- no # Norwegian\n- NO", "language: {en: 1}", "language: english", "languages:\n  - en", "languages: no",
    "tags:", "tags: [a, ~, b]", "tags: [~]", "tags:\n- a\n-\n- b", "tags:\n-", "tags: [a,\n  null]", "tags: &t [x, ~]", "datasets: ~",
    "datasets: # none", "datasets:\n  # none\n  - imdb", "metrics: *t", "pretty_name: A: b", "pretty_name: 'it''s'", "pretty_name: cafÃ©",
    "library_name: Transformers", "library-name: transformers", "pipeline_tag: text_classification", "pipeline_tag: 'Text-Generation'",
    "pipline_tag: text-generation", "base_model: acme/base", "base_model_relation: Finetune", "finetuned_from: acme/base",
    "inference: yes", "widget:\n\t- text: Hi", "widget:\n- text: |\n    a: b\n    no\n  n: 1", "released: 2025-01-15", "rate: 1e-5", "on: x",
    "size_categories: [100k<n<1M]", "task_categories:\n- text_classification\n- text-classification", "annotations_creators: [Found]",
    "sdk: gradio", "sdk_version: 4.10", "python_version: '3.10'", "colorFrom: Red", "pinned: no", "suggested_storage: small", "thumbnail:",
    "model-index:\n- name: m\n  results:\n  - task: {type: t}\n    dataset: {type: d, name: D}\n    metrics:\n    - {type: f1, value: '0.9'}",
    "x-own: [1, ~, {a: ~}]", "description: >-\n  folded\n  no", "? complex\n: ~", "a: {b: ~, c: no}", "extra_gated_fields: {Name: Text}",
]  # fmt: skip
# What anchors name, and what aliases make of it elsewhere.
ANCHORED = [
    ("language: &l [EN, no]", ["x-own: *l", "tags: *l", "x: {y: [*l]}"]), ("tags: &l [EN, ~]", ["language: *l", "datasets: *l"]),
    ("tags: &l\n- a\n-\n- no", ["language: *l", "labels: *l"]), ("tags: [&l no, b]", ["tags: [c]", "x-own: *l", "language: [*l]"]),
    ("license: &l MIT", ["licence: *l", "licenses: [*l]", "license: *l"]), ("licenses: &l [mit]", ["license: *l", "x-own: *l"]),
    ("extra_gated_fields: &l {Name: Text}", ["x-own: *l"]), ("x: &l", ["tags: *l", "datasets: [*l]", "metrics:\n- a\n- *l"]),
    ("model-index: &l\n- name: m\n  results:\n  - metrics:\n    - {type: f1, value: '0.9'}", ["x-own: *l", "model-index: *l"]),
    ("x: {y: &l acme/base}", ["base_model: *l", "finetuned_from: *l", "z: {a: *l, a: ~}"]), ("&l licence: mit", ["x: *l", "tags: [*l, ~]"]),
    ("pretty_name: &l cafÃ©", ["x-own: *l", "? *l\n: no"]),
]  # fmt: skip
BODIES = ["# M\n", "Text isnâ€™t\n", "", "\n\n```yaml\nlanguage: no\n```", "---\n\tx\n"]


class Case(NamedTuple):
    """A card, and what kind it is."""

    content: str
    kind: Kind
    unsafe: bool


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A card of some entries, in one of the forms files have."""
    entries = draw(st.lists(st.sampled_from(ENTRIES), min_size=1, max_size=6))
    for entry, others in draw(st.lists(st.sampled_from(ANCHORED), max_size=1)):
        at = draw(st.integers(0, len(entries)))
        entries[at:] = [entry, *draw(st.lists(st.sampled_from(others), min_size=1, max_size=2)), *entries[at:]]
    between = draw(st.sampled_from(["", "# why\n", "\n"]))
    block = "".join(f"{entry}\n{between}" for entry in entries)
    content = f"---\n{block}---\n{draw(st.sampled_from(BODIES))}"
    content = content.replace("\n", draw(st.sampled_from(["\n", "\n", "\r\n"])))
    mark = "\ufeff" if draw(st.integers(0, 4)) == 0 else ""
    return Case(mark + content, draw(st.sampled_from(["model", "dataset", "space"])), draw(st.booleans()))


def opened(content: bytes, kind: Kind) -> Repository:
    return Repository(Memory({CARD: content}), Identity(kind, told=True))


def look(repository: Repository) -> Target:
    return engine.run(repository, POLICY.bind(repository))


def metadata(content: bytes, kind: Kind) -> Mapping | None:
    found: Mapping | None = opened(content, kind).fact("card").metadata
    return found


def run(case: Case) -> tuple[Target, bytes, list[tuple[bytes, Target]]]:
    """What remains, the card then, and what was seen on the way."""
    rounds: list[tuple[bytes, Target]] = []

    def seen(repository: Repository) -> Target:
        found = look(repository)
        rounds.append((repository.source.read(CARD), found))
        return found

    repository = opened(case.content.encode(), case.kind)
    target = fixed(repository, seen(repository), seen, unsafe=case.unsafe)
    assert target.fixing is not None
    return target, {CARD: case.content.encode(), **{item.path: item.after for item in target.fixing.changes}}[CARD], rounds


def top(finding: Finding) -> str:
    return re.split(r"[.\[]", finding.subject, maxsplit=1)[0]


def touched(rounds: list[tuple[bytes, Target]], case: Case) -> set[str]:
    """The top-level keys that fixes are about, by name and by place."""
    names: set[str] = set()
    for content, target in rounds[:-1]:
        todo = chosen(target.findings, unsafe=case.unsafe)
        names |= {top(item) for item in todo}
        root = metadata(content, case.kind)
        spans = [edit.span for item in todo if item.fix for edit in item.fix.edits]
        for entry in root.entries if root else ():
            start, end = entry.key.start, max(entry.value.end, entry.key.end)
            names |= {entry.name for span in spans if span.start <= end and start <= span.end}
    return names


@given(cases())
@example(Case("---\nlicense: mit\nlicense: MIT\n---\n", "model", unsafe=True))
@example(Case("---\ntags: [a, ~, b]\ntags:\n---\n", "model", unsafe=False))
@example(Case("---\ndescription: >-\n  a\n\nlicenses: [mit]\n\nlicense: mit\n---\n", "model", unsafe=False))
@example(Case("\ufeff---\r\ntags: [a, ~]\r\n---", "dataset", unsafe=False))
def test_the_net_has_nothing_to_refuse(case: Case) -> None:
    target, _, rounds = run(case)
    event(f"rounds: {len(rounds)}")
    assert target.failed == ()


@given(cases())
def test_fixing_twice_is_fixing_once(case: Case) -> None:
    target, after, _ = run(case)
    again, twice, _ = run(Case(after.decode(), case.kind, case.unsafe))
    assert twice == after
    assert again.findings == target.findings


@given(cases())
def test_only_the_reported_spans_are_touched(case: Case) -> None:
    _, after, rounds = run(case)
    for (content, target), (changed, _) in pairwise(rounds):
        edits = [edit for item in chosen(target.findings, unsafe=case.unsafe) if item.fix for edit in item.fix.edits]
        assert applied(content.decode(), edits).encode() == changed
    assert rounds[-1][0] == after


@given(cases())
def test_the_data_is_the_same_but_for_the_fixed_keys(case: Case) -> None:
    _, after, rounds = run(case)
    before, then = metadata(case.content.encode(), case.kind), metadata(after, case.kind)
    if before is None:
        return
    assert then is not None
    names = touched(rounds, case)
    assert kept(data(before), names) == kept(data(then), names)


def kept(held: Data, names: set[str]) -> str:
    """What no fix is about, NaN equal to itself; the line end of the last value is the closing fence's."""
    assert isinstance(held, dict)
    return repr({key: value.rstrip() if isinstance(value, str) else value for key, value in held.items() if key not in names})


@given(cases())
def test_what_was_to_be_cured_is_gone_and_nothing_else_came(case: Case) -> None:
    _, after, rounds = run(case)
    found = look(opened(after, case.kind))
    assert [item for item in found.findings if item.fix and (case.unsafe or item.fix.applicability == "safe")] == []
    before = rounds[0][1]
    # What an anchor and an alias share is reported under whichever key comes first, which a removed key can change.
    known = {(item.rule, about) for item in before.findings for about in (item.subject, item.place and item.place.source)}
    names = touched(rounds, case)
    # A value that begins to mean something asks for what goes with it (a licence for its text), which is not wrong now.
    told = {item.rule for item in before.skipped} | {name for name in shipped() if name.endswith("-missing")}
    came = [item for item in found.findings if item.rule not in told and top(item) not in names]
    assert [item for item in came if not known & {(item.rule, item.subject), (item.rule, item.place and item.place.source)}] == []
