"""The ways to speech that `vivavoce bench` compares: the bare stages, gRPC, and HTTP through Envoy."""

import json
from dataclasses import dataclass
from http.client import HTTPConnection
from threading import local
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from vivavoce.audio.chain import AudioChain
from vivavoce.client import Client
from vivavoce.core import SpeechRequest, Utterance
from vivavoce.models import directly
from vivavoce.models.base import EncodeItem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from vivavoce.cli.wiring import Parts

READ_BYTES = 65536


@dataclass(frozen=True, slots=True)
class Spoken:
    """One request, as its caller saw it."""

    first_audio_seconds: float
    total_seconds: float
    bytes_of_audio: int


class Way(Protocol):
    """A way to have a text spoken; used by several threads at a time."""

    def speak(self, text: str, audio_format: str) -> Spoken: ...


class Bare:
    """The stages called one after the other: what any server costs on top of this, it costs itself."""

    def __init__(self, parts: "Parts") -> None:
        self._parts = parts

    def speak(self, text: str, audio_format: str) -> Spoken:
        return _timed(self._blocks(text, audio_format))

    def _blocks(self, text: str, audio_format: str) -> "Iterator[bytes]":
        model = self._parts.embedded
        request = SpeechRequest(model.facts.id, text, model.facts.voices[0].id, response_format=audio_format)
        utterance = self._parts.synthesizer.utterance(request)
        chain = AudioChain(utterance, model.facts.sample_rate_hertz)
        segments = self._parts.front_end.prepare(
            text,
            language=utterance.language,
            symbols=model.facts.symbols,
            max_phonemes=model.facts.max_phonemes,
        )
        for index, segment in enumerate(segments):
            item = EncodeItem(segment.phonemes, utterance.voice, 1.0, 0, first=index == 0)
            yield from self._segment(item, utterance, chain)
            yield chain.silence(segment.pause_seconds)
        yield chain.finish()

    def _segment(self, item: EncodeItem, utterance: Utterance, chain: AudioChain) -> "Iterator[bytes]":
        model = self._parts.catalogue.model(utterance.model)
        first = True
        for decoded, last in directly.windows(model, item):
            yield chain.feed(decoded.samples, first=first, last=last)
            first = False


class Grpc:
    """Our own client, with one channel."""

    def __init__(self, port: int) -> None:
        self._client = Client(f"127.0.0.1:{port}")

    def speak(self, text: str, audio_format: str) -> Spoken:
        return _timed(self._blocks(text, audio_format))

    def _blocks(self, text: str, audio_format: str) -> "Iterator[bytes]":
        yield from self._client.synthesize(text, response_format=audio_format)


class Http:
    """An HTTP/1.1 client that keeps a connection per thread."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._of_thread = local()

    def speak(self, text: str, audio_format: str) -> Spoken:
        return _timed(self._blocks(text, audio_format))

    def _blocks(self, text: str, audio_format: str) -> "Iterator[bytes]":
        connection = self._connection()
        body = {"model": "viva", "input": text, "voice": "kathleen", "response_format": audio_format}
        headers = {"content-type": "application/json"}
        connection.request("POST", "/v1/audio/speech", json.dumps(body), headers)
        response = connection.getresponse()
        if response.status != 200:
            raise RuntimeError(response.read().decode())
        while block := response.read1(READ_BYTES):
            yield block

    def _connection(self) -> HTTPConnection:
        if not hasattr(self._of_thread, "connection"):
            self._of_thread.connection = HTTPConnection("127.0.0.1", self._port)
        connection: HTTPConnection = self._of_thread.connection
        return connection


def _timed(blocks: "Iterable[bytes]") -> Spoken:
    began = perf_counter()
    first, size = None, 0
    for block in blocks:
        size += len(block)
        if block and first is None:
            first = perf_counter() - began
    total = perf_counter() - began
    return Spoken(total if first is None else first, total, size)
