"""`cardlint init`."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cardlint.cli import complete
from cardlint.errors import UsageError
from cardlint.formats.safe import visible
from cardlint.hubpolicy import SCHEME
from cardlint.locate import data_folder
from cardlint.policyfile import CONFIG_NAME, load_policy, shipped_policies
from cardlint.repository import CARD_PATH, KINDS, Identity
from cardlint.rule import did_you_mean, known
from cardlint.target import Located, open_repository

if TYPE_CHECKING:
    from cardlint.repository import Kind

_LONGEST_NAME = 96
_INPUTS = """
## Inputs and outputs

<!-- What goes in and what comes out: formats, sizes, rates, languages. -->
[More Information Needed]
"""


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.argument("path", default=".", shell_complete=complete.paths)
@click.option("--card", is_flag=True, help="Write a card to fill in, README.md, as well.")
@click.option("--kind", type=click.Choice(KINDS), help="What the repository is, where nothing else tells.")
@click.option("--task", metavar="TASK", help="What the model does or the dataset is for, as text-classification.")
@click.option(
    "--policy", default="recommended", show_default=True, metavar="NAME|FILE", shell_complete=complete.policies,
    help="The policy to extend.",
)  # fmt: skip
def command(path: str, **given: Any) -> int:  # noqa: ANN401 - click's keywords
    """Write a small .cardlint.yaml into the repository at PATH, by default this folder. Nothing is ever overwritten."""
    root = Path(path)
    if not root.is_dir():
        raise UsageError(f"{path} is not a folder; give that of the repository")
    identity = open_repository(Located(path, root), given["kind"], ()).identity
    if given["task"] is not None:
        _assert_task(given["task"], identity.kind)
    files = {CONFIG_NAME: config(_policy(root, given["policy"]), given["kind"])}
    if given["card"]:
        files[CARD_PATH] = card(identity, _name(identity, root), given["task"])
    _write(root, files)
    return 0


def config(policy: str, kind: Kind | None) -> str:
    """The text of a configuration that extends a policy."""
    written = policy if policy in shipped_policies() else _quoted(policy)
    return _filled("cardlint.yaml", {"@POLICY@": written, "@KIND@": f"kind: {kind}" if kind else "# kind: model"})


def card(identity: Identity, name: str, task: str | None) -> str:
    """The text of a card to fill in. What is not known is left out or marked, so that the rules ask for it."""
    key, unknown = ("pipeline_tag", "text-classification") if identity.kind == "model" else ("task_categories", "[text-classification]")
    known_task = f"\n{key}: {task}\n" if identity.kind == "model" else f"\n{key}:\n- {task}\n"
    return _filled(f"{identity.kind}.md", {
        "@TASK@": known_task if task else f"\n# What it is for: https://huggingface.co/tasks\n# {key}: {unknown}\n",
        "@INPUTS@": _INPUTS if task and not task.startswith("text") else "",
        "@TITLE@": _quoted(name),
        "@NAME@": name,
    })  # fmt: skip


def _filled(name: str, tokens: dict[str, str]) -> str:
    """A scaffold with its tokens replaced, once: a name may contain what looks like another token."""
    scaffold = (data_folder("schemas") / "scaffolds" / name).read_text("utf-8")
    return re.sub("|".join(tokens), lambda match: tokens[match[0]], scaffold)


def _quoted(text: str) -> str:
    """A text as YAML that is always text: a file may be called null, or 1.5."""
    return "".join(char if char.isprintable() else f"\\U{ord(char):08x}" for char in json.dumps(text, ensure_ascii=False))


def _name(identity: Identity, root: Path) -> str:
    """What the repository is called: on the Hub, or its folder."""
    name = (identity.id or root.resolve().name).rpartition("/")[2]
    return " ".join("".join(char if char.isprintable() else " " for char in name).split())[:_LONGEST_NAME] or "Untitled"


def _assert_task(task: str, kind: Kind) -> None:
    from cardlint.vocabulary import load_vocabulary

    if kind == "space":
        raise UsageError("a Space has no task; leave out --task")
    tasks = load_vocabulary("tasks")
    if task not in tasks:
        raise UsageError(f'there is no task "{task}"{did_you_mean(task, tasks.values)} (https://huggingface.co/tasks)')


def _policy(root: Path, named: str) -> str:
    """The policy as the configuration names it: a file from where the configuration will stand. Raises UsageError."""
    load_policy(known(), name=named)
    if named in shipped_policies() or named.startswith(SCHEME):
        return named
    if not Path(os.path.realpath(named)).is_relative_to(os.path.realpath(root)):
        raise UsageError(f"{named} lies outside {root}, and what a repository extends lies in it; give check --policy {named} instead")
    beside = Path(os.path.relpath(named, root)).as_posix()
    return f"./{beside}" if beside in shipped_policies() else beside


def _write(root: Path, files: dict[str, str]) -> None:
    for name in (*files, Path(CONFIG_NAME).with_suffix(".yml").name):
        if os.path.lexists(root / name):
            raise UsageError(f"{root / name} is there already, and nothing is overwritten")
    for name, content in files.items():
        try:
            with (root / name).open("x", encoding="utf-8", newline="\n") as file:
                file.write(content)
        except OSError as error:
            raise UsageError(f"{root / name} cannot be written: {error.strerror or error}") from error
        sys.stdout.write(f"wrote {visible(os.fspath(root / name))}\n")
