"""A run as tables for other programs: `repositories`, `findings`, `skips` and `runs`, as JSON Lines, CSV or Parquet.

Rows come in batches and in a fixed order: by the name of the repository, then as the report has them. All four files are
written beside their places and moved into them when the last one is whole. Column by column:

- texts are as the store has them, in CSV with controls as escapes and an apostrophe before what a spreadsheet takes for a formula;
- times are UTC: ISO 8601 with a `Z` in the texts, `timestamp[us, tz=UTC]` in Parquet; one that is no time is null;
- what nobody knows is null: `null` in JSON, nothing between the commas in CSV, where an empty text is `""`.
"""

from __future__ import annotations

import importlib
import json
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from cardlint.atomic import whole
from cardlint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cardlint.audit.store import Store

FORMATS = {"jsonl": "jsonl", "csv": "csv", "parquet": "parquet"}
_BATCH = 5_000
Value = str | int | float | bool | datetime | None
Batch = list[list[Value]]


class Table(NamedTuple):
    """A table: its columns with their types (`text`, `int`, `float`, `bool`, `time`), and the query that has them in this order."""

    columns: dict[str, str]
    query: str


# A finding was there since the run that begins its sighting; `until` is the first run that did not find it.
_SIGHTING = """
    LEFT JOIN sightings AS s ON s.series = r.series AND s.repository = o.repository AND s.fingerprint = f.fingerprint
        AND s.since <= o.run AND (s.until IS NULL OR s.until > o.run)
    LEFT JOIN runs AS w ON w.id = s.since
"""
_OF_RUN = "FROM runs AS r JOIN outcomes AS o ON o.run = r.id JOIN repositories AS p ON p.id = o.repository"
TABLES = {
    "runs": Table(
        {
            "run": "int", "arguments": "text", "tool": "text", "rules_hash": "text", "policy": "text", "depth": "text", "began": "time",
            "ended": "time", "requests": "int", "received": "int", "waited": "float", "left_out": "int", "unlisted": "text",
            "repositories": "int", "audited": "int", "skipped": "int", "failed": "int", "pending": "int",
        },
        "SELECT r.id, x.arguments, r.tool, r.rules_hash, r.policy, r.depth, r.began, r.ended, r.requests, r.received, r.waited, "
        "r.left_out, r.unlisted, count(o.run), coalesce(sum(o.outcome = 'audited'), 0), coalesce(sum(o.outcome = 'skipped'), 0), "
        "coalesce(sum(o.outcome = 'failed'), 0), coalesce(sum(o.outcome = 'pending'), 0) "
        "FROM runs AS r JOIN series AS x ON x.id = r.series LEFT JOIN outcomes AS o ON o.run = r.id WHERE r.id = ? GROUP BY r.id",
    ),
    "repositories": Table(
        {
            "run": "int", "repository": "text", "kind": "text", "namespace": "text", "outcome": "text", "reason": "text",
            "reused": "bool", "examined": "time", "revision": "text", "owner": "text", "license": "text", "gated": "text",
            "private": "bool", "disabled": "bool", "downloads": "int", "likes": "int", "modified": "time", "task": "text",
            "library": "text", "honoured": "text",
        },
        "SELECT o.run, p.name, p.kind, p.namespace, o.outcome, o.reason, o.reused, x.made, o.revision, o.owner, o.license, o.gated, "
        "o.private, o.disabled, o.downloads, o.likes, o.modified, o.task, o.library, x.honoured "
        f"{_OF_RUN} LEFT JOIN results AS x ON x.id = o.result WHERE r.id = ? ORDER BY p.name",
    ),
    "findings": Table(
        {
            "run": "int", "repository": "text", "number": "int", "rule": "text", "severity": "text", "confidence": "text",
            "message": "text", "subject": "text", "path": "text", "line": "int", "column": "int", "fingerprint": "text", "url": "text",
            "fixable": "text", "suppressed": "text", "why": "text", "since_run": "int", "since": "time",
        },
        "SELECT o.run, p.name, f.number, f.rule, f.severity, f.confidence, f.message, f.subject, f.path, f.line, f.[column], "
        "f.fingerprint, f.url, f.fixable, f.suppressed, f.why, s.since, w.began "
        f"{_OF_RUN} JOIN findings AS f ON f.result = o.result {_SIGHTING} WHERE r.id = ? ORDER BY p.name, f.number",
    ),
    "skips": Table(
        {"run": "int", "repository": "text", "rule": "text", "reason": "text", "because": "text", "failed": "bool"},
        "SELECT o.run, p.name, k.rule, k.reason, k.because, k.failed "
        f"{_OF_RUN} JOIN skips AS k ON k.result = o.result WHERE r.id = ? ORDER BY p.name, k.rowid",
    ),
}  # fmt: skip


def export(store: Store, run: int, format: str, folder: Path) -> list[Path]:  # noqa: A002 - what it is
    """Write the tables of a run into a folder, which is made where there is none; the files.

    Raises UsageError where there is no such run or format, what the format needs is not installed, or nothing can be written there.
    """
    from cardlint.audit.storeside import chosen, undamaged

    if format not in FORMATS:
        raise UsageError(f'there is no export as "{format}" ({", ".join(FORMATS)})')
    begin = {"jsonl": _jsonl, "csv": _csv, "parquet": _parquet}[format]
    libraries = _pyarrow() if format == "parquet" else None
    with undamaged(store.path), _one_moment(store):
        chosen(store, str(run))
        paths = [folder / f"{name}.{FORMATS[format]}" for name in TABLES]
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with ExitStack() as stack:
                files = [stack.enter_context(whole(path)) for path in paths]
                for file, table in zip(files, TABLES.values(), strict=True):
                    with begin(file, table.columns, libraries) as write:
                        for batch in _batches(store, run, table):
                            write(batch)
        except OSError as error:
            raise UsageError(f"{error.filename or folder} cannot be written: {error.strerror or error}") from error
    return paths


@contextmanager
def _one_moment(store: Store) -> Iterator[None]:
    """What is read in it is of one moment, whatever an audit writes meanwhile."""
    store.connection.execute("BEGIN")
    try:
        yield
    finally:
        store.connection.execute("ROLLBACK")


def _batches(store: Store, run: int, table: Table) -> Iterator[Batch]:
    types = tuple(table.columns.values())
    rows = store.connection.execute(table.query, (run,))
    while batch := rows.fetchmany(_BATCH):
        yield [[_value(value, type_) for value, type_ in zip(row, types, strict=True)] for row in batch]


def _value(value: Any, type_: str) -> Value:  # noqa: ANN401 - SQLite's
    """A value of SQLite as what its column is; what is none of that is null."""
    if value is None:
        return None
    if type_ == "bool":
        return bool(value)
    if type_ == "time":
        return _time(value)
    return str(value) if type_ == "text" else int(value) if type_ == "int" else float(value)


def _time(text: str) -> datetime | None:
    """A time, in UTC; the Hub's and ours are ISO 8601."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).astimezone(UTC)


def _iso(time: datetime) -> str:
    return time.replace(tzinfo=None).isoformat() + "Z"


@contextmanager
def _jsonl(file: IO[bytes], columns: dict[str, str], _: object) -> Iterator[Callable[[Batch], None]]:
    from cardlint.formats.safe import json_safe

    def write(batch: Batch) -> None:
        for row in batch:
            said = {name: _iso(it) if isinstance(it, datetime) else it for name, it in zip(columns, row, strict=True)}
            file.write(json_safe(json.dumps(said, ensure_ascii=False)).encode() + b"\n")

    yield write


@contextmanager
def _csv(file: IO[bytes], columns: dict[str, str], _: object) -> Iterator[Callable[[Batch], None]]:
    from cardlint.formats.csv import cell

    def shown(value: Value) -> str:
        if isinstance(value, str):
            return '"' + cell(value).replace('"', '""') + '"'
        if isinstance(value, datetime):
            return _iso(value)
        return "" if value is None else str(value).lower()

    def write(batch: Batch) -> None:
        file.write("".join(",".join(map(shown, row)) + "\r\n" for row in batch).encode())

    file.write((",".join(f'"{name}"' for name in columns) + "\r\n").encode())
    yield write


@contextmanager
def _parquet(file: IO[bytes], columns: dict[str, str], libraries: Any) -> Iterator[Callable[[Batch], None]]:  # noqa: ANN401 - what `begin` gives
    pyarrow, parquet = libraries
    types = {
        "text": pyarrow.string(), "int": pyarrow.int64(), "float": pyarrow.float64(), "bool": pyarrow.bool_(),
        "time": pyarrow.timestamp("us", tz="UTC"),
    }  # fmt: skip
    schema = pyarrow.schema([(name, types[type_]) for name, type_ in columns.items()])
    with parquet.ParquetWriter(file, schema) as writer:

        def write(batch: Batch) -> None:
            arrays = [pyarrow.array(values, type_) for values, type_ in zip(zip(*batch, strict=True), schema.types, strict=True)]
            writer.write_batch(pyarrow.record_batch(arrays, schema=schema))

        yield write


def _pyarrow() -> tuple[Any, Any]:
    """The library and its part for Parquet, imported when it is asked for. Raises UsageError with what to install."""
    try:
        return importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise UsageError(f"Parquet is written by pyarrow, which is not installed: pip install 'cardlint[parquet]' ({error})") from error
