"""Buzz, hoarseness and hiss: how periodic voiced speech is per band, and how noise-like it is up high."""

from collections.abc import Sequence

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from training.voice.evaluate import features
from training.voice.evaluate.features import Floats
from training.voice.evaluate.store import Sound, Store
from training.voice.evaluate.systems import System
from training.voice.evaluate.tables import Cell, Table, spread
from training.voice.evaluate.utterances import Utterance
from training.voice.features import FFT_SIZE, HOP, LOWEST_F0_HERTZ, SAMPLE_RATE_HERTZ

RATE = 16000
"""Of the periodicity, so that programs with 16 kHz can be compared."""
BANDS_HERTZ = ((80, 1000), (1000, 2500), (2500, 5000), (5000, 7900))
FRAME = 640
"""40 ms."""
COLUMNS = (
    *(f"periodicity {low}–{high} Hz" for low, high in BANDS_HERTZ),
    "HNR 80–1000 Hz, dB",
    "flatness 4–7.5 kHz voiced, dB",
    "unvoiced, dB",
    "flatness 8–11.5 kHz voiced, dB",
    "unvoiced, dB ",
    "level 4–7.5 kHz, dB",
    "level 8–11.5 kHz, dB",
)
NOTE = (
    "Mean ± standard deviation over the held-out utterances; the recordings are the mark. Periodicity: "
    "normalised autocorrelation at the pitch period over 40 ms of loud voiced frames, above 1 kHz of the "
    "half-wave envelope (periodic even where the fine structure is not): low is hoarse, high is buzzy. "
    "HNR: 10 log r/(1−r). Flatness: geometric over arithmetic mean of the power spectrum (43 ms); white "
    "noise gives −2.5 dB, harmonics less. Level: against 80–1000 Hz, loud voiced frames."
)


def table(systems: Sequence[System], utterances: Sequence[Utterance], store: Store) -> Table:
    """A row for each system."""
    rows: list[tuple[str, tuple[Cell, ...]]] = []
    for system in systems:
        sounds = [system.sound(one) for one in utterances if system.says(one)]
        tracked = store.found("pitch-1", sounds, features.pitch)
        measured = [[*periodicity(*pair), *high_band(*pair)] for pair in zip(sounds, tracked, strict=True)]
        columns = [spread(column) for column in zip(*measured, strict=True)]
        rows.append((system.name, tuple(columns)))
    return Table("Buzz and roughness", NOTE, COLUMNS, tuple(rows), digits=2)


def loud_voiced(sound: Sound, tracked: Floats) -> np.ndarray:
    """Numbers of the voiced frames among the louder 40 %."""
    levels = features.loudness(features.resampled(sound))[: len(tracked)]
    return np.flatnonzero((tracked[:, 1] > 0) & (levels > np.percentile(levels, 60)))


def periodicity(sound: Sound, tracked: Floats) -> list[float]:
    """Per band, then the HNR of the lowest."""
    from scipy.signal import butter, sosfiltfilt

    samples = features.resampled(sound, RATE)
    frames = loud_voiced(sound, tracked)
    starts = np.round((frames + 0.5) * HOP / SAMPLE_RATE_HERTZ * RATE).astype(int) - FRAME // 2
    periods = np.round(RATE / tracked[frames, 0]).astype(int)
    found = []
    for low, high in BANDS_HERTZ:
        band = sosfiltfilt(butter(3, (low, high), "bandpass", fs=RATE, output="sos"), samples)
        if low >= 1000:
            envelope = np.maximum(band, 0)
            band = sosfiltfilt(butter(3, (70, 800), "bandpass", fs=RATE, output="sos"), envelope)
        found.append(float(at_period(band, starts, periods).mean()) if len(frames) else float("nan"))
    ratio = min(max(found[0], 0.001), 0.999)
    return [*found, 10 * float(np.log10(ratio / (1 - ratio)))]


def at_period(samples: Floats, starts: np.ndarray, periods: np.ndarray) -> Floats:
    """The best normalised autocorrelation of each frame within 4 % of its period, −1 to 1."""
    reach = int(RATE / LOWEST_F0_HERTZ * 1.05)
    padded = np.pad(samples, (FRAME, FRAME + reach))
    windows = sliding_window_view(padded, FRAME)
    here = windows[starts + FRAME]
    best = np.full(len(starts), -1.0)
    for factor in np.linspace(0.96, 1.04, 9):
        there = windows[starts + FRAME + np.round(periods * factor).astype(int)]
        norms = np.sqrt((here**2).sum(1) * (there**2).sum(1)) + 1e-12
        best = np.maximum(best, (here * there).sum(1) / norms)
    return best


def high_band(sound: Sound, tracked: Floats) -> list[float]:
    """Flatness of the two bands, voiced and unvoiced, then their levels; NaN above what its rate holds."""
    power = features.spectra(features.resampled(sound), FFT_SIZE, HOP)[: len(tracked)] ** 2 + 1e-12
    levels = 10 * np.log10(power.mean(1))
    voiced = loud_voiced(sound, tracked)
    unvoiced = np.flatnonzero((tracked[:, 1] == 0) & (levels > np.percentile(levels, 95) - 35))
    low = _band(power, 80, 1000)[voiced].mean()
    flat, level = [], []
    for edges in ((4000, 7500), (8000, 11500)):
        band = _band(power, *edges) if sound.rate_hertz >= 2 * edges[1] else np.full_like(power, np.nan)
        flat += [_flatness(band[chosen]) for chosen in (voiced, unvoiced)]
        level.append(10 * float(np.log10(band[voiced].mean() / low)))
    return [*flat, *level]


def flatness(power: Floats) -> Floats:
    """Of each row of power spectra, in dB: 0 for all bins equal."""
    decibels: Floats = 10 * (np.log10(power).mean(1) - np.log10(power.mean(1)))
    return decibels


def _flatness(power: Floats) -> float:
    return float(flatness(power).mean()) if len(power) else float("nan")


def _band(power: Floats, low_hertz: float, high_hertz: float) -> Floats:
    bins = power.shape[1] - 1
    low, high = (round(edge / (SAMPLE_RATE_HERTZ / 2) * bins) for edge in (low_hertz, high_hertz))
    return power[:, low:high]
