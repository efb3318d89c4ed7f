"""Sections are found under the names people give them, in ten languages, however they are decorated."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from bulk import bulk
from ending import ends
from hypothesis import given
from hypothesis import strategies as st

from cardlint import engine
from cardlint.headings import read_heading, suggested, table
from cardlint.markdown import read_markdown
from cardlint.policy import Policy
from cardlint.policyfile import load_policy, parse_policy
from cardlint.repository import Identity, Repository
from cardlint.rule import shipped
from cardlint.source import Memory
from cardlint.text import Text
from cardlint.topics import Topics
from cardlint.vocabulary import load_vocabulary

if TYPE_CHECKING:
    from cardlint.repository import Kind

ROOT = Path(__file__).parent.parent
LANGUAGES = [path.stem for path in sorted((ROOT / "schemas" / "headings").glob("*.json"))]
TOPICS = load_vocabulary("sections").values

# A title that says nothing, a sentence for every section, and a heading for every topic, in the order of ALL.
ALL = [
    "description",
    "intended-use",
    "out-of-scope-use",
    "how-to-use",
    "limitations",
    "bias-and-risks",
    "training-data",
    "training-procedure",
    "evaluation",
    "inputs-outputs",
    "environmental-impact",
    "citation",
    "contact",
    "license",
    "versions",
    "privacy",
    "structure",
    "splits",
    "creation",
    "collection",
    "annotation",
    "personal-data",
    "considerations",
]
CARDS = {
    "en": (
        "Larch",
        "It reads old forest maps.",
        (
            "Overview | Intended use cases | Out-of-scope use | Getting started | Known limitations | Risks and biases | Training corpus | "
            "How it was trained | Results | Input and output formats | Carbon footprint | How to cite | Get in touch | Licence | Changelog | "
            "Privacy policy | Data fields | Train/test split | Curation rationale | Data collection and processing | Who are the annotators? | "
            "Personally identifiable information | Considerations for using the data"
        ),
    ),
    "zh": (
        "落叶松",
        "它能读懂旧的林区地图。",
        (
            "模型介绍 | 适用范围 | 超出范围的使用 | 快速上手 | 已知局限 | 偏见与风险 | 训练语料 | 训练流程 | 评测结果 | 输入与输出 | 碳排放 | 如何引用 | "
            "联系方式 | 开源协议 | 更新日志 | 隐私政策 | 字段说明 | 数据集划分 | 数据集构建 | 数据采集 | 标注过程 | 个人与敏感信息 | 使用数据的注意事项"
        ),
    ),
    "ja": (
        "カラマツ",
        "古い森林図を読み取ります。",
        (
            "モデルの概要 | 想定される用途 | 適用範囲外の利用 | 使い方 | 制限事項 | バイアスとリスク | 学習データ | 学習方法 | 評価結果 | 入出力形式 | "
            "環境への影響 | 引用方法 | お問い合わせ | ライセンス | 更新履歴 | プライバシーポリシー | データ構造 | データ分割 | データセットの作成 | "
            "データ収集 | アノテーション | 個人情報 | データ利用上の考慮事項"
        ),
    ),
    "ko": (
        "낙엽송",
        "오래된 산림 지도를 읽습니다.",
        (
            "모델 소개 | 사용 목적 | 범위를 벗어난 사용 | 사용법 | 한계점 | 편향 및 위험 | 학습 데이터 | 학습 과정 | 평가 결과 | 입력과 출력 | 환경 영향 | "
            "인용 방법 | 문의처 | 라이선스 | 변경 이력 | 개인정보 처리방침 | 데이터셋 구조 | 데이터 분할 | 데이터셋 구축 | 데이터 수집 | 라벨링 | "
            "개인정보 및 민감정보 | 데이터 사용 시 고려 사항"
        ),
    ),
    "de": (
        "Lärche",
        "Sie liest alte Forstkarten.",
        (
            "Modellbeschreibung | Anwendungsbereich | Nicht vorgesehene Verwendung | Erste Schritte | Bekannte Grenzen | Risiken und Verzerrungen | "
            "Trainingsdatensatz | Trainingsablauf | Ergebnisse | Ein- und Ausgaben | CO₂-Fußabdruck | Zitierhinweis | Ansprechpartnerin | Lizenz | "
            "Versionsgeschichte | Datenschutzerklärung | Datenfelder | Aufteilung | Entstehung des Datensatzes | Datenerhebung | "
            "Annotationsprozess | Personenbezogene Daten | Was zu beachten ist"
        ),
    ),
    "fr": (
        "Mélèze",
        "Il lit de vieilles cartes forestières.",
        (
            "Présentation du modèle | Utilisation prévue | Usages hors périmètre | Prise en main | Limites connues | Biais et risques | "
            "Données d’entraînement | Procédure d'apprentissage | Résultats | Entrées et sorties | Empreinte carbone | Comment citer | Nous contacter | "
            "Licence | Journal des modifications | Politique de confidentialité | Champs de données | Découpage des données | "
            "Création du corpus | Collecte des données | Processus d'annotation | Données personnelles | Considérations d'utilisation"
        ),
    ),
    "es": (
        "Alerce",
        "Lee viejos mapas forestales.",
        (
            "Descripción del modelo | Usos previstos | Usos fuera de alcance | Cómo usar | Limitaciones conocidas | Sesgos y riesgos | "
            "Datos de entrenamiento | Proceso de entrenamiento | Resultados | Entradas y salidas | Huella de carbono | Cómo citar | Contacto | "
            "Licencia | Registro de cambios | Política de privacidad | Campos de datos | Particiones | Creación del corpus | Recogida de datos | "
            "Proceso de anotación | Información personal y sensible | Consideraciones para el uso de los datos"
        ),
    ),
    "pt": (
        "Lariço",
        "Lê velhos mapas florestais.",
        (
            "Descrição do modelo | Usos pretendidos | Usos fora do escopo | Como usar | Limitações conhecidas | Vieses e riscos | "
            "Dados de treino | Processo de treinamento | Resultados | Entradas e saídas | Pegada de carbono | Como citar | Contato | Licença | "
            "Histórico de versões | Política de privacidade | Campos de dados | Divisões dos dados | Criação do corpus | Coleta de dados | "
            "Processo de anotação | Informações pessoais e sensíveis | Considerações para o uso dos dados"
        ),
    ),
    "ru": (
        "Лиственница",
        "Читает старые лесные карты.",
        (
            "О модели | Область применения | Нецелевое использование | Быстрый старт | Известные ограничения | Риски и предвзятость | "
            "Обучающая выборка | Процесс обучения | Результаты | Входные и выходные данные | Углеродный след | Как цитировать | Контакты | Лицензия | "
            "История изменений | Политика конфиденциальности | Поля данных | Разбиение на выборки | Создание корпуса | Сбор данных | Разметка | "
            "Персональные данные | Соображения по использованию данных"
        ),
    ),
    "ar": (
        "أرزية",
        "يقرأ خرائط الغابات القديمة.",
        (
            "وصف النموذج | الاستخدام المقصود | الاستخدام خارج النطاق | كيفية الاستخدام | القيود المعروفة | التحيزات والمخاطر | بيانات التدريب | "
            "إجراءات التدريب | نتائج التقييم | المدخلات والمخرجات | الأثر البيئي | كيفية الاستشهاد | معلومات التواصل | الترخيص | سجل التغييرات | "
            "سياسة الخصوصية | حقول البيانات | تقسيم البيانات | إنشاء مجموعة البيانات | جمع البيانات | عملية التوسيم | البيانات الشخصية | "
            "اعتبارات استخدام البيانات"
        ),
    ),
}
NUMBERS = "一二三四五六七八九"
STYLES = {
    "numbered": lambda index, title: f"## {index + 1}. {title}",
    "deep": lambda index, title: f"### {index // 9 + 1}.{index % 9 + 1}) {title}:",
    "emoji": lambda index, title: f"## {'🚀⚠️📚✨🔧'[index % 5]} {title} 🤗",
    "html": lambda _, title: f'<h2 align="center">{title}</h2>',
    "bold": lambda _, title: f"**{title}**",
    "setext": lambda _, title: f"{title}\n---",
    "capitals": lambda index, title: f"# {'IVX'[index % 3]}. {title.upper()}",
    "han": lambda index, title: f"## 第{NUMBERS[index % 9]}章 {title}",
    "optional": lambda _, title: f"## {title} [optional]",
    "mixed": lambda index, title: (f"## {title}", f"**{index + 1}) {title}:**", f"<h3>✨ {title}</h3>", f"## {title} ##")[index % 4],
}


def wanted(kind: Kind) -> list[str]:
    """Every topic that means something for this kind."""
    return [topic for topic in ALL if kind in TOPICS[topic]["kinds"]]


def card(language: str, kind: Kind, style: str, without: str = "") -> bytes:
    title, sentence, headings = CARDS[language]
    named = dict(zip(ALL, headings.split(" | "), strict=True))
    sections = [f"{STYLES[style](index, named[topic])}\n\n{sentence}\n" for index, topic in enumerate(wanted(kind)) if topic != without]
    return "\n".join(["---\nlicense: mit\n---", f"# {title}\n", *sections]).encode()


def missing(content: bytes, kind: Kind, sections: list[str]) -> list[str]:
    """What `section-missing` reports of a card when these sections are asked for."""
    layer = parse_policy(shipped(), json.dumps({"rules": {"section-missing": {"with": {"sections": sections}}}}), "test")
    own = load_policy(shipped(), select=("section-missing",))
    repository = Repository(Memory({"README.md": content}), Identity(kind, told=True))
    # Beneath the layer the policy's own overrides by kind would speak last.
    target = engine.run(repository, Policy("test", shipped(), (layer,), own.select).bind(repository))
    assert (target.failed, target.skipped) == ((), ())
    return [finding.subject for finding in target.findings]


def test_the_table_names_every_topic_once() -> None:
    assert set(ALL) == set(TOPICS)
    assert len(CARDS) == 10


@pytest.mark.parametrize("kind", ["model", "dataset"])
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("language", CARDS)
def test_a_card_with_every_section_lacks_none(language: str, style: str, kind: Kind) -> None:
    assert missing(card(language, kind, style), kind, wanted(kind)) == []


@pytest.mark.parametrize("kind", ["model", "dataset"])
@pytest.mark.parametrize("language", CARDS)
def test_with_one_section_removed_exactly_that_one_is_missing(language: str, kind: Kind) -> None:
    for topic in wanted(kind):
        for style in ("numbered", "mixed"):
            assert missing(card(language, kind, style, without=topic), kind, wanted(kind)) == [topic], (topic, style)


@pytest.mark.parametrize("policy", ["recommended", "strict"])
@pytest.mark.parametrize("kind", ["model", "dataset"])
@pytest.mark.parametrize("language", CARDS)
def test_the_shipped_policies_find_every_section_they_ask_for(language: str, kind: Kind, policy: str) -> None:
    repository = Repository(Memory({"README.md": card(language, kind, "mixed")}), Identity(kind, told=True))
    chosen = load_policy(shipped(), name=policy, select=("section-missing", "contact-missing"))
    assert engine.run(repository, chosen.bind(repository)).findings == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_heading_we_know_is_recognised_as_written(language: str) -> None:
    held = json.loads((ROOT / "schemas" / "headings" / f"{language}.json").read_bytes())
    for topic, headings in held["headings"].items():
        assert len(headings) == len({*headings}), topic
        for heading in headings:
            reading = read_heading(heading)
            assert topic in reading.topics, heading
            assert language in reading.languages, heading


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_topic_can_be_suggested_and_is_recognised(language: str) -> None:
    for topic in TOPICS:
        assert topic in read_heading(suggested(topic, language)).topics


def test_an_unknown_language_is_answered_in_english() -> None:
    assert suggested("limitations", "xx") == "Limitations"


def test_headings_hold_no_other_topic_than_the_vocabulary_knows() -> None:
    named = {topic for topics, _ in [*table().exact.values(), *table().opening.values()] for topic in topics.split()}
    assert named == {*TOPICS, "other"}


def test_the_table_is_what_the_languages_make_of_it() -> None:
    done = subprocess.run([sys.executable, ROOT / "scripts" / "build_headings.py", "--check"], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("language", LANGUAGES)
def test_files_of_languages_are_written_as_one_reads_them(language: str) -> None:
    held = json.loads((ROOT / "schemas" / "headings" / f"{language}.json").read_bytes())
    assert list(held) == [
        "language",
        "label",
        "as_of",
        "heads",
        "tails",
        "joiners",
        "attached",
        "numbering",
        "ordinals",
        "headings",
        "openings",
    ]
    assert held["language"] == language


READ = [
    ("Intended uses & limitations", "intended-use limitations"),
    ("Limitations and bias", "limitations bias-and-risks"),
    ("Bias, Risks, and Limitations", "bias-and-risks limitations"),
    ("使用方法与局限性", "how-to-use limitations"),
    ("制限事項とバイアス", "limitations bias-and-risks"),
    ("한계와 편향", "limitations bias-and-risks"),
    ("القيود والتحيز", "limitations bias-and-risks"),
    ("القيود والتحيز والترخيص", "limitations bias-and-risks license"),
    ("القُيُـــود", "limitations"),
    ("Ограничения и лицензия", "limitations license"),
    ("Einschränkungen und Verzerrungen", "limitations bias-and-risks"),
    ("Einschränkungen", "limitations"),
    ("limites / biais", "limitations bias-and-risks"),
    ("Usos y limitaciones", "intended-use limitations"),
    ("3D structure", ""),
    ("Limitations of this model", "limitations"),
    ("Limitations of larch-base-v2", "limitations"),
    ("About the training data", "training-data"),
    ("HOW_TO_USE", "how-to-use"),
    ("\u200fالقيود\u200f", "limitations"),
    ("Ｌｉｍｉｔａｔｉｏｎｓ", "limitations"),
    ("①使用方法", "how-to-use"),
    ("（二）訓練資料", "training-data"),
    ("第3部分：评估", "evaluation"),
    ("제2장 한계점", "limitations"),
    ("أولاً: وصف النموذج", "description"),
    ("Раздел 4. Данные для обучения", "training-data"),
    ("§ 7 Lizenz", "license"),
    ("Appendix B: Citation", "citation"),
    ("1️⃣ Overview", "description"),
    ("1概要", "description"),
    ("【使用方法】", "how-to-use"),
    ("使用方法 (Usage)", "how-to-use"),
    ("vLLM 사용법", "how-to-use"),
    ("Usage (Sentence-Transformers)", "how-to-use"),
    ("How to use Larch with vLLM", "how-to-use"),
    ("Citation(s)", "citation"),
    ("Acknowledgements and contact", "other contact"),
    ("Contact (bugs, feedback, contribution and more)", "contact other"),
    # What only looks like one.
    ("License plate detection", ""),
    ("Training in action", ""),
    ("Description of the tokenizer classes", ""),
    ("Evaluation of limitations", ""),
    ("Small models for language understanding and generation", ""),
    ("RoBERTa (large) tuned on the commonsense challenge (WSC) data", ""),
    ("Data center cooling", ""),
    ("Model", ""),
    ("Contactless payments", ""),
    ("The the the the the walnuts", ""),
    ("Biased coin", ""),
    ("", ""),
    ("123", ""),
    ("!?", ""),
    ("Limitations " * 40, ""),
]


@pytest.mark.parametrize(("heading", "topics"), READ, ids=[heading[:30] for heading, _ in READ])
def test_what_a_heading_says(heading: str, topics: str) -> None:
    assert read_heading(heading).topics == frozenset(topics.split())


BEFORE = ["", "1. ", "1.2) ", "III. ", "a) ", "B. ", "🚀 ", "⚠️ ", "二、", "(3) ", "2 - ", "Section 4: ", "### ", "> ", "第5章 ", "4️⃣ ", "* "]
AFTER = ["", ":", "?", " 🤗", " [optional]", " (optional)", ".", " #", "…", "!", " ✨✨", "：", "\u200f"]
CASES = [str, str.upper, str.lower, str.title]
HEADINGS = [heading.strip() for _, _, headings in CARDS.values() for heading in headings.split(" | ")]


@given(st.sampled_from(HEADINGS), st.sampled_from(BEFORE), st.sampled_from(AFTER), st.sampled_from(CASES))
def test_decoration_does_not_change_what_a_heading_says(heading: str, before: str, after: str, case: type[str]) -> None:
    assert read_heading(f"{before}{case(heading)}{after}").topics == read_heading(heading).topics != frozenset()


@given(st.text(max_size=200))
def test_no_heading_is_too_strange(heading: str) -> None:
    assert read_heading(heading).topics <= {*TOPICS, "other"}


def topics(body: str) -> Topics:
    return Topics(read_markdown(Text("README.md", body)))


SHOWN = [
    # body; what it shows without a heading
    ("# Larch\n\nReads old maps.\n\n## Licence\n\nMIT", "description"),
    ("Reads old maps.\n\n## Licence\n\nMIT", "description"),
    ("# Larch\n## for old maps\n\nReads them.\n\n## Licence\nMIT", "description"),
    ("# Larch\n\n## Licence\n\nReads old maps.", ""),
    ("## Contributions\n\nThanks to everybody.", ""),
    ("# Larch\n\n<!-- Reads old maps. -->\n\n## Licence\n\nMIT", ""),
    ("", ""),
    ("# Larch\n\n## Licence\n\nMIT\n\n## More\n\n```bash\npip install larch\n```", "how-to-use"),
    ("# Larch\n\n## Evaluation\n\n```bash\npip install larch\n```", ""),
    ("# Larch\n\n## Licence\n\n```json\n{}\n```", ""),
    ("```python\nimport larch\n```", "description how-to-use"),
    ("# Larch\n\n## Licence\n\n```\n@misc{larch,\n  title = {Larch}\n}\n```", "citation"),
    ("# Larch\n\n## Licence\n\n- **Limitations:** snow\n- **Contact**: the ranger\n- **Paper size:** A4", "limitations contact"),
    ("# Larch\n\n## Licence\n\nAsk larch@forest.example.", "contact"),
    ("# Larch\n\n## Licence\n\n[Ask](../../discussions).", "contact"),
    ("# Larch\n\n## Licence\n\n**Known limitations**\nno snow on maps", "limitations"),
    ("# Larch\n\n## Licence\n\n**Limitations:**\n**Languages:** Ladin", ""),
]


@pytest.mark.parametrize(("body", "shown"), SHOWN)
def test_what_needs_no_heading(body: str, shown: str) -> None:
    assert topics(body).shown == frozenset(shown.split())


def test_a_heading_of_several_topics_that_only_groups_means_what_it_groups() -> None:
    grouped = topics("# Larch\n## Limitations and bias\n### Limitations\nSnow.\n### Recommendations\nNone.")
    assert grouped.present("limitations")
    assert not grouped.present("bias-and-risks")
    assert topics("# Larch\n## Limitations and bias\n### Snow\nNone.").present("bias-and-risks")
    assert topics("# Larch\n## Limitations and bias\nSnow.\n### Limitations\nIce.").present("bias-and-risks")


def test_an_empty_section_is_present_and_not_covered() -> None:
    card_ = topics("# Larch\n\n## Limitations\n\n## Licence\n\nMIT")
    assert card_.present("limitations")
    assert not card_.covered("limitations")
    assert card_.covered("limitations", "license")
    assert [section.title for section in card_.sections("license", "limitations")] == ["Limitations", "Licence"]


@pytest.mark.parametrize(
    ("body", "language"),
    [
        ("# Larch\n\n## Usage", "en"), ("## Verwendung\n\n## Lizenz\n\n## BibTeX", "de"), ("## 用法\n\n## 许可证", "zh"), ("## 模型介紹\n\n## 授權", "zh-Hant"),
        ("古い森林図を読み取ります。", "ja"), ("오래된 산림 지도를 읽습니다.", "ko"), ("能读懂旧地图。", "zh"), ("Читает старые карты.", "ru"),
        ("يقرأ الخرائط القديمة.", "ar"), ("Reads old maps.", "en"), ("", "en"),
    ],
)  # fmt: skip
def test_the_language_of_a_card(body: str, language: str) -> None:
    assert topics(body).language == language


@pytest.mark.parametrize(
    "body",
    [
        "".join(f"# 模型{number}的和与用\n\n" for number in range(bulk(30_000))),
        "".join(f"# {number}{' و' * 70}\n" for number in range(bulk(5_000))),
        "".join(f"**Limits {number}:** x\n" for number in range(bulk(50_000))),
        "**a b" * bulk(200_000),
        " " * bulk(1_000_000),
        "# Evaluation\n" + "```\nimport x\n```\n" * bulk(60_000),
    ],
    ids=["han", "attached", "labels", "bold", "blank", "snippets"],
)
@pytest.mark.bulk
def test_a_hostile_card_is_read_in_time(body: str) -> None:
    read = topics(body)
    assert read.markdown.sections is not None
    assert read.markdown.paragraphs is not None
    read.covered("limitations")
    with ends():
        read.present("privacy")
        assert read.language


BOTH = {"training-data", "evaluation"}


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Training and evaluation data", BOTH), ("Training and Evaluation Datasets:", BOTH), ("Training, Testing, and Evaluation Datasets:", BOTH),
        ("Train/Test data", BOTH), ("Post-training data", {"training-data"}), ("Trainings- und Evaluationsdaten", BOTH),
        ("Données d'entraînement et d'évaluation", BOTH), ("Datos de entrenamiento y evaluación", BOTH), ("Dados de treinamento e avaliação", BOTH),
        ("Данные для обучения и оценки", BOTH), ("بيانات التدريب والتقييم", BOTH), ("学習・評価データ", BOTH), ("학습 및 평가 데이터", BOTH),
        ("训练与评估数据", BOTH), ("訓練與評估資料", BOTH), ("使用限制", {"limitations", "out-of-scope-use"}), ("测评", {"evaluation"}),
        ("引用本项目", {"citation"}), ("参考文献引用", {"citation"}),
    ],
)  # fmt: skip
def test_one_heading_serves_several_topics(heading: str, expected: set[str]) -> None:
    assert read_heading(heading).topics == expected
