"""Which torch a repository asks for, as far as it matters: before 2.6 `torch.load` lets a file run whatever it names.

PyTorch 2.6, release notes: `weights_only=True` is the default from then on.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.errors import Obstacle

if TYPE_CHECKING:
    from cardlint.repository import Repository

_FILES = re.compile(r"(?:.*/)?(?:[^/]*requirements[^/]*\.(?:txt|in)|(?:environment|conda)[^/]*\.ya?ml|pyproject\.toml|setup\.(?:py|cfg))")
_LONGEST = 300_000
_ASKED = re.compile(r"(?<![\w./-])(?:py)?torch[ \t]*((?:(?:===?|<=?|~=|>=?|!=|=)[ \t]*\d[\w.*+]*[ \t]*,?[ \t]*)+)")
_CLAUSE = re.compile(r"(===?|<=?|~=|>=?|!=|=)[ \t]*(\d+)(?:\.(\d+))?([\w.*+]*)")
_SINCE = (2, 6)


def is_old(repository: Repository) -> bool:
    """Whether the requirements of the repository leave no torch of 2.6 or newer. What cannot be read asks for nothing."""
    if not repository.source.listed:
        return False
    return any(_FILES.fullmatch(entry.path) and _asks_old(repository, entry.path) for entry in repository.fact("files"))


def _asks_old(repository: Repository, path: str) -> bool:
    try:
        text = repository.fact("contents").text(path, _LONGEST).content
    except Obstacle:  # then nothing is known of the version, and nothing is claimed from it
        return False
    return any(excludes_new(match[1]) for match in _ASKED.finditer(text))


def excludes_new(specifier: str) -> bool:
    """Whether a specifier such as `>=2.0,<2.5` leaves out 2.6 and all that came later."""
    for operator, major, minor, rest in _CLAUSE.findall(specifier):
        version = (int(major[:6]), int(minor[:6] or 0))
        if operator in {"==", "===", "=", "<="} and version < _SINCE:
            return True
        if operator == "<" and (version < _SINCE or (version == _SINCE and not rest.strip(".0*"))):
            return True
        if operator == "~=" and rest.startswith(".") and version < _SINCE:
            return True
    return False
