"""Workflows as YAML nodes: GitHub Actions and composite actions, GitLab CI, Compose.

Of everything else of cardlint it takes the nodes alone, because the file was read with places already. Sources: GitHub's workflow
and metadata syntax, GitLab's CI/CD YAML reference, the Compose specification.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.code.asked import action, environment, image
from cardlint.code.needs import Index, Need, Needs, Script, script
from cardlint.nodes import Mapping, Scalar, Sequence, listed, string, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.nodes import Node

_HEADER = re.compile(r"^>[-+\d]*[^\n]*")
_SCRIPTS = frozenset({"script", "before_script", "after_script"})


def script_of(scalar: Scalar, content: str) -> Script:
    """The text of a scalar as shell text; `content` is the whole file.

    Of what YAML folds, the text is taken as it stands, with blanks for the ends of lines, so that places are exact.
    """
    style = content[scalar.start : scalar.start + 1]
    if style != "|" and "\n" in content[scalar.start : scalar.end].rstrip() and style not in {'"', "'"}:
        written = _HEADER.sub(lambda match: " " * len(match.group()), content[scalar.start : scalar.end])
        return script(re.sub(r"[\r\n]", " ", written), scalar.start)
    return Script(scalar.raw, _starts(scalar, content))


def _starts(scalar: Scalar, content: str) -> list[int]:
    """Where each line of a scalar begins in the file; one that is not written as it is read, where the line before ends."""
    starts: list[int] = []
    at = scalar.start
    for line in scalar.raw.split("\n"):
        bare = line.strip()
        found = content.find(bare, at, scalar.end) if bare else at
        place = at if found < 0 else found
        starts.append(place - (line.find(bare) if found >= 0 else 0))
        at = place + len(bare)
    return starts


class _Found:
    """What is gathered of one file."""

    def __init__(self, content: str) -> None:
        self.content = content
        self.needs: list[Need] = []
        self.indexes: list[Index] = []
        self.scripts: list[Script] = []

    def done(self) -> Needs:
        return Needs(tuple(self.needs), tuple(self.indexes), scripts=tuple(self.scripts))

    def image(self, node: Node | None) -> None:
        """`image: name`, or a mapping that has one."""
        if isinstance(node, Mapping):
            node = node.get("image") or node.get("name")
        if isinstance(node, Scalar) and (found := image(node.raw, node.start, node.end)):
            self.needs.append(found)

    def script(self, node: Node | None) -> None:
        """Shell text, or a list of it."""
        for _, item in listed(node):
            if isinstance(item, Scalar):
                self.scripts.append(script_of(item, self.content))
            elif isinstance(item, Sequence):
                self.script(item)

    def environment(self, node: Node | None) -> None:
        """Variables, as a mapping or as a list of `NAME=value`."""
        if isinstance(node, Mapping):
            for entry in node.effective():
                if isinstance(entry.value, Scalar):
                    self.indexes += environment(entry.name, entry.value.raw, entry.value.start, entry.value.end)
        for _, item in listed(node):
            name, _, value = (string(item) or "").partition("=")
            self.indexes += environment(name, value, item.start, item.end)


def workflow(node: Node | None, content: str) -> Needs:
    """What a workflow of GitHub, or the metadata of an action, asks for and runs."""
    found = _Found(content)
    if isinstance(node, Mapping):
        found.environment(node.get("env"))
        for job in _values(node.get("jobs")):
            found.image(job.get("container"))
            for service in _values(job.get("services")):
                found.image(service)
            _step(job, found)
        _runs(node.get("runs"), found)
    return found.done()


def _values(node: Node | None) -> Iterator[Mapping]:
    if isinstance(node, Mapping):
        yield from (entry.value for entry in node.effective() if isinstance(entry.value, Mapping))


def _step(step: Mapping, found: _Found) -> None:
    """A step, or a job: both may use another workflow and have steps of their own."""
    uses = step.get("uses")
    if isinstance(uses, Scalar) and (taken := action(uses.raw, uses.start, uses.end)):
        found.needs.append(taken)
    found.environment(step.get("env"))
    shell = string(step.get("shell")) or "bash"
    if "python" not in shell:
        found.script(step.get("run"))
    for _, inner in listed(step.get("steps")):
        if isinstance(inner, Mapping):
            _step(inner, found)


def _runs(node: Node | None, found: _Found) -> None:
    if isinstance(node, Mapping):
        _step(node, found)
        taken = node.get("image")
        if (string(taken) or "").startswith("docker://"):
            found.image(taken)


def gitlab(node: Node | None, content: str) -> Needs:
    """What a pipeline of GitLab asks for and runs."""
    found = _Found(content)
    for name, value in walk(node) if node is not None else ():
        key = name.rpartition(".")[2]
        if key == "image":
            found.image(value)
        elif key == "services":
            for _, item in listed(value):
                found.image(item)
        elif key in _SCRIPTS:
            found.script(value)
        elif key == "variables":
            found.environment(value)
    return found.done()


def compose(node: Node | None, content: str) -> Needs:
    """What a file of Compose asks for; an image that is built there is not pulled."""
    found = _Found(content)
    services = node.get("services") if isinstance(node, Mapping) else None
    for service in _values(services):
        if service.get("build") is None:
            found.image(service.get("image"))
        found.environment(service.get("environment"))
        command = service.get("command")
        if isinstance(command, Scalar):
            found.script(command)
    return found.done()
