"""The steps of the action: `prepare` reads the inputs and installs, `check` runs cardlint and reports; it never fails.

Python and not bash, because every value here is a stranger's: lists of arguments need no quoting, and the same code runs on
Linux, macOS and Windows. The standard library alone, because it runs before anything is installed. Always started with -I:
the working folder is the repository under test, and nothing in it may pass for a module.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(ROOT)]

from checkout import is_left_by_lfs  # noqa: E402 - -I leaves out the folder of the script
from inputs import Inputs, WrongInputError, read  # noqa: E402

from cardlint.formats import FORMATS  # noqa: E402 - the checkout's own; needs the standard library alone

OUTCOMES = {0: "clean", 1: "findings", 2: "usage", 3: "failure", 4: "incomplete"}
USAGE, FAILURE = 2, 3
_WHY_NO_REPORT = {2: "cardlint cannot do what was asked", 3: "cardlint failed", 4: "cardlint could not examine what it had to"}
SUMMARY_BYTES = 1024 * 1024  # GitHub refuses a summary of more than 1 MiB per step
TAIL_BYTES = 4000
_INSTALL_SECONDS = 900
_OF_DISK = frozenset({"--staged", "--fix", "--unsafe-fixes"})
_ANNOTATIONS = ("::error ", "::warning ", "::notice ")
_FLAGS = ("-I", "-X", "utf8")


class InstallError(Exception):
    """What could not be installed."""


class Ended(NamedTuple):
    """How cardlint ended: its exit code and the last it said."""

    code: int
    said: str = ""


def main() -> int:
    """Run the step that is named; the exit code of the step."""
    if sys.argv[1:] == ["prepare"]:
        return _prepare()
    return _check()


def _prepare() -> int:
    try:
        _inputs()
        python = _installed(_temp())
    except WrongInputError as error:
        return _give_up(USAGE, f"cardlint: input {error.name}", str(error))
    except (InstallError, OSError) as error:
        return _give_up(FAILURE, "cardlint could not be installed", str(error))
    _set_outputs({"python": str(python)})
    return 0


def _check() -> int:
    """Whatever happens, the outputs say so and the step succeeds: what comes after it has to be reached."""
    try:
        inputs = _inputs()
        folder = Path(tempfile.mkdtemp(prefix="cardlint-report-", dir=_temp()))
        _report(inputs, folder, _run(_command(inputs, folder)))
    except WrongInputError as error:
        _give_up(USAGE, f"cardlint: input {error.name}", str(error))
    except Exception as error:  # noqa: BLE001 - a defect of ours is an outcome like the others
        _give_up(FAILURE, "cardlint: the action failed", f"{type(error).__name__}: {error}")
    return 0


def _inputs() -> Inputs:
    return read(os.environ.get("CARDLINT_INPUTS", ""), FORMATS, [Path(os.environ["GITHUB_WORKSPACE"]), _temp()])


def _temp() -> Path:
    return Path(os.environ["RUNNER_TEMP"])


# --- installing ---


def _installed(temp: Path) -> Path:
    """The interpreter of an environment with this checkout in it, made once per job. Raises InstallError."""
    name = hashlib.sha256(f"{ROOT}\0{sys.executable}".encode("utf-8", "surrogateescape")).hexdigest()[:16]
    home = temp / f"cardlint-{name}"
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    ready = home / "ready"
    if not ready.is_file():
        requirements = ["--require-hashes", "--only-binary", ":all:", "-r", str(HERE / "requirements.txt")]
        pip = [str(python), "-I", "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input", "install"]
        with _quiet():
            _must([sys.executable, "-I", "-m", "venv", "--clear", str(home)], "a virtual environment")
            _must([*pip, *requirements], "what cardlint depends on")
            _must([*pip, "--no-deps", "--no-build-isolation", "--no-index", str(ROOT)], "cardlint")
        ready.touch()
    return python


def _must(command: Sequence[str], what: str) -> None:
    try:
        done = subprocess.run(  # noqa: S603
            command, cwd=_temp(), stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, check=False, timeout=_INSTALL_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InstallError(f"{what}: {error}") from error
    if done.returncode:
        raise InstallError(f"{what}: exit code {done.returncode}; the log above says why")


# --- checking ---


def _command(inputs: Inputs, folder: Path) -> list[str]:
    """The command line. Values stand behind a `=` or the `--`, so that none can pass for an option."""
    outputs = [("json", folder / "report.json"), *inputs.reports]
    outputs += [("github", folder / "annotations.txt")] if inputs.annotations else []
    outputs += [("markdown", folder / "summary.md")] if inputs.summary else []
    outputs += [("sarif", _sarif(inputs, folder))] if inputs.sarif else []
    for _, path in outputs:
        path.parent.mkdir(parents=True, exist_ok=True)
    options = {"--policy": inputs.policy, "--revision": _revision(inputs), "--baseline": inputs.baseline}
    return [
        sys.executable, *_FLAGS, "-m", "cardlint", "check", f"--fail-on={inputs.fail_on}",
        *(f"{option}={value}" for option, value in options.items() if value),
        "--output-format=text", *(f"--output-format={name}={path}" for name, path in outputs),
        *inputs.args, "--", *inputs.targets,
    ]  # fmt: skip


def _sarif(inputs: Inputs, folder: Path) -> Path:
    return inputs.sarif_file or folder / "cardlint.sarif"


def _revision(inputs: Inputs) -> str:
    """What to pass on as revision; empty for the files on disk."""
    if inputs.revision == "files":
        return ""
    if inputs.revision != "auto":
        return inputs.revision
    if _OF_DISK & set(inputs.args) or not all(is_left_by_lfs(target, _temp()) for target in inputs.targets):
        return ""
    print("The checkout has Git LFS pointers for files: checking the commit instead (revision: files checks the files).", flush=True)
    return "HEAD"


def _run(command: Sequence[str]) -> Ended:
    """Run cardlint, its output passed through where no line of it can act on the runner."""
    tail = b""
    # One stream: GitHub reads two independently, so that a line of the other could come after the end of the quiet.
    with (
        _quiet(),
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process,  # noqa: S603
    ):
        for line in process.stdout or ():
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
            tail = (tail + line)[-TAIL_BYTES:]
    lines = [line for line in tail.decode("utf-8", "replace").split("\n") if line.strip()]
    return Ended(process.returncode, lines[-1].strip() if lines else "")


def _report(inputs: Inputs, folder: Path, ended: Ended) -> None:
    """Annotations, summary and outputs. An exit code without the report that belongs to it is a failure, never clean."""
    counts = _counts(folder / "report.json")
    code = ended.code if ended.code in (OUTCOMES if counts else _WHY_NO_REPORT) else FAILURE
    if not counts:
        _give_up(code, _WHY_NO_REPORT[code], f"{ended.said or 'it said nothing'} (exit code {ended.code})")
        return
    if inputs.annotations:
        _annotate((folder / "annotations.txt").read_text("utf-8"))
    if inputs.summary:
        _summarise((folder / "summary.md").read_text("utf-8"))
    _set_outputs({
        "exit-code": str(code), "outcome": OUTCOMES[code], **counts, "json-file": str(folder / "report.json"),
        "sarif-file": str(_sarif(inputs, folder)) if inputs.sarif else "",
    })  # fmt: skip


def _counts(report: Path) -> dict[str, str]:
    """What counts, by severity; nothing where there is no report."""
    if not report.is_file():
        return {}
    summary = json.loads(report.read_text("utf-8"))["summary"]
    return {name: str(int(summary[key])) for name, key in (("errors", "error"), ("warnings", "warning"), ("notes", "note"))}


# --- talking to the runner ---


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """While it lasts, the runner takes no line for a command. Nobody can guess the word that ends it."""
    word = secrets.token_hex(16)
    print(f"::stop-commands::{word}", flush=True)
    try:
        yield
    finally:
        print(f"\n::{word}::", flush=True)


def _annotate(rendered: str) -> None:
    """Pass on what is an annotation; anything else is only shown. A carriage return ended a line when the file was read."""
    lines = rendered.split("\n")
    for line in lines:
        if line.startswith(_ANNOTATIONS):
            print(line)
    others = [line for line in lines if line and not line.startswith(_ANNOTATIONS)]
    if others:
        with _quiet():
            print("\n".join(others))


def _summarise(text: str) -> None:
    content = text.encode("utf-8", "replace")
    if len(content) > SUMMARY_BYTES:
        content = b"cardlint: the summary is larger than GitHub takes; the log has the whole report.\n"
    with Path(os.environ["GITHUB_STEP_SUMMARY"]).open("ab") as file:
        file.write(content)


def _give_up(code: int, title: str, message: str) -> int:
    """Say in an annotation, in the summary and in the outputs why there is no report."""
    print(f"::error title={_escaped(title, ':,')}::{_escaped(message)}", flush=True)
    _summarise(f"**cardlint: {OUTCOMES[code]}**. Nothing was examined; the log says why.\n")
    _set_outputs({"exit-code": str(code), "outcome": OUTCOMES[code]})
    return code


def _escaped(text: str, more: str = "") -> str:
    """Text as a workflow command takes it (actions/toolkit, packages/core/src/command.ts), without control characters."""
    kept = "".join(char if char.isprintable() else " " for char in text)
    for char in f"%{more}":
        kept = kept.replace(char, f"%{ord(char):02X}")
    return kept


def _set_outputs(values: dict[str, str]) -> None:
    """Outputs by a word that no value can hold, so that a value with line ends sets no other."""
    word = secrets.token_hex(16)
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{name}<<{word}\n{value}\n{word}\n" for name, value in values.items())


if __name__ == "__main__":
    # What cannot be encoded is escaped rather than fatal: file names need not be UTF-8.
    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(main())
