"""Links that only their author can follow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from cardlint.checks.links import DRIVE, TEMPLATE, quoted, require_whole
from cardlint.problem import Problem
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cardlint.markdown import Link, Markdown

_LONGEST = 2_000
_SCHEMES = {"", "http", "https", "ftp", "ssh", "ws", "wss"}
_WORD = lazily(r"[a-z][a-z0-9-]*")


def private(  # noqa: PLR0913 - the data of the rule
    markdown: Markdown,
    *,
    folders: list[str],
    hosts: dict[str, list[str]],
    stores: list[str],
    signed: list[str],
    members: dict[str, str],
) -> Iterator[Problem]:
    """Links and images that only their author's machine or network can follow, each target once.

    `folders` are beginnings of paths on somebody's disk. Of `hosts`, `loopback` mean the reader's own machine,
    `networks` are address ranges and `suffixes` endings of names inside a network, `stand_ins` names for any host.
    `stores` are schemes of storage that a browser does not open, `signed` parameters of addresses that were signed for
    a while ("a+b" where it takes both), `members` patterns of pages behind somebody's sign-in, with whose.
    """
    signatures = [frozenset(item.lower().split("+")) for item in signed]
    seen: set[str] = set()
    for link in markdown.links:
        target = link.target.strip()
        if target in seen or len(target) > _LONGEST or TEMPLATE.search(target):
            continue
        message = (
            _on_disk(target, tuple(folders))
            or _in_store(target, stores)
            or _in_network(target, link, hosts)
            or _for_a_while(target, signatures)
            or _for_members(target, members)
        )
        if message is not None:
            seen.add(target)
            yield Problem(message, link.target_span or link.span, link.target)
    require_whole(markdown)


def _on_disk(target: str, folders: tuple[str, ...]) -> str | None:
    if DRIVE.match(target) or target.lower().startswith(folders):
        return f"{quoted(target)} is a place on one machine's disk; upload the file and give its path in the repository"
    return None


def _in_store(target: str, stores: list[str]) -> str | None:
    scheme, mark, _ = target.partition("://")
    if mark and scheme.lower() in stores:
        return f"{quoted(target)} is an address for programs with access to that storage; link to where everyone can reach it"
    return None


def _for_a_while(target: str, signatures: list[frozenset[str]]) -> str | None:
    """Addresses that somebody signed for themselves; the signature expires, and until then lets everybody in."""
    _, mark, query = target.partition("?")
    if not mark or "=" not in query:
        return None
    given = {name.lower().removeprefix("amp;") for name, value in parse_qsl(query.partition("#")[0]) if value}
    if any(signature <= given for signature in signatures):
        return f"{quoted(target)} was signed for a while and stops working; link to where the file stays"
    return None


def _for_members(target: str, members: Mapping[str, str]) -> str | None:
    """Pages behind a sign-in."""
    for pattern, whose in members.items():
        if re.match(rf"https?://(?:{pattern})", target, re.IGNORECASE):
            return f"{quoted(target)} opens only for {whose}; link to where everyone can reach it"
    return None


def _in_network(target: str, link: Link, hosts: Mapping[str, list[str]]) -> str | None:
    host = _host(target)
    if host is None:
        return None
    if host in hosts["loopback"] or _within(host, ["127.0.0.0/8", "::1/128"]):
        # "Open http://localhost:7860", after the command that starts the server, is what a manual says.
        told = host in link.text.lower() and not link.image
        return None if told else f"{quoted(target)} is each reader's own machine; link to where everyone can reach it"
    if host.endswith(tuple(hosts["suffixes"])) or _within(host, hosts["networks"]) or _is_bare(host, hosts["stand_ins"]):
        return f"{quoted(target)} can be reached only inside one network; link to where everyone can reach it"
    return None


def _host(target: str) -> str | None:
    try:
        parts = urlsplit(target)
        host = parts.hostname
    except ValueError:
        return None
    return host.rstrip(".") if host and parts.scheme.lower() in _SCHEMES else None


def _within(host: str, networks: list[str]) -> bool:
    if ":" not in host and not host[-1:].isdigit():
        return False
    from ipaddress import ip_address, ip_network  # few links lead to an address

    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in ip_network(network) for network in networks)


def _is_bare(host: str, stand_ins: list[str]) -> bool:
    """Whether a host is one word, which only a local name server knows."""
    return _WORD.fullmatch(host) is not None and host not in stand_ins
