"""The fact `code`: what carries code, where each part of it stands in its file, and what was not read."""

from __future__ import annotations

import json

import pytest

from cardlint import coding
from cardlint.card import CARD_BYTES
from cardlint.code.python import read_module, salvaged
from cardlint.coding import Code, Piece, carried
from cardlint.errors import Blocked, Obstacle, Unreadable
from cardlint.repository import Identity, Repository
from cardlint.source import Memory

NOTEBOOK = '{"cells": [{"cell_type": "code", "source": "%s"}]}'
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 12345\n"


def repository(files: dict[str, str | bytes], *, listed: bool = True) -> Repository:
    return Repository(
        Memory({path: content.encode() if isinstance(content, str) else content for path, content in files.items()}, listed=listed),
        Identity("model"),
    )


def code(files: dict[str, str | bytes], *, listed: bool = True) -> Code:
    fact: Code = repository(files, listed=listed).fact("code")
    return fact


def cut(piece: Piece, start: int, end: int) -> str:
    return piece.text.cut(piece.within(start, end))


def called(fact: Code) -> list[tuple[str, str, str]]:
    """The path, the name and the text of each call."""
    found = []
    for program in fact.programs():
        for call in program.module.calls:
            span = program.span(call.node, call.site.tree)
            found.append((span.path, call.name, program.pieces[call.site.tree].text.cut(span)))
    return found


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("a.py", "python"), ("a/b.PY", "python"), ("a.ipynb", "notebook"), ("run.sh", "shell"), ("Dockerfile", "dockerfile"), ("a/Dockerfile.gpu", "dockerfile"),
        ("gpu.Dockerfile", "dockerfile"), ("gpu.dockerfile", "dockerfile"), ("Containerfile", "dockerfile"), ("Dockerfile.md", None), ("my-dockerfile-notes.txt", None),
        ("README.md", None), ("a.bin", None), ("py", None), (".py", "python"),
    ],
)  # fmt: skip
def test_a_file_carries_code_by_its_name(path: str, language: str | None) -> None:
    assert carried(path) == language


def test_pieces_are_the_snippets_and_the_files() -> None:
    body = "# T\n```python\nx = 1\n```\n```bash\nls\n```\n```\nfrom a import b\n```\n```\n$ pip install x\n```\n```\nplain\n```\n```yml\na: 1\n```\n"
    fact = code({"README.md": body, "b.py": "y = 2", "a.sh": "ls", "weights.bin": "x"})
    assert [(piece.path, piece.language, piece.where) for piece in fact.pieces] == [
        ("README.md", "python", "snippet"), ("README.md", "shell", "snippet"), ("README.md", "python", "snippet"), ("README.md", "shell", "snippet"),
        ("README.md", "", "snippet"), ("README.md", "yaml", "snippet"), ("a.sh", "shell", ""), ("b.py", "python", ""),
    ]  # fmt: skip
    fact.require_whole()


def test_a_snippet_may_run_commands_as_a_notebook_does() -> None:
    card = "---\nlicense: mit\n---\n```python\n!ls -l\nimport os\n```\n\n```jupyter\n%pip install x\n```\n"
    assert [piece.code for piece in code({"README.md": card}).of("shell")] == ["ls -l", "pip install x"]


def test_a_card_alone_has_its_snippets() -> None:
    fact = code({"README.md": "```python\nx()\n```\n", "b.py": "y()"}, listed=False)
    assert called(fact) == [("README.md", "x", "x()")]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_call_stands_where_it_is_said_to_in_a_file(newline: str, mark: str) -> None:
    content = mark + newline.join(["import a", "é = 'ü'; a.b(", "  'ö'); 日本 = a.c(é)", ""])
    joined = f"a.b({newline}  'ö')"
    assert called(code({"x.py": content})) == [("x.py", "a.b", joined), ("x.py", "a.c", "a.c(é)")]


def test_a_call_stands_where_it_is_said_to_in_a_snippet() -> None:
    body = "- item\n\n  ```python\n  >>> import a\n  >>> é = a.b(\n  ...    1)\n  2\n  ```\n\n> ```python\n>     a.c('x')\n>     a.d()\n> ```\n"
    assert [text for _, _, text in called(code({"README.md": body}))] == ["a.b(\n  ...    1)", "a.c('x')", "a.d()"]


def test_a_call_stands_where_it_is_said_to_in_a_notebook() -> None:
    cells = [
        {"cell_type": "code", "source": source}
        for source in (["import a\n", 'x = "q"; a.b("é\\t")'], '!pip install x\n%pip install y\nz = !ls "q"\na.c(x)', "%%bash\nls")
    ]
    content = json.dumps({"cells": cells})
    fact = code({"n.ipynb": content})
    assert called(fact) == [("n.ipynb", "a.b", 'a.b(\\"\\u00e9\\\\t\\")'), ("n.ipynb", "a.c", "a.c(x)")]
    (program,) = fact.programs()
    assert program.module.calls[1].known("x", 0).value == "q"  # type: ignore[union-attr]
    assert program.path == "n.ipynb"
    commands = fact.of("shell")
    assert [(piece.where, piece.code, piece.text.cut(piece.within(0, len(piece.code)))) for piece in commands] == [
        ("cell 2", "pip install x", "pip install x"), ("cell 2", "pip install y", "pip install y"), ("cell 2", 'ls "q"', 'ls \\"q\\"'), ("cell 3", "%%bash\nls", "%%bash\\nls"),
    ]  # fmt: skip


@pytest.mark.parametrize("magic", ["%%time", "\\n%%capture --no-stderr", "%%timeit -n 1", "%%python3"])
def test_a_cell_of_python_below_a_magic_is_read(magic: str) -> None:
    assert called(code({"n.ipynb": NOTEBOOK % f"{magic}\\nimport os\\nos.getcwd()"})) == [("n.ipynb", "os.getcwd", "os.getcwd()")]
    assert called(code({"n.ipynb": NOTEBOOK % "%%writefile x.py\\nimport os\\nos.getcwd()"})) == []


def test_a_place_beyond_the_code_is_its_end() -> None:
    (piece,) = code({"x.py": "ab"}).pieces
    assert piece.offset(7, 9) == 2
    assert piece.text.cut(piece.span((0, 1), (0, 0))) == ""
    assert cut(piece, 0, 2) == "ab"


def test_code_that_does_not_parse_is_told_once_and_left_out() -> None:
    fact = code(
        {
            "a.py": "a.b()\nprint 'x'",
            "b.py": "c.d()",
            "n.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": "x = ("}, {"cell_type": "code", "source": "e.f()"}]}),
        }
    )
    assert [name for _, name, _ in called(fact)] == ["c.d", "e.f"]
    assert [(item.piece.path, item.piece.where, item.broken.line) for item in fact.invalid] == [("a.py", "", 1), ("n.ipynb", "cell 1", 0)]
    with pytest.raises(Blocked, match=r"a\.py holds Python that does not parse"):
        fact.require_whole()
    fact.require_whole(reporting="code-invalid")


def test_what_parses_of_a_snippet_is_read() -> None:
    body = "```python\nimport a\nx = a.b(<your token>)\n@a.c\ndef f():\n    return 1\nfor x in y:\n    a.d()\nelse:\n    a.e()\na.f(\n  1)\n```\n```python\nprint 'x'\n```\n"
    fact = code({"README.md": body})
    assert [name for _, name, _ in called(fact)] == ["a.d", "a.e", "a.f"]
    assert fact.invalid == ()
    fact.require_whole()
    assert salvaged("print 'x'").tree is None
    assert salvaged("}{").tree is None  # in which no statement begins


@pytest.mark.parametrize(
    ("files", "kind", "reason"),
    [
        ({"a.py": "x = " + "(" * 150 + ")" * 150}, Unreadable, r"a\.py nests too deep"),
        ({"a.py": "x\0"}, Unreadable, r"a\.py holds a NUL"),
        ({"n.ipynb": NOTEBOOK % "x = '\\ud800'"}, Unreadable, r"n\.ipynb holds half of a pair of surrogates"),
        ({"n.ipynb": NOTEBOOK % f"x = {'1 + ' * 50_000}1"}, Unreadable, r"n\.ipynb holds a cell of more than 100,000"),
        ({"a.py": POINTER}, Blocked, "Git LFS pointer"),
        ({"n.ipynb": "x"}, Unreadable, r"n\.ipynb is no JSON"),
        ({"README.md": "[" * 100_000}, Unreadable, r"README\.md is too long or too dense"),
    ],
)  # fmt: skip
def test_what_was_not_read_is_said(files: dict[str, str | bytes], kind: type[Obstacle], reason: str) -> None:
    fact = code(files)
    assert called(fact) == []
    with pytest.raises(kind, match=reason):
        fact.require_whole()


def test_too_much_code_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coding, "MOST_BYTES", 3)
    fact = code({"a.py": "a.b()", "b.py": "c.d()"})
    assert [name for _, name, _ in called(fact)] == ["a.b"]
    with pytest.raises(Unreadable, match="more than 3 characters of code"):
        fact.require_whole()


def test_a_file_that_is_too_long_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coding, "SOURCE_BYTES", 3)
    fact = code({"a.py": "a.b()"})
    assert called(fact) == []
    with pytest.raises(Unreadable, match="larger than 3 bytes"):
        fact.require_whole()


def test_a_card_that_cannot_be_read_is_said() -> None:
    fact = code({"README.md": "---\nlicense: mit\n---\n" + "x" * (CARD_BYTES + 1)})
    assert fact.pieces == ()
    with pytest.raises(Blocked, match="larger than"):
        fact.require_whole()


def test_without_a_listing_there_is_no_code() -> None:
    class Broken:
        listed = True

        def entries(self) -> list[object]:
            raise Unreadable("no listing")

    with pytest.raises(Unreadable, match="no listing"):
        Repository(Broken()).fact("code")  # type: ignore[arg-type]


def test_what_nobody_reports_comes_before_what_a_rule_does() -> None:
    fact = code({"a.py": "print 'x'", "b.py": "x = " + "(" * 150 + ")" * 150})
    assert called(fact) == []
    with pytest.raises(Unreadable, match=r"b\.py"):
        fact.require_whole()


def test_a_module_of_data_is_no_nest() -> None:
    assert read_module("x = [" + "(1, 2), " * 200 + "]").tree is not None
    assert read_module("x = " + "not " * 150 + "y").tree is None
