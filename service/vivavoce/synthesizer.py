"""The pipeline: an Utterance goes in, an async iterator of Chunks comes out.

Text is prepared segment by segment, each segment is encoded, its frames are decoded window by window, and
the samples are joined and encoded into bytes: every stage one step ahead of the next at most, so a slow
listener holds everything back and nothing piles up.
"""

import asyncio
import math
import os
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from dataclasses import dataclass, replace
from time import perf_counter
from typing import TypeVar

import numpy as np

from vivavoce import validation
from vivavoce.ahead import ahead
from vivavoce.audio import ENCODERS
from vivavoce.audio.chain import AudioChain
from vivavoce.catalogue import Catalogue
from vivavoce.core import Chunk, Samples, Segment, SpeechRequest, StageTimes, TimedWord, Usage, Utterance
from vivavoce.engine import Engine, Stream
from vivavoce.models.base import Decoded, EncodeItem, Model
from vivavoce.text import FrontEnd

Result = TypeVar("Result")

PIECES_AHEAD = 2
"""Decoded pieces that may wait for the audio codec: one being encoded, one ready."""
SECONDS_PER_CHARACTER = 0.065
"""Of English text at speed 1, to estimate a request's audio before its text is looked at."""
USAGE_FRAMES_PER_SECOND = 50
FLUSH = np.zeros(0, np.float32)


@dataclass(frozen=True, slots=True)
class Piece:
    """Samples of one window, with what the joins need to know and the words that end in it."""

    samples: Samples
    first: bool
    """Of its segment."""
    last: bool
    silence_seconds: float
    """What follows the samples."""
    words: tuple[TimedWord, ...]


class Synthesizer:
    """Speaks utterances with the loaded models."""

    def __init__(
        self, catalogue: Catalogue, front_end: FrontEnd, engine: Engine, *, max_input_characters: int
    ) -> None:
        self.catalogue = catalogue
        self._front_end = front_end
        self._engine = engine
        self._max_input_characters = max_input_characters
        # Text rules and codecs compute too: never on the event loop, never in the engine's own thread.
        self._workers = ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="vivavoce-worker")

    def utterance(self, request: SpeechRequest) -> Utterance:
        """What will be done for `request`; raises the SpeechError that says why it cannot be."""
        return validation.utterance(request, self.catalogue, self._max_input_characters)

    async def speak(self, utterance: Utterance) -> AsyncGenerator[Chunk, None]:
        """The audio of `utterance` while it is being made; use it under `contextlib.aclosing`.

        The first chunk has audio, the last one the usage and the times. Whatever can be wrong with the
        request is raised before the first chunk: SpeechError, and Overloaded at once if there is no room.
        """
        model = self.catalogue.model(utterance.model)
        estimated_seconds = len(utterance.input) * SECONDS_PER_CHARACTER / utterance.speed
        async with self._engine.open(model, estimated_audio_seconds=estimated_seconds) as stream:
            speech = _Speech(utterance, model, stream, self._front_end, self._workers)
            async with aclosing(speech.chunks()) as chunks:
                async for chunk in chunks:
                    yield chunk

    async def warm_up(self) -> None:
        """Speaks a little with every model in memory, and once in every format, so that no listener waits for
        what is done only once: dictionaries, codecs, the runtime's first run of each length."""
        cold_formats = list(ENCODERS)
        for model in self.catalogue.loaded():
            await self._engine.warm_up(model)
            readable = (voice for voice in model.facts.voices if self._front_end.reads(voice.languages[0]))
            if voice := next(readable, None):
                for audio_format in cold_formats:
                    utterance = Utterance("Ready.", model.facts.id, voice.id, audio_format)
                    await self._drop(replace(utterance, language=voice.languages[0].lower()))
                cold_formats = cold_formats[:1]

    async def _drop(self, utterance: Utterance) -> None:
        async with aclosing(self.speak(utterance)) as chunks:
            async for _ in chunks:
                pass

    def close(self) -> None:
        """Ends the worker threads and what reads for them; nothing can be spoken afterwards."""
        self._workers.shutdown(cancel_futures=True)
        self._front_end.close()


class _Speech:
    """One utterance on its way through the stages."""

    def __init__(
        self,
        utterance: Utterance,
        model: Model,
        stream: Stream,
        front_end: FrontEnd,
        workers: ThreadPoolExecutor,
    ) -> None:
        slowest, fastest = model.facts.speed_range
        self._utterance = utterance
        self._model = model
        self._stream = stream
        self._front_end = front_end
        self._workers = workers
        self._model_speed = min(max(utterance.speed, slowest), fastest)
        self._stretch = utterance.speed / self._model_speed
        self._began = perf_counter()
        self._first_audio: float | None = None
        self._times = StageTimes()
        self._phonemes = 0
        self._audio_seconds = 0.0

    async def chunks(self) -> AsyncGenerator[Chunk, None]:
        words: tuple[TimedWord, ...] = ()
        chain = await self._in_worker("audio", self._audio_chain)
        async with aclosing(ahead(self._pieces(), PIECES_AHEAD)) as pieces:
            async for piece in pieces:
                audio = await self._in_worker("audio", _encode, chain, piece)
                words += piece.words
                if audio:  # a codec may hold its first bytes back; the words wait for them
                    self._mark_first_audio()
                    yield Chunk(audio, words)
                    words = ()
        audio = await self._in_worker("audio", chain.finish)
        self._mark_first_audio()
        yield Chunk(audio, words, self._usage(), self._finished_times())

    def _audio_chain(self) -> AudioChain:
        return AudioChain(self._utterance, self._model.facts.sample_rate_hertz, stretch=self._stretch)

    async def _pieces(self) -> AsyncGenerator[Piece, None]:
        segments = await self._in_worker("text", self._prepare)
        while segment := await self._in_worker("text", _next, segments):
            if not segment.phonemes:
                self._audio_seconds += segment.pause_seconds
                yield Piece(FLUSH, first=False, last=False, silence_seconds=segment.pause_seconds, words=())
                continue
            async with aclosing(self._decode(segment)) as pieces:
                async for piece in pieces:
                    yield piece

    def _prepare(self) -> Iterator[Segment]:
        facts = self._model.facts
        return self._front_end.prepare(
            self._utterance.input,
            language=self._utterance.language,
            symbols=facts.symbols,
            max_phonemes=facts.max_phonemes,
            pronunciations=self._utterance.pronunciations,
        )

    async def _decode(self, segment: Segment) -> AsyncGenerator[Piece, None]:
        """The pieces of one segment; its punctuation's pause goes with the speed."""
        item = EncodeItem(
            segment.phonemes,
            self._utterance.voice,
            self._model_speed,
            self._utterance.seed,
            first=self._phonemes == 0,
            delivery=self._utterance.delivery,
        )
        self._phonemes += len(segment.phonemes)
        words: list[TimedWord] = []
        first = True
        async with aclosing(self._stream.windows(item, self._listener_runs_out)) as windows:
            async for decoded, last in windows:
                if first:
                    words = _timed(segment, decoded, self._audio_seconds, self._stretch)
                seconds = len(decoded.samples) / self._model.facts.sample_rate_hertz
                self._audio_seconds += seconds / self._stretch
                ended = [word for word in words if last or word.end_seconds <= self._audio_seconds]
                words = words[len(ended) :]
                pause_seconds = segment.pause_seconds / self._utterance.speed if last else 0.0
                self._audio_seconds += pause_seconds
                yield Piece(decoded.samples, first, last, pause_seconds, tuple(ended))
                first = False

    def _listener_runs_out(self) -> float:
        """When the listener will have heard all that was made: first audio is due at once."""
        return (self._first_audio or self._began) + self._audio_seconds

    def _mark_first_audio(self) -> None:
        if self._first_audio is None:
            self._first_audio = perf_counter()

    async def _in_worker(self, stage: str, work: Callable[..., Result], *arguments: object) -> Result:
        def timed() -> tuple[Result, float]:
            began = perf_counter()
            return work(*arguments), perf_counter() - began

        result, seconds = await asyncio.get_running_loop().run_in_executor(self._workers, timed)
        self._times = replace(self._times, **{stage: getattr(self._times, stage) + seconds})
        return result

    def _usage(self) -> Usage:
        frames = math.ceil(self._audio_seconds * USAGE_FRAMES_PER_SECOND)
        return Usage(self._phonemes, frames, len(self._utterance.input), self._audio_seconds)

    def _finished_times(self) -> StageTimes:
        now = perf_counter()
        return replace(
            self._times,
            queue=self._stream.queue_seconds,
            encode=self._stream.encode_seconds,
            decode=self._stream.decode_seconds,
            first_audio=(self._first_audio or now) - self._began,
            total=now - self._began,
        )


def _encode(chain: AudioChain, piece: Piece) -> bytes:
    audio = chain.feed(piece.samples, first=piece.first, last=piece.last)
    return audio + chain.silence(piece.silence_seconds) if piece.silence_seconds else audio


def _next(segments: Iterator[Segment]) -> Segment | None:
    return next(segments, None)


def _timed(segment: Segment, decoded: Decoded, begin_seconds: float, stretch: float) -> list[TimedWord]:
    """When the words of a segment that begins at `begin_seconds` are spoken; [] if the model cannot tell."""
    if decoded.phoneme_seconds is None:
        return []
    marks = begin_seconds + np.concatenate(([0.0], np.cumsum(decoded.phoneme_seconds))) / stretch
    return [
        TimedWord(word.text, float(marks[word.phonemes.start]), float(marks[word.phonemes.end]), word.span)
        for word in segment.words
    ]
