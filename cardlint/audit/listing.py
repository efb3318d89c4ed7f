"""What the Hub lists of the targets of an audit, in as few requests as it takes: a page of a thousand repositories costs one.

Addresses and properties: hub-docs, "Hub API Endpoints"; huggingface_hub 2.4, `hf_api.py` (`ExpandModelProperty_T` and its neighbours).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from cardlint.audit.items import ESSENTIAL, EXPANDED, Listed, Unfit, listed_item, standing
from cardlint.hubrepo import HubName
from cardlint.hubstates import HubError
from cardlint.repoid import why_malformed
from cardlint.repository import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from cardlint.audit.targets import Wanted
    from cardlint.hub import Hub
    from cardlint.repository import Kind

__all__ = ["Listed", "Page", "listed", "standing"]
LIMIT = 1000  # repositories a page: the cap that is documented (hub-docs, "Hub API Endpoints")
MOST_PAGES = 2000
# Of so few repositories of one namespace each is asked for alone; of more, its listing is read as long as that costs less.
_FEW = 2
_MOST_ITEMS = 100_000
_PLURALS: dict[Kind, str] = {"model": "models", "dataset": "datasets", "space": "Spaces"}
Key = tuple[str, str]


class Page(NamedTuple):
    """One answer: the repositories in it, what could not be listed and why, and what else there is to say.

    What failed is called `hf://…` where it is a repository, else by words (`the models of acme`, or `acme` as a whole).
    """

    items: tuple[Listed, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


def listed(hub: Hub, wanted: Iterable[Wanted], kinds: Sequence[Kind] = KINDS) -> Iterator[Page]:
    """Every repository of the targets that are no folders, each once, a page per answer. Of organisations and collections only `kinds`.

    Never raises: what the Hub does not tell is `failed`, and the rest goes on.
    """
    walk = _Walk(hub, kinds)
    targets = list(wanted)
    single = [one.hub for one in targets if one.hub is not None]
    yield from walk.each([name for name in single if name.revision])  # before the listing of their owner has them at another commit
    for one in targets:
        if one.form == "organisation":
            yield from walk.organisation(one.name)
    for one in targets:
        if one.form == "collection":
            yield from walk.collection(one.name)
    yield from walk.several([name for name in single if not name.revision])


class _Walk:
    """One reading of the Hub; it remembers what was told already."""

    def __init__(self, hub: Hub, kinds: Sequence[Kind]) -> None:
        self._hub = hub
        self._kinds = kinds
        self._told: set[Key] = set()
        self._refused: dict[Kind, str] = {}  # kinds of which the Hub does not know all properties

    def organisation(self, namespace: str) -> Iterator[Page]:
        """All repositories of an organisation or a user."""
        silent = True
        for kind in self._kinds:
            for page in self.by(namespace, kind):
                silent = silent and not (page.items or page.failed)
                yield page
        if silent and not any(key[1].startswith(f"{namespace.lower()}/") for key in self._told):
            yield self._nothing(namespace)

    def _nothing(self, namespace: str) -> Page:
        """What it means that nothing is listed: an empty organisation, or a name nobody has. At most two requests."""
        about = namespace
        why = f"there is no organisation or user {namespace} on the Hub"
        for form in ("organizations", "users"):
            try:
                said = self._hub.json(f"/api/{form}/{quote(namespace)}/overview", namespace)
            except HubError as error:
                if error.state != "missing":
                    return Page(failed=((about, f"nothing is listed, and whether it exists could not be asked: {error}"),))
                continue
            return _empty(about, said, self._kinds)
        return Page(failed=((about, why),))

    def by(self, namespace: str, kind: Kind) -> Iterator[Page]:
        """The listing of one kind of repositories of a namespace, page after page."""
        about = f"the {_PLURALS[kind]} of {namespace}"
        told = 0
        try:
            for answer in self._pages(namespace, kind, about):
                if told == MOST_PAGES:
                    yield Page(failed=((about, f"listed only in part: there are more than {MOST_PAGES:,} pages"),))
                    return
                yield self._page(answer, about, kind, namespace, first=not told)
                told += 1
        except HubError as error:
            yield Page(failed=((about, f"listed only in part: {error}" if told else str(error)),))

    def _pages(self, namespace: str, kind: Kind, about: str) -> Iterator[Any]:
        """The answers; where the Hub refuses the properties that are asked for, once more those without which nothing can be said."""
        return self._asked(lambda names: self._hub.pages(_address(namespace, kind, names), about), kind)

    def _asked(self, ask: Callable[[Sequence[str]], Iterator[Any]], kind: Kind) -> Iterator[Any]:
        if kind not in self._refused:
            answers = ask(EXPANDED[kind])
            try:
                first = next(answers)
            except HubError as error:
                if error.state != "refused":
                    raise
                self._refused[kind] = str(error)
            else:
                yield first
                yield from answers
                return
        yield from ask(ESSENTIAL[kind])

    def _page(self, answer: Any, about: str, kind: Kind, namespace: str, *, first: bool) -> Page:  # noqa: ANN401 - JSON
        """An answer of a listing. Raises HubError where it is none, or the same over again."""
        if not isinstance(answer, list):
            raise HubError("answer", f"the Hub's answer on {about} is no list")
        found: list[Listed] = []
        failed: list[tuple[str, str]] = []
        seen = len(self._told)
        for number, item in enumerate(answer[:_MOST_ITEMS], 1):
            self._one(item, kind, (f"number {number} of {about}", namespace), found, failed)
        if not first and len(self._told) == seen:
            raise HubError("answer", f"the listing of {about} repeats itself")
        return Page(tuple(found), tuple(failed), self._notes(kind))

    def _notes(self, kind: Kind) -> tuple[str, ...]:
        """What is to be said once of each kind."""
        why = self._refused.get(kind, "")
        if why:
            self._refused[kind] = ""
            lost = ", ".join(name for name in EXPANDED[kind] if name not in ESSENTIAL[kind])
            return (f"the Hub does not tell all that was asked of {_PLURALS[kind]} ({why}); unknown are {lost}",)
        return ()

    def _one(self, item: Any, kind: Kind, whose: tuple[str, str], found: list[Listed], failed: list[tuple[str, str]]) -> None:  # noqa: ANN401 - JSON
        try:
            one = listed_item(item, kind, *whose)
        except Unfit as unfit:
            if unfit.key not in self._told:
                self._told.add(unfit.key)
                failed.append((unfit.name, unfit.reason))
            return
        key = (kind, one.name.id.lower())
        if key not in self._told:
            self._told.add(key)
            found.append(one)

    def each(self, names: Iterable[HubName]) -> Iterator[Page]:
        """Repositories by one request each."""
        for name in names:
            if (name.kind, name.id.lower()) not in self._told:
                yield self._info(name)

    def _info(self, name: HubName) -> Page:
        revision = f"/revision/{quote(name.revision, safe='')}" if name.revision else ""
        about = name.prefix + name.id

        def ask(names: Sequence[str]) -> Iterator[Any]:
            yield self._hub.json(f"/api/{name.kind}s/{name.id}{revision}?{_expand(names)}", about)

        found: list[Listed] = []
        failed: list[tuple[str, str]] = []
        try:
            answer = next(self._asked(ask, name.kind))
        except HubError as error:
            self._told.add((name.kind, name.id.lower()))
            return Page(failed=((str(name._replace(revision=None)), str(error)),))
        self._one(answer, name.kind, (str(name._replace(revision=None)), ""), found, failed)
        self._told.add((name.kind, name.id.lower()))
        return Page(tuple(found), tuple(failed), self._notes(name.kind))

    def several(self, names: Sequence[HubName]) -> Iterator[Page]:
        """Repositories by name: those of one namespace from its listing, as long as that costs fewer requests."""
        groups: dict[Key, list[HubName]] = {}
        for name in names:
            groups.setdefault((name.kind, name.id.partition("/")[0].lower() if "/" in name.id else ""), []).append(name)
        for (kind, namespace), group in groups.items():
            if namespace and len(group) > _FEW:
                yield from self._chosen(kind, group)  # type: ignore[arg-type]
            yield from self.each(group)

    def _chosen(self, kind: Kind, group: list[HubName]) -> Iterator[Page]:
        """Those of a group that the first pages of their owner's listing have; whatever goes wrong there is asked for by name."""
        missing = {name.id.lower() for name in group if (kind, name.id.lower()) not in self._told}
        namespace = group[0].id.partition("/")[0]
        about = f"the {_PLURALS[kind]} of {namespace}"
        pages = self._pages(namespace, kind, about)
        for _ in range(len(group) // _FEW):
            if not missing:
                return
            try:
                answer = next(pages, None)
            except HubError:
                return
            if not isinstance(answer, list):
                return
            ours = [item for item in answer if isinstance(item, dict) and str(item.get("id")).lower() in missing]
            missing -= {str(item["id"]).lower() for item in ours}
            found: list[Listed] = []
            failed: list[tuple[str, str]] = []
            for item in ours:
                self._one(item, kind, (str(item["id"]), namespace), found, failed)
            yield Page(tuple(found), tuple(failed), self._notes(kind))

    def collection(self, slug: str) -> Iterator[Page]:
        """The repositories in a collection."""
        about = f"the collection {slug}"
        try:
            said = self._hub.json(f"/api/collections/{quote(slug)}", about)
        except HubError as error:
            why = f"there is no collection {slug} on the Hub, or it is private" if error.state == "missing" else str(error)
            yield Page(failed=((about, why),))
            return
        items = said.get("items") if isinstance(said, dict) else None
        if not isinstance(items, list):
            yield Page(failed=((about, f"the Hub's answer on the collection {slug} has no items"),))
            return
        names, failed, others = _collected(items[:_MOST_ITEMS], slug)
        notes = [f"{about} has {others} that no audit looks at: papers, buckets, or collections in it"] if others else []
        if not names and not failed:
            failed.append((about, "there is no model, dataset or Space in it"))
        yield Page(failed=tuple(failed), notes=tuple(notes))
        yield from self.several([name for name in names if name.kind in self._kinds])


def _collected(items: Iterable[Any], slug: str) -> tuple[list[HubName], list[tuple[str, str]], int]:
    """The repositories among the items of a collection, what could not be read, and how many others there are."""
    names: list[HubName] = []
    failed: list[tuple[str, str]] = []
    others = 0
    for number, item in enumerate(items, 1):
        kind, id_ = (item.get("type"), item.get("id")) if isinstance(item, dict) else (None, None)
        if isinstance(kind, str) and kind not in KINDS:
            others += 1
        elif not isinstance(kind, str) or not isinstance(id_, str) or why_malformed(id_) is not None:
            failed.append((f"number {number} of the collection {slug}", "the Hub does not say which repository it is"))
        else:
            names.append(HubName(kind, id_))  # type: ignore[arg-type]
    return names, failed, others


def _empty(about: str, said: Any, kinds: Sequence[Kind]) -> Page:  # noqa: ANN401 - JSON
    """What there is to say of a namespace that exists and of which nothing is listed."""
    counts = [said.get(f"num{kind.capitalize()}s") for kind in kinds] if isinstance(said, dict) else []
    told = sum(count for count in counts if type(count) is int and count > 0)
    if told:
        return Page(failed=((about, f"the Hub lists nothing of it, and says that it has {told:,} repositories"),))
    whole = " or ".join(_PLURALS[kind] for kind in kinds)
    return Page(failed=((about, f"it exists, and has no {whole} that can be seen here; private ones are listed to members' tokens only"),))


def _expand(names: Sequence[str]) -> str:
    return "&".join(f"expand={name}" for name in names)


def _address(namespace: str, kind: Kind, names: Sequence[str]) -> str:
    return f"/api/{kind}s?author={quote(namespace)}&limit={LIMIT}&{_expand(names)}"
