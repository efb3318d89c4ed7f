"""Short texts are hashed without OpenSSL, and as with it."""

from __future__ import annotations

import hashlib

import pytest

from cardlint.digest import hexadecimal, loaded


@pytest.mark.parametrize("text", ["", "a", "ä\0" * 1000, "\ud800"])
def test_a_text_has_the_digest_that_hashlib_gives_it(text: str) -> None:
    assert hexadecimal(text) == hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def test_the_first_module_that_is_there_is_taken() -> None:
    assert loaded("cardlint_nothing", "hashlib", "cardlint_nothing") is hashlib
    with pytest.raises(ImportError, match="cardlint_neither"):
        loaded("cardlint_nothing", "cardlint_neither")
