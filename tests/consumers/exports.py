"""Exports as people read them: by pyarrow, DuckDB and pandas, of all three formats, with their types and nulls."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

sys.path += [str(Path(__file__).parent.parent), str(Path(__file__).parent.parent / "audit")]
from comparedruns import found, outcome, run
from reports import HOSTILE

from cardlint.audit.export import FORMATS, TABLES, export
from cardlint.audit.store import Store

TEXTS = [text.encode("utf-8", "backslashreplace").decode() for text in HOSTILE[:-1]]
READ = {"jsonl": "read_json('{}', format = 'newline_delimited')", "csv": "read_csv('{}')", "parquet": "read_parquet('{}')"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of a run in every format."""
    made = tmp_path_factory.mktemp("exports")
    with Store(made / "s") as store:
        run(store, [outcome("a", found(subject="0", message=TEXTS[0]))])
        findings = [found(subject=str(index), message=text, severity="note" if index % 2 else "error") for index, text in enumerate(TEXTS)]
        outcomes = [
            outcome("a", *findings, private=True, downloads=2**40, modified="2026-11-01T10:00:00.250+01:00", license="mit"),
            outcome("b", private=False, state="skipped", reason="", skipped=[("link-broken", "no answer")]),
            outcome("c", *[found(subject=str(index))._replace(place=None) for index in range(12_000)], modified="yesterday"),
        ]
        number = run(store, outcomes)
        for name in FORMATS:
            export(store, number, name, made / name)
    return made


def query(folder: Path, name: str, table: str, rest: str) -> list[tuple[Any, ...]]:
    source = READ[name].format(folder / name / f"{table}.{FORMATS[name]}")
    return duckdb.sql(f"SELECT {rest.replace('FROM', f'FROM {source}')}").fetchall()


@pytest.mark.parametrize("name", FORMATS)
def test_duckdb_reads_every_format_alike(folder: Path, name: str) -> None:
    assert query(folder, name, "findings", "severity, count(*), count(line), max(since_run) FROM GROUP BY 1 ORDER BY 1") == [
        ("error", 12_000 + (len(TEXTS) + 1) // 2, (len(TEXTS) + 1) // 2, 2), ("note", len(TEXTS) // 2, len(TEXTS) // 2, 2),
    ]  # fmt: skip
    assert query(folder, name, "repositories", "repository, private, downloads, license, outcome FROM ORDER BY 1") == [
        ("hf://acme/a", True, 2**40, "mit", "audited"), ("hf://acme/b", False, None, None, "skipped"), ("hf://acme/c", None, None, None, "audited"),
    ]  # fmt: skip
    assert query(folder, name, "skips", "rule, failed FROM") == [("link-broken", False)]
    assert query(folder, name, "runs", "run, audited, repositories FROM") == [(2, 2, 3)]
    joined = "count(*) FROM AS f JOIN (SELECT 'hf://acme/a' AS repository) AS r USING (repository)"
    assert query(folder, name, "findings", joined) == [(len(TEXTS),)]


@pytest.mark.parametrize("name", FORMATS)
def test_times_are_times(folder: Path, name: str) -> None:
    ((type_, modified),) = query(folder, name, "repositories", "typeof(modified), modified::TIMESTAMPTZ::VARCHAR FROM WHERE downloads > 0")
    assert type_.startswith("TIMESTAMP")
    duckdb.sql("SET TimeZone = 'UTC'")
    assert query(folder, name, "repositories", "count(modified), count(examined) FROM") == [(1, 3)]
    assert "2026-11-01" in modified
    ((age,),) = query(folder, name, "findings", "count(*) FROM WHERE since::TIMESTAMPTZ > now() - INTERVAL 1 DAY")
    assert age == 12_000 + len(TEXTS)


@pytest.mark.parametrize("name", ["jsonl", "parquet"])
def test_texts_are_as_they_were(folder: Path, name: str) -> None:
    rows = query(folder, name, "findings", "message FROM WHERE repository = 'hf://acme/a' ORDER BY number")
    assert [message.replace("\0", "") for (message,) in rows] == [text.replace("\0", "") for text in TEXTS]
    assert query(folder, name, "repositories", "reason FROM WHERE repository = 'hf://acme/b'") == [("",)]


def test_parquet_has_types_of_its_own(folder: Path) -> None:
    for table, told in TABLES.items():
        schema = pq.read_schema(folder / "parquet" / f"{table}.parquet")
        expected = {
            "text": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "time": pa.timestamp("us", tz="UTC"),
        }  # fmt: skip
        assert {field.name: field.type for field in schema} == {name: expected[type_] for name, type_ in told.columns.items()}
    repositories = pq.read_table(folder / "parquet" / "repositories.parquet").to_pylist()
    assert repositories[0]["modified"] == datetime(2026, 11, 1, 9, 0, 0, 250_000, tzinfo=UTC)
    assert [row["private"] for row in repositories] == [True, False, None]
    assert pq.ParquetFile(folder / "parquet" / "findings.parquet").num_row_groups == 3


def test_pandas_reads_every_format(folder: Path) -> None:
    frames = {
        "jsonl": pd.read_json(folder / "jsonl" / "findings.jsonl", lines=True),
        "csv": pd.read_csv(folder / "csv" / "findings.csv"),
        "parquet": pd.read_parquet(folder / "parquet" / "findings.parquet"),
    }
    for frame in frames.values():
        assert list(frame.columns) == list(TABLES["findings"].columns)
        assert len(frame) == 12_000 + len(TEXTS)
        assert frame["line"].notna().sum() == len(TEXTS)
        assert frame["number"].dtype == "int64"
    assert frames["parquet"]["message"].tolist()[: len(TEXTS)] == TEXTS
    assert frames["jsonl"]["message"].tolist()[: len(TEXTS)] == TEXTS
    assert str(pd.read_csv(folder / "csv" / "repositories.csv", parse_dates=["examined"])["examined"].dtype).startswith("datetime64")
