"""Locks, waivers, rule folders: what an organisation's policy means to those that build on it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from cardlint import check
from cardlint.errors import ConfigError, UsageError
from cardlint.fix import Overlay
from cardlint.locate import data_folder
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Kind, Repository
from cardlint.rule import shipped
from cardlint.rulecard import read_rule_card
from cardlint.rulefolder import _wrong_fact
from cardlint.source import Excluding, Memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import Done

    from cardlint.policy import Selection

LOCKED = "rules: {license-missing: {severity: warning, locked: true}}"


def write(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def bound(
    folder: Path, house: str, own: str, *, kind: Kind = "model", name: str | None = None, card: str = "", **flags: tuple[str, ...]
) -> Selection:
    """The policy of an organisation and a repository's own, bound to a repository."""
    write(folder, "house.yaml", house)
    config = write(folder, ".cardlint.yaml", f"extends: house.yaml\n{own}\n")
    policy = load_policy(shipped(), config=config, **flags)  # type: ignore[arg-type]
    return policy.bind(Repository(Memory({"README.md": f"---\nx: 1\n{card}---\n".encode()}), Identity(kind, name, told=True)))


def severity(selection: Selection, rule: str, path: str | None = None) -> str:
    return selection.severity(shipped()[rule], path)


@pytest.mark.parametrize(
    ("own", "line", "column", "words"),
    [
        ("rules: {license-missing: note}", 2, 9, '"license-missing" would make license-missing note'),
        ("rules: {license-missing: off}", 2, 9, "locks it at warning; it may only become graver"),
        ("rules:\n  all: off", 3, 3, '"all" would make license-missing off'),
        ("rules:\n  metadata/: note\n", 3, 3, '"metadata/" would make license-missing note'),
        ("rules: {license-missing: {with: {message: other}}}", 2, 9, 'would change the option "message"'),
        ("overrides: [{when: {kind: dataset}, rules: {license-missing: off}}]", 2, 45, "would make license-missing off"),
        ("overrides: [{when: {path: x/**}, rules: {license-missing: off}}]", 2, 42, "would make license-missing off"),
        ("waivers: [{rule: license-missing, owner: a, reason: b, expires: 2027-01-31}]", 2, 11, "cannot be waived here"),
    ],
)
def test_what_is_locked_cannot_be_loosened(tmp_path: Path, own: str, line: int, column: int, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        bound(tmp_path, LOCKED, own)
    error = caught.value
    assert error.path.endswith(".cardlint.yaml")
    assert (error.line, error.column) == (line, column), error.message
    assert words in error.message
    assert "house.yaml:1:9" in error.message


@pytest.mark.parametrize(
    ("own", "made"),
    [
        ("rules: {license-missing: error}", "error"),
        ("rules: {license-missing: warning}", "warning"),
        ("rules: {license-missing: harder}", "error"),
        ("rules: {all: harder}", "error"),
        ("rules: {license-missing: {with: {key: license}}}", "warning"),
        ("rules: {license-unknown: off}", "warning"),
    ],
)
def test_what_is_locked_can_be_tightened(tmp_path: Path, own: str, made: str) -> None:
    assert severity(bound(tmp_path, LOCKED, own), "license-missing") == made


def test_the_policy_that_locks_may_make_its_own_exceptions(tmp_path: Path) -> None:
    house = LOCKED + "\noverrides: [{when: {kind: space}, rules: {license-missing: off}}]"
    assert severity(bound(tmp_path, house, "", kind="space"), "license-missing") == "off"
    assert severity(bound(tmp_path, house, "rules: {license-missing: note}", kind="space"), "license-missing") == "note"
    with pytest.raises(ConfigError):
        bound(tmp_path, house, "rules: {license-missing: note}")


def test_a_lock_without_severity_keeps_what_was_inherited(tmp_path: Path) -> None:
    house = "rules: {license-missing: {locked: true}}"
    own = "rules: {license-missing: warning}"  # what `recommended` makes of it in a Space, and less than in a model
    assert severity(bound(tmp_path, house, own, kind="space"), "license-missing") == "warning"
    with pytest.raises(ConfigError, match="locks it at error"):
        bound(tmp_path, house, own)


@pytest.mark.parametrize("selector", ["all", "metadata/"])
def test_a_lock_by_selector_locks_each(tmp_path: Path, selector: str) -> None:
    with pytest.raises(ConfigError, match="license-unknown"):
        bound(tmp_path, f"rules: {{{selector}: {{locked: true}}}}", "rules: {license-unknown: note}")


def test_a_lock_under_a_condition_locks_where_it_holds(tmp_path: Path) -> None:
    house = "overrides: [{when: {tag: medical, repository: acme/*}, rules: {license-missing: {severity: error, locked: true}}}]"
    own = "rules: {license-missing: note}"
    assert severity(bound(tmp_path, house, own), "license-missing") == "note"
    with pytest.raises(ConfigError, match="locks it at error"):
        bound(tmp_path, house, own, name="acme/a", card="tags: [medical]\n")


@pytest.mark.parametrize(
    ("own", "kept"),
    [
        ("rules: {license-missing: note}", False),
        ("overrides: [{when: {path: docs/a.md}, rules: {license-missing: off}}]", False),
        ("overrides: [{when: {path: '*.md'}, rules: {license-missing: off}}]", False),
        ("overrides: [{when: {path: tests/**}, rules: {license-missing: off}}]", True),
        ("overrides: [{when: {kind: space}, rules: {license-missing: off}}]", True),
    ],
)
def test_a_lock_on_paths_locks_there(tmp_path: Path, own: str, kept: bool) -> None:
    house = "overrides: [{when: {path: docs/**}, rules: {license-missing: {severity: error, locked: true}}}]"
    if kept:
        assert severity(bound(tmp_path, house, own), "license-missing", "docs/a.md") == "error"
        return
    with pytest.raises(ConfigError, match="locks it at error"):
        bound(tmp_path, house, own)


def test_an_exception_by_path_of_the_policy_that_locks_is_no_way_round(tmp_path: Path) -> None:
    house = LOCKED + "\noverrides: [{when: {path: docs/**}, rules: {license-missing: off}}]"
    raised = bound(tmp_path, house, "overrides: [{when: {path: docs/**}, rules: {license-missing: note}}]")
    assert severity(raised, "license-missing", "docs/a.md") == "note"
    with pytest.raises(ConfigError):
        bound(tmp_path, house, "rules: {license-missing: note}")


def test_a_second_policy_may_not_loosen_either_and_says_so_without_a_repository(tmp_path: Path) -> None:
    write(tmp_path, "house.yaml", LOCKED)
    team = write(tmp_path, "team.yaml", "extends: house.yaml\noverrides:\n- when: {kind: space}\n  rules: {license-missing: off}\n")
    with pytest.raises(ConfigError, match=r"team.yaml:4:11"):
        load_policy(shipped(), name=str(team))


def test_an_option_may_be_repeated_and_not_changed(tmp_path: Path) -> None:
    house = "rules: {license-missing: {with: {message: ask legal}, locked: true}}"
    bound(tmp_path, house, "rules: {license-missing: {with: {message: ask legal}}}")
    with pytest.raises(ConfigError, match="message"):
        bound(tmp_path, house, "rules: {license-missing: {with: {message: as you like}}}")


def test_an_option_set_under_a_condition_counts_where_it_holds(tmp_path: Path) -> None:
    house = (
        "rules: {license-missing: {locked: true}}\noverrides: [{when: {kind: dataset}, rules: {license-missing: {with: {message: ask}}}}]"
    )
    own = "rules: {license-missing: {with: {message: ask}}}"
    bound(tmp_path, house, own, kind="dataset")
    with pytest.raises(ConfigError, match="message"):
        bound(tmp_path, house, own)


def test_flags_do_not_loosen(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"--ignore license-missing: .*house.yaml:1:9 locks"):
        bound(tmp_path, LOCKED, "", ignore=("metadata/",))
    with_condition = "overrides: [{when: {kind: dataset}, rules: {license-missing: {locked: true}}}]"
    bound(tmp_path, with_condition, "", ignore=("license-missing",))
    with pytest.raises(UsageError, match="--ignore"):
        bound(tmp_path, with_condition, "", kind="dataset", ignore=("license-missing",))


@pytest.mark.parametrize(
    ("locked", "hidden", "found"), [(True, False, True), (True, True, True), (False, False, True), (False, True, False)]
)
def test_exclusions_of_later_layers_do_not_hide_files_from_locked_rules(tmp_path: Path, locked: bool, hidden: bool, found: bool) -> None:
    write(
        tmp_path,
        "repository/house.yaml",
        f"exclude: [drafts/**]\nrules: {{library-missing: {{severity: error, locked: {str(locked).lower()}}}}}",
    )
    write(tmp_path, "repository/README.md", "---\nlicense: mit\n---\n# A\n")
    write(tmp_path, "repository/adapter_config.json", "{}")
    write(tmp_path, "repository/.cardlint.yaml", "extends: house.yaml\n" + "exclude: [adapter_config.json]\n" * hidden)
    report = check(tmp_path / "repository", kind="model")
    assert ("library-missing" in {finding.rule for finding in report.findings}) is found


def test_a_locked_rule_sees_one_repository_however_many_there_are(tmp_path: Path) -> None:
    selection = bound(tmp_path, "rules: {all: {locked: true}}", "exclude: [x.bin]")
    whole = selection.repository
    hidden = selection.policy.bind(Repository(Overlay(Excluding(whole.source, ("x.bin",)), {}), whole.identity))
    first, second = (hidden.view(rule) for rule in list(shipped().values())[:2])
    assert first is second
    assert first.source == Overlay(whole.source, {})
    assert selection.view(shipped()["license-missing"]) is whole


WAIVER = "waivers:\n- {{rule: {rule}, {more}owner: ml-platform, reason: moving it, expires: {expires}}}"


def test_a_file_that_was_excluded_and_is_looked_at_all_the_same_is_not_fixed(cardlint: Callable[..., Done], tmp_path: Path) -> None:
    write(tmp_path, "house.yaml", "rules: {license-unknown: {severity: error, locked: true}}")
    card = write(tmp_path, "model/README.md", "---\nlicense: apache2\n---\n# A\n")
    before = card.read_text()
    arguments = ("check", "model", "--policy", "house.yaml", "--select", "license-unknown", "--fix")
    done = cardlint(*arguments, "--exclude", "README.md", "--output-format", "concise")
    assert "error[license-unknown]" in done.out
    assert (done.code, card.read_text()) == (1, before)
    assert cardlint(*arguments).code == 0
    assert card.read_text() != before


def test_a_waiver_may_stand_where_the_lock_stands(tmp_path: Path) -> None:
    house = LOCKED + "\n" + WAIVER.format(rule="license-missing", more="", expires="2027-01-31")
    own = WAIVER.format(rule="license-unknown", more="", expires="2027-01-31")
    assert len(bound(tmp_path, house, own).policy.waivers) == 2


def test_a_folder_of_too_many_cards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cardlint.rulefolder.MOST_CARDS", 0)
    house = folder(tmp_path)
    with pytest.raises(ConfigError, match="more than 0 rule cards"):
        load_policy(shipped(), name=str(house))


def test_a_card_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    house = folder(tmp_path)

    def denied(*_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("cardlint.rulefolder.read_rule_card", denied)
    with pytest.raises(ConfigError, match=r"contact-key-missing.md cannot be read: Permission denied"):
        load_policy(shipped(), name=str(house))


@pytest.mark.parametrize(
    "content",
    ["extends: [null, hub]", "extends: [{a: b}]", "rule_folders: [3]", "overrides: {}", "waivers: [3]", "rules: {license-missing: }"],
)
def test_policies_of_any_shape_end_in_an_error_with_a_place(tmp_path: Path, content: str) -> None:
    house = write(tmp_path, "house.yaml", content)
    with pytest.raises(ConfigError, match=r"house.yaml:1:\d+: "):
        load_policy(shipped(), name=str(house))


def test_waivers_are_read(tmp_path: Path) -> None:
    own = WAIVER.format(rule="[license-missing, license/]", more='repository: acme/*, path: "*.bin", ', expires="2027-01-31")
    (waiver,) = bound(tmp_path, "", own).policy.waivers
    assert waiver.rules >= {"license-missing", "license-contradicted"}
    assert waiver[1:6] == ("acme/*", "*.bin", "ml-platform", "moving it", date(2027, 1, 31))
    assert waiver.where.endswith(".cardlint.yaml:3:3")


@pytest.mark.parametrize(
    ("rule", "more", "expires", "words"),
    [
        ("license-mising", "", "2027-01-31", "did you mean license-missing"),
        ("license-missing", "pth: x, ", "2027-01-31", 'unknown key "pth"; did you mean path'),
        ("license-missing", "path: , ", "2027-01-31", '"path" has no value'),
        ("license-missing", "path: '', ", "2027-01-31", "path"),
        ("license-missing", "", "2027-02-30", "no day of the calendar"),
        ("license-missing", "", "31.1.2027", "a day such as 2027-01-31"),
        ("license-missing", "", "20270131", "expires"),
    ],
)
def test_a_wrong_waiver_says_where(tmp_path: Path, rule: str, more: str, expires: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        bound(tmp_path, "", WAIVER.format(rule=rule, more=more, expires=expires))
    assert caught.value.line == 3
    assert words in caught.value.message


@pytest.mark.parametrize("missing", ["rule", "owner", "reason", "expires"])
def test_a_waiver_has_an_owner_a_reason_and_an_end(tmp_path: Path, missing: str) -> None:
    whole = {"rule": "license-missing", "owner": "a", "reason": "b", "expires": "2027-01-31"}
    text = ", ".join(f"{key}: {value}" for key, value in whole.items() if key != missing)
    with pytest.raises(ConfigError, match=rf'"waivers\[0\].{missing}" is missing'):
        bound(tmp_path, "", f"waivers: [{{{text}}}]")


RULE = """---
id: {id}
severity: error
kinds: [model]
given: frontmatter
check: keys.present
with: {{key: contact, message: "there is no `contact`"}}
since: "1"
---
# Contact missing
## What it does
Asks for a contact.
## Why it matters
Somebody has to answer.
## Examples
### Fails
````markdown README.md
---
license: mit
---
````
### Passes
````markdown README.md
---
contact: us
---
````
## When it is wrong
Never.
## References
None.
"""


def folder(tmp_path: Path, *, id: str = "acme/contact-key-missing", name: str = "contact-key-missing", **changes: str) -> Path:  # noqa: A002
    text = RULE.format(id=id)
    for old, new in changes.items():
        text = "\n".join(new if line.startswith(f"{old}:") else line for line in text.splitlines())
    write(tmp_path, f"rules/house/{name}.md", text)
    return write(tmp_path, "house.yaml", "extends: hub\nrule_folders: [rules]\nrules: {acme/: warning}\n")


def test_a_policy_brings_rules_of_its_own(tmp_path: Path) -> None:
    house = folder(tmp_path)
    write(tmp_path, "model/README.md", "---\nlicense: mit\n---\n")
    report = check(tmp_path / "model", policy=str(house), kind="model")
    assert [(finding.rule, finding.severity) for finding in report.findings] == [("acme/contact-key-missing", "warning")]


def test_a_rule_a_policy_brings_is_not_switched_off_by_what_it_extends(tmp_path: Path) -> None:
    house = folder(tmp_path)
    house.write_text("extends: hub\nrule_folders: rules\n")
    rule = (policy := load_policy(shipped(), name=str(house))).rules["acme/contact-key-missing"]
    assert policy.bind(Repository(Memory({}))).severity(rule, None) == "error"
    assert list(policy.rules) == sorted(policy.rules)


@pytest.mark.parametrize(
    ("changes", "line", "words"),
    [
        ({"given": "given: frontmater"}, 5, 'there is no fact "frontmater"; did you mean frontmatter'),
        ({"given": "given: [frontmatter, card]"}, 5, "takes 1 given values, not 2"),
        ({"check": "check: keys.presnt"}, 6, "there is no check keys.presnt"),
        ({"check": "check: nothing.at_all"}, 6, "there is no check nothing.at_all"),
        ({"check": "check: keys.fold"}, 6, "keys.fold is no check: "),
        ({"check": "check: keys.says_nothing"}, 6, "keys.says_nothing is no check: "),
        ({"with": "with: {kye: contact}"}, 7, "'key' is a required property"),
        ({"severity": "severity: fatal"}, 3, "severity"),
        ({"given": "given: suppressions"}, 5, 'keys.present cannot do with "suppressions"; the rules that ship give it frontmatter'),
        ({"given": "given: frontmatter.contact"}, 5, 'keys.present cannot do with "frontmatter.contact"'),
        ({"since": 'since: "1.0"\nyields_to: [nosuch]'}, 9, 'there is no rule "nosuch"'),
        ({"since": 'since: "1.0"\nyields_to: [contact-key-missing]'}, 9, "a rule that yields to itself reports nothing"),
        ({"since": 'since: "1.0"\nyields_to: [acme/nosuch]'}, 9, 'there is no rule "acme/nosuch"'),
        ({"since": 'since: "1.0"\naliases: [license-missing]'}, 9, '"license-missing" is the name of another rule'),
        ({"id": "acme/other"}, 2, 'the id must be the name of the file, "contact-key-missing"'),
    ],
)
def test_a_wrong_card_of_an_organisation_says_where(tmp_path: Path, changes: dict[str, str], line: int, words: str) -> None:
    house = folder(tmp_path, **changes)
    with pytest.raises(ConfigError) as caught:
        load_policy(shipped(), name=str(house))
    assert (Path(caught.value.path).name, caught.value.line) == ("contact-key-missing.md", line), str(caught.value)
    assert words in caught.value.message


def test_the_id_of_a_rule_is_taken_once(tmp_path: Path) -> None:
    house = folder(tmp_path, id="license-missing", name="license-missing")
    house.write_text("rule_folders: [rules]")
    with pytest.raises(ConfigError, match='there is a rule "license-missing" already'):
        load_policy(shipped(), name=str(house))


def test_one_folder_may_be_named_twice(tmp_path: Path) -> None:
    house = folder(tmp_path)
    config = write(tmp_path, ".cardlint.yaml", "extends: house.yaml\nrule_folders: [rules]\n")
    assert "acme/contact-key-missing" in load_policy(shipped(), config=config).rules
    assert house.is_file()


@pytest.mark.parametrize(
    ("content", "words"), [("[nowhere]", "is not a folder"), ("[empty]", "holds no rule card"), ("[pipes]", "not a regular file")]
)
def test_a_folder_without_cards_is_an_error(tmp_path: Path, content: str, words: str) -> None:
    import os

    (tmp_path / "empty").mkdir()
    (tmp_path / "pipes/a").mkdir(parents=True)
    os.mkfifo(tmp_path / "pipes/a/b.md")
    house = write(tmp_path, "house.yaml", f"rule_folders: {content}")
    with pytest.raises(ConfigError, match=words) as caught:
        load_policy(shipped(), name=str(house))
    assert (caught.value.line, caught.value.column) == (1, 16)


@pytest.mark.parametrize(
    ("content", "column", "words"),
    [
        ("overrides: [{when: {}, rules: {license-missing: off}}]", 20, '"when" is empty; name a condition'),
        ("overrides: [{when: {task: nope}, rules: {}}]", 27, 'there is no task "nope" on the Hub (as of '),
        ("overrides: [{when: {task: sumarization}, rules: {}}]", 27, "did you mean summarization"),
        ("overrides: [{when: {tag: ''}, rules: {}}]", 26, '"overrides[0].when.tag" must be text that is not blank'),
        ("overrides: [{when: {library: ' '}, rules: {}}]", 30, '"overrides[0].when.library" must be text that is not blank'),
        ("waivers: [{rule: [], owner: a, reason: b, expires: 2027-01-31}]", 18, "a rule or a list of at least one"),
        ("exclude: ['']", 11, '"exclude[0]" must be text that is not blank'),
        ("rules: {license-missing: {severity: null}}", 27, '"severity" has no value'),
        ("rules: {license-missing: {severity: note, with: }}", 43, '"with" has no value'),
        ("rules: {license-missing: }", 9, "expected off, note, warning, error or harder"),
        ("rules: {license-missing: {severity: fatal}}", 26, "off, note, warning, error, harder"),
        ("rules: {license-missing: fatal}", 26, "off, note, warning, error, harder, or a mapping"),
    ],
)
def test_what_can_mean_nothing_is_an_error(tmp_path: Path, content: str, column: int, words: str) -> None:
    house = write(tmp_path, "house.yaml", content)
    with pytest.raises(ConfigError) as caught:
        load_policy(shipped(), name=str(house))
    assert words in caught.value.message
    assert (caught.value.line, caught.value.column) == (1, column), caught.value.message


@pytest.mark.parametrize("task", ["summarization", "conversational"])
def test_a_condition_may_name_a_task_of_today_and_one_of_yesterday(tmp_path: Path, task: str) -> None:
    house = f"overrides: [{{when: {{task: {task}}}, rules: {{license-missing: note}}}}]"
    assert severity(bound(tmp_path, house, "", card=f"pipeline_tag: {task}\n"), "license-missing") == "note"


SECRET = "hf_supersecretvalueOfSomebody"  # noqa: S105 - nobody's
OUTSIDE = "lies outside the repository; .cardlint.yaml may name what lies in it"


@pytest.mark.parametrize(
    ("files", "line"),
    [
        ({".cardlint.yaml": "kind: model\nextends: ../secret.txt"}, ":2:10"),
        ({".cardlint.yaml": "extends: {there}/secret.txt"}, ":1:10"),
        ({".cardlint.yaml": "extends: link.yaml"}, ":1:10"),
        ({".cardlint.yaml": "extends: /etc/hostname"}, ":1:10"),
        ({".cardlint.yaml": "extends: base/own.yaml", "base/own.yaml": "extends: [hub, ../../secret.txt]"}, ":1:16"),
        ({".cardlint.yaml": "rule_folders: [../rules]"}, ":1:16"),
        ({}, ""),
    ],
)
def test_what_a_repository_extends_lies_in_it(cardlint: Callable[..., Done], tmp_path: Path, files: dict[str, str], line: str) -> None:
    write(tmp_path, "secret.txt", f"rules: {SECRET}")
    write(tmp_path, "rules/a/b.md", f"---\nid: {SECRET}\n---\n")
    write(tmp_path, "model/README.md", "---\nlicense: mit\n---\n")
    (tmp_path / "model/link.yaml").symlink_to("../secret.txt")
    for name, content in files.items():
        write(tmp_path, f"model/{name}", content.replace("{there}", str(tmp_path)))
    if not files:
        (tmp_path / "model/.cardlint.yaml").symlink_to("../secret.txt")
    for command in (("check", "model"), ("check", "model", "--jobs", "2"), ("policy", "show", "model")):
        done = cardlint(*command)
        assert done.code == 2
        assert f"{line}: " in done.err
        assert OUTSIDE in done.err
        assert SECRET not in done.err + done.out


def test_a_card_of_a_repositorys_own_rules_is_no_link_out_of_it(tmp_path: Path) -> None:
    folder(tmp_path)
    config = write(tmp_path, "model/.cardlint.yaml", "rule_folders: [rules]")
    (tmp_path / "model/rules").mkdir()
    (tmp_path / "model/rules/house").symlink_to(tmp_path / "rules/house")
    with pytest.raises(ConfigError, match=r"contact-key-missing\.md is a link that leads outside the repository"):
        load_policy(shipped(), config=config)
    house = write(tmp_path, "model/house.yaml", "rule_folders: [rules]")  # whoever names a policy on the command line trusts it
    assert "acme/contact-key-missing" in load_policy(shipped(), name=str(house)).rules


def test_a_policy_that_is_named_may_lie_anywhere_and_extend_anything(tmp_path: Path) -> None:
    write(tmp_path, "base.yaml", "extends: hub")
    house = write(tmp_path, "policies/house.yaml", "extends: ../base.yaml")
    config = write(tmp_path, "model/.cardlint.yaml", "extends: ../base.yaml\nrules: {license-missing: note}")
    assert len(load_policy(shipped(), name=str(house), config=config).layers) == 4
    linked = tmp_path / "linked"
    linked.symlink_to("model")
    write(tmp_path, "model/.cardlint.yaml", "extends: own.yaml")
    write(tmp_path, "model/own.yaml", "extends: hub")
    assert len(load_policy(shipped(), config=linked / ".cardlint.yaml").layers) == 3


def test_a_policy_of_all_repositories_in_a_folder_may_lie_above_them(tmp_path: Path) -> None:
    folder(tmp_path)
    write(tmp_path, "house.yaml", "extends: hub\nrule_folders: [rules]\nrules: {license-missing: warning}")
    config = write(tmp_path, "model/.cardlint.yaml", "extends: ../house.yaml")
    policy = load_policy(shipped(), config=config)
    assert [layer.name for layer in policy.layers][:2] == ["hub", "../house.yaml"]
    assert "acme/contact-key-missing" in policy.rules


@pytest.mark.parametrize("token", [SECRET, "sk-abcdefghijklmnop", "github_pat_abcdefghij_klmnop", "ghp_abcdefghijklm"])
def test_tokens_are_not_repeated(tmp_path: Path, token: str) -> None:
    house = write(tmp_path, "house.yaml", f"rules: {token}")
    with pytest.raises(ConfigError) as caught:
        load_policy(shipped(), name=str(house))
    assert token not in repr(caught.value)
    assert "***" in caught.value.message


def test_what_only_looks_a_little_like_a_token_is_repeated(tmp_path: Path) -> None:
    house = write(tmp_path, "house.yaml", "rules: {license-missing: {with: {hf_oauth_scopes: 1}}}")
    with pytest.raises(ConfigError, match="hf_oauth_scopes"):
        load_policy(shipped(), name=str(house))


@pytest.mark.parametrize("name", ['"a\\0"', "a" * 5000])
def test_a_folder_of_no_name_a_folder_can_have(tmp_path: Path, name: str) -> None:
    config = write(tmp_path, ".cardlint.yaml", f"rule_folders: [{name}]")
    with pytest.raises(ConfigError, match=r"yaml:1:16: "):
        load_policy(shipped(), config=config)


def test_the_folder_of_what_ships_is_no_way_round_validation(tmp_path: Path) -> None:
    write(tmp_path, "secret.yaml", "ruls: {}")
    way = data_folder("rules") / "policies" / ("../" * 40) / str(tmp_path).lstrip("/") / "secret.yaml"
    with pytest.raises(ConfigError, match="ruls"):
        load_policy(shipped(), name=str(way))


def test_former_ids_are_no_names_of_others(tmp_path: Path) -> None:
    house = folder(tmp_path, since='since: "1.0"\naliases: [acme/contact-missing, acme/contact-key-missing]')
    assert "acme/contact-missing" in load_policy(shipped(), name=str(house)).rules["acme/contact-key-missing"].aliases


def test_what_a_check_takes_is_told_by_the_rules_that_ship(tmp_path: Path) -> None:
    def given(check: str, paths: str) -> str | None:
        folder(tmp_path, given=f"given: {paths}", check=f"check: {check}", **{"with": "aliases: []"})
        card = read_rule_card(tmp_path / "rules/house/contact-key-missing.md", tmp_path / "rules")
        error = _wrong_fact(card, card.rule)
        return error and error.message

    assert given("keys.present", "config") is None
    assert given("licenses.known", "[config.license, model_index]") is None
    assert given("licenses.known", "[config.license, files]") is not None
    assert given("nobody.uses", "[files, suppressions]") == 'nobody.uses cannot do with "suppressions"'
    assert given("nobody.uses", "[files, card]") is None
    for rule in shipped().values():
        if rule.given[1:] == ("files",) and not rule.given[0].startswith("expired"):
            assert given(rule.check, f"[{rule.given[0]}, listing]") is None
