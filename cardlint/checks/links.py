"""Whether links and images lead anywhere: to a file of the repository, to a place in the card."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from cardlint.errors import Unreadable
from cardlint.nearness import nearest
from cardlint.placeholders import known
from cardlint.problem import Problem, Related
from cardlint.weights.cached import cached_property
from cardlint.weights.patterns import lazily

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.files import Files
    from cardlint.markdown import Link, Markdown
    from cardlint.repository import Identity

_SHOWN = 60
_LONGEST = 2_000
_RELATED = 5
_HINTS = 50
_SLIP = 0.85
_SCHEME = lazily(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
DRIVE = lazily(r"[a-z]:[\\/]|\\\\", re.IGNORECASE)
TEMPLATE = lazily(r"\{\{|\{%|\$\{|[<>]")
_MAIL = lazily(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_WEB = lazily(r"(?P<scheme>https?)(?::/{0,2}|//)(?P<rest>[\w.-]+\.[a-z]{2,}[^\s()]*)", re.IGNORECASE)
_COUNT = lazily(r"-\d+$")
_HOST_LIKE = lazily(r"(?:www\.|[\w-]+\.(?:com|org|net|io|ai|co|dev|edu|gov)(?=/|$))\S*", re.IGNORECASE)
_OWN_FILE = lazily(
    r"https?://(?:www\.)?(?:huggingface\.co|hf\.co)/(?P<kind>datasets/|spaces/)?(?P<id>[\w.-]+(?:/[\w.-]+)?)/(?:resolve|blob|raw)/main/(?P<path>.+)",
    re.IGNORECASE,
)
_FOLDERS = {"dataset": "datasets/", "space": "spaces/", "model": None}
_RAW_LINK = lazily(r"!?\[(?P<text>[^\[\]\n]{0,200})\]\((?P<target>[^()\n<>\"']{1,500})\)")
_LIKE_TARGET = lazily(r"(?:https?://|\.{0,2}/|#).*|.*\.[a-z][a-z0-9]{1,4}", re.IGNORECASE)
_TICKS = lazily(r"(?<![`\\])`+")
_SAFE = "/:?#&=%+,;@~!$*"
_BLANK_LINE = lazily(r"\n[ \t>]*\r?\n")


def broken(  # noqa: PLR0913 - the facts of the rule, and its data
    markdown: Markdown, files: Files | None, repository: Identity, card_path: str, *, schemes: dict[str, str], anchors: list[str]
) -> Iterator[Problem]:
    """Links and images that lead nowhere, each target once.

    `files` are those of the repository, None where they are not known. `schemes` are those only some program
    understands, with what it is; `anchors` are those every page has.
    """
    judge = _Judge(markdown, files, repository, card_path.rpartition("/")[0])
    uses: dict[tuple[str, int], list[Link]] = {}
    for link in markdown.links:
        # Empty targets have nothing in common.
        uses.setdefault((link.target, 0 if link.target.strip() else link.span.start), []).append(link)
    for (target, _), links in uses.items():
        if len(target) > _LONGEST or (target.startswith("#") and target[1:].lower() in anchors):
            continue
        message = _foreign(target, schemes) or judge.wrong(target, links[0])
        if message is not None:
            related = tuple(Related("the same target", link.span) for link in links[1 : 1 + _RELATED])
            yield Problem(message, links[0].target_span or links[0].span, target, related)
    yield from _unread(markdown)
    require_whole(markdown)


def require_whole(markdown: Markdown) -> None:
    """Called when everything that was read has been judged. Raises Unreadable where some of the body was not read."""
    unread = [span for span in markdown.incomplete if markdown.text.cut(span).strip()]
    if unread:
        line = markdown.text.position(unread[0].start).line
        raise Unreadable(f"{unread[0].path} is too long or too dense to be read on from line {line}")


def quoted(text: str) -> str:
    """A target as messages show it."""
    return f'"{_cut(text)}"'


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _foreign(target: str, schemes: dict[str, str]) -> str | None:
    scheme = _SCHEME.match(target)
    program = schemes.get(scheme[1].lower()) if scheme else None
    if program is None:
        return None
    return f"{quoted(target)} leads into {program}, which no reader has; upload the file and give its path in the repository"


class _Judge:
    """Says what is wrong with the targets of one card. Only the first findings get a hint, which takes time."""

    def __init__(self, markdown: Markdown, files: Files | None, repository: Identity, folder: str) -> None:
        self._markdown = markdown
        self._files = files
        self._repository = repository
        self._folder = folder
        self._hints = _HINTS

    def wrong(self, target: str, link: Link) -> str | None:
        """What is wrong with a target, as a sentence; None where nothing is, or nothing is known."""
        if not target.strip():
            return _without_target(link)
        if TEMPLATE.search(target) or DRIVE.match(target) or target.startswith(("/", "?", "~")):
            return None
        if target.startswith("#"):
            return self._no_anchor(target[1:])
        if _SCHEME.match(target):
            return self._not_own(target)
        return self._not_relative(target)

    @cached_property
    def _anchors(self) -> dict[str, str]:
        return {_folded(name): name for name in sorted(self._markdown.anchors)}

    @cached_property
    def _paths(self) -> list[str]:
        return [entry.path for entry in self._files or ()]

    @cached_property
    def _parents(self) -> set[str]:
        """All folders; the root is the empty one."""
        return {"", *(path[:at] for path in self._paths for at, char in enumerate(path) if char == "/")}

    def _no_anchor(self, anchor: str) -> str | None:
        wanted = _folded(anchor)
        if not wanted or self._makes(wanted, anchor) or anchor.startswith((":~:", "/", "!")) or self._markdown.incomplete:
            return None
        hint = self._near_anchor(anchor, wanted)
        return f"no heading or id of this card makes #{_cut(anchor)}" + (f"; did you mean #{hint}?" if hint else "")

    def _makes(self, wanted: str, anchor: str) -> bool:
        """Whether a heading or an id makes the anchor; which of two alike gets a number differs between sites."""
        return wanted in self._anchors or _folded(_COUNT.sub("", anchor)) in self._repeated

    @cached_property
    def _repeated(self) -> set[str]:
        folded = [_folded(name) for name in self._markdown.anchors]
        return {name for name, count in Counter(folded).items() if count > 1}

    def _near_anchor(self, anchor: str, wanted: str) -> str | None:
        if not self._may_hint():
            return None
        alike = [name for folded, name in self._anchors.items() if folded and (folded.startswith(wanted) or wanted.startswith(folded))]
        near = alike if len(alike) == 1 else _alike(unquote(anchor), list(self._anchors.values())[:_LONGEST])
        return _cut(near[0]) if near else None

    def _may_hint(self) -> bool:
        self._hints -= 1
        return self._hints >= 0

    def _not_relative(self, target: str) -> str | None:
        """What is wrong with a relative target. Where the files are not known, only what can be no path is wrong."""
        if any(self._known(_resolved(path, self._folder)) for path in (_path(target), target)):
            return None
        meant = _address(target, certain=self._files is None)
        if meant is not None:
            return f"{quoted(target)} is read as the name of a file; did you mean {_cut(meant)}?"
        return None if self._files is None else self._no_file(target, _resolved(_path(target), self._folder))

    def _known(self, path: str | None) -> bool:
        return self._files is not None and path is not None and (path in self._files or path in self._parents)

    def _no_file(self, target: str, path: str | None) -> str:
        if path is None:
            return f"{quoted(target)} leads outside the repository"
        near = self._near_file(path) if self._may_hint() else None
        return f"there is no file {quoted(target)}" + (f"; did you mean {near}?" if near else "")

    def _near_file(self, path: str) -> str | None:
        """The one file that is meant but for letter case or folder, or the nearest one."""
        name = path.rpartition("/")[2].lower()
        same = [known for known in self._paths if known.lower() == path.lower()]
        elsewhere = [known for known in self._paths if known.rpartition("/")[2].lower() == name]
        near = nearest(path, self._paths[:_LONGEST])
        found = next((found for found in (same, elsewhere) if len(found) == 1), near)
        return found[0] if found else None

    def _not_own(self, target: str) -> str | None:
        """What is wrong with an address of a file of this very repository."""
        own = _OWN_FILE.fullmatch(target)
        identity = self._repository
        if own is None or self._files is None or (own["id"], own["kind"]) != (identity.id, _FOLDERS[identity.kind]):
            return None
        path = _resolved(_path(own["path"]), "")
        return None if self._known(path) else self._no_file(_path(own["path"]), path)


def _alike(word: str, known: list[str]) -> list[str]:
    """The nearest known word, if it is a slip of the pen away: headings share too many words for less."""
    from difflib import SequenceMatcher  # only on the way to a finding

    return [near for near in nearest(word, known)[:1] if SequenceMatcher(None, word, near).ratio() >= _SLIP]


def _without_target(link: Link) -> str | None:
    """An empty target; the instruction to put one there is another rule's, and an anchor in HTML needs none."""
    text = link.text.strip()
    if link.form == "html" or (not link.image and known().of_link(text)):
        return None
    if not text and not link.image:
        return "this link has neither a text nor a target, so that nothing is shown"
    return f"the {'image' if link.image else 'link'}{f' {quoted(text)}' if text else ''} has no target"


def _address(target: str, *, certain: bool) -> str | None:
    """The address a target would be with the scheme that it lacks."""
    if _MAIL.fullmatch(target):
        return f"mailto:{target}"
    web = _WEB.search(target)
    if web is not None:
        return f"{web['scheme']}://{web['rest']}"
    if _HOST_LIKE.match(target) and (not certain or target.lower().startswith("www.")):
        return f"https://{target}"
    return None


def _folded(anchor: str) -> str:
    """An anchor without what sites disagree on: letter case, punctuation, emoji, and the prefix GitHub gives."""
    plain = unquote(anchor).lower().removeprefix("user-content-")
    return "".join(char for char in plain if char.isalnum())


def _path(target: str) -> str:
    """The path in a relative target: no query, no fragment, percent signs decoded."""
    return unquote(re.split(r"[?#]", target, maxsplit=1)[0])


def _resolved(path: str, folder: str) -> str | None:
    """The path from the root, without `.` and `..`; None where it leads outside."""
    steps = folder.split("/") if folder else []
    for step in path.split("/"):
        if step == ".." and not steps:
            return None
        if step == "..":
            steps.pop()
        elif step not in {"", "."}:
            steps.append(step)
    return "/".join(steps)


def _unread(markdown: Markdown) -> Iterator[Problem]:
    """Links whose target holds a blank, so that Markdown shows them as they are written."""
    content = markdown.text.content
    read = {link.span.start for link in markdown.links}
    spans = [*(snippet.span for snippet in markdown.snippets), *(comment.span for comment in markdown.comments)]
    hidden = _Ranges([(span.start, span.end) for span in spans])
    code: _Ranges | None = None
    for match in _RAW_LINK.finditer(content, _start(markdown)):
        target, at = match["target"].strip(), match.start()
        if " " not in target or not _LIKE_TARGET.fullmatch(target) or TEMPLATE.search(target) or at in read or at in hidden:
            continue
        code = code or _Ranges(_code_spans(content))
        if at in code or content[at - 1 : at] == "\\":
            continue
        start = match.start("target") + match["target"].index(target)
        message = f"{quoted(target)} holds a blank, so the link is shown as text; write {_cut(quote(target, safe=_SAFE))}"
        yield Problem(message, markdown.text.span(start, start + len(target)), target)


def _start(markdown: Markdown) -> int:
    """Where the first heading or paragraph begins."""
    starts = [span.start for span in markdown.paragraphs[:1]] + [section.span.start for section in markdown.sections[:1]]
    return min(starts, default=len(markdown.text.content))


class _Ranges:
    """Whether an offset lies in one of many ranges, none inside another."""

    def __init__(self, ranges: list[tuple[int, int]]) -> None:
        self._ranges = sorted(ranges)

    def __contains__(self, offset: int) -> bool:
        from bisect import bisect_right

        at = bisect_right(self._ranges, offset, key=lambda found: found[0]) - 1
        return at >= 0 and offset < self._ranges[at][1]


def _code_spans(content: str) -> list[tuple[int, int]]:
    """What stands between backticks: from a run of them to the next run as long in the same paragraph."""
    found: list[tuple[int, int]] = []
    start = 0
    for gap in (*_BLANK_LINE.finditer(content), None):
        ticks = list(_TICKS.finditer(content, start, gap.start() if gap else len(content)))
        found += _paired(ticks)
        start = gap.end() if gap else start
    return found


def _paired(ticks: list[re.Match[str]]) -> Iterator[tuple[int, int]]:
    following = _following([run[0] for run in ticks])
    at = 0
    while at < len(ticks):
        closing = following[at]
        if closing is not None:
            yield ticks[at].start(), ticks[closing].end()
        at = (at if closing is None else closing) + 1


def _following(runs: list[str]) -> list[int | None]:
    """For each run the place of the next one that is as long."""
    last: dict[str, int] = {}
    following: list[int | None] = [None] * len(runs)
    for place in reversed(range(len(runs))):
        following[place] = last.get(runs[place])
        last[runs[place]] = place
    return following
