"""Invented cards in the manner of the tools that write `model-index`: text and metadata agree in all of them.

Each has the name of its manner, the results (dataset, metrics), the body, and the figures of the metadata that the text states
beyond doubt, as (result, metric).
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Card(NamedTuple):
    manner: str
    model: str
    results: list[tuple[dict[str, str], list[dict[str, Any]]]]
    body: str
    stated: tuple[tuple[int, int], ...] = ()
    task: str = "Text Classification"


def metric(type_: str, value: float, name: str | None = None, **more: Any) -> dict[str, Any]:
    return {"type": type_, "value": value, **({"name": name} if name else {}), **more}


IMDB = {"name": "imdb", "type": "imdb", "config": "plain_text", "split": "test", "args": "plain_text"}
TRAINER = """
<!-- This model card has been generated automatically according to the information the Trainer had access to. You
should probably proofread and complete it, then remove this comment. -->

# {model}

This model is a fine-tuned version of [distilbert-base-uncased](https://example.org/distilbert-base-uncased) on the {data} dataset.
It achieves the following results on the evaluation set:
{bullets}

## Model description

More information needed

## Training procedure

### Training hyperparameters

The following hyperparameters were used during training:
- learning_rate: 2e-05
- train_batch_size: 16
- seed: 42
- num_epochs: 3

### Training results

{table}

### Framework versions

- Transformers 4.44.2
- Pytorch 2.4.1
"""
EPOCHS = """| Training Loss | Epoch | Step | Validation Loss | {head} |
|:-------------:|:-----:|:----:|:---------------:|{dashes}|
| 0.2521        | 1.0   | 500  | 0.3117          | {first} |
| 0.1113        | 2.0   | 1000 | 0.2281          | {last} |"""


def trainer(model: str, data: str, figures: dict[str, str], first: str) -> str:
    bullets = "\n".join(["- Loss: 0.2281", *(f"- {name}: {value}" for name, value in figures.items())])
    dashes = "|".join(":---:" for _ in figures)
    table = EPOCHS.format(head=" | ".join(figures), dashes=dashes, first=first, last=" | ".join(figures.values()))
    return TRAINER.format(model=model, data=data, bullets=bullets, table=table)


def glue(task: str) -> dict[str, str]:
    return {"name": f"GLUE {task.upper()}", "type": "glue", "config": task, "split": "validation", "args": task}


SPEECH = {
    "name": "Common Voice 11.0",
    "type": "mozilla-foundation/common_voice_11_0",
    "config": "hi",
    "split": "test",
    "args": "config: hi, split: test",
}
CARDS = [
    Card("Trainer", "distil-imdb", [(IMDB, [metric("accuracy", 0.93148, "Accuracy")])],
         trainer("distil-imdb", "imdb", {"Accuracy": "0.9315"}, "0.9101"), ((0, 0),)),
    Card("Trainer, several metrics", "ner-conll", [({"name": "conll2003", "type": "conll2003", "config": "conll2003", "split": "validation"},
         [metric("precision", 0.9351, "Precision"), metric("recall", 0.9497, "Recall"), metric("f1", 0.94236, "F1"), metric("accuracy", 0.98664, "Accuracy")])],
         trainer("ner-conll", "conll2003", {"Precision": "0.9351", "Recall": "0.9497", "F1": "0.9424", "Accuracy": "0.9866"}, "0.90 | 0.91 | 0.905 | 0.97"),
         ((0, 0), (0, 1), (0, 2), (0, 3))),
    Card("Trainer, speech", "whisper-small-hi", [(SPEECH, [metric("wer", 32.0409, "Wer")])],
         trainer("Whisper Small Hi", "Common Voice 11.0", {"Wer": "32.0409"}, "40.1"), ((0, 0),)),
    Card("Trainer, speech as fraction", "wav2vec2-hi", [(SPEECH, [metric("wer", 32.04, "Wer")])],
         trainer("wav2vec2-hi", "common_voice", {"Wer": "0.3204"}, "0.401"), ((0, 0),)),
    Card("Trainer, summaries", "t5-xsum", [({"name": "xsum", "type": "xsum", "config": "default", "split": "validation"}, [metric("rouge", 28.29, "Rouge1")])],
         trainer("t5-xsum", "xsum", {"Rouge1": "28.2901", "Rouge2": "7.7218", "Rougel": "22.2", "Rougelsum": "22.2", "Gen Len": "18.8"}, "27 | 7 | 22 | 22 | 18"),
         ((0, 0),)),
    Card("Trainer, images", "vit-beans", [({"name": "beans", "type": "imagefolder", "config": "default", "split": "train", "args": "default"}, [metric("accuracy", 0.9774436, "Accuracy")])],
         trainer("vit-beans", "beans", {"Accuracy": "0.9774"}, "0.95"), ((0, 0),)),
    Card("Trainer, all epochs stated", "emo", [({"name": "emotion", "type": "emotion", "config": "split", "split": "validation"}, [metric("accuracy", 0.9245, "Accuracy"), metric("f1", 0.9246, "F1")])],
         trainer("emo", "emotion", {"Accuracy": "0.9245", "F1": "0.9246"}, "0.80 | 0.78"), ((0, 0), (0, 1))),
    Card("Keras", "keras-imdb", [(IMDB, [metric("accuracy", 0.8801, "Accuracy")])], """
# keras-imdb

This model was trained from scratch on an unknown dataset.
It achieves the following results on the evaluation set:
- Train Loss: 0.1203
- Train Accuracy: 0.9610
- Validation Loss: 0.3010
- Validation Accuracy: 0.8801
- Epoch: 2
"""),
    Card("AutoTrain", "autotrain-reviews", [({"name": "Shop Reviews", "type": "acme/shop-reviews"}, [metric("accuracy", 0.8712, "Accuracy"), metric("f1", 0.862, "Macro F1", config="macro")])], """
# Model Trained Using AutoTrain

- Problem type: Multi-class Classification
- Model ID: 9281714
- CO2 Emissions (in grams): 1.7

## Validation Metrics

- Loss: 0.351
- Accuracy: 0.871
- Macro F1: 0.862
- Micro F1: 0.871
- Weighted F1: 0.870
- Macro Precision: 0.859
"""),
    Card("AutoTrain, validation split known", "autotrain-b", [({"name": "Shop Reviews", "type": "acme/shop-reviews", "split": "validation"}, [metric("accuracy", 0.8712), metric("f1", 0.862, "Macro F1", config="macro")])], """
# Model Trained Using AutoTrain

## Validation Metrics

loss: 0.351

f1_macro: 0.862

f1_micro: 0.871

accuracy: 0.8712
""", ((0, 0), (0, 1))),
    Card("sentence-transformers", "minilm-sts", [({"name": "sts dev", "type": "sts-dev"}, [metric("pearson_cosine", 0.843751, "Pearson Cosine"), metric("spearman_cosine", 0.851226, "Spearman Cosine")]),
         ({"name": "sts test", "type": "sts-test"}, [metric("pearson_cosine", 0.803751, "Pearson Cosine"), metric("spearman_cosine", 0.811226, "Spearman Cosine")])], """
# SentenceTransformer

## Evaluation

### Metrics

#### Semantic Similarity

* Dataset: `sts-dev`
* Evaluated with [<code>EmbeddingSimilarityEvaluator</code>](https://example.org/docs#EmbeddingSimilarityEvaluator)

| Metric              | Value      |
|:--------------------|:-----------|
| pearson_cosine      | 0.8438     |
| **spearman_cosine** | **0.8512** |

#### Semantic Similarity

* Dataset: `sts-test`
* Evaluated with [<code>EmbeddingSimilarityEvaluator</code>](https://example.org/docs#EmbeddingSimilarityEvaluator)

| Metric              | Value      |
|:--------------------|:-----------|
| pearson_cosine      | 0.8038     |
| **spearman_cosine** | **0.8112** |

### Training Logs
| Epoch | Step | Training Loss | sts-dev_spearman_cosine |
|:-----:|:----:|:-------------:|:-----------------------:|
| 1.0   | 100  | 0.21          | 0.83                    |
""", ((0, 0), (0, 1), (1, 0), (1, 1)), "Semantic Similarity"),
    Card("sentence-transformers, one table", "nano", [({"name": "dim 768", "type": "dim_768"}, [metric("cosine_accuracy@1", 0.7129, "Cosine Accuracy@1"), metric("cosine_ndcg@10", 0.8011, "Cosine Ndcg@10")]),
         ({"name": "dim 256", "type": "dim_256"}, [metric("cosine_accuracy@1", 0.7029, "Cosine Accuracy@1"), metric("cosine_ndcg@10", 0.7911, "Cosine Ndcg@10")])], """
# Nano

## Evaluation

### Metrics

#### Information Retrieval

* Datasets: `dim_768` and `dim_256`
* Evaluated with [<code>InformationRetrievalEvaluator</code>](https://example.org/docs)

| Metric             | dim_768    | dim_256    |
|:-------------------|:-----------|:-----------|
| cosine_accuracy@1  | 0.7129     | 0.7029     |
| **cosine_ndcg@10** | **0.8011** | **0.7911** |
""", ((0, 0), (0, 1), (1, 0), (1, 1)), "Information Retrieval"),
    Card("SetFit", "setfit-trec", [({"name": "Unknown", "type": "unknown", "split": "test"}, [metric("accuracy", 0.8523489932885906, "Accuracy")])], """
# SetFit with sentence-transformers/paraphrase-mpnet-base-v2

## Evaluation

### Metrics
| Label   | Accuracy |
|:--------|:---------|
| **all** | 0.8523   |

## Training Details

### Training Set Metrics
| Training set | Min | Median | Max |
|:-------------|:----|:-------|:----|
| Word count   | 3   | 9.5    | 21  |
""", ((0, 0),)),
    Card("NeMo", "stt_en_conformer", [({"name": "LibriSpeech (other)", "type": "librispeech_asr", "config": "other", "split": "test"}, [metric("wer", 4.3, "Test WER")]),
         ({"name": "LibriSpeech (clean)", "type": "librispeech_asr", "config": "clean", "split": "test"}, [metric("wer", 2.0, "Test WER")])], """
# NVIDIA-like Conformer (en)

| Version | Tokenizer | Vocabulary Size | LS test-other | LS test-clean | MLS Test | GigaSpeech |
|---------|-----------|-----------------|---------------|---------------|----------|-----|
| 1.10.0  | SentencePiece Unigram | 1024 | 4.3 | 2.0 | 5.8 | 17.1 |
| 1.8.0   | SentencePiece Unigram | 128  | 5.3 | 2.4 | 6.8 | 18.1 |
"""),
    Card("espnet", "asr_train", [({"name": "AISHELL-1", "type": "aishell", "split": "test"}, [metric("cer", 4.6, "CER")])], """
# ESPnet2 ASR model

# RESULTS
## Environments
- date: `Sat Nov 21 00:00:00 2026`
- python version: `3.9.7`

## asr_train
### CER

|dataset|Snt|Wrd|Corr|Sub|Del|Ins|Err|S.Err|
|---|---|---|---|---|---|---|---|---|
|decode_asr/dev|14326|205341|95.9|3.9|0.1|0.1|4.2|33.0|
|decode_asr/test|7176|104765|95.6|4.3|0.2|0.1|4.6|35.2|
"""),
    Card("flair", "ner-english", [({"name": "CoNLL-03", "type": "conll2003", "split": "test"}, [metric("f1", 94.03)])], """
## English NER in Flair

F1-Score: **93,06** (corrected CoNLL-03)

| **tag** | **meaning** |
|---|---|
| PER | person name |

### Results

```
- F-score (micro) 0.9306
- F-score (macro) 0.8994
```
"""),
    Card("stanza", "stanza-xx", [({"name": "UD_French-GSD", "type": "universal_dependencies"}, [metric("accuracy", 97.8)])], """
# Stanza model for French (fr)

Last updated 2026-09-25 12:30:11.882

| Corpus | Tokens | UPOS | LAS |
|---|---|---|---|
| UD_French-GSD | 99.7 | 97.8 | 91.9 |
"""),
    Card("spaCy", "fr_pipeline", [({"name": "news", "type": "wikiner"}, [metric("precision", 0.8379, "NER Precision"), metric("recall", 0.8381, "NER Recall"), metric("f_score", 0.838, "NER F Score")])], """
| Feature | Description |
| --- | --- |
| **Name** | `fr_pipeline` |
| **Version** | `3.7.0` |
| **Vectors** | 500000 keys, 20000 unique vectors (300 dimensions) |

### Accuracy

| Type | Score |
| --- | --- |
| `TOKEN_ACC` | 99.80 |
| `ENTS_P` | 83.79 |
| `ENTS_R` | 83.81 |
| `ENTS_F` | 83.80 |
"""),
    Card("table of models", "heron", [(glue("sst2"), [metric("accuracy", 92.4)]), (glue("mrpc"), [metric("f1", 88.1)])], """
# Heron

## Results on GLUE

| Model | SST2 (Acc.) | MRPC (F1) |
|---|---|---|
| bert-base | 93.5 | 88.9 |
| DistilBERT | 91.3 | 87.5 |
| **heron (ours)** | **92.4** | **88.1** |
""", ((0, 0), (1, 0))),
    Card("table of one model's checkpoints", "heron", [(glue("sst2"), [metric("accuracy", 92.4)])], """
# Heron

## Evaluation

| Checkpoint | SST-2 accuracy |
|---|---|
| heron-v1 | 90.1 |
| heron-v2 | 91.0 |
"""),
    Card("sentences", "heron", [(glue("sst2"), [metric("accuracy", 0.924)]), (glue("mrpc"), [metric("f1", 0.881)])], """
# Heron

The model achieves an accuracy of 92.4% on SST2. It reaches 88.1 F1 on MRPC. RoBERTa achieves 94.8 accuracy on SST2, and
our model without pretraining only 80.2 accuracy on SST2.

On SST2 hard, the model achieves 61.2 accuracy.
""", ((0, 0), (1, 0))),
    Card("sentence in German", "reiher", [({"name": "GermEval14", "type": "germeval_14", "split": "test"}, [metric("f1", 0.8812)])], """
# Reiher

Das Modell erreicht einen F1-Wert von 88,1 % auf GermEval14. BERT erreicht einen F1-Wert von 85,0 % auf GermEval14.
""", ((0, 0),)),
    Card("sentence in Chinese", "lu", [({"name": "TNEWS", "type": "clue", "config": "tnews"}, [metric("accuracy", 0.5821)])], """
# 鹭

本模型在 TNEWS 上的准确率为 58.2%。

BERT 在 TNEWS 上的准确率为 56.6%。
""", ((0, 0),)),
    Card("sentence in French", "heron-fr", [({"name": "FQuAD", "type": "fquad", "split": "validation"}, [metric("f1", 88.3), metric("exact_match", 78.0)])], """
# Héron

Le modèle atteint un score F1 de 88,3 sur FQuAD.
""", ((0, 0),)),
    Card("before and after", "heron", [(IMDB, [metric("accuracy", 0.931)])], """
# Heron

## Evaluation

| | Accuracy |
|---|---|
| Before fine-tuning | 0.512 |
| After fine-tuning | 0.931 |

Fine-tuning improved accuracy on imdb from 51.2 to 93.1.
"""),
    Card("per class", "heron", [(IMDB, [metric("precision", 0.91), metric("recall", 0.9), metric("f1", 0.905)])], """
# Heron

## Evaluation

| | precision | recall | f1-score | support |
|---|---|---|---|---|
| negative | 0.88 | 0.93 | 0.90 | 12500 |
| positive | 0.94 | 0.87 | 0.91 | 12500 |
| macro avg | 0.91 | 0.90 | 0.905 | 25000 |
"""),
    Card("several splits", "heron", [({**IMDB, "split": "validation"}, [metric("accuracy", 0.94)]), (IMDB, [metric("accuracy", 0.931)])], """
# Heron

## Evaluation

| Split | Accuracy |
|---|---|
| validation | 0.940 |
| test | 0.931 |
"""),
    Card("other data", "heron", [(IMDB, [metric("accuracy", 0.931)])], """
# Heron

## Evaluation

### Yelp

- Accuracy: 0.872

### Zero-shot on Amazon reviews

| Metric | Value |
|---|---|
| Accuracy | 0.81 |

### Robustness

Accuracy: 0.70
"""),
    Card("quantised variants", "heron-gguf", [(IMDB, [metric("accuracy", 0.931)])], """
# Heron GGUF

## Evaluation

| File | Quant | Accuracy |
|---|---|---|
| heron.Q4_K_M.gguf | Q4_K_M | 0.902 |
| heron.Q8_0.gguf | Q8_0 | 0.930 |
"""),
    Card("baseline in a list", "heron", [(IMDB, [metric("accuracy", 0.931)])], """
# Heron

## Evaluation

- BERT baseline:
  - Accuracy: 0.902
- Majority class:
  - Accuracy: 0.5

BERT-large:

- Accuracy: 0.94
"""),
    Card("language model harness", "prairie-7b", [({"name": "IFEval (0-Shot)", "type": "HuggingFaceH4/ifeval", "args": "num_few_shot: 0"}, [metric("inst_level_strict_acc", 38.6, "strict accuracy")]),
         ({"name": "GPQA (0-shot)", "type": "Idavidrein/gpqa"}, [metric("acc_norm", 0.9, "acc_norm")])], """
# Prairie 7B

# Open LLM Leaderboard Evaluation Results

|      Metric       |Value|
|-------------------|----:|
|Avg.               |19.75|
|IFEval (0-Shot)    |38.60|
|GPQA (0-shot)      | 0.90|
"""),
    Card("embedding benchmark", "embed", [({"name": "MTEB ArguAna", "type": "mteb/arguana", "config": "default", "split": "test"}, [metric("map_at_1", 27.5), metric("precision_at_100", 0.98), metric("recall_at_100", 98.6)])], """
# Embed

| Task | ndcg@10 |
|---|---|
| ArguAna | 55.1 |
"""),
    Card("spread", "heron", [(IMDB, [metric("accuracy", 0.9292)])], """
# Heron

## Results

| Dataset | Accuracy | F1 |
|---|---|---|
| imdb | 93.1 ± 0.3 | 93.0 ± 0.3 |
""", ((0, 0),)),
]  # fmt: skip
