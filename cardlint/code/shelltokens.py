"""What shell text is made of: the patterns of its tokens, and the words and commands that the lexer makes of them.

After the Shell Command Language of POSIX (IEEE Std 1003.1-2024, chapter 2) and what bash adds. No pattern reads a stretch of text
more often than the tokens that begin in it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_EXPANSION = r"""
  |(?P<arithmetic>\$\(\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)*+\)\))
  |(?P<substitution>\$\()
  |(?P<unknown>\$\{\{[^{}\n]*+\}\}|\$[?!@*\#$0-9-])
  |(?P<variable>\$(?:([A-Za-z_]\w*+)|\{([A-Za-z_]\w*+)\}))
  |(?P<parameter>\$\{[^{}\n]*+(?:\{[^{}\n]*+\}[^{}\n]*+)*+\})
"""
PLAIN = re.compile(
    r"""
   (?P<text>[^\s;&|<>()'"`$\\*?\#^]++)
  |(?P<blank>[ \t\r\f\v]++)
  |(?P<joined>(?:[\\`^]\n|\\\Z)++)
  |(?P<newline>\n)
  |(?P<comment>\#)
  |(?P<process>[<>]\()
  |(?P<heredoc><<(?!<)-?)
  |(?P<redirect><<<|<>|<&|>>|>&|>\||&>>?|<|>)
  |(?P<operator>[;&|]++)
  |(?P<function>\([ \t]*\))
  |(?P<opening>\()
  |(?P<closing>\))
  |(?P<single>'[^']*+')
  |(?P<ansi>\$'(?:[^'\\]|\\.)*+')
  |(?P<double>"[^"\\$`]*+")
  |(?P<quote>\$?")"""
    + _EXPANSION
    + r"""
  |(?P<backtick>`)
  |(?P<escape>(?:\\[^\n])++)
  |(?P<glob>[*?])
  |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)
QUOTED = re.compile(
    r"""
   (?P<text>[^"\\$`]++)
  |(?P<unquote>")
  |(?P<joined>(?:\\\n)++)
  |(?P<escape>(?:\\[$`"\\])++)"""
    + _EXPANSION
    + r"""
  |(?P<backtick>`)
  |(?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


class Part(NamedTuple):
    """A piece of a word.

    Of a `text` the characters stand at `at`, `at + stride`, …; of a `variable`, `text` is its name; of a `glob` the
    character; of `unknown` nothing is known. `quoted` is what protects from splitting into words.
    """

    kind: str
    text: str
    at: int
    stride: int = 1
    quoted: bool = False


class RawWord(NamedTuple):
    """A word as written: its parts, and where it stands."""

    parts: list[Part]
    start: int
    end: int


class RawCommand:
    """The words of a simple command and the bodies of its here-documents, as places in the text."""

    __slots__ = ("bodies", "words")

    def __init__(self) -> None:
        self.words: list[RawWord] = []
        self.bodies: list[tuple[int, int]] = []
