"""The rules about secrets: which files are read and how far, what is said of them, and what is not."""

from __future__ import annotations

import pytest
from ending import ends
from tokens import Mint, every_kind

from cardlint import Repository, check
from cardlint.errors import Blocked, ConfigError, Unreadable
from cardlint.leaks import FILE_BYTES, Leaks
from cardlint.policyfile import load_policy
from cardlint.problem import Cure, Edit, Problem, Related
from cardlint.report import Change, Finding, Fixing, Place, Target
from cardlint.repository import Identity
from cardlint.rule import shipped
from cardlint.source import FileEntry, Folder, Memory
from cardlint.text import Span, decode
from cardlint.veil import BULLET, Veil, starred, veiled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from cardlint.report import Report

MINT = Mint(51)
TOKEN = MINT.huggingface()
LINE = f'login("{TOKEN}")\n'.encode()
CARD = b"---\nlicense: mit\n---\n# T\n"


def found(files: Mapping[str, bytes | int], *select: str, listed: bool = True) -> Report:
    repository = Repository(Memory(files, listed), Identity("model", told=True))
    return check(repository, policy=load_policy(shipped(), select=select or ("token-leaked",)))


def paths(report: Report) -> list[str | None]:
    return [finding.path for finding in report.findings]


@pytest.mark.parametrize("name", ["a.py", "a", "a.bin", "notes.UNKNOWN", "a.ipynb", "deep/er/a.json", ".hidden", "a.pem", "archive.zip"])
def test_a_text_is_read_whatever_its_name(name: str) -> None:
    assert paths(found({"README.md": CARD, name: LINE})) == [name]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-8-sig", "latin-1"])
def test_a_text_is_read_in_its_encoding(encoding: str) -> None:
    content = ("gr\u00fc\u00dfe " * 10).encode(encoding) + b"" if encoding == "latin-1" else b""
    report = found({"README.md": CARD, "a.txt": content + LINE.decode().encode(encoding)})
    assert paths(report) == ["a.txt"]
    assert TOKEN not in repr(report)


def test_what_is_no_text_is_not_read_and_no_gap() -> None:
    noise = bytes(range(256)) * 20 + LINE
    report = found({"README.md": CARD, "a.dat": noise, "weights.safetensors": 2_000_000, "controls": b"\x01\x02\x03\x04" * 300 + LINE})
    assert report.findings == []
    assert report.exit_code() == 0


def test_a_format_that_is_text_is_read_in_spite_of_a_nul() -> None:
    assert paths(found({"README.md": CARD, "a.py": b"x = '\0'\n" + LINE})) == ["a.py"]


def test_a_text_that_is_too_large_is_searched_as_far_as_it_goes_and_is_a_gap() -> None:
    large = LINE + b"x\n" * (FILE_BYTES // 2)
    report = found({"README.md": CARD, "a.py": large, "b.txt": LINE})
    assert paths(report) == ["a.py", "b.txt"]
    assert report.exit_code() == 4
    assert "a.py is larger than what is read of it" in report.targets[0].skipped[0].reason


def test_of_what_programs_write_in_bulk_the_beginning_is_searched_and_the_rest_said_to_be_left(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_bytes(CARD)
    (tmp_path / "a.csv").write_bytes(LINE + b"x\n" * (FILE_BYTES // 2))
    report = check(tmp_path, policy=load_policy(shipped(), select=("token-leaked",)))
    assert [finding.path for finding in report.findings] == ["a.csv"]
    assert report.targets[0].skipped == ()
    assert report.targets[0].inert == (("a.csv", "only its beginning was searched for secrets"),)


def test_what_cannot_be_read_is_a_gap_and_the_rest_is_searched() -> None:
    report = found({"README.md": CARD, "a.txt": 12, "b.txt": LINE, "c.txt": 12})
    assert paths(report) == ["b.txt"]
    assert report.targets[0].skipped[0].reason == "a.txt: only its size is known, and 1 more; what was not read may hold a secret"


def test_links_out_of_the_repository_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_bytes(LINE)
    root = tmp_path / "repo"
    root.mkdir()
    (root / "README.md").write_bytes(CARD)
    (root / "a.txt").symlink_to(tmp_path / "secret.txt")
    (root / "key.p12").symlink_to(tmp_path / "secret.txt")
    report = check(root, policy=load_policy(shipped(), select=("secrets/",)))
    assert report.findings == []
    assert report.exit_code() == 0
    assert Leaks(Repository(Folder(root))).head(FileEntry("key.p12", 0, outside=True)) == b""


def test_the_card_is_read_once_and_may_be_larger_than_other_rules_read() -> None:
    repository = Repository(Memory({"README.md": CARD + b"x\n" * 1_100_000 + LINE}), Identity("model", told=True))
    repository.fact("text")
    (leaking,) = repository.fact("secrets")
    assert leaking.text.path == "README.md"
    small = Repository(Memory({"README.md": CARD + LINE}), Identity("model", told=True))
    text = small.fact("text")
    (leaking,) = small.fact("secrets")
    assert leaking.text is text


def test_the_name_of_a_file_is_searched() -> None:
    report = found({"README.md": CARD, f"runs/{TOKEN}/log.txt": b"x"})
    (finding,) = report.findings
    assert finding.message.startswith("the name of a file holds a secret: Hugging Face user access token hf_")
    assert TOKEN not in repr(report)


def test_more_secrets_than_are_known_are_masked_all_the_same() -> None:
    mint = Mint(52)
    tokens = [mint.huggingface() for _ in range(1_100)]
    text = decode("a", "\n".join(tokens).encode())
    assert tokens[-1] not in Veil({"a": text}).line(text, len(tokens))


def test_a_card_alone_is_searched() -> None:
    report = found({"README.md": CARD + LINE}, "secrets/", listed=False)
    assert [finding.rule for finding in report.findings] == ["token-leaked"]
    assert "workflow-token" in report.targets[0].not_applicable
    assert report.exit_code() == 1


def test_a_secret_in_a_file_made_for_it_is_one_finding() -> None:
    report = found({"README.md": CARD, ".env": b"HF_TOKEN=" + TOKEN.encode() + b"\n"}, "secrets/")
    assert [finding.rule for finding in report.findings] == ["token-leaked"]
    alone = found({"README.md": CARD, ".env": b"HF_TOKEN=" + TOKEN.encode() + b"\n"}, "secret-file")
    assert [finding.rule for finding in alone.findings] == ["secret-file"]
    assert TOKEN not in repr(alone)


PASSWORD = MINT.some(14)
STORES = {
    "id_rsa": MINT.armour("OPENSSH " + "PRIVATE KEY"), "tls/server.key": MINT.armour("PRIVATE KEY"), ".ssh/id_ed25519": MINT.armour("PRIVATE KEY"),
    "k.ppk": every_kind()["putty-key"][0].format(every_kind()["putty-key"][1]), "release.asc": MINT.armour("PGP " + "PRIVATE KEY BLOCK"),
    ".netrc": f"machine x\nlogin y\npassword {PASSWORD}", ".npmrc": f"//r/:_password={PASSWORD}", ".pypirc": f"[pypi]\npassword: {PASSWORD}",
    ".git-credentials": f"https://me:{PASSWORD}@birds.org", ".aws/credentials": f"[default]\naws_secret_access_key = {MINT.some(20)}",
    ".docker/config.json": f'{{"auths": {{"x": {{"auth": "{MINT.basic()}"}}}}}}', "credentials.json": f'{{"client_secret": "{MINT.some(24)}"}}',
    "kaggle.json": f'{{"key": "{MINT.hexa(32)}"}}', ".cache/huggingface/token": TOKEN, "app/.env.production": f"export DB_PASSWORD='{PASSWORD}'",
    "prod.env": f"API_KEY={PASSWORD}",
}  # fmt: skip
HARMLESS = {
    "ca.pem": "-----BEGIN CERTIFICATE-----\n" + MINT.some(64), "id_rsa.pub": "ssh-rsa " + MINT.some(64), "server.key": "-----BEGIN PRIVATE KEY-----\n",
    ".env": "PORT=7860\nHF_TOKEN=\nKEY=${KEY}\nAPI_KEY=your-api-key-here\nSECRET_KEY=changeme\n", ".env.example": f"API_KEY={PASSWORD}",
    "config/.env.template": f"API_KEY={PASSWORD}", ".npmrc": "registry=https://registry.npmjs.org\n//r/:_authToken=${NPM_TOKEN}",
    ".netrc": "machine x login y", "kaggle.json": '{"key": "YOUR_KAGGLE_KEY_HERE"}', "credentials.json": "{}", ".docker/config.json": "{}",
    "token": TOKEN[:20], "a.p12": "text", "b.key": "\0\0\0\0", ".pypirc": "[pypi]\nusername = __token__\n",
}  # fmt: skip


@pytest.mark.parametrize("name", STORES)
def test_a_store_with_a_secret_in_it_is_reported(name: str) -> None:
    assert paths(found({"README.md": CARD, name: STORES[name].encode()}, "secret-file")) == [name]


@pytest.mark.parametrize("name", HARMLESS)
def test_a_store_without_a_secret_is_fine(name: str) -> None:
    assert paths(found({"README.md": CARD, name: HARMLESS[name].encode()}, "secret-file")) == []


@pytest.mark.parametrize(
    ("name", "content"), [("a.p12", b"\x30\x82\x01"), ("deep/b.jks", b"\xfe\xed\xfe\xed"), ("c.keystore", b"\xce\xce\xce\xce")]
)
def test_a_key_store_is_told_by_its_first_bytes(name: str, content: bytes) -> None:
    assert paths(found({"README.md": CARD, name: content}, "secret-file")) == [name]


def test_a_store_that_cannot_be_read_is_a_gap() -> None:
    report = found({"README.md": CARD, ".env": 20, "a.jks": 20}, "secret-file")
    assert report.exit_code() == 4


def test_a_store_that_is_only_a_pointer_is_no_gap() -> None:
    class Pointing:
        listed = True
        commit = "0" * 40

        def entries(self) -> list[FileEntry]:
            return [FileEntry("README.md", len(CARD)), FileEntry("a.pem", 5)]

        def read(self, path: str, start: int = 0, size: int | None = None) -> bytes:
            from cardlint.errors import Inapplicable

            if path == "a.pem":
                raise Inapplicable("a.pem lies in Git LFS")
            return CARD[start:][:size]

    report = check(
        Repository(Pointing(), Identity("model", told=True)), policy=load_policy(shipped(), select=("token-leaked", "secret-file"))
    )
    assert report.findings == []
    assert report.exit_code() == 0


@pytest.mark.parametrize(
    ("rule", "option", "value", "message"),
    [
        ("secret-file", "stores", "{a: {holds: [x]}}", "must have paths"), ("secret-file", "stores", "{a: {paths: [x], hold: [x]}}", "must have paths"),
        ("secret-file", "stores", "{a: {paths: [x], holds: ['(']}}", "is no pattern"), ("workflow-token", "tokens", "'a'", "no group called name"),
        ("workflow-token", "pushes", "'('", "is no pattern"), ("workflow-token", "tokens", "'('", "is no pattern"),
    ],
)  # fmt: skip
def test_options_that_are_wrong_are_named(tmp_path: Path, rule: str, option: str, value: str, message: str) -> None:
    (tmp_path / "p.yaml").write_text(f"rules: {{{rule}: {{with: {{{option}: {value}}}}}}}\n")
    with pytest.raises(ConfigError, match=message):
        load_policy(shipped(), name=str(tmp_path / "p.yaml"))


def test_options_that_are_right_are_taken(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(
        "rules:\n  secret-file: {with: {stores: {vault: {paths: [v], holds: ['^k=']}}}}\n  workflow-token: {with: {tokens: '(?P<name>X)'}}\n"
    )
    policy = load_policy(shipped(), name=str(tmp_path / "p.yaml"))
    report = check(Repository(Memory({"README.md": CARD, "v": b"k=1"}), Identity("model", told=True)), policy=policy)
    assert "vault" in " ".join(finding.message for finding in report.findings)


WORKFLOWS = {
    "uses: x/hub-sync@v1\nwith: {token: '${{ secrets.HF_TOKEN }}'}": ["HF_TOKEN"],
    "run: python -c 'api.upload_folder()'\nenv: {A: '${{ secrets.HUGGING_FACE_HUB_TOKEN }}', B: '${{ secrets.HF_WRITE_TOKEN }}'}":
        ["HUGGING_FACE_HUB_TOKEN", "HF_WRITE_TOKEN"],
    "run: git remote add hub https://huggingface.co/a/b\n  git push hub main\nenv: {HF_TOKEN: '${{ secrets.HF_TOKEN }}'}": ["HF_TOKEN"],
    "run: git push origin main\nenv: {HF_TOKEN: '${{ secrets.HF_TOKEN }}'}": [],
    "run: hf download a/b\nenv: {HF_TOKEN: '${{ secrets.HF_TOKEN }}'}": [],
    "run: hf upload a/b\nenv: {GH: '${{ secrets.GITHUB_TOKEN }}'}": [],
    "run: hf upload a/b\nenv: {HF_OIDC_RESOURCE: a/b, HF_TOKEN: '${{ secrets.HF_TOKEN }}'}": [],
}  # fmt: skip


@pytest.mark.parametrize(("workflow", "names"), WORKFLOWS.items())
def test_tokens_in_workflows(workflow: str, names: list[str]) -> None:
    report = found({"README.md": CARD, ".github/workflows/a.yml": workflow.encode(), "b.yml": workflow.encode()}, "workflow-token")
    assert [finding.subject for finding in report.findings] == names


# The veil


def test_what_is_printed_stays_as_it_is_where_nothing_is_secret() -> None:
    for text in ("", "short", "a sentence about hf_ and tokens, longer than sixteen", "https://huggingface.co/a/b", "x" * 100):
        assert veiled(text) == text
        assert starred(text) == text


def test_a_masked_line_is_as_long_as_it_was() -> None:
    text = decode("a", f"\ufeffx {TOKEN} y\nz".encode())
    veil = Veil({"a": text})
    line = veil.line(text, 1)
    assert len(line) == len(text.line(1))
    assert line.startswith("x hf_")
    assert BULLET * 20 in line
    assert veil.line(text, 2) == "z"


def test_a_key_over_several_lines_is_masked_in_each() -> None:
    content = MINT.armour("PRIVATE KEY", "\r\n")
    text = decode("a", content.encode())
    veil = Veil({"a": text})
    lines = [veil.line(text, number) for number in range(1, len(text.line_starts) + 1)]
    assert all(set(line) <= {BULLET} for line in lines[1:-1])
    assert lines[0].startswith("-----BEGIN")
    assert starred(content).count("\r\n") == content.count("\r\n")


def test_pieces_of_a_known_secret_are_masked_and_words_are_not() -> None:
    password = "Mud-" + MINT.some(8)
    text = decode(
        "a",
        f"https://curlew:{password}@birds.org/ https://a:flamingo@birds.org https://b:x7$q9@birds.org https://b:x7!q9@birds.org".encode(),
    )
    veil = Veil({"a": text})
    assert password[:9] not in veil.said(f"about {password[:9]}")
    assert password.lower() not in veil.said(f"about {password.lower()}")
    assert veil.said("a flamingo is a bird") == "a flamingo is a bird"
    assert veil.said("about x7!q9") == "about ***"
    assert veil.said(f"\u0130 {password}") != f"\u0130 {password}"
    assert veil.said("short") == "short"


def test_a_problem_is_veiled_and_its_changes_stay() -> None:
    veil = Veil({})
    cure = Cure("safe", "x", (Edit(Span("a", 0, 1), TOKEN),))
    problem = veil.problem(Problem(TOKEN, None, TOKEN, (Related(TOKEN, Span("a", 0, 1)),), cure))
    assert TOKEN not in repr(problem._replace(fix=None))
    assert problem.fix == cure
    assert veil.problem(Problem("x")).subject is None


def test_a_fix_that_repeats_a_secret_is_not_offered() -> None:
    from cardlint.problem import Fix

    veil = Veil({})
    place = Place("a", 1, 1, 1, 2, 0, 1, "line")
    plain = Finding("r", "error", "high", "m", "s", "a", place, "f", fix=Fix("safe", "t", (Edit(Span("a", 0, 1), "x"),)))
    token = plain._replace(fix=Fix("safe", "t", (Edit(Span("a", 0, 1), TOKEN),)))
    masked = plain._replace(place=place._replace(source=BULLET * 30))
    nowhere = plain._replace(place=None)
    fixing = Fixing(1, (Change(TOKEN, None, LINE), Change("b", LINE, b"x")), (TOKEN,), TOKEN)
    target = veil.target(Target(".", "model", (plain, token, masked, nowhere, plain._replace(fix=None)), fixing=fixing))
    assert [finding.fix is not None for finding in target.findings] == [True, False, False, True, False]
    assert TOKEN not in repr(target)
    assert target.fixing is not None
    assert target.fixing.changes[0].before is None
    assert veil.target(Target(".", "model", fixing=Fixing())).fixing == Fixing()


def test_errors_hold_no_secret() -> None:
    for error in (Unreadable(f"about {TOKEN}"), Blocked("card-missing", f"about {TOKEN}"), ConfigError(TOKEN, 1, 1, f"about {TOKEN[:-1]}")):
        assert TOKEN[:20] not in str(error) + repr(error) + repr(vars(error))


def test_a_thousand_findings_on_one_long_line_mask_it_once() -> None:
    links = " ".join(f"[a](b{number}.md)" for number in range(100_000))
    with ends():
        report = check(Repository.of_card(f"---\nlicense: mit\n---\n# T\n\n{links} {TOKEN}\n"))
        assert TOKEN not in repr(report)[-1_000_000:]
        text = decode("a", f"{links} {TOKEN}".encode())
        veil = Veil({"a": text})
        assert veil.line(text, 1) is veil.line(text, 1)


@pytest.mark.parametrize("odd", ["\ud800" * 20, "\u0130" * 40, "\x00" * 30, "\u2028" * 20, "=" * 10_000])
def test_odd_characters_beside_a_secret_change_nothing(odd: str) -> None:
    assert veiled(f"{odd} {TOKEN} {odd}") == f"{odd} {TOKEN[:5]}\u2026{TOKEN[-2:]} {odd}"
    assert len(starred(f"{odd} {TOKEN}")) == len(odd) + 38
