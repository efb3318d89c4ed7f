"""What a Space asks for and preloads: what the examples of the rules' cards cannot show."""

from __future__ import annotations

import json
from typing import Any

import pytest
from ending import ends

from cardlint import engine
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory
from cardlint.vocabulary import load_vocabulary

SCOPE, PRELOAD = "oauth-scope-excessive", "preload-unpinned"
COMMIT = "8d1c0f7be2a94c6f5b7a3e9d2c4f6a8b0d1e3f57"


def run(yaml: str, files: dict[str, bytes | int] | None = None, rule: str = SCOPE) -> Any:
    held = {"README.md": f"---\nsdk: gradio\n{yaml}\n---\n# A\n".encode(), **(files or {})}
    repository = Repository(Memory(held), Identity("space", None, told=True))
    target = engine.run(repository, load_policy(shipped(), select=(rule,)).bind(repository))
    assert target.failed == ()
    return target


def unused(scopes: str, files: dict[str, bytes | int]) -> list[str]:
    target = run(f"hf_oauth: true\nhf_oauth_scopes: [{scopes}]", files)
    assert target.skipped == ()
    return [finding.message.split('"')[1] for finding in target.findings]


USES = [
    ("email", "profile['email']"),
    ("inference-api", "client = InferenceClient(token=token)"),
    ("inference-api", "gr.load('models/x', accept_token=True)"),
    ("inference-api", "from openai import OpenAI"),
    ("read-repos", "path = hf_hub_download(name, 'config.json')"),
    ("gated-repos", "AutoModel.from_pretrained(name, token=token)"),
    ("write-repos", "api.upload_folder(folder_path='.', repo_id=name)"),
    ("write-repos", "model.push_to_hub(name, token=token)"),
    ("contribute-repos", "api.create_repo(name)"),
    ("manage-repos", "HfApi(token).duplicate_space(name)"),
    ("read-billing", "if profile['isPro']: pass"),
    ("read-memberships", "whoami(token)['orgs']"),
    ("read-collections", "api.get_collection(slug)"),
    ("write-collections", "api.create_collection(title)"),
    ("read-endpoints", "api.list_inference_endpoints()"),
    ("write-endpoints", "create_inference_endpoint('a')"),
    ("jobs", "run_uv_job('train.py')"),
    ("webhooks", "api.create_webhook(url)"),
    ("write-discussions", "api.create_pull_request(name, title='a')"),
]


@pytest.mark.parametrize(("scope", "code"), USES)
def test_a_scope_is_needed_by_its_calls_and_by_nothing_else(scope: str, code: str) -> None:
    assert unused(scope, {"src/app.py": code.encode()}) == []
    assert unused(scope, {"src/app.py": b"print('tides')"}) == [scope]


def test_every_scope_of_the_vocabulary_is_judged_or_always_granted() -> None:
    options = shipped()[SCOPE].options
    asked = {scope for scope, about in load_vocabulary("oauth_scopes").values.items() if not about.get("implicit")}
    assert set(options["evidence"]) == set(options["purpose"]) == asked
    for words in (*options["evidence"].values(), options["anything"], options["elsewhere"]):
        assert all(word == word.lower() and word.strip() for word in words)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"Dockerfile": b"FROM scratch", "main.go": b"package main"},
        {"Dockerfile": b"FROM python:3.12\nRUN git clone https://example.org/app"},
        {"app.py": b"exec(os.environ['CODE'])"},
        {"app.py": b"requests.post('https://huggingface.co/api/repos/create', headers=headers)"},
        {"app.py": b"subprocess.run(['hf', 'upload'], env={'HF_TOKEN': token.token})"},
        {"node_modules/a/index.js": b"1"},
    ],
)
def test_code_that_is_elsewhere_or_not_read_says_nothing(files: dict[str, bytes | int]) -> None:
    assert unused("write-repos", files) == []


@pytest.mark.parametrize("yaml", ["hf_oauth: false", "hf_oauth: yes please", "hf_oauth: [true]", "pinned: false"])
def test_without_sign_in_nothing_is_asked_for(yaml: str) -> None:
    assert run(f"{yaml}\nhf_oauth_scopes: [email]", {"app.py": b""}).findings == ()


def test_scopes_in_other_shapes() -> None:
    yaml = "hf_oauth: true\nhf_oauth_scopes: {}"
    for shape in ("email", ["email", None, 1, {"a": []}, "openid", "nope"], [], {}, "x" * 5000, True):
        found = run(yaml.format(json.dumps(shape)), {"app.py": b""}).findings
        assert [item.subject for item in found] in ([], ["hf_oauth_scopes"], ["hf_oauth_scopes[0]"])


def test_what_cannot_be_read_is_said_unless_the_rest_shows_the_use() -> None:
    large = b"#" * 1_000_001
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 4943162336\n"
    for unread in (large, pointer, 7):
        yaml = "hf_oauth: true\nhf_oauth_scopes: [email]"
        assert len(run(yaml, {"app.py": b"1", "more.py": unread}).skipped) == 1
        assert run(yaml, {"app.py": b"email", "more.py": unread}).skipped == ()


@pytest.mark.parametrize(("count", "size"), [(401, 1), (12, 900_000)])
def test_more_code_than_is_read_is_said(count: int, size: int) -> None:
    files: dict[str, bytes | int] = {f"part{number}.py": b"#" * size for number in range(count)}
    with ends():
        target = run("hf_oauth: true\nhf_oauth_scopes: [email, jobs]", files)
        assert len(target.skipped) == 1


PINNED = [f"a/b config.json {COMMIT}", f"a/b config.json,model.safetensors {COMMIT}", f"a/b  c.json\\n{COMMIT.upper()}"]
UNPINNED = [
    ("a/b", "preloaded without a commit"),
    ("gpt2 config.json", "add the 40 digits"),
    ("a/b config.json main", "branch or a tag"),
    ("a/b config.json v1.0", "branch or a tag"),
    ("a/b config.json 8d1c0f7", "not a whole commit"),
    (f"a/b config.json {COMMIT}0", "not a whole commit"),
    (f"a/b {COMMIT}", "the second word"),
    (f"a/b c.json, d.json {COMMIT}", "blanks between"),
    ("a/b c.json ,d.json", "blanks between"),
    (f"a/b c.json d.json {COMMIT}", "blanks between"),
]


@pytest.mark.parametrize("entry", PINNED)
def test_a_pinned_entry(entry: str) -> None:
    assert run(f'preload_from_hub: ["{entry}"]', rule=PRELOAD).findings == ()


@pytest.mark.parametrize(("entry", "message"), UNPINNED)
def test_an_entry_that_is_not_pinned(entry: str, message: str) -> None:
    (finding,) = run(f'preload_from_hub: ["{entry}"]', rule=PRELOAD).findings
    assert message in finding.message
    assert finding.subject == "preload_from_hub[0]"


def test_entries_in_other_shapes() -> None:
    for shape in ([None, 1, True, {}, [], ""], {}, 5, True, {"a/b": "c"}):
        assert run(f"preload_from_hub: {json.dumps(shape)}", rule=PRELOAD).findings == ()
    assert [item.subject for item in run("preload_from_hub: a/b", rule=PRELOAD).findings] == ["preload_from_hub"]
    assert len(run(f"preload_from_hub: [{'a/' * 3000}]", rule=PRELOAD).findings[0].message) < 400
