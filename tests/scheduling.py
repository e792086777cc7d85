"""What the tests of the engine share: a model of a few kilobytes, an engine that runs, a device that is held.

A text of ∞ holds the device for hours unless its run is stopped, so what waits behind it is known.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from time import perf_counter

import numpy as np

import vivavoce
from vivavoce.core import Samples
from vivavoce.engine import BatchRecord, Engine, Limits
from vivavoce.models import directly, load
from vivavoce.models.base import Encoded, EncodeItem, Model
from vivavoce.models.session import Device


class Records(list[BatchRecord]):
    """Remembers every batch."""

    batch_ran = list.append


def tone() -> Model:
    return load("viva", Path(__file__).parent / "data" / "tone", Device("cpu"))


def embedded() -> Model:
    return load("viva", Path(vivavoce.__file__).parent / "voices" / "viva", Device("cpu"))


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


async def encode(engine: Engine, model: Model, phonemes: str, runs_dry_at: float | None = None) -> Encoded:
    """Encodes for somebody new, or for somebody who has heard something and runs out of it then."""
    async with engine.open(model, estimated_audio_seconds=1.0) as stream:
        if runs_dry_at is not None:
            stream.audio_seconds, stream.deadline = 1.0, runs_dry_at
        return await stream.encode(item(phonemes))


async def speak(engine: Engine, model: Model, spoken: EncodeItem) -> Samples:
    async with (
        engine.open(model, estimated_audio_seconds=1.0) as stream,
        aclosing(stream.windows(spoken, perf_counter)) as windows,
    ):
        return np.concatenate([decoded.samples async for decoded, _ in windows])


def speak_directly(model: Model, spoken: EncodeItem) -> Samples:
    return np.concatenate([decoded.samples for decoded, _ in directly.windows(model, spoken)])
