"""Speech through the whole pipeline, as a gRPC client hears it."""

import asyncio
import io
import itertools
import json
import re
import subprocess
import sys
from base64 import b64decode
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import listening
import pytest
import soundfile
from rpc import tone
from rpc.refusals import refusal, told

from vivavoce.audio import ENCODERS
from vivavoce.pb import speech_pb2 as pb

EXAMPLES = Path(__file__).parents[2] / "examples" / "python"
TEXT = "You owe me $5, Dr. Jones. Pay by Friday; or else I shall have to sing!"


@pytest.fixture(scope="module")
def model():
    return tone.tone()


@pytest.fixture
def speaking(serving, model):
    """`async with speaking(model, **limits) as (running, engine)`: a server with everything behind it."""

    @asynccontextmanager
    async def start(its_model=model, **limits):
        engine = tone.engine(**limits)
        await engine.start()
        synthesizer = tone.synthesizer(its_model, engine)
        try:
            async with serving(synthesizer) as running:
                yield running, engine
        finally:
            await engine.close()
            synthesizer.close()

    return start


def request(**fields):
    return pb.SynthesizeRequest(**{"model": "tone", "input": TEXT, "voice": "low", **fields})


async def messages(running, **fields):
    return [message async for message in running.stub.Synthesize(request(**fields))]


def body(answer):
    return b"".join(message.audio.data for message in answer)


def decoded(audio, audio_format):
    if audio_format == "wav":  # ffmpeg, strict as it is here, takes the unknown length for a fault
        return soundfile.read(io.BytesIO(audio), dtype="float32")[0]
    return listening.decode(audio, audio_format=audio_format)


def heard(file):
    return listening.listen(listening.decode(file.read_bytes())).seconds > 0.5


async def rest(call):
    """Reads `call` to its end."""
    while await call.read() is not grpc.aio.EOF:
        pass


async def busy(engine):
    """Returns when something runs on the device."""
    while not engine.stats().running_rows:  # noqa: ASYNC110 - the thread of the device tells nobody
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("audio_format", ENCODERS)
async def test_every_format_is_sound_of_the_length_that_is_told(speaking, audio_format):
    async with speaking() as (running, _):
        answer = await messages(running, response_format=audio_format)
    assert len(answer) > 3
    assert all(message.audio.data for message in answer[:-1])
    usage = answer[-1].usage
    heard = listening.listen(decoded(body(answer), audio_format))
    assert heard.seconds == pytest.approx(usage.audio_seconds, abs=0.08)
    assert heard.level_dbfs > -30
    assert usage.input_characters == len(TEXT)
    assert usage.total_tokens == usage.input_tokens + usage.output_tokens > len(TEXT)


@pytest.mark.parametrize("audio_format", ENCODERS)
async def test_events_hold_the_very_bytes_of_the_plain_answer(speaking, audio_format):
    async with speaking() as (running, _):
        plain = body(await messages(running, response_format=audio_format))
        answer = await messages(running, response_format=audio_format, stream_format="sse")
    assert answer[0].audio.content_type == "text/event-stream"
    events = [json.loads(event.removeprefix(b"data: ")) for event in body(answer).split(b"\n\n")[:-1]]
    *deltas, done = events
    assert b"".join(b64decode(event["audio"]) for event in deltas) == plain
    assert done["usage"]["output_tokens"] == answer[-1].usage.output_tokens


async def test_headerless_samples_are_whole_and_those_of_the_wav(speaking):
    async with speaking() as (running, _):
        pcm = body(await messages(running, response_format="pcm"))
        wav = body(await messages(running, response_format="wav"))
    assert len(pcm) % 2 == 0
    assert wav[44:] == pcm
    assert (wav[4:8], wav[40:44]) == (b"\xff\xff\xff\xff", b"\xff\xff\xff\xff")


async def test_words_are_timed_in_order_and_point_into_the_text(speaking):
    async with speaking() as (running, _):
        answer = await messages(running, response_format="pcm", word_timings=True)
        silent = await messages(running, response_format="pcm")
    assert not any(message.words for message in silent)
    words = [word for message in answer for word in message.words]
    sources = [TEXT[word.source_start : word.source_end] for word in words]
    assert [word.word.lower() for word in words[:5]] == ["you", "owe", "me", "five", "dollars"]
    assert sources[:5] == ["You", "owe", "me", "$5", "$5"]
    assert len(words) > len(TEXT.split())
    for before, after in itertools.pairwise(words):
        assert before.start_seconds < before.end_seconds <= after.start_seconds + 1e-9
        assert before.source_start <= after.source_start
    assert words[-1].end_seconds <= answer[-1].usage.audio_seconds + 1e-9
    made_seconds = 0.0
    for message in answer:
        made_seconds += len(message.audio.data) / 48000
        if message.words:
            assert message.words[-1].end_seconds <= made_seconds + 0.05


async def test_the_same_text_is_the_same_sound(speaking):
    async with speaking() as (running, _):
        first, second = [body(await messages(running, response_format="pcm")) for _ in range(2)]
        other = body(await messages(running, response_format="pcm", voice="high"))
    assert first == second != other


async def test_text_without_a_word_is_refused(speaking):
    async with speaking() as (running, engine):
        refused = await refusal(running.stub.Synthesize(request(input="🙂 …")))
        assert engine.stats().active_streams == 0
    assert (refused.status.name, refused.code, refused.param) == (
        "INVALID_ARGUMENT", "unspeakable_input", "input",
    )  # fmt: skip


async def test_a_full_engine_sends_callers_elsewhere(speaking):
    async with speaking(max_streams=1) as (running, engine):
        call = running.stub.Synthesize(request(input=tone.ENDLESS))
        await busy(engine)
        refused = await refusal(running.stub.Synthesize(request()))
        assert (refused.status.name, refused.code) == ("UNAVAILABLE", "overloaded")
        assert refused.retry_seconds > 0
        call.cancel()


async def test_a_caller_who_goes_stops_the_run(speaking):
    async with speaking() as (running, engine):
        call = running.stub.Synthesize(request(input=tone.ENDLESS))
        await busy(engine)
        call.cancel()
        await running.records.until_finished(1)
        assert engine.stats().active_streams == 0
        assert await messages(running)  # which would wait for ever behind the run that went on
        assert engine.stats().stopped_runs == 1


async def test_a_deadline_stops_the_run(speaking):
    async with speaking() as (running, engine):
        call = running.stub.Synthesize(request(input=tone.ENDLESS), timeout=0.5)
        assert (await call.code()).name == "DEADLINE_EXCEEDED"
        assert await messages(running)
        assert running.records.finished[0].code == "timeout"
        assert engine.stats().stopped_runs == 1


async def test_a_device_that_is_lost_under_way_breaks_the_stream(speaking, model, caplog):
    async with speaking(tone.Failing(model, 3)) as (running, _):
        call = running.stub.Synthesize(request(response_format="pcm"))
        assert (await call.read()).audio.data
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await rest(call)
        refused = told(raised.value)
        assert (refused.status.name, refused.code) == ("INTERNAL", "internal_error")
        (record,) = running.records.finished
        assert record.times.first_audio > 0


async def test_a_device_that_is_lost_at_once_is_a_status_alone(speaking, model, caplog):
    async with speaking(tone.Failing(model, 0)) as (running, _):
        refused = await refusal(running.stub.Synthesize(request()))
    assert (refused.status.name, refused.code) == ("INTERNAL", "internal_error")


async def test_many_callers_hear_what_each_would_hear_alone(speaking):
    texts = [f"This is caller number {number}, and they have something to say." for number in range(12)]
    async with speaking() as (running, _):
        alone = [body(await messages(running, input=text, response_format="pcm")) for text in texts]
        together = await asyncio.gather(
            *(messages(running, input=text, response_format="pcm") for text in texts)
        )
    assert [body(answer) for answer in together] == alone


@pytest.mark.parametrize("example", ["speak.py", "speak_async.py"])
async def test_the_examples_of_the_client_work_as_they_stand(speaking, tmp_path, example):
    async with speaking() as (running, _):
        command = [sys.executable, EXAMPLES / example, running.target]
        program = await asyncio.create_subprocess_exec(*command, cwd=tmp_path, stdout=subprocess.PIPE)
        printed = (await program.communicate())[0].decode()
    assert program.returncode == 0
    assert all(heard(file) for file in tmp_path.iterdir())
    if example == "speak.py":
        assert "invalid_value, voice:" in printed
        assert re.findall(r"\d s +(\w+)", printed) == ["Every", "word", "has", "its", "time"]
    else:
        assert {file.name for file in tmp_path.iterdir()} == {"one.opus", "two.opus", "three.opus"}


async def test_the_record_has_the_times_of_every_stage(speaking):
    async with speaking() as (running, _):
        answer = await messages(running, user_id="u-1")
        await running.records.until_finished(1)
    (record,) = running.records.finished
    assert record.audio_seconds == answer[-1].usage.audio_seconds
    for stage in ("text", "encode", "decode", "audio", "first_audio", "total"):
        assert getattr(record.times, stage) > 0, stage
