"""Suppressions: which forms are read, what each covers, and what becomes of those that do nothing."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from ending import ends
from hypothesis import assume, given
from hypothesis import strategies as st

from cardlint import settle
from cardlint.comments import MOST, in_python
from cardlint.policy import Layer, Policy, Setting
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory
from cardlint.suppressions import Suppression, suppressions
from cardlint.text import decode

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Done

    from cardlint.report import Finding, Target

    Command = Callable[..., Done]

HEAD = "---\nlicense: mit\n---\n"
IGNORE = "<!-- cardlint: ignore[image-alt-missing] decorative -->"


def checked(card: str | bytes, *, select: tuple[str, ...] = (), files: dict[str, bytes | int] | None = None, rules: Any = None) -> Target:
    content = card if isinstance(card, bytes) else card.encode()
    repository = Repository(Memory({"README.md": content, **(files or {})}), Identity("model", told=True))
    policy = load_policy(rules or shipped(), select=select)
    return settle.check(repository, policy.bind(repository), settle.Terms(settle.today()))


def lines(target: Target, rule: str = "image-alt-missing") -> list[int]:
    """The lines of the findings of a rule that count."""
    return [item.place.line for item in target.findings if item.rule == rule and not item.suppressed and item.place]


def said(target: Target) -> list[tuple[str, int, str]]:
    """What the rules about suppressions say, with the line."""
    return [(item.rule, item.place.line, item.message) for item in target.findings if item.rule.startswith("suppression-") and item.place]


# Markdown


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (f"text\n\n{IGNORE}\n![](a)\n\n![](b)\n", [9]),
        (f"text\n\n{IGNORE}\n\n\n![](a)\n![](b)\n\n![](c)\n", [12]),
        (f"{IGNORE}\n![](a)\n\n![](b)\n", []),
        (f"\n\n{IGNORE}\n\ntext\n\n![](b)\n", []),
        (f"<!-- a remark -->\n{IGNORE}\n![](a)\n\n![](b)\n", [8]),
        (f"<!-- cardlint: ignore[link-broken] made later -->\n{IGNORE}\n# T\n\n![](a)\n", []),
        (f"<!-- cardlint: ignore[link-broken] made later --> {IGNORE}\n# T\n\n![](a)\n", []),
        (f"text\n\n{IGNORE}\n<!-- cardlint: ignore[link-broken] made later -->\n![](a)\n\n![](b)\n", [10]),
        (f"text\n\n{IGNORE}\n- ![](a)\n- b\n\n  ![](c)\n\nend ![](d)\n", [12]),
        (f"text\n\n{IGNORE}\n> ![](a)\n>\n> ![](b)\n\n![](c)\n", [11]),
        (f"text\n\n{IGNORE}\n| a | b |\n|---|---|\n| ![](a) | ![](b) |\n\n![](c)\n", [11]),
        (f"text\n\n{IGNORE}\n## T ![](a)\n![](b)\n", [8]),
        (f"text\n\n{IGNORE}\nT ![](a)\n========\n\n![](b)\n", [10]),
        (f'text\n\n{IGNORE}\n<p>\n<img src="a">\n</p>\n\n![](b)\n', [11]),
        (f'text\n\n<p>\n<img src="a">\n{IGNORE}\n<img src="b">\n</p>\n\n![](c)\n', [7, 12]),
        (f"text\n\n- a\n\n  {IGNORE}\n\n  ![](a)\n- ![](b)\n", [11]),
        (f"text\n\n- ![](a)\n  {IGNORE}\n- ![](b)\n- ![](c)\n", [6, 9]),
        (f"text\n\n- {IGNORE}\n  ![](a)\n- ![](b)\n", [8]),
        (f"text\n\n> {IGNORE}\n> ![](a)\n\n![](b)\n", [9]),
        (f"text ![](a) {IGNORE} ![](b)\n![](c)\n", [5]),
        (f"text ![](a) {IGNORE}\n\n{IGNORE}\n![](c)\n", []),
        (f"text\n\n{IGNORE}\n", []),
        (f"text\n\n![](a)\n\n{IGNORE}\n", [6]),
        (f"text\n\n```\n{IGNORE}\n```\n![](a)\n", [9]),
        (f"text `{IGNORE}`\n![](a)\n", [5]),
        ("text\n\n<!--\ncardlint: ignore[image-alt-missing]\n  decorative,\n  all of them\n-->\n![](a)\n", []),
        ("text\n\n<!-- cardlint: ignore[link-broken, image-alt-missing]: decorative -->\n![](a)\n", []),
        (f"text\n\n{IGNORE}\r\n![](a)\r\n\r\n![](b)\r\n", [9]),
    ],
)  # fmt: skip
def test_what_a_comment_in_markdown_covers(body: str, left: list[int]) -> None:
    assert lines(checked(HEAD + body)) == left


def test_the_whole_file_is_frontmatter_too_and_what_has_no_place() -> None:
    card = "---\nlicense: apache2\nx: y\n---\n<!-- cardlint: ignore[license-unknown] so agreed -->\n# T\n"
    (finding,) = [item for item in checked(card).findings if item.rule == "license-unknown"]
    assert finding.suppressed == ("inline", "so agreed")
    whole = Suppression("r", "x", decode("README.md", b"").span(0, 0), "file")
    assert whole.covers(finding._replace(place=None))
    assert not whole.covers(finding._replace(path="other.md"))
    assert not whole._replace(scope="range").covers(finding._replace(place=None))


def test_a_card_without_frontmatter_and_one_that_is_broken_can_be_suppressed_in() -> None:
    assert lines(checked("\ufeff" + IGNORE + "\n# T\n\n![](a)\n")) == []
    broken = "---\nlicense: [\n---\n" + IGNORE + "\n# T\n\n![](a)\n"
    target = checked(broken)
    assert lines(target) == []
    assert [item.rule for item in target.findings if item.rule == "frontmatter-invalid" and not item.suppressed]


def test_the_place_of_each_id_is_its_own() -> None:
    found = suppressions(Repository(Memory({"README.md": b"<!-- cardlint: ignore[ a-b ,c] why -->\n"})))
    assert [(item.rule, item.span.start, item.span.end) for item in found] == [("a-b", 23, 26), ("c", 28, 29)]


# YAML


@pytest.mark.parametrize(
    ("metadata", "left"),
    [
        ("license: apache2 # cardlint: ignore[license-unknown] so agreed\n", []),
        ("license: apache2 # see below # cardlint: ignore[license-unknown] so agreed\n", []),
        ("license: apache2 #cardlint: ignore[license-unknown] so agreed\n", []),
        ("# cardlint: ignore[license-unknown] so agreed\nlicense: apache2\n", []),
        ("# cardlint: ignore[license-unknown] so agreed\n\n# and\nlicense: apache2\n", []),
        ("# cardlint: ignore[license-unknown] so agreed\nlicense:\n- mit\n- apache2\n- gpl-9\n", []),
        ("license:\n- mit\n# cardlint: ignore[license-unknown] so agreed\n- apache2\n- gpl-9\n", [6]),
        ("license:\n- mit\n- apache2 # cardlint: ignore[license-unknown] so agreed\n- gpl-9\n", [5]),
        ("license: # cardlint: ignore[license-unknown] so agreed\n- apache2\n", [3]),
        ("license: [\n  # cardlint: ignore[license-unknown] so agreed\n  apache2, gpl-9,\n  mitt]\n", [5]),
        ("license: [apache2, # cardlint: ignore[license-unknown] so agreed\n  gpl-9]\n", [3]),
        ("x: |\n  # cardlint: ignore[license-unknown] so agreed\nlicense: apache2\n", [4]),
        ("x: | # cardlint: ignore[license-unknown] so agreed\n  text\nlicense: apache2\n", [4]),
        ('x: "a # cardlint: ignore[license-unknown] b"\nlicense: apache2\n', [3]),
        ('x: "a\n\n  # cardlint: ignore[license-unknown] b"\nlicense: apache2\n', [5]),
        ("license: apache2\n# cardlint: ignore[license-unknown] so agreed\n", [2]),
        ("? [a]\n# cardlint: ignore[license-unknown] so agreed\n: b\nlicense: apache2\n", [5]),
        ("x: &a [apache2]\n# cardlint: ignore[license-unknown] so agreed\nlicense: *a\n", [2]),
    ],
)  # fmt: skip
def test_what_a_comment_in_yaml_covers(metadata: str, left: list[int]) -> None:
    assert lines(checked(f"---\n{metadata}---\n# T\n"), "license-unknown") == left


def test_other_yaml_files_and_other_markdown() -> None:
    texts = {
        "a.yaml": "k: v # cardlint: ignore[one] why\n", "b.yml": "k: [ # cardlint: ignore[two] why\n", "c.md": "<!-- cardlint: ignore[three] why -->\n",
        "d.json": "// cardlint: ignore[four] why", "e.py": "x = 1  # cardlint: ignore[five] why\n", "f.yaml": "# cardlint: ignore[six] why\n",
        "g.yaml": "k: v\n",
    }  # fmt: skip
    repository = Repository(Memory({"README.md": b"---\nlicense: mit\n---\n", **{name: text.encode() for name, text in texts.items()}}))
    for name in texts:
        repository.text(name, 1000)
    assert [item.rule for item in suppressions(repository)] == ["one", "three", "five"]


# Python


def in_code(source: str) -> list[tuple[str, str]]:
    """What each suppression in Python covers."""
    text = decode("a.py", source.encode())
    return [(item.said.content.partition("[")[2].partition("]")[0], text.content[item.start : item.end]) for item in in_python(text)]


@pytest.mark.parametrize(
    ("source", "covered"),
    [
        ("a = 1  # cardlint: ignore[r] why\nb = 2\n", [("r", "a = 1  # cardlint: ignore[r] why")]),
        ("# cardlint: ignore[r] why\n\n# and\na = f(\n  1,\n)\nb\n", [("r", "a = f(\n  1,\n)")]),
        ("# cardlint: ignore[r] why\n# cardlint: ignore[s] why\ndef f():\n    return 1\n", [("r", "def f():"), ("s", "def f():")]),
        ("def f():\n    # cardlint: ignore[r] why\n    return 1\n", [("r", "    return 1")]),
        ("a = f(\n  # cardlint: ignore[r] why\n  1,\n  2,\n)\n", [("r", "  1,")]),
        ("a = '''\n# cardlint: ignore[r] why\n'''\n", []),
        ("a = '# cardlint: ignore[r] why'\n", []),
        ("a = 1\n# cardlint: ignore[r] why\n", [("r", "")]),
        ("a = 1  # cardlint: ignore[r] why\nb = (\n", [("r", "a = 1  # cardlint: ignore[r] why")]),
        ("a = 1  # cardlint: ignore[r] why\n  b\n c\n", [("r", "a = 1  # cardlint: ignore[r] why")]),
        ("\ufeff# cardlint: ignore[r] why\r\na = 1\r\nb = 1\r\n", [("r", "a = 1\r")]),
        ("x\ra = 1  # cardlint: ignore[r] why\r", [("r", "a = 1  # cardlint: ignore[r] why")]),
        ("a = 1  # cardlint: the linter\n", []),
        ("a = 1# noqa # cardlint: ignore[r] why\n", [("r", "a = 1# noqa # cardlint: ignore[r] why")]),
    ],
)  # fmt: skip
def test_what_a_comment_in_python_covers(source: str, covered: list[tuple[str, str]]) -> None:
    assert in_code(source) == covered


def test_a_python_file_too_large_is_not_read() -> None:
    assert in_code("a = 1  # cardlint: ignore[r] why\n" + "#" * 1_000_000) == []


# The key


def test_the_key_covers_the_whole_repository() -> None:
    card = "---\nlicense: apache2\nx-cardlint: {ignore: {license-unknown: so agreed, suppression-unused: no}}\n---\n# T\n"
    target = checked(card)
    assert lines(target, "license-unknown") == []
    assert said(target) == [
        ("suppression-unused", 3, "this suppression has no effect: what suppression-unused reports cannot be suppressed")
    ]
    everywhere = Suppression("r", "x", decode("README.md", b"").span(0, 0), "repository")
    finding: Finding = target.findings[0]
    assert everywhere.covers(finding._replace(place=None, path="config.json"))


@pytest.mark.parametrize("value", ["[]", "{}", "{ignore: [a]}", "{ignore: }", "{ignored: {a: b}}", "text", ""])
def test_a_key_of_another_shape_is_no_suppression(value: str) -> None:
    target = checked(f"---\nlicense: mit\nx-cardlint: {value}\n---\n# T\n")
    assert said(target) == []


@pytest.mark.parametrize(
    "key",
    [
        "x-cardlint: {ignore: {license-unknown: so agreed}}",
        "x-cardlint:\n  ignore:\n    license-unknown: it is what we call it, and so it stays",
    ],
)
def test_no_other_rule_minds_the_key(key: str) -> None:
    without, with_key = checked("---\nlicense: apache2\n---\n# T\n"), checked(f"---\nlicense: apache2\n{key}\n---\n# T\n")
    assert [item.rule for item in with_key.findings] == [item.rule for item in without.findings]


@pytest.mark.parametrize("value", ["", "~", '""', '"--"', "3", "[a]"])
def test_a_key_without_reason_is_one_finding(value: str) -> None:
    target = checked(f"---\nlicense: apache2\nx-cardlint:\n  ignore:\n    license-unknown: {value}\n---\n# T\n")
    assert lines(target, "license-unknown") == [2]
    assert [item.rule for item in target.findings if item.subject.startswith("x-cardlint")] == ["suppression-without-reason"]


def test_a_repository_without_a_card_has_no_suppressions() -> None:
    assert suppressions(Repository(Memory({}))) == ()
    assert [item.rule for item in settled({}).findings] == ["card-missing"]


def settled(files: dict[str, bytes | int]) -> Target:
    repository = Repository(Memory(files), Identity("model", told=True))
    policy = load_policy(shipped(), select=("card-missing", "suppression-unused"))
    return settle.check(repository, policy.bind(repository), settle.Terms(settle.today()))


# What becomes of them


@pytest.mark.parametrize(
    ("comment", "rule", "message"),
    [
        ("ignore[image-alt-missing]", "suppression-without-reason", "the suppression of image-alt-missing gives no reason"),
        ("ignore[image-alt-missing] -", "suppression-without-reason", "the suppression of image-alt-missing gives no reason"),
        ("ignore[image-alt-mising] x", "suppression-unused", 'no rule "image-alt-mising"; did you mean image-alt-missing?'),
        ("ignore[documentation/] x", "suppression-unused", 'no rule "documentation/"'),
        ("ignore[all] x", "suppression-unused", 'no rule "all"'),
        ("ignore[] x", "suppression-unused", "it cannot be read; write `cardlint: ignore[rule-id] reason`"),
        ("ignore image-alt-missing", "suppression-unused", "it cannot be read"),
        ("disable=image-alt-missing", "suppression-unused", "it cannot be read"),
        ("ignore[thumbnail-invalid] x", "suppression-unused", "not needed: thumbnail-invalid finds nothing there; remove it"),
        ("ignore[waiver-expired] x", "suppression-unused", "what waiver-expired reports cannot be suppressed"),
    ],
)  # fmt: skip
def test_what_has_no_effect_is_reported_at_its_place(comment: str, rule: str, message: str) -> None:
    target = checked(f"{HEAD}text\n\n<!-- cardlint: {comment} -->\n![](a)\n")
    ((found, line, text),) = said(target)
    assert (found, line) == (rule, 6)
    assert message in text
    assert lines(target) == [7]


def test_prose_about_us_is_no_suppression() -> None:
    assert said(checked(f"{HEAD}text\n\n<!-- cardlint: checks this card -->\n<!-- we use cardlint: ignore[x] -->\n")) == []


def test_a_rule_that_did_not_look_leaves_its_suppression_alone() -> None:
    comment = "<!-- cardlint: ignore[thumbnail-invalid] x -->\n"
    only = ("suppression-unused",)
    assert said(checked(f"{HEAD}text\n\n{comment}text\n", select=only)) == []
    assert said(checked(f"---\nlicense: [\n---\ntext\n\n{comment}text\n")) == []
    assert len(said(checked(f"{HEAD}text\n\n{comment}text\n", select=(*only, "thumbnail-invalid")))) == 1
    pulled = f"---\nlicense: mit\nx-cardlint: {{ignore: {{app-file-missing: no app yet}}}}\n---\n{comment}text\n"
    assert [line for _, line, _ in said(checked(pulled))] == [5], "a rule of Spaces does not run on a model"


def test_a_rule_that_is_off_there_leaves_its_suppression_alone() -> None:
    from cardlint.policy import When

    rule = shipped()["thumbnail-invalid"]
    off = Setting(rule.id, "off", {}, "p:1:1", frozenset({rule.id}))
    for path, count in (("README.md", 0), ("other.md", 1)):
        layer = Layer("p", overrides=((When(path=path), (off,)),))
        repository = Repository(Memory({"README.md": f"{HEAD}text\n\n<!-- cardlint: ignore[thumbnail-invalid] x -->\n# T\n".encode()}))
        policy = Policy("p", shipped(), (layer,))
        assert len(said(settle.check(repository, policy.bind(repository), settle.Terms(settle.today())))) == count


def test_a_former_id_counts() -> None:
    rules = {**shipped(), "image-alt-missing": shipped()["image-alt-missing"]._replace(aliases=("picture-unnamed",))}
    target = checked(f"{HEAD}text\n\n<!-- cardlint: ignore[picture-unnamed] decorative -->\n![](a)\n", rules=rules)
    assert (lines(target), said(target)) == ([], [])


def test_a_locked_rule_is_not_silenced_from_within() -> None:
    from cardlint.policy import When

    rule = shipped()["license-unknown"]
    lock = Setting(rule.id, "error", {}, "org.yaml:3:5", frozenset({rule.id}), locked=True)
    card = b"---\nlicense: apache2 # cardlint: ignore[license-unknown] so agreed\n---\n# T\n"
    for layer, message in (
        (Layer("org", (lock,)), "this suppression has no effect: org.yaml:3:5 locks license-unknown"),
        (
            Layer("org", overrides=((When(path="*.md"), (lock,)),)),
            "this suppression is not needed: license-unknown finds nothing there; remove it",
        ),
    ):
        repository = Repository(Memory({"README.md": card}))
        target = settle.check(repository, Policy("org", shipped(), (layer,)).bind(repository), settle.Terms(settle.today()))
        assert lines(target, "license-unknown") == [2]
        assert [text for _, _, text in said(target)] == [message]
    elsewhere = Layer("org", overrides=((When(path="docs/*"), (lock,)),))
    repository = Repository(Memory({"README.md": card}))
    assert lines(settle.check(repository, Policy("org", shipped(), (elsewhere,)).bind(repository), settle.Terms(settle.today()))) == []


def test_a_long_reason_is_cut() -> None:
    target = checked(f"{HEAD}text\n\n<!-- cardlint: ignore[image-alt-missing] {'a b ' * 1000} -->\n![](a)\n")
    (finding,) = [item for item in target.findings if item.suppressed]
    assert finding.suppressed is not None
    assert len(finding.suppressed.reason) == 300


def test_too_many_do_nothing_and_the_rest_is_said_once() -> None:
    ids = ",".join(["image-alt-missing"] * (MOST + 50))
    target = checked(f"{HEAD}text\n\n<!-- cardlint: ignore[{ids}] x -->\n![](a)\n")
    assert lines(target) == []
    assert [text for _, _, text in said(target)] == ["this suppression has no effect: only the first 2,000 of a repository count"]


@pytest.mark.parametrize(
    "body",
    [
        "<!-- cardlint: ignore[" * 50_000, "<!-- cardlint: ignore[a] " * 40_000, "<!-- cardlint: ignore[license-unknown] x -->" * 20_000,
        "<!-- cardlint: ignore[license-unknown] x -->\n" * 20_000, "x <!-- cardlint: ignore[license-unknown] x -->\n\n" * 20_000,
        "> " * 40_000 + "<!-- cardlint: ignore[a] x -->", "<!-- cardlint: ignore[" + "a," * 500_000 + "] x -->",
        "<!-- cardlint: ignore[license-unknown] x -->\n\n![](a)\n\n" * 10_000,
    ],
)  # fmt: skip
def test_hostile_markdown_takes_no_longer(body: str) -> None:
    repository = Repository(Memory({"README.md": (HEAD + "text\n\n" + body).encode()}))
    repository.fact("markdown").comments  # noqa: B018 - its own time is tested elsewhere
    with ends():
        assert len(suppressions(repository)) <= MOST + 1


@pytest.mark.parametrize(
    "metadata",
    [
        "# cardlint: ignore[license-unknown] x\n" * 20_000 + "a: b\n",
        "".join(f"k{n}: v # cardlint: ignore[license-unknown] x\n" for n in range(20_000)),
    ],
)
def test_hostile_yaml_takes_no_longer(metadata: str) -> None:
    repository = Repository(Memory({"README.md": f"---\n{metadata}---\n".encode()}))
    repository.fact("card")
    with ends():
        assert len(suppressions(repository)) == MOST + 1


@pytest.mark.parametrize(
    "source",
    ["# cardlint: ignore[a] x\n" * 40_000, "'''" + "\n" * 100_000 + "# cardlint: ignore", "(" * 480_000 + "# cardlint: ignore[a] x"],
)
def test_hostile_python_takes_no_longer(source: str) -> None:
    with ends():
        in_code(source[:500_000])


# Adding one


PIECES = st.lists(
    st.sampled_from(
        [
            "![](a.png)", "- ![](b.png)\n- text", "> ![](c.png)", "| a |\n|---|\n| ![](d.png) |", "## Part ![](e.png)", "```python\nx = 1\n```",
            "<p>\n<img src='f.png'>\n</p>", "Text with [a link](nowhere.md).", "[another](gone/file.md) and ![](g.png)\nand more ![](h.png)",
            "### License\n\nMIT", "TODO: write this", "<!-- a remark -->", "| | |\n|-|-|\n| x | [y](z.md) |", "    indented ![](i.png)",
        ]
    ),
    min_size=1, max_size=8,
)  # fmt: skip
METADATA = st.lists(
    st.sampled_from(
        ["license: apache2", "tags: [a, a, 3]", "language:\n- english\n- de", "library_name: transformer", "licence: mit", "pipeline_tag: text-gen",
         "thumbnail: 3", "base_model:\n- a b\n- c/d", "datasets: [x y]"]
    ),
    min_size=1, max_size=5, unique=True,
)  # fmt: skip


def counted(target: Target) -> list[tuple[str, str, str]]:
    return sorted((item.rule, item.subject, item.message) for item in target.findings if not item.suppressed)


@given(METADATA, PIECES, st.data())
def test_a_suppression_silences_what_it_covers_and_nothing_else(metadata: list[str], pieces: list[str], data: st.DataObject) -> None:
    # Two lists in a row are one, and what is indented after a list belongs to it.
    assume(not any(one.startswith("- ") and other.startswith(("- ", " ")) for one, other in pairwise(pieces)))
    yaml, body = "\n".join(metadata), "\n\n".join(["# T", *pieces])
    card = f"---\n{yaml}\n---\n{body}\n"
    before = checked(card)
    placed = [item for item in before.findings if item.place and item.place.path == "README.md" and not item.suppressed]
    finding = data.draw(st.sampled_from(placed))
    assert finding.place is not None
    rows = card.split("\n")
    number = finding.place.line - 1
    fences = [index for index, row in enumerate(rows) if row == "---"]
    if number < fences[1]:
        rows[number] += f" # cardlint: ignore[{finding.rule}] so agreed"
        covered = {number}
    else:
        # Above the block: paragraphs and so on are told apart by blank lines here.
        top = max(index for index in range(fences[1], number + 1) if index == fences[1] or not rows[index]) + 1
        bottom = min(index for index in range(number, len(rows)) if not rows[index])
        lead = [] if top > fences[1] + 1 else ["<!-- a remark -->"]
        rows[top:top] = [*lead, f"<!-- cardlint: ignore[{finding.rule}] so agreed -->"]
        covered = set(range(top, bottom))
        if lead:
            before = checked("\n".join([*rows[:top], *lead, *rows[top + 2 :]]))
            placed = [item for item in before.findings if item.place]
            covered = {index + 1 for index in covered}
    after = checked("\n".join(rows))
    silenced = [item for item in placed if item.rule == finding.rule and item.place and item.place.line - 1 in covered]
    assert (finding.rule, finding.subject) in {(item.rule, item.subject) for item in silenced}
    expected = counted(before)
    for item in silenced:
        expected.remove((item.rule, item.subject, item.message))
    assert counted(after) == expected


# The command


def test_the_command_shows_what_is_suppressed(cardlint: Command, tmp_path: Any) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: apache2 # cardlint: ignore[license-unknown] so agreed\n---\n# T\n")
    select = ("--select", "license-unknown,suppression-unused,suppression-without-reason")
    done = cardlint("check", *select)
    assert (done.code, done.out) == (0, "1 suppressed in 1 repository.\n")
    assert "= suppressed (inline): so agreed" in cardlint("check", *select, "-v").out
    assert "[inline: so agreed]" in cardlint("check", *select, "--output-format", "concise").out
    report = json.loads(cardlint("check", *select, "--output-format", "json").out)
    assert report["targets"][0]["findings"][0]["suppressed"] == {"kind": "inline", "reason": "so agreed"}
    assert report["summary"] | {"error": 0, "suppressed": 1} == report["summary"]
    (tmp_path / "README.md").write_text("---\nlicense: apache2 # cardlint: ignore[license-unknown]\n---\n# T\n")
    done = cardlint("check", *select, "--output-format", "concise")
    assert done.code == 1
    assert [line.partition(" ")[2].partition("[")[2].partition("]")[0] for line in done.out.splitlines()] == [
        "license-unknown", "suppression-without-reason",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("card", "rule"),
    [
        (HEAD + "text\n\n<!-- Cardlint: Ignore[image-alt-missing] decorative -->\n![](a)\n", "image-alt-missing"),
        ("---\nlicense: apache2 # CARDLINT: ignore[license-unknown] so agreed\n---\n# T\n", "license-unknown"),
    ],
)
def test_letter_case_does_not_matter(card: str, rule: str) -> None:
    target = checked(card)
    assert [item.suppressed is not None for item in target.findings if item.rule == rule] == [True]


def test_letter_case_does_not_matter_in_other_files_and_other_tools() -> None:
    (found,) = suppressions_in(b"# Cardlint: IGNORE[pickle-weights] as agreed\nimport os\n")
    assert (found.rule, found.reason) == ("pickle-weights", "as agreed")
    assert [rule for rule, *_ in said(checked(HEAD + "<!-- CardLint: Disable -->\n# T\n"))] == ["suppression-unused"]


def suppressions_in(script: bytes) -> tuple[Suppression, ...]:
    repository = Repository(Memory({"README.md": HEAD.encode(), "app.py": script}), Identity("space", told=True))
    repository.text("app.py", 1000)
    return suppressions(repository)
