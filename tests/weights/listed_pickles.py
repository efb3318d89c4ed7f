"""Cases of what is in `listed`: pickles. What they would run says `echo`, and nothing of it is ever loaded."""

from __future__ import annotations

from assemble import Built, Call, Name, program, push
from listed import IDS, Case
from pickles import Style, Writer, frame, framed
from test_advisories import GLOBALS, TWINS

ECHO = "echo pickled"
SYSTEM = Call(Name("posix", "system"), (ECHO,))
EVIL = program(SYSTEM)
PLAIN = program({"weight": [1, 2], "name": "a"})
ORDERED = Name("collections", "OrderedDict")
NUMBERS = Call(Name("numpy.core.multiarray", "_reconstruct"), (Name("numpy", "ndarray"), (0,), b"b"))
ARRAY = Built(NUMBERS, (1, (2,), Call(Name("numpy", "dtype"), ("u1", False, True)), False, b"ab"))


def ids(text: str) -> str:
    """Those words of a text that are ids."""
    return " ".join(word for word in text.split() if word in IDS)


# Names: that they are asked for, and that they are only spoken of beside something harmless.
NAMED = [Case(ids(row), f"{module}.{name}", "model.pkl", program(Call(Name(module, name), (ECHO,)), 4)) for row, module, name in GLOBALS]
SPOKEN_OF = [
    Case(
        ids(row), f"speaks of {module} {name}", "model.pkl",
        program([{module: name, "both": f"{module}.{name}"}, Call(ORDERED), TWINS[at % len(TWINS)][1]], 2 + 2 * (at % 2)),
    )
    for at, (row, module, name) in enumerate(GLOBALS)
]  # fmt: skip


def written(style: Style, *name: str) -> bytes:
    writer = Writer(style)
    return writer.whole(writer.call(*(name or ("posix", "system")), writer.text("echo")))


def harmless(style: Style) -> bytes:
    """A class of the lists, or a container, made in that style."""
    writer = Writer(style)
    if style.call == "reduce":
        return writer.whole(writer.call("datetime", "timedelta", b"K\x01", b"K\x02"))
    return writer.whole(writer.call("sklearn.linear_model._ridge", "Ridge"))


def padded(first: bytes, second: bytes, padding: bytes = b"") -> bytes:
    return first + padding + second


def memo(*, evil: bool) -> bytes:
    """MEMOIZE counts entries: after PUT 5 there is one, so that it is the second that is called, whatever was put where."""
    first, second = (b"\x8c\x05posix", b"\x8c\x06system") if evil else (b"\x8c\x08datetime", b"\x8c\x09timedelta")
    args = b"\x8c\x04echo\x85" if evil else b"K\x01\x85"
    return b"\x80\x04\x8c\x04jsonq\x050" + first + b"\x940" + second + b"\x94" + b"0h\x01" + b"h\x02" + b"\x93" + args + b"R."


NESTED = push(PLAIN)
DOUBLING = b"\x80\x02]q\x00" + b"".join(b"](h%ch%ceq%c" % (at, at, at + 1) for at in range(40))
GETATTR = Name("builtins", "getattr")

PICKLES: list[Case] = [
    Case("GHSA-mxhj-88fx-4pcv call-obj", "an object made and popped", "m.pkl", b"\x80\x02" + push(SYSTEM._replace(by="OBJ")) + b"0N."),
    Case("GHSA-9gvj-pp9x-gcfr broken-end", "before a missing memo key", "m.pkl", EVIL[:-1] + b"0h\xfe."),
    Case("broken-end", "no STOP", "m.pkl", EVIL[:-1]),
    Case("broken-end modelscan-348", "an opcode that does not exist", "m.pkl", EVIL[:-1] + b"\xff"),
    *(Case(f"GHSA-{one} CVE-{two}", name, name, EVIL) for one, two in (("jgw4-cr84-mqxg", "2025-10155"), ("769v-p64c-89pr", "2025-1889")) for name in ("a.bin", "a.txt")),
    *(Case(f"extension-{kind}", name, name, EVIL) for kind, name in (("safetensors", "m.safetensors"), ("h5", "m.h5"), ("sav", "m.sav"), ("none", "m"))),
    Case("CVE-2020-13092", "a file for joblib.load", "m.joblib", EVIL),
    Case("family-imports", "importlib.import_module", "m.pkl", program(Call(Name("importlib", "import_module"), ("os",)))),
    Case("family-imports", "builtins.__import__", "m.pkl", program(Call(Name("builtins", "__import__"), ("os",)))),
    Case("family-code-objects", "marshal.loads", "m.pkl", program(Call(Name("marshal", "loads"), (b"N",)))),
    Case("family-reflection", "getattr of a module", "m.pkl", program(Call(GETATTR, (Call(Name("builtins", "__import__"), ("os",)), "system")))),
    Case("family-dotted", "random._os.system", "m.pkl", program(Call(Name("random", "_os.system"), (ECHO,)))),
    Case("modelscan-311 family-nested-loaders", "a loader within a loader", "m.pkl", program(Call(Name("pickle", "loads"), (EVIL,)))),
    Case(
        "modelscan-330", "numpy.size that is changed", "m.pkl",
        program(Call(Call(Built(Name("numpy", "size"), ({}, {"shape": Name("numpy", "__builtins__")})), (Name("numpy", "size"), "eval")), ("1",)), 4),
    ),
    Case("modelscan-338 trap-module-prefix", "torch.library", "m.pkl", program(Call(Name("torch.library", "torch.utils.collect_env.run"), (ECHO,)))),
    Case("trap-module-prefix", "torch.os", "m.pkl", program(Call(Name("torch", "os.system"), (ECHO,)))),
    Case("trap-load-from-bytes", "torch.storage._load_from_bytes", "m.pkl", program(Call(Name("torch.storage", "_load_from_bytes"), (EVIL,)))),
    Case("trap-codecs-encode", "another codec", "m.pkl", program(Call(Name("_codecs", "encode"), ("a", "zlib_codec")))),
    Case("trap-reconstructor", "another base", "m.pkl", program(Call(Name("copyreg", "_reconstructor"), (ORDERED, Name("posix", "system"), ECHO)))),
    Case("trap-reconstructor", "a base that keeps its state", "m.pkl", program(Call(Name("copyreg", "_reconstructor"), (ORDERED, ORDERED, {"a": 1})))),
    Case("trap-partial", "functools.partial of what runs", "m.pkl", program(Call(Name("functools", "partial"), (Name("builtins", "eval"), "1")))),
    Case("trap-numpy-load", "numpy.load", "m.pkl", program(Call(Name("numpy", "load"), ("x.npy",)))),
    Case("trap-dill-create", "dill._dill._create_code", "m.pkl", program(Call(Name("dill._dill", "_create_code"), (b"",)))),
    Case("trap-dill-create", "dill._dill._create_function", "m.pkl", program(Call(Name("dill._dill", "_create_function"), (b"",)))),
    Case("trap-torchscript-types", "outside of TorchScript", "m.pkl", program(Call(Name("__torch__.net", "Net"), (), by="NEWOBJ"))),
    Case("trap-getattr", "a dunder of a known thing", "m.pkl", program(Call(GETATTR, (ORDERED, "__init__")))),
    Case("trap-getattr", "a name that is computed", "m.pkl", program(Call(GETATTR, (ORDERED, Call(Name("builtins", "str"), ("a",)))))),
    Case("memo-numbering", "MEMOIZE after PUT", "m.pkl", memo(evil=True)),
    Case("stack-global-decoys", "decoys between the operands", "m.pkl", written(Style(4, spelling="decoys"))),
    Case("stack-global-decoys", "operands of the memo", "m.pkl", written(Style(4, spelling="memoised"))),
    *(Case(f"call-{call.replace('_', '-')}", "a call", "m.pkl", written(Style(4, call=call))) for call in ("inst", "obj", "newobj", "newobj_ex")),
    Case("call-build", "BUILD of a name", "m.pkl", program(Built(Name("torch._utils", "_rebuild_tensor_v2"), {"a": "b"}))),
    Case("call-build", "BUILD of what a dangerous name made", "m.pkl", program(Built(Call(Name("posix", "system"), (), by="NEWOBJ"), {"a": 1}))),
    *(Case("extension-codes", f"EXT{1 << at}", "m.pkl", b"\x80\x02" + code + b"\x01" + b"\0" * ((1 << at) - 1) + b")R.") for at, code in enumerate((b"\x82", b"\x83", b"\x84"))),
    Case("escaped-names", "escapes of UNICODE", "m.pkl", written(Style(4, spelling="escaped"))),
    Case("escaped-names", "escapes of STRING", "m.pkl", written(Style(2, spelling="quoted"))),
    Case("several-streams", "the second of two", "m.pkl", padded(PLAIN, EVIL)),
    Case("padding", "behind zeros", "m.pkl", padded(PLAIN, EVIL, b"\0" * 5000)),
    Case("frames", "a frame that ends within an opcode", "m.pkl", EVIL[:2] + frame(EVIL[2:], -3)),
    Case("frames", "a program in what one reader drops", "m.pkl", b"\x80\x04" + frame(b"N0", 9) + b"N0" * 3 + EVIL[2:]),
    Case("GHSA-97f8-7cmv-76j2 computed-magic", "a number that is computed", "m.pt", program(Call(Name("builtins", "eval"), ("1",)), 2) + program(1001, 2) + PLAIN + PLAIN + program([], 2)),
    Case("expansion-memo", "lists that double", "m.pkl", DOUBLING + b"\x93."),
    Case("expansion-dup", "an endless stack", "m.pkl", b"\x80\x02N" + b"2" * 1_200_000 + b"."),
    Case("deep-nesting", "a million marks", "m.pkl", b"\x80\x02" + b"(" * 1_200_000 + b"."),
    Case("inert-bytes", "a pickle as bytes", "m.pkl", program({"a": EVIL})),
    Case("python-2-names", "__builtin__.eval by protocol 0", "m.pkl", program(Call(Name("__builtin__", "eval"), ("1",)), 0)),
    Case("python-2-names", "commands.getoutput", "m.pkl", program(Call(Name("commands", "getoutput"), (ECHO,)), 2)),
]  # fmt: skip

MAGIC, VERSION = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", b"\x80\x02M\xe9\x03."
HARMLESS_PICKLES: list[Case] = [
    Case("GHSA-mxhj-88fx-4pcv call-obj", "a container made and popped", "m.pkl", b"\x80\x02(" + push(ORDERED) + b"o0N."),
    Case("GHSA-9gvj-pp9x-gcfr", "a memo key that is there", "m.pkl", PLAIN[:-1] + b"q\xfe0h\xfe."),
    Case("broken-end modelscan-348", "a whole program", "m.pkl", PLAIN),
    Case("GHSA-jgw4-cr84-mqxg CVE-2025-10155 GHSA-769v-p64c-89pr CVE-2025-1889", "a state dict in a .bin", "pytorch_model.bin", PLAIN),
    Case("extension-sav", "a model", "m.sav", program(Built(Call(Name("sklearn.linear_model._ridge", "Ridge"), by="NEWOBJ"), {"alpha": 1.0}))),
    Case("extension-none", "no extension", "m", PLAIN),
    Case("CVE-2020-13092", "a model for joblib.load", "m.joblib", program(Built(Call(Name("sklearn.linear_model._ridge", "Ridge"), by="NEWOBJ"), {"alpha": 1.0}))),
    Case("family-imports", "a ufunc by its module and name", "m.pkl", program(Call(Name("numpy.core", "_ufunc_reconstruct"), ("numpy", "add")))),
    Case("family-code-objects", "code as text", "m.pkl", program({"code": "lambda x: x"})),
    Case("family-reflection trap-getattr", "a method by its name", "m.pkl", program(Call(GETATTR, (Name("ultralytics.nn.modules.head", "Detect"), "forward")))),
    Case("family-dotted", "a name within a class", "m.pkl", program(Call(Name("zoneinfo", "ZoneInfo._unpickle"), ("Europe/Berlin", 1)))),
    Case("modelscan-311", "numbers within a loader", "m.pkl", program(Call(Name("torch.storage", "_load_from_bytes"), (PLAIN,)))),
    Case("modelscan-330", "a ufunc", "m.pkl", program([Name("numpy", "log1p")])),
    Case("modelscan-338 trap-module-prefix", "torch._utils", "m.pkl", program(Call(Name("torch._utils", "_rebuild_parameter"), (NUMBERS, True, Call(ORDERED))))),
    Case("trap-load-from-bytes", "plain bytes", "m.pkl", program(Call(Name("torch.storage", "_load_from_bytes"), (PLAIN,)))),
    Case("trap-codecs-encode", "bytes as protocol 2 writes them", "m.pkl", program(Call(Name("_codecs", "encode"), ("\xe4b", "latin1")))),
    Case("trap-reconstructor", "an instance as protocol 0 writes it", "m.pkl", program(Call(Name("copy_reg", "_reconstructor"), (Name("sklearn.linear_model._ridge", "Ridge"), Name("__builtin__", "object"), None)), 0)),
    Case("trap-partial", "a container", "m.pkl", program(Call(Name("functools", "partial"), (ORDERED,)))),
    Case("trap-numpy-load trap-dill-create", "an array", "m.pkl", program(ARRAY)),
    Case("memo-numbering", "MEMOIZE after PUT", "m.pkl", memo(evil=False)),
    Case("stack-global-decoys escaped-names", "texts and a name", "m.pkl", program(["os", "system", Call(ORDERED)], 4)),
    *(Case(f"call-{call.replace('_', '-')}", "a class", "m.pkl", harmless(Style(4, call=call))) for call in ("inst", "obj", "newobj", "newobj_ex")),
    Case("call-build", "a state", "m.pkl", program(Built(Call(Name("argparse", "Namespace"), by="NEWOBJ"), {"lr": 0.1}))),
    Case("extension-codes", "numbers of the same bytes", "m.pkl", program([0x82, 0x83, 0x84, b"\x82\x83\x84"])),
    Case("several-streams", "two state dicts", "m.pkl", padded(PLAIN, PLAIN)),
    Case("padding", "zeros behind", "m.pkl", padded(PLAIN, b"", b"\0" * 5000)),
    Case("frames", "frames that end where opcodes do", "m.pkl", framed(program({"a": [1, 2]}, 4), 2)),
    Case("GHSA-97f8-7cmv-76j2 computed-magic torch-legacy-rest", "the magic number", "m.pt", MAGIC + VERSION + b"\x80\x02}.\x80\x02}.\x80\x02]."),
    Case("expansion-memo", "a list that is shared", "m.pkl", b"\x80\x02]q\x00(h\x00h\x00h\x00t."),
    Case("expansion-dup", "a few values twice", "m.pkl", b"\x80\x02N2\x86."),
    Case("deep-nesting", "lists in lists", "m.pkl", b"\x80\x02" + b"]" * 100 + b"a" * 99 + b"."),
    Case("inert-bytes", "bytes that are none", "m.pkl", program({"a": b"\x80 is a byte" * 9})),
    Case("python-2-names", "names as Python 2 has them", "m.pkl", program(Call(Name("__builtin__", "set"), ([1],)), 2)),
    Case("trap-torchscript-types", "a text", "m.pkl", program({"type": "__torch__.net.Net"})),
]  # fmt: skip


def legacy(rest: bytes) -> bytes:
    """Torch's format before 1.6 with something behind its five pickles."""
    return MAGIC + VERSION + b"\x80\x02}.\x80\x02}.\x80\x02]." + rest


PICKLES.append(Case("torch-legacy-rest", "a sixth pickle", "m.pt", legacy(EVIL)))
PICKLES.append(Case("torch-legacy-rest", "an object that runs", "m.pt", MAGIC + VERSION + b"\x80\x02}." + EVIL + b"\x80\x02]."))


def carried() -> dict[str, bytes]:
    """Each malicious pickle by its name: what any container may carry."""
    return {case.name: case.content for case in (*NAMED, *PICKLES) if len(case.content) < 100_000}
