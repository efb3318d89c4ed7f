"""`cardlint policy`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cardlint.cli import complete, warn_of_plugins
from cardlint.formats.safe import visible
from cardlint.locate import data_folder
from cardlint.policyfile import load_policy, shipped_policies
from cardlint.repository import KINDS
from cardlint.rule import known
from cardlint.target import STDIN, locate, open_repository

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cardlint.policy import Policy, Selection, Setting
    from cardlint.rule import Rule

_SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
_CARD = "rule card"


@click.group(context_settings=_SETTINGS)
def command() -> None:
    """Show the policies that ship, and what a policy comes to."""


@command.command("list", context_settings=_SETTINGS)
def list_command() -> int:
    """List the policies that ship."""
    for name in shipped_policies():
        sys.stdout.write(f"{name}\n")
    return 0


@command.command(context_settings=_SETTINGS)
@click.argument("target", default=".", shell_complete=complete.paths)
@click.option(
    "--policy", "name", metavar="NAME|FILE", shell_complete=complete.policies, help="Policy to show instead of the configured one."
)
@click.option("--kind", type=click.Choice(KINDS), help="What the repository is, where nothing else tells.")
@click.option("--isolated", is_flag=True, help="Ignore .cardlint.yaml.")
@click.option("--offline", is_flag=True, help="Never touch the network.")
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show(target: str, **given: Any) -> int:  # noqa: ANN401 - click's keywords
    """Print for TARGET, by default this folder, every rule with its severity and the line that decided it."""
    if target == STDIN:
        raise click.UsageError("standard input has no policy; give the folder of a repository")
    located = locate(target)
    config = None if given["isolated"] else located.config
    policy = load_policy(known(), name=given["name"], config=config, offline=given["offline"])
    repository = open_repository(located, given["kind"] or policy.kind, policy.exclude)
    shown = described(policy.bind(repository)) | {"target": target}
    warn_of_plugins()
    from cardlint.veil import veiled  # a waiver may give a token for its reason

    said = json.dumps(shown, indent=2) + "\n" if given["output_format"] == "json" else "".join(_lines(shown))
    sys.stdout.write(veiled(said))
    return 0


def described(selection: Selection) -> dict[str, Any]:
    """What a policy comes to for one repository, as plain data."""
    policy, kind = selection.policy, selection.repository.kind
    return {
        "policy": policy.name,
        "kind": kind,
        "layers": [layer.name for layer in policy.layers],
        "exclude": list(policy.exclude),
        "rules": [_row(selection, rule) for rule in policy.rules.values() if kind in rule.kinds],
        "waivers": _waivers(policy),
    }


def _row(selection: Selection, rule: Rule) -> dict[str, Any]:
    applying = list(selection.applying(rule, None))
    lock = selection.locks.get(rule.id)
    return {
        "rule": rule.id,
        "category": rule.category,
        "severity": selection.severity(rule, None),
        "origin": _origin([setting for setting in applying if setting.severity is not None]),
        "options": {
            name: {"value": value, "origin": _origin([setting for setting in applying if name in setting.options])}
            for name, value in selection.options(rule).items()
        },
        "locked": None if lock is None else _short(lock.where),
        "paths": [
            {"path": when.path, "severity": setting.severity, "origin": _short(setting.where)}
            for when, setting in selection.policy.settings_of(rule)
            if when is not None and when.path and setting.severity is not None and selection.holds(when)
        ],
    }


def _waivers(policy: Policy) -> list[dict[str, Any]]:
    return [
        {
            "rules": sorted(waiver.rules), "repository": waiver.repository, "path": waiver.path, "owner": waiver.owner,
            "reason": waiver.reason, "expires": waiver.expires.isoformat(), "origin": _short(waiver.where),
        }
        for waiver in policy.waivers
    ]  # fmt: skip


def _origin(settings: list[Setting]) -> str:
    """The line that came last, or the rule's own card."""
    return _short(settings[-1].where) if settings else _CARD


def _short(where: str) -> str:
    """A place, without the folder of the policies that ship or the working directory."""
    for folder in (data_folder("rules") / "policies", Path.cwd()):
        where = where.removeprefix(f"{folder}/")
    return where


def _lines(shown: Mapping[str, Any]) -> Iterator[str]:
    yield f"{visible(shown['policy'])}, for {visible(shown['target'])} ({shown['kind']})\n\n"
    width = max(len(row["rule"]) for row in shown["rules"])
    for row in shown["rules"]:
        locked = f", locked by {row['locked']}" if row["locked"] else ""
        yield visible(f"{row['severity']:<8}{row['rule']:<{width}}  {row['origin']}{locked}") + "\n"
        for item in row["paths"]:
            yield visible(f"  {item['severity']} in {item['path']}: {item['origin']}") + "\n"
        for name, option in row["options"].items():
            if option["origin"] != _CARD:
                yield visible(f"  {name} = {json.dumps(option['value'], ensure_ascii=False)}: {option['origin']}") + "\n"
    for waiver in shown["waivers"]:
        scope = "".join(f" in {waiver[name]}" for name in ("repository", "path") if waiver[name])
        line = f"waived until {waiver['expires']} by {waiver['owner']}: {', '.join(waiver['rules'])}{scope} ({waiver['origin']})"
        yield visible(line) + "\n"
