"""The code of a repository, in whatever carries it: the fact behind the rules of `rules/code`.

Files of Python and of the shell, Dockerfiles, the code cells of notebooks, the code blocks of the card. Nothing is run.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from cardlint.errors import Blocked, Obstacle, Unreadable
from cardlint.text import LINE_END, Span
from cardlint.weights.cached import cached_property

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from cardlint.code.calls import Module
    from cardlint.code.python import Broken, Read
    from cardlint.markdown import Markdown, Snippet
    from cardlint.repository import Repository
    from cardlint.text import Text

# The longest module of transformers 5 has half a million characters; a notebook carries its pictures with it.
SOURCE_BYTES = 2_000_000
NOTEBOOK_BYTES = 50_000_000
# Of all files of code together: transformers 5 with its tests has some 60 million.
MOST_BYTES = 200_000_000
INVALID = "code-invalid"
SNIPPET = "snippet"

_PYTHON = frozenset({"python", "py", "python3", "pycon", "ipython", "ipython3", "jupyter", "notebook", "ipynb", "colab"})
_SHELL = frozenset(
    {"bash", "sh", "shell", "console", "zsh", "shell-session", "shellsession", "sh-session", "terminal", "cmd", "powershell", "ps1", "bat"}
)
_SUFFIXES = {
    ".py": "python", ".pyw": "python", ".ipynb": "notebook", ".sh": "shell", ".bash": "shell", ".zsh": "shell",
    ".bat": "shell", ".cmd": "shell", ".ps1": "shell", ".dockerfile": "dockerfile",
}  # fmt: skip
_DOCKERFILE = re.compile(r"(?:.*[.-])?(?:dockerfile|containerfile)(?:[.-].*)?", re.IGNORECASE)
_IMPORT = re.compile(r"^[ \t]*(?:>>> ?)?(?:import +\w|from +[\w.]+ +import\b)|\.from_pretrained\(", re.MULTILINE)
_COMMAND = re.compile(
    r"^[ \t]*(?:[$>] +)?(?:pip3?|python3?|hf|huggingface-cli|git|docker|vllm|wget|curl|conda|uv|export|cd) +\S", re.MULTILINE
)
_MAGIC = re.compile(r"^([ \t]*(?:[\w, ]+=[ \t]*)?(?:!|%(?=(?:pip|conda|uv|sx|system)\b)))(.*)$", re.MULTILINE)


class Piece(NamedTuple):
    r"""A stretch of code in a file.

    `code` has its lines ended by `\n`; `starts` holds the offset in the file at which each of them begins. `where` says
    what of the file it is (`cell 3`), and nothing where it is all of it. In a notebook characters are `escaped`.
    """

    text: Text
    language: str
    code: str
    starts: tuple[int, ...]
    where: str = ""
    escaped: bool = False

    @property
    def path(self) -> str:
        """The file."""
        return self.text.path

    def offset(self, line: int, column: int) -> int:
        """The offset in the file of a line and column of the code, both from 0."""
        line = min(line, len(self.starts) - 1)
        if not self.escaped:
            return min(self.starts[line] + column, len(self.text.content))
        from cardlint.code.notebook import advance

        return advance(self.text.content, self.starts[line], column)

    def span(self, start: tuple[int, int], end: tuple[int, int]) -> Span:
        """The span from one line and column of the code to another one."""
        first = self.offset(*start)
        return self.text.span(first, max(first, self.offset(*end)))

    def within(self, start: int, end: int) -> Span:
        """The span of two offsets in the code."""
        return self.span(self._at(start), self._at(end))

    def _at(self, offset: int) -> tuple[int, int]:
        before = self.code[:offset]
        return before.count("\n"), offset - (before.rfind("\n") + 1)


class Program(NamedTuple):
    """Python that runs in one module: the file, or the cells or snippets one after the other. `reads` belong to `pieces`."""

    pieces: tuple[Piece, ...]
    reads: tuple[Read, ...]
    module: Module

    @property
    def path(self) -> str:
        """The file."""
        return self.pieces[0].path

    def span(self, node: ast.expr | ast.stmt | ast.keyword, tree: int) -> Span:
        """Where a node of one of the trees stands."""
        piece, lines = self.pieces[tree], self.reads[tree].lines
        start = _position(piece, lines, node.lineno, node.col_offset)
        return piece.span(start, _position(piece, lines, node.end_lineno or node.lineno, node.end_col_offset or 0))


class Invalid(NamedTuple):
    """A piece that is no Python, and why."""

    piece: Piece
    broken: Broken


class Code:
    """All code of a repository. It is read when it is asked for; the trees are not kept."""

    def __init__(self, repository: Repository) -> None:
        """Nothing is read yet."""
        self._repository = repository
        self._obstacles: dict[str, Obstacle] = {}
        self._size = 0

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """Everything that is code, the card first, then files in the order of their paths."""
        return (*self._magics(self._snippets()), *self._magics(self._files()))

    def of(self, *languages: str) -> list[Piece]:
        """The pieces in one of the languages: python, shell, dockerfile, yaml, toml, and what else people write on their fences."""
        return [piece for piece in self.pieces if piece.language in languages]

    def programs(self) -> Iterator[Program]:
        """All Python, module by module; what is none is left out and found in `invalid`."""
        from cardlint.code.calls import Module

        for pieces in self._grouped():
            reads = [self._read(piece) for piece in pieces]
            whole = [(piece, read) for piece, read in zip(pieces, reads, strict=True) if read.tree is not None]
            if whole:
                module = Module([read.tree for _, read in whole if read.tree is not None])
                yield Program(tuple(piece for piece, _ in whole), tuple(read for _, read in whole), module)

    def _grouped(self) -> Iterator[list[Piece]]:
        """The Python of each file."""
        pieces: dict[str, list[Piece]] = {}
        for piece in self.of("python"):
            pieces.setdefault(piece.path, []).append(piece)
        yield from pieces.values()

    @cached_property
    def invalid(self) -> tuple[Invalid, ...]:
        """The files and cells that are no Python. The card has a rule of its own for its snippets."""
        pieces = [piece for piece in self.of("python") if piece.where != SNIPPET]
        found = ((piece, self._read(piece).broken) for piece in pieces)
        return tuple(Invalid(piece, broken) for piece, broken in found if broken is not None)

    def require_whole(self, reporting: str = "") -> None:
        """Called when everything that was read has been judged. Raises Obstacle where something was not.

        What the rule `reporting` itself reports is no obstacle to it; what nobody reports goes before what a rule does.
        """
        obstacles = [item for item in self._obstacles.values() if not (isinstance(item, Blocked) and item.because == reporting)]
        for obstacle in sorted(obstacles, key=lambda item: isinstance(item, Blocked)):
            raise obstacle

    def _read(self, piece: Piece) -> Read:
        from cardlint.code.python import read_module, read_python, salvaged, why_unread

        read = read_python(piece.code) if piece.where else read_module(piece.code)
        if read.tree is None and piece.where == SNIPPET:
            return salvaged(piece.code)._replace(broken=read.broken)
        if read.broken is not None:
            self._obstacle(piece.path, Blocked(INVALID, f"{piece.path} holds Python that does not parse"))
        elif read.tree is None:
            self._obstacle(piece.path, Unreadable(f"{piece.path} {why_unread(piece.code, block=bool(piece.where))}"))
        return read

    def _obstacle(self, path: str, obstacle: Obstacle) -> None:
        self._obstacles.setdefault(path, obstacle)

    def _snippets(self) -> Iterator[Piece]:
        try:
            markdown: Markdown = self._repository.fact("markdown")
        except Blocked as obstacle:
            if obstacle.because != "card-missing":  # where there is no card there is no code in it
                self._obstacle(self._repository.card_path, obstacle)
            return
        for snippet in markdown.snippets:
            yield Piece(markdown.text, _language(snippet), snippet.code, snippet.lines, SNIPPET)
        if any(markdown.text.cut(span).strip() for span in markdown.incomplete):
            self._obstacle(markdown.text.path, Unreadable(f"{markdown.text.path} is too long or too dense to be read to its end"))

    def _files(self) -> Iterator[Piece]:
        if not self._repository.source.listed:
            return
        for entry in self._repository.fact("files"):
            language = carried(entry.path)
            if language is None or entry.outside:
                continue
            try:
                text = self._text(entry.path, NOTEBOOK_BYTES if language == "notebook" else SOURCE_BYTES)
            except Obstacle as obstacle:
                self._obstacle(entry.path, obstacle)
                continue
            yield from self._notebook(text) if language == "notebook" else [whole(text, language)]

    def _text(self, path: str, limit: int) -> Text:
        if self._size > MOST_BYTES:
            raise Unreadable(f"the repository holds more than {MOST_BYTES:,} characters of code")
        text = self._repository.fact("contents").text(path, limit)
        self._size += len(text.content)
        return text  # type: ignore[no-any-return]

    def _notebook(self, text: Text) -> Iterator[Piece]:
        from cardlint.code.notebook import NotebookError, cells

        try:
            for cell in cells(text.content):
                yield Piece(text, cell.language, cell.code.replace("\r", " "), cell.starts, f"cell {cell.number}", escaped=True)
        except NotebookError as error:
            self._obstacle(text.path, Unreadable(f"{text.path} {error}"))

    def _magics(self, pieces: Iterator[Piece]) -> Iterator[Piece]:
        """The pieces, and after each the commands of the shell that a notebook runs."""
        for piece in pieces:
            yield piece
            if piece.language == "python" and piece.where:
                yield from commands_within(piece)


def carried(path: str) -> str | None:
    """The language of the code in a file, by its name; None where it carries none."""
    name = path.rpartition("/")[2].lower()
    suffix = name[name.rfind(".") :] if "." in name else ""
    return _SUFFIXES.get(suffix) or ("dockerfile" if _DOCKERFILE.fullmatch(name) and suffix not in {".md", ".txt"} else None)


def commands_within(piece: Piece) -> Iterator[Piece]:
    """The lines of Python in a notebook that are commands of the shell: `!pip install x`."""
    for match in _MAGIC.finditer(piece.code) if "!" in piece.code or "%" in piece.code else ():
        line = piece.code.count("\n", 0, match.start(2))
        start = piece.offset(line, match.start(2) - (piece.code.rfind("\n", 0, match.start(2)) + 1))
        yield Piece(piece.text, "shell", match[2], (start,), piece.where, piece.escaped)


def whole(text: Text, language: str) -> Piece:
    """All of a file. A byte order mark is no part of the code."""
    lines = LINE_END.split(text.content)
    lines[0] = lines[0].removeprefix("\ufeff")
    return Piece(text, language, "\n".join(lines), (text.line_starts[0] + text.bom, *text.line_starts[1:]))


def _language(snippet: Snippet) -> str:
    """The language of a block; where it does not say, what it looks like."""
    language = snippet.language
    if language in _PYTHON or (not language and _IMPORT.search(snippet.code)):
        return "python"
    if language in _SHELL or (not language and _COMMAND.search(snippet.code)):
        return "shell"
    return {"docker": "dockerfile", "containerfile": "dockerfile", "yml": "yaml"}.get(language, language)


def _position(piece: Piece, lines: tuple[str, ...], line: int, column: int) -> tuple[int, int]:
    """The line and column from 0, in characters of the code; the parser counts bytes of what it was given, without prompts."""
    at = line - 1
    given = lines[at] if at < len(lines) else ""
    own = piece.code.split("\n")[at] if piece.where and given else given
    before = len(own) - len(given) if own.endswith(given) else 0
    return at, before + len(given.encode("utf-8", "surrogatepass")[:column].decode("utf-8", "replace"))
