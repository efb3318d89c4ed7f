"""Build the documentation site into OUT: python scripts/build_site.py OUT, with the extra `docs`.

Everything is made of the rule cards, policies, schemas, vocabularies and Markdown files of this checkout; nothing made is
committed. A link, an anchor or a page that leads nowhere, a file somewhere that a browser would load: each ends the build.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from website import docs, llms, policies, reference, rules, schemas, vocabularies
from website.linkcheck import broken
from website.links import Links
from website.navigation import navigation
from website.pages import Page, SiteError, unique
from website.severities import policies as policy_names

from cardlint.errors import CardlintError
from cardlint.home import REPOSITORY, SITE
from cardlint.rule import shipped

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parent.parent
ASSETS = Path(__file__).resolve().parent / "website" / "assets"
_MARK = "llms.txt"  # by which a folder is known to hold a site of ours
_FEATURES = (
    "content.code.copy", "navigation.footer", "navigation.prune", "navigation.tabs", "navigation.top",
    "search.highlight", "toc.follow",
)  # fmt: skip


def links(root: Path) -> Links:
    """Which file or folder of the repository became which page."""
    known = shipped()
    by_rule = {rule.id: rules.address(rule) for rule in known.values()}
    addresses = {
        "rules": "rules/", "schemas": schemas.INDEX, "schemas/vocabulary": vocabularies.INDEX, "docs/decisions": docs.DECISIONS,
        "rules/policies": policies.SHIPPED,
        **docs.document_addresses(root),
        **{f"rules/{rule.category}": f"rules/{rule.category}/" for rule in known.values()},
        **{f"rules/{rule.path}": by_rule[rule.id] for rule in known.values()},
        **{f"rules/policies/{name}.yaml": f"policies/{name}/" for name in policy_names()},
        **{path: schemas.address(path) for path in schemas.schema_files(root)},
        **{path: vocabularies.address(path) for path in vocabularies.vocabulary_files(root)},
    }  # fmt: skip
    return Links(root, addresses, by_rule)


def pages(root: Path) -> list[Page]:
    """Every page of the site. Raises SiteError."""
    known, to = shipped(), links(root)
    return unique([
        *docs.document_pages(root, to), *rules.index_pages(known), *rules.rule_pages(known, to), *policies.policy_pages(known, to),
        *reference.reference_pages(root, to), *schemas.schema_pages(root, to), *vocabularies.vocabulary_pages(root),
    ])  # fmt: skip


def configuration(made: Iterable[Page], tree: Path, out: Path) -> dict[str, Any]:
    """What the generator is told."""
    schemes = [("(prefers-color-scheme: light)", "default", "dark"), ("(prefers-color-scheme: dark)", "slate", "light")]
    palette = [
        {
            "media": media, "scheme": scheme, "primary": "custom", "accent": "custom",
            "toggle": {"icon": f"material/weather-{'night' if other == 'dark' else 'sunny'}", "name": f"Switch to {other} colours"},
        }
        for media, scheme, other in schemes
    ]  # fmt: skip
    return {
        "site_name": "cardlint", "site_url": SITE,
        "docs_dir": str(tree), "site_dir": str(out), "use_directory_urls": False,
        "theme": {"name": "material", "font": False, "language": "en", "features": list(_FEATURES), "palette": palette},
        "plugins": ["search", "offline"],
        "markdown_extensions": ["attr_list", {"toc": {"permalink": True, "toc_depth": 3}}],
        "extra": {
            "homepage": "index.html", "polyfills": ["assets/iframe-worker.js"], "generator": False,
            "social": [{"icon": "fontawesome/brands/github", "link": REPOSITORY, "name": "Source"}],
        },
        "extra_css": ["assets/site.css"], "extra_javascript": ["assets/rules.js"],
        "nav": navigation(made),
        "validation": {"nav": {"omitted_files": "warn", "not_found": "warn", "absolute_links": "warn"}},
    }  # fmt: skip


def write_tree(made: Iterable[Page], tree: Path, root: Path) -> None:
    """Pages, assets and files to download, for the generator."""
    for page in made:
        path = tree / page.file
        path.parent.mkdir(parents=True, exist_ok=True)
        head = {"title": page.title, "description": page.about, **({} if page.search else {"search": {"exclude": True}})}
        path.write_text(f"---\n{json.dumps(head, ensure_ascii=False)}\n---\n{page.body}", "utf-8", newline="\n")
    shutil.copytree(ASSETS, tree / "assets", dirs_exist_ok=True)
    for name in [*schemas.schema_files(root), *vocabularies.vocabulary_files(root)]:
        _copy(root / name, tree / name)
    for name in policy_names():
        _copy(root / f"rules/policies/{name}.yaml", tree / f"policies/{name}.yaml")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def build(root: Path, out: Path) -> int:
    """Build the site of a checkout; how many pages there are. Raises SiteError for what does not hold together, and leaves OUT alone."""
    if out.exists() and not (out / _MARK).is_file() and (not out.is_dir() or any(out.iterdir())):
        raise SiteError(f"{out} is there already and no site of ours, which alone may be replaced; give another folder, or an empty one")
    made = pages(root)
    with tempfile.TemporaryDirectory() as folder:
        tree, built = Path(folder, "docs"), Path(folder, "site")
        write_tree(made, tree, root)
        settings = Path(folder, "mkdocs.yml")
        settings.write_text(json.dumps(configuration(made, tree, built)), "utf-8")
        _generate(settings)
        _name_folders(built)
        (built / _MARK).write_text(llms.index(made), "utf-8", newline="\n")
        (built / "llms-full.txt").write_text(llms.full(made), "utf-8", newline="\n")
        missing = [page.address for page in made if not (built / page.address / "index.html").is_file()]
        if wrong := [*(f"{address or 'the landing page'} was not built" for address in missing), *broken(built)]:
            raise SiteError("\n".join(wrong))
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(built, out)
    return len(made)


def _generate(settings: Path) -> None:
    """Run the generator. Raises SiteError where it is missing, or has anything to say against the site."""
    if importlib.util.find_spec("material") is None:
        raise SiteError("missing component: mkdocs-material; install the extra docs")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--config-file", str(settings)]
    environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 - our own command
    if done.returncode:
        raise SiteError(f"the generator gave up:\n{done.stdout}{done.stderr}".rstrip())


def _name_folders(out: Path) -> None:
    """Give pages the addresses that `cardlint.home` promises where the generator names their files: canonical links, sitemap."""
    named = re.compile(rf'((?:rel="canonical" href="|<loc>){re.escape(SITE)}[^"<]*?)index\.html(?=["<])')
    for path in [*out.rglob("*.html"), out / "sitemap.xml"]:
        path.write_text(named.sub(r"\1", path.read_text("utf-8")), "utf-8", newline="\n")
    (out / "sitemap.xml.gz").unlink(missing_ok=True)


def main() -> int:
    """Build the site into the folder that is named; 1 where something does not hold together."""
    if len(sys.argv) != 2:  # noqa: PLR2004 - the command and OUT
        print("usage: python scripts/build_site.py OUT", file=sys.stderr)
        return 2
    out = Path(sys.argv[1]).resolve()
    try:
        count = build(ROOT, out)
    except (SiteError, CardlintError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{count} pages in {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
