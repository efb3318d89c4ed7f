from __future__ import annotations

import json

import pytest
from chats import CHATS
from ending import ends
from hypothesis import given, settings
from hypothesis import strategies as st
from tensorfiles import Counted, judged

from cardlint.repository import Repository
from cardlint.source import Memory
from cardlint.weights.budget import AHEAD
from cardlint.weights.templates import MOST_FILE, MOST_TEMPLATES, MOST_TEXT, judge_text
from cardlint.weights.verdict import Evidence, gravest


def evidence(text: str) -> list[Evidence]:
    return list(judge_text(text))


EVIL = "{{ x.__class__ }}"


@pytest.mark.parametrize("text", CHATS.values(), ids=CHATS)
def test_a_template_as_people_write_them_is_ok(text: str) -> None:
    assert evidence(text) == []


# CVE-2024-34359: a template that reaches out of its values, into the interpreter that renders it.
REACHING = r"""
{{ x.__class__ }}
{{ x['__class__'] }}
{{ ''.__class__.__mro__[1].__subclasses__() }}
{{ x["\x5f\x5fclass\x5f\x5f"] }}
{{ x["\137\137class\137\137"] }}
{{ x["__cl" "ass__"] }}
{{ x["__cl" ~ "ass__"] }}
{{ x["__cl" + "ass__"] }}
{{ x[["__", "class", "__"] | join] }}
{{ x["__ssalc__" | reverse] }}
{{ x["__ssalc__"[::-1]] }}
{{ x["%s%s%s" % ("__", "class", "__")] }}
{{ x["%s" % "__class__"] }}
{{ x["%s%s%s" | format("__", "class", "__")] }}
{{ x["%c%cclass%c%c" | format(95, 95, 95, 95)] }}
{{ x["__CLASS__" | lower] }}
{{ x["__CLASS__".lower()] }}
{{ x["__klass__".replace("k", "c")] }}
{{ x["__klass__" | replace("k", "c")] }}
{{ x["_" * 2 ~ "class" ~ "_" * 2] }}
{{ x[2 * "_" ~ "class__"] }}
{{ x["__class__,a".split(",")[0]] }}
{{ x["x__class__"[1:]] }}
{{ x["__".join(["", "class", ""])] }}
{{ x["class".center(9, "_")] }}
{{ x["class" | center(9) | replace(" ", "_")] }}
{{ x["a" if y else "__class__"] }}
{{ x[y or "__class__"] }}
{{ x[y | default("__class__")] }}
{{ x[messages.get("z", "__class__")] }}
{{ x[("__class__",)[0]] }}
{{ x[["__class__"] | first] }}
{{ x["__class__" | list | join] }}
{{ x[(["x_", "_class_", "_x"] | sort | join)[1:-1]] }}
{{ x[(["x__class__"] | string)[3:-2]] }}
{{ x[("%s" % ["x__class__"])[3:-2]] }}
{{ x[dict(__class__=1) | first] }}
{{ x[dict(__cl=1, ass__=2) | join] }}
{{ x[strftime_now("__cl%%ass__") | replace("%", "")] }}
{{ x[messages[0].content[:0].join(["__cl", "ass__"])] }}
{{ x["__cl" ~ nothing ~ "ass__"] }}
{{ x["__cl" ~ "abc".nothing ~ "ass__"] }}
{{ x["__cl" ~ {}.nothing ~ "ass__"] }}
{{ x["__cl" ~ ([] | first) ~ "ass__"] }}
{{ x["__cl" ~ ("a" if false) ~ "ass__"] }}
{% set u = (lipsum | string | list)[18] %}{{ x[u ~ u ~ "class" ~ u ~ u] }}
{% set u = (() | select | string | list)[24] %}{{ x[u ~ u ~ "class" ~ u ~ u] }}
{% set u = (messages.format_map | string)[24] %}{{ x[u ~ u ~ "class" ~ u ~ u] }}
{% set u %}_{% endset %}{{ x[u ~ u ~ "class" ~ u ~ u] }}
{% set a, b = "__cl", "ass__" %}{{ x[a + b] }}
{% set m = m.a %}{{ x["__cl" ~ m ~ "ass__"] }}
{% if false %}{% set s = "z" %}{% endif %}{{ x[s ~ "_" ~ s ~ "_class_" ~ s ~ "_"] }}
{% set ns = namespace(s="") %}{% for c in ["__", "cl", "ass", "__"] %}{% set ns.s = ns.s ~ c %}{% endfor %}{{ x[ns.s] }}
{% set ns = namespace(s="") %}{% set other = ns %}{% for c in ["__", "cl"] %}{% set other.s = other.s ~ c %}{% endfor %}{{ x[other["s"]] }}
{% for a in ["__cl"] %}{% for b in ["ass__"] %}{{ x[a + b] }}{% endfor %}{% endfor %}
{% for a, b in [("__cl", "ass__")] %}{{ x[a + b] }}{% endfor %}
{% with a = "__cl", b = "ass__" %}{{ x[a + b] }}{% endwith %}
{% macro m(a, b) %}{{ x[a ~ b] }}{% endmacro %}{{ m("__cl", "ass__") }}
{% macro m(a, b="ass__") %}{{ x[a ~ b] }}{% endmacro %}{{ m(a="__cl") }}
{% macro m(a, b) %}{{ x[a ~ "class" ~ b] }}{% endmacro %}{{ m(*["__", "__"]) }}
{% set d = {"a": "__cl", "b": "ass__"} %}{{ x[d.a ~ d["b"]] }}
{% set d = {"a": {"n": "x__class__"}} %}{{ x[d.get("a").n[1:]] }}
{% set d = [{"n": "x__class__"}] %}{{ x[d[0].n[1:]] }}
{% for k, v in {"x__": "class__"}.items() %}{{ x[(k ~ v)[1:]] }}{% endfor %}
{% for k in {"x__class__": 1} %}{{ x[k[1:]] }}{% endfor %}
{% for k, v in {"x__class__": 1} | dictsort %}{{ x[k[1:]] }}{% endfor %}
{% set l = [] %}{% do l.append("x__class__") %}{% for k in l %}{{ x[k[1:]] }}{% endfor %}
{% do messages.append("x__class__") %}{{ x[messages[-1][1:]] }}
{% do messages[0].update({"k": "x__class__"}) %}{{ x[messages[0].k[1:]] }}
{% set d = {} %}{% do d.update(k="x__class__") %}{{ x[d.k[1:]] }}
{{ x | attr("__class__") }}
{{ x | attr("_" * 2 ~ "class" ~ "_" * 2) }}
{% filter attr("__class__") %}x{% endfilter %}
{{ x | map(attribute="__class__") | list }}
{{ x | map(attribute="a.__class__.b") | list }}
{{ x | map("attr", "__class__") | list }}
{{ x | map(**{"attribute": "__class__"}) }}
{{ x | sort(attribute="__class__") }}
{{ x | groupby("__class__") }}
{{ x | selectattr("__class__") }}
{{ x | sum("__class__") }}
{{ x | join(",", "__class__") }}
{{ x | join(",", attribute="__class__") }}
{{ "{0.__class__}".format(x) }}
{{ ("{0.__cl" ~ "ass__}").format(x) }}
{{ "{0.__class__}".format_map({"0": x}) }}
{% set f = "{0[__class__]}".format %}{{ f(x) }}
{% include "/etc/passwd" %}
{% import "other" as other %}
{% from "other" import thing %}
{% extends "other" %}
{{ cycler.__init__.__globals__.os.popen("echo oops").read() }}
{{ joiner.__init__ }}
{{ lipsum.__globals__["os"] }}
{{ lipsum["__glob" ~ "als__"] }}
{{ self._TemplateReference__context }}
{{ namespace.__init__.__globals__ }}
{{ dict.mro() }}
{{ dict.fromkeys }}
{{ range.thing }}
{{ caller.__func__ }}
{{ loop.__class__ }}
{{ raise_exception.__globals__ }}
{{ x.gi_frame.f_globals }}
{{ x.__getattribute__("a") }}
{% set ns.__class__ = 1 %}
{% for k in ["__class__"] %}{{ x[k] }}{% endfor %}
{% set name = "__globals__" %}
{{ x["\u005f\u005fclass\u005f\u005f"] }}
""".strip().split("\n")  # fmt: skip


@pytest.mark.parametrize("text", REACHING)
def test_a_template_that_reaches_beyond_its_names_blocks_cve_2024_34359(text: str) -> None:
    found = evidence(text)
    assert gravest(item.verdict for item in found) == "block"
    assert {item.reference for item in found if item.verdict == "block"} == {"CVE-2024-34359"}
    assert {item.concern for item in found} == {"format"}


UNKNOWN = r"""
{{ thing() }}
{{ x.thing() }}
{{ x["thing"]() }}
{{ x()() }}
{{ x[0]() }}
{{ x | thing }}
{{ x is thing }}
{{ x | map("thing") }}
{{ x | map(y) }}
{{ x | select("thing") }}
{{ x | rejectattr("a", "thing") }}
{{ x | map(*y) }}
{{ x | attr("content") }}
{{ x | attr }}
{{ x._private }}
{{ x["_private"] }}
{{ "{0.content}".format(x) }}
{{ x.format(y) }}
{{ x.format }}
{{ self.block() }}
{{ config.items() }}
{{ request.args }}
{{ joiner }}
{% set f = namespace %}{{ f() }}
{% macro m() %}{{ x[varargs[0] ~ varargs[1]] }}{% endmacro %}{{ m("a", "b") }}
{% macro m() %}text{% endmacro %}{{ x[m()] }}
{% call(u) m() %}{{ x[u] }}{% endcall %}
{% set a %}text{% endset %}{{ x[a] }}
{% for c in messages[0] | string %}{{ x[c ~ c] }}{% endfor %}
{{ x[y["a"](1)] }}
{{ x[y | xmlattr] }}
{{ x[{y: 1}] }}
{{ x[namespace({"a": "b"}).a] }}
{{ x["ab" | title] }}
{{ x["%5s" % "a"] }}
{{ x["a" % "b"] }}
{{ x["a".upper(1)] }}
{{ x[("a", ("b",)) | join] }}
{{ x["a" | replace("a", "b" * 9999)] }}
{{ x["a" * 9999 * 2] }}
{{ x[1 | first] }}
{{ x["a" | join(d="b")] }}
{{ x["a" ~ (1 | map("string"))] }}
{% set a = "x" %}{% for i in y %}{% set a = a ~ "x" %}{% endfor %}{{ z[a] }}
{{ range(1000000000) }}
{{ range(10 ** 9) }}
{% set n = 10 ** 8 %}{{ range(n) }}
{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}
{{ "x" * 1000000000 }}
{{ 10 ** 9 * x }}
{{ 9 ** 9 ** 9 ** 9 }}
{{ x ** y }}
{{ "x" | center(1000000000) }}
{{ "x".ljust(width=1000000000) }}
{{ "%1000000000d" % 1 }}
{{ "%*d" % (1000000000, 1) }}
{{ "%.1000000000f" | format(1) }}
{{ "{:1000000000}".format(1) }}
{{ "{:{}}".format(1, 1000000000) }}
{{ lipsum(n=1000000) }}
{{ x | batch(1000000000) | list }}
{% set x = x ~ x %}
{% set ns.x = ns.x + "a" + ns.x %}
{% for a in l %}{% do l.append(a) %}{% endfor %}
{{ x. }}
{% foo %}
{% generation %}
{{ 1 if }}
{{ "\N{nothing}" }}
""".strip().split("\n")  # fmt: skip


@pytest.mark.parametrize("text", UNKNOWN)
def test_what_is_not_known_or_costs_much_is_reviewed(text: str) -> None:
    assert gravest(item.verdict for item in evidence(text)) == "review"


FINE = r"""
{{ anything.at.all["whatever"][0][-1][1:] }}
{% macro unused(key) %}{{ x[key] }}{% endmacro %}
{% for k in [] %}{{ x[k] }}{% endfor %}
{% for k, v in x.items() %}{{ x[k] }}{{ v.items }}{% endfor %}
{{ x[-1] }}{{ x[y - 1] }}{{ x[y | int] }}{{ x[1.5] }}{{ x[none] }}{{ x[y + 1] }}{{ x[2 * 3] }}{{ x[y % 2] }}{{ x[5 % 3] }}{{ x[-y] }}
{{ {"Monday": "Montag"}[strftime_now("%A")] }}
{{ x["a" ~ 1] }}{{ x["a" + "b"] }}{{ x["a,b".split(",")[1]] }}{{ x["ab"[0]] }}{{ x["ab"["upper"]] }}{{ x[("a", "b") | last] }}
{% set loop_messages = messages[1:] %}{% for m in loop_messages %}{{ messages[loop.index0 + 1] }}{% endfor %}
{{ x is sameas true }}{{ x is in [1, 2] }}{{ x is divisibleby(2) }}
{% set a = x if y %}{{ a }}{{ x and y }}{{ not x }}
{% set n = namespace(k="role") %}{{ x[n.k] }}{% set n.k = "content" %}{{ x[n.none] }}
{% set d = {"a": "role", 1: 2} %}{{ x.d }}{{ {}["a"] }}
{{ range(5) | list }}{{ "-" * 20 }}{{ 2 ** 10 }}{{ [0] * 3 }}
{% block inner %}{{ x }}{% endblock %}
{{ x.a.b | map(attribute="c.d") | list }}{{ x | map(attribute=0) | list }}
{{ x | selectattr("a") | list }}{{ x | select | list }}{{ x | map("upper") | first }}
{{ "__start__" }}{{ "{a} {b[0]}" }}{{ x | default }}
""".strip().split("\n")  # fmt: skip


@pytest.mark.parametrize("text", FINE)
def test_what_only_shapes_text_is_ok(text: str) -> None:
    assert evidence(text) == []


def test_evidence_says_where_in_the_template() -> None:
    text = "{# a remark #}\r\n{% if x %}\r\n  {{ messages[0].__class__ }}{% endif %}"
    assert [item.message[:18] for item in evidence(text)] == ["line 3, column 18:"]
    built = evidence('a\n   {{ x["__cl" ~ "ass__"] }}')
    assert {item.message[:17] for item in built} == {"line 2, column 4:"}


def test_each_thing_is_said_once_and_not_without_end() -> None:
    assert len(evidence("{{ x.__class__ }}" * 30)) == 1
    many = "".join(f"{{{{ x.a{index}() }}}}" for index in range(200))
    assert len(evidence(many)) == 50
    assert gravest(item.verdict for item in evidence(many + EVIL)) == "block"
    assert len(evidence("".join(f"{{{{ x.__a{index} }}}}" for index in range(200)))) == 100


@pytest.mark.parametrize("text", [
    "{{ " + "(" * 5000 + "x" + ")" * 5000 + " }}",
    "{{ x" + ".a" * 20_000 + " }}",
    "{{ x" + " + a" * 20_000 + " }}",
    "{{ " + "not " * 20_000 + "x }}",
    "{% if x %}" * 300 + "{% endif %}" * 300,
    "{{ " + "9" * 5000 + " }}",
    "{{ " + "[" * 300 + "]" * 300 + " }}",
    "{{ x | " + "upper | " * 300 + "lower }}",
    "{{ '" + "\\d" * 100 + "'.x() }}",
])  # fmt: skip
def test_intricate_templates_are_reviewed(text: str) -> None:
    assert [item.verdict for item in evidence(text)] == ["review"]


def test_what_is_put_together_is_followed_only_so_far() -> None:
    deep = " + ".join(['"a"'] * 80)
    many = "{% for k in [" + ", ".join(f'"a{index}"' for index in range(70)) + "] %}{{ x[k] }}{% endfor %}"
    chain = "".join(f"{{% for k{index} in k{index + 1} %}}{{% endfor %}}" for index in range(60))
    for text in ("{{ x[" + deep + "] }}", many, chain + "{{ x[k0] }}"):
        assert gravest(item.verdict for item in evidence(text)) == "review"


HOSTILE = {
    "names that hang on each other": "".join(f"{{% set a{index} = a{index + 1} ~ b{index} %}}" for index in range(2000)),
    "loops that hang on each other": "".join(
        f"{{% for a{index} in a{index + 1} %}}{{{{ x[a{index}] }}}}{{% endfor %}}" for index in range(1500)
    ),
    "lists that grow": "".join(f"{{% set n.a{index} = n.a{index + 1} + [n.a{index}] %}}" for index in range(1500)),
    "objects with many names": "{% set d = {" + ",".join(f'"a{index}": d' for index in range(2000)) + "} %}" + "{{ x[d[y]] }}" * 2000,
    "loops over an object with many names": "{% set d = {"
    + ",".join(f'"a{index}": 1' for index in range(3000))
    + "} %}"
    + "{% for k in d %}{% endfor %}{{ x[k] }}" * 300,
    "macros of one name": "{% macro m(a, b, c) %}{% endmacro %}" * 500 + "{{ m(1, 2, 3) }}" * 1500,
    "calls of one macro": "{% macro m("
    + ",".join(f"a{index}" for index in range(300))
    + ") %}{% endmacro %}"
    + ("{{ m(" + "1," * 300 + ") }}") * 100,
    "long sums": "{{ " + " ~ ".join(["a", '"b"'] * 4000) + " }}",
    "long texts": "{% set a = '" + "a" * 9000 + "' %}" + "{% set a = a ~ a %}" * 500,
    "many operations": "{{ x[y | " + "upper | " * 150 + "lower] }}" * 20,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_templates_are_looked_at_only_so_long(text: str) -> None:
    """The bound is on steps; the seconds only see to it that there is one."""
    with ends():
        found = evidence(text + EVIL)
    assert gravest(item.verdict for item in found) == "block" or any("cannot be parsed" in item.message for item in found)


def files(*templates: object) -> bytes:
    return json.dumps({"chat_template": templates[0] if len(templates) == 1 else templates}).encode()


@pytest.mark.parametrize(("name", "content", "member"), [
    ("tokenizer_config.json", files(EVIL), "chat_template"),
    ("sub/Tokenizer_Config.json", files(EVIL), "chat_template"),
    ("tokenizer_config.json", files([{"name": "default", "template": "x"}, {"name": "tool_use", "template": EVIL}]), "chat_template.tool_use"),
    ("tokenizer_config.json", b'{"chat\\u005ftemplate": "' + EVIL.encode() + b'"}', "chat_template"),
    ("tokenizer_config.json", b'{"chat_template": "' + EVIL.encode() + b'", "chat_template": "x"}', "chat_template"),
    ("tokenizer_config.json", b'\xef\xbb\xbf{"chat_template": "' + EVIL.encode() + b'"}', "chat_template"),
    ("chat_template.json", files({"rag": EVIL}), "chat_template.rag"),
    ("processor_config.json", json.dumps({"a": [{"chat_template": EVIL}]}).encode(), "chat_template"),
    ("preprocessor_config.json", files(EVIL), "chat_template"),
    ("config.json", files(EVIL), "chat_template"),
    ("chat_template.jinja", EVIL.encode(), ""),
    ("chat_template.jinja", b"{# \x01 #}" + EVIL.encode(), ""),
    ("chat_template.jinja", b"#!\n" + EVIL.encode(), ""),
    ("tokenizer_config.json", b'{"class_name": "Dense", "registered_name": "Dense", "chat_template": "' + EVIL.encode() + b'"}', "chat_template"),
    ("tokenizer_config.json", b'{"itemInfoEntries": {}, "chat_template": "' + EVIL.encode() + b'"}', "chat_template"),
    ("additional_chat_templates/tool_use.jinja", EVIL.encode(), ""),
    ("deep/chat_template_long.JINJA2", EVIL.encode(), ""),
    ("prompts/summary.j2", EVIL.encode(), ""),
    ("prompts/old.j2", b"\xdc" + EVIL.encode(), ""),
    ("archive.zip!tokenizer_config.json", files(EVIL), "chat_template"),
])  # fmt: skip
def test_templates_are_found_where_loaders_find_them(name: str, content: bytes, member: str) -> None:
    found = judged(content, name).evidence
    assert [(item.verdict, item.member) for item in found] == [("block", member)]


@pytest.mark.parametrize(("name", "content"), [
    ("tokenizer_config.json", files("{{ bos_token }}")),
    ("tokenizer_config.json", b'{"chat_template": null, "added_tokens_decoder": {"0": {"content": "<s>"}}}'),
    ("tokenizer_config.json", b'{"broken": '),
    ("generation_config.json", files(EVIL)),
    ("README.md", EVIL.encode()),
    ("chat_template.jinja", b""),
    ("app/templates/base.jinja", "{# Über #}{{ title }}".encode("latin-1")),
    ("app/templates/base.jinja", b'{% extends "layout.jinja" %}{% block body %}{{ url_for("index") }}{% endblock %}'),
])  # fmt: skip
def test_files_without_a_harmful_template_are_ok(name: str, content: bytes) -> None:
    assert judged(content, name).evidence == ()


@pytest.mark.parametrize(("name", "content", "message"), [
    ("tokenizer_config.json", files(5), "is no text"),
    ("tokenizer_config.json", files(["x"]), "is no text"),
    ("tokenizer_config.json", files([{"name": "a", "template": None}]), "is no text"),
    ("tokenizer_config.json", b'{"chat_template": "x",}', "is no JSON"),
    ("tokenizer_config.json", b"[" * 100_000 + b'"chat_template"', "is no JSON"),
    ("chat_template.jinja", b"text " * 1000 + b"\xff", "not UTF-8"),
    ("chat_template.jinja", b"x" * (MOST_TEXT + 1), "100,001 characters, too long"),
    ("chat_template.json", files(*["x"] * MOST_TEMPLATES), "is no text"),
    ("chat_template.json", files(*[{"name": "a", "template": "x"}] * (MOST_TEMPLATES + 1)), "more templates than are looked at"),
    ("chat_template.json", b'{"chat_template":[' + b"[]," * 1_000_001 + b"0]}", "too large or too intricate"),
    ("chat_template.jinja", b"{% include 'x' %}{{ thing() }}", "takes in another file"),
])  # fmt: skip
def test_what_cannot_be_read_is_reviewed(name: str, content: bytes, message: str) -> None:
    assert message in judged(content, name).evidence[0].message
    assert judged(content, name).verdict != "ok"


def test_a_file_too_large_is_not_read() -> None:
    reader = Counted(b'{"chat_template": 1' + b" " * 4096, size=MOST_FILE + 1)
    assert judged(reader, "tokenizer_config.json").evidence[0].about == "budget"
    assert sum(size for _, size in reader.reads) <= AHEAD


def test_there_is_one_budget_for_all_templates_of_a_file_and_what_was_found_counts() -> None:
    many = files({"name": "a", "template": EVIL}, *[{"name": "b", "template": "x" * 90_000}] * 5)
    assert [(item.verdict, item.about) for item in judged(many, "tokenizer_config.json").evidence] == [
        ("block", "__class__"),
        ("review", "template"),
    ]


def test_a_repository_is_judged_with_its_templates() -> None:
    content = {
        "tokenizer_config.json": files(EVIL),
        "chat_template.jinja": EVIL.encode(),
        "prompt.j2": EVIL.encode(),
        "notes.txt": EVIL.encode(),
    }
    weights = Repository(Memory(content)).fact("weights")
    assert [file.path for file in weights if file.judgement is not None and file.judgement.verdict == "block"] == [
        "chat_template.jinja", "prompt.j2", "tokenizer_config.json",
    ]  # fmt: skip


PIECES = st.sampled_from([
    "{{", "}}", "{%", "%}", "{#", "#}", " set ", " if ", " endif ", " for ", " in ", " endfor ", " macro m(a) ", " endmacro ", "x", "a", "m",
    "ns", ".", "[", "]", "(", ")", "|", "~", "+", "*", "%", "**", "-", ":", ",", "=", "'__'", "'class'", "'{0.a}'", "1", "99999", "namespace(a=1)",
    " is ", " not ", " and ", " or ", " else ", "join", "format", "map", "attr", "list", "first", "default", "dict", "range", "loop", "append",
    "\n", " do ", " call ", " endcall ", " with ", " endwith ", " generation ", " endgeneration ", "none", "{", "}", "get", "items", "*x", "**x",
])  # fmt: skip


@settings(max_examples=400)
@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_text_brings_an_exception(text: str) -> None:
    assert all(item.concern == "format" for item in evidence(text))


@settings(max_examples=200)
@given(st.sampled_from(sorted(CHATS.values())), st.data())
def test_no_mutation_of_a_template_brings_an_exception(text: str, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        text = text[:at] + data.draw(PIECES) + text[at + data.draw(st.integers(0, 5)) :]
    assert all(item.concern == "format" for item in evidence(text))
