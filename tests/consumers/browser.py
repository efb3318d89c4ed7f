"""A real Chromium for pages that are to be looked at: it records what a page says, asks for and gets wrong.

`browser()` starts it, `Visit` opens one page in it; any suite that makes pages can use both. Nothing is downloaded: the
browser is the system's, axe-core that of `package.json`.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from components import chromium, npm_package
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
)  # fmt: skip
# The rules of WCAG 2.2 up to AA, and what axe calls good practice.
_STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

_LAY_OUT = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { content-visibility: visible !important; }");
  document.adoptedStyleSheets = [sheet];
}"""


@contextmanager
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), headless=True, args=list(FLAGS))
        try:
            yield started
        finally:
            started.close()


class Visit:
    """One page in a browser context of its own.

    `errors` holds what the console said in error or warning and what was thrown, `requests` every address that was asked
    for, the page's own included.
    """

    def __init__(
        self, started: Browser, address: str | Path, *, scheme: str = "light", width: int = 1200, height: int = 900, script: bool = True
    ) -> None:
        self.address = address if isinstance(address, str) else address.absolute().as_uri()
        self.context = started.new_context(
            color_scheme=scheme,  # type: ignore[arg-type]
            viewport={"width": width, "height": height}, java_script_enabled=script, reduced_motion="reduce",
        )  # fmt: skip
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.context.on("request", lambda request: self.requests.append(request.url))
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.errors.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def __enter__(self) -> Self:
        """The visit, its page loaded."""
        self.page.goto(self.address)
        return self

    def __exit__(self, *_: object) -> None:
        """Close the page."""
        self.context.close()

    def axe(self, *, within: str | None = None) -> list[str]:
        """What axe-core finds wrong with the page as it is now: impact, rule and places, a line for each.

        axe is run by the browser's debugger, which no Content Security Policy of the page holds back. What the page leaves out
        of its layout until it is scrolled to is laid out first: axe measures, and what has no layout lies on what follows.
        """
        self.page.evaluate(_LAY_OUT)
        if not self.page.evaluate("typeof axe === 'object'"):
            self.page.evaluate((npm_package("axe-core") / "axe.min.js").read_text("utf-8"))
        found: dict[str, Any] = self.page.evaluate(
            "([within, values]) => axe.run(within ?? document, {runOnly: {type: 'tag', values}, resultTypes: ['violations']})",
            [within, _STANDARDS],
        )
        assert found["passes"], "axe looked at nothing"
        return [
            f"{item['impact']}: {item['id']}: {', '.join(str(node['target']) for node in item['nodes'][:5])}"
            for item in found["violations"]
        ]

    def clean(self) -> None:
        """Assert that the page said nothing wrong and asked for nothing but itself."""
        assert self.errors == []
        assert {address.partition("#")[0] for address in self.requests} == {self.address.partition("#")[0]}
