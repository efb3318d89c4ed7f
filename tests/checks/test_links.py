"""Links, private hosts, images and retired addresses: what the examples in the rule cards cannot show."""

from __future__ import annotations

import pytest
from bulk import bulk
from ending import ends

from cardlint import engine
from cardlint.policyfile import load_policy
from cardlint.repository import Identity, Kind, Repository
from cardlint.rule import shipped
from cardlint.source import Excluding, Memory

BROKEN, PRIVATE, ALT, ENDPOINT = "link-broken", "link-private", "image-alt-missing", "endpoint-deprecated"


def messages(
    rule: str,
    body: str,
    *files: str,
    id: str | None = None,  # noqa: A002
    kind: Kind = "model",
    listed: bool = True,
    exclude: tuple[str, ...] = (),
) -> list[str]:
    """What one rule says of a card, with its line."""
    held: dict[str, bytes | int] = dict.fromkeys(files, 1)
    held["README.md"] = f"---\nlicense: mit\n---\n{body}\n".encode("utf-8", "surrogatepass")
    source = Memory(held, listed=listed)
    repository = Repository(Excluding(source, exclude) if exclude else source, Identity(kind, id, told=True))
    target = engine.run(repository, load_policy(shipped(), select=(rule,)).bind(repository))
    assert target.failed == ()
    assert target.skipped == ()
    assert target.not_applicable == ()
    return [finding.message for finding in target.findings]


def subjects(rule: str, body: str, *files: str) -> list[str]:
    held: dict[str, bytes | int] = {**dict.fromkeys(files, 1), "README.md": f"---\nlicense: mit\n---\n{body}\n".encode()}
    repository = Repository(Memory(held), Identity("model", told=True))
    return [finding.subject for finding in engine.run(repository, load_policy(shipped(), select=(rule,)).bind(repository)).findings]


@pytest.mark.parametrize(
    "link",
    [
        "[a](LICENSE)", "[a](./LICENSE)", "[a](img/../LICENSE)", "[a](LICENSE#L1)", "[a](LICENSE?download=true)", "[a](img)", "[a](img/)",
        "[a](.)", "[a](./)", "[a](img/a%20b.png)", "[a](<img/a b.png>)", '<img src="img/a b.png">', '<a href="LICENSE">x</a>',
        "[a](100%25.txt)", "[a](mailto:a@b.org)", "[a](tel:123)", "[a](data:image/png;base64,AAAA)", "[a](//example.org/x)",
        "[a](/docs/x)", "[a]({{ url }})", "[a](${URL})", "[a](?x=1)", "[a](#)", "[a](#top)", "[a](#TOP)", "[a](#:~:text=x)",
        "[a](https://example.org/missing.png)", "[Add homepage URL here]()", '<a name="x"></a>', "\\[a](my file.png)", "`[a](my file.png)`", "``[a](my `file.png)``",
        "[1](see the notes)", "x[0](a, b)", "[a](b c)", "[a](my {{ x }}.png)", "[a](file.md 'title')", "<!-- [a](my file.png) -->", "[a](ftp:x)",
    ],
)  # fmt: skip
def test_links_that_lead_somewhere(link: str) -> None:
    assert messages(BROKEN, link, "LICENSE", "img/a b.png", "100%.txt", "file.md") == []


@pytest.mark.parametrize(
    ("link", "message"),
    [
        ("[a](missing.png)", 'there is no file "missing.png"'),
        ("[a](license)", 'there is no file "license"; did you mean LICENSE?'),
        ("[a](photo.png)", 'there is no file "photo.png"; did you mean img/photo.png?'),
        ("[a](img/phooto.png)", 'there is no file "img/phooto.png"; did you mean img/photo.png?'),
        ("[a](../x)", '"../x" leads outside the repository'),
        ("[a](img/../../x)", '"img/../../x" leads outside the repository'),
        ("[a][r]\n\n[r]: missing.md", 'there is no file "missing.md"'),
        ('<a href="missing.md">x</a>', 'there is no file "missing.md"'),
        ("[a](img/photo.png/x)", 'there is no file "img/photo.png/x"; did you mean img/photo.png?'),
        ("[a](https:example.org/x)", None),
        ("[a](http//example.org/x)", '"http//example.org/x" is read as the name of a file; did you mean http://example.org/x?'),
        ("[a](github.com/a/b)", '"github.com/a/b" is read as the name of a file; did you mean https://github.com/a/b?'),
        ("[a](a@@b.org)", 'there is no file "a@@b.org"'),
        ("[a](sandbox:/mnt/data/x.csv)", '"sandbox:/mnt/data/x.csv" leads into a chat, which no reader has; upload the file and give its path in the repository'),
        ("![]()", "the image has no target"),
        ("[]()", "this link has neither a text nor a target, so that nothing is shown"),
        ("![x]()", 'the image "x" has no target'),
        ("[a](#nowhere)", "no heading or id of this card makes #nowhere"),
        ("![a](./my file.png)", '"./my file.png" holds a blank, so the link is shown as text; write ./my%20file.png'),
        ("[a](https://example.org/a b)", '"https://example.org/a b" holds a blank, so the link is shown as text; write https://example.org/a%20b'),
        ("`x` [a](my file.png) `y`", '"my file.png" holds a blank, so the link is shown as text; write my%20file.png'),
        ("` [a](my file.png)", '"my file.png" holds a blank, so the link is shown as text; write my%20file.png'),
    ],
)  # fmt: skip
def test_links_that_lead_nowhere(link: str, message: str | None) -> None:
    assert messages(BROKEN, link, "LICENSE", "img/photo.png", "img/other.png") == ([message] if message else [])


@pytest.mark.parametrize(
    "anchor",
    [
        "how-to-use",
        "How-To-Use",
        "user-content-how-to-use",
        "how_to_use",
        "-how-to-use-",
        "how%20to%20use",
        "données",
        "donn%C3%A9es",
        "数据",
        "mine",
        "how-to-use-1",
    ],
)
def test_anchors_are_compared_without_what_sites_disagree_on(anchor: str) -> None:
    body = f"## 🚀 How to use?\n\n## Données\n\n## 数据\n\n## How to use\n\n<a name='mine'></a>\n\n[x](#{anchor})"
    assert messages(BROKEN, body) == []


def test_a_hint_needs_more_than_words_headings_share() -> None:
    assert messages(BROKEN, "## Citation information\n\n[x](#licensing-information)") == [
        "no heading or id of this card makes #licensing-information"
    ]
    assert messages(BROKEN, "## Data splits\n\n[x](#data-splits-sample-size)") == [
        "no heading or id of this card makes #data-splits-sample-size; did you mean #data-splits?"
    ]


def test_a_bold_line_makes_no_anchor() -> None:
    assert len(messages(BROKEN, "**Usage**\n\n[x](#usage)")) == 1


def test_a_target_is_reported_once_with_its_other_places() -> None:
    body = "".join(f"[a{number}](missing.md)\n\n" for number in range(9))
    repository = Repository(Memory({"README.md": f"---\nlicense: mit\n---\n{body}".encode()}), Identity("model", told=True))
    (finding,) = engine.run(repository, load_policy(shipped(), select=(BROKEN,)).bind(repository)).findings
    assert [place.place.line for place in finding.related] == [6, 8, 10, 12, 14]


def test_on_standard_input_only_what_can_be_no_file_is_wrong() -> None:
    body = (
        "[a](missing.md) [b](../x.md) [c](#nowhere) [d](me@example.org) [e](www.example.org) [f](github.com/a/b) [g](a b.md) [h](x.ai/y.md)"
    )
    assert messages(BROKEN, body, listed=False) == [
        "no heading or id of this card makes #nowhere",
        '"me@example.org" is read as the name of a file; did you mean mailto:me@example.org?',
        '"www.example.org" is read as the name of a file; did you mean https://www.example.org?',
        '"a b.md" holds a blank, so the link is shown as text; write a%20b.md',
    ]


def test_files_that_are_not_checked_are_there_all_the_same() -> None:
    assert messages(BROKEN, "[a](tests/x.py) [b](tests/y.py)", "tests/x.py", exclude=("tests/**",)) == [
        'there is no file "tests/y.py"; did you mean tests/x.py?'
    ]


@pytest.mark.parametrize(
    ("id", "kind", "address", "count"),
    [
        ("a/b", "model", "https://huggingface.co/a/b/resolve/main/gone.png", 1),
        ("a/b", "model", "https://hf.co/a/b/blob/main/gone.png?x=1", 1),
        ("a/b", "dataset", "https://huggingface.co/datasets/a/b/resolve/main/gone.png", 1),
        ("a/b", "space", "https://huggingface.co/spaces/a/b/raw/main/gone.png", 1),
        ("a/b", "model", "https://huggingface.co/a/b/resolve/main/here%20it%20is.png", 0),
        ("a/b", "model", "https://huggingface.co/a/b/resolve/v1/gone.png", 0),
        ("a/b", "model", "https://huggingface.co/a/c/resolve/main/gone.png", 0),
        ("a/b", "model", "https://huggingface.co/datasets/a/b/resolve/main/gone.png", 0),
        ("gpt2", "model", "https://huggingface.co/gpt2/resolve/main/gone.png", 1),
        (None, "model", "https://huggingface.co/a/b/resolve/main/gone.png", 0),
    ],
)
def test_addresses_of_the_repositorys_own_files(id: str | None, kind: Kind, address: str, count: int) -> None:  # noqa: A002
    assert len(messages(BROKEN, f"![x]({address})", "here it is.png", id=id, kind=kind)) == count
    assert messages(BROKEN, f"![x]({address})", id=id, kind=kind, listed=False) == []


def test_a_card_elsewhere_resolves_from_its_folder() -> None:
    held: dict[str, bytes | int] = {
        "docs/README.md": b"---\nlicense: mit\n---\n[a](img.png) [b](../LICENSE) [c](LICENSE)\n",
        "docs/img.png": 1,
        "LICENSE": 1,
    }
    repository = Repository(Memory(held), Identity("model", told=True), "docs/README.md")
    findings = engine.run(repository, load_policy(shipped(), select=(BROKEN,)).bind(repository)).findings
    assert [finding.message for finding in findings] == ['there is no file "LICENSE"; did you mean LICENSE?']


def test_hints_are_given_only_for_the_first() -> None:
    body = " ".join(f"[a](fil{number}) [b](#fil{number})" for number in range(60))
    found = messages(BROKEN, f"# File1\n\n{body}", "file1")
    assert len(found) == 120
    assert sum("did you mean" in message for message in found) <= 50


@pytest.mark.parametrize(
    "target",
    [
        "http://localhost:8888/tree", "http://127.0.0.2/", "http://[::1]:80/", "http://0.0.0.0:1/", "file:///tmp/x.png", "FILE:///C:/x", "C:\\data\\x.png",
        "D:/data/x.png", "\\\\\\\\nas\\\\share\\\\x", "/home/mira/x.png", "/Users/mira/x.png", "~/x.png", "http://10.1.2.3/x", "http://172.31.0.1/", "http://192.168.1.1",
        "http://169.254.169.254/", "http://[fe80::1]/", "https://wiki.corp/", "https://a.b.internal/x", "http://nas.local", "//nas01/x", "http://gpu-07:8000/",
        "/scratch/mira/x.png", "https://wiki.corp./",
    ],
)  # fmt: skip
def test_what_only_the_author_can_reach(target: str) -> None:
    assert len(messages(PRIVATE, f"[x]({target})")) == 1
    assert len(messages(PRIVATE, f"![x]({target}) [again]({target})")) == 1


@pytest.mark.parametrize(
    "body",
    [
        "http://localhost:7860", "<http://127.0.0.1:8000>", "[localhost:7860](http://localhost:7860)", "[x](https://example.org/home/mira)", "[x](http://8.8.8.8/)",
        "[x](http://172.32.0.1/)", "[x](http://[::1)", "[x](http://host:80)", "[x](http://<ip>:80)", "[x](mailto:a@localhost)", "[x](https://local.example.org)",
        "[x](home/mira.png)", "`file:///tmp/x`", "[x](http://[2606:4700::1111]/)", "[x]({{ url }})", "[x](/docs/hub)", "[x]()", f"[x](http://nas/{'a' * 3000})",
    ],
)  # fmt: skip
def test_what_others_can_reach_or_a_manual_says(body: str) -> None:
    assert messages(PRIVATE, body) == []


def test_an_image_on_the_readers_own_machine_is_never_meant() -> None:
    assert len(messages(PRIVATE, "![localhost](http://localhost:7860/x.png)")) == 1


def test_one_defect_one_finding() -> None:
    repository = Repository(
        Memory({"README.md": b"---\nlicense: mit\n---\n[a](file:///x) [b](~/y.png) [c](C:\\\\z.png)\n"}), Identity("model", told=True)
    )
    target = engine.run(repository, load_policy(shipped(), select=(BROKEN, PRIVATE)).bind(repository))
    assert [finding.rule for finding in target.findings] == [PRIVATE] * 3


@pytest.mark.parametrize(
    "image",
    [
        "![x](a.png)", '<img alt="" src="a.png">', "<img alt='' src='a.png'>", '<img alt src="a.png">', '<img src="a.png" alt/>', '<img src="a.png" role="presentation">',
        '<img src="a.png" aria-hidden="true">', '<img src="a.png" aria-label="Loss">', "[![](a.png) read more](b.md)", "![]()", "`![](a.png)`", "![Image of a cat](a.png)",
        '<a href="b"><img src="a.png"> words</a>', "![figure 3: loss over time](a.png)",
    ],
)  # fmt: skip
def test_images_that_say_enough(image: str) -> None:
    assert messages(ALT, image) == []


@pytest.mark.parametrize(
    "image",
    [
        "![](a.png)", "![ ](a.png)", '<img src="a.png">', "![Image](a.png)", "![alt_text](a.png)", "![image.png](a.png)", "![Screenshot 2024-01-02 at 10.11.12](a.png)",
        "![图片](a.png)", '<img src="a.png" alt="drawing" width="200"/>', "[![](a.png)](b.md)", "![image-20230101120000](a.png)", "![loss curve.png](a.png)",
        '<a href="b"><img src="a.png"></a>', "[words](b.md) ![](a.png)", "<img src='a.png' data-alt=''>", "![IMG_1234.JPG](a.png)",
    ],
)  # fmt: skip
def test_images_that_do_not(image: str) -> None:
    assert len(messages(ALT, image)) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://api-inference.huggingface.co.", ["https://api-inference.huggingface.co"]),
        ("**https://cdn.huggingface.co/a/b.bin**", ["https://cdn.huggingface.co/a/b.bin"]),
        ("https://API-inference.huggingface.co/v1/chat", ["https://API-inference.huggingface.co/v1/chat"]),
        ("[a](http://s3.amazonaws.com/models.huggingface.co/bert/x)", ["http://s3.amazonaws.com/models.huggingface.co/bert/x"]),
        ("https://cdn.huggingface.com/x https://cdn.huggingface.co.uk/x https://s3.amazonaws.com/models.huggingface.com/x", []),
        ("https://example.org/?u=https://cdn.huggingface.co/x", []),
        ("https://web.archive.org/web/2020/https://cdn.huggingface.co/x", []),
        ("https://cdn-media.huggingface.co/x https://hf.space https://hf.space/embedded", []),
    ],
)
def test_retired_addresses_are_found_exactly(text: str, found: list[str]) -> None:
    assert subjects(ENDPOINT, text) == found


def test_a_longer_retired_address_comes_before_a_shorter_one() -> None:
    (message,) = messages(ENDPOINT, "https://api-inference.huggingface.co/v1/chat/completions")
    assert message.endswith("write https://router.huggingface.co/v1")


def test_retired_addresses_need_no_frontmatter() -> None:
    repository = Repository(Memory({"README.md": b"https://cdn.huggingface.co/x"}), Identity("model", told=True))
    target = engine.run(repository, load_policy(shipped(), select=(ENDPOINT,)).bind(repository))
    assert [finding.place and finding.place.column for finding in target.findings] == [1]


@pytest.mark.parametrize("rule", [BROKEN, PRIVATE, ALT, "usage-example-missing", "usage-example-invalid", "usage-example-other-model"])
def test_what_is_too_dense_to_be_read_is_not_called_clean(rule: str) -> None:
    body = (
        "---\nlibrary_name: transformers\n---\n![](http://nas/x.png)\n\n```python\nimport a b\n```\n\n"
        + "> " * 3_000
        + "[x](http://nas/y.png)\n"
    )
    repository = Repository(Memory({"README.md": body.encode()}), Identity("model", told=True))
    target = engine.run(repository, load_policy(shipped(), select=(rule,)).bind(repository))
    assert [item.reason for item in target.skipped] == ["README.md is too long or too dense to be read on from line 10"]
    assert len(target.findings) == (rule in {PRIVATE, ALT, "usage-example-invalid"})


HOSTILE = {
    "brackets": "[" * bulk(1_000_000),
    "raw links in code": "`[a](b c.png)` " * bulk(66_000),
    "raw links": "[a](b c.png)\n" * bulk(76_000),
    "ticks": "`" * 3 + " `` ` ``` " * bulk(100_000) + "[a](b c.png)",
    "anchors": "# Heading\n" * bulk(30_000) + "[x](#headin)\n\n" * 1 + "".join(f"[x](#h{number})\n" for number in range(bulk(30_000))),
    "files": "".join(f"[x](f{number}.md)\n" for number in range(bulk(60_000))),
    "images": '<img src="a" ' + "x" * bulk(900_000) + ">",
    "addresses": "https://cdn.huggingface.co/" * bulk(38_000),
    "schemes": "https://" * bulk(125_000),
}


@pytest.mark.bulk
@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_a_megabyte_meant_to_be_slow_is_not(body: str) -> None:
    held: dict[str, bytes | int] = {
        "README.md": f"---\nlicense: mit\n---\n{body}\n".encode(),
        **{f"x/{number}.md": 1 for number in range(500)},
    }
    repository = Repository(Memory(held), Identity("model", told=True))
    repository.fact("markdown").links  # noqa: B018 - what reading costs is tested elsewhere
    repository.fact("markdown").anchors  # noqa: B018
    for rule in (BROKEN, PRIVATE, ALT, ENDPOINT):
        policy = load_policy(shipped(), select=(rule,)).bind(repository)
        with ends():
            target = engine.run(repository, policy)
        assert target.failed == (), rule


@pytest.mark.parametrize(
    "target",
    [
        "s3://bucket/x", "GS://bucket/x", "https://b.s3.amazonaws.com/x?X-Amz-Date=1&X-Amz-Signature=ab", "https://x.org/a?Expires=1&amp;Signature=x&amp;Key-Pair-Id=K",
        "https://a.blob.core.windows.net/x?sv=1&se=2&sig=3", "https://acme.slack.com/archives/C01/p1", "https://app.slack.com/client/T1/C1",
        "https://drive.google.com/drive/u/0/my-drive", "https://drive.google.com/drive/my-drive", "https://mail.google.com/mail/u/0/", "http://10.0.0.5/x",
    ],
)  # fmt: skip
def test_links_for_some_people_or_a_while(target: str) -> None:
    (message,) = messages(PRIVATE, f"[a]({target})")
    assert "link to where" in message


@pytest.mark.parametrize(
    "target",
    [
        "https://x.org/?signature=a", "https://x.org/?q=X-Amz-Signature", "https://x.org/?X-Amz-Signature=", "https://x.org/?plain", "https://acme.slack.com/",
        "https://join.slack.com/t/acme/shared_invite/zt-1", "https://drive.google.com/drive/folders/1ab", "https://drive.google.com/drive/u/0/folders/1ab",
        "https://drive.google.com/file/d/1ab/view", "hf://datasets/a/b", "https://x.org/s3://bucket",
    ],
)  # fmt: skip
def test_links_for_everyone(target: str) -> None:
    assert messages(PRIVATE, f"[a]({target})") == []
