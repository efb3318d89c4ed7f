"""Names of members as paths: where they would lead when an archive is unpacked."""

from __future__ import annotations

import posixpath


def leads_out(path: str) -> bool:
    """Whether a path is absolute, climbs, or begins with a drive, in the spelling of any system."""
    steps = path.replace("\\", "/").split("/")
    return path.startswith(("/", "\\")) or ".." in steps or (len(path) > 1 and path[1] == ":" and path[0].isalpha())


def link_leads_out(path: str, target: str) -> bool:
    """Whether a symbolic link at a path leads out of the folder the archive is unpacked into."""
    if target.startswith(("/", "\\")) or target[1:2] == ":":
        return True
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target.replace("\\", "/"))).startswith("..")


def tidy(path: str) -> str:
    """The path without `.` steps and doubled separators, as unpacking takes it."""
    return posixpath.normpath(path.replace("\\", "/"))
