"""One repository as a listing of the Hub has it: read with care, because who listed it need not be the Hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cardlint.audit.standing import Standing, digest
from cardlint.checks.links import quoted
from cardlint.errors import masked
from cardlint.hubcache import is_path
from cardlint.hubrepo import HubName, is_commit
from cardlint.repoid import why_malformed
from cardlint.source import MAX_ENTRIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.audit.owners import Owners
    from cardlint.repository import Kind

# Without these nothing can be said of a repository. A Space has no gate, and asking for what there is not is refused.
_COMMON = ("sha", "siblings", "cardData", "private", "disabled")
ESSENTIAL: dict[Kind, tuple[str, ...]] = {"model": (*_COMMON, "gated"), "dataset": (*_COMMON, "gated"), "space": _COMMON}
# What is said of it besides, and filtered by. Not `config`, `safetensors` and `gguf`: no rule reads them, and with chat templates in
# them they are most of the bytes of a listing.
EXPANDED: dict[Kind, tuple[str, ...]] = {
    "model": (*ESSENTIAL["model"], "lastModified", "downloads", "likes", "tags", "pipeline_tag", "library_name"),
    "dataset": (*ESSENTIAL["dataset"], "lastModified", "downloads", "likes", "tags"),
    "space": (*ESSENTIAL["space"], "lastModified", "likes", "tags", "sdk"),
}
_LONGEST = 200
_DEEPEST = 200  # more than our own reader takes of a card, and less than what writes JSON


class Listed(NamedTuple):
    """A repository at the commit the listing has, and what it says of it: the properties of `EXPANDED`, and `id`."""

    name: HubName
    item: dict[str, Any]


class Unfit(Exception):  # noqa: N818 - it is what was listed
    """An item that is no repository to look at: what it is called, and why."""

    def __init__(self, name: str, reason: str, key: tuple[str, str]) -> None:
        """`key` tells whether the same was met before."""
        super().__init__(name, reason)
        self.name = name
        self.reason = reason
        self.key = key


def listed_item(item: Any, kind: Kind, called: str, namespace: str) -> Listed:  # noqa: ANN401 - JSON
    """An item of a listing of a namespace, or of any where that is empty. Raises Unfit; `called` is its name where it has none."""
    id_ = item.get("id") if isinstance(item, dict) else None
    if not isinstance(id_, str) or why_malformed(id_) is not None:
        raise Unfit(called, "the Hub does not say which repository it is", (kind, called))
    name = HubName(kind, id_)
    key = (kind, id_.lower())
    if namespace and id_.lower().partition("/")[0] != namespace.lower():
        raise Unfit(called, f"the Hub lists {quoted(id_)} there, which is not of {namespace}", (kind, called))
    if (reason := _why_unfit(item)) is not None:
        raise Unfit(str(name), reason, key)
    kept = {"id": id_, **{key: item[key] for key in EXPANDED[kind] if key in item}}
    kept["siblings"] = [{"rfilename": file["rfilename"]} for file in item["siblings"]]
    if _is_deeper(kept, _DEEPEST):
        raise Unfit(str(name), "what the Hub says of it is nested deeper than anybody reads", key)
    return Listed(name._replace(revision=item["sha"]), kept)


def _why_unfit(item: dict[str, Any]) -> str | None:
    """Why nothing can be said of a repository, if nothing can."""
    sha, files = item.get("sha"), item.get("siblings")
    if sha is None:
        return "it is empty: it has no commit"
    if not isinstance(sha, str) or not is_commit(sha):
        return "the Hub lists no commit of it"
    if not isinstance(files, list):
        return "the Hub does not list its files"
    if len(files) > MAX_ENTRIES:
        return f"it holds more than {MAX_ENTRIES:,} files"
    if not all(isinstance(file, dict) and is_path(file.get("rfilename")) for file in files):
        return "the Hub lists a file of it that has no path"
    return None


def standing(listed: Listed, owners: Owners | None = None) -> Standing:
    """What the store keeps of a repository. Values of another shape than the Hub documents count as absent.

    The digest covers gate, visibility and whether the Hub disabled it: a commit tells the rest.
    """
    item, name = listed.item, listed.name
    gated, private, disabled = gate(item), _flag(item, "private"), _flag(item, "disabled")
    return Standing(
        str(name._replace(revision=None)), name.kind, name.id.rpartition("/")[0], name.revision, digest([gated, private, disabled]),
        owners.owner(name) if owners else None, said(", ".join(licenses(item))[:_LONGEST]), gated, private, disabled,
        _count(item, "downloads"), _count(item, "likes"), _text(item.get("lastModified")), said(next(iter(tasks(item)), None)),
        said(next(iter(libraries(item)), None)),
    )  # fmt: skip


def said(written: str | None) -> str | None:
    """What a card says, as reports may repeat it: people paste tokens into the wrong line as well. Nothing where it says nothing."""
    return masked(written) if written else None


def _is_deeper(value: object, most: int) -> bool:
    """Whether a value has more levels than that; level by level, because it may have very many."""
    level = [value]
    for _ in range(most):
        level = [inner for one in level if isinstance(one, (dict, list)) for inner in (one.values() if isinstance(one, dict) else one)]
        if not level:
            return False
    return True


def gate(item: dict[str, Any]) -> str | None:
    """How the gate of a repository opens, `auto` or `manual`; None where there is none."""
    gated = item.get("gated")  # need not be hashable
    return gated if gated in ("auto", "manual") else "manual" if gated is True else None


def licenses(item: dict[str, Any]) -> list[str]:
    """The licences the card names, as written there."""
    return list(_card_words(item, "license"))


def tasks(item: dict[str, Any]) -> list[str]:
    """The tasks a repository is for: the Hub's word on a model, then what the card says."""
    return list(
        dict.fromkeys([*_words(item.get("pipeline_tag")), *_card_words(item, "pipeline_tag"), *_card_words(item, "task_categories")])
    )


def libraries(item: dict[str, Any]) -> list[str]:
    """The library of a model, those of a dataset that the Hub knows, the SDK of a Space."""
    tagged = [tag.removeprefix("library:") for tag in tags(item) if tag.startswith("library:")]
    words = (*_words(item.get("library_name")), *_card_words(item, "library_name"), *_words(item.get("sdk")), *_card_words(item, "sdk"))
    return list(dict.fromkeys([*words, *tagged]))


def tags(item: dict[str, Any]) -> list[str]:
    """The tags of the Hub and of the card."""
    return list(dict.fromkeys([*_words(item.get("tags")), *_card_words(item, "tags")]))


def _card_words(item: dict[str, Any], key: str) -> Iterator[str]:
    card = item.get("cardData")
    return _words(card.get(key)) if isinstance(card, dict) else iter(())


def _words(value: object) -> Iterator[str]:
    """The texts of a text or a list, no longer than anybody means."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str) and one.strip():
            yield _shown(one.strip())


def _text(value: object) -> str | None:
    return _shown(value) if isinstance(value, str) else None


def _shown(text: str) -> str:
    """The beginning of a text, as a store can hold it: half of a surrogate pair is shown as what it is."""
    return text[:_LONGEST].encode("utf-8", "backslashreplace").decode()


def _flag(item: dict[str, Any], key: str) -> bool | None:
    value = item.get(key)
    return value if isinstance(value, bool) else None


def _count(item: dict[str, Any], key: str) -> int | None:
    """A number SQLite can hold."""
    value = item.get(key)
    return value if type(value) is int and 0 <= value < 2**63 else None
