"""The whole service with a voice of Piper's family from the model directory, called as its users call it."""

from contextlib import asynccontextmanager

import piper
import pytest

from vivavoce.cli.wiring import speaking
from vivavoce.config import load
from vivavoce.pb import speech_pb2 as pb

TEXT = "Today is a wonderful day. Let us build something that people love!"


@pytest.fixture
def piper_serving(serving, tmp_path):
    """`async with piper_serving(variant) as running`: viva and piper, side by side."""

    @asynccontextmanager
    async def run(variant="multi", **installed):
        piper.install(tmp_path, variant, **installed)
        config = load({"device": "cpu", "models_dir": tmp_path})
        async with speaking(config) as parts, serving(parts.synthesizer) as running:
            yield running

    return run


async def call(running, **fields):
    request = {"model": "piper", "input": TEXT, "voice": "p236", "response_format": "pcm", **fields}
    return [message async for message in running.stub.Synthesize(pb.SynthesizeRequest(**request))]


def seconds(messages, rate_hertz):
    return len(b"".join(message.audio.data for message in messages)) / 2 / rate_hertz


@pytest.mark.parametrize(("variant", "voice"), [("single", "hum"), ("multi", "p264")])
async def test_it_speaks_at_every_sample_rate(piper_serving, variant, voice):
    async with piper_serving(variant) as running:
        native = await call(running, voice=voice, sample_rate_hertz=22050)
        resampled = await call(running, voice=voice)
    assert seconds(native, 22050) > 2
    assert seconds(resampled, 24000) == pytest.approx(seconds(native, 22050), abs=0.01)


async def test_speed_is_the_length_scale(piper_serving):
    async with piper_serving() as running:
        slow, fast = [seconds(await call(running, speed=speed), 24000) for speed in (0.5, 2.0)]
    assert slow / fast == pytest.approx(4, rel=0.25)
