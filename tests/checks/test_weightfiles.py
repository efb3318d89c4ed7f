"""Formats, twins, copies and limits, as a listing shows them and as content corrects it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from weightbytes import EMPTY, archive, pointer, safetensors, torch

from cardlint import engine
from cardlint.checks.weightfiles import readable
from cardlint.policy import Policy
from cardlint.policyfile import load_policy, parse_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory

if TYPE_CHECKING:
    from pathlib import Path

    from cardlint.report import Finding

PICKLES = ("pickle-weights", "safetensors-missing")
GB = 1_000_000_000


def run(files: dict[str, bytes | int], *select: str, policy: str = "") -> list[Finding]:
    chosen = load_policy(shipped(), select=select)
    if policy:
        chosen = Policy(chosen.name, shipped(), (*chosen.layers, parse_policy(shipped(), policy, "policy.yaml")), chosen.select)
    repository = Repository(Memory(files), Identity("model", None, told=True))
    target = engine.run(repository, chosen.bind(repository))
    assert (target.failed, target.skipped) == ((), ())
    return list(target.findings)


def found(files: dict[str, bytes | int]) -> list[tuple[str, str]]:
    return [(finding.rule, str(finding.path)) for finding in run(files, *PICKLES)]


MISSING, BESIDE = "safetensors-missing", "pickle-weights"
TWINS: list[tuple[dict[str, bytes | int], list[tuple[str, str]]]] = [
    ({"pytorch_model.bin": GB}, [(MISSING, "pytorch_model.bin")]),
    ({"pytorch_model.bin": GB, "model.safetensors": GB}, [(BESIDE, "pytorch_model.bin")]),
    ({"pytorch_model.bin": GB, "model.fp16.safetensors": GB // 2}, [(BESIDE, "pytorch_model.bin")]),
    ({"pytorch_model.fp16.bin": GB // 2, "model.safetensors": GB}, [(BESIDE, "pytorch_model.fp16.bin")]),
    ({"pytorch_model-00001-of-00002.bin": GB, "pytorch_model-00002-of-00002.bin": GB}, [(MISSING, "pytorch_model-00001-of-00002.bin")]),
    ({"pytorch_model-00001-of-00002.bin": GB, "pytorch_model-00002-of-00002.bin": GB, "model.safetensors": 2 * GB},
     [(BESIDE, "pytorch_model-00001-of-00002.bin")]),
    ({"open_clip_pytorch_model.bin": GB, "open_clip_model.safetensors": GB}, [(BESIDE, "open_clip_pytorch_model.bin")]),
    ({"best.pt": GB, "last.pt": GB, "model.safetensors": GB}, [(BESIDE, "best.pt")]),
    ({"v1-5-pruned.ckpt": 7 * GB, "unet/diffusion_pytorch_model.safetensors": 4 * GB, "vae/diffusion_pytorch_model.safetensors": GB},
     [(BESIDE, "v1-5-pruned.ckpt")]),
    ({"original/consolidated.00.pth": 9 * GB, "original/consolidated.01.pth": 9 * GB, "model.safetensors": 18 * GB},
     [(BESIDE, "original/consolidated.00.pth")]),
    # A part of its own has a twin of its own or none.
    ({"adapter_model.bin": GB, "model.safetensors": GB}, [(MISSING, "adapter_model.bin")]),
    ({"adapter_model.bin": GB, "adapter_model.safetensors": GB}, [(BESIDE, "adapter_model.bin")]),
    ({"pytorch_model.bin": GB, "adapter_model.safetensors": GB // 9}, [(MISSING, "pytorch_model.bin")]),
    ({"2_Dense/pytorch_model.bin": 3_000_000, "model.safetensors": GB}, [(MISSING, "2_Dense/pytorch_model.bin")]),
    ({"tiny/a.pt": 1000, "b/model.safetensors": 1000}, [(MISSING, "tiny/a.pt")]),
    ({"unet/diffusion_pytorch_model.bin": GB, "vae/diffusion_pytorch_model.bin": GB // 9},
     [(MISSING, "unet/diffusion_pytorch_model.bin"), (MISSING, "vae/diffusion_pytorch_model.bin")]),
    # What a training leaves behind, and what is no weights at all.
    ({"training_args.bin": 5000, "optimizer.pt": GB, "rng_state_0.pth": 15000, "scheduler.pt": 1000, "tokens.bin": GB}, []),
    ({"global_step100/mp_rank_00_model_states.pt": GB, "global_step100/zero_pp_rank_0_mp_rank_00_optim_states.pt": GB}, []),
    ({"model.pkl": GB, "model.joblib": GB, "model.onnx": GB}, []),
    # Content decides.
    ({"pytorch_model.bin": torch()}, [(MISSING, "pytorch_model.bin")]),
    ({"tokens.bin": torch()}, [(MISSING, "tokens.bin")]),
    ({"tokens.bin": EMPTY}, []),
    ({"model.pt": EMPTY}, [(MISSING, "model.pt")]),
    ({"model.pt": archive({"m/data.pkl": EMPTY, "m/constants.pkl": b"\x80\x02)."})}, []),
    ({"model.ckpt": b"\x00\xff" * 50}, []),
    ({"pytorch_model.bin": torch(), "model.safetensors": torch()}, [(MISSING, "pytorch_model.bin")]),
    ({"pytorch_model.bin": torch(), "model.safetensors": safetensors({"w": ("F32", [1])})}, [(BESIDE, "pytorch_model.bin")]),
    # Sizes are those that pointers stand for.
    ({"a/consolidated.pth": pointer(b"", 9 * GB), "model.safetensors": pointer(b"", 9 * GB)}, [(BESIDE, "a/consolidated.pth")]),
    ({"a/consolidated.pth": pointer(b"", 9 * GB), "model.safetensors": pointer(b"", GB)}, [(MISSING, "a/consolidated.pth")]),
]  # fmt: skip


@pytest.mark.parametrize(("files", "findings"), TWINS)
def test_a_pickle_is_one_finding_with_a_twin_or_without(files: dict[str, bytes | int], findings: list[tuple[str, str]]) -> None:
    assert found(files) == findings


def test_the_rest_of_a_folder_is_counted() -> None:
    (finding,) = run({"v/a.pt": GB, "v/b.pt": GB, "v/c.pt": GB}, *PICKLES)
    assert finding.message.startswith("a.pt and 2 more in its folder are in a pickle-based format")


def test_the_twin_is_the_one_with_the_plainest_name() -> None:
    (finding,) = run({"pytorch_model.bin": GB, "model.fp16.safetensors": GB, "model.safetensors": GB}, *PICKLES)
    assert "are in model.safetensors;" in finding.message


COPIES: list[tuple[list[str], list[str]]] = [
    (["model.safetensors", "pytorch_model.bin"], []),
    (["model.safetensors", "tf_model.h5"], ["tf_model.h5"]),
    (["pytorch_model.bin", "flax_model.msgpack"], ["flax_model.msgpack"]),
    (["tf_model.h5"], []),
    (["a/model.safetensors", "b/tf_model.h5"], []),
    (["model.safetensors", "rust_model.ot", "pytorch_model.bin", "tf_model.h5"], ["rust_model.ot"]),
]


@pytest.mark.parametrize(("paths", "findings"), COPIES)
def test_copies_for_other_frameworks_are_one_note_for_each_folder(paths: list[str], findings: list[str]) -> None:
    assert [finding.path for finding in run(dict.fromkeys(paths, GB), "weights-duplicated")] == findings


def test_a_pickle_beside_its_twin_is_no_copy() -> None:
    assert [item.rule for item in run({"model.safetensors": GB, "pytorch_model.bin": GB}, "weights-duplicated", *PICKLES)] == [BESIDE]


# Limits


def large(files: dict[str, bytes | int], policy: str = "") -> list[tuple[str | None, str, str]]:
    return [(item.path, item.subject, item.message) for item in run(files, "repository-too-large", policy=policy)]


def test_files_are_held_against_what_is_accepted_and_recommended() -> None:
    assert large({"a.bin": 200 * GB, "b.bin": 200 * GB + 1, "c.bin": 500 * GB, "d.bin": 500 * GB + 1}) == [
        ("b.bin", "b.bin", "has 200 GB; the Hub recommends at most 200 GB for a file, so that uploads and downloads succeed"),
        ("c.bin", "c.bin", "has 500 GB; the Hub recommends at most 200 GB for a file, so that uploads and downloads succeed"),
        ("d.bin", "d.bin", "has 500 GB; the Hub takes no file of more than 500 GB, split it"),
    ]


def test_a_pointer_counts_with_what_it_stands_for() -> None:
    assert [item[0] for item in large({"a.bin": pointer(b"", 900 * GB), "b.bin": pointer(b"", GB)})] == ["a.bin"]


def test_entries_of_folders_are_files_and_folders() -> None:
    files: dict[str, bytes | int] = {f"a/{number}/x": 1 for number in range(6000)} | {f"a/{number}": 1 for number in range(6000, 10_001)}
    assert large(files) == [
        ("a", "a/", "a/ has 10,001 entries, and a folder on the Hub has at most 10,000; use more folders, or fewer and larger files")
    ]
    assert large({f"a/{number}/x": 1 for number in range(10_000)}) == []


def test_the_root_is_a_folder_too() -> None:
    ((path, subject, message),) = large(dict.fromkeys("abc", 1), "rules: {repository-too-large: {with: {most_entries: 2}}}")
    assert (path, subject, message[:20]) == ("README.md", "/", "the root has 3 entri")


def test_all_files_are_counted() -> None:
    ((_, subject, message),) = large(dict.fromkeys("abc", 1), "rules: {repository-too-large: {with: {most_files: 2}}}")
    assert (subject, message) == ("files", "the repository has 3 files; the Hub recommends fewer than 2, put them into archives or tables")


def test_sizes_are_written_for_people() -> None:
    assert [readable(size) for size in (0, 999, 1000, 1_234_567, 10_485_760, 4_368_438_944, 2_500_000_000_000)] == [
        "0 bytes", "999 bytes", "1 kB", "1.23 MB", "10.5 MB", "4.37 GB", "2.5 TB",
    ]  # fmt: skip


def test_nothing_is_said_of_the_files_of_real_repositories_that_is_not_so(corpus: Path) -> None:
    """Listings alone: every pickle reported is named like weights, every twin is a safetensors file beside it or elsewhere."""
    import json

    for path in (corpus / "trees").glob("*.json"):
        listing = {item["path"]: max(0, item["size"]) for item in json.loads(path.read_bytes())["files"]}
        for finding in run(listing, *PICKLES, "weights-duplicated", "repository-too-large"):
            assert finding.path in listing
            assert finding.rule != "repository-too-large"
            if finding.rule == MISSING:
                folder = str(finding.path).rpartition("/")[0]
                beside = [name for name in listing if name.rpartition("/")[0] == folder and name.endswith(".safetensors")]
                assert not beside or "adapter" in str(finding.path) or "lora" in str(finding.path), path.name
