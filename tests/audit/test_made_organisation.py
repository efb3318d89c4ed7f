"""The organisation of the heavy tests: that all an audit meets is in it, that it is the same each time, and that the Hub can serve it."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import Request, urlopen

import pytest
from cardtexts import BROKEN
from hub.server import TOKEN, Hub
from hub.store import Repo
from organisation import HUGE_FILES, SHARES, SINGLE, organisation
from serve_organisation import Served

_EXPAND = "&".join(f"expand={name}" for name in ("sha", "siblings", "cardData", "private", "disabled", "likes", "tags"))


def _get(url: str) -> Any:
    with urlopen(Request(url, headers={"Authorization": f"Bearer {TOKEN}"}), timeout=60) as answer:  # noqa: S310 - the tests' Hub
        return json.loads(answer.read())


def test_everything_is_in_a_thousand_and_fewer_are_the_first_of_them() -> None:
    with Hub() as first, Hub() as second, Hub() as third:
        made, few, other = organisation(first, 1000), organisation(second, 100).repos, organisation(third, 100, seed=1).repos
    assert {*made.sorts} == {*SHARES, *SINGLE.values(), "plain"}
    kinds = [repo.kind for repo in made.repos]
    assert [kinds.count(kind) for kind in ("model", "dataset", "space")] == [800, 150, 50]
    assert [(repo.id, repo.sha) for repo in few] == [(repo.id, repo.sha) for repo in made.repos[:100]]
    assert other[0].sha != few[0].sha
    (many,) = made.sorts["many files"]
    assert len(many.files) > HUGE_FILES
    assert len({repo.id for repo in made.repos}) == 1000


@pytest.mark.parametrize("name", BROKEN)
def test_every_broken_card_can_be_listed(name: str) -> None:

    card = BROKEN[name]("---\nlicense: mit\ntags: [a]\n---\n# A model\n")
    with Hub(Repo("acme/m", {"README.md": card})) as hub:
        (found,) = _get(f"{hub.url}/api/models?author=acme&{_EXPAND}")
    assert found["siblings"] == [{"rfilename": "README.md"}]
    hidden = {"invalid YAML", "no front matter", "not closed", "UTF-16", "alias bomb", "alias of itself", "a list", "nothing in it", "deep"}
    assert bool(found["cardData"]) == (name not in hidden)


def test_it_is_served_by_a_process_of_its_own_that_tells_what_it_was_asked() -> None:
    with Served.begun(120) as served:
        listed = [item for kind in ("model", "dataset", "space") for item in _get(f"{served.url}/api/{kind}s?author=acme&{_EXPAND}")]
        assert len(listed) == 120
        first = next(item for item in listed if item["siblings"] and not item["disabled"])
        sha = served.ask("change", "model", first["id"])["sha"]
        assert _get(f"{served.url}/api/models/{first['id']}")["sha"] == sha != first["sha"]
        record = served.ask("record")
        assert (record["counts"], record["writes"]) == ({"api": 4}, [])
        assert record["paths"][-1] == f"GET /api/models/{first['id']}"
        assert served.ask("forget") == {}
        assert served.ask("record")["counts"] == {}
