"""Language codes: bibliographic, withdrawn and collective codes, names in English and in the language."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from vocabulary.model import Former, Values, former, unclear

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ADD: Values = {
    "code": {"label": "Programming language", "special": True},
    "multilingual": {"label": "Multilingual", "special": True},
}


def read_languages(data: Mapping[str, Any]) -> Values:
    """Two- and three-letter codes, in order; the two-letter ones with their name in the language."""
    values: Values = {key: {"label": entry["name"]} for key, entry in data["iso_639_3"].items()}
    for key, entry in data["iso_639_1"].items():
        native = {"native": entry["nativeName"]} if entry.get("nativeName") else {}
        values[key] = {"label": entry["name"], **native}
    return dict(sorted(values.items()))


def names(values: Values) -> Mapping[str, str]:
    """Lower-case names of the languages with two letters, where one name means one language."""
    pairs = [pair for key, entry in values.items() if "native" in entry for pair in _names(key, entry)]
    seen = Counter(name for name, _ in set(pairs))
    return {name: key for name, key in pairs if seen[name] == 1 and len(name) >= _SHORTEST_NAME}


_SHORTEST_NAME = 4


def _names(key: str, entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in {str(entry["label"]).lower(), str(entry["native"]).lower()}:
        yield name, key


_BIBLIOGRAPHIC = (
    "alb:sq arm:hy baq:eu bur:my chi:zh cze:cs dut:nl fre:fr geo:ka ger:de gre:el ice:is mac:mk mao:mi may:ms per:fa"
    " rum:ro slo:sk tib:bo wel:cy"
)
_WITHDRAWN = "iw:he in:id ji:yi jw:jv mo:ro mol:ro scr:hr scc:sr bih:bh ajp:apc"
_RETIRED = "kgm ksa nom plj pmk prp slq szd tmk tpw xss zkb zua"

# Two-letter country codes that are no language code, written for the language of the country.
_COUNTRIES = {
    "us": "en", "gb": "en", "il": "he", "ir": "fa", "kh": "km", "np": "ne", "bd": "bn", "rs": "sr", "by": "be",
    "ge": "ka", "mm": "my", "pk": "ur pa", "lk": "si ta", "sp": "es", "at": "de",
}  # fmt: skip

# Groups of languages of ISO 639-2 and 639-5.
_COLLECTIVE = (
    "aav:Austro-Asiatic afa:Afro-Asiatic alg:Algonquian alv:Atlantic-Congo apa:Apache aqa:Alacalufan aql:Algic"
    " art:artificial ath:Athapascan auf:Arauan aus:Australian awd:Arawakan azc:Uto-Aztecan bad:Banda bai:Bamileke"
    " bat:Baltic ber:Berber bnt:Bantu btk:Batak cai:Central_American_Indian cau:Caucasian cba:Chibchan"
    " ccn:North_Caucasian ccs:South_Caucasian cdc:Chadic cdd:Caddoan cel:Celtic cmc:Chamic cpe:English-based_creole"
    " cpf:French-based_creole cpp:Portuguese-based_creole crp:creole_and_pidgin csu:Central_Sudanic cus:Cushitic"
    " day:Land_Dayak dmn:Mande dra:Dravidian egx:Egyptian esx:Eskimo-Aleut euq:Basque fiu:Finno-Ugrian fox:Formosan"
    " gem:Germanic gme:East_Germanic gmq:North_Germanic gmw:West_Germanic grk:Greek him:Western_Pahari hmx:Hmong-Mien"
    " hok:Hokan hyx:Armenian iir:Indo-Iranian ijo:Ijo inc:Indic ine:Indo-European ira:Iranian iro:Iroquoian itc:Italic"
    " jpx:Japanese kar:Karen kdo:Kordofanian khi:Khoisan kro:Kru map:Austronesian mkh:Mon-Khmer mno:Manobo mun:Munda"
    " myn:Mayan nah:Nahuatl nai:North_American_Indian ngf:Trans-New_Guinea nic:Niger-Kordofanian nub:Nubian"
    " omq:Oto-Manguean omv:Omotic oto:Otomian paa:Papuan phi:Philippine plf:Central_Malayo-Polynesian"
    " poz:Malayo-Polynesian pqe:Eastern_Malayo-Polynesian pqw:Western_Malayo-Polynesian pra:Prakrit qwe:Quechuan"
    " roa:Romance sai:South_American_Indian sal:Salishan sdv:Eastern_Sudanic sem:Semitic sgn:sign sio:Siouan"
    " sit:Sino-Tibetan sla:Slavic smi:Sami son:Songhai sqj:Albanian ssa:Nilo-Saharan syd:Samoyedic tai:Tai"
    " tbq:Tibeto-Burman trk:Turkic tup:Tupi tut:Altaic tuw:Tungus urj:Uralic wak:Wakashan wen:Sorbian xgn:Mongolian"
    " xnd:Na-Dene ypk:Yupik zhx:Chinese zle:East_Slavic zls:South_Slavic zlw:West_Slavic znd:Zande"
)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for item in text.split():
        key, _, value = item.partition(":")
        yield key, value.replace("_", " ")


def _collective(group: str) -> Former:
    return unclear(note=f"collective code ({group} languages), acceptance unverified; name the languages")


_PROGRAMMING = unclear("code", note="programming languages are written code")
_NO_LANGUAGE = unclear(note="not a language; a tag can say it")
_NOTHING = unclear(note="names no language; leave it out, or the key where nothing else is in it")
_NOTHING_SAID = (
    "unknown", "none", "n/a", "null", "noinfo", "no info", "no language", "no-language", "no_language", "other", "others",
    "undefined", "unspecified", "not specified", "not applicable", "not-applicable", "no linguistic content", "-",
)  # fmt: skip

FORMER: dict[str, Former] = {
    **{key: _collective(group) for key, group in _pairs(_COLLECTIVE)},
    **{key: unclear(*target.split(), note="a country, not a language") for key, target in _COUNTRIES.items()},
    **{key: former(target, "bibliographic code of ISO 639-2") for key, target in _pairs(_BIBLIOGRAPHIC)},
    **{key: former(target, "code withdrawn from ISO 639") for key, target in _pairs(_WITHDRAWN)},
    **{key: unclear(note="code retired from ISO 639-3") for key in _RETIRED.split()},
    **dict.fromkeys(("python", "javascript", "typescript", "c++", "sql", "rust", "bash", "programming"), _PROGRAMMING),
    **dict.fromkeys(("protein", "smiles"), _NO_LANGUAGE),
    **dict.fromkeys(_NOTHING_SAID, _NOTHING),
    "eml": unclear("egl", "rgn", note="code withdrawn from ISO 639-3"),
    "sh": unclear("sr", "hr", "bs", note="Serbo-Croatian, withdrawn from ISO 639-1"),
    "mandarin": unclear("zh", "cmn"),
    "chinese (simplified)": unclear("zh", note="the script belongs into language_bcp47: zh-Hans"),
    "chinese (traditional)": unclear("zh", note="the script belongs into language_bcp47: zh-Hant"),
    "tonga": unclear("to", "toi", "tog"),
    "ພາສາ": unclear("lo", note="the word for language"),
    "flemish": unclear("nl", "vls"),
    "multi": unclear("multilingual", "mul"),
    "indian": unclear("hi", note="names no language"),
}

ALIASES: dict[str, str] = {
    "jp": "ja",
    "cn": "zh",
    "cz": "cs",
    "ua": "uk",
    "dk": "da",
    "gr": "el",
    "vn": "vi",
    "cantonese": "yue",
    "farsi": "fa",
    "filipino": "fil",
    "castilian": "es",
    "brazilian portuguese": "pt",
    "bokmal": "nb",
    "norwegian bokmal": "nb",
    "nynorsk": "nn",
    "odia": "or",
    "myanmar": "my",
    "punjabi": "pa",
    "sinhalese": "si",
    "slovenian": "sl",
    "kyrgyz": "ky",
    "uighur": "ug",
    "multi-lingual": "multilingual",
}
