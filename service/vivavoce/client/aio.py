"""The client for asyncio."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
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


class AsyncSpeech(Received):
    """As Speech, with `async for` and `async with`."""

    def __init__(self, call: Any, first: pb.SynthesizeResponse) -> None:  # noqa: ANN401 - as in Speech
        super().__init__(first)
        self._call = call

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self.first_audio
        try:
            async for response in self._call:
                if audio := self.take(response):
                    yield audio
        except grpc.RpcError as error:
            raise SpeechServiceError(error) from None

    def close(self) -> None:
        self._call.cancel()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        self.close()


class AsyncClient:
    """As Client, on the event loop on which it is made."""

    def __init__(
        self, target: str, *, key: str = "", credentials: grpc.ChannelCredentials | None = None
    ) -> None:
        self._channel = (
            grpc.aio.secure_channel(target, credentials) if credentials else grpc.aio.insecure_channel(target)
        )
        self._stub = SpeechServiceStub(self._channel)
        self._metadata = call_metadata(key)

    async def synthesize(self, text: str, **options: Unpack[Options]) -> AsyncSpeech:
        """The answer, as soon as its first audio is there."""
        request = synthesize_request(text, options)

        async def begin(seconds: float | None) -> AsyncSpeech:
            call = self._stub.Synthesize(request, timeout=seconds, metadata=self._metadata)
            return AsyncSpeech(call, await anext(aiter(call)))

        return await _attempt(begin, options.get("timeout"))

    async def speak_to_file(self, path: Path | str, text: str, **options: Unpack[Options]) -> pb.Usage:
        """Writes the audio to a file, in the format that its name ends in if `options` name none."""
        path = Path(path)
        async with await self.synthesize(text, **for_file(path, options)) as speech:
            with await asyncio.to_thread(path.open, "wb") as file:
                async for audio in speech:
                    await asyncio.to_thread(file.write, audio)
        return speech.usage or pb.Usage()

    async def voices(self, model: str = "", language_code: str = "") -> list[pb.Voice]:
        """The voices of `model` (default: of every one) that speak `language_code` (default: any)."""
        request = pb.ListVoicesRequest(model=model, language_code=language_code)
        return [voice async for page in self._pages(self._stub.ListVoices, request) for voice in page.voices]

    async def models(self) -> list[pb.Model]:
        """The models, and their aliases."""
        pages = self._pages(self._stub.ListModels, pb.ListModelsRequest())
        return [model async for page in pages for model in page.data]

    async def close(self) -> None:
        """Cancels whatever is under way."""
        await self._channel.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _pages(
        self,
        method: Callable[..., Any],
        request: Any,  # noqa: ANN401 - of any list
    ) -> AsyncIterator[Any]:
        async def turn(seconds: float | None) -> Any:  # noqa: ANN401
            return await method(request, timeout=seconds, metadata=self._metadata)

        while True:
            page = await _attempt(turn)
            yield page
            request.page_token = page.next_page_token
            if not request.page_token:
                return


async def _attempt(call: Callable[[float | None], Awaitable[Result]], seconds: float | None = None) -> Result:
    attempts = Attempts(seconds)
    while True:
        try:
            return await call(attempts.seconds_left())
        except grpc.RpcError as error:
            await asyncio.sleep(attempts.pause_after(error))
