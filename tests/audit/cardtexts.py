"""Cards as people write them, made up: of every size there is, good ones, broken ones and hostile ones. The same seed gives the same card."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.store import Kind

LICENCES = (
    *["apache-2.0"] * 8,
    *["mit"] * 6,
    *["cc-by-4.0"] * 3,
    *["other"] * 2,
    "llama3",
    "gpl-3.0",
    "cc-by-nc-4.0",
    "apache2",
    "openrail",
    "",
)
_LANGUAGES = (*["en"] * 8, "de", "fr", "zh", "sw", "multilingual", "english")
_TASKS = ("text-generation", "text-classification", "token-classification", "image-classification", "automatic-speech-recognition")
_TAGS = ("finance", "medical", "sentiment", "generated_from_trainer", "legal", "summarization", "climate", "bioinformatics", "headlines")
_NOUNS = (
    "headlines",
    "reports",
    "invoices",
    "recordings",
    "satellite images",
    "forum posts",
    "court rulings",
    "patient leaflets",
    "reviews",
)
_SENTENCES = (
    "It was trained for {n} epochs on {noun} that were collected between 2019 and 2024.",
    "The model reads up to {n} tokens and was fine-tuned on {noun} in two languages.",
    "Scores on {noun} are lower than on the rest, which we attribute to **noise** in the labels.",
    "See [the report](https://example.org/reports/{n}) for how the {noun} were sampled, and `config.json` for the rest.",
    "It should not be used to decide on anything that matters to a person without someone looking at the {noun}.",
    "Annotators were paid {n} an hour; each of the {noun} was labelled by three of them, and ties were broken by a fourth.",
    "Known limitations: it is biased towards {noun} from large cities, and fails on text longer than {n} words.",
    "We measured accuracy and F1 on a held-out split of {n},000 {noun}; *confidence intervals* are at 95 %.",
    "The {noun} were deduplicated with MinHash and filtered by language; about {n} % were left out for quality.",
)
_HEADINGS = (
    "Model description", "Intended uses & limitations", "Training data", "Training procedure", "Evaluation results", "Bias, risks and limitations",
    "How to use", "Environmental impact", "Citation", "Dataset structure", "Annotation process", "Licence", "Contact", "Acknowledgements",
)  # fmt: skip
_CODE = """```python
from transformers import pipeline

run = pipeline("{task}", model="acme/{name}")
print(run("What about the {noun}?", max_length={n}))
```"""
_TABLE = "| Metric | Split | Value |\n| --- | --- | ---: |\n"
_HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(document.domain)>",
    "</textarea></title><svg onload=alert(1)>",
    "\x1b]0;owned\x07\x1b[2J\x1b[31mred\x1b[0m",
    '=HYPERLINK("http://evil.example","click")',
    "=cmd|' /C calc'!A0",
    "@everyone @acme/security",
    "::error file=app.py,line=1::owned",
    "%0A%0D::set-output name=x::y",
    "\u202egnp.exe\u202c",
    "{{ 7 * 7 }} ${7*7} #{7*7}",
    "[x](javascript:alert(1)) ![y](data:text/html;base64,PHNjcmlwdD4=)",
    "]]>--><!--",
    "' OR 1=1; DROP TABLE runs; --",
)


def front(draw: random.Random, kind: Kind) -> dict[str, object]:
    """The values at the head of a card, some of them wrong."""
    values: dict[str, object] = {}
    if licence := draw.choice(LICENCES):
        values["license"] = licence
    if draw.random() < 0.8:
        values["language"] = draw.sample(_LANGUAGES, draw.randint(1, 2))
    if draw.random() < 0.7:
        values["tags"] = draw.sample(_TAGS, draw.randint(1, 5))
    if kind == "space":
        return values | {"title": "A demo", "emoji": "🚀", "colorFrom": "red", "colorTo": "blue", "sdk": "gradio", "app_file": "app.py"}
    if kind == "dataset":
        return values | {"task_categories": [draw.choice(_TASKS)], "size_categories": [draw.choice(["1K<n<10K", "n<1K", "10K<n<100K"])]}
    values |= {"library_name": "transformers", "pipeline_tag": draw.choice(_TASKS)}
    if draw.random() < 0.4:
        values["base_model"] = "google-bert/bert-base-uncased"
    if draw.random() < 0.4:
        values["datasets"] = [f"acme/{draw.choice(_TAGS)}"]
    return values | ({"model-index": [_index(draw)]} if draw.random() < 0.2 else {})


def _index(draw: random.Random) -> dict[str, object]:
    metrics = [{"type": kind, "value": round(draw.random(), 4), "name": kind} for kind in ("accuracy", "f1")]
    task = {"type": "text-classification", "name": "Text classification"}
    return {"name": "it", "results": [{"task": task, "dataset": {"name": "held out", "type": "acme/held-out"}, "metrics": metrics}]}


def _paragraph(draw: random.Random) -> str:
    return " ".join(draw.choice(_SENTENCES).format(n=draw.randint(2, 99), noun=draw.choice(_NOUNS)) for _ in range(draw.randint(2, 6)))


def _block(draw: random.Random, name: str) -> str:
    shape = draw.random()
    if shape < 0.6:
        return _paragraph(draw)
    if shape < 0.75:
        return "\n".join(
            f"- {draw.choice(_SENTENCES).format(n=draw.randint(2, 99), noun=draw.choice(_NOUNS))}" for _ in range(draw.randint(3, 8))
        )
    if shape < 0.9:
        return _TABLE + "\n".join(f"| {noun} | test | {draw.random():.4f} |" for noun in draw.sample(_NOUNS, draw.randint(2, 8)))
    return _CODE.format(task=draw.choice(_TASKS), name=name, noun=draw.choice(_NOUNS), n=draw.randint(10, 400))


def body(draw: random.Random, name: str, size: int) -> str:
    """About so many characters of Markdown: headings, paragraphs, lists, tables and code."""
    parts = [f"# {name}", _paragraph(draw)]
    held = sum(map(len, parts))
    while held < size:
        parts += [f"## {draw.choice(_HEADINGS)}", *(_block(draw, name) for _ in range(draw.randint(1, 3)))]
        held += sum(map(len, parts[-4:]))
    return "\n\n".join(parts) + "\n"


def card(draw: random.Random, kind: Kind, name: str, size: int | None = None) -> bytes:
    """A card; without `size` one of the sizes of real cards, where the median is 3.6 kB and one of a hundred has more than 40."""
    size = min(60_000, int(draw.lognormvariate(8.2, 0.95))) if size is None else size
    return f"---\n{yaml.safe_dump(front(draw, kind), sort_keys=False, allow_unicode=True)}---\n\n{body(draw, name, size)}".encode()


def hostile(draw: random.Random, kind: Kind, name: str) -> bytes:
    """A card that tries to act wherever it is shown."""
    tricks = draw.sample(_HOSTILE, 5)
    values = front(draw, kind) | {"license": tricks[0], "tags": tricks[1:3], "license_name": tricks[3], "pretty_name": tricks[4]}
    text = "\n\n".join((body(draw, name, 1000), *_HOSTILE, f"## {tricks[0]}", f"<!-- cardlint: ignore[license-unknown] {tricks[1]} -->"))
    return f"---\n{yaml.safe_dump(values, sort_keys=False, allow_unicode=True)}---\n\n{text}\n".encode()


def _bomb(head: str, rest: str) -> bytes:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12))]
    return f"---\n{head}{chr(10).join(lines)}\n---\n{rest}".encode()


def _cut(text: str) -> tuple[str, str]:
    _, head, rest = text.split("---\n", 2)
    return head, rest


# What is wrong with a broken card, and how a good one becomes one.
BROKEN: dict[str, Callable[[str], bytes]] = {
    "invalid YAML": lambda text: text.replace("---\n", '---\nlicense: "mit\ntags: [a, b\n', 1).encode(),
    "no front matter": lambda text: _cut(text)[1].encode(),
    "not closed": lambda text: ("---\n" + "".join(_cut(text)).replace("---", "- -")).encode(),
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "not UTF-8": lambda text: text.encode() + "Gr\xfc\xdfe aus K\xf6ln\n".encode("latin-1"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "duplicate keys": lambda text: text.replace("---\n", "---\nlicense: mit\nlicense: gpl-3.0\n", 1).encode(),
    "alias bomb": lambda text: _bomb(*_cut(text)),
    "alias of itself": lambda text: text.replace("---\n", "---\nextra: &x [*x]\n", 1).encode(),
    "deep": lambda text: text.replace("---\n", f"---\ndeep: {'[' * 2000}{']' * 2000}\n", 1).encode(),
    "a list": lambda text: f"---\n- license: mit\n- en\n---\n{_cut(text)[1]}".encode(),
    "wrong types": lambda text: text.replace("---\n", "---\ntags: 5\nlanguage: {a: 1}\ndate: 2024-01-01\n1: one\n", 1).encode(),
    "line ends of Windows": lambda text: text.replace("\n", "\r\n").encode(),
    "nothing in it": lambda _: b"",
}
