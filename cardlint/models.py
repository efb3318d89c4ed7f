"""Our own formats (rule card, policy, report) as pydantic models, of which their JSON Schemas are generated.

Nothing on the path of a check imports this module: at run time the generated schemas validate. Plug-ins and services
that build policies or read reports in Python may use the models as they are.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

Kind: TypeAlias = Literal["model", "dataset", "space"]
Severity: TypeAlias = Literal["off", "note", "warning", "error"]
Confidence: TypeAlias = Literal["low", "medium", "high"]
Security: TypeAlias = Literal["none", "low", "medium", "high", "critical"]
Relation: TypeAlias = Literal["none", "finetune", "adapter", "merge", "quantized"]
Modality: TypeAlias = Literal["text", "image", "audio", "video", "multimodal", "tabular", "reinforcement-learning", "other"]
RuleId = Annotated[str, Field(pattern=r"^([a-z0-9-]+/)?[a-z0-9]+(-[a-z0-9]+)*$", json_schema_extra={"x-expects": "a kebab-case rule id"})]
FactPath = Annotated[str, Field(pattern=r"^[a-z_]+(\.[^.]+)*$", json_schema_extra={"x-expects": "a fact path such as frontmatter.license"})]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class RuleCard(_Strict):
    """The frontmatter of a rule card."""

    id: RuleId = Field(description="Names the defect, never the cure; the file has the same name.")
    severity: Severity = Field(description="Severity under the policy `recommended`.")
    kinds: list[Kind] = Field(min_length=1, description="The kinds of repository the rule speaks of.")
    given: FactPath | list[FactPath] = Field(
        description="What the rule reads: the first path is iterated, the others are passed whole.",
        json_schema_extra={"x-expects": "a fact path or a list of them"},
    )
    check: str = Field(
        pattern=r"^[a-z_0-9]+\.[a-z_0-9]+$", description="`module.function` under cardlint/checks/.",
        json_schema_extra={"x-expects": "`module.function`"},
    )  # fmt: skip
    with_: dict[str, Any] = Field(default_factory=dict, alias="with", description="Keyword arguments of the check.")
    since: str = Field(description="The first version that has the rule.")
    confidence: Confidence = Field(default="high", description="How sure a finding is; below high for heuristics.")
    security: Security | None = Field(
        default=None,
        description="How grave it is for what can run or leak, for consumers that keep security apart; `none` where it is not about that.",
        json_schema_extra={"x-expects": "one of none, low, medium, high, critical"},
    )
    preview: bool = Field(default=False, description="Whether the rule may still change.")
    deprecated: str | None = Field(default=None, description="The version that deprecated the rule.")
    aliases: list[RuleId] = Field(default_factory=list, description="Former ids.")
    yields_to: list[RuleId] = Field(
        default_factory=list, description="Rules that come first: where one reports the same subject, this one is silent."
    )


class RuleSetting(_Strict):
    """What a policy says of a rule, in full."""

    severity: Literal["off", "note", "warning", "error", "harder", False] | None = Field(
        default=None, json_schema_extra={"x-expects": "one of off, note, warning, error, harder"}
    )
    with_: dict[str, Any] = Field(default_factory=dict, alias="with", description="Options of the check.")
    locked: bool = Field(default=False, description="Whether later layers may only make the rule graver.")


Setting = Annotated[
    Literal["off", "note", "warning", "error", "harder", False] | RuleSetting,
    Field(json_schema_extra={"x-expects": "one of off, note, warning, error, harder, or a mapping with severity, with and locked"}),
]


Filled = Annotated[str, Field(pattern=r"\S", json_schema_extra={"x-expects": "text that is not blank"})]


class Condition(_Strict):
    """When an override applies: all that is named must match."""

    kind: Kind | None = Field(default=None, json_schema_extra={"x-expects": "one of model, dataset, space"})
    task: Filled | None = Field(default=None, description="A pipeline tag or task category of the card.")
    tag: Filled | None = Field(default=None, description="A tag of the card.")
    path: Filled | None = Field(default=None, description="A glob over the file of the finding.")
    repository: Filled | None = Field(default=None, description="A glob over `namespace/name`.")
    relation: Relation | None = Field(
        default=None,
        description="How the model was made of another one, by card, files or tags; `none` for one of its own.",
        json_schema_extra={"x-expects": "one of none, finetune, adapter, merge, quantized"},
    )
    modality: Modality | None = Field(
        default=None,
        description="A modality of the tasks the card names.",
        json_schema_extra={"x-expects": "one of text, image, audio, video, multimodal, tabular, reinforcement-learning, other"},
    )
    library: Filled | None = Field(default=None, description="The `library_name` of the card.")


class Override(_Strict):
    """Settings under a condition."""

    when: Condition
    rules: dict[str, Setting]


class Waiver(_Strict):
    """Findings somebody answers for until a day; from then on they count again."""

    rule: str | Annotated[list[str], Field(min_length=1)] = Field(
        description="A rule id, `category/` or `all`, or a list of them.",
        json_schema_extra={"x-expects": "a rule or a list of at least one"},
    )
    repository: Filled | None = Field(default=None, description="A glob over `namespace/name`; without it, any repository.")
    path: Filled | None = Field(default=None, description="A glob over the file of the finding; without it, any file.")
    owner: Filled = Field(description="Who answers for it.")
    reason: Filled = Field(description="Why it is acceptable for now.")
    expires: str = Field(
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        description="The last day it holds.",
        json_schema_extra={"x-expects": "a day such as 2027-01-31"},
    )


class Policy(_Strict):
    """A policy file, and equally the `.cardlint.yaml` of a repository."""

    description: str | None = Field(default=None, description="For whom, what it asks, what it deliberately does not.")
    extends: str | list[str] | None = Field(
        default=None,
        description="Policies to start from: names, files, or `hf://namespace/name/file@commit`.",
        json_schema_extra={"x-expects": "a name, a file or a list of them"},
    )
    kind: Kind | None = Field(default=None, json_schema_extra={"x-expects": "one of model, dataset, space"})
    exclude: list[Filled] = Field(default_factory=list, description="Globs of paths nobody looks at.")
    rule_folders: str | list[str] = Field(
        default_factory=list,
        description="Folders of rule cards, `CATEGORY/RULE.md`, relative to this file: their rules are known from here on.",
        json_schema_extra={"x-expects": "a folder or a list of them"},
    )
    rules: dict[str, Setting] = Field(
        default_factory=dict, description="Severity or settings by rule id, `category/` or `all`; later lines win."
    )
    overrides: list[Override] = Field(default_factory=list)
    waivers: list[Waiver] = Field(default_factory=list, description="Dated exceptions, each with an owner and a reason.")


class Tool(_Strict):
    """What ran."""

    name: Literal["cardlint"]
    version: str
    policy: str
    rules_hash: str = Field(description="SHA-256 over the rules that ship: the same hash means the same rules.")


class Related(_Strict):
    """Another place of a finding."""

    message: str
    path: str
    line: int = Field(ge=1)
    column: int = Field(ge=1)


class Edit(_Strict):
    """Replace the code points `start:end` of a file by `text`."""

    path: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    text: str


class Fix(_Strict):
    """A cure."""

    applicability: Literal["safe", "unsafe"]
    title: str
    edits: list[Edit]


class Suppressed(_Strict):
    """Why a finding does not count."""

    kind: Literal["inline", "waiver", "baseline"]
    reason: str


class Finding(_Strict):
    """One defect."""

    rule: RuleId
    severity: Literal["note", "warning", "error"]
    confidence: Confidence
    message: str
    subject: str = Field(description="What it is about, so that two findings of one rule at one place differ.")
    path: str | None = Field(description="Relative to the root of the target.")
    line: int | None = Field(ge=1, description="1-based.")
    column: int | None = Field(ge=1, description="1-based, in code points.")
    end_line: int | None = Field(ge=1)
    end_column: int | None = Field(ge=1)
    fingerprint: str
    url: str | None
    related: list[Related]
    fix: Fix | None
    suppressed: Suppressed | None


class Skipped(_Strict):
    """A rule that had to look and could not."""

    rule: RuleId
    reason: str
    because: RuleId | None = Field(description="The rule that reports the obstacle as a finding.")


class Failed(_Strict):
    """A rule whose check raised."""

    rule: RuleId
    error: str


class Fixed(_Strict):
    """What `--fix` did."""

    findings: int = Field(ge=0, description="How many were fixed.")
    files: list[str] = Field(description="The files written, or with --diff those that would be, relative to the root.")
    notes: list[str] = Field(description="What was left alone, and why.")
    error: str | None = Field(description="Why nothing could be written; then all findings are still there.")


class Target(_Strict):
    """One repository."""

    target: str
    kind: Kind
    revision: str | None
    findings: list[Finding]
    skipped: list[Skipped]
    failed: list[Failed]
    not_applicable: list[RuleId]
    fixed: Fixed | None = Field(default=None, description="Only where fixing was asked for.")


class Summary(_Strict):
    """Counts over all targets."""

    error: int = Field(ge=0)
    warning: int = Field(ge=0)
    note: int = Field(ge=0)
    suppressed: int = Field(ge=0)
    skipped: int = Field(ge=0)
    failed: int = Field(ge=0)
    fixable: int = Field(ge=0)


class Outcomes(_Strict):
    """How many repositories an audit has looked at in full, in part or not at all (`skipped`, `failed`), and not yet."""

    audited: int = Field(ge=0)
    skipped: int = Field(ge=0)
    failed: int = Field(ge=0)
    pending: int = Field(ge=0)


class Unlisted(_Strict):
    """What could not be listed, in words, and why."""

    what: str
    reason: str


class Honoured(_Strict):
    """A repository whose own configuration or suppressions were obeyed."""

    target: str
    what: list[str]


class Audit(_Strict):
    """What an audit came to as a whole."""

    depth: Literal["metadata", "card", "files", "weights"]
    outcomes: Outcomes
    left_out: int = Field(ge=0, description="Repositories that the filters of the command left out; they are no targets.")
    unlisted: list[Unlisted]
    honoured: list[Honoured]


class Report(_Strict):
    """The JSON report of `check` and `audit`."""

    schema_version: Literal["1"]
    tool: Tool
    targets: list[Target]
    summary: Summary
    audit: Audit | None = Field(default=None, description="Only of `audit`.")


class BaselineEntry(_Strict):
    """A finding that is known."""

    target: str = Field(description="The folder of the repository, as reached from the working directory.")
    rule: RuleId
    path: str | None = Field(default=None, description="Relative to the root of the repository; null for what is in no file.")
    subject: str
    message: str = Field(max_length=500)
    fingerprint: str
    content: str = Field(description="SHA-256 over rule, subject and line, without the file: survives a rename.")


class Baseline(_Strict):
    """What `--write-baseline` records and `--baseline` reads."""

    schema_version: Literal["1"]
    entries: list[BaselineEntry]


class Ownership(_Strict):
    """Who answers for some repositories."""

    repository: str = Field(description="A glob on `namespace/name`, with `datasets/` or `spaces/` before it for those alone.")
    kind: Kind | None = Field(default=None, description="Of repositories of this kind only.")
    owner: str = Field(min_length=1, json_schema_extra={"x-expects": "a team or a person"})


class Owners(_Strict):
    """Who answers for which repository: of the patterns that fit one the last decides."""

    owners: dict[str, str] | list[Ownership] = Field(
        description="Patterns with their owners.", json_schema_extra={"x-expects": "a mapping of patterns to owners, or a list of them"}
    )


SCHEMAS: dict[str, type[BaseModel]] = {"rule": RuleCard, "policy": Policy, "report": Report, "baseline": Baseline, "owners": Owners}


def schema(name: str, models: dict[str, type[BaseModel]] = SCHEMAS) -> dict[str, Any]:
    """The JSON Schema (2020-12) of one of our formats: rule, policy, report or baseline, or one of other models."""
    generated = models[name].model_json_schema(by_alias=True)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:cardlint:schema:{name}"}
    return head | generated


__all__ = ["SCHEMAS", "Policy", "Report", "RuleCard", "schema"]
