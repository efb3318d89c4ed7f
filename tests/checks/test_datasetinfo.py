"""What `dataset_info` contradicts: what the examples in the rule card cannot show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bulk import bulk
from ending import ends

from cardlint import engine
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory

if TYPE_CHECKING:
    from cardlint.report import Finding

RULE = "dataset-info-contradicted"


def found(yaml: str, *files: str, listed: bool = True) -> list[Finding]:
    held: dict[str, bytes | int] = {"README.md": f"---\nlicense: mit\n{yaml}\n---\n# Tides\n".encode(), **dict.fromkeys(files, 5)}
    repository = Repository(Memory(held, listed=listed), Identity("dataset", None, told=True))
    target = engine.run(repository, load_policy(shipped(), select=(RULE,)).bind(repository))
    assert target.failed == ()
    assert target.skipped == ()
    assert target.not_applicable == ()
    return list(target.findings)


def splits(*names: str, rows: int = 5, size: str = "7") -> str:
    return "splits: [" + ", ".join(f"{{name: {name}, num_bytes: {size}, num_examples: {rows}}}" for name in names) + "]"


PATTERN = "configs: [{config_name: default, data_files: [{split: train, path: '%s'}]}]"
INFO = "dataset_info:\n  " + splits("train", "test")


@pytest.mark.parametrize(
    "yaml",
    [
        "dataset_info: 3", "dataset_info: []", "dataset_info: [x, {}, {splits: 3, features: 4, config_name: []}]", "dataset_info: {splits: [x, {}, {name: 3}]}",
        "dataset_info: {features: [x, {}, {name: []}], dataset_size: x}", "dataset_info: {dataset_size: 5}", "dataset_info: {splits: [], dataset_size: 5}",
        f"{INFO}\n  dataset_size: 0", f"{INFO}\n  dataset_size: true", f"{INFO}\n  dataset_size: -3", f"{INFO}\n  dataset_size: .inf",
        "dataset_info: {splits: [{name: a, num_bytes: 0}], dataset_size: 5}", "dataset_info: {splits: [{name: a, num_bytes: 4}, {name: b}], dataset_size: 5}",
        f"{INFO}\nsize_categories: n<1K", f"{INFO}\nsize_categories: [unknown, n>1T]", f"{INFO}\nsize_categories: [[x]]", f"{INFO}\nsize_categories: tiny",
        "size_categories: n>1T\ndataset_info: {splits: [{name: a}]}", "size_categories: n>1T\ndataset_info: {splits: [{name: a, num_examples: 0}]}",
        "size_categories: n>1T\ndataset_info: {splits: [{name: a, num_examples: 3}, {name: b}]}",
        f"size_categories: n>1T\nconfigs: [{{config_name: other, data_files: x}}, {{config_name: default, data_files: '*'}}]\ndataset_info: {{{splits('train')}}}",
        f"size_categories: n<1K\ndataset_info: {{{splits('train', rows=1000)}}}",
    ],
)  # fmt: skip
def test_no_contradiction(yaml: str) -> None:
    assert found(yaml) == []


def note(text: str) -> list[str]:
    yaml = f"size_categories: 1K<n<10K\ndataset_info: {{{splits('train')}}}\n---\n{text}\n\n```\n5000\n```\n"
    return [item.severity for item in found(yaml)]


@pytest.mark.parametrize("text", ["over 2,400 questions", "with 1600 of them", "some 5K images", "2.5 thousand lines", "1\u00a0200 mots"])
def test_a_category_of_what_the_text_counts(text: str) -> None:
    assert note(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "recorded in 2019",
        "12,000 lines",
        "at 16kHz",
        "[x](https://a.org/5000)",
        "https://a.org/5000",
        "id 5000-3",
        "v1.5000",
        "v=5000",
        "5000x3",
        "",
    ],
)
def test_a_category_of_what_nobody_counts(text: str) -> None:
    assert note(text) == ["note"]


def test_what_is_described_twice() -> None:
    info = f"dataset_info:\n- {{config_name: a, {splits('x', 'x')}}}\n- {{config_name: a}}\n- {{config_name: b}}"
    assert [(item.subject, item.message, len(item.related)) for item in found(info)] == [
        ("dataset_info[0].splits[1].name", 'the split "x" is described twice', 1),
        ("dataset_info[1].config_name", 'the configuration "a" is described twice; only the last description is kept', 1),
    ]


CONFIG = "configs: [{config_name: %s, data_files: [{split: train, path: x}, {split: dev, path: y}]}]"


@pytest.mark.parametrize(
    ("yaml", "expected"),
    [
        (f"{CONFIG % 'default'}\n{INFO}", ["dataset_info.splits", "dataset_info.splits[1].name"]),
        (f"{CONFIG % 'only'}\n{INFO}", ["dataset_info.splits", "dataset_info.splits[1].name"]),
        (f"{CONFIG % 'only'}\ndataset_info: [{{{splits('test')}}}, {{{splits('test')}}}]", []),
        (f"{CONFIG % '[x]'}\ndataset_info: {{config_name: other, {splits('test')}}}", []),
        (f"{CONFIG % 'a'}\ndataset_info: {{config_name: b, {splits('test')}}}", ["dataset_info.config_name"]),
        (f"{CONFIG % 'a'}\ndataset_info: {{config_name: a, {splits('test')}}}", ["dataset_info.splits[0].name"]),
        ("configs: [{config_name: default, data_files: []}]\n" + INFO, ["dataset_info.splits[1].name"]),
        ("configs: [{config_name: default, data_files: {}}]\n" + INFO, []),
    ],
)
def test_against_configs(yaml: str, expected: list[str]) -> None:
    assert sorted(item.subject for item in found(yaml, listed=False)) == expected


@pytest.mark.parametrize(
    ("yaml", "files", "expected"),
    [
        (INFO, ["train.csv"], ["dataset_info.splits[1].name"]),
        (INFO, ["train.csv", "test.csv", "dev.csv"], ["dataset_info.splits"]),
        (INFO, ["train.csv", "tides.py"], []),
        (INFO, ["train.csv", "x/tides.py"], ["dataset_info.splits[1].name"]),
        (INFO, ["train.bin"], []),
        (INFO, [], []),
        (INFO, ["data/a-b-00000-of-00001.parquet"], []),
        (f"dataset_info: {{config_name: a, {splits('test')}}}", ["train.csv"], []),
        (f"dataset_info: [{{{splits('test')}}}, {{{splits('test')}}}]", ["train.csv"], []),
        (f"configs: [{{config_name: default, data_dir: a}}]\n{INFO}", ["a/train.csv", "test.csv"], ["dataset_info.splits[1].name"]),
        (f"configs: [{{config_name: default, data_dir: '*'}}]\n{INFO}", ["a/train.csv"], []),
        (f"configs: [{{config_name: default, data_dir: 'hf://a/b'}}]\n{INFO}", ["a/train.csv"], []),
        (f"configs: [{{config_name: a, data_dir: a}}, {{config_name: b, data_dir: b}}]\n{INFO}", ["a/train.csv"], []),
        (f"{PATTERN % 'train.csv'}\n{INFO}", ["train.csv"], ["dataset_info.splits[1].name"]),
        (f"{PATTERN % 'trian.csv'}\n{INFO}", ["train.csv"], []),
        (f"{PATTERN % 'data/a**b'}\n{INFO}", ["data/ab.csv"], []),
        (f"{PATTERN % 'hf://datasets/a/b/train.csv'}\n{INFO}", ["train.csv"], ["dataset_info.splits[1].name"]),
        (f"{PATTERN % 'trian.csv'}\n{INFO}", [], ["dataset_info.splits[1].name"]),
        (f"{PATTERN % 'trian.csv'}\n{INFO}", ["train.csv", "tides.py"], ["dataset_info.splits[1].name"]),
    ],
)
def test_against_the_files(yaml: str, files: list[str], expected: list[str]) -> None:
    assert [item.subject for item in found(yaml, *files)] == expected


@pytest.mark.parametrize(
    ("category", "rows", "expected"),
    [
        ("n<1K", 1500, "dataset_info has a split of 1,500 rows, which is 1K<n<10K and not n<1K"),
        ("[n<1K, 1K<n<10K]", 2_000_000, "dataset_info has a split of 2,000,000 rows, which is 1M<n<10M and not n<1K or 1K<n<10K"),
        ("n>1T", 10**12 - 1, None),
        ("n>1T", 10**13, None),
        ("10K<n<100K", 900, "dataset_info has 1,800 rows in all, which is 1K<n<10K and not 10K<n<100K"),
        ("1K<n<10K", 900, None),
        ("n<1K", 900, None),
    ],
)
def test_against_the_size(category: str, rows: int, expected: str | None) -> None:
    said = found(f"size_categories: {category}\ndataset_info:\n  {splits('train', 'test', rows=rows)}")
    assert [item.message for item in said] == ([expected] if expected else [])
    assert all(item.severity == ("note" if "in all" in item.message else "warning") for item in said)


def test_broken_bytes_are_rounded() -> None:
    assert found(f"dataset_info:\n  {splits('a', 'b', 'c', size='33.5')}\n  dataset_size: 100") == []
    (item,) = found(f"dataset_info:\n  {splits('a', 'b', 'c', size='33.5')}\n  dataset_size: 110")
    assert item.message == "`dataset_size` is 110, but the `num_bytes` of the splits add up to 100"


def test_many_names_are_cut() -> None:
    (item,) = found(f"configs: [{', '.join(f'{{config_name: c{number}}}' for number in range(9))}]\ndataset_info: {{config_name: quay}}")
    assert item.message.endswith('; it has "c0", "c1", "c2", "c3", "c4" and 4 more')


def test_a_hostile_card_takes_no_time() -> None:
    names = "\n".join(f"- {{config_name: c{number}, data_files: [{{split: s{number}, path: x}}]}}" for number in range(3000))
    infos = "\n".join(f"- {{config_name: d{number}, {splits(*'abcde')}}}" for number in range(3000))
    with ends():
        assert len(found(f"configs:\n{names}\ndataset_info:\n{infos}")) == engine.MOST_PER_RULE + 1


@pytest.mark.bulk
def test_an_agreeing_card_of_many_takes_no_time() -> None:
    names = "\n".join(f"- {{config_name: c{number}, data_files: [{{split: a, path: x}}]}}" for number in range(bulk(3000)))
    infos = "\n".join(f"- {{config_name: c{number}, {splits('a')}}}" for number in range(bulk(3000)))
    wide = ", ".join(f"{{split: s{number}, path: x}}" for number in range(bulk(3000)))
    more = f"- {{config_name: w, data_files: [{wide}]}}"
    with ends():
        assert (
            found(
                f"configs:\n{names}\n{more}\ndataset_info:\n{infos}\n- {{config_name: w, {splits(*(f's{n}' for n in range(bulk(3000))))}}}"
            )
            == []
        )
