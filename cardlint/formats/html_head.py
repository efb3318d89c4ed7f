"""The head of every page of ours: one style, one script, and a policy that lets nothing else act and nothing be asked for."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from cardlint.formats.html_markup import Markup, element

_ASSETS = Path(__file__).parent / "assets"


def head(title: str, style: str, script: str) -> Markup:
    """The head of a page by that title, with its style and script inline."""
    policy = f"default-src 'none'; style-src '{digest(style)}'; script-src '{digest(script)}'; base-uri 'none'; form-action 'none'"
    return element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="referrer", content="no-referrer"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", title),
        element("style", Markup(style)),
        element("script", Markup(script)),
    )  # fmt: skip


def assets(*files: str, folder: Path = _ASSETS) -> str:
    """What all pages share of this kind of asset, then files of a page's own, of which the first says the kind: `x.css`, `x.js`."""
    shared = _ASSETS / f"base{Path(files[0]).suffix}"
    return "\n".join(file.read_text("utf-8") for file in (shared, *(folder / name for name in files)))


def digest(content: str) -> str:
    """An inline style or script as a Content Security Policy names it."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
