"""What `ModelCard.save()` and `metadata_update` of huggingface_hub leave of a suppression: run with the real library."""

from __future__ import annotations

from typing import TYPE_CHECKING

from huggingface_hub import ModelCard, metadata_save

from cardlint import check

if TYPE_CHECKING:
    from pathlib import Path

CARD = """\
---
# cardlint: ignore[task-missing] a comment of YAML, which the library deletes
license: apache2 # cardlint: ignore[thumbnail-invalid] this one too
x-cardlint:
  ignore:
    license-unknown: "our customer's server reads it so: until autumn, #42"
---
<!-- cardlint: ignore[section-missing] the paper says it all -->
# kettle-vad

Voice activity detection for kettles.

<!-- cardlint: ignore[image-alt-missing, link-broken] decorative -->
![](kettle.png)

![](cup.png)
"""


def outcome(folder: Path) -> dict[tuple[str, str], str | None]:
    """Each finding of the rules that are suppressed by the recommended forms, with the reason."""
    rules = {"license-unknown", "section-missing", "image-alt-missing", "link-broken"}
    found = [item for item in check(folder, kind="model").findings if item.rule in rules]
    return {(item.rule, item.subject): item.suppressed.reason if item.suppressed else None for item in found}


def test_saving_a_card_keeps_the_key_and_the_comments_of_its_body(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD)
    before = outcome(tmp_path)
    assert before[("license-unknown", "license")] == "our customer's server reads it so: until autumn, #42"
    assert {reason for (rule, _), reason in before.items() if rule == "section-missing"} == {"the paper says it all"}
    assert before[("image-alt-missing", "kettle.png")] == "decorative"
    assert before[("image-alt-missing", "cup.png")] is None
    card = ModelCard.load(tmp_path / "README.md")
    card.data.tags = ["audio"]
    card.save(tmp_path / "README.md")
    saved = (tmp_path / "README.md").read_text()
    assert "- audio" in saved
    assert outcome(tmp_path) == before


def test_updating_the_metadata_keeps_them_too(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD)
    before = outcome(tmp_path)
    card = ModelCard.load(tmp_path / "README.md")
    metadata_save(tmp_path / "README.md", card.data.to_dict() | {"tags": ["audio"]})
    assert "- audio" in (tmp_path / "README.md").read_text()
    assert outcome(tmp_path) == before


def test_a_comment_in_the_frontmatter_is_deleted_which_is_why_the_key_is_recommended(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text(CARD)
    ModelCard.load(tmp_path / "README.md").save(tmp_path / "README.md")
    assert "# cardlint" not in (tmp_path / "README.md").read_text()
