"""The scheduler, with a real model of a few kilobytes behind it: order, batches, refusal, cancellation.

A text of ∞ holds the device for hours unless its run is stopped, so what waits behind it is known.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from threading import Semaphore
from time import perf_counter

import numpy as np
import pytest

import vivavoce
from vivavoce.core import Samples
from vivavoce.engine import BatchRecord, Engine, Limits, Stage, Stream
from vivavoce.engine.admission import Demand, longest_wait
from vivavoce.engine.batches import Job, next_batch
from vivavoce.engine.compute import ComputeThread
from vivavoce.engine.engine import PHRASE, WARM_UP_PHONEMES
from vivavoce.engine.rate import Rate
from vivavoce.errors import Overloaded, Unavailable
from vivavoce.models import load
from vivavoce.models.base import DecodeItem, Encoded, EncodeItem, Model, Run, Window
from vivavoce.models.session import Device

TONE = Path(__file__).parents[1] / "data" / "tone"
VIVA = Path(vivavoce.__file__).parent / "voices" / "viva"


class Records(list[BatchRecord]):
    """Remembers every batch."""

    batch_ran = list.append


@pytest.fixture(scope="module")
def model() -> Model:
    return load("viva", TONE, Device("cpu"))


@asynccontextmanager
async def running(limits: Limits | None = None, records: Records | None = None) -> AsyncIterator[Engine]:
    engine = Engine(limits, records)
    await engine.start()
    try:
        yield engine
    finally:
        await engine.close()


@asynccontextmanager
async def held(engine: Engine, model: Model) -> AsyncIterator[None]:
    """The device is busy with an endless text until the context ends."""
    task = asyncio.create_task(encode(engine, model, "∞"))
    await until(engine, running_rows=1)
    try:
        yield
    finally:
        await cancelled(task)


async def cancelled(*tasks: asyncio.Task[object]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def until(engine: Engine, **stats: int) -> None:
    """Returns when the engine's statistics say so."""
    while any(getattr(engine.stats(), name) != value for name, value in stats.items()):  # noqa: ASYNC110
        await asyncio.sleep(0.001)


def item(phonemes: str = "hˈA.") -> EncodeItem:
    return EncodeItem(phonemes, "low", 1.0, seed=0)


async def encode(engine: Engine, model: Model, phonemes: str, deadline: float = 0.0) -> object:
    async with engine.open(model, estimated_audio_seconds=1.0) as stream:
        stream.deadline = deadline
        return await stream.encode(item(phonemes))


async def speak(engine: Engine, model: Model, spoken: EncodeItem) -> Samples:
    async with engine.open(model, estimated_audio_seconds=1.0) as stream:
        encoded = await stream.encode(spoken)
        return np.concatenate(
            [(await stream.decode(DecodeItem(encoded, window))).samples for window in encoded.windows]
        )


def speak_directly(model: Model, spoken: EncodeItem) -> Samples:
    (encoded,) = model.encode([spoken], model.new_run())
    windows = [DecodeItem(encoded, window) for window in encoded.windows]
    return np.concatenate([model.decode([window], model.new_run())[0].samples for window in windows])


# The whole way


async def test_a_stream_gives_what_the_model_gives(model: Model) -> None:
    async with running() as engine:
        samples = await speak(engine, model, item())
    np.testing.assert_array_equal(samples, speak_directly(model, item()))


async def test_two_hundred_streams_at_once_are_all_served_and_equal_to_serial_ones(model: Model) -> None:
    texts = [item("hˈA wˈɜld ðˈɪs "[: 3 + number % 12] + ".") for number in range(200)]
    serial = {text: speak_directly(model, text) for text in set(texts)}
    async with running() as engine:
        samples = await asyncio.gather(*(speak(engine, model, text) for text in texts))
        stats = engine.stats()
    for text, row in zip(texts, samples, strict=True):
        np.testing.assert_allclose(row, serial[text], rtol=0, atol=1e-5)
    assert stats.batches < stats.rows / 10
    assert (stats.active_streams, stats.waiting_jobs, stats.running_rows) == (0, 0, 0)


async def test_the_embedded_voice_sounds_the_same_in_company() -> None:
    viva = load("viva", VIVA, Device("cpu"))
    texts = [EncodeItem(phonemes, "kathleen", 1.0, 0) for phonemes in ("hˈA.", "ðə dˈɔɡ.")]
    async with running(Limits(max_run_seconds=10, max_padding=1)) as engine:
        samples = await asyncio.gather(*(speak(engine, viva, text) for text in texts))
        assert engine.stats().batches < engine.stats().rows
    for text, row in zip(texts, samples, strict=True):
        np.testing.assert_allclose(row, speak_directly(viva, text), rtol=0, atol=1e-5)


async def test_a_stream_knows_where_its_time_went(model: Model) -> None:
    records = Records()
    async with running(records=records) as engine, engine.open(model, estimated_audio_seconds=1) as stream:
        encoded = await stream.encode(item())
        decoded = [await stream.decode(DecodeItem(encoded, window)) for window in encoded.windows]
    encodes, decodes = (
        [record for record in records if record.stage is stage] for stage in (Stage.ENCODE, Stage.DECODE)
    )
    assert stream.encode_seconds == sum(record.run_seconds for record in encodes) > 0
    assert stream.decode_seconds == sum(record.run_seconds for record in decodes) > 0
    assert stream.queue_seconds == pytest.approx(sum(sum(record.wait_seconds) for record in records))
    assert stream.audio_seconds == pytest.approx(sum(len(row.samples) for row in decoded) / 24000)
    assert {(record.model, record.rows) for record in records} == {("tone", 1)}


async def test_a_stream_does_one_thing_at_a_time(model: Model) -> None:
    async with running() as engine, engine.open(model, estimated_audio_seconds=1) as stream:
        first = asyncio.create_task(stream.encode(item()))
        await asyncio.sleep(0)
        with pytest.raises(RuntimeError, match="one thing at a time"):
            await stream.encode(item())
        assert (await first).windows


async def test_warming_up_measures_the_speed_of_what_is_warm(model: Model) -> None:
    records = Records()
    async with running(records=records) as engine:
        speed = await engine.warm_up(model)
    (encoded,) = model.encode([item(PHRASE[: WARM_UP_PHONEMES[-1]])], model.new_run())
    windows = [model.decode([DecodeItem(encoded, window)], model.new_run())[0] for window in encoded.windows]
    rate, last = Rate(), records[-len(windows) - 1 :]
    for record, samples in zip(last, [[], *(row.samples for row in windows)], strict=True):
        rate.add(record.run_seconds, len(samples) / 24000)
    assert speed == pytest.approx(rate.seconds_per_unit)


# Order and batches


async def test_the_earliest_deadline_goes_first(model: Model) -> None:
    order: list[float] = []

    async def run(deadline: float) -> None:
        await encode(engine, model, "hˈA.", deadline)
        order.append(deadline)

    async with running(Limits(max_rows=1)) as engine:
        async with held(engine, model):
            tasks = [asyncio.create_task(run(deadline)) for deadline in (3.0, 1.0, 4.0, 2.0)]
            await until(engine, waiting_jobs=4)
        await asyncio.gather(*tasks)
    assert order == [1.0, 2.0, 3.0, 4.0]


async def test_what_waits_together_runs_together(model: Model) -> None:
    records = Records()
    async with running(records=records) as engine:
        async with held(engine, model):
            tasks = [asyncio.create_task(encode(engine, model, "hˈA.", number)) for number in range(5)]
            await until(engine, waiting_jobs=5)
        await asyncio.gather(*tasks)
    assert [(record.stage, record.rows, len(record.wait_seconds)) for record in records] == [
        (Stage.ENCODE, 5, 5)
    ]


async def test_a_stream_far_ahead_of_its_listener_is_not_starved(model: Model) -> None:
    async with running(Limits(max_rows=1)) as engine:
        far_ahead = asyncio.create_task(encode(engine, model, "hˈA.", perf_counter() + 0.05))

        async def newcomers() -> None:
            while not far_ahead.done():
                await encode(engine, model, "hˈA.", perf_counter())

        await asyncio.gather(far_ahead, *(newcomers() for _ in range(4)))


def job(model: Model, cost: int, stage: Stage = Stage.ENCODE) -> Job:
    return Job(model, stage, item(), cost, 0.0, asyncio.get_running_loop().create_future())


@pytest.mark.parametrize(
    ("limits", "costs", "chosen"),
    [
        (Limits(max_run_seconds=1, max_rows=3), [10, 10, 10, 10], [10, 10, 10]),
        (
            Limits(max_run_seconds=1, max_padding=0.25),
            [10, 30, 9, 3],
            [10, 9],
        ),  # 30 would pad the others, 3 would be padded
        (Limits(max_run_seconds=1, max_padding=0.5), [10, 30, 9, 3], [10, 30, 9]),
        (Limits(max_run_seconds=0.03), [10, 10, 10, 10], [10, 10, 10]),  # at 1 ms per row and unit
        (Limits(max_run_seconds=0.001), [10, 10], [10]),  # the leader always runs
    ],
)
async def test_a_batch_is_bounded(model: Model, limits: Limits, costs: list[int], chosen: list[int]) -> None:
    batch = next_batch([job(model, cost) for cost in costs], limits, seconds_per_cost=0.001)
    assert [member.cost for member in batch] == chosen


async def test_only_like_goes_with_like(model: Model) -> None:
    other = load("viva", TONE, Device("cpu"))
    leader, mate = job(model, 5), job(model, 5)
    failed = job(model, 5)
    failed.alone = True
    queue = [leader, job(model, 5, Stage.DECODE), job(other, 5), failed, mate]
    assert next_batch(queue, Limits(), 0.0) == [leader, mate]
    assert next_batch([failed, leader], Limits(), 0.0) == [failed]


# Cancellation


async def test_a_cancelled_job_leaves_the_queue_at_once(model: Model) -> None:
    records = Records()
    async with running(records=records) as engine:
        async with held(engine, model):
            task = asyncio.create_task(encode(engine, model, "hˈA."))
            await until(engine, waiting_jobs=1)
            await cancelled(task)
            assert engine.stats().waiting_jobs == 0
            assert engine.stats().active_streams == 1
        await encode(engine, model, "lˈAst.")
    assert [record.rows for record in records] == [1]


async def test_a_run_that_nobody_waits_for_is_stopped(model: Model) -> None:
    async with running() as engine:
        async with held(engine, model):
            pass
        assert await encode(engine, model, "hˈA.")  # the device would be held for hours
        assert engine.stats().stopped_runs == 1
        assert engine.stats().failed_rows == 0


async def test_a_run_that_somebody_waits_for_goes_on() -> None:
    viva = load("viva", VIVA, Device("cpu"))
    async with running() as engine:
        async with held(engine, load("viva", TONE, Device("cpu"))):
            rows = [asyncio.create_task(encode_long(engine, viva)) for _ in range(3)]
            await until(engine, waiting_jobs=3)
        await until(engine, running_rows=3)
        await cancelled(rows[0])
        assert [len(row.windows) > 0 for row in await asyncio.gather(*rows[1:])] == [True, True]
        assert (engine.stats().stopped_runs, engine.stats().rows) == (1, 3)  # the one that was held


async def encode_long(engine: Engine, viva: Model) -> object:
    async with engine.open(viva, estimated_audio_seconds=20) as stream:
        return await stream.encode(EncodeItem("ðə kwˈɪk bɹˈWn fˈɑks " * 3, "kathleen", 1.0, 0))


async def test_a_batch_is_stopped_when_its_last_row_is_cancelled(model: Model) -> None:
    async with running() as engine:
        async with held(engine, model):
            pair = [asyncio.create_task(encode(engine, model, "∞")) for _ in range(2)]
            await until(engine, waiting_jobs=2)
        await until(engine, running_rows=2)
        await cancelled(pair[0])
        assert engine.stats().running_rows == 2
        await cancelled(pair[1])
        await encode(engine, model, "hˈA.")
        assert engine.stats().stopped_runs == 2


# Failure


async def test_a_row_at_fault_fails_alone(model: Model) -> None:
    records = Records()
    async with running(records=records) as engine:
        async with held(engine, model):
            texts = ["hˈA.", "h☃A.", "hˈI."]
            tasks = [
                asyncio.create_task(encode(engine, model, text, number)) for number, text in enumerate(texts)
            ]
            await until(engine, waiting_jobs=3)
        first, bad, second = await asyncio.gather(*tasks, return_exceptions=True)
        assert first.phoneme_seconds == model.encode([item("hˈA.")], model.new_run())[0].phoneme_seconds
        assert second.phoneme_seconds == model.encode([item("hˈI.")], model.new_run())[0].phoneme_seconds
        assert isinstance(bad, ValueError)
        assert [record.rows for record in records] == [1, 1]
        assert (engine.stats().failed_rows, engine.stats().failures_in_a_row) == (1, 0)


async def test_the_thread_survives_failures_and_counts_them(model: Model) -> None:
    async with running() as engine:
        for _ in range(3):
            with pytest.raises(ValueError, match="☃"):
                await encode(engine, model, "☃")
        assert engine.stats().failures_in_a_row == 3
        await encode(engine, model, "hˈA.")
        assert engine.stats().failures_in_a_row == 0


async def test_a_failed_run_of_the_runtime_reaches_its_caller(model: Model) -> None:
    async with running() as engine, engine.open(model, estimated_audio_seconds=1) as stream:
        encoded = await stream.encode(item())
        broken = replace(encoded, values=np.zeros((40, 3), np.float32))
        with pytest.raises(Exception, match="Got invalid dimensions"):
            await stream.decode(DecodeItem(broken, Window(0, 20)))
        assert len((await stream.decode(DecodeItem(encoded, encoded.windows[0]))).samples)


# The door


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
            with pytest.raises(Overloaded, match="late") as refusal:
                await speak(engine, model, item())
            assert refusal.value.retry_after_seconds >= 1
        assert len(await speak(engine, model, item()))


def test_idle_listeners_wait_for_nothing() -> None:
    assert longest_wait([]) == 0.0
    assert longest_wait([Demand(0.1, 0.0, 5.0, 60.0)]) == 0.0


@pytest.mark.parametrize(
    ("demands", "seconds"),
    [
        ([Demand(0.1, 1.0, 1.0, 9.0)] * 8, 0.8),  # eight first sounds; then there is time to spare
        ([Demand(0.25, 1.0, 1.0, 9.0)] * 8, 10.0),  # twice what the device can do: 20 s of work in 10 s
        ([Demand(1.5, 0.0, 0.0, 10.0)], 5.0),  # slower than real time
        ([Demand(0.5, 4.0, 0.0, 0.0), Demand(0.5, 0.0, 20.0, 10.0)], 2.0),  # one is late, one far ahead
        ([Demand(0.8, 0.0, 0.0, 10.0), Demand(0.8, 0.0, 10.0, 10.0)], 0.0),  # one after the other
    ],
)
def test_the_longest_wait_is_work_due_less_time(demands: list[Demand], seconds: float) -> None:
    assert longest_wait(demands) == pytest.approx(seconds)


async def test_a_new_stream_owes_a_first_sound_and_one_ahead_owes_nothing(model: Model) -> None:
    stream = Stream(model, ComputeThread(Limits(), deliver=lambda outcome: None), estimated_audio_seconds=60)
    assert stream.demand(0.1) == Demand(0.1, 1.0, pytest.approx(1.0, abs=0.5), 59.0)
    stream.audio_seconds = 10.0
    stream.deadline = perf_counter() + 5
    assert stream.demand(0.1) == Demand(0.1, 0.0, pytest.approx(5.0, abs=0.5), 50.0)


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


# The end


async def test_closing_ends_what_runs_and_what_waits(model: Model) -> None:
    engine = Engine()
    await engine.start()
    tasks = [asyncio.create_task(encode(engine, model, "∞"))]
    await until(engine, running_rows=1)
    tasks += [asyncio.create_task(encode(engine, model, text)) for text in ("hˈA.", "hˈI.")]
    await until(engine, waiting_jobs=2)
    await engine.close()
    assert [type(error) for error in await asyncio.gather(*tasks, return_exceptions=True)] == [
        Unavailable
    ] * 3


class Failing:
    """A model whose runs cannot be stopped and end when they are let, badly."""

    def __init__(self, model: Model) -> None:
        self.facts = model.facts
        self.new_run = model.new_run
        self.let = Semaphore(0)

    def encode(self, items: Sequence[EncodeItem], run: Run) -> list[Encoded]:
        self.let.acquire()
        raise ValueError("bad")


async def test_a_batch_that_fails_while_the_engine_closes_is_not_tried_again(model: Model) -> None:
    engine, failing = Engine(), Failing(model)
    await engine.start()
    first = asyncio.create_task(encode(engine, failing, "hˈA."))
    await until(engine, running_rows=1)
    pair = [asyncio.create_task(encode(engine, failing, "hˈA.")) for _ in range(2)]
    await until(engine, waiting_jobs=2)
    failing.let.release()
    await until(engine, running_rows=2)
    closing = asyncio.create_task(engine.close())
    await asyncio.sleep(0)
    failing.let.release()
    await closing
    errors = await asyncio.gather(first, *pair, return_exceptions=True)
    assert [type(error) for error in errors] == [ValueError, Unavailable, Unavailable]


async def test_an_engine_that_is_not_running_takes_nobody(model: Model) -> None:
    engine = Engine()
    with pytest.raises(Unavailable):
        await encode(engine, model, "hˈA.")
    await engine.start()
    await encode(engine, model, "hˈA.")
    await engine.close()
    with pytest.raises(Unavailable):
        await encode(engine, model, "hˈA.")
    await engine.close()
