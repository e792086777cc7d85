"""One file over HTTP: an address goes in, a whole and checked file comes out, or nothing under its name.

What has come so far lies in `NAME.part`, and beside it in `NAME.from` where from and which version it is: a
later attempt asks for the rest of that version (RFC 9110, Range and If-Range), and starts afresh if the
server has another one by then.
"""

import hashlib
import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from time import sleep
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request

from vivavoce import __version__
from vivavoce.pull import web
from vivavoce.pull.published import PullError, Remote

BLOCK_BYTES = 1 << 18
TRIES = 4
"""In a row that bring nothing new."""
PAUSE_SECONDS = 0.5
"""Before the second try; each later one waits twice as long."""
TIMEOUT_SECONDS = 30.0
PASSING = frozenset({408, 429, 500, 502, 503, 504})
"""Answers that may be better a moment later."""

Report = Callable[[int, int | None], None]
"""Is told the bytes that are here, and of how many if that is known."""


class _BrokeOff(Exception):
    """The connection ended, or could not be made, before all was here."""


@dataclass(frozen=True, slots=True)
class Downloads:
    """Fetches files, from `mirror` if there is one: MIRROR/HOST/PATH in place of https://HOST/PATH."""

    mirror: str = ""
    tries: int = TRIES

    def address(self, remote: Remote) -> str:
        """Where a file is really fetched from."""
        if not self.mirror:
            return remote.url
        return f"{self.mirror.rstrip('/')}/{remote.url.partition('://')[2]}"

    def fetch(self, remote: Remote, file: Path, report: Report) -> str:
        """Makes sure that `file` is there, whole; its SHA-256. Raises PullError, and keeps what has come."""
        part = _Part(file, self.address(remote), remote)
        if not part.is_finished():
            self._complete(part, report)
            part.finish()
        report(file.stat().st_size, file.stat().st_size)
        return _sha256(file)

    def _complete(self, part: "_Part", report: Report) -> None:
        """Tries until all is here. Raises PullError."""
        left, most = self.tries, part.size
        while True:
            try:
                return _transfer(part, report)
            except _BrokeOff as error:
                left = self.tries - 1 if part.size > most else left - 1
                most = max(most, part.size)
                if left <= 0:
                    raise PullError(str(error)) from None
            sleep(PAUSE_SECONDS * 2 ** (self.tries - 1 - left))


@dataclass(frozen=True, slots=True)
class _Part:
    """What has come of a file so far."""

    file: Path
    url: str
    remote: Remote

    @property
    def path(self) -> Path:
        return self.file.with_name(f"{self.file.name}.part")

    @property
    def _note(self) -> Path:
        return self.file.with_name(f"{self.file.name}.from")

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path.exists() else 0

    def version(self) -> str:
        """The validator of what is here; empty if the rest of it cannot be asked for."""
        return self._noted().get("version", "") if self.size else ""

    def is_all(self) -> bool:
        """Whether everything came, and only `finish` is missing."""
        return bool(self.version()) and self.size == self.remote.size_bytes

    def is_finished(self) -> bool:
        """Whether an earlier attempt got all of the file, from the same address."""
        expected = self.remote.sha256
        there = self.file.exists() and bool(self._noted())
        return there and (expected is None or _sha256(self.file) == expected)

    def _noted(self) -> dict[str, str]:
        """What is known of what is here; nothing if it came from elsewhere."""
        try:
            note: dict[str, str] = json.loads(self._note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return note if note["url"] == self.url else {}

    def begin(self, version: str) -> None:
        """Forgets what is here, and notes what will come."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.drop()
        self._note.write_text(json.dumps({"url": self.url, "version": version}), encoding="utf-8")

    def drop(self) -> None:
        self.file.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    def finish(self) -> None:
        """Gives the file its name, if it is the one that was published."""
        size, expected = self.size, self.remote.size_bytes
        if expected not in (None, size):
            self.drop()
            raise PullError(f"{self.url} has {size} bytes, and should have {expected}: it is another file")
        if self.remote.sha256 and (found := _sha256(self.path)) != self.remote.sha256:
            self.drop()
            raise PullError(
                f"{self.url} has the SHA-256 {found}, and should have {self.remote.sha256}: it is another "
                "file"
            )
        self.path.replace(self.file)


def _transfer(part: _Part, report: Report) -> None:
    """Gets the rest of the part. Raises _BrokeOff or PullError."""
    if part.is_all():
        return
    version = part.version()
    asked = Request(part.url, headers={"User-Agent": f"vivavoce/{__version__}"})  # noqa: S310
    if version:
        asked.add_header("Range", f"bytes={part.size}-")
        asked.add_header("If-Range", version)
    try:
        with web.opener().open(asked, timeout=TIMEOUT_SECONDS) as answer:
            total = _total(answer, part)
            _append(answer, part, total, report)
    except HTTPError as error:
        _refused(error, part)
    except (URLError, HTTPException, TimeoutError, ConnectionError) as error:
        is_lasting = isinstance(getattr(error, "reason", None), socket.gaierror)
        raise (PullError if is_lasting else _BrokeOff)(_unreachable(part, error)) from None


def _total(answer: HTTPResponse, part: _Part) -> int | None:
    """The size of the whole file as the server tells it; starts afresh unless the answer is the rest."""
    length = answer.headers.get("Content-Length", "")
    total = int(length) if length.isdecimal() else None
    start, whole = web.content_range(answer)
    if answer.status == 206 and start == part.size:
        total = whole or (start + total if total else None)
    elif answer.status == 206:
        part.drop()
        raise _BrokeOff(f"{part.url} did not send the part that was asked for")
    else:
        part.begin(web.version(answer))
    expected = part.remote.size_bytes
    if None not in (total, expected) and total != expected:
        part.drop()
        raise PullError(f"{part.url} has {total} bytes, and should have {expected}: it is another file")
    return total


def _append(answer: HTTPResponse, part: _Part, total: int | None, report: Report) -> None:
    with part.path.open("ab") as file:
        while block := answer.read(BLOCK_BYTES):
            file.write(block)
            report(file.tell(), total)
    if total is not None and part.size < total:
        raise _BrokeOff(f"{part.url} broke off after {part.size} of {total} bytes: pull again to go on")
    if total is not None and part.size > total:
        part.drop()
        raise PullError(f"{part.url} sent more than the {total} bytes that it told")


def _refused(error: HTTPError, part: _Part) -> None:
    with error:
        if error.code == 416:  # what is here is not a beginning of what the server has
            part.drop()
        if error.code == 416 or error.code in PASSING:
            raise _BrokeOff(f"{part.url}: {error.code} {error.reason}") from None
        raise PullError(f"{part.url}: {error.code} {error.reason}") from None


def _unreachable(part: _Part, error: Exception) -> str:
    reason = getattr(error, "reason", error)
    why = getattr(reason, "strerror", None) or str(reason) or type(reason).__name__
    host = urlsplit(part.url).netloc
    return (
        f"{host} cannot be reached ({why}): check the network, set https_proxy to a proxy or --mirror to a "
        "mirror, and pull again"
    )


def _sha256(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
