"""Figures in prose against metadata: a text made of the metadata never contradicts it, and one changed figure always does."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from cardlint import engine
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory

RULE = "claim-contradicts-metadata"
METRICS = [
    ("accuracy", "Accuracy"),
    ("f1", "F1"),
    ("precision", "Precision"),
    ("recall", "Recall"),
    ("wer", "WER"),
    ("exact_match", "Exact Match"),
]
DATASETS = [
    ("imdb", "IMDb"),
    ("glue", "GLUE SST-2"),
    ("acme/harbour-logs", "Harbour Logs"),
    ("conll2003", "CoNLL-2003"),
    ("squad_v2", "SQuAD v2"),
]
SPLITS = [None, "test", "validation"]


class Made(NamedTuple):
    """A figure of the metadata: dataset (type, name, split), metric (type, name), and the value as a fraction."""

    data: tuple[str, str]
    split: str | None
    metric: tuple[str, str]
    value: float
    percent: bool


@st.composite
def figures(draw: st.DrawFn) -> list[Made]:
    datasets = draw(st.lists(st.sampled_from(DATASETS), min_size=1, max_size=3, unique=True))
    percent = draw(st.booleans())
    made = []
    for data in datasets:
        split = draw(st.sampled_from(SPLITS))
        names = draw(st.lists(st.sampled_from(METRICS), min_size=1, max_size=3, unique=True))
        made += [Made(data, split, name, draw(st.integers(2_000, 9_999)) / 10_000, percent) for name in names]
    return made


def as_written(draw: st.DrawFn, value: float) -> str:
    """A fraction as people write it: rounded or not, in percent or not, with a decimal comma, emphasised."""
    if draw(st.booleans()):
        text = f"{value * 100:.{draw(st.integers(1, 2))}f}"
        text = draw(st.sampled_from([text, text + "%", text + " %", text.replace(".", ","), text + " ± 0.1"]))
    else:
        text = f"{value:.{draw(st.integers(3, 4))}f}"
    return draw(st.sampled_from([text, f"**{text}**"]))


def stated(draw: st.DrawFn, made: Made, figure: str) -> str:
    """A figure in one of the ways in which the text may state it."""
    split = f" {made.split}" if made.split and draw(st.booleans()) else ""
    name, metric = draw(st.sampled_from([made.data[1], made.data[0].rpartition("/")[2]])), made.metric[1]
    return draw(
        st.sampled_from(
            [
                f"- {name}{split} {metric}: {figure}\n",
                f"- {metric} on {name}{split}: {figure}\n",
                f"- {name}{split}:\n  - {metric}: {figure}\n",
                f"\n| Dataset | {metric} |\n|---|---|\n| {name}{split} | {figure} |\n\n",
                f"\n| Metric | {name}{split} |\n|:--|--:|\n| {metric} | {figure} |\n| heron | 1 |\n\n",
                f"\n| Model | {name}{split} ({metric}) |\n|---|---|\n| bert | 0.123 |\n| heron | {figure} |\n\n",
                f"\nThe model achieves {figure} {metric} on the {name}{split} set.\n\n",
                f"\nOur model reaches {figure} {metric} on {name}{split}, compared to 0.123 for BERT-base.\n\n",
                f"\nFine-tuned for reviews, it has a {metric} of {figure} on the {name}{split} benchmark and runs on CPU.\n\n",
                f"\nThe {metric} on {name}{split} is {figure}, which is good.\n\n",
            ]
        )
    )


def card(made: list[Made], body: str) -> bytes:
    results: list[dict[str, Any]] = []
    for one in made:
        dataset = {"type": one.data[0], "name": one.data[1], **({"split": one.split} if one.split else {})}
        value = round(one.value * 100, 4) if one.percent else one.value
        metric = {"type": one.metric[0], "name": one.metric[1], "value": value}
        results.append({"task": {"type": "text-classification"}, "dataset": dataset, "metrics": [metric]})
    index = json.dumps([{"name": "heron", "results": results}])
    return f"---\nlicense: mit\nmodel-index: {index}\n---\n# Heron\n\n## Evaluation\n\n{body}".encode()


def found(data: bytes) -> list[str]:
    repository = Repository(Memory({"README.md": data}), Identity("model", told=True))
    target = engine.run(repository, load_policy(shipped(), select=(RULE,)).bind(repository))
    assert target.failed == ()
    return [finding.subject for finding in target.findings]


@given(figures(), st.data())
def test_a_text_made_of_the_metadata_never_contradicts_it(made: list[Made], data: st.DataObject) -> None:
    body = "".join(stated(data.draw, one, as_written(data.draw, one.value)) for one in made)
    assert found(card(made, body)) == []


@given(figures(), st.data())
def test_one_changed_figure_is_found(made: list[Made], data: st.DataObject) -> None:
    wrong = data.draw(st.integers(0, len(made) - 1))
    other = made[wrong].value * data.draw(st.sampled_from([0.9, 0.97])) - 0.01
    # The changed one stands first: a sentence without a subject says nothing of this model after one that names another.
    order = sorted(range(len(made)), key=lambda index: index != wrong)
    body = "".join(stated(data.draw, made[index], as_written(data.draw, other if index == wrong else made[index].value)) for index in order)
    assert found(card(made, body)) == [f"model-index[0].results[{wrong}].metrics[0].value"]


@given(st.text(max_size=400))
def test_no_body_makes_it_raise(body: str) -> None:
    made = [Made(DATASETS[0], None, METRICS[0], 0.9, percent=False)]
    found(card(made, body))


@given(
    st.lists(
        st.sampled_from(
            [
                "| ",
                "|---|---|",
                "\n",
                "Accuracy",
                "imdb",
                " 0.5 ",
                "- ",
                "  ",
                ": ",
                "**",
                "# ",
                "`",
                "The model ",
                "\r\n",
                "±",
                "1,000",
                "。",
            ]
        ),
        max_size=60,
    )
)
def test_no_mixture_makes_it_raise(parts: list[str]) -> None:
    made = [Made(DATASETS[0], None, METRICS[0], 0.9, percent=False)]
    found(card(made, "".join(parts)))
