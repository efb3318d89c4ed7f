"""The code of a card: whether there is any, whether it parses, and whether it loads this model."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from cardlint.checks.links import quoted, require_whole
from cardlint.errors import Unreadable
from cardlint.nodes import Scalar, listed, string, strings
from cardlint.problem import Problem
from cardlint.repoid import why_malformed
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.code.python import Broken, Load, Read
    from cardlint.markdown import Markdown, Snippet
    from cardlint.nodes import Mapping
    from cardlint.repository import Identity
    from cardlint.text import Span

_PYTHON = frozenset({"python", "py", "python3", "pycon", "ipython", "ipython3"})
_MOST_CODE = 500_000
_CODE = lazily(r"^[ \t]*+(?:>>> ?)?(?:import +\w|from +[\w.]++ +import\b|[\w.]++ *+= *+[\w.]++\()", re.MULTILINE)
_INSTALLER = lazily(r"\b(?:pip3?|conda|mamba|uv|poetry|brew|npm)\b")
_INSTALL = lazily(r"\b(?:install|add)\b")
_CALL = lazily(r"\b(?:from_pretrained|pipeline|load_model|hf_hub_download|snapshot_download)\(")
_RESULT = lazily(r"\s*(?:=+>|-+>|→|#?\s*(?:out(?:put)?|result)\b)", re.IGNORECASE)
_OPTION = lazily(r"\s*--?[a-zA-Z]")
_LEXICAL = "unterminated"
_STATEMENT = lazily(
    r"\s*(?:>>> ?)?(?:[\w.\[\]\"']+ *(?:=|\+=) *\S|[\w.]+\(.*|import\b|from\b|def\b|class\b|for\b|if\b|with\b|return\b|print\b|@|#)"
)


def _python(markdown: Markdown) -> Iterator[tuple[Snippet, Read]]:
    """The blocks labelled Python, as Python. Raises Unreadable where there is more than anybody would read."""
    from cardlint.code.python import read_python

    total = 0
    for snippet in markdown.snippets:
        if snippet.language in _PYTHON:
            total += len(snippet.code)
            if total > _MOST_CODE:
                raise Unreadable(f"the card holds more than {_MOST_CODE:,} characters of Python")
            yield snippet, read_python(snippet.code)
    require_whole(markdown)


def invalid(markdown: Markdown, *, shell: list[str]) -> Iterator[Problem]:
    """Blocks labelled Python that do not parse. `shell` are words that begin a command of a shell."""
    for snippet, read in _python(markdown):
        if read.broken is None:
            continue
        lines = snippet.code.split("\n")
        at = min(read.broken.line, len(lines) - 1, len(snippet.lines) - 1)
        span = _line(markdown, snippet, at)
        first = next((line for line in lines if line.strip()), "").split()
        if first and lines[at].split()[:1] == first[:1] and first[0] in shell:
            also = ', and end lines that go on with "\\"' if _goes_on(lines) else ""
            message = f"this block is labelled {snippet.language}, but {quoted(first[0])} is a command of the shell; label it bash{also}"
            yield Problem(message, span)
        elif _CODE.search(snippet.code):
            yield _broken(lines, read.broken, at, span)


def _goes_on(lines: list[str]) -> bool:
    """Whether the options of a command stand on lines of their own, and the shell is not told."""
    return any(line.strip() and not line.rstrip().endswith("\\") and _OPTION.match(after) for line, after in pairwise(lines))


def _line(markdown: Markdown, snippet: Snippet, at: int) -> Span:
    """A line of a block, without the blanks around it."""
    start = snippet.lines[at]
    text = snippet.code.split("\n")[at]
    indent = len(text) - len(text.lstrip())
    return markdown.text.span(start + indent, start + max(indent, len(text.rstrip())))


def _broken(lines: list[str], broken: Broken, at: int, span: Span) -> Problem:
    rest = [line for line in lines[at:] if line.strip()]
    if at and _LEXICAL not in broken.reason and (_RESULT.match(lines[at]) or (rest and not any(_STATEMENT.match(line) for line in rest))):
        message = f"{quoted(lines[at].strip())} is output among code, which fails where the block is pasted; put it into a comment"
        return Problem(message, span, at_most="note")
    return Problem(f"this line is no Python: {broken.reason}", span)


class _Names(NamedTuple):
    """What a repository may be called by in its own card: the id, or the last part of it."""

    own: str | None
    bases: frozenset[str]

    def is_own(self, other: str) -> bool:
        """Whether an id is the repository's; one of a single part is the old name of one that has a namespace now."""
        own, other = (self.own or "").lower(), other.lower()
        return own == other or ("/" not in other and own.rpartition("/")[2] == other)


def missing(  # noqa: PLR0913 - the facts of the rule, and its data
    metadata: Mapping,
    markdown: Markdown,
    repository: Identity,
    *,
    libraries: dict[str, list[str]],
    commands: list[str],
    notebooks: list[str],
) -> Iterator[Problem]:
    """A model of a library that has a way to load it, and no code in the card that does.

    `libraries` gives for each the words of code that show it, `commands` words of the shell that run a model of any
    library, `notebooks` what addresses of runnable code hold.
    """
    declared = _declared(metadata, libraries)
    if declared is None:
        return
    name, place = declared
    words = [*libraries[name], *commands, *([repository.id] if repository.id else [])]
    pattern = re.compile("|".join(rf"(?<![\w]){re.escape(word)}(?![\w])" for word in words))
    if not _is_shown(markdown, pattern, notebooks):
        require_whole(markdown)
        message = f"no code shows how to use this model with {name}; add a snippet that loads it"
        yield Problem(message, place.span, "how-to-use")


def _declared(metadata: Mapping, libraries: dict[str, list[str]]) -> tuple[str, Scalar] | None:
    """The library in `library_name`, else the first one among the tags, and where it is written."""
    library = metadata.get("library_name")
    for value in [library] if library else [value for _, value in listed(metadata.get("tags"))]:
        if isinstance(value, Scalar) and (name := string(value)) in libraries:
            assert name is not None
            return name, value
    return None


def _is_shown(markdown: Markdown, pattern: re.Pattern[str], notebooks: list[str]) -> bool:
    if any(part in link.target.lower() for link in markdown.links if not link.image for part in notebooks):
        return True
    return any(pattern.search(_without_installs(snippet.code)) for snippet in markdown.snippets) or bool(_CALL.search(_prose(markdown)))


def _without_installs(code: str) -> str:
    return "\n".join(line for line in code.split("\n") if not (_INSTALLER.search(line) and _INSTALL.search(line)))


def _prose(markdown: Markdown) -> str:
    """The body with its code in HTML and between single backticks."""
    starts = [span.start for span in markdown.paragraphs[:1]] + [section.span.start for section in markdown.sections[:1]]
    return markdown.text.content[min(starts, default=len(markdown.text.content)) :]


def other_model(  # noqa: PLR0913 - the facts of the rule, and its data
    metadata: Mapping,
    markdown: Markdown,
    repository: Identity,
    *,
    loaders: dict[str, dict[str, str | int]],
    beside: list[str],
    assembled: str,
    placeholders: str,
) -> Iterator[Problem]:
    """Code that loads a model of the same family, or a placeholder, where none loads this one.

    `loaders` as in `cardlint.code.python.loads`; `beside` are endings of names of classes that come from elsewhere by
    right (tokenizers, schedulers); `assembled` is the pattern of code that puts weights on top of a base, `placeholders`
    that of ids that stand for the reader's own.
    """
    names = _Names(repository.id, frozenset(base.lower() for base in strings(metadata.get("base_model"))))
    found = list(_model_loads(markdown, loaders, beside))
    stand_in = re.compile(placeholders, re.IGNORECASE)
    real = [item for item in found if not stand_in.fullmatch(item.load.id)]
    if _names_itself(markdown, names) or any(names.is_own(item.load.id) for item in real):
        return
    on_top = any(re.search(assembled, snippet.code) for snippet in markdown.snippets)
    for item in real:
        if names.own is not None and (kin := _kinship(item.load.id, names, on_top=on_top)) is not None:
            message = f"the code loads {quoted(item.load.id)}, {_KIN[kin]}, and nothing loads {names.own}"
            yield Problem(message, item.span, item.load.id)
            return
    if found and not real:
        write = names.own or "the id of this repository"
        yield Problem(f"{quoted(found[0].load.id)} is a placeholder; write {write}", found[0].span, found[0].load.id)


_Kin = Literal["base", "name", "namespace"]
_KIN: dict[_Kin, str] = {"base": "the model this one was made of", "name": "of another owner", "namespace": "of the same owner"}


class _Found(NamedTuple):
    load: Load
    span: Span


def _model_loads(markdown: Markdown, loaders: dict[str, dict[str, str | int]], beside: list[str]) -> Iterator[_Found]:
    """The loads of models in the card's Python: what is no id (a folder, say) is left out."""
    from cardlint.code.python import loads

    for snippet, read in _python(markdown):
        for load in loads(read.tree, loaders) if read.tree else ():
            owner = load.call.rpartition(".")[0]
            id_ = load.id.removeprefix("hf_hub:").removeprefix("hf-hub:")
            if owner.endswith(tuple(beside)) or (why_malformed(id_) is not None and not id_.startswith("path/to")):
                continue
            yield _Found(load._replace(id=id_), _place(markdown, snippet, load))


def _place(markdown: Markdown, snippet: Snippet, load: Load) -> Span:
    """Where the id stands in the file; the line, where it is not written as it is read."""
    line = snippet.code.split("\n")[load.line]
    at = line.find(load.id)
    if at < 0:
        return _line(markdown, snippet, load.line)
    start = snippet.lines[load.line] + at
    return markdown.text.span(start, start + len(load.id))


def _names_itself(markdown: Markdown, names: _Names) -> bool:
    """Whether any code block holds the repository's id."""
    own = names.own
    return own is not None and any(own.lower() in snippet.code.lower() for snippet in markdown.snippets)


def _kinship(other: str, names: _Names, *, on_top: bool) -> _Kin | None:
    """How another model is related to this one, where that makes a slip of copying likely."""
    own, other = (names.own or "").lower(), other.lower()
    if other in names.bases:
        return None if on_top else "base"
    space, _, name = own.rpartition("/")
    other_space, _, other_name = other.rpartition("/")
    if other_name == name:
        return "name"
    return "namespace" if space and other_space == space and _is_alike(name, other_name) else None


def _is_alike(first: str, second: str) -> bool:
    """Whether two names share most of their words."""
    words, others = (set(re.split(r"[-_.]+", name)) for name in (first, second))
    return 2 * len(words & others) >= min(len(words), len(others))
