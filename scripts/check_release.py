"""Whether this checkout may be released under a tag: python scripts/check_release.py TAG REPOSITORY [NOTES].

TAG is the tag with its `v`, REPOSITORY the `owner/name` the release would come from. The tag must name the static version, which
must be the same wherever it is written; the changelog must have a section for it with a date; and the repository must be the
one the package says it comes from. NOTES is a file the section of the changelog is written to.
"""

from __future__ import annotations

import re
import runpy
import sys
import tomllib
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
HEADING = re.compile(r"^## (\S+) \(([^)\n]*)\)$", re.MULTILINE)
WIDTH = re.compile(r"^\d{4}-\d{2}-\d{2}$")


def section(changelog: str, version: str) -> tuple[str, str] | None:
    """The date and the text of the section of a version, as the changelog has them."""
    headings = list(HEADING.finditer(changelog))
    for heading, following in zip(headings, [*headings[1:], None], strict=True):
        if heading[1] == version:
            return heading[2], changelog[heading.end() : following.start() if following else None].strip()
    return None


def dated(text: str, today: date) -> bool:
    """Whether this is a day, written YYYY-MM-DD, that has come. A day's grace: it may have come elsewhere."""
    try:
        return bool(WIDTH.match(text)) and (date.fromisoformat(text) - today).days <= 1
    except ValueError:
        return False


def obstacles(tag: str, repository: str, root: Path = ROOT, today: date | None = None) -> Iterator[str]:
    """Everything that forbids the release."""
    version = str(tomllib.loads((root / "pyproject.toml").read_text("utf-8"))["project"]["version"])
    if tag != f"v{version}":
        yield f"the tag is {tag}, but the version in pyproject.toml is {version}, so it must be v{version}"
    # Run, not imported: nothing is installed where this is asked, and neither module imports anything at once.
    said = runpy.run_path(str(root / "cardlint" / "__init__.py"))["__version__"]
    if said != version:
        yield f"cardlint.__version__ is {said}, but the version in pyproject.toml is {version}"
    home = str(runpy.run_path(str(root / "cardlint" / "home.py"))["REPOSITORY"]).removeprefix("https://github.com/")
    if repository != home:
        yield f"this is {repository}, but releases come from {home} alone (cardlint/home.py)"
    found = section((root / "CHANGELOG.md").read_text("utf-8"), version)
    if found is None:
        yield f'CHANGELOG.md has no section "## {version} (YYYY-MM-DD)"'
    elif not dated(found[0], today or date.today()):  # noqa: DTZ011 - a day's grace covers every zone
        yield f'CHANGELOG.md says "{found[0]}" of {version}; it must be a date, YYYY-MM-DD, that is not in the future'
    elif not found[1]:
        yield f"CHANGELOG.md says nothing of {version}"


def main() -> int:
    """Say what forbids the release; 1 where anything does, 2 for wrong use."""
    if len(sys.argv) not in {3, 4}:
        print("usage: check_release.py TAG REPOSITORY [NOTES]", file=sys.stderr)
        return 2
    tag, repository = sys.argv[1:3]
    found = list(obstacles(tag, repository))
    for line in found:
        print(line, file=sys.stderr)
    if not found and len(sys.argv) == 4:  # noqa: PLR2004 - the third argument
        notes = section((ROOT / "CHANGELOG.md").read_text("utf-8"), tag.removeprefix("v"))
        assert notes is not None  # noqa: S101 - obstacles() would have said so
        Path(sys.argv[3]).write_text(f"{notes[1]}\n", "utf-8", newline="\n")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
