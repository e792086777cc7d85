"""A speech service that does as its input says: streams, stalls, breaks off, fails, dies.

`input` is a JSON list of steps, each a list of a name and arguments (see `Scripted`); any other input, and
any other RPC, is answered with what arrived. It runs as a process of its own, `python scripted.py ADDRESS`,
so that it can be killed, and prints one JSON line per event. SIGUSR1 makes its health NOT_SERVING, SIGUSR2
SERVING.
"""
# ruff: noqa: N802 - the names of the methods are gRPC's

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator

import grpc
from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import MessageToDict
from google.rpc.error_details_pb2 import ErrorInfo, RetryInfo
from google.rpc.status_pb2 import Status
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from vivavoce.pb import speech_pb2, speech_pb2_grpc

SERVICE = "speech.v1.SpeechService"
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING
GRACE_SECONDS = 1.0


def tell(event: str, **facts: object) -> None:
    print(json.dumps({"event": event, **facts}), flush=True)


def script(text: str) -> list[list] | None:
    try:
        steps = json.loads(text)
    except ValueError:
        return None
    return steps if isinstance(steps, list) else None


async def fail(context, code, message="", reason=None, param=None, retry_seconds=None) -> None:
    """Ends the call as the contract says: one ErrorInfo, RetryInfo and `retry-after` where waiting helps."""
    status = Status(code=grpc.StatusCode[code].value[0], message=message)
    trailers = []
    if retry_seconds is not None:
        status.details.append(packed(RetryInfo(retry_delay=Duration(seconds=retry_seconds))))
        trailers.append(("retry-after", str(retry_seconds)))
    if reason == "a detail nobody knows":
        status.details.append(Any(type_url="type.googleapis.com/speech.v1.Unknown", value=b"x"))
    elif reason is not None:
        metadata = {"other": "}", **({} if param is None else {"param": param})}
        status.details.append(packed(ErrorInfo(reason=reason, domain="vivavoce", metadata=metadata)))
    trailers.append(("grpc-status-details-bin", status.SerializeToString()))
    await context.abort(grpc.StatusCode[code], message, tuple(trailers))


def packed(message) -> Any:
    box = Any()
    box.Pack(message)
    return box


class Scripted(speech_pb2_grpc.SpeechServiceServicer):
    """The steps: ["send", bytes, content type?, times?, seconds between?], ["text", string, content type],
    ["info"] (a message without audio), ["sleep", seconds], ["headers", {…}] (initial metadata),
    ["fail", …] (see `fail`), ["crash"] (an exception), ["exit"] (of the process)."""

    def __init__(self, *, full: bool) -> None:
        self.full = full

    async def Synthesize(self, request, context) -> AsyncIterator[speech_pb2.SynthesizeResponse]:
        metadata = {key: str(value) for key, value in context.invocation_metadata()}
        tell("started", model=request.model, metadata=metadata, remaining=context.time_remaining())
        if self.full:
            await fail(context, "UNAVAILABLE", "This replica is full.", "overloaded", retry_seconds=3)
        steps = script(request.input)
        if steps is None:
            echo = MessageToDict(request, preserving_proto_field_name=True)
            steps = [["text", json.dumps(echo), "audio/mpeg"]]
        sent = 0
        try:
            for name, *arguments in steps:
                async for message in getattr(self, name)(context, *arguments):
                    yield message
                    sent += len(message.audio.data)
        except (asyncio.CancelledError, GeneratorExit):  # the latter when gRPC gives up in a blocked write
            tell("cancelled", model=request.model, sent=sent)
            raise
        tell("finished", model=request.model, sent=sent)

    async def send(self, context, size, content_type="audio/mpeg", times=1, every_seconds=0.0):
        for index in range(times):
            yield audio(bytes(size), content_type if index == 0 else "")
            await asyncio.sleep(every_seconds)

    async def text(self, context, text, content_type=""):
        yield audio(text.encode(), content_type)

    async def info(self, context):
        yield speech_pb2.SynthesizeResponse(info=speech_pb2.AudioInfo(model="scripted"))

    async def sleep(self, context, seconds):
        await asyncio.sleep(seconds)
        return
        yield

    async def headers(self, context, metadata):
        await context.send_initial_metadata(tuple(metadata.items()))
        return
        yield

    async def fail(self, context, *arguments):
        await fail(context, *arguments)
        yield

    async def crash(self, context):
        raise ValueError
        yield

    async def exit(self, context):
        os._exit(9)
        yield

    async def ListVoices(self, request, context):
        return speech_pb2.ListVoicesResponse(voices=[speech_pb2.Voice(id="one", name=request.language_code)])

    async def ListModels(self, request, context):
        model = speech_pb2.Model(id="acme/one", object="model", created=1_790_000_000, owned_by="acme")
        return speech_pb2.ListModelsResponse(object="list", data=[model], models=[model])

    async def GetModel(self, request, context):
        if request.model == "missing":
            await fail(context, "NOT_FOUND", "There is no 'missing'.", "model_not_found", "model")
        return speech_pb2.GetModelResponse(id=request.model, object="model", created=1_790_000_000)


def audio(data: bytes, content_type: str) -> speech_pb2.SynthesizeResponse:
    response = speech_pb2.SynthesizeResponse()
    response.audio.data = data
    response.audio.content_type = content_type
    return response


async def serve(address: str, *, full: bool) -> None:
    server = grpc.aio.server()
    speech_pb2_grpc.add_SpeechServiceServicer_to_server(Scripted(full=full), server)
    status = health.aio.HealthServicer()
    health_pb2_grpc.add_HealthServicer_to_server(status, server)
    reflection.enable_server_reflection((SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
    port = server.add_insecure_port(address)
    await server.start()
    await status.set(SERVICE, SERVING)
    stopping, background, loop = asyncio.Event(), set(), asyncio.get_running_loop()

    def become(serving: int) -> None:
        background.add(loop.create_task(status.set(SERVICE, serving)))

    loop.add_signal_handler(signal.SIGUSR1, become, NOT_SERVING)
    loop.add_signal_handler(signal.SIGUSR2, become, SERVING)
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    tell("listening", port=port)
    await stopping.wait()
    await server.stop(GRACE_SECONDS)


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], full="full" in sys.argv[2:]))
