"""Signs of personal data: what the examples in the rule card cannot show."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bulk import bulk
from ending import ends

from cardlint import engine
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory

if TYPE_CHECKING:
    from cardlint.report import Finding

RULE = "personal-data-undisclosed"


def found(features: str, body: str = "") -> list[Finding]:
    card = f"---\nlicense: mit\ndataset_info: {features}\n---\n# Tides\n\n{body}\n".encode()
    repository = Repository(Memory({"README.md": card}), Identity("dataset", None, told=True))
    target = engine.run(repository, load_policy(shipped(), select=(RULE,)).bind(repository))
    assert target.failed == ()
    assert target.skipped == ()
    return list(target.findings)


@pytest.mark.parametrize(
    "name",
    ["email", "Email", "userEmail", "user-email", "sender email address", "emails", "e_mail", "FirstName", "phone_number_1", "SSN", "dob", "clientIPAddress",
     "ip_address_hash", "patient_id", "date_of_birth", "geburtsdatum", "apellidos", "姓名", "身份证号"],
)  # fmt: skip
def test_names_of_personal_data(name: str) -> None:
    (finding,) = found(f"{{features: [{{name: '{name}', dtype: string}}]}}")
    assert finding.message.startswith(f'the column "{name}" may hold personal data, and no section says so')
    assert finding.confidence == "low"


@pytest.mark.parametrize(
    "name",
    ["name", "author", "phone", "phonetic", "address", "user_id", "emails_per_day", "email_count", "faces", "surnamed", "classname", "filename", "lessons",
     "dobby", "", "1", "id", "speaker_id", "title", "_" * 200, "birthdayless", "ssn_model"],
)  # fmt: skip
def test_names_of_anything(name: str) -> None:
    assert found(f"{{features: [{{name: '{name}', dtype: string}}]}}") == []


@pytest.mark.parametrize(
    "features",
    [
        "[{features: [{name: a, sequence: [{name: email}]}]}]", "{features: [{name: a, list: [{name: x, struct: [{name: email}]}]}]}",
        "{features: [{name: a, dtype: {struct: [{name: email}]}}]}", "{features: [{name: a}, {name: email}, {name: email}]}",
    ],
)  # fmt: skip
def test_nested_columns(features: str) -> None:
    (finding,) = found(features)
    assert '"email"' in finding.message
    assert finding.subject == "personal-data"


@pytest.mark.parametrize(
    "value", ["3", "[]", "[[x]]", "{features: {}}", "{features: [x, [y], {name: [email]}, {dtype: email}]}", "~", "{features: email}"]
)
def test_shapes_without_columns(value: str) -> None:
    assert found(value) == []


def test_many_columns_are_counted() -> None:
    (finding,) = found("{features: [{name: email}, {name: dob}, {name: ssn}, {name: iban}, {name: surname}]}")
    assert finding.message.startswith('the columns "email", "dob", "ssn" and 2 more may hold')


EMAIL = "{features: [{name: email}]}"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("All addresses are synthetic.", False),
        ("| column | what |\n|---|---|\n| email | anonymised |", False),
        ("<!-- anonymised, privacy -->", True),
        ("## Privacy", True),
        ("## Privacy\n\nNone of the senders can be found.", False),
        ("## Personal and Sensitive Information\n\n[More Information Needed]", True),
        ("## Personal and Sensitive Information\n\nSenders agreed.", False),
        ("Datenschutz: siehe unten.", False),
        ("Tides of three harbours.", True),
    ],
)
def test_where_the_card_speaks_of_it(body: str, said: bool) -> None:
    assert bool(found(EMAIL, body)) is said


def test_the_empty_section_is_named() -> None:
    (finding,) = found(EMAIL, "## Personal and Sensitive Information\n\n[More Information Needed]")
    assert (
        finding.message
        == 'the column "email" may hold personal data, and the section "Personal and Sensitive Information" says nothing of it'
    )
    assert len(finding.related) == 1


@pytest.mark.parametrize(
    ("body", "sign"),
    [
        ("Made of medical\nrecords of two wards.", "medical records"),
        ("- `e-mail`: of the sender", "e-mail"),
        ("* **`Date of birth`** (str) – of the captain", "Date of birth"),
        ("```\nmedical records\n```", None),
        ("Of biomedical records-keeping.", None),
        ("The email was fine: `email`", None),
    ],
)
def test_signs_in_the_text(body: str, sign: str | None) -> None:
    assert [sign in finding.message for finding in found("{}", body) if sign] == ([True] if sign else [])
    assert bool(found("{}", body)) is (sign is not None)


@pytest.mark.bulk
def test_a_hostile_card_takes_no_time() -> None:
    features = "{features: [" + ", ".join("{name: " + "aB" * 40 + f"{number}}}" for number in range(bulk(6000))) + "]}"
    body = "## privacy\n\n" * bulk(20_000) + "- `" * bulk(100_000) + "\n" + "- **" + "a" * bulk(300_000) + "\n" + "medical " * bulk(30_000)
    with ends():
        assert found(features, body) == []


def test_the_last_of_many_columns_is_seen() -> None:
    features = ", ".join(f"{{name: c{number}}}" for number in range(6000))
    assert len(found(f"{{features: [{features}, {{name: email}}]}}")) == 1


def test_a_phone_says_something_beside_a_number_of_a_person() -> None:
    (finding,) = found("{features: [{name: phone, dtype: string}, {name: ssn, dtype: string}, {name: file_name, dtype: string}]}")
    assert finding.message.startswith('the columns "phone", "ssn" may hold')
    assert not found("{features: [{name: phone, dtype: string}, {name: name, dtype: string}]}")


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("Full names, phone numbers and home addresses of 3,000 patients.", 1),
        ("The phone numbers of\n3,000 shops.", 0),
        ("Phone numbers, phone\nnumbers and PHONE NUMBERS.", 0),
        ("Phone numbers of shops.\n\nEmail addresses of shops.", 0),
        ("Email addresses and phone numbers were filtered out.", 0),
        ("There are no phone numbers or email addresses.", 0),
        ("Notes with phone numbers or email addresses.", 1),
    ],
)
def test_a_text_that_names_two_details_of_persons(body: str, count: int) -> None:
    assert len(found("{}", body)) == count
