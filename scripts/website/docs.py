"""Pages made of the Markdown files of the repository, and where they stand in the navigation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from website.markup import Converter, blocks, parse
from website.pages import Page, SiteError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from website.links import Links

# The pages of docs/ by group, in order; what is named nowhere comes after the last page of the group OTHERS.
GROUPS: dict[str, tuple[str, ...]] = {
    "Start": ("index", "weights", "code", "hub", "lineage", "air-gapped", "fixes", "suppressions", "changelog", "contributing"),
    "In your workflow": (
        "pre-commit",
        "before-upload",
        "github-action",
        "gitlab-ci",
        "code-scanning",
        "reports",
        "reports-html",
    ),
    "Organisations": ("audit", "compare", "repair"),
    "Policies": ("policies",),
    "Background": ("readers", "corpus", "speed", "releasing"),
}
OTHERS = "In your workflow"
DECISIONS = "decisions/"
_TOP = {"README.md": "", "CONTRIBUTING.md": "contributing/", "CHANGELOG.md": "changelog/"}
_LONGEST = 200


def document_addresses(root: Path) -> dict[str, str]:
    """The addresses of the pages made of Markdown files: README and its like, and all below docs/ but the examples."""
    below = [path.relative_to(root / "docs").as_posix() for path in sorted((root / "docs").rglob("*.md"))]
    return {**_TOP, **{f"docs/{name}": f"{name.removesuffix('.md')}/" for name in below if not name.startswith("examples/")}}


def document_pages(root: Path, links: Links) -> Iterator[Page]:
    """A page per Markdown file, and one that lists the decisions."""
    decisions = []
    for source, address in document_addresses(root).items():
        page = _page(root, source, address, links)
        yield page
        if address.startswith(DECISIONS):
            decisions.append(page)
    text = "# Decisions\n\nWhy things are as they are, a page each.\n\n" + "".join(
        f"- [{page.title}]({page.source})\n" for page in decisions
    )
    to = Converter("README.md", DECISIONS, links)
    yield Page(DECISIONS, "Decisions", "Why things are as they are", to.convert(text))


def _page(root: Path, source: str, address: str, links: Links) -> Page:
    text = (root / source).read_text("utf-8")
    tokens = parse(text)
    title = next((tokens[at + 1].content for at, token in enumerate(tokens) if token.type == "heading_open" and token.tag == "h1"), None)
    if title is None:
        raise SiteError(f"{source}:1: a page needs a title, `# In words`")
    first = next((block[1] for block in blocks(tokens) if block[0].type == "paragraph_open"), None)
    words = "".join(" " if child.type.endswith("break") else child.content for child in first.children or ()) if first else title
    about = " ".join(words.split())
    about = about if len(about) <= _LONGEST else about[:_LONGEST].rsplit(" ", 1)[0] + " …"
    return Page(address, title, about, Converter(source, address, links).convert(text), text, source)
