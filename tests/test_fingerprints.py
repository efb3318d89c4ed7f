"""Licence texts: recognised whatever their layout, told apart where they are close, and never guessed.

No third party's text lies here: texts are made up and registered, or are the licences of the packages installed beside the tests.
"""

from __future__ import annotations

import importlib.metadata
import random
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from ending import ends

from cardlint.errors import Blocked, Inapplicable, Unreadable
from cardlint.gittree import GitTree
from cardlint.licenses.fingerprint import NEAR, Fingerprint, fingerprint, identify, shipped, words
from cardlint.licenses.texts import MOST_FILES, license_texts, role_of
from cardlint.repository import Identity, Repository
from cardlint.source import Excluding, Memory

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parent.parent
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 11357\n"
SYLLABLES = ("ka", "lo", "mi", "re", "su", "ta", "vo", "ne", "pi", "du")


def terms(seed: str, count: int) -> str:
    """So many words that nobody wrote, the same for one seed, in sentences."""
    chance = random.Random(seed)
    made = ["".join(chance.choices(SYLLABLES, k=3)) for _ in range(count)]
    return "\n\n".join(" ".join(made[at : at + 60]) + "." for at in range(0, count, 60))


LONG = terms("long", 1_500)
SHORT = terms("short", 120)
VERSION = "Grove 3.1 Community Terms\n\n" + LONG.replace(".\n\n", " the Grove 3.1 terms.\n\n", 4)
KNOWN = (
    fingerprint("long", "long-1.0", "Long License", LONG),
    fingerprint("short", "short", "Short License", SHORT),
    fingerprint("short-more", "short-more", "Short License and More", SHORT + "\n\n" + terms("more", 40)),
)


def keys(text: str, known: tuple[Fingerprint, ...] = KNOWN) -> list[tuple[str, float]]:
    return [(match.key, match.confidence) for match in identify(text, known).matches]


def wrapped(text: str, width: int) -> str:
    made = text.split()
    return "\n".join(" ".join(made[at : at + width]) for at in range(0, len(made), width))


LAYOUTS = {
    "as it is": LONG,
    "wrapped": wrapped(LONG, 7),
    "one line": " ".join(LONG.split()),
    "upper case": LONG.upper(),
    "Windows": LONG.replace("\n", "\r\n"),
    "old Mac": LONG.replace("\n", "\r"),
    "mark": "\ufeff" + LONG,
    "comment": "\n".join(f"# {line}" for line in wrapped(LONG, 9).split("\n")),
    "C comment": "/*\n" + "\n".join(f" * {line}" for line in wrapped(LONG, 9).split("\n")) + "\n */",
    "quotation": "\n".join(f"> {line}" for line in wrapped(LONG, 9).split("\n")),
    "Markdown": "# " + LONG.replace("kalomi", "**kalomi**").replace(".", ".  "),
    "HTML": "<p>" + LONG.replace("\n\n", "</p>\n<p>") + "</p>",
    "frontmatter": f"---\nkey: long\n---\n{LONG}",
    "copyright": f"Copyright (c) 2024 The Grove authors. All rights reserved.\n\n{LONG}",
    "sign": f"© 2024 Grove\n\n{LONG}",
    "numbered": "\n\n".join(f"{number}. {part}" for number, part in enumerate(LONG.split("\n\n"), 1)),
    "address": LONG.replace(".\n", ". https://example.org/terms\n", 1),
    "UTF-16 without a mark": LONG.encode("utf-16-le").decode("latin-1"),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout_does_not_matter(layout: str) -> None:
    assert keys(LAYOUTS[layout]) == [("long", 1.0)]


def test_text_around_a_licence_is_counted_not_matched() -> None:
    found = identify(f"{terms('before', 50)}\n\n{LONG}\n\n{terms('after', 70)}", KNOWN)
    assert [match.key for match in found.matches] == ["long"]
    assert found.unexplained == 120
    assert identify(LONG, KNOWN).unexplained == 0


def test_several_licences_in_one_file() -> None:
    assert keys(f"{SHORT}\n\n{terms('between', 30)}\n\n{LONG}") == [("long", 1.0), ("short", 1.0)]


def test_the_longer_of_two_that_contain_one_another() -> None:
    assert keys(SHORT + "\n\n" + terms("more", 40)) == [("short-more", 1.0)]
    assert keys(SHORT) == [("short", 1.0)]


def test_changed_words_lower_the_confidence_and_a_rewrite_is_not_found() -> None:
    made = LONG.split()
    few, many, most = ([("banana" if at % step == 3 else word) for at, word in enumerate(made)] for step in (400, 40, 8))
    (light,) = identify(" ".join(few), KNOWN).matches
    (heavy,) = identify(" ".join(many), KNOWN).matches
    assert light.sure
    assert 0.95 <= light.confidence < 1
    assert not heavy.sure
    assert heavy.confidence >= NEAR
    assert keys(" ".join(most)) == []


def test_versions_that_differ_in_a_number_are_told_apart_or_left_open() -> None:
    texts = {number: VERSION.replace("3.1", number) for number in ("3.1", "3.2", "4")}
    known = tuple(fingerprint(number, f"grove{number}", f"Grove {number}", text) for number, text in texts.items())
    assert {number: keys(text, known) for number, text in texts.items()} == {number: [(number, 1.0)] for number in texts}
    made = texts["3.2"].split()
    (match,) = identify(" ".join("banana" if at % 40 == 3 else word for at, word in enumerate(made)), known).matches
    assert match.key == "3.2"
    assert match.rivals, "a changed text may be that of a sister"


def test_without_its_telling_phrase_a_text_is_not_sure() -> None:
    known = (fingerprint("grove", "grove", "Grove", VERSION, ("grove 3.1 community terms",)),)
    (whole,) = identify("Preface. " + VERSION, known).matches
    (bare,) = identify(VERSION.partition("\n\n")[2], known).matches
    assert whole.confidence == 1
    assert not bare.sure


def test_a_licence_of_four_words_cannot_be_recognised() -> None:
    with pytest.raises(ValueError, match="4 words"):
        fingerprint("tiny", None, "Tiny", "do as you like")


@pytest.mark.parametrize("text", ["", "MIT", "\0\0", "---\n---\n", "Copyright (c) 2024 Grove", "<p></p>", "https://example.org/"])
def test_texts_that_are_none(text: str) -> None:
    assert identify(text).matches == ()


def test_an_enumeration_is_no_copyright_line() -> None:
    assert words("(c) You must keep what stands here") == words("You must keep what stands here")
    assert words("(c) 2024 Grove\nKeep it") == ["keep", "it"]


@pytest.mark.parametrize(
    "text",
    [
        LONG * 60,
        "<a" * 200_000,
        "-" * 400_000,
        "1." * 200_000,
        "copyright " * 40_000,
        "same words here again now " * 16_000,
        " \n" * 200_000,
    ],
)
def test_hostile_texts_take_no_time(text: str) -> None:
    with ends():
        identify(text)


def test_what_ships_is_sound_and_small() -> None:
    assert len(shipped()) >= 110
    assert len({item.key for item in shipped()}) == len(shipped())
    assert all(item.hashes and item.words >= 40 and all(hash_ % item.rate == 0 for hash_ in item.hashes) for item in shipped())
    assert (ROOT / "schemas" / "licenses" / "fingerprints.json").stat().st_size < 300_000


def test_the_ids_that_ship_are_the_hubs() -> None:
    from cardlint.vocabulary import load_vocabulary

    assert {item.id for item in shipped() if item.id} <= {*load_vocabulary("licenses").values}


CLASSIFIERS = {
    "MIT": {"mit"}, "MIT License": {"mit"}, "Apache-2.0": {"apache-2.0"}, "Apache 2.0": {"apache-2.0"}, "Apache Software License": {"apache-2.0"},
    "BSD-3-Clause": {"bsd-3-clause"}, "BSD-2-Clause": {"bsd-2-clause"}, "BSD License": {"bsd-2-clause", "bsd-3-clause", "bsd"},
    "MPL-2.0": {"mpl-2.0"}, "Mozilla Public License 2.0 (MPL 2.0)": {"mpl-2.0"}, "PSF-2.0": {"psf-2.0", "python"}, "ISC": {"isc"},
    "Apache-2.0 OR BSD-2-Clause": {"apache-2.0", "bsd-2-clause"}, "MPL-2.0 AND MIT": {"mpl-2.0", "mit"}, "GPL-3.0-or-later": {"gpl-3.0"},
}  # fmt: skip


def expected_of(package: importlib.metadata.Distribution) -> set[str]:
    """The keys or ids of the licences a package's metadata names; none where it names others than the table holds."""
    metadata = package.metadata
    classified = [line.rpartition("::")[2].strip() for line in metadata.get_all("Classifier") or [] if line.startswith("License ::")]
    said = [metadata.get("License-Expression") or metadata.get("License") or "", *classified]
    return next((CLASSIFIERS[item] for item in said if item in CLASSIFIERS), set())


def license_files(package: importlib.metadata.Distribution) -> Iterator[str]:
    for file in package.files or ():
        path = Path(str(file.locate()))
        if ".dist-info" in str(file) and path.is_file() and path.name.upper().startswith(("LICEN", "COPYING")):
            yield path.read_text("utf-8", "replace")


def test_the_licences_of_installed_packages_are_what_their_metadata_says() -> None:
    rows = [
        (package.metadata["Name"], expected_of(package), [identify(text) for text in license_files(package)])
        for package in importlib.metadata.distributions()
    ]
    known = [
        (name, expected, {match.id or match.key for result in results for match in result.matches})
        for name, expected, results in rows
        if expected
    ]
    assert sum(bool(found) for _, _, found in known) >= 10
    assert [row for row in known if row[2] and not row[1] & row[2]] == []


def texts(files: dict[str, bytes | int], kind: str = "model", *, listed: bool = True) -> dict[str, tuple[str, str]]:
    repository = Repository(Memory(files, listed), Identity(kind))  # type: ignore[arg-type]
    return {item.path: (item.role, str(item.obstacle or "")) for item in license_texts(repository)}


def test_the_files_that_speak_of_licences() -> None:
    names = (
        "LICENSE",
        "License.md",
        "LICENCE.txt",
        "COPYING",
        "LICENSE-CODE",
        "LICENSE-MODEL",
        "NOTICE",
        "USE_POLICY.md",
        "UNLICENSE",
        "LICENSES/MIT.txt",
        "LICENSES/a/b.txt",
        "src/LICENSE",
        "README.md",
        "licensing.md",
        "DATA_LICENSE",
    )
    held: dict[str, bytes | int] = dict.fromkeys(names, b"text")
    assert {path: role for path, (role, _) in texts(held).items()} == {
        "LICENSE": "license", "License.md": "license", "LICENCE.txt": "license", "COPYING": "license", "LICENSE-CODE": "part", "LICENSE-MODEL": "license",
        "NOTICE": "notice", "USE_POLICY.md": "policy", "UNLICENSE": "license", "LICENSES/MIT.txt": "part",
    }  # fmt: skip
    assert role_of("DATA_LICENSE", "dataset") == "license"
    assert role_of("LICENSE-CODE", "space") == "license"


@pytest.mark.parametrize(
    ("card", "named"),
    [
        ("license_link: terms/own%20terms.txt#top", True),
        ("license_link: ./terms/own terms.txt", True),
        ("license_link: https://example.org", False),
        ("license_link: [x]", False),
        ("license_link: README.md", False),
        ("a: [", False),
    ],
)
def test_the_file_license_link_names(card: str, named: bool) -> None:
    files: dict[str, bytes | int] = {"README.md": f"---\n{card}\n---\n".encode(), "terms/own terms.txt": b"Be kind."}
    assert texts(files) == ({"terms/own terms.txt": ("license", "")} if named else {})


@pytest.mark.parametrize(
    ("content", "kind", "words_"),
    [
        (POINTER, Blocked, "pointer"),
        (b"x" * 400_001, Unreadable, "larger"),
        (b"%PDF-1.7 ...", Inapplicable, "not text"),
        (500, Unreadable, "size"),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes | int, kind: type, words_: str) -> None:
    (item,) = license_texts(Repository(Memory({"LICENSE": content})))
    assert isinstance(item.obstacle, kind)
    assert words_ in str(item.obstacle)
    assert item.identified.matches == ()
    assert item.span is None


def test_a_pointer_in_a_tree_of_git_is_no_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = GitTree(tmp_path)
    monkeypatch.setattr(GitTree, "entries", lambda _: Memory({"LICENSE": POINTER}).entries())
    monkeypatch.setattr(GitTree, "read", lambda _, path, *__: {"LICENSE": POINTER}[path])
    (item,) = license_texts(Repository(Excluding(tree, ("x",))))
    assert isinstance(item.obstacle, Inapplicable)


def test_many_files_are_bounded() -> None:
    found = texts({f"LICENSE-{number:03}": b"x" for number in range(MOST_FILES + 5)})
    assert len(found) == MOST_FILES + 5
    assert sum("more than" in why for _, why in found.values()) == 5


def test_on_standard_input_no_files_are_known() -> None:
    assert texts({"README.md": b"", "LICENSE": b"x"}, listed=False) == {}


@pytest.mark.parametrize("content", ["\ufeffFirst\nSecond", "\n\n  First\r\nSecond", "First", "\ufeff\nFirst"])
def test_the_place_of_a_text_is_its_first_line(content: str) -> None:
    repository = Repository(Memory({"LICENSE": content.encode()}))
    (item,) = license_texts(repository)
    assert item.span is not None
    assert repository.texts["LICENSE"].cut(item.span).strip("\ufeff ") == "First"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_encodings(encoding: str) -> None:
    apache = (ROOT / "LICENSE").read_text("utf-8")
    (item,) = license_texts(Repository(Memory({"LICENSE": apache.encode(encoding)})))
    assert [(match.id, match.confidence) for match in item.identified.matches] == [("apache-2.0", 1.0)]
