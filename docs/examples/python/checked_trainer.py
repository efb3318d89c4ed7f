"""A Trainer of transformers that never pushes what is not fit. Copy this file beside your training script.

    trainer = CheckedTrainer(model=model, args=args, train_dataset=data, callbacks=[CardGate()])
    trainer.create_model_card(language="en", license="apache-2.0")  # a bad card costs no training
    trainer.train()
    trainer.push_to_hub(language="en", license="apache-2.0")

`Trainer.push_to_hub` tells its callbacks (`on_push_begin`) first and writes README.md afterwards, so no callback sees the card
that is pushed. `create_model_card` is the last step before the upload, and there `CheckedCard` looks. The callback is for what
comes earlier: the training itself, and the pushes of checkpoints, which write no card.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transformers import Trainer, TrainerCallback

from cardlint import check

if TYPE_CHECKING:
    from transformers import TrainerControl, TrainerState, TrainingArguments


class CheckedCard:
    """For any trainer that writes its card in `create_model_card`: class Mine(CheckedCard, SentenceTransformerTrainer)."""

    def create_model_card(self, *given: Any, **named: Any) -> None:
        """Write the card, then raise `cardlint.errors.UnfitError` where the folder is not fit to be pushed."""
        super().create_model_card(*given, **named)
        if self.is_world_process_zero():
            check(self.args.output_dir, kind="model").require()


class CheckedTrainer(CheckedCard, Trainer):
    """A Trainer that checks between writing its card and uploading it."""


class CardGate(TrainerCallback):
    """Raises before training starts, and before a checkpoint is pushed, where the card in `output_dir` is not fit."""

    def on_train_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """The card alone: there are no weights yet."""
        if state.is_world_process_zero:
            check(f"{args.output_dir}/README.md", kind="model").require()

    def on_push_begin(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """The card as it is now; `push_to_hub` writes it again, which CheckedCard looks at."""
        if state.is_world_process_zero:
            check(f"{args.output_dir}/README.md", kind="model").require()
