"""An organisation from end to end, through the real command: a locked policy, a repository that is not clean yet, and one new defect."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Done

    Command = Callable[..., Done]

TODAY = str(int(datetime(2026, 11, 21, 12, tzinfo=UTC).timestamp()))
POLICY = """extends: hub
rules:
  license-missing: {severity: error, locked: true}
  metadata/: {locked: true}
  link-broken: error
  link-private: error
  waiver-expired: error
waivers:
- {rule: link-broken, repository: acme/*, owner: web, reason: the site moves next week, expires: 2026-11-22}
- {rule: link-private, repository: acme/*, owner: web, reason: the site moved last week, expires: 2026-11-20}
"""
CARD = """---
license: mit
base_model: Kokoro 82M
---
# Letters

See [the notes](notes.md) and [the log](http://localhost:8080/log).
"""


@pytest.fixture
def house(cardlint: Command, tmp_path: Path) -> Callable[..., Done]:
    """The command as the organisation runs it, over one model of its own."""
    (tmp_path / "policy.yaml").write_text(POLICY)
    (tmp_path / "model/.git").mkdir(parents=True)
    (tmp_path / "model/.git/config").write_text('[remote "origin"]\n\turl = https://huggingface.co/acme/letters\n')
    (tmp_path / "model/README.md").write_text(CARD)

    def run(*arguments: str) -> Done:
        return cardlint("check", "model", "--policy", "policy.yaml", *arguments, SOURCE_DATE_EPOCH=TODAY)

    return run


def found(done: Done) -> dict[str, list[tuple[str, str | None]]]:
    """The findings of a JSON report: rule and severity, by how they are suppressed."""
    (target,) = json.loads(done.out)["targets"]
    by: dict[str, list[tuple[str, str | None]]] = {}
    for finding in target["findings"]:
        by.setdefault((finding["suppressed"] or {"kind": "counts"})["kind"], []).append((finding["rule"], finding["severity"]))
    return by


def test_a_repository_cannot_loosen_what_is_locked(house: Callable[..., Done], tmp_path: Path) -> None:
    for own, words in {
        "rules:\n  license-missing: off\n": 'model/.cardlint.yaml:2:3: "license-missing" would make license-missing off',
        "rules:\n  all: note\n": "model/.cardlint.yaml:2:3: ",
        "waivers:\n- {rule: license-missing, owner: me, reason: no, expires: 2027-01-01}\n": "model/.cardlint.yaml:2:3: license-missing cannot be waived",
    }.items():
        (tmp_path / "model/.cardlint.yaml").write_text(own)
        done = house()
        assert (done.code, done.out) == (2, "")
        assert words in done.err
        assert "policy.yaml:3:3 locks it" in done.err
    (tmp_path / "model/.cardlint.yaml").write_text("rules: {link-broken: warning}\n")
    assert house().code == 1
    assert house("--ignore", "license-missing").code == 2


def test_a_waiver_holds_until_its_last_day_and_its_expiry_is_said(house: Callable[..., Done]) -> None:
    by = found(house("--output-format", "json"))
    assert by["waiver"] == [("link-broken", "error")]
    assert sorted(by["counts"]) == [("base-model-malformed", "error"), ("link-private", "error"), ("waiver-expired", "error")]


def test_on_a_repository_with_recorded_debt_exactly_the_new_defect_fails(house: Callable[..., Done], tmp_path: Path) -> None:
    before = house("--write-baseline", "debt.json")
    assert (tmp_path / "debt.json").is_file()
    adopted = house("--baseline", "debt.json", "--output-format", "json")
    by = found(adopted)
    assert adopted.code == 0, (before, adopted)
    assert sorted(by) == ["baseline", "waiver"]

    # Edits above and below leave the debt what it is; the new defect is the only one that counts.
    (tmp_path / "model/README.md").write_text(
        CARD.replace("license: mit\n", "language: [en, protein]\nlicense: mit\n").replace(
            "# Letters\n", "# Letters\n\nThey sort themselves.\n"
        )
    )
    after = house("--baseline", "debt.json", "--output-format", "json")
    assert found(after)["counts"] == [("language-unknown", "error")]
    assert sorted(found(after)["baseline"]) == sorted(by["baseline"])
    assert after.code == 1
    lines = house("--baseline", "debt.json", "--output-format", "concise").out.splitlines()
    (only,) = [line for line in lines if not line.endswith(("[baseline: recorded in debt.json]", "until 2026-11-22)]"))]
    assert only.startswith("model/README.md:2:16: error[language-unknown]")
