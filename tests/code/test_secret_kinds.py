"""Secrets are found by kind, masked, and told from what looks like them."""

from __future__ import annotations

import base64
import json
import string
from itertools import pairwise, product

import pytest
from ending import ends
from hypothesis import given
from hypothesis import strategies as st
from tokens import Mint, every_kind

from cardlint.code.escapes import undone
from cardlint.code.secrets import find, shown
from cardlint.digest import hexadecimal
from cardlint.locate import data_folder
from cardlint.secrettable import secret_table
from cardlint.veil import secrets_in

TABLE = secret_table()
KINDS = {kind.id: kind for kind in TABLE.kinds}
ENTRIES = json.loads((data_folder("schemas") / "secrets" / "kinds.json").read_text())["kinds"]


def ids(text: str) -> list[str]:
    return [secret.kind.id for secret in find(text, TABLE)]


def test_every_kind_has_a_sample_a_source_and_a_cure() -> None:
    assert list(every_kind()) != []
    assert set(every_kind()) == set(KINDS)
    assert all(entry["source"] and entry["revoke"] and (entry.get("hints") or entry.get("context")) for entry in ENTRIES)
    assert all(word == word.lower() for kind in TABLE.kinds for word in kind.context)


@pytest.mark.parametrize(("kind", "seed"), list(product(every_kind(), range(3))))
def test_a_secret_of_each_kind_is_found_where_it_stands(kind: str, seed: int) -> None:
    around, value = every_kind(seed)[kind]
    text = "a line before\n" + around.format(value) + "\nand one behind\n"
    (found,) = find(text, TABLE)
    assert found.kind.id == kind
    covered = text[found.start : found.end].strip()
    assert covered in value or value in covered
    if kind != "private-key":
        assert covered == value
    assert value not in found.masked


@pytest.mark.parametrize(
    "around", ['"{}"', "'{}'", "`{}`", "({})", "<{}>", "={},", '\\"{}\\"', "\\'{}'\\", "x {} y", "{}", "\u00e9{}\u00e9"]
)
def test_quotes_and_brackets_around_a_token_are_no_part_of_it(around: str) -> None:
    token = Mint(3).huggingface()
    (found,) = find(around.format(token), TABLE)
    assert around.format(token)[found.start : found.end] == token


ESCAPES = ["\\n", "\\t", "\\r\\n", "%3D", "%22", "\\u003d", "\\x1b[32m", "\\u001b[1;36m", "\\033[0m", "\x1b[38;5;208m", "\x1b[m"]
OWN_FORM = [
    "huggingface-user",
    "huggingface-oauth",
    "github-token",
    "aws-access-key",
    "google-api-key",
    "anthropic",
    "openai",
    "slack-token",
    "npm",
]


@pytest.mark.parametrize("before", ESCAPES)
@pytest.mark.parametrize("kind", OWN_FORM)
def test_an_escape_before_a_token_is_no_part_of_it(kind: str, before: str) -> None:
    token = every_kind(8)[kind][1]
    text = f'{{"text": "token: {before}{token}\\n"}}'
    (found,) = find(text, TABLE)
    assert (found.kind.id, text[found.start : found.end]) == (kind, token)


def _escaped(value: str, form: str) -> str:
    return "".join(form.format(ord(char)) for char in value)


def test_a_token_that_is_spelled_with_escapes_is_found_with_all_of_them() -> None:
    mint = Mint(71)
    token, other = mint.huggingface(), mint.github()
    for spelled in (
        "\\u0068" + token[1:],
        "\\x68" + token[1:],
        _escaped(token, "\\u{:04X}"),
        _escaped(token, "\\x{:02x}"),
        token.replace("_", "\\_"),
    ):
        text = f'\\u0061 "{spelled}" \\_ {other} \\_'
        first, second = find(text, TABLE)
        assert (text[first.start : first.end], text[second.start : second.end]) == (spelled, other)
        assert (first.kind.id, first.masked) == ("huggingface-user", f"{token[:5]}…{token[-2:]}")
    assert undone("nothing \\n of \\u00e9 that \\u0020 sort") is None


def test_a_token_in_base64_is_one_unless_it_stands_for_one() -> None:
    token = Mint(72).huggingface()
    assert ids("data: " + base64.b64encode(f"{token}\n".encode()).decode()) == ["huggingface-encoded"]
    for other in ("hf_" + "Example" * 4 + "QzWxEv", token[:-1] + "-", token + "/n"):
        assert ids("data: " + base64.b64encode(other.encode()).decode()) == []


def test_a_private_key_with_headers_is_one_to_its_end() -> None:
    mint = Mint(73)
    for what, headers in (
        ("RSA " + "PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0A1B\n"),
        ("PGP " + "PRIVATE KEY BLOCK", "Version: GnuPG v2.0-beta\nComment: a-b\n"),
    ):
        first, _, rest = mint.armour(what).partition("\n")
        text = f"{first}\n{headers}\n{rest}"
        for whole in (text, json.dumps(text)):
            (found,) = find(whole, TABLE)
            assert found.kind.id == "private-key"
            assert whole[found.end :].startswith("-----END")


def test_a_name_in_capitals_says_as_much() -> None:
    value = Mint(74).some(40)
    for name in ("API_KEY", "SECRET_KEY", "Password", "ClientSecret"):
        assert ids(f"{name} = '{value}'") == ["assigned"]


def test_a_short_command_with_a_password_is_looked_into() -> None:
    assert [secret.kind.id for secret in secrets_in("curl -u me:Zk4-pq9w https://a.io")] == ["curl-user"]


def _negatives() -> list[str]:
    mint = Mint(11)
    bad = mint.github()
    random = mint.some(34, string.ascii_letters)
    return [
        "hf_" + "x" * 34, "hf_" + "X" * 37, "hf_" + "abcdefghijklmnopqrstuvwxyzabcdefgh", "hf_" + "Your" * 8 + "To", "hf_...", "hf_<token>",
        "- (id)hf_requiredCharacteristicTypesForDisplayMetadata;", "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",
        "_kHMSymptomhf_generatedByHomeAppForDebuggingPurposesKey", "a" + "hf_" + random, "hf_" + random + "Q", "hf_" + random.lower(),
        "api_org_" + "x" * 34, "const api_org_controller = require('../../controllers/api/index').organizations;",
        "AKIA" + "IOSFODNN7" + "EXAMPLE", "AKIA" + "X" * 16, "TODAYINASIAASACKOFRICEFELLOVER",
        "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY",
        bad[:-1] + ("a" if bad[-1] != "a" else "b"), "ghp_" + "x" * 36,
        "xoxb-xxxxxxxxx-xxxxxxxxxx-xxxxxxxxxxxx", "xoxb-xoxb-my-bot-token", "glpat-" + "x" * 20, "sk-" + "0" * 48,
        f"commit {mint.hexa(40)}", f"see https://github.com/wandb/wandb/commit/{mint.hexa(40)}", f"sha256: {mint.hexa(64)}",
        "https://user:pass@host.org", "https://user:${TOKEN}@huggingface.co/a/b", "https://user:<token>@huggingface.co/a/b",
        "http://scott:scott@birds.org", "postgres://curlew:s3cretly7@localhost/x", "https://huggingface.co:443/a@b", "http://u:PASSWORD@birds.org",
        "Authorization: Bearer $TOKEN", "Authorization: Bearer <your token>", "Authorization: Bearer {token}", "Bearer of good news and of others",
        "Authorization: Basic ...", "curl -u username:token", 'curl -u "${a}:${b}" x', "curl --user neo4j:[PASSWORD] http://x",
        "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----", "-----BEGIN PUBLIC KEY-----\n" + mint.some(64) + "\n-----END PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----\n" + mint.some(64), 'api_key = "YOUR_API_KEY_GOES_HERE_1"', "password = 'correct horse battery'",
        'secret_key = os.environ["SECRET_KEY_OF_THE_APP"]', "token = 'sentence-transformers/all-MiniLM-L6-v2'",
        f'wandb-metadata.json: {{"git": {{"commit": "{mint.hexa(40)}"}}}}', f"together.ai sha256: {mint.hexa(64)}", f'twilio etag: "{mint.hexa(32)}"',
        "-----BEGIN PRIVATE KEY-----' in text\n" + mint.hexa(64), "-----BEGIN PRIVATE KEY-----'): open('" + "/usr/lib/python/site" * 3,
        "API_KEY = 'MettezVotreCleApiIci2024ab'", "PASSWORD = 'CAMBIAME_POR_TU_CLAVE_2024'",
        "token: " + "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6IkpvaG4gRG9lIiwiYWRtaW4iOnRydWUs"
        + "ImlhdCI6MTUxNjIzOTAyMn0." + "KMUFsIDTnFmyG3nMiGM6H9FNFUROf3wh7SmqJp-QV30",
        "token " + "eyJhbGciOiJub25lIn0." + "eyJzdWIiOiJhIn0" + "A" * 8 + "." + mint.some(30),
    ]  # fmt: skip


@pytest.mark.parametrize("text", _negatives())
def test_placeholders_examples_and_names_are_no_secrets(text: str) -> None:
    assert ids(text) == []


@given(st.text(min_size=1, max_size=300), st.sampled_from(sorted(KINDS)))
def test_at_most_a_quarter_of_a_secret_is_shown(value: str, kind: str) -> None:
    masked, digest = shown(value, KINDS[kind], hexadecimal)
    head, _, tail = masked.partition("…") if "…" in masked else ("", "", "")
    assert len(head) + len(tail) <= len(value) / 4
    assert value.startswith(head)
    assert value.endswith(tail)
    assert len(digest) <= 12
    assert not digest or hexadecimal(value).startswith(digest)


@given(st.lists(st.sampled_from(sorted(KINDS)), max_size=4), st.text(max_size=40))
def test_secrets_are_in_order_and_apart(kinds: list[str], between: str) -> None:
    samples = every_kind()
    found = find(between.join(samples[kind][0].format(samples[kind][1]) for kind in kinds), TABLE)
    assert all(first.end <= second.start for first, second in pairwise(found))
    assert all(secret.start < secret.end for secret in found)


def test_what_people_think_up_has_no_hash() -> None:
    samples = every_kind()
    for kind in ("url-password", "netrc", "basic", "curl-user", "docker-auth"):
        (found,) = find(samples[kind][0].format(samples[kind][1]), TABLE)
        assert found.digest == ""
        assert found.masked == "***"


def test_no_more_secrets_than_anybody_reads_are_listed() -> None:
    mint = Mint(5)
    assert len(find("\n".join(mint.huggingface() for _ in range(1_200)), TABLE)) <= 1_001


SIZE = 2_000_000
HOSTILE = {
    "prefix": "hf_", "context": "wandb ", "address": "https://a:b", "bearer": "Bearer ", "json": "eyJ", "armour": "-----BEGIN PRIVATE KEY-----",
    "assignment": "api_key = '", "one": "x", "netrc": "machine a login b ", "key": "'key' : 'username' ", "word": "secret", "colon": ":",
    "dots": "eyJaaaaaaaaaaaaaaa.", "sk": "sk-", "slack": "xoxb-1-1-1-1-", "mark": "Q~", "curl": "curl -u a:b ", "live": "_live_", "vault": ".atlasv1.",
    "escape": "\\u0068", "line end": "\\nhf_", "joint": "hf\\_", "base64": "aGZf", "headers": "-----BEGIN PRIVATE KEY-----\nVersion: 1", "colour": "[32mhf_",
    "blank": "password" + " " * 30, "percent": "?sig=%2F", "capital": "\u0130 token ",
}  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_text_ends_soon(piece: str) -> None:
    text = piece * (SIZE // len(piece))
    with ends():
        find(text, TABLE)


def test_secrets_that_overlap_are_one_and_all_of_it_is_masked() -> None:
    mint = Mint(61)
    token, more = mint.huggingface(), mint.some(20)
    text = f"api_key = '{token}.{more}'"
    (found,) = find(text, TABLE)
    assert found.kind.id == "huggingface-user"
    assert text[found.start : found.end] == f"{token}.{more}"
    text = f"api_key = '{more}.{token}'"
    (found,) = find(text, TABLE)
    assert (found.kind.id, text[found.start : found.end]) == ("huggingface-user", f"{more}.{token}")


def test_what_is_no_base64_is_no_login() -> None:
    assert ids("Basic " + "Y3VybGV3YmlyZ") == []
    assert ids("Basic " + "Y3VybGV3" + "OnBhc3N3b3Jk") == []
    assert ids("Basic " + "Y3VybGV3YmlyZHM2OTg3") == []


def test_a_word_of_the_context_that_is_far_away_says_nothing() -> None:
    mint = Mint(62)
    text = "wandb " * 600 + "x " * 300 + mint.hexa(40) + " wandb"
    assert ids(text) == []
