"""What a repository asks others for, carrier by carrier, with the lines, and what is harmless beside it."""

from __future__ import annotations

import pytest
from ending import ends
from hypothesis import given
from hypothesis import strategies as st

from cardlint.checks.dependencies import extra_index, unpinned
from cardlint.code.asked import action, image, need
from cardlint.code.dockerfile import dockerfile, instructions
from cardlint.code.installs import conda_need, installs
from cardlint.code.needs import Needs, Script
from cardlint.code.projects import pipfile, pyproject, script_block
from cardlint.code.requirements import requirements, settings
from cardlint.dependencies import Dependencies, of_shell, reader_of
from cardlint.errors import Inapplicable, Unreadable
from cardlint.repository import Identity, Kind, Repository
from cardlint.source import Memory

COMMIT = "3f1c9e2a7b5d4c6e8f0a1b2c3d4e5f60718293a4"
SHA = "5f" * 32
DIGEST = f"@sha256:{SHA}"
MOVING = ["pip", "setuptools", "wheel", "uv", "conda", "python"]
VENDORS = ["https://download.pytorch.org/whl"]


def repository(files: dict[str, str], kind: Kind = "space") -> Repository:
    return Repository(Memory({path: text.encode() for path, text in files.items()}), Identity(kind))


def found(files: dict[str, str], kind: Kind = "space") -> list[tuple[str, int, str]]:
    """Where something is unpinned: path, line and what is written there."""
    subject = repository(files, kind)
    problems = [*unpinned(subject.fact("dependencies"), subject.identity, moving=MOVING)]
    return places(subject, problems)


def extra(files: dict[str, str], kind: Kind = "model") -> list[tuple[str, int, str]]:
    subject = repository(files, kind)
    return places(subject, [*extra_index(subject.fact("dependencies"), vendors=VENDORS)])


def places(subject: Repository, problems: list) -> list[tuple[str, int, str]]:  # type: ignore[type-arg]
    texts = subject.texts
    spans = [problem.span for problem in problems]
    return sorted((span.path, texts[span.path].position(span.start).line, texts[span.path].cut(span)) for span in spans)


REQUIREMENTS = [
    ("torch", [(1, "torch")]),
    ("# torch\n\n  torch  # why\n", [(3, "torch")]),
    ("torch>=2", [(1, "torch>=2")]),
    ("a==1\nb==2.*\nc~=1.0\nd<2,>=1\ne!=3", [(2, "b==2.*"), (3, "c~=1.0"), (4, "d<2,>=1"), (5, "e!=3")]),
    ("transformers[torch,sentencepiece]", [(1, "transformers[torch,sentencepiece]")]),
    ('tokenizers>=0.15; python_version < "3.12"', [(1, 'tokenizers>=0.15; python_version < "3.12"')]),
    ("git+https://github.com/a/b", [(1, "git+https://github.com/a/b")]),
    ("git+https://github.com/a/b.git@main#egg=b", [(1, "git+https://github.com/a/b.git@main#egg=b")]),
    ("b @ git+ssh://git@github.com/a/b@v1.2", [(1, "b @ git+ssh://git@github.com/a/b@v1.2")]),
    (f"git+https://github.com/a/b@{COMMIT[:12]}", [(1, f"git+https://github.com/a/b@{COMMIT[:12]}")]),
    ("-e git+https://github.com/a/b#egg=b", [(1, "git+https://github.com/a/b#egg=b")]),
    ("git+git@github.com:a/b.git", [(1, "git+git@github.com:a/b.git")]),
    ("https://h.example/a-1.0-py3-none-any.whl", [(1, "https://h.example/a-1.0-py3-none-any.whl")]),
    (
        "a @ https://huggingface.co/x/y/resolve/main/a.whl ; python_version > '3'",
        [(1, "a @ https://huggingface.co/x/y/resolve/main/a.whl ; python_version > '3'")],
    ),
    ("torch \\\n  >=2\nnumpy", [(1, "torch    >=2".replace("   ", " \\\n ")), (3, "numpy")]),
    ("\ufefftorch\r\nnumpy\rpandas", [(1, "torch"), (2, "numpy"), (3, "pandas")]),
    ("a==1.0,<2\nb (==1.0)\nc===1,>0", []),
    (f"a>=1 --hash=sha256:{SHA}", []),
    (f"a{'b' * 5000}", []),
    ("-rgone.txt\n-cgone.txt\n-egit+https://h/b\n-r", [(3, "git+https://h/b")]),
    ("pip\nsetuptools>=61\nWheel", []),
    ("torch==2.5.1\nnumpy == 2.1.3\nx===1.0+local\nuvicorn[standard]==0.30.0", []),
    (f"torch==2.5.1 \\\n    --hash=sha256:{SHA}\nnumpy --hash=sha256:{SHA}", []),
    (f"git+https://github.com/a/b@{COMMIT}\n-e git+https://github.com/a/b@{COMMIT}#egg=b", []),
    (f"https://h.example/a.whl#sha256={SHA}\nb @ https://github.com/a/b/archive/{COMMIT}.zip", []),
    ("-e .\n.\n./wheels/a.whl\n../b\n/c/d\nfile:///e\na-1.0-py3-none-any.whl\nC:\\x\\y.whl[z]\nsub/folder", []),
    ("--index-url https://h.example\n--no-binary :all:\n-f https://h.example\n--pre", []),
    ("this line is no requirement\n= 2\n<<<<<<< HEAD", []),
]


@pytest.mark.parametrize(("text", "expected"), REQUIREMENTS)
def test_requirements(text: str, expected: list[tuple[int, str]]) -> None:
    assert found({"requirements.txt": text}) == [("requirements.txt", *item) for item in expected]


SHELL = [
    ("pip install torch", [(1, "torch")]),
    ("pip3 install -U 'torch>=2' numpy==1.26.4", [(1, "'torch>=2'")]),
    ("python -m pip install --no-cache-dir --target /x torch", [(1, "torch")]),
    ("set -e\nuv pip install --system \\\n  gradio \\\n  numpy==1.26.4\n", [(3, "gradio")]),
    ("sudo -H pip install a && ./run || pip download b", [(1, "a"), (1, "b")]),
    ("pip install torch==2.* xx[y]", [(1, "torch==2.*"), (1, "xx[y]")]),
    ("pip install git+https://github.com/a/b.git", [(1, "git+https://github.com/a/b.git")]),
    ("pip install -e git+https://github.com/a/b.git@v1#egg=b", [(1, "git+https://github.com/a/b.git@v1#egg=b")]),
    ("pip install --editable=git+https://h/b", [(1, "git+https://h/b")]),
    ("V=2.5.1\npip install torch==$V", []),
    ("bash -c 'pip install a'", [(1, "a")]),
    ("conda install -y -c pytorch pytorch numpy=1.26", [(1, "pytorch"), (1, "numpy=1.26")]),
    ("mamba create -n env python=3.11 scipy", [(1, "scipy")]),
    ("pip install torch>=2", [(1, "torch")]),
    ("${VENV}/bin/pip install torch; $X install y", [(1, "torch")]),
    ("RUN=1\npip install \\\n    numpy>=1.21.0 \\\n    scipy>=1.7.0\n", [(3, "numpy"), (4, "scipy")]),
    ("pip install -U pip setuptools wheel", []),
    ("pip install -r requirements.txt -c constraints.txt -i https://h -e . .", []),
    ("pip install torch==2.5.1 ./a.whl", []),
    ('pip install $PACKAGES $(cat list) "$X"; pip', []),
    ("pip uninstall torch; pip list; pip show torch; python -m venv x; python pip install y; uv sync; pip -e", []),
    (
        "conda install numpy=1.26.4 scipy==1.11 a=1.0=py_0; conda run -n x pip install; conda activate y; conda install $X https://h/a.conda",
        [],
    ),
    ("echo 'pip install torch' # pip install torch\ncat <<E\npip install torch\nE\n", []),
    ("pip install -r", []),
    ("pip install -e", []),
]


@pytest.mark.parametrize(("text", "expected"), SHELL)
def test_shell_scripts(text: str, expected: list[tuple[int, str]]) -> None:
    assert found({"setup.sh": text}) == sorted(("setup.sh", *item) for item in expected)


DOCKERFILES = [
    ("FROM python", [(1, "python")]),
    ("FROM python:latest", [(1, "python:latest")]),
    ("FROM python:3.12-slim", [(1, "python:3.12-slim")]),
    (
        "# syntax=docker/dockerfile:1\nARG V=3.12\nFROM --platform=$BUILDPLATFORM python:${V}-slim AS build\nFROM build",
        [(3, "python:${V}-slim")],
    ),
    ("FROM localhost:5000/a/b", [(1, "localhost:5000/a/b")]),
    (f"ARG BASE=python{DIGEST}\nFROM $BASE\nFROM scratch\nFROM ${{UNKNOWN}}\nFROM ${{X:-nginx}}", [(5, "${X:-nginx}")]),
    (
        f"FROM python:3.12{DIGEST}\nRUN pip install a \\\n  # comment\n\n  'b>=2' && \\\n  apt-get install -y git\n",
        [(2, "a"), (5, "'b>=2'")],
    ),
    (f"FROM a{DIGEST}\r\nRUN pip install --no-cache-dir \\\r\n    torch\r\n", [(3, "torch")]),
    (f'FROM a{DIGEST}\nRUN ["pip", "install", "torch", "numpy==1.26.4"]\nCMD ["python", "app.py"]', [(2, '"torch"')]),
    (f"FROM a{DIGEST}\nRUN <<EOF\nset -e\npip install torch\nEOF\nRUN pip install b", [(4, "torch"), (6, "b")]),
    (f"FROM a{DIGEST}\nRUN bash <<EOF\npip install torch\nEOF", [(3, "torch")]),
    (f"FROM a{DIGEST}\nCOPY <<EOF /x\nRUN pip install no\nEOF\nRUN cat <<'E' > /y\npip install no\nE", []),
    (f"FROM a{DIGEST} AS b\nCOPY --from=b /x /x\nCOPY --from=0 /x /x\nCOPY --from=ghcr.io/c/d:1 /x /y", [(4, "ghcr.io/c/d:1")]),
    (
        f"FROM a{DIGEST}\nRUN --mount=type=bind,from=ghcr.io/astral-sh/uv,source=/uv,target=/bin/uv --network=none uv pip install t",
        [(2, "ghcr.io/astral-sh/uv"), (2, "t")],
    ),
    (
        f"FROM a{DIGEST}\nADD https://h.example/x.tar.gz /x\nADD --checksum=sha256:{SHA} https://h.example/x.tar.gz /x\nADD . /x",
        [(2, "https://h.example/x.tar.gz")],
    ),
    (
        f"FROM a{DIGEST}\nADD https://github.com/a/b.git#main /x\nADD git@github.com:a/b.git /x\nADD https://github.com/a/b.git#{COMMIT} /x",
        [(2, "https://github.com/a/b.git#main"), (3, "git@github.com:a/b.git")],
    ),
    (f"# escape=`\nFROM a{DIGEST}\nRUN pip install `\n  torch\n", [(4, "torch")]),
    (f'FROM a{DIGEST}\nENV V=2.5.1 W="x y"\nENV OLD 1.0\nARG T\nARG D=4\nRUN pip install torch==$V o==$OLD d==${{D}} t==$T', []),
    (
        f"FROM a{DIGEST}\nONBUILD RUN pip install torch\nHEALTHCHECK --interval=5m CMD pip install b\nENTRYPOINT pip install c",
        [(2, "torch"), (3, "b"), (4, "c")],
    ),
    ("# syntax=docker/dockerfile:1\n", []),
    ("FROM --platform=x\nFROM a", [(2, "a")]),
    ("# syntax=x\n# escape=`\nFROM a`\n", [(3, "a")]),
    ("# not = a directive, for it has two words\n# escape=x y\n", []),
    (f"FROM a{DIGEST}\nENV\nENV X\nLABEL a=b\nFROM\nRUN", []),
    ("FROM nvidia/cuda:12.4.1-base-ubuntu22.04@sha256:short", [(1, "nvidia/cuda:12.4.1-base-ubuntu22.04@sha256:short")]),
]


@pytest.mark.parametrize(("text", "expected"), DOCKERFILES)
def test_dockerfiles(text: str, expected: list[tuple[int, str]]) -> None:
    assert found({"Dockerfile": text}) == sorted(("Dockerfile", *item) for item in expected)


HEAD = "jobs:\n  a:\n    steps:\n"
WORKFLOWS = [
    (f"{HEAD}      - uses: a/b@main\n", [(4, "a/b@main")]),
    (f"{HEAD}      - uses: 'actions/checkout@v4' # x\n", [(4, "'actions/checkout@v4'")]),
    (f"{HEAD}      - uses: a/b/c@{COMMIT[:7]}\n", [(4, f"a/b/c@{COMMIT[:7]}")]),
    (f"{HEAD}      - uses: docker://alpine:3\n", [(4, "docker://alpine:3")]),
    ("jobs:\n  a: {uses: a/b/.github/workflows/c.yml@main}\n", [(2, "a/b/.github/workflows/c.yml@main")]),
    (f"{HEAD}      - run: |\n          set -e\n          pip install \\\n            torch\n", [(7, "torch")]),
    (f"{HEAD}      - run: >-\n          pip install\n          torch\n", [(6, "torch")]),
    (f"{HEAD}      - run: pip install torch\n        shell: bash\n", [(4, "torch")]),
    (f'{HEAD}      - run: "pip install torch"\n', [(4, "torch")]),
    (f"{HEAD}      - run: pip install\n          torch\n", [(5, "torch")]),
    ("jobs:\n  a:\n    container: node:20\n    services:\n      db: {image: postgres}\n", [(3, "node:20"), (5, "postgres")]),
    ("jobs:\n  a:\n    container: {image: node}\n", [(3, "node")]),
    (
        f"{HEAD}      - uses: a/b@{COMMIT}\n      - uses: ./local\n      - uses: docker://a{DIGEST}\n      - uses: ${{{{ x }}}}\n      - uses: nothing\n",
        [],
    ),
    (f"{HEAD}      - run: import os\n        shell: python\n      - run: pip install ${{{{ matrix.torch }}}} a==1.0\n      - x\n", []),
    (f"env: {{A: [b]}}\n{HEAD}      - run: [{{a: b}}]\n", []),
    ("jobs: [x]\n", []),
    ("[]\n", []),
]


@pytest.mark.parametrize(("text", "expected"), WORKFLOWS)
def test_workflows(text: str, expected: list[tuple[int, str]]) -> None:
    path = ".github/workflows/ci.yml"
    assert found({path: text}) == sorted((path, *item) for item in expected)


OTHERS = [
    ("action.yml", "runs:\n  using: composite\n  steps:\n    - run: pip install torch\n", [(4, "torch")]),
    ("action.yml", "runs:\n  using: docker\n  image: docker://alpine\n", [(3, "docker://alpine")]),
    ("action.yml", "runs:\n  using: docker\n  image: Dockerfile.action\n", []),
    (
        ".gitlab-ci.yml",
        "image: python:3.12\nvariables: {A: b}\njob:\n  services:\n    - docker:dind\n    - name: redis\n  script:\n    - pip install torch\n    - - pip install a\n  before_script: pip install b\n",
        [(1, "python:3.12"), (5, "docker:dind"), (6, "redis"), (8, "torch"), (9, "a"), (10, "b")],
    ),
    (".gitlab-ci.yml", "", []),
    (
        "docker-compose.yml",
        "services:\n  a:\n    image: redis\n    command: pip install torch\n  b: {image: own, build: .}\n",
        [(3, "redis"), (4, "torch")],
    ),
    ("compose.yaml", "x\n", []),
    (
        "environment.yml",
        "dependencies:\n  - python=3.11\n  - numpy\n  - scipy>=1\n  - pytorch::torch=2.5.1\n  - a=1.0=py_0\n  - pip\n  - pip:\n      - torch>=2\n      - -e .\n      - b==1.0\n      - -r requirements.txt\n      - not a requirement\n",
        [(3, "numpy"), (4, "scipy>=1"), (9, "torch>=2")],
    ),
    ("environment.yml", "dependencies: [1, null, 'https://h.example/x.conda']\n", []),
    (
        "Pipfile",
        '[[source]]\nurl = "https://pypi.org/simple"\n[packages]\ntorch = "*"\nnumpy = "==1.26.4"\na = {version = ">=1"}\nb = {git = "https://h/b", ref = "main"}\nc = {path = "."}\n[dev-packages]\ntorch = "==2.*"\n',
        [(4, "torch"), (6, "a"), (7, "b"), (10, "torch")],
    ),
    (
        "app.py",
        "import x\n# /// script\n# requires-python = '>=3.11'\n# dependencies = [\n#   'torch',\n#   \"numpy==1.26.4\",\n# ]\n# ///\n",
        [(5, "torch")],
    ),
    ("app.py", "# /// script\nx = 1\n", []),
    ("app.py", "import torch\n", []),
    ("pyproject.toml", '[project]\ndependencies = [\n  "torch>=2", # don\'t\n  "numpy==1.26.4",\n]\n', [(3, "torch>=2")]),
]


@pytest.mark.parametrize(("path", "text", "expected"), OTHERS)
def test_other_files(path: str, text: str, expected: list[tuple[int, str]]) -> None:
    assert found({path: text}) == sorted((path, *item) for item in expected)


LIBRARY = f"""[build-system]
requires = ["hatchling"]
[project]
dependencies = ["torch>=2", "a @ https://h.example/a.whl"]
[project.optional-dependencies]
x = ["b @ git+https://h/b@main", "c @ git+https://h/c@{COMMIT}", 7]
[dependency-groups]
d = ["pytest", {{include-group = "x"}}]
[tool.uv.sources]
e = {{ git = "https://h/e", branch = "main" }}
f = [{{ git = "https://h/f", rev = "{COMMIT}" }}, {{ workspace = true }}]
torch = {{ path = "../torch" }}
[tool.poetry.dependencies]
python = "^3.11"
g = "^2"
h = {{ git = "https://h/h", tag = "v1" }}
i = [{{ version = "1.0", python = "<3.12" }}, {{ url = "https://h.example/i.whl" }}]
j = "1.2.3"
k = 7
[tool.poetry.group.dev.dependencies]
l = {{ url = "nothing" }}
"""


def test_a_library_may_have_ranges_but_no_moving_sources() -> None:
    expected = [(4, "a @ https://h.example/a.whl"), (6, "b @ git+https://h/b@main"), (10, "e"), (16, "h"), (17, "i")]
    assert found({"pyproject.toml": LIBRARY}, "model") == [("pyproject.toml", *item) for item in expected]


def test_the_project_of_a_space_is_an_application_unless_it_is_locked() -> None:
    asked = {item[2] for item in found({"pyproject.toml": LIBRARY})}
    assert {"g", "hatchling", "pytest"} <= asked
    assert not {"j", "python"} & asked
    assert found({"pyproject.toml": LIBRARY, "uv.lock": ""}) == []
    assert found({"x/Pipfile": '[packages]\na = "*"\n', "Pipfile.lock": ""}) == [("x/Pipfile", 2, "a")]
    assert found({"x/Pipfile": '[packages]\na = "*"\n', "x/Pipfile.lock": ""}) == []


def test_values_that_are_written_with_escapes_are_reported_at_the_beginning() -> None:
    assert found({"pyproject.toml": '[project]\ndependencies = ["t\\u006Frch"]\n'}) == [("pyproject.toml", 1, "")]
    assert found({"Pipfile": 'packages = {"a\\u0062" = "*"}\n'}) == [("Pipfile", 1, "")]


def test_constraints_settle_versions() -> None:
    files = {"requirements.txt": "-c pins/c.txt\nTorch_Vision\nnumpy\n", "pins/c.txt": "torch-vision==0.20\nscipy>=1\n"}
    assert found(files) == [("requirements.txt", 3, "numpy")]
    assert found({"constraints.txt": "scipy>=1\n"}) == []


def test_files_that_requirements_refer_to_are_read() -> None:
    files = {"requirements.txt": "-r reqs/base.txt\n-r https://h/x.txt\n-r gone.txt\n", "reqs/base.txt": "torch\n-r ../requirements.txt\n"}
    assert found(files) == [("reqs/base.txt", 1, "torch")]
    assert found({"run.sh": "pip install -r a/deps.txt", "a/deps.txt": "torch"}) == [("a/deps.txt", 1, "torch")]


def test_what_is_installed_elsewhere_is_not_looked_at() -> None:
    assert found({"venv/requirements.txt": "torch", "node_modules/x/Dockerfile": "FROM a"}) == []


def test_tags_are_notes() -> None:
    subject = repository({"Dockerfile": "FROM python:3.12\nFROM a\n"})
    problems = [*unpinned(subject.fact("dependencies"), subject.identity, moving=[])]
    assert [problem.at_most for problem in problems] == ["note", None]


def test_the_card_tells_readers_what_to_install_which_is_no_finding() -> None:
    card = "---\nlicense: mit\n---\n# A\n\n```bash\npip install torch\n```\n"
    assert found({"README.md": card}, "model") == []


def test_a_card_alone_has_no_requirements() -> None:
    subject = Repository(Memory({"README.md": b"# a\n"}, listed=False), Identity("space"))
    with pytest.raises(Inapplicable):
        [*unpinned(subject.fact("dependencies"), subject.identity, moving=[])]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("pyproject.toml", "[project"),
        ("Pipfile", "="),
        ("app.py", "# /// script\n# [\n# ///\n"),
        (".github/workflows/a.yml", "a: [\n"),
        ("requirements.txt", "x\n" * 600_000),
    ],
)
def test_what_cannot_be_read_is_said_after_the_rest(path: str, text: str) -> None:
    subject = repository({path: text, "setup.sh": "pip install torch"})
    problems = unpinned(subject.fact("dependencies"), subject.identity, moving=[])
    assert next(problems).subject == "torch"
    with pytest.raises(Unreadable, match=path.rpartition("/")[2]):
        list(problems)


def test_more_files_than_anybody_has_are_said() -> None:
    dependencies: Dependencies = repository({f"r/{number:03}/requirements.txt": "a==1\n" for number in range(301)}).fact("dependencies")
    assert len(dependencies.carriers) == 300
    assert "301 files" in str(dependencies.unread[0])


INDEXES = [
    ("requirements.txt", "--extra-index-url https://h.example/simple\ntorch==2\n", [(1, "https://h.example/simple")]),
    ("requirements.txt", "--extra-index-url=https://h.example/simple # x\n", [(1, "https://h.example/simple")]),
    ("setup.sh", "pip install a==1 --extra-index-url https://h.example", [(1, "https://h.example")]),
    ("setup.sh", "export PIP_EXTRA_INDEX_URL=https://h.example\n", [(1, "https://h.example")]),
    ("setup.sh", "PIP_EXTRA_INDEX_URL=https://h.example pip install a==1\n", [(1, "https://h.example")]),
    ("setup.sh", "pip config set global.extra-index-url https://h.example\n", [(1, "https://h.example")]),
    ("setup.sh", "uv pip install a==1 --extra-index-url https://h.example", [(1, "https://h.example")]),
    ("Dockerfile", "ENV PIP_EXTRA_INDEX_URL=https://h.example", [(1, "https://h.example")]),
    ("Dockerfile", "ARG PIP_EXTRA_INDEX_URL=https://h.example", [(1, "https://h.example")]),
    ("Dockerfile", "ENV PIP_EXTRA_INDEX_URL https://h.example https://i.example", [(1, "https://h.example"), (1, "https://i.example")]),
    ("Dockerfile", "RUN pip install \\\n --extra-index-url https://h.example a==1", [(2, "https://h.example")]),
    (".github/workflows/a.yml", "env:\n  PIP_EXTRA_INDEX_URL: https://h.example\n", [(2, "https://h.example")]),
    ("docker-compose.yml", "services:\n  a:\n    environment:\n      - UV_INDEX=https://h.example\n", [(4, "UV_INDEX=https://h.example")]),
    (
        "pip.conf",
        "[global]\nextra-index-url =\n    https://h.example\n    https://i.example\n",
        [(3, "https://h.example"), (4, "https://i.example")],
    ),
    ("environment.yml", "dependencies:\n  - pip:\n    - --extra-index-url https://h.example\n", [(3, "https://h.example")]),
    (
        "pyproject.toml",
        '[[tool.uv.index]]\nurl = "https://h.example"\n[tool.uv.pip]\nextra-index-url = ["https://i.example", 1]\n',
        [(2, "https://h.example"), (4, "https://i.example")],
    ),
    (
        "pyproject.toml",
        '[[tool.poetry.source]]\nname = "h"\nurl = "https://h.example"\npriority = "supplemental"\n',
        [(3, "https://h.example")],
    ),
    ("Pipfile", '[[source]]\nurl = "https://pypi.org/simple"\n[[source]]\nurl = "https://h.example"\n', [(4, "https://h.example")]),
    ("README.md", "# A\n\n```bash\n$ pip install a \\\n>   --extra-index-url https://h.example\n```\n", [(5, "https://h.example")]),
    ("README.md", "# A\n\n```python\nimport os\n!pip install a --extra-index-url https://h.example\n```\n", [(5, "https://h.example")]),
    (
        "README.md",
        "# A\n\n```dockerfile\nFROM a\nRUN pip install a \\\n  --extra-index-url https://h.example\n```\n",
        [(6, "https://h.example")],
    ),
    ("README.md", "# A\n\n```json\npip install a --extra-index-url https://h.example\n```\n", []),
    ("requirements.txt", "--index-url https://h.example\n--find-links https://h.example\n# --extra-index-url https://h.example\n", []),
    (
        "setup.sh",
        "pip install a==1 --index-url https://h.example; PIP_INDEX_URL=https://h.example pip install b==1; X=$(x) y; pip config list",
        [],
    ),
    (
        "setup.sh",
        '"$VENV/bin/pip" install a==1 --extra-index-url https://h.example\n$PYTHON -m pip install b==1 --extra-index-url https://h.example',
        [(1, "https://h.example"), (2, "https://h.example")],
    ),
    ("setup.sh", "uv pip sync a.lock --extra-index-url https://h.example", [(1, "https://h.example")]),
    ("setup.sh", "uv pip sync a.lock --require-hashes --extra-index-url https://h.example", []),
    ("requirements.txt", f"--extra-index-url https://h.example\na==1 --hash=sha256:{SHA}\n", []),
    ("setup.sh", "pip install a==1 --extra-index-url $INDEX --extra-index-url", []),
    (
        "pyproject.toml",
        '[[tool.uv.index]]\nurl = "https://h.example"\nexplicit = true\n[[tool.uv.index]]\nurl = "https://i.example"\ndefault = true\n[[tool.poetry.source]]\nurl = "https://h.example"\npriority = "explicit"\n',
        [],
    ),
    ("pip.conf", "[global]\nindex-url = https://h.example\nextra-index-url = $X\n", []),
]


@pytest.mark.parametrize(("path", "text", "expected"), INDEXES)
def test_extra_indexes(path: str, text: str, expected: list[tuple[int, str]]) -> None:
    assert extra({path: text}) == [(path, *item) for item in expected]


def test_an_index_asked_first_or_of_a_vendor_is_a_note_and_credentials_are_not_shown() -> None:
    lines = [
        "uv pip install a --extra-index-url https://h.example",
        "uv pip install a --index-strategy unsafe-best-match --index https://h.example",
        "pip install a --extra-index-url https://download.pytorch.org/whl/cpu",
        "pip install a --extra-index-url https://me:secret@h.example",
    ]
    problems = [*extra_index(repository({"a.sh": "\n".join(lines)}).fact("dependencies"), vendors=VENDORS)]
    assert [problem.at_most for problem in problems] == ["note", None, "note", None]
    assert "secret" not in repr([(problem.message, problem.subject) for problem in problems])


def test_shell_text_of_other_carriers_comes_in_with_its_places() -> None:
    carrier = of_shell("a.ipynb", [Script("!pip install torch\n%pip install b", [100, 200])])
    assert [(item.name, item.start, item.end) for item in carrier.needs] == [("torch", 113, 118), ("b", 213, 214)]


def test_names_of_files() -> None:
    read = [
        "requirements-dev.txt",
        "Requirements.txt",
        "pre-requirements.txt",
        "requirements/base.txt",
        "Dockerfile.gpu",
        "a.dockerfile",
        "conda.yaml",
        "x/pip.conf",
        "a/b.py",
    ]
    left = ["requirements.in", "README.txt", "conda-lock.yml", "a/b/c.py", "my.yml", "dockerfile.py.txt/x"]
    assert all(reader_of(path) for path in read)
    assert not any(reader_of(path) for path in left)


@pytest.mark.parametrize(
    ("text", "pin"),
    [
        ("a", "none"),
        ("a==1", "exact"),
        ("a @ file:///x", "local"),
        ("git+https://h/a", "none"),
        ("git+https://h/a@b", "ref"),
        (f"git+file:///x@{COMMIT}", "commit"),
        ("hg+https://h/a", "none"),
        ("svn+svn://h/a@12", "ref"),
    ],
)
def test_pins_of_requirements(text: str, pin: str) -> None:
    item = need(text, 0, len(text))
    assert item is not None
    assert item.pin == pin


def test_what_is_pulled_has_a_name() -> None:
    asked = [
        image("a:5000/b/c:1", 0, 1),
        image("docker://x@sha256:no", 0, 1),
        action("a/b@v1.2.3", 0, 1),
        conda_need("x::y 1.2 py_0", 0, 1),
        conda_need("*", 0, 1),
    ]
    assert [item and (item.name, item.pin) for item in asked] == [
        ("a:5000/b/c", "tag"),
        ("x", "none"),
        ("a/b", "tag"),
        ("y", "range"),
        None,
    ]


PIECES = st.sampled_from(
    [
        *"ab =<>@#-;,[]{}()\"'\\\n\r\t$:./*!",
        "pip install ",
        "torch",
        "--hash=",
        "-r ",
        "--extra-index-url ",
        "git+https://h/a@",
        "FROM ",
        "RUN ",
        "ENV ",
        "ADD https://h/x ",
        "COPY --from=",
        "<<EOF\n",
        "EOF\n",
        '["a", ',
        "# escape=`\n",
        "[project]\n",
        "dependencies = [",
        "[tool.uv]\n",
        "conda install ",
        "ARG A=",
        "# /// script\n",
        "# ///\n",
        "AS b",
        "--mount=from=",
    ]
)
READ = {
    "requirements": requirements,
    "settings": settings,
    "installs": installs,
    "dockerfile": dockerfile,
    "pyproject": pyproject,
    "pipfile": pipfile,
    "script": script_block,
}


@pytest.mark.parametrize("name", READ)
@given(parts=st.lists(PIECES, max_size=40))
def test_no_text_raises_more_than_it_says_and_every_place_is_in_it(name: str, parts: list[str]) -> None:
    text = "".join(parts)
    try:
        read: Needs = READ[name](text)
    except ValueError:
        assert name in {"pyproject", "pipfile", "script"}
        return
    for item in (*read.needs, *read.indexes, *read.references, *read.loose):
        assert 0 <= item.start <= item.end <= len(text)
    for piece in read.scripts:
        assert all(0 <= start <= len(text) for start in piece.starts)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_instructions_are_as_long_as_in_the_file(text: str) -> None:
    for instruction in instructions(text):
        assert 0 <= instruction.start <= instruction.start + len(instruction.code) <= len(text)
        written = text[instruction.start : instruction.start + len(instruction.code)]
        assert all(mine in {theirs, " ", "\\", "\n"} for mine, theirs in zip(instruction.code, written, strict=True))


@given(st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True), st.from_regex(r"[0-9](?:\.[0-9]){0,3}", fullmatch=True))
def test_exact_versions_are_fixed_everywhere(name: str, version: str) -> None:
    line = f"{name}=={version}"
    for read in (requirements(line), installs(f"pip install {line}"), pyproject(f'[project]\ndependencies = ["{line}"]')):
        assert [item.pin for item in (*read.needs, *read.loose)] == ["exact"]


@pytest.mark.parametrize("name", ["requirements", "settings", "installs", "dockerfile", "script"])
@pytest.mark.parametrize(
    "piece",
    [
        "a\n",
        "a \\\n",
        "RUN a\n",
        "pip install a;",
        "extra-index-url = x\n ",
        "FROM a AS b\n",
        "# ",
        "--a ",
        "a[",
        "ENV A=$A$A\n",
        "<<a ",
        "# /// script\n# a\n",
        "git+https://h/",
        "ARG PIP_EXTRA_INDEX_URL=a b\n",
    ],
)
def test_hostile_sizes_take_little_time(name: str, piece: str) -> None:
    text = piece * (200_000 // len(piece))
    with ends():
        try:
            READ[name](text)
        except ValueError:
            assert name == "script"
