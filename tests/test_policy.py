from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

import pytest

from cardlint.errors import ConfigError, UsageError
from cardlint.locate import data_folder
from cardlint.nodes import Mapping, Scalar, string, walk
from cardlint.policyfile import load_policy, parse_policy, shipped_policies
from cardlint.policytext import parse
from cardlint.policytree import flat, stored
from cardlint.repository import Identity, Kind, Repository
from cardlint.rule import shipped
from cardlint.schema import mismatches
from cardlint.source import Memory
from cardlint.text import decode
from cardlint.yamlreader import read_yaml

if TYPE_CHECKING:
    from cardlint.policy import Policy


def severity(policy: Policy, rule: str, *, kind: Kind = "model", path: str | None = None, card: str = "", id: str | None = None) -> str:  # noqa: A002
    repository = Repository(Memory({"README.md": f"---\nx: 1\n{card}---\n".encode()}), Identity(kind, id))
    return policy.bind(repository).severity(shipped()[rule], path)


def configured(tmp_path: Path, content: str) -> Policy:
    path = tmp_path / ".cardlint.yaml"
    path.write_text(content)
    return load_policy(shipped(), config=path)


@pytest.mark.parametrize("name", shipped_policies())
def test_shipped_policies_are_valid_and_explain_themselves(name: str) -> None:
    content = (data_folder("rules") / "policies" / f"{name}.yaml").read_text()
    parse_policy(shipped(), content, name)  # validates the options, which a run takes on trust
    root = read_yaml(content)
    assert isinstance(root, Mapping)
    assert list(mismatches("policy.schema.json", root)) == []
    assert len(string(root.get("description")) or "") > 80
    assert load_policy(shipped(), name=name).bind(Repository(Memory({}))).rules


@pytest.mark.parametrize("name", shipped_policies())
def test_what_is_stored_of_a_shipped_policy_is_what_its_text_says(name: str) -> None:
    place = data_folder("rules") / "policies" / f"{name}.yaml"
    text = decode(str(place), place.read_bytes())
    held = stored(place, text)
    assert held is not None
    assert flat(held) == flat(parse(text))
    values = [(node.path, node.value, node.plain) for root in (held, parse(text)) for _, node in walk(root) if isinstance(node, Scalar)]
    assert values[: len(values) // 2] == values[len(values) // 2 :]


def test_a_policy_of_which_nothing_is_stored_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardlint.policyfile.data_folder", lambda name: tmp_path / name)
    place = tmp_path / "rules/policies/house.yaml"
    place.parent.mkdir(parents=True)
    place.write_text("rules: {license-missing: note}\n")
    same = crc32(place.read_bytes())
    other = crc32(b"rules: {license-missing: off }\n")  # as long
    for held in (None, "{", f'{{"crc32": {other}, "root": ["m", 0, 0, []]}}', f'{{"crc32": {same}, "root": ["s", 0, 0, "x", true]}}'):
        if held is not None:
            place.with_suffix(".json").write_text(held)
        (only,) = load_policy(shipped(), name="house").layers
        assert [(setting.selector, setting.severity) for setting in only.settings] == [("license-missing", "note")]
    place.with_suffix(".json").write_text(f'{{"crc32": {same}, "root": ["m", 0, 0, []]}}')
    assert load_policy(shipped(), name="house").layers[0].settings == ()


def test_the_default_is_recommended() -> None:
    default = load_policy(shipped())
    assert default.name == "recommended"
    assert severity(default, "license-missing") == "error"
    assert severity(default, "license-missing", kind="space") == "warning"


def test_strict_is_one_grade_harder() -> None:
    strict, recommended = load_policy(shipped(), name="strict"), load_policy(shipped())
    harder = {"off": "off", "note": "warning", "warning": "error", "error": "error"}
    for rule in shipped():
        same = rule == "license-territory-limited"  # a limit to look at, which no author can do away with
        assert severity(strict, rule) == (severity(recommended, rule) if same else harder[severity(recommended, rule)])


def test_a_repository_configures_itself_on_top_of_recommended(tmp_path: Path) -> None:
    policy = configured(tmp_path, "kind: dataset\nexclude: [x/**]\nrules:\n  license-missing: note\n  license-unknown: off\n")
    assert (policy.kind, policy.exclude) == ("dataset", ("x/**",))
    assert severity(policy, "license-missing") == "note"
    assert severity(policy, "license-unknown") == "off"
    assert "license-unknown" not in [rule.id for rule in policy.bind(Repository(Memory({}))).rules]


@pytest.mark.parametrize("written", ["off", "false", "{severity: off}", "{severity: false}"])
def test_off_and_false_are_the_same(tmp_path: Path, written: str) -> None:
    assert severity(configured(tmp_path, f"rules: {{license-missing: {written}}}"), "license-missing") == "off"


def test_later_lines_win_and_selectors_are_understood(tmp_path: Path) -> None:
    policy = configured(tmp_path, "rules:\n  all: off\n  metadata/: note\n  license-missing: error\n")
    assert severity(policy, "license-missing") == "error"
    assert severity(policy, "license-unknown") == "note"


@pytest.mark.parametrize(
    ("when", "applies"),
    [
        ("{kind: dataset}", False), ("{kind: model}", True), ("{task: summarization}", True), ("{task: translation}", False),
        ("{tag: medical}", True), ("{tag: legal}", False), ("{repository: acme/*}", True), ("{repository: other/*}", False),
        ("{path: README.md}", True), ("{path: docs/**}", False), ("{kind: model, tag: legal}", False), ("{kind: model, tag: medical}", True),
    ],
)  # fmt: skip
def test_overrides_apply_under_their_condition(tmp_path: Path, when: str, applies: bool) -> None:
    policy = configured(tmp_path, f"overrides:\n- when: {when}\n  rules: {{license-missing: note}}\n")
    card = "pipeline_tag: summarization\ntags: [medical]\n"
    assert severity(policy, "license-missing", card=card, path="README.md", id="acme/m") == ("note" if applies else "error")


def test_a_rule_that_an_override_switches_on_for_a_path_runs(tmp_path: Path) -> None:
    policy = configured(tmp_path, "rules: {license-missing: off}\noverrides: [{when: {path: x.md}, rules: {license-missing: error}}]")
    assert "license-missing" in [rule.id for rule in policy.bind(Repository(Memory({}))).rules]
    assert severity(policy, "license-missing", path="README.md") == "off"


def test_options_of_a_check(tmp_path: Path) -> None:
    policy = configured(tmp_path, 'rules: {license-missing: {with: {message: "ask legal"}}}')
    options = policy.bind(Repository(Memory({}))).options(shipped()["license-missing"])
    assert options == {"key": "license", "message": "ask legal"}


def test_select_replaces_the_selection_and_ignore_is_final() -> None:
    policy = load_policy(shipped(), select=("metadata/",), ignore=("license-missing",))
    ids = [rule.id for rule in policy.bind(Repository(Memory({}))).rules]
    assert "license-unknown" in ids
    assert "license-missing" not in ids
    assert all(shipped()[rule].category == "metadata" for rule in ids)


def test_a_selected_rule_that_is_off_reports_with_its_own_severity(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("rules: {license-missing: off}")
    policy = load_policy(shipped(), name=str(path), select=("license-missing",))
    assert severity(policy, "license-missing") == "error"


def test_extends_a_file_beside_it(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("rules: {license-missing: note, license-unknown: note}")
    policy = configured(tmp_path, "extends: [strict, base.yaml]\nrules: {license-unknown: warning}")
    assert severity(policy, "license-missing") == "note"
    assert severity(policy, "license-unknown") == "warning"


@pytest.mark.parametrize(
    ("content", "line", "column", "words"),
    [
        ("rules: {license-mising: error}", 1, 9, "did you mean license-missing"),
        ("rule: {}", 1, 1, "did you mean rules"),
        ("rules:\n  license-missing: fatal\n", 2, 20, "one of off, note, warning, error"),
        ("rules: {license-missing: {severity: error, wiht: {}}}", 1, 26, "one of off, note, warning, error"),
        ("rules: {license-missing: {with: {mesage: x}}}", 1, 34, "did you mean message"),
        ("rules: {license-missing: {with: {message: 3}}}", 1, 34, "not of type 'string'"),
        ("kind: modle", 1, 7, "one of model, dataset, space"),
        ("extends: recomended", 1, 10, "did you mean recommended"),
        ("extends: hf://acme/policy@main", 1, 10, "a branch or tag can be moved"),
        ("- a", 1, 1, "expected a mapping"),
        ("rules: a: b", 1, 9, "colon"),
        ("kind: model\nkind: model", 2, 1, "given twice"),
        ("overrides: [{rules: {}}]", 1, 13, '"overrides[0].when" is missing'),
        ("rules: {nope/: off}", 1, 9, 'no category "nope/"'),
        ("waiver: []", 1, 1, "did you mean waivers"),
    ],
)
def test_a_wrong_configuration_says_where_and_what_was_expected(tmp_path: Path, content: str, line: int, column: int, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        configured(tmp_path, content)
    error = caught.value
    assert (error.path, error.line, error.column) == (str(tmp_path / ".cardlint.yaml"), line, column), error.message
    assert words in error.message


def test_policies_may_not_extend_in_a_circle(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("extends: b.yaml")
    (tmp_path / "b.yaml").write_text("extends: a.yaml")
    with pytest.raises(UsageError, match="circle"):
        load_policy(shipped(), name=str(tmp_path / "a.yaml"))


@pytest.mark.parametrize("name", ["recomended", "no-such-file.yaml"])
def test_an_unknown_policy_names_the_shipped_ones(name: str) -> None:
    with pytest.raises(UsageError, match="recommended"):
        load_policy(shipped(), name=name)


def test_an_oversized_configuration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="larger than"):
        configured(tmp_path, "# " + "x" * 1_000_001)


def test_a_policy_that_two_others_extend_applies_once(tmp_path: Path) -> None:
    (tmp_path / "house.yaml").write_text("extends: recommended\nrules: {task-missing: note}\n")
    policy = configured(tmp_path, "extends: [strict, house.yaml]")
    assert [layer.name for layer in policy.layers][:3] == ["recommended", "strict", "house.yaml"]
    space = Repository(Memory({"README.md": b"---\nsdk: gradio\n---\n"}), Identity("space", told=True))
    assert policy.bind(space).severity(shipped()["license-missing"], None) == "error"


def test_what_ships_is_taken_on_trust_so_that_no_check_is_imported_for_it() -> None:
    code = "from cardlint.policyfile import load_policy\nfrom cardlint.rule import known\nload_policy(known())\n"
    code += "import sys\nprint(sorted({'jsonschema', 'importlib.metadata', 'huggingface_hub', 'cardlint.checks.keys'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"
