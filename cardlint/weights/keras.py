"""Keras: the archive `.keras`, and configurations by themselves as `to_json` and KerasHub write them. keras/src/saving/saving_lib.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cardlint.weights.verdict import Evidence, Judgement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cardlint.weights.judge import Context
    from cardlint.weights.reading import Reader
    from cardlint.weights.zipread import Directory

_CONFIG = "config.json"
_BESIDE = frozenset({"metadata.json", "model.weights.h5", "model.weights.npz", "model.weights.json"})


def roles(directory: Directory, name: str) -> Mapping[str, str]:
    """The members of an archive that Keras takes for a configuration: none where it is no archive of Keras."""
    paths = {member.path for member in directory.members}
    if _CONFIG in paths and (paths & _BESIDE or name.lower().endswith(".keras")):
        return {_CONFIG: "keras-config"}
    return {}


def judge(reader: Reader, context: Context) -> Judgement:
    """A configuration in JSON."""
    from cardlint.weights.kerasconfig import LARGEST, examine  # every archive is asked whether it is one of Keras, and few are

    if reader.size > LARGEST:
        message = f"is a Keras configuration of {reader.size:,} bytes, more than is read"
        return Judgement("keras-config", (Evidence("review", "unread", "config", message),))
    return Judgement("keras-config", examine(reader.read(0, reader.size), context.names, context.budget))
