"""What an audit would ask for, told before it asks."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hub.server import TOKEN
from hub.server import Hub as Served
from hub.store import Repo

import cardlint.hub
from cardlint.audit.filters import filters
from cardlint.audit.items import standing
from cardlint.audit.judge import Terms
from cardlint.audit.limits import of_plan, plan_of, window
from cardlint.audit.listing import listed
from cardlint.audit.pace import SharedPace
from cardlint.audit.plan import CARD_MEAN, Plan, document, plan, render
from cardlint.audit.running import Job
from cardlint.audit.standing import Engine, Outcome, Series
from cardlint.audit.store import Store
from cardlint.audit.targets import wanted
from cardlint.hub import Hub
from cardlint.policy import Policy
from cardlint.report import Target
from cardlint.rule import shipped
from cardlint.run import Options

if TYPE_CHECKING:
    from cardlint.audit.depth import Depth

CARD = b"---\nlicense: mit\nbase_model: Other/Base\ndatasets: [other/data, other/data, plain]\n---\n"
ENGINE = Engine("1", "h", "recommended", "card")
RULES = shipped()


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Served]:
    monkeypatch.setattr(cardlint.hub, "WAIT", 0.001)
    with Served() as made:
        for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("HF_ENDPOINT", made.url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
        for number in range(10):
            made.add(Repo(f"acme/m{number}", {"README.md": CARD, "config.json": b"{}", "model.safetensors": b"", "pytorch_model.bin": b""}))
        made.add(Repo("acme/d", {"data.csv": b"", "notes.txt": b""}, "dataset"))
        yield made


def job(*names: str, depth: Depth = "card", **more: Any) -> Job:
    return Job(wanted(names or ("acme",)), Terms(Options(), depth), Policy.load(), Series(()), ENGINE, **more)


def planned(of: Job, *rules: str, rate: int | None = None, store: Path | None = None) -> Plan:
    pace = SharedPace(rate)
    return plan(of, [RULES[rule] for rule in rules], Hub(pace=pace), pace, store)


def asked(made: Plan) -> tuple[tuple[int, int], tuple[int, int]]:
    return tuple(made.requests["api"]), tuple(made.requests["resolvers"])  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("depth", "rules", "api", "resolvers"),
    [
        ("metadata", ["license-missing"], (0, 0), (0, 0)),
        ("card", ["section-missing"], (0, 0), (10, 10)),
        ("files", ["token-leaked"], (11, 11), (10, 42)),
        ("files", ["feedback-channel-missing"], (22, 22), (10, 42)),
        ("weights", ["pickle-dangerous"], (11, 11), (30, 42)),
        ("weights", ["repository-renamed"], (13, 13), (30, 42)),
        ("card", ["repository-renamed", "feedback-channel-missing"], (0, 0), (10, 10)),
    ],
)
def test_each_depth_has_its_requests(
    served: Served, depth: Depth, rules: Sequence[str], api: tuple[int, int], resolvers: tuple[int, int]
) -> None:
    made = planned(job(depth=depth), *rules)
    assert asked(made) == (api, resolvers)
    assert made.kinds == {"model": 10, "dataset": 1}
    assert made.spent[0] == 3 == len(served.asked)
    assert made.cards == (0 if depth == "metadata" else 10)
    assert made.bytes == made.cards * CARD_MEAN + (made.files + made.weights) * 150


def test_filters_failures_and_disabled_ones_are_counted(served: Served) -> None:
    served.add(Repo("acme/off", {"README.md": CARD}, more={"disabled": True}))
    served.add(Repo("acme/new", {}, more={"sha": None}))
    made = planned(job("acme", "nobody", filters=filters(names=["m*", "off"])), "section-missing")
    assert (made.total, made.left_out, asked(made)[1]) == (11, 1, (10, 10))
    assert [name for name, _ in made.failed] == ["hf://acme/new", "nobody"]
    text = render(made)
    assert "1 left out by the filters" in text
    assert "not listed: hf://acme/new: it is empty: it has no commit" in text


def stored(path: Path, of: Job, count: int) -> None:
    """A store in which the first repositories were looked at, and one of them in a way that does not last."""
    with Store(path) as store:
        run = store.begin(of.series, of.engine)
        items = [item for page in listed(Hub(), of.wanted) for item in page.items][:count]
        for number, item in enumerate(items):
            it = standing(item)
            store.expect(run, [(it, "{}")])
            target = Target(it.name, it.kind, revision=it.revision)
            store.record(run, Outcome(it, "audited", target, lasting=number > 0))


def test_what_the_store_knows_is_not_asked_for_again(served: Served, tmp_path: Path) -> None:
    path = tmp_path / "audits.sqlite"
    stored(path, job(), 5)
    before = path.read_bytes()
    made = planned(job(), "section-missing", store=path)
    assert (made.unchanged, asked(made)[1]) == (4, (6, 6))
    assert path.read_bytes() == before
    served.repos["model", "acme/m2"].commit({"README.md": b"new"})
    served.repos["model", "acme/m3"].gated = "auto"
    assert planned(job(), "section-missing", store=path).unchanged == 2
    assert planned(job(fresh=True), "section-missing", store=path).unchanged == 0
    assert planned(job(since="2999"), "section-missing", store=path).unchanged == 0
    assert planned(job()._replace(engine=ENGINE._replace(rules_hash="other")), store=path).unchanged == 0
    assert "unchanged since they were last looked at" in render(planned(job(), store=path))


@pytest.mark.parametrize("content", [None, b"no database at all, whatever it is called", b""])
def test_without_a_store_of_today_nothing_is_known_and_none_is_made(served: Served, tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "audits.sqlite"
    if content is not None:
        path.write_bytes(content)
    assert planned(job(), store=path).unchanged == 0
    assert (path.read_bytes() if path.exists() else None) == content
    assert served.counts == {"api": 3}


def test_limits_are_those_the_hub_tells_and_else_of_the_table(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    made = planned(job(), "section-missing")
    assert (made.limits, made.certain, made.plan) == ({"api": 500, "resolvers": 3000}, {"api": True, "resolvers": False}, "anonymous")
    served.limits["api"] = 2500
    assert planned(job()).limits == {"api": 2500, "resolvers": 12000}
    served.limits["api"] = 777
    assert planned(job()).plan == "anonymous"
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    made = planned(job())
    assert (made.limits, made.plan) == ({"api": 777, "resolvers": 5000}, "free")
    made = planned(job(), rate=4)
    assert (made.limits, made.certain) == ({"api": 4, "resolvers": 4}, {"api": True, "resolvers": True})


def test_the_minutes_are_those_of_waiting(served: Served) -> None:
    made = planned(job(), "section-missing", rate=4)
    assert made.minutes("resolvers") == (10, 10)
    assert made.minutes("api") == (0, 0)
    assert "Waiting for these limits: 10 minutes" in render(made)
    assert "Waiting for these limits: 10 to at most 50 minutes" in render(planned(job(depth="files"), "token-leaked", rate=4))
    assert "Waiting for these limits: none" in render(planned(job(), "section-missing"))
    assert all(not item.path.startswith("/acme") for item in served.asked)


def test_folders_cost_nothing(served: Served, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "folder" / name).mkdir(parents=True)
        (tmp_path / "folder" / name / "README.md").touch()
    made = planned(job(str(tmp_path / "folder"), depth="weights"), "pickle-dangerous")
    assert (made.folders, made.total, made.spent, served.asked) == (2, 2, (0, 0), [])
    assert render(made).startswith("2 repositories (2 folders), policy recommended, depth weights\nRequests beyond the listing\n")


def test_the_text_says_what_it_takes_for_granted(served: Served) -> None:
    served.fail("expand=likes", status=400, body=b"{}", headers={"X-Error-Message": "\x1b[31mno"})
    text = render(planned(job(depth="weights"), "repository-renamed"))
    assert "11 repositories (10 models, 1 dataset), policy recommended, depth weights" in text
    assert "  api        13, of 500 in 5 minutes\n" in text
    assert "  resolvers  30 to at most 42, of 3,000 in 5 minutes (plan anonymous, table of 2025-09)\n" in text
    assert "if cards have 6,500 bytes as most do; the listing tells no sizes" in text
    assert "contents of at most 12 other files, and the heads of 20 files of weights" in text
    assert "2 repositories that cards name are asked for once" in text
    assert "note: the Hub does not tell all that was asked of models" in text
    assert "\x1b" not in text


def test_of_many_that_fail_the_first_are_named(served: Served) -> None:
    served.fail("/api/models/", status=404, body=b"{}")
    made = planned(job(*(f"hf://gone{number}/x" for number in range(12))))
    assert "and 2 more that could not be listed" in render(made)


def test_the_json_holds_all_of_it(served: Served) -> None:
    made = planned(job(depth="weights"), "repository-renamed", rate=40)
    held = json.loads(render(made, "json"))
    assert held == json.loads(json.dumps(document(made)))
    assert held["repositories"] == {"model": 10, "dataset": 1, "space": 0, "folders": 0, "total": 11}
    assert held["requests"]["resolvers"] == {
        "least": 30,
        "most": 42,
        "limit": 40,
        "limit_told": True,
        "minutes": {"least": 0.0, "most": 5.0},
    }
    assert held["listing"]["requests"] == len(served.asked) == 3
    assert held["limits_of"] == {"plan": "anonymous", "as_of": "2025-09"}


def test_the_table_of_limits_says_where_it_is_from() -> None:
    held = json.loads((Path(__file__).parents[2] / "schemas" / "hub" / "rate_limits.json").read_text())
    assert held["source"].startswith("hub-docs")
    assert window() == 300
    assert all(len(limits) == len(held["buckets"]) for limits in held["plans"].values())
    assert of_plan("pro") == {"api": 2500, "resolvers": 12000, "pages": 400}
    assert plan_of(6000, has_token=True) == "enterprise"
    with pytest.raises(KeyError):
        of_plan("gold")
