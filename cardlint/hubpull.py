"""The fixes of a repository on the Hub as one pull request: shown, or opened where that was confirmed.

Addresses and shapes: hub-docs, and huggingface_hub 2.4 (`hf_api.py`: `create_commit`, `get_repo_discussions`, `list_repo_refs`;
`_commit_api.py`: the lines of a commit). A pull request starts at its `parentCommit` even where the branch has moved on
(`create_commit`, "parent_commit"), so the branch is asked for as well, last of all before anything is sent.
"""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from cardlint import __version__
from cardlint.fixwrite import diff
from cardlint.formats.contents import plural, reached
from cardlint.formats.safe import visible_line
from cardlint.hub import parsed
from cardlint.hubrepo import HubName
from cardlint.hubstates import HubError
from cardlint.report import Fixing, Pull

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint.hub import Answer, Hub
    from cardlint.hubrepo import HubSource
    from cardlint.report import Target

MARK = "<!-- cardlint check --fix --pr -->"
_TITLE = re.compile(r"cardlint: fix \d+ findings?")
_OPEN = frozenset({"open", "draft"})
_MOVED = frozenset({409, 412})
_FORBIDDEN, _SERVER = 403, 500
_MOST_PAGES = 20  # of fifty each
_MOST_READ = 20  # pull requests of one's own, whose title somebody changed
LOG_IN = "opening a pull request needs a token: log in with `hf auth login`, or set HF_TOKEN"
SAFE = "They keep the meaning of what they touch."
_UNSAFE = "Some may change the meaning of what they touch: look at each before you merge."


def proposed(source: HubSource, found: Target, *, unsafe: bool, confirmed: bool) -> Fixing:
    """What became of the fixes: a pull request, opened if `confirmed`, or why there is none. `found` has the fixes in `fixing`."""
    fixing = found.fixing
    assert fixing is not None
    left = Fixing(notes=fixing.notes)
    if not fixing.changes:
        missed = next((item.reason for item in found.skipped if item.because is None), None)
        return left._replace(unwritten=missed and f"no pull request: nothing to fix was found, but not everything could be read: {missed}")
    try:
        pulling = Pulling(source.hub, HubName(source.name.kind, source.id, source.name.revision), source.commit)
        draft = drafted(pulling, fixing, _UNSAFE if unsafe else SAFE)
        return left._replace(pull=pulling.pull(draft, confirmed=confirmed))
    except HubError as error:
        return left._replace(unwritten=f"no pull request was opened: {error}" if error.state != "unknown" else str(error))


def drafted(pulling: Pulling, fixing: Fixing, more: str) -> Pull:
    """What is to be sent: title and description quote nothing of the repository; `more` is what else there is to say."""
    title = f"cardlint: fix {plural(fixing.cured, 'finding')}"
    lines = [
        f"Fixes made by cardlint {__version__} at {pulling.commit}. {more}",
        "",
        *(f"- `{rule}`" for rule, _ in fixing.rules),
        "",
        MARK,
    ]
    into = str(pulling.name._replace(revision=None))
    return Pull(into, title, "\n".join(lines), fixing.cured, fixing.changes, parent=pulling.commit)


def owner(hub: Hub) -> tuple[str, bool]:
    """Whose token it is, and whether it may do more than read, as far as the Hub says. Raises HubError.

    The Hub is strict with those who ask this often (huggingface_hub 2.4, `hf_api.py`, `whoami`).
    """
    about = "the owner of the token"
    said = hub.json("/api/whoami-v2", about)
    name = said.get("name") if isinstance(said, dict) else None
    if not isinstance(name, str):
        raise HubError("answer", f"the Hub's answer on {about} lacks name")
    token: Any = said.get("auth")
    for key in ("accessToken", "role"):
        token = token.get(key) if isinstance(token, dict) else None
    return name, token != "read"  # noqa: S105 - a role


class Pulling:
    """What is asked and sent for one pull request.

    `name` is the repository, with the branch, tag or commit that was checked, `commit` what that was, `me` whose token it is,
    where that is known.
    """

    def __init__(self, hub: Hub, name: HubName, commit: str, me: str | None = None) -> None:
        self._hub = hub
        self.name = name
        self.commit = commit
        self._me = me
        self._about = name.prefix + name.id
        self._api = f"/api/{name.kind}s/{name.id}"

    def pull(self, draft: Pull, *, confirmed: bool) -> Pull:
        """The pull request as it would be, or is. Raises HubError."""
        if confirmed and not self._hub.has_token:
            raise HubError("credentials", LOG_IN)
        draft = self.prepared(draft)
        return self.opened(draft) if confirmed and draft.earlier is None else draft

    def prepared(self, draft: Pull, *, once: bool = False) -> Pull:
        """The draft with the branch it goes to, or with the pull request of ours that is there already. Raises HubError.

        With `once` one that was merged counts as well, and one that was closed is an answer, if it began at the same commit.
        """
        if self._hub.has_token:
            mine = list(self._own())
            number = self._earlier(mine)
            if number is None and once:
                number = self._settled(mine)
            if number is not None:
                return draft._replace(earlier=self._page(number))
        return draft._replace(branch=self._branch())

    def _page(self, number: int) -> str:
        return f"{self._hub.shown}/{self._about}/discussions/{number}"

    def _earlier(self, mine: list[dict[str, Any]]) -> int | None:
        """The number of a pull request of ours that is open."""
        unsettled = [item for item in mine if item["status"] in _OPEN]
        marked = (item for item in unsettled if _TITLE.fullmatch(str(item["title"])))
        renamed = (item for item in unsettled[:_MOST_READ] if MARK in self._described(item["num"]))
        return next((item["num"] for items in (marked, renamed) for item in items), None)

    def _settled(self, mine: list[dict[str, Any]]) -> int | None:
        """The number of a pull request of ours from this commit that was merged. Raises HubError where it was closed instead."""
        done = [item for item in mine if item["status"] not in _OPEN]
        done.sort(key=lambda item: _TITLE.fullmatch(str(item["title"])) is None)
        for item in done[:_MOST_READ]:
            said = self._described(item["num"])
            if MARK in said and f" at {self.commit}. " in said:
                if item["status"] != "merged":
                    raise HubError("closed", f"{self._page(item['num'])} had these fixes, and was closed without being merged")
                return int(item["num"])
        return None

    def _own(self) -> Iterator[dict[str, Any]]:
        """The pull requests of whoever asks."""
        me = self._me or self._named(self._hub.json("/api/whoami-v2", "the owner of the token"), "name")
        for page in range(_MOST_PAGES):
            query = urlencode({"type": "pull_request", "status": "all", "author": me, "p": page})
            said = self._hub.json(f"{self._api}/discussions?{query}", self._about)
            listed, start, count = (self._named(said, name) for name in ("discussions", "start", "count"))
            for item in listed:
                if self._named(item, "isPullRequest") and self._named(item, "author").get("name") == me:
                    yield {name: self._named(item, name) for name in ("num", "title", "status")}
            if not listed or start + len(listed) >= count:
                return
        raise HubError("answer", f"{self._about} has too many pull requests of {me} to see whether one of them is open")

    def _described(self, number: int) -> str:
        """What a pull request begins with: its description, among other things."""
        return str(self._named(self._hub.json(f"{self._api}/discussions/{number}", self._about), "events")[:1])

    def _named(self, said: Any, name: str) -> Any:  # noqa: ANN401 - JSON
        """A value of an answer, of the type it has to be of."""
        held = said.get(name) if isinstance(said, dict) else None
        if not isinstance(held, _TYPES[name]):
            raise HubError("answer", f"the Hub's answer on {self._about} lacks {name}")
        return held

    def _branch(self) -> str:
        """The branch whose head is the commit that was checked. Raises HubError where there is none."""
        heads = {
            self._named(item, "name"): self._named(item, "targetCommit")
            for item in self._named(self._hub.json(f"{self._api}/refs", self._about), "branches")
        }
        commit, revision = self.commit, self.name.revision or "main"
        if revision in heads:
            if heads[revision] != commit:
                raise self._moved(revision)
            return revision
        if (branch := next((name for name in sorted(heads, key=lambda name: name != "main") if heads[name] == commit), None)) is None:
            raise HubError("revision", f"{revision} is not the head of a branch of {self._about}; leave it out, or name a branch")
        return str(branch)

    def _moved(self, branch: str) -> HubError:
        return HubError("moved", f"{branch} of {self._about} has moved since it was checked; run again")

    def opened(self, draft: Pull) -> Pull:
        """The draft with its address, now that it is opened. Sent once, whatever comes of it. Raises HubError."""
        header = {"summary": draft.title, "description": draft.description, "parentCommit": draft.parent}
        files = [{"content": b64encode(change.after).decode(), "path": change.path, "encoding": "base64"} for change in draft.changes]
        lines = [{"key": "header", "value": header}, *({"key": "file", "value": file} for file in files)]
        try:
            answer = self._hub.send(f"{self._api}/commit/{quote(draft.branch, safe='')}?create_pr=1", self._about, lines)
        except HubError as error:
            raise self._unknown(str(error)) from error
        if answer.status >= 300:  # noqa: PLR2004 - HTTP: success
            raise self._refusal(answer, draft.branch)
        return draft._replace(address=self._address(answer))

    def _address(self, answer: Answer) -> str:
        try:
            return str(self._named(parsed(answer, self._about), "pullRequestUrl"))
        except HubError as error:
            raise self._unknown(str(error)) from error

    def _refusal(self, answer: Answer, branch: str) -> HubError:
        if answer.status in _MOVED:
            return self._moved(branch)
        error = self._hub.refused(answer, self._about)
        if answer.status == _FORBIDDEN and error.state == "answer":
            return HubError("forbidden", f"this token has no right to open one in {self._about}; it needs one that may write ({error})")
        return self._unknown(str(error)) if answer.status >= _SERVER else error

    def _unknown(self, said: str) -> HubError:
        where = f"{self._hub.shown}/{self._about}/discussions"
        return HubError("unknown", f"nobody knows whether a pull request was opened, see {where}: {said}")


_TYPES: dict[str, type] = {
    "author": dict, "branches": list, "count": int, "discussions": list, "events": list, "isPullRequest": bool, "name": str,
    "num": int, "pullRequestUrl": str, "start": int, "status": str, "targetCommit": str, "title": str,
}  # fmt: skip


def shown(target: Target) -> Iterator[str]:
    """What became of the pull request of a target, in lines that act on no terminal."""
    fixing = target.fixing
    if fixing is None or fixing.unwritten is not None:
        return  # the report says why
    pull = fixing.pull
    if pull is None:
        yield visible_line(f"{target.name}: nothing to fix, so no pull request.")
    elif pull.earlier is not None:
        yield visible_line(f"{target.name}: {pull.earlier} is open already, so no other pull request was opened.")
    elif pull.address is not None:
        yield visible_line(f"{target.name}: opened {pull.address}")
    else:
        yield from _draft(pull, target.shown)
        yield visible_line(f"{target.name}: nothing was opened; --pr --yes opens this pull request.")


def _draft(pull: Pull, root: str) -> Iterator[str]:
    heads = {"Pull request to": pull.into, "Branch": pull.branch, "Parent commit": pull.parent, "Title": pull.title}
    yield from (visible_line(f"{name}: {value}") for name, value in heads.items())
    yield ""
    yield from map(visible_line, pull.description.splitlines())
    yield ""
    yield from ("".join(diff(change, reached(root, change.path)) for change in pull.changes)).removesuffix("\n").split("\n")
