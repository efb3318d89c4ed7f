"""A repository: a source with lazily computed, remembered facts. Nothing is read until a selected rule needs it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from cardlint.card import CARD_BYTES, read_card
from cardlint.contents import Contents
from cardlint.errors import Blocked, Inapplicable, Obstacle, Unreadable
from cardlint.files import Files
from cardlint.jsonfile import JSON_BYTES, read_json
from cardlint.nodes import Mapping
from cardlint.present import assert_whole
from cardlint.source import innermost
from cardlint.text import decode
from cardlint.weights.cached import cached_property
from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.card import Card
    from cardlint.coding import Code
    from cardlint.lfs import Lfs
    from cardlint.licenses.chain import Lineage
    from cardlint.loadcommits import Commits
    from cardlint.markdown import Markdown
    from cardlint.source import Source
    from cardlint.text import Text
    from cardlint.topics import Topics
    from cardlint.veil import Veil
    from cardlint.weighing import Weights

Kind: TypeAlias = Literal["model", "dataset", "space"]
KINDS: tuple[Kind, ...] = ("model", "dataset", "space")
CARD_PATH = "README.md"


class Identity(NamedTuple):
    """What is known of a repository from outside: its id `namespace/name` or None, and how its kind was found.

    `told` is False where the kind was guessed from the repository's own content.
    """

    kind: Kind
    id: str | None = None
    told: bool = False


class Repository:
    """Facts about one repository. Each fact is computed once; an obstacle met once is met again."""

    def __init__(self, source: Source, identity: Identity = Identity("model"), card_path: str = CARD_PATH) -> None:
        self.source = source
        self.identity = identity
        self.card_path = card_path
        self.trusted = True  # whether what it says of the findings in it counts
        self.texts: dict[str, Text] = {}
        self._facts: dict[str, Any] = {}
        self._obstacles: dict[str, Obstacle] = {}

    @classmethod
    def at(cls, path: str, kind: Kind | None = None) -> Repository:
        """The repository in a folder, or of a card file; its kind as given, else found out. Raises `cardlint.errors.UsageError`."""
        from cardlint.target import locate, open_repository

        return open_repository(locate(path), kind, ())

    @classmethod
    def of_card(cls, text: str, kind: Kind | None = None) -> Repository:
        """A card alone, from memory: of the other files of its repository nothing is known. Its kind as given, else by its content."""
        from cardlint.kind import from_content
        from cardlint.source import Memory

        # surrogatepass: what cannot be encoded is a finding about the card, not an error here.
        repository = cls(
            Memory({CARD_PATH: text.encode("utf-8", "surrogatepass")}, listed=False), Identity(kind or "model", told=kind is not None)
        )
        if kind is None:
            repository.identity = Identity(from_content(repository))
        return repository

    @property
    def kind(self) -> Kind:
        """model, dataset or space."""
        return self.identity.kind

    @cached_property
    def veil(self) -> Veil:
        """What keeps the secrets of this repository out of what is printed."""
        from cardlint.veil import Veil

        return Veil(self.texts)

    @cached_property
    def listing(self) -> Files:
        """The file listing, of whatever paths are known."""
        return Files(self.source)

    def fact(self, name: str) -> Any:  # noqa: ANN401 - facts have the type their name says
        """The fact of this name. Raises Obstacle (Unreadable, Blocked, Inapplicable) where it cannot be had."""
        if name in self._obstacles:
            raise self._obstacles[name]
        if name not in self._facts:
            try:
                self._facts[name] = FACTS[name](self)
            except Obstacle as obstacle:
                self._obstacles[name] = obstacle
                raise
        return self._facts[name]

    def known(self, name: str) -> Any:  # noqa: ANN401 - as above
        """A fact that a rule has asked for; None where none did, or it could not be had."""
        return self._facts.get(name)

    def provide(self, name: str, value: object) -> None:
        """Set a fact that is no part of the repository: what is known once other rules have looked at it."""
        self._obstacles.pop(name, None)
        self._facts[name] = value

    def text(self, path: str, limit: int) -> Text:
        """A file as text, at most `limit` bytes of it. Raises Unreadable."""
        content = self.source.read(path, 0, limit + 1)
        self.texts[path] = decode(path, content[:limit], truncated=len(content) > limit)
        return self.texts[path]


def _text(repository: Repository) -> Text:
    try:
        if repository.card_path not in repository.listing:
            assert_whole(repository)
            raise Blocked("card-missing", f"there is no {repository.card_path}")
        if repository.listing.of_git:
            repository.listing.assert_held(repository.card_path)
    except Unreadable:
        pass  # a folder elsewhere cannot be listed; the card may be read all the same, or says itself why not
    return repository.text(repository.card_path, CARD_BYTES)


def _card(repository: Repository) -> Card:
    return read_card(repository.fact("text"))


def _metadata(repository: Repository) -> Mapping:
    card: Card = repository.fact("card")
    if card.metadata is None:
        assert card.defect is not None
        raise Blocked(card.defect.rule, card.defect.message)
    return card.metadata


def _files(repository: Repository) -> Files:
    if not repository.source.listed:
        raise Inapplicable("the other files of the repository are not known")
    repository.listing.by_path  # noqa: B018 - a listing that fails has to fail here
    assert_whole(repository)
    return repository.listing


def _known_files(repository: Repository) -> Files | None:
    from cardlint.present import present

    return present(repository)


def _json(path: str) -> Callable[[Repository], Mapping | None]:
    def fact(repository: Repository) -> Mapping | None:
        if path not in repository.listing:
            repository.fact("files")  # where not all files are known it may be there all the same
            return None
        repository.listing.assert_held(path)
        node = read_json(repository.text(path, JSON_BYTES))
        if not isinstance(node, Mapping):
            raise Unreadable(f"{path} holds no JSON object")
        return node

    return fact


def _topics(repository: Repository) -> Topics:
    from cardlint.topics import Topics

    return Topics(repository.fact("markdown"))


def _markdown(repository: Repository) -> Markdown:
    from cardlint.markdown import read_markdown  # most rules need no Markdown, and start-up counts

    card: Card = repository.fact("card")
    if card.text.truncated:
        assert card.defect is not None
        raise Blocked(card.defect.rule, card.defect.message)
    return read_markdown(card.text, card.body_start)


def _weights(repository: Repository) -> Weights:
    from cardlint.weighing import Weights

    repository.listing.by_path  # noqa: B018 - what cannot be listed has to fail here
    if not repository.source.listed:
        raise Inapplicable("the other files of the repository are not known")
    return Weights(repository)


def _lfs(repository: Repository) -> Lfs:
    from cardlint.lfs import lfs

    repository.fact("files")
    return lfs(repository)


def _code(repository: Repository) -> Code:
    from cardlint.coding import Code

    if repository.source.listed:
        repository.fact("files")  # what cannot be listed has to fail here
    return Code(repository)


def _known_lineage(repository: Repository) -> Lineage | None:
    if not hasattr(inner := innermost(repository.source), "hub") and getattr(inner, "shelf", None) is None:
        return None
    from cardlint.lineage import known_lineage

    return known_lineage(repository)


def _known_commits(repository: Repository) -> Commits | None:
    inner = innermost(repository.source)
    if getattr(inner, "commits", None) is None and getattr(inner, "shelf", None) is None:
        return None
    from cardlint.loadcommits import known_commits

    return known_commits(repository)


def _late(name: str) -> Callable[[Repository], Any]:
    """The fact that a function or class of another module gives, which is imported when somebody asks."""
    module, _, function = name.rpartition(".")

    def fact(repository: Repository) -> Any:  # noqa: ANN401 - as the fact
        return getattr(importlib.import_module(f"cardlint.{module}"), function)(repository)

    return fact


def _settled(_repository: Repository) -> None:
    raise Inapplicable("known only once the other rules have run")


FACTS: dict[str, Callable[[Repository], Any]] = {
    "repository": lambda repository: repository.identity,
    "card_path": lambda repository: repository.card_path,
    "text": _text,
    "card": _card,
    "frontmatter": _metadata,
    "files": _files,
    "listing": lambda repository: repository.listing,
    "known_files": _known_files,
    "contents": Contents,
    "config": _json("config.json"),
    "configs": _late("configs.Configs"),
    "adapter_config": _json("adapter_config.json"),
    "model_index": _json("model_index.json"),
    "markdown": _markdown,
    "sections": lambda repository: repository.fact("markdown").sections,
    "links": lambda repository: repository.fact("markdown").links,
    "snippets": lambda repository: repository.fact("markdown").snippets,
    "topics": _topics,
    "license_texts": _late("licenses.texts.license_texts"),
    "comments": lambda repository: repository.fact("markdown").comments,
    "eval_results": _late("evalfiles.eval_files"),
    "relation": _late("nature.relation"),
    "weights": _weights,
    "lfs": _lfs,
    "code": _code,
    "hub": _late("hubfacts.hub"),
    "scans": _late("hubfacts.scans"),
    "discussions": _late("hubfacts.discussions"),
    "lineage": _late("lineage.lineage"),
    "known_lineage": _known_lineage,
    "dependencies": _late("dependencies.dependencies"),
    "secrets": _late("leaks.Leaks"),
    "loads": _late("loads.Loads"),
    "known_commits": _known_commits,
    "remote_code": _late("remotecode.RemoteCode"),
    "suppressions": _settled,
    "expired": _settled,
    "outdated": _settled,
}
