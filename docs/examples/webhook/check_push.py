# /// script
# requires-python = ">=3.11"
# dependencies = ["cardlint>=0.1,<0.2"]
# ///
"""Check what was pushed to the Hub: the command of a Job that a webhook triggers. See docs/before-upload.md for the set-up.

The Hub gives the event in WEBHOOK_PAYLOAD (its documentation, "Webhooks Automation" and "Webhooks"). Each pushed commit of the
main branch or of a pull request is checked as it is on the Hub; files are fetched when a rule reads them, none that lies in LFS.

    HF_TOKEN          needed for private repositories, and to comment
    CARDLINT_POLICY   a policy by name or file; that of the repository itself is not read; what a card may not suppress, it locks
    CARDLINT_FAIL_ON  error, warning, note or never; default error
    CARDLINT_COMMENT  1: say what was found in a discussion of the repository, or in the pull request

Exit code: that of `cardlint check`, the gravest of all commits. 2 where the payload is not one of the Hub, 4 where something could
not be read, 0 also where the event is about something else, such as a comment: what this script writes never starts it again.
"""

from __future__ import annotations

import json
import os
import re
import sys
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from huggingface_hub import HfApi, RepoFile, hf_hub_download

from cardlint import Policy, Repository, check
from cardlint.errors import CardlintError, Inapplicable, Unreadable
from cardlint.formats import concise
from cardlint.formats.safe import visible
from cardlint.repoid import why_malformed
from cardlint.repository import Identity
from cardlint.source import MAX_ENTRIES, FileEntry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cardlint import Report

KINDS = ("model", "dataset", "space")
NO_CARDS = ("bucket", "kernel")
LARGEST = 10_000_000  # bytes of a file that is fetched
MOST_REFS = 20
LONGEST = 60_000  # characters of a comment; the Hub takes 65,536
TITLE = "cardlint: findings in this repository"
GRAVITY = (2, 3, 4, 1, 0)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_REF = re.compile(r"refs/heads/main|refs/pr/([1-9][0-9]{0,8})")


class Push(NamedTuple):
    """A commit that was pushed to a repository, to the pull request of this number or to the main branch."""

    kind: str
    repo: str
    commit: str
    pull_request: int | None

    def __str__(self) -> str:
        prefix = "" if self.kind == "model" else f"{self.kind}s/"
        return f"hf://{prefix}{self.repo}@{self.commit}"


class Commit:
    """A commit on the Hub as a source of bytes: listed once, read file by file."""

    listed = True

    def __init__(self, push: Push) -> None:
        """Nothing is asked of the Hub yet."""
        self.push = push

    @cached_property
    def _listed(self) -> dict[str, RepoFile] | Unreadable:
        """The files by path, or why there are none: the client tries again and again, so it is asked once."""
        push = self.push
        try:
            listed = HfApi().list_repo_tree(push.repo, recursive=True, revision=push.commit, repo_type=push.kind)
            files = (item for item in listed if isinstance(item, RepoFile))
            found = {item.path: item for item in islice(files, MAX_ENTRIES + 1)}
        except Exception as error:  # noqa: BLE001 - the client's own errors, those of its HTTP library, and of what cannot be parsed
            return Unreadable(f"the files of {push} cannot be listed: {type(error).__name__}")
        return found if len(found) <= MAX_ENTRIES else Unreadable(f"{push} holds more than {MAX_ENTRIES:,} files")

    @property
    def files(self) -> dict[str, RepoFile]:
        """The files by path. Raises Unreadable."""
        if isinstance(self._listed, Unreadable):
            raise self._listed
        return self._listed

    def entries(self) -> list[FileEntry]:
        """Every file with its size, sorted by path."""
        return [FileEntry(path, item.size) for path, item in sorted(self.files.items())]

    def read(self, path: str, start: int = 0, size: int | None = None) -> bytes:
        """The bytes of a file; Inapplicable where it lies in LFS, Unreadable where it cannot be had."""
        item = self.files[path]
        if item.lfs is not None:
            raise Inapplicable(f"{path} lies in LFS and is not fetched")
        if item.size > LARGEST:
            raise Unreadable(f"{path} is larger than {LARGEST:,} bytes")
        try:
            local = hf_hub_download(self.push.repo, path, repo_type=self.push.kind, revision=self.push.commit)
            with open(local, "rb") as file:  # noqa: PTH123 - as the client gave it
                file.seek(start)
                return file.read(-1 if size is None else size)
        except Exception as error:
            raise Unreadable(f"{path} cannot be fetched: {type(error).__name__}") from error


class Refused(Exception):  # noqa: N818 - a refusal is no error of ours
    """The payload is not one of the Hub, or asks for what is not done."""


def pushes(payload: object) -> Iterator[Push]:
    """The commits an event is about; none where it is about something else. Raises Refused where it is no event."""
    event, repo = _object(payload, "event"), _object(payload, "repo")
    if not _is_content(_text(event, "scope")):
        return
    kind, name = _text(repo, "type"), _text(repo, "name")
    if kind in NO_CARDS:
        return
    if kind not in KINDS:
        raise Refused(f'"{kind}" is no type of repository')
    if reason := why_malformed(name):
        raise Refused(f"a repository id {reason}")
    refs = payload.get("updatedRefs") if isinstance(payload, dict) else None
    if not isinstance(refs, list) or len(refs) > MOST_REFS:
        raise Refused(f"updatedRefs is no list of at most {MOST_REFS}")
    for ref in refs:
        match, commit = _REF.fullmatch(_text(ref, "ref")), ref.get("newSha")
        if match is None or commit is None:  # another branch, a tag, or a ref that was deleted
            continue
        if not isinstance(commit, str) or not _COMMIT.fullmatch(commit):
            raise Refused("newSha is no full commit hash")
        yield Push(kind, name, commit, int(match[1]) if match[1] else None)


def _is_content(scope: str) -> bool:
    """Whether the content changed; of scopes there may be narrower ones than are known today."""
    return scope == "repo.content" or scope.startswith("repo.content.")


def _object(value: object, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, dict) else None
    if not isinstance(found, dict):
        raise Refused(f"{key} is no object")
    return found


def _text(value: object, key: str) -> str:
    found = value.get(key) if isinstance(value, dict) else None
    if not isinstance(found, str):
        raise Refused(f"{key} is no text")
    return found


def judge(push: Push, policy: Policy, fail_on: str) -> tuple[Report, int]:
    """Check one commit; the report and its exit code."""
    identity = Identity(push.kind, push.repo, told=True)  # type: ignore[arg-type] - one of KINDS
    report = check(Repository(Commit(push), identity), policy=policy)
    report = report._replace(targets=tuple(target._replace(name=str(push)) for target in report.targets))
    return report, report.exit_code(fail_on)


def say(push: Push, report: Report) -> None:
    """Write what was found where people discuss the repository, once per commit."""
    api, mark = HfApi(), f"<!-- cardlint {push.commit} -->"
    text = _comment(push, report, mark)
    number = push.pull_request or _discussion(api, push)
    if number is None:
        api.create_discussion(push.repo, TITLE, description=text, repo_type=push.kind)
        return
    events = api.get_discussion_details(push.repo, number, repo_type=push.kind).events
    if not any(mark in (getattr(event, "content", None) or "") for event in events):
        api.comment_discussion(push.repo, number, text, repo_type=push.kind)


def _discussion(api: HfApi, push: Push) -> int | None:
    """The number of the open discussion of our own in which findings are reported, if there is one."""
    me = api.whoami()["name"]
    listed = api.get_repo_discussions(push.repo, author=me, discussion_type="discussion", discussion_status="open", repo_type=push.kind)
    return next((item.num for item in listed if item.title == TITLE and item.author == me), None)


def _comment(push: Push, report: Report, mark: str) -> str:
    """The findings as a code block that no text of the repository can leave."""
    lines = concise.render(report)
    if len(lines) > LONGEST:
        lines = lines[:LONGEST].rpartition("\n")[0] + "\n…\n"
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", lines)), default=0))
    return f"{mark}\ncardlint at `{push.commit}`:\n\n{fence}text\n{lines}{fence}\n"


def run(environment: dict[str, str]) -> int:
    """Check what the event in the environment is about; the exit code."""
    payload = environment.get("WEBHOOK_PAYLOAD")
    if payload is None:
        raise Refused("WEBHOOK_PAYLOAD is not set; this runs in a Job that a webhook of the Hub triggers")
    try:
        found = list(dict.fromkeys(pushes(json.loads(payload))))
    except (ValueError, RecursionError) as error:
        raise Refused(f"WEBHOOK_PAYLOAD is no JSON: {type(error).__name__}") from error
    policy, fail_on = Policy.load(environment.get("CARDLINT_POLICY", "recommended")), environment.get("CARDLINT_FAIL_ON", "error")
    codes = [_one(push, policy, fail_on, comment=environment.get("CARDLINT_COMMENT") == "1") for push in found]
    if not found:
        print("nothing to check: no commit was pushed to the main branch or to a pull request")
    return next((code for code in GRAVITY if code in codes), 0)


def _one(push: Push, policy: Policy, fail_on: str, *, comment: bool) -> int:
    report, code = judge(push, policy, fail_on)
    print(f"{push}: exit code {code}\n{concise.render(report)}", end="")
    if not comment or not code:
        return code
    try:
        say(push, report)
    except Exception as error:  # noqa: BLE001 - of the client and its HTTP library; what was found counts all the same
        print(f"{push}: the findings could not be written into a discussion: {type(error).__name__}", file=sys.stderr)
        return code if code in (2, 3) else 4
    return code


if __name__ == "__main__":
    try:
        sys.exit(run(dict(os.environ)))
    except (Refused, CardlintError) as refusal:
        print(f"error: {visible(str(refusal))}", file=sys.stderr)
        sys.exit(2)
