"""SHA-256 of short texts without OpenSSL, which takes longer to load than most runs hash. Files are hashed by `hashlib`, faster there."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def loaded(first: str, *others: str) -> Any:  # noqa: ANN401 - a module
    """The first of several modules that is there. Raises ImportError."""
    try:
        return import_module(first)
    except ImportError:
        if not others:
            raise
        return loaded(*others)


# CPython's own since 3.12, and before; Lib/random.py takes its SHA-512 from there as well. Others may have none.
_SHA256 = loaded("_sha2", "_sha256", "hashlib").sha256


def hexadecimal(content: str) -> str:
    """The SHA-256 of a text in UTF-8, in hexadecimal; half of a surrogate pair counts as itself."""
    digest: str = _SHA256(content.encode("utf-8", "surrogatepass")).hexdigest()
    return digest
