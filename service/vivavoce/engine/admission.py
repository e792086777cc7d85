"""Whether one more stream can be served in time.

Listeners hear in real time, what is made ahead is kept for them, and a new one waits for those who would hear
a gap: that is how the queue works. So the work that is due by some moment, less what the device does until
then, is how late it will be (the demand bound of earliest-deadline-first scheduling: Baruah, Rosier and
Howell, 1990).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

PROMISED = 0.8
"""Share of the device's measured speed that is promised: texts turn out longer than estimated, and work comes
in whole windows and segments."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What one stream wants: some audio at once, nothing for a while, then the rest in real time."""

    load: float
    """Seconds of the device per second of audio."""
    owed_seconds: float
    """Audio that is due already."""
    starts_seconds: float
    """From now, when the rest begins to be due."""
    rest_seconds: float
    """Audio that is due after that."""

    def later(self, seconds: float) -> "Demand":
        """The same, with the rest so much later."""
        return replace(self, starts_seconds=self.starts_seconds + seconds)


class Forecast(NamedTuple):
    """What listeners will notice."""

    first_audio_seconds: float
    """When the new one hears something."""
    gap_seconds: float
    """By how much audio will be late after that, at the worst moment."""


def forecast(new: Demand, others: Sequence[Demand]) -> Forecast:
    """What comes of serving `new` beside `others`."""
    owed = sum(each.load * each.owed_seconds for each in (new, *others))
    first_audio = _caught_up(owed, others)
    return Forecast(first_audio, _worst_backlog(owed, [*others, new.later(first_audio)], after=first_audio))


def _changes(demands: Iterable[Demand]) -> list[tuple[float, float]]:
    """When the load changes, and by how much."""
    starts = [(each.starts_seconds, each.load) for each in demands]
    ends = [(each.starts_seconds + each.rest_seconds, -each.load) for each in demands]
    return sorted(starts + ends)


def _caught_up(backlog: float, demands: Iterable[Demand]) -> float:
    """When nothing is left of `backlog`, beside the work that becomes due meanwhile."""
    now, load = 0.0, 0.0
    for at, change in _changes(demands):
        grown = backlog + (load - PROMISED) * (at - now)
        if grown <= 0.0:
            break
        now, backlog, load = at, grown, load + change
    return now + backlog / (PROMISED - load)


def _worst_backlog(backlog: float, demands: Iterable[Demand], *, after: float) -> float:
    now, load, worst = 0.0, 0.0, 0.0
    for at, change in _changes(demands):
        backlog += (load - PROMISED) * (at - now)
        if at >= after:
            worst = max(worst, backlog)
        now, load = at, load + change
    return worst
