"""What the stand-in for the Hub answers on each address: the shapes of hub-docs, of the Hub's OpenAPI, and of huggingface_hub 2.4."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, quote, urlencode

import yaml
from hub.store import Commit, Content, Repo, blob_id, is_lfs, pointer_of, sha256_of, size_of

if TYPE_CHECKING:
    from hub.server import Account, Hub

_BOTH = {"author", "cardData", "createdAt", "disabled", "lastModified", "likes", "private", "resourceGroup", "sha", "siblings", "tags"}
_BOTH |= {"trendingScore", "usedStorage"}
EXPAND = {
    "model": _BOTH
    | {"baseModels", "childrenModelCount", "config", "downloads", "downloadsAllTime", "evalResults", "gated", "gguf", "inference"}
    | {"inferenceProviderMapping", "library_name", "mask_token", "model-index", "pipeline_tag", "safetensors", "spaces"}
    | {"transformersInfo", "widgetData"},
    "dataset": _BOTH | {"citation", "description", "downloads", "downloadsAllTime", "gated", "mainSize", "paperswithcode_id"},
    "space": _BOTH | {"datasets", "models", "region", "runtime", "sdk", "subdomain"},
}
_ALONE = {"baseModels", "childrenModelCount", "usedStorage"}  # on one repository, not in listings
_MOST_PATHS = 2000
_TITLE = range(3, 201)
_PAGES = {"": 1000, "expand": 100, "discussions": 50}


class Ask(NamedTuple):
    """One question: parameters of the query, content, who asks (None: nobody known), and headers in lower case."""

    method: str
    path: str
    query: dict[str, list[str]]
    body: bytes
    account: Account | None
    headers: dict[str, str]

    def one(self, name: str) -> str:
        return self.query.get(name, [""])[0]

    def is_on(self, name: str) -> bool:
        return self.one(name).lower() in {"1", "true"}

    @property
    def properties(self) -> list[str]:
        return [*self.query.get("expand", []), *self.query.get("expand[]", [])]


class Reply(NamedTuple):
    """What is sent: status, content, headers. `content` is given in parts where somebody asks for them."""

    status: int
    content: Content
    headers: dict[str, str]


class Refusal(Exception):  # noqa: N818 - it is what the Hub answers
    """An answer with an error, in the words and headers of the Hub."""

    def __init__(self, status: int, message: str, code: str = "", **headers: str) -> None:
        super().__init__(message)
        named = {"X-Error-Message": message, **({"X-Error-Code": code} if code else {}), **headers}
        self.reply = said({"error": message}, status, **named)


def said(value: object, status: int = 200, **headers: str) -> Reply:
    return Reply(status, json.dumps(value).encode(), {"Content-Type": "application/json; charset=utf-8", **headers})


# Who may what


def allowed(hub: Hub, ask: Ask, kind: str, name: str, *, content: bool = False) -> Repo:
    """The repository, where the one who asks may see it; with `content` also its files. Raises Refusal."""
    repo = hub.repos.get((kind, name))
    who = ask.account.name if ask.account else None
    if repo is None or (repo.private and not may_write(repo, ask.account)):
        if ask.account is None:
            raise Refusal(401, "Invalid username or password.", "RepoNotFound")
        raise Refusal(404, "Repository not found", "RepoNotFound")
    if repo.disabled:
        raise Refusal(403, "Access to this resource is disabled.")
    if content and repo.gated and who not in {*repo.granted, *repo.members, repo.author}:
        where = f"{hub.url}/{repo.prefix}{repo.id}"
        if who is None:
            raise Refusal(
                401,
                f"Access to {kind} {repo.id} is restricted. You must have access to it and be authenticated to access it. Please log in.",
                "GatedRepo",
            )
        raise Refusal(
            403,
            f"Access to {kind} {repo.id} is restricted and you are not in the authorized list. Visit {where} to ask for access.",
            "GatedRepo",
        )
    return repo


def may_write(repo: Repo, account: Account | None) -> bool:
    return account is not None and (account.name in repo.members or repo.author in {account.name, *account.organisations})


def commit_of(repo: Repo, revision: str | None) -> Commit:
    found = repo.at(revision)
    if found is None:
        raise Refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")
    return found


# Repositories


def properties(hub: Hub, repo: Repo, commit: Commit) -> dict[str, Any]:
    """All there is to say of a repository at a commit, by the names that `expand` has for it."""
    card = repo.card_data(commit)
    tags = [*_words(card.get("tags")), *(f"license:{licence}" for licence in _words(card.get("license")))]
    found: dict[str, Any] = {
        "author": repo.author, "sha": commit.oid, "lastModified": commit.date, "createdAt": commit.date, "private": repo.private,
        "disabled": repo.disabled, "gated": repo.gated, "downloads": 0, "downloadsAllTime": 0, "likes": 0, "trendingScore": 0,
        "tags": [*tags, f"region:{hub.region}"], "cardData": card, "siblings": siblings(commit), "usedStorage": 0,
    }  # fmt: skip
    for name in ("pipeline_tag", "library_name", "sdk"):
        if name in card:
            found[name] = card[name]
    return {name: value for name, value in (found | repo.more).items() if name in EXPAND[repo.kind]}


def _words(value: object) -> list[str]:
    return [value] if isinstance(value, str) else [word for word in value if isinstance(word, str)] if isinstance(value, list) else []


def siblings(commit: Commit, *, blobs: bool = False) -> list[dict[str, Any]]:
    return [{"rfilename": path, **(_blob(path, commit.files[path]) if blobs else {})} for path in sorted(commit.files)]


def _blob(path: str, content: Content) -> dict[str, Any]:
    found: dict[str, Any] = {"size": size_of(content), "blobId": blob_id(path, content)}
    if is_lfs(path, content):
        found["lfs"] = {"sha256": sha256_of(content), "size": size_of(content), "pointerSize": len(pointer_of(content))}
    return found


def chosen(repo: Repo, asked: Sequence[str], known: dict[str, Any], *, listing: bool = False) -> dict[str, Any]:
    valid = sorted(EXPAND[repo.kind] - (_ALONE if listing else set()))
    wrong = [name for name in asked if name not in valid]
    if wrong:
        raise Refusal(400, f'Invalid value "{wrong[0]}" for expand: expected one of {", ".join(valid)}')
    return {name: known[name] for name in asked if name in known}


def info(hub: Hub, ask: Ask, kind: str, name: str, revision: str | None = None) -> Reply:
    repo = allowed(hub, ask, kind, name)
    commit = commit_of(repo, revision)
    known = properties(hub, repo, commit)
    named = {"_id": blob_id(repo.id, repo.id.encode())[:24], "id": repo.id}
    if ask.properties:
        if any(ask.is_on(other) for other in ("blobs", "securityStatus")):
            raise Refusal(400, "expand cannot be combined with blobs or securityStatus")
        return said(named | chosen(repo, ask.properties, known))
    known["siblings"] = siblings(commit, blobs=ask.is_on("blobs"))
    if ask.is_on("securityStatus"):
        known["securityRepoStatus"] = scanned(repo)
    if kind == "model":
        named["modelId"] = repo.id
    return said(named | known)


def listing(hub: Hub, ask: Ask, kind: str) -> Reply:
    if ask.properties and any(ask.is_on(other) for other in ("full", "cardData", "config")):
        raise Refusal(400, "expand cannot be combined with full, cardData or config")
    found = [
        repo
        for (of, name), repo in sorted(hub.repos.items())
        if of == kind and name == repo.id and not (repo.private and not may_write(repo, ask.account)) and _fits(hub, ask, repo)
    ]
    return paged(hub, ask, found, shown=partial(_listed, hub, ask))


def _listed(hub: Hub, ask: Ask, repo: Repo) -> dict[str, Any]:
    """A repository as a listing shows it."""
    known = properties(hub, repo, repo.commits[repo.sha])
    short = {"private", "tags", "likes", "downloads", "createdAt", "pipeline_tag", "library_name", "sdk", "gated"}
    full = {"siblings", "sha", "lastModified", "author", "disabled"} if ask.is_on("full") else set()
    names = short | full | ({"cardData"} if ask.is_on("full") or ask.is_on("cardData") else set())
    told = {name: value for name, value in known.items() if name in names}
    more = chosen(repo, ask.properties, known, listing=True) if ask.properties else told
    return {"_id": blob_id(repo.id, repo.id.encode())[:24], "id": repo.id, **more}


def _fits(hub: Hub, ask: Ask, repo: Repo) -> bool:
    if ask.one("author") not in {"", repo.author or ""} or ask.one("search").lower() not in repo.id.lower():
        return False
    if not {"filter", "pipeline_tag", "gated"} & {*ask.query}:
        return True  # an organisation of ten thousand is gone through for each page
    known = properties(hub, repo, repo.commits[repo.sha])
    return (
        set(ask.query.get("filter", [])) <= {*known["tags"], known.get("pipeline_tag"), known.get("library_name")}
        and ask.one("pipeline_tag") in {"", known.get("pipeline_tag")}
        and ("gated" not in ask.query or ask.is_on("gated") == bool(repo.gated))
    )


def paged(hub: Hub, ask: Ask, items: list[Any], most: int = 0, shown: Callable[[Any], Any] = lambda item: item) -> Reply:
    """A page of a list, each of its items as `shown` has it; `Link` names the next."""
    size = min(int(ask.one("limit") or 1000), most or hub.page, hub.page)
    start = int(base64.urlsafe_b64decode(ask.one("cursor")).decode()) if ask.one("cursor") else 0
    headers = {}
    if start + size < len(items):
        cursor = base64.urlsafe_b64encode(str(start + size).encode()).decode()
        again = urlencode({**ask.query, "cursor": cursor}, doseq=True)
        headers["Link"] = f'<{hub.url}{ask.path}?{again}>; rel="next"'
    return said([shown(item) for item in items[start : start + size]], **headers)


# Files


def entry(repo: Repo, commit: Commit, path: str, *, more: bool) -> dict[str, Any]:
    """A file or a folder as tree and paths-info show it."""
    last = {"lastCommit": {"id": commit.oid, "title": commit.title, "date": commit.date}} if more else {}
    if path not in commit.files:
        return {"type": "directory", "oid": blob_id(path, path.encode()), "size": 0, "path": path, **last}
    content = commit.files[path]
    found: dict[str, Any] = {"type": "file", "oid": blob_id(path, content), "size": size_of(content), "path": path, **last}
    if is_lfs(path, content):
        found["lfs"] = {"oid": sha256_of(content), "size": size_of(content), "pointerSize": len(pointer_of(content))}
    if more:
        level = repo.scans.get(path, "safe" if repo.scanned else "unscanned")
        found["securityFileStatus"] = {"status": level, "avScan": {"status": level}, "pickleImportScan": {"status": level}}
    return found


def folders(commit: Commit) -> set[str]:
    return {str(parent) for path in commit.files for parent in PurePosixPath(path).parents} - {"."}


def tree(hub: Hub, ask: Ask, *, kind: str, name: str, revision: str, under: str | None = None) -> Reply:
    repo = allowed(hub, ask, kind, name)
    commit = commit_of(repo, revision)
    below = f"{under.rstrip('/')}/" if under else ""
    paths = [path for path in sorted({*commit.files, *folders(commit)}) if path.startswith(below)]
    if below and not paths:
        raise Refusal(404, f"{under} does not exist on {revision!r}", "EntryNotFound")
    if not ask.is_on("recursive"):
        paths = [path for path in paths if "/" not in path.removeprefix(below)]
    more = ask.is_on("expand")
    return paged(hub, ask, [entry(repo, commit, path, more=more) for path in paths], _PAGES["expand" if more else ""])


def paths_info(hub: Hub, ask: Ask, kind: str, name: str, revision: str) -> Reply:
    repo = allowed(hub, ask, kind, name)
    commit = commit_of(repo, revision)
    if "json" in ask.headers.get("content-type", ""):
        given = json.loads(ask.body)
        paths, more = given.get("paths"), given.get("expand") is True
    else:
        form = parse_qs(ask.body.decode())
        paths, more = form.get("paths"), form.get("expand", [""])[0].lower() == "true"
    paths = [paths] if isinstance(paths, str) else paths
    if not paths or len(paths) > _MOST_PATHS:
        raise Refusal(400, f"paths: expected 1 to {_MOST_PATHS} of them")
    held = {*commit.files, *folders(commit)}
    return said([entry(repo, commit, path, more=more) for path in paths if path in held])


def scanned(repo: Repo) -> dict[str, Any]:
    issues = [{"path": path, "level": level} for path, level in sorted(repo.scans.items()) if level != "safe"]
    return {"scansDone": repo.scanned, "filesWithIssues": issues if repo.scanned else []}


def scan(hub: Hub, ask: Ask, kind: str, name: str) -> Reply:
    return said(scanned(allowed(hub, ask, kind, name)))


def refs(hub: Hub, ask: Ask, kind: str, name: str) -> Reply:
    repo = allowed(hub, ask, kind, name)
    found: dict[str, list[dict[str, str]]] = {"branches": [], "converts": [], "tags": [], "pullRequests": []}
    groups = {"heads": "branches", "tags": "tags", "convert": "converts", "pr": "pullRequests"}
    for ref, oid in sorted(repo.refs.items()):
        _, group, short = ref.split("/", 2)
        found[groups[group]].append({"name": short, "ref": ref, "targetCommit": oid})
    if not ask.is_on("include_prs"):
        del found["pullRequests"]
    return said(found)


def commits(hub: Hub, ask: Ask, kind: str, name: str, revision: str) -> Reply:
    repo = allowed(hub, ask, kind, name)
    history = repo.history(commit_of(repo, revision))
    shown = [
        {"id": item.oid, "title": item.title, "message": "", "date": item.date, "authors": [{"user": item.author, "avatar": ""}]}
        for item in history
    ]
    reply = paged(hub, ask, shown)
    return reply._replace(headers={**reply.headers, "X-Total-Count": str(len(history))})


def file_of(hub: Hub, ask: Ask, *, kind: str, name: str, revision: str, path: str) -> tuple[Repo, Commit, Content]:
    repo = allowed(hub, ask, kind, name, content=True)
    commit = commit_of(repo, revision)
    if path not in commit.files:
        raise Refusal(404, "Entry not found", "EntryNotFound", **{"X-Repo-Commit": commit.oid})
    return repo, commit, commit.files[path]


def resolve(hub: Hub, ask: Ask, *, kind: str, name: str, revision: str, path: str) -> Reply:
    repo, commit, content = file_of(hub, ask, kind=kind, name=name, revision=revision, path=path)
    etag = sha256_of(content) if is_lfs(path, content) else blob_id(path, content)
    headers = {"X-Repo-Commit": commit.oid, "ETag": f'"{etag}"', "Accept-Ranges": "bytes"}
    if is_lfs(path, content):
        linked = {"X-Linked-Size": str(size_of(content)), "X-Linked-Etag": f'"{etag}"'}
        hub.objects[etag] = None if path in repo.lost else content
        return Reply(302, b"", {**headers, **linked, "Location": f"{hub.cdn}/{etag}?X-Signature=loopback"})
    if hub.caches and "/api/resolve-cache/" not in ask.path:
        where = f"/api/resolve-cache/{kind}s/{repo.id}/{commit.oid}/{quote(path)}"
        return Reply(307, b"", {**headers, "X-Linked-Size": str(size_of(content)), "X-Linked-Etag": f'"{etag}"', "Location": where})
    if ask.headers.get("if-none-match") == f'"{etag}"':
        return Reply(304, b"", headers)
    return Reply(200, content, {**headers, "Content-Type": "text/plain; charset=utf-8"})


def raw(hub: Hub, ask: Ask, *, kind: str, name: str, revision: str, path: str) -> Reply:
    _, commit, content = file_of(hub, ask, kind=kind, name=name, revision=revision, path=path)
    held = pointer_of(content) if is_lfs(path, content) else content
    return Reply(200, held, {"X-Repo-Commit": commit.oid, "Content-Type": "text/plain; charset=utf-8"})


# Writing


def writer(ask: Ask) -> Account:
    if ask.account is None:
        raise Refusal(401, "Invalid username or password.")
    if ask.account.role == "read":
        raise Refusal(403, "Forbidden: this token may only read")
    return ask.account


def preupload(hub: Hub, ask: Ask, kind: str, name: str, revision: str) -> Reply:
    writer(ask)
    commit = commit_of(allowed(hub, ask, kind, name), revision)
    held = {path: blob_id(path, content) for path, content in commit.files.items()}
    given = [item["path"] for item in json.loads(ask.body)["files"]]
    return said(
        {
            "files": [{"path": path, "uploadMode": "regular", "shouldIgnore": False, "oid": held.get(path)} for path in given],
            "commitOid": commit.oid,
        }
    )


def changed(files: dict[str, Content], lines: list[dict[str, Any]]) -> dict[str, Content]:
    """The files after the operations of a commit."""
    files = dict(files)
    for line in lines:
        value = line["value"]
        path = value.get("path", "")
        if line["key"] == "file":
            files[path] = base64.b64decode(value["content"])
        elif line["key"] == "deletedFile":
            if files.pop(path, None) is None:
                raise Refusal(404, "A file with this name doesn't exist", "EntryNotFound")
        elif line["key"] == "deletedFolder":
            files = {other: content for other, content in files.items() if not other.startswith(f"{path.rstrip('/')}/")}
        elif line["key"] != "header":
            raise Refusal(400, f"this stand-in knows no {line['key']}")
    return files


def push(hub: Hub, ask: Ask, kind: str, name: str, revision: str) -> Reply:
    account = writer(ask)
    repo = allowed(hub, ask, kind, name)
    head = commit_of(repo, revision)
    lines = [json.loads(line) for line in ask.body.splitlines() if line]
    header = lines[0]["value"]
    pull = ask.is_on("create_pr")
    if not pull and not may_write(repo, account) and not revision.startswith("refs/pr/"):
        raise Refusal(403, "Forbidden: pass `create_pr=1` as a query parameter to create a Pull Request")
    if header.get("parentCommit") not in {None, head.oid}:
        raise Refusal(412, "A commit has happened since. Please refresh and try again.")
    files = changed(head.files, lines)
    on = f"refs/heads/{revision}" if f"refs/heads/{revision}" in repo.refs else revision
    more = {}
    if pull:
        number = opened(repo, account.name, header["summary"], header.get("description", ""), pull=True)["num"]
        on = f"refs/pr/{number}"
        repo.refs[on] = head.oid
        more["pullRequestUrl"] = f"{hub.url}/{repo.prefix}{repo.id}/discussions/{number}"
    oid = repo.commit(files, on=on, title=header["summary"], author=account.name)
    url = f"{hub.url}/{repo.prefix}{repo.id}/commit/{oid}"
    return said({"success": True, "commitOid": oid, "commitUrl": url, "hookOutput": "", **more})


def create(hub: Hub, ask: Ask) -> Reply:
    account = writer(ask)
    asked = json.loads(ask.body)
    kind = asked.get("type") or "model"
    name = f"{asked.get('organization') or account.name}/{asked['name']}"
    url = {"url": f"{hub.url}/{'' if kind == 'model' else f'{kind}s/'}{name}", "name": name}
    if (kind, name) in hub.repos:
        raise Refusal(409, "You already created this model repo")
    hub.add(
        Repo(name, kind=kind, private="private" in {asked.get("visibility"), asked.get("private") and "private"}, members=(account.name,))
    )
    return said(url)


# Discussions


def comment_of(text: str, author: str, number: int) -> dict[str, Any]:
    latest = {"raw": text, "html": "", "updatedAt": "2026-11-01T00:00:00.000Z", "author": {"name": author}}
    data = {"edited": False, "hidden": False, "latest": latest, "history": []}
    return {"id": f"{number:024x}", "type": "comment", "createdAt": "2026-11-01T00:00:00.000Z", "author": {"name": author}, "data": data}


def opened(repo: Repo, author: str, title: str, text: str, *, pull: bool) -> dict[str, Any]:
    """A new discussion or pull request."""
    found = {
        "num": len(repo.discussions) + 1, "title": title, "status": "open", "isPullRequest": pull, "createdAt": "2026-11-01T00:00:00.000Z",
        "author": {"name": author}, "repo": {"name": repo.id, "type": repo.kind}, "repoOwner": {"name": repo.author},
        "events": [comment_of(text, author, 1)], "changes": {"base": "refs/heads/main"} if pull else None, "filesWithConflicts": [],
    }  # fmt: skip
    repo.discussions.append(found)
    return found


def discussed(repo: Repo) -> None:
    if repo.discussions_disabled:
        raise Refusal(403, "Discussions are disabled for this repo")


def discussions(hub: Hub, ask: Ask, kind: str, name: str) -> Reply:
    repo = allowed(hub, ask, kind, name)
    discussed(repo)
    wanted = {"pull_request": {True}, "discussion": {False}}.get(ask.one("type"), {True, False})
    found = [item for item in repo.discussions if item["isPullRequest"] in wanted and ask.one("author") in {"", item["author"]["name"]}]
    found = [item for item in found if ask.one("status") in {"", "all", item["status"]}][::-1]
    size = min(_PAGES["discussions"], hub.page)
    start = int(ask.one("p") or 0) * size
    short = [{key: value for key, value in item.items() if key not in {"events", "changes"}} for item in found[start : start + size]]
    return said({"discussions": short, "count": len(found), "start": start, "numClosedDiscussions": 0})


def discuss(hub: Hub, ask: Ask, kind: str, name: str) -> Reply:
    account = writer(ask)
    repo = allowed(hub, ask, kind, name)
    discussed(repo)
    asked = json.loads(ask.body)
    if len(asked["title"]) not in _TITLE:
        raise Refusal(400, "title: expected 3 to 200 characters")
    found = opened(repo, account.name, asked["title"], asked.get("description", ""), pull=bool(asked.get("pullRequest")))
    if found["isPullRequest"]:
        repo.refs[f"refs/pr/{found['num']}"] = repo.sha
    return said({"num": found["num"], "pullRequest": found["isPullRequest"]})


def one_discussion(repo: Repo, number: str) -> dict[str, Any]:
    if not 1 <= int(number) <= len(repo.discussions):
        raise Refusal(404, "Discussion not found")
    return repo.discussions[int(number) - 1]


def details(hub: Hub, ask: Ask, kind: str, name: str, number: str) -> Reply:
    return said(one_discussion(allowed(hub, ask, kind, name), number))


def comment(hub: Hub, ask: Ask, kind: str, name: str, number: str) -> Reply:
    account = writer(ask)
    found = one_discussion(allowed(hub, ask, kind, name), number)
    found["events"].append(comment_of(json.loads(ask.body)["comment"], account.name, len(found["events"]) + 1))
    return said({"newMessage": found["events"][-1]})


def status(hub: Hub, ask: Ask, kind: str, name: str, number: str) -> Reply:
    account = writer(ask)
    repo = allowed(hub, ask, kind, name)
    found = one_discussion(repo, number)
    if not may_write(repo, account) and account.name != found["author"]["name"]:
        raise Refusal(403, "Forbidden")
    found["status"] = json.loads(ask.body)["status"]
    event = {"id": "s", "type": "status-change", "createdAt": "2026-11-01T00:00:00.000Z", "author": {"name": account.name}}
    found["events"].append({**event, "data": {"status": found["status"]}})
    return said({"newStatus": found["events"][-1]})


# People


def whoami(_: Hub, ask: Ask) -> Reply:
    if ask.account is None:
        raise Refusal(401, "Invalid username or password.")
    organisations = [{"type": "org", "name": name, "roleInOrg": "write"} for name in ask.account.organisations]
    token: dict[str, Any] = {"displayName": "test", "role": ask.account.role}
    if ask.account.role == "fineGrained":
        entity = {"_id": "1", "type": "user", "name": ask.account.name}
        scoped = [{"entity": entity, "permissions": list(ask.account.permissions)}]
        token["fineGrained"] = {"canReadGatedRepos": True, "global": [], "scoped": scoped}
    auth = {"type": "access_token", "accessToken": token}
    return said({"type": "user", "id": "1", "name": ask.account.name, "fullname": ask.account.name, "orgs": organisations, "auth": auth})


def overview(hub: Hub, _: Ask, name: str) -> Reply:
    if name not in hub.organisations:
        raise Refusal(404, "This organization does not exist")
    numbers = {
        f"num{kind.capitalize()}s": sum(key == (kind, repo.id) and repo.author == name for key, repo in hub.repos.items())
        for kind in EXPAND
    }
    return said({"name": name, "fullname": name, "avatarUrl": "", "isVerified": False, "numUsers": len(hub.organisations[name]), **numbers})


def members(hub: Hub, ask: Ask, name: str) -> Reply:
    if name not in hub.organisations:
        raise Refusal(404, "This organization does not exist")
    return paged(
        hub,
        ask,
        [{"user": user, "fullname": user, "avatarUrl": "", "type": "user", "isPro": False} for user in hub.organisations[name]],
        500,
    )


def user(hub: Hub, _: Ask, name: str) -> Reply:
    if name not in {account.name for account in hub.accounts.values()}:
        raise Refusal(404, "This user does not exist")
    return said({"user": name, "fullname": name, "avatarUrl": "", "type": "user", "isPro": False, "orgs": []})


def collections(hub: Hub, ask: Ask) -> Reply:
    return paged(hub, ask, [item for item in hub.collections if ask.one("owner") in {"", item["owner"]["name"]}], 100)


def collection(hub: Hub, _: Ask, slug: str) -> Reply:
    found = next((item for item in hub.collections if item["slug"] == slug), None)
    if found is None:
        raise Refusal(404, "Collection not found")
    return said(found)


def validate(_: Hub, ask: Ask) -> Reply:
    """Only whether the card is YAML: what else the Hub says of one is not what this stands in for."""
    content = json.loads(ask.body)["content"].partition("---")[2].partition("\n---")[0]
    try:
        yaml.safe_load(content)
    except yaml.YAMLError as error:
        return said({"errors": [{"message": str(error).splitlines()[0]}], "warnings": []}, 400)
    return said({"errors": [], "warnings": []})


Answer = Callable[..., Reply]
_API = r"/api/(?P<kind>model|dataset|space)s/(?P<name>@)"
_WEB = r"/(?:(?P<kind>dataset|space)s/)?(?P<name>@)"
# In each, @ stands for an id: of two parts, or of one.
ROUTES: tuple[tuple[str, str, Answer], ...] = (
    ("GET", r"/api/(?P<kind>model|dataset|space)s", listing),
    ("GET", r"/api/whoami-v2", whoami),
    ("GET", r"/api/organizations/(?P<name>[^/]+)/overview", overview),
    ("GET", r"/api/organizations/(?P<name>[^/]+)/members", members),
    ("GET", r"/api/users/(?P<name>[^/]+)/overview", user),
    ("GET", r"/api/collections", collections),
    ("GET", r"/api/collections/(?P<slug>[^/]+/[^/]+)", collection),
    ("POST", r"/api/validate-yaml", validate),
    ("POST", r"/api/repos/create", create),
    ("GET", rf"{_API}/tree/(?P<revision>[^/]+)(?:/(?P<under>.+))?", tree),
    ("POST", rf"{_API}/paths-info/(?P<revision>[^/]+)", paths_info),
    ("GET", rf"{_API}/scan", scan),
    ("GET", rf"{_API}/refs", refs),
    ("GET", rf"{_API}/commits/(?P<revision>[^/]+)", commits),
    ("POST", rf"{_API}/preupload/(?P<revision>[^/]+)", preupload),
    ("POST", rf"{_API}/commit/(?P<revision>[^/]+)", push),
    ("GET", rf"{_API}/discussions", discussions),
    ("POST", rf"{_API}/discussions", discuss),
    ("GET", rf"{_API}/discussions/(?P<number>\d+)", details),
    ("POST", rf"{_API}/discussions/(?P<number>\d+)/comment", comment),
    ("POST", rf"{_API}/discussions/(?P<number>\d+)/status", status),
    ("GET", rf"{_API}/revision/(?P<revision>[^/]+)", info),
    ("GET", _API, info),
    ("GET", r"/api/resolve-cache/(?P<kind>model|dataset|space)s/(?P<name>@)/(?P<revision>[^/]+)/(?P<path>.+)", resolve),
    ("GET", rf"{_WEB}/resolve/(?P<revision>[^/]+)/(?P<path>.+)", resolve),
    ("GET", rf"{_WEB}/raw/(?P<revision>[^/]+)/(?P<path>.+)", raw),
)
