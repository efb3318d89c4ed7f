"""docs/hub.md and docs/air-gapped.md say what is so: their tables are held to the code, what they show is what the command says."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hub.command import Checked, check
from hub.server import TOKEN, Hub
from hub.store import Repo, Sparse
from huggingface_hub import hf_hub_download, snapshot_download
from huggingface_hub.utils import get_session

import cardlint.hub
import cardlint.hubwords
from cardlint.errors import UsageError
from cardlint.hubrepo import HubSource, parse
from cardlint.hubstates import _STATES, LACKING, HubError, Refused, broken, refusal
from cardlint.leaks import FAR_BYTES, FILE_BYTES, TOTAL_BYTES
from cardlint.lineage import MOST_ASKED
from cardlint.rule import shipped
from cardlint.source import MAX_ENTRIES

ROOT = Path(__file__).parents[2]
HUB, AIR = ROOT / "docs" / "hub.md", ROOT / "docs" / "air-gapped.md"
CARD = b"---\nlicense: mit\npipeline_tag: text-generation\nbase_model: acme/base\n---\n# Kettle\n"
FILES = {"README.md": CARD, "config.json": b"{}", "model.safetensors": Sparse(3_000_000, b"\x02\0\0\0\0\0\0\0{}")}
# What is read of the files, whatever they are called; `known_lineage` makes do with ids.
NOBODY = "http://127.0.0.1:9"
NEEDED = {"hub", "lineage"}

pytestmark = pytest.mark.skipif("CARDLINT_INSTALLED_AT" in os.environ, reason="the pages are in a checkout, and a wheel is none")


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub(Repo("acme/kettle", FILES), Repo("acme/base", {"README.md": b"---\nlicense: mit\n---\n"})) as made:
        yield made


def words(page: Path) -> str:
    """A page as running text."""
    return " ".join(page.read_text("utf-8").split())


def section(page: Path, heading: str) -> str:
    found = page.read_text("utf-8").partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    assert found, heading
    return found


def rows(page: Path, heading: str) -> list[list[str]]:
    lines = [line for line in section(page, heading).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def ids(text: str) -> set[str]:
    return set(re.findall(r"`([a-z-]+)`", text)) & shipped().keys()


def test_the_rules_that_need_the_hub_are_listed() -> None:
    listed = [name for row in rows(AIR, "Rules that need the Hub") for name in re.findall(r"`([^`]+)`", row[0])]
    assert sorted(listed) == sorted(rule.id for rule in shipped().values() if rule.facts & NEEDED)
    rest = section(AIR, "Rules that need the Hub").partition("instead of by the whole lineage")[2].partition("\n\n")[0]
    assert ids(rest) == {rule.id for rule in shipped().values() if "known_lineage" in rule.facts}


def test_the_dates_of_the_lists_are_theirs() -> None:
    dates = sorted(json.loads(path.read_bytes())["as_of"] for path in (ROOT / "schemas" / "vocabulary").glob("*.json"))
    assert f"are from {dates[0]} to {dates[-1]};" in words(AIR)


def test_every_state_has_its_row() -> None:
    source = "".join(path.read_text("utf-8") for path in (ROOT / "cardlint").rglob("*.py"))
    every = set(re.findall(r'HubError\(\s*"([a-z-]+)"', source)) | {state for state, _, _ in _STATES}
    assert sorted(row[0].strip("`") for row in rows(HUB, "What cannot be had")) == sorted(every)


def said() -> list[HubError]:
    """One of each state, as the code words it."""

    def refused(status: int, **headers: str) -> HubError:
        named = {f"x-error-{name}": value for name, value in headers.items()}
        return refusal(Refused(status, named, "acme/kettle", "https://huggingface.co", False, 168.0))  # noqa: FBT003

    asked = (
        refused(404, code="RepoNotFound"), refused(401, code="GatedRepo"), refused(401, message="Invalid credentials in Authorization header"),
        refused(403, message="Access to this resource is disabled."), refused(404, code="RevisionNotFound"), refused(404, code="EntryNotFound"),
        refused(429), refused(503), refused(418), refused(400), refused(403, message="Discussions are disabled for this repo"),
    )  # fmt: skip
    library = importlib.import_module(type(get_session()).__module__.partition(".")[0])
    errors = [
        *(library.ConnectError(text) for text in ("no route", "CERTIFICATE_VERIFY_FAILED")),
        library.ReadTimeout(""),
        library.RemoteProtocolError(""),
    ]
    with pytest.raises(HubError) as offline:
        cardlint.hub.Hub(offline=True).json("/", "acme/kettle")
    ranges = HubError("ranges", "the Hub does not give parts of files, and acme/kettle is not downloaded whole")
    lacking = HubError("library", f"reading from the Hub needs {LACKING}")
    pull = (
        HubError("moved", "main of acme/kettle has moved since it was checked; run again"),
        HubError("forbidden", "this token has no right to open one in acme/kettle; it needs one that may write (…)"),
        HubError("closed", "https://huggingface.co/acme/kettle/discussions/4 had these fixes, and was closed without being merged"),
        HubError("opted-out", "its card asks for no pull requests (`x-cardlint: {pull-requests: false}`)"),
        HubError("unknown", "nobody knows whether a pull request was opened, see https://huggingface.co/acme/kettle/discussions: …"),
    )
    slow = HubError("slow", f"the Hub's answer on acme/kettle takes longer than {cardlint.hub.LONGEST_ANSWER:.0f} s")
    settings = HubError("settings", "the settings of proxies or certificates cannot be used (ValueError); …")
    return [*asked, *pull, slow, settings, *(broken(error, library, "acme/kettle") for error in errors), ranges, offline.value, lacking]


def test_every_message_is_what_is_said() -> None:
    shown = {row[0].strip("`"): row[1] for row in rows(HUB, "What cannot be had")}
    assert shown == {error.state: str(error) for error in said()}


def test_the_limits_are_those_of_the_code() -> None:
    of = cardlint.hub
    wait = int(of.WAIT)
    assert (of.TRIES, [wait, 2 * wait, 4 * wait], of.LONGEST_WAIT, cardlint.hubwords._TIMEOUT, of.MOST_REDIRECTS) == (  # noqa: SLF001
        4,
        [1, 2, 4],
        60,
        10,
        5,
    )
    text = words(HUB)
    for status in of._RETRIED:  # noqa: SLF001
        assert str(status) in text
    assert "up to four times, after one, two and four seconds" in text
    assert f"five redirects, {of.ANSWER_BYTES // 1_000_000} MB of one answer and {MAX_ENTRIES:,} files" in text
    assert f"to {FILE_BYTES // 1_000_000} MB of each and {TOTAL_BYTES // 1_000_000} MB of all" in text
    assert f"of more than {FAR_BYTES // 1_000} kB, which `-v` lists" in text
    assert f"{MOST_ASKED} at most" in text


@pytest.mark.parametrize(
    "target",
    re.findall(r"^cardlint check (.*?)(?: +#.*)?$", HUB.read_text("utf-8"), re.MULTILINE) if HUB.exists() else [],
)
def test_targets_that_are_shown_are_targets(target: str) -> None:
    for name in target.split():
        parse(name)


def test_an_address_of_a_mirror_is_no_target(hub: Hub, tmp_path: Path) -> None:
    found = check(hub, tmp_path, "https://hub.internal/acme/kettle")
    assert (found.code, "is no repository on the Hub; expected hf://" in found.err) == (2, True)
    with pytest.raises(UsageError):
        parse("hf://acme/kettle/README.md")


def test_what_a_selection_costs_is_what_is_said(hub: Hub, tmp_path: Path) -> None:
    listing = "GET /api/models/acme/kettle"
    for selected, more in (
        ("license-unknown,task-unknown", set()),
        ("section-missing", {"README.md", "config.json"}),
        ("weights/", {"README.md", "config.json", "model.safetensors"}),
        ("license-exceeds-upstream", {"README.md", "config.json", "api/models/acme/base"}),
    ):
        hub.asked.clear()
        check(hub, tmp_path, "hf://acme/kettle", "--select", selected)
        assert hub.paths[0] == listing
        asked = {path.rpartition("/resolve/")[2].partition("/")[2] or path for path in hub.paths[1:] if "cdn:" not in path}
        assert asked <= more, selected
        assert bool(more) == bool(asked)


def skipped(found: Checked) -> set[str]:
    return {item["rule"] for item in found.target["skipped"] if item["because"] is None}


def fetched(hub: Hub, home: Path, *files: str, listed: bool = True) -> None:
    """A cache with these files of the model, and the list of all if `listed`."""
    given = {"endpoint": hub.url, "cache_dir": home / "hf/hub", "token": TOKEN}
    if listed:
        snapshot_download("acme/kettle", allow_patterns=list(files) or None, **given)  # type: ignore[arg-type]
    else:
        for file in files:
            hf_hub_download("acme/kettle", file, **given)  # type: ignore[arg-type]
        for tree in (home / "hf/hub").glob("*/trees/*"):
            tree.unlink()
    hub.asked.clear()


def test_of_a_whole_snapshot_everything_is_judged_but_what_only_the_hub_knows(hub: Hub, tmp_path: Path) -> None:
    fetched(hub, tmp_path)
    found = check(hub, tmp_path, "--offline", "hf://acme/kettle")
    assert (found.code, found.reasons, hub.asked) == (1, set(), [])
    needing = {rule.id for rule in shipped().values() if rule.facts & NEEDED and "model" in rule.kinds}
    assert needing <= set(found.target["not_applicable"])
    assert "safetensors-invalid" in {item["rule"] for item in found.target["findings"]}


def test_of_a_listed_part_only_what_reads_what_is_not_here_is_skipped(hub: Hub, tmp_path: Path) -> None:
    fetched(hub, tmp_path, "README.md")
    found = check(hub, tmp_path, "--offline", "hf://acme/kettle")
    assert found.code == 4
    assert all(reason.startswith("offline: acme/kettle/") and "is not in the local cache" in reason for reason in found.reasons)
    assert "license-text-missing" in {item["rule"] for item in found.target["findings"]}, "absence is known"


def test_of_an_unlisted_part_no_absence_is_known(hub: Hub, tmp_path: Path) -> None:
    fetched(hub, tmp_path, "README.md", listed=False)
    found = check(hub, tmp_path, "--offline", "hf://acme/kettle")
    shown = re.findall(r"^hf://\S+: not examined\[\d+ rules\] (offline: .*)$", AIR.read_text("utf-8"), re.MULTILINE)
    assert (found.code, [*found.reasons]) == (4, shown)
    assert {"license-text-missing", "card-missing", "library-file-missing", "safetensors-invalid"} <= skipped(found)
    said = {item["rule"] for item in found.target["findings"]}
    assert "section-missing" in said, "what is here is judged"
    assert not {"license-text-missing", "card-missing", "library-file-missing"} & said


def test_reasons_that_are_explained_are_given(hub: Hub, tmp_path: Path) -> None:
    explained = [re.findall(r"`([^`]+)`", row[0])[0] for row in rows(AIR, '"offline:", "cannot be reached", and the exit code')]
    given = {*check(hub, tmp_path, "--offline", "hf://acme/kettle").reasons}
    fetched(hub, tmp_path, "README.md")
    given |= check(hub, tmp_path, "--offline", "hf://acme/kettle").reasons
    fetched(hub, tmp_path, "README.md", listed=False)
    given |= check(hub, tmp_path, "--offline", "hf://acme/kettle").reasons
    given |= check(hub, tmp_path, "hf://acme/base", patient=False, HF_ENDPOINT=NOBODY).reasons
    for reason in explained:
        pattern = ".*".join(re.escape(part) for part in re.split(" ?… ?", reason))
        assert any(re.match(pattern, each) for each in given), (reason, given)


def test_a_value_that_may_be_newer_than_the_list_is_a_warning_that_says_so(hub: Hub, tmp_path: Path) -> None:
    (shown,) = re.findall(r'`("dream-reading" .*?)`', AIR.read_text("utf-8"))
    (tmp_path / "model").mkdir()
    (tmp_path / "model/README.md").write_text("---\npipeline_tag: dream-reading\n---\n")
    found = check(hub, tmp_path, "model", "--select", "task-unknown")
    assert [(item["severity"], item["message"]) for item in found.target["findings"]] == [("warning", shown)]


def test_what_is_judged_from_the_cache_imports_no_client(hub: Hub, tmp_path: Path) -> None:
    fetched(hub, tmp_path)
    code = (
        "import sys; from cardlint.cli import run; code = run(['check', '--cache', '-q'])\n"
        "print(code, sorted({'huggingface_hub', 'httpx', 'httpx2'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=hub.environment(tmp_path / "hf"), cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "1 []"


def test_two_processes_check_two_targets_as_one_does(hub: Hub, tmp_path: Path) -> None:
    targets = ("hf://acme/kettle", "hf://acme/base")
    one, two = (check(hub, tmp_path, *targets, *jobs).report["targets"] for jobs in ((), ("--jobs", "2")))
    assert [item["target"] for item in two] == list(targets)
    assert [item["findings"] for item in two] == [item["findings"] for item in one]
    assert all(item["revision"] for item in two)


def test_a_configuration_and_suppressions_of_a_stranger_count_only_where_he_is_trusted(tmp_path: Path) -> None:
    card = b"---\nlicense: mit\n---\n# K\n[x](y.md) <!-- cardlint: ignore[link-broken] soon -->\n"
    with Hub(Repo("acme/kettle", {"README.md": card, ".cardlint.yaml": b"rules: {contact-missing: error}\n"})) as hub:
        select = ("hf://acme/kettle", "--select", "link-broken,contact-missing")
        plain, trusted = check(hub, tmp_path, *select), check(hub, tmp_path, *select, "--trust-config")
    for found, severity, suppressed in ((plain, "note", False), (trusted, "error", True)):
        assert {item["rule"]: (item["severity"], bool(item["suppressed"])) for item in found.target["findings"]} == {
            "contact-missing": (severity, False),
            "link-broken": ("warning", suppressed),
        }
    assert sum(".cardlint" in path for path in hub.paths) == 1


def test_the_source_of_a_mirror_asks_the_mirror(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    assert HubSource(cardlint.hub.Hub(), parse("https://huggingface.co/acme/kettle")).commit == hub.repos["model", "acme/kettle"].sha


def test_the_proxy_of_the_environment_is_used(hub: Hub, tmp_path: Path) -> None:
    check(
        hub,
        tmp_path,
        "hf://acme/kettle",
        "--select",
        "license-unknown",
        patient=False,
        HF_ENDPOINT="http://hub.invalid",
        HTTP_PROXY=hub.url,
    )
    assert hub.asked[0].path.startswith("http://hub.invalid/api/models/acme/kettle")


def test_single_files_leave_no_list_and_patterns_do(hub: Hub, tmp_path: Path) -> None:
    given = {"endpoint": hub.url, "token": TOKEN}
    hf_hub_download("acme/kettle", "README.md", cache_dir=tmp_path / "one", **given)  # type: ignore[arg-type]
    snapshot_download("acme/kettle", allow_patterns=["README.md"], cache_dir=tmp_path / "two", **given)  # type: ignore[arg-type]
    assert [len([*(tmp_path / name).glob("*/trees/*.json")]) for name in ("one", "two")] == [0, 1]


def test_wrong_use_is_told_before_anything_is_asked(hub: Hub, tmp_path: Path) -> None:
    found = check(hub, tmp_path, "hf://acme/kettle", "--select", "license-unknwon")
    assert (found.code, "did you mean license-unknown?" in found.err, hub.asked) == (2, True, [])
