"""Who answers for which repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cardlint.audit.owners import Owners, Pattern
from cardlint.errors import ConfigError, UsageError
from cardlint.hubrepo import HubName
from cardlint.schema import load_schema


def load(path: Path, text: str) -> Owners:
    place = path / "owners.yaml"
    place.write_text(text, encoding="utf-8")
    return Owners.load(place)


def test_the_last_pattern_that_fits_decides(tmp_path: Path) -> None:
    owners = load(
        tmp_path,
        """
owners:
  - {repository: "acme/*", owner: platform}
  - {repository: "acme/vision-*", kind: model, owner: vision-team}
  - {repository: "datasets/acme/vision-*", owner: data}
  - {repository: hf://spaces/acme/*, kind: space, owner: demos}
  - {repository: "*-legacy", owner: nobody-in-particular}
""",
    )
    wanted = {
        ("model", "acme/x"): "platform", ("model", "acme/vision-1"): "vision-team", ("dataset", "acme/vision-1"): "data",
        ("space", "acme/vision-1"): "demos", ("model", "other/x-legacy"): "nobody-in-particular", ("model", "other/x"): None,
    }  # fmt: skip
    assert {key: owners.owner(HubName(*key)) for key in wanted} == wanted  # type: ignore[arg-type]


def test_the_short_form_says_the_same(tmp_path: Path) -> None:
    assert load(tmp_path, 'owners:\n  "acme/*": a\n  datasets/acme/*: " b "\n') == Owners(
        (Pattern("acme/*", "a"), Pattern("acme/*", "b", "dataset"))
    )
    assert load(tmp_path, "owners: []\n") == Owners()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "1:1: expected `owners`, a mapping of patterns to owners, or a list of"),
        ("owners:\n", "1:1: expected `owners`"),
        ("owners: acme\n", "1:9: expected `owners`"),
        ("[1]\n", "1:1: expected a mapping with keys such as owners"),
        ("owner:\n  a/*: b\n", '1:1: unknown key "owner"; did you mean owners?'),
        ("owners:\n  - acme\n", "2:5: expected {repository: acme/vision-*, owner: vision-team}"),
        ("owners:\n  - {repository: a/*, ownr: b}\n", '2:23: unknown key "ownr"; did you mean owner?'),
        ("owners:\n  - {repository: a/*}\n", "2:5: there is no `owner`"),
        ("owners:\n  - {owner: a}\n", "2:5: there is no `repository`"),
        ("owners:\n  - {repository: a/*, kind: modle, owner: b}\n", "2:29: there is no such kind; did you mean model?"),
        ("owners:\n  - {repository: a/*, kind: 3, owner: b}\n", "2:29: there is no such kind; expected one of model, dataset, space"),
        ("owners:\n  - {repository: datasets/a/*, kind: model, owner: b}\n", "2:18: this is a pattern of datasets, and its kind is model"),
        ("owners:\n  a/*: 3\n", "2:8: expected an owner, as text: a team or a person"),
        ("owners:\n  a/*:\n", "expected an owner, as text"),
        ("owners:\n  a/*: [b]\n", "2:8: expected an owner"),
        ("owners:\n  a/*: b\n  a/*: c\n", '3:3: "a/*" is given twice'),
        ("owners:\n  a/b/c: d\n", "2:3: expected a pattern of repositories as acme/vision-*, or datasets/acme/*"),
        ("owners:\n  '': d\n", "2:3: expected a pattern of repositories"),
        ("owners:\n  [a]: d\n", "2:3: expected a pattern of repositories"),
        ("owners: {a: b\n", "not valid YAML"),
        ("owners: !!python/object:os.system x\n", "1:9: "),
    ],
)
def test_what_is_wrong_has_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    assert f"{tmp_path / 'owners.yaml'}:" in str(caught.value)
    assert message in str(caught.value)


def test_what_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"owners\.yaml cannot be read: No such file"):
        Owners.load(tmp_path / "owners.yaml")
    monkeypatch.setattr("cardlint.audit.owners.OWNERS_BYTES", 3)
    with pytest.raises(UsageError, match="larger than 3 bytes"):
        load(tmp_path, "owners: {}")


@given(st.binary(max_size=120))
def test_no_file_ends_in_a_traceback(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(b"owners:" + content)
    try:
        Owners.load(path)
    except ConfigError as error:
        assert error.line >= 1  # noqa: PT017


_TEXT = st.sampled_from(["acme/*", "datasets/acme/x", "team", "", "a/b/c", "model"])
_VALUE = st.none() | st.integers(0, 3) | _TEXT
_ITEM = st.dictionaries(st.sampled_from(["repository", "owner", "kind", "more"]), _VALUE, max_size=4)
_OWNERS = st.dictionaries(_TEXT, _VALUE, max_size=3) | st.lists(_ITEM | _VALUE, max_size=3) | _VALUE


@given(st.dictionaries(st.sampled_from(["owners", "owner"]), _OWNERS, max_size=2))
def test_the_schema_takes_whatever_is_read(tmp_path_factory: pytest.TempPathFactory, value: dict[str, Any]) -> None:
    path = tmp_path_factory.getbasetemp() / "made.yaml"
    path.write_text(yaml.safe_dump(value, sort_keys=False), encoding="utf-8")
    try:
        Owners.load(path)
    except UsageError:
        return
    jsonschema.validate(json.loads(json.dumps(value)), load_schema("owners.schema.json"))
