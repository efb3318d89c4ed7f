"""A token that may write is discouraged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hub.server import TOKEN, Account
from hub.server import Hub as Served

import cardlint.hub
from cardlint.audit.token import warning
from cardlint.hub import Hub


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Served]:
    monkeypatch.setattr(cardlint.hub, "WAIT", 0.001)
    with Served() as made:
        for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HF_ENDPOINT", made.url)
        monkeypatch.setenv("HF_HOME", str(tmp_path))
        monkeypatch.setenv("HF_TOKEN", TOKEN)
        yield made


@pytest.mark.parametrize(
    ("account", "message"),
    [
        (Account("linter", "write"), "the token may write to every repository of its owner; an audit only reads"),
        (Account("linter", "read"), None),
        (Account("linter", "fineGrained"), None),
        (Account("linter", "fineGrained", permissions=("repo.content.read", "org.read")), None),
        (
            Account("linter", "fineGrained", permissions=("repo.write", "repo.content.read")),
            'the token may do more than read ("repo.write"); ',
        ),
        (
            Account("linter", "fineGrained", permissions=("a.write", "b.write", "c.write", "d.write", "d.write")),
            'the token may do more than read ("a.write", "b.write", "c.write" and 1 more); ',
        ),
    ],
)
def test_what_may_write_is_discouraged_by_one_request(served: Served, account: Account, message: str | None) -> None:
    served.accounts[TOKEN] = account
    said = warning(Hub())
    assert (said is None) if message is None else (said or "").startswith(message)
    assert served.paths == ["GET /api/whoami-v2"]
    assert TOKEN not in (said or "")


def test_without_a_token_or_network_nobody_is_asked(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    assert warning(Hub(offline=True)) is None
    monkeypatch.delenv("HF_TOKEN")
    assert warning(Hub()) is None
    assert served.asked == []


@pytest.mark.parametrize(
    "body",
    [
        b"[]", b"{", b'{"auth": 3}', b'{"auth": {"accessToken": {"role": "fineGrained", "fineGrained": {"global": 3, "scoped": [1, {"permissions": 2}]}}}}',
        b'{"auth": {"accessToken": {"role": ["write"], "fineGrained": {"global": [{}], "scoped": "x"}}}}',
    ],
)  # fmt: skip
def test_what_is_no_answer_says_nothing(served: Served, body: bytes) -> None:
    served.fail("whoami", status=200, body=body)
    assert warning(Hub()) is None


def test_an_own_permission_counts_as_well(served: Served) -> None:
    served.fail(
        "whoami", status=200, body=b'{"auth": {"accessToken": {"role": "fineGrained", "fineGrained": {"global": ["discussion.write"]}}}}'
    )
    assert '"discussion.write"' in (warning(Hub()) or "")


def test_a_hub_that_does_not_answer_or_an_unknown_token_is_told_by_the_listing(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    served.accounts.clear()
    assert warning(Hub()) is None
    monkeypatch.setenv("HF_TOKEN", "hf_\u00e4")
    assert warning(Hub()) is None
