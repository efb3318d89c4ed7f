"""Files of weights as a listing shows them: in which formats, how large, how many. Content decides where it is here."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from cardlint.checks.vocabulary import shown
from cardlint.problem import Problem
from cardlint.source import any_of
from cardlint.weights.named import NamedTuple
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from cardlint.files import Files
    from cardlint.weighing import Weights

_SAFE = "safetensors"
_SHARD = lazily(r"-\d{5}-of-\d{5}$")
_PART = lazily(r"[._-]\d{1,3}$")
# The same weights in another precision or with averaged parameters.
_VARIANT = lazily(r"[._-](?:fp16|fp32|bf16|f16|f32|non_ema|no_ema|ema)$")
_OF_TORCH = lazily(r"(?:^|(?<=[._-]))(?:pytorch|torch|consolidated|weights)(?:[._-]|$)")
_SMALL = 1_000_000  # bytes; below, sizes tell nothing
_TIMES = 2  # how far sizes of the same weights may be apart: precisions, parts left out
_UNITS = ((1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


class _File(NamedTuple):
    """A file of weights: its folder, what its name says apart from format, precision and number, and its bytes."""

    path: str
    folder: str
    stem: str
    size: int


class _Names(NamedTuple):
    """How weights that are run as a pickle are told: see `without_safetensors`."""

    named: Callable[[str], bool]
    formats: list[str]
    helpers: Callable[[str], bool]
    roles: list[str]


def in_pickles(  # noqa: PLR0913 - data of the rule
    files: Files, weights: Weights, *, named: list[str], formats: list[str], helpers: list[str], roles: list[str]
) -> Iterator[Problem]:
    """Weights in a format that is run as a pickle, while the same are there in safetensors. One problem for each folder.

    Options as in `without_safetensors`.
    """
    for path, others, twin in _groups(files, weights, _Names(any_of(named), formats, any_of(helpers), roles), with_twin=True):
        message = f"{_together(path, others)} in a pickle-based format, and the same weights are in {shown(twin)}"
        yield Problem(f"{message}; whoever loads them by accident runs a program", subject=path, path=path)


def without_safetensors(  # noqa: PLR0913 - data of the rule
    files: Files, weights: Weights, *, named: list[str], formats: list[str], helpers: list[str], roles: list[str]
) -> Iterator[Problem]:
    """Weights in a format that is run as a pickle, and nowhere in safetensors. One problem for each folder.

    `named` are globs of files that hold weights by their name, `formats` what they are by their content; of other files
    called `.bin` the content alone decides. Those that match `helpers` are left beside the weights by a training. Files whose
    name is one of `roles` are parts of their own, and no other weights stand for them.
    """
    for path, others, _ in _groups(files, weights, _Names(any_of(named), formats, any_of(helpers), roles), with_twin=False):
        message = f"{_together(path, others)} in a pickle-based format, which is a program to whoever loads it"
        yield Problem(f"{message}; there is no safetensors file with the same weights, add one", subject=path, path=path)


def _together(path: str, others: int) -> str:
    name = shown(path.rpartition("/")[2])
    return f"{name} and {others} more in its folder are" if others else f"{name} is"


def _groups(files: Files, weights: Weights, names: _Names, *, with_twin: bool) -> Iterator[tuple[str, int, str]]:
    """The first pickle of each folder with or without a twin, how many more there are, and a twin."""
    pickles = [_file(weights, path) for path in weights.entries if _is_pickle(weights, path, names)]
    safe = [_file(weights, path) for path in files.with_suffix(".safetensors") if _is_safe(weights, path)]
    totals = Counter[tuple[str, str]]()
    for file in pickles:
        totals[file.folder, file.stem] += file.size
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for file in pickles:
        twin = _twin(file, totals[file.folder, file.stem], safe, names.roles)
        if (twin is not None) == with_twin:
            groups[file.folder].append((file.path, twin or ""))
    for group in groups.values():
        path, twin = group[0]
        yield path, len(group) - 1, twin


def _file(weights: Weights, path: str) -> _File:
    folder, _, name = path.rpartition("/")
    stem = _PART.sub("", _SHARD.sub("", name.rpartition(".")[0].lower()))
    stem = _VARIANT.sub("", _SHARD.sub("", _VARIANT.sub("", stem)))
    plain = _OF_TORCH.sub("", stem).strip("._-")
    entry = weights.entries.get(path)
    return _File(path, folder, plain or "model", 0 if entry is None else weights.size(entry))


def _is_safe(weights: Weights, path: str) -> bool:
    file = weights.at(path)
    return file is None or file.judgement is None or file.format == _SAFE


def _is_pickle(weights: Weights, path: str, names: _Names) -> bool:
    name = path.lower()
    by_name = names.named(name)
    if not (by_name or name.endswith(".bin")) or names.helpers(name):
        return False
    file = weights.at(path)
    if file is None or file.judgement is None:
        return by_name
    return file.format in names.formats and (by_name or file.format != "pickle")


def _twin(file: _File, total: int, safe: list[_File], roles: list[str]) -> str | None:
    """A safetensors file with the same weights: of the same name, or the model's own in the same folder, or as large elsewhere."""
    beside = sorted((other for other in safe if other.folder == file.folder), key=lambda other: (len(other.path), other.path))
    same = next((other.path for other in beside if other.stem == file.stem), None)
    if same is not None or file.stem in roles:
        return same
    if main := next((other.path for other in beside if other.stem not in roles), None):
        return main
    elsewhere = sum(other.size for other in safe)
    alike = total >= _SMALL and total / _TIMES <= elsewhere <= total * _TIMES
    return safe[0].path if alike else None


def duplicated(files: Files, weights: Weights, *, formats: dict[str, list[str]]) -> Iterator[Problem]:
    """The same weights in several formats in one folder, where one of them is for another framework than PyTorch.

    `formats` are globs of names by format; a pickle beside safetensors alone is `pickle-weights`'s.
    """
    folders: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    kinds = [(kind, any_of(globs)) for kind, globs in formats.items()]
    for path in files.by_path:
        folder, _, name = path.rpartition("/")
        for kind, is_of in kinds:
            if is_of(name.lower()):
                folders[folder][kind].append(path)
    for held in folders.values():
        others = [kind for kind in held if kind not in {_SAFE, "torch"}]
        if others and len(held) > 1:
            path = held[others[0]][0]
            size = sum(weights.size(files.by_path[item]) for group in held.values() for item in group)
            named = ", ".join(shown(group[0].rpartition("/")[2]) for group in held.values())
            message = f"the same weights are here in {len(held)} formats ({named}), {readable(size)} in all"
            yield Problem(f"{message}; keep those that people load", subject=path, path=path)


def too_large(  # noqa: PLR0913 - data of the rule
    files: Files, weights: Weights, *, most_bytes: int, recommended_bytes: int, most_entries: int, most_files: int
) -> Iterator[Problem]:
    """What is beyond the limits of the Hub: bytes of a file (of a pointer those it stands for), entries of a folder, files."""
    for entry in files:
        size = weights.size(entry)
        limit = f"the Hub takes no file of more than {readable(most_bytes)}, split it"
        if size <= most_bytes:
            limit = f"the Hub recommends at most {readable(recommended_bytes)} for a file, so that uploads and downloads succeed"
        if size > recommended_bytes:
            yield Problem(f"has {readable(size)}; {limit}", subject=entry.path, path=entry.path)
    for folder, count in _entries(files.by_path).items():
        if count > most_entries:
            where = f"{shown(folder)}/" if folder else "the root"
            message = f"{where} has {count:,} entries, and a folder on the Hub has at most {most_entries:,}"
            yield Problem(f"{message}; use more folders, or fewer and larger files", subject=f"{folder}/", path=folder or None)
    if len(files) > most_files:
        message = f"the repository has {len(files):,} files; the Hub recommends fewer than {most_files:,}"
        yield Problem(f"{message}, put them into archives or tables", subject="files")


def _entries(paths: Iterable[str]) -> Counter[str]:
    """How many files and folders lie directly in each folder."""
    seen: set[str] = set()
    counts: Counter[str] = Counter()
    for path in paths:
        while path and path not in seen:
            seen.add(path)
            path = path.rpartition("/")[0]  # noqa: PLW2901 - on to the folder it lies in
            counts[path] += 1
    return counts


def readable(size: int) -> str:
    """A number of bytes for people, in decimal units as the Hub shows them."""
    for unit, name in _UNITS:
        if size >= unit:
            return f"{size / unit:.3g} {name}"
    return f"{size} bytes"
