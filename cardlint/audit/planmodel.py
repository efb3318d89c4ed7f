"""A plan of fixes as pydantic models, of which its JSON Schema is generated; `cardlint apply` reads plans by that schema."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from cardlint.models import Kind, RuleId  # noqa: TC001 - pydantic reads the annotations

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", json_schema_extra={"x-expects": "a SHA-256, 64 hexadecimal digits"})]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class File(_Strict):
    """A file that the fixes change."""

    path: str = Field(min_length=1, description="Relative to the root of the repository.")
    before: Digest | None = Field(default=None, description="SHA-256 of the file at the revision; none where there is no such file.")
    after: Digest = Field(description="SHA-256 of the file with its fixes; what the diff makes of the file has to have it.")
    escaped: bool = Field(
        default=False,
        description="Whether the diff is written with escapes, as it holds what could act on who shows it: line ends of Windows, too.",
    )
    diff: str = Field(
        min_length=1, description="A unified diff without the names of files. Secrets in lines that stay or go are masked by bullets."
    )


class Repository(_Strict):
    """What the safe fixes would change in one repository: one pull request."""

    repository: str = Field(
        pattern=r"^hf://", description="`hf://[datasets/|spaces/]namespace/name`.", json_schema_extra={"x-expects": "hf://namespace/name"}
    )
    kind: Kind
    apply: bool = Field(description="Set this to false where no pull request is wanted.")
    revision: str = Field(
        pattern=r"^[0-9a-f]{40}$",
        description="The commit that was looked at, which the pull request starts from.",
        json_schema_extra={"x-expects": "a whole commit, 40 hexadecimal digits"},
    )
    rules: dict[RuleId, Annotated[int, Field(ge=1)]] = Field(min_length=1, description="How many findings of which rules are fixed.")
    files: list[File] = Field(min_length=1)


class LeftOut(_Strict):
    """A repository with safe fixes that a plan cannot carry, and why."""

    repository: str
    reason: str


class Plan(_Strict):
    """What `cardlint audit --plan-fixes` writes and `cardlint apply` reads."""

    schema_version: Literal["1"] = Field(json_schema_extra={"x-expects": '"1", as this version of cardlint writes it'})
    tool: str = Field(description="Name and version of what made it.")
    policy: str = Field(description="The policy the findings were found by.")
    made: str = Field(description="When: UTC, ISO 8601.")
    count: int = Field(ge=0, description="How many repositories it was made with.")
    repositories: list[Repository]
    left_out: list[LeftOut] = Field(default_factory=list)


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a plan."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:cardlint:schema:fixplan"}
    return head | Plan.model_json_schema()
