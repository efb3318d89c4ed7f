"""docs/weights.md names every format there is, and shows what the command says."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cardlint.policyfile import parse_policy
from cardlint.rule import shipped
from cardlint.weights import executables, unread
from cardlint.weights import zip as archives
from cardlint.weights.compressed import CODECS
from cardlint.weights.judge import HARMLESS, MODULES
from cardlint.weights.sniff import MAGIC

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Done

    Command = Callable[..., Done]

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "weights.md"
UNVETTED = b"cacme.pipeline\nScorer\n)R."
# What archives are found to be by their members, with what a tar archive is by its own.
BY_MEMBERS = {"torch", "torchscript", "pt2", "keras", "npz", "torch-tar", *archives.KINDS.values()}

pytestmark = pytest.mark.skipif("CARDLINT_INSTALLED_AT" in os.environ, reason="the page is in a checkout, and a wheel is none")


def rows(heading: str) -> list[list[str]]:
    """The cells of the rows of the one table below a heading."""
    section = PAGE.read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines[2:]]


def named() -> list[str]:
    """The formats in the first column, without the names of files behind them."""
    return [name for row in rows("Formats") for name in re.findall(r"`([^`]+)`", re.sub(r"\([^)]*\)", "", row[0]))]


def test_every_format_has_a_row_and_every_row_is_of_formats() -> None:
    every = {*MODULES, *HARMLESS, *unread.REASONS, *executables.WHAT, *CODECS, *BY_MEMBERS, *(name for _, _, name in MAGIC)}
    assert sorted(every - set(named())) == []
    assert sorted(set(named()) - every) == []


def test_every_row_says_something_in_every_column() -> None:
    assert len(rows("What we are known to miss")) > 5
    for row in rows("Formats"):
        assert len(row) == 4
        assert all(row), row[0]
    for row in rows("What we are known to miss"):
        assert len(row) == 3
        assert all(row), row[0]


@pytest.mark.parametrize("name", sorted({name for _, _, name in MAGIC} - MODULES.keys() - HARMLESS))
def test_what_is_not_looked_into_is_said_to_be_review(name: str) -> None:
    (row,) = (row for row in rows("Formats") if f"`{name}`" in row[0])
    assert "review" in row[2]


def test_what_it_shows_of_vetting_is_so(cardlint: Command, tmp_path: Path) -> None:
    text = PAGE.read_text("utf-8")
    shown = re.search(r"```console\n\$ cardlint (.*?)\n(.*?)\n```", text, re.DOTALL)
    (policy,) = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert shown is not None
    assert hashlib.sha256(UNVETTED).hexdigest() in policy
    parse_policy(shipped(), policy, "shown")
    (tmp_path / "model.pkl").write_bytes(UNVETTED)
    (tmp_path / "acme.yaml").write_text(policy, "utf-8")
    found = cardlint(*shown[1].split(), "--output-format", "concise", "-q")
    assert (found.code, found.out.strip()) == (0, shown[2])
    vetted = cardlint(*shown[1].split(), "--policy", "acme.yaml", "--output-format", "concise", "-q")
    assert (vetted.code, vetted.out) == (0, "")
