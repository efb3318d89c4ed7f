"""Make schemas/licenses/fingerprints.json again from a folder of licence texts.

    python scripts/build_fingerprints.py FOLDER [FOLDER…]

A folder holds texts as KEY.LICENSE (or KEY.txt), by the keys in TEXTS below, with or without frontmatter. Most of them are those
of ScanCode's licence data: install or unpack `scancode-toolkit-mini` and give its folder `licensedcode/data/licenses`.
Keys that no folder has keep the fingerprint they have; what is in no folder and has none is named and left out.
Only hashes, lengths and names are written, no text.
"""

from __future__ import annotations

import argparse
import json
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

from cardlint.licenses.fingerprint import fingerprint

OUT = Path(__file__).parent.parent / "schemas" / "licenses" / "fingerprints.json"
AS_OF = "2026-11-21"
SOURCE = [
    {
        "what": "ScanCode licence data (aboutcode-org/scancode-toolkit, licensedcode/data/licenses), of which these are hashes",
        "version": "scancode-toolkit-mini 32.5.0",
        "license": "CC-BY-4.0",
        "attribution": "Copyright (c) nexB Inc. and others",
    },
    {
        "what": "llama-3-license-2024: ScanCode's Llama 3.1 text edited to the wording of meta-llama/llama3 LICENSE, not that file",
        "version": "2024-04-18",
        "license": "Meta Llama 3 Community License",
    },
]
# key of the text: (id on the Hub or None, name, phrases that only this text of its family holds)
TEXTS: dict[str, tuple[str | None, str, tuple[str, ...]]] = {
    "apache-2.0": ("apache-2.0", "Apache License 2.0", ("apache license",)),
    "apache-1.1": (None, "Apache License 1.1", ()),
    "mit": ("mit", "MIT License", ()),
    "mit-0": (None, "MIT No Attribution License", ()),
    "bsd-simplified": ("bsd-2-clause", "BSD 2-Clause License", ()),
    "bsd-new": ("bsd-3-clause", "BSD 3-Clause License", ()),
    "bsd-original": ("bsd", "BSD 4-Clause License", ()),
    "bsd-original-uc": ("bsd", "BSD 4-Clause License (University of California)", ()),
    "bsd-zero": (None, "BSD Zero Clause License", ()),
    "clear-bsd": ("bsd-3-clause-clear", "BSD 3-Clause Clear License", ()),
    "gpl-1.0": ("gpl", "GNU General Public License 1", ()),
    "gpl-2.0": ("gpl-2.0", "GNU General Public License 2", ()),
    "gpl-3.0": ("gpl-3.0", "GNU General Public License 3", ()),
    "lgpl-2.0": ("lgpl", "GNU Library General Public License 2", ()),
    "lgpl-2.1": ("lgpl-2.1", "GNU Lesser General Public License 2.1", ()),
    "lgpl-3.0": ("lgpl-3.0", "GNU Lesser General Public License 3", ()),
    "agpl-3.0": ("agpl-3.0", "GNU Affero General Public License 3", ("gnu affero general public license",)),
    "mpl-1.1": (None, "Mozilla Public License 1.1", ()),
    "mpl-2.0": ("mpl-2.0", "Mozilla Public License 2.0", ()),
    "epl-1.0": ("epl-1.0", "Eclipse Public License 1.0", ()),
    "epl-2.0": ("epl-2.0", "Eclipse Public License 2.0", ()),
    "eupl-1.1": ("eupl-1.1", "European Union Public Licence 1.1", ()),
    "eupl-1.2": ("eupl-1.2", "European Union Public Licence 1.2", ()),
    "cc0-1.0": ("cc0-1.0", "Creative Commons Zero 1.0", ()),
    **{
        f"cc-{kind}-{version}": (
            f"cc-{kind}-{version}" if f"cc-{kind}-{version}" not in {
                "cc-by-sa-2.0", "cc-by-sa-2.5", "cc-by-nc-2.5", "cc-by-nd-2.0", "cc-by-nd-2.5", "cc-by-nd-3.0",
                "cc-by-nc-sa-2.5", "cc-by-nc-nd-2.0", "cc-by-nc-nd-2.5",
            } else None,
            f"Creative Commons {kind.upper()} {version}", (),
        )
        for kind in ("by", "by-sa", "by-nc", "by-nd", "by-nc-sa", "by-nc-nd")
        for version in ("2.0", "2.5", "3.0", "4.0")
    },
    "odbl-1.0": ("odbl", "Open Database License 1.0", ()),
    "odc-by-1.0": ("odc-by", "Open Data Commons Attribution License 1.0", ()),
    "pddl-1.0": ("pddl", "Open Data Commons Public Domain Dedication and License 1.0", ()),
    "cdla-permissive-1.0": ("cdla-permissive-1.0", "Community Data License Agreement Permissive 1.0", ()),
    "cdla-permissive-2.0": ("cdla-permissive-2.0", "Community Data License Agreement Permissive 2.0", ()),
    "cdla-sharing-1.0": ("cdla-sharing-1.0", "Community Data License Agreement Sharing 1.0", ()),
    "c-uda-1.0": ("c-uda", "Computational Use of Data Agreement 1.0", ()),
    "unlicense": ("unlicense", "Unlicense", ()),
    "wtfpl-2.0": ("wtfpl", "WTFPL 2", ()),
    "isc": ("isc", "ISC License", ()),
    "zlib": ("zlib", "zlib License", ()),
    "boost-1.0": ("bsl-1.0", "Boost Software License 1.0", ()),
    "bsl-1.1": (None, "Business Source License 1.1", ()),
    "artistic-2.0": ("artistic-2.0", "Artistic License 2.0", ()),
    "afl-3.0": ("afl-3.0", "Academic Free License 3.0", ()),
    "osl-3.0": ("osl-3.0", "Open Software License 3.0", ()),
    "ecl-2.0": ("ecl-2.0", "Educational Community License 2.0", ("educational community license",)),
    "ms-pl": ("ms-pl", "Microsoft Public License", ()),
    "ms-rl": (None, "Microsoft Reciprocal License", ()),
    "lppl-1.3c": ("lppl-1.3c", "LaTeX Project Public License 1.3c", ()),
    "uoi-ncsa": ("ncsa", "University of Illinois/NCSA Open Source License", ()),
    "postgresql": ("postgresql", "PostgreSQL License", ()),
    "gfdl-1.1": ("gfdl", "GNU Free Documentation License 1.1", ()),
    "gfdl-1.2": ("gfdl", "GNU Free Documentation License 1.2", ()),
    "gfdl-1.3": ("gfdl", "GNU Free Documentation License 1.3", ()),
    "ofl-1.1": ("ofl-1.1", "SIL Open Font License 1.1", ()),
    "etalab-2.0": ("etalab-2.0", "Etalab Open License 2.0", ()),
    "etalab-2.0-en": ("etalab-2.0", "Etalab Open License 2.0 (English)", ()),
    "lgpllr": ("lgpl-lr", "Lesser General Public License For Linguistic Resources", ()),
    "cecill-2.1": (None, "CeCILL 2.1", ()),
    "cecill-c": (None, "CeCILL-C", ()),
    "upl-1.0": (None, "Universal Permissive License 1.0", ()),
    "python": (None, "Python License 2.0", ()),
    "psf-2.0": (None, "Python Software Foundation License 2", ()),
    "polyform-noncommercial-1.0.0": (None, "PolyForm Noncommercial License 1.0.0", ()),
    "elastic-license-v2": (None, "Elastic License 2.0", ()),
    "openmdw-1.0": ("openmdw-1.0", "OpenMDW License Agreement 1.0", ()),
    "llama-license-2023": (None, "LLaMA License (2023)", ()),
    "llama-2-license-2023": ("llama2", "Llama 2 Community License", ("llama 2 community license",)),
    "llama-3-license-2024": ("llama3", "Meta Llama 3 Community License", ("meta llama 3 community license",)),
    "llama-3.1-license-2024": ("llama3.1", "Llama 3.1 Community License", ("llama 3.1 community license",)),
    "llama-3.2-license-2024": ("llama3.2", "Llama 3.2 Community License", ("llama 3.2 community license",)),
    "llama-3.3-license-2024": ("llama3.3", "Llama 3.3 Community License", ("llama 3.3 community license",)),
    "llama-4-cla-2025": ("llama4", "Llama 4 Community License", ("llama 4 community license",)),
    "llama-4-license-2025": (None, "Llama 4 Acceptable Use Policy", ("llama 4",)),
    "gemma-tou-2024-04-01": ("gemma", "Gemma Terms of Use (2024-04-01)", ()),
    "gemma-tou-2025-03-24": ("gemma", "Gemma Terms of Use (2025-03-24)", ()),
    "gemma-pup-2024-02-21": (None, "Gemma Prohibited Use Policy", ()),
    "stable-diffusion-2022-08-22": ("creativeml-openrail-m", "CreativeML Open RAIL-M", ()),
    "bigscience-open-rail-m2": ("openrail++", "CreativeML Open RAIL++-M", ()),
    "bigscience-open-rail-m": ("bigscience-openrail-m", "BigScience Open RAIL-M", ()),
    "bigscience-rail-1.0": ("bigscience-bloom-rail-1.0", "BigScience RAIL 1.0", ()),
    "bigcode-open-rail-m-v1": ("bigcode-openrail-m", "BigCode Open RAIL-M 1", ()),
    "qwen-2024": (None, "Qwen License Agreement", ()),
    "tongyi-qianwen-2023": (None, "Tongyi Qianwen License Agreement", ()),
    "deepseek-la-1.0": (None, "DeepSeek License Agreement 1.0", ()),
    "stability-ai-community-2024": (None, "Stability AI Community License", ()),
    "stability-ai-nc-2023-12-06": (None, "Stability AI Non-Commercial Research Community License", ()),
    "flux-1-nc": (None, "FLUX.1 [dev] Non-Commercial License", ()),
    "nvidia-open-model-2025-04-28": (None, "NVIDIA Open Model License", ()),
    "falcon-2-11b-1.0": (None, "Falcon 2 11B TII License 1.0", ()),
    "exaone-ai-model-1.1-nc": (None, "EXAONE AI Model License Agreement 1.1 - NC", ()),
    "moonshot-ai-modified-mit-2025": (None, "Modified MIT License (Moonshot AI)", ()),
    "tencent-hunyuan-3d-2.0-cla": (None, "Tencent Hunyuan 3D 2.0 Community License Agreement", ()),
    "apple-ml-ferret-2023": (None, "Apple ML Ferret License (2023)", ()),
    "chameleon-research-2024": (None, "Chameleon Research License", ()),
}  # fmt: skip

# Parts and wordings of a text that go around by themselves: key -> (key of the text, from, to, words replaced).
VARIANTS: dict[str, tuple[str, str, str, dict[str, str]]] = {
    "apache-2.0-terms": ("apache-2.0", "", "END OF TERMS AND CONDITIONS", {}),
    "apache-2.0-notice": ("apache-2.0", "Licensed under the Apache License", "limitations under the License.", {}),
    "bsd-new-holder": ("bsd-new", "", "", {"the ORGANIZATION": "the copyright holder"}),
    "bsd-new-owner": ("bsd-new", "", "", {"ORGANIZATION": "copyright holder", "COPYRIGHT HOLDER OR": "COPYRIGHT OWNER OR"}),
    "bsd-simplified-owner": ("bsd-simplified", "", "", {"COPYRIGHT HOLDER OR": "COPYRIGHT OWNER OR"}),
    "gpl-2.0-terms": ("gpl-2.0", "", "END OF TERMS AND CONDITIONS", {}),
    "gpl-3.0-terms": ("gpl-3.0", "", "END OF TERMS AND CONDITIONS", {}),
    "agpl-3.0-terms": ("agpl-3.0", "", "END OF TERMS AND CONDITIONS", {}),
}


def part_of(text: str, start: str, end: str, replaced: dict[str, str]) -> str:
    """The text from one anchor to and with the other, with words replaced. Raises ValueError where an anchor is missing."""
    begin = text.rindex(start) if start else 0
    stop = text.index(end, begin) + len(end) if end else len(text)
    part = text[begin:stop]
    for old, new in replaced.items():
        if old not in part:
            raise ValueError(f"{old!r} is not in the text")
        part = part.replace(old, new)
    return part


def text_of(key: str, folders: list[Path]) -> str | None:
    """The text of a key from the first folder that has it, or cut from the text it is a part of."""
    if key in VARIANTS:
        base, start, end, replaced = VARIANTS[key]
        whole = text_of(base, folders)
        return None if whole is None else part_of(whole, start, end, replaced)
    for folder in folders:
        for path in (folder / f"{key}.LICENSE", folder / f"{key}.txt"):
            if path.is_file():
                return path.read_text("utf-8", "replace")
    return None


def entry(key: str, text: str) -> dict[str, Any]:
    """The row of one licence."""
    id_, name, telling = TEXTS[VARIANTS[key][0] if key in VARIANTS else key]
    made = fingerprint(key, id_, name, text, telling)
    packed = b"".join(item.to_bytes(4, "big") for item in sorted(made.hashes))
    row = {
        "key": key, "id": id_, "name": name, "words": made.words, "sha256": made.sha256, "head": made.head, "rate": made.rate,
        "hashes": b64encode(packed).decode(),
    }  # fmt: skip
    return row | ({"telling": list(telling)} if telling else {})


def main() -> int:
    """Write the file; 1 where a text is missing and nothing was known of it."""
    arguments = argparse.ArgumentParser(description="Fingerprints of licence texts.")
    arguments.add_argument("folders", type=Path, nargs="+")
    folders = arguments.parse_args().folders
    held = json.loads(OUT.read_bytes())["fingerprints"] if OUT.is_file() else []
    known = {row["key"]: row for row in held}
    rows, missing = [], []
    for key in (*TEXTS, *VARIANTS):
        text = text_of(key, folders)
        row = known.get(key) if text is None else entry(key, text)
        (missing if row is None else rows).append(row or key)
    head = json.dumps({"name": "fingerprints", "as_of": AS_OF, "source": SOURCE}, indent=1)[:-2]
    lines = ",\n  ".join(json.dumps(row, separators=(",", ":")) for row in rows)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(f'{head},\n "fingerprints": [\n  {lines}\n ]\n}}\n', "utf-8", newline="\n")
    print(f"{len(rows)} fingerprints, {OUT.stat().st_size:,} bytes")
    if missing:
        print(f"no text of {', '.join(map(str, missing))}", file=sys.stderr)
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main())
