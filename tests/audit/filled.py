"""A store with made-up runs, written through its public methods: as many repositories and runs as asked for, the same for the same seed.

Names, owners, messages, paths and reasons have what a hostile repository would put there; the rest is what organisations have.
"""

from __future__ import annotations

import random
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING
from unittest import mock

from cardlint.audit import store as store_module
from cardlint.audit.standing import Engine, Outcome, Series, Standing, digest
from cardlint.audit.store import Cost, Store
from cardlint.policy import Waiver
from cardlint.problem import Fix
from cardlint.report import Failed, Finding, Place, Skipped, Suppressed, Target
from cardlint.rule import shipped
from cardlint.run import describe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from cardlint.report import Descriptor
    from cardlint.rule import Rule

CANARY = "canary-7f3a"
HOSTILE = (
    f"<img src=x onerror=\"window['{CANARY}']=1\">", f"</script><script>window['{CANARY}']=1</script>", f"javascript:window['{CANARY}']=1",
    f"\u202egnp.{CANARY}\u2066", f"\x1b[31m\x1b]0;{CANARY}\x07", f"{CANARY}-{'verylongword' * 40}", f"<!-- {CANARY} \u2028 ]]>",
    f'" onclick="window.{CANARY}', "constructor", "__proto__", f"{{{{ {CANARY} }}}}",
)  # fmt: skip
SERIES = Series(("acme", "--policy", "strict", "--owners", "owners of.yaml"))
_OWNERS = ("speech", "vision", "nlp-core", "data-platform", "research-tools", "safety", "edge", HOSTILE[0])
_LICENSES = (None, "apache-2.0", "mit", "cc-by-4.0", "llama3.1", "other", "cc-by-nc-4.0", "openrail", "gemma", "bsd-3-clause", HOSTILE[1])
_WEIGHTS = (24, 36, 14, 6, 5, 5, 4, 2, 2, 1, 0.1)
_KINDS = ("model", "dataset", "space")
_PREFIX = {"model": "hf://", "dataset": "hf://datasets/", "space": "hf://spaces/"}
_TASKS = ("text-generation", "automatic-speech-recognition", "image-classification", "text-classification", None)
_NAMES = ("granite", "whisper", "sparrow", "orchid", "atlas", "nimbus", "tundra", "falcon", "lumen", "quartz")
_SUFFIXES = ("base", "large", "7b-instruct", "tiny", "v2", "multilingual", "gguf", "eval", "demo", "lora")
# Rules that find most, each with what it says and where.
_POPULAR = (
    ("license-missing", "there is no licence; say in `license` under which others may use this", "README.md"),
    ("section-missing", "there is no section about limitations; say what it should not be used for", "README.md"),
    ("citation-invalid", "the BibTeX entry {} is not closed; add a brace", "README.md"),
    ("pickle-weights", "pytorch_model-{}.bin is a pickle, which runs code when it is loaded; publish safetensors", "pytorch_model.bin"),
    ("language-missing", "there is no `language`; say which languages it is for", "README.md"),
    ("base-model-missing", "the card names no `base_model`, and config.json was made from acme/base-{}", "config.json"),
    ("link-broken", "https://example.org/papers/{} leads nowhere; mend or remove the link", "README.md"),
    ("section-empty", "the section Evaluation is empty; fill or remove it", "README.md"),
    ("revision-unpinned", "`from_pretrained` loads acme/part-{} without a commit; pin it with revision=", "src/app.py"),
    ("token-leaked", "a token that begins with hf_ stands in the card; revoke it", "README.md"),
)
_REASONS = (
    "README.md is gated; ask for access with the account the token belongs to",
    "the Hub answered 500 three times",
    "disabled by the Hub",
)


def filled(
    path: Path, *, repositories: int = 200, runs: int = 4, seed: int = 7, finish: bool = True, owners: bool = True, doom: str = ""
) -> tuple[Store, int]:
    """A store with so many runs, a week apart, and the last of them; the caller closes it.

    Without `finish` the last run stops half way, without `owners` nobody owns anything. `doom` is an outcome that all repositories have.
    """
    store, run = Store(path), 0
    rng = random.Random(seed)
    standings = [_standing(rng, number, owners=owners) for number in range(repositories)]
    for left in reversed(range(runs)):
        when = (date(2026, 11, 30) - timedelta(days=7 * left)).isoformat()
        is_first, is_whole = left == runs - 1, finish or left > 0
        there = [item for item in standings if not is_first or hash_of(item.name) % 30]
        with mock.patch.object(store_module, "now", lambda when=when: f"{when}T02:15:00+00:00"):
            run = store.begin(SERIES, Engine("0.1.0", "5f" * 32, "recommended" if is_first else "strict", "cards"))
            store.describe(run, [describe(rule) for rule in drawn_rules()], WAIVERS)
            store.expect(run, ((item, "{}") for item in there))
            for item in there if is_whole else there[: len(there) // 2]:
                store.record(run, _outcome(item, left, seed, doom))
            store.spend(run, Cost(len(there) + 3, len(there) * 6_200, 312.5))
            if is_whole:
                store.finish(run, left_out=repositories // 25, unlisted=_unlisted(repositories))
    return store, run


def hash_of(text: str) -> int:
    """A number that is the same in every process."""
    return sum(ord(char) * (place + 1) for place, char in enumerate(text))


def _unlisted(repositories: int) -> Sequence[tuple[str, str]]:
    refused = [("hf://acme-private", "401: the token may not list it"), (HOSTILE[0], f"no such organisation {HOSTILE[4]}")]
    return refused if repositories > 50 else []


@cache
def drawn_rules() -> tuple[Rule, ...]:
    """Rules that ship, some of every category."""
    popular = [shipped()[id_] for id_, _, _ in _POPULAR]
    return (*popular, *(rule for rule in tuple(shipped().values())[::3] if rule not in popular))


def _standing(rng: random.Random, number: int, *, owners: bool) -> Standing:
    kind = rng.choices(_KINDS, (70, 22, 8))[0]
    name = HOSTILE[number] if number < len(HOSTILE) else f"{rng.choice(_NAMES)}-{rng.choice(_SUFFIXES)}-{number:05d}"
    private = rng.random() < 0.18
    return Standing(
        f"{_PREFIX[kind]}acme/{name}", kind, "acme", f"{number:08x}" * 5, "l", rng.choice((*_OWNERS, None)) if owners else None,
        rng.choices(_LICENSES, _WEIGHTS)[0], rng.choices((None, "auto", "manual"), (88, 8, 4))[0], private, None,
        int(rng.paretovariate(0.6) * 3) if rng.random() < 0.9 else None, rng.randrange(500),
        f"2026-{rng.randrange(1, 11):02d}-{rng.randrange(1, 28):02d}T10:00:00.000Z", rng.choice(_TASKS), "transformers",
    )  # fmt: skip


def _outcome(item: Standing, left: int, seed: int, doom: str) -> Outcome:
    rng = random.Random(f"{seed} {item.name}")
    state = doom or rng.choices(("audited", "skipped", "failed"), (93, 5, 2))[0]
    rules = drawn_rules()
    shown = "dataset" if item.kind == "dataset" else item.kind
    if state != "audited":
        reason = rng.choice(_REASONS) if rng.random() < 0.97 else HOSTILE[0]
        skipped = tuple(Skipped(rule.id, reason) for rule in rules[:9])
        failed = (Failed(rules[9].id, f"IndexError: {HOSTILE[4]}"),) if state == "failed" else ()
        return Outcome(item, state, Target(item.name, shown, _found(rng, item, left, 1), skipped, failed, revision=item.revision), reason)  # type: ignore[arg-type]
    skipped = (Skipped(rules[2].id, "the licence text is longer than 1 MB"),) if rng.random() < 0.02 else ()
    behind = (Skipped(rules[3].id, "the frontmatter cannot be read", rules[0].id),) if rng.random() < 0.03 else ()
    count = 0 if rng.random() < 0.3 else min(40, int(rng.paretovariate(1.1) * 2))
    target = Target(item.name, shown, _found(rng, item, left, count), (*skipped, *behind), (), (rules[-1].id,), revision=item.revision)
    return Outcome(item, state, target, honoured=(".cardlint.yaml",) if rng.random() < 0.01 else ())  # type: ignore[arg-type]


def _found(rng: random.Random, item: Standing, left: int, count: int) -> tuple[Finding, ...]:
    return tuple(_findings(rng, item, left, count))


def _findings(rng: random.Random, item: Standing, left: int, count: int) -> Iterator[Finding]:
    rules = drawn_rules()
    for number in range(count):
        at = min(int(rng.paretovariate(0.7)) - 1, len(rules) - 2)
        _, said, path = _POPULAR[at] if at < len(_POPULAR) else ("", f"{rules[at].title.lower()}; see the page of the rule ({{}})", None)
        severity = rng.choices(("error", "warning", "note"), _GRAVE[at % len(_GRAVE)])[0]
        message = said.format(rng.randrange(10**6)) if rng.random() < 0.98 else rng.choice(HOSTILE)
        line, lot, fate, fixed = rng.randrange(1, 300), rng.random(), rng.random(), rng.random()
        if _is_away(lot, left):
            continue
        place = Place(path, line, 1, line, 9, 0, 8, "license: ") if path else None
        yield Finding(
            rules[at].id, severity, "high", message, f"s{number}", path, place, digest((item.name, number)),  # type: ignore[arg-type]
            fix=Fix("safe" if fixed < 0.14 else "unsafe", "write it", ()) if fixed < 0.2 else None,
            suppressed=_suppressed(rules[at].id, fate),
        )  # fmt: skip


_GRAVE = ((7, 2, 1), (1, 6, 3), (0, 3, 7), (5, 4, 1), (0, 2, 8))


def _is_away(lot: float, left: int) -> bool:
    """Whether a run with so many to follow does not have a finding: some come, some go, some go and come back."""
    step = int(lot * 10_000) % 6
    return (lot < 0.24 and left > step) or (0.24 <= lot < 0.45 and left < step) or (0.45 <= lot < 0.47 and left == 1)


def _suppressed(rule: str, fate: float) -> Suppressed | None:
    waiver = WAIVERS[0]
    if rule in waiver.rules and waiver.repository == "acme/*":
        return Suppressed("waiver", f"{waiver.reason} ({waiver.owner}, until {waiver.expires})")
    return (
        Suppressed("inline", "known, the paper is not out yet")
        if fate < 0.02
        else Suppressed("baseline", "recorded")
        if fate < 0.03
        else None
    )


def described() -> list[Descriptor]:
    """The rules of the runs as a report speaks of them."""
    return [describe(rule) for rule in drawn_rules()]


def _waiver(rules: Sequence[int], where: tuple[str | None, str | None], owner: str, reason: str, expires: date) -> Waiver:
    ids = frozenset(drawn_rules()[number].id for number in rules)
    return Waiver(ids, *where, owner, reason, expires, "policy.yaml:12:3")


WAIVERS = (
    _waiver([4], ("acme/*", None), "speech", "the vendor's licence is being negotiated", date(2026, 12, 18)),
    _waiver([1, 2], ("acme/granite-*", None), "nlp-core", "old models, kept for the record", date(2026, 10, 31)),
    _waiver([3], (None, "*.bin"), "vision", f"converted next quarter {HOSTILE[0]}", date(2027, 6, 30)),
    _waiver([5], ("acme/atlas-*", "README.md"), HOSTILE[5], HOSTILE[3], date(2027, 1, 31)),
)
