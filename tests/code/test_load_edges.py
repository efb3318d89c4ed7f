"""Loads at the edges: what cannot be read is said, and whatever a repository holds ends in an answer, soon."""

from __future__ import annotations

import pytest
from ending import ends
from test_loads import RULES, run

from cardlint import engine
from cardlint.code.calls import Module
from cardlint.code.javascript import scripted
from cardlint.code.pins import named, pin
from cardlint.code.shell import commands
from cardlint.code.trust import configured
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory
from cardlint.torchversion import excludes_new, is_old

COMMIT = "8d1c0f7be2a94c6f5b7a3e9d2c4f6a8b0d1e3f57"


def pins(path: str, code: str) -> list[str]:
    _, repository = run({path: code})
    return [f"{use.pin} {use.id}" for use in repository.fact("loads").uses()]


def rules(files: dict[str, str]) -> list[tuple[str, str]]:
    target, _ = run(files)
    assert not target.failed
    return [(item.rule, item.severity) for item in target.findings]


@pytest.mark.parametrize(
    ("revision", "state"),
    [
        (None, "none"), ("", "none"), ("main", "branch"), ("refs/pr/3", "branch"), ("refs/convert/parquet", "branch"), ("v1", "tag"),
        ("1.0", "tag"), ("v2.1.0-rc1", "tag"), ("release-1.2", "tag"), ("refs/tags/x", "tag"), ("1234567", "short"), ("ABCDEF1", "short"),
        ("deadbeef", "short"), ("abcdefa", "short"), ("123456", "tag"), (COMMIT, "commit"), (COMMIT.upper(), "commit"), (COMMIT[1:], "short"),
        (COMMIT + "0", "branch"), (" " + COMMIT, "branch"), ("dev-v2-x", "branch"), ("\n", "branch"),
    ],
)  # fmt: skip
def test_what_a_revision_pins(revision: str | None, state: str) -> None:
    assert pin(revision) == state


def test_texts_that_name_no_repository() -> None:
    assert named("resnet50", "prefixed") is None
    assert named("a/b/c/d e", "github") is None
    assert named("https://example.com/a/b/resolve/main/x", "address") is None
    assert named("llama3", "hub") is None
    assert named("x", "page") is None
    assert named("SELECT 1", "within") is None
    assert named("hf://a", "hf") is None


def test_what_cannot_be_read_is_said() -> None:
    files = {"README.md": b"---\nlicense: mit\n---\n", "train.yaml": b"x: y\n", ".github/workflows/a.yml": b"on: [push\n  a: b: c\n"}
    repository = Repository(Memory(files), Identity("model", told=True))
    target = engine.run(repository, load_policy(shipped(), select=tuple(RULES)).bind(repository), name="x")
    assert {item.rule for item in target.skipped} == set(RULES)
    assert all(item.because is None for item in target.skipped)


def test_settings_that_are_pointers_are_said() -> None:
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 12\n"
    repository = Repository(Memory({"train.yaml": pointer, "README.md": b"---\nlicense: mit\n---\n"}), Identity("model", told=True))
    target = engine.run(repository, load_policy(shipped(), select=("trust-remote-code",)).bind(repository), name="x")
    assert [item.rule for item in target.skipped] == ["trust-remote-code"]


def test_a_card_alone_has_loads() -> None:
    card = b"---\nlicense: mit\n---\n```python\nAutoModel.from_pretrained('a/b')\ntorch.load('x')\n```\n"
    repository = Repository(Memory({"README.md": card}, listed=False), Identity("model", told=True))
    assert [use.id for use in repository.fact("loads").uses()] == ["a/b"]
    assert repository.fact("loads").risky() == []


def test_torch_of_requirements_that_cannot_be_read_is_not_known() -> None:
    repository = Repository(Memory({"requirements.txt": b"torch==2.0\n" + b"#" * 400_000}), Identity("model", told=True))
    assert not is_old(repository)


@pytest.mark.parametrize(
    ("specifier", "old"),
    [
        ("==2.5.1", True), ("<2.6", True), ("<2.6.0", True), ("<=2.5", True), ("<=2.6", False), ("==2.6.0", False), ("<2.6.1", False),
        (">=2.0", False), (">=2.0,<2.4", True), ("~=2.1.0", True), ("~=2.1", False), ("=2.1", True), ("===1.13", True), ("!=2.0", False),
        ("==" + "9" * 5000, False),
    ],
)  # fmt: skip
def test_which_torch_a_specifier_leaves(specifier: str, old: bool) -> None:
    assert excludes_new(specifier) is old


def test_torch_of_conda_and_of_a_project() -> None:
    code = "import torch\ntorch.load('x')\n"
    assert rules({"app.py": code, "environment.yml": "dependencies:\n  - pytorch=2.1\n"}) == [("unsafe-load", "note")]
    assert rules({"app.py": code, "pyproject.toml": '[project]\ndependencies = ["torch<2.6"]\n'}) == [("unsafe-load", "note")]
    assert rules({"app.py": code, "requirements.txt": "torch-geometric==2.0\ntorchvision==0.1\n"}) == []


def test_javascript_of_another_library_and_in_comments() -> None:
    call = "pipeline('text-classification', 'a/b'"
    assert [*scripted(f"import {{ pipeline }} from 'stream';\n{call});")] == []
    assert [item.pin for item in scripted(f"// {call});\n{call}, {{ revision: x }});\n{call}, options);\n{call}, {{ ...o }});")] == [
        "unknown"
    ] * 3
    assert [item.pin for item in scripted(f"{call}, {{ dtype: [1, (2)] }})")] == ["none"]
    assert [item.pin for item in scripted(f"{call}, {{ revision: '{COMMIT}'")] == ["commit"]
    assert [*scripted("import x from '@huggingface/transformers'; nothing()")] == []


def test_dictionaries_that_trust_and_go_nowhere() -> None:
    assert rules({"app.py": "x = dict(trust_remote_code=True)\n"}) == [("trust-remote-code", "warning")]
    assert rules({"app.py": "f({'trust_remote_code': False, **x, 1: True})\n"}) == []
    assert rules({"app.py": "x = ['trust_remote_code']\nf(x)\n"}) == []


def test_a_class_that_inherits_from_itself_ends() -> None:
    code = "class A(B): pass\nclass B(A): pass\nA.from_pretrained('a/b')\nclass C(x[0]): pass\nC.from_pretrained('a/b')\n"
    assert pins("app.py", code) == []


def test_a_kind_that_nobody_sees() -> None:
    assert pins("app.py", "def f(x):\n    snapshot_download('a/b', repo_type=x)\n") == []
    assert pins("app.py", "snapshot_download('a/b', repo_type=None)\n") == ["none a/b"]
    assert pins("run.sh", "hf download a/b --repo-type $X\n") == []


def test_a_revision_that_is_no_text() -> None:
    assert pins("app.py", "AutoModel.from_pretrained('a/b', revision=1)\n") == ["unknown a/b"]


def test_clones_and_checkouts_that_do_not_belong_together() -> None:
    clone = "git clone https://huggingface.co/a/b\n"
    assert pins("run.sh", f"{clone}git -C other checkout {COMMIT}\n") == ["none a/b"]
    assert pins("run.sh", f"{clone}git clone https://github.com/a/c\ngit checkout {COMMIT}\n") == ["none a/b"]
    assert pins("run.sh", f"{clone}cd b\ngit checkout -b mine {COMMIT}\n") == ["commit a/b"]
    assert pins("run.sh", f"{clone}cd b; git pull; git checkout $X\n") == ["unknown a/b"]
    assert pins("run.sh", f"{clone}cd b; git checkout\n") == ["none a/b"]
    assert pins("run.sh", "git clone\n") == []


def test_where_a_file_comes_from() -> None:
    head = "import pickle\n"
    assert rules({"app.py": f"{head}pickle.load()\n"}) == [("unsafe-load", "note")]
    assert rules({"app.py": f"{head}with open('a') as f, open('b') as (g, h):\n    pass\npickle.load(f)\n"}) == [("unsafe-load", "note")]
    deep = "(" * 60 + "x" + ",)" * 60
    assert rules({"app.py": f"{head}pickle.load({deep})\n"}) == [("unsafe-load", "note")]
    wide = ",".join("x" for _ in range(500))
    assert rules({"app.py": f"{head}pickle.load([{wide}])\n"}) == [("unsafe-load", "note")]


def test_a_value_that_decides_and_nobody_sees() -> None:
    assert rules({"app.py": "import torch\ndef f(x):\n    torch.load('a', weights_only=x)\n"}) == []
    assert rules({"app.py": "import torch\ndef f(*x):\n    torch.load(*x)\n"}) == []


def test_one_repository_in_two_files_is_two_findings_at_their_places() -> None:
    code = "AutoModel.from_pretrained('a/b')\n"
    assert rules({"a.py": code, "b.py": code}) == [("revision-unpinned", "note")] * 2


HOSTILE = {
    "quotes": ("app.py", "AutoModel.from_pretrained(" + '"a/b" ' * 20_000 + ")\n"),
    "many": ("app.py", "AutoModel.from_pretrained('a/b')\n" * 5_000),
    "stars": ("app.py", "AutoModel" + ".x" * 4_000 + ".from_pretrained('a/b')\n"),
    "sum": ("app.py", "AutoModel.from_pretrained(" + " + ".join(["'a'"] * 900) + ")\n"),
    "loop": ("app.py", f"for n in [{', '.join(repr(f'a/b{i}') for i in range(20_000))}]:\n    AutoModel.from_pretrained(n)\n"),
    "dictionaries": ("app.py", "".join(f"d{i + 1} = {{**d{i}, **d{i}}}\n" for i in range(60)) + "AutoModel.from_pretrained('a/b', **d60)\n"),
    "options": ("run.sh", "hf download a/b" + " --x $y" * 20_000 + "\n"),
    "clones": ("run.sh", "git clone https://huggingface.co/a/b\n" * 3_000),
    "settings": ("train.yaml", "trust_remote_code " * 15_000 + "\n"),
    "set": ("train.yaml", '"trust_remote_code": ' * 10_000 + "\n"),
    "address": ("run.sh", "wget https://huggingface.co/" + "a/" * 30_000 + "resolve/main/x.bin\n"),
    "withs": ("app.py", "import pickle\n" + "with open('a') as f:\n  pickle.load(f)\n" * 2_000),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_sizes_end_soon(name: str) -> None:
    path, code = HOSTILE[name]
    with ends():
        rules({path: code})


def test_hostile_javascript_and_settings_end_soon() -> None:
    with ends():
        list(scripted("pipeline('a', 'b/c'" * 20_000))
        list(scripted("A.from_pretrained('" * 20_000))
        list(configured("trust" + " a.b.c" * 40_000))
        list(configured("--trust-remote-code " * 20_000))


def test_the_commands_of_nothing() -> None:
    assert list(commands("")) == []
    assert Module([]).calls == ()
