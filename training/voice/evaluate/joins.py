"""Window borders: do the windows join to exactly the full decode, and can a border be told from elsewhere?"""

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from training.voice.evaluate import features
from training.voice.evaluate.features import Floats
from training.voice.evaluate.systems import Embedded
from training.voice.evaluate.tables import Cell, Interval, Table
from training.voice.evaluate.utterances import Utterance

HOP = 64
FFT = 256
BORDER_STEPS = 2
"""Steps of 2.7 ms to each side that belong to a border."""
NOTE = (
    "The same frames decoded in the service's windows and in one piece: the largest difference of samples "
    "(full scale 1). Flux: growth of the log spectrum (11 ms windows, 2.7 ms steps) within 5 ms of a border "
    "over that elsewhere in speech; kick: the same for the largest change of slope between samples. 1 means "
    "that a border is like any other place; the intervals are those of as many other places drawn at random."
)
COLUMNS = ("borders", "largest difference", "flux ÷ elsewhere", "by chance", "kick ÷ elsewhere", "by chance ")


def table(voices: Sequence[Embedded], sentences: Sequence[Utterance]) -> Table:
    """A row for each voice."""
    rows = [(voice.name, _measure(voice, sentences)) for voice in voices]
    return Table("Joins at window borders", NOTE, COLUMNS, tuple(rows), digits=3)


def _measure(voice: Embedded, sentences: Sequence[Utterance]) -> tuple[Cell, ...]:
    difference = 0.0
    at: list[Floats] = []
    elsewhere: list[Floats] = []
    for utterance in sentences:
        for segment in voice.script.segments(utterance.text):
            windows = [decoded.samples for decoded, _ in voice.windows(segment.phonemes, first=True)]
            whole: Floats = np.concatenate(windows).astype(np.float64)
            full = voice.decode(voice.encode(segment.phonemes))
            difference = max(difference, float(np.abs(whole - full).max()))
            values, loud = _around(whole)
            is_border = np.zeros(len(values), bool)
            is_border[np.cumsum([len(window) for window in windows])[:-1] // HOP - BORDER_STEPS] = True
            at.append(values[is_border & loud])
            elsewhere.append(values[~is_border & loud])
    ours, others = np.concatenate(at), np.concatenate(elsewhere)
    ratios = ours.mean(0) / others.mean(0)
    chance = _by_chance(others, len(ours))
    return str(len(ours)), f"{difference:.1e}", float(ratios[0]), chance[0], float(ratios[1]), chance[1]


def _around(samples: Floats) -> tuple[Floats, np.ndarray]:
    """Flux and kick over the steps around each place [places, 2], and whether there is speech; place p lies
    BORDER_STEPS steps after the p-th one begins."""
    size = 2 * BORDER_STEPS
    both = np.stack([flux(samples), kick(samples)], 1)
    values = sliding_window_view(both, size, axis=0).mean(2)
    loud = features.speech(features.loudness(samples.astype(np.float64), HOP), 30)
    return values, np.asarray(sliding_window_view(loud, size).all(1))


def _by_chance(values: Floats, count: int) -> list[Cell]:
    """The ratio's 95 % interval for as many places that are no borders."""
    drawn = values[np.random.default_rng(0).integers(0, len(values), (1000, count))].mean(1)
    low, high = np.percentile(drawn / values.mean(0), [2.5, 97.5], axis=0)
    return [Interval(1.0, float(low[index]), float(high[index])) for index in range(2)]


def flux(samples: Floats) -> Floats:
    """Root mean square growth of the log spectrum from step to step, in dB [steps]."""
    power = 20 * np.log10(features.spectra(samples.astype(np.float64), FFT, HOP) + 1e-4)
    growth = np.maximum(np.diff(power, axis=0, prepend=power[:1]), 0)
    root: Floats = np.sqrt((growth**2).mean(1))
    return root


def kick(samples: Floats) -> Floats:
    """Largest change of slope in each step over the samples' spread around it [steps]."""
    steps = -(-len(samples) // HOP)
    bend = np.abs(np.diff(samples.astype(np.float64), n=2, prepend=0, append=0))
    padded = np.pad(bend, (0, steps * HOP - len(bend))).reshape(steps, HOP)
    spread = np.sqrt(np.convolve((padded**2).mean(1), np.ones(5) / 5, mode="same")) + 1e-6
    relative: Floats = padded.max(1) / spread
    return relative
