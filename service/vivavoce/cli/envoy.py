"""Envoy as a child of `vivavoce up`: in goes its configuration, out comes an edge that can be asked to drain.

Its log lines, its own and those of the requests, are JSON, and go to a callback.
"""

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from vivavoce.cli.edge import LOOPBACK, Addresses, edge_config, edge_files, envoy_program, reachable

LEASH = """\
import ctypes, os, sys
if sys.platform == "linux": ctypes.CDLL(None).prctl(1, 15)
os.execv(sys.argv[1], sys.argv[1:])
"""
"""Becomes a program that gets SIGTERM (15) when its parent dies (PR_SET_PDEATHSIG, 1): an `up` that is killed
leaves no Envoy behind that holds the port."""
OWN_LINES = '{"timestamp":"%Y-%m-%dT%T.%eZ","level":"%l","logger":"envoy.%n","event":"%j"}'
MOST_WORKERS = 4
"""Threads of Envoy: on a machine with many cores, it needs few of them."""
STOP_SECONDS = 5.0
POLL_SECONDS = 0.05
LAST_LINES = 5
LONGEST_LINE_BYTES = 1 << 20
"""Headers, which a line quotes, may have 60 kB."""

Line = dict[str, Any]


class Envoy:
    """A running Envoy."""

    def __init__(self, process: Process, addresses: Addresses, last_words: Sequence[str]) -> None:
        self._process = process
        self._addresses = addresses
        self._last_words = last_words

    async def ended(self) -> str:
        """Waits until Envoy ends by itself; how it did, with its last words."""
        status = await self._process.wait()
        words = "; ".join(self._last_words)
        return f"Envoy ended with status {status}" + (f", and last said: {words}" if words else "")

    async def ready(self) -> None:
        """Waits until /readyz is 200: speech can be had."""
        host, port = reachable(self._addresses.host), self._addresses.http_port
        while True:
            status, _ = await _ask("GET", host, port, "/readyz")
            if status == HTTPStatus.OK:
                return
            await asyncio.sleep(POLL_SECONDS)

    async def refuse(self) -> None:
        """Turns readiness off and asks clients to leave; requests under way go on."""
        for path in ("/healthcheck/fail", "/drain_listeners?graceful"):
            await _ask("POST", LOOPBACK, self._addresses.admin_port, path)

    async def idle(self) -> None:
        """Waits until the last byte of every request is sent."""
        path = "/stats?filter=^http.edge.downstream_(rq_active|cx_tx_bytes_buffered)$"
        while True:
            _, body = await _ask("GET", LOOPBACK, self._addresses.admin_port, path)
            if all(line.endswith(": 0") for line in body.splitlines()):
                return
            await asyncio.sleep(POLL_SECONDS)

    async def stop(self) -> None:
        """Ends Envoy at once, whatever it does."""
        if self._process.returncode is None:
            self._process.terminate()
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def running(addresses: Addresses, on_line: Callable[[Line], None]) -> AsyncIterator[Envoy]:
    """Envoy for as long as the context lasts; each of its log lines goes to `on_line`."""
    program, config = envoy_program(), edge_config(edge_files(), addresses)
    with TemporaryDirectory(prefix="vivavoce-") as folder:
        process = await _start(program, config, Path(folder))
        last_words: deque[str] = deque(maxlen=LAST_LINES)
        envoy = Envoy(process, addresses, last_words)
        assert process.stdout
        assert process.stderr
        readers = asyncio.gather(
            *(_read(stream, on_line, last_words) for stream in (process.stdout, process.stderr))
        )
        try:
            yield envoy
        finally:
            await envoy.stop()
            await readers


async def _start(program: Path, config: Mapping[str, Any], folder: Path) -> Process:
    file = folder / "envoy.json"
    file.write_text(json.dumps(config), encoding="utf-8")
    workers = min(os.cpu_count() or 1, MOST_WORKERS)
    options = (
        f"--disable-hot-restart --concurrency {workers} --file-flush-interval-msec 200 "
        "--log-level warning --component-log-level main:error --config-path"
    )
    # A session of its own: Ctrl-C in the terminal is for us alone, who then lets Envoy drain.
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", LEASH, str(program), *options.split(), str(file), "--log-format", OWN_LINES),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
        start_new_session=True,
        limit=LONGEST_LINE_BYTES,
    )


async def _read(stream: asyncio.StreamReader, on_line: Callable[[Line], None], last: deque[str]) -> None:
    async for raw in stream:
        line = _parse(raw.decode(errors="replace").rstrip())
        if line["event"] != "request":
            last.append(line["event"])
        on_line(line)


def _parse(text: str) -> Line:
    try:
        line = json.loads(text)
    except ValueError:
        line = None
    if isinstance(line, dict) and "event" in line:
        return line
    return {"level": "error", "logger": "envoy", "event": text}  # a crash, say


async def _ask(method: str, host: str, port: int, path: str) -> tuple[int, str]:
    """Status and body of the answer; status 0 if there is none."""
    return await asyncio.to_thread(_ask_blocking, method, host, port, path)


def _ask_blocking(method: str, host: str, port: int, path: str) -> tuple[int, str]:
    connection = HTTPConnection(host, port, timeout=STOP_SECONDS)
    try:
        connection.request(method, path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    except (OSError, HTTPException):
        return 0, ""
    finally:
        connection.close()
