"""Licence ids: nicknames that certainly mean one, and spellings that only narrow it down."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from vocabulary.model import Attributes, Former, Values, unclear

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# Carry no terms at all, or name a family without saying which member.
EXTRA: dict[str, Attributes] = {
    "unknown": {"terms": False},
    "other": {"terms": False},
    **{key: {"family": True} for key in ("bsd", "cc", "gfdl", "gpl", "lgpl", "openrail")},
}

_NICKNAMES = {
    "apache-2.0": "apache | apache2 | apache-2 | apache2.0 | apache 2 | apache 2.0 | apache-v2 | apache v2"
    " | apache-v2.0"
    " | apache v2.0 | apache-2.0-license | apache 2.0 license | apache-license-2.0 | apache license v2.0"
    " | apache license, version 2.0 | apache license version 2.0 | apache software license 2.0",
    "mit": "mit license | mit-license | mit licence | mit-licence | the mit license | expat | mit/expat",
    "openrail": "openrail family",
    "openrail++": "openrail++-m | open-rail++-m | creativeml-openrail++-m | creativeml open rail++-m"
    " | openrail-plus-plus",
    "bigscience-openrail-m": "bigscience openrail-m | bigscience-open-rail-m",
    "creativeml-openrail-m": "creativeml openrail-m | creativeml-open-rail-m | creativeml open rail-m"
    " | creative-ml-openrail-m",
    "bigscience-bloom-rail-1.0": "bigscience-bloom-rail | bloom-rail-1.0 | bigscience-rail-1.0"
    " | bigscience-bloom-rail-v1.0",
    "bigcode-openrail-m": "bigcode openrail-m | bigcode-openrail-m-v1 | bigcode-open-rail-m | bigcode-open-rail-m-v1",
    "afl-3.0": "afl-3 | afl3 | afl 3.0 | afl-v3.0 | aflv3",
    "artistic-2.0": "artistic-2 | artistic 2.0 | artistic license 2.0 | artistic-license-2.0",
    "bsl-1.0": "boost | boost-1.0 | boost software license | boost software license 1.0 | boost-software-license-1.0",
    "bsd": "bsd license | bsd-license",
    "bsd-2-clause": "bsd2 | bsd-2 | bsd 2-clause | 2-clause bsd | bsd 2 clause | simplified bsd | freebsd"
    " | bsd-2-clause-license",
    "bsd-3-clause": "bsd3 | bsd-3 | bsd 3-clause | 3-clause bsd | bsd 3 clause | new bsd | modified bsd"
    " | bsd-3-clause-license"
    " | revised bsd | bsd 3-clause license",
    "bsd-3-clause-clear": "clear bsd | bsd-clear | bsd 3-clause clear",
    "c-uda": "c-uda-1.0 | computational use of data agreement v1.0",
    "cc": "creative commons | creative-commons",
    "cc0-1.0": "cc0 | cc-0 | cc-zero | cc0-1 | cc0 1.0 | cc-0-1.0 | cc0 1.0 universal | cc0-1.0-universal | cc0-v1.0"
    " | creative commons zero | creative commons zero 1.0",
    "cdla-sharing-1.0": "cdla-sharing | cdla-sharing-v1.0 | cdla-sharing-1",
    "cdla-permissive-1.0": "cdla-permissive-v1.0 | cdla-permissive-1",
    "cdla-permissive-2.0": "cdla-permissive-v2.0 | cdla-permissive-2",
    "ecl-2.0": "ecl-2 | ecl 2.0",
    "epl-1.0": "epl-1 | epl 1.0 | eplv1",
    "epl-2.0": "epl-2 | epl 2.0 | eplv2",
    "etalab-2.0": "etalab-2 | etalab 2.0 | licence-ouverte-2.0 | licence ouverte 2.0 | open-licence-etalab-2.0",
    "eupl-1.1": "eupl 1.1 | euplv1.1 | eupl-v1.1",
    "eupl-1.2": "eupl 1.2 | euplv1.2 | eupl-v1.2",
    "agpl-3.0": "agpl3 | agpl-3 | agplv3 | agpl-v3 | agpl 3.0 | agpl v3 | agplv3.0 | agpl-v3.0 | agpl3.0"
    " | gnu agplv3 | gnu agpl v3",
    "gfdl": "gnu free documentation license",
    "gpl": "gnu gpl | gnu general public license",
    "gpl-2.0": "gpl2 | gpl-2 | gplv2 | gpl-v2 | gpl 2.0 | gpl v2 | gplv2.0 | gpl-v2.0 | gpl2.0 | gnu gplv2"
    " | gnu gpl v2",
    "gpl-3.0": "gpl3 | gpl-3 | gplv3 | gpl-v3 | gpl 3.0 | gpl v3 | gplv3.0 | gpl-v3.0 | gpl3.0 | gnu gplv3 | gnu gpl v3"
    " | gnu-gpl-3.0 | gnu-gplv3 | gnu general public license v3",
    "lgpl": "gnu lgpl | gnu lesser general public license",
    "lgpl-2.1": "lgplv2.1 | lgpl2.1 | lgpl-v2.1 | lgpl 2.1 | lgpl v2.1",
    "lgpl-3.0": "lgpl3 | lgpl-3 | lgplv3 | lgpl-v3 | lgpl 3.0 | lgpl v3 | lgpl-v3.0 | lgplv3.0",
    "isc": "isc license | isc-license",
    "h-research": "h-research-license",
    "intel-research": "intel-research-license | intel-research-use-license",
    "lppl-1.3c": "lppl 1.3c | lppl-v1.3c",
    "ms-pl": "mspl | microsoft-public-license",
    "apple-ascl": "ascl | apple-sample-code-license",
    "apple-amlr": "amlr | apple-amlr-license",
    "mpl-2.0": "mpl2 | mpl-2 | mplv2 | mpl 2.0 | mpl-v2.0 | mpl2.0 | mozilla public license, version 2.0",
    "odc-by": "odc-by-1.0 | odcby | odc by | open data commons attribution license",
    "odbl": "odbl-1.0 | odc-odbl | odc-odbl-1.0 | open database license",
    "openmdw-1.0": "openmdw 1.0 | openmdw-v1.0",
    "openmdw-1.1": "openmdw 1.1 | openmdw-v1.1",
    "osl-3.0": "osl-3 | osl 3.0 | oslv3",
    "postgresql": "postgres | postgresql-license",
    "ofl-1.1": "sil-ofl-1.1 | sil ofl 1.1 | ofl 1.1 | sil open font license | open font license 1.1",
    "ncsa": "uiuc | uiuc-ncsa | university of illinois/ncsa",
    "unlicense": "the-unlicense | the unlicense license",
    "zlib": "zlib-license | zlib/libpng",
    "pddl": "pddl-1.0 | odc-pddl | odc-pddl-1.0 | pddl 1.0",
    "lgpl-lr": "lgpllr | lgpl lr",
    "wtfpl": "wtfpl-2.0 | wtfpl-2 | wtfpl v2",
    "deepfloyd-if-license": "deepfloyd-if | deepfloyd-if-research-license",
    "fair-noncommercial-research-license": "fair-noncommercial-research | fair noncommercial research",
    "grok2-community": "grok-2-community | grok-2-community-license | grok2-community-license"
    " | grok 2 community license",
    "gemma": "gemma license | gemma-license | gemma-terms | gemma-terms-of-use | gemma-tou | gemma1 | gemma2 | gemma3"
    " | gemma-1 | gemma-2 | gemma-3",
    "unknown": "unknown license | unknown-license",
    "other": "other license | other-license",
}  # fmt: skip

_LLAMA = ("2", "3", "3.1", "3.2", "3.3", "4")
_CC_PARTS = ("by", "by-sa", "by-nc", "by-nd", "by-nc-sa", "by-nc-nd")
_CC_VERSIONS = ("1.0", "2.0", "2.5", "3.0", "4.0")
_CC_ALL = {
    "by": "2.0 2.5 3.0 4.0",
    "by-sa": "3.0 4.0",
    "by-nc": "2.0 3.0 4.0",
    "by-nd": "4.0",
    "by-nc-sa": "2.0 3.0 4.0",
    "by-nc-nd": "3.0 4.0",
}
_WORDS = {"by": "attribution", "sa": "sharealike", "nc": "noncommercial", "nd": "noderivatives"}
_SWAPPED = {"by-nc-sa": "by-sa-nc", "by-nc-nd": "by-nd-nc"}


def _llama_nicknames(version: str) -> Iterator[str]:
    for stem in (f"llama-{version}", f"llama {version}", f"llama{version}"):
        yield stem
        for tail in ("community", "community-license", "license", "community-license-agreement"):
            yield f"{stem}-{tail}"
            yield f"{stem} {tail.replace('-', ' ')}"
    yield f"meta-llama-{version}"


def _cc_nicknames(parts: str, version: str) -> Iterator[str]:
    short = version.removesuffix(".0")
    stems = (f"cc-{parts}", f"cc {parts}", f"cc {parts.replace('-', ' ')}", f"cc{parts}")
    for stem, number in product(stems, {version, short}):
        yield from (f"{stem}-{number}", f"{stem} {number}", f"{stem}{number}", f"{stem}-v{number}")
    if version == "4.0":
        yield from (f"cc-{parts}-4.0-international", f"cc {parts} 4.0 international", f"cc-{parts}-4.0-intl")
    if parts in _SWAPPED:
        yield f"cc-{_SWAPPED[parts]}-{version}"
    words = "-".join(_WORDS[part] for part in parts.split("-"))
    yield f"creative commons {words} {version}"


def _cc_ids() -> Iterator[tuple[str, str]]:
    return ((parts, version) for parts, versions in _CC_ALL.items() for version in versions.split())


def _aliases() -> dict[str, str]:
    table = {name.strip(): target for target, names in _NICKNAMES.items() for name in names.split("|")}
    table |= {name: f"llama{version}" for version in _LLAMA for name in _llama_nicknames(version)}
    table |= {name: f"cc-{parts}-{version}" for parts, version in _cc_ids() for name in _cc_nicknames(parts, version)}
    return {name: target for name, target in table.items() if name != target}


ALIASES = _aliases()


def labels(values: Values) -> Mapping[str, str]:
    """The Hub's own long names, in lower case."""
    return {str(entry["label"]).lower(): key for key, entry in values.items()}


_GNU = "the Hub has one id for this version; it cannot say -only or -or-later"
_FAMILY = "names no version"
_CUSTOM = "not a Hub id: use license: other with license_name and license_link"
_BUSINESS = "Business Source is not on the Hub's list; bsl-1.0 there is the Boost Software License"


def _gnu() -> Iterator[tuple[str, Former]]:
    for key in ("gpl-2.0", "gpl-3.0", "agpl-3.0", "lgpl-2.1", "lgpl-3.0"):
        family, version = key.split("-")
        short = version.removesuffix(".0")
        for name in (f"{key}-only", f"{key}-or-later", f"{key}+", f"{family}v{short}+", f"{family}-{short}+"):
            yield name, unclear(key, note=_GNU)


def _creative_commons() -> Iterator[tuple[str, Former]]:
    present = {f"cc-{parts}-{version}" for parts, version in _cc_ids()}
    for parts in _CC_PARTS:
        family = tuple(f"cc-{parts}-{version}" for version in _CC_ALL[parts].split())
        for name in (f"cc-{parts}", f"cc {parts}", f"cc{parts}"):
            yield name, unclear(*family, note=_FAMILY)
    for parts, version in product(_CC_PARTS, _CC_VERSIONS):
        if (name := f"cc-{parts}-{version}") not in present:
            yield name, unclear("other", note=_CUSTOM)


def _custom() -> Iterator[tuple[str, Former]]:
    names = (
        "proprietary commercial custom private closed closed-source research-only all-rights-reserved copyright eula"
        " qwen qwen-license qwen-research tongyi-qianwen deepseek deepseek-license modified-mit mrl mnpl"
        " mistral-research-license nvidia-open-model-license nvidia-license stabilityai-ai-community"
        " stabilityai-community flux-1-dev-non-commercial-license falcon-llm-license exaone yi-license"
        " hunyuan tencent-hunyuan-community chatglm-6b internlm baichuan polyform-noncommercial-1.0.0"
        " sspl-1.0 mit-0 0bsd"
    )
    return ((name, unclear("other", note=_CUSTOM)) for name in names.split())


_OPENRAIL = ("openrail", "creativeml-openrail-m", "bigscience-openrail-m", "bigcode-openrail-m")
_BY_HAND = {
    "agpl": unclear("agpl-3.0", note=_FAMILY),
    "bsl": unclear("bsl-1.0", "other", note=_BUSINESS),
    **{key: unclear("other", note=_BUSINESS) for key in ("busl-1.1", "busl", "bsl-1.1", "business source license")},
    "cdla": unclear("cdla-sharing-1.0", "cdla-permissive-1.0", "cdla-permissive-2.0", note=_FAMILY),
    "cdla-permissive": unclear("cdla-permissive-1.0", "cdla-permissive-2.0", note=_FAMILY),
    "creativeml-openrail": unclear("creativeml-openrail-m", "openrail++", note="names no member of the family"),
    "epl": unclear("epl-1.0", "epl-2.0", note=_FAMILY),
    "etalab": unclear("etalab-2.0", note=_FAMILY),
    "eupl": unclear("eupl-1.1", "eupl-1.2", note=_FAMILY),
    **{
        f"gfdl-{v}{tail}": unclear("gfdl", note="the Hub lists the family only")
        for v in ("1.1", "1.2", "1.3")
        for tail in ("", "-only", "-or-later")
    },
    "gpl-1.0": unclear("gpl", note="the Hub lists no such version"),
    "grok2": unclear("grok2-community", note="names a model, not a licence"),
    "lgpl-2.0": unclear("lgpl", note="the Hub lists no such version"),
    "llama": unclear(*(f"llama{v}" for v in _LLAMA), note=_FAMILY),
    "mpl": unclear("mpl-2.0", note=_FAMILY),
    "n/a": unclear("unknown", "other", note="says nothing about terms"),
    "no license": unclear("unknown", "other", note="says nothing about terms"),
    "non-commercial": unclear("cc-by-nc-4.0", "other", note="a condition, not a licence"),
    "none": unclear("unknown", "other", note="says nothing about terms"),
    "null": unclear("unknown", "other", note="says nothing about terms"),
    "openmdw": unclear("openmdw-1.0", "openmdw-1.1", note=_FAMILY),
    "openrail-m": unclear(*_OPENRAIL, note="names no member of the family"),
    "public domain": unclear("cc0-1.0", "unlicense", "pddl", note="a status; name the dedication"),
    "public-domain": unclear("cc0-1.0", "unlicense", "pddl", note="a status; name the dedication"),
    "publicdomain": unclear("cc0-1.0", "unlicense", "pddl", note="a status; name the dedication"),
    "rail": unclear(*_OPENRAIL, note="names no member of the family"),
    "research": unclear("other", note="a condition, not a licence"),
    "all rights reserved": unclear("other", note=_CUSTOM),
    "unlicensed": unclear("unlicense", "other", note="means without a licence; The Unlicense is a dedication"),
}

FORMER: dict[str, Former] = {**dict(_custom()), **dict(_creative_commons()), **dict(_gnu()), **_BY_HAND}
