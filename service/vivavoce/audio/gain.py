"""Samples → the same samples louder or softer, never above the ceiling."""

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import Samples

CEILING = np.float32(10 ** (-1 / 20))
"""-1 dBFS: leaves room for what resampling and lossy codecs add between the samples."""
LOOK_AHEAD_SECONDS = 0.005
RELEASE_SECONDS = 0.25
"""From silence to full level; half of it after a reduction by 6 dB."""
UNITY = 1 << 30
"""Reductions are whole numbers of 1/UNITY, so that every sum is exact and the result does not depend on how
the samples were split into blocks."""


class Limiter:
    """A gain, then a peak limiter: the least gain that the next 5 ms need, released at a constant slope and
    smoothed by a moving average over the same 5 ms, which can never lift it above what a peak needs.

    What stays below the ceiling keeps its exact samples (times the gain). Raising the level holds back 5 ms.
    Otherwise only a model that oversteps full scale can reach the ceiling: too rare to delay everything for,
    so there is no look-ahead then; the reduction sets in at once, on the rising edge itself.
    """

    def __init__(self, sample_rate_hertz: int, gain_db: float) -> None:
        self._gain = np.float32(10 ** (gain_db / 20))
        self._look_ahead = round(LOOK_AHEAD_SECONDS * sample_rate_hertz) if gain_db > 0 else 0
        self._release = UNITY // round(RELEASE_SECONDS * sample_rate_hertz)
        # Silence before the start, never given out, lets the gain come down in time for a loud first sample.
        self._waiting: Samples = np.zeros(self._look_ahead, np.float32)
        self._lead_in = self._look_ahead
        self._reductions = np.full(self._look_ahead + 1, UNITY, np.int64)

    def feed(self, samples: Samples) -> Samples:
        """The samples that are ready after these. ValueError for samples that are not finite."""
        waiting = np.concatenate([self._waiting, samples * self._gain])
        ready, self._waiting = waiting[: samples.size], waiting[samples.size :]
        peak = np.max(np.abs(waiting), initial=0)
        if not np.isfinite(peak):
            raise ValueError("a sample is not finite")
        if peak > CEILING or np.min(self._reductions) < UNITY:
            ready = (ready * self._smooth(self._released(self._needed(waiting)))).astype(np.float32)
        skipped = min(self._lead_in, ready.size)
        self._lead_in -= skipped
        return ready[skipped:]

    def finish(self) -> Samples:
        """The rest."""
        return self.feed(np.zeros(self._look_ahead, np.float32))

    def _needed(self, waiting: Samples) -> NDArray[np.int64]:
        """The greatest factor that each sample and the look-ahead after it allow."""
        allowed = CEILING / np.maximum(np.abs(waiting), CEILING).astype(np.float64)
        return _sliding_minimum(np.floor(allowed * UNITY).astype(np.int64), self._look_ahead + 1)

    def _released(self, needed: NDArray[np.int64]) -> NDArray[np.int64]:
        """min(needed[n], released[n - 1] + slope), for all n at once."""
        slopes = self._release * np.arange(needed.size + 1)
        lines = np.concatenate([self._reductions[-1:], needed]) - slopes
        return (np.minimum.accumulate(lines) + slopes)[1:]

    def _smooth(self, released: NDArray[np.int64]) -> NDArray[np.float64]:
        width = self._look_ahead + 1
        history = np.concatenate([self._reductions, released])
        self._reductions = history[-width:]
        sums = np.cumsum(history)
        factors: NDArray[np.float64] = (sums[width:] - sums[:-width]) / (width * UNITY)
        return factors


def _sliding_minimum(values: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    """The minimum of each `width` neighbours; shape [n] → [n - width + 1]."""
    covered = 1
    while covered < width:
        step = min(covered, width - covered)
        values = np.minimum(values[:-step], values[step:])
        covered += step
    return values
