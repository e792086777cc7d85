"""Which waiting jobs run together: the most urgent one leads, and what fits goes with it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from time import perf_counter
from typing import Any

from vivavoce.models.base import DecodeItem, EncodeItem, Model

NEARLY_DRY_SECONDS = 0.75
"""A listener with less audio than this goes before those who have heard nothing yet."""


class Stage(Enum):
    """What a job asks of its model."""

    ENCODE = "encode"
    DECODE = "decode"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an engine takes on, and how much at a time."""

    max_streams: int = 256
    first_audio_seconds: float = 5.0
    """Nobody is admitted whose first audio would come later."""
    max_gap_seconds: float = 0.05
    """Nobody is admitted if somebody, new or not, would then hear a longer gap."""
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
    is_first: bool = False
    """Its listener has heard nothing yet."""
    alone: bool = False
    """Its batch failed: now it runs by itself, so that only the row at fault fails."""


def in_order(waiting: Sequence[Job], now: float) -> list[Job]:
    """The most urgent first: who is about to hear a gap, who has heard nothing yet, who is far ahead.

    Among those who have heard nothing, and at equal deadlines, the order is that of `waiting`.
    """
    soon = now + NEARLY_DRY_SECONDS
    return sorted(waiting, key=lambda job: max(job.deadline, soon) if job.is_first else job.deadline)


def next_batch(waiting: Sequence[Job], limits: Limits, seconds_per_cost: float) -> list[Job]:
    """The first of `waiting`, which is in order, and those behind it that fit beside it.

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
