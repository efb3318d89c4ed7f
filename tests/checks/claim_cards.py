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

# Figures of a card that has all of them wrong, and sentences with the figures that are its own beyond doubt.
WRONG = [
    ({"name": "SST-2", "type": "stanfordnlp/sst2", "split": "test"}, [metric("accuracy", 0.91, "Accuracy"), metric("f1", 0.88, "F1")]),
    (
        {"name": "IMDB", "type": "imdb", "split": "test"},
        [metric("accuracy", 0.90, "Accuracy"), metric("f1", 0.85, "F1"), metric("f1", 0.83, "Macro F1")],
    ),
    ({"name": "Common Voice", "type": "common_voice", "split": "test"}, [metric("wer", 12.3, "WER")]),
    ({"name": "WikiText-2", "type": "wikitext"}, [metric("perplexity", 15.2)]),
    ({"name": "COCO", "type": "coco"}, [metric("map", 0.45, "mAP 0.5:0.95")]),
    ({"name": "ImageNet", "type": "imagenet-1k"}, [metric("accuracy", 0.79, "Top-1 Accuracy")]),
    ({"name": "WMT14 en-de", "type": "wmt14"}, [metric("bleu", 26.1, "BLEU")]),
]
SENTENCES: list[tuple[str, list[str]]] = [
    ("Our model reaches 0.95 accuracy on SST-2, compared to 0.80 for BERT-base. It reaches 0.93 F1 on IMDB.", ["0.95", "0.93"]),
    ("The accuracy on SST-2 is 0.95, compared to 0.80 for BERT-base.\n\nThe F1 on IMDB is 0.93.\n\n- Accuracy on IMDB: 0.81", ["0.95", "0.93", "0.81"]),
    ("Compared to BERT-base, which is old, it is fast.\n\nThe F1 on IMDB is 0.93.\n\n- Accuracy on IMDB: 0.81", []),
    ("2019.\n\nThe F1 on IMDB is 0.93.", ["0.93"]),
    ("This model tells good films from bad ones. The accuracy on SST-2 is 0.95. The F1 on SST-2 is 0.93.", ["0.95", "0.93"]),
    ("Our model reaches 95.0% accuracy on the SST-2 test set, compared to 0.80 for BERT-base.", ["95.0%"]),
    ("Our model reaches 0.95 accuracy on SST-2 (BERT-base: 0.80).", []),
    ("Our model reaches 0.95 accuracy on SST-2 (up from 0.80).", ["0.95"]),
    ("The model obtains an accuracy of 0.95 on SST-2, up from 0.80 with the previous release.", ["0.95"]),
    ("With the F1-score of 0.93 on SST-2 it is our best model.", []),
    ("It improves over BERT-base by 3 points accuracy on SST-2.", []),
    ("It reaches 0.95 accuracy on SST-2, improving over BERT-base by 3 points.", ["0.95"]),
    ("Our model improves accuracy on SST-2 by 3 points.", []),
    ("Our model outperforms BERT-base, which gets 0.93 accuracy on SST-2.", []),
    ("Our model outperforms BERT-base which gets 0.93 accuracy on SST-2.", []),
    ("The model reaches 0.95 accuracy on SST-2 and 0.93 accuracy on IMDB.", ["0.95", "0.93"]),
    ("The model reaches an accuracy of 0.95 on SST-2 and 0.93 on IMDB.", ["0.95", "0.93"]),
    ("The model achieves accuracies of 0.95 and 0.93 on SST-2 and IMDB, respectively.", ["0.95", "0.93"]),
    ("The model achieves accuracies of 0.95 and 0.93 on SST-2 and IMDB.", []),
    ("We obtain an accuracy and F1 of 0.95 and 0.93 on SST-2, respectively.", ["0.95", "0.93"]),
    ("This model gets a WER of 9.8 on Common Voice, without a language model.", []),
    ("The model has a WER of 9.8 on Common Voice, which is on par with humans.", ["9.8"]),
    ("**Test WER on Common Voice: 9.8 %**", []),
    ("It has a perplexity of **12.3** on WikiText-2.", ["12.3"]),
    ("The detector reaches mAP 0.5:0.95 of 0.52 on COCO.", ["0.52"]),
    ("The detector reaches a mAP@0.5:0.95 of 0.52 on COCO.", ["0.52"]),
    ("The detector reaches a mAP@0.5 of 0.62 on COCO.", []),
    ("The classifier reaches a top-1 accuracy of 81.2% on ImageNet.", ["81.2%"]),
    ("The classifier reaches a top-5 accuracy of 91.2% on ImageNet.", []),
    ("Our model gets a BLEU score of 28.4 on WMT14 en-de, outperforming the Transformer baseline by 1.1 points.", ["28.4"]),
    ("The macro F1 on IMDB is 0.93.", ["0.93"]),
    ("The weighted F1 on IMDB is 0.93.", []),
    ("Despite having only 66M parameters, it reaches 0.95 accuracy on SST-2.", ["0.95"]),
    ("Trained on 10% of the data, it reaches 0.85 accuracy on SST-2.", []),
    ("When quantized to 4 bit, the model still reaches 0.85 accuracy on SST-2.", []),
    ("The model reaches 0.95 accuracy on SST-2 when used with an ensemble of five.", []),
    ("The model reaches 0.95 accuracy on SST-2, using 5-shot prompting.", []),
    ("The model reaches 0.95 accuracy on SST-2, 5-shot.", []),
    ("The model reaches 0.95 accuracy on SST-2 (zero-shot).", []),
    ("BERT-base reaches 0.85 accuracy on SST-2.", []),
    ("BERT-base was released in 2018. The accuracy on SST-2 is 0.85.", []),
    ("## Baselines\n\nThe accuracy on SST-2 is 0.85.", []),
    ("We compare with BERT-base.\n\nThe accuracy on SST-2 is 0.85.", []),
    ("BERT-base:\n- The accuracy on SST-2 is 0.85.", []),
    ("This model was fine-tuned from BERT-base and achieves 0.95 accuracy on SST-2.", ["0.95"]),
    ("This is a model for film reviews. It was fine-tuned by us on SST-2, reaching an accuracy of 0.95 on the SST-2 test set.", ["0.95"]),
    ("This model was fine-tuned by us on a single GPU, reaching an accuracy of 0.95 on the SST-2 test set.", ["0.95"]),
    ("While BERT-base only reaches 0.80, our model reaches 0.95 accuracy on SST-2.", ["0.95"]),
    ("The model achieves an accuracy of 0.95 on SST-2, 0.93 on Yelp and 0.82 on Amazon.", ["0.95"]),
    ("Accuracy on SST-2 is 0.95, which makes it usable in production.", ["0.95"]),
    ("On SST-2, our model obtains 0.95 accuracy but is slow.", ["0.95"]),
    ("On the test set of SST-2 the model scores 0.95 (accuracy).", ["0.95"]),
    ("The model is expected to reach 0.95 accuracy on SST-2.", []),
    ("The model should reach at least 0.95 accuracy on SST-2.", []),
    ("We report an accuracy of 0.95 on SST-2 (see the paper for details).", ["0.95"]),
    ("In our experiments, the model achieves 0.93 F1 and 0.95 accuracy on SST-2.", ["0.93", "0.95"]),
    ("Unser Modell erreicht auf dem SST-2-Testset eine Genauigkeit von 95.2 %, verglichen mit 80 % für BERT-base.", ["95.2 %"]),
    ("Das Modell erreicht eine Genauigkeit von 95,2 % auf SST-2, was gut ist.", ["95,2 %"]),
    ("Die Genauigkeit auf SST-2 liegt bei 95,2 %.", ["95,2 %"]),
    ("Notre modèle atteint une exactitude de 0,95 sur SST-2, contre 0,80 pour BERT-base.", ["0,95"]),
    ("Ce modèle obtient une exactitude de 0,95 sur le jeu de test SST-2 et fonctionne sur CPU.", ["0,95"]),
    ("Nuestro modelo alcanza una exactitud de 0,95 en SST-2, frente a 0,80 de BERT.", ["0,95"]),
    ("El modelo obtiene un F1 de 0,93 en IMDB, mientras que BERT obtiene 0,80.", ["0,93"]),
    ("本模型在 SST-2 测试集上的准确率为 95%，优于 BERT 的 80%。", ["95%"]),
    ("我们的模型在 SST-2 上达到了 95% 的准确率，而 BERT 为 80%。", ["95%"]),
    ("BERT 在 SST-2 上的准确率为 80%，而本模型更高。", []),
    ("| Model | SST-2 Accuracy | IMDB F1 |\n|---|---|---|\n| BERT-base | 90.0 | 80.0 |\n| Ours | **95.1** | 85.0 |", ["95.1"]),
    ("| Dataset | Accuracy | F1-score |\n|---|---|---|\n| SST-2 (test) | 0.95 | 0.88 |", ["0.95"]),
    ("| Benchmark | Metric | Ours |\n|---|---|---|\n| SST-2 | Accuracy | 0.95 |", ["0.95"]),
    ("The accuracy on SST-2 dropped by 0.05.", []),
    ("Human accuracy on SST-2 is 0.97.", []),
    ("The accuracy on SST-2 is between 0.90 and 0.95.", []),
    ("The model reaches 0.95 accuracy on SST-2, but BERT reaches 0.96 accuracy on SST-2 and our model 0.91 accuracy on SST-2.", []),
    ("Our large model reaches 0.95 accuracy on SST-2, this one 0.91.", []),
    ("heron-large reaches 0.95 accuracy on SST-2, and heron is smaller.", []),
    ("heron reaches 0.95 accuracy on SST-2, close to heron-large (0.96).", ["0.95"]),
    ("On the SST-2 validation set, the model gets 0.95 accuracy.", []),
    ("The model achieves an accuracy of 0.95 and an F1 of 0.88 on the SST-2 test set, which makes it a good choice.", ["0.95"]),
    ("Overall, the model achieves 94.1% accuracy on SST-2 — well above BERT-base.", ["94.1%"]),
    ("This model was built for film reviews and achieves 94.1% accuracy on SST-2!", ["94.1%"]),
    ("On IMDB it gets a macro F1 of 0.93 (vs. 0.80 for BERT-base).", ["0.93"]),
    ("Our fine-tuned model achieves 9.8% WER on Common Voice, compared with 14.2% for Whisper small.", ["9.8%"]),
    ("Whisper small achieves 9.8% WER on Common Voice.", []),
    ("Compared to Whisper small, which achieves 9.8% WER on Common Voice, our model is better.", []),
    ("The paper reports an accuracy of 0.95 on SST-2.", []),
    ("The authors report an accuracy of 0.95 on SST-2.", []),
    ("The best model reaches 0.95 accuracy on SST-2.", []),
    ("The model trained for 3 epochs reaches 0.95 accuracy on SST-2.", []),
    ("The accuracy on SST-2 without fine-tuning is 0.51.", []),
    ("Random guessing gives an accuracy of 0.5 on SST-2.", []),
    ("The model achieves 0.95 accuracy on SST-2-like data.", []),
    ("The model achieves 0.95 accuracy on a subset of SST-2.", []),
    ("The model achieves 0.95 accuracy on SST-2 and IMDB.", []),
    ("The model achieves 0.95 accuracy on SST-2 for English and 0.91 for German.", []),
    ("The model achieves over 0.85 accuracy on SST-2.", []),
    ("The model achieves about 0.85 accuracy on SST-2.", []),
    ("The accuracy on SST-2 is > 0.85.", []),
    ("An accuracy above 0.85 on SST-2 is good.", []),
    ("The threshold is chosen so that accuracy on SST-2 is 0.85.", []),
    ("With LoRA, the model reaches 0.85 accuracy on SST-2.", []),
    ("As a zero-shot classifier, it reaches 0.85 accuracy on SST-2.", []),
    ("Fine-tuned on half of the data, it reaches 0.85 accuracy on SST-2.", []),
    ("Pretrained only, it reaches 0.55 accuracy on SST-2.", []),
    ("This model is fine-tuned from BERT and not from RoBERTa, which reaches 0.95 accuracy on SST-2.", []),
    ("This model replaces BERT-base, which achieves 0.95 accuracy on SST-2.", []),
    ("This model is a distilled version of heron-large, which reaches 0.95 accuracy on SST-2.", []),
    ("It is derived from a model that achieves 0.95 accuracy on SST-2.", []),
    ("This model is distilled from heron-large, achieving 97% of its accuracy on SST-2.", []),
    ("It is 40% smaller than BERT, retaining 97% of its accuracy on SST-2.", []),
    ("The model keeps 97% of the accuracy of the teacher on SST-2.", []),
    ("Accuracy on SST-2 improved from 0.80 to 0.95.", []),
    ("The accuracy on SST-2 is 0.04 points better than BERT.", []),
    ("The accuracy on SST-2 is better than BERT by 0.04.", []),
    ("The model gains 0.04 accuracy on SST-2.", []),
    ("Our accuracy on SST-2 is 3 points above BERT.", []),
    ("The accuracy of this model on SST-2 is 3 points below.", []),
    ("It reaches an accuracy of 3 points below the teacher on SST-2.", []),
    ("The error on SST-2 is 0.05, with accuracy to match.", []),
    ("The model reaches 97% of the accuracy on SST-2.", []),
    ("The std of the accuracy on SST-2 is 0.02.", []),
    ("The model achieves 0.95 accuracy on SST-2, i.e. it is good.", []),
    ("This model achieves 0.95 accuracy on SST-2 while being 40% smaller than BERT-base.", ["0.95"]),
    ("This model achieves 0.95 accuracy on SST-2 with 66M parameters.", []),
    ("It achieves **0.95** accuracy on the [SST-2](https://example.org/sst2) test set; see the paper.", ["0.95"]),
    ("- Our model gets 95 accuracy on SST-2, but only 61 on the hard subset.", ["95"]),
    ("The model reaches 95 accuracy on SST-2 hard, which is good.", []),
    ("Der Klassifikator erzielt auf IMDB einen F1-Wert von 0.93, während BERT nur 0.80 erreicht.", ["0.93"]),
    ("BERT erreicht auf IMDB einen F1-Wert von 0.93, während unser Modell besser ist.", []),
    ("Notre modèle dépasse BERT, qui atteint une exactitude de 0,95 sur SST-2.", []),
    ("Le modèle BERT atteint une exactitude de 0,95 sur SST-2.", []),
    ("El modelo original alcanza una exactitud de 0,95 en SST-2.", []),
    ("相比 BERT 在 SST-2 上 95% 的准确率，本模型更高。", []),
    ("| Model | SST-2 (Acc) |\n|---|---|\n| BERT | 95.0 |\n| Ours | 91.0 |", []),
    ("| Model | Dev | Test |\n|---|---|---|\n| Ours | 95.0 | 94.0 |", []),
    ("The model is 0.04 better than BERT in accuracy on SST-2.", []),
    ("The accuracy on SST-2 is 0.04 better than BERT.", []),
    ("The accuracy on SST-2 is 3 % above BERT.", []),
    ("It gets 97% of the accuracy on SST-2.", []),
    ("It gets 95% of accuracy on SST-2.", ["95%"]),
    ("It reaches 0.95 accuracy on SST-2's test set, slightly above BERT-base (0.94).", ["0.95"]),
    ("It reaches an accuracy of 0.95 on SST-2, which is 3 points better than BERT.", ["0.95"]),
    ("It reaches accuracy of ~0.95 on SST-2.", []),
    ("It reaches an accuracy of ≥ 0.95 on SST-2.", []),
    ("It reaches accuracy 0.80 -> 0.95 on SST-2.", []),
    ("The accuracy of the model on SST-2 is 0.95, but it is slow.", ["0.95"]),
    ("The model's accuracy on SST-2 is 0.95.", ["0.95"]),
    ("Evaluated on SST-2, the model gets an accuracy of 0.95.", ["0.95"]),
    ("We fine-tuned it on SST-2 and got an accuracy of 0.95 on the SST-2 test set.", ["0.95"]),
    ("It was derived from BERT, but reaches 0.95 accuracy on SST-2 after 3 epochs.", []),
    ("The model achieves 0.95 accuracy on SST-2 although it is small.", ["0.95"]),
    ("The model achieves 0.95 accuracy on SST-2, averaged over 5 seeds.", []),
    ("If quantized, the model achieves 0.95 accuracy on SST-2.", []),
    ("The model achieves 0.95 accuracy on SST-2, compared to 0.80, when beam search is used.", []),
    ("The model, BERT, achieves 0.95 accuracy on SST-2.", []),
    ("Our model, and RoBERTa achieves 0.95 accuracy on SST-2.", []),
    ("This model is slower than BERT, achieving parity at 0.95 accuracy on SST-2 only after tuning.", []),
    ("Reaching 0.95 accuracy on SST-2 takes long.", []),
    ("The model gets 0.95 accuracy and 0.93 F1 on SST-2 (macro).", []),
    ("On IMDB the model gets 0.95 accuracy and 0.93 macro F1.", ["0.93", "0.95"]),
    ("On IMDB the model gets 0.95 accuracy@3 and 0.93 F1.", []),
    ("The model gets 0.95 accuracy on SST-2 and 0.93.", []),
    ("The model gets 0.95 accuracy on SST-2, F1 on IMDB is 0.93.", []),
    ("The model gets on SST-2 an accuracy of 0.95, and an F1 of 0.93 on IMDB.", []),
    ("The model achieves 0.95 accuracy on SST-2 and 0.93 on SST-2 validation.", []),
    ("The model (4-bit) achieves 0.95 accuracy on SST-2.", []),
    ("The model (which is small) achieves 0.95 accuracy on SST-2 (which is good) on the test set.", ["0.95"]),
    ("The model achieves 0.95 accuracy on SST-2, 0.93 in the few-shot setting.", []),
    ("It is trained on 3 datasets, e.g. SST-2, accuracy was not measured.", []),
]  # fmt: skip
