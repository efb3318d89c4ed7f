"""What the lists say of names, and that they agree with each other."""

from __future__ import annotations

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path

import jsonschema
import pytest
from assemble import LISTS, Call, Name, judged, lists, program

from cardlint.weights import names as module_of_names
from cardlint.weights.conditions import CALLS
from cardlint.weights.names import Known, Names

ROOT = LISTS.parent.parent
NAMES = lists()
VETTED = json.loads((LISTS / "vetted.json").read_text("utf-8"))
DANGEROUS = json.loads((LISTS / "dangerous.json").read_text("utf-8"))
PAIRS = [(module, name) for module, groups in VETTED["modules"].items() for names in groups.values() for name in names.split()]


def small(modules: dict[str, dict[str, str]] | None = None) -> Names:
    vetted = {"modules": modules or {}, "sources": {"lib-1": {"why": "was read"}}}
    dangerous = {
        "names": {"lib.run": {"does": "runs code", "reference": "GHSA-aaaa-bbbb-cccc"}},
        "modules": {"danger": {"does": "reaches out"}, "lib.sub": {"does": "runs code", "reference": "CVE-1-1"}},
    }
    return Names(vetted, dangerous)


def test_a_name_of_more_parts_than_any_blocks() -> None:
    assert small().look("models", "A." * 64 + "b", 4).verdict == "block"
    assert small().look("models", "A." * 62 + "B", 4).verdict == "review"
    assert max(name.count(".") for kind in ("names", "modules") for name in DANGEROUS[kind]) < 15


@pytest.mark.parametrize("kind", ["vetted", "dangerous"])
def test_a_list_is_what_its_schema_says(kind: str) -> None:
    schema = json.loads((LISTS / f"{kind}.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(json.loads((LISTS / f"{kind}.json").read_text("utf-8")), schema)


def test_the_vetted_list_is_made_of_the_surveys_and_the_kept_names() -> None:
    done = subprocess.run([sys.executable, ROOT / "scripts" / "build_vetted.py", "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_each_vetted_name_has_a_source_and_a_condition_that_exist() -> None:
    for groups in VETTED["modules"].values():
        for listed in groups:
            source, _, condition = listed.partition("/")
            assert source in VETTED["sources"]
            assert condition in CALLS or condition.partition("+")[0] == "class"
            assert set(condition.split("+")[1:]) <= {"state", "slots", "items", "mapped", "tuple", "only"}


def test_each_source_says_why_and_is_used() -> None:
    used = {listed.partition("/")[0] for groups in VETTED["modules"].values() for listed in groups}
    assert used == set(VETTED["sources"])


def test_no_name_is_vetted_twice_in_a_module() -> None:
    assert len(PAIRS) == len(set(PAIRS)) > 5000


@pytest.mark.parametrize("protocol", [2, 4])
def test_no_vetted_name_is_dangerous(protocol: int) -> None:
    wrong = [pair for pair in PAIRS if NAMES.look(*pair, protocol).verdict != "ok"]
    # At these protocols Python 2 names become others, which are listed themselves.
    assert [pair for pair in wrong if protocol != 2 or NAMES.look(*pair, 4).verdict != "ok"] == []


def test_every_dangerous_name_blocks() -> None:
    for dotted in DANGEROUS["names"]:
        module, _, name = dotted.rpartition(".")
        assert NAMES.look(module, name, 4).verdict == "block", dotted


def test_every_dangerous_module_blocks_what_is_in_it() -> None:
    for module in DANGEROUS["modules"]:
        assert NAMES.look(module, "anything_at_all", 4).verdict == "block", module
        assert NAMES.look(f"{module}.below", "anything", 4).verdict == "block", module


def test_a_name_is_compared_whole() -> None:
    names = small({"lib": {"lib-1/value": "Thing Other.part"}})
    assert names.look("lib", "Thing", 4) == Known("ok", "was read", None, "value")
    assert names.look("lib", "Other.part", 4).verdict == "ok"
    assert names.look("lib", "Thi", 4) == Known("review", "is not on the vetted list")
    assert names.look("lib", "Thing Other.part", 4).verdict == "review"
    assert names.look("lib.Thing", "x", 4).verdict == "review"
    assert names.look("li", "b.Thing", 4).verdict == "review"
    assert names.look("", "", 4).verdict == "review"


def test_a_source_nobody_describes_speaks_for_itself() -> None:
    assert small({"lib": {"somewhere": "Thing"}}).look("lib", "Thing", 4) == Known("ok", "somewhere")


def test_a_dangerous_name_is_so_however_it_is_divided() -> None:
    names = small()
    assert names.look("lib", "run", 4) == Known("block", "runs code", "GHSA-aaaa-bbbb-cccc")
    assert names.look("lib", "sub.call", 4) == Known("block", "runs code", "CVE-1-1")
    assert names.look("lib.sub", "call", 4) == names.look("lib.sub.deep", "call", 4) == Known("block", "runs code", "CVE-1-1")
    assert names.look("lib.submarine", "call", 4).verdict == "review"
    assert names.look("danger", "x", 4) == Known("block", "reaches out")


def test_a_dangerous_name_is_not_cleared_by_the_vetted_list() -> None:
    assert small({"lib": {"lib-1/value": "run"}}).look("lib", "run", 4).verdict == "block"


def test_one_vetted_name_inside_a_dangerous_module_is_vetted() -> None:
    names = small({"danger": {"lib-1/value": "Harmless"}})
    assert names.look("danger", "Harmless", 4).verdict == "ok"
    assert names.look("danger", "Harmless.more", 4).verdict == "block"
    assert names.look("danger", "harmless", 4).verdict == "block"


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("random", "_os.system"),
        ("collections", "_sys.modules.get"),
        ("builtins", "eval.__call__"),
        ("lib", "os.path.join"),
        ("anything", "Class.os.system"),
        ("anything", "Class.__init__"),
        ("anything", "Class.__subclasses__"),
        ("anything", "__class__.mro"),
        ("anything", "os"),
        ("anything", "sys"),
        ("anything", "__builtins__"),
        ("known", "function.attribute"),
        ("collections", "abc.Mapping.register"),
        ("anything", "danger.run"),
        ("library", "other.lib.run"),
    ],
)
def test_a_name_that_leads_out_of_its_module_blocks(module: str, name: str) -> None:
    names = small({"known": {"lib-1/value": "Thing"}})
    found = names.look(module, name, 4)
    assert (found.verdict, found.reference) == ("block", "GHSA-5j3x-jp52-966f")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("models", "Outer.Inner"),
        ("models", "net.Config"),
        ("models", "Model.forward"),
        ("known", "Outer.Inner"),
        ("models", "code"),
        ("models", ""),
    ],
)
def test_a_class_in_a_class_only_has_to_be_looked_at(module: str, name: str) -> None:
    assert small({"known": {"lib-1/value": "Thing"}}).look(module, name, 4).verdict == "review"


def test_names_of_python_2_are_translated_before_protocol_3() -> None:
    names = lists()
    assert names.look("__builtin__", "unicode", 2).verdict == "ok"
    assert names.look("copy_reg", "_reconstructor", 2).condition == "reconstructor"
    assert names.look("itertools", "imap", 2) == names.look("builtins", "map", 4)
    assert names.look("itertools", "imap", 4).verdict == "review"
    assert names.look("commands", "getoutput", 2).verdict == "block"


def test_methods_of_plain_types_are_no_way_out() -> None:
    names = lists()
    assert names.look("builtins", "str.lower", 4).verdict == names.look("__builtin__", "unicode.lower", 2).verdict == "ok"
    assert names.look("builtins", "str.format", 4).verdict == names.look("__builtin__", "unicode.format", 2).verdict == "review"
    assert names.look("builtins", "str.__class__", 4).verdict == names.look("builtins", "str.lower.__self__", 4).verdict == "block"
    assert names.look("builtins", "eval.lower", 4).verdict == names.look("builtins", "str.os.system", 4).verdict == "block"


def test_what_is_vetted_in_python_3_may_be_dangerous_in_python_2() -> None:
    names = Names({"modules": {"functools": {"x/value": "reduce"}}}, {"names": {"__builtin__.reduce": {"does": "calls"}}, "modules": {}})
    assert names.look("__builtin__", "reduce", 2).verdict == "block"
    assert names.look("functools", "reduce", 4).verdict == "ok"


def test_what_is_vetted_in_python_2_alone_is_not_vetted() -> None:
    names = Names({"modules": {"__builtin__": {"x/value": "xrange"}}}, {"names": {}, "modules": {}})
    assert names.look("__builtin__", "xrange", 2).verdict == "review"


def test_types_of_a_torchscript_archive_are_vetted_in_it_alone() -> None:
    plain = small({"lib": {"lib-1/value": "Thing"}})
    script = plain.of_script()
    assert script.look("__torch__.models", "Net", 2) == Known("ok", "is a type of the TorchScript archive itself", condition="class+state")
    assert script.look("__torch__", "Net", 2).verdict == script.look("lib", "Thing", 2).verdict == "ok"
    assert plain.look("__torch__.models", "Net", 2).verdict == script.look("__torch__x", "Net", 2).verdict == "review"
    assert script.look("__torch__", "os.system", 4).verdict == script.look("lib", "run", 2).verdict == "block"


def test_other_tables_are_read_when_they_are_asked_for() -> None:
    asked: list[str] = []

    def load(name: str) -> dict[str, str]:
        asked.append(name)
        return {"of": name}

    names = Names({"modules": {}}, {"names": {}, "modules": {}}, load=load)
    assert asked == []
    assert names.table("targets") == names.table("targets") == {"of": "targets"}
    assert asked == ["targets"]
    assert small().table("targets") == {}


def test_only_so_many_answers_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module_of_names, "_MOST_REMEMBERED", 3)
    names = small()
    for index in range(10):
        assert names.look("lib", f"name{index}", 4).verdict == "review"
    assert len(names._known) == 3  # noqa: SLF001 - what it holds on to is the point
    assert names.look("lib", "run", 4).verdict == "block"


def test_no_prefix_of_a_library_vets_what_reaches_out_of_it() -> None:
    for module in islice(dict.fromkeys(module for module, _ in PAIRS), 0, None, 7):
        for name in ("os.system", "_os.system", "sys.modules.get", "__builtins__.eval", "subprocess.Popen", "importlib.import_module"):
            assert judged(program(Call(Name(module, name), ("echo pickled",)), 4), NAMES).verdict == "block", module


def test_the_lists_are_where_the_program_looks() -> None:
    assert (Path(ROOT) / "schemas" / "weights" / "vetted.json").is_file()
