"""The door: who is refused, and the forecast behind it."""

import asyncio
from itertools import pairwise
from time import perf_counter

import pytest
from scheduling import cancelled, encode, item, running, speak, tone

from vivavoce.engine import Limits, Stream
from vivavoce.engine.admission import Demand, forecast
from vivavoce.engine.compute import ComputeThread
from vivavoce.engine.rate import Rate
from vivavoce.errors import Overloaded
from vivavoce.models.base import Model


@pytest.fixture(scope="module")
def model() -> Model:
    return tone()


async def test_no_more_streams_than_allowed(model: Model) -> None:
    async with running(Limits(max_streams=1)) as engine:
        async with engine.open(model, estimated_audio_seconds=1):
            with pytest.raises(Overloaded) as refusal:
                await encode(engine, model, "hˈA.")
            assert refusal.value.retry_after_seconds >= 1
        assert await encode(engine, model, "hˈA.")


async def test_a_stream_that_would_come_too_late_is_refused(model: Model) -> None:
    async with running(Limits(first_audio_seconds=0.0)) as engine:
        await engine.warm_up(model)
        async with engine.open(model, estimated_audio_seconds=60):  # an idle engine refuses nobody
            with pytest.raises(Overloaded, match="too late") as refusal:
                await speak(engine, model, item())
            assert refusal.value.retry_after_seconds >= 1
        assert len(await speak(engine, model, item()))


@pytest.mark.parametrize(
    ("others", "first_audio", "gap"),
    [
        ([], 0.5, 0.0),  # what is owed at once, at the speed that is promised
        ([Demand(0.1, 4.0, 4.0, 6.0)] * 4, 2.5, 0.0),  # four that are as new: all first sounds are due
        ([Demand(0.1, 0.0, 9.0, 60.0)] * 6, 0.5, 0.0),  # six far ahead: there is time to spare
        ([Demand(0.1, 0.0, 9.0, 60.0)] * 9, 0.5, 4.8),  # more listeners than it can serve for a minute
        ([Demand(0.8, 0.0, 0.0, 5.0)], 5.5, 0.0),  # the device is taken for 5 s
        ([Demand(0.4, 0.0, 0.0, 60.0)], 1.0, 0.0),  # half of it is
        ([Demand(0.1, 8.0, 0.0, 0.0)], 1.5, 0.0),  # somebody is late
    ],
)
def test_what_comes_of_one_more_stream(others: list[Demand], first_audio: float, gap: float) -> None:
    new = Demand(0.1, 4.0, 4.0, 56.0)
    assert forecast(new, others) == pytest.approx((first_audio, gap))


async def test_a_stream_owes_a_lead_and_then_nothing_while_it_is_ahead(model: Model) -> None:
    stream = Stream(model, ComputeThread(Limits(), deliver=lambda outcome: None), estimated_audio_seconds=60)
    assert stream.demand(0.1) == Demand(0.1, 4.0, pytest.approx(4.0, abs=0.5), 56.0)
    stream.audio_seconds = 3.0
    assert stream.demand(0.1) == Demand(0.1, 1.0, pytest.approx(1.0, abs=0.5), 56.0)
    stream.audio_seconds = 10.0
    stream.deadline = perf_counter() + 5
    assert stream.demand(0.1) == Demand(0.1, 0.0, pytest.approx(5.0, abs=0.5), 50.0)
    stream.audio_seconds = 61.0
    assert stream.demand(0.1).rest_seconds == 0.0


async def test_a_listener_who_stops_reading_owes_nothing(model: Model) -> None:
    compute = ComputeThread(Limits(), deliver=lambda outcome: None)  # never started: its jobs wait
    stream = Stream(model, compute, estimated_audio_seconds=60)
    stream.audio_seconds = 10.0
    stream.deadline = perf_counter() - 5
    assert stream.demand(0.1) == Demand(0.1, 0.0, 0.0, 50.0)
    task = asyncio.create_task(stream.encode(item()))
    await asyncio.sleep(0)
    assert stream.demand(0.1).owed_seconds >= 5.0
    await cancelled(task)
    assert compute.occupancy() == (0, 0)


def test_a_rate_follows_the_latest_runs() -> None:
    rate = Rate()
    assert rate.seconds_per_unit == 0.0
    for _ in range(100):
        rate.add(1.0, 10.0)
    assert rate.seconds_per_unit == pytest.approx(0.1)
    slower = []
    for _ in range(100):
        rate.add(2.0, 10.0)
        slower.append(rate.seconds_per_unit)
    assert all(earlier < later for earlier, later in pairwise(slower))
    assert slower[-1] == pytest.approx(0.2, rel=0.01)
