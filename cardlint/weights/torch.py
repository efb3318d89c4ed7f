"""Torch's zip archives by their layout: state dicts, TorchScript, and exported programs.

torch/serialization.py, caffe2/serialize/inline_container.cc, torch/export/pt2_archive. Torch looks names up without regard
to case.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily
from cardlint.weights.sniff import HEAD, by_magic
from cardlint.weights.torchids import UNKNOWN
from cardlint.weights.verdict import Evidence, Judgement
from cardlint.weights.zipcheck import archive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from cardlint.weights.reading import Reader
    from cardlint.weights.zipread import Directory, Member

_STORAGE = lazily(r"([^/]+/[^/]+)/([0-9]{1,19})")
_PICKLE = lazily(r"([^/]+)/data\.pkl")
_FORMAT = lazily(r"([^/]+/|)archive_format")
_CONFIG = lazily(r"(.*/data/(?:weights|constants)/)[^/]+_config\.json")
_OTHERS = (".npz", ".keras", ".skops", ".mar")  # their loaders know nothing of torch's layout, and open members by their content
_INPUTS = "/traced_inputs"  # torch writes their shapes without their data
_RAW = lazily(r"(?:weight|tensor)_[0-9]{1,9}")
_LOADED = frozenset({"zip", "torch-legacy"})  # what torch.load takes, which some loaders try on every weight
_LONGEST = 4_000_000  # bytes of a text that is looked at
_BETWEEN = r"(?:\s|\\\n|#[^\n]{0,200}\n)*"
# Operators of TorchScript that read or write files (2.13: of `torch._C._jit_get_all_schemas()` these two, and one for debugging).
_FILES = lazily(rf"\b(?:torch|aten){_BETWEEN}\.{_BETWEEN}(save|from_file)\b")
_PERHAPS_FILES = lazily(rf"\.{_BETWEEN}(save|from_file|load_tensor){_BETWEEN}\(")
_OPERATORS = lazily(rf"\bops{_BETWEEN}\.{_BETWEEN}(\w+)")
_KNOWN_OPERATORS = frozenset(
    {"aten", "prim", "prims", "quantized", "_quantized", "quantized_decomposed", "mkldnn", "mkldnn_prepacked", "onednn", "sparse",
     "quantization", "mkl", "xnnpack", "prepacked", "vulkan_prepack", "metal_prepack", "torchvision", "torchaudio", "torch_scatter",
     "torch_sparse", "torch_cluster", "static_runtime", "inductor"}
)  # fmt: skip


class Layout(NamedTuple):
    """What kind of torch archive it is, its one top folder, and which members are raw tensor data.

    `storages` are, for each pickle by its path in lower case, the sizes in bytes of the tensor data that it may name.
    """

    format: str
    top: str
    raw: frozenset[bytes]
    storages: Mapping[str, Mapping[str, int]]


def layout(directory: Directory, content: Callable[[Member], Reader | None], name: str = "") -> Layout | None:
    """The layout of a torch archive; None of any other archive, and of one whose name hands it to another loader."""
    if name.lower().endswith(_OTHERS):
        return None
    paths = {member.path.casefold(): member for member in directory.members}
    top = next((match[1] for path in paths if (match := _PICKLE.fullmatch(path))), None)
    if top is None:
        exported = next((path for path in paths if _FORMAT.fullmatch(path)), None)
        if exported is None:
            return None
        return Layout("pt2", exported.partition("/")[0], frozenset(_exported(directory, content)), {})
    storages: dict[str, dict[str, int]] = {}
    raw: set[bytes] = set()
    for member in directory.members:
        match = _STORAGE.fullmatch(member.path.casefold())
        if match and member.method == 0 and f"{match[1]}.pkl" in paths:
            known = not match[1].endswith(_INPUTS)
            storages.setdefault(f"{match[1]}.pkl", {})[match[2]] = member.size if known else UNKNOWN
            raw.add(member.name)
    script = f"{top}/constants.pkl" in paths
    return Layout("torchscript" if script else "torch", top, frozenset(raw), storages)


def _exported(directory: Directory, content: Callable[[Member], Reader | None]) -> Iterator[bytes]:
    """The members of an exported program that every configuration of it says are raw numbers, and that begin like nothing else."""
    raw: set[str] = set()
    pickled: set[str] = set()
    for member in directory.members:
        match = _CONFIG.fullmatch(member.path)
        held = content(member) if match else None
        if match is None or held is None or held.size > _LONGEST:
            continue
        for name, is_pickled in _payloads(held.read(0, held.size)):
            (pickled if is_pickled or not _RAW.fullmatch(name) else raw).add(match[1] + name)
    for member in directory.members:
        if member.method == 0 and member.path in raw - pickled:
            held = content(member)
            if held is not None and not (held.near and by_magic(held.read(0, HEAD)) in _LOADED):
                yield member.name


def _payloads(text: bytes) -> list[tuple[str, bool]]:
    """What a configuration names, each with whether it is pickled; nothing where it cannot be read."""
    try:
        config: Any = json.loads(text)
        return [(str(entry["path_name"]), entry["use_pickle"] is not False) for entry in config["config"].values()]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return []


def judge(directory: Directory, found: Layout) -> Iterator[Evidence]:
    """What torch itself would stumble over."""
    tops = {member.path.partition("/")[0] for member in directory.members}
    if len(tops) > 1 and found.top:
        message = f"has {len(tops)} top folders; torch refuses it, and other readers take any of them"
        yield archive(", ".join(sorted(tops)[:5]), message)


def judge_code(path: str, code: Reader) -> Judgement:
    """The text of a TorchScript module: what of it reaches files, or operators that torch does not have."""
    if code.size > _LONGEST:
        return Judgement("text", (Evidence("review", "unread", path, "is longer than any code that is looked at"),))
    text = code.read(0, code.size).decode("utf-8", "replace")
    evidence = []
    if match := _FILES.search(text):
        message = f"calls torch.{match[1]}, which reads or writes a file of the program's choice when the model runs"
        evidence.append(Evidence("block", "format", f"torch.{match[1]}", message, offset=match.start()))
    elif match := _PERHAPS_FILES.search(text):
        message = f"calls {match[1]}, which may read or write a file when the model runs"
        evidence.append(Evidence("review", "format", match[1], message, offset=match.start()))
    for name in dict.fromkeys(_OPERATORS.findall(text)):
        if name not in _KNOWN_OPERATORS and len(evidence) < len(_KNOWN_OPERATORS):
            evidence.append(Evidence("review", "format", f"ops.{name}", f"calls operators of {name}, which are not torch's own"))
    return Judgement("text", tuple(evidence))
