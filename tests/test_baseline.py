"""Baselines: what is recorded does not count, whatever is edited around it; what is new does."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardlint import baseline, settle
from cardlint.baseline import Baseline, entry, match, parse, read, write
from cardlint.errors import ConfigError, UsageError
from cardlint.policyfile import load_policy
from cardlint.report import Entry, Report, Suppressed, Target
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Done

    Command = Callable[..., Done]

RULES = ("license-unknown", "license-missing", "image-alt-missing", "link-broken", "tags-malformed", "task-missing", "library-file-missing")
META = ("baseline-outdated", "suppression-unused", "suppression-without-reason", "waiver-expired")
ONLY = ("--select", ",".join((*RULES, *META)))
HEAD = "---\nlicense: apache2\ntags: [a, 3]\n---\n"


def found(
    card: str, held: Baseline | None = None, *, record: bool = False, select: tuple[str, ...] = (*RULES, *META), listed: bool = True,
    files: dict[str, bytes | int] | None = None,
) -> Target:  # fmt: skip
    repository = Repository(Memory({"README.md": card.encode(), **(files or {})}, listed), Identity("model", told=True))
    policy = load_policy(shipped(), select=select)
    return settle.check(repository, policy.bind(repository), settle.Terms(settle.today(), held, record))


def recorded(card: str, **more: object) -> Baseline:
    return Baseline("b.json", found(card, record=True, **more).recorded)  # type: ignore[arg-type]


def counted(target: Target) -> list[tuple[str, str]]:
    return [(item.rule, item.subject) for item in target.findings if item.suppressed is None]


def states(target: Target) -> list[tuple[str, str | None]]:
    return [(item.rule, item.state) for item in target.findings]


BEFORE = HEAD + "# T\n\n![](a.png)\n\n[x](gone.md)\n"


def test_what_is_recorded_does_not_count_and_what_is_new_does() -> None:
    held = recorded(BEFORE)
    assert len(held.entries) == len(found(BEFORE).findings) == 6
    target = found(BEFORE, held)
    assert counted(target) == []
    assert {item.state for item in target.findings} == {"unchanged"}
    assert {item.suppressed for item in target.findings} == {Suppressed("baseline", "recorded in b.json")}
    target = found(BEFORE + "\n[y](new.md)\n", held)
    assert counted(target) == [("link-broken", "new.md")]
    assert ("link-broken", "new") in states(target)
    assert found(BEFORE).findings[0].state is None


@pytest.mark.parametrize(
    ("what", "after"),
    [
        ("above and below", HEAD + "# T\n\nMore prose.\n\n![](a.png)\n\nAnd more.\n\n[x](gone.md)\n\nThe end.\n"),
        ("keys moved", "---\ntags: [a, 3]\nlicense: apache2\n---\n# T\n\n![](a.png)\n\n[x](gone.md)\n"),
        ("a key above", "---\npretty: yes\nlicense: apache2\ntags: [a, 3]\n---\n# T\n\n![](a.png)\n\n[x](gone.md)\n"),
        ("items moved", "---\nlicense: apache2\ntags: [3, b, a]\n---\n# T\n\n![](a.png)\n\n[x](gone.md)\n"),
        ("blocks moved", HEAD + "# T\n\n[x](gone.md)\n\n![](a.png)\n"),
        ("its own line", HEAD + "# T\n\nSee ![](a.png)\n\nand [x](gone.md), if you can\n"),
        ("line ends", BEFORE.replace("\n", "\r\n")),
    ],
)
def test_it_survives_edits(what: str, after: str) -> None:
    target = found(after, recorded(BEFORE))
    assert (counted(target), target.gone) == ([], ()), what


def test_two_recorded_where_three_are_found_leave_one() -> None:
    image = "![](a.png)\n\n"
    held = recorded(HEAD + "# T\n\n" + image * 2)
    counts = [len(counted(found(HEAD + "# T\n\n" + image * number, held, select=("image-alt-missing",)))) for number in range(5)]
    assert counts == [0, 0, 0, 1, 2]
    gone = [len(found(HEAD + "# T\n\n" + image * number, held, select=("image-alt-missing",)).gone) for number in range(4)]
    assert gone == [2, 1, 0, 0]


def test_one_that_is_suppressed_takes_no_entry_from_one_that_counts() -> None:
    image = "![](a.png)\n\n"
    held = recorded(HEAD + "# T\n\n" + image)
    after = HEAD + "# T\n\n<!-- cardlint: ignore[image-alt-missing] decorative -->\n" + image + image
    target = found(after, held)
    assert counted(target) == []
    assert [item.suppressed.kind for item in target.findings if item.rule == "image-alt-missing" and item.suppressed] == [
        "inline",
        "baseline",
    ]


def test_what_is_suppressed_is_not_recorded_and_not_gone() -> None:
    card = HEAD + "# T\n\n<!-- cardlint: ignore[image-alt-missing] decorative -->\n![](a.png)\n"
    assert "image-alt-missing" not in {item.rule for item in recorded(card).entries}
    target = found(card, recorded(HEAD + "# T\n\n![](a.png)\n"))
    assert target.gone == ()
    assert ("image-alt-missing", "unchanged") in states(target)


def test_it_survives_a_rename() -> None:
    config = {"adapter_config.json": b'{"base_model_name_or_path": 3}'}
    findings = list(found(HEAD, files=config).findings)
    one = findings[0]._replace(path="old/config.json", fingerprint="1")
    two = findings[0]._replace(path="new/config.json", fingerprint="2")
    held = [entry("", one)]
    assert match(held, [two], lambda path: path == "old/config.json").known == held
    assert match(held, [two], lambda _: False).gone == held
    assert match([held[0]._replace(path=None)], [two], lambda _: True).known == [None]


def test_where_not_all_files_are_known_none_is_gone() -> None:
    held = recorded(BEFORE)
    renamed = Baseline("b", tuple(item._replace(path="CARD.md", fingerprint=item.fingerprint[::-1]) for item in held.entries))
    assert counted(found(BEFORE, renamed)) == []
    assert ("license-unknown", "license") in counted(found(BEFORE, renamed, listed=False))


@given(st.permutations(range(6)), st.integers(0, 6))
def test_entries_and_findings_may_come_in_any_order(order: list[int], cut: int) -> None:
    findings = list(found(BEFORE).findings)
    entries = [entry("", finding) for finding in findings]
    matched = match([entries[index] for index in order[:cut]], findings, lambda _: False)
    assert [index for index, item in enumerate(matched.known) if item] == sorted(order[:cut])
    assert matched.gone == []


def test_what_is_gone_is_said_once_and_only_of_rules_that_looked() -> None:
    held = recorded(BEFORE)
    clean = "---\nlicense: mit\ntags: [a]\n---\n# T\n"
    target = found(clean, held)
    (note,) = [item for item in target.findings if item.rule == "baseline-outdated"]
    assert (note.severity, note.path, note.place, note.suppressed) == ("note", None, None, None)
    assert len(target.gone) == 5
    assert "5 entries" in note.message
    assert {item.rule for item in target.gone} == {"license-unknown", "image-alt-missing", "link-broken", "tags-malformed"}
    assert found(clean, held, select=("task-missing", *META)).gone == ()
    assert found("---\nlicense: [\n---\n# T\n", held).gone != ()
    assert "license-unknown" not in {item.rule for item in found("---\nlicense: [\n---\n# T\n", held).gone}
    assert found(clean, held, record=True).gone == ()


def test_the_findings_of_rules_about_our_own_files_are_recorded_too() -> None:
    card = HEAD + "# T\n\n<!-- cardlint: ignore[link-broken] -->\ntext\n\n<!-- cardlint: ignore[link-broken] x -->\ntext\n"
    assert {"suppression-unused", "suppression-without-reason"} <= {item.rule for item in found(card).findings}
    assert counted(found(card, recorded(card))) == []
    held = Baseline("b", (Entry(".", "license-unknown", "README.md", "license", "m", "f", "c"),))
    again = found("---\nlicense: mit\n---\n# T\n", held, record=True)
    assert "baseline-outdated" not in {item.rule for item in again.recorded}


def test_what_could_not_be_judged_is_recorded_again() -> None:
    held = recorded(BEFORE)
    target = found(BEFORE, held, record=True, select=("license-unknown", *META))
    assert sorted(target.recorded) == sorted(held.entries)


# The file


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    name = str(tmp_path / "b.json")
    entries = (
        Entry("b", "r", None, "s\u202e", "m\ud800\n\x1b", "f", "c"), Entry(".", "r", "z", "s", "m", "f", "c"), Entry(".", "r", "a", "ä", "m", "f", "c"),
    )  # fmt: skip
    write(name, entries)
    assert set(read(name).entries) == set(entries)
    first = (tmp_path / "b.json").read_bytes()
    write(name, reversed(entries))
    assert (tmp_path / "b.json").read_bytes() == first
    assert first.isascii() or "ä" in first.decode()
    assert first.count(b"\n") == 5
    assert b"\x1b" not in first
    write(name, ())
    assert read(name).entries == ()


def test_a_file_conforms_to_its_schema(tmp_path: Path) -> None:
    import jsonschema

    from cardlint.schema import load_schema

    write(str(tmp_path / "b.json"), recorded(BEFORE).entries)
    jsonschema.Draft202012Validator(load_schema(baseline.SCHEMA)).validate(json.loads((tmp_path / "b.json").read_bytes()))


ENTRY = {"target": ".", "rule": "r", "path": None, "subject": "s", "message": "m", "fingerprint": "f", "content": "c"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "b.json:1:1: no baseline, for it is not JSON"),
        ('{"schema_version": "1",\n"entries": [\n<<<<<<< HEAD\n', "b.json:3:1: no baseline, for it is not JSON"),
        ("[]", 'b.json:1:1: no baseline of this version of cardlint: expected a mapping with "schema_version" and "entries"'),
        ("3", 'b.json:1:1: no baseline of this version of cardlint: expected a mapping with "schema_version" and "entries"'),
        ('{"schema_version": 1, "entries": []}', 'b.json:1:20: no baseline of this version of cardlint: expected "schema_version": "1"'),
        ('{"entries": []}', 'b.json:1:1: no baseline of this version of cardlint: expected "schema_version": "1"'),
        ('{"schema_version": "1", "entries": [NaN]}', "b.json:1:1: no baseline, for it is not JSON"),
        ('{"schema_version": "2",\n"entries": []}', "b.json:1:20: no baseline of this version"),
        ('{"schema_version": "1",\n"entries": {}}', "b.json:2:12: no baseline of this version"),
        ('{"schema_version": "1"}', "b.json:1:1: no baseline of this version"),
        ('{"schema_version": "1", "entries": [], "x": 1}', "b.json:1:40: no baseline of this version"),
        ('{"schema_version": "1", "entries": [\n3]}', "b.json:2:1: no baseline of this version"),
        ('{"schema_version": "1", "entries": [\n' + json.dumps(ENTRY | {"rule": 3}) + "]}", "b.json:2:25: no baseline of this version"),
        ('{"schema_version": "1", "entries": [\n' + json.dumps(ENTRY | {"rule": None}) + "]}", "b.json:2:1: no baseline of this version"),
        ('{"schema_version": "1", "entries": [\n{}]}', "b.json:2:1: no baseline of this version"),
        ("[" * 100_000, "b.json:1:1: no baseline, for it is not JSON"),
        (b"\xff\xfe{", "b.json:1:1: no baseline, for it is not JSON"),
        ('{"schema_version": "1", "entries": null}', "b.json:1:1: no baseline of this version"),
        ("null", "b.json:1:1: no baseline of this version"),
    ],
)  # fmt: skip
def test_a_damaged_file_names_the_line(content: str | bytes, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        parse("b.json", content.encode() if isinstance(content, str) else content)
    assert str(raised.value).startswith(message)


def test_files_that_cannot_be_read_or_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"there is no baseline .*record one with --write-baseline"):
        read(str(tmp_path / "none.json"))
    with pytest.raises(UsageError, match="cannot be read"):
        read(str(tmp_path))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="not a regular file"):
        read(str(tmp_path / "pipe"))
    with pytest.raises(UsageError, match="cannot be written"):
        write(str(tmp_path / "no" / "b.json"), ())
    (tmp_path / "large").write_bytes(b"[]")
    monkeypatch.setattr(baseline, "_BYTES", 1)
    with pytest.raises(ConfigError, match="larger than"):
        read(str(tmp_path / "large"))


def test_a_target_given_twice_is_recorded_once(tmp_path: Path) -> None:
    target = found(BEFORE, record=True)
    name = str(tmp_path / "b.json")
    report, count = baseline.record(name, Report((target, target), "0", "p", "h"), None)
    assert count == len(read(name).entries) == 6
    assert report.exit_code("note") == 0


# The command


def adopt(cardlint: Command, *arguments: str) -> Done:
    done = cardlint("check", *ONLY, "--write-baseline", "b.json", *arguments)
    assert done.code == 0, done
    return done


def test_a_dirty_repository_adopts_a_baseline(cardlint: Command, tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text(BEFORE)
    assert cardlint("check", *ONLY).code == 1
    done = adopt(cardlint)
    assert (done.out, done.err) == ("6 suppressed in 1 repository.\n", "Recorded 6 findings in b.json.\n")
    assert adopt(cardlint, "--quiet")[1:] == ("", "")
    assert cardlint("check", *ONLY, "--baseline", "b.json") == (0, "6 suppressed in 1 repository.\n", "")
    assert cardlint("check", *ONLY).code == 1
    card.write_text(BEFORE.replace("# T", "# T\n\nWords.") + "\n![](new.png)\n")
    done = cardlint("check", *ONLY, "--baseline", "b.json", "--fail-on", "note", "--output-format", "concise")
    assert done.code == 1
    assert [line for line in done.out.splitlines() if "[baseline: recorded in b.json]" not in line] == [
        'README.md:13:1: note[image-alt-missing] the image "new.png" has no alternative text; say what it shows',
        'README.md:13:5: warning[link-broken] there is no file "new.png"',
    ]
    report = json.loads(cardlint("check", *ONLY, "--baseline", "b.json", "--output-format", "json").out)
    assert report["summary"] | {"suppressed": 6, "warning": 1, "note": 1, "error": 0} == report["summary"]


def test_a_card_or_standard_input_is_held_against_the_same_baseline(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(BEFORE)
    (tmp_path / "model.safetensors").write_bytes(b"x" * 2000)
    adopt(cardlint)
    (tmp_path / "README.md").write_text(BEFORE + "\n![](new.png)\n")
    for arguments in (("README.md",), ("-",), (str(tmp_path),)):
        done = cardlint(
            "check", *ONLY, "--baseline", "b.json", "--output-format", "json", *arguments, stdin=(BEFORE + "\n![](new.png)\n").encode()
        )
        (target,) = json.loads(done.out)["targets"]
        assert {item["subject"] for item in target["findings"] if not item["suppressed"]} == {"new.png"}, arguments


def test_several_repositories_share_a_file(cardlint: Command, tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).mkdir()
        (tmp_path / name / "README.md").write_text(BEFORE)
    adopt(cardlint, "a", "b", "--jobs", "2")
    assert len(json.loads((tmp_path / "b.json").read_text())["entries"]) == 12
    assert cardlint("check", *ONLY, "--baseline", "b.json", "b", "a/").code == 0
    (tmp_path / "a" / "README.md").write_text("---\nlicense: mit\n---\n# T\n")
    done = cardlint("check", *ONLY, "--baseline", "b.json", "--output-format", "concise", "a", "b")
    assert [line.partition("[")[0] for line in done.out.splitlines() if "[baseline:" not in line] == ["a: note"]
    adopt(cardlint, "--baseline", "b.json", "a")
    assert len(json.loads((tmp_path / "b.json").read_text())["entries"]) == 7
    adopt(cardlint, "a")
    assert len(json.loads((tmp_path / "b.json").read_text())["entries"]) == 1


def test_recording_a_card_alone_keeps_what_is_recorded_of_other_files(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(BEFORE)
    adopt(cardlint)
    document = json.loads((tmp_path / "b.json").read_text())
    document["entries"].append(ENTRY | {"path": "config.json", "rule": "link-broken"})
    (tmp_path / "b.json").write_text(json.dumps(document))
    adopt(cardlint, "--baseline", "b.json", "README.md")
    assert "config.json" in {item["path"] for item in json.loads((tmp_path / "b.json").read_text())["entries"]}
    adopt(cardlint, "README.md")
    assert {item["path"] for item in json.loads((tmp_path / "b.json").read_text())["entries"]} == {"README.md"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--baseline", "none.json"), "there is no baseline none.json"),
        (("--baseline", "README.md"), "README.md:1:1: no baseline, for it is not JSON"),
        (("--baseline", ""), "a baseline is a file"),
        (("--write-baseline", ""), "a baseline is a file"),
        (("--write-baseline", "b.json", "--diff"), "--diff writes nothing"),
        (("--write-baseline", "no/b.json"), "cannot be written"),
    ],
)
def test_wrong_use_is_a_usage_error(cardlint: Command, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    (tmp_path / "README.md").write_text(BEFORE)
    done = cardlint("check", *arguments)
    assert done.code == 2
    assert message in done.err


def test_what_could_not_be_examined_is_still_incomplete(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(BEFORE)
    (tmp_path / "config.json").write_text("{")
    done = cardlint("check", "--write-baseline", "b.json")
    assert done.code == cardlint("check", "--fail-on", "never").code == 4
    assert (tmp_path / "b.json").is_file()


def test_what_is_about_one_file() -> None:
    held = Baseline("b", (*recorded(BEFORE).entries, Entry(".", "link-broken", "other.md", "s", "m", "f", "c")))
    repository = Repository(Memory({"README.md": BEFORE.encode()}), Identity("model", told=True))
    terms = settle.Terms(settle.today(), held)
    policy = load_policy(shipped(), select=(*RULES, *META))
    whole = settle.check(repository, policy.bind(repository), terms)
    alone = settle.of_file(whole, "README.md", terms)
    assert {item.path for item in whole.findings} - {item.path for item in alone.findings} == {None}
    assert ([item.path for item in whole.gone], alone.gone, alone.recorded) == (["other.md"], (), ())
    again = settle.of_file(whole, "README.md", terms._replace(record=True))
    assert [item.path for item in again.recorded] == ["other.md"]


CARD = "---\nlicense: MIT\n---\n"


@pytest.mark.parametrize(
    "content", [CARD, "{}", '{"schema_version": "2", "entries": []}', " \n", '{"schema_version": "1", "entries": [\n<<<<']
)
def test_only_baselines_are_overwritten(cardlint: Command, tmp_path: Path, content: str) -> None:
    (tmp_path / "README.md").write_text(CARD)
    (tmp_path / "b.json").write_text(content)
    done = cardlint("check", "--fix", "--write-baseline", "b.json")
    assert done.code == 2
    assert "b.json is no baseline of this version, and is not overwritten" in done.err
    assert (tmp_path / "b.json").read_text() == content
    assert (tmp_path / "README.md").read_text() == CARD  # refused before anything was fixed
    with pytest.raises(UsageError, match="is not overwritten"):
        write(str(tmp_path / "b.json"), ())


def test_no_folder_is_overwritten(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written: Is a directory"):
        write(str(tmp_path), ())


def test_an_empty_file_and_a_baseline_are_overwritten(tmp_path: Path) -> None:
    name = tmp_path / "b.json"
    name.touch()
    for _ in range(2):
        write(str(name), recorded(BEFORE).entries)
        assert len(read(str(name)).entries) == 6


def test_no_pipe_or_device_is_replaced(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="not a regular file"):
        write(str(tmp_path / "pipe"), ())
    assert (tmp_path / "pipe").is_fifo()
    for name in ("pipe", "/dev/null"):
        done = cardlint("check", "--write-baseline", name)
        assert (done.code, "not a regular file" in done.err) == (2, True)


def test_links_are_followed_within_a_folder_and_not_out_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here, other = tmp_path / "here", tmp_path / "other"
    for folder in (here, other):
        folder.mkdir()
    (other / "b.json").touch()
    (here / "out.json").symlink_to(other / "b.json")
    (here / "new.json").symlink_to(other / "new.json")
    (here / "away").symlink_to(other)
    (here / "in.json").symlink_to("real.json")
    monkeypatch.chdir(here)
    for name in ("out.json", "new.json", str(here / "out.json")):
        with pytest.raises(UsageError, match="is a link that leads to another folder"):
            write(name, ())
    for name in ("away/b.json", "away/new.json"):
        with pytest.raises(UsageError, match="leads through a link out of the working directory"):
            write(name, ())
    assert [(path.name, path.read_bytes()) for path in other.iterdir()] == [("b.json", b"")]
    write("in.json", ())
    write("../other/b.json", ())
    assert (here / "in.json").is_symlink()
    assert read("real.json").entries == read("../other/b.json").entries == ()


@pytest.mark.parametrize("target", ["/dev/null", "pipe"])
def test_a_report_is_written_into_pipes_and_devices(cardlint: Command, tmp_path: Path, target: str) -> None:
    (tmp_path / "README.md").write_text(CARD)
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    cardlint("check", "--select", "license-unknown", "--output-format", f"json={target}")
    assert (target == "pipe") == os.read(reader, 100).startswith(b"{")
    os.close(reader)
    assert not (tmp_path / target).is_file()
