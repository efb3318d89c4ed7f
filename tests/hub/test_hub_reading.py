"""Which repository and commit a target on the Hub means, what reading it costs, and who gets to see the token; through the real command."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import huggingface_hub
import pytest
import weightbytes
from hub.command import check
from hub.server import OTHER_TOKEN, TOKEN, Hub
from hub.store import Kind, Repo, Sparse
from huggingface_hub import snapshot_download

import cardlint
from cardlint.formats import FORMATS

CARD = b"---\nlicense: mit\npipeline_tag: text-generation\n---\n# Kettle\n"
KETTLE = "hf://acme/kettle"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with Hub(Repo("acme/kettle", {"README.md": CARD})) as made:
        yield made


@pytest.mark.parametrize(
    ("target", "which"),
    [
        (KETTLE, "main"),
        (f"{KETTLE}@main", "main"),
        ("hf://models/acme/kettle", "main"),
        (f"{KETTLE}@v1", "first"),
        (f"{KETTLE}@FIRST", "first"),
        (f"{KETTLE}@SHORT", "first"),
        (f"{KETTLE}@try/this", "branch"),
        (f"{KETTLE}@refs/pr/1", "pull"),
        ("https://huggingface.co/acme/kettle", "main"),
        ("https://huggingface.co/acme/kettle/tree/v1", "first"),
        ("https://hf.co/acme/kettle/blob/refs%2Fpr%2F1/README.md", "pull"),
        ("https://huggingface.co/acme/kettle/blob/refs/pr/1/README.md?x=1#y", "pull"),
        ("https://huggingface.co/acme/kettle/tree/try%2Fthis", "branch"),
        ("https://huggingface.co/acme/kettle/discussions/7", "main"),
    ],
)
def test_a_revision_is_resolved_once_and_told_as_a_commit(hub: Hub, tmp_path: Path, target: str, which: str) -> None:
    repo = hub.repos["model", "acme/kettle"]
    oids = {"first": repo.sha}
    repo.tag("v1")
    oids["main"] = repo.commit({"README.md": CARD + b"Two\n"})
    oids["branch"] = repo.commit({"README.md": CARD + b"Branch\n"}, on="refs/heads/try/this")
    oids["pull"] = repo.commit({"README.md": CARD + b"Pull\n"}, on="refs/pr/1")
    found = check(hub, tmp_path, target.replace("FIRST", oids["first"]).replace("SHORT", oids["first"][:8]))
    assert (found.code, found.target["revision"], found.reasons) == (0, oids[which], set())
    assert [item.path for item in hub.asked[1:]] == [f"/acme/kettle/resolve/{oids[which]}/README.md"]


@pytest.mark.parametrize(
    ("target", "kind", "name", "address"),
    [
        ("hf://kettle", "model", "kettle", "/kettle/resolve/"),
        ("hf://datasets/cups", "dataset", "cups", "/datasets/cups/resolve/"),
        ("hf://datasets/acme/cups", "dataset", "acme/cups", "/datasets/acme/cups/resolve/"),
        ("https://huggingface.co/spaces/acme/shop", "space", "acme/shop", "/spaces/acme/shop/resolve/"),
    ],
)
def test_kinds_and_ids_of_one_part(tmp_path: Path, target: str, kind: Kind, name: str, address: str) -> None:
    repo = Repo(name, {"README.md": b"---\nlicense: mit\nsdk: static\n---\n# It\n"}, kind=kind)
    with Hub(repo) as hub:
        found = check(hub, tmp_path, target)
    assert (found.target["kind"], found.target["revision"]) == (kind, repo.sha)
    assert found.code < 2
    assert all(item.path.startswith(address) for item in hub.asked[1:])


def test_a_card_is_two_requests_and_its_values_one(hub: Hub, tmp_path: Path) -> None:
    found = check(hub, tmp_path, KETTLE)
    assert hub.paths == ["GET /api/models/acme/kettle", f"GET /acme/kettle/resolve/{found.target['revision']}/README.md"]
    received = sum(hub.sent.values())
    assert f"{KETTLE}: 2 requests to the Hub, {received} bytes received" in found.out
    hub.asked.clear()
    assert check(hub, tmp_path, KETTLE, "--select", "license-unknown,license-missing").code == 0
    assert hub.paths == ["GET /api/models/acme/kettle"]


def test_what_each_target_cost_is_told_apart(hub: Hub, tmp_path: Path) -> None:
    hub.add(Repo("acme/pot"))
    found = check(hub, tmp_path, KETTLE, "hf://acme/pot", ".")
    assert found.out.count(" requests to the Hub, ") == 1
    assert "hf://acme/pot: 1 request to the Hub, " in found.out


def test_a_pinned_repository_in_the_cache_costs_nothing(hub: Hub, tmp_path: Path) -> None:
    commit = hub.repos["model", "acme/kettle"].sha
    snapshot_download("acme/kettle", revision=commit, endpoint=hub.url, cache_dir=tmp_path / "hf/hub", token=TOKEN)
    hub.asked.clear()
    found = check(hub, tmp_path, f"{KETTLE}@{commit}", "--ignore", "access/")
    assert (found.code, found.reasons, hub.paths) == (0, set(), [])
    assert f"{KETTLE}@{commit}: 0 requests to the Hub, 0 bytes received" in found.out
    assert check(hub, tmp_path, f"{KETTLE}@{commit}").code == 0
    assert hub.counts == {"api": 1}, "what the Hub's scanners say of it now is in no cache of the client"
    again = check(hub, tmp_path, f"{KETTLE}@{commit}")
    assert (again.code, again.reasons, hub.counts) == (0, set(), {"api": 1}), "and asked for once a day"
    assert f"{KETTLE}@{commit}: 0 requests to the Hub, 0 bytes received" in again.out
    check(hub, tmp_path, f"{KETTLE}@{commit}", token=OTHER_TOKEN)
    assert hub.counts == {"api": 2}, "each who asks is told what he may see"
    for answer in (tmp_path / "hf/assets/cardlint/hub").iterdir():
        os.utime(answer, (1, 1))
    check(hub, tmp_path, f"{KETTLE}@{commit}")
    assert hub.counts == {"api": 3}, "a day later it is asked for again"


def sparse_torch(size: int) -> Sparse:
    """A zip as torch.save writes it, with one tensor's bytes of this size, all zeros."""
    crc = 0
    for start in range(0, size, 1 << 20):
        crc = zlib.crc32(bytes(min(1 << 20, size - start)), crc)
    members = [(b"archive/data.pkl", weightbytes.EMPTY), (b"archive/version", b"3\n")]
    head, central, count = b"", b"", 0
    for name, content, check_sum, length in [
        *((name, held, zlib.crc32(held), len(held)) for name, held in members),
        (b"archive/data/0", b"", crc, size),
    ]:
        shared = struct.pack("<5H3I2H", 20, 0, 0, 0, 0x21, check_sum, length, length, len(name), 0)
        central += b"PK\1\2" + struct.pack("<H", 20) + shared + struct.pack("<3H2I", 0, 0, 0, 0, len(head)) + name
        head += b"PK\3\4" + shared + name + content
        count += 1
    end = b"PK\5\6" + struct.pack("<4H2IH", 0, 0, count, count, len(central), len(head) + size, 0)
    return Sparse(len(head) + size + len(central) + len(end), head, central + end)


def sparse_safetensors(size: int) -> Sparse:
    header = b'{"w":{"dtype":"F32","shape":[%d],"data_offsets":[0,%d]}}' % (size // 4, size)
    head = struct.pack("<Q", len(header)) + header
    return Sparse(len(head) + size, head)


def test_huge_weights_are_judged_from_a_few_kilobytes(hub: Hub, tmp_path: Path) -> None:
    files = {"model.safetensors": sparse_safetensors(200_000_000), "pytorch_model.bin": sparse_torch(200_000_000), "README.md": CARD}
    hub.add(
        Repo(
            "acme/huge",
            {**files, ".gitattributes": b"*.bin filter=lfs diff=lfs merge=lfs -text\n*.safetensors filter=lfs diff=lfs merge=lfs -text\n"},
        )
    )
    found = check(hub, tmp_path, "hf://acme/huge", "--select", "weights/")
    assert found.reasons == set()
    assert "pickle-weights" in {item["rule"] for item in found.target["findings"]}, "the zip was looked into"
    assert not {"safetensors-invalid", "weights-unreadable"} & {item["rule"] for item in found.target["findings"]}
    asked = [item for item in hub.asked if item.status != 302]
    assert len(asked) <= 6, hub.paths
    assert sum(hub.sent.values()) <= 65_536, hub.sent


def test_the_token_reaches_the_endpoint_and_nobody_else(hub: Hub, tmp_path: Path) -> None:
    hub.caches = True
    hub.add(Repo("acme/pot", {"README.md": CARD, "model.safetensors": sparse_safetensors(4_000_000)}))
    hub.add(Repo("acme/away", {}))
    hub.fail("hub:/api/models/acme/away", status=307, headers={"Location": f"{hub.cdn}/api/models/acme/away"})
    found = check(hub, tmp_path, KETTLE, "hf://acme/pot", "hf://acme/away")
    assert found.code == 4
    tokens = {item.host: {other.token for other in hub.asked if other.host == item.host} for item in hub.asked}
    assert tokens == {"hub": {f"Bearer {TOKEN}"}, "cdn": {""}}
    others = {name: value for item in hub.asked if item.host == "cdn" for name, value in item.headers.items()}
    assert TOKEN not in "".join(others.values())
    assert any("/api/resolve-cache/" in item.path for item in hub.asked)


@pytest.mark.parametrize(("token", "environment"), [(None, {}), (TOKEN, {"HF_HUB_DISABLE_IMPLICIT_TOKEN": "1"})])
def test_no_token_is_sent_where_there_is_none(hub: Hub, tmp_path: Path, token: str | None, environment: dict[str, str]) -> None:
    assert check(hub, tmp_path, KETTLE, token=token, **environment).code == 0
    assert {item.token for item in hub.asked} == {""}


def test_nothing_is_told_but_which_program_asks(hub: Hub, tmp_path: Path) -> None:
    check(hub, tmp_path, KETTLE)
    agents = {item.headers["user-agent"] for item in hub.asked}
    assert agents == {f"cardlint/{cardlint.__version__}; hf_hub/{huggingface_hub.__version__}"}
    assert not (tmp_path / "hf/.agent_harnesses.json").exists()


def test_the_token_of_the_login_is_used(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "hf").mkdir()
    (tmp_path / "hf/token").write_text(TOKEN)
    assert check(hub, tmp_path, KETTLE, token=None).code == 0
    assert {item.token for item in hub.asked} == {f"Bearer {TOKEN}"}


def test_no_format_shows_the_token(hub: Hub, tmp_path: Path) -> None:
    hub.add(Repo("acme/echo", {}))
    hub.fail("models/acme/echo", status=418, headers={"X-Error-Message": f"Bearer {TOKEN} is no good"}, body=TOKEN.encode())
    outputs = [item for name in FORMATS if name != "text" for item in ("--output-format", f"{name}={tmp_path / name}.out")]
    done = subprocess.run(
        [sys.executable, "-m", "cardlint", "check", KETTLE, "hf://acme/echo", "-v", "--output-format", "text", *outputs],
        env=hub.environment(tmp_path / "hf"), cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 4, done.stderr
    said = [done.stdout, done.stderr, *(path.read_text() for path in tmp_path.glob("*.out"))]
    assert len(said) == len(FORMATS) + 1
    assert sum("is no good" in text for text in said) > 3
    assert not any(TOKEN in text for text in said)


def test_a_password_in_the_endpoint_is_not_shown(hub: Hub, tmp_path: Path) -> None:
    hub.repos["model", "acme/kettle"].gated = "auto"
    found = check(hub, tmp_path, KETTLE, token=None, HF_ENDPOINT=hub.url.replace("//", "//me:canarypassword@"))
    assert found.code == 4
    assert "canarypassword" not in found.out + found.err + str(found.report)


def test_what_libraries_write_is_not_asked_for_to_look_for_secrets(hub: Hub, tmp_path: Path) -> None:
    files = {"README.md": CARD, "tokenizer.json": b"{}", "data.csv": b"a,b\n" * 40_000, "small.csv": b"a,b\n", "train.py": b"x = 1\n"}
    hub.add(Repo("acme/words", files))
    found = check(hub, tmp_path, "hf://acme/words", "--select", "token-leaked")
    assert (found.code, found.reasons) == (0, set())
    asked = {path.rpartition("/")[2] for path in hub.paths if "/resolve/" in path}
    assert asked == {"README.md", "small.csv", "train.py"}
    assert "data.csv: left unread: not asked of the Hub to look for secrets" in found.out


def test_discussions_that_are_switched_off_are_no_way_to_report_harm(hub: Hub, tmp_path: Path) -> None:
    card = b"---\nlicense: mit\n---\n# Kettle\n\nTell us in the [discussions](https://huggingface.co/acme/open/discussions).\n"
    hub.add(Repo("acme/open", {"README.md": card}))
    hub.add(Repo("acme/shut", {"README.md": card}, discussions_disabled=True))
    only = ("--policy", "ethics", "--select", "feedback-channel-missing")
    found = check(hub, tmp_path, "hf://acme/open", *only)
    assert (found.target["findings"], found.reasons) == ([], set())
    [finding] = check(hub, tmp_path, "hf://acme/shut", *only).target["findings"]
    assert "discussions are switched off on the Hub" in finding["message"]
    hub.fail("/discussions", status=502, headers={"Retry-After": "0"})
    found = check(hub, tmp_path, "hf://acme/open", *only)
    assert (found.code, found.target["findings"]) == (4, [])
