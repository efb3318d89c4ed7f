"""Every frontmatter key somebody reads, the kinds of card it belongs to, and its standing."""

from __future__ import annotations

from vocabulary.model import Former, Source, Values, former, unclear
from vocabulary.short import DATASET_CARD_PAGE, MODEL_CARDS_PAGE, SPACES_PAGE

SOURCE = (
    *MODEL_CARDS_PAGE,
    *DATASET_CARD_PAGE,
    *SPACES_PAGE,
    Source("huggingface_hub repocard_data.py", "2.4.0", "Apache-2.0"),
    Source("@huggingface/hub src/types/api", "2.17.5", "MIT"),
)

_KINDS = {"m": "model", "d": "dataset", "s": "space"}
_STATUS = {"+": "current", "~": "legacy", "-": "deprecated", "?": "undocumented", "%": "convention"}

# One word per key: the kinds by their first letters, its standing, the key.
_TABLE = """
md+language md~language_bcp47 md+language_details md-languages mds+license md+license_name md+license_link
md-license_details md-licenses mds+tags md+extra_gated_prompt md+extra_gated_fields md+extra_gated_heading
md+extra_gated_description md+extra_gated_button_content md?extra_gated_eu_disallowed mds+thumbnail mds+x-cardlint
m+library_name m+pipeline_tag ms+datasets m+buckets m+metrics m+base_model m+base_model_relation m+new_version
m-finetuned_from m~model-index m+co2_eq_emissions m+widget m~inference m+instance_prompt m+mask_token
mds+description m%model_name
d+pretty_name d+annotations_creators d+language_creators d+multilinguality d+size_categories d+source_datasets
d+task_categories d+task_ids d~paperswithcode_id d+configs d~config_names d+dataset_info d+viewer
d+viewer_display_urls d+benchmark d~train-eval-index
s+title s+emoji s+colorFrom s+colorTo s+sdk s+sdk_version s+python_version s+app_file s+app_build_command s+app_port
s+base_path s+fullWidth s+header s+short_description s+suggested_hardware s-suggested_storage s+models s+pinned
s+hf_oauth s+hf_oauth_scopes s+hf_oauth_expiration_minutes s+hf_oauth_authorized_org s+disable_embedding
s+startup_duration_timeout s+custom_headers s+preload_from_hub s+duplicated_from s?metaTitle
"""


def _entry(word: str) -> tuple[str, dict[str, object]]:
    at = next(place for place, letter in enumerate(word) if letter in _STATUS)
    return word[at + 1 :], {"kinds": [_KINDS[letter] for letter in word[:at]], "status": _STATUS[word[at]]}


VALUES: Values = dict(sorted(map(_entry, _TABLE.split())))

FORMER: dict[str, Former] = {
    "languages": former("language", "ignored by the Hub"),
    "licenses": former("license", "ignored by the Hub"),
    "finetuned_from": former("base_model", "superseded"),
    "license_details": unclear("license_name", "license_link", note="old free text"),
    "suggested_storage": unclear(note="ignored: the Hub removed persistent storage of Spaces"),
}

ALIASES = {
    "model_index": "model-index",
    "modelindex": "model-index",
    "train_eval_index": "train-eval-index",
    "licence": "license",
    "licence_name": "license_name",
    "licence_link": "license_link",
    "lang": "language",
    "pipeline": "pipeline_tag",
    "basemodel": "base_model",
    "base_models": "base_model",
    "color_from": "colorFrom",
    "colour_from": "colorFrom",
    "colourfrom": "colorFrom",
    "color_to": "colorTo",
    "colour_to": "colorTo",
    "colourto": "colorTo",
    "full_width": "fullWidth",
    "meta_title": "metaTitle",
    "size_category": "size_categories",
    "task_category": "task_categories",
    "task_id": "task_ids",
    "prettyname": "pretty_name",
    "annotation_creators": "annotations_creators",
    "language_creator": "language_creators",
}
