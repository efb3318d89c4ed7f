"""Tables of a run: read back as they were, whole or not at all, and harmless in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import os
from typing import TYPE_CHECKING, Any

import pytest
from comparedruns import ENGINE, found, outcome, run
from reports import HOSTILE

from cardlint.audit import concise, export
from cardlint.audit.store import Cost, Store
from cardlint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "s") as made:
        yield made


def audited(store: Store) -> int:
    """Two runs of one series; the number of the second."""
    run(store, [outcome("x", found(subject="a"))])
    skips = [("link-broken", "no answer"), ("tags-malformed", "broken", "frontmatter-invalid")]
    x = outcome(
        "x", found(subject="a"), found(subject="b", severity="note", suppressed="waiver", path=None)._replace(place=None), license="mit",
        private=False, downloads=7, modified="2026-11-01T10:00:00.000Z", owner="team", revision="f" * 40,
    )  # fmt: skip
    y = outcome(
        "y", state="skipped", reason="gated, \x1b", skipped=skips, failed=[("license-unknown", "E: x")], gated="auto", modified="yesterday"
    )
    number = run(store, [y, x], unlisted=[("spaces of acme", "no answer")], left_out=3)
    store.spend(number, Cost(5, 1000, 0.5))
    return number


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").split("\n")[:-1]]


def test_json_lines_have_types_nulls_and_a_fixed_order(store: Store, tmp_path: Path) -> None:
    number = audited(store)
    files = export.export(store, number, "jsonl", tmp_path / "out" / "tables")
    assert [path.name for path in files] == ["runs.jsonl", "repositories.jsonl", "findings.jsonl", "skips.jsonl"]
    runs, repositories, findings, skips = map(lines, files)
    assert runs[0] | {"began": "", "ended": ""} == {
        "run": 2, "arguments": '["acme"]', "tool": "0.1.0", "rules_hash": "a" * 64, "policy": "recommended", "depth": "card", "began": "",
        "ended": "", "requests": 5, "received": 1000, "waited": 0.5, "left_out": 3, "unlisted": '[["spaces of acme", "no answer"]]',
        "repositories": 2, "audited": 1, "skipped": 1, "failed": 0, "pending": 0,
    }  # fmt: skip
    assert repositories[0] | {"examined": ""} == {
        "run": 2, "repository": "hf://acme/x", "kind": "model", "namespace": "acme", "outcome": "audited", "reason": None, "reused": False,
        "examined": "", "revision": "f" * 40, "owner": "team", "license": "mit", "gated": None, "private": False, "disabled": None,
        "downloads": 7, "likes": None, "modified": "2026-11-01T10:00:00Z", "task": None, "library": None, "honoured": "[]",
    }  # fmt: skip
    assert (repositories[1]["reason"], repositories[1]["modified"], repositories[1]["gated"]) == ("gated, \x1b", None, "auto")
    assert findings[0] | {"since": ""} == {
        "run": 2, "repository": "hf://acme/x", "number": 0, "rule": "license-unknown", "severity": "error", "confidence": "high",
        "message": "m", "subject": "a", "path": "README.md", "line": 2, "column": 10, "fingerprint": "license-unknown/a/l", "url": None,
        "fixable": None, "suppressed": None, "why": None, "since_run": 1, "since": "",
    }  # fmt: skip
    second = findings[1]
    assert (second["path"], second["line"], second["suppressed"], second["why"], second["since_run"]) == (
        None,
        None,
        "waiver",
        "because",
        2,
    )
    assert [(it["rule"], it["because"], it["failed"]) for it in skips] == [
        ("link-broken", None, False), ("tags-malformed", "frontmatter-invalid", False), ("license-unknown", None, True),
    ]  # fmt: skip
    assert runs[0]["ended"].endswith("Z")
    before = [path.read_bytes() for path in files]
    assert [path.read_bytes() for path in export.export(store, number, "jsonl", tmp_path / "out" / "tables")] == before
    assert b"\x1b" not in b"".join(before)


def test_csv_is_told_from_nothing_and_has_no_formula(store: Store, tmp_path: Path) -> None:
    texts = [found(subject=str(index), message=text, line=f"{index}") for index, text in enumerate(HOSTILE[:-1])]
    number = run(store, [outcome("x", *texts, found(message=""))])
    path = export.export(store, number, "csv", tmp_path)[2]
    raw = path.read_bytes()
    assert raw.count(b"\r\n") == len(HOSTILE) + 1
    assert raw.startswith(b'"run","repository","number",')
    rows = list(csv.DictReader(io.StringIO(raw.decode(), newline="")))
    assert [int(row["number"]) for row in rows] == list(range(len(HOSTILE)))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows for cell in row.values())
    assert raw.split(b"\r\n")[-2].count(b',"","license"') == 1
    assert b",,,,1," in raw.split(b"\r\n")[1]
    assert (tmp_path / "repositories.csv").read_text().split("\n")[1].startswith('1,"hf://acme/x","model","acme","audited",,false,2')


def test_rows_come_in_batches(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number = run(store, [outcome(f"r{index}", found(subject="a"), found(subject="b")) for index in range(20)])
    whole = export.export(store, number, "jsonl", tmp_path)[2].read_bytes()
    monkeypatch.setattr(export, "_BATCH", 3)
    assert export.export(store, number, "jsonl", tmp_path)[2].read_bytes() == whole
    assert whole.count(b"\n") == 40


def test_an_unfinished_run_says_that_it_is(store: Store, tmp_path: Path) -> None:
    number = run(store, [outcome("x", found())], finish=False, pending=["y"])
    files = export.export(store, number, "jsonl", tmp_path)
    assert (lines(files[0])[0]["ended"], lines(files[0])[0]["pending"]) == (None, 1)
    assert [(it["outcome"], it["examined"], it["honoured"]) for it in lines(files[1])][1] == ("pending", None, None)
    assert lines(files[2])[0]["since_run"] is None


def test_a_run_without_repositories_is_a_row_and_headers(store: Store, tmp_path: Path) -> None:
    files = export.export(store, run(store, []), "csv", tmp_path)
    assert [path.read_text().count("\n") for path in files] == [2, 1, 1, 1]


def test_whatever_fails_leaves_what_was_there(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number = audited(store)
    files = export.export(store, number, "jsonl", tmp_path / "out")
    before = {path: path.read_bytes() for path in files}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(UsageError, match="cannot be written: No space left on device"):
            export.export(store, 1, "jsonl", tmp_path / "out")
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
    store.connection.execute("UPDATE findings SET line = 'x'")
    with pytest.raises(UsageError, match="damaged"):
        export.export(store, number, "jsonl", tmp_path / "out")
    assert {path: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_what_cannot_be_exported_is_said(store: Store, tmp_path: Path) -> None:
    number = audited(store)
    with pytest.raises(UsageError, match=r'no export as "xlsx" \(jsonl, csv, parquet\)'):
        export.export(store, number, "xlsx", tmp_path)
    with pytest.raises(UsageError, match="has no run 9"):
        export.export(store, 9, "csv", tmp_path)
    with pytest.raises(UsageError, match="has no run 9"):
        list(concise.render(store, 9))
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"file cannot be written: File exists"):
        export.export(store, number, "csv", tmp_path / "file")


def test_without_pyarrow_the_extra_is_named(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"pip install 'cardlint\[parquet\]'"):
        export.export(store, audited(store), "parquet", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_parquet_is_written_by_what_pyarrow_offers(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here with a stand-in, that the core tests need no pyarrow; `tests/consumers/exports.py` reads what the real one writes."""
    written: list[tuple[str, Any]] = []

    class Arrow:
        def __getattr__(self, name: str) -> Any:
            return lambda *given, **_: given[0] if name in {"array", "record_batch"} else name

        def schema(self, fields: list[tuple[str, str]]) -> Any:
            return type("Schema", (), {"types": [type_ for _, type_ in fields]})

    class Parquet:
        class ParquetWriter:
            def __init__(self, file: Any, schema: Any) -> None:
                written.append(("types", tuple(schema.types)))
                file.write(b"PAR1")

            def __enter__(self) -> Parquet.ParquetWriter:
                return self

            def __exit__(self, *_: object) -> None:
                pass

            def write_batch(self, columns: Any) -> None:
                written.append(("columns", [list(column) for column in columns]))

    monkeypatch.setattr(export, "_pyarrow", lambda: (Arrow(), Parquet))
    files = export.export(store, audited(store), "parquet", tmp_path / "out")
    assert [path.name for path in files] == ["runs.parquet", "repositories.parquet", "findings.parquet", "skips.parquet"]
    assert [path.read_bytes() for path in files] == [b"PAR1"] * 4
    assert written[-2] == ("types", ("int64", "string", "string", "string", "string", "bool_"))
    assert written[-1][1][5] == [False, False, True]


# One line for each finding


def test_a_line_for_each_finding_and_each_gap(store: Store) -> None:
    number = audited(store)
    assert "".join(concise.render(store, number)) == (
        "hf://acme/x README.md:2:10: error[license-unknown] m\n"
        "hf://acme/x .: note[license-unknown] m [waiver: because]\n"
        "hf://acme/y: skipped: gated, \\x1b\n"
        "hf://acme/y: not examined[link-broken] no answer\n"
        "hf://acme/y: failed[license-unknown] E: x\n"
        "spaces of acme: not listed: no answer\n"
    )
    many = [(f"rule-{index}", "no answer") for index in range(9)]
    number = run(store, [outcome("x", state="skipped", skipped=many)], pending=["y"], finish=False, engine=ENGINE)
    assert "".join(concise.render(store, number)) == (
        "hf://acme/x: skipped\nhf://acme/x: not examined[9 rules] no answer\nhf://acme/y: pending\n"
    )


def test_no_line_acts(store: Store) -> None:
    number = run(
        store,
        [outcome("x", *[found(message=text, subject=str(index)) for index, text in enumerate(HOSTILE)], reason=HOSTILE[1], state="failed")],
    )
    text = list(concise.render(store, number))
    assert len(text) == len(HOSTILE) + 1
    assert all(line.endswith("\n") and line[:-1].isprintable() for line in text)
