"""What pins a load to a commit, by the edit that was prepared for it."""

from __future__ import annotations

import ast

import pytest
from test_loads import run

from cardlint.checks.loads import pinned

COMMIT = "8d1c0f7be2a94c6f5b7a3e9d2c4f6a8b0d1e3f57"

PYTHON = [
    ('AutoModel.from_pretrained("a/b")', f'AutoModel.from_pretrained("a/b", revision="{COMMIT}")'),
    ('AutoModel.from_pretrained("a/b",)', f'AutoModel.from_pretrained("a/b", revision="{COMMIT}",)'),
    ('AutoModel.from_pretrained("a/b", revision="main")', f'AutoModel.from_pretrained("a/b", revision="{COMMIT}")'),
    ("AutoModel.from_pretrained('a/b', revision='v1')", f"AutoModel.from_pretrained('a/b', revision=\"{COMMIT}\")"),
    ('AutoModel.from_pretrained("a/b", revision=None)', f'AutoModel.from_pretrained("a/b", revision="{COMMIT}")'),
    ('AutoModel.from_pretrained(\n    "a/b",\n    x=1,\n)', f'AutoModel.from_pretrained(\n    "a/b",\n    x=1, revision="{COMMIT}",\n)'),
    ('AutoModel.from_pretrained("a/b").to("cuda")', f'AutoModel.from_pretrained("a/b", revision="{COMMIT}").to("cuda")'),
    ('AutoModel.from_pretrained("a/b", **{})', f'AutoModel.from_pretrained("a/b", **{{}}, revision="{COMMIT}")'),
    ('snapshot_download(repo_id="a/b")', f'snapshot_download(repo_id="a/b", revision="{COMMIT}")'),
    ('import timm\ntimm.create_model("hf_hub:a/b")', f'import timm\ntimm.create_model("hf_hub:a/b@{COMMIT}")'),
    ('import timm\ntimm.create_model("hf_hub:a/b@main")', f'import timm\ntimm.create_model("hf_hub:a/b@{COMMIT}")'),
    ('import torch\ntorch.hub.load("a/b", "x")', f'import torch\ntorch.hub.load("a/b:{COMMIT}", "x")'),
    ('import torch\ntorch.hub.load("a/b:main", "x")', f'import torch\ntorch.hub.load("a/b:{COMMIT}", "x")'),
    ('pd.read_csv("hf://datasets/a/b/x.csv")', f'pd.read_csv("hf://datasets/a/b@{COMMIT}/x.csv")'),
    (
        'pd.read_csv("https://huggingface.co/datasets/a/b/resolve/main/x.csv")',
        f'pd.read_csv("https://huggingface.co/datasets/a/b/resolve/{COMMIT}/x.csv")',
    ),
]  # fmt: skip
SHELL = [
    ("hf download a/b", f"hf download a/b --revision {COMMIT}"),
    ("hf download a/b x.json --revision main", f"hf download a/b x.json --revision {COMMIT}"),
    ("hf download a/b --revision=main", f"hf download a/b --revision={COMMIT}"),
    ("vllm serve a/b --port 1", f"vllm serve a/b --revision {COMMIT} --port 1"),
    ("text-generation-launcher --model-id a/b", f"text-generation-launcher --model-id a/b --revision {COMMIT}"),
    ("vllm serve c --tokenizer a/b", f"vllm serve c --tokenizer a/b --tokenizer-revision {COMMIT}"),
]
NEVER = [
    ("app.py", 'x = "a/b"\nAutoModel.from_pretrained((x))'),
    ("app.py", 'AutoModel.from_pretrained(("a/b"))'),
    ("app.py", 'AutoModel.from_pretrained("a/b"  # which one\n)'),
    ("app.py", 'r = "main"\nAutoModel.from_pretrained("a/b", revision=r)'),
    ("app.py", 'AutoModel.from_pretrained("a/b", **{"revision": "main"})'),
    ("app.py", f'AutoModel.from_pretrained("a/b", revision="{COMMIT}")'),
    ("app.py", 'def f(r):\n    AutoModel.from_pretrained("a/b", revision=r)'),
    ("app.py", 'import timm\nx = "hf_hub:a/b"\ntimm.create_model(x)'),
    ("app.py", 'import timm\ntimm.create_model("hf_hub:\\x61/b")'),
    ("app.py", 'pd.read_csv("https://huggingface.co/datasets/a/b/resolve/main/main/main/x.csv")'),
    ("app.py", 'StaticModel.from_pretrained("a/b")'),
    ("run.sh", "git clone https://huggingface.co/a/b"),
    ("run.sh", "llama-cli -hf a/b"),
    ("run.sh", f"hf download a/b --revision {COMMIT}"),
    ("Dockerfile", 'FROM x\nCMD ["hf", "download", "a/b"]'),
    ("Dockerfile", 'FROM x\nCMD ["hf", "download", "a/b", "--revision", "main"]'),
    ("app.py", 'import os\nos.system("hf download a/b --revision main")'),
]


def mended(path: str, code: str) -> tuple[str, list[str]]:
    """The code with every load pinned, and the pins it has then."""
    _, repository = run({path: code})
    edits = [edit for use in repository.fact("loads").uses() if (edit := pinned(use, COMMIT)) is not None]
    for edit in sorted(edits, key=lambda edit: edit.span.start, reverse=True):
        code = code[: edit.span.start] + edit.text + code[edit.span.end :]
    _, repository = run({path: code})
    return code, [use.pin for use in repository.fact("loads").uses()]


@pytest.mark.parametrize(("before", "after"), PYTHON)
def test_python_is_pinned(before: str, after: str) -> None:
    ast.parse(after)
    assert mended("app.py", before) == (after, ["commit"])


@pytest.mark.parametrize(("before", "after"), SHELL)
def test_commands_are_pinned(before: str, after: str) -> None:
    assert mended("run.sh", before) == (after, ["commit"])


@pytest.mark.parametrize(("path", "code"), NEVER)
def test_what_no_small_edit_is_certain_to_pin_stays(path: str, code: str) -> None:
    _, repository = run({path: code})
    assert repository.fact("loads").uses()
    assert mended(path, code)[0] == code


def test_a_cell_of_a_notebook_is_pinned_in_its_json() -> None:
    cell = '{"cells": [{"cell_type": "code", "source": ["AutoModel.from_pretrained(\\"a/b\\")"]}], "nbformat": 4}'
    code, pins = mended("x.ipynb", cell)
    assert f'from_pretrained(\\"a/b\\", revision=\\"{COMMIT}\\")' in code
    assert pins == ["commit"]
