"""The rare paths: what happens when something else gives way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cardlint import cli, engine, given, jsonfile, source
from cardlint.card import read_card
from cardlint.cli import group
from cardlint.errors import ConfigError, Unreadable, UsageError
from cardlint.exampletest import verify
from cardlint.files import Files
from cardlint.formats import concise, text
from cardlint.formats import json as json_format
from cardlint.formats.safe import json_safe, visible
from cardlint.gittree import GitTree
from cardlint.locate import data_folder
from cardlint.nodes import Mapping, data
from cardlint.options import option_error, option_schema
from cardlint.policyfile import load_policy
from cardlint.problem import Edit, Fix
from cardlint.report import Failed, Finding, Place, RelatedPlace, Report, Skipped, Suppressed, Target
from cardlint.repository import Identity, Repository
from cardlint.rule import find, shipped
from cardlint.rulecard import read_rule_card
from cardlint.schema import expected, mismatches, reference_validator
from cardlint.source import Memory, Pointer
from cardlint.target import locate
from cardlint.text import Span, decode
from cardlint.vocabulary import load_vocabulary
from cardlint.yamlreader import read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Done

PLACE = Place("README.md", 3, 1, 5, 2, 10, 30, "a: [")
FIX = Fix("safe", "write it so", (Edit(Span("README.md", 10, 11), "b"),))
WAIVED = Finding(
    "r", "error", "high", "m", "s", "README.md", PLACE, "f" * 32, None, (RelatedPlace("there", PLACE),), FIX, Suppressed("waiver", "old")
)
REPORT = Report((Target("t", "model", (WAIVED,), (Skipped("x", "gone"), Skipped("y", "z", "r"))),), "1", "p", "h")


def test_help_names_every_command(cardlint: Callable[..., Done]) -> None:
    out = cardlint("--help").out
    assert all(f"\n  {name} " in out for name in ("check", "explain", "rules", "test"))


def test_the_shipped_cards_pass_through_the_command(cardlint: Callable[..., Done]) -> None:
    done = cardlint("test")
    assert done == (0, f"{len(shipped())} passed, 0 failed\n", "")


def test_a_wrong_card_fails_through_the_command(cardlint: Callable[..., Done], tmp_path: Path) -> None:
    card = (data_folder("rules") / "metadata" / "license-unknown.md").read_text().replace("severity: error", "severity: \x1b[31m")
    (tmp_path / "metadata").mkdir()
    (tmp_path / "metadata" / "license-unknown.md").write_text(card)
    done = cardlint("test", ".")
    assert (done.code, done.out.splitlines()[-1]) == (1, "0 passed, 1 failed")
    assert "\x1b" not in done.out


def test_a_defect_of_ours_is_3_without_a_traceback(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(group.cli, "main", broken)
    assert cli.run([]) == 3
    assert "internal error, please report it: ZeroDivisionError: oops (cardlint " in capsys.readouterr().err


def test_an_interrupt_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(group.cli, "main", interrupted)
    assert cli.run([]) == 130


def test_an_obstacle_outside_a_check_is_4(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(*_: object, **__: object) -> None:
        raise Unreadable("gone")

    monkeypatch.setattr(group.cli, "main", unreadable)
    assert cli.run([]) == 4


def test_a_stream_that_cannot_be_reconfigured_is_left_alone(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    class Bare:
        def write(self, text: str) -> int:
            return len(text)

        def flush(self) -> None:
            return

    monkeypatch.setattr(sys, "stderr", Bare())
    assert cli.run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("cardlint ")


def test_an_ascii_terminal_shows_escapes(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: [mit, 漢字]\n---\n", "utf-8")
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "cardlint", "check", "--select", "license-unknown"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, env=environment)
    assert b"\\u6f22\\u5b57" in done.stdout
    assert done.stderr == b""


def test_the_reader_of_a_pipe_may_go_away(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\ntags: [" + "a, " * 5000 + "]\n---\n")
    command = [sys.executable, "-m", "cardlint", "check", "--select", "tags-malformed"]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) in {0, 1, -signal.SIGPIPE}


def test_what_is_suppressed_is_visible_in_every_report() -> None:
    assert "README.md:3:1: error[r] m [waiver: old]" in concise.render(REPORT)
    assert "t: not examined[x] gone" in concise.render(REPORT)
    (finding,) = json.loads(json_format.render(REPORT))["targets"][0]["findings"]
    assert finding["suppressed"] == {"kind": "waiver", "reason": "old"}
    assert finding["fix"] == {
        "applicability": "safe",
        "title": "write it so",
        "edits": [{"path": "README.md", "start": 10, "end": 11, "text": "b"}],
    }
    assert finding["related"] == [{"message": "there", "path": "README.md", "line": 3, "column": 1}]
    quiet, verbose = text.render(REPORT), text.render(REPORT, text.Style(verbose=True))
    assert "[r]" not in quiet
    assert "1 suppressed, 1 not examined in 1 repository" in quiet
    assert "= suppressed (waiver): old" in verbose
    assert "t: skipped[y] because of r" in verbose


def test_only_what_counts_decides_the_exit_code() -> None:
    counted = REPORT._replace(targets=(Target("t", "model", (WAIVED,)),))
    assert counted.exit_code("note") == 0
    assert counted._replace(targets=(Target("t", "model", (WAIVED._replace(suppressed=None),)),)).exit_code() == 1


def test_combining_characters_take_no_cell_and_a_narrow_frame_shows_the_place() -> None:
    source_line = "k" * 90 + "e\u0301" * 3 + "漢" * 40
    place = Place("README.md", 1, 91, 1, 97, 90, 96, source_line)
    report = REPORT._replace(targets=(Target("t", "model", (WAIVED._replace(place=place, suppressed=None),)),))
    _, line, underline, *_ = text.render(report, text.Style(width=40)).splitlines()
    assert "…" in line
    assert underline.count("^") == 3


@pytest.mark.parametrize(
    ("raw", "shown"), [("\U000e0041", "\\U000e0041"), ("\u202e", "\\u202e"), ("\x07", "\\x07"), ("a\u200db", "a\u200db")]
)
def test_unsafe_characters_become_escapes(raw: str, shown: str) -> None:
    assert visible(raw) == shown
    assert json.loads(json_safe(json.dumps(raw, ensure_ascii=False))) == raw


def test_files_can_be_asked() -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'a' * 64}\nsize 5\n".encode()
    files = Files(Memory({"a/x.BIN": pointer, "y.md": b""}))
    assert ([entry.path for entry in files], len(files), files.names) == (["a/x.BIN", "y.md"], 2, {"x.BIN", "y.md"})
    assert files.with_suffix(".bin") == ["a/x.BIN"]
    assert [files.pointer("a/x.BIN"), files.pointer("a/x.BIN"), files.pointer("y.md")] == [Pointer("a" * 64, 5)] * 2 + [None]


def test_listings_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_ENTRIES", 2)
    for name in "abc":
        (tmp_path / name).touch()
    with pytest.raises(Unreadable, match="more than 2 files"):
        source.Folder(tmp_path).entries()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments], cwd=tmp_path, check=True, capture_output=True
        )

    git("init", "-q")
    for name in "abc":
        (tmp_path / name).write_text(name)
    (tmp_path / "loop").symlink_to("loop2")
    (tmp_path / "loop2").symlink_to("loop")
    git("add", ".")
    git("update-index", "--add", "--cacheinfo", f"160000,{'a' * 40},module")
    git("commit", "-qm", "x")
    return tmp_path


def test_links_in_a_circle_and_submodules_are_no_files(checkout: Path) -> None:
    for tree in (GitTree(checkout), GitTree(checkout, "HEAD")):
        assert tree.listed
        assert [(entry.path, entry.outside) for entry in tree.entries()] == [
            ("a", False),
            ("b", False),
            ("c", False),
            ("loop", True),
            ("loop2", True),
        ]


def test_an_empty_index_has_no_files(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    assert GitTree(tmp_path).entries() == []


def test_git_trees_are_bounded(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardlint.gittree.MAX_ENTRIES", 2)
    with pytest.raises(Unreadable, match="more than 2 files"):
        GitTree(checkout).entries()


def test_git_may_be_missing_or_hang(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = subprocess.run

    def slow(command: list[str], **more: object) -> object:
        assert command[0] == "git"
        return real([sys.executable, "-c", "import time; time.sleep(9)"], **{**more, "timeout": 0.05})  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "run", slow)
    with pytest.raises(Unreadable, match="took longer"):
        GitTree(checkout).entries()
    monkeypatch.setattr(subprocess, "run", real)
    monkeypatch.setenv("PATH", str(checkout))
    with pytest.raises(UsageError, match="git command"):
        GitTree(checkout).entries()


def test_json_without_places_and_beyond_bounds() -> None:
    read = jsonfile.read_json(decode("c.json", b'{"a": ["\\ud83d\\ude00", null, 1.5, {"b": true}]}'))
    assert isinstance(read, Mapping)
    assert data(read) == {"a": ["\U0001f600", None, 1.5, {"b": True}]}
    with pytest.raises(Unreadable, match="larger than"):
        jsonfile.read_json(decode("c.json", b"{", truncated=True))


def test_overrides_by_tag_do_not_apply_where_there_is_no_metadata(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("overrides: [{when: {tag: x}, rules: {license-missing: off}}]")
    policy = load_policy(shipped(), name=str(tmp_path / "p.yaml"))
    selection = policy.bind(Repository(Memory({"README.md": b"# none"}), Identity("model")))
    assert selection.severity(shipped()["license-missing"], None) == "error"


def test_a_policy_named_on_the_command_line_comes_before_the_configuration(tmp_path: Path) -> None:
    (tmp_path / ".cardlint.yaml").write_text("extends: nowhere.yaml\nrules: {license-missing: note}")
    policy = load_policy(shipped(), name="strict", config=tmp_path / ".cardlint.yaml")
    severities = {rule: policy.bind(Repository(Memory({}))).severity(shipped()[rule], None) for rule in ("license-missing", "null-value")}
    assert severities == {"license-missing": "note", "null-value": "error"}


@pytest.mark.parametrize("content", ["", "# nothing\n"])
def test_an_empty_configuration_is_the_default(tmp_path: Path, content: str) -> None:
    (tmp_path / ".cardlint.yaml").write_text(content)
    assert load_policy(shipped(), config=tmp_path / ".cardlint.yaml").layers[0].name == "recommended"


def test_a_configuration_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="directory"):
        load_policy(shipped(), config=tmp_path)


def test_a_wrong_file_beneath_is_named_by_its_own_place(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("ruels: {}")
    (tmp_path / "p.yaml").write_text("extends: base.yaml")
    with pytest.raises(ConfigError) as caught:
        load_policy(shipped(), name=str(tmp_path / "p.yaml"))
    assert caught.value.path == str(tmp_path / "base.yaml")


def test_a_rule_is_found_by_its_former_name() -> None:
    rule = shipped()["license-missing"]._replace(aliases=("no-license",))
    assert find({rule.id: rule}, "no-license") is rule


def test_options_of_every_annotation() -> None:
    def check(value: object, *, a: str, b: int | None = None, c: list[str] | None = None, d: dict[str, int] | None = None) -> None:
        del value, a, b, c, d

    schema = option_schema(check)
    assert schema["required"] == ["a"]
    assert schema["properties"]["b"] == {"anyOf": [{"type": "integer"}, {"type": "null"}]}
    assert schema["properties"]["d"]["anyOf"][0] == {"type": "object", "additionalProperties": {"type": "integer"}}


def test_an_annotation_without_a_schema_is_an_error() -> None:
    def check(value: object, *, a: bytes) -> None:
        del value, a

    with pytest.raises(TypeError, match="bytes"):
        option_schema(check)


def test_literals_and_anything_are_options_too() -> None:
    def check(value: object, *, a, b) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001
        del value, a, b

    check.__annotations__ = {"a": "Literal['x', 'y']", "b": "Any"}
    assert option_schema(check)["properties"] == {"a": {"enum": ["x", "y"]}, "b": {}}


def test_a_value_of_an_option_is_checked() -> None:
    assert option_error(shipped()["license-missing"], "key", "x") is None
    assert "not of type 'string'" in str(option_error(shipped()["license-missing"], "key", 3))


def test_both_validators_say_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    root = read_yaml(
        "license: [1]\nmodel-index: [{name: 3, results: [{}]}]\nwidget: x\nlanguage: EN\nco2_eq_emissions: {emissions: .nan}\nbase_model: [./x, 99999999999999999999]\n"
    )
    assert root is not None
    name = "model-card.schema.json"
    fast = {(found.subject, found.keyword, found.message, found.owner) for found in mismatches(name, root)}
    monkeypatch.setattr("cardlint.schema._validator", reference_validator)
    assert {(found.subject, found.keyword, found.message, found.owner) for found in mismatches(name, root)} == fast
    assert len(fast) > 4


def test_without_the_fast_validator_the_reference_is_used(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: mit\ninference: 3\n---\n")
    code = "import sys; sys.modules['jsonschema_rs'] = None; from cardlint.cli import run; sys.exit(run(['check', '--select', 'schema-violation']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert '"inference" must be true or false or a mapping' in done.stdout


def test_without_libyaml_the_python_parser_is_used(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: apache2\n---\n")
    code = "import sys; sys.modules['yaml._yaml'] = None; from cardlint.cli import run; sys.exit(run(['check', '--select', 'license-unknown']))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (1, "")
    assert "README.md:2:10: error[license-unknown]" in done.stdout


def test_examples_of_other_kinds_and_of_nothing_are_named(tmp_path: Path) -> None:
    content = (data_folder("rules") / "metadata" / "license-missing.md").read_text()
    (tmp_path / "metadata").mkdir()
    path = tmp_path / "metadata" / "license-missing.md"
    path.write_text(content.replace("kinds: [model, dataset, space]", "kinds: [model]"))
    assert any(
        "the example is a space, of which the rule does not speak" in message
        for message in verify(read_rule_card(path, tmp_path), shipped())
    )
    path.write_text(content.replace("### Passes", "### Passes\n\n### Passes (dataset)"))
    with pytest.raises(ConfigError, match="has no example"):
        read_rule_card(path, tmp_path)


def test_a_check_that_raises_in_an_example_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    card = read_rule_card(data_folder("rules") / "metadata" / "license-missing.md", data_folder("rules"))

    def raises(metadata: object, *, key: str, message: str) -> None:
        del metadata, key, message
        raise ZeroDivisionError

    monkeypatch.setattr("cardlint.checks.keys.present", raises)
    assert any("the check raised ZeroDivisionError" in message for message in verify(card, shipped()))


def test_targets_that_are_neither(cardlint: Callable[..., Done], tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "dangling").symlink_to("nowhere")
    for name in ("pipe", "dangling", "x" * 300):
        done = cardlint("check", name)
        assert done.code == 2, name
        assert "Traceback" not in done.err


def test_a_card_that_grows_unreadable_is_incomplete(tmp_path: Path) -> None:
    (tmp_path / "README.md").symlink_to("/etc/hostname")
    repository = Repository(source.Folder(tmp_path), Identity("model"))
    target = engine.run(repository, load_policy(shipped()).bind(repository))
    assert {item.because for item in target.skipped} == {None}
    assert "outside" in target.skipped[0].reason


def test_an_unknown_command_is_nobodys() -> None:
    import click

    assert group.cli.get_command(click.Context(group.cli), "nope") is None


def test_a_failed_check_is_named_in_every_report_and_is_3() -> None:
    report = REPORT._replace(targets=(Target("t", "model", failed=(Failed("x", "ZeroDivisionError: oops"),)),))
    assert report.exit_code("never") == 3
    assert "t: failed[x] ZeroDivisionError: oops" in concise.render(report)
    assert "1 failed in 1 repository" in text.render(report)


def test_a_finding_without_a_place_has_no_frame() -> None:
    finding = WAIVED._replace(place=None, suppressed=None, related=(), fix=None)
    report = REPORT._replace(targets=(Target("t", "model", (finding,)),))
    assert text.render(report).splitlines()[:2] == ["README.md: error[r] m", "  = cardlint explain r"]


@pytest.mark.parametrize("column", [1, 60, 119])
def test_frames_fit_whatever_stands_before_and_after(column: int) -> None:
    place = Place("README.md", 1, column, 1, column + 1, column - 1, column, "漢" * 60 + "b" * 60)
    report = REPORT._replace(targets=(Target("t", "model", (WAIVED._replace(place=place, suppressed=None, related=()),)),))
    frame = text.render(report, text.Style(width=50)).splitlines()[1]
    assert sum(2 if char == "漢" else 1 for char in frame) <= 50


def test_members_of_a_fact_that_is_no_node() -> None:
    repository = Repository(Memory({"README.md": b"---\na: {b: 1, c: }\n---\n# One\n\n## Two\n"}))
    assert [section.title for _, section in given.each(repository, "sections.*")] == ["One", "Two"]
    assert [subject for subject, _ in given.each(repository, "frontmatter.a.*")] == ["a.b"]
    assert list(given.each(repository, "config.*")) == []


def test_a_key_that_is_not_there_has_no_entry() -> None:
    root = read_yaml("a: 1\n? [b]\n: 2\n")
    assert isinstance(root, Mapping)
    assert root.entry("b") is None
    assert [entry.name for entry in root.effective()] == ["a", "<list at 7>"]


def test_harder_leaves_alone_what_is_off(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("rules: {license-missing: off, all: harder}")
    policy = load_policy(shipped(), name=str(tmp_path / "p.yaml"))
    assert policy.bind(Repository(Memory({}))).severity(shipped()["license-missing"], None) == "off"


def test_an_unknown_vocabulary_is_an_error() -> None:
    with pytest.raises(KeyError, match="no vocabulary nope"):
        load_vocabulary("nope")


def test_expectations_in_words() -> None:
    assert expected({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}) == "text or a list of texts"
    assert expected({"oneOf": [{"const": 3}, {"enum": ["a"]}]}) == "one of 3 or one of a"
    assert expected({}) == "different"


def test_a_folder_that_may_not_be_listed_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", denied)
    with pytest.raises(UsageError, match="cannot be read: Permission denied"):
        locate(str(tmp_path))


def test_broken_yaml_before_the_body_is_invalid_not_unclosed() -> None:
    card = read_card(decode("README.md", b"---\na: b: c\n\n# Title\n\ntext\n\n---\n"))
    assert card.defect is not None
    assert card.defect.rule == "frontmatter-invalid"


def test_version_to_a_closed_pipe_is_no_traceback(tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m cardlint --version >&-"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m cardlint --version >/dev/full"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")


def test_markdown_corners() -> None:
    content = b"---\nx: 1\n---\ntext\n| a | b |\n|---|---|\n| [x](y) | [z](w) |\n\n<img alt src=q.png>\n\nsee xhttp://a.b and ahttps:// or http://c.d/e.\n"
    links = Repository(Memory({"README.md": content})).fact("links")
    assert {link.target for link in links} == {"y", "w", "q.png", "http://c.d/e"}
