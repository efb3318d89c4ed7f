"""An organisation on the tests' Hub, with all that an audit meets: good repositories, and every way in which one is not. Deterministic."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections import defaultdict
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from cardtexts import BROKEN, card, hostile
from hub.server import TOKEN, Account
from hub.store import Content, Kind, Repo, Sparse

if TYPE_CHECKING:
    from hub.server import Hub

NAME = "acme"
ME = "linter"  # whose token TOKEN is
HUGE_FILES, HUGE_CARD = 20_000, 3_000_000
LIGHT = 1_000_000  # bytes
# What a repository is: of a thousand, about so many. All the others are as they should be, or have a defect of their card.
SHARES = {
    "gated, granted": 30, "gated": 25, "gated, manual": 25, "private": 60, "disabled": 12, "broken": 84, "no card": 30, "empty": 10,
    "hostile": 30, "pickle": 60, "dangerous": 5, "renamed": 15, "shards": 40,
}  # fmt: skip
# One of each in a thousand, wherever else the lot falls.
SINGLE = {7: "many files", 77: "large card", 177: "reserved name", 277: "reserved name", 377: "long name", 477: "many commits"}
_ATTRIBUTES = b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n*.bin filter=lfs diff=lfs merge=lfs -text\n"
_CONFIG = b'{"architectures": ["BertForSequenceClassification"], "model_type": "bert", "hidden_size": 64}\n'
_WORDS = ("amber", "birch", "cedar", "dune", "ember", "fjord", "grove", "heron", "iris", "jade", "kelp", "lark", "moss", "opal", "pine")
_RESERVED = ("__proto__", "constructor", "hasOwnProperty", "CON", "null", "1e309", "__init__", "index.html")
_FILES = (
    "<img src=x onerror=alert(1)>.csv",
    "\x1b[31mred.txt",
    "=1+1.csv",
    "a\nb.txt",
    "-rf",
    "%2e%2e%2fup.txt",
    "\u202egpj.exe",
    "@everyone.md",
)
# Neither is ever loaded: one that is harmless, and one that would run a command.
_PICKLE = b"\x80\x02}q\x00(X\x01\x00\x00\x00aq\x01K\x01u."
_DANGEROUS = b"cposix\nsystem\n(S'true'\ntR."


class Organisation(NamedTuple):
    """The repositories by what they are; see SHARES and SINGLE, `plain` besides."""

    sorts: dict[str, list[Repo]]

    @property
    def repos(self) -> list[Repo]:
        """Every repository, in the order of their numbers."""
        return sorted((repo for group in self.sorts.values() for repo in group), key=lambda repo: int(repo.more["likes"]))


def organisation(hub: Hub, count: int = 1000, seed: int = 0, *, light: bool = False) -> Organisation:
    """Put so many repositories of `acme` on a Hub, and give TOKEN a reader's place in it; fewer are the first of more.

    A `light` one can be downloaded: no file has more than a megabyte, and none of SINGLE is in it.
    """
    hub.accounts[TOKEN] = Account(ME, "read", (NAME,))
    hub.organisations[NAME] = [ME]
    found: dict[str, list[Repo]] = defaultdict(list)
    for number in range(count):
        draw = random.Random(f"{seed}/{number}")
        sort = (None if light else SINGLE.get(number % 1000)) or _sort(draw.randrange(1000))
        repo = _made(sort, number, draw)
        found[sort].append(hub.add(_lightened(repo) if light else repo))
    return Organisation(dict(found))


def _lightened(repo: Repo) -> Repo:
    files = {path: it._replace(size=min(it.size, LIGHT)) if isinstance(it, Sparse) else it for path, it in repo.files.items()}
    files |= {path: _tensors(elements=LIGHT // 4) for path in files if path.endswith(".safetensors")}
    return replace(repo, files=files, commits={}, refs={}, cards={})


def _sort(lot: int) -> str:
    for sort, share in SHARES.items():
        if lot < share:
            return sort
        lot -= share
    return "plain"


def _kind(number: int) -> Kind:
    """Eight models, one and a half datasets, half a Space."""
    return "model" if (place := number % 20) < 16 else "dataset" if place < 19 else "space"


def _name(sort: str, number: int, draw: random.Random) -> str:
    if sort == "reserved name":
        return _RESERVED[number // 100 % len(_RESERVED)] + (f"-{number}" if number >= 1000 else "")
    if sort == "long name":
        return f"{number:06d}{'x' * 90}"
    return f"{draw.choice(_WORDS)}-{draw.choice(_WORDS)}-{number:05d}"


def _made(sort: str, number: int, draw: random.Random) -> Repo:
    kind, name = _kind(number), _name(sort, number, draw)
    standing: dict[str, Any] = {
        "gated, granted": {"gated": "auto", "granted": (ME,)},
        "gated": {"gated": "auto"},
        "gated, manual": {"gated": "manual"},
        "private": {"private": True},
        "disabled": {"disabled": True},
        "renamed": {"names": (f"{NAME}/old-{number:05d}",)},
    }.get(sort, {})
    repo = Repo(f"{NAME}/{name}", _files(sort, kind, name, draw), kind, more=_told(number, draw), **standing)
    for step in range(30 if sort == "many commits" else 0):
        repo.commit(repo.files | {"README.md": card(draw, kind, name)}, title=f"step {step}")
    return repo


def _told(number: int, draw: random.Random) -> dict[str, Any]:
    """What the listing says besides: `likes` is the repository's number."""
    day = f"2026-{draw.randint(1, 11):02d}-{draw.randint(1, 28):02d}T00:00:00.000Z"
    return {"likes": number, "downloads": int(draw.lognormvariate(5, 3)), "lastModified": day}


def _files(sort: str, kind: Kind, name: str, draw: random.Random) -> dict[str, Content]:
    if sort == "empty":
        return {}
    files: dict[str, Content] = {".gitattributes": _ATTRIBUTES, **_payload(sort, kind, draw)}
    if sort != "no card":
        files["README.md"] = _card(sort, kind, name, draw)
    if sort == "many files":
        files |= {f"part-{number // 5000}/{number:06d}.safetensors": _tensors() for number in range(HUGE_FILES)}
    if sort == "hostile":
        files |= dict.fromkeys(_FILES, b"x\n")
    return files


def _card(sort: str, kind: Kind, name: str, draw: random.Random) -> bytes:
    if sort == "hostile":
        return hostile(draw, kind, name)
    if sort == "broken":
        return draw.choice(list(BROKEN.values()))(card(draw, kind, name).decode())
    return card(draw, kind, name, HUGE_CARD if sort == "large card" else None)


def _payload(sort: str, kind: Kind, draw: random.Random) -> dict[str, Content]:
    """What is no card: weights, data or an application, large ones as descriptions of what is mostly nothing."""
    if kind == "dataset":
        size = draw.randint(10_000, 50_000_000_000)
        return {"data/train-00000-of-00001.parquet": Sparse(size, b"PAR1", b"PAR1")}
    if kind == "space":
        return {"app.py": b"import gradio as gr\n\ngr.Interface(str, 'text', 'text').launch()\n", "requirements.txt": b"gradio==5.0.0\n"}
    found: dict[str, Content] = {"config.json": _CONFIG, "tokenizer_config.json": b"{}\n"}
    if sort == "pickle":
        return found | {"pytorch_model.bin": _archive(), "optimizer.pkl": _PICKLE}
    if sort == "dangerous":
        return found | {"model.safetensors": _tensors(), "extra.pkl": _DANGEROUS}
    if sort == "shards":
        names = [f"model-{number:05d}-of-00003.safetensors" for number in (1, 2, 3)]
        index = {
            "metadata": {"total_size": 3_000_000_000},
            "weight_map": {f"layer.{number}.weight": path for number, path in enumerate(names)},
        }
        shards: dict[str, Content] = {path: _tensors(f"layer.{number}.weight") for number, path in enumerate(names)}
        return found | shards | {"model.safetensors.index.json": json.dumps(index).encode()}
    return found | {"model.safetensors": _tensors()}


@cache
def _tensors(name: str = "weight", elements: int = 250_000_000) -> Sparse:
    """A file of safetensors with one tensor of zeros: a gigabyte."""
    header = json.dumps({name: {"dtype": "F32", "shape": [elements], "data_offsets": [0, 4 * elements]}}).encode()
    return Sparse(8 + len(header) + 4 * elements, len(header).to_bytes(8, "little") + header)


@cache
def _archive() -> bytes:
    """An archive as torch writes one, without tensors."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for path, content in (("model/data.pkl", _PICKLE), ("model/byteorder", b"little"), ("model/version", b"3\n")):
            archive.writestr(zipfile.ZipInfo(path), content)
    return held.getvalue()
