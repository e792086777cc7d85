"""Who may call, and how much at a time."""

import asyncio

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from rpc.refusals import refusal
from rpc.scripted import LAST, Scripted

from vivavoce.core import Chunk
from vivavoce.pb import speech_pb2 as pb
from vivavoce.rpc import auth
from vivavoce.rpc.auth import hash_key

REQUEST = pb.SynthesizeRequest(model="viva", input="a" * 60, voice="kathleen")


def bearer(key):
    return (("authorization", f"Bearer {key}"),)


@pytest.fixture
def keys_file(tmp_path):
    """`keys_file(name="key", …)` writes the file; limits go as (key, {limit: number})."""
    file = tmp_path / "keys.toml"

    def write(**keys):
        text = ""
        for name, entry in keys.items():
            key, limits = entry if isinstance(entry, tuple) else (entry, {})
            lines = [f"{limit} = {number}" for limit, number in limits.items()]
            text += "\n".join([f"[keys.{name}]", f'sha256 = "{hash_key(key)}"', *lines, ""])
        file.write_text(text)
        return file

    return write


async def heard(running, key):
    call = running.stub.Synthesize(REQUEST, metadata=bearer(key))
    return b"".join([message.audio.data async for message in call])


async def refused_for(running, key):
    return await refusal(running.stub.Synthesize(REQUEST, metadata=bearer(key)))


async def test_the_right_key_is_heard_and_named_in_the_record(serving, keys_file):
    async with serving(Scripted(Chunk(b"audio"), LAST), keys_file=keys_file(app="k-1", web="k-2")) as running:
        assert await heard(running, "k-2") == b"audio"
        call = running.stub.Synthesize(REQUEST, metadata=(("authorization", "bearer  k-1"),))
        assert (await call.read()).audio.data == b"audio"
        await running.records.until_finished(2)
    assert [record.key for record in running.records.finished] == ["web", "app"]


@pytest.mark.parametrize("authorization", [None, "", "Bearer", "Bearer ", "Bearer wrong", "Basic k-1", "k-1"])
@pytest.mark.parametrize("method", ["Synthesize", "ListVoices", "ListModels", "GetModel"])
async def test_without_it_nothing_is_said(serving, keys_file, method, authorization):
    metadata = () if authorization is None else (("authorization", authorization),)
    synthesizer = Scripted(Chunk(b"audio"), LAST)
    async with serving(synthesizer, keys_file=keys_file(app="k-1")) as running:
        request = {
            "Synthesize": pb.SynthesizeRequest,
            "ListVoices": pb.ListVoicesRequest,
            "ListModels": pb.ListModelsRequest,
            "GetModel": pb.GetModelRequest,
        }[method]()
        refused = await refusal(getattr(running.stub, method)(request, metadata=metadata))
    assert (refused.status.name, refused.code) == ("UNAUTHENTICATED", "invalid_api_key")
    assert refused.trailers["www-authenticate"] == "Bearer"
    assert synthesizer.spoken == []


async def test_health_needs_no_key_and_reflection_does(serving, keys_file):
    async with serving(Scripted(), keys_file=keys_file(app="k-1")) as running:
        health = health_pb2_grpc.HealthStub(running.channel)
        assert (await health.Check(health_pb2.HealthCheckRequest())).status == 1
        look = reflection_pb2_grpc.ServerReflectionStub(running.channel).ServerReflectionInfo
        question = reflection_pb2.ServerReflectionRequest(list_services="")
        assert (await refusal(look(iter([question])))).code == "invalid_api_key"
        assert (await look(iter([question]), metadata=bearer("k-1")).read()).list_services_response.service


async def test_the_file_is_read_again(serving, keys_file, monkeypatch):
    monkeypatch.setattr(auth, "SECONDS_BETWEEN_LOOKS", 0.0)
    async with serving(Scripted(Chunk(b"audio"), LAST), keys_file=keys_file(app="k-1")) as running:
        await heard(running, "k-1")
        keys_file(other="k-22")
        assert await heard(running, "k-22") == b"audio"
        assert (await refused_for(running, "k-1")).code == "invalid_api_key"


async def test_a_broken_file_leaves_the_old_keys_in_force(serving, keys_file, monkeypatch, caplog):
    monkeypatch.setattr(auth, "SECONDS_BETWEEN_LOOKS", 0.0)
    file = keys_file(app="k-1")
    async with serving(Scripted(Chunk(b"audio"), LAST), keys_file=file) as running:
        await heard(running, "k-1")
        for change in (lambda: file.write_text("keys = ["), file.unlink):
            caplog.clear()
            change()
            assert await heard(running, "k-1") == b"audio"
            assert await heard(running, "k-1") == b"audio"
            (line,) = [line for line in caplog.records if line.name == auth.__name__]
            assert "the old keys stay in force" in line.getMessage()


async def test_a_key_has_so_many_streams_at_once(serving, keys_file):
    going_on = asyncio.Event()
    keys = keys_file(app=("k-1", {"max_streams": 2}), web="k-2")
    async with serving(Scripted(Chunk(b"audio"), going_on, LAST), keys_file=keys) as running:
        calls = [running.stub.Synthesize(REQUEST, metadata=bearer("k-1")) for _ in range(2)]
        for call in calls:
            await call.read()
        refused = await refused_for(running, "k-1")
        assert (refused.status, refused.code) == (
            grpc.StatusCode.RESOURCE_EXHAUSTED, "rate_limit_exceeded",
        )  # fmt: skip
        assert refused.retry_seconds > 0
        assert refused.trailers["retry-after"] == "1"
        assert (await running.stub.Synthesize(REQUEST, metadata=bearer("k-2")).read()).audio.data
        calls[0].cancel()
        await running.records.until_finished(2)
        going_on.set()
        assert await heard(running, "k-1") == b"audio"


async def test_a_key_has_so_many_characters_per_minute(serving, keys_file):
    keys = keys_file(app=("k-1", {"characters_per_minute": 100}))
    async with serving(Scripted(Chunk(b"audio"), LAST), keys_file=keys) as running:
        assert await heard(running, "k-1")
        refused = await refused_for(running, "k-1")
        assert refused.code == "rate_limit_exceeded"
        assert refused.retry_seconds == pytest.approx(12, abs=0.5)  # 20 too many, at 100 in 60 seconds
        assert refused.trailers["retry-after"] == "12"
