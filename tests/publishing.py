"""A server that has files to pull, on this machine alone, and fails in the ways in which servers fail."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread


@dataclass
class Resource:
    """A file of the server, and what is wrong with how it is served."""

    content: bytes
    etag: str = '"1"'
    last_modified: str = ""
    ranges: bool = True
    breaks_after: list[int] = field(default_factory=list)
    """For each coming request, the bytes after which its connection ends."""
    told_bytes: int | None = None
    """What Content-Length says of the whole, if not the truth; 0 for no Content-Length."""
    statuses: list[int] = field(default_factory=list)
    """For each coming request, an error in place of an answer."""
    location: str = ""
    """Where it redirects to."""


class Publisher(ThreadingHTTPServer):
    """The server; as a proxy it is asked for whole addresses, and looks at their paths."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.files: dict[str, Resource] = {}
        self.asked: list[tuple[str, str, str]] = []
        """Path (or address), Range and If-Range of every request."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def publish(self, path: str, content: bytes, **served: object) -> Resource:
        self.files[path] = Resource(content, **served)
        return self.files[path]

    def handle_error(self, request, client_address) -> None:
        """A client that goes away is none."""


class _Answer(BaseHTTPRequestHandler):
    server: Publisher

    def do_GET(self) -> None:
        path = re.sub("^http://[^/]+", "", self.path)
        self.server.asked.append((self.path, self.headers.get("Range", ""), self.headers.get("If-Range", "")))
        resource = self.server.files.get(path)
        if resource is None or resource.statuses:
            self.send_error(resource.statuses.pop(0) if resource else 404)
        elif resource.location:
            self.send_response(302)
            self.send_header("Location", resource.location)
            self.end_headers()
        else:
            self._send(resource)

    def _send(self, resource: Resource) -> None:
        whole, start = resource.content, self._start(resource)
        told = len(whole) if resource.told_bytes is None else resource.told_bytes
        if start >= len(whole):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{told - 1}/{told}")
        if told:
            self.send_header("Content-Length", str(told - start))
        for name, value in (("ETag", resource.etag), ("Last-Modified", resource.last_modified)):
            if value:
                self.send_header(name, value)
        self.end_headers()
        end = start + resource.breaks_after.pop(0) if resource.breaks_after else len(whole)
        self.wfile.write(whole[start:end])

    def _start(self, resource: Resource) -> int:
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        is_same = self.headers.get("If-Range") in (None, resource.etag, resource.last_modified)
        return int(asked[1]) if asked and resource.ranges and is_same else 0

    def log_message(self, *args: object) -> None:
        """Not on stderr."""


@contextmanager
def publishing() -> Iterator[Publisher]:
    """The server, for as long as the context lasts."""
    with Publisher() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.exists() else set()
