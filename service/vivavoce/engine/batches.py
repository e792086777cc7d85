"""Which waiting jobs run together: the most urgent one leads, and what fits goes with it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from time import perf_counter
from typing import Any

from vivavoce.models.base import DecodeItem, EncodeItem, Model


class Stage(Enum):
    """What a job asks of its model."""

    ENCODE = "encode"
    DECODE = "decode"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an engine takes on, and how much at a time."""

    max_streams: int = 256
    first_audio_seconds: float = 5.0
    """Nobody is admitted whose first audio would come later, or who would make others wait longer."""
    max_rows: int = 64
    """Of one batch."""
    max_run_seconds: float = 0.03
    """A batch grows no longer than this: a run cannot be interrupted for somebody more urgent."""
    max_padding: float = 0.25
    """Share of a batch that may be padding."""


@dataclass(slots=True, eq=False)
class Job:
    """One row that waits for the device."""

    model: Model
    stage: Stage
    item: EncodeItem | DecodeItem
    cost: int
    """In the model's own unit: phonemes to encode, Window.cost to decode."""
    deadline: float
    """On the clock of time.perf_counter."""
    result: "asyncio.Future[Any]"
    queued_at: float = field(default_factory=perf_counter)
    alone: bool = False
    """Its batch failed: now it runs by itself, so that only the row at fault fails."""


def next_batch(waiting: Sequence[Job], limits: Limits, seconds_per_cost: float) -> list[Job]:
    """The first of `waiting`, which is ordered by deadline, and those behind it that fit beside it.

    `seconds_per_cost` is how long a batch of that kind takes, per row and unit of its longest row's cost.
    """
    leader = waiting[0]
    batch, longest, useful = [leader], leader.cost, leader.cost
    for job in [] if leader.alone else waiting[1:]:
        if len(batch) == limits.max_rows:
            break
        if job.alone or job.stage is not leader.stage or job.model is not leader.model:
            continue
        padded = (len(batch) + 1) * max(longest, job.cost)
        fits_in_time = padded * seconds_per_cost <= limits.max_run_seconds
        if fits_in_time and useful + job.cost >= padded * (1 - limits.max_padding):
            batch.append(job)
            longest, useful = max(longest, job.cost), useful + job.cost
    return batch
