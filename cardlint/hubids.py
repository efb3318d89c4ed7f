"""Whether a text that a loader is given is the id of a repository of the Hub for certain, or may be a folder of somebody's disk."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cardlint.repoid import why_malformed
from cardlint.weights.cached import cached_property

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cardlint.repository import Repository

# First parts of what looks like an id and may well be a folder; last parts of the same.
_FOLDERS = re.compile(
    r"(?:outputs?|out|results?|models?|checkpoints?|ckpts?|data|datasets?|saved?(?:[-_]models?)?|saves|runs?|exps?|experiments?|logs?|"
    r"weights?|pretrained(?:[-_]?models?)?|te?mp|local|cache|path|folder|dir|directory|assets|artifacts|trained(?:[-_]?models?)?|"
    r"work_dirs?|content|drive|mnt|home|root|workspace|kaggle|input|dist|exports?|model[-_]zoo|fine[-_]?tuned(?:[-_]?models?)?|your[-_].*|my[-_].*)",
    re.IGNORECASE,
)
# Ids that stand for any: whoever writes one of these parts means the reader's own.
_ANYBODY = re.compile(
    r"(?:hf[-_])?user(?:[-_]?name)?|org(?:ani[sz]ation)?(?:[-_]?name)?|namespace|owner|some(?:one|body)|x{3,}", re.IGNORECASE
)
_ANYTHING = re.compile(r"(?:hf[-_])?(?:model|repo(?:sitory)?|dataset|space)(?:[-_]?(?:name|id))?|something|[xy]{3,}", re.IGNORECASE)
_LAST = re.compile(
    r"checkpoint.*|(?:final|best|last|latest)(?:[-_](?:model|checkpoint|ckpt))?|your[-_].*|"
    r".*\.(?:pth?|bin|ckpt|safetensors|onnx|json|ya?ml|csv|txt|parquet|pkl|h5|gguf|py|zip|tar|gz)",
    re.IGNORECASE,
)


class HubIds:
    """The judge of texts of one repository, whose own files and folders are no ids."""

    def __init__(self, repository: Repository, short: Mapping[str, str]) -> None:
        """`short` are patterns of the ids of one part, by the name loaders have for them."""
        self._repository = repository
        self._short = short

    def is_certain(self, text: str, *, only: bool, short: str) -> bool:
        """Whether a text is an id. `only` says that the loader takes nothing else, `short` which ids of one part it is known to take."""
        if why_malformed(text) is not None:
            return False
        first, slash, last = text.partition("/")
        if _ANYBODY.fullmatch(first) and _ANYTHING.fullmatch(last):
            return False
        if only:
            return not (first.lower().startswith("your") or last.lower().startswith("your"))
        if not slash:
            return bool(short) and re.fullmatch(self._short[short], text) is not None and not self.holds(text)
        return not (_FOLDERS.fullmatch(first) or _LAST.fullmatch(last) or self.holds(text))

    def holds(self, path: str) -> bool:
        """Whether the repository has a file or folder of this path."""
        return bool(path) and path.removeprefix("./") in self._paths

    @cached_property
    def _paths(self) -> frozenset[str]:
        found: set[str] = set()
        for entry in self._repository.fact("known_files") or ():
            path = entry.path
            while path and path not in found:
                found.add(path)
                path = path.rpartition("/")[0]
        return frozenset(found)
