"""The tables of a store of audits, and how an older store becomes one of today. A step once released is never changed, only followed."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from cardlint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

# "CARD" in ASCII: SQLite, "Database File Format", application id.
APPLICATION = 0x43415244

STEPS = (
    """
    -- What is audited and how: the same command makes runs of the same series.
    CREATE TABLE series (id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, arguments TEXT NOT NULL);

    -- `engine` names all that a result depends on besides the repository: tool, rules, policy, vocabularies, waivers past their day.
    -- Times are UTC, ISO 8601. `left_out` are the repositories the filters left out, `unlisted` JSON: what could not be listed, and why.
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY, series INTEGER NOT NULL REFERENCES series, engine TEXT NOT NULL,
        tool TEXT NOT NULL, rules_hash TEXT NOT NULL, policy TEXT NOT NULL, depth TEXT NOT NULL,
        began TEXT NOT NULL, ended TEXT, requests INTEGER NOT NULL DEFAULT 0, received INTEGER NOT NULL DEFAULT 0,
        waited REAL NOT NULL DEFAULT 0, left_out INTEGER NOT NULL DEFAULT 0, unlisted TEXT NOT NULL DEFAULT '[]'
    );

    -- `name` is `hf://[datasets/|spaces/]namespace/name`, or the path of a folder.
    CREATE TABLE repositories (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, namespace TEXT NOT NULL);

    -- What one repository came to at one commit. `listing` is a digest of what the listing says of it that no commit tells: gate,
    -- visibility. `document` is its part of the JSON report. `lasting` says that asking again would give the same.
    CREATE TABLE results (
        id INTEGER PRIMARY KEY, repository INTEGER NOT NULL REFERENCES repositories, revision TEXT, engine TEXT NOT NULL,
        listing TEXT NOT NULL, made TEXT NOT NULL, lasting INTEGER NOT NULL, outcome TEXT NOT NULL, reason TEXT, document TEXT NOT NULL,
        honoured TEXT NOT NULL DEFAULT '[]'
    );
    CREATE INDEX results_of ON results (repository, engine, revision, listing);

    -- `about` is a digest of rule, path, subject and message: what stays the same where the line of a finding is edited.
    -- `fixable` is `safe` or `unsafe`, or NULL; `suppressed` is `inline`, `waiver` or `baseline`, or NULL where the finding counts.
    CREATE TABLE findings (
        result INTEGER NOT NULL REFERENCES results ON DELETE CASCADE, number INTEGER NOT NULL, fingerprint TEXT NOT NULL,
        rule TEXT NOT NULL, severity TEXT NOT NULL, confidence TEXT NOT NULL, message TEXT NOT NULL, subject TEXT NOT NULL,
        path TEXT, line INTEGER, "column" INTEGER, url TEXT, fixable TEXT, suppressed TEXT, why TEXT, about TEXT NOT NULL,
        PRIMARY KEY (result, number)
    ) WITHOUT ROWID;

    -- Rules that had to look and could not, and rules whose check raised (`failed`).
    CREATE TABLE skips (
        result INTEGER NOT NULL REFERENCES results ON DELETE CASCADE, rule TEXT NOT NULL, reason TEXT NOT NULL,
        because TEXT, failed INTEGER NOT NULL
    );
    CREATE INDEX skips_of ON skips (result);

    -- Every repository of a run, once. `outcome` is `pending`, `audited`, `skipped` or `failed`, the latter two with a reason.
    -- What the listing says of it stands beside it: `gated` is NULL where there is no gate, else `auto` or `manual`.
    CREATE TABLE outcomes (
        run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, repository INTEGER NOT NULL REFERENCES repositories,
        outcome TEXT NOT NULL DEFAULT 'pending', reason TEXT, result INTEGER REFERENCES results, reused INTEGER NOT NULL DEFAULT 0,
        revision TEXT, listing TEXT NOT NULL, owner TEXT, license TEXT, gated TEXT, private INTEGER, disabled INTEGER,
        downloads INTEGER, likes INTEGER, modified TEXT, task TEXT, library TEXT,
        PRIMARY KEY (run, repository)
    ) WITHOUT ROWID;
    CREATE INDEX outcomes_result ON outcomes (result);

    -- What the listing says of each repository of a run that has not ended, JSON: so that it need not be held in memory.
    CREATE TABLE items (
        run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, repository INTEGER NOT NULL REFERENCES repositories, item TEXT NOT NULL,
        PRIMARY KEY (run, repository)
    ) WITHOUT ROWID;

    -- From which run to which a finding was there: `until` is the first finished run that looked and did not find it.
    CREATE TABLE sightings (
        series INTEGER NOT NULL REFERENCES series, repository INTEGER NOT NULL REFERENCES repositories,
        fingerprint TEXT NOT NULL, rule TEXT NOT NULL, about TEXT NOT NULL,
        since INTEGER NOT NULL REFERENCES runs, until INTEGER REFERENCES runs,
        PRIMARY KEY (series, repository, fingerprint, since)
    ) WITHOUT ROWID;

    -- The counts of a finished run by rule, kind and owner: of findings that count, and of repositories that have one.
    CREATE TABLE totals (
        run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, rule TEXT NOT NULL, severity TEXT NOT NULL, kind TEXT NOT NULL,
        owner TEXT NOT NULL, findings INTEGER NOT NULL, suppressed INTEGER NOT NULL, repositories INTEGER NOT NULL,
        PRIMARY KEY (run, rule, severity, kind, owner)
    ) WITHOUT ROWID;

    -- The rules that ran, as a report speaks of them.
    CREATE TABLE rules (
        run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, id TEXT NOT NULL, title TEXT NOT NULL, category TEXT NOT NULL,
        severity TEXT NOT NULL, url TEXT, security TEXT, PRIMARY KEY (run, id)
    ) WITHOUT ROWID;

    -- The waivers of the policy: `rules` is JSON, a list of ids.
    CREATE TABLE waivers (
        run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE, number INTEGER NOT NULL, rules TEXT NOT NULL, repository TEXT,
        path TEXT, owner TEXT NOT NULL, reason TEXT NOT NULL, expires TEXT NOT NULL, source TEXT NOT NULL, PRIMARY KEY (run, number)
    ) WITHOUT ROWID;

    -- What became of each pull request of a plan of fixes: `state` is `opened`, `earlier`, `declined`, `moved`,
    -- `failed` or `unknown`.
    CREATE TABLE pulls (
        plan TEXT NOT NULL, repository TEXT NOT NULL, state TEXT NOT NULL, address TEXT, reason TEXT, at TEXT NOT NULL,
        PRIMARY KEY (plan, repository)
    ) WITHOUT ROWID;
    """,
)


def prepare(connection: sqlite3.Connection, name: str) -> None:
    """Bring a store to the tables of today. Raises UsageError for a file that is no store, or one of a newer cardlint."""
    application, version = (connection.execute(f"PRAGMA {name_}").fetchone()[0] for name_ in ("application_id", "user_version"))
    if application != APPLICATION and connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise UsageError(f"{name} is a database of another program; give --store a file of its own")
    if version > len(STEPS):
        raise UsageError(f"{name} was written by a newer cardlint; update this one, or give --store another file")
    if version < len(STEPS):
        grow(connection)


def grow(connection: sqlite3.Connection) -> None:
    """Take the steps that are missing, all or none; another process may be about to, and is waited for."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        for step in STEPS[version:]:
            for statement in statements(step):
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION}")
        connection.execute(f"PRAGMA user_version = {len(STEPS)}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def statements(script: str) -> Iterator[str]:
    """The statements of a script, each of which ends with a line. `executescript` would end the transaction before it begins."""
    held = ""
    for line in script.splitlines(keepends=True):
        held += line
        if sqlite3.complete_statement(held):
            yield held
            held = ""
    if held.strip():
        yield held
