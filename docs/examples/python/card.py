"""Push a card alone, and only if it is fit: python card.py CARD.md NAMESPACE/NAME."""

from __future__ import annotations

import sys

from huggingface_hub import ModelCard

from cardlint import Repository, check
from cardlint.errors import CardlintError


def push(card: ModelCard, repo_id: str) -> None:
    """Raises CardlintError before anything is asked of the Hub."""
    check(Repository.of_card(str(card), kind="model")).require()
    card.push_to_hub(repo_id)


if __name__ == "__main__":
    try:
        push(ModelCard.load(sys.argv[1]), sys.argv[2])
    except CardlintError as error:
        sys.exit(f"nothing was uploaded: {error}")
