"""Completion in real shells on a real terminal: keys go in, Tab among them, and what the shell made of the line comes out."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path

import pytest
from components import program

SHELLS = {
    "bash": (["--norc", "--noprofile", "-i"], 'eval "$(cardlint completion bash)"'),
    "zsh": (["-f", "-i"], 'autoload -Uz compinit && compinit -u -D; eval "$(cardlint completion zsh)"'),
    "fish": (["--no-config", "--interactive"], "cardlint completion fish | source"),
}
START_OF_LINE = "\x01"
LONGEST = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with what targets and files may be called."""
    (tmp_path / "work" / "modelfolder").mkdir(parents=True)
    (tmp_path / "work" / "report-of-today.json").touch()
    (tmp_path / "work" / "evil-$(touch owned)").touch()
    return tmp_path / "work"


def seen(shell: str, folder: Path, line: str) -> str:
    """The words the shell has after these keys. The line is then made an argument list of printf, so the shell itself says."""
    options, setup = SHELLS[shell]
    executable = program(shell, f"apt-get install {shell}")
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {"PATH": path, "HOME": str(folder), "TERM": "xterm", "LC_ALL": "C.UTF-8", "INPUTRC": os.devnull, "PS1": "> "}
    child, terminal = pty.fork()  # a session of its own with the terminal in control, without which fish does not start
    if child == 0:
        os.chdir(folder)
        os.execve(executable, [shell, *options], environment)  # noqa: S606 - a shell is what is tested
    try:
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 200, 0, 0))
        said(terminal, f"{setup}; printf 'rea%s' dy\r", "ready")
        return said(terminal, f"{line}{START_OF_LINE}printf '<%s>' \r printf '<<%s' end\r", "<<end")
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(terminal)


def said(terminal: int, keys: str, end: str) -> str:
    """Type, and read until the shell has said `end`; what came before it."""
    os.write(terminal, keys.encode())
    text, deadline = "", time.monotonic() + LONGEST
    while end not in text:
        if not select.select([terminal], [], [], max(0, deadline - time.monotonic()))[0]:
            pytest.fail(f"the shell did not say {end!r} but {text!r}")
        text += os.read(terminal, 65536).decode("utf-8", "replace")
    return text


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("cardlint expl\t", ["explain"]),
        ("cardlint check --fail\tnote", ["check", "--fail-on", "note"]),
        ("cardlint check --fail-on wa\t", ["check", "--fail-on", "warning"]),
        ("cardlint check --fail-on=wa\t", ["check", "--fail-on=warning"]),
        ("cardlint explain license-unk\t", ["explain", "license-unknown"]),
        ("cardlint check --select license-unk\t", ["check", "--select", "license-unknown"]),
        ("cardlint check --ignore license-unknown,license-contr\t", ["check", "--ignore", "license-unknown,license-contradicted"]),
        ("cardlint check --ignore=license-unknown,license-contr\t", ["check", "--ignore=license-unknown,license-contradicted"]),
        ("cardlint check --select ethi\t", ["check", "--select", "ethics"]),
        ("cardlint check --policy air\t", ["check", "--policy", "air-gapped"]),
        ("cardlint check --policy=air\t", ["check", "--policy=air-gapped"]),
        ("cardlint check --policy report\t", ["check", "--policy", "report-of-today.json"]),
        ("cardlint check --baseline=report\t", ["check", "--baseline=report-of-today.json"]),
        ("cardlint check --output-format conc\t", ["check", "--output-format", "concise"]),
        ("cardlint check --output-format json=rep\t", ["check", "--output-format", "json=report-of-today.json"]),
        ("cardlint check modelf\t", ["check", "modelfolder"]),
        ("cardlint check --quiet modelf\t", ["check", "--quiet", "modelfolder"]),
        ("cardlint chek --qui\t", ["chek", "--qui"]),
        ("cardlint policy sh\t", ["policy", "show"]),
        ("cardlint completion fi\t", ["completion", "fish"]),
    ],
)
def test_tab_completes(shell: str, folder: Path, typed: str, words: list[str]) -> None:
    text = seen(shell, folder, typed)
    assert "".join(f"<{word}>" for word in ["cardlint", *words]) in text.replace("\r\n", "").replace("/>", ">"), text
    assert "error" not in text.lower()


@pytest.mark.parametrize("shell", SHELLS)
def test_file_names_are_completed_and_never_executed(shell: str, folder: Path) -> None:
    text = seen(shell, folder, "cardlint check --baseline=evi\t")
    assert "<--baseline=evil-$(touch owned)>" in text, text
    assert not (folder / "owned").exists()
