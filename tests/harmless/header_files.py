"""Files of safetensors and of gguf, drawn at random and written by the packages themselves."""

from __future__ import annotations

import logging
import random
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gguf
import numpy as np
import safetensors.numpy
import safetensors.torch
import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

logging.getLogger("gguf").setLevel(logging.ERROR)  # says of each file what is overwritten in it
KINDS = [
    np.bool_,
    np.uint8,
    np.int8,
    np.uint16,
    np.int16,
    np.float16,
    np.uint32,
    np.int32,
    np.float32,
    np.uint64,
    np.int64,
    np.float64,
    np.complex64,
]
_EACH = 40


def tensors(draw: random.Random) -> tuple[dict[str, Any], dict[str, str] | None]:
    """Arrays of many types and shapes, and metadata."""
    arrays = {
        f"layer.{index}.{draw.choice(['weight', 'bias', 'gewicht·ß'])}": np.zeros(
            [draw.randint(0, 5) for _ in range(draw.randint(0, 4))], draw.choice(KINDS)
        )
        for index in range(draw.randint(0, 30))
    }
    return arrays, draw.choice([None, {}, {"format": "pt"}, {"a": 'quote " and \\ and \u20ac', "": ""}])


def written(path: Path, draw: random.Random) -> bytes:
    """A GGUF file by the package's own writer."""
    order = draw.choice([gguf.GGUFEndian.LITTLE, gguf.GGUFEndian.LITTLE, gguf.GGUFEndian.BIG])
    writer = gguf.GGUFWriter(path, draw.choice(["llama", "qwen2", "bert"]), endianess=order)
    if draw.random() < 0.5:
        writer.add_custom_alignment(draw.choice([8, 16, 32, 64, 4096]))
    writer.add_context_length(4096)
    writer.add_file_type(draw.choice(list(gguf.LlamaFileType)))
    writer.add_token_list([f"token {index} \u20ac" for index in range(draw.randint(1, 300))])
    writer.add_token_scores([0.5] * draw.randint(1, 300))
    writer.add_string("general.url", "https://example.org/model")
    writer.add_bool("tokenizer.ggml.add_bos_token", draw.random() < 0.5)
    writer.add_array("general.tags", ["a", "b"])
    writer.add_chat_template("{% for m in messages %}{{ m.content }}{% endfor %}")
    if draw.random() < 0.5:
        writer.add_chat_template(
            [{"name": "default", "template": "{{ messages }}"}, {"name": "tool_use", "template": "{{ tools | tojson }}"}]
        )
    for index in range(draw.randint(0, 8)):
        _add_tensor(writer, f"blk.{index}.weight", draw)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path.read_bytes()


def _add_tensor(writer: gguf.GGUFWriter, name: str, draw: random.Random) -> None:
    kind = draw.choice(list(gguf.GGML_QUANT_SIZES))
    block, size = gguf.GGML_QUANT_SIZES[kind]
    rows = draw.randint(1, 4)
    if kind in {gguf.GGMLQuantizationType.F32, gguf.GGMLQuantizationType.F16}:
        writer.add_tensor(name, np.zeros((rows, 32), np.float32 if size == 4 else np.float16))
    else:
        writer.add_tensor(name, np.zeros((rows, 2 * size), np.uint8), raw_shape=(rows, 2 * size), raw_dtype=kind)
        assert block


def files() -> Iterator[tuple[str, bytes]]:
    """So many of each, and the types of torch that numpy does not have."""
    for seed in range(_EACH):
        yield f"safetensors/{seed}.safetensors", safetensors.numpy.save(*tensors(random.Random(seed)))
    for kind in (torch.bfloat16, torch.float8_e4m3fn, torch.float8_e5m2, torch.complex64):
        held = {"weight": torch.zeros(4, 4).to(kind), "bias": torch.zeros(4)}
        yield f"safetensors/{str(kind).rpartition('.')[2]}.safetensors", safetensors.torch.save(held, {"format": "pt"})
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(_EACH):
            yield f"gguf/{seed}.gguf", written(Path(folder) / f"{seed}.gguf", random.Random(seed))
