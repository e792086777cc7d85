"""Whatever goes wrong arrives as one status, with one ErrorInfo, before any audio if it can."""

import asyncio
import logging
from contextlib import suppress

import grpc
import pytest
from rpc.refusals import refusal
from rpc.scripted import LAST, Scripted

from vivavoce.core import Chunk
from vivavoce.errors import Overloaded, Unavailable, UnspeakableInput
from vivavoce.pb import speech_pb2 as pb
from vivavoce.telemetry import Telemetry

HELLO = {"model": "viva", "input": "Hello.", "voice": "kathleen"}


def request(**fields):
    return pb.SynthesizeRequest(**{**HELLO, **fields})


@pytest.mark.parametrize(
    ("fields", "status", "code", "param"),
    [
        ({"model": "nope"}, "NOT_FOUND", "model_not_found", "model"),
        ({"voice": "nope"}, "INVALID_ARGUMENT", "invalid_value", "voice"),
        ({"response_format": "ogg"}, "INVALID_ARGUMENT", "invalid_value", "response_format"),
        ({"stream_format": "ws"}, "INVALID_ARGUMENT", "invalid_value", "stream_format"),
        ({"speed": 0.0}, "INVALID_ARGUMENT", "invalid_value", "speed"),
        ({"speed": 4.1}, "INVALID_ARGUMENT", "invalid_value", "speed"),
        ({"speed": float("nan")}, "INVALID_ARGUMENT", "invalid_value", "speed"),
        ({"speed": float("inf")}, "INVALID_ARGUMENT", "invalid_value", "speed"),
        ({"model": ""}, "INVALID_ARGUMENT", "missing_required_parameter", "model"),
        ({"input": " \n"}, "INVALID_ARGUMENT", "missing_required_parameter", "input"),
        ({"voice": ""}, "INVALID_ARGUMENT", "missing_required_parameter", "voice"),
        ({"input": "a" * 4097}, "INVALID_ARGUMENT", "string_above_max_length", "input"),
        ({"input": "a\0b"}, "INVALID_ARGUMENT", "invalid_value", "input"),
    ],
)
async def test_a_bad_field_is_named(serving, fields, status, code, param):
    synthesizer = Scripted(Chunk(b"audio"), LAST)
    async with serving(synthesizer) as running:
        refused = await refusal(running.stub.Synthesize(request(**fields)))
    assert (refused.status.name, refused.code, refused.param) == (status, code, param)
    assert refused.retry_seconds is None
    assert refused.domain == "vivavoce"
    assert refused.message
    assert synthesizer.spoken == []
    (record,) = running.records.finished
    assert (record.status, record.code) == (status, code)


@pytest.mark.parametrize(
    ("error", "status", "code", "retry_seconds"),
    [
        (UnspeakableInput("No words.", param="input"), "INVALID_ARGUMENT", "unspeakable_input", None),
        (Overloaded("Full.", retry_after_seconds=2.2), "UNAVAILABLE", "overloaded", 2.2),
        (Unavailable("The device is lost."), "UNAVAILABLE", "service_unavailable", 1.0),
        (RuntimeError("secret"), "INTERNAL", "internal_error", None),
    ],
)
async def test_a_failure_before_the_audio_is_a_status_alone(serving, error, status, code, retry_seconds):
    async with serving(Scripted(error)) as running:
        refused = await refusal(running.stub.Synthesize(request()))
    assert (refused.status.name, refused.code) == (status, code)
    assert refused.retry_seconds == retry_seconds
    assert "secret" not in refused.message


async def test_waiting_times_become_headers(serving):
    async with serving(Scripted(Overloaded("Full.", retry_after_seconds=2.2))) as running:
        refused = await refusal(running.stub.Synthesize(request()))
    assert refused.trailers["retry-after"] == "3"
    assert refused.trailers["retry-after-ms"] == "2200"


async def test_a_bug_is_told_to_the_log_under_the_request_id(serving, caplog):
    async with serving(Scripted(RuntimeError("secret"))) as running:
        call = running.stub.Synthesize(request(), metadata=(("x-request-id", "r-1"),))
        refused = await refusal(call)
    assert "\n" not in refused.message
    assert refused.trailers["x-request-id"] == "r-1"
    (line,) = [line for line in caplog.records if line.levelno == logging.ERROR]
    assert "secret" in str(line.exc_info[1])


async def test_the_text_is_in_no_line_of_the_log(serving, caplog):
    caplog.set_level(logging.DEBUG)
    telemetry = Telemetry()
    for script in ((Chunk(b"audio"), LAST), (RuntimeError(),), (Chunk(b"audio"), RuntimeError())):
        async with serving(Scripted(*script), observer=telemetry) as running:
            for fields in ({}, {"voice": "nope"}, {"response_format": "nope"}):
                call = running.stub.Synthesize(request(input="Tell nobody of the wedding.", **fields))
                with suppress(grpc.aio.AioRpcError):
                    async for _ in call:
                        pass
    assert len([line for line in caplog.records if line.name == "vivavoce.access"]) == 9
    assert "wedding" not in caplog.text + str([vars(line) for line in caplog.records])


async def test_no_audio_at_all_is_our_fault(serving, caplog):
    async with serving(Scripted()) as running:
        assert (await refusal(running.stub.Synthesize(request()))).code == "internal_error"
    async with serving(Scripted(LAST)) as running:
        assert (await refusal(running.stub.Synthesize(request()))).code == "internal_error"


async def test_a_failure_after_the_first_audio_ends_the_stream_with_its_status(serving, caplog):
    async with serving(Scripted(Chunk(b"one"), Chunk(b"two"), RuntimeError())) as running:
        call = running.stub.Synthesize(request())
        heard = [await call.read(), await call.read()]
        refused = await refusal(call)
    assert [message.audio.data for message in heard] == [b"one", b"two"]
    assert (refused.status, refused.code) == (grpc.StatusCode.INTERNAL, "internal_error")


@pytest.mark.parametrize("method", ["Synthesize", "ListVoices", "ListModels", "GetModel"])
@pytest.mark.parametrize(
    "message",
    [
        b"\xff\xff\xff",
        b"\x0a\x05ab",  # a string that is longer than the message
        b"\x0a\x02\xff\xfe\x12\x02\xff\xfe",  # strings that are not UTF-8
        b"\x0b" * 200,  # two hundred groups inside each other
    ],
    ids=["garbage", "cut", "not UTF-8", "nested"],
)
async def test_bytes_that_are_no_request(serving, method, message):
    async with serving(Scripted(Chunk(b"audio"), LAST)) as running:
        path = f"/speech.v1.SpeechService/{method}"
        if method == "Synthesize":
            call = running.channel.unary_stream(path)(message)
        else:
            call = running.channel.unary_unary(path)(message)
        refused = await refusal(call)
        assert (refused.status.name, refused.code) == ("INVALID_ARGUMENT", "invalid_value")
        assert (await running.stub.ListModels(pb.ListModelsRequest())).data


async def test_a_message_is_never_too_long_for_its_header(serving):
    async with serving(Scripted()) as running:
        refused = await refusal(running.stub.Synthesize(request(response_format="😀" * 5000)))
    assert (refused.code, refused.param) == ("invalid_value", "response_format")
    assert refused.message.endswith("…")


async def test_a_request_of_more_than_a_megabyte(serving):
    async with serving(Scripted()) as running:
        refused = await refusal(running.stub.Synthesize(request(input="a" * 1_000_000)))
        assert refused.code == "string_above_max_length"
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await running.stub.Synthesize(request(input="a" * 1_300_000)).read()
        assert raised.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


async def test_a_deadline_that_passes_before_the_audio(serving):
    synthesizer = Scripted(30.0)
    async with serving(synthesizer) as running:
        call = running.stub.Synthesize(request(), timeout=0.3)
        assert await call.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        await running.records.until_finished(1)
    assert synthesizer.closed == 1
    (record,) = running.records.finished
    assert (record.status, record.code) == ("DEADLINE_EXCEEDED", "timeout")


async def test_a_deadline_that_passes_after_the_first_audio(serving):
    synthesizer = Scripted(Chunk(b"audio"), 30.0)
    async with serving(synthesizer) as running:
        call = running.stub.Synthesize(request(), timeout=0.2)
        assert (await call.read()).audio.data == b"audio"
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await call.read()
        assert raised.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        await running.records.until_finished(1)
    assert synthesizer.closed == 1
    assert running.records.finished[0].status == "DEADLINE_EXCEEDED"


@pytest.mark.parametrize("script", [(30.0,), (Chunk(b"audio"), 30.0)], ids=["before", "after"])
async def test_a_caller_who_goes_frees_the_work(serving, script):
    synthesizer = Scripted(*script)
    async with serving(synthesizer) as running:
        call = running.stub.Synthesize(request())
        await synthesizer.called.wait()
        call.cancel()
        await running.records.until_finished(1)
    assert synthesizer.closed == 1
    (record,) = running.records.finished
    assert (record.status, record.code) == ("CANCELLED", "")


async def test_a_listener_who_reads_nothing_holds_the_work_back(serving):
    chunk = Chunk(bytes(60_000))
    synthesizer = Scripted(*[chunk] * 500, LAST)
    async with serving(synthesizer) as running:
        call = running.stub.Synthesize(request())
        await call.read()
        await asyncio.sleep(0.2)
        assert synthesizer.closed == 0
        call.cancel()
        await running.records.until_finished(1)
    assert synthesizer.closed == 1
