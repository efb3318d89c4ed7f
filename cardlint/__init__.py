"""cardlint says whether a Hugging Face style repository is what it should be: its card, licence, weights, code and gates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cardlint.policy import Policy
    from cardlint.report import Finding, Report
    from cardlint.repository import Repository
    from cardlint.rule import Rule
    from cardlint.run import check

__all__ = ["Finding", "Policy", "Report", "Repository", "Rule", "check"]
__version__ = "0.1.0"

_HOMES = {
    "Finding": "cardlint.report", "Policy": "cardlint.policy", "Report": "cardlint.report",
    "Repository": "cardlint.repository", "Rule": "cardlint.rule", "check": "cardlint.run",
}  # fmt: skip


def __getattr__(name: str) -> Any:  # noqa: ANN401 - the module's own names
    """Import a public name on first use: `cardlint --version` needs none of them."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
