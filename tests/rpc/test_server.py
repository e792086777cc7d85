"""The server as its surroundings see it: probes, reflection, addresses, the end."""

import asyncio
import socket
import stat
import time

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from rpc.refusals import refusal
from rpc.scripted import LAST, Scripted

from vivavoce.config import Config, ConfigurationError
from vivavoce.core import Chunk
from vivavoce.pb import speech_pb2 as pb
from vivavoce.pb.speech_pb2_grpc import SpeechServiceStub
from vivavoce.rpc.server import Server

REQUEST = pb.SynthesizeRequest(model="viva", input="Hello.", voice="kathleen")
SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def health(running, service=""):
    return health_pb2_grpc.HealthStub(running.channel).Check(health_pb2.HealthCheckRequest(service=service))


@pytest.mark.parametrize("service", ["", "speech.v1.SpeechService"])
async def test_health_tells_whether_speech_can_be_had(serving, service):
    async with serving(Scripted(), ready=False) as running:
        assert (await health(running, service)).status == NOT_SERVING
        await running.server.set_ready(True)
        assert (await health(running, service)).status == SERVING
        await running.server.set_ready(False)
        assert (await health(running, service)).status == NOT_SERVING
    assert running.records.started == []


async def test_calls_that_come_too_early_are_told_to_come_again(serving):
    async with serving(Scripted(Chunk(b"audio"), LAST), ready=False) as running:
        refused = await refusal(running.stub.Synthesize(REQUEST))
        assert (refused.status.name, refused.code) == ("UNAVAILABLE", "service_unavailable")
        assert refused.retry_seconds == 1.0
        await running.server.set_ready(True)
        assert (await running.stub.Synthesize(REQUEST).read()).audio.data == b"audio"
        await running.server.set_ready(False)  # the balancers will hear of it; until then, callers are served
        assert (await running.stub.Synthesize(REQUEST).read()).audio.data == b"audio"


async def test_reflection_describes_the_contract(serving):
    async with serving(Scripted()) as running:
        look = reflection_pb2_grpc.ServerReflectionStub(running.channel).ServerReflectionInfo
        answer = await look(iter([reflection_pb2.ServerReflectionRequest(list_services="")])).read()
        names = {service.name for service in answer.list_services_response.service}
        assert {"speech.v1.SpeechService", "grpc.health.v1.Health"} <= names
        question = reflection_pb2.ServerReflectionRequest(file_containing_symbol="speech.v1.SpeechService")
        answer = await look(iter([question])).read()
        assert pb.DESCRIPTOR.serialized_pb in answer.file_descriptor_response.file_descriptor_proto


async def test_a_method_that_is_not_there(serving):
    async with serving(Scripted()) as running:
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await running.channel.unary_unary("/speech.v1.SpeechService/Sing")(b"")
    assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


async def test_the_end_waits_for_streams_and_takes_no_new_calls(serving):
    going_on = asyncio.Event()
    async with serving(Scripted(Chunk(b"one"), going_on, Chunk(b"two"), LAST)) as running:
        call = running.stub.Synthesize(REQUEST)
        assert (await call.read()).audio.data == b"one"
        watch = health_pb2_grpc.HealthStub(running.channel).Watch(health_pb2.HealthCheckRequest())
        assert (await watch.read()).status == SERVING
        ending = asyncio.create_task(running.server.stop(5))
        assert (await watch.read()).status == NOT_SERVING
        watch.cancel()
        async with grpc.aio.insecure_channel(running.target) as late:
            with pytest.raises(grpc.aio.AioRpcError) as raised:
                await SpeechServiceStub(late).ListModels(pb.ListModelsRequest())
            assert raised.value.code() is grpc.StatusCode.UNAVAILABLE
        assert not ending.done()
        going_on.set()
        assert [(await call.read()).audio.data for _ in range(2)] == [b"two", b""]
        assert await call.read() is grpc.aio.EOF
        assert await call.code() is grpc.StatusCode.OK
        async with asyncio.timeout(1):
            await ending


async def test_the_end_comes_when_the_grace_is_over(serving):
    synthesizer = Scripted(Chunk(b"one"), 30.0)
    async with serving(synthesizer, grace_seconds=0.2) as running:
        call = running.stub.Synthesize(REQUEST)
        await call.read()
        began = time.monotonic()
        await running.server.stop()
        assert 0.15 < time.monotonic() - began < 1
        assert await call.code() is grpc.StatusCode.UNAVAILABLE
    assert synthesizer.closed == 1
    assert running.records.finished[0].status == "CANCELLED"


async def test_a_port_in_use_is_one_line(serving):
    async with serving(Scripted()) as running:
        second = Server(Config(grpc_port=running.port), Scripted(), running.records)
        with pytest.raises(ConfigurationError) as raised:
            await second.start()
    assert str(running.port) in str(raised.value)
    assert "\n" not in str(raised.value)


async def test_a_socket_for_a_neighbour_of_our_group(serving, tmp_path):
    path = tmp_path / "speech.sock"
    with socket.socket(socket.AF_UNIX) as stale:
        stale.bind(str(path))  # left behind by a service that was killed
    async with serving(Scripted(Chunk(b"audio"), LAST), unix_socket=path) as running:
        assert stat.S_IMODE(path.stat().st_mode) == 0o660
        async with grpc.aio.insecure_channel(f"unix:{path}") as channel:
            assert (await SpeechServiceStub(channel).Synthesize(REQUEST).read()).audio.data == b"audio"
        assert (await running.stub.Synthesize(REQUEST).read()).audio.data == b"audio"
        second = Server(Config(grpc_port=0, unix_socket=path), Scripted(), running.records)
        with pytest.raises(ConfigurationError, match="another service"):
            await second.start()
    assert not path.exists()


async def test_a_socket_that_cannot_be_made_is_one_line(tmp_path):
    for path in (tmp_path / "missing" / "x.sock", tmp_path / ("x" * 200)):
        server = Server(Config(grpc_port=0, unix_socket=path), Scripted(), None)
        with pytest.raises(ConfigurationError, match="cannot listen on") as raised:
            await server.start()
        assert "\n" not in str(raised.value)


async def test_keys_that_cannot_be_read_stop_the_start(tmp_path):
    with pytest.raises(ConfigurationError, match=r"keys\.toml"):
        Server(Config(keys_file=tmp_path / "keys.toml"), Scripted(), None)


async def test_pings_are_welcome(serving):
    options = [("grpc.keepalive_time_ms", 100), ("grpc.http2.max_pings_without_data", 0)]
    async with (
        serving(Scripted(Chunk(b"one"), 0.6, Chunk(b"two"), LAST)) as running,
        grpc.aio.insecure_channel(running.target, options=options) as channel,
    ):
        call = SpeechServiceStub(channel).Synthesize(REQUEST)
        assert [message.audio.data async for message in call] == [b"one", b"two", b""]
