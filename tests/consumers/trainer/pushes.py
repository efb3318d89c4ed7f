"""The examples with transformers and datasets: a real training of two numbers, pushed to a Hub on this machine, or stopped.

Needs the extra `trainer` (torch, transformers, accelerate, datasets), which is too large for the other consumers' environment:
`pip install '.[trainer]'`, then `pytest tests/consumers/trainer/pushes.py`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from loopback_hub import Hub

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples" / "python"

# What the examples leave open: a checkpoint pushed during training, a card made worse by the arguments of the push, and a
# callback without the checked card, which lets it pass: the reason why there is more than a callback.
SCRIPT = """
import sys
sys.path.insert(0, {examples!r})
from train import CardGate, CheckedTrainer, CardlintError, Line, PretrainedConfig, TrainingArguments
from transformers import Trainer
mode, folder = sys.argv[1:]
more = dict(push_to_hub=True, save_strategy="steps", save_steps=1) if mode == "checkpoint" else dict(save_strategy="no")
args = TrainingArguments(output_dir=folder, hub_model_id="acme/line", max_steps=2, report_to=[], use_cpu=True, disable_tqdm=True, **more)
rows = [dict(x=[1.0], labels=[3.0])] * 4
kind = Trainer if mode == "callback alone" else CheckedTrainer
trainer = kind(model=Line(PretrainedConfig()), args=args, train_dataset=rows, callbacks=[CardGate()])
trainer.create_model_card(license="mit")
if mode == "checkpoint":
    from transformers import TrainerCallback
    class Spoil(TrainerCallback):
        def on_step_begin(self, args, state, control, **kwargs):
            open(folder + "/README.md", "w").write("---\\nlicense: apache2\\n---\\n")
    trainer.add_callback(Spoil())
try:
    trainer.train()
    print("steps", trainer.state.global_step)
    trainer.push_to_hub(license="apache2")
except CardlintError as error:
    sys.exit(f"nothing was uploaded: {{error}}")
"""


def run(hub: Hub, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = (sys.executable, *arguments)
    return subprocess.run(command, env=hub.environment(home), capture_output=True, text=True, check=False, timeout=600, cwd=home)


def test_a_good_card_is_trained_and_pushed_with_the_model(tmp_path: Path) -> None:
    with Hub() as hub:
        done = run(hub, tmp_path, str(EXAMPLES / "train.py"), "out", "acme/line", "mit")
    assert done.returncode == 0, done.stderr
    assert {"README.md", "model.safetensors", "config.json"} <= set(hub.pushed)
    assert hub.pushed["README.md"] == (tmp_path / "out" / "README.md").read_bytes()
    assert b"license: mit" in hub.pushed["README.md"]


def test_a_bad_card_costs_no_training_and_asks_nothing_of_the_hub(tmp_path: Path) -> None:
    with Hub() as hub:
        done = run(hub, tmp_path, str(EXAMPLES / "train.py"), "out", "acme/line", "apache2")
    assert done.returncode == 1
    assert done.stderr.strip().startswith("nothing was uploaded: 1 finding at or above error\n  out/README.md:"), done.stderr
    assert "train_runtime" not in done.stdout
    assert hub.asked == []


@pytest.mark.parametrize(("mode", "commits"), [("checked card", 0), ("callback alone", 1)])
def test_only_the_checked_card_sees_what_push_to_hub_writes(tmp_path: Path, mode: str, commits: int) -> None:
    with Hub() as hub:
        done = run(hub, tmp_path, "-c", SCRIPT.format(examples=str(EXAMPLES)), mode, "out")
    assert "steps 2" in done.stdout, done.stderr
    assert len(hub.commits) == commits
    assert ("error[license-unknown]" in done.stderr) is (commits == 0)


def test_the_callback_stops_the_push_of_a_checkpoint(tmp_path: Path) -> None:
    with Hub() as hub:
        done = run(hub, tmp_path, "-c", SCRIPT.format(examples=str(EXAMPLES)), "checkpoint", "out")
    assert "error[license-unknown]" in done.stderr
    assert "steps" not in done.stdout
    assert hub.writes == ["POST /api/repos/create"], "the Trainer itself creates the repository when it starts"


@pytest.mark.parametrize(("license_id", "code"), [("mit", 0), ("apache2", 1)])
def test_a_dataset_is_uploaded_as_the_folder_that_was_checked(tmp_path: Path, license_id: str, code: int) -> None:
    (tmp_path / "card.md").write_text(f"---\nlicense: {license_id}\nlanguage: en\n---\n# Cups\n\nHow full cups are.\n")
    (tmp_path / "rows.csv").write_text("cup,full\n1,0.5\n2,0.7\n")
    with Hub() as hub:
        done = run(hub, tmp_path, str(EXAMPLES / "dataset.py"), "card.md", "rows.csv", "acme/cups")
    assert done.returncode == code, done.stderr
    if code:
        assert hub.asked == []
        assert "README.md:2:10: error[license-unknown]" in done.stderr
    else:
        assert [commit["repo"] for commit in hub.commits] == ["datasets/acme/cups"]
        assert set(hub.pushed) == {"README.md", "data/train-00000-of-00001.parquet"}
