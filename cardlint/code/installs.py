"""What commands of the shell install: pip, uv and conda.

Sources: the command lines of pip, uv, conda and mamba as their own help states them.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from cardlint.code.asked import environment, indexes, need
from cardlint.code.needs import Index, Need, Needs, Reference
from cardlint.code.shell import commands, options

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cardlint.code.shell import Command, Word

_HINTS = ("pip", "conda", "mamba", "EXTRA_INDEX_URL", "UV_INDEX")
_PIP = re.compile(r"pip[\d.]*(?:\.exe)?")
_PYTHON = re.compile(r"py(?:thon[\d.]*)?(?:\.exe)?|\$\{?PYTHON\}?|pypy[\d.]*")
_CONDA = frozenset({"conda", "mamba", "micromamba"})
_SETTLING = frozenset({"sync", "compile"})  # of uv, which are given files
_FETCHING = frozenset({"install", "download", "wheel"})
# Options that take a value; of those of pip that of a requirement itself is in `_GIVEN`.
_VALUED = frozenset(
    {
        "--abi",
        "--build-constraint",
        "--cache-dir",
        "--cert",
        "--channel",
        "--client-cert",
        "--config-settings",
        "--default-index",
        "--dest",
        "--exclude-newer",
        "--exists-action",
        "--experimental",
        "--extra-index-url",
        "--file",
        "--find-links",
        "--global-option",
        "--implementation",
        "--index",
        "--index-strategy",
        "--index-url",
        "--keyring-provider",
        "--link-mode",
        "--log",
        "--name",
        "--no-binary",
        "--only-binary",
        "--override",
        "--overrides",
        "--platform",
        "--prefix",
        "--prerelease",
        "--progress-bar",
        "--proxy",
        "--python",
        "--python-version",
        "--reinstall-package",
        "--report",
        "--resolution",
        "--retries",
        "--root",
        "--root-user-action",
        "--solver",
        "--src",
        "--target",
        "--timeout",
        "--torch-backend",
        "--trusted-host",
        "--upgrade-package",
        "--upgrade-strategy",
        "--use-feature",
        "--wheel-dir",
        "-C",
        "-P",
        "-b",
        "-c",
        "-d",
        "-f",
        "-i",
        "-n",
        "-o",
        "-p",
        "-t",
        "-w",
    }
)
_GIVEN = {"-r": "file", "--requirement": "file", "-c": "constraint", "--constraint": "constraint", "-e": "need", "--editable": "need"}
_CONDA_SPEC = re.compile(r"(?:[\w./-]+::?)?([A-Za-z0-9_][\w.-]*)\s*(.*)", re.DOTALL)


def installs(code: str, variables: Mapping[str, str] | None = None) -> Needs:
    """What the commands of a shell text ask installers for; offsets are those of the text."""
    if not any(hint in code for hint in _HINTS):
        return Needs()
    needs: list[Need] = []
    extra: list[Index] = []
    references: list[Reference] = []
    for command in commands(code, variables):
        for item in _of(command, code):
            if isinstance(item, Need):
                needs.append(item)
            elif isinstance(item, Index):
                extra.append(item)
            else:
                references.append(item)
    return Needs(tuple(needs), tuple(extra), tuple(references))


def _of(command: Command, code: str) -> Iterator[Need | Index | Reference]:
    for word in (*command.assignments, *(command.words[1:] if command.words[0].text in {"export", "declare"} else ())):
        yield from _assigned(word)
    word = command.words[0]
    named = code[word.start : word.end].strip("\"'") if word.text is None else word.text  # "$VENV/bin/pip"
    first = named.replace("\\", "/").rpartition("/")[2]
    if first in _CONDA:
        yield from _conda(command)
        return
    at = _pip(command, first)
    if at is None:
        return
    verb = command.words[at].text if at < len(command.words) else None
    if verb in _FETCHING:
        yield from _fetched(command, at + 1, code)
        yield from _indexes(command, first=first == "uv")
    elif verb in _SETTLING:
        yield from _indexes(command, first=True)
    elif verb == "config":
        yield from _configured(command, at)


def _assigned(word: Word) -> Iterator[Index]:
    name, equals, value = (word.text or "").partition("=")
    if equals:
        yield from environment(name, value, min(word.start + len(name) + 1, word.end), word.end)


def _pip(command: Command, first: str) -> int | None:
    """Where the verb of pip stands; None where the command is another."""
    texts = [word.text for word in command.words]
    if _PIP.fullmatch(first):
        return 1
    if _PYTHON.fullmatch(first) and "-m" in texts[1:3]:
        at = texts.index("-m") + 1
        return at + 1 if texts[at : at + 1] == ["pip"] else None
    if first == "uv":
        at = texts.index("pip") if "pip" in texts[1:4] else 0
        return at + 1 if at else None
    return None


def _indexes(command: Command, *, first: bool) -> Iterator[Index]:
    """The extra indexes of a command; where hashes are asked for, another package of the same name is refused."""
    if any(word.text == "--require-hashes" for word in command.words):
        return
    unsafe = any((word.text or "").startswith("unsafe-") for word in options(command, "--index-strategy"))
    for word in options(command, "--extra-index-url", *(["--index"] if first else [])):
        if word.text is not None:
            yield from indexes(word.text, word.start, word.end, first=first and not unsafe)


def _configured(command: Command, at: int) -> Iterator[Index]:
    """`pip config set global.extra-index-url URL`."""
    words = command.words[at + 1 :]
    for name, value in pairwise(words):
        if (name.text or "").endswith(".extra-index-url") and value.text is not None:
            yield from indexes(value.text, value.start, value.end)


def _fetched(command: Command, at: int, code: str) -> Iterator[Need | Reference]:
    """What is asked for by name, and the files in which more is."""
    words = command.words
    while at < len(words):
        word = words[at]
        text = _said(word, code)
        name = text.partition("=")[0] if text.startswith("--") else text
        at += 1
        if name in _GIVEN:
            value = _value(text, word, words, at, code)
            at += "=" not in text
            yield from _given(_GIVEN[name], *value)
        elif text.startswith("-"):
            at += text in _VALUED
        elif text and (found := need(text, word.start, word.end)):
            yield found


def _said(word: Word, code: str) -> str:
    """What a word says; what only a pattern makes uncertain (`torch==2.*`) is taken as written."""
    if word.text is not None:
        return word.text
    written = code[word.start : word.end].strip("\"'")
    return "" if any(mark in written for mark in "$`<\\") else written


def _value(text: str, word: Word, words: tuple[Word, ...], at: int, code: str) -> tuple[str, int, int]:
    name, equals, value = text.partition("=")
    if equals and text.startswith("--"):
        return value, min(word.start + len(name) + 1, word.end), word.end
    following = words[at : at + 1]
    return (_said(following[0], code), following[0].start, following[0].end) if following else ("", word.end, word.end)


def _given(what: str, value: str, start: int, end: int) -> Iterator[Need | Reference]:
    if what != "need":
        if value:
            yield Reference(value, what == "constraint", start, end)
    elif value and (found := need(value, start, end)):
        yield found


def _conda(command: Command) -> Iterator[Need]:
    texts = [word.text for word in command.words]
    verb = next((index for index, text in enumerate(texts) if text in {"install", "create"}), None)
    if verb is None or "run" in texts[:verb]:
        return
    words = iter(command.words[verb + 1 :])
    for word in words:
        if word.text is None or word.text.startswith("-"):
            if word.text in _VALUED:
                next(words, None)
        elif found := conda_need(word.text, word.start, word.end):
            yield found


def conda_need(text: str, start: int, end: int) -> Need | None:
    """A package as conda takes it: `name`, `name=1.2` (any 1.2), `name==1.2`, `name=1.2.3=build`, `channel::name>=1`."""
    match = _CONDA_SPEC.fullmatch(text.strip())
    if match is None or "://" in text:
        return None
    name, version = match[1], match[2].strip()
    if not version:
        return Need("package", name, "none", start, end)
    fixed = re.fullmatch(r"==?\s*([\w.!+-]+)(?:[=\s]\s*([\w.*-]+))?", version)
    precise = fixed is not None and (version.startswith("==") or fixed[2] is not None or fixed[1].count(".") > 1)
    return Need("package", name, "exact" if precise else "range", start, end)
