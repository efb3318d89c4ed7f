"""Fields that cards of several kinds share."""

from __future__ import annotations

from card_schema.parts import Schema, described, flag, gone, known, listed, of_type, one_or_more, record, text

_GATE_TYPES = ["text", "checkbox", "date_picker", "country", "ip_location"]


def _gate_field() -> Schema:
    option = of_type("string", "object", properties={"label": text(), "value": text()}, required=["label", "value"])
    return {
        "x-rule": "gate-fields-malformed",
        "type": ["string", "object"],
        "if": {"type": "string"},
        "then": {"enum": _GATE_TYPES},
        "else": {
            "properties": {"type": text(enum=[*_GATE_TYPES, "select"]), "options": listed(option, minItems=1)},
            "required": ["type"],
            "if": {"type": "object", "properties": {"type": {"const": "select"}}, "required": ["type"]},
            "then": {"required": ["options"]},
        },
    }


DEFS: dict[str, Schema] = {"gate_field": _gate_field()}

LICENSE: dict[str, Schema] = {
    "license": described(
        one_or_more("license"),
        "Licence of the repository: an id of the Hub's list, or several. Shown as a badge and used as a filter; the "
        "Hub rejects a push with another id. Terms outside the list are `other`, with `license_name` and "
        "`license_link`.",
        "apache-2.0",
        "mit",
        "cc-by-4.0",
    ),
}

TAGS: dict[str, Schema] = {
    "tags": described(
        listed(text(), uniqueItems=True, **{"x-rule": "tags-malformed"}),
        "Free words to be found by. A few have an effect: `not-for-all-audiences` puts a notice before the page, "
        "`conversational` marks chat models, `mcp-server` marks Spaces that serve tools.",
        ["medical", "chemistry"],
    ),
}

SUPPRESSIONS: dict[str, Schema] = {
    "x-cardlint": described(
        record(
            {
                "ignore": of_type("object", additionalProperties=text(**{"x-rule": "suppression-without-reason"})),
                "pull-requests": of_type("boolean"),
            },
            additionalProperties=False,
        ),
        "Findings of cardlint to silence in this repository: rule id to reason; and, with `pull-requests: false`, that `cardlint apply` "
        "opens none here. The Hub ignores the key.",
        {"ignore": {"thumbnail-invalid": "served from our own CDN by a relative address"}},
    ),
}

LANGUAGE: dict[str, Schema] = {
    "language": described(
        one_or_more("language"),
        "Languages of the contents as ISO 639 codes in lower case, two letters where there are two; `code` for "
        "programming languages, `multilingual` for too many to list. Used as a filter. Regions and scripts (zh-CN) "
        "are rejected here and belong into `language_bcp47` or `language_details`.",
        "en",
        ["en", "fr"],
    ),
    "language_bcp47": described(
        listed(text()),
        "Languages as BCP 47 tags, with region or script. Shown, not filtered by.",
        ["pt-BR", "zh-Hans"],
    ),
    "language_details": described(
        of_type("string", "array", items=text()),
        "More about the languages, usually BCP 47 tags. Shown only.",
        "fr-FR, fr-CA",
    ),
}

LICENSE_DETAILS: dict[str, Schema] = {
    "license_name": described(
        known("license_name"),
        "Name of the terms where `license` is `other`: lower-case letters, digits, dots and hyphens.",
        "my-license-1.0",
    ),
    "license_link": described(
        known("license_link"),
        "Where the terms of `license: other` are: a file of the repository or a web address.",
        "LICENSE",
        "https://example.org/license",
    ),
    "license_details": described(text(), "Free text about the licence. No longer read.", deprecated=True),
}

GATE: dict[str, Schema] = {
    "extra_gated_heading": described(text(), "Heading of the access form of a gated repository.", "Request access"),
    "extra_gated_description": described(text(), "Text under the heading of the access form."),
    "extra_gated_prompt": described(
        text(),
        "What a reader accepts by asking for access. It has an effect only while the repository is gated, which is a "
        "setting of the repository and no key of the card.",
    ),
    "extra_gated_button_content": described(text(), "Text on the button of the access form.", "Agree and continue"),
    "extra_gated_fields": described(
        {
            "x-rule": "gate-fields-malformed",
            "type": ["object", "array"],
            "additionalProperties": {"$ref": "#/$defs/gate_field"},
            "items": {"type": "object", "additionalProperties": {"$ref": "#/$defs/gate_field"}},
        },
        "Questions of the access form: label to kind of answer (text, checkbox, date_picker, country, ip_location), "
        "or a mapping with `type`, which may also be `select` with `options`. A list of mappings is an older form.",
        {"Affiliation": "text", "Country": "country", "I agree": "checkbox"},
    ),
    "extra_gated_eu_disallowed": described(flag(), "Refuses access from the European Union. Undocumented."),
}

MODEL_AND_DATASET: dict[str, Schema] = {
    **LANGUAGE,
    "languages": gone("Former spelling of `language`. Ignored by the Hub."),
    **LICENSE,
    **LICENSE_DETAILS,
    "licenses": gone("Former spelling of `license`. Ignored by the Hub."),
    **TAGS,
    **GATE,
    "thumbnail": described(
        of_type("string", "null", **{"$ref": "#/$defs/thumbnail"}),
        "Address of the picture shown where the repository is shared.",
        "https://example.org/picture.png",
    ),
    "description": described(of_type("string", "null"), "One sentence for search engines and previews."),
    **SUPPRESSIONS,
}
