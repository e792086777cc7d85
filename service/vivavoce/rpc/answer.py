"""The messages of one answer: Chunks in, SynthesizeResponses out."""

from collections.abc import Iterator, Sequence
from typing import Protocol

from google.api.httpbody_pb2 import HttpBody

from vivavoce.audio import encoder_class
from vivavoce.core import Chunk, TimedWord, Usage, Utterance
from vivavoce.pb import speech_pb2 as pb
from vivavoce.rpc.sse import EventStream
from vivavoce.rpc.status import Failure

OPUS_RATE_HERTZ = 48000
"""Whatever goes in."""


class Framing(Protocol):
    """How the audio is put into the bytes of the answer."""

    @property
    def content_type(self) -> str: ...

    @property
    def max_piece_bytes(self) -> int: ...

    def frame(self, audio: bytes) -> bytes: ...

    def finish(self, usage: Usage) -> bytes: ...

    def break_off(self, failure: Failure) -> bytes: ...


class Plain:
    """The audio as it is."""

    max_piece_bytes = 65_536
    """Envoy refuses messages of more than a megabyte; small ones flow better."""

    def __init__(self, content_type: str) -> None:
        self.content_type = content_type

    def frame(self, audio: bytes) -> bytes:
        return audio

    def finish(self, usage: Usage) -> bytes:  # noqa: ARG002 - an audio file says nothing of it
        return b""

    def break_off(self, failure: Failure) -> bytes:  # noqa: ARG002 - nor of that
        return b""


class Answer:
    """Makes the messages, which know their place: the first one says what comes, the last one what it was."""

    def __init__(self, utterance: Utterance, *, word_timings: bool) -> None:
        self._utterance = utterance
        self._word_timings = word_timings
        self._framing: Framing = (
            EventStream()
            if utterance.as_events
            else Plain(encoder_class(utterance.audio_format).content_type)
        )
        self._begun = False

    def messages(self, chunk: Chunk) -> Iterator[pb.SynthesizeResponse]:
        """The messages of the next chunk: one, unless its audio is large."""
        size = self._framing.max_piece_bytes
        pieces = [chunk.audio[at : at + size] for at in range(0, len(chunk.audio), size)]
        frames = [self._framing.frame(piece) for piece in pieces]
        end = self._framing.finish(chunk.usage) if chunk.usage else b""
        *before, last = [*frames[:-1], b"".join(frames[-1:]) + end]
        for frame in before:
            yield self._message(frame)
        message = self._message(last)
        if self._word_timings:
            message.words.extend(_words(chunk.words))
        if chunk.usage:
            message.usage.CopyFrom(_usage(chunk.usage))
        yield message

    def break_off(self, failure: Failure) -> Iterator[pb.SynthesizeResponse]:
        """What can still be told in the body of an answer that cannot go on: with plain audio, nothing."""
        if event := self._framing.break_off(failure):
            yield self._message(event)

    def _message(self, data: bytes) -> pb.SynthesizeResponse:
        message = pb.SynthesizeResponse(audio=HttpBody(data=data))
        if not self._begun:  # Envoy takes the content type from the first message alone
            self._begun = True
            message.audio.content_type = self._framing.content_type
            message.info.CopyFrom(_info(self._utterance))
        return message


def _info(utterance: Utterance) -> pb.AudioInfo:
    return pb.AudioInfo(
        model=utterance.model,
        voice=utterance.voice,
        sample_rate_hertz=(
            OPUS_RATE_HERTZ if utterance.audio_format == "opus" else utterance.sample_rate_hertz
        ),
        channel_count=1,
        delivery=_delivery(utterance) if utterance.followed else None,
    )


def _delivery(utterance: Utterance) -> pb.Delivery:
    delivery = utterance.delivery
    return pb.Delivery(
        followed=utterance.followed,
        pace=delivery.pace,
        pitch_semitones=delivery.pitch_semitones,
        pitch_range=delivery.pitch_range,
        gain_db=delivery.gain_db,
        whispered=delivery.whispered,
    )


def _words(words: Sequence[TimedWord]) -> Iterator[pb.WordTiming]:
    for word in words:
        yield pb.WordTiming(
            word=word.text,
            start_seconds=word.start_seconds,
            end_seconds=word.end_seconds,
            source_start=word.span.start,
            source_end=word.span.end,
        )


def _usage(usage: Usage) -> pb.Usage:
    return pb.Usage(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        total_tokens=usage.input_tokens + usage.output_tokens,
        input_characters=usage.input_characters,
        audio_seconds=usage.audio_seconds,
    )
