"""Data files, scripts: what the examples in the rule cards cannot show. Agreement with the real library: tests/reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from ending import ends

from cardlint import engine
from cardlint.datafiles import GluedError, Tree, is_elsewhere, within
from cardlint.datafiles_defaults import is_data
from cardlint.datafiles_splits import SplitNameError, configs, inferred, resolved
from cardlint.errors import Unreadable
from cardlint.nodes import Mapping
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Excluding, FileEntry, Memory
from cardlint.yamlreader import read_yaml

if TYPE_CHECKING:
    from cardlint.report import Finding, Target
    from cardlint.source import Source

PATHS = (
    "README.md", "a.csv", "A.csv", ".hid.csv", "data/a.csv", "data/config.json", "data/.hd/y.csv", "data/__p__/w.csv", "data/[x].csv",
    "data/a-b.csv", "data/a]b.csv", "data/sub/c.csv", "data/sub/deep/d.csv", "__p__/z.csv", "a/b.csv",
)  # fmt: skip


def card(configs: str) -> bytes:
    return f"---\nlicense: mit\n{configs}\n---\n# Tides\n".encode()


def run(source: Source, rule: str, id: str | None = None) -> Target:  # noqa: A002
    repository = Repository(source, Identity("dataset", id, told=True))
    target = engine.run(repository, load_policy(shipped(), select=(rule,)).bind(repository))
    assert target.failed == ()
    return target


def unmatched(configs: str, *files: str) -> list[Finding]:
    target = run(Memory({"README.md": card(configs), **dict.fromkeys(files, 5)}), "data-files-unmatched")
    assert target.skipped == ()
    return list(target.findings)


def files(pattern: str, *paths: str) -> str:
    (found,) = unmatched(f"configs:\n- config_name: default\n  data_files: {pattern}", *paths)
    return f"{found.severity}: {found.message}"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.csv", ["A.csv", "a.csv"]),
        ("**/d.csv", ["data/sub/deep/d.csv"]),
        ("data/**/*.csv", ["data/[x].csv", "data/a-b.csv", "data/a.csv", "data/a]b.csv", "data/sub/c.csv", "data/sub/deep/d.csv"]),
        ("data/**/**/d.csv", ["data/sub/deep/d.csv"]),
        ("data/**/sub/**/d.csv", ["data/sub/deep/d.csv"]),
        ("./data/a?b.csv", ["data/a-b.csv", "data/a]b.csv"]),
        ("data/a[!]]b.csv", ["data/a-b.csv"]),
        ("data/a[]]b.csv", ["data/a]b.csv"]),
        ("data/[[]x].csv", ["data/[x].csv"]),
        ("data/[x].csv", []),
        ("data/a[+-.]b.csv", ["data/a-b.csv"]),
        ("data/a[.-+]b.csv", []),
        ("data/a[!z-a]b.csv", ["data/a-b.csv", "data/a]b.csv"]),
        ("a[!z]b.csv", []),
        ("data/*[!x]*b*.csv", ["data/a-b.csv", "data/a]b.csv"]),
        ("data/../a.csv", ["a.csv"]),
        ("data/../a/*", ["a/b.csv"]),
        ("*/../a.csv", []),
        ("data//*.csv", []),
        ("../a.csv", []),
        ("/a.csv", []),
        ("data", []),
        (".*", [".hid.csv"]),
        ("__p__/*", ["__p__/z.csv"]),
        ("data/*/y.csv", []),
        ("*.md", []),
        ("README.md", ["README.md"]),
        ("data/*.json", []),
        ("*/config.json", ["data/config.json"]),
        ("x" * 5000 + "*", []),
        ("[", []),
    ],
)
def test_what_a_pattern_names(pattern: str, expected: list[str]) -> None:
    assert Tree(PATHS).resolve(pattern) == expected


def test_two_stars_stand_alone() -> None:
    with pytest.raises(GluedError):
        Tree(PATHS).resolve("data/**.csv")


def test_where_a_pattern_leads() -> None:
    assert [is_elsewhere(text) for text in ("https://x/a", "hf://datasets/a/b", "zip://a::b", "C:\\a", "data/a", "a:b/c")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip
    assert [within("x/", "a"), within("", "a"), within("x", "/a")] == ["x/a", "a", "/a"]


def test_which_files_hold_data() -> None:
    assert [is_data(path) for path in ("a.csv", "a.PARQUET", "a.csv.gz", "a.gz", "a", ".csv/a", "README.md")] == [True] * 3 + [False] * 4


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["a.csv"], {"train": ["a.csv"]}),
        (["README.md"], {}),
        (["x_val.csv", "test1.csv"], {"validation": ["x_val.csv"], "test": ["test1.csv"]}),
        (["train/a.csv", "dev/b.csv", "test.csv"], {"train": ["train/a.csv"], "validation": ["dev/b.csv"]}),
        (["data/a-00000-of-00001.x", "train.csv"], {"a": ["data/a-00000-of-00001.x"]}),
        (["data/a-b-of-c.x"], {"train": ["data/a-b-of-c.x"]}),
    ],
)
def test_what_names_say(paths: list[str], expected: dict[str, list[str]]) -> None:
    assert inferred(Tree(paths)) == expected
    assert inferred(Tree([f"x/{path}" for path in paths]), "./x/") == {
        name: [f"x/{path}" for path in held] for name, held in expected.items()
    }


def test_shards_of_what_is_no_split() -> None:
    with pytest.raises(SplitNameError):
        inferred(Tree(["data/a-b-00000-of-00001.parquet"]))


def test_configurations_in_every_shape() -> None:
    text = """
configs:
- text
- {config_name: a, data_files: x.csv}
- {config_name: b, data_files: [x.csv, 3, [y]]}
- {config_name: c, data_files: [{split: s, path: [p, q]}, {path: z}, plain, {split: t}]}
- {config_name: d, data_files: {train: x, test: [y, z]}}
- {config_name: [e], data_dir: 3}
"""
    node = read_yaml(text, path="README.md", base=0)
    assert isinstance(node, Mapping)
    found = [
        (
            config.subject,
            config.name,
            config.splits and {split.name: [(w.subject, w.text) for w in split.patterns] for split in config.splits},
        )
        for config in configs(node.get("configs"))
    ]
    assert found == [
        ("configs[1]", "a", {"train": [("configs[1].data_files", "x.csv")]}),
        ("configs[2]", "b", {"train": [("configs[2].data_files[0]", "x.csv")]}),
        ("configs[3]", "c", {"s": [("configs[3].data_files[0].path[0]", "p"), ("configs[3].data_files[0].path[1]", "q")], "t": []}),
        ("configs[4]", "d", {
            "train": [("configs[4].data_files.train", "x")],
            "test": [("configs[4].data_files.test[0]", "y"), ("configs[4].data_files.test[1]", "z")],
        }),
        ("configs[5]", None, None),
    ]  # fmt: skip
    assert list(configs(None)) == []
    assert resolved(Tree(["a/x.csv"]), "a", {"train": ("x.csv", "*.csv")}) == {"train": ["a/x.csv"]}


@pytest.mark.parametrize(
    ("pattern", "paths", "expected"),
    [
        ("data", ["data/a.csv"], 'error: "data" matches no file, because it is a folder; write data/* or data/**'),
        ("data\\a.csv", ["data/a.csv"], 'error: "data\\a.csv" matches no file; did you mean data/a.csv?'),
        ("data//*", ["data/a.csv"], 'error: "data//*" matches no file; did you mean data/*?'),
        ("a.csv", ["data/a.csv"], 'error: "a.csv" matches no file; did you mean data/a.csv?'),
        ("x/*.csv", ["a.csv", "b.csv"], 'error: "x/*.csv" matches no file; did you mean *.csv?'),
        ("x/*.csv", ["a/a.csv", "b/b.csv"], 'error: "x/*.csv" matches no file; there is no folder "x"'),
        ("dtaa/*.json", ["data/a.csv"], 'error: "dtaa/*.json" matches no file; there is no folder "dtaa"; did you mean data?'),
        ("trian.csv", ["train.csv"], 'error: "trian.csv" matches no file; did you mean train.csv?'),
        ("'*.json'", [f"{name}.csv" for name in "abcde"], 'error: "*.json" matches no file; the root holds a.csv, b.csv, c.csv and 2 more'),
        ("q.json", ["x/a.csv"], 'error: "q.json" matches no file'),
        ("./x*/*.json", ["x/a.csv"], 'error: "./x*/*.json" matches no file'),
        ("./x/*.json", ["x/a.csv"], 'error: "./x/*.json" matches no file; x holds a.csv'),
        (
            "/srv/a.csv",
            ["data/a.csv"],
            'error: "/srv/a.csv" matches no file, because it leads out of the repository; did you mean data/a.csv?',
        ),
        ("C:\\x\\b.csv", ["a.csv"], 'error: "C:\\x\\b.csv" matches no file, because it leads out of the repository'),
        ("../a.csv", ["a/a.csv", "b/a.csv"], 'error: "../a.csv" matches no file, because it leads out of the repository'),
        (
            "h/*",
            ["h/.a.csv", "b.csv"],
            'error: "h/*" matches no file, because the library leaves out h/.a.csv where it is not named outright',
        ),
        ("'**.c**'", ["a.csv"], 'error: "**.c**" matches no file; `**` must stand alone between slashes'),
        ("a.csv", [], 'warning: "a.csv" matches no file; the repository holds no data files'),
    ],
)
def test_what_is_said(pattern: str, paths: list[str], expected: str) -> None:
    assert files(pattern, *paths) == expected


def test_the_rest_of_a_split_is_read() -> None:
    said = unmatched("configs:\n- {config_name: d, data_files: [a*.csv, t*.csv, t.csv, 't**.csv']}", "a1.csv")
    assert [(found.subject, found.severity) for found in said] == [
        ("configs[0].data_files[1]", "warning"), ("configs[0].data_files[2]", "error"), ("configs[0].data_files[3]", "error"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        "data_files: https://example.org/a.csv", "data_files: x.csv\n  data_dir: hf://datasets/a/b", "data_files: b.csv\n  data_dir: '*'",
        "data_dir: https://x/y", "data_dir: x*", "data_dir: .", "data_dir: ./", "data_dir: ''", "data_dir: bad", "sep: x", "data_files: 3",
        "data_files: ''\n  data_dir: data/b.csv", "data_files: []", "data_dir: data",
    ],
)  # fmt: skip
def test_what_is_not_judged(body: str) -> None:
    assert unmatched(f"configs:\n- config_name: d\n  {body}", "data/b.csv", "bad/data/x-y-00000-of-00001.csv") == []


def test_a_folder_of_its_own() -> None:
    (found,) = unmatched("configs:\n- {config_name: d, data_files: b.csv, data_dir: x}", "b.csv", "x/c.csv")
    assert found.message == '"b.csv" matches no file in the folder "x"; did you mean b.csv?'


class Linked:
    """A folder with a link that leads out of it."""

    listed = True

    def __init__(self, configs: str) -> None:
        self.card = card(configs)

    def entries(self) -> list[FileEntry]:
        return [FileEntry("README.md", len(self.card)), FileEntry("a.csv", 4), FileEntry("data/big", 0, outside=True)]

    def read(self, path: str, start: int = 0, size: int | None = None) -> bytes:
        assert path == "README.md"
        return self.card[start : None if size is None else start + size]


def test_behind_a_link_nothing_is_known() -> None:
    patterns = ["data/big/a.csv", "data/big/*.csv", "*/x/*.csv", "data/small/*.csv", "**/*.json", "data/big", "big/*", "data/*.json"]
    parts = "\n".join(f"- {{config_name: c{number}, data_files: '{text}'}}" for number, text in enumerate(patterns))
    target = run(
        Linked(f"configs:\n{parts}\n- {{config_name: e, data_dir: data/big}}\n- {{config_name: f, data_dir: tide}}"), "data-files-unmatched"
    )
    assert [found.subject for found in target.findings] == ["configs[3].data_files", "configs[6].data_files", "configs[9].data_dir"]


def test_what_is_excluded_is_there() -> None:
    held = Memory({"README.md": card("configs:\n- {config_name: d, data_files: data/*.csv}"), "data/a.csv": 4})
    assert run(Excluding(held, ("data/**",)), "data-files-unmatched").findings == ()


def test_nothing_is_said_where_files_are_not_known() -> None:
    held = Memory({"README.md": card("configs:\n- {config_name: d, data_files: data/*.csv}")}, listed=False)
    assert run(held, "data-files-unmatched").not_applicable == ("data-files-unmatched",)


def test_too_much_to_compare_is_not_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardlint.datafiles.MOST_COMPARED", 3)
    tree = Tree(["a.csv", "b/c.csv", "b/d.csv"])
    assert tree.resolve("b/*.csv") == ["b/c.csv", "b/d.csv"]
    assert tree.resolve("b/*.csv") == ["b/c.csv", "b/d.csv"]
    with pytest.raises(Unreadable):
        tree.resolve("b/?.csv")


def test_a_hostile_card_takes_no_time() -> None:
    slow = "*a" * 300 + "*[!x]*" + "b"
    across = "**/a/" * 60 + "b"
    parts = "\n".join(
        f"- {{config_name: c{number}, data_files: 'x{number}/*.csv'}}\n- {{config_name: d{number}, data_dir: y{number}}}"
        for number in range(2000)
    )
    paths = [f"{'a/' * 60}{number}.csv" for number in range(300)] + ["a" * 2000, *(f"d{number}/x.csv" for number in range(5000))]
    with ends():
        held = unmatched(f"configs:\n- {{config_name: s, data_files: ['{slow}', '{across}']}}\n{parts}", *paths)
        assert len(held) == engine.MOST_PER_RULE + 1


LOADER = b"import datasets\n\nclass Tides(datasets.GeneratorBasedBuilder):\n    pass\n"


def test_a_script_of_the_repositorys_name() -> None:
    held = Memory({"README.md": card(""), "tides.py": LOADER, "tools/x.py": LOADER, "data.py": b"import datasets\n"})
    assert [found.message for found in run(held, "dataset-script", "harbour/tides").findings] == [
        (
            "tides.py is a loading script, code that `datasets` 4.0 and later do not run, and for its name they refuse the data beside it, too; "
            "publish the data as Parquet files instead"
        )
    ]
    (found,) = run(Memory({"README.md": card(""), "data.py": b"import datasets\n"}), "dataset-script", "harbour/data").findings
    assert (found.message, found.place and found.place.line) == (
        "data.py is called like the repository, so that `datasets` 4.0 and later take it for a loading script and load nothing; rename it", 1,
    )  # fmt: skip


def test_a_script_nobody_can_read_is_not_clean() -> None:
    held = Memory({"README.md": card(""), "tides.py": 900})
    assert [skipped.rule for skipped in run(held, "dataset-script").skipped] == ["dataset-script"]


def test_a_hostile_script_takes_no_time() -> None:
    script = b"class A (" * 100_000 + b"\nclass " + b"A" * 500_000 + b"(" * 300_000 + b"\nclass A(" + b"datasets." * 20_000
    with ends():
        assert run(Memory({"README.md": card(""), "a.py": script}), "dataset-script").findings == ()


def test_folders_outside_hold_nothing() -> None:
    tree = Tree(["a.csv"])
    assert [inferred(tree, folder) for folder in ("x/..", "/", "..", "~")] == [{"train": ["a.csv"]}, {}, {}, {}]
