"""Which files loading reaches, from what its configurations name; and what hostile ones cost."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from ending import ends
from hypothesis import given, settings
from hypothesis import strategies as st

from cardlint.checks.remotecode import changed, dangerous, runs, undisclosed, unpinned
from cardlint.code.reach import Reference, all_imports, follow, reference, relative_imports
from cardlint.errors import Inapplicable, Obstacle, Unreadable
from cardlint.remotecode import MOST_FILES, RemoteCode
from cardlint.repository import Identity, Kind, Repository
from cardlint.source import Excluding, Memory
from cardlint.text import Text

REFERENCES = [
    ("modeling_x.XModel", Reference(None, "modeling_x", "XModel")),
    ("sub/modeling_x.XModel", Reference(None, "sub/modeling_x", "XModel")),
    ("acme/base--modeling_x.XModel", Reference("acme/base", "modeling_x", "XModel")),
    ("base--modeling_x.XModel", Reference("base", "modeling_x", "XModel")),
    ("/srv/x.X", Reference(None, "/srv/x", "X")),
    ("--modeling_x.XModel", Reference("", "modeling_x", "XModel")),
    ("módulo.Клас", Reference(None, "módulo", "Клас")),
    ("XModel", None),
    ("", None),
    (".XModel", None),
    ("modeling_x.", None),
    ("..modeling_x.XModel", None),
    ("../modeling_x.XModel", None),
    ("package.modeling_x.XModel", None),
    ("a--b--modeling_x.XModel", None),
    ("x" * 500 + ".X", None),
]


@pytest.mark.parametrize(("text", "expected"), REFERENCES)
def test_a_reference_is_read_as_transformers_reads_it(text: str, expected: Reference | None) -> None:
    assert reference(text) == expected


def test_a_reference_may_lead_out_of_its_repository() -> None:
    leaving = [item.leaves for text in ("/srv/x.X", "x.X", "sub/x.X") if (item := reference(text))]
    assert leaving == [True, False, False]


IMPORTS = [
    ("from .helper import x\n", ["helper"]),
    ("  from .helper import x\n", ["helper"]),
    ("import .helper\n", ["helper"]),
    ("import .helper # no\n", []),
    ("from . import helper\n", []),
    ("from ..shared import x\n", [".shared"]),
    ("from .sub.helper import x\n", ["sub.helper"]),
    ("from helper import x\nimport helper\n", []),
    ("try:\n    from .fast import x\nexcept ImportError:\n    pass\n", ["fast"]),
    ('"""\nfrom .docs import x\n"""\n', ["docs"]),
    ("# from .no import x\nx = 1; from .neither import y\n", []),
    ("from .b import (\n    x,\n)\nfrom .a import y\nfrom .b import z\n", ["b", "a", "b"]),
    ("from\t.tab  import\tx", ["tab"]),
    ("", []),
]


@pytest.mark.parametrize(("code", "expected"), IMPORTS)
def test_relative_imports_are_those_that_transformers_finds(code: str, expected: list[str]) -> None:
    found = relative_imports(code)
    assert [item.module for item in found] == expected
    assert [code[item.start : item.end] for item in found] == expected


# The patterns of the library itself (transformers 5.24, dynamic_module_utils); tests/consumers/trainer compares with it.
THEIRS = (r"^\s*import\s+\.(\S+)\s*$", r"^\s*from\s+\.(\S+)\s+import")
PIECES = st.sampled_from(
    ["from", "import", " ", "\n", "\t", ".", "a", "b.c", "#", "\x0b", "\u2028", "x", "from .a import b\n", "import .d\n"]
)


@given(st.lists(PIECES, max_size=30).map("".join))
@settings(max_examples=400, deadline=None)
def test_the_linear_patterns_find_what_those_of_the_library_find(code: str) -> None:
    theirs = {name for pattern in THEIRS for name in re.findall(pattern, code, re.MULTILINE)}
    assert {item.module for item in relative_imports(code)} == theirs


def test_blank_lines_take_no_square_time() -> None:
    with ends():
        for code in ("\n" * 500_000, " " * 500_000, "from " * 100_000, "from ." * 80_000, "import .a " * 50_000, "import .a\n\n" * 40_000):
            relative_imports(code)
            all_imports(code)


def paths(files: dict[str, str], root: str, loader: str = "transformers") -> list[str]:
    return [step.path for step in follow(root, loader, files.get, files.__contains__, 50)]  # type: ignore[arg-type]


FOLLOWED = [
    ("alone", {"m.py": "import os"}, "m.py", ["m.py"]),
    ("a chain", {"m.py": "from .a import x", "a.py": "from .b import y", "b.py": ""}, "m.py", ["m.py", "a.py", "b.py"]),
    ("a cycle", {"m.py": "from .a import x", "a.py": "from .m import y"}, "m.py", ["m.py", "a.py"]),
    ("itself", {"m.py": "from .m import x"}, "m.py", ["m.py"]),
    ("one that is not there", {"m.py": "from .a import x"}, "m.py", ["m.py", "a.py"]),
    ("the first is not there", {}, "m.py", ["m.py"]),
    ("beside the first one", {"s/m.py": "from .a import x", "s/a.py": "", "a.py": ""}, "s/m.py", ["s/m.py", "s/a.py"]),
    ("a dotted name is a file name", {"m.py": "from .p.a import x", "p/a.py": ""}, "m.py", ["m.py", "p.a.py"]),
    ("two dots are one more", {"s/m.py": "from ..a import x", "a.py": ""}, "s/m.py", ["s/m.py", "s/.a.py"]),
    ("out of the folder", {"m.py": "from ../../etc/x import y"}, "m.py", ["m.py", "../etc/x.py"]),
    ("a sibling by its bare name", {"m.py": "import a\nfrom a import x", "a.py": ""}, "m.py", ["m.py"]),
    ("a package", {"m.py": "from . import a", "a.py": ""}, "m.py", ["m.py"]),
]


@pytest.mark.parametrize(("files", "root", "expected"), [item[1:] for item in FOLLOWED], ids=[item[0] for item in FOLLOWED])
def test_what_transformers_reaches(files: dict[str, str], root: str, expected: list[str]) -> None:
    assert paths(files, root) == expected


def test_diffusers_reaches_one_folder_below() -> None:
    files = {"pipeline.py": "from .models.unet import x\nfrom .a.b.c import y", "models/unet.py": "", "models.unet.py": ""}
    assert paths(files, "pipeline.py", "diffusers") == ["pipeline.py", "models/unet.py", "a.b.c.py"]


def test_a_folder_on_the_search_path_has_the_imports_of_python() -> None:
    files = {
        "hubconf.py": "import torch\nfrom lib.net import net\nimport tools as t\nfrom missing import x\n",
        "lib/__init__.py": "from .extra import e\n",
        "lib/net.py": "from . import extra\nfrom ..other import x\nfrom .deep import y\n",
        "lib/extra.py": "",
        "lib/deep/__init__.py": "",
        "tools.py": "",
        "unused.py": "",
        "other.py": "",
    }
    expected = ["hubconf.py", "lib/__init__.py", "lib/net.py", "tools.py", "lib/extra.py", "other.py", "lib/deep/__init__.py"]
    assert paths(files, "hubconf.py", "path") == expected


def test_a_long_chain_ends() -> None:
    files = {f"m{number}.py": f"from .m{number + 1} import x" for number in range(100)}
    assert len(paths(files, "m0.py")) == 50


def remote(files: dict[str, str | bytes | int], kind: Kind = "model", name: str | None = "fenlab/marsh") -> RemoteCode:
    held = {path: text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text for path, text in files.items()}
    return Repository(Memory(held), Identity(kind, name, told=True)).fact("remote_code")  # type: ignore[no-any-return]


def auto_map(value: object) -> str:
    return json.dumps({"auto_map": value})


PLACES: list[tuple[str, dict[str, str], list[str]]] = [
    ("config.json", {"config.json": auto_map({"AutoModel": "m.X", "AutoConfig": "c.X"}), "m.py": "", "c.py": ""}, ["m.py", "c.py"]),
    ("two classes of one module", {"config.json": auto_map({"AutoModel": "m.X", "AutoConfig": "m.C"}), "m.py": ""}, ["m.py"]),
    ("a slow and a fast tokenizer", {"tokenizer_config.json": auto_map({"AutoTokenizer": ["t.X", "f.X"]}), "t.py": "", "f.py": ""}, ["t.py", "f.py"]),
    ("a slow tokenizer", {"tokenizer_config.json": auto_map({"AutoTokenizer": ["t.X", None]}), "t.py": ""}, ["t.py"]),
    ("a bare list", {"tokenizer_config.json": auto_map(["t.X", None]), "t.py": ""}, ["t.py"]),
    ("one for each backend", {"preprocessor_config.json": auto_map({"AutoImageProcessor": {"pil": "p.X"}}), "p.py": ""}, ["p.py"]),
    ("a video processor", {"video_preprocessor_config.json": auto_map({"AutoVideoProcessor": "v.X"}), "v.py": ""}, ["v.py"]),
    ("a part of a processor", {"processor_config.json": json.dumps({"image_processor": {"auto_map": {"A": "i.X"}}}), "i.py": ""}, ["i.py"]),
    ("a part of a model", {"config.json": json.dumps({"text_config": {"auto_map": {"A": "i.X"}}}), "i.py": ""}, []),
    ("a task", {"config.json": json.dumps({"custom_pipelines": {"count": {"impl": "p.X", "pt": ["AutoModel"]}}}), "p.py": ""}, ["p.py"]),
    ("generation", {"custom_generate/generate.py": "from .a import x", "custom_generate/a.py": ""}, ["custom_generate/generate.py", "custom_generate/a.py"]),
    ("sentence-transformers", {"modules.json": json.dumps([{"type": "custom_st.X"}, {"type": "sentence_transformers.models.Pooling"}]), "custom_st.py": ""}, ["custom_st.py"]),
    ("an installed library", {"modules.json": json.dumps([{"type": "pylate.Dense"}])}, []),
    ("a router", {"0_Router/router_config.json": json.dumps({"types": {"q": "custom_st.X", "d": "sentence_transformers.X"}}), "custom_st.py": ""}, ["custom_st.py"]),
    ("a router of another shape", {"router_config.json": json.dumps(["types"])}, []),
    ("a component of diffusers", {"model_index.json": json.dumps({"unet": ["my_unet", "Unet"], "vae": ["diffusers", "VAE"]}), "unet/my_unet.py": ""}, ["unet/my_unet.py"]),
    ("a pipeline of diffusers", {"model_index.json": json.dumps({"_class_name": ["my_pipeline", "P"]}), "my_pipeline.py": ""}, ["my_pipeline.py"]),
    ("pipeline.py", {"pipeline.py": "class P(DiffusionPipeline): ..."}, ["pipeline.py"]),
    ("another pipeline.py", {"pipeline.py": "steps = []"}, []),
    ("a handler", {"handler.py": "class EndpointHandler: ..."}, ["handler.py"]),
    ("another handler", {"handler.py": "class Handler: ..."}, []),
    ("hubconf", {"hubconf.py": ""}, ["hubconf.py"]),
    ("a folder of its own", {"0_Transformer/config.json": auto_map({"A": "m.X"}), "0_Transformer/m.py": "", "m.py": ""}, ["0_Transformer/m.py"]),
    ("a folder, the module above", {"checkpoint-5/config.json": auto_map({"A": "m.X"}), "m.py": ""}, ["m.py"]),
    ("of the own id", {"config.json": auto_map({"A": "fenlab/marsh--m.X"}), "m.py": ""}, ["m.py"]),
    ("of another id", {"config.json": auto_map({"A": "fenlab/reed--m.X"}), "m.py": ""}, []),
    ("in escapes", {"config.json": '{"auto\\u005fmap": {"A": "m.X"}}', "m.py": ""}, ["m.py"]),
    ("other escapes", {"config.json": '{"name": "\\u00e9"}', "m.py": ""}, []),
    ("a list in escapes", {"modules.json": '[{"t\\u0079pe": "m.X"}]', "m.py": ""}, ["m.py"]),
    ("no mapping", {"config.json": '["auto_map"]', "m.py": ""}, []),
    ("a number", {"config.json": auto_map(7), "m.py": ""}, []),
    ("a number in it", {"config.json": auto_map({"A": 7}), "m.py": ""}, []),
    ("nested without end", {"config.json": auto_map([[[[["m.X"]]]]]), "m.py": ""}, []),
    ("tasks of another shape", {"config.json": json.dumps({"custom_pipelines": {"count": "p.X", "sum": {"impl": 1}}}), "p.py": ""}, []),
    ("modules of another shape", {"modules.json": json.dumps({"type": "m.X"}), "m.py": ""}, []),
    ("a module of another shape", {"modules.json": json.dumps(["type", {"type": 7}]), "m.py": ""}, []),
    ("nothing", {"README.md": "", "convert.py": "import os"}, []),
]  # fmt: skip


@pytest.mark.parametrize(("files", "expected"), [item[1:] for item in PLACES], ids=[item[0] for item in PLACES])
def test_what_is_reached_from_each_place(files: dict[str, str], expected: list[str]) -> None:
    found = remote(dict(files))
    assert [reached.path for reached in found.reached] == expected
    found.require_whole()


OF_KIND: list[tuple[Kind, dict[str, str], list[str]]] = [
    ("dataset", {"logs.py": "class L(datasets.GeneratorBasedBuilder): ...", "tools.py": "", "d/x.py": "ArrowBasedBuilder"}, ["logs.py"]),
    ("dataset", {"marsh.py": "from .a import x", "a.py": ""}, ["marsh.py", "a.py"]),
    ("dataset", {"config.json": auto_map({"A": "m.X"}), "m.py": ""}, []),
    ("space", {"app.py": "", "lib/x.py": "", "x.txt": ""}, ["app.py", "lib/x.py"]),
]


@pytest.mark.parametrize(("kind", "files", "expected"), OF_KIND)
def test_what_is_reached_in_each_kind(kind: Kind, files: dict[str, str], expected: list[str]) -> None:
    assert [reached.path for reached in remote(dict(files), kind).reached] == expected


UNREADABLE: list[tuple[str, dict[str, str | bytes | int], str]] = [
    ("no JSON", {"config.json": '{"auto_map": '}, "config.json is not valid JSON"),
    ("no JSON, in escapes", {"config.json": '{"auto\\u005fmap": '}, "config.json is not valid JSON"),
    ("a large one", {"config.json": b" " * 4_000_001}, "config.json is larger than 4,000,000 bytes"),
    ("only a size", {"config.json": 99}, "config.json: only its size is known"),
    ("a module of 50 MB", {"config.json": auto_map({"A": "m.X"}), "m.py": b"#" * 50_000_000}, "m.py is larger than 2,000,000 bytes"),
    ("a handler of 50 MB", {"handler.py": b"#" * 50_000_000}, "handler.py is larger than 2,000,000 bytes"),
    ("too many configurations", {"m.py": "", **{f"c{number}/config.json": "{}" for number in range(201)}}, "there are more than 200 configurations"),
    ("too many places", {"config.json": auto_map({f"A{number}": f"m{number}.X" for number in range(1001)})}, "more than 1,000 places name code that is run"),
    ("too many files", {"config.json": auto_map({"A": "m0.X"}), **{f"m{n}.py": f"from .m{n + 1} import x" for n in range(MOST_FILES + 5)}}, "loading reaches more than 1,000 files of code"),
    ("too much", {"config.json": auto_map({f"A{n}": f"m{n}.X" for n in range(30)}), **{f"m{n}.py": b"#" * 1_999_999 for n in range(30)}}, "more than 50,000,000 characters of code are run"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "why"), [item[1:] for item in UNREADABLE], ids=[item[0] for item in UNREADABLE])
def test_what_cannot_be_read_is_never_clean(files: dict[str, str | bytes | int], why: str) -> None:
    with ends(), pytest.raises(Unreadable, match=why):
        list(runs(remote(files)))


def test_a_space_of_thousands_of_files_is_looked_at() -> None:
    files: dict[str, str | bytes | int] = {f"lib/m{number}.py": "import os\n" for number in range(3000)}
    files["lib/m7.py"] = "import base64\nexec(base64.b64decode('eA=='))\n"
    (problem,) = dangerous(remote(files, "space"), advice="x", of_spaces=["obfuscated"])
    assert problem.message == "lib/m7.py:2: exec runs code that is kept encoded; x"


def test_a_config_without_the_key_need_not_be_json() -> None:
    remote({"config.json": "{", "tokenizer_config.json": ""}).require_whole()


def test_where_there_is_nothing_to_follow_no_python_is_parsed() -> None:
    """Most repositories have no code, and pay a few reads and no parser for it."""
    program = """
import sys
from cardlint.checks import remotecode
from cardlint.repository import Identity, Repository
from cardlint.source import Excluding, Memory
from cardlint.text import Text
files = {"config.json": b'{"model_type": "bert"}', "tokenizer_config.json": b"{}", "train.py": b"import os", "sub/config.json": b"{}"}
remote = Repository(Memory(files), Identity("model", "a/b", told=True)).fact("remote_code")
text = Text("README.md", "")
found = [*remotecode.runs(remote), *remotecode.undisclosed(remote, text, words=["x"]), *remotecode.unpinned(remote)]
assert found + [*remotecode.changed(remote, reviewed={}), *remotecode.dangerous(remote, advice="", of_spaces=[])] == []
print(sorted(name for name in sys.modules if name.startswith("cardlint.code.")))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "['cardlint.code.reach']\n"


def test_a_configuration_of_a_hundred_thousand_classes_is_bounded() -> None:
    with ends():
        found = remote({"config.json": auto_map({f"A{number}": f"m{number}.X" for number in range(100_000)})})
        with pytest.raises(Unreadable):
            list(runs(found))
        assert len(found.entries) == 1000


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=20)
    | st.sampled_from(["m.X", "../m.X", "/m.X", "a/b--m.X", "m.", ".m", "--", "m\u202e.X"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["auto_map", "type", "impl", "custom_pipelines", "A"]), inner, max_size=3)
    ),
    max_leaves=8,
)
CONFIGS = ["config.json", "tokenizer_config.json", "processor_config.json", "model_index.json", "modules.json"]


@given(st.dictionaries(st.sampled_from(CONFIGS), VALUES, max_size=3), st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_no_configuration_ends_in_an_error_of_ours(configs: dict[str, object], code: str) -> None:
    found = remote({**{path: json.dumps(value) for path, value in configs.items()}, "m.py": code})
    text = Text("README.md", "")
    for check in (
        runs(found),
        undisclosed(found, text, words=["x"]),
        unpinned(found),
        changed(found, reviewed={}),
        dangerous(found, advice="x", of_spaces=[]),
    ):
        try:
            for problem in check:
                assert "\n" not in problem.message
        except Obstacle:
            pass


def test_a_message_is_no_longer_than_anybody_would_read() -> None:
    files: dict[str, str | bytes | int] = {f"{'m' * 200}{n}.py": f"from .{'m' * 200}{n + 1} import x" for n in range(20)}
    files["config.json"] = auto_map({"A" * 10_000: "m" * 5000, "B": f"{'m' * 200}0.X"})
    files[f"{'m' * 200}20.py"] = f"import os\ndef {'f' * 10_000}():\n    os.system('x')\n"
    found = remote(files)
    problems = [*runs(found), *changed(found, reviewed={}), *dangerous(found, advice="x", of_spaces=[])]
    assert len(problems) == 1 + 1 + 21 + 1
    assert max(len(problem.message) for problem in problems) < 1000


def test_a_reference_out_of_the_repository_is_told() -> None:
    (problem,) = runs(remote({"config.json": auto_map({"A": "/srv/x.X"})}))
    assert problem.message == '`auto_map.A` is "/srv/x.X", which leads out of the repository'


def test_code_of_another_repository_is_an_error_where_this_one_is_known() -> None:
    files: dict[str, str | bytes | int] = {"config.json": auto_map({"A": "fenlab/reed--m.X", "B": "fenlab/reed--m.Y", "C": "acme/x--m.Z"})}
    first, second = unpinned(remote(files))
    assert (first.subject, first.at_most, len(first.related)) == ("fenlab/reed", None, 1)
    assert (
        first.message
        == "loading this model runs the latest code of fenlab/reed, whatever that is by then; copy the code into this repository"
    )
    assert (second.subject, second.at_most) == ("acme/x", None)
    pinned = files | {"README.md": f'code_revision="{"0" * 40}"'}
    assert [problem.at_most for problem in unpinned(remote(pinned))] == ["warning", "warning"]
    assert [problem.at_most for problem in unpinned(remote(files, name=None))] == ["warning", "warning"]


def test_a_reviewed_file_that_lies_elsewhere_is_not_compared() -> None:
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 99\n"
    with pytest.raises(Obstacle, match="is a Git LFS pointer"):
        list(changed(remote({"config.json": auto_map({"A": "m.X"}), "m.py": pointer}), reviewed={}))


def test_a_module_that_is_not_to_be_checked_is_there_all_the_same() -> None:
    files = {"config.json": auto_map({"A": "m.X"}).encode(), "m.py": b"from .old import x", "old.py": b"import os\nos.system('x')"}
    repo = Repository(Excluding(Memory(files), ("old.py",)), Identity("model", "fenlab/marsh", told=True))
    found = repo.fact("remote_code")
    assert [problem.subject for problem in runs(found)] == ["remote-code"]
    assert list(dangerous(found, advice="x", of_spaces=[])) == []


PACKAGE = [
    ("from . import beside\n", [(1, 15)]),
    ("from . import there, beside as b\n", [(1, 22)]),
    ("from . import beside, beside\n", [(1, 15)]),
    ("from . import gone\n", []),
    ("try:\n    from . import beside\nexcept ImportError:\n    pass\n", []),
    ("from .beside import x\nfrom . import beside\n", []),
]


@pytest.mark.parametrize("folder", ["", "sub/"])
@pytest.mark.parametrize(("code", "expected"), PACKAGE)
def test_a_module_that_only_the_package_is_asked_for_is_not_copied(folder: str, code: str, expected: list[tuple[int, int]]) -> None:
    files = {"config.json": auto_map({"A": f"{folder}m.X"}), f"{folder}m.py": code, f"{folder}beside.py": ""}
    repo = Repository(Memory({path: text.encode() for path, text in files.items()}), Identity("model", "fenlab/marsh", told=True))
    problems = [problem for problem in runs(repo.fact("remote_code")) if problem.subject != "remote-code"]
    assert [(problem.subject, repo.texts[f"{folder}m.py"].position(problem.span.start)) for problem in problems if problem.span] == [
        (f"{folder}beside.py", place) for place in expected
    ]


def test_a_card_alone_has_no_code() -> None:
    with pytest.raises(Inapplicable):
        Repository.of_card("x", "model").fact("remote_code")
