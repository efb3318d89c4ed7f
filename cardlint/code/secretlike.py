"""Whether something in the form of a secret is one, and no identifier, placeholder, or example of a vendor."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, urlsafe_b64decode
from collections import Counter
from itertools import pairwise
from math import log2
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Callable

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKED = 30  # characters of a GitHub token that its checksum is over
_CASES = 3  # letters of either case that a random token has at least
_WORD = 4.0  # letters of a lower-case run on average, from which on names are made of words
_SEQUENCE = 0.4  # of neighbours one apart, from which on it is the alphabet
_ASSIGNED = re.compile(r"[=:(,\"'\s]\s{0,4}[\"']?$")
_HASHED = re.compile(r"(?i)(?:commit|revision|sha-?\d{0,3}|md5|etag|checksum|digest|hash|oid)[\"'\])]{0,3}\s{0,3}[=:]?\s{0,3}[\"']?$")
_RUN = re.compile(r"[a-z]+")
_ARMOUR = re.compile(r"[A-Za-z0-9+/]{40}")
_TOKEN = re.compile(rb"(hf_[A-Za-z0-9]{34})\n?")
_PRINTED = 16


class Placeholders(NamedTuple):
    """What stands for a secret: `words` inside of it, `passwords` as all of it, `hosts` that are nobody's.

    `secretive` are words before a token that say that it is one; `examples` the first 16 digits of the SHA-256 of what
    vendors print in their documentation. `digest` makes that of a text, in hexadecimal.
    """

    words: tuple[str, ...]
    passwords: frozenset[str]
    hosts: frozenset[str]
    secretive: tuple[str, ...]
    examples: frozenset[str]
    digest: Callable[[str], str]


class Candidate(NamedTuple):
    """What has the form of a secret: the match, the value in it, and what stands before it."""

    match: re.Match[str]
    value: str
    before: str
    placeholders: Placeholders


def likely(  # noqa: PLR0913, PLR0917 - what there is to know of a candidate
    match: re.Match[str], value: str, before: str, tests: tuple[str, ...], least: float, placeholders: Placeholders
) -> bool:
    """Whether a match is a secret: it passes the tests of its kind, has so many bits per character, and is no placeholder."""
    candidate = Candidate(match, value, before, placeholders)
    if entropy(value[:400]) < least or is_placeholder(value, placeholders):
        return False
    return all(_TESTS[test](candidate) for test in tests)


def entropy(value: str) -> float:
    """Bits per character, by how often each one stands in the value (Shannon)."""
    size = len(value)
    return -sum(count / size * log2(count / size) for count in Counter(value).values())


def is_placeholder(value: str, placeholders: Placeholders) -> bool:
    """Whether a value stands for a secret without being one."""
    lowered = value[:200].lower()
    if placeholders.digest(value)[:_PRINTED] in placeholders.examples:
        return True
    return lowered in placeholders.passwords or any(word in lowered for word in placeholders.words) or _sequential(lowered)


def _sequential(value: str) -> bool:
    """Whether it is mostly the alphabet, digits in their order, or one character again and again."""
    steps = [ord(second) - ord(first) for first, second in pairwise(value)]
    return bool(steps) and max(steps.count(1), steps.count(0), steps.count(-1)) > _SEQUENCE * len(steps)


def _random(candidate: Candidate) -> bool:
    """Nothing but the entropy."""
    del candidate
    return True


def _mixed(candidate: Candidate) -> bool:
    """Capitals and small letters as they fall, or digits among letters; names of words have long runs of small letters."""
    value = candidate.value
    upper, lower, digits = (sum(map(test, value)) for test in (str.isupper, str.islower, str.isdigit))
    if not lower or not upper:
        return digits >= _CASES and upper + lower >= _CASES
    runs = _RUN.findall(value)
    return upper >= _CASES and bool(runs) and lower / len(runs) <= _WORD


def _cased(candidate: Candidate) -> bool:
    """Letters of both cases, as in whatever is drawn from both; a hash or a name in one case has not."""
    return min(sum(map(str.isupper, candidate.value)), sum(map(str.islower, candidate.value))) >= _CASES


def _digit(candidate: Candidate) -> bool:
    return any(map(str.isdigit, candidate.value))


def _crc32(candidate: Candidate) -> bool:
    """The last six characters are the CRC32 of those between the prefix and them, in base 62."""
    body = candidate.value.partition("_")[2]
    number, digits = crc32(body[:_CHECKED].encode()), ""
    while number:
        number, rest = divmod(number, 62)
        digits = _BASE62[rest] + digits
    return body[_CHECKED:] == digits.rjust(6, "0")


def _jwt(candidate: Candidate) -> bool:
    """The first part is a JSON object with the name of an algorithm; `none` signs nothing."""
    head = candidate.match["jwt"].partition(".")[0]
    decoded = _decoded(head)
    return b'"alg"' in decoded and b'"none"' not in decoded.lower()


def _secretive(candidate: Candidate) -> bool:
    before = candidate.before.lower()
    return any(word in before for word in candidate.placeholders.secretive)


def _assigned(candidate: Candidate) -> bool:
    """It stands where values do: behind an equals sign, a colon, a quote, a bracket or a blank."""
    return _ASSIGNED.search(candidate.before) is not None


def _unhashed(candidate: Candidate) -> bool:
    """It is not said to be a commit or a checksum, which is all that tells those from keys in hexadecimal."""
    return _HASHED.search(candidate.before) is None


def _discord(candidate: Candidate) -> bool:
    """The first part is the number of a bot in base64."""
    return _decoded(candidate.value.partition(".")[0]).isdigit()


def _armoured(candidate: Candidate) -> bool:
    """There is a body of base64, in lines or in one with escaped line ends; a hash or a path is in one case."""
    bodies = _ARMOUR.findall(candidate.value)
    return any(min(sum(map(str.isupper, body)), sum(map(str.islower, body))) >= _CASES for body in bodies)


def _password(candidate: Candidate) -> bool:
    """Somebody's password at a real host, not the name of a variable."""
    value, groups = candidate.value, candidate.match.groupdict()
    host = (groups.get("host") or "").lower()
    if any(char in value for char in "{}$%<>[]()`*") and not re.search(r"%[0-9A-Fa-f]{2}", value):
        return False
    if host in candidate.placeholders.hosts or host.endswith(tuple(f".{name}" for name in candidate.placeholders.hosts)):
        return False
    return not _same_word(candidate) and not value.isupper()


def _same_word(candidate: Candidate) -> bool:
    """Whether user and password are one word, as in `scott:scott`."""
    user = candidate.match[0].removeprefix("://").partition(":")[0]
    return user == candidate.value


def _basic(candidate: Candidate) -> bool:
    """Base64 of a user and a password that is no placeholder."""
    user, colon, password = _decoded(candidate.value).partition(b":")
    if not colon or not password.isascii() or not user.isascii() or not user:
        return False
    return password.decode().isprintable() and not is_placeholder(password.decode(), candidate.placeholders)


def _encoded(candidate: Candidate) -> bool:
    """Base64 of a token of the Hub, perhaps with a line end, that is no placeholder."""
    token = _TOKEN.fullmatch(_decoded(candidate.value))
    return token is not None and not is_placeholder(token[1].decode(), candidate.placeholders)


def _decoded(text: str) -> bytes:
    """Base64 of either alphabet; nothing where it is none."""
    padded = text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4)
    try:
        return (urlsafe_b64decode if "-" in text or "_" in text else b64decode)(padded)
    except (binascii.Error, ValueError):
        return b""


_TESTS: dict[str, Callable[[Candidate], bool]] = {
    "random": _random, "mixed": _mixed, "cased": _cased, "digit": _digit, "crc32": _crc32, "jwt": _jwt, "secretive": _secretive,
    "assigned": _assigned, "discord": _discord, "armoured": _armoured, "password": _password, "basic": _basic,
    "encoded": _encoded, "unhashed": _unhashed,
}  # fmt: skip
