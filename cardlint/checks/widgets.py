"""What the page of a model shows beside the card: examples of the widget, emissions, the picture."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from cardlint.checks.vocabulary import quoted, shown
from cardlint.nodes import Mapping, Scalar, Sequence, is_null, join, kind_of, string
from cardlint.problem import Problem
from cardlint.rule import did_you_mean
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.nodes import Node
    from cardlint.text import Span

_AMOUNT = lazily(
    r"(?P<number>\d{1,15}(?:\.\d{1,15})?)\s*(?P<unit>k?g|t|(?:kilo)?grams?|tonnes?)?\s*(?:of\s+)?(?:CO[2₂]\w*)?[ -]?(?:eq\w*)?",
    re.IGNORECASE,
)
_GRAMS = {"": 1, "g": 1, "k": 1_000, "t": 1_000_000}  # by the first letter of the unit
_WITHOUT_SCHEME = lazily(r"(?://|www\.|[\w.-]+\.(?:ai|co|com|dev|io|net|org)/)\S+", re.IGNORECASE | re.ASCII)
_ADDRESS = lazily(r"https?://[^\s/]+\S*", re.IGNORECASE)


def widget(value: Node, task: Node | None, *, inputs: dict[str, list[list[str]]], kinds: dict[str, list[str]]) -> Iterator[Problem]:
    """Examples the widget cannot show.

    `inputs` lists for each task the sets of keys of which an example needs one; `kinds` says of each key what its value
    may be (text, list, …).
    """
    if not isinstance(value, Sequence):
        yield Problem(f"`widget` is {_article(value)}, not a list of examples{_dash(value)}", value.span)
        return
    needed = inputs.get(string(task) or "", [])
    for index, example in enumerate(value.items):
        subject = join("widget", index)
        if isinstance(example, Mapping):
            yield from _wrong_kinds(example, subject, kinds)
            if needed and (message := _unfit(example, needed, string(task) or "", kinds)):
                yield Problem(message, _head(example), subject)
        elif not is_null(example):
            yield Problem(f"an example is {_article(example)}, not a mapping such as `text: …`", example.span, subject)


def _article(value: Node) -> str:
    return kind_of(value) if kind_of(value) == "text" else f"a {kind_of(value)}"


def _dash(value: Node) -> str:
    return "; put `- ` before its first key" if isinstance(value, Mapping) else ""


def _head(example: Mapping) -> Span:
    return example.entries[0].key.span if example.entries else example.span


def _wrong_kinds(example: Mapping, subject: str, kinds: dict[str, list[str]]) -> Iterator[Problem]:
    for entry in example.effective():
        allowed = kinds.get(entry.name)
        kind = kind_of(entry.value)
        if allowed and not is_null(entry.value) and kind not in allowed:
            hint = "; put it in quotes" if kind in ("number", "boolean") and "text" in allowed else ""
            wanted = " or ".join(word if word == "text" else f"a {word}" for word in allowed)
            message = f"`{entry.name}` of an example is {_article(entry.value)}, not {wanted}{hint}"
            yield Problem(message, entry.value.span, join(subject, entry.name))


def _unfit(example: Mapping, needed: list[list[str]], task: str, kinds: dict[str, list[str]]) -> str | None:
    """What an example lacks for its task. One with an `output` is shown as it is, and needs nothing."""
    if example.get("output") is not None:
        return None
    lacking = [[key for key in keys if example.get(key) is None] for keys in needed]
    if not all(lacking):
        return None
    fewest = min(lacking, key=len)
    strange = [entry.name for entry in example.effective() if entry.name not in kinds]
    hint = next((found for name in strange if (found := _instead(name, fewest))), "")
    options = " or ".join(" and ".join(f"`{key}`" for key in keys) for keys in needed)
    missing = " and ".join(f"`{key}`" for key in fewest)
    asked = "" if hint or needed == [fewest] else f"; it needs {options}"
    return f"an example for {task} has no {missing}{asked}{hint}"


def _instead(name: str, lacking: list[str]) -> str:
    """What to write for a key the widget does not read: one that is spelt nearly so, or that it is the end of."""
    longer = next((f"; did you mean {key}?" for key in lacking if key.endswith(f"_{name}")), "")
    near = did_you_mean(name, lacking) or longer
    return f", and `{shown(name)}` is not read{near}" if near else ""


def emissions(value: Node, *, least: float, most: float, least_by_training: dict[str, float], text_keys: list[str]) -> Iterator[Problem]:
    """Emissions of training that are no number of grams, or no plausible one.

    A training below `least` or above `most` grams does not exist; one of a kind in `least_by_training` below that many
    is possible, and more likely written in kilograms: a note. `text_keys` are the keys beside the number.
    """
    if not isinstance(value, Mapping):
        yield from _amount(value, "co2_eq_emissions", least, most)
        return
    held = value.get("emissions")
    if held is None:
        near = next((entry.name for entry in value.effective() if did_you_mean(entry.name, ["emissions"])), "emissions")
        hint = f", but {quoted(near)}" if near != "emissions" else ""
        message = f"`co2_eq_emissions` has no `emissions`, the number of grams{hint}"
        yield Problem(message, _head(value), "co2_eq_emissions.emissions")
    else:
        found = list(_amount(held, "co2_eq_emissions.emissions", least, most))
        yield from found or _little(held, value, least_by_training)
    for key in text_keys:
        item = value.get(key)
        if item is not None and string(item) is None:
            yield Problem(f"`{key}` is a {kind_of(item)}, not text", item.span, join("co2_eq_emissions", key))


def _amount(value: Node, subject: str, least: float, most: float) -> Iterator[Problem]:
    number = value.value if isinstance(value, Scalar) and kind_of(value) == "number" else None
    if not isinstance(value, Scalar) or not isinstance(number, int | float):
        yield Problem(_no_number(value), value.span, subject)
    elif not 0 < number < math.inf:
        message = f"{shown(value.raw)} grams of CO2 is no amount a training emits; leave the key out where none is known"
        yield Problem(message, value.span, subject)
    elif number < least:
        message = f"{shown(value.raw)} grams of CO2 is less than a computer emits in a second; the unit is grams, not kilograms or tonnes"
        yield Problem(message, value.span, subject)
    elif number > most:
        message = f"{shown(value.raw)} grams of CO2 is more than the largest training known has emitted; the unit is grams"
        yield Problem(message, value.span, subject)


def _no_number(value: Node) -> str:
    text = string(value)
    if text is None:
        return f"the emissions are a {kind_of(value)}, not a number of grams"
    match = _AMOUNT.fullmatch(text.strip())
    hint = f"; write {float(match['number']) * _GRAMS[(match['unit'] or '')[:1].lower()]:.15g}" if match else ""
    return f"{quoted(text)} is text, not a number of grams{hint}"


def _little(held: Node, value: Mapping, least_by_training: dict[str, float]) -> Iterator[Problem]:
    least = least_by_training.get((string(value.get("training_type")) or "").strip().lower())
    if least is not None and isinstance(held, Scalar) and isinstance(held.value, int | float) and held.value < least:
        doubt = f"{shown(held.raw)} grams of CO2 is little for a training from scratch"
        message = f"{doubt}; if it is kilograms, write {held.value * 1000:.15g}"
        yield Problem(message, held.span, "co2_eq_emissions.emissions", at_most="note")


def thumbnail(value: Node) -> Iterator[Problem]:
    """A picture that is not a web address, where it is text at all."""
    text = string(value)
    if text is None or _ADDRESS.fullmatch(text.strip()):
        return
    if not text.strip():
        yield Problem("the thumbnail is empty; leave the key out", value.span)
    elif _WITHOUT_SCHEME.fullmatch(text.strip()):
        address = f"https://{text.strip().lstrip('/')[:100]}"
        yield Problem(f"{quoted(text)} is not a web address; did you mean {address}?", value.span)
    elif re.fullmatch(r"(?:[\w.-]+/)*[\w .-]+\.\w{2,4}", text.strip(), re.ASCII):
        path = text.strip().removeprefix("./").replace(" ", "%20")
        address = f"https://huggingface.co/<namespace>/<name>/resolve/main/{path[:100]}"
        yield Problem(f"{quoted(text)} is a path, not a web address; did you mean {address}?", value.span)
    else:
        yield Problem(f"{quoted(text)} is not a web address that begins with https://", value.span)
