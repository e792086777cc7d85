"""The client that waits."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Self, TypeVar, Unpack

import grpc

from vivavoce.client.common import (
    Attempts,
    Options,
    Received,
    SpeechServiceError,
    call_metadata,
    for_file,
    synthesize_request,
)
from vivavoce.pb import speech_pb2 as pb
from vivavoce.pb.speech_pb2_grpc import SpeechServiceStub

Result = TypeVar("Result")


class Speech(Received):
    """An answer: iterate over it for the audio, once. `close`, or the end of `with`, cancels the rest."""

    def __init__(self, call: Any) -> None:  # noqa: ANN401 - gRPC keeps the type to itself
        super().__init__(next(call))
        self._call = call

    def __iter__(self) -> Iterator[bytes]:
        yield self.first_audio
        try:
            for response in self._call:
                if audio := self.take(response):
                    yield audio
        except grpc.RpcError as error:
            raise SpeechServiceError(error) from None

    def close(self) -> None:
        self._call.cancel()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class Client:
    """Calls the service at `target`, such as localhost:50051; with TLS if there are `credentials`.

    Threads may share it.
    """

    def __init__(
        self, target: str, *, key: str = "", credentials: grpc.ChannelCredentials | None = None
    ) -> None:
        self._channel = (
            grpc.secure_channel(target, credentials) if credentials else grpc.insecure_channel(target)
        )
        self._stub = SpeechServiceStub(self._channel)
        self._metadata = call_metadata(key)

    def synthesize(self, text: str, **options: Unpack[Options]) -> Speech:
        """The answer, as soon as its first audio is there."""
        request = synthesize_request(text, options)

        def begin(seconds: float | None) -> Speech:
            return Speech(self._stub.Synthesize(request, timeout=seconds, metadata=self._metadata))

        return _attempt(begin, options.get("timeout"))

    def speak_to_file(self, path: Path | str, text: str, **options: Unpack[Options]) -> pb.Usage:
        """Writes the audio to a file, in the format that its name ends in if `options` name none."""
        path = Path(path)
        with self.synthesize(text, **for_file(path, options)) as speech, path.open("wb") as file:
            file.writelines(speech)
        return speech.usage or pb.Usage()

    def voices(self, model: str = "", language_code: str = "") -> list[pb.Voice]:
        """The voices of `model` (default: of every one) that speak `language_code` (default: any)."""
        request = pb.ListVoicesRequest(model=model, language_code=language_code)
        return [voice for page in self._pages(self._stub.ListVoices, request) for voice in page.voices]

    def models(self) -> list[pb.Model]:
        """The models, and their aliases."""
        pages = self._pages(self._stub.ListModels, pb.ListModelsRequest())
        return [model for page in pages for model in page.data]

    def close(self) -> None:
        """Cancels whatever is under way."""
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _pages(self, method: Callable[..., Any], request: Any) -> Iterator[Any]:  # noqa: ANN401 - of any list
        def turn(seconds: float | None) -> Any:  # noqa: ANN401
            return method(request, timeout=seconds, metadata=self._metadata)

        while True:
            page = _attempt(turn)
            yield page
            request.page_token = page.next_page_token
            if not request.page_token:
                return


def _attempt(call: Callable[[float | None], Result], seconds: float | None = None) -> Result:
    attempts = Attempts(seconds)
    while True:
        try:
            return call(attempts.seconds_left())
        except grpc.RpcError as error:
            time.sleep(attempts.pause_after(error))
