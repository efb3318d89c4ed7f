"""What goes into a model and what comes out, where its task does not say so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.checks.keys import first_line
from cardlint.nodes import Mapping, string, strings
from cardlint.problem import Problem
from cardlint.substance import has_substance
from cardlint.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.contents import Contents
    from cardlint.files import Files
    from cardlint.markdown import Markdown
    from cardlint.topics import Topics

_KEY = "pipeline_tag"
_CUSTOM = "other"
_SHOWN = 3


def undocumented(
    metadata: Mapping, topics: Topics, listing: Files, contents: Contents, *, signs: dict[str, list[str]]
) -> Iterator[Problem]:
    """A task of its own, without a word on inputs and outputs.

    `signs` has what `inputs` and `outputs` are called in a text, and as `no_calls` the beginnings of code blocks that do
    not show how the model is called.
    """
    custom = _custom(metadata, listing, contents)
    if custom and not (_in_a_section(topics) or _told(topics.markdown, **signs)):
        entry = metadata.entry(_KEY)
        message = f"{custom}, and the card has no word on what goes in and what comes out; describe both, or show a call"
        yield Problem(message, first_line(metadata) if entry is None else entry.value.span, "inputs-outputs")


def _custom(metadata: Mapping, listing: Files, contents: Contents) -> str | None:
    """What shows that the model has a task of its own, in words."""
    tasks = load_vocabulary("tasks")
    named = [string(metadata.get(_KEY)) or "", *strings(metadata.get("tags"))]
    if any(name in tasks and name != _CUSTOM for name in named):
        return None
    if named[0] == _CUSTOM:
        return 'the task is "other"'
    config = contents.json("config.json") if "config.json" in listing else None
    return _by_config(config) if isinstance(config, Mapping) else None


def _by_config(config: Mapping) -> str | None:
    pipelines, classes = config.get("custom_pipelines"), config.get("auto_map")
    if isinstance(pipelines, Mapping) and pipelines.entries:
        names = [entry.name for entry in pipelines.effective()]
        known = any(name in load_vocabulary("tasks") for name in names)
        return None if known else f"config.json defines a task of its own ({', '.join(names[:_SHOWN])})"
    if isinstance(classes, Mapping) and classes.entries:
        known = any(entry.name.startswith("AutoModelFor") for entry in classes.entries)
        return None if known else "the model runs code of its own (`auto_map` in config.json) and has no known task"
    return None


def _in_a_section(topics: Topics) -> bool:
    """Whether a section is about it; what `topics.covered` takes from code blocks alone may be an installation."""
    return any(has_substance(topics.markdown, section.body) for section in topics.sections("inputs-outputs", "how-to-use"))


def _told(markdown: Markdown, *, inputs: list[str], outputs: list[str], no_calls: list[str]) -> bool:
    """Whether the text speaks of both inputs and outputs, or a code block shows a call."""
    prose = markdown.prose.casefold()
    if any(word in prose for word in inputs) and any(word in prose for word in outputs):
        return True
    codes = (snippet.code.lstrip(" $!%\n").lower() for snippet in markdown.snippets)
    return any(code and not code.startswith(tuple(no_calls)) for code in codes)
