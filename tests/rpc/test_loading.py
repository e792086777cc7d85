"""The whole service with a model that it loads when it is asked for, and unloads again."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from threading import Event

import grpc
import kokoro
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from rpc.refusals import refusal

from vivavoce.cli.serving import service
from vivavoce.cli.wiring import Parts, speaking
from vivavoce.config import load
from vivavoce.pb import speech_pb2 as pb
from vivavoce.pb.speech_pb2_grpc import SpeechServiceStub
from vivavoce.telemetry import Telemetry

SERVING = health_pb2.HealthCheckResponse.SERVING
KOKORO = pb.SynthesizeRequest(model="kokoro", input="Hello.", voice="af_alloy", response_format="pcm")
VIVA = pb.SynthesizeRequest(model="viva", input="Hello.", voice="kathleen", response_format="pcm")


@dataclass
class Running:
    """A service that is ready."""

    parts: Parts
    telemetry: Telemetry
    channel: grpc.aio.Channel

    @property
    def stub(self) -> SpeechServiceStub:
        return SpeechServiceStub(self.channel)

    async def speak(self, request, **options):
        """How many bytes of audio there are."""
        return sum([len(message.audio.data) async for message in self.stub.Synthesize(request, **options)])

    async def is_ready(self):
        check = health_pb2_grpc.HealthStub(self.channel).Check
        return (await check(health_pb2.HealthCheckRequest())).status == SERVING

    def metric(self, name, **labels):
        return self.telemetry.registry.get_sample_value(name, labels)

    async def until_metric(self, expected, name, **labels):
        async with asyncio.timeout(5):
            while self.metric(name, **labels) != expected:  # noqa: ASYNC110 - metrics are looked at
                await asyncio.sleep(0.001)

    def hold(self):
        """The model's files are read when the test lets them be: (somebody asks for them, let them go)."""
        model, asked, going = self.parts.catalogue.model("kokoro"), Event(), Event()
        read = model._load

        def read_later():
            asked.set()
            assert going.wait(20)
            return read()

        model._load = read_later
        return asked, going


@pytest.fixture
def running(tmp_path):
    """`async with running(**settings)`: viva in memory, kokoro in its folder."""

    @asynccontextmanager
    async def run(load_models="first use", **settings):
        kokoro.install(tmp_path)
        ports = {"grpc_port": 0, "metrics_port": 0}
        config = load(
            {"device": "cpu", "models_dir": tmp_path, "load_models": load_models, **ports, **settings}
        )
        telemetry, at_start = Telemetry(), load_models == "start"
        async with (
            speaking(config, telemetry, at_start=at_start) as parts,
            service(config, parts, telemetry) as speech,
            grpc.aio.insecure_channel(f"127.0.0.1:{speech.grpc_port}") as channel,
        ):
            ready = asyncio.create_task(speech.keep_ready())
            one = Running(parts, telemetry, channel)
            async with asyncio.timeout(20):
                while not await one.is_ready():  # noqa: ASYNC110 - and so is health
                    await asyncio.sleep(0.01)
            try:
                yield one
            finally:
                ready.cancel()
                await asyncio.wait([ready])

    return run


async def test_the_service_is_ready_without_it_and_the_first_request_loads_it(running):
    async with running() as one:
        assert one.metric("vivavoce_model_loaded", model="viva") == 1
        assert one.metric("vivavoce_model_loaded", model="kokoro") == 0
        voices = await one.stub.ListVoices(pb.ListVoicesRequest(model="kokoro"))
        assert [voice.id for voice in voices.voices] == sorted(kokoro.VOICES)
        assert one.metric("vivavoce_model_loaded", model="kokoro") == 0
        assert await one.speak(KOKORO) > 10_000
        assert one.metric("vivavoce_model_loaded", model="kokoro") == 1
        assert one.metric("vivavoce_model_load_seconds_count", model="kokoro") == 1


async def test_loaded_at_start_it_is_there_when_the_service_is_ready(running):
    async with running("start") as one:
        assert one.metric("vivavoce_model_loaded", model="kokoro") == 1
        assert one.metric("vivavoce_batch_size_count", model="kokoro", stage="decode") > 0, "warm"
        assert await one.speak(KOKORO) > 10_000
        assert one.metric("vivavoce_model_load_seconds_count", model="kokoro") is None


async def test_others_speak_and_nobody_stalls_while_it_is_loaded(running):
    async with running() as one:
        asked, going = one.hold()
        first = asyncio.create_task(one.speak(KOKORO))
        second = asyncio.create_task(one.speak(KOKORO))
        await asyncio.to_thread(asked.wait)
        assert await one.speak(VIVA) > 10_000
        assert await one.is_ready()
        assert not first.done()
        going.set()
        assert await first == await second > 10_000
        assert one.metric("vivavoce_model_load_seconds_count", model="kokoro") == 1


async def test_who_waits_for_it_may_leave_or_run_out_of_time(running):
    async with running() as one:
        asked, going = one.hold()
        late = one.stub.Synthesize(KOKORO, timeout=0.2)
        assert await late.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        over = {"method": "Synthesize", "status": "DEADLINE_EXCEEDED", "code": "timeout"}
        await one.until_metric(1, "vivavoce_requests_total", **over)
        left = one.stub.Synthesize(KOKORO)
        assert await asyncio.to_thread(asked.wait, 20)
        await one.until_metric(1, "vivavoce_active_streams")
        left.cancel()
        await one.until_metric(0, "vivavoce_active_streams")
        going.set()
        assert await one.speak(KOKORO) > 10_000
        assert one.metric("vivavoce_model_load_seconds_count", model="kokoro") == 1


async def test_one_that_breaks_is_told_and_leaves_the_others_alone(running, tmp_path):
    async with running() as one:
        (tmp_path / "kokoro" / "model.onnx").unlink()
        for _ in range(2):
            refused = await refusal(one.stub.Synthesize(KOKORO))
            assert (refused.status.name, refused.code) == ("UNAVAILABLE", "service_unavailable")
            assert refused.message == "The model 'kokoro' cannot be loaded; the log tells why."
            assert 1 <= refused.retry_seconds <= 10
        assert one.metric("vivavoce_model_load_failures_total", model="kokoro") == 1
        assert one.metric("vivavoce_model_loaded", model="kokoro") == 0
        assert await one.speak(VIVA) > 10_000
        assert await one.is_ready()


@pytest.mark.parametrize("load_models", ["start", "first use"])
async def test_it_goes_when_nobody_uses_it_and_comes_again(running, load_models):
    async with running(load_models, unload_after_seconds=0.01) as one:
        for _ in range(2):
            await one.until_metric(0, "vivavoce_model_loaded", model="kokoro")
            assert await one.speak(KOKORO) > 10_000
        assert one.metric("vivavoce_model_load_seconds_count", model="kokoro") >= 2
        assert one.metric("vivavoce_model_loaded", model="viva") == 1
