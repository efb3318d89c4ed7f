"""What only the Hub knows of a repository: whether its gate is shut, and what its own scanners say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cardlint.checks.vocabulary import quoted, shown
from cardlint.nodes import listed, string
from cardlint.problem import Problem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cardlint import nodes

_GATE = "extra_gated_"
_MOST = 5


def gate_inert(metadata: nodes.Mapping, hub: Mapping[str, Any]) -> Iterator[Problem]:
    """Keys of a gate in the card of a repository that the Hub hands to everybody."""
    if hub.get("gated") is not False:
        return
    entries = [entry for entry in metadata.effective() if entry.name.startswith(_GATE)]
    if entries:
        keys = ", ".join(f"`{shown(entry.name)}`" for entry in entries[:_MOST])
        what = f"{keys} {'describe' if len(entries) > 1 else 'describes'} a gate, and the repository has none"
        yield Problem(f"{what}; anybody may download it: turn the gate on in its settings", entries[0].key.span, subject="gated")


def gate_absent(
    metadata: nodes.Mapping, hub: Mapping[str, Any], *, licenses: list[str], tags: list[str], always: bool
) -> Iterator[Problem]:
    """A repository without a gate whose licence or tag calls for one, or any where the policy asks for it `always`."""
    if hub.get("gated") is not False or hub.get("private") is True:
        return
    for key, wanted in (("license", licenses), ("tags", tags)):
        for _, node in listed(metadata.get(key)):
            if (value := string(node)) in wanted:
                what = f"the terms of {quoted(value or '')} are" if key == "license" else f"what is tagged {quoted(value or '')} is"
                gate = "usually behind a gate that asks readers to accept them, and the repository has none"
                yield Problem(f"{what} {gate}; turn it on in its settings", node.span, subject="gated")
                return
    if always:
        yield Problem("the policy asks for a gate, and the repository has none; turn it on in its settings", metadata.span, subject="gated")


def flagged(hub: Mapping[str, Any], scans: Mapping[str, Any] | None, *, levels: list[str]) -> Iterator[Problem]:
    """A repository that the Hub has disabled, or in which its scanners found something. `levels` are the words that say so.

    Scans that are not done say nothing, and nothing is said of them here: they are evidence, and no verdict of ours.
    """
    if hub.get("disabled") is True:
        yield Problem("the Hub has disabled this repository; ask its support why before anybody relies on it", subject="disabled")
    issues = (scans or {}).get("filesWithIssues")
    issues = issues if isinstance(issues, list) else []
    named = [item for item in issues if isinstance(item, dict) and item.get("level") in levels and isinstance(item.get("path"), str)]
    for item in named:
        found = f"the Hub's own scanners call this file {item['level']}"
        message = f"{found}; see its page on the Hub for what they found, and do not load it before that"
        yield Problem(message, subject=item["path"], path=item["path"])
