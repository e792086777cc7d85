"""A real server on a free port, and what it told its observer."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import grpc
import pytest

from vivavoce.cli.program import run
from vivavoce.config import Config
from vivavoce.core import RequestRecord
from vivavoce.pb.speech_pb2_grpc import SpeechServiceStub
from vivavoce.rpc.server import Server


@dataclass
class Records:
    """An observer that remembers."""

    started: list[str] = field(default_factory=list)
    finished: list[RequestRecord] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def request_started(self, method: str) -> None:
        self.started.append(method)
        self.changed.set()

    def request_finished(self, record: RequestRecord) -> None:
        self.finished.append(record)
        self.changed.set()

    async def until_finished(self, count: int) -> None:
        """Returns when so many calls are over."""
        async with asyncio.timeout(5):
            while len(self.finished) < count:
                self.changed.clear()
                await self.changed.wait()


@dataclass
class Running:
    """A server that runs, and a channel to it."""

    server: Server
    port: int
    channel: grpc.aio.Channel
    records: Records

    @property
    def stub(self) -> SpeechServiceStub:
        return SpeechServiceStub(self.channel)

    @property
    def target(self) -> str:
        return f"127.0.0.1:{self.port}"


@asynccontextmanager
async def running(synthesizer, *, ready=True, observer=None, **settings):
    records = Records()
    server = Server(Config(grpc_port=0, **settings), synthesizer, observer or records)
    port = await server.start()
    await server.set_ready(ready)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        try:
            yield Running(server, port, channel, records)
        finally:
            await server.stop(0)


@pytest.fixture
def serving():
    """`async with serving(synthesizer, **settings) as running`. Its records are kept, unless somebody else is
    the `observer`."""
    return running


@pytest.fixture
def said(capsys):
    """Runs a command: its exit status, what it said, and what it complained of."""

    def call(*arguments):
        status = run([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call
