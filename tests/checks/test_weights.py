"""What the bytes of files say, through the rules and through the command: who reports, who yields, what stays unread."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from weightbytes import DANGEROUS, ELF, EMPTY, UNVETTED, archive, deceptive, gguf, pointer, safetensors, torch

from cardlint import engine, weightlists
from cardlint.policy import Policy
from cardlint.policyfile import load_policy, parse_policy
from cardlint.repository import Identity, Kind, Repository
from cardlint.rule import shipped
from cardlint.source import Folder, Memory
from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Done

    Command = Callable[..., Done]

BY_BYTES = (
    "pickle-dangerous", "pickle-unvetted", "archive-deceptive", "format-unvetted", "format-mismatch", "safetensors-invalid", "gguf-invalid",
    "file-executable", "format-dangerous", "lfs-pointer-unresolved", "lfs-pointer-malformed",
)  # fmt: skip
POINTER = pointer(b"content")


def run(files: dict[str, bytes | int], *select: str, kind: Kind = "model", policy: str | None = None) -> Any:
    chosen = load_policy(shipped(), select=select or BY_BYTES)
    if policy is not None:
        layer = parse_policy(shipped(), policy, "policy.yaml")
        chosen = Policy(chosen.name, shipped(), (*chosen.layers, layer), chosen.select)
    repository = Repository(Memory(files), Identity(kind, None, told=True))
    return engine.run(repository, chosen.bind(repository))


def found(files: dict[str, bytes | int], *select: str, kind: Kind = "model", policy: str | None = None) -> list[tuple[str, str]]:
    target = run(files, *select, kind=kind, policy=policy)
    assert (target.failed, target.skipped) == ((), ())
    return [(finding.rule, finding.path) for finding in target.findings]


BYTES: list[tuple[str, bytes, list[str]]] = [
    ("model.pkl", DANGEROUS, ["pickle-dangerous"]),
    ("notes.txt", DANGEROUS, ["format-mismatch", "pickle-dangerous"]),
    ("no-extension", DANGEROUS, ["pickle-dangerous"]),
    ("pytorch_model.bin", torch(DANGEROUS), ["pickle-dangerous"]),
    ("model.safetensors", torch(DANGEROUS), ["format-mismatch", "pickle-dangerous"]),
    ("model.pkl", UNVETTED, ["pickle-unvetted"]),
    ("model.pkl", UNVETTED + DANGEROUS, ["pickle-dangerous"]),
    ("model.bin", deceptive(), ["archive-deceptive"]),
    ("model.bin", deceptive(UNVETTED), ["archive-deceptive"]),
    ("model.bin", deceptive(DANGEROUS), ["archive-deceptive"]),
    ("model.bin", torch(UNVETTED), ["pickle-unvetted"]),
    ("model.bin", torch() + b"more", ["pickle-unvetted"]),
    ("assets.zip", archive({"a.txt": b"a"}) + b"more", ["format-unvetted"]),
    ("assets.zip", archive({"../a.txt": b"a"}), ["archive-deceptive"]),
    ("a.rar", b"Rar!\x1a\x07\x01\x00" + b"\0" * 20, ["format-unvetted"]),
    ("model.safetensors", EMPTY, ["format-mismatch"]),
    ("model.safetensors", safetensors({"w": ("F32", [1])}, b"more"), ["safetensors-invalid"]),
    ("model.gguf", gguf({"w": ("F32", 4)})[:40], ["gguf-invalid"]),
    ("libx.so", ELF, ["file-executable"]),
    ("model.pt", ELF, ["file-executable"]),
    ("pytorch_model.pt", b"<!DOCTYPE html>", ["format-mismatch"]),
    # Nothing to say.
    ("model.pkl", EMPTY, []), ("model.bin", torch(), []), ("assets.zip", archive({"a.txt": b"a"}), []),
    ("model.safetensors", safetensors({"w": ("F32", [1])}), []), ("model.gguf", gguf({"w": ("F32", 4)}), []),
    ("tokens.bin", b"\x00\xff\xfe\x01" * 100, []), ("table.csv", "caf\xe9,1\n".encode("latin-1"), []), ("empty.pt", b"", []),
    ("subtitles.txt", "ab\r\n".encode("utf-16"), []), ("README.md", "漢".encode() * 3000, []), ("run.md", b"#!/bin/sh\n", []),
    ("vocab.json", b'{"a": 1}', []), ("script", b"#!/bin/sh\necho\n", []), ("LICENSE", b"MIT License\n", []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "content", "rules"), BYTES, ids=[f"{name}-{number}" for number, (name, _, _) in enumerate(BYTES)])
def test_each_file_is_the_finding_of_the_rule_it_belongs_to(name: str, content: bytes, rules: list[str]) -> None:
    assert found({name: content}) == [(rule, name) for rule in rules]


def test_what_a_deceptive_archive_holds_is_said_with_it() -> None:
    (finding,) = run({"model.bin": deceptive(DANGEROUS)}).findings
    assert "; m/data.pkl, byte 0: asks for posix.system, which runs a command; do not" in finding.message


def test_what_is_dangerous_is_said_before_the_rest_of_a_deception() -> None:
    held = torch(DANGEROUS).replace(b"m/data.pkl", b"m/dota.pkl", 1).replace(b"m/version", b"m/varsion", 1)
    (finding,) = run({"model.bin": held}).findings
    assert [part.partition(" ")[0] for part in finding.message.split("; ")] == ["the", "m/data.pkl,", "the", "do", "write"]


def test_an_executable_is_nothing_special_in_a_space() -> None:
    assert found({"libx.so": ELF}, kind="space") == []
    assert found({"libx.so": ELF}, kind="dataset") == [("file-executable", "libx.so")]


TAKE_OUT = "take it out, or say where its source is"


def test_an_executable_that_is_not_here_is_told_by_its_name() -> None:
    target = run({"lib/a.DLL": POINTER, "b.so.1": 9, "c.txt": 9}, "file-executable")
    assert [(item.path, item.message) for item in target.findings] == [
        ("b.so.1", f"is a native executable, library or bytecode by its name; {TAKE_OUT}"),
        ("lib/a.DLL", f"is a native executable, library or bytecode by its name; {TAKE_OUT}"),
    ]


def test_formats_that_lean_on_other_files_are_told_what_lies_there(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"0" * 100)
    root = tmp_path / "model"
    root.mkdir()
    held = b"\x08\x08\x12\x07pytorch" + _field(7, _field(2, b"main") + _field(5, _external(b"w.data"))) + _field(8, b"\x0a\x00\x10\x11")
    (root / "model.onnx").write_bytes(held)
    select = load_policy(shipped(), select=("format-dangerous",))

    def messages() -> list[str]:
        repository = Repository(Folder(root), Identity("model", None, told=True))
        return [item.message for item in engine.run(repository, select.bind(repository)).findings]

    assert messages() == []
    (root / "w.data").write_bytes(b"0" * 100)
    assert messages() == []
    (root / "w.data").unlink()
    (root / "w.data").symlink_to(outside)
    (message,) = messages()
    assert "link" in message


def _field(number: int, content: bytes) -> bytes:
    return bytes([number << 3 | 2, len(content)]) + content


def _external(location: bytes) -> bytes:
    entry = _field(1, b"location") + _field(2, location)
    return b"\x10\x01" + _field(8, b"w") + bytes([13 << 3 | 2, len(entry)]) + entry + b"\x70\x01"


def test_what_python_caches_is_one_finding_for_each_folder() -> None:
    files: dict[str, bytes | int] = {f"{folder}__pycache__/{name}.so": ELF for folder in ("", "a/") for name in "xyz"}
    target = run({**files, "a/one.so": ELF}, "file-executable")
    assert [(item.path, item.message.endswith(f" (and 2 more in its folder); {TAKE_OUT}")) for item in target.findings] == [
        ("__pycache__/x.so", True), ("a/__pycache__/x.so", True), ("a/one.so", False),
    ]  # fmt: skip


def test_a_single_cached_file_is_said_as_it_is() -> None:
    (finding,) = run({"__pycache__/x.so": ELF}, "file-executable").findings
    assert "more in its folder" not in finding.message


# Vetting


def vetting(*pairs: tuple[bytes, list[str]]) -> str:
    vetted = {hashlib.sha256(content).hexdigest(): names for content, names in pairs}
    return json.dumps({"rules": {"pickle-unvetted": {"with": {"vetted": vetted}}}})


def test_vetted_names_hold_for_the_file_they_were_vetted_for() -> None:
    policy = vetting((UNVETTED, ["acme.pipeline.Scorer"]))
    assert found({"a.pkl": UNVETTED, "b/c.pkl": UNVETTED}, "pickle-unvetted", policy=policy) == []


def test_a_changed_file_is_a_finding_again() -> None:
    policy = vetting((UNVETTED, ["acme.pipeline.Scorer"]))
    assert found({"a.pkl": UNVETTED + EMPTY}, "pickle-unvetted", policy=policy) == [("pickle-unvetted", "a.pkl")]


def test_names_that_are_not_vetted_are_still_said() -> None:
    policy = vetting((UNVETTED, ["acme.other"]))
    assert found({"a.pkl": UNVETTED}, "pickle-unvetted", policy=policy) == [("pickle-unvetted", "a.pkl")]


def test_what_has_no_name_in_its_message_is_named_so_that_it_can_be_vetted() -> None:
    content = archive({"a.txt": b"x"}) + b"JUNK"
    (finding,) = run({"a.zip": content}, "format-unvetted").findings
    assert "belong to nothing (suffix); " in finding.message
    policy = vetting((content, ["suffix"])).replace("pickle-unvetted", "format-unvetted")
    assert found({"a.zip": content}, "format-unvetted", policy=policy) == []


def test_a_policy_may_give_other_advice_or_none() -> None:
    for advice in ("ask security@acme.example", ""):
        (finding,) = run({"a.pkl": DANGEROUS}, policy=json.dumps({"rules": {"pickle-dangerous": {"with": {"advice": advice}}}})).findings
        assert finding.message == "byte 0: asks for posix.system, which runs a command" + (f"; {advice}" if advice else "")


def test_no_vetting_clears_what_is_dangerous() -> None:
    policy = vetting((DANGEROUS, ["posix.system"]))
    assert found({"a.pkl": DANGEROUS}, policy=policy) == [("pickle-dangerous", "a.pkl")]


@pytest.mark.parametrize("key", ["abc", "A" * 64, "g" * 64])
def test_a_hash_that_is_none_is_an_error_of_the_policy(cardlint: Command, tmp_path: Path, key: str) -> None:
    (tmp_path / "README.md").write_text("# A\n")
    (tmp_path / ".cardlint.yaml").write_text(f"rules:\n  pickle-unvetted: {{with: {{vetted: {{{key}: [a.b]}}}}}}\n")
    done = cardlint("check")
    assert done.code == 2
    assert "is no SHA-256" in done.err
    assert ".cardlint.yaml:2:" in done.err


# Messages


def test_no_more_is_said_than_anybody_reads() -> None:
    program = b"".join(f"cacme.m{number}\nScorer\n0".encode() for number in range(9)) + b"N."
    (finding,) = run({"a.pkl": program}).findings
    assert "; and 6 more; vet it" in finding.message


def test_a_name_as_long_as_a_file_is_cut() -> None:
    program = b"cacme." + b"x" * 3_000 + b"\nScorer\n."
    (finding,) = run({"a.pkl": program}).findings
    assert len(finding.message) < 500
    assert "…" in finding.message


# What is not examined


def test_where_a_file_cannot_be_read_the_others_are_reported_and_the_rule_is_skipped() -> None:
    target = run({"a.pkl": DANGEROUS, "b.pkl": 100, "c.pkl": 200}, "pickle-dangerous")
    assert [finding.path for finding in target.findings] == ["a.pkl"]
    assert [(item.rule, item.reason, item.because) for item in target.skipped] == [
        ("pickle-dangerous", "b.pkl: only its size is known (and 1 more files)", None)
    ]


def test_a_pointer_where_content_is_expected_is_why_nobody_looked() -> None:
    target = run({"a.pkl": DANGEROUS, "b.pkl": POINTER})
    assert [(finding.rule, finding.path) for finding in target.findings] == [
        ("pickle-dangerous", "a.pkl"),
        ("lfs-pointer-unresolved", "b.pkl"),
    ]
    assert {item.because for item in target.skipped} == {"lfs-pointer-unresolved"}
    assert {item.rule for item in target.skipped} == {*BY_BYTES} - {"lfs-pointer-unresolved", "lfs-pointer-malformed"}


def test_what_one_file_breaks_hides_nothing_of_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    from cardlint.weights import judge

    judged = judge.judge

    def broken(reader: Any, context: Any) -> Judgement:
        if context.name == "a.pkl":
            raise RuntimeError("out of order")
        return judged(reader, context)

    monkeypatch.setattr(judge, "judge", broken)
    target = run({"a.pkl": EMPTY, "b.pkl": DANGEROUS}, "pickle-dangerous")
    assert [finding.path for finding in target.findings] == ["b.pkl"]
    assert [(item.rule, item.error) for item in target.failed] == [("pickle-dangerous", "RuntimeError: out of order")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_without_the_right_to_read_it_is_incomplete(cardlint: Command, tmp_path: Path) -> None:
    (tmp_path / "a.pkl").write_bytes(EMPTY)
    (tmp_path / "a.pkl").chmod(0)
    assert cardlint("check", "--select", "pickle-dangerous").code == 4


def test_links_out_of_the_repository_are_unread_where_they_are_named_like_weights(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "model.bin").write_bytes(torch(DANGEROUS))
    root = tmp_path / "model"
    root.mkdir()
    (root / "data").symlink_to(outside)
    repository = Repository(Folder(root), Identity("model", None, told=True))
    select = load_policy(shipped(), select=("pickle-dangerous",))
    assert engine.run(repository, select.bind(repository)).skipped == ()
    (root / "model.bin").symlink_to(outside / "model.bin")
    repository = Repository(Folder(root), Identity("model", None, told=True))
    target = engine.run(repository, select.bind(repository))
    assert [item.reason for item in target.skipped] == ["model.bin is a link that leads outside the repository"]
    assert target.findings == ()
    (root / "model.bin").unlink()
    (root / "tokenizer_config.json").symlink_to(outside / "tokenizer_config.json")
    repository = Repository(Folder(root), Identity("model", None, told=True))
    target = engine.run(repository, select.bind(repository))
    assert [item.reason for item in target.skipped] == ["tokenizer_config.json is a link that leads outside the repository"]


def test_evidence_of_every_concern_flows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the judges of formats say, somebody reports it."""
    from cardlint.weights import judge

    rules = {rule.id for rule in shipped().values() if rule.category == "weights"}
    for concern in ("pickle", "archive", "format", "safetensors", "gguf", "executable", "mismatch", "unread"):
        for verdict in ("review", "block"):
            said = Evidence(verdict, concern, "x", "is odd")  # type: ignore[arg-type]
            monkeypatch.setattr(judge, "judge", lambda _reader, _context, said=said: Judgement("odd", (said,)))
            select = [rule for rule in rules if shipped()[rule].facts <= {"weights"}]
            target = run({"a.odd": b"\x00\xff"}, *select)
            assert [finding.path for finding in target.findings] == ["a.odd"], (concern, verdict)
            (finding,) = target.findings
            assert (finding.severity == "error") == (verdict == "block" and concern not in {"executable", "mismatch"})


def test_the_lists_are_read_once_and_only_for_pickles(monkeypatch: pytest.MonkeyPatch) -> None:
    weightlists.names.cache_clear()
    asked: list[str] = []
    data = weightlists._data  # noqa: SLF001 - what reads the lists
    monkeypatch.setattr(weightlists, "_data", lambda name: asked.append(name) or data(name))
    assert found({"model.safetensors": safetensors({"w": ("F32", [1])}), "README.md": b"# A\n"}) == []
    assert asked == []
    assert found({"a.pkl": EMPTY, "b.pkl": EMPTY, "c.pkl": UNVETTED}) == [("pickle-unvetted", "c.pkl")]
    assert sorted(asked) == ["dangerous", "vetted"]
    with pytest.raises(AttributeError):
        weightlists.names().nothing  # noqa: B018
    weightlists.names.cache_clear()
