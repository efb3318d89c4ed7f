"""What chat templates may name: the functions, filters, tests and methods that only shape text, and what reaches beyond it.

Filters and tests: jinja2 3.1, jinja2/filters.py and tests.py, without those that load, render or run something. Functions:
jinja2/defaults.py, and transformers/utils/chat_template_utils.py, which adds two. Methods: those of text, lists and mappings
that change nothing but what the template itself has made. Internals: jinja2/sandbox.py, and the attributes that CPython's
own types have.
"""

from __future__ import annotations

import re

from cardlint.weights.patterns import lazily

REFERENCE = "CVE-2024-34359"

FUNCTIONS = frozenset({"namespace", "range", "dict", "raise_exception", "strftime_now", "caller"})
# Objects of the environment rather than what the caller passes in; a chat template has no use for them.
SUSPECTS = frozenset({
    "self", "super", "cycler", "joiner", "lipsum", "request", "config", "session", "app", "current_app", "url_for",
    "get_flashed_messages", "os", "sys", "subprocess", "importlib", "builtins", "eval", "exec", "open", "compile", "getattr", "setattr",
    "globals", "locals", "vars", "environ", "popen", "shutil", "socket", "pickle", "ctypes",
})  # fmt: skip
# The functions a template is given are objects too, and lead to where they were defined.
FUNCTION_OBJECTS = FUNCTIONS | {"self", "super", "cycler", "joiner", "lipsum"}

FILTERS = frozenset({
    "abs", "batch", "capitalize", "center", "count", "d", "default", "dictsort", "e", "escape", "filesizeformat", "first", "float",
    "forceescape", "format", "groupby", "indent", "int", "items", "join", "last", "length", "list", "lower", "map", "max", "min", "pprint",
    "random", "reject", "rejectattr", "replace", "reverse", "round", "safe", "select", "selectattr", "slice", "sort", "string", "striptags",
    "sum", "title", "tojson", "trim", "truncate", "unique", "upper", "urlencode", "wordcount", "wordwrap", "xmlattr",
    "from_json", "fromjson", "strftime",  # of hosts other than transformers; they only read what they are given
})  # fmt: skip
# Which positional argument of a filter is the name of an attribute; the keyword is `attribute` in all of them.
ATTRIBUTE_ARGUMENTS = {"groupby": 0, "selectattr": 0, "rejectattr": 0, "sum": 0, "join": 1}
TESTS = frozenset({
    "!=", "<", "<=", "==", ">", ">=", "boolean", "callable", "defined", "divisibleby", "eq", "equalto", "escaped", "even", "false", "float",
    "ge", "greaterthan", "gt", "in", "integer", "iterable", "le", "lessthan", "lower", "lt", "mapping", "ne", "none", "number", "odd",
    "sameas", "sequence", "string", "true", "undefined", "upper",
})  # fmt: skip
METHODS = frozenset({
    "capitalize", "casefold", "center", "count", "endswith", "expandtabs", "find", "index", "isalnum", "isalpha", "isascii", "isdecimal",
    "isdigit", "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper", "join", "ljust", "lower", "lstrip",
    "partition", "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "split",
    "splitlines", "startswith", "strip", "swapcase", "title", "upper", "zfill",
    "append", "clear", "copy", "extend", "get", "insert", "items", "keys", "pop", "remove", "reverse", "setdefault", "sort", "update",
    "values", "strftime", "isoformat",
    "cycle", "changed",  # of `loop`
})  # fmt: skip

# Attributes without underscores at their ends that lead out of a value (jinja2/sandbox.py, UNSAFE_*_ATTRIBUTES).
INTERNALS = frozenset({
    "mro", "gi_frame", "gi_code", "cr_frame", "cr_code", "ag_frame", "ag_code", "tb_frame", "tb_next", "f_back", "f_builtins", "f_code",
    "f_globals", "f_locals", "func_closure", "func_code", "func_dict", "func_defaults", "func_globals", "im_class", "im_func", "im_self",
})  # fmt: skip
# What names of attributes that lead out are made of, once their underscores are gone.
STEMS = frozenset({
    "class", "mro", "base", "bases", "subclasses", "init", "globals", "builtins", "import", "getattribute", "getitem", "dict", "code",
    "closure", "func", "self", "module", "loader", "spec", "reduce", "call", "new", "wrapped",
})  # fmt: skip
_DUNDERS = frozenset(
    name
    for kind in (object, type, type(lambda: 0), type((lambda: 0).__code__), type(re), str, type(print))
    for name in (*dir(kind), *("__builtins__", "__import__", "__subclasses__", "__loader__", "__spec__", "__wrapped__", "__file__"))
    if name.startswith("__")
)
_PIECES = lazily(r"[^a-z]+")
_FIELD = lazily(r"\{[^{}]{0,200}[.\[]\s*_")


def reaches(name: str) -> bool:
    """Whether a name of an attribute leads out of a value, to its class, its globals, its frame."""
    return (name.startswith("_") and "__" in name) or name in INTERNALS


def spells(text: str) -> bool:
    """Whether a text in an expression is such a name in itself, or a format whose fields reach for one."""
    return any(part in _DUNDERS or (part in INTERNALS and "_" in part) for part in text.split(".", 20)) or bool(_FIELD.search(text))


def telling(pieces: frozenset[str]) -> frozenset[str]:
    """Of the pieces a name is put together from, those that tell what it is to become."""
    stems = {stem for piece in pieces for stem in _PIECES.split(piece.lower())} & STEMS
    return frozenset(stems | {piece[:100] for piece in pieces if piece.startswith("__") or piece.endswith("__")})
