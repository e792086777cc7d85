"""The thread of the device and the queue before it.

In come jobs from the event loop; out go Outcomes, in the thread. A job that is cancelled leaves at once
wherever it is: a run of which nobody waits for a row any more is stopped.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Condition, Thread
from time import perf_counter
from typing import Any

from vivavoce.engine.batches import Job, Limits, Stage, in_order, next_batch
from vivavoce.engine.rate import Rate
from vivavoce.errors import Unavailable
from vivavoce.models.base import Run, RunStopped


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch."""

    jobs: list[Job]
    results: list[Any]
    """One per job: what the model gave, or the exception for whoever waits for it."""
    began_at: float
    run_seconds: float
    stopped: bool


@dataclass(frozen=True, slots=True)
class Running:
    """The batch on the device."""

    jobs: list[Job]
    wanted: set[Job]
    """Those that somebody still waits for."""
    run: Run


class ComputeThread:
    """Runs jobs one batch at a time. The queue holds one job per stream at most, so the door bounds it."""

    def __init__(self, limits: Limits, deliver: Callable[[Outcome], object]) -> None:
        self._limits = limits
        self._deliver = deliver
        self._changed = Condition()
        self._waiting: list[Job] = []
        self._running: Running | None = None
        self._closed = False
        self._paces: dict[tuple[str, Stage], Rate] = defaultdict(Rate)
        self._thread = Thread(target=self._work, name="vivavoce-compute", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Raises Unavailable after `close`."""
        with self._changed:
            if self._closed:
                raise shut_down()
            self._waiting.append(job)
            self._changed.notify()

    def cancel(self, job: Job) -> None:
        """Nobody waits for `job` any more. Without effect if it is done."""
        with self._changed:
            if job in self._waiting:
                self._waiting.remove(job)
            elif self._running and job in self._running.wanted:
                self._running.wanted.remove(job)
                if not self._running.wanted:
                    self._running.run.stop()

    def close(self) -> list[Job]:
        """Takes no more jobs and stops the run under way. Gives back the jobs that waited."""
        with self._changed:
            self._closed = True
            left, self._waiting = self._waiting, []
            if self._running:
                self._running.run.stop()
            self._changed.notify()
        return left

    def join(self) -> None:
        """Returns when the thread has ended, after `close`."""
        self._thread.join()

    def forget(self, model_id: str) -> None:
        """Forgets how fast that model is."""
        with self._changed:
            for stage in Stage:
                self._paces.pop((model_id, stage), None)

    def occupancy(self) -> tuple[int, int]:
        """How many jobs wait and how many run."""
        with self._changed:
            return len(self._waiting), len(self._running.jobs) if self._running else 0

    def _work(self) -> None:
        while running := self._take():
            began_at = perf_counter()
            results = _results(running)
            outcome = self._finish(running, results, began_at, perf_counter() - began_at)
            if outcome:
                self._deliver(outcome)

    def _take(self) -> Running | None:
        with self._changed:
            while not self._waiting and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            ordered = in_order(self._waiting, perf_counter())
            jobs = next_batch(ordered, self._limits, self._pace(ordered[0]).seconds_per_unit)
            self._running = Running(jobs, set(jobs), jobs[0].model.new_run())
            self._waiting = [job for job in self._waiting if job not in self._running.wanted]
            return self._running

    def _finish(
        self, running: Running, results: list[Any] | Exception, began_at: float, run_seconds: float
    ) -> Outcome | None:
        jobs = running.jobs
        with self._changed:
            self._running = None
            stopped = isinstance(results, RunStopped) or (self._closed and isinstance(results, Exception))
            if isinstance(results, list):
                self._pace(jobs[0]).add(run_seconds, len(jobs) * max(job.cost for job in jobs))
            elif stopped:
                results = [shut_down() for _ in jobs]
            elif len(jobs) > 1:
                self._retry([job for job in jobs if job in running.wanted])
                return None
            else:
                results = [results]
        return Outcome(jobs, results, began_at, run_seconds, stopped)

    def _retry(self, jobs: list[Job]) -> None:
        for job in jobs:
            job.alone = True
        self._waiting = jobs + self._waiting

    def _pace(self, job: Job) -> Rate:
        return self._paces[job.model.facts.id, job.stage]


def _results(running: Running) -> list[Any] | Exception:
    model, items = running.jobs[0].model, [job.item for job in running.jobs]
    stage: Callable[..., list[Any]] = model.encode if running.jobs[0].stage is Stage.ENCODE else model.decode
    try:
        return stage(items, running.run)
    except Exception as failure:  # noqa: BLE001 - whatever it is, it belongs to whoever waits for these rows
        return failure


def shut_down() -> Unavailable:
    """What a job gets that the end of the service leaves undone."""
    return Unavailable("The service is shutting down; another replica may answer.")
