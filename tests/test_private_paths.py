"""Paths of one machine in configurations and cards, and the conventions beside them."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from ending import ends

from cardlint import check
from cardlint.checks.privatepaths import private
from cardlint.errors import Blocked, Unreadable
from cardlint.repository import Identity, Repository
from cardlint.source import Memory

OPTIONS = yaml.safe_load((Path(__file__).parent.parent / "rules" / "code" / "path-private.md").read_text("utf-8").split("---\n")[1])["with"]
CARD = "---\nlicense: mit\n---\n# A\n"


def repository(files: dict[str, str]) -> Repository:
    return Repository(Memory({path: text.encode() for path, text in {"README.md": CARD, **files}.items()}), Identity("model"))


def found(files: dict[str, str]) -> list[tuple[str, int, str, str | None]]:
    subject = repository(files)
    problems = [*private(subject.fact("configs"), **OPTIONS)]
    return [
        (
            problem.span.path,
            subject.texts[problem.span.path].position(problem.span.start).line,
            subject.texts[problem.span.path].cut(problem.span),
            problem.at_most,
        )
        for problem in problems
        if problem.span
    ]


CONFIGS = [
    ("config.json", '{\n "_name_or_path": "/home/mira/models/a"\n}', [(2, "/home/mira/models/a", None)]),
    ("config.json", '{"_name_or_path": "/data/models/a"}', [(1, "/data/models/a", "note")]),
    ("config.json", '{"_name_or_path": "/srv/models/a"}', [(1, "/srv/models/a", None)]),
    ("config.json", '{"_name_or_path":"C:\\\\Users\\\\mira\\\\a"}', [(1, "C:\\\\Users\\\\mira\\\\a", None)]),
    ("sub/adapter_config.json", '{"base_model_name_or_path": "/mnt/nas/a"}', [(1, "/mnt/nas/a", None)]),
    ("tokenizer_config.json", '{"a": 1,\n"x": "/gpfs/mira/tok"}', [(2, "/gpfs/mira/tok", None)]),
    (
        "trainer_state.json",
        '{"best_model_checkpoint": "/scratch/mira/out/checkpoint-5",\n"b": "/scratch/mira/c/d", "c": "/home/leo/x"}',
        [(1, "/scratch/mira/out/checkpoint-5", None), (2, "/home/leo/x", None)],
    ),
    (
        "train_config.yaml",
        "a:\n  model_name_or_path: /root/autodl-tmp/a # x\n  out: /Users/mira/runs/1\n",
        [(2, "/root/autodl-tmp/a", None), (3, "/Users/mira/runs/1", None)],
    ),
    ("hparams.yaml", "data: file:///home/mira/x\n", [(1, "/home/mira/x", None)]),
    ("args.json", '{"cmd": "D:/Users/mira/x.py --out /lustre/mira/y"}', [(1, "D:/Users/mira/x.py", None), (1, "/lustre/mira/y", None)]),
    ("config.json", '{"_name_or_path": "grass/a", "a": "./out/x", "b": "/tmp/x", "c": "~/x", "d": "s3://home/mira/x"}', []),
    (
        "config.json",
        '{"a": "https://h.example/home/mira/x", "b": "/home", "c": "/home/mira", "d": "x/home/mira/y", "e": "/homestead/mira/y"}',
        [],
    ),
    (
        "config.json",
        '{"a": "/home/user/app/x", "b": "/home/jovyan/x", "c": "/home/your_name/x", "d": "/home/<you>/x", "e": "/home/$USER/x"}',
        [],
    ),
    ("config.json", "[]", []),
    ("notes.json", '{"a": "/home/mira/x"}', []),
]


@pytest.mark.parametrize(("path", "text", "expected"), CONFIGS)
def test_configurations(path: str, text: str, expected: list[tuple[int, str, str | None]]) -> None:
    assert found({path: text}) == [(path, *item) for item in expected]


CARDS = [
    ("---\nlicense: mit\nx:\n  - /home/mira/a/b\n---\n", [(4, "/home/mira/a/b", None)]),
    ("# A\n\n```python\nload('/home/mira/a.pt')\nload('/home/mira/b.pt')\n```\n", [(4, "/home/mira/a.pt", None)]),
    ("# A\n\n- x\n\n  ```bash\n  cd /scratch/mira/x && ls\n  ```\n", [(6, "/scratch/mira/x", None)]),
    ("# A\n\n```\nC:\\Users\\mira\\x.py\n```\n", [(4, "C:\\Users\\mira\\x.py", None)]),
    ("# A\n\n```\n{'path': '/home/mira/.cache/huggingface/x.wav'}\n```\n", [(4, "/home/mira/.cache/huggingface/x.wav", "note")]),
    ("# A\n\n```bash\ncp /path/to/x /mnt/data/y; cd /content/x /kaggle/input/x /tmp/x ~/x /root/.cache /workspace/x\n```\n", []),
    ("# A\n\n```dockerfile\nWORKDIR /home/user/app\nCOPY --chown=user . /home/user/app/x\nENV A=/home/ubuntu/x\n```\n", []),
    ("# A\n\nIn [/home/mira/a/b](/home/mira/a/b) lies nothing.\n", []),
]


@pytest.mark.parametrize(("text", "expected"), CARDS)
def test_cards(text: str, expected: list[tuple[int, str, str | None]]) -> None:
    card = text if text.startswith("---") else "---\nlicense: mit\n---\n" + text
    shift = 0 if text.startswith("---") else 3
    assert found({"README.md": card}) == [("README.md", line + shift, written, at_most) for line, written, at_most in expected]


def test_what_stands_in_the_way_is_said_after_the_rest() -> None:
    subject = Repository(Memory({"config.json": b'{"a": "/home/mira/x"}'}), Identity("model"))
    problems = private(subject.fact("configs"), **OPTIONS)
    assert next(problems).subject == "/home/mira/x"
    with pytest.raises(Blocked):
        list(problems)
    problems = private(repository({"args.json": " " * 20_000_001, "config.json": '{"a": "/home/mira/x"}'}).fact("configs"), **OPTIONS)
    assert next(problems).subject == "/home/mira/x"
    with pytest.raises(Unreadable, match="args"):
        list(problems)


def test_a_card_alone_is_looked_at() -> None:
    subject = Repository(Memory({"README.md": b"---\na: /home/mira/x/y\n---\n"}, listed=False), Identity("model"))
    assert [problem.subject for problem in private(subject.fact("configs"), **OPTIONS)] == ["a"]


def test_more_configurations_than_anybody_has_are_said() -> None:
    subject = repository({f"{number}/config.json": "{}" for number in range(301)})
    with pytest.raises(Unreadable, match="301 configurations"):
        list(private(subject.fact("configs"), **OPTIONS))


@pytest.mark.parametrize(
    "piece", ["/home/", "/home/a", "/home/a/b ", "C:\\Users\\", "_name_or_path", '"_name_or_path": "/a', "file:///home/x/", "/a"]
)
def test_hostile_sizes_take_little_time(piece: str) -> None:
    subject = repository({"config.json": piece * (1_000_000 // len(piece))})
    with ends():
        assert len(list(private(subject.fact("configs"), **OPTIONS))) < 1_000_000


def test_the_rule_of_the_base_comes_first(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: mit\nlibrary_name: peft\n---\n# A\n")
    (tmp_path / "adapter_config.json").write_text('{"base_model_name_or_path": "/home/mira/prairie-7b"}')
    rules = {finding.rule for finding in check(Repository.at(str(tmp_path), "model")).findings}
    assert "base-model-missing" in rules
    assert "path-private" not in rules


@pytest.mark.parametrize("card", ["# A\n\n```sh\nls /home/mira/models/a\n```\n", None])
def test_where_there_is_no_metadata_nothing_of_it_was_left_unread(card: str | None) -> None:
    held = {} if card is None else {"README.md": card.encode()}
    subject = Repository(Memory({**held, "config.json": b'{"_name_or_path": "/home/mira/b"}'}), Identity("model"))
    assert list(subject.fact("configs").metadata()) == []


def test_metadata_that_is_broken_is_left_unread() -> None:
    subject = Repository(Memory({"README.md": b"---\na: [\n---\n"}), Identity("model"))
    with pytest.raises(Blocked):
        list(subject.fact("configs").metadata())
