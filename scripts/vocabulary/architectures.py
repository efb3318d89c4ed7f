"""Class-name endings in `config.json` `architectures`, and the tasks such a head can serve.

A task that is missing here turns into a warning on somebody's card: the lists are generous. `infers` is
the task the Hub derives from the class where nothing else is said. Kept by hand from the classes of the
transformers library; an ending without `tasks` may serve anything. The longest ending wins.
"""

from __future__ import annotations

from vocabulary.model import Attributes, Source, Values

SOURCE = (Source("class names of the transformers library", "by hand, 2026-11", "facts only"),)

_GENERATES = (
    "text-generation translation summarization question-answering table-question-answering text-classification"
    " token-classification zero-shot-classification feature-extraction sentence-similarity text-ranking text-retrieval"
    " image-text-to-text video-text-to-text audio-text-to-text image-to-text visual-question-answering"
    " document-question-answering visual-document-retrieval any-to-any text-to-speech text-to-audio audio-to-audio"
    " automatic-speech-recognition text-to-image image-text-to-image image-to-image robotics time-series-forecasting"
    " fill-mask multiple-choice tabular-to-text table-to-text reinforcement-learning graph-ml"
)
# Encoder-decoders of every modality share this ending.
_CONDITIONAL = (
    f"{_GENERATES} image-feature-extraction audio-classification image-classification object-detection"
    " zero-shot-object-detection image-segmentation text-to-video image-to-video image-text-to-video text-to-3d"
    " image-to-3d keypoint-detection"
)
_CLASSIFIES_TEXT = (
    "text-classification zero-shot-classification text-ranking sentence-similarity feature-extraction text-generation"
    " image-text-to-text image-classification audio-classification multiple-choice question-answering"
    " tabular-classification tabular-regression reinforcement-learning text-retrieval translation summarization"
    " token-classification fill-mask any-to-any video-classification graph-ml"
)
_FILLS = (
    "fill-mask feature-extraction sentence-similarity text-generation token-classification text-classification"
    " zero-shot-classification text-ranking text-retrieval question-answering"
)
_SEGMENTS = "image-segmentation mask-generation object-detection depth-estimation image-to-image"
_DETECTS = (
    "object-detection zero-shot-object-detection image-segmentation document-question-answering keypoint-detection"
    " image-to-text token-classification"
)
_LOOKS = (
    "image-classification image-feature-extraction feature-extraction zero-shot-image-classification"
    " video-classification audio-classification object-detection image-segmentation visual-document-retrieval"
    " depth-estimation image-to-text text-classification document-question-answering"
)
_HEARS = (
    "automatic-speech-recognition audio-classification audio-to-audio audio-text-to-text text-to-speech"
    " voice-activity-detection translation feature-extraction any-to-any token-classification text-to-audio"
)
_SPEAKS = "text-to-speech text-to-audio audio-to-audio any-to-any"
_SEES_AND_ASKS = (
    "visual-question-answering document-question-answering image-text-to-text image-to-text question-answering"
    " video-text-to-text multiple-choice zero-shot-image-classification feature-extraction"
)
_FORECASTS = "time-series-forecasting tabular-regression feature-extraction tabular-classification"


def _head(tasks: str, infers: str | None = None) -> Attributes:
    return {"tasks": tasks.split(), **({"infers": infers} if infers else {})}


VALUES: Values = {
    "ForCausalLM": _head(_GENERATES, "text-generation"),
    "LMHeadModel": _head(_GENERATES, "text-generation"),
    "ForConditionalGeneration": _head(_CONDITIONAL),
    "ForSeq2SeqLM": _head(_GENERATES),
    "ForImageTextToText": _head(_CONDITIONAL, "image-text-to-text"),
    "ForVision2Seq": _head(_CONDITIONAL),
    "ForMaskedLM": _head(_FILLS, "fill-mask"),
    "WithLMHeadModel": _head(f"{_FILLS} translation", "fill-mask"),
    "ForPreTraining": _head(f"{_FILLS} {_LOOKS} {_HEARS}"),
    "ForSequenceClassification": _head(_CLASSIFIES_TEXT, "text-classification"),
    "ForNextSentencePrediction": _head(_CLASSIFIES_TEXT),
    "ForTokenClassification": _head(
        "token-classification text-classification question-answering feature-extraction object-detection"
        " document-question-answering summarization text-ranking image-text-to-text text-generation fill-mask"
        " translation audio-classification",
        "token-classification",
    ),
    "ForQuestionAnswering": _head(
        "question-answering document-question-answering visual-question-answering table-question-answering"
        " text-classification token-classification feature-extraction text-ranking text-retrieval image-text-to-text"
        " summarization text-generation",
        "question-answering",
    ),
    "ForTableQuestionAnswering": _head("table-question-answering question-answering text-classification", "table-question-answering"),
    "ForDocumentQuestionAnswering": _head(
        "document-question-answering visual-question-answering question-answering",
        "document-question-answering",
    ),
    "ForVisualQuestionAnswering": _head(_SEES_AND_ASKS, "visual-question-answering"),
    "ForMultipleChoice": _head(
        "multiple-choice question-answering text-classification text-ranking feature-extraction"
        " zero-shot-classification visual-question-answering",
    ),
    "ForImageAndTextRetrieval": _head(f"{_SEES_AND_ASKS} visual-document-retrieval text-ranking"),
    "ForImageTextRetrieval": _head(f"{_SEES_AND_ASKS} visual-document-retrieval text-ranking"),
    "ForRetrieval": _head(
        "visual-document-retrieval feature-extraction sentence-similarity image-feature-extraction text-ranking"
        " text-retrieval image-text-to-text document-question-answering visual-question-answering",
    ),
    "ForImageClassification": _head(_LOOKS, "image-classification"),
    "ForImageClassificationWithTeacher": _head(_LOOKS, "image-classification"),
    "ForMaskedImageModeling": _head(f"{_LOOKS} image-to-image fill-mask"),
    "ForVideoClassification": _head(f"{_LOOKS} robotics", "video-classification"),
    "ForObjectDetection": _head(_DETECTS, "object-detection"),
    "ForZeroShotObjectDetection": _head(_DETECTS, "zero-shot-object-detection"),
    "ForSemanticSegmentation": _head(_SEGMENTS, "image-segmentation"),
    "ForInstanceSegmentation": _head(_SEGMENTS, "image-segmentation"),
    "ForUniversalSegmentation": _head(_SEGMENTS, "image-segmentation"),
    "ForImageSegmentation": _head(_SEGMENTS, "image-segmentation"),
    "ForSegmentation": _head(f"{_SEGMENTS} {_DETECTS}", "image-segmentation"),
    "ForMaskGeneration": _head(f"{_SEGMENTS} feature-extraction", "mask-generation"),
    "ForImageMatting": _head(_SEGMENTS),
    "ForDepthEstimation": _head("depth-estimation image-to-3d image-segmentation image-to-image", "depth-estimation"),
    "ForNormalEstimation": _head("depth-estimation image-to-image image-segmentation image-to-3d"),
    "ForImageToImage": _head("image-to-image image-segmentation", "image-to-image"),
    "ForImageSuperResolution": _head("image-to-image", "image-to-image"),
    "ForKeypointDetection": _head("keypoint-detection image-feature-extraction object-detection", "keypoint-detection"),
    "ForKeypointMatching": _head("keypoint-detection image-feature-extraction image-to-image"),
    "ForPoseEstimation": _head("keypoint-detection object-detection image-to-3d", "keypoint-detection"),
    "ForCTC": _head(_HEARS, "automatic-speech-recognition"),
    "ForSpeechSeq2Seq": _head(_HEARS, "automatic-speech-recognition"),
    "ForSpeechToText": _head(_HEARS, "automatic-speech-recognition"),
    "ForAudioClassification": _head(f"{_HEARS} zero-shot-classification", "audio-classification"),
    "ForAudioFrameClassification": _head(f"{_HEARS} {_FORECASTS}"),
    "ForXVector": _head(_HEARS),
    "ForTextToSpeech": _head(_SPEAKS, "text-to-speech"),
    "ForTextToSpectrogram": _head(_SPEAKS, "text-to-speech"),
    "ForTextToWaveform": _head(_SPEAKS),
    "ForSpeechToSpeech": _head(_SPEAKS, "audio-to-audio"),
    "ForPrediction": _head(f"{_FORECASTS} robotics", "time-series-forecasting"),
    "ForTimeSeriesClassification": _head(f"{_FORECASTS} audio-classification"),
    "ForRegression": _head(f"{_FORECASTS} text-classification"),
    "ForGraphClassification": _head("graph-ml tabular-classification tabular-regression", "graph-ml"),
    "ForActionPrediction": _head("robotics image-text-to-text reinforcement-learning any-to-any video-text-to-text"),
    "ForTextEncoding": _head(
        "feature-extraction sentence-similarity text-classification text-to-image text-ranking text-retrieval"
        " token-classification zero-shot-classification",
    ),
    "VisionEncoderDecoderModel": _head(
        "image-to-text image-text-to-text document-question-answering visual-question-answering text-generation"
        " video-text-to-text translation image-classification token-classification",
        "image-to-text",
    ),
    "SpeechEncoderDecoderModel": _head(_HEARS, "automatic-speech-recognition"),
    "Model": {},
    "Backbone": {},
}
