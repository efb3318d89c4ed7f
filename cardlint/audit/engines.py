"""What a result depends on besides the repository, as one name: a result of the same name need not be made again."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cardlint import __version__
from cardlint.audit.standing import Engine, digest
from cardlint.digest import hexadecimal
from cardlint.locate import data_folder
from cardlint.rule import CHECKS, shipped_hash

if TYPE_CHECKING:
    from datetime import date

    from cardlint.policy import Policy
    from cardlint.run import Options


def engine(policy: Policy, options: Options, depth: str, *, today: date, asker: str) -> Engine:
    """The engine of a run. Waivers end on a day, so which have ended is part of it; `asker` says as whom the Hub is asked."""
    foreign = [rule for rule in policy.rules.values() if rule.home or rule.package != CHECKS]
    brought = {str(Path(rule.home).parent) for rule in foreign if rule.package != CHECKS}
    ended = [waiver.where for waiver in policy.waivers if waiver.expires < today]
    asked = (options.select, options.ignore, options.exclude, options.min_confidence, options.trust, options.isolated, options.offline)
    details = (
        digest(plain(policy.layers)),
        digest([plain(foreign), [contents(Path(folder), "*.py") for folder in sorted(brought)]]),
        digest(ended),
        digest(plain(asked)),
        vocabularies(),
        hexadecimal(asker)[:16],
    )
    return Engine(__version__, shipped_hash(), policy.name, depth, details)


@cache
def vocabularies() -> str:
    """A digest of the data that ships beside the rules."""
    return contents(data_folder("schemas"), "*.json")


def contents(folder: Path, names: str) -> str:
    """A digest of files in a folder and below it."""
    files = sorted(folder.rglob(names))
    return digest([[path.relative_to(folder).as_posix(), hexadecimal(path.read_text("utf-8", "backslashreplace"))] for path in files])


def plain(value: Any) -> Any:  # noqa: ANN401 - JSON
    """A value as JSON that is the same in every process: sets are sorted, tuples are lists."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(map(plain, value), key=repr)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)
