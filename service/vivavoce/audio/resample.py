"""Samples at one rate → samples at another, by soxr."""

import numpy as np

from vivavoce.core import Samples


class Resampler:
    """Streaming conversion of n samples to exactly round(n · out / in); at equal rates nothing is touched.

    Holds back up to 40 ms of the input where the output is at least 16 kHz, and 80 ms at 8 kHz.
    """

    def __init__(self, in_hertz: int, out_hertz: int) -> None:
        self._in_hertz, self._out_hertz = in_hertz, out_hertz
        self._taken = self._given = 0
        self._stream = None
        if in_hertz != out_hertz:
            import soxr

            self._stream = soxr.ResampleStream(in_hertz, out_hertz, 1, dtype="float32", quality="HQ")

    def feed(self, samples: Samples) -> Samples:
        """The samples at the new rate that are ready after these."""
        if self._stream is None:
            return samples
        resampled: Samples = self._stream.resample_chunk(samples)
        self._taken += samples.size
        self._given += resampled.size
        return resampled

    def finish(self) -> Samples:
        """The rest."""
        rest = np.zeros(0, np.float32)
        if self._stream is None or self._taken == 0:
            return rest
        missing = round(self._taken * self._out_hertz / self._in_hertz) - self._given
        rest = self._stream.resample_chunk(rest, last=True)
        return np.pad(rest[:missing], (0, max(0, missing - rest.size)))
