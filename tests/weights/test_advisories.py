"""Every advisory named in the public record against tools like this one: its trick blocks here, and its harmless twin passes.

The payloads are inert: whatever is called would print one word. Nothing is loaded.
"""

from __future__ import annotations

import io
import zipfile

import pytest
from assemble import Built, Call, Name, Raw, judged, lists, program, push

NAMES = lists()
ECHO = "echo pickled"

# (advisory, module, name); against picklescan, then fickling, then what mainstream lists still pass.
GLOBALS: tuple[tuple[str, str, str], ...] = (
    ("GHSA-3gf5-cxq9-w223", "idlelib.pyshell", "ModifiedInterpreter.runcode"),
    ("GHSA-j343-8v2j-ff7w", "idlelib.pyshell", "ModifiedInterpreter.runcommand"),
    ("GHSA-3vg9-h568-4w9m", "idlelib.debugobj", "ObjectTreeItem.SetText"),
    ("GHSA-6w4w-5w54-rjvr", "idlelib.autocomplete", "AutoComplete.get_entity"),
    ("GHSA-7cq8-mj8x-j263", "idlelib.autocomplete", "AutoComplete.fetch_completions"),
    ("GHSA-8r4j-24qv-fmq9", "idlelib.calltip", "Calltip.fetch_tip"),
    ("GHSA-9xph-j2h6-g47v", "idlelib.calltip", "get_entity"),
    ("GHSA-m869-42cg-3xwr", "idlelib.run", "Executive.runcode"),
    ("GHSA-49gj-c84q-6qm9", "cProfile", "run"),
    ("GHSA-9w88-8rmg-7g2p", "cProfile", "runctx"),
    ("GHSA-x696-vm39-cp64", "profile", "Profile.run"),
    ("GHSA-6vqj-c2q5-j97w", "profile", "Profile.runctx"),
    ("GHSA-7wx9-6375-f5wh", "profile", "run"),
    ("GHSA-5qwp-399c-mjwf", "trace", "Trace.run"),
    ("GHSA-g344-hcph-8vgg", "trace", "Trace.runctx"),
    ("GHSA-fqq6-7vqf-w3fg", "doctest", "debug_script"),
    ("GHSA-v7x6", "timeit", "timeit"),
    ("GHSA-cj3c-v495-4xqh", "code", "InteractiveInterpreter.runcode"),
    ("GHSA-f54q-57x4-jg88", "lib2to3.pgen2.grammar", "Grammar.loads"),
    ("GHSA-p9w7-82w4-7q8m", "lib2to3.pgen2.pgen", "ParserGenerator.make_label"),
    ("GHSA-vvpj-8cmc-gx39", "pkgutil", "resolve_name"),
    ("GHSA-84r2-jw7c-4r5q", "pydoc", "locate"),
    ("GHSA-84r2-jw7c-4r5q", "operator", "methodcaller"),
    ("GHSA-46h3-79wf-xr6c", "_operator", "attrgetter"),
    ("GHSA-955r-x9j8-7rhh", "_operator", "methodcaller"),
    ("GHSA-655q-fx9r-782v CVE-2025-1716", "pip", "main"),
    ("GHSA-xp4f-hrf8-rxw7", "ensurepip", "_run_pip"),
    ("GHSA-vqmv-47xg-9wpr", "pty", "spawn"),
    ("GHSA-hgrh-qx5j-jfwx", "pty", "spawn"),
    ("GHSA-4675-36f9-wf6r", "ctypes", "CDLL"),
    ("GHSA-m273-6v24-x4m4", "distutils.file_util", "write_file"),
    ("GHSA-q77w-mwjj-7mqx", "asyncio.unix_events", "_UnixSubprocessTransport._start"),
    ("GHSA-9726-w42j-3qjr", "_io", "FileIO"),
    ("GHSA-9726-w42j-3qjr", "urllib.request", "urlopen"),
    ("GHSA-9726-w42j-3qjr", "urllib.request", "urlretrieve"),
    ("GHSA-m7j5-r2p5-c39r", "logging", "FileHandler"),
    ("GHSA-9m3x-qqw2-h32h", "cloudpickle.cloudpickle", "_make_function"),
    ("GHSA-9m3x-qqw2-h32h", "cloudpickle.cloudpickle", "subimport"),
    ("GHSA-g38g-8gr9-h9xp", "_aix_support", "_read_cmd_output"),
    ("GHSA-g38g-8gr9-h9xp", "_osx_support", "_read_output"),
    ("GHSA-g38g-8gr9-h9xp", "_pyrepl.pager", "pipe_pager"),
    ("GHSA-g38g-8gr9-h9xp", "uuid", "_get_command_stdout"),
    ("GHSA-g38g-8gr9-h9xp", "imaplib", "IMAP4_stream"),
    ("GHSA-g38g-8gr9-h9xp", "test.support.script_helper", "assert_python_ok"),
    ("GHSA-4r9r-ch6f-vxmx", "torch.utils.bottleneck.__main__", "run_cprofile"),
    ("GHSA-4whj-rm5r-c2v8", "torch.utils.bottleneck.__main__", "run_autograd_prof"),
    ("GHSA-f745-w6jp-hpxx", "torch.utils.collect_env", "run"),
    ("GHSA-jhph-76pp-mggw", "torch.utils.collect_env", "run_and_read_all"),
    ("GHSA-86cj-95qr-2p4f", "torch._dynamo.guards", "GuardBuilder.get"),
    ("GHSA-f4x7-rfwp-v3xw", "torch.fx.experimental.symbolic_shapes", "ShapeEnv.evaluate_guards_expression"),
    ("GHSA-vr7h-p6mm-wpmh", "torch.jit.unsupported_tensor_ops", "execWrapper"),
    ("GHSA-vv6j-3g6g-2pvj", "torch.utils._config_module", "ConfigModule.load_config"),
    ("GHSA-h3qp-7fh3-f8h4", "torch.utils.data.datapipes.utils.decoder", "basichandlers"),
    ("GHSA-r8g5-cgf2-4m4m", "numpy.f2py.crackfortran", "getlincoef"),
    ("picklescan numpy runstring", "numpy.testing._private.utils", "runstring"),
    ("GHSA-f7qq-56ww-84cr CVE-2025-10157", "asyncio.base_subprocess", "BaseSubprocessTransport"),
    # against fickling
    ("GHSA-r7v6-mfhq-g3m2", "pty", "spawn"),
    ("GHSA-565g-hwwr-4pp3", "marshal", "loads"),
    ("GHSA-565g-hwwr-4pp3", "types", "FunctionType"),
    ("GHSA-wfq2-52f7-7qvj", "runpy", "run_module"),
    ("GHSA-wfq2-52f7-7qvj", "multiprocessing.util", "spawnv_passfds"),
    ("GHSA-q5qq-mvfm-j35x", "importlib", "import_module"),
    ("GHSA-q5qq-mvfm-j35x", "ctypes", "CDLL"),
    ("GHSA-q5qq-mvfm-j35x", "code", "interact"),
    ("GHSA-p523-jq9w-64x9", "cProfile", "run"),
    ("GHSA-5hvc-6wx8-mvv4", "pydoc", "pipepager"),
    ("GHSA-h4rm-mm56-xf63", "builtins", "__import__"),
    ("GHSA-5hwf-rc88-82xm", "uuid", "_popen"),
    ("GHSA-5hwf-rc88-82xm", "_aix_support", "_read_cmd_output"),
    ("GHSA-5hwf-rc88-82xm", "_osx_support", "_read_output"),
    ("GHSA-6ggj-6f2q-f7mx", "_interpreters", "run_string"),
    ("GHSA-wccx-j62j-r448", "pickle", "loads"),
    ("GHSA-wccx-j62j-r448", "_pickle", "loads"),
    ("GHSA-fphw-536r-4p88", "_pickle", "Unpickler"),
    ("GHSA-5j3x-jp52-966f", "random", "_os.system"),
    ("GHSA-5j3x-jp52-966f", "builtins", "eval.__call__"),
    ("GHSA-5j3x-jp52-966f", "collections", "_sys.modules.get"),
    ("GHSA-cffv-grgg-g429", "torch.serialization", "os.system"),
    ("GHSA-cffv-grgg-g429", "numpy", "testing._private.utils.runstring"),
    ("GHSA-cffv-grgg-g429", "torch.nn.modules.module", "Module.__init__.__globals__.get"),
    # families
    ("modelscan-338 multiprocessing", "multiprocessing.util", "spawnv_passfds"),
    ("modelscan-338 mlflow", "mlflow.projects.backend.local", "_run_entry_point"),
    ("modelscan-338 pandas", "pandas", "read_csv"),
    ("modelscan-338 torch", "torch.utils.collect_env", "run"),
    ("family-processes", "_posixsubprocess", "fork_exec"),
    ("family-processes", "distutils.spawn", "spawn"),
    ("family-processes", "subprocess", "Popen"),
    ("family-processes", "os", "system"),
    ("family-processes", "posix", "system"),
    ("family-processes", "nt", "system"),
    ("family-processes", "commands", "getoutput"),
    ("family-network", "smtplib", "SMTP"),
    ("family-network", "ftplib", "FTP"),
    ("family-network", "socket", "create_connection"),
    ("family-databases", "sqlite3", "connect"),
    ("family-nested-loaders", "torch", "load"),
    ("family-nested-loaders", "torch.jit", "load"),
    ("family-nested-loaders", "joblib", "load"),
    ("family-nested-loaders", "dill", "loads"),
    ("family-nested-loaders", "cloudpickle", "loads"),
    ("family-nested-loaders", "pandas", "read_pickle"),
    ("family-nested-loaders", "pandas.io.pickle", "read_pickle"),
    ("family-nested-loaders", "numpy", "load"),
    ("family-code-loaders", "torch.hub", "load"),
    ("family-code-loaders", "torch.utils.cpp_extension", "load_inline"),
    ("family-code-loaders", "transformers.dynamic_module_utils", "get_class_from_dynamic_module"),
    ("family-code-loaders", "huggingface_hub", "hf_hub_download"),
    ("family-code-loaders", "huggingface_hub.file_download", "hf_hub_download"),
    ("family-evaluators", "pandas", "eval"),
    ("family-evaluators", "pandas.core.computation.eval", "eval"),
    ("family-evaluators", "builtins", "eval"),
    ("family-evaluators", "__builtin__", "eval"),
    ("family-evaluators", "__builtin__", "execfile"),
    ("family-reflection", "functools", "reduce"),
    ("family-code-objects", "types", "CodeType"),
    ("CVE-2022-45907", "torch.jit.annotations", "parse_type_line"),
    ("CVE-2024-48063", "torch.distributed.rpc", "RemoteModule"),
    ("CVE-2024-5480", "torch.distributed.rpc", "rpc_sync"),
)


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize(("advisory", "module", "name"), GLOBALS, ids=[f"{row[0]} {row[1]}.{row[2]}" for row in GLOBALS])
def test_a_listed_name_blocks(advisory: str, module: str, name: str, protocol: int) -> None:
    found = judged(program(Call(Name(module, name), (ECHO,)), protocol), NAMES)
    assert found.verdict == "block", advisory


@pytest.mark.parametrize("protocol", [0, 3, 5])
@pytest.mark.parametrize("by", ["bare", "OBJ", "INST", "NEWOBJ", "NEWOBJ_EX"])
def test_a_listed_name_blocks_however_it_is_used(by: str, protocol: int) -> None:
    name = Name("pkgutil", "resolve_name")
    value = name if by == "bare" else Call(name, (ECHO,), by=by)
    assert judged(program([value], protocol), NAMES).verdict == "block"


def test_ghsa_mxhj_88fx_4pcv_an_object_made_and_popped_was_made() -> None:
    code = b"\x80\x02" + push(Call(Name("posix", "system"), (ECHO,), by="OBJ")) + b"0N."
    assert judged(code, NAMES).verdict == "block"


def test_ghsa_9gvj_pp9x_gcfr_what_stands_before_a_missing_memo_key_counts() -> None:
    code = b"\x80\x02" + push(Call(Name("posix", "system"), (ECHO,))) + b"0h\xfe."
    assert judged(code, NAMES).verdict == "block"


def test_ghsa_97f8_7cmv_76j2_a_magic_number_that_is_computed() -> None:
    magic = program(Call(Name("builtins", "eval"), ("0x1950a86a20f9469cfc6c",)), 2)
    rest = program(1001, 2) + program({"protocol_version": 1001, "little_endian": True}, 2) + program({}, 2) + program([], 2)
    assert judged(magic + rest, NAMES, "model.pt").verdict == "block"


@pytest.mark.parametrize("file", ["model.bin", "model.pt", "model.safetensors", "model.txt", "model"])
@pytest.mark.parametrize("advisory", ["GHSA-jgw4-cr84-mqxg CVE-2025-10155", "GHSA-769v-p64c-89pr CVE-2025-1889"])
def test_the_extension_hides_nothing(advisory: str, file: str) -> None:
    assert judged(program(Call(Name("posix", "system"), (ECHO,))), NAMES, file).verdict == "block", advisory


def _archive(content: bytes, member: str = "archive/data.pkl") -> bytearray:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr(member, content)
        archive.writestr("archive/version", "3\n")
    return bytearray(held.getvalue())


def _evil_archive() -> bytearray:
    return _archive(program(Call(Name("posix", "system"), (ECHO,))))


def test_ghsa_mjqp_26hc_grxg_cve_2025_10156_a_wrong_crc_hides_nothing() -> None:
    content = _evil_archive()
    at = content.index(b"PK\x01\x02") + 16
    content[at] ^= 0xFF
    assert judged(bytes(content), NAMES, "model.pt").verdict == "block"


def test_ghsa_7q5r_7gvp_wc82_cve_2025_1944_another_name_in_the_local_header() -> None:
    content = bytes(_evil_archive()).replace(b"archive/data.pkl", b"archive/data.txt", 1)
    assert judged(content, NAMES, "model.pt").verdict == "block"


@pytest.mark.parametrize("bit", [0x1, 0x20, 0x40])
def test_ghsa_w8jq_xcqf_f792_cve_2025_1945_flags_in_the_local_header(bit: int) -> None:
    content = _evil_archive()
    content[6] |= bit
    assert judged(bytes(content), NAMES, "model.pt").verdict == "block"


NUMBERS = Call(Name("numpy.core.multiarray", "_reconstruct"), (Name("numpy", "ndarray"), (0,), b"b"))
# What looks like the tricks above and is what libraries write.
TWINS: tuple[tuple[str, object], ...] = (
    ("set beside eval", Call(Name("builtins", "set"), ([1, 2],))),
    ("UUID beside its command runner", Built(Call(Name("uuid", "UUID"), by="NEWOBJ"), {"int": 5})),
    ("logger beside a file handler", Call(Name("logging", "getLogger"), ("train",))),
    ("path beside its methods", Call(Name("pathlib", "PosixPath"), ("out", "model"))),
    ("partial beside reduce", Call(Name("functools", "partial"), (Name("collections", "OrderedDict"),))),
    (
        "tensor beside collect_env",
        Call(Name("torch._utils", "_rebuild_parameter"), (NUMBERS, True, Call(Name("collections", "OrderedDict")))),
    ),
    ("array beside f2py", Built(NUMBERS, (1, (2,), Call(Name("numpy", "dtype"), ("u1", False, True)), False, b"ab"))),
    ("ufunc beside runstring", [Name("numpy", "log1p")]),
    (
        "index beside read_csv",
        Call(Name("pandas.core.indexes.base", "_new_Index"), (Name("pandas.core.indexes.base", "Index"), {"data": NUMBERS})),
    ),
    ("bytes by a codec", Call(Name("_codecs", "encode"), ("\xe4b", "latin1"))),
    ("estimator beside its data sets", Built(Call(Name("sklearn.linear_model._ridge", "Ridge"), by="NEWOBJ"), {"alpha": 1.0})),
    (
        "member of a class by its literal name",
        Call(Name("builtins", "getattr"), (Name("ultralytics.nn.modules.head", "Detect"), "forward")),
    ),
    ("nested class of a library", Call(Name("zoneinfo", "ZoneInfo._unpickle"), ("Europe/Berlin", 1))),
    ("options of a run", Built(Call(Name("transformers.training_args", "TrainingArguments"), by="NEWOBJ"), {"output_dir": "out"})),
)


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("twin", [row[1] for row in TWINS], ids=[row[0] for row in TWINS])
def test_a_harmless_twin_passes(twin: object, protocol: int) -> None:
    assert judged(program([twin], protocol), NAMES).evidence == ()


def test_legacy_python_names_of_harmless_things_pass() -> None:
    args = (Name("sklearn.linear_model.ridge", "Ridge"), Name("__builtin__", "object"), None)
    made = Call(Name("copy_reg", "_reconstructor"), args)
    assert judged(program(made, 0), NAMES).evidence == ()


def test_an_archive_without_tricks_passes() -> None:
    assert judged(bytes(_archive(program({"weight": [1, 2]}))), NAMES, "model.pt").verdict == "ok"


def test_raw_opcodes_are_what_they_are() -> None:
    assert judged(b"\x80\x02" + push(Raw(b"N")) + b".", NAMES).verdict == "ok"
