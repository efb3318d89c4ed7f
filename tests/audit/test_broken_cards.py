"""An audit over every way in which a card is broken, at the depth of the listing and of the card: none of them is our own failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from audits import Audits
from cardtexts import BROKEN
from hub.server import Hub
from hub.store import Repo

if TYPE_CHECKING:
    from pathlib import Path

_CARD = "---\nlicense: mit\ntags: [a]\nlanguage: en\n---\n# A model\n\nIt tells good headlines from bad ones.\n"


@pytest.mark.parametrize("depth", ["metadata", "card"])
def test_no_broken_card_is_a_failure_of_ours(depth: str, tmp_path: Path) -> None:
    repos = {f"acme/{name.replace(' ', '-')}": make(_CARD) for name, make in BROKEN.items()}
    with Hub(*(Repo(name, {"README.md": card}) for name, card in repos.items())) as hub:
        audits = Audits(tmp_path, hub.environment(tmp_path / "hf"), "--select", "all", "--depth", depth)
        found = audits.run()
    assert found.report["summary"]["failed"] == 0
    assert {*found.names} == {f"hf://{name}" for name in repos}
    assert found.outcomes["failed"] == 0
    if depth == "metadata":
        missing = {target["target"] for target in found.report["targets"] if "license-missing" in str(target["findings"])}
        assert "hf://acme/no-front-matter" in missing
