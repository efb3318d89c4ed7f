"""Our resolution of data files against that of the real `datasets` library.

Not collected with the other tests, because the library is large: `pip install '.[reference]'`, then
`pytest tests/reference/datasets_agree.py`. Without the library this fails.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from datasets import load_dataset
from datasets.data_files import DataFilesDict, EmptyDatasetError, get_data_patterns, resolve_pattern, sanitize_patterns
from datasets.utils.metadata import MetadataConfigs
from huggingface_hub import DatasetCardData
from hypothesis import assume, given
from hypothesis import strategies as st

from cardlint.datafiles import GluedError, Tree, within
from cardlint.datafiles_splits import SplitNameError, configs, inferred, resolved
from cardlint.nodes import Mapping
from cardlint.yamlreader import read_yaml

REFUSED = "refused"
SHARDS = ("data/train-00000-of-00002.parquet", "data/train-00001-of-00002.parquet", "data/test-00000-of-00001-ab12.parquet")
MIXED = (
    "README.md", ".gitattributes", "config.json", "a.csv", "A.csv", "b.CSV", "noext", "sp ace.csv", ".hid.csv", "data/a.csv", "data/b.txt",
    "data/config.json", "data/dataset_info.json", "data/.hid.csv", "data/.hd/y.csv", "data/__p__/w.csv", "data/[x].csv", "data/q?.csv",
    "data/a-b.csv", "data/a]b.csv", "data/!x.csv", "data/^y.csv", "data/{a,b}.csv", "data/é.csv", "data/sub/c.csv", "data/sub/deep/d.csv",
    ".hd/x.csv", "__p__/z.csv", "_u/a.csv", "___t/a.csv", "d.d/a.csv", "back\\slash.csv", "x/train/1.csv", "__init__.py",
)  # fmt: skip
PATTERNS = (
    "*", "**", "**/*", "*.csv", "**.csv", "**/*.csv", "data/*", "data/**", "data/**.csv", "data/**/*.csv", "data/", "data", "data/sub",
    "data/*/", "./data/*", "./a.csv", "data//a.csv", "data//*.csv", "/a.csv", "data/../a.csv", "data/../*.csv", "*/../*.csv", "?.csv",
    "[ab].csv", "[a-z].csv", "[!a].csv", "[^a].csv", "[a.csv", "[].csv", "[]].csv", "data/[[]x].csv", "data/[x].csv", "data/q?.csv",
    "data/q[?].csv", "{a,b}.csv", "data/{a,b}.csv", r"data/\[x\].csv", "*.CSV", "A*", ".*", ".hd/*", ".*/*", "**/.*", "data/.hd/*",
    "data/*/y.csv", "**/.hd/*", "__p__/*", "__*/*", "_*/*", "*/z.csv", "**/__p__/*", "___t/*", "__init__.py", "README.md", "*.md",
    "config.json", "*/config.json", "**/config.json", "data/*.json", "data/dataset_info.json", "noext", "no*", "", ".", "**/", "*/**",
    "**/**", "**/a.csv", "**/sub/**", "a*", "***", "a**", "*a*/*", "[!.]*", "data/a[!]]b.csv", "data/a[]]b.csv", "[*].csv", "data/[!]x.csv",
    "sp*", "data/é.csv", "data/e\u0301.csv", "data/sub/**/d.csv", "data/**/sub/**/*.csv", "**/deep/../c.csv", "d.d/*", "a.csv/*",
    r"back\slash.csv", "back*", "*.{csv,txt}", "a.csv ", "~/a.csv", "[0-9-]*", "[a-]*", "data/a[-]b.csv", "[z-a]*", "[!z-a]*",
    "**/[ab][!a]*", "data[!a]a.csv", "data/[[]*", "**/./a.csv",
)  # fmt: skip


def planted(root: Path, paths: tuple[str, ...]) -> Path:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("a\n1\n")
    return root


def relative(root: Path, paths: Any) -> list[str]:
    return sorted({os.path.relpath(path, root) for path in paths})


def theirs(root: Path, pattern: str) -> list[str] | str:
    try:
        return relative(root, resolve_pattern(pattern, str(root)))
    except FileNotFoundError:
        return []
    except ValueError:
        return REFUSED


def ours(tree: Tree, pattern: str) -> list[str] | str:
    try:
        return tree.resolve(pattern)
    except GluedError:
        return REFUSED


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return planted(tmp_path_factory.mktemp("mixed"), MIXED)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_names_the_same_files(mixed: Path, pattern: str) -> None:
    assert ours(Tree(MIXED), pattern) == theirs(mixed, pattern)


LAYOUTS: tuple[tuple[str, ...], ...] = (
    (), ("README.md",), ("README.md", ".gitattributes"), ("a.csv",), ("train.csv",), ("train.csv", "test.csv"), ("mytrain.csv",),
    ("my_train.csv",), ("my_train", "x.csv"), ("TRAIN.csv",), ("train1.csv", "val2.csv", "dev.csv"), SHARDS,
    (*SHARDS, "data/random-00000-of-00001.parquet", "train.csv"), ("data/train-val-00000-of-00001.parquet",),
    ("data/train.x-00000-of-00001.parquet",), ("data/sub/train-00000-of-00001.parquet",), ("train-00000-of-00001.parquet",),
    ("data/foo-00000-of-00001",), ("data/foo-00000-of-00001.parquet", "train/x.csv"), ("data/a b-00000-of-00001.parquet",),
    ("train/1.csv", "test/2.csv", "x.csv"), ("train/1.csv", "test.csv"), ("train_x/1.csv", "a_test/2.csv"), ("trainx/1.csv",),
    ("deep/train/sub/1.csv",), ("train/.h.csv", "x.csv"), (".train/1.csv", "x.csv"), ("__x__/train/1.csv", "x.csv"),
    ("x.eval", "train.csv"), ("a/task.toml", "train.csv"), ("instruction.md", "b.csv"), ("train.csv", "LICENSE"), ("test.csv",),
    ("eval.csv", "valid.csv"), ("x/evaluation/y.csv", "training/z.csv"), ("train_test_split.csv",), ("train.csv", "train_dev.csv"),
    ("data/train/test/1.csv",), ("contest-train.csv",), ("latest.csv",), ("data/config.json", "train.csv"), ("train/config.json", "x.csv"),
    ("data/train-00000-of-00001.parquet.gz", "data/x"), ("data/train-0-of-1.parquet",), ("data/9-00000-of-00001.parquet",),
    ("data/tr/x-00000-of-00001.parquet",), ("data/foo-00000-of-00001-00000-of-00001.parquet",), ("data/é-00000-of-00001.parquet",),
    ("data/.foo-00000-of-00001.parquet", "x"), ("data/__foo-00000-of-00001.parquet", "x"), ("data/foo..x-00000-of-00001.parquet",),
    ("data/train-00000-of-00001.a/x.csv", "y.csv"),
)  # fmt: skip


@pytest.mark.parametrize("paths", LAYOUTS, ids=lambda paths: " ".join(paths) or "nothing")
def test_names_say_the_same_splits(tmp_path: Path, paths: tuple[str, ...]) -> None:
    root = planted(tmp_path, paths)
    assert our_splits(Tree(paths)) == their_splits(root)


def their_splits(root: Path) -> dict[str, list[str]] | str:
    try:
        patterns = get_data_patterns(str(root))
        found = DataFilesDict.from_patterns(patterns, base_path=str(root))
    except EmptyDatasetError:
        return {}
    except (ValueError, AssertionError):
        return REFUSED
    return {str(split): relative(root, files) for split, files in found.items()}


def our_splits(tree: Tree, folder: str = "") -> dict[str, list[str]] | str:
    try:
        return {split: sorted(files) for split, files in inferred(tree, folder).items()}
    except SplitNameError:
        return REFUSED


CARDS = (
    "data_files: data/train-*",
    "data_files: [a.csv, data/*.csv]",
    "data_files: [a.csv, none-*.csv]",
    "data_files: none.csv",
    "data_files: none-*.csv",
    "data_files:\n  - {split: train, path: a.csv}\n  - {split: test, path: [data/*.csv, d.d/*]}",
    "data_files:\n  - {split: train, path: '**/*.csv'}\n  - {split: test, path: '*.tsv'}",
    "data_files: c.csv\n  data_dir: data/sub",
    "data_files: '**'\n  data_dir: ./data/sub/",
    "data_files: a.csv\n  data_dir: data/sub",
    "data_files:\n  - {split: x.y, path: x/train/*}\n  data_dir: .",
    "data_dir: data",
    "data_dir: x",
    "data_dir: none",
    "sep: ';'",
)


@pytest.mark.parametrize("body", CARDS)
def test_configurations_hold_the_same_files(mixed: Path, body: str) -> None:
    text = f"configs:\n- config_name: default\n  {body}\n"
    node = read_yaml(text, path="README.md", base=0)
    assert isinstance(node, Mapping)
    (config,) = configs(node.get("configs"))
    tree = Tree(MIXED)
    if config.splits is None:
        mine: Any = our_splits(tree, config.folder)
    else:
        patterns = {split.name: tuple(item.text for item in split.patterns) for split in config.splits}
        literal = [within(config.folder, text) for texts in patterns.values() for text in texts if not any(c in text for c in "*?[")]
        missing = [path for path in literal if not tree.resolve(path)]
        mine = "missing" if missing else {split: sorted(files) for split, files in resolved(tree, config.folder, patterns).items()}
    assert mine == their_configuration(mixed, text)


def their_configuration(root: Path, text: str) -> dict[str, list[str]] | str:
    held = MetadataConfigs.from_dataset_card_data(DatasetCardData(**yaml.safe_load(text)))["default"]
    base = str(root / held.get("data_dir", ""))
    try:
        if "data_files" in held:
            found = DataFilesDict.from_patterns(sanitize_patterns(held["data_files"]), base_path=base)
            return {str(split): relative(root, files) for split, files in found.items()}
        return their_splits_in(root, base)
    except FileNotFoundError:
        return "missing"


def their_splits_in(root: Path, base: str) -> dict[str, list[str]]:
    try:
        found = DataFilesDict.from_patterns(get_data_patterns(base), base_path=base)
    except EmptyDatasetError:
        return {}
    return {str(split): relative(root, files) for split, files in found.items()}


def loads(root: Path, **arguments: Any) -> str:
    try:
        load_dataset(str(root), cache_dir=str(root.parent / "cache"), **arguments)
    except Exception as error:  # noqa: BLE001 - what it raises is what is asked
        return f"{type(error).__name__}: {error}"
    return "loaded"


def test_what_the_rules_say_of_the_library_is_so(tmp_path: Path) -> None:
    def dataset(name: str, yaml: str, *paths: str) -> Path:
        root = planted(tmp_path / name, paths)
        (root / "README.md").write_text(f"---\n{yaml}\n---\n")
        return root

    part = "configs:\n- config_name: default\n  data_files:\n  - {split: train, path: a.csv}\n"
    info = "dataset_info:\n  splits:\n  - {name: train, num_bytes: 1, num_examples: 1}\n"
    assert loads(dataset("fine", part, "a.csv")) == "loaded"
    assert "Unable to find" in loads(dataset("literal", f"{part}  - {{split: test, path: t.csv}}\n", "a.csv"))
    assert loads(dataset("wild", f"{part}  - {{split: test, path: t*.csv}}\n", "a.csv")) != "loaded"
    assert loads(dataset("spare", "configs:\n- config_name: default\n  data_files: [a*.csv, t*.csv]", "a.csv")) == "loaded"
    assert "no longer supported" in loads(dataset("script", "license: mit", "a.csv", "script.py"))
    assert loads(dataset("other", "license: mit", "a.csv", "zz.py")) == "loaded"
    assert loads(dataset("described", info, "train.csv")) == "loaded"
    assert "UnexpectedSplits" in loads(dataset("less", info, "train.csv", "test.csv"))
    assert "ExpectedMoreSplits" in loads(dataset("more", f"{info}  - {{name: test, num_bytes: 1, num_examples: 1}}", "train.csv"))


steps = st.sampled_from(
    ("a", "b", "train", "test", "data", ".h", "__p__", "a.csv", "b.csv", "README.md", "config.json", "x-1", "[x]", "a]b", "!a", "^a", "-", "é",
     "A.csv", "_u", "train.csv", "{a}", "]", "[", "\\")
)  # fmt: skip
atoms = st.sampled_from(
    ("*", "**", "?", "[ab]", "[!a]", "[a-c]", "[]", "[!]", "[]a]", "[!]a]", "[^a]", "[z-a]", "[!z-a]", "[a-]", "[-a]", "[a", "]", "a", ".csv",
     "csv", ".", "__p__", "data", "train", ".h", "/", "/", "*.csv", "**/", "__", "_", "{a,b}", "-", "\\", "[*]", "[.]h", "[a/b]")
)  # fmt: skip
trees = st.lists(st.lists(steps, min_size=1, max_size=4).map("/".join), max_size=8, unique=True)


@given(trees, st.lists(st.lists(atoms, min_size=1, max_size=6).map("".join), min_size=1, max_size=12))
def test_any_pattern_in_any_tree(tmp_path_factory: pytest.TempPathFactory, wanted: list[str], patterns: list[str]) -> None:
    root = tmp_path_factory.mktemp("any")
    paths = []
    for path in wanted:
        try:
            planted(root, (path,))
        except OSError:  # a file where a folder would have to be
            continue
        paths.append(path)
    tree = Tree(paths)
    for pattern in [*patterns, *paths]:
        # An empty step is read in a way of its own, and what is absolute or leads out is another's files.
        if "//" not in pattern and not pattern.startswith("/"):
            assert ours(tree, pattern) == theirs(root, pattern), (pattern, paths)


words = st.sampled_from(
    (
        "train",
        "training",
        "dev",
        "val",
        "valid",
        "validation",
        "test",
        "testing",
        "eval",
        "evaluation",
        "x",
        "data",
        "-",
        "_",
        ".",
        " ",
        "0",
    )
)
names = st.lists(words, min_size=1, max_size=5).map("".join).filter(lambda name: set(name) != {"."})
shards = names.map(lambda name: f"data/{name}-00000-of-00001.parquet")
split_trees = st.lists(
    st.one_of(shards, st.lists(names, min_size=1, max_size=3).map("/".join).map("{}.csv".format)), max_size=5, unique=True
)


@given(split_trees)
def test_any_names_say_the_same_splits(tmp_path_factory: pytest.TempPathFactory, wanted: list[str]) -> None:
    root = tmp_path_factory.mktemp("names")
    try:
        planted(root, tuple(wanted))
    except OSError:
        assume(False)  # noqa: FBT003 - that is how it is called
    assert our_splits(Tree(wanted)) == their_splits(root)
