"""The Hub over HTTP, through the session of `huggingface_hub`: the only module that imports it, and late.

Requests: hub-docs, "Hub API Endpoints", and huggingface_hub 2.4 (`utils/_http.py`) for headers and error codes. Proxies,
certificates and the user agent are the session's. Nothing is sent but what `HubError` names when it fails.
"""

from __future__ import annotations

import importlib
import json
import os
import time
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from cardlint import __version__
from cardlint.errors import UsageError
from cardlint.hubcache import home
from cardlint.hubstates import LACKING, LOST, HubError, Refused, broken, refusal
from cardlint.hubwords import following, joined, origin
from cardlint.hubwords import pause as paused
from cardlint.hubwords import size as size_of
from cardlint.hubwords import timeout as longest
from cardlint.weights.cached import cached_property

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

DEFAULT_ENDPOINT = "https://huggingface.co"
TRIES = 4
WAIT = 1.0  # seconds before the first repetition; each further one waits twice as long
LONGEST_WAIT = 60.0  # seconds; where the Hub asks for more, the answer is that it does
MOST_REDIRECTS = 5
LONGEST_ANSWER = 300.0  # seconds from the first byte to the last, however steadily they drip
ENOUGH = 3  # questions in a row that were given up; then one is asked every LONGEST_WAIT, or many files would take days
ANSWER_BYTES = 100_000_000  # a listing of a hundred thousand files has about a third of it
_DEEPEST = 500  # levels of a listing; the parser ends before a thousand, and an audit refuses an item with fewer than these
_LEAST_TO_WRITE = 60.0  # seconds: a commit is looked through before it is taken
_RETRIED = frozenset({408, 429, 500, 502, 503, 504})
_TRUE = frozenset({"1", "on", "yes", "true"})


class Answer(NamedTuple):
    """What the Hub said: status, headers with names in lower case, content."""

    status: int
    headers: dict[str, str]
    content: bytes


def is_offline() -> bool:
    """Whether the environment forbids the network, as huggingface_hub reads it."""
    return any(os.environ.get(name, "").lower() in _TRUE for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"))


class Pace:
    """How long a run waits where the Hub asks it to: seconds for one answer. Whoever asks much keeps count of what is left as well."""

    longest = LONGEST_WAIT

    def enter(self, path: str) -> None:
        """Called before each request; returns when it may be made."""

    def seen(self, path: str, answer: Answer) -> None:
        """Called with each answer."""

    def sleep(self, seconds: float) -> None:
        """Wait before a question is repeated."""
        time.sleep(seconds)


class Hub:
    """One endpoint, asked by several repositories, from several threads. It counts what it asks and receives."""

    def __init__(self, *, offline: bool = False, pace: Pace | None = None) -> None:
        """Nothing is asked, and no library imported, until something is needed. Raises UsageError where HF_ENDPOINT is no address."""
        self.offline = offline or is_offline()
        self.pace = pace or Pace()
        self.remembers = True  # whether what it said of a commit within a day need not be asked again
        self.endpoint = (os.environ.get("HF_ENDPOINT") or DEFAULT_ENDPOINT).rstrip("/")
        if origin(self.endpoint) is None:
            raise UsageError(f"HF_ENDPOINT is no web address; expected one like {DEFAULT_ENDPOINT}")
        self.requests = 0
        self.received = 0
        self._lock = Lock()
        self._given_up = 0
        self._again = 0.0

    @cached_property
    def _library(self) -> Any:  # noqa: ANN401 - a module
        try:
            importlib.import_module("huggingface_hub.utils")
            importlib.import_module("huggingface_hub.errors")
            importlib.import_module("huggingface_hub.constants")
            return importlib.import_module("huggingface_hub")
        except ImportError as error:
            raise HubError("library", f"reading from the Hub needs {LACKING}") from error

    @cached_property
    def _token(self) -> str | None:
        """As the client chooses it, who may be told to send none unasked."""
        if self._library.constants.HF_HUB_DISABLE_IMPLICIT_TOKEN:
            return None
        token: str | None = self._library.get_token()
        if token is not None and not (token.isascii() and token.isprintable()):
            raise HubError("credentials", "the token has characters that no token has; log in again with `hf auth login`, or set HF_TOKEN")
        return token

    @property
    def shown(self) -> str:
        """The endpoint without the name and password that may stand in it."""
        scheme, _, rest = self.endpoint.partition("://")
        return f"{scheme}://{rest.rpartition('@')[2]}"

    @property
    def has_token(self) -> bool:
        """Whether requests carry a token."""
        return self._token is not None

    def identify(self, path: str) -> str:
        """A question by all that its answer depends on: the endpoint, the address, and who asks, found out without the library."""
        given = os.environ.get("HF_TOKEN") or os.environ.get("HUGGING_FACE_HUB_TOKEN") or ""
        with suppress(OSError):  # whoever is not logged in has no such file
            given = given or Path(os.environ.get("HF_TOKEN_PATH") or home() / "token").read_text("utf-8", "replace")
        return f"{self.endpoint}\n{path}\n{given}"

    def json(self, path: str, about: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """What an address of the API answers; with `body` a POST. Raises HubError. `about` is the repository's name in messages."""
        return parsed(self._asked(f"{self.endpoint}{path}", about, body=body), about)

    def pages(self, path: str, about: str) -> Iterator[Any]:
        """The answers to a listing, page after page. Raises HubError. Below 500 levels null stands for what is there."""
        url: str | None = f"{self.endpoint}{path}"
        while url is not None:
            answer = self._asked(url, about)
            yield parsed(answer, about, most=_DEEPEST)
            url = following(answer.headers.get("link", ""))
            if url is not None and origin(url) != origin(self.endpoint):
                raise HubError("answer", f"the listing of {about} goes on at another host")

    def content(self, path: str, about: str, start: int, size: int, whole: int | None = None) -> bytes:
        """The bytes `start:start+size` of a file, which has `whole` bytes by the listing. Raises HubError."""
        if size <= 0:
            return b""
        answer = self._asked(f"{self.endpoint}{path}", about, (start, size))
        held = answer.content
        if answer.status != 206 and start:  # noqa: PLR2004 - HTTP: partial content
            raise HubError("ranges", f"the Hub does not give parts of files, and {about} is not downloaded whole")
        if not answer.headers.get("content-range", f"bytes {start}-").startswith(f"bytes {start}-"):
            raise HubError("ranges", f"the Hub gives another part of {about} than was asked for")
        told = size_of(answer)
        if None not in {whole, told} and told != whole:
            raise HubError("answer", f"the Hub lists {whole:,} bytes of {about}, and the file has {told:,}")
        if told is not None and len(held) < min(size, told - start):
            raise HubError("truncated", f"the Hub gives {len(held):,} bytes of {about} where it has {min(size, told - start):,}")
        return held

    def send(self, path: str, about: str, lines: Iterable[object]) -> Answer:
        """The answer, of whatever status, to a POST of lines of JSON, which changes something and is therefore sent once.

        Raises HubError where no answer comes, and then nobody knows whether the Hub heard it.
        """
        self._assert_online(about)
        body = b"".join(json.dumps(line).encode() + b"\n" for line in lines)
        return self._answered(f"{self.endpoint}{path}", about, None, body)

    def refused(self, answer: Answer, about: str) -> HubError:
        """What an answer means that is no success."""
        return self._refusal(answer, about, None)

    def _assert_online(self, about: str) -> None:
        if self.offline:
            raise HubError("offline", f"offline: what the Hub says of {about} is not on this machine, and the network may not be used")

    def _asked(self, url: str, about: str, part: tuple[int, int] | None = None, body: object = None) -> Answer:
        """The answer to one question, asked again where that may help."""
        self._assert_online(about)
        if self._given_up >= ENOUGH and time.monotonic() < self._again:
            raise HubError("connection", f"{about} was not asked for: the Hub did not answer the last {self._given_up} questions")
        try:
            answer = self._tried(url, about, part, body)
        except HubError as error:
            lost = error.state in LOST
            with self._lock:
                self._given_up = self._given_up + 1 if lost else 0
                self._again = time.monotonic() + LONGEST_WAIT
            raise
        self._given_up = 0
        return answer

    def _tried(self, url: str, about: str, part: tuple[int, int] | None, body: object) -> Answer:
        wait = WAIT
        for attempt in range(1, TRIES + 1):
            try:
                answer = self._followed(url, about, part, body)
            except HubError as error:
                if attempt == TRIES or error.state not in {"timeout", "connection", "truncated"}:
                    raise
                pause = wait
            else:
                if answer.status not in _RETRIED:
                    if answer.status < 300:  # noqa: PLR2004 - HTTP: success
                        return answer
                    raise self._refusal(answer, about, part)
                pause = paused(answer.headers, wait)
                if attempt == TRIES or pause > self.pace.longest:
                    raise self._refusal(answer, about, part)
            self.pace.sleep(pause)
            wait *= 2
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    def _followed(self, url: str, about: str, part: tuple[int, int] | None, body: object) -> Answer:
        """The answer at the end of the redirects. The token stays with the endpoint's own host."""
        for _ in range(MOST_REDIRECTS):
            answer = self._answered(url, about, part, body)
            target = answer.headers.get("location")
            if answer.status not in {301, 302, 303, 307, 308} or not target:
                return answer
            url = joined(url, target)
            if origin(url) is None:
                raise HubError("answer", f"the Hub sends whoever asks for {about} to what is no web address")
        raise HubError("answer", f"the Hub sends whoever asks for {about} from one address to the next")

    def _answered(self, url: str, about: str, part: tuple[int, int] | None, body: object) -> Answer:
        session = self._session()
        transport = importlib.import_module(type(session).__module__.partition(".")[0])
        most = ANSWER_BYTES if part is None else part[1]
        path = urlsplit(url).path
        counts = origin(url) == origin(self.endpoint)  # files are often sent from elsewhere, where nobody counts
        if counts:
            self.pace.enter(path)
        with self._lock:
            self.requests += 1
        given, headers, timeout = _sent(body), self._headers(url, part), longest()
        if isinstance(body, bytes):
            headers["content-type"] = "application/x-ndjson"
            timeout = max(timeout, _LEAST_TO_WRITE)
        try:
            with session.stream(
                "GET" if body is None else "POST",
                url,
                headers=headers,
                follow_redirects=False,
                timeout=timeout,
                **given,
            ) as response:
                content = _bounded(response, most if response.status_code < 300 else 65_536, about)  # noqa: PLR2004 - HTTP: success
                answer = Answer(response.status_code, {name.lower(): value for name, value in response.headers.items()}, content)
        except (transport.HTTPError, transport.InvalidURL, UnicodeError) as error:
            raise broken(error, transport, about) from error
        except self._library.errors.OfflineModeIsEnabled as error:
            raise HubError(
                "offline", f"offline: what the Hub says of {about} is not on this machine, and the network may not be used"
            ) from error
        with self._lock:
            self.received += len(content)
        if counts:
            self.pace.seen(path, answer)
        if answer.status < 300 and answer.headers.get("content-encoding", "identity") != "identity":  # noqa: PLR2004 - HTTP: success
            raise HubError("answer", f"the Hub packs its answer on {about}, which it was not asked to do")
        if part is None and len(content) > most:
            raise HubError("answer", f"the Hub's answer on {about} has more than {most:,} bytes")
        return answer._replace(content=content[:most])

    def _session(self) -> Any:  # noqa: ANN401 - of the client's HTTP library
        library = self._library
        try:
            return library.utils.get_session()
        except Exception as error:
            words = "look at HTTP_PROXY, HTTPS_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR"
            raise HubError(
                "settings", f"the settings of proxies or certificates cannot be used ({type(error).__name__}); {words}"
            ) from error

    def _refusal(self, answer: Answer, about: str, part: tuple[int, int] | None) -> HubError:
        wait = paused(answer.headers, WAIT)
        headers = {name: value.replace(self._token or "\0", "***") for name, value in answer.headers.items()}
        return refusal(Refused(answer.status, headers, about, self.shown, has_token=self.has_token, wait=wait, of_file=part is not None))

    def _headers(self, url: str, part: tuple[int, int] | None) -> dict[str, str]:
        # Not the client's own headers: those ask the Hub which program called, and tell of other packages (huggingface_hub
        # 2.4, `utils/_headers.py`).
        headers = {"user-agent": f"cardlint/{__version__}; hf_hub/{self._library.__version__}"}
        if self._token and origin(url) == origin(self.endpoint):
            headers["authorization"] = f"Bearer {self._token}"
        headers["accept-encoding"] = "identity"  # what is received is what was asked for, and counted
        if part is not None:
            headers["range"] = f"bytes={part[0]}-{part[0] + part[1] - 1}"
        return headers


def parsed(answer: Answer, about: str, *, most: int | None = None) -> Any:  # noqa: ANN401 - JSON
    """The JSON of an answer. Raises HubError. With `most`, null stands for what is below so many levels where no parser goes."""
    try:
        try:
            return json.loads(answer.content)
        except RecursionError:
            if most is None:
                raise
            from cardlint.shallow import shallow

            return json.loads(shallow(answer.content, most))
    except (ValueError, RecursionError) as error:
        raise HubError("answer", f"the Hub's answer on {about} is no JSON") from error


def _bounded(response: Any, most: int, about: str) -> bytes:  # noqa: ANN401 - of the client's HTTP library
    """The content, read no further than one byte beyond `most`, and no longer than an answer may take. Raises HubError."""
    held = bytearray()
    end = time.monotonic() + LONGEST_ANSWER
    for chunk in response.iter_raw():
        held += chunk
        if len(held) > most:
            break
        if time.monotonic() > end:
            raise HubError("slow", f"the Hub's answer on {about} takes longer than {LONGEST_ANSWER:.0f} s")
    return bytes(held)


def _sent(body: object) -> dict[str, object]:
    """What is sent, as the client's HTTP library takes it: bytes as they are, all else as JSON."""
    if body is None:
        return {}
    return {"content" if isinstance(body, bytes) else "json": body}
