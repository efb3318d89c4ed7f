"""What is said of metadata that name no licence (`unknown`, `other`) where the text of the card does."""

from __future__ import annotations

import pytest

from cardlint import engine
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory


def found(card: str, body: str) -> list[tuple[str, str]]:
    repository = Repository(Memory({"README.md": f"---\n{card}\n---\n{body}\n".encode()}), Identity("model", told=True))
    target = engine.run(repository, load_policy(shipped(), select=("license-contradicted",)).bind(repository))
    assert (target.failed, target.skipped) == ((), ())
    return [(finding.severity, finding.message) for finding in target.findings]


def test_nobody_knows_what_the_text_says() -> None:
    ((severity, message),) = found("license: unknown", "This model is released under MIT.")
    assert (severity, message) == ("warning", 'the metadata says license: unknown, but the text of the card says "MIT"; write mit')


def test_another_one_that_the_hub_knows() -> None:
    ((severity, message),) = found("license: other", "## License\n\nCC BY 4.0 International")
    assert (severity, message.partition("; ")[2]) == ("note", "write cc-by-4.0")


@pytest.mark.parametrize(
    ("card", "body"),
    [
        ("license: other\nlicense_name: harbour", "This model is released under MIT."),
        ("license: other\nlicense_link: LICENSE", "This model is released under MIT."),
        ("license: [other, mit]", "This model is released under MIT."),
        ("license: unknown", "This model is released under MIT. This model is released under Apache 2.0."),
        ("license: unknown", "![License](https://img.shields.io/badge/license-MIT-green.svg)"),
        ("license: other", "## License\n\nCreative Commons Attribution 2.5 South Africa License"),
    ],
)
def test_open_metadata_that_may_be_right(card: str, body: str) -> None:
    assert found(card, body) == []
