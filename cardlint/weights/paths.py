"""Paths that a file names and a loader opens: where they lead."""

from __future__ import annotations

import posixpath

from cardlint.weights.patterns import lazily

_URL = lazily(r"[A-Za-z][A-Za-z0-9+.-]+:")  # two letters at the least: one is a drive
_LONGEST = 1000  # characters; what is cut off when it is read is longer
_DRIVE = lazily(r"[A-Za-z]:")


def leads_out(path: str) -> str | None:
    """Why a path does not stay beside the file that names it: said as what it is; None where it stays."""
    if len(path) > _LONGEST:
        return "is longer than a path"
    steps = path.replace("\\", "/").split("/")
    if "\0" in path:
        return "has a NUL in it, where some readers end"
    if _URL.match(path):
        return "is an address"
    if path.startswith(("/", "\\", "~")) or _DRIVE.match(path):
        return "is an absolute path"
    if ".." in steps:
        return "leads out of its folder"
    return None


def beside(name: str, path: str) -> str:
    """A path that a file names, from the root that the file's own name counts from."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(name), path.replace("\\", "/")))
