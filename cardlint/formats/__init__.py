"""Reports as people and programs read them: a module per format, in each `render`, a pure function from a report to text."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cardlint.report import Report

FORMATS = ("text", "concise", "json", "html")


def render(report: Report, name: str) -> str:
    """The report in the format of this name, which is one of FORMATS. Only its module is imported."""
    rendered: str = importlib.import_module(f"cardlint.formats.{name}").render(report)
    return rendered
