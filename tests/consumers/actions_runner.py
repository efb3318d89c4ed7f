"""Runs a composite action as GitHub's runner does: real bash, real files for outputs, expressions, conditions, log commands.

What a step of another action would do is not done but written down, with the inputs it got. Where the runner leaves something
open, such as whether standard error overtakes standard output, this one takes the worse case.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|(==|!=|&&|\|\||!|\(|\)|\.)|([A-Za-z_][\w-]*))")
_STATUS = re.compile(r"\b(?:always|success|failure|cancelled)\s*\(")
_COMMAND = re.compile(r"::([\w-]+)(?: (.*?))?::(.*)", re.DOTALL)
_OLD_COMMAND = re.compile(r"##\[([\w-]+)(?: ([^\]]*))?\](.*)", re.DOTALL)
_HEREDOC = re.compile(r"([^=<]+)<<(.+)")


@dataclass
class Step:
    """What became of a step; `inputs` of one that uses another action, `code` of one that ran."""

    outcome: str = "skipped"
    outputs: dict[str, str] = field(default_factory=dict)
    inputs: dict[str, str] | None = None
    code: int | None = None
    environment: str = ""


@dataclass
class Run:
    """What became of the action. `commands` are those the log gave to the runner, as (name, properties, data)."""

    steps: dict[str, Step] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    commands: list[tuple[str, str, str]] = field(default_factory=list)
    log: str = ""
    summary: str = ""
    cancelled: bool = False

    @property
    def failed(self) -> bool:
        return any(step.outcome == "failure" for step in self.steps.values())


class Expression:
    """GitHub's expressions, as far as conditions and values need them. Operators give the operand, as in JavaScript."""

    def __init__(self, text: str, contexts: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]) -> None:
        self.tokens = [match.group(1) or match.group(2) or match.group(3) for match in _TOKEN.finditer(text)]
        assert re.sub(r"\s", "", text) == re.sub(r"\s", "", "".join(self.tokens)), f"this runner cannot read {text!r}"
        self.contexts, self.functions = contexts, functions

    def value(self) -> Any:
        found = self._either()
        assert not self.tokens, f"this runner stopped at {self.tokens}"
        return found

    def _taken(self, *wanted: str) -> str | None:
        return self.tokens.pop(0) if self.tokens and self.tokens[0] in wanted else None

    def _either(self) -> Any:
        left = self._both()
        while self._taken("||"):
            right = self._both()
            left = left or right
        return left

    def _both(self) -> Any:
        left = self._equal()
        while self._taken("&&"):
            right = self._equal()
            left = left and right
        return left

    def _equal(self) -> Any:
        left = self._primary()
        if sign := self._taken("==", "!="):
            same = str(left or "").casefold() == str(self._primary() or "").casefold()
            return same == (sign == "==")
        return left

    def _primary(self) -> Any:
        if self._taken("!"):
            return not self._primary()
        if self._taken("("):
            found = self._either()
            assert self._taken(")")
            return found
        token = self.tokens.pop(0)
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if self._taken("("):
            arguments = [] if self.tokens[0] == ")" else [self._either()]
            assert self._taken(")")
            return self.functions[token](*arguments)
        found = self.contexts[token]
        while self._taken("."):
            found = (found or {}).get(self.tokens.pop(0))
        return found


class Runner:
    """A job with one action: its workspace, its temporary folder, and what the event says."""

    def __init__(self, action: Path, workspace: Path, temp: Path) -> None:
        self.action, self.workspace, self.temp = action, workspace, temp
        self.environment: dict[str, str] = {}
        self.failing: set[str] = set()

    def run(self, *, cancelled: bool = False, **given: str) -> Run:
        """Run the action with these inputs, `_` for `-` in their names; those in `failing` of the actions it uses fail."""
        description = yaml.safe_load((self.action / "action.yml").read_text("utf-8"))
        inputs = {name: spec.get("default", "") for name, spec in description["inputs"].items()}
        assert all(isinstance(value, str) for value in inputs.values())
        inputs |= {name.replace("_", "-"): value for name, value in given.items()}
        run = Run(cancelled=cancelled)
        for position, step in enumerate(description["runs"]["steps"]):
            name = step.get("id") or step["name"]
            run.steps[name] = made = Step()
            if self._wanted(step.get("if"), inputs, run):
                self._step(step, made, inputs, run, position)
        run.outputs = {name: self._text(spec["value"], inputs, run) for name, spec in description["outputs"].items()}
        return run

    def _wanted(self, condition: str | None, inputs: dict[str, str], run: Run) -> bool:
        text = (condition or "success()").strip().removeprefix("${{").removesuffix("}}")
        if not _STATUS.search(text):
            text = f"success() && ({text})"
        return bool(self._value(text, inputs, run))

    def _step(self, step: dict[str, Any], made: Step, inputs: dict[str, str], run: Run, position: int) -> None:
        if "uses" in step:
            made.inputs = {key: self._text(str(value), inputs, run) for key, value in step.get("with", {}).items()}
            made.outcome = "failure" if step["uses"].partition("@")[0] in self.failing else "success"
            return
        assert step["shell"] == "bash"
        environment = {key: self._text(str(value), inputs, run) for key, value in step.get("env", {}).items()}
        made.code = self._bash(self._text(step["run"], inputs, run), environment, made, run, position)
        made.outcome = "failure" if made.code else "success"

    def _bash(self, script: str, environment: dict[str, str], made: Step, run: Run, position: int) -> int:
        folder = self.temp / "_runner_file_commands"
        folder.mkdir(parents=True, exist_ok=True)
        files = {name: folder / f"{name}_{position}" for name in ("GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY")}
        for file in files.values():
            file.write_text("")
        path = self.temp / f"step_{position}.sh"
        path.write_text(script, "utf-8", newline="\n")
        known = {
            "GITHUB_ACTIONS": "true", "CI": "true", "RUNNER_OS": "Linux", "RUNNER_TEMP": str(self.temp),
            "GITHUB_WORKSPACE": str(self.workspace), "GITHUB_ACTION_PATH": str(self.action), **{name: str(file) for name, file in files.items()},
        }  # fmt: skip
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(path)]
        try:
            done = subprocess.run(
                command, cwd=self.workspace, env=self._outer() | known | environment, capture_output=True, check=False, timeout=900
            )
        except OSError as error:  # an argument list that is too long fails the step there as well
            run.log += f"{error}\n"
            return 1
        run.log += done.stdout.decode("utf-8", "replace") + done.stderr.decode("utf-8", "replace")
        run.commands += commands(done.stdout) + commands(done.stderr)
        made.outputs = outputs(files["GITHUB_OUTPUT"].read_text("utf-8"))
        made.environment = files["GITHUB_ENV"].read_text("utf-8") + files["GITHUB_PATH"].read_text("utf-8")
        run.summary += files["GITHUB_STEP_SUMMARY"].read_text("utf-8")
        return done.returncode

    def _outer(self) -> dict[str, str]:
        """The machine's own environment, without what belongs to the tests."""
        ours = ("PYTHON", "PYTEST", "COVERAGE", "VIRTUAL_ENV", "GIT_", "COLUMNS")
        return {name: value for name, value in os.environ.items() if not name.startswith(ours)} | self.environment

    def _text(self, text: str, inputs: dict[str, str], run: Run) -> str:
        return re.sub(r"\$\{\{(.*?)\}\}", lambda match: _string(self._value(match[1], inputs, run)), text)

    def _value(self, text: str, inputs: dict[str, str], run: Run) -> Any:
        steps = {name: {"outputs": step.outputs, "outcome": step.outcome} for name, step in run.steps.items()}
        functions = {
            "always": lambda: True, "cancelled": lambda: run.cancelled, "failure": lambda: run.failed,
            "success": lambda: not run.failed and not run.cancelled, "toJSON": lambda value: json.dumps(value, indent=2),
        }  # fmt: skip
        return Expression(text, {"inputs": inputs, "steps": steps}, functions).value()


def _string(value: Any) -> str:
    return {True: "true", False: "false", None: ""}.get(value, value) if not isinstance(value, str) else value


def outputs(text: str) -> dict[str, str]:
    """The names and values in a file of outputs."""
    found, lines = {}, iter(text.split("\n"))
    for line in lines:
        if match := _HEREDOC.fullmatch(line):
            value: list[str] = []
            for inner in lines:
                if inner == match[2]:
                    break
                value.append(inner)
            else:
                raise AssertionError(f"{match[2]} never comes")
            found[match[1]] = "\n".join(value)
        elif line:
            name, sign, rest = line.partition("=")
            assert sign, f"not an output: {line}"
            found[name] = rest
    return found


def commands(stream: bytes) -> list[tuple[str, str, str]]:
    """The commands a log gives to the runner (actions/runner, src/Runner.Common/ActionCommand.cs), in the new form or the old."""
    found, until = [], None
    for line in re.split(r"\r\n|\r|\n", stream.decode("utf-8", "replace")):
        match = _COMMAND.match(line.strip()) or _OLD_COMMAND.search(line)
        if match is None:
            continue
        name, properties, data = match[1], match[2] or "", match[3]
        if until is not None:
            until = None if name == until else until
        elif name == "stop-commands":
            until = data
        else:
            found.append((name, properties, data))
    return found
