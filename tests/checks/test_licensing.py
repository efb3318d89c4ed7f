"""What a repository says of its own licence: metadata against files against prose, and what is not to be taken for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from bulk import bulk
from ending import ends

from cardlint import engine
from cardlint.licenses import fingerprint, names, prose
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory

if TYPE_CHECKING:
    from cardlint.licenses.prose import Statement
    from cardlint.report import Finding, Target
    from cardlint.repository import Kind

APACHE = (Path(__file__).parents[2] / "LICENSE").read_text("utf-8")
GROVE = "Grove Terms\n\n" + " ".join(f"word{number} of the grove" for number in range(60)) + " without warranty"
BROOK = "Brook Terms\n\n" + " ".join(f"stone{number} in the brook" for number in range(60)) + " without warranty"
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"a" * 64 + b"\nsize 11357\n"


@pytest.fixture(autouse=True)
def invented(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two licences nobody has beside those that ship, so that no third party's text lies here."""
    known = (
        *fingerprint.shipped(),
        fingerprint.fingerprint("grove", "mit", "Grove License", GROVE),
        fingerprint.fingerprint("brook", "isc", "Brook License", BROOK),
    )
    monkeypatch.setattr(fingerprint, "shipped", lambda: known)


def run(
    card: str, body: str = "", files: dict[str, Any] | None = None, *, kind: Kind = "model", rule: str = "license-contradicted"
) -> Target:
    held: dict[str, bytes | int] = {"README.md": f"---\n{card}\n---\n{body}\n".encode()}
    held |= {path: content.encode() if isinstance(content, str) else content for path, content in (files or {}).items()}
    repository = Repository(Memory(held), Identity(kind, told=True))
    target = engine.run(repository, load_policy(shipped(), select=(rule,)).bind(repository))
    assert target.failed == ()
    return target


def one(card: str, body: str = "", files: dict[str, Any] | None = None, *, kind: Kind = "model") -> Finding:
    (finding,) = run(card, body, files, kind=kind).findings
    assert finding.subject == "license"
    return finding


def silent(card: str, body: str = "", files: dict[str, Any] | None = None, *, kind: Kind = "model") -> bool:
    target = run(card, body, files, kind=kind)
    assert target.skipped == ()
    return target.findings == ()


def said(body: str, kind: Kind = "model") -> tuple[Statement, ...]:
    repository = Repository(Memory({"README.md": f"---\nlicense: mit\n---\n{body}\n".encode()}), Identity(kind))
    return prose.statements(repository.fact("topics"), kind)


def here(body: str, kind: Kind = "model") -> list[str]:
    return [min(item.ids) for item in said(body, kind) if item.scope == "this"]


# Names of licences.


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("MIT", "mit"), ("MIT License", "mit"), ("Apache 2.0", "apache-2.0"), ("Apache-2.0", "apache-2.0"), ("Apache License, Version 2.0", "apache-2.0"),
        ("Apache License", "apache-2.0"), ("Apache v2", "apache-2.0"), ("CC BY 4.0", "cc-by-4.0"), ("cc-by-nc-sa-3.0", "cc-by-nc-sa-3.0"), ("CC0", "cc0-1.0"), ("CC0 1.0 Universal", "cc0-1.0"),
        ("Creative Commons Attribution-NonCommercial-NoDerivatives 4.0 International", "cc-by-nc-nd-4.0"), ("Creative Commons Attribution Share Alike 4.0", "cc-by-sa-4.0"),
        ("Attribution-NonCommercial 4.0 International", "cc-by-nc-4.0"), ("CC‑BY 4.0", "cc-by-4.0"), ("Creative Commons Zero v1.0 Universal", "cc0-1.0"), ("GPLv3", "gpl-3.0"), ("GPL-3.0-or-later", "gpl-3.0"),
        ("GNU General Public License v2.0", "gpl-2.0"), ("GNU Affero General Public License v3", "agpl-3.0"), ("LGPL-2.1", "lgpl-2.1"), ("LGPL v3", "lgpl-3.0"), ("BSD 3-Clause License", "bsd-3-clause"),
        ("BSD-2-Clause", "bsd-2-clause"), ("CreativeML OpenRAIL-M", "creativeml-openrail-m"), ("CreativeML Open RAIL++-M", "openrail++"), ("BigCode OpenRAIL-M", "bigcode-openrail-m"),
        ("Llama 2 Community License", "llama2"), ("Llama 3.1 Community License Agreement", "llama3.1"), ("Gemma Terms of Use", "gemma"), ("ODC-BY", "odc-by"), ("ODbL", "odbl"), ("PDDL", "pddl"), ("MPL 2.0", "mpl-2.0"),
        ("Mozilla Public License 2.0", "mpl-2.0"), ("Unlicense", "unlicense"), ("Computational Use of Data Agreement", "c-uda"), ("CDLA-Permissive-2.0", "cdla-permissive-2.0"), ("ISC License", "isc"),
        ("Boost Software License 1.0", "bsl-1.0"), ("EUPL-1.2", "eupl-1.2"), ("MIT-0", "mit-0"), ("WTFPL", "wtfpl"),
    ],
)  # fmt: skip
def test_names(text: str, id_: str) -> None:
    (name,) = names.names(f"It is under the {text}.")
    assert name.ids == {id_}
    (name,) = names.names(f"许可{text}许可证") if not text.startswith("Un") else names.names(text)
    assert name.ids == {id_}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("CC BY-NC", {"cc-by-nc-4.0", "cc-by-nc-2.0"}), ("Creative Commons", {"cc0-1.0", "cc-by-nd-4.0"}), ("BSD License", {"bsd", "bsd-3-clause"}), ("GPL", {"gpl-2.0", "lgpl-3.0", "agpl-3.0"}),
        ("OpenRAIL", {"openrail", "openrail++"}), ("LGPL", {"lgpl-2.1", "lgpl"}), ("Llama 3 Community License", {"llama3", "llama3.1"}),
    ],
)  # fmt: skip
def test_names_without_a_version_mean_the_family(text: str, ids: set[str]) -> None:
    (name,) = names.names(text)
    assert name.ids >= ids


@pytest.mark.parametrize(
    "text",
    [
        "the MIT Media Lab",
        "MITRE",
        "Apache Spark",
        "CCNet",
        "a BSDE solver",
        "open source",
        "general purpose",
        "GPLX",
        "public",
        "ACC 4.0",
        "summit",
    ],
)
def test_words_that_are_no_licence(text: str) -> None:
    assert names.names(text) == []


def test_a_name_that_cannot_be_told() -> None:
    assert [name.ids for name in names.names("a modified MIT License, CC Public Domain Mark 1.0")] == [frozenset(), frozenset()]


# Statements.

OF_THIS = [
    "This model is licensed under the MIT License.", "This fine-tuned model has been released under the [MIT](LICENSE) license.", "Our models are **available under** the `MIT` license.", "The model weights are distributed under MIT.",
    "本模型采用 MIT 许可证。", "本模型遵循MIT许可证开源。", "本模型採用 MIT 授權條款。", "このモデルは MIT License の下で公開されています。", "本モデルはMITライセンスです。", "이 모델은 MIT 라이선스를 따릅니다.", "Dieses Modell steht unter der MIT-Lizenz.",
    "Ce modèle est distribué sous licence MIT.", "Este modelo se publica bajo la licencia MIT.", "Este modelo está licenciado sob a licença MIT.", "Questo modello è rilasciato sotto licenza MIT.", "Эта модель распространяется под лицензией MIT.",
    "هذا النموذج متاح بموجب رخصة MIT", "License: MIT", "- **License:** MIT", "* License: [MIT](https://opensource.org/licenses/MIT)", "许可证：MIT", "## License\n\nMIT", "## License\n\nThe MIT License.", "## Lizenz\n\nMIT", "## ライセンス\n\nMIT",
    "## 许可证\n\nMIT", "### 6. License 📜\n\nSee the MIT License.", "## License\n\nThis project is licensed under the MIT License.", "![License](https://img.shields.io/badge/license-MIT-green.svg)",
    "[![License: MIT](https://img.shields.io/badge/License-MIT-yellow.svg)](https://opensource.org/licenses/MIT)", "# Model\n\nIt is good. This model is released\nunder the\nMIT license.",
]  # fmt: skip


@pytest.mark.parametrize("body", OF_THIS)
def test_statements_on_this_model(body: str) -> None:
    assert here(body) == ["mit"]


NOT_OF_THIS = [
    "The code is MIT, the weights are not.", "BERT was released under the MIT License.", "This model is based on X, which is released under MIT.", "This model was trained with an MIT licensed library.", "The dataset is licensed under MIT.",
    "This model is not released under the MIT license.", "This model will be released under MIT.", "This model is compatible with the MIT license.", "代码采用 MIT 许可证。", "本模型基于 Qwen（MIT 许可证）微调而成。", "> This model is licensed under MIT.", "```\nLicense: MIT\n```",
    "    License: MIT", "<!-- License: MIT -->", "| License | MIT |\n|--|--|\n| a | b |", "## Base model\n\nLicense: MIT", "## Base model\n\n### License\n\nMIT", "## Training data\n\n- License: MIT", "## License of the code\n\nMIT",
    "[![License: MIT](https://img.shields.io/badge/License-MIT-yellow.svg)](https://github.com/a/b/blob/main/LICENSE)", "![code](https://img.shields.io/badge/code%20license-MIT-blue)", "![l](https://img.shields.io/badge/license-see%20MIT%20people-blue)",
    "The model BERT is released under MIT.", "Das Modell GBERT ist unter MIT veröffentlicht.", "Le modèle CamemBERT est distribué sous licence MIT.", "We thank the MIT people.", "## License\n\nThe model is under our own terms, unlike MIT.", "## License\n\nMIT\n\nApache 2.0", "# T\n\n## Usage\n\nLicense: MIT", "License: see MIT about it", "License: modified MIT", "This model is under a modified MIT license.",
    "This model is under " + "very " * 200 + "MIT.", "This model is good. " * 300 + "This model is licensed under MIT.",
]  # fmt: skip


@pytest.mark.parametrize("body", NOT_OF_THIS)
def test_statements_on_something_else(body: str) -> None:
    assert here(body) == []


def test_datasets_are_called_by_their_names() -> None:
    assert here("## Licensing Information\n\nHarbourQA is distributed under the [MIT](x) license.", "dataset") == ["mit"]
    assert here("## Licensing Information\n\nIt rests on sources. HarbourQA is distributed under MIT.", "dataset") == []
    assert here("The dataset is under MIT.", "dataset") == ["mit"]
    assert here("## License\n\nHarbourBERT is distributed under the MIT license.") == []
    assert here("This Space is licensed under MIT.", "space") == ["mit"]


def test_addresses_of_creative_commons_are_names() -> None:
    (item,) = said("This model is under a [Creative Commons licence](https://creativecommons.org/licenses/by-nc/4.0/).")
    assert item.ids == {"cc-by-nc-4.0"}
    (item,) = said("This model is under [that](https://creativecommons.org/publicdomain/zero/1.0/).")
    assert item.ids == {"cc0-1.0"}


def test_the_span_of_a_statement_is_the_name() -> None:
    body = "# T\n\nThis **model** is under the [MIT License](LICENSE)."
    (item,) = said(body)
    assert f"---\nlicense: mit\n---\n{body}\n"[item.span.start : item.span.end] == "MIT License"


def test_no_more_characters_are_read_than_that(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "This model is under the MIT License.\n\n" * 9
    assert len(said(body)) == 9
    monkeypatch.setattr(prose, "_MOST_CHARACTERS", 5 * 36)
    assert len(said(body)) == 5


HOSTILE = {
    "names": ("CC BY-SA " * 30 + "\n\n") * bulk(3_500), "one line": "CC " * bulk(330_000), "sections": "## License\n\nMIT\n\n" * bulk(50_000), "sentences": ("This model is licensed under the " + "x " * 250 + "MIT. \n\n") * bulk(1_800),
    "badges": "![l](https://img.shields.io/badge/license-MIT-blue) " * bulk(18_000), "brackets": "[" * bulk(1_000_000), "subjects": ("this this this model " * 200 + " MIT\n\n") * bulk(250), "labels": ("license" + " " * 4_000 + ":MIT\n\n") * bulk(250),
    "dashes": ("apache" + "- ," * 1_500 + "\n\n") * bulk(200),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.bulk
def test_hostile_bodies_take_no_time(name: str) -> None:
    repository = Repository(Memory({"README.md": f"---\nlicense: isc\n---\n{HOSTILE[name]}".encode()}), Identity("model"))
    markdown = repository.fact("markdown")
    assert isinstance((markdown.sections, markdown.links), tuple)  # reading Markdown is not what is timed
    with ends():
        assert len(prose.statements(repository.fact("topics"), "model")) <= prose.MOST_STATEMENTS


# Contradictions.


def test_a_sentence_contradicts_with_both_places() -> None:
    finding = one("license: apache-2.0", "This model is released under CC BY-NC 4.0.")
    assert finding.severity == "error"
    assert finding.message == 'the metadata says license: apache-2.0, but the text of the card says "CC BY-NC 4.0"'
    assert [(item.place.path, item.place.line) for item in finding.related] == [("README.md", 4)]


def test_a_licence_file_contradicts() -> None:
    finding = one("license: apache-2.0", "", {"LICENSE": GROVE})
    assert (finding.severity, finding.message) == (
        "error",
        "the metadata says license: apache-2.0, but LICENSE is the text of the Grove License",
    )
    assert [(item.place.path, item.place.line) for item in finding.related] == [("LICENSE", 1)]


def test_file_and_text_are_one_finding() -> None:
    finding = one("license: apache-2.0", "This model is released under CC BY-NC 4.0.", {"LICENSE": GROVE})
    assert [item.place.path for item in finding.related] == ["LICENSE", "README.md"]


def test_a_changed_text_is_a_warning_at_most() -> None:
    made = GROVE.split()
    changed = " ".join("banana" if at % 45 == 9 else word for at, word in enumerate(made))
    finding = one("license: apache-2.0", "", {"LICENSE": changed})
    assert finding.severity == "warning"
    assert "LICENSE is nearly the text of the Grove License" in finding.message


UNSURE = ["![License](https://img.shields.io/badge/license-MIT-green.svg)", "## License\n\nThis project is licensed under the MIT License."]


@pytest.mark.parametrize("body", UNSURE)
def test_what_may_mean_something_else_is_a_warning(body: str) -> None:
    assert one("license: apache-2.0", body).severity == "warning"


def test_where_the_metadata_is_open_file_and_text_are_compared() -> None:
    finding = one("license: other", "This model is released under Apache 2.0.", {"LICENSE": GROVE})
    assert (finding.severity, finding.message) == ("warning", 'the card says "Apache 2.0", but LICENSE is the text of the Grove License')
    assert silent("license: other", "", {"LICENSE": GROVE})


SAME = [
    ("license: mit", "This model is released under the MIT license.", {"LICENSE": GROVE}),
    ("license: [apache-2.0, mit]", "License: MIT", {"LICENSE": GROVE}),
    ("license: bsd-3-clause", "This model is under the BSD license.", {}),
    ("license: cc", "This model is under CC BY-NC 4.0.", {}),
    ("license: openrail", "This model is under the CreativeML OpenRAIL-M license.", {}),
    ("license: creativeml-openrail-m", "This model is under OpenRAIL.", {}),
    ("license: gpl-3.0", "This model is under GPL-3.0-or-later.", {}),
    ("license: gpl", "This model is under GPLv3.", {}),
    ("license: cc-by-4.0", "This model is under Creative Commons Attribution.", {}),
    ("license: cc-by-nc-sa-4.0", "This model is under a Creative Commons Non-Commercial license.", {}),
    ("license: apache-2.0", "This model is licensed under MIT. This model is licensed under Apache 2.0.", {}),
    ("license: apache-2.0", "", {"LICENSE": APACHE, "LICENSE-CODE": GROVE, "NOTICE": BROOK}),
    ("license: apache-2.0", "", {"LICENSE": GROVE, "LICENSE-MODEL": APACHE}),
    ("license: apache-2.0", "", {"LICENSE": GROVE, "LICENSES/Apache-2.0.txt": APACHE}),
    ("license: apache-2.0", "", {"LICENSE-CODE": GROVE, "THIRD-PARTY": GROVE, "NOTICE": GROVE, "sub/LICENSE": GROVE}),
    ("license: apache-2.0", "The code is under the MIT license, see LICENSE.", {"LICENSE": GROVE}),
    ("license: apache-2.0", "", {"LICENSE": GROVE, "COPYING": "Terms nobody knows. " * 20}),
    ("license: apache-2.0", "", {"LICENSE": "MIT"}),
    ("license: apache-2.0", "", {"LICENSE": "Terms nobody knows. " * 40}),
    ("license: apache-2.0", "", {"LICENSE": GROVE + "\n" + "An agreement of its own that quotes another. " * 100}),
    ("license: apache2", "This model is under MIT.", {"LICENSE": GROVE}),
    ("license: [1, {a: b}, null]", "This model is under MIT.", {"LICENSE": GROVE}),
    ("license: {a: b}", "This model is under MIT.", {}),
    ("license:", "This model is under MIT.", {}),
    ("license: ' '", "This model is under MIT.", {}),
    ("tags: [x]", "This model is under MIT.", {"LICENSE": APACHE}),
]  # fmt: skip


@pytest.mark.parametrize(("card", "body", "files"), SAME, ids=range(len(SAME)))
def test_what_contradicts_nothing(card: str, body: str, files: dict[str, str]) -> None:
    assert silent(card, body, files)


@pytest.mark.parametrize("content", [POINTER, 500, b"x" * 400_001])
def test_a_licence_file_that_could_not_be_read_is_not_clean(content: bytes | int) -> None:
    (skipped,) = run("license: mit", "", {"LICENSE": content}).skipped
    assert "LICENSE" in skipped.reason
    assert run("license: mit", "This model is under Apache 2.0.", {"LICENSE": content}).findings
    assert run("license: other", "", {"LICENSE": content}).skipped == ()


def test_a_licence_for_print_is_not_applicable() -> None:
    assert run("license: mit", "", {"LICENSE.pdf": b"%PDF-1.7"}).not_applicable == ("license-contradicted",)


def test_the_old_key_of_datasets_counts() -> None:
    assert one("licenses: [mit]", "## Licensing Information\n\nCC BY-SA 4.0", kind="dataset").message.startswith(
        "the metadata says licenses: mit,"
    )


# The text that is missing.


def missing(card: str, files: dict[str, Any] | None = None, body: str = "") -> bool:
    target = run(card, body, {"model.bin": 5, **(files or {})}, rule="license-text-missing")
    assert target.skipped == ()
    return bool(target.findings)


@pytest.mark.parametrize("id_", ["mit", "apache-2.0", "gpl-3.0", "llama3.1", "gemma", "[mit, apache-2.0]"])
def test_licences_that_ask_for_their_text(id_: str) -> None:
    assert missing(f"license: {id_}")


@pytest.mark.parametrize(
    "card",
    [
        "license: cc0-1.0",
        "license: other",
        "license: unknown",
        "license: [mit, cc0-1.0]",
        "license: nobody-knows",
        "license: [1]",
        "license: {a: b}",
        "tags: [x]",
    ],
)
def test_licences_that_do_not(card: str) -> None:
    assert not missing(card)


@pytest.mark.parametrize(
    "path",
    ["LICENSE", "license.txt", "LICENCE.md", "COPYING", "LICENSE-MODEL", "LICENSES/MIT.txt", "src/LICENSE", "UNLICENSE", "MODEL_LICENSE"],
)
def test_files_that_hold_a_text(path: str) -> None:
    assert not missing("license: mit", {path: 1_000})


@pytest.mark.parametrize(
    "files", [{"LICENSE": 0}, {"NOTICE": 100}, {"USE_POLICY.md": 100}, {"licensing.md": 100}, {"web/vendor/x/LICENSE": 100}]
)
def test_files_that_do_not(files: dict[str, int]) -> None:
    assert missing("license: mit", files)


def test_a_linked_file_and_a_card_with_the_text() -> None:
    assert not missing("license: mit\nlicense_link: terms.md", {"terms.md": 100})
    assert missing("license: mit\nlicense_link: https://example.org/LICENSE")
    assert not missing("license: mit", {}, "# T\n\n" + GROVE)
    assert missing("license: mit", {}, "# T\n\n" + BROOK)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Released for non-commercial research only (CC BY-NC 4.0).", "CC BY-NC 4.0"),
        ("Distributed under the MIT License, see LICENSE.", "MIT License"),
        ("The code is MIT; the weights are CC-BY-NC-SA-4.0 and for research only.", "CC-BY-NC-SA-4.0"),
        ("Model weights are not for commercial use.", "are not for commercial use"),
        ("## Intended use\n\nThe model may only be used for non-commercial purposes.", "may only be used for non-commercial purposes"),
        ("## Usage\n\nThis model is released under our terms: no commercial use.", "no commercial use"),
        ("## License\n\nCommercial use is not permitted.", "Commercial use is not permitted"),
        ("本模型仅供非商业用途。", "仅供非商业"),
    ],
)  # fmt: skip
def test_loose_words_and_terms_against_a_permissive_key(body: str, words: str) -> None:
    finding = one("license: bsd-3-clause", body)
    assert finding.severity == "warning"
    assert finding.message == f'the metadata says license: bsd-3-clause, but the text of the card says "{words}"'


@pytest.mark.parametrize(
    ("card", "body"),
    [
        ("license: bsd-3-clause", "The API is not free for commercial use; this model is BSD."),
        ("license: bsd-3-clause", "The dataset used for training is for non-commercial use only."),
        ("license: bsd-3-clause", "## Base model\n\nNot for commercial use."),
        ("license: bsd-3-clause", "# T\n\n## Results\n\nModel weights are not for commercial use."),
        ("license: bsd-3-clause", "# T\n\n## Intended use\n\nNot for commercial use."),
        ("license: bsd-3-clause", "# T\n\n## Results\n\nDistributed under the MIT License."),
        ("license: bsd-3-clause", "Distributed under the BSD license."),
        ("license: bsd-3-clause", "Not intended for commercial use."),
        ("license: [mit, cc-by-nc-4.0]", "Not for commercial use."),
        ("license: llama2", "Not for commercial use."),
        ("license: mit", "This model " + "is good and " * 60 + "not for commercial use."),
    ],
)  # fmt: skip
def test_loose_words_on_something_else(card: str, body: str) -> None:
    assert silent(card, body)


@pytest.mark.bulk
def test_terms_of_a_hostile_card_are_read_in_time() -> None:
    body = ("for research and " * 100 + "non-commercial use only not for commercial use. " + "must not be " * 30 + "\n\n") * bulk(400)
    with ends():
        run("license: mit", body)
