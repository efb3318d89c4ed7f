"""Fixing: rounds until nothing changes, a net under every fix, and files written whole or not at all."""

from __future__ import annotations

import json
import sys
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from cardlint import atomic, engine, fix, fixwrite
from cardlint.atomic import replace_file
from cardlint.exampletest import applicabilities, verify_folder
from cardlint.fix import Overlay, applied, chosen, fixed
from cardlint.fixguard import spoilt
from cardlint.fixwrite import ConflictError, diff, write
from cardlint.locate import data_folder
from cardlint.policyfile import load_policy
from cardlint.problem import Cure, Edit, Fix, Problem
from cardlint.report import Change, Finding, Fixing, Suppressed, Target
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory
from cardlint.text import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Done

    from cardlint.nodes import Mapping

    Command = Callable[..., Done]

CARD = "README.md"


def repository(content: str | bytes, **files: bytes) -> Repository:
    card = content.encode() if isinstance(content, str) else content
    return Repository(Memory({CARD: card, **files}), Identity("model", told=True))


def look(*select: str) -> Callable[[Repository], Target]:
    policy = load_policy(shipped(), select=select or ("frontmatter/",))
    return lambda current: engine.run(current, policy.bind(current))


def fixing(target: Target) -> Fixing:
    assert target.fixing is not None
    return target.fixing


def outcome(content: str | bytes, *select: str, unsafe: bool = False) -> str:
    """The card as it is after fixing."""
    held = repository(content)
    seen = look(*select)
    target = fixed(held, seen(held), seen, unsafe=unsafe)
    assert target.failed == ()
    return fixing(target).changes[0].after.decode() if fixing(target).changes else content if isinstance(content, str) else ""


def finding(*edits: tuple[int, int, str], rule: str = "a", applicability: str = "safe", path: str = CARD) -> Finding:
    made = Fix(applicability, "t", tuple(Edit(Span(path, start, end), text) for start, end, text in edits))  # type: ignore[arg-type]
    return Finding(rule, "error", "high", "m", "s", path, None, f"{rule}{edits}", fix=made)


def told(*findings: Finding) -> Target:
    return Target(".", "model", findings)


def test_the_fix_comes_in_as_many_rounds_as_it_takes() -> None:
    assert outcome("---\nlicense: mit\ntags:\n-\n---\n") == "---\nlicense: mit\n---\n"
    assert outcome("\ufeff---\r\n# why\r\nlicense:   'mit' # c\r\nlanguages: [no]\r\n---\r\nText") == (
        "---\r\n# why\r\nlicense:   'mit' # c\r\nlanguage: [\"no\"]\r\n---\r\nText"
    )


def test_unsafe_fixes_wait_until_they_are_asked_for() -> None:
    card = "---\nlicense: mit\nlicense: apache-2.0\n---\n"
    assert outcome(card) == card
    assert outcome(card, unsafe=True) == "---\nlicense: apache-2.0\n---\n"


UNTOUCHED = [
    "---\nlicense: mit\ndatasets: # none yet\n---\n",
    "---\ndatasets:\n---\n",
    "---\ndatasets:\nmetrics:\n---\n",
    "---\nsuggested_storage: small\n---\n",
    "---\nlicense: mit\ninput: {shape: [~, 3]}\n---\n",
    "---\nlicense: mit\nlanguages: klingonese\n---\n",
    "---\nlicense: mit\nlanguage: en\nlanguages: fr\n---\n",
    "---\nlicense: mit\nlicense_details: free\n---\n",
    "---\nlicense: mit\nrate: 1e-5\n---\n",
    "---\nlicense: mit\nlicence: mit\n---\n",
]


@pytest.mark.parametrize("card", UNTOUCHED)
def test_what_is_not_certain_is_left_alone(card: str) -> None:
    assert outcome(card, unsafe=True) == card


REPAIRED = [
    ("title: A: b\n", 'title: "A: b"\n'),
    ("title: A: b # c\nlicense: mit\n", 'title: "A: b" # c\nlicense: mit\n'),
    ('title: A: "b" \\ c\n', 'title: "A: \\"b\\" \\\\ c"\n'),
    ("a:\n\t- x\n\t- y\n", "a:\n  - x\n  - y\n"),
    ("a:\n\t- x: A: b\n", 'a:\n  - x: "A: b"\n'),
    ("dataset: name: squad\n", None),
    ("license: mit language: en\n", None),
    ("a: b: # c\n", None),
    ("a: A: b\n   and more\n", None),
    ("a: 'A: b\nb: c: d\n", None),
    ("a:\n  b: 1\n\tc: 2\n", "a:\n  b: 1\n  c: 2\n"),
    ("a:\n  - b\n\t- c\n", None),
    ("a:\n    b:\n\tc: 2\n", None),
    ("license: [mit\n", None),
]


@pytest.mark.parametrize(("block", "wanted"), REPAIRED)
def test_a_broken_block_is_repaired_where_it_has_one_cure(block: str, wanted: str | None) -> None:
    card = f"---\n{block}---\nText\n"
    assert outcome(card, "frontmatter-invalid", unsafe=True) == (card if wanted is None else f"---\n{wanted}---\nText\n")


def test_mojibake_is_mended_wherever_it_stands() -> None:
    assert outcome("---\na: cafÃ©\n---\nisnâ€™t cafÃ©\n", "mojibake", unsafe=True) == "---\na: café\n---\nisn’t café\n"
    hidden = "---\na: b\n---\nisnâ€¨t\n"
    assert outcome(hidden, "mojibake", unsafe=True) == hidden


NUMBERS = [
    ('"0.9"', "0.9"), ("'12'", "12"), ('"0,884"', "0.884"), ('"-3.50"', "-3.50"), ('"1,234"', '"1,234"'), ('"91%"', '"91%"'),
    ('"1e-5"', '"1e-5"'), ('"007"', '"007"'), ('".5"', '".5"'), ("|\n        0.9", "|\n        0.9"), ('"5,1%"', '"5,1%"'),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), NUMBERS)
def test_a_figure_becomes_a_number_where_it_can_be_no_other(before: str, after: str) -> None:
    head = "---\nmodel-index:\n- name: m\n  results:\n  - metrics:\n    - type: f1\n      value: "
    assert outcome(f"{head}{before}\n---\n", "metric-not-numeric", unsafe=True) == f"{head}{after}\n---\n"


def test_what_is_suppressed_or_taken_is_not_chosen() -> None:
    first, second, third = finding((2, 4, "x")), finding((3, 5, "y"), rule="b"), finding((4, 6, "z"), rule="c")
    assert chosen([first, second, third], unsafe=False) == [first, third]
    assert chosen([first._replace(suppressed=Suppressed("inline", "r")), second], unsafe=False) == [second]
    assert chosen([finding((1, 2, ""), applicability="unsafe")], unsafe=False) == []
    assert chosen([finding((1, 1, "a")), finding((1, 1, "b"), rule="b")], unsafe=False) == [finding((1, 1, "a"))]
    assert chosen([finding((1, 2, ""), path="NOTICE")], unsafe=False, only=CARD) == []
    assert chosen([finding((1, 2, "")), finding((1, 2, ""), path="b.md", rule="b")], unsafe=False) != []


def test_edits_are_made_in_the_order_of_their_places() -> None:
    assert applied("abcdef", [Edit(Span("", 4, 5), "E"), Edit(Span("", 0, 1), ""), Edit(Span("", 2, 2), "+")]) == "b+cdEf"


def test_an_overlay_shows_what_it_replaces_and_adds() -> None:
    over = Overlay(Memory({"a": b"1", "b": b"22"}), {"a": b"xyz", "c": b""})
    assert [(entry.path, entry.size) for entry in over.entries()] == [("a", 3), ("b", 2), ("c", 0)]
    assert (over.read("a"), over.read("a", 1, 1), over.read("b", 1), over.listed) == (b"xyz", b"y", b"2", True)


def test_a_fix_that_would_change_something_else_is_refused_and_said_to_be_our_defect() -> None:
    card = "---\na: 1\nb: 2\n---\n"
    breaking, good = finding((4, 5, "[")), finding((12, 13, "3"), rule="b")
    held = repository(card)
    target = fixed(held, told(breaking, good), lambda _: told(breaking), unsafe=False)
    assert fixing(target).changes == (Change(CARD, card.encode(), b"---\na: 1\nb: 3\n---\n"),)
    assert [(item.rule, item.error) for item in target.failed] == [("a", "its fix of s would make the frontmatter unreadable")]
    assert fixing(target).cured == 1


def test_fixes_at_odds_come_to_an_end() -> None:
    def seen(current: Repository) -> Target:
        return told(finding((7, 8, "2" if current.source.read(CARD)[7:8] == b"1" else "1")))

    held = repository("---\na: 1\n---\n")
    target = fixed(held, seen(held), seen, unsafe=False)
    assert [item.error for item in target.failed] == ["its fix of s is undone by another fix, or undoes it"]


def test_rounds_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fix, "ROUNDS", 3)

    def seen(current: Repository) -> Target:
        current.fact("text")
        size = len(current.source.read(CARD))
        return told(finding((size, size, "x"), rule=f"r{size}"))

    held = repository("text")
    done = fixing(fixed(held, seen(held), seen, unsafe=False))
    assert done.changes[0].after == b"textxxx"
    assert done.notes == ("there is more to fix; run again",)
    monkeypatch.setattr(fix, "_SECONDS", -1)
    assert fixing(fixed(held, seen(held), seen, unsafe=False)) == Fixing(0, (), ("there is more to fix; run again",))


SPOILT = [
    ("a: 1\nb: 2\n", (3, 4, "5"), None),
    ("a: 1\nb: 2\n", (0, 1, "c"), None),
    ("a: 1\nb: 2\n", (0, 5, ""), None),
    ("a: 1\nb: 2\n", (3, 4, "1\nc: 3"), None),
    ("a: 1\nb: 2\n", (5, 5, "c: 3\n"), None),
    ("a: 1\nb: 2\n", (4, 5, " "), "would make the frontmatter unreadable"),
    ("a: 1\nb: 2\n", (5, 5, "c:\n "), "would change other metadata too"),
    ("a: 1\nb: 2\n", (3, 3, "|\n "), None),
    ("a: [x, ~, y]\n", (7, 10, ""), None),
    ("a: [x, [], {}]\n", (4, 5, "z"), None),
    ("a: b\nc: d\n", (4, 5, "#"), "would make the frontmatter unreadable"),
    ("a:\nb: 2\n", (2, 2, " "), None),
    ("a:\n- x\n- y\n", (3, 7, ""), None),
    ("a:\n- x\nb:\n- y\n", (7, 10, ""), "would change other metadata too"),
    ("a: &x [1, 2]\nb: *x\n", (7, 8, "3"), "would change other metadata too"),
    ("a: &x [1, 2]\nb: *x\n", (7, 10, ""), "would change other metadata too"),
    ("a: &x [1, 2]\nb: *x\n", (7, 11, "2, 1"), "would change other metadata too"),
    ("a: &x {k: 1, l: []}\nb: [{c: *x}]\nd: 2\n", (10, 11, "2"), "would change other metadata too"),
    ("a: &x {k: 1, l: []}\nb: [{c: *x}]\nd: 2\n", (36, 37, "x"), None),
    ("a: &x {k: 1, l: []}\nb: [{c: *x}]\nd: 2\n", (20, 33, ""), None),
    ("a: &x 1\nb: [*x, ~, *x]\nd: *x\n", (16, 19, ""), None),
    ("a: &x 1\nb: *x\nc: 2\n", (8, 14, ""), None),
    ("a: &x 1\nb: *x\nc: 2\n", (8, 9, "d"), None),
    ("a: &x 1\na: &y 2\nc: *y\n", (0, 8, ""), None),
    ("a: &x 1\nb: &y 2\nc: *y\n", (20, 21, "x"), None),
    ("a: &x 1\nb: &y 2\nc: *y\nd: 0\n", (16, 16, "z: &y 9\n"), "would change other metadata too"),
]


@pytest.mark.parametrize(("block", "edit", "why"), SPOILT)
def test_the_net_sees_what_an_edit_does_besides(block: str, edit: tuple[int, int, str], why: str | None) -> None:
    card = f"---\n{block}---\n"
    made = Edit(Span(CARD, edit[0] + 4, edit[1] + 4), edit[2])
    found = spoilt(repository(card), repository(applied(card, [made])), [made])
    assert (found and found.why) == why


def test_chains_of_aliases_are_compared_however_deep_they_lead() -> None:
    links = [f"a{n}: &a{n} {'[' * 90}{f'*a{n - 1}' if n else ''}{']' * 90}\n" for n in range(30)]
    card = f"---\n{''.join(links)}z: 1\n---\n"
    at = card.index("1\n---")
    made = Edit(Span(CARD, at, at + 1), "2")
    assert spoilt(repository(card), repository(applied(card, [made])), [made]) is None


ALIASED = [
    "language: &l [EN]\nx: *l\n",
    "tags: &l [EN]\nlanguage: *l\n",
    "language: &l\n- EN\n- fr\nx: *l\n",
    "extra_gated_fields: &e {Name: Text}\nz: *e\n",
    "model-index: &m\n- name: a\n  results:\n  - metrics:\n    - {type: acc, value: '0.5'}\ny: *m\n",
    "tags: &t [a, null]\nx: *t\n",
    "tags: &t\n- a\n-\nx: *t\ny: [*t]\n",
    "tags: &t [no]\nx: *t\n",
    "x: &x {license: mit, license: mit}\ny: *x\n",
    "tags: [&a no, b]\ntags: [c]\nx: *a\n",
    "{license: mit, a: &x ~, b: *x}\n",
    "{x: &x 1, b: *x, b: 2}\n",
    "{tags: &t [~], datasets: *t, license: mit}\n",
]


@pytest.mark.parametrize("block", ALIASED)
def test_nothing_is_changed_where_an_alias_refers_to_it(block: str) -> None:
    card = f"---\n{block}---\n"
    rules = ("language-unknown", "null-value", "metric-not-numeric", "gate-fields-malformed", "ambiguous-scalar", "duplicate-key")
    found = look(*rules)(repository(card))
    assert found.findings
    assert [item.fix for item in found.findings if item.fix] == []
    assert outcome(card, *rules, unsafe=True) == card


def test_what_only_holds_an_alias_can_go() -> None:
    card = "---\nx: &l mit\nlicense: mit\nlicenses: [*l]\nlanguages: no\n---\n"
    assert outcome(card) == '---\nx: &l mit\nlicense: mit\nlanguage: "no"\n---\n'


REPEATED = [
    ("license: mit\nlicense:\n", "license: mit\n"),
    ("license:\nlicense: mit\n", "license: mit\n"),
    ("license: ''\nlicense:\nb: 1\n", "license:\nb: 1\n"),
    ("license: mit # why\nlicense: ''\n", "license: mit # why\n"),
    ("a: {b: 1}\na: {}\n", "a: {b: 1}\n"),
    ("a: 1\na:\na: 2\n", "a: 2\n"),
    ("a: 1\na:\na:\n", "a: 1\n"),
    ("tags: [a]\ntags: [~]\nb: 1\n", "tags: [a]\nb: 1\n"),
]


@pytest.mark.parametrize(("block", "wanted"), REPEATED)
def test_of_a_repeated_key_the_one_with_a_value_stays(block: str, wanted: str) -> None:
    assert outcome(f"---\n{block}---\n", "duplicate-key", unsafe=True) == f"---\n{wanted}---\n"


def test_a_fix_that_would_change_the_kind_is_left_out_and_said() -> None:
    card = "---\nlicense: mit\npretty_name:\n---\n"
    held = Repository(Memory({CARD: card.encode()}), Identity("dataset"))
    seen = look("null-value")
    target = fixed(held, seen(held), seen, unsafe=False)
    assert fixing(target).changes == ()
    assert target.failed == ()
    assert fixing(target).notes == (
        "null-value was not fixed: its fix of pretty_name would make it a model for whoever has to guess the kind; give --kind",
    )


def test_a_file_that_is_no_utf8_is_not_touched_and_that_is_said() -> None:
    for content in ("---\na:\nb: 1\n---\n".encode("utf-16"), b"---\na:\nb: \xe9\n---\n"):
        held = repository(content)
        seen = look("null-value")
        target = fixed(held, seen(held), seen, unsafe=True)
        assert fixing(target).changes == ()
        assert fixing(target).notes == ("nothing in README.md was fixed: it is not UTF-8 throughout",)


def test_a_note_is_said_wherever_incidents_are(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / CARD).write_bytes("---\na:\nb: 1\n---\n".encode("utf-16"))
    assert ".: nothing in README.md was fixed: it is not UTF-8 throughout\n" in cardlint("check", "--fix", *SELECT).out
    done = cardlint("check", "--diff", *SELECT)
    assert (done.code, done.out) == (0, "")
    assert done.err == ".: nothing in README.md was fixed: it is not UTF-8 throughout\n"


REPAIR_BOUNDS = [
    "a: b: c\n" + "# x\n" * 10_000,
    f"a: A: {'b' * 3000}\n",
    "a: A: b\nc: &x [*x]\n",
    "a:\tb:\tc\n",
    "a: !!python/object:x\nb: A: b\n",
    "".join(f"k{n}: A: b\n" for n in range(150)),
]


@pytest.mark.parametrize("block", REPAIR_BOUNDS, ids=range(len(REPAIR_BOUNDS)))
def test_repairs_are_bounded(block: str) -> None:
    card = f"---\n{block}---\n"
    assert outcome(card, "frontmatter-invalid") == card


# Examples of rule cards

RULE = (data_folder("rules") / "frontmatter" / "null-value.md").read_text()
FIXED = RULE[RULE.index("### Fixed") : RULE.index("### Passes")]
ALONE = "````markdown README.md\n---\nlicense: mit\n---\n````\n"
WRONG = [
    (FIXED, "", "the example can be fixed; show under ### Fixed what becomes of it"),
    (FIXED, FIXED + ALONE, "there is no failing example that this one could be the fixed form of"),
    (FIXED, FIXED.replace("license: mit", "license: MIT"), "README.md is fixed differently"),
    (FIXED, FIXED.replace("````markdown README.md", "````markdown NOTICE", 1), "NOTICE is fixed differently"),
    ("check: scalars.null", "check: fixtures.same", "nothing in its failing examples can be fixed"),
    ("check: scalars.null", "check: fixtures.breaking", "fixing failed: its fix of s would make the frontmatter unreadable"),
]


@pytest.mark.parametrize(("old", "new", "message"), WRONG)
def test_examples_that_are_fixed_otherwise_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, message: str
) -> None:
    def same(metadata: Mapping, *, admitted: list[str], open_lists: list[str]) -> Iterator[Problem]:
        del admitted, open_lists
        yield Problem("m", metadata.span, "s")

    def breaking(metadata: Mapping, *, admitted: list[str], open_lists: list[str]) -> Iterator[Problem]:
        for problem in same(metadata, admitted=admitted, open_lists=open_lists):
            yield problem._replace(fix=Cure("safe", "t", (Edit(Span(CARD, 4, 5), "["),)))

    module = ModuleType("cardlint.checks.fixtures")
    module.__dict__.update(same=same, breaking=breaking)
    monkeypatch.setitem(sys.modules, "cardlint.checks.fixtures", module)
    folder = tmp_path / "frontmatter"
    folder.mkdir()
    (folder / "null-value.md").write_text(RULE.replace(old, new, 1))
    ((_, messages),) = verify_folder(tmp_path)
    assert any(message in item for item in messages), messages


@pytest.mark.parametrize(
    ("rule", "ways"), [("null-value", ["safe"]), ("mojibake", ["unsafe"]), ("license-missing", []), ("metric-not-numeric", ["unsafe"])]
)
def test_a_rule_knows_how_its_findings_can_be_fixed(rule: str, ways: list[str]) -> None:
    assert applicabilities(shipped()[rule]) == ways
    assert shipped()[rule].fixable == bool(ways)


# Writing


def changes(before: bytes | None = b"old", after: bytes = b"new") -> list[Change]:
    return [Change(CARD, before, after)]


def test_a_file_is_written_whole_and_keeps_its_permissions(tmp_path: Path) -> None:
    card = tmp_path / CARD
    card.write_bytes(b"old")
    card.chmod(0o6640)
    write(tmp_path, changes())
    assert card.read_bytes() == b"new"
    assert card.stat().st_mode & 0o7777 == 0o640
    assert [path.name for path in tmp_path.iterdir()] == [CARD]


def test_another_name_of_the_file_keeps_what_was_there(tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"old")
    (tmp_path / CARD).hardlink_to(tmp_path / "other")
    write(tmp_path, changes())
    assert ((tmp_path / CARD).read_bytes(), (tmp_path / "other").read_bytes()) == (b"new", b"old")


def test_a_file_is_made_where_there_was_none(tmp_path: Path) -> None:
    write(tmp_path, [Change("NOTICE", None, b"n")])
    assert (tmp_path / "NOTICE").read_bytes() == b"n"
    assert (tmp_path / "NOTICE").stat().st_mode & 0o111 == 0


def test_a_file_that_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / CARD).write_bytes(b"newer")
    (tmp_path / "a.md").write_bytes(b"old")
    with pytest.raises(ConflictError, match=r"README.md changed on disk .* run again"):
        write(tmp_path, [Change("a.md", b"old", b"new"), *changes()])
    assert (tmp_path / "a.md").read_bytes() == b"old"
    with pytest.raises(ConflictError, match=r"README.md changed on disk"):
        write(tmp_path, changes(None))


def test_a_link_is_followed_inside_the_root_only(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside.md"
    root.mkdir()
    outside.write_bytes(b"old")
    (root / CARD).symlink_to(outside)
    with pytest.raises(ConflictError, match="leads outside the repository; nothing was written"):
        write(root, changes())
    assert outside.read_bytes() == b"old"
    (root / CARD).unlink()
    (root / "real.md").write_bytes(b"old")
    (root / CARD).symlink_to("real.md")
    write(root, changes())
    assert (root / CARD).is_symlink()
    assert (root / "real.md").read_bytes() == b"new"


def test_what_may_not_be_written_is_said(tmp_path: Path) -> None:
    card = tmp_path / CARD
    card.write_bytes(b"old")
    card.chmod(0o444)
    with pytest.raises(ConflictError, match=r"README\.md is read-only; nothing was written"):
        write(tmp_path, changes())
    card.unlink()
    card.mkdir()
    with pytest.raises(ConflictError, match=r"README\.md: Is a directory; nothing was written"):
        write(tmp_path, changes())
    with pytest.raises(ConflictError, match="cannot be written: No such file"):
        write(tmp_path, [Change("sub/NOTICE", None, b"n")])


def test_nothing_is_left_behind_when_writing_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / CARD).write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    for name in ("fsync", "replace"):
        with monkeypatch.context() as patch:
            patch.setattr(atomic.os, name, full)
            with pytest.raises(ConflictError, match="No space left on device"):
                write(tmp_path, changes())
            with pytest.raises(OSError, match="No space left"):
                replace_file(tmp_path / CARD, b"x")
        assert [path.name for path in tmp_path.iterdir()] == [CARD]
        assert (tmp_path / CARD).read_bytes() == b"old"
    replace_file(tmp_path / CARD, b"x")
    assert (tmp_path / CARD).read_bytes() == b"x"


# Diffs


def test_a_diff_is_what_patch_and_people_read() -> None:
    before = b"".join(b"%d\n" % n for n in range(20)) + b"end"
    after = before.replace(b"5\n", b"five\n", 1).replace(b"end", b"END")
    assert diff(Change(CARD, before, after), "a/README.md") == (
        "--- a/README.md\n+++ a/README.md\n@@ -3,7 +3,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n"
        "@@ -18,4 +18,4 @@\n 17\n 18\n 19\n-end\n\\ No newline at end of file\n+END\n\\ No newline at end of file\n"
    )
    assert diff(Change("N", None, b"x\n"), "N") == "--- /dev/null\n+++ N\n@@ -0,0 +1 @@\n+x\n"


def test_a_diff_acts_on_nothing() -> None:
    shown = diff(Change(CARD, b"::error::x\n \x1b[2J\t\r\na\n", b"::error::x\n \x1b[2J\t\r\nb\n"), "\x1b.md")
    assert "\x1b" not in shown
    assert " \\x3a:error::x\n  \\x1b[2J\t\r\n-a\n+b\n" in shown


def test_a_diff_of_many_lines_takes_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fixwrite, "_COMPARED", 4)
    assert diff(Change(CARD, b"a\nb\nc\n", b"x\nb\ny\n"), "f") == "--- f\n+++ f\n@@ -1,3 +1,3 @@\n-a\n-b\n-c\n+x\n+b\n+y\n"


# The command

DIRTY = "---\nlicense: mit\nlanguage: no\ndatasets:\nlicence: x\nlicense: mit\n---\n# M\n"
SELECT = ("--select", "frontmatter/")


def test_fix_writes_and_reports_what_remains(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / CARD).write_text(DIRTY)
    done = cardlint("check", "--fix", *SELECT)
    assert (done.code, done.err) == (1, "")
    assert "duplicate-key" in done.out
    assert "  = --unsafe-fixes: keep the last, as PyYAML does\n" in done.out.replace("   =", "  =")
    assert done.out.endswith("Fixed 2 findings. 1 error in 1 repository. 1 of 1 can be fixed with --unsafe-fixes.\n")
    assert (tmp_path / CARD).read_text() == '---\nlicense: mit\nlanguage: "no"\nlicence: x\nlicense: mit\n---\n# M\n'
    done = cardlint("check", "--unsafe-fixes", "--output-format", "json", *SELECT)
    target = json.loads(done.out)["targets"][0]
    assert target["fixed"] == {"findings": 1, "files": [CARD], "notes": [], "error": None}
    assert [item["rule"] for item in target["findings"]] == ["key-unknown"]
    assert "fixed" not in json.loads(cardlint("check", "--output-format", "json").out)["targets"][0]


def test_fixing_alone_says_what_was_fixed_and_leaves_the_rest_to_others(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: MIT\ntags: [a, a]\n---\n# T\n\n[gone](gone.md)\n")
    done = cardlint(
        "check", "--fix-only", "--select", "license-unknown,link-broken", "--output-format", "json=left.json", "--fail-on", "note"
    )
    assert (done.code, done.out) == (0, "Fixed 1 finding in README.md; look at the change, then stage it.\n")
    assert [item["rule"] for item in json.loads((tmp_path / "left.json").read_text())["targets"][0]["findings"]] == ["link-broken"]
    again = cardlint("check", "--fix-only", "--select", "license-unknown,link-broken")
    assert (again.code, again.out) == (0, "")
    (tmp_path / "README.md").unlink()
    (tmp_path / "README.md").symlink_to("/dev/zero")
    unread = cardlint("check", "--fix-only", "--select", "license-unknown")
    assert unread.code == 4
    assert "not examined[license-unknown]" in unread.out
    assert cardlint("check", "--fix-only", "--diff").code == 2
    assert cardlint("check", "--fix-only", "--output-format", "json").code == 2


def test_the_report_says_what_can_be_fixed(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / CARD).write_text(DIRTY)
    done = cardlint("check", *SELECT)
    assert done.out.endswith(" 2 of 3 can be fixed with --fix, 1 more with --unsafe-fixes.\n")
    (tmp_path / CARD).write_text("---\nlicense: mit\ndatasets:\n---\n")
    assert cardlint("check", *SELECT).out.endswith("1 warning in 1 repository. 1 of 1 can be fixed with --fix.\n")
    assert cardlint("check", "--fix", *SELECT).out == "Fixed 1 finding. Nothing else found in 1 repository.\n"


def test_diff_writes_nothing(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / CARD).write_text(DIRTY)
    done = cardlint("check", "--diff", "--output-format", "json=r.json", *SELECT)
    assert done.code == 1
    assert done.out == (
        '--- README.md\n+++ README.md\n@@ -1,7 +1,6 @@\n ---\n license: mit\n-language: no\n-datasets:\n+language: "no"\n'
        " licence: x\n license: mit\n ---\n"
    )
    assert done.err == "Would fix 2 of 3 findings.\n"
    assert (tmp_path / CARD).read_text() == DIRTY
    assert json.loads((tmp_path / "r.json").read_text())["summary"]["fixable"] == 3
    assert cardlint("check", "--diff", "--quiet", "--fail-on", "never", *SELECT)[::2] == (0, "")
    assert "-license: mit" in cardlint("check", "--diff", "--unsafe-fixes", *SELECT).out
    (tmp_path / CARD).write_text("---\nlicense: mit\nlicense: mit\n---\n")
    assert cardlint("check", "--diff", *SELECT) == (0, "", "")
    assert cardlint("check", "-", "--diff", *SELECT, stdin=DIRTY.encode()).code == 1


def test_there_has_to_be_a_file_to_fix(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / CARD).write_text(DIRTY)
    for arguments, message in [
        (("-", "--fix"), "a card on standard input cannot be fixed"),
        (("--staged", "--fix"), "what Git holds cannot be fixed"),
        (("--revision", "HEAD", "--unsafe-fixes"), "what Git holds cannot be fixed"),
        (("--diff", "--output-format", "json"), "the diff goes to standard output"),
    ]:
        done = cardlint("check", *arguments, stdin=b"x")
        assert done.code == 2
        assert message in done.err
    assert (tmp_path / CARD).read_text() == DIRTY


def test_what_could_not_be_written_is_said_and_all_findings_are_there(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / CARD).write_text(DIRTY)
    (tmp_path / CARD).chmod(0o444)
    done = cardlint("check", "--fix", "--output-format", "concise", *SELECT)
    assert done.code == 4
    assert done.out.endswith(".: not fixed: README.md is read-only; nothing was written\n")
    assert "[null-value]" in done.out


def test_several_targets_are_fixed_in_several_processes(cardlint: Command, tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).mkdir()
        (tmp_path / name / CARD).write_text("---\nlicense: mit\nlanguage: no\n---\n")
    (tmp_path / "c" / CARD).chmod(0o444)
    done = cardlint("check", "a", "b/README.md", "c", "--fix", "--jobs", "2", *SELECT)
    assert done.code == 4
    assert "c: not fixed: README.md is read-only" in done.out
    assert [(tmp_path / name / CARD).read_text().split("\n")[2] for name in "abc"] == ['language: "no"', 'language: "no"', "language: no"]


def test_what_is_given_twice_is_fixed_once(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / CARD).write_text(DIRTY)
    (tmp_path / "real.md").symlink_to(CARD)
    (tmp_path / "b.md").write_text(DIRTY)
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / CARD).write_text(DIRTY)
    report = ("--output-format", "json=r.json")
    done = cardlint("check", "README.md", ".", ".", "./README.md", "real.md", "b.md", "b.md", "--diff", *report, *SELECT)
    assert [item["target"] for item in json.loads((tmp_path / "r.json").read_text())["targets"]] == [".", "b.md"]
    assert [line for line in done.out.splitlines() if line.startswith("---")] == ["--- README.md", "--- b.md"]
    assert done.err == "Would fix 4 of 6 findings.\n"
    done = cardlint("check", "-", "-", ".", "sub", "--diff", *SELECT, stdin=DIRTY.encode())
    assert [line for line in done.out.splitlines() if line.startswith("---")] == ["--- README.md", "--- README.md", "--- sub/README.md"]
    done = cardlint("check", ".", ".", "README.md", "./README.md", "--fix", "--jobs", "4", *SELECT)
    assert (done.code, done.err) == (1, "")
    assert done.out.endswith("Fixed 2 findings. 1 error in 1 repository. 1 of 1 can be fixed with --unsafe-fixes.\n")
    assert "in 2 repositories" in cardlint("check", ".", ".", *SELECT).out


def test_what_is_suppressed_stays_as_it_is(cardlint: Command, tmp_path: Path) -> None:
    card = "---\nlicense: mit\nlanguage: no # cardlint: ignore[ambiguous-scalar] only the Hub reads it\n---\n"
    (tmp_path / CARD).write_text(card)
    cardlint("check", "--fix", *SELECT)
    assert (tmp_path / CARD).read_text() == card
