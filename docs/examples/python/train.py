"""The smallest training there is, pushed only if its card is fit: python train.py OUTPUT_FOLDER NAMESPACE/NAME LICENSE."""

from __future__ import annotations

import sys

import torch
from checked_trainer import CardGate, CheckedTrainer
from transformers import PretrainedConfig, PreTrainedModel, TrainingArguments

from cardlint.errors import CardlintError


class Line(PreTrainedModel):
    """y = ax + b, so that there is something to train."""

    config_class = PretrainedConfig

    def __init__(self, config: PretrainedConfig) -> None:
        super().__init__(config)
        self.line = torch.nn.Linear(1, 1)
        self.post_init()

    def forward(self, x: torch.Tensor, labels: torch.Tensor) -> dict[str, torch.Tensor]:
        """The mean square error."""
        return {"loss": ((self.line(x) - labels) ** 2).mean()}


def train(folder: str, repo_id: str, license_id: str) -> None:
    """Raises CardlintError before the training where the card is not fit, and before the push in any case."""
    args = TrainingArguments(
        output_dir=folder, hub_model_id=repo_id, max_steps=1, per_device_train_batch_size=2,
        save_strategy="no", report_to=[], use_cpu=True, disable_tqdm=True,
    )  # fmt: skip
    rows = [{"x": [float(n)], "labels": [2.0 * n + 1]} for n in range(4)]
    trainer = CheckedTrainer(model=Line(PretrainedConfig()), args=args, train_dataset=rows, callbacks=[CardGate()])
    card = {"language": "en", "license": license_id, "model_name": "Line"}
    trainer.create_model_card(**card)
    trainer.train()
    trainer.push_to_hub(**card)


if __name__ == "__main__":
    try:
        train(*sys.argv[1:])
    except CardlintError as error:
        sys.exit(f"nothing was uploaded: {error}")
