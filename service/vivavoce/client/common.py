"""What both clients share: everything but the waiting."""

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypedDict

import grpc
from google.rpc import error_details_pb2, status_pb2

from vivavoce.pb import speech_pb2 as pb

ATTEMPTS = 4
FIRST_PAUSE_SECONDS = 0.2
"""Before the second attempt, where the service does not say; before each later one twice as long."""
FORMATS = ("mp3", "opus", "aac", "flac", "wav", "pcm")


class Options(TypedDict, total=False):
    """How to speak: the fields of SynthesizeRequest, which `speech.proto` describes."""

    model: str
    """Default: viva."""
    voice: str
    """Default: kathleen."""
    instructions: str
    response_format: str
    speed: float
    stream_format: str
    language_code: str
    sample_rate_hertz: int
    volume_gain_db: float
    word_timings: bool
    pronunciations: Mapping[str, str]
    """Word → IPA."""
    seed: int
    user_id: str
    timeout: float
    """Seconds until the whole answer must be there; default: any time."""


class SpeechServiceError(Exception):
    """What came instead of audio, or after some of it."""

    def __init__(self, error: grpc.RpcError) -> None:
        self.status: grpc.StatusCode = error.code()
        self.message = error.details() or ""
        self.code = ""
        """The machine-readable reason; empty if it was not the service that answered."""
        self.param: str | None = None
        """The field at fault, if one is."""
        self.retry_after_seconds: float | None = None
        super().__init__(f"{self.status.name}: {self.message}")
        received: Iterable[Any] = error.trailing_metadata() or ()
        trailers = dict(received)
        self.request_id: str = trailers.get("x-request-id", "")
        """Under which the service's log tells more."""
        status = status_pb2.Status.FromString(trailers.get("grpc-status-details-bin", b""))
        info, retry = error_details_pb2.ErrorInfo(), error_details_pb2.RetryInfo()
        for detail in status.details:
            if detail.Unpack(info):
                self.code, self.param = info.reason, info.metadata.get("param")
            elif detail.Unpack(retry):
                self.retry_after_seconds = retry.retry_delay.ToTimedelta().total_seconds()


class Received:
    """What has been received of an answer."""

    def __init__(self, first: pb.SynthesizeResponse) -> None:
        self.content_type = first.audio.content_type
        self.info = first.info
        self.words: list[pb.WordTiming] = []
        """Those whose end is reached by the audio so far."""
        self.usage: pb.Usage | None = None
        """Known at the end."""
        self.first_audio = self.take(first)

    def take(self, response: pb.SynthesizeResponse) -> bytes:
        """Notes what `response` tells and gives its audio, which is empty in the last one, perhaps."""
        self.words.extend(response.words)
        if response.HasField("usage"):
            self.usage = response.usage
        audio: bytes = response.audio.data
        return audio


class Attempts:
    """The attempts at one request, which share its time."""

    def __init__(self, timeout: float | None) -> None:
        self._deadline = None if timeout is None else time.monotonic() + timeout
        self._pauses = iter([FIRST_PAUSE_SECONDS * 2**attempt for attempt in range(ATTEMPTS - 1)])

    def seconds_left(self) -> float | None:
        """For the next attempt; None for any time."""
        return None if self._deadline is None else max(0.0, self._deadline - time.monotonic())

    def pause_after(self, error: grpc.RpcError) -> float:
        """Seconds to wait before the next attempt; raises SpeechServiceError if there is none."""
        failure = SpeechServiceError(error)
        pause = next(self._pauses, None)
        if pause is None or failure.status is not grpc.StatusCode.UNAVAILABLE:
            raise failure from None
        return failure.retry_after_seconds or pause


def synthesize_request(text: str, options: Options) -> pb.SynthesizeRequest:
    """The message for `text`."""
    fields: dict[str, Any] = {"model": "viva", "voice": "kathleen", **options}
    fields.pop("timeout", None)
    pronunciations = [
        pb.Pronunciation(word=word, ipa=ipa) for word, ipa in fields.pop("pronunciations", {}).items()
    ]
    return pb.SynthesizeRequest(input=text, pronunciations=pronunciations, **fields)


def for_file(path: Path, options: Options) -> Options:
    """`options` with the format that the file's name ends in, if they name none."""
    suffix = path.suffix.removeprefix(".").lower()
    return {"response_format": suffix, **options} if suffix in FORMATS else options


def call_metadata(key: str) -> tuple[tuple[str, str], ...]:
    """What goes with every call."""
    return (("authorization", f"Bearer {key}"),) if key else ()
