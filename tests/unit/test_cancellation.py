"""Work that nobody waits for ends, work that fails fails alone, and the end of the engine is one for all."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from threading import Semaphore

import numpy as np
import pytest
from scheduling import Records, cancelled, embedded, encode, held, item, running, tone, until

from vivavoce.engine import Engine
from vivavoce.errors import Unavailable
from vivavoce.models.base import DecodeItem, Encoded, EncodeItem, Model, Run, Window


@pytest.fixture(scope="module")
def model() -> Model:
    return tone()


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
    viva = embedded()
    async with running() as engine:
        async with held(engine, tone()):
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
            tasks = [asyncio.create_task(encode(engine, model, text)) for text in texts]
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
