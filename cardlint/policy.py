"""Policies: which rules run, how grave they are, with which options. Shipped, an organisation's, or a repository's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cardlint.problem import SEVERITIES
from cardlint.rule import matching
from cardlint.source import hiding, matches
from cardlint.traits import TRAITS
from cardlint.weights.cached import cached_property
from cardlint.weights.named import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping
    from datetime import date

    from cardlint.problem import Severity
    from cardlint.repository import Kind, Repository
    from cardlint.rule import Rule

DEFAULT = "recommended"


class Setting(NamedTuple):
    """What one line of a policy says of the rules a selector means.

    `severity` is None where only options are set; `harder` means one grade above what was inherited. `where` is the
    line's own place, `file:line:column`; `ids` are the rules there were when the line was read. Once a rule is
    `locked`, later layers may make it graver and nothing else.
    """

    selector: str
    severity: Severity | str | None
    options: Mapping[str, Any]
    where: str
    ids: frozenset[str] = frozenset()
    locked: bool = False


class When(NamedTuple):
    """The condition of an override; what is None does not matter. `path` and `repository` are globs.

    `relation` and `modality` are those of `cardlint.nature`.
    """

    kind: str | None = None
    task: str | None = None
    tag: str | None = None
    path: str | None = None
    repository: str | None = None
    relation: str | None = None
    modality: str | None = None
    library: str | None = None


class Waiver(NamedTuple):
    """Findings somebody answers for until a day: of which rules, in which repository and files (globs; None is all)."""

    rules: frozenset[str]
    repository: str | None
    path: str | None
    owner: str
    reason: str
    expires: date
    where: str


class Lock(NamedTuple):
    """Rules that layers after number `layer` may not loosen, where its condition holds; `where` is the line that says so."""

    layer: int
    when: When | None
    ids: frozenset[str]
    where: str


class Layer(NamedTuple):
    """One policy file: its settings in order, then its overrides. `path` is the file's own, empty for one in memory.

    `own` is the layer a repository's own configuration makes.
    """

    name: str
    settings: tuple[Setting, ...] = ()
    overrides: tuple[tuple[When, tuple[Setting, ...]], ...] = ()
    kind: Kind | None = None
    exclude: tuple[str, ...] = ()
    path: str = ""
    waivers: tuple[Waiver, ...] = ()
    own: bool = False

    @property
    def blocks(self) -> tuple[tuple[When | None, tuple[Setting, ...]], ...]:
        """All its settings with their conditions, in the order they apply."""
        return ((None, self.settings), *self.overrides)


class Policy:
    """Layers from the most general to the most special, over the rules there are.

    `select` and `ignore` are the command's: the first replaces the selection of the layers, the second is final. `among` are the
    rules that can run where not everything is looked at, None where it is. Nothing changes a policy.
    """

    def __init__(  # noqa: PLR0913 - what makes a policy
        self,
        name: str,
        rules: Mapping[str, Rule],
        layers: tuple[Layer, ...] = (),
        select: tuple[str, ...] = (),
        ignore: tuple[str, ...] = (),
        *,
        among: frozenset[str] | None = None,
    ) -> None:
        self.name = name
        self.rules = rules
        self.layers = layers
        self.select = select
        self.ignore = ignore
        self.among = among

    @classmethod
    def load(cls, name: str = DEFAULT) -> Policy:
        """A policy that ships, by name, or one in a file, over the rules there are. Raises `cardlint.errors.UsageError`."""
        from cardlint.policyfile import load_policy
        from cardlint.rule import known

        return load_policy(known(), name=name)

    def of_one_file(self) -> Policy:
        """The same where one file of weights is looked at."""
        return self.within(frozenset(rule.id for rule in self.rules.values() if _of_a_file(rule)))

    def within(self, among: frozenset[str]) -> Policy:
        """The same where only these rules can run."""
        return Policy(self.name, self.rules, self.layers, self.select, self.ignore, among=among)

    @property
    def kind(self) -> Kind | None:
        """The kind the configuration names, if any."""
        return next((layer.kind for layer in reversed(self.layers) if layer.kind), None)

    @property
    def exclude(self) -> tuple[str, ...]:
        """Every exclusion of every layer."""
        return tuple(glob for layer in self.layers for glob in layer.exclude)

    @property
    def waivers(self) -> tuple[Waiver, ...]:
        """Every waiver of every layer."""
        return tuple(waiver for layer in self.layers for waiver in layer.waivers)

    @cached_property
    def ignored(self) -> frozenset[str]:
        """The ids `ignore` means."""
        return frozenset(rule for selector in self.ignore for rule in matching(self.rules, selector))

    @cached_property
    def selected(self) -> frozenset[str] | None:
        """The ids `select` means, or None where the layers decide."""
        chosen = frozenset(rule for selector in self.select for rule in matching(self.rules, selector))
        return chosen if self.select else None

    @cached_property
    def locks(self) -> tuple[Lock, ...]:
        """Every locked line, in the order they apply."""
        return tuple(
            Lock(number, when, setting.ids, setting.where)
            for number, layer in enumerate(self.layers)
            for when, settings in layer.blocks
            for setting in settings
            if setting.locked
        )

    def settings_of(self, rule: Rule, layers: slice = slice(None)) -> Iterator[tuple[When | None, Setting]]:
        """The settings that speak of a rule, in the order they apply; of some layers only, where these are named."""
        spoken = self._spoken.get(rule.id)
        if spoken is None:
            return iter(())
        within = range(*layers.indices(len(self.layers)))
        return ((when, setting) for layer, when, setting in spoken if layer in within)

    @cached_property
    def _spoken(self) -> dict[str, list[tuple[int, When | None, Setting]]]:
        """What is said of each rule, with the number of the layer that says it."""
        spoken: dict[str, list[tuple[int, When | None, Setting]]] = {}
        for number, layer in enumerate(self.layers):
            for when, settings in layer.blocks:
                for setting in settings:
                    for rule in setting.ids:
                        spoken.setdefault(rule, []).append((number, when, setting))
        return spoken

    def bind(self, repository: Repository) -> Selection:
        """The policy for one repository. Raises ConfigError where a layer loosens what an earlier one locked there."""
        from cardlint.locks import assert_kept

        selection = Selection(self, repository)
        if self.locks:
            assert_kept(self, selection.holds)
        return selection


class Selection:
    """A policy bound to a repository: which rules run there, and how grave each is."""

    def __init__(self, policy: Policy, repository: Repository) -> None:
        self.policy = policy
        self.repository = repository
        self._severities: dict[tuple[str, str | None], Severity] = {}
        self._natures: dict[str, Container[str]] = {}
        self._views: dict[tuple[str, ...], Repository] = {}

    @cached_property
    def rules(self) -> list[Rule]:
        """The rules that may report something, sorted by id."""
        among = self.policy.among
        return [rule for rule in self.policy.rules.values() if (among is None or rule.id in among) and self._may_report(rule)]

    @property
    def left(self) -> list[str]:
        """The ids of rules of this kind of repository that would run if everything were looked at."""
        among, kind = self.policy.among, self.repository.kind
        if among is None:
            return []
        return [rule.id for rule in self.policy.rules.values() if rule.id not in among and kind in rule.kinds and self._may_report(rule)]

    @cached_property
    def locks(self) -> dict[str, Lock]:
        """The first lock on each rule that is locked for this repository, on some path at least."""
        return {rule: held[0] for rule, held in self.held.items()}

    @cached_property
    def held(self) -> dict[str, list[Lock]]:
        """Every lock on each rule that is locked for this repository, on some path at least, in the order they apply."""
        held: dict[str, list[Lock]] = {}
        for lock in self.policy.locks:
            if lock.when is None or self.holds(lock.when):
                for rule in lock.ids:
                    held.setdefault(rule, []).append(lock)
        return held

    def lock(self, rule: str, path: str | None) -> Lock | None:
        """The first lock on the findings of a rule at a path (None: at no path)."""
        return next((lock for lock in self.held.get(rule, ()) if lock.when is None or _leads(lock.when, path)), None)

    def view(self, rule: Rule) -> Repository:
        """The repository as a rule sees it: from a locked one, later layers and flags cannot hide files."""
        lock = self.locks.get(rule.id)
        hidden = None if lock is None else tuple(glob for layer in self.policy.layers[: lock.layer + 1] for glob in layer.exclude)
        if hidden is None or (source := hiding(self.repository.source, hidden)) == self.repository.source:
            return self.repository
        if hidden not in self._views:
            self._views[hidden] = type(self.repository)(source, self.repository.identity, self.repository.card_path)
        return self._views[hidden]

    def _may_report(self, rule: Rule) -> bool:
        if rule.id in self.policy.ignored:
            return False
        if self.policy.selected is not None:
            return rule.id in self.policy.selected
        if self.severity(rule, None) != "off":
            return True
        by_path = [setting for when, setting in self.policy.settings_of(rule) if when is not None and when.path]
        return any(setting.severity not in (None, "off") for setting in by_path)

    def severity(self, rule: Rule, path: str | None) -> Severity:
        """The severity of a rule's finding at a path (None: at no path)."""
        key = (rule.id, path)
        if key not in self._severities:
            self._severities[key] = self._severity(rule, path)
        return self._severities[key]

    def _severity(self, rule: Rule, path: str | None) -> Severity:
        severity: Severity = rule.severity
        for setting in self.applying(rule, path):
            if setting.severity is not None:
                severity = graded(severity, setting.severity)
        if severity == "off" and self.policy.selected is not None and rule.id in self.policy.selected:
            return rule.severity if rule.severity != "off" else "warning"
        return severity

    def options(self, rule: Rule) -> dict[str, Any]:
        """The keyword arguments of a rule's check."""
        options = dict(rule.options)
        for setting in self.applying(rule, None):
            options.update(setting.options)
        return options

    def applying(self, rule: Rule, path: str | None) -> Iterator[Setting]:
        """The settings that speak of a rule's findings at a path (None: at no path), in the order they apply."""
        for when, setting in self.policy.settings_of(rule):
            if when is None or (_leads(when, path) and self.holds(when)):
                yield setting

    def holds(self, when: When) -> bool:
        """Whether a condition holds for the repository, its path aside."""
        identity = self.repository.identity
        if when.kind is not None and when.kind != identity.kind:
            return False
        if when.repository is not None and not (identity.id and matches(identity.id, when.repository)):
            return False
        return all(wanted is None or wanted in self._nature(name) for name, wanted in when._asdict().items() if name in TRAITS)

    def _nature(self, name: str) -> Container[str]:
        """What the repository is, as conditions ask for it."""
        if name not in self._natures:
            self._natures[name] = TRAITS[name](self.repository)
        return self._natures[name]


def _of_a_file(rule: Rule) -> bool:
    """Whether a rule speaks of a file of weights by itself, without a card."""
    return rule.category == "weights" and rule.facts <= {"files", "weights", "lfs", "contents"}


def _leads(when: When, path: str | None) -> bool:
    """Whether the path of a condition, if it has one, is that of a finding."""
    return when.path is None or (path is not None and matches(path, when.path))


def graded(inherited: Severity, severity: str) -> Severity:
    """The severity a setting makes of the one it inherits."""
    if severity != "harder":
        return severity  # type: ignore[return-value]
    if inherited == "off":
        return "off"
    return SEVERITIES[min(SEVERITIES.index(inherited) + 1, len(SEVERITIES) - 1)]
