"""Python in cards, and the rules on usage examples: what the examples in the rule cards cannot show."""

from __future__ import annotations

import ast

import pytest
from bulk import bulk
from ending import ends

from cardlint import engine
from cardlint.code.python import loads, read_python
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory

MISSING, INVALID, OTHER = "usage-example-missing", "usage-example-invalid", "usage-example-other-model"


def run(rule: str, body: str, metadata: str = "license: mit", *, id: str | None = None) -> engine.Target:  # noqa: A002
    card = f"---\n{metadata}\n---\n{body}\n".encode("utf-8", "surrogatepass")
    repository = Repository(Memory({"README.md": card}, listed=False), Identity("model", id, told=True))
    target = engine.run(repository, load_policy(shipped(), select=(rule,)).bind(repository))
    assert target.failed == ()
    return target


def messages(rule: str, body: str, metadata: str = "license: mit", *, id: str | None = None) -> list[str]:  # noqa: A002
    target = run(rule, body, metadata, id=id)
    assert target.skipped == ()
    return [finding.message for finding in target.findings]


def block(code: str, label: str = "python") -> str:
    return f"```{label}\n{code}\n```"


@pytest.mark.parametrize(
    "code",
    [
        "x = 1", "", "    x = f(1)\n    y = 2", "await f()", "!ls -l\nimport os", "import os\nfiles = !ls", "%%bash\necho 'x", "%time f()\nimport os",
        "import os\nos.path?", "import os\nos.path??", "?os", "pip install x\nimport x", "conda install -c x y\nimport x", "cd folder\nimport os",
        ">>> import os\n>>> os.name\n'posix'", ">>> for x in y:\n...     f(x)\n...\nout put", "In [1]: import os\nOut[1]: a b", ">>>import os",
        "import os\n>>> ['a b' c]", ">>> f(a,\n      b)", "f(a, ...)", "d = {'a': 1, ...}", "def f(self, ...):\n    pass", "f(…)", "f('a', …)",
        "token = <your token>", "f({{ model }} x)", "f(\n  a,\n  ...\n", "def f[T](x: T) -> T: ...", "type X = int", "try:\n    x\nexcept A, B:\n    y", "x = f'{a!x y}'", "x = t'{a}'",
        "x = f'{d['a']}'", "print('\\d')", "x\0y", "(" * 201, "-" * 100_000, "x = [" + "1, " * 40_000, "%%html\n<b>", "print((((((1))))))",
        "\n".join(" " * depth + "if x:" for depth in range(150)), "x = '\ud800'",
    ],
)  # fmt: skip
def test_what_people_paste_as_python_is_not_called_broken(code: str) -> None:
    assert read_python(code).broken is None


@pytest.mark.parametrize(
    ("code", "line", "reason"),
    [
        ("import os\nx = 'a\ny = 1", 1, "unterminated string literal"),
        ("f(a\nx = 1\n", 0, "'(' was never closed"),
        ("print 'x'", 0, "a call needs parentheses since Python 3"),
        ("from a B", 0, "invalid syntax"),
        ("f(a b)", 0, "invalid syntax"),
        ("if x:\ny = 1", 1, "expected an indented block after 'if' statement"),
        ("x = 1\n y = 2", 1, "unexpected indent"),
        ("!ls\nfrom a B", 1, "invalid syntax"),
        (">>> x = 1\n>>> f(a b)", 1, "invalid syntax"),
        ("x = “a”", 0, "invalid character '“' (U+201C)"),
    ],
)
def test_broken_code_is_named_by_line_and_reason(code: str, line: int, reason: str) -> None:
    assert read_python(code).broken == (line, reason)


HOSTILE = {
    "unary": "-" * 50_000 + "1", "not": "not " * 20_000 + "1", "lines of unary": "x=\\\n" + "-\\\n" * 30_000 + "1", "lines of not": "(\n" + "not\n" * 20_000 + "1)",
    "attributes": "a" + ".b" * 40_000, "calls": "a" + "()" * 45_000, "sum": "+".join(["a"] * 40_000), "power": "**".join(["a"] * 30_000),
    "elif": "if a:\n pass\n" + "elif a:\n pass\n" * 5_000, "ternary": "a if b else " * 8_000 + "c", "parentheses": "\n".join(["("] * 9_000),
    "await": "await " * 15_000 + "x", "prompts": ">>> (\n" * 16_000, "magic": "!\n" * 49_000 + "x y", "too long": "x = 1\n" * 100_000, "blanks": " " * 99_000 + "x y",
    "lines": "\n" * 99_000 + "x y", "names": "a" * 99_000 + " b", "words": "a " * 49_000 + "b", "commas": "a" + ", " * 49_000 + "b c",
    "questions": "a." * 49_000, "equals": "a, " * 33_000 + "= 1 1",
}  # fmt: skip


@pytest.mark.parametrize("code", HOSTILE.values(), ids=HOSTILE)
def test_code_meant_to_hurt_the_parser_does_not(code: str) -> None:
    with ends():
        read_python(code)


LOADERS: dict[str, dict[str, str | int]] = {
    "from_pretrained": {"position": 0, "keyword": "name"},
    "pipeline": {"position": 1, "keyword": "model"},
}


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("A.from_pretrained('a/b')", [("a/b", "A.from_pretrained", 0)]),
        ("\nt.A.from_pretrained(name='a/b')", [("a/b", "t.A.from_pretrained", 1)]),
        ("pipeline('task', 'a/b')", [("a/b", "pipeline", 0)]),
        ("pipeline('task', model='a/b')", [("a/b", "pipeline", 0)]),
        ("x = 'a/b'\nA.from_pretrained(x)", [("a/b", "A.from_pretrained", 0)]),
        ("x = 'a/b'\nx = 'c/d'\nA.from_pretrained(x)", []),
        ("x = 'a/b'\nx += 'c'\nA.from_pretrained(x)", []),
        ("for x in y: A.from_pretrained(x)", []),
        ("def f(x):\n    x = 'a/b'\n    A.from_pretrained(x)", []),
        ("def f(x='a/b'): A.from_pretrained(x)", []),
        ("x = f()\nA.from_pretrained(x)", []),
        ("x = y = 'a/b'\nA.from_pretrained(x)", [("a/b", "A.from_pretrained", 0)]),
        ("x, y = 'a/b', 'c'\nA.from_pretrained(x)", []),
        ("pipeline(*a, 'a/b')", []),
        ("pipeline('task')", []),
        ("pipeline(**a)", []),
        ("A.from_pretrained(f'a/{x}')", []),
        ("A.from_pretrained(1)", []),
        ("f()()('x')", []),
        ("f().from_pretrained('a/b')", []),
        ("other('a/b')", []),
    ],
)
def test_loads_are_claimed_only_where_certain(code: str, found: list[tuple[str, str, int]]) -> None:
    assert list(loads(ast.parse(code), LOADERS)) == found


@pytest.mark.parametrize("label", ["python", "py", "python3", "Python", "{python}", "python title=x", "pycon"])
def test_every_label_of_python_counts(label: str) -> None:
    assert messages(INVALID, block("import a b", label)) == ["this line is no Python: invalid syntax"]


@pytest.mark.parametrize("label", ["", "text", "json", "bash", "c"])
def test_other_labels_do_not(label: str) -> None:
    assert messages(INVALID, block("import a b", label)) == []


def test_the_place_is_the_line_in_the_card() -> None:
    (finding,) = run(INVALID, "1. First:\n\n   ```python\n   import os\n      x = 'a\n   ```").findings
    assert finding.place is not None
    assert (finding.place.line, finding.place.column, finding.place.end_column) == (8, 7, 13)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import os\n=> x y", "is output among code"),
        ("import os\n-> x y", "is output among code"),
        ("import os\nSentence: the cat sat", "is output among code"),
        ("import os\nOutput: a b = c", "is output among code"),
        ("import os\nthe cat sat\nx = 1", "this line is no Python"),
        ("import os\nx = 'a", "this line is no Python"),
        ("import os\n'''\nthe cat", "this line is no Python"),
        ("=> import os x", "this line is no Python"),
        (">>> import os\n>>> from os import path,\n>>> path", "this line is no Python"),
    ],
)
def test_output_is_told_from_code(code: str, words: str) -> None:
    (finding,) = run(INVALID, block(code + "\nimport os" * (code[0] == "="))).findings
    assert words in finding.message
    assert finding.severity == ("note" if "output" in words else "warning")


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("pip install x\n", 0),
        ("$ pip install x", 0),
        ("git clone x", 1),
        ("python run.py \\\n  --x", 1),
        ("{a: 'b' c}", 0),
        ("DatasetDict({\n  train: x y\n})", 0),
        ("a b", 0),
    ],
)
def test_blocks_with_nothing_of_python_in_them(code: str, count: int) -> None:
    assert len(messages(INVALID, block(code))) == count


@pytest.mark.parametrize(
    ("code", "also"),
    [("python run.py\n  --x", True), ("python run.py \\\n  --x", False), ("python run.py\n\n  --x", False), ("git clone x\ncd x", False)],
)
def test_a_command_that_goes_on_needs_a_backslash(code: str, also: bool) -> None:
    (message,) = messages(INVALID, block(code))
    assert message.endswith('label it bash, and end lines that go on with "\\"' if also else "label it bash")


def test_more_code_than_anyone_reads_is_said_and_not_called_clean() -> None:
    target = run(INVALID, "\n\n".join(block("x = 1\n" * 10_000) for _ in range(10)))
    assert [item.reason for item in target.skipped] == ["the card holds more than 500,000 characters of Python"]


@pytest.mark.parametrize(
    ("body", "metadata", "id", "count"),
    [
        ("words", "library_name: transformers", None, 1),
        ("words", "library_name: mylib", None, 0),
        ("words", "library_name: [transformers]", None, 0),
        ("words", "library_name: 3", None, 0),
        ("words", "tags: [nlp, transformers]", None, 1),
        ("words", "tags: transformers", None, 1),
        ("words", "tags: {a: transformers}", None, 0),
        ("words", "library_name: mylib\ntags: [transformers]", None, 0),
        ("words", "license: mit", None, 0),
        (block("pip install transformers", "bash"), "library_name: transformers", None, 1),
        (block("pip install transformers\nimport transformers"), "library_name: transformers", None, 0),
        ("    import transformers\n", "library_name: transformers", None, 0),
        (block("@misc{transformersx}", "bibtex"), "library_name: transformers", None, 1),
        (block("vllm serve a/b", ""), "library_name: transformers", None, 0),
        (block("load(a/b)", ""), "library_name: transformers", "a/b", 0),
        (block("load(a/b)", ""), "library_name: transformers", None, 1),
        ("Use `AutoModel.from_pretrained('a/b')`.", "library_name: transformers", None, 0),
        ("<pre>pipeline('x')</pre>", "library_name: transformers", None, 1),
        ("[notebook](use.ipynb)", "library_name: transformers", None, 0),
        ("[![Open](x.svg)](https://colab.research.google.com/x)", "library_name: transformers", None, 0),
        ("![shot](use.ipynb)", "library_name: transformers", None, 1),
    ],
)
def test_what_counts_as_a_usage_example(body: str, metadata: str, id: str | None, count: int) -> None:  # noqa: A002
    assert len(messages(MISSING, body, metadata, id=id)) == count


def loaded(*ids: str) -> str:
    return block("\n".join(f"AutoModel.from_pretrained('{name}')" for name in ids))


@pytest.mark.parametrize(
    ("body", "metadata", "message"),
    [
        (loaded("lab/prairie-small"), "", 'the code loads "lab/prairie-small", of the same owner, and nothing loads lab/prairie-base'),
        (loaded("old/prairie-base"), "", 'the code loads "old/prairie-base", of another owner, and nothing loads lab/prairie-base'),
        (
            loaded("big/bert"),
            "base_model: big/bert",
            'the code loads "big/bert", the model this one was made of, and nothing loads lab/prairie-base',
        ),
        (
            loaded("big/bert"),
            "base_model: [big/BERT]",
            'the code loads "big/bert", the model this one was made of, and nothing loads lab/prairie-base',
        ),
        (
            loaded("hf_hub:lab/prairie-small"),
            "",
            'the code loads "lab/prairie-small", of the same owner, and nothing loads lab/prairie-base',
        ),
        (loaded("big/bert"), "", None),
        (loaded("lab/meadow-vit"), "", None),
        (loaded("lab/prairie-base"), "", None),
        (loaded("Lab/Prairie-Base"), "", None),
        (loaded("prairie-base"), "", None),
        (loaded("./prairie-small"), "", None),
        (loaded("lab/prairie-small", "lab/prairie-base"), "", None),
        (loaded("lab/prairie-small") + "\n\n" + block("vllm serve lab/prairie-base", "bash"), "", None),
        (loaded("big/bert") + "\n\n" + block("PeftModel.from_pretrained(base, path)"), "base_model: big/bert", None),
        (block("AutoTokenizer.from_pretrained('lab/prairie-small')"), "", None),
        (block("t.BertTokenizerFast.from_pretrained('lab/prairie-small')"), "", None),
        (block("import a b\nAutoModel.from_pretrained('lab/prairie-small')"), "", None),
        (loaded("your-username/your-model"), "", '"your-username/your-model" is a placeholder; write lab/prairie-base'),
        (loaded("your-username/your-model", "lab/prairie-base"), "", None),
        (loaded("your-username/your-model", "big/bert"), "", None),
        ("words", "", None),
    ],
)
def test_which_model_the_code_loads(body: str, metadata: str, message: str | None) -> None:
    assert messages(OTHER, body, f"license: mit\n{metadata}", id="lab/prairie-base") == ([message] if message else [])


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("your-username/bert", 1), ("YOUR_USERNAME/bert", 1), ("username/bert", 1), ("path/to/model", 1), ("path/to/your/model", 1), ("your-model-id", 1), ("model_id", 1),
        ("acme/your-model-name", 1), ("my-org/bert", 1), ("lab/prairie", 0), ("yourtts/x", 0), ("mymodel", 0), ("usera/bert", 0), ("./output", 0), ("model", 0),
    ],
)  # fmt: skip
def test_placeholders_are_known_without_the_id(name: str, count: int) -> None:
    assert len(messages(OTHER, loaded(name))) == count


def test_the_place_of_an_id_is_the_id() -> None:
    (finding,) = run(OTHER, block("model = 'your-org/x'\nAutoModel.from_pretrained(model)")).findings
    assert finding.place is not None
    assert (finding.place.line, finding.place.column, finding.place.end_column) == (5, 10, 20)
    (finding,) = run(OTHER, block("AutoModel.from_pretrained('your-'\n  'org/x')")).findings
    assert finding.place is not None
    assert (finding.place.line, finding.place.column) == (5, 1)


@pytest.mark.parametrize("value", ["", "3", "[[a]]", "{a: b}", "true", "'\\x00'"])
@pytest.mark.parametrize("rule", [MISSING, INVALID, OTHER])
def test_no_shape_in_the_metadata_makes_a_check_raise(rule: str, value: str) -> None:
    run(rule, loaded("lab/x"), f"license: mit\nlibrary_name: {value}\ntags: {value}\nbase_model: {value}", id="lab/y")


BODIES = {
    "blocks": "\n".join(block("import a b") for _ in range(bulk(35_000))),
    "one block": block("AutoModel.from_pretrained('lab/x')\n" * bulk(2_800)),
    "words": "pip install " * bulk(80_000),
    "installers": block("pip " * bulk(240_000), "bash"),
    "empty lines": block("\n" * bulk(900_000)),
    "installs": block("pip install " * bulk(80_000), "bash"),
    "unlabelled": block("a." * bulk(500_000), ""),
}


@pytest.mark.bulk
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_megabyte_meant_to_be_slow_is_not(body: str) -> None:
    card = f"---\nlibrary_name: transformers\n---\n{body}\n".encode()
    repository = Repository(Memory({"README.md": card}, listed=False), Identity("model", "lab/y", told=True))
    repository.fact("markdown").snippets  # noqa: B018 - what reading costs is tested elsewhere
    repository.fact("markdown").links  # noqa: B018
    for rule in (MISSING, INVALID, OTHER):
        policy = load_policy(shipped(), select=(rule,)).bind(repository)
        with ends():
            assert engine.run(repository, policy).failed == (), rule
