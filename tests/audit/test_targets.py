"""What is audited, as somebody names it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardlint.audit.targets import FILE_BYTES, Wanted, wanted
from cardlint.errors import ConfigError, UsageError
from cardlint.hubrepo import HubName

SHA = "a" * 40


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def organisation(name: str) -> Wanted:
    return Wanted("organisation", name)


def repository(name: HubName) -> Wanted:
    return Wanted("repository", str(name), hub=name)


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("acme", organisation("acme")),
        ("gpt2", organisation("gpt2")),
        ("hf://acme", organisation("acme")),
        ("hf://acme/", organisation("acme")),
        ("https://huggingface.co/acme", organisation("acme")),
        ("https://hf.co/acme?sort=likes#top", organisation("acme")),
        ("hf://acme/kettle", repository(HubName("model", "acme/kettle"))),
        ("hf://acme/kettle@v1", repository(HubName("model", "acme/kettle", "v1"))),
        ("hf://models/gpt2", repository(HubName("model", "gpt2"))),
        ("hf://datasets/acme/corpus@" + SHA, repository(HubName("dataset", "acme/corpus", SHA))),
        ("https://huggingface.co/spaces/acme/demo/tree/dev", repository(HubName("space", "acme/demo", "dev"))),
        ("https://huggingface.co/acme/kettle", repository(HubName("model", "acme/kettle"))),
        ("hf://collections/acme/best-of-2026", Wanted("collection", "acme/best-of-2026")),
        ("https://huggingface.co/collections/acme/best-of-2026", Wanted("collection", "acme/best-of-2026")),
    ],
)
def test_each_form_is_told_by_how_it_is_written(name: str, found: Wanted) -> None:
    assert wanted([name]) == (found,)
    assert wanted([str(found)]) == (found,)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "is no organisation: a name cannot be empty"),
        ("two words", "is no organisation: a name has no blanks"),
        ("acme--labs", "holds neither `--` nor `..`"),
        ("acme/kettle", "does not exist; a repository on the Hub is written hf://acme/kettle"),
        ("./acme", r'"./acme" does not exist; give an organisation'),
        ("~/acme-nowhere", "does not exist"),
        ("..", None),
        ("a/b/c", "does not exist; give an organisation"),
        ("x\0y", "embedded null|a name is made of"),
        ("y" * 300 + "/x", "cannot be looked for|does not exist"),
        ("ftp://acme", "is no address of the Hub"),
        ("https://example.org/acme", "is no address of the Hub"),
        ("hf://", "expected hf://"),
        ("hf://acme@v1", "is no organisation: an organisation has no revision"),
        ("hf://ac me", "is no organisation: a name has no blanks; of a repository with an old id of one part"),
        ("hf://datasets", "expected hf://"),
        ("hf://a/b/c", "expected hf://"),
        ("hf://buckets/acme/x", "there are no cards in buckets"),
        ("https://huggingface.co/papers/2401.1", "there are no cards in papers"),
        ("hf://collections/acme", "is no collection; expected"),
        ("hf://collections/acme/../x", "is no collection; expected"),
        ("hf://collections/-a/x", "is no collection; expected"),
    ],
)
def test_what_is_no_target_is_an_error_that_says_what_to_write(name: str, message: str | None) -> None:
    if message is None:
        assert wanted([name])[0].form == "folder"
        return
    with pytest.raises(UsageError, match=message):
        wanted([name])


def test_nothing_to_audit_is_an_error() -> None:
    Path("none.txt").write_text("# nothing\n\n")
    with pytest.raises(UsageError, match="there is nothing to audit; give an organisation"):
        wanted(["none.txt"])


def test_a_word_that_is_a_folder_here_as_well_has_to_be_told_apart() -> None:
    Path("acme").mkdir()
    with pytest.raises(UsageError, match=r"acme is a folder here and may be an organisation on the Hub; write ./acme or hf://acme"):
        wanted(["acme"])
    assert wanted(["./acme", "hf://acme"]) == (Wanted("folder", "./acme", path=Path("./acme")), organisation("acme"))
    Path("list.txt").write_text("acme\n")
    with pytest.raises(UsageError, match=r"list\.txt:1:1: .*write \./acme or hf://acme"):
        wanted(["list.txt"])


def test_duplicates_are_one_and_two_revisions_of_one_an_error() -> None:
    Path("f").mkdir()
    found = wanted(["acme", "hf://ACME", "hf://acme/x", "https://huggingface.co/acme/x", "./f", str(Path("f").resolve())])
    assert [one.form for one in found] == ["organisation", "repository", "folder"]
    with pytest.raises(UsageError, match="hf://acme/x@v1 and hf://acme/X are two revisions of one repository"):
        wanted(["hf://acme/x@v1", "hf://acme/X"])


def test_a_file_of_targets_has_one_a_line() -> None:
    Path("list.txt").write_bytes(
        b"\xef\xbb\xbf# ours\r\nacme\r\n\r\n  hf://acme/x  # a reason\r\nhttps://huggingface.co/acme/y#files\rhf://datasets/acme/z\n"
    )
    found = wanted(["./list.txt"])
    assert [one.name for one in found] == ["acme", "hf://acme/x", "hf://acme/y", "hf://datasets/acme/z"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"acme\n  acme--labs\n", r'list.txt:2:3: "acme--labs" is no organisation'),
        (b"acme\nlist.txt\n", r'list.txt:2:1: "list.txt" is a file; name files of targets on the command line'),
        (b"acme\n\xff\n", "list.txt:2:1: not UTF-8"),
        (b"a\0b\n", "list.txt:1:1: .*(null|made of)"),
        (b"./nowhere\n", r'list.txt:1:1: "./nowhere" does not exist'),
        (b"hf://acme/x@v1\nhf://acme/x\n", "two revisions"),
        (b"~nobody-of-this-name/x\n", "list.txt:1:1: "),
        (b"x" * 5000 + b"/y\n", "list.txt:1:1: "),
    ],
)
def test_what_is_wrong_in_a_file_of_targets_has_its_line(content: bytes, message: str) -> None:
    Path("list.txt").write_bytes(content)
    with pytest.raises(UsageError, match=message):
        wanted(["list.txt"])


def test_a_file_of_targets_is_bounded_and_has_to_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardlint.audit.targets.FILE_BYTES", 10)
    Path("list.txt").write_text("x" * 11)
    with pytest.raises(UsageError, match=r"list\.txt:1:1: larger than 10 bytes"):
        wanted(["list.txt"])
    with pytest.raises(UsageError, match=r"/dev/null is not a regular file"):
        wanted(["/dev/null"])
    assert FILE_BYTES > 10


@given(st.binary(max_size=200))
def test_no_file_of_targets_ends_in_a_traceback(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(content)
    try:
        assert wanted([str(path)])
    except UsageError as error:
        said = str(error)
        assert (isinstance(error, ConfigError) and said.startswith(str(path))) or "nothing to audit" in said  # noqa: PT017


_WORD = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)


@given(st.lists(_WORD, min_size=1), st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["", " # why", "   "]))
def test_every_line_is_read(tmp_path_factory: pytest.TempPathFactory, names: list[str], end: str, tail: str) -> None:
    path = tmp_path_factory.getbasetemp() / "lines.txt"
    path.write_bytes("".join(f"hf://{name}/x{tail}{end}" for name in names).encode())
    assert [one.name for one in wanted([str(path)])] == [f"hf://{name}/x" for name in dict.fromkeys(names)]
