"""Baselines: findings that were there when cardlint was adopted, recorded in a file so that only new ones count.

An entry names a finding by its content, never by its line: the rule, what it is about, and the text of its own line. So
it survives edits around it, and a file that was renamed. Two recorded where three are found leave one that is new.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from cardlint.engine import OWN_LINE, stable
from cardlint.errors import ConfigError, Unreadable, UsageError, masked
from cardlint.givenfile import given_file
from cardlint.pairing import Likeness, pair
from cardlint.report import Entry, Suppressed
from cardlint.source import read_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from cardlint.report import Finding, Report, Target

SCHEMA = "baseline.schema.json"
SCHEMA_VERSION = "1"
LONGEST_MESSAGE = 500
_BYTES = 100_000_000
_KEYS = frozenset(Entry._fields)
_EXPECTED = {
    "": 'expected a mapping with "schema_version" and "entries"',
    "schema_version": f'expected "schema_version": "{SCHEMA_VERSION}"',
}


class Baseline(NamedTuple):
    """A baseline file: its name as the user gave it, and what it records."""

    name: str
    entries: tuple[Entry, ...] = ()

    def of(self, target: str) -> list[Entry]:
        """What it records of one repository."""
        return [entry for entry in self.entries if entry.target == target]


class Matched(NamedTuple):
    """For each finding the entry that records it, or None, and the entries nobody finds any more."""

    known: list[Entry | None]
    gone: list[Entry]


def entry(target: str, finding: Finding) -> Entry:
    """A finding as an entry."""
    import hashlib  # brings OpenSSL

    line = "" if finding.place is None else finding.place.source.strip()[:OWN_LINE]
    subject = stable(finding.subject)
    content = hashlib.sha256(f"{finding.rule}\0{subject}\0{line}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
    message = finding.message[:LONGEST_MESSAGE]
    return Entry(target, finding.rule, finding.path, subject, message, finding.fingerprint, content)


def match(entries: Iterable[Entry], findings: list[Finding], is_gone: Callable[[str], bool]) -> Matched:
    """Which entry records which finding; each entry records one.

    The same fingerprint comes first. Then the same message about the same thing in the same file: its line was edited,
    or it stands elsewhere. Then the same content in another file, where its own is gone. Findings that are suppressed
    otherwise come last, so that they take no entry from one that counts.
    """
    made = [(entry("", finding), finding.suppressed is not None) for finding in findings]
    ways = ((_by_fingerprint, None), (_by_message, None), (_by_content, is_gone))
    steps = (_likeness(key, gone, silent=silent) for silent in (False, True) for key, gone in ways)
    return Matched(*pair(dict.fromkeys(entries), made, steps))


def _likeness(key: Callable[[Entry], Hashable], gone: Callable[[str], bool] | None, *, silent: bool) -> Likeness[Entry, tuple[Entry, bool]]:
    """The likeness by a key, of findings that are suppressed otherwise or not, and where `gone` says so of entries in files alone."""

    def of_known(item: Entry) -> Hashable | None:
        return key(item) if gone is None or (item.path is not None and gone(item.path)) else None

    return Likeness(of_known, lambda found: key(found[0]) if found[1] is silent else None)


def _by_fingerprint(item: Entry) -> Hashable:
    return item.fingerprint


def _by_message(item: Entry) -> Hashable:
    return item.rule, item.path, item.subject, item.message


def _by_content(item: Entry) -> Hashable:
    return item.rule, item.content


def read(name: str) -> Baseline:
    """The baseline in a file. Raises UsageError, and ConfigError with the line where the file is damaged."""
    absent = f"there is no baseline {name}; record one with --write-baseline {name}"
    return parse(name, given_file(name, _BYTES, absent))


def parse(name: str, content: bytes) -> Baseline:
    """The baseline a file holds. Raises ConfigError."""
    try:
        document = json.loads(content, parse_constant=_refused)
    except json.JSONDecodeError as error:
        raise ConfigError(name, error.lineno, error.colno, f"no baseline, for it is not JSON: {error.msg}") from None
    except (ValueError, RecursionError):
        raise ConfigError(name, 1, 1, "no baseline, for it is not JSON in UTF-8") from None
    if not _is_baseline(document):
        raise _damage(name, content)
    return Baseline(name, tuple(dict.fromkeys(Entry(**{"path": None, **item}) for item in document["entries"])))


def _refused(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON")


def _is_baseline(document: object) -> bool:
    """Whether data is what `write` writes; the same as the schema says, but fast."""
    if not isinstance(document, dict) or document.keys() != {"schema_version", "entries"}:
        return False
    entries = document["entries"]
    return document["schema_version"] == SCHEMA_VERSION and isinstance(entries, list) and all(map(_is_entry, entries))


def _is_entry(item: object) -> bool:
    if not isinstance(item, dict) or item.keys() | {"path"} != _KEYS:
        return False
    return all(isinstance(value, str) or (key == "path" and value is None) for key, value in item.items())


def _damage(name: str, content: bytes) -> ConfigError:
    """What is wrong with a file that is JSON and no baseline, and where."""
    from cardlint.jsonfile import read_json
    from cardlint.schema import mismatches
    from cardlint.text import decode

    text = decode(name, content)
    found = next(mismatches(SCHEMA, read_json(text)), None)
    at = text.position(found.node.start if found else 0)
    message = _EXPECTED.get(found.subject, found.message) if found else "a key is null"
    return ConfigError(name, at.line, at.column, f"no baseline of this version of cardlint: {message}")


def record(name: str, report: Report, keep: Baseline | None) -> tuple[Report, int]:
    """Write a baseline of all that was found, and the report as if it had been there, with the number of entries.

    Of `keep`, the baseline before, what it records of other repositories is kept. Raises UsageError.
    """
    checked = {target.folder for target in report.targets}
    others = [item for item in keep.entries if item.target not in checked] if keep else []
    entries = dict.fromkeys([*others, *(item for target in report.targets for item in target.recorded)])
    write(name, entries)
    return report._replace(targets=tuple(_recorded(target, name) for target in report.targets)), len(entries)


def _recorded(target: Target, name: str) -> Target:
    """The target as if the baseline had been there."""
    recorded = {item.fingerprint for item in target.recorded}
    known: dict[str, Any] = {"suppressed": Suppressed("baseline", masked(f"recorded in {name}")), "state": "unchanged"}
    findings = (item._replace(**known) if not item.suppressed and item.fingerprint in recorded else item for item in target.findings)
    return target._replace(findings=tuple(findings))


def assert_replaceable(name: str) -> None:
    """Raise UsageError unless a baseline may be written there: where nothing is lost, and where the name says."""
    path = Path(name)
    _assert_no_way_out(path)
    try:
        content = read_regular(path, size=_BYTES + 1)
    except FileNotFoundError:
        return
    except OSError as error:
        raise UsageError(f"{name} cannot be written: {error.strerror or error}") from error
    except Unreadable as error:
        raise UsageError(str(error)) from error
    try:
        if content:
            parse(name, content)
    except ConfigError:
        raise UsageError(f"{name} is no baseline of this version, and is not overwritten; give another name, or remove it first") from None


def _assert_no_way_out(path: Path) -> None:
    """No link may lead out of the folder that holds it, nor one on the way out of the working directory."""
    real, here = Path(os.path.realpath(path)), Path.cwd()
    inside = Path(os.path.abspath(path)).is_relative_to(here)  # noqa: PTH100 - `..` is taken as it is written
    if path.is_symlink() and not real.is_relative_to(os.path.realpath(path.parent)):
        raise UsageError(f"{path} is a link that leads to another folder; give the file itself")
    if inside and not real.is_relative_to(os.path.realpath(here)):
        raise UsageError(f"{path} leads through a link out of the working directory; give the file itself")


def write(name: str, entries: Iterable[Entry]) -> None:
    """Write a baseline, sorted, a line for each entry, at once and whole. Raises UsageError.

    Only in the place of nothing, an empty file or another baseline.
    """
    assert_replaceable(name)
    from cardlint.atomic import replace_file
    from cardlint.formats.safe import json_safe

    ordered = sorted(entries, key=lambda item: (item.target, item.path or "", item.rule, item.subject, item.message, item.fingerprint))
    lines = ",\n".join(json.dumps(item._asdict(), ensure_ascii=False) for item in ordered)
    held = f"[\n{lines}\n]" if ordered else "[]"
    try:
        replace_file(Path(name), json_safe(f'{{"schema_version": "{SCHEMA_VERSION}", "entries": {held}}}\n').encode())
    except OSError as error:
        raise UsageError(f"{name} cannot be written: {error.strerror or error}") from error
