"""Figures in prose against metadata, and whether there are any: what the examples in the rule cards cannot show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from bulk import bulk
from claim_cards import CARDS, SENTENCES, WRONG, Card, metric
from ending import ends

from cardlint import engine
from cardlint.claims import Figure, Reading, figure
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory

if TYPE_CHECKING:
    from cardlint.report import Target

RULE = "claim-contradicts-metadata"


def document(card: Card) -> bytes:
    """The card's README, with its results as JSON, which is YAML."""
    index = [
        {"name": card.model, "results": [
            {"task": {"type": card.task.lower().replace(" ", "-"), "name": card.task}, "dataset": dataset, "metrics": metrics}
            for dataset, metrics in card.results
        ]}
    ]  # fmt: skip
    return f"---\nlicense: mit\nmodel-index: {json.dumps(index, ensure_ascii=False)}\n---\n{card.body}".encode()


def run(data: bytes, *rules: str, id: str | None = None) -> Target:  # noqa: A002
    repository = Repository(Memory({"README.md": data}), Identity("model", id, told=True))
    target = engine.run(repository, load_policy(shipped(), select=rules or (RULE,)).bind(repository))
    assert target.failed == ()
    assert target.skipped == ()
    return target


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.manner)
def test_a_card_whose_text_and_metadata_agree_is_silent(card: Card) -> None:
    assert [finding.message for finding in run(document(card)).findings] == []


def changed(card: Card, result: int, place: int) -> Card:
    """The card with one figure of its metadata moved far beyond rounding."""
    held = json.loads(json.dumps(card.results))
    held[result][1][place]["value"] *= 0.83
    return card._replace(results=held)


STATED = [(card, *place) for card in CARDS for place in card.stated]


@pytest.mark.parametrize(("card", "result", "place"), STATED, ids=lambda value: value.manner if isinstance(value, Card) else str(value))
def test_a_changed_figure_is_found(card: Card, result: int, place: int) -> None:
    found = run(document(changed(card, result, place))).findings
    assert [finding.subject for finding in found] == [f"model-index[0].results[{result}].metrics[{place}].value"]
    assert found[0].related[0].place is not None


@pytest.mark.parametrize("card", [card for card in CARDS if not card.stated], ids=lambda card: card.manner)
def test_where_nothing_is_unmistakable_nothing_is_said_whatever_the_metadata(card: Card) -> None:
    for result, (_, metrics) in enumerate(card.results):
        for place in range(len(metrics)):
            assert run(document(changed(card, result, place))).findings == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("92.3", Figure((Reading(92.3, 0.1),))),
        ("92,3 %", Figure((Reading(92.3, 0.1),))),
        ("1,234", Figure((Reading(1234, 1), Reading(1.234, 0.001)))),
        ("0,923", Figure((Reading(0.923, 0.001),))),
        ("1,234.5", Figure((Reading(1234.5, 0.1),))),
        (".91", Figure((Reading(0.91, 0.01),))),
        ("2e-05", Figure((Reading(2e-05, 1e-05),))),
        ("92.3 ± 0.4", Figure((Reading(92.3, 0.1),), 0.4)),
        ("92.3 (±0.4)", Figure((Reading(92.3, 0.1),), 0.4)),
        ("92.3†", Figure((Reading(92.3, 0.1),))),
        ("1.2.3", None),
        ("1,2,3", None),
        ("92.3/91.0", None),
        ("92.3 (0.4)", None),
        ("> 92", None),
        ("", None),
        ("n/a", None),
    ],
)
def test_figures(text: str, expected: Figure | None) -> None:
    found = figure(text)
    if expected is None or found is None:
        assert found == expected
        return
    assert [reading.value for reading in found.readings] == pytest.approx([reading.value for reading in expected.readings])
    assert [reading.unit for reading in found.readings] == pytest.approx([reading.unit for reading in expected.readings])
    assert found.spread == expected.spread


SHAPES: tuple[Any, ...] = (
    None, True, 0, "x", [], [[]], [None], [1], {}, [{}], [{"name": 1, "results": {}}], [{"results": [1, {}, {"dataset": 3, "task": 4, "metrics": 5}]}],
    [{"name": "m", "results": [{"task": {"type": 1}, "dataset": {"name": 1, "type": None}, "metrics": [1, {}, {"type": 3, "value": 1}, {"type": "f1", "value": "x"}]}]}],
    [{"name": "m", "results": [{"task": {}, "dataset": {"name": "d", "type": "d"}, "metrics": [{"type": "", "value": 10**400}, {"type": "f1", "value": True}]}]}],
    [{"name": "m", "results": []}, {"name": "n", "results": []}],
)  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: repr(shape)[:40])
def test_no_shape_of_the_metadata_makes_a_check_raise(shape: Any) -> None:
    data = f"---\nlicense: mit\nmodel-index: {json.dumps(shape)}\n---\n# M\n\n- F1: 0.91\n\n| Accuracy |\n|---|\n| 0.9 |\n".encode()
    run(data, RULE, "metric-out-of-range", "evaluation-missing")


SIMPLE = Card("", "heron", [({"name": "imdb", "type": "imdb"}, [metric("accuracy", 0.912)])], "")


@pytest.mark.parametrize(
    "unit",
    ["| a ", "|", "- Accuracy: 0.5\n", "  - x\n", "\n| Accuracy |\n|---|\n| 0.5 |\n", "The model achieves 0.5 accuracy on imdb. ", "# h\n", "imdb ", "0.5 ", "± 1", "a." ,
     "[a](b) ", "<a ", "``` \n", "<!-- x -->\n", "准确率", "\\|", "_ ", "- Accuracy: 0.5 imdb\n", "|-", "@1 ", " |\n|-|\n", "The model achieves 0.5 accuracy on imdb.\n", "| imdb " * 60 + "|\n" + "|-" * 60 + "|\n" + ("| 0.5 " * 60 + "|\n") * 50 + "\n"],
)  # fmt: skip
@pytest.mark.bulk
def test_a_hostile_body_is_read_in_no_time(unit: str) -> None:
    body = unit * (bulk(1_000_000) // len(unit))
    with ends():
        run(document(SIMPLE._replace(body=body)), RULE)
        run(document(SIMPLE._replace(results=[], body=body)), "evaluation-missing")


@pytest.mark.bulk
@pytest.mark.parametrize(
    "sentence",
    [
        "The model achieves 0.{} accuracy on imdb.\n",
        "- The accuracy on imdb is 0.{}, which is good\n",
        "BERT {} is old, but good.\nIt achieves 0.5 accuracy on imdb.\n",
    ],
)
def test_many_different_sentences_are_read_in_no_time(sentence: str) -> None:
    body = "".join(sentence.format(number) for number in range(bulk(1_000_000) // len(sentence)))
    with ends():
        run(document(SIMPLE._replace(body=body)))


@pytest.mark.bulk
def test_many_results_with_one_name_are_read_in_no_time() -> None:
    names = [{"name": f"imdb {number % 7}", "type": "imdb"} for number in range(1_000)]
    body = "- imdb accuracy: 0.5\n- imdb imdb 1 accuracy: 0.7\n" * bulk(20_000)
    with ends():
        run(document(Card("", "m", [(name, [metric("accuracy", 0.9)]) for name in names], body)))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("## Evaluation\n\n| Metric | Value |\n|---|---|\n| Accuracy | 0.871 |\n", ["0.871"]),
        ("## Evaluation\n\n| Metric | heron |\n|---|---|\n| Accuracy | **87.1%** |\n", ["87.1%"]),
        ("## Evaluation\n\n| Accuracy |\n|---|\n| 0,871 |\n", ["0,871"]),
        ("## Evaluation\n\nAccuracy: 0.871\n", ["0.871"]),
        ("## Evaluation\n\n* **Accuracy:** `0.871`\n", ["0.871"]),
        ("## Evaluation\n\n- on imdb:\n  - Accuracy: 0.871\n", ["0.871"]),
        ("## 1. Results\n\n准确率：0.871\n", ["0.871"]),
        ("## Evaluation\n\nThe model achieves 0.871 accuracy on the imdb dataset.\n", ["0.871"]),
        ("## Evaluation\n\n- The model achieves 0.871 accuracy on the imdb dataset.\n", ["0.871"]),
        # Decided by something else, or by nothing.
        ("## Evaluation\n\n- Accuracy: 0.871\n- Accuracy: 0.912\n", []),
        ("## Evaluation\n\n- Accuracy: 0.871\n\nAccuracy: 0.875\n", []),
        ("## Evaluation\n\n- Accuracy: about 0.871\n", []),
        ("## Evaluation\n\n- Accuracy (5-shot): 0.871\n", []),
        ("## Evaluation\n\n- Accuracy@1: 0.871\n", []),
        ("## Evaluation\n\n- Test accuracy: 0.871\n", []),
        ("## Evaluation\n\n- Macro accuracy: 0.871\n", []),
        ("## Evaluation\n\n- F1: 0.871\n", []),
        ("## Evaluation of the teacher\n\n- Accuracy: 0.871\n", []),
        ("## 3 Results of 2019\n\n- Accuracy: 0.871\n", []),
        ("## Evaluation\n\nFigures of BERT-large:\n\n- Accuracy: 0.871\n", []),
        ("## Evaluation\n\nWe compare with the baseline.\n\n- Accuracy on imdb: 0.871\n", []),
        ("## Evaluation\n\nFor details see the report of Smith et al.\n\n- Accuracy: 0.871\n", []),
        ("## Evaluation\n\nThe original model achieves 0.871 accuracy on imdb.\n", []),
        ("## Evaluation\n\nBERT is older. It achieves 0.871 accuracy on imdb.\n", []),
        ("## Teacher\n\nThe model achieves 0.871 accuracy on imdb.\n", []),
        ("## Evaluation\n\nThe model achieves 0.871 and 0.862 accuracy on imdb.\n", []),
        ("## Evaluation\n\nThe model achieves 0.871 accuracy on imdb, imdb and 0.9 f1.\n", ["0.871"]),
        ("## Evaluation\n\nThe model achieves 0.8.7.1 accuracy on imdb.\n", []),
        ("## Evaluation\n\n- Yelp:\n  - Accuracy: 0.9\n- Accuracy: 0.871\n", ["0.871"]),
        ("## Evaluation\n\n- Training accuracy: 0.971\n", []),
        ("## Evaluation\n\n- Accuracy (de): 0.871\n", []),
        ("## Evaluation\n\n| Language | Accuracy |\n|---|---|\n| en | 0.871 |\n| fr | 0.85 |\n| it | 0.84/0.83 |\n", []),
        ("## Resultados (en)\n\n| Metric | Value |\n|---|---|\n| Accuracy | 0.871 |\n", []),
        ("## Evaluation\n\n| # | Metric | Value |\n|---|---|---|\n| 3 | Accuracy | 0.912/0.9 |\n", []),
        ("## Evaluation\n\nEl modelo alcanza 0,871 accuracy en imdb.\n", ["0,871"]),
        ("## Evaluation\n\n```\nAccuracy: 0.871\n```\n<!-- Accuracy: 0.871 -->\n", []),
        ("## Evaluation\n\n| Metric | 2019 | Teacher |\n|---|---|---|\n| Accuracy | 0.871 | 0.871 |\n", []),
        ("## Evaluation\n\n| Model | Accuracy |\n|---|---|\n| bert | 0.871 |\n| 2 layers | 0.871 |\n", []),
        ("## Evaluation\n\n| Dataset | Accuracy | F1 |\n|---|---|---|\n| imdb | 0.871 | - |\n| | | |\n", ["0.871"]),
        ("## Evaluation\n\n" + "x " * 100 + "Accuracy: 0.871\n", []),
        ("## Evaluation\n\nThe model achieves " + "the " * 70 + "0.871 accuracy on imdb.\n", []),
    ],
)  # fmt: skip
def test_what_counts_as_a_claim(body: str, said: list[str]) -> None:
    found = run(document(SIMPLE._replace(body=f"# Heron\n\n{body}"))).findings
    assert [finding.place.source[finding.place.column - 1 : finding.place.end_column - 1] for finding in found if finding.place] == said


@pytest.mark.parametrize(("sentence", "said"), SENTENCES, ids=lambda value: value[:60] if isinstance(value, str) else None)
def test_a_figure_is_judged_by_its_clause(sentence: str, said: list[str]) -> None:
    body = sentence if sentence.startswith("#") else f"## Evaluation\n\n{sentence}"
    found = run(document(Card("", "heron", WRONG, f"# Heron\n\n{body}\n"))).findings
    assert sorted(
        finding.place.source[finding.place.column - 1 : finding.place.end_column - 1] for finding in found if finding.place
    ) == sorted(said)


@pytest.mark.parametrize(
    "body", ["It achieves an accuracy of 0.95 on Heron headlines.", "| Dataset | Accuracy |\n|---|---|\n| Heron headlines | 0.95 |"]
)
def test_a_dataset_may_bear_the_models_name(body: str) -> None:
    results = [({"name": "Heron headlines", "type": "heron/headlines"}, [metric("accuracy", 0.91)])]
    said = f"# H\n\nTells whether a headline is good news. {body}" if body.startswith("It") else f"# H\n\n{body}"
    assert len(run(document(Card("", "headlines", results, said)), id="heron/headlines").findings) == 1


def test_the_figure_of_the_metadata_in_the_same_sentence_decides_nothing() -> None:
    body = "# x\n\nThe model achieves 0.95 accuracy on imdb, up from 0.912.\n"
    assert run(document(SIMPLE._replace(body=body))).findings == ()
    assert len(run(document(SIMPLE._replace(body=body.replace("0.912", "0.881")))).findings) == 1


def test_the_models_own_names_are_known() -> None:
    body = "# x\n\n| Model | Accuracy |\n|---|---|\n| acme/night-heron | 0.5 |\n"
    assert run(document(SIMPLE._replace(body=body))).findings == ()
    assert len(run(document(SIMPLE._replace(body=body)), id="acme/night-heron").findings) == 1


def test_a_split_of_the_metadata_is_known_by_its_name() -> None:
    results = [
        ({"name": "LibriSpeech", "type": "librispeech_asr", "split": split}, [metric("wer", value)])
        for split, value in (("test.other", 4.3), ("test.clean", 2.0))
    ]
    body = "# x\n\n| Dataset | WER |\n|---|---|\n| LibriSpeech test-other | 5.1 |\n| LibriSpeech test-clean | 2.0 |\n"
    assert [finding.subject for finding in run(document(Card("", "m", results, body))).findings] == [
        "model-index[0].results[0].metrics[0].value"
    ]


@pytest.mark.parametrize("written", [b"0xefe", b"0e999999", b"9_1", b"1e3"])
def test_numbers_written_oddly_are_read(written: bytes) -> None:
    run(document(SIMPLE._replace(body="# x\n\n- Accuracy: 0.5\n")).replace(b"0.912", written))


def test_too_many_results_decide_nothing() -> None:
    many = [({"name": f"d{number}", "type": f"d{number}"}, [metric("accuracy", 0.9)]) for number in range(1_001)]
    assert run(document(Card("", "m", many, "# x\n\n- d7 accuracy: 0.5\n"))).findings == ()
    assert len(run(document(Card("", "m", many[:1_000], "# x\n\n- d7 accuracy: 0.5\n"))).findings) == 1


@pytest.mark.parametrize(
    ("metrics", "found"),
    [
        ([metric("accuracy", 100.0000000001)], []),
        ([metric("accuracy", float("nan"))], []),
        ([metric("f1", 101)], ["value"]),
        ([metric("pearson", -100.0)], []),
        ([metric("pearson", -100.5)], ["value"]),
        ([metric("r2", -3.0)], []),
        ([metric("r2", 130)], ["value"]),
        ([metric("mse", -0.1)], ["value"]),
        ([metric("own_metric", 4000)], []),
        ([metric("accuracy", 4000, "Perplexity")], []),
        ([metric("own", -4, "Accuracy")], ["value"]),
        ([metric("wer", 10**400)], []),
        # Scales: a lone fraction among percents is reported as that; a low share beside a high one is none.
        ([metric("accuracy", 91.0), metric("f1", 90.1), metric("recall", 0.91)], ["value"]),
        ([metric("accuracy", 91.0), metric("f1", 0.9)], ["value"]),
        ([metric("accuracy", 91.0), metric("f1", 0.2)], []),
        ([metric("accuracy", 1.0), metric("f1", 0.99)], []),
        ([metric("map_at_1", 93.0), metric("precision_at_100", 0.98)], []),
    ],
)  # fmt: skip
def test_ranges(metrics: list[dict[str, Any]], found: list[str]) -> None:
    findings = run(document(SIMPLE._replace(results=[(SIMPLE.results[0][0], metrics)], body="# x")), "metric-out-of-range").findings
    assert [finding.subject.rpartition(".")[2] for finding in findings] == found


def test_nan_is_no_value() -> None:
    data = document(SIMPLE._replace(body="# x")).replace(b"0.912", b".nan")
    assert len(run(data, "metric-out-of-range").findings) == 1


@pytest.mark.parametrize(
    ("body", "missing"),
    [
        ("# x\n\nF1 score of 87.4.\n", False),
        ("# x\n\ntest f1-weighted score = %94\n", False),
        ("# x\n\n```\n   precision recall f1-score\naccuracy 0.95 25000\n```\n", False),
        ("# x\n\n| Model | F1 |\n|---|---|\n| x | 87 |\n", False),
        ("# x\n\n| Model | Size |\n|---|---|\n| x | 87 |\n\nMMLU was not run.\n", True),
        ("# x\n\n<!-- Accuracy: 0.9 -->\n", True),
        ("# Fern base\n\n| Model | English |\n|---|---|\n| mFern | 82.1 |\n", False),
        ("# FernBERT base\n\n| | Leaves | Moss |\n|---|---|---|\n| FernBERT | 41.2 | 40 |\n", False),
        ("# FernBERT base\n\n| | Leaves |\n|---|---|\n| other base | 41.2 |\n", True),
        ("# x\n\n| Model | Size (GB) | Layers |\n|---|---|---|\n| x | 4.2 | 12 |\n", True),
        ("# x\n\n| Model | larch |\n|---|---|\n| Training time | 4.2 |\n", True),
        ("# x\n\n| Model | larch |\n|---|---|\n| x | 12 |\n", True),
        ("# x\n\n| Model | larch |\n|---|---|\n| x | 12% |\n", False),
        ("# fern-7b\n\nSecond try. fern-7b: 89% to mBERT: 52%\n", False),
        ("# fern-7b\n\nNot fern-7b-x: 89% done.\n", True),
        ("# x\n\nIt came to 0.90268 on the public leaderboard.\n", False),
        ("# x\n\nResult: `heart 0.994`\n", True),
        ("# x\n\nTrained for 3.5 hours on 1.5 TB.\n", True),
        ("# x\n\nRequires F1 2024.\n", True),
    ],
)  # fmt: skip
def test_figures_anywhere_are_an_evaluation(body: str, missing: bool) -> None:
    assert bool(run(document(SIMPLE._replace(results=[], body=body)), "evaluation-missing").findings) is missing
