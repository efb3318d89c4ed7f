"""Policies on the Hub: what may be written, and reading them from the local cache, without the Hub's library."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from cardlint.errors import ConfigError, UsageError
from cardlint.hubpolicy import Address, address, fetch_file
from cardlint.policyfile import load_policy
from cardlint.rule import shipped

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("written", "kind", "path"),
    [
        (f"hf://acme/policies@{COMMIT}", "model", "policy.yaml"),
        (f"hf://models/acme/policies@{COMMIT}", "model", "policy.yaml"),
        (f"hf://datasets/acme/policies/a/b.yaml@{COMMIT}", "dataset", "a/b.yaml"),
        (f"hf://spaces/acme/policies@{COMMIT}/b.yaml", "space", "b.yaml"),
    ],
)
def test_addresses(written: str, kind: str, path: str) -> None:
    found = address(written)
    assert found == (kind, "acme/policies", path, COMMIT)
    assert address(str(found)) == found


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("hf://acme/policies", "a policy is pinned"),
        ("hf://acme/policies@main", "a branch or tag can be moved"),
        (f"hf://acme/policies@{COMMIT[:12]}", "no full commit hash"),
        (f"hf://acme@{COMMIT}", "expected hf://"),
        (f"hf://acme/policies/a.yaml@{COMMIT}/b.yaml", "expected hf://"),
        (f"hf://acme/../../x@{COMMIT}", "expected hf://"),
        (f"hf://acme/policies/../../../x@{COMMIT}", "leads out of"),
    ],
)
def test_wrong_addresses_say_what_was_expected(written: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        address(written)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A local Hub cache, and a Python without the Hub's library."""
    for name in ("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    folder = tmp_path / "huggingface/hub/models--acme--policies/snapshots" / COMMIT
    folder.mkdir(parents=True)
    return folder


def test_a_cached_policy_needs_neither_network_nor_library(cache: Path) -> None:
    (cache / "policy.yaml").write_text("extends: [more/base.yaml]\nrules: {license-missing: harder}\n")
    (cache / "more").mkdir()
    (cache / "more/base.yaml").write_text("extends: ../other.yaml\nrules: {license-missing: note}\n")
    (cache / "other.yaml").write_text("extends: hub\n")
    policy = load_policy(shipped(), name=f"hf://acme/policies@{COMMIT}", offline=True)
    assert [layer.name for layer in policy.layers] == ["hub", "../other.yaml", "more/base.yaml", f"hf://acme/policies@{COMMIT}"]
    assert policy.layers[-1].settings[0].where == f"hf://acme/policies/policy.yaml@{COMMIT}:2:9"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("extends: ../../../x.yaml", "leads out of"),
        ("extends: missing.yaml", "not in the local Hub cache, and reading from the Hub needs huggingface_hub, which"),
        ("extends: policy.yaml", "in a circle"),
        ("rule_folders: [rules]", "rule folders of a policy on the Hub are not read"),
        ("rule: {}", "did you mean rules"),
    ],
)
def test_what_is_wrong_with_a_policy_on_the_hub_has_its_place(cache: Path, content: str, words: str) -> None:
    (cache / "policy.yaml").write_text(content)
    with pytest.raises(ConfigError, match=words) as caught:
        load_policy(shipped(), name=f"hf://acme/policies@{COMMIT}")
    assert caught.value.path == f"hf://acme/policies/policy.yaml@{COMMIT}"


def test_offline_says_so(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Address("model", "acme/policies", "policy.yaml", COMMIT)
    with pytest.raises(UsageError, match="run once where it may"):
        fetch_file(place, offline=True, most=10)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(UsageError, match="network may not be used"):
        fetch_file(place, offline=False, most=10)
    (cache / "policy.yaml").write_text("x" * 11)
    with pytest.raises(UsageError, match="larger than 10 bytes"):
        fetch_file(place, offline=True, most=10)


def test_a_cached_file_that_cannot_be_read(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (cache / "policy.yaml").write_text("{}")

    def denied(*_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("cardlint.hubpolicy._read", denied)
    with pytest.raises(UsageError, match="cannot be read: Permission denied"):
        fetch_file(Address("model", "acme/policies", "policy.yaml", COMMIT), offline=True, most=10)


def pretend(monkeypatch: pytest.MonkeyPatch, *, size: int | None, answer: Path | Exception) -> None:
    """A stand-in for the Hub's library, which `consumers/hub_policies.py` asks for real."""

    def download(*_: object, **__: object) -> str:
        if isinstance(answer, Exception):
            raise answer
        return str(answer)

    library = SimpleNamespace(
        hf_hub_url=lambda *_, **__: "", get_hf_file_metadata=lambda _: SimpleNamespace(size=size), hf_hub_download=download
    )
    monkeypatch.setitem(sys.modules, "huggingface_hub", library)  # type: ignore[arg-type]


@pytest.mark.usefixtures("cache")
def test_what_is_not_cached_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Address("model", "acme/policies", "policy.yaml", COMMIT)
    (tmp_path / "fetched").write_text("extends: hub")
    pretend(monkeypatch, size=None, answer=tmp_path / "fetched")
    assert fetch_file(place, offline=False, most=100) == b"extends: hub"
    pretend(monkeypatch, size=101, answer=tmp_path / "fetched")
    with pytest.raises(UsageError, match="larger than 100 bytes"):
        fetch_file(place, offline=False, most=100)
    pretend(monkeypatch, size=1, answer=RuntimeError("\nno such thing\nadvice"))
    with pytest.raises(UsageError, match=r"cannot be had: RuntimeError: no such thing$"):
        fetch_file(place, offline=False, most=100)
