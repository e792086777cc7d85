"""The windows of segments → one stream: soft edges where a segment begins and ends, silence between."""

import numpy as np

from vivavoce.core import Samples

FADE_SECONDS = 0.005


class Joiner:
    """Fades the outer edges of each segment from and to zero, so that no join clicks or steps.

    The windows of one segment join exactly as they are, and nothing is held back.
    """

    def __init__(self, sample_rate_hertz: int) -> None:
        self._rate_hertz = sample_rate_hertz
        self._rise = _rise(round(FADE_SECONDS * sample_rate_hertz))
        self._position = 0

    def feed(self, samples: Samples, *, first: bool, last: bool) -> Samples:
        """A window of a segment; `first` and `last` say whether the segment begins or ends with it.

        A last window shorter than the fade fades over its own length."""
        if first:
            self._position = 0
        rise = self._rise[self._position : self._position + samples.size]
        self._position += samples.size
        fall = _rise(min(samples.size, self._rise.size))[::-1] if last else self._rise[:0]
        if rise.size == 0 and fall.size == 0:
            return samples
        faded = samples.copy()
        faded[: rise.size] *= rise
        faded[samples.size - fall.size :] *= fall
        return faded

    def silence(self, seconds: float) -> Samples:
        """A pause between two segments."""
        return np.zeros(round(seconds * self._rate_hertz), np.float32)


def _rise(length: int) -> Samples:
    """Half a raised cosine, from 0 to 1."""
    phase = (np.arange(length) + 0.5) / max(length, 1)
    return (0.5 - 0.5 * np.cos(np.pi * phase)).astype(np.float32)
