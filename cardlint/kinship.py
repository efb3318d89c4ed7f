"""What can be asked of other repositories than the one that is checked: the facts of a lineage, one request each."""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from cardlint.errors import Obstacle
from cardlint.hubstates import HubError
from cardlint.licenses.chain import Key, Kin
from cardlint.licenses.knowledge import resolve
from cardlint.repoid import why_malformed
from cardlint.source import Memory, innermost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cardlint.hub import Hub
    from cardlint.licenses.chain import State
    from cardlint.repository import Repository
    from cardlint.source import Shelf

Named = tuple[str, str, str | None]  # kind, id, relation
PREFIXES = {"model": "", "dataset": "datasets/", "space": "spaces/"}
# Of a data set there is no `config`, and asking for what there is not is refused.
_COMMON = ("sha", "cardData", "tags", "gated", "private", "disabled")
_ASKED = {"model": (*_COMMON, "config"), "dataset": _COMMON, "space": ("sha", "cardData", "tags", "private", "disabled")}
_RELATIONS = frozenset({"finetune", "adapter", "merge", "quantized"})
_STATES: dict[str, State] = {"gated": "gated", "missing": "missing", "disabled": "disabled", "revision": "missing"}
_MOST = 1_000
_LONGEST = 200


class Told(NamedTuple):
    """A repository, what it says it was made of (kind, id, relation or None), and its successor, if it names one."""

    kin: Kin
    bases: tuple[Named, ...] = ()


class Relatives(Protocol):
    """Whoever can be asked for repositories."""

    def ask(self, kind: str, name: str) -> Told:
        """What is known of a repository. Never raises: a state says what is in the way."""


class OnHub:
    """The repositories of the Hub; each is asked for once in a run, and by any of its names is the same."""

    def __init__(self, hub: Hub) -> None:
        """Nothing is asked yet."""
        self.hub = hub
        self._told: dict[Key, Told] = {}
        self._lock = Lock()

    def ask(self, kind: str, name: str) -> Told:
        """One request, of which the listing of files is no part. The same repository asked for again costs none."""
        key = Key(kind, name.lower())
        with self._lock:
            held = self._told.get(key)
        if held is None:
            held = self._asked(kind, name)
            with self._lock:
                self._told.setdefault(key, held)
        return held

    def forget(self) -> None:
        """Those of whom there was no answer are asked for again when somebody next wants to know."""
        with self._lock:
            self._told = {key: told for key, told in self._told.items() if told.kin.state != "failed"}

    def _asked(self, kind: str, name: str) -> Told:
        wanted = "&".join(f"expand={item}" for item in _ASKED[kind])
        try:
            info = self.hub.json(f"/api/{kind}s/{name}?{wanted}", PREFIXES[kind] + name)
        except HubError as error:
            return refused(kind, name, error.state, str(error))
        return (
            told(kind, name, info) if isinstance(info, dict) else refused(kind, name, "answer", f"the Hub's answer on {name} is no object")
        )


class OnShelf:
    """Repositories in memory, for examples; `refused` among what the Hub says of one is the state it answers with."""

    def __init__(self, shelf: Shelf) -> None:
        """The files and what the Hub would say besides."""
        names = dict.fromkeys((*shelf.files, *shelf.said))
        self._names = {name.lower(): name for name in names if name}
        self._shelf = shelf

    def ask(self, kind: str, name: str) -> Told:
        """What the Hub would answer on a repository with these files."""
        path = self._names.get((PREFIXES[kind] + name).lower())
        if path is None:
            return refused(kind, name, "missing", f"there is no {name} on the Hub, or it is private")
        said = dict(self._shelf.said.get(path, {}))
        if state := said.pop("refused", None):
            return refused(kind, name, str(state), f"the Hub does not show {name} ({state})")
        return told(kind, name, {"id": path.removeprefix(PREFIXES[kind]), "cardData": self._card(path), **said})

    def _card(self, name: str) -> Any:  # noqa: ANN401 - JSON
        from cardlint.nodes import data
        from cardlint.repository import Repository as Opened

        try:
            return data(Opened(Memory(self._shelf.files.get(name, {}))).fact("frontmatter"))
        except Obstacle:
            return None  # as the Hub, which shows no metadata of a card that has none


@cache
def on(hub: Hub) -> OnHub:
    """The repositories of one Hub, the same for all targets of a run."""
    return OnHub(hub)


def relatives(repository: Repository) -> Relatives | None:
    """Whom to ask about the relatives of a repository; None where it is on this machine, and nobody is."""
    source = innermost(repository.source)
    if isinstance(source, Memory) and source.shelf is not None:
        return OnShelf(source.shelf)
    hub = getattr(source, "hub", None)
    return None if hub is None else on(hub)


def refused(kind: str, name: str, state: str, why: str) -> Told:
    """A repository that was not given, by what the Hub calls it; whatever is no answer about the repository itself is a failure."""
    return Told(Kin(kind, name, _STATES.get(state, "failed"), asked=name, why=why))


def told(kind: str, name: str, info: Mapping[str, Any]) -> Told:
    """What the answer to an info request says; whatever in it has an unexpected shape says nothing."""
    today = info.get("id")
    id_ = today if isinstance(today, str) and why_malformed(today) is None else name
    card = info.get("cardData")
    card = card if isinstance(card, dict) else {}
    tags = _texts(info.get("tags"))
    gated = info.get("gated")
    sha = info.get("sha")
    kin = Kin(
        kind, id_, "disabled" if info.get("disabled") is True else "found", _licenses(card, tags), sha if isinstance(sha, str) else None,
        name, gated if isinstance(gated, str) else None, info.get("private") is True,
        why="it is disabled by the Hub" if info.get("disabled") is True else "",
        left=_beyond(card),
    )  # fmt: skip
    return Told(kin, tuple(dict.fromkeys(_bases(kind, card, tags, info.get("config")))))


def _beyond(card: Mapping[str, Any]) -> int:
    """How many bases a card names that are not followed."""
    named = card.get("base_model")
    return max(0, len(named) - _MOST) if isinstance(named, list) else 0


def licenses_in(values: list[str], name: str | None) -> tuple[str, ...]:
    """The canonical ids of what `license` says, `other` by its `license_name`."""
    return tuple(dict.fromkeys(resolve(value.strip().lower(), name) for value in values if value.strip()))


def _licenses(card: Mapping[str, Any], tags: list[str]) -> tuple[str, ...]:
    declared = _texts(card.get("license")) or [tag.removeprefix("license:") for tag in tags if tag.startswith("license:")]
    name = card.get("license_name")
    return licenses_in(declared, name if isinstance(name, str) else None)


def _bases(kind: str, card: Mapping[str, Any], tags: list[str], config: object) -> list[Named]:
    """What the card of a repository names, and its tags, which the Hub writes from it; ids that are none are left out."""
    if kind == "dataset":
        sources = (text.removeprefix("extended|") for text in _texts(card.get("source_datasets")))
        return [("dataset", text, "data") for text in sources if "/" in text and why_malformed(text) is None]
    related = dict(_tagged(tags))
    relation = card.get("base_model_relation")
    relation = relation if isinstance(relation, str) and relation in _RELATIONS else None
    peft = config.get("peft") if isinstance(config, dict) else None
    adapted = _texts(peft.get("base_model_name_or_path")) if isinstance(peft, dict) else []
    declared = [text.strip() for text in (*_texts(card.get("base_model")), *related)]
    found: list[Named] = [("model", text, relation or related.get(text)) for text in declared if why_malformed(text) is None]
    if not found:
        found = [("model", text, "adapter") for text in adapted if "/" in text and why_malformed(text) is None]
    return found


def _tagged(tags: list[str]) -> list[tuple[str, str | None]]:
    """The bases in tags of the Hub, `base_model:org/name` and `base_model:finetune:org/name`, with their relation."""
    found: dict[str, str | None] = {}
    for tag in tags:
        head, _, rest = tag.partition(":")
        relation, colon, id_ = rest.partition(":")
        if head == "base_model" and colon and relation in _RELATIONS:
            found[id_] = relation
        elif head == "base_model" and rest and not colon:
            found.setdefault(rest, None)
    return list(found.items())


def _texts(value: object) -> list[str]:
    """The texts of a text or of a list, no more and no longer than anybody means."""
    if isinstance(value, str):
        return [value] if len(value) <= _LONGEST else []
    return [item for item in value[:_MOST] if isinstance(item, str) and len(item) <= _LONGEST] if isinstance(value, list) else []
