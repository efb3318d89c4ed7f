"""Fields of a Space card."""

from __future__ import annotations

from card_schema.parts import END, Schema, described, flag, known, listed, of_type, record, text, texts
from card_schema.shared import LICENSE, SUPPRESSIONS, TAGS

_VERSION_UNQUOTED = {"x-rule": "version-unquoted"}
_HEADERS: Schema = record(
    {
        "cross-origin-embedder-policy": text(enum=["unsafe-none", "require-corp", "credentialless"]),
        "cross-origin-opener-policy": text(enum=["same-origin", "same-origin-allow-popups", "unsafe-none"]),
        "cross-origin-resource-policy": text(enum=["same-site", "same-origin", "cross-origin"]),
    },
    additionalProperties=False,
)
_RUNTIME: dict[str, Schema] = {
    "sdk": described(known("sdk"), "What runs the Space. Without it nothing is built. Streamlit is no longer offered.", "gradio"),
    "sdk_version": described(
        text(**_VERSION_UNQUOTED),
        "Version of Gradio to run. Quote it: every reader takes 4.10 without quotes for the number 4.1.",
        "5.49.1",
    ),
    "python_version": described(
        {"$ref": "#/$defs/python_version", **text(**_VERSION_UNQUOTED)},
        "Version of Python, 3.10 where nothing is said. Quote it: 3.10 without quotes is the number 3.1.",
        "3.11",
    ),
    "app_file": described(text(minLength=1), "The file to run, or to serve, from the root of the repository.", "app.py"),
    "app_build_command": described(text(), "Command that builds a static Space.", "npm run build"),
    "app_port": described(of_type("integer", minimum=1, maximum=65535), "Port a Docker Space listens on; 7860 by default.", 7860),
    "base_path": described(text(pattern="^/"), "Path of the first page; not for static Spaces.", "/docs"),
    "startup_duration_timeout": described(text(), "How long a start may take before it counts as failed; 30 minutes by default.", "1h"),
    "suggested_hardware": described(
        known("hardware"),
        "Hardware proposed to whoever duplicates the Space. Assigns nothing itself.",
        "t4-small",
    ),
    "suggested_storage": described(
        text(enum=["small", "medium", "large"]),
        "Ignored since persistent storage was removed.",
        deprecated=True,
    ),
    "custom_headers": described(
        _HEADERS,
        "Cross-origin headers the Space is served with; these three only, in lower case.",
        {"cross-origin-embedder-policy": "require-corp", "cross-origin-opener-policy": "same-origin"},
    ),
    "preload_from_hub": described(
        listed(known("preload")),
        "Repositories downloaded while building: id, then files with commas, then the commit that pins them.",
        ["openai-community/gpt2 config.json,model.safetensors 607a30d783dfa663caf39e06633721c8d4cfcd7e"],
    ),
}

_LOOKS: dict[str, Schema] = {
    "title": described(text(), "Name shown on the card of the Space.", "My demo"),
    "emoji": described(text(pattern=f"^[^A-Za-z]+{END}"), "One emoji for the card of the Space.", "🚀"),
    "colorFrom": described(known("color"), "First colour of the gradient on the card of the Space.", "indigo"),
    "colorTo": described(known("color"), "Second colour of the gradient on the card of the Space.", "pink"),
    "short_description": described(
        text(maxLength=60, **{"x-rule": "short-description-too-long"}),
        "One line under the title; the Hub rejects more than 60 characters.",
        "Summarises papers",
    ),
    "thumbnail": described(known("thumbnail"), "Address of the picture shown where the Space is shared.", "https://example.org/a.png"),
    "metaTitle": described(text(), "Title for search engines. Undocumented."),
    "description": described(text(), "Description for search engines. Undocumented."),
    "pinned": described(flag(), "Keeps the Space on top of the owner's profile.", examples=[False]),
    "fullWidth": described(flag(), "Whether the Space takes the whole width; true by default.", examples=[True]),
    "header": described(text(enum=["mini", "default"]), "Size of the Hub's bar above the Space.", "mini"),
    "disable_embedding": described(flag(), "Forbids other sites to embed the Space.", examples=[False]),
}

_LINKS: dict[str, Schema] = {
    "models": described(listed(known("repository")), "Models the Space uses; found in its code where absent.", ["openai-community/gpt2"]),
    "datasets": described(listed(known("repository")), "Datasets the Space uses.", ["allenai/c4"]),
    "duplicated_from": described(known("repository"), "The Space this one was copied from.", "acme/demo"),
}

_OAUTH: dict[str, Schema] = {
    "hf_oauth": described(flag(), "Creates an OAuth app so that visitors can sign in.", examples=[True]),
    "hf_oauth_scopes": described(
        listed(known("oauth_scope")),
        "What the app may do for a visitor besides reading the profile. Ask for as little as possible.",
        ["email", "read-repos"],
    ),
    "hf_oauth_expiration_minutes": described(
        of_type("integer", minimum=1, maximum=43200),
        "Life of a sign-in; 480 minutes by default, 30 days at most.",
        480,
    ),
    "hf_oauth_authorized_org": described(texts(), "Only members of these organisations may sign in.", "acme", ["acme", "acme-research"]),
}

FIELDS: dict[str, Schema] = {**_LOOKS, **_RUNTIME, **_LINKS, **_OAUTH, **LICENSE, **TAGS, **SUPPRESSIONS}
