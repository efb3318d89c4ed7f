"""Where code says that code of a repository may run: `trust_remote_code=True`, in calls, dictionaries, commands and configurations."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

from cardlint.code.pins import pin
from cardlint.code.shell import option

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cardlint.code.call import Call
    from cardlint.code.calls import Module
    from cardlint.code.shell import Command, Word

NAME = "trust_remote_code"
_SOURCES = ("model", "model_id", "repo_id", "pretrained_model_name_or_path", "model_name_or_path", "path", "model_name")
_ON = frozenset({"", "true", "1", "yes", "on"})
_OPTION = re.compile(r"--trust[-_]remote[-_]code(?:=(.*))?", re.IGNORECASE)
_WITHIN = re.compile(r"(?:^|[,\s])trust_remote_code=true(?:$|[,\s])", re.IGNORECASE)
_GIVEN = frozenset({"path", "model_dir"})
_PLACE = ("./", "../", "/", "~", ".\\", "..\\")
_DRIVE = re.compile(r"[A-Za-z]:[\\/]")
_CONFIGURED = re.compile(
    r"""^(?P<before>[^\n]*?)(?P<option>(?<![\w-])["']?(?:(?:\w+[.])*trust_remote_code)["']?
     [ \t]*[:=][ \t]*["']?(?:true|yes|on)["']?(?![\w-])
    |(?<![\w-])--trust[-_]remote[-_]code(?![\w-])
     (?![ \t=]*["']?(?:false|0)))""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
_PINNED = re.compile(r"(?<![\w-])[\"']?(?:--)?(?:\w+[-_])?revision(?:_of_model)?[\"']?[ \t]*[:= ][ \t]*[\"']?[0-9a-fA-F]{40}(?![\w])")


class Trust(NamedTuple):
    """A place that says so. `node` is the keyword, or the call a dictionary goes into; `pinned` says that the code is settled by commits.

    `source` is the repository where that is known, `local` whether it is a folder, `from_` the entry of the dictionary.
    """

    node: ast.expr | ast.keyword
    tree: int
    source: str
    pinned: bool
    local: bool = False
    from_: tuple[ast.expr, int] | None = None


class Told(NamedTuple):
    """The same in text that is no Python, with offsets."""

    start: int
    end: int
    pinned: bool


def trusts(module: Module) -> Iterator[Trust]:
    """The calls of a module that are told to trust, then the dictionaries that go into none that is seen."""
    seen: set[int] = set()
    makers: list[Call] = []
    for call in module.every:
        if call.name == "dict":
            makers.append(call)
        elif (given := call.entry(NAME)) and (known := call.value_of(*given)) is not None and known.value is True:
            seen.add(id(given[0]))
            yield _trust(call, given[0], known.tree)
    for call in makers:
        yield from (_bare(word, call) for word in call.node.keywords if word.arg == NAME and _is_on(word.value, seen))
    for call in module.every:
        for argument in (*call.node.args, *(keyword.value for keyword in call.node.keywords)):
            yield from _entries(call, argument, seen)


def _is_on(node: ast.expr, seen: set[int]) -> bool:
    return id(node) not in seen and isinstance(node, ast.Constant) and node.value is True


def _bare(word: ast.keyword, call: Call) -> Trust:
    return Trust(word, call.site.tree, "", pinned=False)


def _entries(call: Call, node: ast.expr, seen: set[int]) -> Iterator[Trust]:
    """The entries of a dictionary that is an argument, `model_kwargs={"trust_remote_code": True}`, or bound to one's name."""
    found = call.literal(node)
    if found is None:
        return
    dictionary, tree = found
    for key, value in zip(dictionary.keys, dictionary.values, strict=True):
        if key is not None and isinstance(key, ast.Constant) and key.value == NAME and _is_on(value, seen):
            seen.add(id(value))
            yield Trust(key, tree, _source(call), pinned=_is_pinned(call), local=_is_local(_source(call)))


def _trust(call: Call, value: ast.expr, tree: int) -> Trust:
    source = _source(call)
    direct = next((keyword for keyword in call.node.keywords if keyword.arg == NAME), None)
    from_ = None if direct is not None else (value, tree)
    return Trust(direct or call.node, call.site.tree, source, _is_pinned(call), _is_local(source) or _is_handled(call), from_)


def _is_handled(call: Call) -> bool:
    """Whether the folder is loaded that Inference Endpoints give to `EndpointHandler(path)`: this repository, as it was deployed."""
    first = next(call.positional, None)
    return call.site.scope.function == "EndpointHandler.__init__" and isinstance(first, ast.Name) and first.id in _GIVEN


def _source(call: Call) -> str:
    """The repository or folder among the arguments; empty where none is certain to be one."""
    given = [call.known(name) for name in _SOURCES] + [call.value_of(argument) for argument in call.node.args[:2]]
    texts = [known.value for known in given if known is not None and isinstance(known.value, str)]
    return next((text for text in texts if "/" in text or "\\" in text), "")


def _is_pinned(call: Call) -> bool:
    """Whether the revision is a commit, and that of the code too where it is given."""
    return _is_commit(call, "revision") and (call.lacks("code_revision") or _is_commit(call, "code_revision"))


def _is_commit(call: Call, name: str) -> bool:
    known = call.known(name)
    return known is not None and isinstance(known.value, str) and pin(known.value) == "commit"


def _is_local(source: str) -> bool:
    return source.startswith(_PLACE) or _DRIVE.match(source) is not None


def command_trusts(commands: Sequence[Command]) -> Iterator[Told]:
    """The commands that are told to trust."""
    for command in commands:
        for index, word in enumerate(command.words):
            if _tells(word, command.words[index + 1 : index + 2]):
                revision, code = option(command, "--revision"), option(command, "--code-revision")
                pinned = revision is not None and pin(revision.text) == "commit" and (code is None or pin(code.text) == "commit")
                yield Told(word.start, word.end, pinned)


def _tells(word: Word, following: Sequence[Word]) -> bool:
    text = word.text or ""
    match = _OPTION.fullmatch(text)
    if match is None:
        return _WITHIN.search(text) is not None
    value = match[1]
    if value is None:
        value = (following[0].text or "") if following and not (following[0].text or "-").startswith("-") else ""
        return value.lower() not in {"false", "0", "no", "off"}
    return value.lower() in _ON


def configured(text: str) -> Iterator[Told]:
    """The settings of YAML, JSON or TOML that trust."""
    if "trust" not in text:
        return
    pinned = _PINNED.search(text) is not None
    for match in _CONFIGURED.finditer(text):
        if "#" not in match["before"]:
            yield Told(match.start("option"), match.end("option"), pinned)
