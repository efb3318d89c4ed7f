"""Chat templates, wherever they are: a repository's own files in a language that a loader runs (CVE-2024-34359).

Loaders render them in a sandbox at best. Here they are parsed, and what they name, call and cost is judged.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cardlint.weights.budget import SpentError
from cardlint.weights.jinjanames import REFERENCE
from cardlint.weights.patterns import lazily
from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader

FORMAT = "chat-template"
MOST_TEXT = 100_000  # characters of a template; the longest in use have some 20,000
MOST_FILE = 16_000_000  # bytes of a JSON file that may hold one
MOST_TEMPLATES, MOST_TEXTS = 50, 150_000  # templates of one file, and characters of them
_MOST_PARTS = 1_000_000
_LINES = lazily(r"\r\n|\r|\n")
# Templates of other names are an application's own, which has files to include and functions to call.
_CHAT = lazily(r"(?:^|/)(?:[^/]*(?:chat|template)[^/]*|additional_chat_templates/[^/]+)$")


def judge(reader: Reader, context: Context) -> Judgement:
    """A template file, or the templates in a JSON file. Raises SpentError where that is too large, and what the reader raises."""
    if reader.size > MOST_FILE:
        raise SpentError
    raw = reader.read(0, reader.size)
    path = context.name.lower()
    own = not path.endswith(".json") and _CHAT.search(path) is None
    try:
        text = raw.decode("utf-8-sig", "replace" if own else "strict")
    except UnicodeDecodeError as error:
        return Judgement(FORMAT, (Evidence("review", "format", "template", "is a template that is not UTF-8", offset=error.start),))
    if path.endswith(".json"):
        return Judgement("json", tuple(_in_json(text)))
    found = judge_text(text)
    if own:
        found = (item for item in found if item.verdict == "block" and item.about != "include")
    return Judgement(FORMAT, tuple(found))


def judge_text(text: str, member: str = "") -> Iterator[Evidence]:
    """A template; `member` says where it stands in its file."""
    from cardlint.weights.jinjacheck import Checker
    from cardlint.weights.jinjaparse import WrongTemplateError, parse

    if len(text) > MOST_TEXT:
        yield Evidence(
            "review", "unread", "template", f"is a template of {len(text):,} characters, too long to be looked at", member=member
        )
        return
    try:
        tree = parse(text)
    except WrongTemplateError as error:
        yield Evidence("review", "format", "template", f"line {error.line}: cannot be parsed: {error.reason[:200]}", member=member)
        return
    lines = _LINES.split(text)
    for found in Checker(tree).found.values():
        message = f"line {found.line}, column {_column(lines, found.line, found.about)}: {found.message}"
        reference = REFERENCE if found.verdict == "block" else None
        yield Evidence(found.verdict, "format", found.about, message, member=member, reference=reference)


def _column(lines: list[str], line: int, about: str) -> int:
    """Where in its line a name stands, counted from 1; the parser tells only lines."""
    text = lines[line - 1] if line <= len(lines) else ""
    at = text.find(about)
    return (at if at >= 0 else len(text) - len(text.lstrip())) + 1


def _in_json(text: str) -> Iterator[Evidence]:
    """Whatever is called `chat_template` in a JSON file, at any depth; of two entries of one name, both."""
    if text.count("[") + text.count("{") > _MOST_PARTS:
        raise SpentError
    found: list[Any] = []

    def collect(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found.extend(value for key, value in pairs if key == "chat_template")
        return dict(pairs)

    try:
        json.loads(text, object_pairs_hook=collect)
    except (ValueError, RecursionError):
        if "chat_template" in text:
            yield Evidence("review", "format", "template", "is no JSON, and speaks of a chat template")
        return
    yield from judge_texts(item for value in found for item in _named(value))


def judge_texts(templates: Iterable[tuple[str, str | None]]) -> Iterator[Evidence]:
    """The templates of one file, each with where it stands; None is no text. So many, and so much text, are looked at."""
    left = MOST_TEXTS
    for number, (name, template) in enumerate(templates):
        left -= len(template or "")
        if left < 0 or number >= MOST_TEMPLATES:
            yield Evidence("review", "unread", "template", "has more templates than are looked at", member=name)
            return
        if template is None:
            yield Evidence("review", "format", "template", "is no text, as a chat template has to be", member=name)
        else:
            yield from judge_text(template, name)


def _named(value: Any) -> Iterator[tuple[str, str | None]]:  # noqa: ANN401 - any JSON
    """The templates in a value, each with where it stands; None where something else stands there.

    A text, a list of objects with a name and a template, or an object of texts by name (transformers, tokenization_utils_base.py
    and processing_utils.py).
    """
    if isinstance(value, list):
        for item in value:
            whole = item if isinstance(item, dict) else {}
            yield _one(whole.get("name"), whole.get("template"))
    elif isinstance(value, dict):
        for name, item in value.items():
            yield _one(name, item)
    elif value is not None:
        yield "chat_template", value if isinstance(value, str) else None


def _one(name: Any, template: Any) -> tuple[str, str | None]:  # noqa: ANN401 - any JSON
    return f"chat_template.{str(name)[:100]}", template if isinstance(template, str) else None
