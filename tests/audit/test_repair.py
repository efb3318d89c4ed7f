"""Plans of fixes: whatever the files hold, the plan acts on nobody who reads it, and gives every byte back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cardlint.audit.fixplan import Planned, read_plan
from cardlint.audit.patch import Diff, DiffError, Unshowable, difference, patched
from cardlint.audit.planmodel import schema
from cardlint.audit.repair import FileFix, Proposal, assert_replaceable, proposal, sha256, write_plan
from cardlint.errors import ConfigError, UsageError
from cardlint.formats.safe import visible_line
from cardlint.hub import Hub
from cardlint.hubrepo import HubName, HubSource
from cardlint.report import Change, Fixing
from cardlint.text import decode
from cardlint.veil import Veil

SHA = "0123456789abcdef0123456789abcdef01234567"
SECRET = ("hf_" + "Qw3rTy" * 5 + "Zx9v").encode()
CARD = b"---\nlicense: MIT\n---\n# Kettle\n"
MENDED = CARD.replace(b"MIT", b"mit")
PIECES = st.sampled_from([
    b"\n", b"\r\n", b"\r", b"a", b" ", b"\t", b"\\", b"\\n", b"\\x1b", b"\0", b"\x1b[31m", b"\xef\xbb\xbf", b"\xff", b"\xc3", b"\x85",
    "\u2028".encode(), "\u202e".encode(), "\u0085".encode(), "\U000e0041".encode(), "\ufffe".encode(), "\u200d".encode(), "\U0001fffe".encode(),
    b"::set-output name=x::", b" ::error::", b"##[add-mask]", b"@acme", b"@@ -1 +1 @@", b"--- a", b"+++ b", b"...", b"\\ No newline at end of file",
    b"- x: y", b"#", b"'", b'"', "é中\U0001f600".encode(),
])  # fmt: skip
CONTENTS = st.lists(PIECES | st.binary(max_size=3), max_size=30).map(b"".join)


def plain(content: bytes) -> bytes:
    return content


def of(before: bytes | None, after: bytes, path: str = "README.md") -> FileFix:
    return FileFix(path, None if before is None else sha256(before), sha256(after), difference(before, after, plain))


def proposed(*files: FileFix, repository: str = "hf://acme/kettle", **more: Any) -> Proposal:
    return Proposal(repository, "model", SHA, (("license-unknown", 1),), files or (of(CARD, MENDED),))._replace(**more)


def written(place: Path, *proposals: Proposal) -> str:
    write_plan(place, proposals, policy="recommended")
    return place.read_text("utf-8")


def entries(place: Path) -> tuple[Planned, ...]:
    return read_plan(str(place)).entries


@given(before=CONTENTS, after=CONTENTS)
def test_a_diff_gives_every_byte_back(before: bytes, after: bytes) -> None:
    found = difference(before, after, plain)
    assert found.text == "" if before == after else patched(before, found) == after
    for row in found.text.split("\n"):
        shown = row.replace("\t", " ")  # which does nothing but move on
        assert visible_line(shown) == shown


@given(before=CONTENTS | st.none(), after=CONTENTS, head=CONTENTS, path=st.text(min_size=1).filter(lambda text: max(text) < "\ud800"))
def test_a_plan_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, before: bytes | None, after: bytes, head: bytes, path: str
) -> None:
    path = path.replace("/", "_").replace("\0", "_")
    path = f"docs/{path}x"
    before = None if before is None else head + b"\nlong enough\n" * 5 + before
    after = head + b"\nlong enough\n" * 5 + after
    if before == after:
        return
    place = tmp_path_factory.getbasetemp() / "round.yaml"
    place.unlink(missing_ok=True)
    made = proposed(of(before, after, path), of(CARD, MENDED), repository="hf://datasets/acme/tea", kind="dataset")
    text = written(place, made, proposed())
    assert [item.proposal for item in entries(place)] == [made, proposed()]
    assert patched(before, entries(place)[0].proposal.files[0].diff) == after
    for line in text.split("\n"):
        shown = line.replace("\t", " ")
        assert visible_line(shown) == shown
    document = yaml.safe_load(text)
    Draft202012Validator(schema()).validate(document)
    assert document["count"] == 2
    assert document["repositories"][0]["files"][0]["path"] == path


def test_what_people_see(tmp_path: Path) -> None:
    text = written(tmp_path / "plan.yaml", proposed(), proposed(repository="hf://acme/pot", refused="too large"))
    assert (
        text[text.index("repositories:") :]
        == f"""\
repositories:
- repository: "hf://acme/kettle"
  kind: model
  apply: true
  revision: "{SHA}"
  rules:
    license-unknown: 1
  files:
  - path: README.md
    before: "{sha256(CARD)}"
    after: "{sha256(MENDED)}"
    diff: |
      @@ -1,4 +1,4 @@
       ---
      -license: MIT
      +license: mit
       ---
       # Kettle
left_out:
- repository: "hf://acme/pot"
  reason: "too large"
"""
    )
    plan = read_plan(str(tmp_path / "plan.yaml"))
    assert (plan.made_with, plan.left_out, len(plan.entries)) == (1, 1, 1)
    assert plan.entries[0].apply
    assert text.split("\n")[plan.entries[0].line - 1] == '- repository: "hf://acme/kettle"'
    assert text.split("\n")[plan.entries[0].diffs[0]] == "      @@ -1,4 +1,4 @@"


def test_names_of_files_that_need_quotes(tmp_path: Path) -> None:
    path = 'a "b" \\c\x1b\u2028\U000e0041#é'
    text = written(tmp_path / "plan.yaml", proposed(of(CARD, MENDED, path)))
    assert '  - path: "a \\"b\\" \\\\c\\x1b\\u2028\\U000e0041\\x23é"\n' in text
    assert entries(tmp_path / "plan.yaml")[0].proposal.files[0].path == path


def test_the_same_plan_has_the_same_digest(tmp_path: Path) -> None:
    place = tmp_path / "plan.yaml"
    written(place, proposed())
    digest = read_plan(str(place)).digest
    assert digest == read_plan(str(place)).digest
    place.write_text(place.read_text("utf-8").replace("apply: true", "apply: false"), "utf-8")
    again = read_plan(str(place))
    assert again.digest != digest
    assert not again.entries[0].apply


def test_an_empty_plan(tmp_path: Path) -> None:
    assert write_plan(tmp_path / "plan.yaml", [], policy="no") == 0
    assert entries(tmp_path / "plan.yaml") == ()
    assert yaml.safe_load((tmp_path / "plan.yaml").read_text("utf-8"))["policy"] == "no"


def test_a_long_plan_is_looked_at_to_its_end(tmp_path: Path) -> None:
    place = tmp_path / "plan.yaml"
    text = written(place, *(proposed(repository=f"hf://acme/m{number}") for number in range(2500)))
    assert [item.proposal.repository for item in entries(place)][-1] == "hf://acme/m2499"
    place.write_text("apply: maybe".join(text.rsplit("apply: true", 1)), "utf-8")
    with pytest.raises(ConfigError, match='apply" must be true or false'):
        read_plan(str(place))


@pytest.mark.parametrize(("old", "new", "words"), [
    ('schema_version: "1"', 'schema_version: "2"', ':4:17: no plan of fixes of this version of cardlint: "schema_version" must be'),
    ("apply: true", "apply: perhaps", ':12:10: no plan of fixes of this version of cardlint: "repositories[0].apply" must be true or false'),
    ("apply: true", "aply: true", 'unknown key "aply"; did you mean apply?'),
    (f'revision: "{SHA}"', "revision: main", "must be a whole commit, 40 hexadecimal digits"),
    (f'before: "{sha256(CARD)}"', "before: abc", "must be a SHA-256, 64 hexadecimal digits"),
    ("license-unknown: 1", "license-unknown: 0", "must be at least 1"),
    ("license-unknown: 1", "License Unknown: 1", "expected the id of a rule"),
    ("path: README.md", "path: ../README.md", "expected the path of a file, relative to the root of the repository"),
    ("path: README.md", "path: .git/config", "expected the path of a file, relative to the root of the repository"),
    ("path: README.md", "path: docs/.GIT/hooks/x", "expected the path of a file, relative to the root of the repository"),
    ('"hf://acme/kettle"', '"hf://acme/kettle@main"', ":10:15: expected hf://acme/kettle"),
    ('"hf://acme/kettle"', '"hf://models/acme/kettle"', "expected hf://acme/kettle"),
    ('"hf://acme/kettle"', '"hf://acme/.kettle"', "an id"),
    ('"hf://acme/kettle"', '"https://huggingface.co/acme/kettle"', "hf://namespace/name"),
    ("kind: model", "kind: dataset", "hf://acme/kettle is a model, and its kind says dataset"),
    ("repositories:\n", "repositories:\n  nobody\n", "not YAML"),
    ("files:\n", "files: &a\n", "expected once"),
])  # fmt: skip
def test_what_is_no_plan(tmp_path: Path, old: str, new: str, words: str) -> None:
    place = tmp_path / "plan.yaml"
    text = written(place, proposed(), *([proposed()] if "once" in words else []))
    assert old in text
    place.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ConfigError) as error:
        read_plan(str(place))
    assert words in str(error.value)


@pytest.mark.parametrize(("content", "words"), [
    (b"", ":1:1: no plan of fixes; expected a mapping"),
    (b"- a\n", ":1:1: no plan of fixes; expected a mapping"),
    (b"{}", '"schema_version" is missing'),
    (b"a: b\n\xff", ":2:1: no plan of fixes, for it is not UTF-8"),
    (b"\xef\xbb\xbfa: \x1b", ":1:4: no plan of fixes, for it is not YAML: control character U+001B"),
    (b"a: " + b"[" * 1000, "no plan of fixes, for it is not YAML"),
    (b'schema_version: "1"\ntool: x\npolicy: x\nmade: x\ncount: 1\nrepositories: 3\n', '"repositories" must be a list'),
])  # fmt: skip
def test_what_is_not_even_like_one(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "plan.yaml").write_bytes(content)
    with pytest.raises(ConfigError) as error:
        read_plan(str(tmp_path / "plan.yaml"))
    assert words in str(error.value)


def test_files_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="there is no plan"):
        read_plan(str(tmp_path / "none"))
    with pytest.raises(UsageError):
        read_plan(str(tmp_path))
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(UsageError, match="cannot be read"):
        read_plan(str(tmp_path / "loop"))
    os.mkfifo(tmp_path / "pipe")
    for refuses in (lambda: read_plan(str(tmp_path / "pipe")), lambda: assert_replaceable(tmp_path / "pipe")):
        with pytest.raises(UsageError, match="not a regular file"):
            refuses()
    monkeypatch.setattr("cardlint.audit.fixplan._BYTES", 10)
    written(tmp_path / "plan.yaml", proposed())
    with pytest.raises(ConfigError, match="larger than 10 bytes"):
        read_plan(str(tmp_path / "plan.yaml"))


def test_only_a_plan_is_written_over(tmp_path: Path) -> None:
    place = tmp_path / "plan.yaml"
    place.write_bytes(b"")
    written(place, proposed())
    written(place, proposed(repository="hf://acme/pot"))
    assert entries(place)[0].proposal.repository == "hf://acme/pot"
    place.write_text("mine", "utf-8")
    for wrong, words in (
        (place, "is no plan of fixes, and is not overwritten"),
        (tmp_path / "no/plan", "there is no folder"),
        (tmp_path, str(tmp_path)),
    ):
        with pytest.raises(UsageError, match=words):
            write_plan(wrong, [proposed()], policy="p")
    assert place.read_text("utf-8") == "mine"
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(UsageError, match="cannot be written"):
        assert_replaceable(tmp_path / "loop")


def test_a_plan_that_breaks_off_is_not_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "plan.yaml"
    before = written(place, proposed())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("cardlint.atomic.os.fsync", full)
    with pytest.raises(UsageError, match="cannot be written: No space left"):
        write_plan(place, [proposed(repository="hf://acme/pot")], policy="p")
    assert place.read_text("utf-8") == before
    assert [item.name for item in tmp_path.iterdir()] == ["plan.yaml"]


@pytest.mark.parametrize(("diff", "line", "words"), [
    ("", 1, "expected a line such as"),
    ("@@ -1 +1 @@\n-license: MIT\n+x\n", 2, "the file has another line there"),
    ("@@ -1 +1 @@\n----\n", 3, "it ends before the lines it announces"),
    ("@@ -1 +1 @@\n----\n----\n", 3, "expected a line that begins with"),
    ("@@ -1 +1 @@\n----\n+a\n+b\n", 4, "expected a line such as"),
    ("@@ -1 +2 @@\n----\n+a\n", 1, "it counts the lines after the change wrongly"),
    ("@@ -9 +9 @@\n-a\n+b\n", 1, "it speaks of lines that are not there"),
    ("@@ -4,2 +4 @@\n-# Kettle\n-more\n+b\n", 3, "the file has another line there"),
    ("@@ -2 +2 @@\n-license: MIT\n+a\n@@ -1 +1 @@\n----\n+b\n", 4, "went by before"),
    ("@@ -1 +1 @@\n*a\n", 2, "expected a line that begins with"),
    ("@@ -1 +1 @@\n----\n\\ No newline at end of file\n+a\n", 2, "the file has another line there"),
])  # fmt: skip
@pytest.mark.parametrize("escaped", [True, False])
def test_diffs_that_do_not_apply(diff: str, line: int, words: str, escaped: bool) -> None:
    with pytest.raises(DiffError, match=words) as error:
        patched(CARD, Diff(diff, escaped))
    assert error.value.line == line


@pytest.mark.parametrize(("shown", "words"), [
    (r"\q", "a backslash begins no escape"), (r"\x4", "a backslash begins"), (r"\U00110000", "a backslash begins"), (r"\ud800", "half of a surrogate pair"),
])  # fmt: skip
def test_escapes_that_are_none(shown: str, words: str) -> None:
    with pytest.raises(DiffError, match=words):
        patched(None, Diff(f"@@ -0,0 +1 @@\n+{shown}\n", escaped=True))


def test_blanks_that_an_editor_took_away() -> None:
    found = difference(b"a\n\nb\n", b"a\n\nc\n", plain)
    assert patched(b"a\n\nb\n", Diff(found.text.replace("\n \n", "\n\n"), escaped=False)) == b"a\n\nc\n"


def test_a_secret_is_masked_where_it_stays_and_keeps_a_plan_from_being_made_where_it_comes(tmp_path: Path) -> None:
    source = HubSource(Hub(), HubName("model", "acme/kettle", SHA))
    source.__dict__["_tree"] = {}
    before = b"---\nlicense: MIT\n# " + SECRET + b"\n---\n"
    after = before.replace(b"MIT", b"mit")
    veil = Veil({"README.md": decode("README.md", before)})
    rules = (("license-unknown", 1),)
    made = proposal(source, Fixing(1, (Change("README.md", before, after),), rules=rules), veil)
    assert made is not None
    assert made.refused is None
    assert SECRET.decode() not in written(tmp_path / "plan.yaml", made)
    assert patched(before, entries(tmp_path / "plan.yaml")[0].proposal.files[0].diff) == after
    worse = before.replace(b"MIT", b"MIT # " + SECRET)
    for change in (
        Change("README.md", worse, worse.replace(b"MIT", b"mit")),
        Change("\udcff", None, b"x"),
        Change(SECRET.decode(), b"", b"x"),
    ):
        refused = proposal(source, Fixing(1, (change,), rules=rules), veil)
        assert refused is not None
        assert "secret" in (refused.refused or "")
        assert refused.files == ()
    large = proposal(source, Fixing(1, (Change("a", None, b"x\n" * 300_000),), rules=rules), veil)
    assert large is not None
    assert "500,000 characters" in (large.refused or "")
    assert proposal(source, Fixing(), veil) is None


def test_a_mask_that_shows_nothing_new() -> None:
    def mask(content: bytes) -> bytes:
        return content.replace(b"secret", "•".encode() * 6)

    found = difference(b"secret\na\n", b"secret\nb\n", mask)
    assert "secret" not in found.text
    assert patched(b"secret\na\n", found) == b"secret\nb\n"
    with pytest.raises(Unshowable):
        difference(b"secret\na\n", b"secret \na\n", mask)
    with pytest.raises(DiffError):
        patched(b"public!\na\n", found)
