"""What an audit says before and after it looked, and whether that can be believed: depth, folders, and cards without a byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from auditing import CARD, Auditor, prepare
from hub.server import Hub
from hub.store import Repo

from cardlint.cli import run

OWNERS = "owners:\n  all-else: nobody\n  '*': everybody\n  acme/*: team\n"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub(Repo("acme/kettle", {"README.md": CARD, "optimizer.pkl": b"N."}), Repo("acme/nothing", {"README.md": b""})) as made:
        yield made


@pytest.fixture
def audit(hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Auditor:
    prepare(monkeypatch, hub, tmp_path)
    return Auditor(hub, tmp_path, capsys)


def test_a_card_without_a_byte_was_looked_at(audit: Auditor) -> None:
    done = audit("hf://acme/nothing", "--depth", "card")
    (target,) = done.report["targets"]
    assert "frontmatter-missing" in {finding["rule"] for finding in target["findings"]}
    assert "license-missing" in {skipped["rule"] for skipped in target["skipped"]}
    assert "license-missing" not in target["not_applicable"]
    assert [line.split()[1].split("?")[0].rsplit("/", 1)[1] for line in done.asked] == ["whoami-v2", "nothing", "README.md"]


@pytest.mark.parametrize(
    ("rules", "depth"),
    [
        ("{all: off, license-missing: error}", "metadata"),
        ("{all: off, section-missing: harder}", "metadata"),
        ("{section-missing: warning, all: harder, license-missing: error, pickle-dangerous: off}", "weights"),
        ("{all: off, heading-disordered: note, license-missing: error}", "card"),
    ],
)
def test_rules_a_policy_switches_off_decide_no_depth(audit: Auditor, tmp_path: Path, rules: str, depth: str) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(f"rules: {rules}\n")
    done = audit("acme", "--policy", str(policy))
    assert done.out.splitlines()[0].endswith(f"policy {policy}, depth {depth}")


def test_a_rule_one_condition_switches_on_decides_the_depth(audit: Auditor, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("rules: {all: off}\noverrides:\n  - {when: {kind: model}, rules: {heading-disordered: note}}\n")
    assert ", depth card" in audit("acme", "--policy", str(policy)).out.splitlines()[0]


@pytest.mark.parametrize("depth", ["metadata", "card", "files", "weights"])
def test_a_dry_run_says_no_less_than_what_is_asked(audit: Auditor, capsys: pytest.CaptureFixture[str], depth: str) -> None:
    asked = ("acme", "--select", "all", "--depth", depth)
    assert run(["audit", *asked, "--store", str(audit.path), "--dry-run", "--output-format", "json"]) == 0
    planned = json.loads(capsys.readouterr().out)
    done = audit(*asked)
    files = [line for line in done.asked if "/resolve/" in line]
    others = [line for line in done.asked if line.startswith("GET /api/")]
    assert planned["requests"]["resolvers"]["least"] <= len(files) <= planned["requests"]["resolvers"]["most"]
    assert len(others) == planned["listing"]["requests"] + planned["requests"]["api"]["most"]


def checkouts(folder: Path) -> Path:
    cards = {
        "plain": "license: mit\npipeline_tag: text-generation\nlibrary_name: transformers",
        "birds": "license: cc0-1.0\ntask_categories: [text-classification]",
        "show": "sdk: static\nlicense: mit",
    }
    for name, values in cards.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "README.md").write_text(f"---\n{values}\n---\n# {name}\n")
    (folder / "plain" / ".git").mkdir()
    (folder / "plain" / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "plain" / ".git" / "config").write_text('[remote "origin"]\n\turl = https://huggingface.co/acme/plain\n')
    return folder


def test_checkouts_are_what_they_are_found_to_be_and_whose(audit: Auditor, tmp_path: Path) -> None:
    folder = checkouts(tmp_path / "all")
    owners = tmp_path / "owners.yaml"
    owners.write_text(OWNERS)
    for _ in range(2):  # a second run notes no less
        done = audit(str(folder), "--owners", str(owners), "--select", "license-missing")
        assert "3 repositories (1 model, 1 dataset, 1 Space)" in done.out
        with audit.store() as store:
            rows = store.connection.execute(
                "SELECT name, repositories.kind, license, task, library, owner FROM outcomes JOIN repositories ON id = repository "
                "WHERE run = (SELECT max(run) FROM outcomes) ORDER BY name"
            )
            found = [tuple(row) for row in rows]
        assert found == [
            (f"{folder}/birds", "dataset", "cc0-1.0", "text-classification", None, "everybody"),
            (f"{folder}/plain", "model", "mit", "text-generation", "transformers", "team"),
            (f"{folder}/show", "space", "mit", None, None, "everybody"),
        ]


@pytest.mark.parametrize("filtered", [("--kind", "dataset"), ("--license", "mit"), ("--exclude-name", "*-old"), ("--visibility", "public")])
def test_filters_of_checkouts_are_refused_not_forgotten(audit: Auditor, tmp_path: Path, filtered: tuple[str, str]) -> None:
    folder = checkouts(tmp_path / "all")
    done = audit(str(folder), "acme", *filtered)
    assert done.code == 2
    assert f"nothing lists the repositories in {folder}; audit it without them" in done.err
    assert done.asked == []


def test_half_of_a_surrogate_pair_in_the_listing_is_no_failure_of_ours(audit: Auditor, hub: Hub) -> None:
    card = {"license": "\ud800", "\ud801": 1, "tags": ["\udfff"]}
    item = {"id": "acme/x", "sha": "a" * 40, "siblings": [{"rfilename": "README.md"}], "cardData": card}
    hub.fail(r"/api/models\?", status=200, body=json.dumps([item]).encode())
    done = audit("acme", "--kind", "model", "--select", "license-unknown,schema-violation")
    assert done.report["summary"]["failed"] == 0
    (found,) = done.targets["hf://acme/x"]["findings"]
    assert "\\ud800" in found["message"]


def test_a_token_in_the_wrong_line_of_a_card_is_in_no_report_or_table(audit: Auditor, hub: Hub, tmp_path: Path) -> None:
    token = "hf_" + "NqVwYSVPHbDXpPdkhx" + "EpyIgKpaUnArlXyk"
    card = f"---\nlicense: {token}\nlibrary_name: {token}\npipeline_tag: {token}\n---\n".encode()
    hub.add(Repo("acme/slip", {"README.md": card}))
    (tmp_path / "all" / "slip").mkdir(parents=True)
    (tmp_path / "all" / "slip" / "README.md").write_bytes(card)
    page, tables = tmp_path / "page.html", tmp_path / "tables"
    audit("hf://acme/slip", str(tmp_path / "all"), "--output-format", f"html={page}", "--export", f"jsonl={tables}")
    written = "".join(path.read_text() for path in (page, *tables.iterdir()))
    assert token not in written
    assert written.count("hf_") > 1


def test_letter_case_of_names_does_not_count(audit: Auditor, hub: Hub) -> None:
    hub.add(Repo("acme/Vision-GGUF", {"README.md": CARD}))
    for names in (("--name", "vision-gguf"), ("--name", "ACME/*-gguf"), ("--exclude-name", "KETTLE,Nothing")):
        assert [*audit("acme", *names, "--depth", "metadata").targets] == ["hf://acme/Vision-GGUF"]
