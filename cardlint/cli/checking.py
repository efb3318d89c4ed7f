"""What `cardlint check` does once its arguments have been read: by click, or, where they are plain, without (`plainly`)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cardlint.cli import say, warn_of_plugins
from cardlint.errors import UsageError, masked
from cardlint.formats import FORMATS, render
from cardlint.run import Options, check_all
from cardlint.target import STDIN, from_stdin, locate

if TYPE_CHECKING:
    from cardlint.baseline import Baseline
    from cardlint.formats.text import Style
    from cardlint.report import Report
    from cardlint.target import Located

_JSON = frozenset({"json", "sarif", "gitlab", "rdjson"})
_STDIN_BYTES = 50_000_000
_WIDTH = 100


def split(values: tuple[str, ...]) -> tuple[str, ...]:
    """The words of comma-separated lists."""
    return tuple(word for value in values for item in value.split(",") if (word := item.strip()))


def perform(targets: tuple[str, ...], given: dict[str, Any], program: str) -> int:
    """Check, say what was found, and the exit code. `given` are the options by the names of click's parameters."""
    outputs = outputs_of(given["outputs"])
    tree = _tree(given["revision"], staged=given["staged"])
    if tree is not None and STDIN in targets:
        raise UsageError("standard input is in no commit; leave out --staged and --revision, or -")
    located = _cached(targets, tree) if given["cache"] else [_locate(name, given["stdin_filename"], tree) for name in targets or (".",)]
    _assert_beside(located, outputs)
    fixing = _fixing(located, outputs, given)
    located = _apart(located) if fixing else located
    baseline = _baseline(given)
    options = Options(
        policy=given["policy"], kind=given["kind"], select=given["select"], ignore=given["ignore"],
        exclude=given["exclude"], isolated=given["isolated"], min_confidence=given["min_confidence"],
        offline=given["offline"] or given["cache"], trust=given["trust_config"] or None,
        baseline=baseline, record=given["write_baseline"] is not None, **fixing,
    )  # fmt: skip
    report = check_all(located, options, jobs=given["jobs"])
    report = report._replace(arguments=_repeating(targets, given))
    warn_of_plugins()
    if given["write_baseline"]:
        report = _record(report, baseline, given)
    if given["statistics"]:
        report = report._replace(statistics=True)
    for name, path in outputs:
        if path is not None or not (given["diff"] or given["fix_only"]):
            _write(report, name, path, _style(given, program, path))
    if given["pr"]:
        _show_pulls(report)
    if given["diff"]:
        return _show_diff(report, given)
    return _show_fixed(report) if given["fix_only"] else report.exit_code(given["fail_on"])


def _cached(targets: tuple[str, ...], tree: str | None) -> list[Located]:
    """Every commit in the Hub cache. Raises UsageError."""
    from cardlint.hubcache import cache_folder, held
    from cardlint.hubrepo import HubName

    if targets or tree is not None:
        raise UsageError("--cache names the targets itself; leave out the others, --staged and --revision")
    found = [locate(str(HubName(item.kind, item.id, item.commit))) for item in held()]
    if not found:
        raise UsageError(f"there is no repository in the Hub cache at {cache_folder()}")
    return found


def _assert_beside(located: list[Located], outputs: list[tuple[str, Path | None]]) -> None:
    """No report takes the place of a card that is checked. Raises UsageError."""
    cards = {os.path.realpath(item.root / item.card_path) for item in located if item.hub is None}
    for name, path in outputs:
        if path is not None and os.path.realpath(path) in cards:
            raise UsageError(f"{path} is the card itself; give the report another file, as in {name}=report.{name}")


def _repeating(targets: tuple[str, ...], given: dict[str, Any]) -> tuple[str, ...]:
    """The arguments that find the same again: what was checked and how, not what was written or shown."""
    said = {**given, "baseline": given["write_baseline"] or given["baseline"]}
    if said["min_confidence"] == "low":
        said["min_confidence"] = None
    valued = ("kind", "policy", "revision", "min_confidence", "baseline", "stdin_filename")
    options = [f"--{name.replace('_', '-')}={said[name]}" for name in valued if said[name] is not None]
    options += [f"--{name}={','.join(said[name])}" for name in ("select", "ignore", "exclude") if said[name]]
    options += [f"--{name.replace('_', '-')}" for name in ("isolated", "trust_config", "offline", "cache", "staged") if said[name]]
    dashes = ("--",) if any(name.startswith("-") and name != STDIN for name in targets) else ()
    return tuple(masked(argument) for argument in ("check", *options, *dashes, *targets))


def _fixing(located: list[Located], outputs: list[tuple[str, Path | None]], given: dict[str, Any]) -> dict[str, Any]:
    """What to fix, and whether to write it. Raises UsageError where there is nothing to write to."""
    if given["pr"] or given["yes"]:
        return _pulling(located, given)
    if not (given["fix"] or given["fix_only"] or given["unsafe_fixes"] or given["diff"]):
        return {}
    if given["diff"] and given["fix_only"]:
        raise UsageError("--diff writes nothing; leave out --fix-only")
    if given["fix_only"] and given["outputs"] and any(path is None for _, path in outputs):
        raise UsageError("with --fix-only standard output says what was fixed; give the report a file, as in json=report.json")
    if given["diff"]:
        if given["outputs"] and any(path is None for _, path in outputs):
            raise UsageError("the diff goes to standard output; give the report a file, as in json=report.json")
    elif any(item.content is not None for item in located):
        raise UsageError("a card on standard input cannot be fixed; --diff shows what would be, or give the file")
    elif any(item.hub is not None for item in located):
        raise UsageError("a repository on the Hub is not written to; ask for --diff, or for a pull request with --pr")
    elif any(item.tree is not None for item in located):
        raise UsageError("what Git holds cannot be fixed, only files on disk; leave out --staged and --revision, or ask for --diff")
    return {"fix": "unsafe" if given["unsafe_fixes"] else "safe", "write": not given["diff"]}


def _pulling(located: list[Located], given: dict[str, Any]) -> dict[str, Any]:
    """What to fix in a pull request, and whether to open it. Raises UsageError where there can be none."""
    if not given["pr"]:
        raise UsageError("--yes opens a pull request; say so with --pr")
    if given["diff"] or given["fix_only"]:
        raise UsageError("--pr shows its changes itself, and reports all that was found; leave out --diff and --fix-only")
    if given["offline"] or given["cache"]:
        raise UsageError("a pull request is opened on the Hub; leave out --offline and --cache")
    if any(item.hub is None for item in located):
        raise UsageError("a pull request is opened in a repository on the Hub; give it as hf://namespace/name, or leave out --pr")
    return {"fix": "unsafe" if given["unsafe_fixes"] else "safe", "pull": "open" if given["yes"] else "show"}


def _show_pulls(report: Report) -> None:
    """Say on standard error what became of each pull request, so that standard output holds the report alone."""
    from cardlint.hubpull import shown

    for target in report.targets:
        for line in shown(target):
            say(line, err=True)


def _apart(located: list[Located]) -> list[Located]:
    """The targets, of those that are one card of one repository only one: its folder where that is among them."""
    first: dict[tuple[str, str], Located] = {}
    for item in located:
        card = STDIN if item.content is not None else os.path.realpath(item.root / (item.only or item.card_path))
        known = first.setdefault((str(item.hub or os.path.realpath(item.root)), card), item)
        if known.card_only and not item.card_only:
            first[str(item.hub or os.path.realpath(item.root)), card] = item
    return list(first.values())


def _baseline(given: dict[str, Any]) -> Baseline | None:
    """The baseline to hold findings against. Raises UsageError where it cannot be read, or the one to write has no name."""
    if given["write_baseline"] == "" or given["baseline"] == "":
        raise UsageError("a baseline is a file; give its name")
    if given["write_baseline"] and given["diff"]:
        raise UsageError("--diff writes nothing; leave out --write-baseline")
    if given["write_baseline"]:
        from cardlint.baseline import assert_replaceable

        assert_replaceable(given["write_baseline"])  # before anything is fixed
    if given["baseline"] is None:
        return None
    from cardlint.baseline import read

    return read(given["baseline"])


def _record(report: Report, baseline: Baseline | None, given: dict[str, Any]) -> Report:
    """Write the baseline that was asked for; the report as if it had been there."""
    from cardlint.baseline import record

    report, count = record(given["write_baseline"], report, baseline)
    if not given["quiet"]:
        from cardlint.formats.safe import visible

        say(visible(f"Recorded {count} {'finding' if count == 1 else 'findings'} in {given['write_baseline']}."), err=True)
    return report


def _show_fixed(report: Report) -> int:
    """Say what was fixed and what was left alone; the exit code, to which what remains does not count."""
    from cardlint.formats.concise import incidents
    from cardlint.formats.contents import plural, reached
    from cardlint.formats.safe import visible_line

    for target in report.targets:
        if target.fixing is not None and target.fixing.changes:
            files = ", ".join(reached(target.shown, change.path) for change in target.fixing.changes)
            say(visible_line(f"Fixed {plural(target.fixing.cured, 'finding')} in {files}; look at the change, then stage it."))
        for line in incidents(target):
            say(visible_line(line))
    return report.exit_code("never")


def _show_diff(report: Report, given: dict[str, Any]) -> int:
    """The diff on standard output, what to say about it on standard error, and the exit code."""
    from cardlint.fixwrite import diff
    from cardlint.formats.concise import incidents
    from cardlint.formats.contents import reached
    from cardlint.formats.safe import visible_line

    pairs = [(target, change) for target in report.targets if target.fixing for change in target.fixing.changes]
    _print("".join(diff(change, reached(target.shown, change.path)) for target, change in pairs), escape=False)
    for line in (line for target in report.targets for line in incidents(target)):
        say(visible_line(line), err=True)
    if pairs and not given["quiet"]:
        count = sum(finding.suppressed is None for finding in report.findings)
        say(f"Would fix {report.counts()['fixed']} of {count} {'finding' if count == 1 else 'findings'}.", err=True)
    code = report.exit_code("never")
    return code or int(bool(pairs) and given["fail_on"] != "never")


def _tree(revision: str | None, *, staged: bool) -> str | None:
    """What `Located.tree` should be: None for the disk, empty for the index, else a commit."""
    if staged and revision is not None:
        raise UsageError("--staged and --revision exclude each other")
    if revision == "":
        raise UsageError("--revision is empty; give a commit, by any name Git knows")
    return "" if staged else revision


def _locate(name: str, stdin_filename: str | None, tree: str | None) -> Located:
    if name != STDIN:
        return locate(name, tree)
    if sys.stdin is None:
        raise UsageError("standard input is closed, so there is no card to read on it")
    return from_stdin(sys.stdin.buffer.read(_STDIN_BYTES), stdin_filename)


def outputs_of(asked: tuple[str, ...], formats: tuple[str, ...] = FORMATS) -> list[tuple[str, Path | None]]:
    """Formats with their files. Raises UsageError for an unknown format, or two on standard output."""
    outputs: list[tuple[str, Path | None]] = []
    for item in asked or ("text",):
        name, given, path = item.partition("=")
        if name not in formats:
            from cardlint.rule import did_you_mean

            raise UsageError(f'there is no output format "{name}"{did_you_mean(name, formats)} ({", ".join(formats)})')
        if given and not path:
            raise UsageError(f"--output-format {item} names no file; leave out the = for standard output")
        outputs.append((name, Path(path) if path not in ("", "-") else None))
    if sum(path is None for _, path in outputs) > 1:
        raise UsageError("two reports would share standard output; give all but one a file, as in json=report.json")
    files = [os.path.realpath(path) for _, path in outputs if path is not None]
    if shared := next((path for path in files if files.count(path) > 1), None):
        raise UsageError(f"two reports would share {shared}; give each a file of its own")
    return outputs


def _write(report: Report, name: str, path: Path | None, style: Style) -> None:
    if path is None:
        _print(_render(report, name, style), escape=name in _JSON)
        return
    try:
        path.write_text(_render(report, name, style), "utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error


def _print(rendered: str, *, escape: bool) -> None:
    """The report on standard output; of JSON what its encoding lacks is escaped as JSON does. A reader that left changes no exit code."""
    from cardlint.formats.safe import json_ascii

    try:
        rendered.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        rendered = json_ascii(rendered) if escape else rendered
    try:
        sys.stdout.write(rendered)
        sys.stdout.flush()
    except BrokenPipeError:
        from cardlint.cli import hang_up

        hang_up()


def _render(report: Report, name: str, style: Style) -> str:
    if name == "text":
        from cardlint.formats import text

        return text.render(report, style)
    return render(report, name)


def _style(given: dict[str, Any], program: str, path: Path | None) -> Style:
    """How text looks: on standard output as wide and colourful as that is, in a file neither."""
    from cardlint.formats.text import Style

    quiet, verbose = given["quiet"], given["verbose"]
    if path is not None:
        return Style(quiet=quiet, verbose=verbose)
    terminal = sys.stdout.isatty()
    colour = terminal and os.environ.get("TERM") != "dumb"
    if os.environ.get("NO_COLOR"):
        colour = False
    elif os.environ.get("FORCE_COLOR"):
        colour = os.environ["FORCE_COLOR"] != "0"
    return Style(_columns() if terminal or "COLUMNS" in os.environ else _WIDTH, colour, quiet, verbose, program)


def _columns() -> int:
    from shutil import get_terminal_size  # brings every way to pack a file

    return get_terminal_size((_WIDTH, 24)).columns
