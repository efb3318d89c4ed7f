"""What the action was asked for, held against what it expects. Values are data here and later: no shell ever sees them."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_LONGEST = 4096
_MOST = 1000
_SHOWN = 60
_FAIL_ON = ("error", "warning", "note", "never")
# Options that are inputs of their own, that end the options, or that leave no report to tell the outcome by.
_TAKEN = {"--policy": "policy", "--fail-on": "fail-on", "--revision": "revision", "--baseline": "baseline", "--output-format": "reports"}
_REFUSED = frozenset({"-", "--", "-h", "--help"})


class WrongInputError(Exception):
    """An input that is not what it should be. `str` names it, what was expected and, in short, what came."""

    def __init__(self, name: str, expected: str, got: str) -> None:
        shown = json.dumps(got if len(got) <= _SHOWN else f"{got[:_SHOWN]}…")
        super().__init__(f"input {name}: expected {expected}, got {shown}")
        self.name = name


class Inputs(NamedTuple):
    """The inputs, checked. Empty strings stand for what was not given; files are absolute."""

    targets: tuple[str, ...]
    policy: str
    fail_on: str
    revision: str
    baseline: str
    reports: tuple[tuple[str, Path], ...]
    summary: bool
    annotations: bool
    sarif: bool
    sarif_file: Path | None
    upload: bool
    args: tuple[str, ...]


def read(document: str, formats: Sequence[str], roots: Sequence[Path]) -> Inputs:
    """The inputs from the JSON object GitHub makes of them. Reports may lie below `roots`, the first of which is the workspace.

    Raises WrongInputError.
    """
    given = _given(document)
    upload = _switch(given, "upload-sarif")
    file = _line(given, "sarif-file", "a file in the workspace")
    made = Inputs(
        targets=_targets(given), policy=_line(given, "policy", "a policy or a policy file"), fail_on=_fail_on(given),
        revision=_line(given, "revision", "auto, files or a commit") or "files", baseline=_line(given, "baseline", "a baseline file"),
        reports=tuple(_report(line, formats, roots) for line in _lines(given, "reports", "lines like junit=report.xml")),
        summary=_switch(given, "summary"), annotations=_switch(given, "annotations"), sarif=_switch(given, "sarif") or upload,
        sarif_file=_inside("sarif-file", file, roots) if file else None, upload=upload, args=_args(given),
    )  # fmt: skip
    _assert_apart(made)
    return made


def _given(document: str) -> dict[str, str]:
    """Names are told apart by GitHub without their case, but kept as they were typed."""
    try:
        given = json.loads(document)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise WrongInputError("CARDLINT_INPUTS", "a JSON object of strings, as GitHub makes it of the inputs", document)
    return {name.lower(): value for name, value in given.items()}


def _value(given: Mapping[str, str], name: str) -> str:
    if name not in given:
        raise WrongInputError(name, "to be passed on by action.yml", "")
    return given[name]


def _switch(given: Mapping[str, str], name: str) -> bool:
    value = _value(given, name)
    if value not in ("true", "false"):
        raise WrongInputError(name, "true or false", value)
    return value == "true"


def _is_plain(text: str) -> bool:
    """Whether a text is of sensible length and without C0 and C1 controls, DEL and lone surrogates, which no command line can hold."""
    return len(text) <= _LONGEST and re.search(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", text) is None


def _line(given: Mapping[str, str], name: str, expected: str) -> str:
    value = _value(given, name).strip()
    if not _is_plain(value):
        raise WrongInputError(name, f"{expected}, in one line of at most {_LONGEST} characters without control characters", value)
    return value


def _lines(given: Mapping[str, str], name: str, expected: str) -> list[str]:
    """The lines that say something. Only the line feed ends one, and a carriage return before it is no part of it."""
    value = _value(given, name)
    lines = [stripped for line in value.split("\n") if (stripped := line.strip())]
    if len(lines) > _MOST or not all(_is_plain(line) for line in lines):
        raise WrongInputError(name, f"{expected}; at most {_MOST} lines of at most {_LONGEST} characters without control characters", value)
    return lines


def _targets(given: Mapping[str, str]) -> tuple[str, ...]:
    expected = "a folder or a card file per line"
    lines = _lines(given, "path", expected)
    if not lines or "-" in lines:  # a workflow has nothing on standard input
        raise WrongInputError("path", expected, given["path"])
    return tuple(lines)


def _fail_on(given: Mapping[str, str]) -> str:
    value = _value(given, "fail-on")
    if value not in _FAIL_ON:
        raise WrongInputError("fail-on", f"one of {', '.join(_FAIL_ON)}", value)
    return value


def _report(line: str, formats: Sequence[str], roots: Sequence[Path]) -> tuple[str, Path]:
    name, _, file = (part.strip() for part in line.partition("="))
    if name not in formats or not file:
        raise WrongInputError("reports", f"lines like {formats[0]}=FILE, the format one of {', '.join(formats)}", line)
    return name, _inside("reports", file, roots)


def _inside(name: str, file: str, roots: Sequence[Path]) -> Path:
    """Where a report may be written: below a root, not into Git's folder, nor through a link, which the repository could have laid."""
    expected = "a file in the workspace or in the runner's temporary folder, reached through no link and outside .git"
    try:
        path = Path(os.path.normpath(roots[0] / file))
        for root in (root for root in roots if path.is_relative_to(root)):
            real = root.resolve() / path.relative_to(root)
            within = path.relative_to(root).parts
            fits = not real.is_dir() and not any(parent.is_file() for parent in real.parents)
            if within and real.resolve() == real and fits and ".git" not in [part.lower() for part in within]:
                return real
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, up to Python 3.12
        raise WrongInputError(name, f"{expected} ({type(error).__name__})", file) from error
    raise WrongInputError(name, expected, file)


def _args(given: Mapping[str, str]) -> tuple[str, ...]:
    value = _value(given, "args").strip() or "[]"
    expected = 'a JSON list of strings, such as ["--kind", "dataset"]'
    try:
        args = json.loads(value)
    except (ValueError, RecursionError):
        args = None
    if not isinstance(args, list) or len(args) > _MOST or not all(isinstance(arg, str) and arg and _is_plain(arg) for arg in args):
        raise WrongInputError("args", expected, value)
    for arg in args:
        option = arg.partition("=")[0]
        if option in _TAKEN:
            raise WrongInputError("args", f"no {option}, for which there is the input {_TAKEN[option]}", arg)
        if arg in _REFUSED:
            raise WrongInputError("args", f"no {arg}, which would leave nothing to check", arg)
    return tuple(args)


def _assert_apart(made: Inputs) -> None:
    """What would be left out without a word: a file nobody asked to write, a report that another overwrites."""
    if made.sarif_file and not made.sarif:
        raise WrongInputError("sarif-file", "sarif: true beside it", str(made.sarif_file))
    files = [*(path for _, path in made.reports), *([made.sarif_file] if made.sarif_file else [])]
    for path in files:
        if files.count(path) > 1:
            raise WrongInputError("reports", "a file of its own for each report", str(path))
