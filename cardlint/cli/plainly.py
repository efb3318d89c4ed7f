"""The arguments of `cardlint check`, read without click: importing that takes a fifth of a small check.

Only what is plain is read here, which is nearly every call: known options by their full names, each with a value that is one of
those there are, and targets. Whatever else is written (`--help`, a mistake, `-qv`, `--`) is click's: it alone explains and refuses.
A test holds the tables against click's own parameters, and what is read here against what click reads.
"""

from __future__ import annotations

from typing import Any

from cardlint.cli.checking import split

FLAGS = {
    "--fix": "fix", "--fix-only": "fix_only", "--unsafe-fixes": "unsafe_fixes", "--diff": "diff", "--pr": "pr", "--yes": "yes",
    "--isolated": "isolated",
    "--cache": "cache", "--trust-config": "trust_config",
    "--offline": "offline", "--staged": "staged", "--statistics": "statistics", "-q": "quiet", "--quiet": "quiet",
    "-v": "verbose", "--verbose": "verbose",
}  # fmt: skip
VALUED = {
    "--kind": "kind", "--policy": "policy", "--fail-on": "fail_on", "--baseline": "baseline", "--write-baseline": "write_baseline",
    "--min-confidence": "min_confidence", "--stdin-filename": "stdin_filename", "--revision": "revision", "--jobs": "jobs",
}  # fmt: skip
REPEATED = {"--select": "select", "--ignore": "ignore", "--exclude": "exclude", "--output-format": "outputs"}
LISTS = ("select", "ignore", "exclude")
CHOICES = {
    "kind": ("model", "dataset", "space"),
    "fail_on": ("error", "warning", "note", "never"),
    "min_confidence": ("low", "medium", "high"),
    "jobs": tuple(map(str, range(1, 65))),
}
DEFAULTS: dict[str, Any] = {
    **dict.fromkeys(FLAGS.values(), False), **dict.fromkeys(VALUED.values()), **dict.fromkeys(REPEATED.values(), ()),
    "fail_on": "error", "min_confidence": "low", "jobs": "1",
}  # fmt: skip


def read(arguments: list[str]) -> tuple[tuple[str, ...], dict[str, Any]] | None:
    """The targets, and the options by their names, of what stands after `check`; None where click has to look at it."""
    given = dict(DEFAULTS)
    targets: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument in FLAGS:
            given[FLAGS[argument]] = True
        elif argument == "-" or not argument.startswith("-"):
            targets.append(argument)
        elif not _took(given, argument, next(rest, "-") if "=" not in argument else None):
            return None
    return (tuple(targets), given) if _settled(given) else None


def _took(given: dict[str, Any], argument: str, following: str | None) -> bool:
    """Whether an option with a value was plain; the value is what follows, or stands behind `=`."""
    name, _, behind = argument.partition("=")
    value = behind if following is None else following
    if following is not None and following.startswith("-"):
        return False
    if name in REPEATED:
        given[REPEATED[name]] += (value,)
        return True
    if name not in VALUED or value not in CHOICES.get(VALUED[name], (value,)):
        return False
    given[VALUED[name]] = value
    return True


def _settled(given: dict[str, Any]) -> bool:
    """Whether the lists of words name something; they and the number are made what click makes of them."""
    for name in LISTS:
        words = split(given[name])
        if given[name] and not words:
            return False
        given[name] = words
    given["jobs"] = int(given["jobs"])
    return True
