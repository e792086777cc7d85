"""The things that travel between the stages, in the order in which a request meets them.

Utterance → Segment (text, phonemes) → Encoded (frames) → Pcm (samples) → Chunk (bytes and word timings).
Everything is frozen: a stage makes the next thing, it never edits the last one.
"""

from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.float32]
"""Mono samples in [-1, 1], shape [n]."""


class Span(NamedTuple):
    """A half-open range of characters (Unicode code points) of the utterance's `input`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Pronunciation:
    """How the caller wants one word said."""

    word: str
    phonemes: str
    """IPA or Kokoro's symbols, as the caller wrote them."""


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """What a caller asked for, as it came: nothing is checked yet. None and "" mean that it was left out."""

    model: str = ""
    input: str = ""
    voice: str = ""
    instructions: str = ""
    response_format: str = ""
    speed: float | None = None
    stream_format: str = ""
    language_code: str = ""
    sample_rate_hertz: int = 0
    volume_gain_db: float = 0.0
    pronunciations: tuple[Pronunciation, ...] = ()
    seed: int = 0
    user_id: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How something is said, beside what and by whom; the defaults are the voice's own way."""

    pace: float = 1.0
    """Twice as fast at 2.0."""
    pitch_semitones: float = 0.0
    """Above the voice's own."""
    pitch_range: float = 1.0
    """The melody goes up and down this much as far from its mean."""
    whispered: bool = False
    gain_db: float = 0.0


@dataclass(frozen=True, slots=True)
class Utterance:
    """A validated request: every name is resolved, every number in range."""

    input: str
    model: str
    """Id of the model, after aliases."""
    voice: str
    """Id of the voice, after aliases."""
    audio_format: str = "mp3"
    """A key of the table of encoders: mp3, opus, aac, flac, wav, pcm."""
    as_events: bool = False
    """Whether the bytes are to be framed as server-sent events."""
    speed: float = 1.0
    """Twice as fast at 2.0; within 0.25 to 4.0."""
    sample_rate_hertz: int = 24000
    """Of the encoded audio."""
    gain_db: float = 0.0
    language: str = "en-us"
    """BCP-47, lower case."""
    pronunciations: tuple[Pronunciation, ...] = ()
    seed: int = 0
    delivery: Delivery = Delivery()
    """What the instructions come to, as far as the model can do it; its pace and gain are in `speed` and
    `gain_db` already."""
    followed: tuple[str, ...] = ()
    """The words of the instructions that were followed."""


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """One word of a segment as it will be said."""

    text: str
    """As spoken: the text `$5` becomes the words `five` and `dollars`."""
    span: Span
    """The characters of `input` that it came from; several words may share one span."""
    phonemes: Span
    """Its range in the segment's `phonemes`, without the space or punctuation around it."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence, or a part of one, short enough for the model: the unit of encoding."""

    text: str
    """Exactly `input[span.start:span.end]`."""
    spoken: str
    """The text after normalisation: words only, with the punctuation that shapes the prosody."""
    phonemes: str
    """In Kokoro's symbols: stress marks before vowels, one space between words, punctuation after words.
    Empty for a pause alone."""
    words: tuple[SpokenWord, ...]
    span: Span
    pause_seconds: float
    """Silence that follows, asked for by punctuation, a paragraph's end or `[pause:…]`; 0 where the model's
    own pause is all that is wanted."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of a model."""

    id: str
    name: str
    languages: tuple[str, ...]
    """BCP-47, such as en-US."""


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word and when it is spoken, in seconds from the start of the audio."""

    text: str
    start_seconds: float
    end_seconds: float
    span: Span


@dataclass(frozen=True, slots=True)
class Usage:
    """What a request amounted to."""

    input_tokens: int
    """Phonemes, pauses included."""
    output_tokens: int
    """Frames of 20 ms, rounded up."""
    input_characters: int
    audio_seconds: float


@dataclass(frozen=True, slots=True)
class StageTimes:
    """Where the time of one request went, in seconds. It travels with the result, so that metrics are
    recorded in one place."""

    text: float = 0.0
    queue: float = 0.0
    encode: float = 0.0
    decode: float = 0.0
    audio: float = 0.0
    """Post-processing and the audio codec."""
    first_audio: float = 0.0
    """From arrival to the first bytes of audio."""
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the answer."""

    audio: bytes
    """Encoded; never empty but in the last chunk."""
    words: tuple[TimedWord, ...] = ()
    usage: Usage | None = None
    """In the last chunk only."""
    times: StageTimes = field(default_factory=StageTimes)
    """Complete in the last chunk only."""


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """What is worth knowing of a request when it is over; never its text."""

    method: str
    """Synthesize, ListVoices, …"""
    request_id: str
    key: str
    """Name of the caller's key; empty without authentication."""
    status: str
    """gRPC status in words: OK, INVALID_ARGUMENT, CANCELLED, …"""
    code: str = ""
    """Our machine-readable error code; empty for OK."""
    model: str = ""
    voice: str = ""
    audio_format: str = ""
    user_id: str = ""
    input_characters: int = 0
    audio_seconds: float = 0.0
    times: StageTimes = field(default_factory=StageTimes)


class Observer(Protocol):
    """Is told of every request, in one place; telemetry is one."""

    def request_started(self, method: str) -> None: ...

    def request_finished(self, record: RequestRecord) -> None: ...
