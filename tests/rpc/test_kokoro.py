"""The whole service with a model of Kokoro's family from the model directory, called as its users call it."""

import math
from contextlib import asynccontextmanager

import grpc
import kokoro
import pytest

from vivavoce.cli.wiring import speaking
from vivavoce.config import load
from vivavoce.pb import speech_pb2 as pb

TEXT = "Today is a wonderful day. Let us build something that people love!"


@pytest.fixture
def kokoro_serving(serving, tmp_path):
    """`async with kokoro_serving(variant) as running`: viva and kokoro, side by side."""

    @asynccontextmanager
    async def run(variant="duration"):
        folder = kokoro.install(tmp_path, variant)
        kokoro.describe(folder, aliases=["kokoro-82m"])
        config = load({"device": "cpu", "models_dir": tmp_path})
        async with speaking(config) as parts, serving(parts.synthesizer) as running:
            yield running

    return run


async def call(running, **fields):
    request = {"model": "kokoro", "input": TEXT, "voice": "af_alloy", "response_format": "pcm", **fields}
    return [message async for message in running.stub.Synthesize(pb.SynthesizeRequest(**request))]


def seconds(messages):
    return len(b"".join(message.audio.data for message in messages)) / 2 / 24000


async def test_it_speaks_with_the_example_that_users_know(kokoro_serving):
    async with kokoro_serving() as running:
        instructions = "Speak in a cheerful and positive tone."
        messages = await call(running, instructions=instructions, response_format="")
    assert messages[0].audio.content_type == "audio/mpeg"
    assert (messages[0].info.model, messages[0].info.voice) == ("kokoro", "af_alloy")
    assert messages[-1].usage.audio_seconds > 2


async def test_words_are_timed_by_the_durations(kokoro_serving):
    async with kokoro_serving() as running:
        messages = await call(running, word_timings=True)
    words = [word for message in messages for word in message.words]
    assert [word.word for word in words][:4] == ["Today", "is", "a", "wonderful"]
    assert all(TEXT[word.source_start : word.source_end].startswith(word.word) for word in words)
    times = [time for word in words for time in (word.start_seconds, word.end_seconds)]
    assert times == sorted(times)
    assert seconds(messages) - 1 < times[-1] <= seconds(messages)
    assert messages[-1].usage.audio_seconds == pytest.approx(seconds(messages), abs=0.001)


async def test_without_durations_there_are_no_words(kokoro_serving):
    async with kokoro_serving("tokens") as running:
        messages = await call(running, word_timings=True)
    assert not any(message.words for message in messages)


@pytest.mark.parametrize("variant", ["duration", "whole_speed"])
async def test_speed_is_kept_by_the_model_or_by_stretching(kokoro_serving, variant):
    async with kokoro_serving(variant) as running:
        slow, fast = [seconds(await call(running, speed=speed)) for speed in (1.0, 1.5)]
    assert math.isclose(slow / fast, 1.5, rel_tol=0.15)


async def test_blends_aliases_and_a_long_text(kokoro_serving):
    async with kokoro_serving() as running:
        messages = await call(running, model="kokoro-82m", voice="af_heart(2)+af_alloy(1)", input=TEXT * 20)
    assert messages[0].info.voice == "af_heart(2)+af_alloy(1)"
    assert messages[-1].usage.input_tokens > 1000, "more than the model takes at a time"


@pytest.mark.parametrize(
    ("voice", "says"),
    [
        ("af_sky", "has no voice 'af_sky'"),
        ("af_alloy+af_sky", "has no voice 'af_sky'"),
        ("af_alloy(0)+af_heart", "the weight of af_alloy"),
    ],
)
async def test_voices_that_cannot_speak_are_refused(kokoro_serving, voice, says):
    async with kokoro_serving() as running:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await call(running, voice=voice)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert says in caught.value.details()


async def test_models_and_voices_are_listed_beside_the_embedded_ones(kokoro_serving):
    async with kokoro_serving() as running:
        models = await running.stub.ListModels(pb.ListModelsRequest())
        voices = await running.stub.ListVoices(pb.ListVoicesRequest(model="kokoro"))
    assert {"viva", "kokoro", "kokoro-82m"} <= {model.id for model in models.data}
    assert [voice.id for voice in voices.voices] == sorted(kokoro.VOICES)
    assert [list(voice.language_codes) for voice in voices.voices] == [
        ["en-US"],
        ["en-US"],
        ["en-GB"],
        ["es"],
    ]


async def test_warming_up_speaks_with_every_model(tmp_path):
    kokoro.install(tmp_path, voices=["ef_dora"])
    async with speaking(load({"device": "cpu", "models_dir": tmp_path})) as parts:
        await parts.synthesizer.warm_up()
        assert parts.engine.stats().failed_rows == 0
