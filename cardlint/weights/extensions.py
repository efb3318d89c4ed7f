"""What the name of a file promises: the formats that may lie under an extension. Others are another thing than they say."""

from __future__ import annotations

_COMPRESSED = ("gzip", "bzip2", "xz", "lzma", "zlib", "lz4", "zstd", "lzop", "zfile")
_TORCH = ("zip", "torch-legacy", "pickle", "tar")
_IMAGES = ("image", "icon")
# The first format is what a file is taken for where its content has no magic.
FORMATS: dict[str, tuple[str, ...]] = {
    ".safetensors": ("safetensors",), ".gguf": ("gguf",), ".ggml": ("ggml",),
    ".pt": (*_TORCH, "torch-legacy"), ".pth": _TORCH, ".ckpt": (*_TORCH, "hdf5"), ".pt2": ("zip",), ".ptl": ("zip",), ".torch": _TORCH,
    ".pkl": ("pickle", *_COMPRESSED), ".pickle": ("pickle", *_COMPRESSED), ".dill": ("pickle",), ".joblib": ("pickle", *_COMPRESSED, "zip"),
    ".sav": ("pickle", *_COMPRESSED), ".npy": ("npy",), ".npz": ("zip",), ".h5": ("hdf5",), ".hdf5": ("hdf5",), ".keras": ("zip", "hdf5"),
    ".onnx": ("onnx",),
    ".pb": ("protobuf", "savedmodel", "graphdef", "onnx", "onnx-tensor"),
    ".tflite": ("tflite",), ".mlmodel": ("coreml",), ".pte": ("executorch",),
    ".nemo": ("tar", "gzip", "zip"),
    ".mar": ("zip", "gzip"), ".skops": ("zip",), ".rds": ("rds", "rdata", *_COMPRESSED),
    ".rda": ("rdata", "rds", *_COMPRESSED),
    ".rdata": ("rdata", "rds", *_COMPRESSED), ".zip": ("zip",), ".tar": ("tar",),
    ".gz": ("gzip", "zlib", "zfile"), ".tgz": ("gzip",), ".bz2": ("bzip2",),
    ".lzma": ("lzma",), ".z": ("zlib", "zfile", "compress"), ".tbz2": ("bzip2",), ".txz": ("xz",),
    ".xz": ("xz",), ".7z": ("7z",), ".rar": ("rar",), ".zst": ("zstd",), ".lz4": ("lz4",), ".parquet": ("parquet",),
    ".png": _IMAGES, ".jpg": _IMAGES, ".jpeg": _IMAGES, ".gif": _IMAGES, ".webp": _IMAGES, ".ico": _IMAGES, ".pdf": ("pdf",),
    ".json": ("json", "text", "keras-config", "mlpackage"), ".md": ("text", "json"), ".txt": ("text", "json", "script", "keras-config"),
    ".yaml": ("text", "json"), ".yml": ("text", "json"),
    ".py": ("text", "script", "json"),
    ".ort": ("ort",), ".pdmodel": ("paddle",), ".t7": ("torch7",), ".engine": ("tensorrt", "text", "json"), ".trt": ("tensorrt",),
    ".pbtxt": ("pbtxt", "text"),
    ".exe": ("pe", "dos", "llamafile"), ".dll": ("pe",), ".so": ("elf",), ".pyc": ("pyc",), ".msi": ("msi",), ".dmg": ("dmg",),
    ".jinja": ("text", "json"), ".jinja2": ("text", "json"), ".j2": ("text", "json"), ".csv": ("text", "json"),
    ".xml": ("text", "openvino", "pmml"), ".pmml": ("pmml",),
}  # fmt: skip


def promised(name: str) -> tuple[str, ...]:
    """The formats that may lie under a name; none where the name promises nothing."""
    lower = name.lower()
    _, dot, ending = lower.rpartition(".")
    return FORMATS.get(dot + ending, ())


_TEMPLATE_FILES = frozenset({"tokenizer_config.json", "processor_config.json", "preprocessor_config.json", "config.json"})
_TEMPLATE_ENDINGS = (".jinja", ".jinja2", ".j2")


def holds_template(name: str) -> bool:
    """Whether a file of this name is a chat template, or JSON that loaders take one from."""
    last = name.lower().replace("!", "/").rpartition("/")[2]
    return last in _TEMPLATE_FILES or last.endswith(_TEMPLATE_ENDINGS) or (last.startswith("chat_template") and last.endswith(".json"))
