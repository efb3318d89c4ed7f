"""Text from a repository, made harmless for a terminal, for the log of a CI job, and for JSON that is shown in one."""

from __future__ import annotations

import re

from cardlint.weights.patterns import lazily

# C0 and C1 controls with DEL, line and paragraph separators, bidirectional controls, zero-width and other format
# characters, tags, noncharacters and lone surrogates: whatever moves the cursor, hides text, turns it round, or is no XML.
_UNSAFE = lazily(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_NOT_ASCII = lazily("[^\x00-\x7f]")
# What CI runners take for a command wherever it stands in a line of the log: `##[add-mask]` (GitHub), `##vso[` (Azure).
# Source: TryParse in src/Runner.Common/ActionCommand.cs of actions/runner.
_COMMAND = lazily(r"#(?=#(?:\[|vso\[))", re.IGNORECASE)
# Joiners belong to emoji and to several scripts; between visible characters they hide nothing.
_JOINERS = "\u200c\u200d"


def visible(text: str) -> str:
    r"""The text with every character that could act on a terminal, or begin a command to a CI runner, as an escape (`\x1b`, `\x23#[`)."""
    return _COMMAND.sub(r"\\x23", _UNSAFE.sub(lambda match: match[0] if match[0] in _JOINERS else _escape(match[0]), text))


def visible_line(text: str) -> str:
    """The same of a whole line."""
    return no_command(visible(text))


def no_command(line: str) -> str:
    """A line that GitHub does not take for a command, which it does where one begins with `::`, behind blanks too."""
    return line.replace(":", "\\x3a", 1) if line.lstrip().startswith("::") else line


def is_unicode(text: str) -> bool:
    """Whether a text can be written as UTF-8; what a file name that is none was read as cannot."""
    return not any("\ud800" <= char <= "\udfff" for char in text)


def _escape(char: str) -> str:
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    code = ord(char)
    return named.get(char) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}")  # noqa: PLR2004


def json_safe(document: str) -> str:
    """A JSON document with the same characters as JSON escapes; newlines between its tokens stay."""
    escaped = _UNSAFE.sub(lambda match: match[0] if match[0] == "\n" else _json_escape(match[0]), document)
    return _COMMAND.sub(r"\\u0023", escaped)  # outside of its strings JSON has no number sign


def json_ascii(document: str) -> str:
    """A JSON document in ASCII alone, for an output that takes nothing else."""
    return _NOT_ASCII.sub(lambda match: _json_escape(match[0]), document)


def _json_escape(char: str) -> str:
    code = ord(char)
    if code < 0x10000:  # noqa: PLR2004
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"
