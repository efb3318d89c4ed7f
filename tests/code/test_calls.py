"""Names of calls through imports, aliases and assignments, and the values of their arguments: what is certain, and what is not."""

from __future__ import annotations

import ast
import contextlib
import textwrap
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardlint.code.calls import Module

if TYPE_CHECKING:
    from cardlint.code.call import Call


def module(*codes: str) -> Module:
    return Module([ast.parse(textwrap.dedent(code)) for code in codes])


def names(*codes: str) -> list[str]:
    return [call.name for call in module(*codes).calls]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import a\na.b.c(1)", ["a.b.c"]),
        ("import a as t\nt.b(1)", ["a.b"]),
        ("import a.b\na.b.c(1)", ["a.b.c"]),
        ("import a.b as x\nx.c(1)", ["a.b.c"]),
        ("from a import b\nb(1)", ["a.b"]),
        ("from a.b import c as d\nd.e()", ["a.b.c.e"]),
        ("from . import b\nb.c()", ["..b.c"]),
        ("from .m import b\nb()", [".m.b"]),
        ("from a import *\nb()", ["a.b"]),
        ("from a import *\nprint()", ["print"]),
        ("from a import *\nfrom c import *\nb()", ["b"]),
        ("AutoModel.from_pretrained()", ["AutoModel.from_pretrained"]),
        ("import a\nM = a.Model\nM.load()", ["a.Model.load"]),
        ("import a\nx = a.B()\nx.c()", ["a.B", "a.B().c"]),
        ("import a\nx = a.B().to('cuda')\nx.c()", ["a.B().to", "a.B", "a.B().c"]),
        ("import a\nasync def f():\n    x = await a.b()\n    x.c()", ["a.b", "a.b().c"]),
        ("import a\ngetattr(a, 'B').load()", ["a.B.load", "getattr"]),
        ("import a\nname = 'B'\nM = getattr(a, name)\nM.load()", ["getattr", "a.B.load"]),
        ("import a\ngetattr(a, b).load()", ["getattr"]),
        ("import importlib\nm = importlib.import_module('a.b')\nm.c()", ["importlib.import_module", "a.b.c"]),
        ("__import__(name).c()", ["__import__"]),
        ("def f(): pass\nf()\nclass A: pass\nA.b()", ["<local>.f", "<local>.A.b"]),
        ("(lambda: 1)()", []),
        ("f()[0].g()", ["f"]),
        ("for a in b:\n    a.c()", []),
        ("with open(x) as a:\n    a.c()", ["open"]),
        ("try:\n    import a as z\nexcept ImportError:\n    import b as z\nz.c()", []),
        ("try:\n    import a\nexcept ImportError:\n    import a\na.c()", ["a.c"]),
        ("def f(a):\n    a.c()", []),
        ("import a\ndef f():\n    a.c()", ["a.c"]),
        ("class A:\n    import a\n    a.c()\n    def f(self):\n        a.d()", ["a.c", "a.d"]),
        ("x = y\ny = x\nx.c()", []),
        ("def f():\n    x = y\n    y = x\n    return x.c()", []),
        ("try:\n    f()\nexcept* E as g:\n    g()", ["f"]),
        ("match x:\n    case [*rest]:\n        rest()\n    case {'a': y}:\n        y()\n    case z:\n        z()", []),
        ("import a\ndel a\na.b()", []),
        ("def f():\n    global a\n    import a\na.b()", ["a.b"]),
        ("def f():\n    import a\n    def g():\n        nonlocal a\n        a = 1\n    a.b()", []),
        ("def f():\n    def g():\n        nonlocal q\n        q = 1\n    q.b()", []),
        ("import a\n[a.b(a) for a in c]", []),
        ("import a\n(x := a.b())\nx.c()", ["a.b", "a.b().c"]),
        ("import a\nx: object = a.b()\ny: int\nx.c()", ["a.b", "a.b().c"]),
    ],
)  # fmt: skip
def test_a_call_has_the_name_its_imports_give_it(code: str, expected: list[str]) -> None:
    assert names(code) == expected


def first(code: str, *more: str) -> Call:
    """The call of `load`."""
    (call,) = (call for call in module(code, *more).calls if call.name.rpartition(".")[2] == "load")
    return call


def value(code: str, *more: str) -> object:
    known = first(code, *more).known("id", 0)
    return "unknown" if known is None else known.value


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("load('a/b')", "a/b"),
        ("load(id='a/b')", "a/b"),
        ("load(None)", None),
        ("load(b'a')", "unknown"),
        ("load()", "unknown"),
        ("load(*x)", "unknown"),
        ("x = 'a/b'\nload(x)", "a/b"),
        ("x = 'a/b'\ny = x\nload(y)", "a/b"),
        ("x = 'a/b'\ndef f():\n    load(x)", "a/b"),
        ("x = 'a/b'\ndef f(x):\n    load(x)", "unknown"),
        ("x = 'a/b'\nx = 'c/d'\nload(x)", "c/d"),
        ("x = 'a/b'\nload(x)\nx = 'c/d'", "a/b"),
        ("load(x)\nx = 'a/b'\nx = 'c/d'", "unknown"),
        ("x = 'a/b'\nx = 'c/d'\ndef f():\n    load(x)", "unknown"),
        ("x = 'a/b'\nif y:\n    x = 'c/d'\nload(x)", "unknown"),
        ("x = 'a/b'\nx += 'c'\nload(x)", "unknown"),
        ("x, y = 'a', 'b'\nload(x)", "unknown"),
        ("n = 'b'\nload(f'a/{n}')", "a/b"),
        ("load(f'a/{7}')", "a/7"),
        ("load(f'a/{n}')", "unknown"),
        ("n = 'b'\nload(f'a/{n!s}')", "a/b"),
        ("n = 'b'\nload(f'a/{n!r}')", "unknown"),
        ("n = 'b'\nload(f'a/{n:>5}')", "unknown"),
        ("load('a/' + 'b')", "a/b"),
        ("load('a/' + b)", "unknown"),
        ("load('a/' * 2)", "unknown"),
        ("load('a/' 'b')", "a/b"),
        ("class A:\n    x = 'a/b'\n    def f(self):\n        load(x)", "unknown"),
        ("x = 'a' + 'b' * 3\nload(x)", "unknown"),
        ("def f():\n    x = 'a/b'\n    x = 'c/d'\n    load(x)", "c/d"),
        ("if __name__ == '__main__':\n    x = 'a/b'\n    x = 'c/d'\n    load(x)", "c/d"),
        ("with y:\n    x = 'a/b'\n    x = 'c/d'\n    load(x)", "c/d"),
        ("x = ['a/b']\nload(x)", "unknown"),
        ("n = 'b'\nload('a/%s' % n)", "a/b"),
        ("load('%s/%s' % ('a', 'b'))", "a/b"),
        ("load('%s/%s' % 'a')", "unknown"),
        ("load('a/%s' % n)", "unknown"),
        ("load('a/%d' % 7)", "unknown"),
        ("load(7 % 2)", "unknown"),
        ("d = {'x': 'a/b', 'y': f()}\nload(d['x'])", "a/b"),
        ("d = {'x': 'a/b', 'y': f()}\nload(d['y'])", "unknown"),
        ("d = dict(x='a/b')\nload(d['x'])", "a/b"),
        ("d = {'x': 'a/b'}\nload(d['z'])", "unknown"),
        ("d = {'x': 'a/b'}\nd['x'] = f()\nload(d['x'])", "unknown"),
        ("d = {'x': 'a/b'}\nload(d[k])", "unknown"),
        ("load({'x': 'a/b'}['x'])", "unknown"),
        ("load(d['x'])", "unknown"),
        ("def f(x='a/b'):\n    load(x)", "unknown"),
        ("def f():\n    global x\n    x = 'a/b'\n    load(x)", "a/b"),
        ("x = 'a/b'\ndef f():\n    global x\n    load(x)", "a/b"),
    ],
)  # fmt: skip
def test_a_value_is_known_where_it_is_certain(code: str, expected: object) -> None:
    assert value(code) == expected


def test_cells_share_their_names_and_the_last_one_before_counts() -> None:
    assert value("import a\nx = 'a/b'", "a.load(x)") == "a/b"
    assert value("x = 'a/b'", "x = 'c/d'", "a.load(x)") == "c/d"
    assert value("x = 'a/b'", "a.load(x)", "x = 'c/d'") == "a/b"


def test_where_a_value_is_written_is_known() -> None:
    known = first("import a", "\nx = 'a/b'", "a.load(x)").known("id", 0)
    assert known is not None
    assert (known.tree, known.node.lineno) == (1, 2)


@pytest.mark.parametrize(
    ("code", "revision"),
    [
        ("load(x)", "lacks"),
        ("load(x, revision='main')", "main"),
        ("load(x, revision=y)", "unknown"),
        ("load(x, **y)", "unknown"),
        ("load(*x)", "unknown"),
        ("load(x, **{'revision': 'main'})", "main"),
        ("load(x, **dict(revision='main'))", "main"),
        ("load(x, **dict(a, revision='main'))", "unknown"),
        ("load(x, **dict(**y))", "unknown"),
        ("load(x, **{y: 1})", "unknown"),
        ("load(x, **{1: 1})", "unknown"),
        ("load(x, **{**y})", "unknown"),
        ("load(x, **{'a': 1})", "lacks"),
        ("k = {'revision': 'main'}\nload(x, **k)", "main"),
        ("k = {}\nload(x, **k)", "lacks"),
        ("k = {}\nk['revision'] = 'main'\nload(x, **k)", "unknown"),
        ("k = {}\nk.update(y)\nload(x, **k)", "unknown"),
        ("k = {}\nk.get(y)\nload(x, **k)", "lacks"),
        ("k = {}\nk.a = 1\nload(x, **k)", "lacks"),
        ("k = {}\ndef f():\n    k['a'] = 1\nload(x, **k)", "unknown"),
        ("y['a'] = 1\nload(x)", "lacks"),
        ("o = {'revision': 'main'}\nk = {'a': 1, **o}\nload(x, **k)", "main"),
        ("k = k2\nk2 = k\nload(x, **k)", "unknown"),
        ("def f(**k):\n    load(x, **k)", "unknown"),
        ("def f():\n    k = dict(**k)\n    load(x, **k)", "unknown"),
        ("r = 'main'\nload(x, revision=r)", "main"),
    ],
)  # fmt: skip
def test_an_argument_is_given_lacking_or_not_certain(code: str, revision: str) -> None:
    call = first(code)
    known = call.known("revision")
    assert (known.value if known else "lacks" if call.lacks("revision") else "unknown") == revision
    assert call.known("revision") == known


def test_positions_count_up_to_the_first_splat() -> None:
    call = first("load('a', *b, 'c')")
    assert len(list(call.positional)) == 1
    assert call.argument("x", 1) is None
    assert not call.whole


def test_a_place_tells_whether_importing_reaches_it() -> None:
    found = module("""
        import a
        a.top()
        @a.decorator(1)
        def f(x=a.default(), *, y=a.keyword()):
            a.inside()
            g = lambda z=a.early(): a.late()
            [a.each(q) for q in a.items()]
        class C(a.base()):
            a.body()
            def m(self):
                a.method()
        if __name__ == "__main__":
            a.script()
        else:
            a.otherwise()
        if TYPE_CHECKING:
            a.typing()
        if a.TYPE_CHECKING:
            a.again()
        if a.b:
            a.branch()
    """)
    places = {call.name[2:]: (call.site.scope.function, call.site.guarded) for call in found.calls}
    assert places == {
        "top": ("", False), "decorator": ("", False), "default": ("", False), "keyword": ("", False), "inside": ("f", False), "early": ("f", False),
        "late": ("f.<lambda>", False), "each": ("f", False), "items": ("f", False), "base": ("", False), "body": ("", False), "method": ("C.m", False),
        "script": ("", True), "otherwise": ("", False), "typing": ("", True), "again": ("", True), "branch": ("", False),
    }  # fmt: skip
    assert {call.name[2:] for call in found.calls if not call.site.straight} == {"otherwise", "branch"}


def test_classes_and_imports_are_listed() -> None:
    found = module("from ..a import b as c, d\nimport e.f\nclass A(B):\n    class C: pass")
    assert [(item.module, item.name, item.level) for item in found.imports] == [("a", "b", 2), ("a", "d", 2), ("e.f", "", 0)]
    assert list(found.classes) == ["A", "A.C"]


@pytest.mark.parametrize(
    "code",
    [
        "x0 = 'a'\n" + "\n".join(f"x{n + 1} = x{n}" for n in range(500)) + "\nload(x500)",
        "load(" + "+".join(["'a'"] * 500) + ")",
        "x" + ".a" * 700 + "()",
        "k0 = {}\n" + "\n".join(f"k{n + 1} = {{**k{n}}}" for n in range(200)) + "\nload(**k200)",
        "\n".join(f"x{n} = x{n - 1} + x{n - 1}" for n in range(1, 60)) + "\nx0 = 'aaaaaaaa'\nload(x59)",
        "k0 = {'a': 1}\n" + "\n".join(f"k{n} = dict(**k{n - 1}, **k{n - 1})" for n in range(1, 60)) + "\nload(**k59)",
        "x = f(g(x)).h\nx.load()",
    ],
)  # fmt: skip
def test_a_hostile_module_is_bounded(code: str) -> None:
    for call in module(code).calls:
        call.known("id", 0)
        call.lacks("id", 0)


STATEMENTS = st.sampled_from(
    ["import a as x", "x = 'a'", "x = x", "x = {**x}", "def x(x=x): x(x)", "class x(x): x = x()", "x.y(**x)", "for x in x: x()", "del x", "global x",
     "x = getattr(x, 'x')", "x += x", "with x as x: x()", "x = f'{x}{x}'", "[x(x) for x in x]", "x = lambda x=x: x()", "x['a'] = x()", "x.update(x)"]
)  # fmt: skip


@given(st.lists(STATEMENTS, max_size=8), st.booleans())
def test_whatever_is_bound_to_whatever_nothing_raises(statements: list[str], inside: bool) -> None:
    code = "\n".join(statements) or "pass"
    code = "def f():\n" + textwrap.indent(code, "    ") if inside else code
    with contextlib.suppress(SyntaxError):  # `global x` after a use
        compile(code, "", "exec")
    for call in module(code).calls:
        assert call.name
        call.known("x", 0)
        call.lacks("x", 0)
