"""Files of Core ML and TensorFlow, and whether the lists of operators are those of the libraries. Not collected by default.

    pip install -e '.[operators]' && pytest tests/harmless/heavy/programs.py

Nothing is loaded back: the libraries write, and we judge.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest
import tensorflow as tf
from coremltools.proto import Model_pb2

sys.path.insert(0, str(Path(__file__).parents[3] / "scripts"))
import refresh_operators

from cardlint.weightlists import names
from cardlint.weights.budget import Budget
from cardlint.weights.judge import Context, judge
from cardlint.weights.reading import Held

if TYPE_CHECKING:
    from collections.abc import Callable

    from cardlint.weights.verdict import Judgement


def read(path: Path) -> Judgement:
    return judge(Held(path.read_bytes()), Context(names(), Budget(), str(path)))


def said(found: Judgement) -> str:
    return "; ".join(item.message for item in found.evidence)


# Core ML


def test_core_ml(tmp_path: Path) -> None:
    model = Model_pb2.Model(specificationVersion=4)
    model.neuralNetwork.layers.add(name="l").convolution.outputChannels = 3
    (tmp_path / "m.mlmodel").write_bytes(model.SerializeToString())
    assert read(tmp_path / "m.mlmodel").verdict == "ok"
    model.neuralNetwork.layers.add(name="c").custom.className = "Mine"
    (tmp_path / "m.mlmodel").write_bytes(model.SerializeToString())
    assert read(tmp_path / "m.mlmodel").verdict == "review"


# TensorFlow


def functions() -> dict[str, tuple[str, Any, Callable[[Any], Any]]]:
    numbers, text = tf.TensorSpec([None, 2], tf.float32), tf.TensorSpec([None], tf.string)

    def written(x: Any) -> Any:
        tf.io.write_file("/nowhere/out", tf.constant("a"))
        return x

    def printed(x: Any) -> Any:
        tf.print("a", output_stream="file:///nowhere/out")
        return x

    return {
        "matmul": ("ok", numbers, lambda x: tf.matmul(x, tf.ones([2, 3]))),
        "loop": ("ok", numbers, lambda x: tf.while_loop(lambda y: tf.reduce_sum(y) < 9, lambda y: [y + 1], [x])[0]),
        "strings": ("ok", text, lambda x: tf.strings.split(tf.strings.regex_replace(x, "/a|b/", "/")).to_tensor()),
        "images": ("review", text, lambda x: tf.map_fn(tf.io.read_file, x)),
        "read": ("block", numbers, lambda x: x + tf.strings.to_number(tf.io.read_file("/etc/passwd"))),
        "write": ("block", numbers, written),
        "python": ("block", numbers, lambda x: tf.py_function(lambda y: y, [x], tf.float32)),
        "print": ("block", numbers, printed),
    }


@pytest.mark.parametrize("name", ["matmul", "loop", "strings", "images", "read", "write", "python", "print"])
def test_tensorflow(name: str, tmp_path: Path) -> None:
    verdict, spec, function = functions()[name]
    module = tf.Module()
    module.v, module.f = tf.Variable([1.0, 2.0]), tf.function(function, input_signature=[spec])
    tf.saved_model.save(module, str(tmp_path), signatures=module.f)
    found = read(tmp_path / "saved_model.pb")
    assert (found.format, found.verdict) == ("savedmodel", verdict), said(found)
    assert read(tmp_path / "fingerprint.pb").verdict == "ok"


def test_tables_of_tensorflow(tmp_path: Path) -> None:
    vocabulary = tmp_path / "vocabulary.txt"
    vocabulary.write_text("a\nb\n", encoding="utf-8")
    module, index = tf.Module(), tf.lookup.TextFileIndex
    kinds = tf.string, index.WHOLE_LINE, tf.int64, index.LINE_NUMBER
    module.t = tf.lookup.StaticVocabularyTable(tf.lookup.TextFileInitializer(str(vocabulary), *kinds), 1)
    module.f = tf.function(module.t.lookup, input_signature=[tf.TensorSpec([None], tf.string)])
    tf.saved_model.save(module, str(tmp_path / "m"), signatures=module.f)
    assert read(tmp_path / "m" / "saved_model.pb").verdict == "ok"


def test_tensorflow_lite(tmp_path: Path) -> None:
    for name, verdict in (("matmul", "ok"), ("write", "block")):
        _, spec, function = functions()[name]
        converter = tf.lite.TFLiteConverter.from_concrete_functions([tf.function(function, input_signature=[spec]).get_concrete_function()])
        converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS]
        (tmp_path / "m.tflite").write_bytes(converter.convert())
        found = read(tmp_path / "m.tflite")
        assert (found.format, found.verdict) == ("tflite", verdict), said(found)


def test_the_lists_of_operators_are_up_to_date() -> None:
    assert refresh_operators.main(["--check"]) == 0
