"""JSON that is nested deeper than a parser goes, made shallow: one such value leaves what stands beside it to be read."""

from __future__ import annotations

import re

_MARKS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{}]', re.DOTALL)


def shallow(content: bytes, most: int) -> bytes:
    """The JSON `content` with null for each list and object that has `most` others around it.

    Of what is left out nobody asks whether it is JSON.
    """
    kept = bytearray()
    depth = begun = 0
    for mark in _MARKS.finditer(content):
        if mark[0] in {b"[", b"{"}:
            if depth == most:
                kept += content[begun : mark.start()]
            depth += 1
        elif mark[0] in {b"]", b"}"}:
            depth -= 1
            if depth == most:
                kept += b"null"
                begun = mark.end()
    return bytes(kept + content[begun:]) if depth <= most else bytes(kept)
