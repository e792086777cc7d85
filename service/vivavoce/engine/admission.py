"""Whether one more stream can be served in time.

The device is taken to work in the order of deadlines, the listeners to hear in real time. Then nobody waits
longer than the most by which the work that is due exceeds the time there is for it (the processor demand of
earliest-deadline-first scheduling: Baruah, Rosier and Howell, 1990).
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Demand:
    """What one stream wants: some audio at once, nothing for a while, then the rest in real time."""

    seconds_per_audio_second: float
    """Time of the device for a second of audio."""
    owed_seconds: float
    """Audio that is due already."""
    starts_seconds: float
    """From now, when the listener has heard all that there is and was owed."""
    rest_seconds: float
    """Audio that is due after that."""


def longest_wait(demands: Iterable[Demand]) -> float:
    """By how many seconds audio would come late, at the worst moment of the worst stream."""
    waited, changes = 0.0, []
    for demand in demands:
        load = demand.seconds_per_audio_second
        waited += load * demand.owed_seconds
        changes.append((demand.starts_seconds, load))
        changes.append((demand.starts_seconds + demand.rest_seconds, -load))
    worst, load, now = waited, 0.0, 0.0
    for at, change in sorted(changes):
        waited += (load - 1.0) * (at - now)
        worst, load, now = max(worst, waited), load + change, at
    return worst
