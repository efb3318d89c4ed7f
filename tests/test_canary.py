"""A repository full of secrets goes through everything that prints, and none comes out.

Every secret stands in every place that something could quote. The real command is run, with every format, and what it
printed and wrote is searched for each secret: as it is, in any piece of twelve characters, in either case, escaped for
JSON, HTML and addresses, and in base64.
"""

from __future__ import annotations

import base64
import html
import json
import re
import string
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from tokens import Mint, every_kind

from cardlint import Repository, check
from cardlint.errors import CardlintError, UsageError
from cardlint.formats import FORMATS, render
from cardlint.source import Memory
from cardlint.veil import secrets_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from cardlint.problem import Problem
    from tests.conftest import Done

SAMPLES = every_kind(23)
# Of these only the address is an ordinary word; a private key has lines of its own.
PIECE = 12
TOKENS = {name: value for name, (_, value) in SAMPLES.items()}
ONE_LINE = {name: value for name, value in TOKENS.items() if "\n" not in value}
HF = Mint(31).huggingface()
NAMED = Mint(32).huggingface()
REASON = Mint(33).huggingface()


def pieces(value: str) -> Iterator[str]:
    """The pieces of a secret that must not be seen, behind what everybody knows of its kind; a private key by line."""
    for line in value.split("\n"):
        if not line.startswith("-----"):
            public = re.match(r"hf_oauth_|[a-z]+_(?:pat_)?|[a-z]+-(?:ant-api03|proj|or-v1|dev)?-?|pypi-AgEIcHlwaS5vcmc|eyJ\w*\.", line)
            start = public.end() if public and len(line) - public.end() > 2 * PIECE else 0
            # Every sixth: what is shown of a secret is less, and what leaks is more than that.
            yield from (line[at : at + PIECE] for at in range(start, len(line) - PIECE + 1, PIECE // 2))


def forms(printed: str) -> list[str]:
    """What was printed, and what it is once something has undone its escapes."""
    plain = re.sub(r"\x1b\[[0-9;]*m", "", printed)
    undone = [
        plain,
        html.unescape(plain),
        unquote(plain),
        plain.replace("\\", ""),
        re.sub(r"\\u([0-9a-f]{4})", lambda m: chr(int(m[1], 16)), plain),
    ]
    coded = re.findall(r"[A-Za-z0-9+/_-]{24,}={0,2}", plain)
    undone += [
        base64.b64decode(run + "==", "-_" if "-" in run or "_" in run else None).decode("utf-8", "replace") for run in map(_fitting, coded)
    ]
    return list(dict.fromkeys(form.lower() for form in undone))


def _fitting(run: str) -> str:
    bare = run.rstrip("=")
    return bare[: len(bare) - (len(bare) % 4 == 1)]


def assert_nothing_leaks(printed: str, tokens: dict[str, str]) -> None:
    # Only what is long enough, and each once: reports repeat themselves.
    whole = "\n".join({run for form in forms(printed) for run in re.findall(r"[\w+/.=~:%-]{12,}", form)})
    seen = {name: piece for name, value in tokens.items() for piece in pieces(value) if piece.lower() in whole}
    assert seen == {}


def everywhere() -> dict[str, bytes]:
    """The files of the repository."""
    body = "\n\n".join(f"## Part {number}\n\n```python\n{around.format(value)}\n```\n\n{around.format(value)}\n\n[{number}](https://u:{HF}@birds.org/x)"
                       for number, (around, value) in enumerate(SAMPLES.values()))  # fmt: skip
    keys = "\n".join(f"{value}: 1" for name, value in ONE_LINE.items() if re.fullmatch(r"[\w-]+", value) and name != "wandb")
    front = f"license: {HF}\nlanguage: [{TOKENS['github-token']}, en]\npipeline_tag: {TOKENS['openai']}\ntags: {TOKENS['groq']}\n"
    front += f"library_name: {TOKENS['anthropic']}\nbase_model: https://u:{HF}@huggingface.co/a/b\ndatasets: ['{TOKENS['npm']}/{TOKENS['xai']}']\n"
    front += f"x-cardlint: {{ignore: {{license-unknown: {REASON}, {NAMED}: because}}}}\nthumbnail: 'images/{NAMED}.png'\n{keys}\n"
    card = f"---\n{front}---\n# {HF}\n\n<!-- cardlint: ignore[link-broken] {REASON} -->\n![x]({NAMED})\n\n{body}\n"
    lines = "\n".join(around.format(value) for around, value in SAMPLES.values())
    cell = {
        "cell_type": "code",
        "source": lines.split("\n"),
        "outputs": [{"output_type": "stream", "text": lines.split("\n")}],
        "metadata": {},
    }
    notebook = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return {
        "README.md": card.encode(), "train.py": lines.encode(), "Dockerfile": f"FROM python\nENV HF_TOKEN={HF}\nRUN echo {lines}".encode(),
        "run.ipynb": json.dumps(notebook, indent=1).encode(), ".env": lines.encode(), "config/a.yaml": f"a: [{HF}\nb: {{{lines}".encode(),
        f"{NAMED}.txt": b"nothing", f"weights/{NAMED}.bin": b"\x80\x04N.", "pickle.pkl": f"cos\n{HF}\n(S'{HF}'\ntR.".encode(),
        "config.json": json.dumps({"architectures": [HF], "model_type": TOKENS["openai"], "auto_map": {"AutoModel": f"{HF}--x.Y"}}).encode(),
        "utf16.txt": lines.encode("utf-16"), "broken.json": f'{{"a": "{HF}'.encode(), ".eval_results/x.yaml": f"- {HF}: [".encode(),
        "tokenizer_config.json": json.dumps({"chat_template": f"{{{{ {HF}.__class__('{HF}') }}}}"}).encode(),
        ".github/workflows/a.yml": f"run: hf upload x --token {HF}\nenv: ${{{{ secrets.HF_TOKEN }}}}\n".encode(),
    }  # fmt: skip


ALL = {**TOKENS, "hf": HF, "named": NAMED, "reason": REASON}


@pytest.fixture
def full(tmp_path: Path) -> Path:
    for name, content in everywhere().items():
        path = tmp_path / "repo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return tmp_path


POLICIES = [(), ("--select", "all"), ("--ignore", "secrets/")]


@pytest.mark.parametrize("chosen", POLICIES, ids=["recommended", "all", "without secrets"])
def test_no_format_shows_a_secret(full: Path, cardlint: Callable[..., Done], chosen: tuple[str, ...]) -> None:
    outputs = [f"--output-format={name}=out.{name}" for name in FORMATS if name != "text"]
    done = cardlint("check", "repo", "-v", "--statistics", *chosen, *outputs, "--output-format=text", FORCE_COLOR="1", COLUMNS="400")
    assert done.code in {1, 3, 4}
    assert ("token-leaked" in done.out) == ("--ignore" not in chosen)
    written = [(full / f"out.{name}").read_text() for name in FORMATS if name != "text"]
    for printed in (done.out, done.err, *written):
        assert_nothing_leaks(printed, ALL)


@pytest.mark.usefixtures("full")
def test_every_secret_of_the_repository_is_reported(cardlint: Callable[..., Done]) -> None:
    done = cardlint("check", "repo", "--select", "token-leaked", "--output-format=json")
    findings = json.loads(done.out)["targets"][0]["findings"]
    where = {item["path"] for item in findings}
    assert {"README.md", "train.py", "run.ipynb", ".env", "Dockerfile", "config/a.yaml", "utf16.txt", "config.json", "broken.json"} <= where
    assert any("the name of a file" in item["message"] for item in findings)
    of_code = " ".join(item["message"] for item in findings if item["path"] == "train.py")
    assert all(kind.title in of_code for kind in {_kind(name) for name in SAMPLES})


def _kind(name: str):  # noqa: ANN202 - a kind
    from cardlint.secrettable import secret_table

    return next(kind for kind in secret_table().kinds if kind.id == name)


def test_neither_diff_nor_fix_shows_a_secret(full: Path, cardlint: Callable[..., Done]) -> None:
    for arguments in (("--diff",), ("--diff", "--unsafe-fixes"), ("--fix-only", "--unsafe-fixes"), ("--fix",)):
        done = cardlint("check", "repo", *arguments)
        assert_nothing_leaks(done.out + done.err, ALL)
    assert HF in (full / "repo" / "README.md").read_text()


def test_a_baseline_holds_no_secret_and_is_found_again(full: Path, cardlint: Callable[..., Done]) -> None:
    first = cardlint("check", "repo", "--write-baseline", "base.json")
    assert_nothing_leaks(first.out + first.err + (full / "base.json").read_text(), ALL)
    again = cardlint("check", "repo", "--baseline", "base.json", "--output-format=json")
    assert_nothing_leaks(again.out + again.err, ALL)
    assert [item for item in json.loads(again.out)["targets"][0]["findings"] if item["suppressed"] is None] == []
    (full / "base.json").write_text((full / "base.json").read_text().replace('"target"', f'"{HF}"', 1))
    damaged = cardlint("check", "repo", "--baseline", "base.json")
    assert damaged.code == 2
    assert_nothing_leaks(damaged.out + damaged.err, ALL)


CONFIGS = [
    f"rules: {{{HF}: error}}\n", f"extends: {HF}\n", f"{HF}: 1\n", f"rules: [{HF}\n", f"kind: {HF}\n", f'rules: "{HF}\n',
    f"waivers:\n- {{rule: token-leaked, path: '*', owner: me, reason: {REASON}, expires: 2099-01-01}}\n",
    f"waivers:\n- {{rule: token-leaked, path: '*', owner: me, reason: {REASON}, expires: 2001-01-01}}\n",
    f"waivers:\n- {{rule: {HF}, path: '*', owner: me, reason: x, expires: {NAMED}}}\n",
    f"rules: {{secret-file: {{with: {{stores: {{{HF}: {{paths: [a], holds: ['({HF}']}}}}}}}}}}\n",
]  # fmt: skip


@pytest.mark.parametrize("config", CONFIGS)
def test_no_error_about_a_policy_shows_a_secret(full: Path, cardlint: Callable[..., Done], config: str) -> None:
    (full / "repo" / ".cardlint.yaml").write_text(config)
    for arguments in (("check", "repo", "-v"), ("policy", "show", "repo"), ("policy", "show", "repo", "--output-format=json")):
        done = cardlint(*arguments)
        assert_nothing_leaks(done.out + done.err, ALL)


ARGUMENTS = [
    ("check", HF), ("check", f"--{HF}"), ("check", "--policy", HF), ("check", "--select", HF), ("check", "--output-format", HF), (HF,),
    ("check", f"https://u:{HF}@huggingface.co/a/b"), ("check", "--kind", HF), ("check", "--baseline", HF), ("explain", HF), ("test", HF),
    ("check", "--fail-on", HF), ("check", "--jobs", HF), ("check", "--revision", HF), ("policy", "show", HF), ("init", "--kind", HF),
    ("check", "--output-format", f"json={HF}/x/y"), ("check", "--stdin-filename", f"{HF}.md", "-"),
]  # fmt: skip


@pytest.mark.parametrize("arguments", ARGUMENTS)
def test_no_error_repeats_a_secret_that_was_typed(cardlint: Callable[..., Done], arguments: tuple[str, ...]) -> None:
    done = cardlint(*arguments)
    assert_nothing_leaks(done.out + done.err, {"hf": HF})


def _numbered(value: str) -> str:
    return "".join(f"\\u{ord(char):04x}" for char in value)


def test_what_is_spelled_with_escapes_shows_nothing_either(tmp_path: Path, cardlint: Callable[..., Done]) -> None:
    mint = Mint(51)
    part, whole, late, coded = mint.huggingface(), mint.huggingface(), mint.huggingface(), mint.huggingface()
    # One that a message repeats in part, or in lower case; one behind the end of a line; one in base64.
    front = f'license: "\\u0068{part[1:]}"\npipeline_tag: "{"y " * 30}\\x68{part[1:]} {"z" * 60}"\nlibrary_name: "{_numbered(whole)}"\n'
    front += f'license_name: "\\u0068{part[1:]}"\ntags: "x\\n{late}"\nlanguage: {base64.b64encode(coded.encode()).decode()}\n'
    config = f'{{"model_type": "\\u0068{part[1:]}", "auto_map": {{"AutoModel": "{_numbered(whole)}--x.Y"}}, "a": "\\n{late}"}}'
    for name, content in (("README.md", f"---\n{front}---\n# T\n"), ("config.json", config)):
        (tmp_path / name).write_text(content)
    outputs = [f"--output-format={name}=out.{name}" for name in FORMATS if name != "text"]
    secrets = {"part": part, "whole": whole, "late": late, "coded": coded}
    for chosen in ("--select=all", "--ignore=secrets/"):
        done = cardlint("check", ".", "-v", chosen, *outputs, "--output-format=text", FORCE_COLOR="1", COLUMNS="400")
        for printed in (done.out, done.err, *((tmp_path / f"out.{name}").read_text() for name in FORMATS if name != "text")):
            assert_nothing_leaks(printed, secrets)
            assert _numbered(whole[8:]) not in printed.replace("\\\\", "\\")


def test_a_diff_shows_nothing_of_what_a_fix_makes_of_a_secret(tmp_path: Path, cardlint: Callable[..., Done]) -> None:
    token = Mint(52).huggingface()
    (tmp_path / "README.md").write_text(f"---\nlicense: other\nlicense_name: {token}\n---\n# T\n")
    done = cardlint("check", ".", "--diff", "--unsafe-fixes")
    assert "+license_name" in done.out
    assert_nothing_leaks(done.out + done.err, {"token": token})


def test_the_name_of_a_baseline_is_not_repeated_as_a_reason(tmp_path: Path, cardlint: Callable[..., Done]) -> None:
    (tmp_path / "README.md").write_text("# T\n")
    for option in ("--write-baseline", "--baseline"):
        done = cardlint("check", ".", option, HF, "--output-format=sarif")
        assert "recorded in hf_" in done.out
        assert_nothing_leaks(done.out + done.err, {"hf": HF})


def test_what_is_spelled_with_nothing_but_escapes_is_looked_into() -> None:
    token = Mint(53).huggingface()
    assert [secret.kind.id for secret in secrets_in(f'a: "{_numbered(token)}"')] == ["huggingface-user"]


def test_a_card_on_standard_input(cardlint: Callable[..., Done]) -> None:
    done = cardlint("check", "-", "-v", stdin=everywhere()["README.md"])
    assert "token-leaked" in done.out
    assert_nothing_leaks(done.out + done.err, ALL)
    hopeless = cardlint("check", "-", "-v", stdin=f"---\nlicense: [{HF}\n{HF}: {{a\n".encode())
    assert_nothing_leaks(hopeless.out + hopeless.err, ALL)


def test_our_own_failure_shows_no_secret(full: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from cardlint import cli
    from cardlint.checks import keys

    def broken(*_: object, **__: object) -> Iterator[Problem]:
        raise RuntimeError(f"no idea what {HF} or {TOKENS['wandb']} means")

    monkeypatch.setattr(keys, "present", broken)
    assert cli.run(["check", str(full / "repo"), "-v"]) == 3
    monkeypatch.setattr("cardlint.cli.checking.check_all", broken)
    assert cli.run(["check", str(full / "repo")]) == 3
    said = capsys.readouterr()
    assert "RuntimeError" in said.out + said.err
    assert_nothing_leaks(said.out + said.err, {"hf": HF})


def test_what_python_gets_holds_no_secret() -> None:
    report = check(Repository(Memory(everywhere())))
    for name in FORMATS:
        assert_nothing_leaks(render(report, name), ALL)
    assert_nothing_leaks(repr(report), ALL)
    with pytest.raises(UsageError) as caught:
        check(f"/nowhere/{HF}")
    assert_nothing_leaks(str(caught.value) + repr(caught.value), ALL)
    assert HF not in repr(CardlintError(f"about {HF}"))


def test_a_quotation_that_breaks_off_inside_a_secret_shows_none_of_it() -> None:
    random = Mint(41).some(60, string.ascii_letters)
    password = f"x{random}1"
    card = f"---\nlicense: mit\n---\n# T\n\n[a](https://curlew-of-the-long-mudflats:{password}@birds.org/a b)\n"
    report = check(Repository.of_card(card))
    assert_nothing_leaks(repr(report), {"password": password})
