"""A model's windows → encoded bytes: joins → stretch → gain → resampling → encoder."""

from typing import Protocol

import numpy as np

from vivavoce.audio import encoder_class
from vivavoce.audio.gain import Limiter
from vivavoce.audio.joins import Joiner
from vivavoce.audio.resample import Resampler
from vivavoce.audio.stretch import Stretcher
from vivavoce.core import Samples, Utterance


class Step(Protocol):
    """Takes samples block by block and may hold some back until it is finished."""

    def feed(self, samples: Samples) -> Samples: ...

    def finish(self) -> Samples: ...


class AudioChain:
    """The audio of one utterance; used by one thread at a time."""

    def __init__(self, utterance: Utterance, model_rate_hertz: int, *, stretch: float = 1.0) -> None:
        """`stretch` is the speed that the model does not make itself: 2.0 halves the length."""
        self._stretch = stretch
        self._joiner = Joiner(model_rate_hertz)
        self._steps = _steps(utterance, model_rate_hertz, stretch)
        encoder = encoder_class(utterance.audio_format)
        self._encoder = encoder(utterance.sample_rate_hertz)

    def feed(self, samples: Samples, *, first: bool, last: bool) -> bytes:
        """The bytes that are ready after the next window of a segment; `first` and `last` say whether the
        segment begins or ends with it."""
        return self._pass(self._joiner.feed(samples, first=first, last=last))

    def silence(self, seconds: float) -> bytes:
        """The bytes that are ready after a pause between segments of `seconds` in the finished audio."""
        return self._pass(self._joiner.silence(seconds * self._stretch))

    def finish(self) -> bytes:
        """The rest. Called once, after everything else."""
        samples = np.zeros(0, np.float32)
        for step in self._steps:
            samples = np.concatenate([step.feed(samples), step.finish()])
        return self._encoder.feed(samples) + self._encoder.finish()

    def _pass(self, samples: Samples) -> bytes:
        for step in self._steps:
            samples = step.feed(samples)
        return self._encoder.feed(samples)


def _steps(utterance: Utterance, model_rate_hertz: int, stretch: float) -> tuple[Step, ...]:
    """Only what is needed: the plain path is the limiter alone, which then costs one look at the peak."""
    steps: list[Step] = []
    if stretch != 1.0:
        steps.append(Stretcher(model_rate_hertz, stretch))
    steps.append(Limiter(model_rate_hertz, utterance.gain_db))
    if utterance.sample_rate_hertz != model_rate_hertz:
        steps.append(Resampler(model_rate_hertz, utterance.sample_rate_hertz))
    return tuple(steps)
