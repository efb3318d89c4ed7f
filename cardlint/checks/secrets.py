"""Secrets that leak: in texts, as whole files, and as tokens in workflows that could do without."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.code.secrets import Secret
    from cardlint.leaks import Leaks


def leaked(leaks: Leaks) -> Iterator[Problem]:
    """Every secret in every text file of the repository, masked, with how to revoke it."""
    for file in leaks:
        for secret in file.secrets:
            yield Problem(message(secret), file.text.span(secret.start, secret.end), secret.masked)
    leaks.complete()


def message(secret: Secret) -> str:
    """What a secret is, and what to do."""
    hashed = f" (SHA-256 {secret.digest}…)" if secret.digest else ""
    kind = secret.kind
    return f"{kind.title} {secret.masked}{hashed}; {kind.revoke}, then remove it here: it stays in the history of Git"
