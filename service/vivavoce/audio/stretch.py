"""Samples → the same speech faster or slower at the same pitch.

WSOLA: W. Verhelst and M. Roelands, "An overlap-add technique based on waveform similarity (WSOLA) for high
quality time-scale modification of speech", ICASSP 1993. Against a chain of libav's atempo filters it keeps
the exact length and the spectrum better, and holds back half as much.
"""

import math

import numpy as np

from vivavoce.core import Samples

HOP_SECONDS = 0.0125
"""Half a frame: frames overlap by half."""
TOLERANCE_SECONDS = 0.008
"""How far a frame may be from its place in time; twice this is more than a period of the lowest voice."""


class Stretcher:
    """Streaming time-stretch of n samples to exactly round(n / factor); 2 is twice as fast.

    Holds back at most 33 ms of the input plus one hop of the output (12.5 ms · factor).
    """

    def __init__(self, sample_rate_hertz: int, factor: float) -> None:
        self._factor = factor
        self._hop = round(HOP_SECONDS * sample_rate_hertz)
        self._tolerance = round(TOLERANCE_SECONDS * sample_rate_hertz)
        self._window = np.hanning(2 * self._hop + 1)[:-1].astype(np.float32)
        # Positions count samples of the input; the first frame lies half before its start.
        self._buffer_start = -self._hop - self._tolerance
        self._buffer: Samples = np.zeros(-self._buffer_start, np.float32)
        self._previous = -2 * self._hop
        self._frames = 0
        self._overlap: Samples = np.zeros(self._hop, np.float32)
        self._taken = self._given = 0

    def feed(self, samples: Samples) -> Samples:
        """The stretched samples that are ready after these."""
        self._taken += samples.size
        stretched = self._stretch(samples)
        self._given += stretched.size
        return stretched

    def finish(self) -> Samples:
        """The rest."""
        missing = round(self._taken / self._factor) - self._given
        padding = (math.ceil(self._factor) + 4) * self._hop + self._tolerance
        return self._stretch(np.zeros(padding, np.float32))[:missing]

    def _stretch(self, samples: Samples) -> Samples:
        self._buffer = np.concatenate([self._buffer, samples])
        end = self._buffer_start + self._buffer.size
        hops = [self._buffer[:0]]
        while max(self._target() + self._tolerance, self._continuation()) + 2 * self._hop <= end:
            hops.append(self._add_frame())
        self._drop_used()
        return np.concatenate(hops)

    def _target(self) -> int:
        """Where the next frame should begin."""
        return round(self._frames * self._hop * self._factor) - self._hop

    def _continuation(self) -> int:
        """Where the next frame would begin if it went on from the previous one unchanged."""
        return self._previous + self._hop

    def _add_frame(self) -> Samples:
        start = self._best_start()
        frame = self._window * self._at(start, 2 * self._hop)
        finished = self._overlap + frame[: self._hop]
        self._overlap = frame[self._hop :]
        self._previous = start
        self._frames += 1
        return finished if self._frames > 1 else finished[:0]  # the first half lies before the start

    def _best_start(self) -> int:
        target, continuation = self._target(), self._continuation()
        if abs(target - continuation) <= self._tolerance:
            return continuation
        earliest = target - self._tolerance
        region = self._at(earliest, 2 * (self._hop + self._tolerance))
        return earliest + _most_similar(region, self._at(continuation, 2 * self._hop))

    def _at(self, position: int, length: int) -> Samples:
        return self._buffer[position - self._buffer_start :][:length]

    def _drop_used(self) -> None:
        needed = min(self._target() - self._tolerance, self._continuation())
        self._buffer = self._buffer[needed - self._buffer_start :]
        self._buffer_start = needed


def _most_similar(region: Samples, template: Samples) -> int:
    """Offset of the part of `region` with the greatest normalised cross-correlation to `template`."""
    size = 1 << (region.size - 1).bit_length()
    spectrum = np.fft.rfft(region, size) * np.fft.rfft(template, size).conj()
    correlation = np.fft.irfft(spectrum, size)[: region.size - template.size + 1]
    energy = np.cumsum(np.square(region, dtype=np.float64))
    energies = energy[template.size - 1 :] - np.concatenate([[0.0], energy[: -template.size]])
    return int(np.argmax(correlation / np.sqrt(energies + 1e-6)))
