"""The scheduler with a real model behind it: its results, its order, its batches."""

import asyncio
from time import perf_counter

import numpy as np
import pytest
from scheduling import Records, embedded, encode, held, item, running, speak, speak_directly, tone, until

from vivavoce.engine import Limits, Stage
from vivavoce.engine.batches import Job, next_batch
from vivavoce.engine.engine import PHRASE, WARM_UP_PHONEMES
from vivavoce.engine.rate import Rate
from vivavoce.models import directly
from vivavoce.models.base import DecodeItem, EncodeItem, Model


@pytest.fixture(scope="module")
def model() -> Model:
    return tone()


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
    viva = embedded()
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
    windows = directly.windows(model, item(PHRASE[: WARM_UP_PHONEMES[-1]]))
    lengths = [len(decoded.samples) for decoded, _ in windows]
    rate, last = Rate(), records[-len(lengths) - 2 :]
    for record in last:  # the beginning's encode, the rest's, and the windows of both
        samples = lengths.pop(0) if record.stage is Stage.DECODE else 0
        rate.add(record.run_seconds, samples / 24000)
    assert [record.stage for record in last].count(Stage.ENCODE) == 2
    assert speed == pytest.approx(rate.seconds_per_unit)


async def test_who_runs_dry_goes_before_who_is_new_and_both_before_who_is_far_ahead(model: Model) -> None:
    order: list[str] = []
    far = perf_counter() + 3600
    waiting = {"farther": far + 1, "new": None, "dry": far - 3601, "far": far, "newer": None, "drier": 0.0}

    async def run(name: str) -> None:
        await encode(engine, model, "hˈA.", waiting[name])
        order.append(name)

    async with running(Limits(max_rows=1)) as engine:
        async with held(engine, model):
            tasks = [asyncio.create_task(run(name)) for name in waiting]
            await until(engine, waiting_jobs=6)
        await asyncio.gather(*tasks)
    assert order == ["drier", "dry", "new", "newer", "far", "farther"]


async def test_what_waits_together_runs_together(model: Model) -> None:
    records = Records()
    async with running(records=records) as engine:
        async with held(engine, model):
            tasks = [asyncio.create_task(encode(engine, model, "hˈA.")) for _ in range(5)]
            await until(engine, waiting_jobs=5)
        await asyncio.gather(*tasks)
    assert [(record.stage, record.rows, len(record.wait_seconds)) for record in records] == [
        (Stage.ENCODE, 5, 5)
    ]


async def test_a_stream_far_ahead_of_its_listener_is_not_starved(model: Model) -> None:
    async with running(Limits(max_rows=1)) as engine:
        far_ahead = asyncio.create_task(encode(engine, model, "hˈA.", perf_counter() + 0.8))

        async def newcomers() -> None:
            while not far_ahead.done():
                await encode(engine, model, "hˈA.")

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
    other = tone()
    leader, mate = job(model, 5), job(model, 5)
    failed = job(model, 5)
    failed.alone = True
    queue = [leader, job(model, 5, Stage.DECODE), job(other, 5), failed, mate]
    assert next_batch(queue, Limits(), 0.0) == [leader, mate]
    assert next_batch([failed, leader], Limits(), 0.0) == [failed]
