"""The engine: the door, the streams inside, and the way of the results back to them."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from itertools import cycle, islice
from time import perf_counter
from typing import Protocol

from vivavoce.engine.admission import Demand, forecast
from vivavoce.engine.batches import Limits, Stage
from vivavoce.engine.compute import ComputeThread, Outcome, shut_down
from vivavoce.engine.rate import Rate
from vivavoce.engine.stream import Done, Stream
from vivavoce.errors import Overloaded, Unavailable
from vivavoce.models.base import EncodeItem, Model, in_use

PHRASE = "ðə kwˈɪk bɹˈWn fˈɑks ʤˈʌmps ˈOvəɹ ðə lˈAzi dˈɔɡ, "
WARM_UP_PHONEMES = (120, 12, 40)
"""Lengths that warm a model up; the last one is then timed."""
RETRY_SECONDS = (1.0, 30.0)
"""Least and most that a refused caller is told to wait."""


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """A batch that ran."""

    model: str
    stage: Stage
    rows: int
    wait_seconds: tuple[float, ...]
    """Of each row, before the run."""
    run_seconds: float


class BatchObserver(Protocol):
    """Is told of every batch, on the event loop; telemetry is one."""

    def batch_ran(self, record: BatchRecord) -> None: ...


@dataclass(frozen=True, slots=True)
class Stats:
    """The engine at one moment, and what it has done since it started."""

    active_streams: int = 0
    waiting_jobs: int = 0
    running_rows: int = 0
    batches: int = 0
    rows: int = 0
    """Of those batches."""
    stopped_runs: int = 0
    """Ended early because nobody waited for them any more."""
    failed_rows: int = 0
    failures_in_a_row: int = 0
    """Failed rows since the last one that succeeded: a lost device shows here."""


class Engine:
    """Serves streams on one device."""

    def __init__(self, limits: Limits | None = None, observer: BatchObserver | None = None) -> None:
        self._limits = limits or Limits()
        self._observer = observer
        self._compute: ComputeThread | None = None
        self._streams: set[Stream] = set()
        self._speeds: dict[str, Rate] = defaultdict(Rate)
        """Per model id, in seconds of the device per second of audio."""
        self._totals = Stats()

    async def start(self) -> None:
        """Starts the compute thread; called once, on the event loop that will use the engine."""
        loop = asyncio.get_running_loop()
        self._compute = ComputeThread(
            self._limits, lambda outcome: loop.call_soon_threadsafe(self._deliver, outcome)
        )
        self._compute.start()

    async def close(self) -> None:
        """Stops the run under way and ends the thread; whoever still waits gets Unavailable."""
        compute, self._compute = self._compute, None
        if compute is None:
            return
        for job in compute.close():
            if not job.result.done():
                job.result.set_exception(shut_down())
        await asyncio.to_thread(compute.join)

    @asynccontextmanager
    async def open(self, model: Model, *, estimated_audio_seconds: float) -> AsyncIterator[Stream]:
        """Admits a stream for as long as the context lasts.

        Raises Overloaded at once if there is no room for it: `max_streams` are active, its first audio would
        come later than `first_audio_seconds`, or somebody would hear a gap of more than `max_gap_seconds`. An
        engine with nothing to do refuses nobody. A model that is not in memory is loaded for whoever was
        admitted. Raises Unavailable if it cannot be, and before `start` and after `close`.
        """
        if self._compute is None:
            raise Unavailable("The service is not running.")
        stream = Stream(model, self._compute, estimated_audio_seconds)
        self._admit(stream)
        self._streams.add(stream)
        try:
            async with in_use(model):
                yield stream
        finally:
            self._streams.remove(stream)

    async def warm_up(self, model: Model) -> float:
        """Runs `model` over a ladder of lengths, so that its first listener does not wait for allocations and
        searches for algorithms, and measures its speed: seconds of the device per second of audio."""
        for length in WARM_UP_PHONEMES:
            await self._speak(model, length)
        self._forget(model)
        await self._speak(model, WARM_UP_PHONEMES[-1])
        return self._speeds[model.facts.id].seconds_per_unit

    def stats(self) -> Stats:
        """A snapshot."""
        waiting, running = self._compute.occupancy() if self._compute else (0, 0)
        return replace(
            self._totals, active_streams=len(self._streams), waiting_jobs=waiting, running_rows=running
        )

    async def _speak(self, model: Model, length: int) -> None:
        facts = model.facts
        known = [symbol for symbol in PHRASE if symbol in facts.symbols] or sorted(facts.symbols)
        phonemes = "".join(islice(cycle(known), min(length, facts.max_phonemes)))
        async with self.open(model, estimated_audio_seconds=0.0) as stream:
            item = EncodeItem(phonemes, facts.voices[0].id, speed=1.0, seed=0)
            async with aclosing(stream.windows(item, perf_counter)) as windows:
                async for _ in windows:
                    pass

    def _forget(self, model: Model) -> None:
        self._speeds.pop(model.facts.id, None)
        if self._compute:
            self._compute.forget(model.facts.id)

    def _admit(self, new: Stream) -> None:
        active = len(self._streams)
        if active >= self._limits.max_streams:
            raise Overloaded(f"{active} requests are being spoken; no more are taken.")
        if not active:
            return
        first_audio, gap = forecast(self._demand(new), [self._demand(stream) for stream in self._streams])
        excess = max(first_audio - self._limits.first_audio_seconds, gap - self._limits.max_gap_seconds)
        if excess > 0:
            raise Overloaded(
                f"{active} requests are being spoken; one more would come too late or make others stutter.",
                retry_after_seconds=min(max(excess, RETRY_SECONDS[0]), RETRY_SECONDS[1]),
            )

    def _demand(self, stream: Stream) -> Demand:
        return stream.demand(self._speeds[stream.model.facts.id].seconds_per_unit)

    def _deliver(self, outcome: Outcome) -> None:
        """Hands a batch's results to those who still wait for them."""
        for job, result in zip(outcome.jobs, outcome.results, strict=True):
            if job.result.done():  # cancelled
                continue
            if isinstance(result, Exception):
                job.result.set_exception(result)
            else:
                waited = outcome.began_at - job.queued_at
                job.result.set_result(Done(result, waited, outcome.run_seconds))
        self._count(outcome)

    def _count(self, outcome: Outcome) -> None:
        totals = self._totals
        if outcome.stopped:
            self._totals = replace(totals, stopped_runs=totals.stopped_runs + 1)
        elif isinstance(outcome.results[0], Exception):  # only a row by itself fails
            in_a_row = totals.failures_in_a_row + 1
            self._totals = replace(totals, failed_rows=totals.failed_rows + 1, failures_in_a_row=in_a_row)
        else:
            batches, rows = totals.batches + 1, totals.rows + len(outcome.jobs)
            self._totals = replace(totals, batches=batches, rows=rows, failures_in_a_row=0)
            self._measure(outcome)

    def _measure(self, outcome: Outcome) -> None:
        facts, stage = outcome.jobs[0].model.facts, outcome.jobs[0].stage
        samples = sum(len(row.samples) for row in outcome.results) if stage is Stage.DECODE else 0
        self._speeds[facts.id].add(outcome.run_seconds, samples / facts.sample_rate_hertz)
        if self._observer is not None:
            waits = tuple(outcome.began_at - job.queued_at for job in outcome.jobs)
            record = BatchRecord(facts.id, stage, len(outcome.jobs), waits, outcome.run_seconds)
            self._observer.batch_ran(record)
