"""TorchServe's model archives: the manifest names the code that runs when the model is served, beside the weights.

serve/model-archiver, `manifest_components`; the handlers that TorchServe has itself are in `ts/torch_handler`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from cardlint.weights.memberpaths import leads_out, tidy
from cardlint.weights.sniff import recognise
from cardlint.weights.verdict import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader
    from cardlint.weights.verdict import Verdict
    from cardlint.weights.zip import Contents

MANIFEST = "MAR-INF/MANIFEST.json"
_LONGEST = 1_000_000
_OWN = frozenset({"image_classifier", "image_segmenter", "object_detector", "text_classifier"})
_CODE = {"handler": "runs", "modelFile": "runs", "requirementsFile": "installs what is listed in"}
_FILES = (*_CODE, "serializedFile", "configFile")
_TEXTS = frozenset({"text", "script", "json", "empty", "pickle?"})


def judge_members(contents: Contents, context: Context) -> Iterator[Evidence]:
    """What the manifest has run, and whether it is there and is code that can be read."""
    del context
    model = _model(contents.get(MANIFEST))
    if model is None:
        yield _say("review", MANIFEST, "the manifest cannot be read")
        return
    yield from judge_model(model)
    for key in _CODE:
        name = model.get(key)
        if not isinstance(name, str) or (key == "handler" and name in _OWN):
            continue
        path = tidy(_file(name))
        content = contents.get(path) or contents.get(f"{path}.py")
        if content is None:
            yield _say("review", key, f"{key} {name} is not in the archive")
        elif recognise(content) not in _TEXTS:
            yield _say("block", key, f"{key} {name} is no text, so nobody can read what it does")


def judge_manifest(content: Reader) -> Iterator[Evidence]:
    """What a manifest has run, where the members beside it are not known."""
    model = _model(content)
    if model is None:
        yield _say("review", MANIFEST, "the manifest cannot be read")
    else:
        yield from judge_model(model)


def judge_model(model: Mapping[str, Any]) -> Iterator[Evidence]:
    """What a manifest has run, by its names."""
    for key in _FILES:
        name = model.get(key)
        if name is None or (key == "handler" and name in _OWN):
            continue
        if not isinstance(name, str):
            yield _say("review", key, f"{key} is no name")
        elif leads_out(_file(name)):
            yield _say("block", key, f"{key} {name} leads out of the archive")
        elif key in _CODE:
            yield _say("review", key, f"{_CODE[key]} {name} when the model is served")


def _file(name: str) -> str:
    """The file of `handler.py:function`."""
    return name if name[1:2] == ":" else name.partition(":")[0]


def _model(content: Reader | None) -> Mapping[str, Any] | None:
    if content is None or content.size > _LONGEST:
        return None
    try:
        manifest = json.loads(content.read(0, content.size))
    except (ValueError, RecursionError):
        return None
    model = manifest.get("model") if isinstance(manifest, dict) else None
    return model if isinstance(model, dict) else None


def _say(verdict: Verdict, about: str, message: str) -> Evidence:
    return Evidence(verdict, "format", about, message, member=MANIFEST)
