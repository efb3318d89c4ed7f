"""The formats through the real command: several of one run, on standard output and in files."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from runner import commands

from cardlint.formats import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from conftest import Done

FILES = [name for name in FORMATS if name != "github"]
BAD = "---\nlicense: apache2\nlanguage: no\n---\n# A model\n\n[x](@team::error::gone.md)\n"
ONLY = ("--select", "license-unknown,ambiguous-scalar,link-broken,license-missing", "--isolated")


def run(cardlint: Callable[..., Done], *more: str) -> Done:
    written = [word for name in FILES for word in ("--output-format", f"{name}=r.{name}")]
    return cardlint("check", "models/bad", "models/good", *ONLY, "--output-format", "github", *written, *more)


def test_all_formats_of_one_run_agree(cardlint: Callable[..., Done], tmp_path: Path) -> None:
    for name, content in {"bad": BAD, "good": "---\nlicense: mit\n---\n# A model\n"}.items():
        (tmp_path / "models" / name).mkdir(parents=True)
        (tmp_path / "models" / name / "README.md").write_text(content, "utf-8")
    done = run(cardlint)
    assert done.code == 1
    assert done.out == (
        "::error file=models/bad/README.md,line=2,endLine=2,col=10,endColumn=17,title=cardlint%3A license-unknown::"
        '"apache2" is not a Hub licence id; did you mean apache-2.0?%0A= --fix: write apache-2.0%0A'
        "= https://cardlint.github.io/cardlint/rules/metadata/license-unknown/\n"
        "::error file=models/bad/README.md,line=3,endLine=3,col=11,endColumn=13,title=cardlint%3A ambiguous-scalar::"
        "`no` is text for the Hub and false for PyYAML; put it in quotes%0A= --fix: put it in quotes%0A"
        "= https://cardlint.github.io/cardlint/rules/frontmatter/ambiguous-scalar/\n"
        "::warning file=models/bad/README.md,line=7,endLine=7,col=5,endColumn=26,title=cardlint%3A link-broken::"
        'there is no file "@team::error::gone.md"%0A= https://cardlint.github.io/cardlint/rules/documentation/link-broken/\n'
    )
    text = {name: (tmp_path / f"r.{name}").read_bytes().decode() for name in FILES}
    assert text["markdown"] == (
        "## cardlint: 2 errors, 1 warning in 2 repositories\n\n"
        "2 of 2 examined completely, 1 with findings. 2 of 3 can be fixed with `cardlint check --fix`.\n"
        "Policy recommended, cardlint `0.1.0`.\n\n"
        "### Repositories\n\n"
        "| repository | kind | errors | warnings | notes | suppressed | gaps |\n| --- | --- | --- | --- | --- | --- | --- |\n"
        "| `models/bad` | model | 2 | 1 | 0 | 0 | 0 |\n| `models/good` | model | 0 | 0 | 0 | 0 | 0 |\n\n"
        "### `models/bad`\n\n"
        "| severity | rule | place | message |\n| --- | --- | --- | --- |\n"
        "| error | [`license-unknown`](https://cardlint.github.io/cardlint/rules/metadata/license-unknown/) "
        '| `models/bad/README.md:2:10` | "apache2" is not a Hub licence id; did you mean `apache-2.0`? |\n'
        "| error | [`ambiguous-scalar`](https://cardlint.github.io/cardlint/rules/frontmatter/ambiguous-scalar/) "
        "| `models/bad/README.md:3:11` | `` `no` `` is text for the Hub and false for PyYAML; put it in quotes |\n"
        "| warning | [`link-broken`](https://cardlint.github.io/cardlint/rules/documentation/link-broken/) "
        '| `models/bad/README.md:7:5` | there is no file `"@team::error::gone.md"` |\n'
    )
    rules = ["license-unknown", "ambiguous-scalar", "link-broken"]
    assert [entry["check_name"] for entry in json.loads(text["gitlab"])] == rules
    assert [entry["code"]["value"] for entry in json.loads(text["rdjson"])["diagnostics"]] == rules
    cases = [(case.get("classname"), (case.get("name") or "").partition(" ")[0]) for case in ET.fromstring(text["junit"]).iter("testcase")]  # noqa: S314 - our own output
    assert cases == [*(("models/bad", rule) for rule in rules), ("models/good", "nothing")]
    assert [row["rule"] for row in csv.DictReader(text["csv"].splitlines())] == rules
    assert text["csv"].count("\r\n") == 4
    assert not commands("\n".join(text.values()))


def test_what_could_not_be_read_is_in_every_format(cardlint: Callable[..., Done], tmp_path: Path) -> None:
    for name in ("bad", "good"):
        (tmp_path / "models" / name).mkdir(parents=True)
    (tmp_path / "models" / "bad" / "README.md").symlink_to("/dev/zero")
    done = run(cardlint)
    assert done.code == 4
    assert "title=cardlint%3A not examined" in done.out
    for name in FILES:
        told = "something that had to be read could not be" if name == "html" else "not examined"
        assert told in (tmp_path / f"r.{name}").read_text("utf-8").replace("not-examined", "not examined") or name == "json", name


def test_formats_survive_an_output_that_takes_only_ascii(cardlint: Callable[..., Done], tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("---\nlicense: é漢\n---\n", "utf-8")
    for name in ("gitlab", "rdjson"):
        done = cardlint("check", *ONLY, "--output-format", name, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
        assert "é漢" in json.dumps(json.loads(done.out), ensure_ascii=False)
    done = cardlint("check", *ONLY, "--output-format", "junit", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert "é漢" in (next(ET.fromstring(done.out).iter("failure")).get("message") or "")  # noqa: S314 - our own output
