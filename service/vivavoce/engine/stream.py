"""One utterance's way through the engine."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from vivavoce.engine.admission import Demand
from vivavoce.engine.batches import Job, Stage
from vivavoce.engine.compute import ComputeThread
from vivavoce.models.base import Decoded, DecodeItem, Encoded, EncodeItem, Model

LEAD_SECONDS = 4.0
"""Audio that is made by the time the first second was heard: segments and windows are made whole."""


@dataclass(frozen=True, slots=True)
class Done:
    """A job's result and where its time went."""

    value: Any
    queue_seconds: float
    run_seconds: float


class Stream:
    """An admitted utterance, made by `Engine.open`. It does one thing at a time, so nothing reorders."""

    def __init__(self, model: Model, compute: ComputeThread, estimated_audio_seconds: float) -> None:
        self.model = model
        self.deadline = perf_counter()
        """When its listener runs out of audio, on the clock of time.perf_counter. The caller moves it."""
        self.queue_seconds = 0.0
        self.encode_seconds = 0.0
        self.decode_seconds = 0.0
        self.audio_seconds = 0.0
        """Decoded so far."""
        self._compute = compute
        self._estimated_audio_seconds = estimated_audio_seconds
        self._job: Job | None = None

    async def encode(self, item: EncodeItem) -> Encoded:
        """Raises what the model raises, and Unavailable at shutdown."""
        done = await self._run(Stage.ENCODE, item, len(item.phonemes))
        self.encode_seconds += done.run_seconds
        encoded: Encoded = done.value
        return encoded

    async def decode(self, item: DecodeItem) -> Decoded:
        """Raises what the model raises, and Unavailable at shutdown."""
        done = await self._run(Stage.DECODE, item, item.window.cost)
        self.decode_seconds += done.run_seconds
        decoded: Decoded = done.value
        self.audio_seconds += len(decoded.samples) / self.model.facts.sample_rate_hertz
        return decoded

    async def windows(
        self, item: EncodeItem, deadline: Callable[[], float]
    ) -> AsyncGenerator[tuple[Decoded, bool], None]:
        """Each window of `item`, and whether it is the last one; `deadline` is asked before every step."""
        left: EncodeItem | None = item
        while left is not None:
            self.deadline = deadline()
            encoded = await self.encode(left)
            left = encoded.rest
            for window in encoded.windows:
                self.deadline = deadline()
                decoded = await self.decode(DecodeItem(encoded, window))
                yield decoded, left is None and window is encoded.windows[-1]

    def demand(self, load: float) -> Demand:
        """What it will want of the device from now on, at `load` seconds per second of audio."""
        remaining = max(self._estimated_audio_seconds - self.audio_seconds, 0.0)
        late = perf_counter() - self.deadline
        owed = max(LEAD_SECONDS - self.audio_seconds, 0.0)
        if self._job:  # otherwise nobody waits for the device, but for the text, the codec or the listener
            owed = max(owed, late)
        owed = min(owed, remaining)
        return Demand(load, owed, max(owed - late, 0.0), remaining - owed)

    async def _run(self, stage: Stage, item: EncodeItem | DecodeItem, cost: int) -> Done:
        if self._job:
            raise RuntimeError("a stream does one thing at a time")
        result: asyncio.Future[Done] = asyncio.get_running_loop().create_future()
        is_first = not self.audio_seconds
        self._job = Job(self.model, stage, item, cost, self.deadline, result, is_first=is_first)
        try:
            self._compute.submit(self._job)
            done = await result
        except asyncio.CancelledError:
            self._compute.cancel(self._job)
            raise
        finally:
            self._job = None
        self.queue_seconds += done.queue_seconds
        return done
