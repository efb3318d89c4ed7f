"""What an audit costs: requests and bytes beside a loop of `snapshot_download`, on one server, and repositories a second in folders.

    pip install '.[bench]' && python benchmarks/audit.py [--count N] [--folders N] [--json FILE]

Run it in a checkout: the server and the organisation are those of the tests (`tests/hub`, `tests/audit/organisation.py`). Of the
organisation no file has more than a megabyte, as the loop downloads them all; real weights make its bytes a thousand times as
many and change nothing of an audit. Folders are checked in this process, after one round that does not count, in processor time.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

TESTS = Path(__file__).parent.parent / "tests"
sys.path[:0] = [str(TESTS), str(TESTS / "audit")]

from cardtexts import card  # noqa: E402 - where it lies is said above
from hub.server import Hub  # noqa: E402
from organisation import organisation  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

UNLIMITED = {"api": 10**9, "resolvers": 10**9, "pages": 10**9}
METADATA = ("--select", "frontmatter/,metadata/", "--depth", "metadata")
DEPTHS = {"metadata": METADATA, "card": ("--depth", "card"), "weights": ("--select", "all")}
LOOP = """
from huggingface_hub import HfApi, snapshot_download
from huggingface_hub.errors import HfHubHTTPError
api = HfApi()
for kind, listed in (("model", api.list_models), ("dataset", api.list_datasets), ("space", api.list_spaces)):
    for found in listed(author="acme"):
        try:
            snapshot_download(found.id, repo_type=kind)
        except (HfHubHTTPError, OSError):
            pass
"""
WARM = 100  # folders


class Row(NamedTuple):
    """What was asked and sent for something, in how many seconds."""

    what: str
    requests: int
    bytes: int
    seconds: float


def measured(hub: Hub, what: str, command: Sequence[str], home: Path) -> Row:
    """One command against the server."""
    hub.asked.clear()
    start = time.perf_counter()
    done = subprocess.run([sys.executable, *command], env=hub.environment(home / "hf"), cwd=home, capture_output=True, check=False)
    elapsed = time.perf_counter() - start
    if done.returncode not in {0, 1, 4}:
        sys.exit(f"{what} ended with {done.returncode}: {done.stderr.decode()[-800:]}")
    return Row(what, len(hub.asked), sum(hub.sent.values()), elapsed)


def far(count: int) -> list[Row]:
    """Audits at each depth, twice, and the loop, cold and warm."""
    rows = []
    with Hub(limits=UNLIMITED) as hub, tempfile.TemporaryDirectory() as name:
        organisation(hub, count, light=True)
        for depth, arguments in DEPTHS.items():
            home = Path(name, depth)
            home.mkdir()
            audit = ["-m", "cardlint", "audit", "acme", "--quiet", "--store", str(home / "store.sqlite"), *arguments]
            rows += [measured(hub, f"audit at depth {depth}, {which} run", audit, home) for which in ("first", "second")]
        home = Path(name, "loop")
        home.mkdir()
        rows += [measured(hub, f"loop of snapshot_download, {which}", ["-c", LOOP], home) for which in ("cold", "warm")]
    return rows


def near(count: int) -> list[dict[str, Any]]:
    """Folders with a card each: checked, and their cards only parsed, as much a second of one core."""
    from cardlint.audit.depth import DEPTHS as ORDER
    from cardlint.audit.depth import depth_of
    from cardlint.rule import known
    from cardlint.run import Options, check_target
    from cardlint.target import locate

    rules = tuple(rule.id for rule in known().values() if ORDER.index(depth_of(rule)) <= ORDER.index("card"))
    with tempfile.TemporaryDirectory() as name:
        folders = list(_folders(Path(name), count))
        work: dict[str, Callable[[str], object]] = {
            "check at metadata depth": lambda path: check_target(
                locate(path), Options(select=("frontmatter/", "metadata/"), isolated=True)
            ),
            f"check at card depth, all {len(rules)} rules": lambda path: check_target(locate(path), Options(select=rules, isolated=True)),
            "CSafeLoader.load and MarkdownIt().parse alone": _bare(),
        }
        return [{"what": what, "per_second": _rate(look, folders)} for what, look in work.items()]


def _folders(root: Path, count: int) -> Iterator[str]:
    for number in range(count):
        draw = random.Random(number)  # noqa: S311 - the same each time
        folder = root / f"model-{number:05d}"
        folder.mkdir()
        (folder / "README.md").write_bytes(card(draw, "model", folder.name))
        yield str(folder)


def _bare() -> Callable[[str], object]:
    import yaml
    from markdown_it import MarkdownIt

    parser = MarkdownIt()

    def look(path: str) -> object:
        _, head, body = Path(path, "README.md").read_text().split("---\n", 2)
        return yaml.load(head, yaml.CSafeLoader), parser.parse(body)

    return look


def _rate(look: Callable[[str], object], folders: list[str]) -> float:
    for path in folders[:WARM]:
        look(path)
    start = time.process_time()
    for path in folders:
        look(path)
    return len(folders) / (time.process_time() - start)


def main() -> int:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--count", type=int, default=300)
    arguments.add_argument("--folders", type=int, default=2000)
    arguments.add_argument("--json", type=Path)
    given = arguments.parse_args()
    rows, speeds = far(given.count), near(given.folders)
    cold = next(row for row in rows if row.what.endswith("cold"))
    print(f"| {given.count} repositories | requests | of the loop | bytes | of the loop | seconds |\n| --- | --- | --- | --- | --- | --- |")
    for row in rows:
        shares = f"{row.requests:,} | {row.requests / cold.requests:.4f} | {row.bytes:,} | {row.bytes / cold.bytes:.4f}"
        print(f"| {row.what} | {shares} | {row.seconds:.1f} |")
    print(f"\n| {given.folders} folders, one process | a second of a core | of parsing alone |\n| --- | --- | --- |")
    for speed in speeds:
        print(f"| {speed['what']} | {speed['per_second']:.0f} | {speed['per_second'] / speeds[-1]['per_second']:.2f} |")
    if given.json:
        given.json.write_text(json.dumps({"far": [row._asdict() for row in rows], "near": speeds}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
