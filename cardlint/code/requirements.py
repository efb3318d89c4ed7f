"""Requirements files, and what pip reads from its configuration.

Source: pip documentation, "Requirements File Format" and "Configuration".
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING

from cardlint.code.asked import indexes, need
from cardlint.code.needs import Index, Need, Needs, Reference

if TYPE_CHECKING:
    from collections.abc import Iterator

_JOINED = re.compile(r"\\(?:\r\n|\n|\r)")
_LINE = re.compile(r"[^\r\n]+")
_COMMENT = re.compile(r"(?:^|[ \t])#")
_OPTION = re.compile(r"(?:^|[ \t])--?[A-Za-z]")
_TOKEN = re.compile(r"""(?:[^\s"']|"[^"]*+"|'[^']*+'|["'])++""")
_FILES = {"-r": False, "--requirement": False, "-c": True, "--constraint": True}
_SETTING = re.compile(r"^[ \t]*+extra-index-url[ \t]*+[=:][ \t]*+(.*(?:(?:\r\n|\n|\r)[ \t]++\S.*)*)", re.MULTILINE)


def requirements(text: str) -> Needs:
    """What a requirements file asks for."""
    needs: list[Need] = []
    extra: list[Index] = []
    references: list[Reference] = []
    joined = _JOINED.sub(lambda match: " " * len(match.group()), text)
    for line in _LINE.finditer(joined):
        for item in _line(line.group(), line.start()):
            if isinstance(item, Need):
                needs.append(item)
            elif isinstance(item, Index):
                extra.append(item)
            else:
                references.append(item)
    checked = any(item.pin == "hash" and item.sort == "package" for item in needs)  # then pip wants a hash of every one
    return Needs(tuple(needs), () if checked else tuple(extra), tuple(references))


def _line(line: str, at: int) -> Iterator[Need | Index | Reference]:
    """A logical line, which begins at an offset."""
    comment = _COMMENT.search(line)
    content = (line[: comment.start()] if comment else line).rstrip().replace("\ufeff", " ")
    start = len(content) - len(content.lstrip())
    if start == len(content):
        return
    option = _OPTION.search(content)
    if option is None or option.start() > start:
        end = len(content[: option.start()].rstrip()) if option else len(content)
        hashed = option is not None and "--hash" in content[end:]
        found = need(content[start:end], at + start, at + end, hashed=hashed)
        if found:
            yield found
    else:
        yield from _options(content, at)


def _options(content: str, at: int) -> Iterator[Need | Index | Reference]:
    tokens = deque((match.group(), at + match.start(), at + match.end()) for match in _TOKEN.finditer(content))
    while tokens:
        token, start, end = tokens.popleft()
        name, equals, value = token.partition("=")
        if equals:
            start = end - len(value)
        elif re.match(r"-[rce][^-\s]", token):
            name, value, start = token[:2], token[2:], start + 2
        elif tokens:
            value, start, end = tokens[0]
        yield from _option(name, value, start, end)


def _option(name: str, value: str, start: int, end: int) -> Iterator[Need | Index | Reference]:
    bare = value.strip("\"'")
    if name in _FILES:
        yield Reference(bare, _FILES[name], start, end)
    elif name == "--extra-index-url":
        yield Index(bare, start, end)
    elif name in {"-e", "--editable"} and (found := need(bare, start, end)):
        yield found


def settings(text: str) -> Needs:
    """The indexes that a file of pip's configuration adds."""
    found = [index for match in _SETTING.finditer(text) for index in indexes(match[1], match.start(1), match.end(1))]
    return Needs(indexes=tuple(index for index in found if "://" in index.url))
