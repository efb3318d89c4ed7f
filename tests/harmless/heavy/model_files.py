"""What libraries of models save whole: layers, options of training runs, checkpoints. Needs the extra `vetting`."""

from __future__ import annotations

import io
import os
import pickle
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[3] / "scripts"))
os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch
from vetting.survey import declare_operators

declare_operators()
import imblearn.ensemble
import imblearn.over_sampling
import imblearn.pipeline
import numpy as np
import omegaconf
import peft
import pytorch_lightning
import sentence_transformers
import timm
import torchvision
import transformers
import trl
from accelerate.utils import DistributedType
from sklearn.linear_model import LogisticRegression
from ultralytics.nn.tasks import ClassificationModel, DetectionModel, PoseModel, SegmentationModel
from ultralytics.utils import IterableSimpleNamespace

if TYPE_CHECKING:
    from collections.abc import Iterator


def _small(kind: str, **more: Any) -> Any:
    return getattr(transformers, f"{kind}Config")(
        vocab_size=40, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, max_position_embeddings=16, **more
    )


class _Task(pytorch_lightning.LightningModule):
    def __init__(self) -> None:
        super().__init__()
        self.save_hyperparameters({"rate": 0.1, "nested": {"a": [1, 2]}, "optimizer": omegaconf.OmegaConf.create({"name": "adam"})})
        self.layer = torch.nn.Linear(2, 2)

    def configure_optimizers(self) -> Any:
        return torch.optim.Adam(self.parameters())


def _checkpoint() -> dict[str, Any]:
    task = _Task()
    callbacks = [pytorch_lightning.callbacks.ModelCheckpoint(monitor="loss"), pytorch_lightning.callbacks.EarlyStopping("loss")]
    return {
        "epoch": 3, "global_step": 10, "pytorch-lightning_version": "2.6.6", "state_dict": task.state_dict(), "hparams_name": "kwargs",
        "callbacks": {callback.state_key: callback.state_dict() for callback in callbacks}, "hyper_parameters": dict(task.hparams),
        "optimizer_states": [task.configure_optimizers().state_dict()], "lr_schedulers": [], "by_class": {type(callbacks[1]): {"wait": 1}},
    }  # fmt: skip


def _options() -> dict[str, Any]:
    common = {"output_dir": "out", "report_to": [], "use_cpu": True}
    return {
        "training-args": transformers.TrainingArguments(**common),
        "seq2seq-args": transformers.Seq2SeqTrainingArguments(**common),
        "sft-config": trl.SFTConfig(**common),
        "dpo-config": trl.DPOConfig(**common),
        "sentence-args": sentence_transformers.SentenceTransformerTrainingArguments(**common),
        "lora": peft.LoraConfig(r=4, target_modules=["q"]),
        "bert-config": _small("Bert"),
        "generation": transformers.GenerationConfig(max_length=3),
        "trainer-state": transformers.TrainerState(epoch=1.0),
        "distributed": [DistributedType.NO, transformers.SchedulerType.LINEAR],
        "omegaconf": omegaconf.OmegaConf.create({"a": {"b": [1, "${x}"]}, "x": 3}),
        "checkpoint": _checkpoint(),
        "namespace": IterableSimpleNamespace(task="detect", epochs=3),
    }


def _models() -> dict[str, Any]:
    made: dict[str, Any] = {
        f"torchvision-{name}": getattr(torchvision.models, name)(num_classes=2)
        for name in (
            "resnet18",
            "mobilenet_v2",
            "vgg11",
            "densenet121",
            "efficientnet_b0",
            "vit_b_32",
            "convnext_tiny",
            "shufflenet_v2_x0_5",
            "squeezenet1_0",
            "googlenet",
        )
    }
    made |= {
        f"timm-{name}": timm.create_model(name, num_classes=2)
        for name in (
            "resnet18",
            "vit_tiny_patch16_224",
            "efficientnet_b0",
            "convnext_atto",
            "mobilenetv3_small_050",
            "swin_tiny_patch4_window7_224",
        )
    }
    for kind in ("Bert", "Roberta", "Llama"):
        made[f"transformers-{kind}"] = getattr(transformers, f"{kind}Model")(_small(kind))
    made["transformers-DistilBert"] = transformers.DistilBertForSequenceClassification(
        transformers.DistilBertConfig(vocab_size=40, dim=8, n_layers=1, n_heads=2, hidden_dim=16)
    )
    made["transformers-GPT2"] = transformers.GPT2LMHeadModel(
        transformers.GPT2Config(vocab_size=40, n_embd=8, n_layer=1, n_head=2, n_positions=16)
    )
    made["transformers-T5"] = transformers.T5ForConditionalGeneration(
        transformers.T5Config(vocab_size=40, d_model=8, d_kv=4, d_ff=16, num_layers=1, num_heads=2)
    )
    for kind, model in (("n", DetectionModel), ("n-seg", SegmentationModel), ("n-pose", PoseModel), ("n-cls", ClassificationModel)):
        made[f"ultralytics-v8{kind}"] = {
            "epoch": 1,
            "model": model(f"yolov8{kind}.yaml", verbose=False).half(),
            "train_args": {"task": "detect"},
            "date": "2026-01-01",
        }
    x, y = np.random.default_rng(0).normal(size=(60, 3)), np.arange(60) % 3 == 0
    made["imblearn-pipeline"] = imblearn.pipeline.make_pipeline(imblearn.over_sampling.SMOTE(), LogisticRegression()).fit(x, y)
    made["imblearn-forest"] = imblearn.ensemble.BalancedRandomForestClassifier(n_estimators=3).fit(x, y)
    return made


def files() -> Iterator[tuple[str, bytes]]:
    """Options by torch and by pickle, models by torch."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        options, models = _options(), _models()
        for name, value in options.items():
            yield f"options/{name}-4.pkl", pickle.dumps(value, 4)
        for name, value in (options | models).items():
            held = io.BytesIO()
            torch.save(value, held)
            yield f"models/{name}.pt", held.getvalue()
