"""Samples → spectra, pitch, loudness: what the measurements look at.

All at 24 kHz in frames of 256 samples (10.7 ms); frame i is centred on sample (i + 1/2) · 256.
"""

from functools import lru_cache
from math import gcd
from typing import TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from training.voice.evaluate.store import Sound
from training.voice.features import (
    BANDS,
    FEWEST_VOICED,
    FFT_SIZE,
    HOP,
    LOG_FLOOR,
    SAMPLE_RATE_HERTZ,
    mel_triangles,
    tracked_f0,
    without_slips,
)

FRAME_SECONDS = HOP / SAMPLE_RATE_HERTZ
CEPSTRA = 13

Floats: TypeAlias = NDArray[np.float64]


def resampled(sound: Sound, rate_hertz: int = SAMPLE_RATE_HERTZ) -> Floats:
    """The samples at another rate."""
    from scipy.signal import resample_poly

    common = gcd(rate_hertz, sound.rate_hertz)
    samples = sound.samples.astype(np.float64)
    if rate_hertz == sound.rate_hertz:
        return samples
    at_rate: Floats = resample_poly(samples, rate_hertz // common, sound.rate_hertz // common)
    return at_rate


def spectra(samples: Floats, fft: int, hop: int) -> Floats:
    """Magnitudes [frames, fft // 2 + 1] under Hann windows, one frame for each begun hop."""
    frames = -(-len(samples) // hop)
    margin = (fft - hop) // 2
    padded = np.pad(samples, (0, frames * hop - len(samples)))
    padded = np.pad(padded, margin, mode="reflect" if len(padded) > margin else "constant")
    windows = sliding_window_view(padded, fft)[::hop][:frames]
    hann = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(fft) / fft)
    return np.abs(np.fft.rfft(windows * hann))


def log_mel(samples: Floats) -> Floats:
    """Natural log of 80 mel bands up to 12 kHz [frames, 80]; magnitudes under 1e-5 count as that."""
    return np.log(np.maximum(spectra(samples, FFT_SIZE, HOP) @ _triangles().T, LOG_FLOOR))


@lru_cache
def _triangles() -> Floats:
    return mel_triangles()


def cepstra(mels: Floats) -> Floats:
    """Cepstra 1 to 13 of log-mel frames [frames, 13], so that log spectrum = Σ c cos (without factor 2)."""
    order = np.arange(1, CEPSTRA + 1)[:, None]
    cosines = np.cos(order * (np.arange(BANDS) + 0.5) * np.pi / BANDS)
    found: Floats = mels @ cosines.T * 2 / BANDS
    return found


def pitch(sound: Sound) -> Floats:
    """F0 in hertz, 0 where there is none, and whether the frame is voiced [frames, 2]."""
    samples = resampled(sound)
    frames = -(-len(samples) // HOP)
    return np.stack(tracked_f0(samples, padding=2 * HOP), 1)[:frames].astype(np.float64)


def cleaned(tracked: Floats) -> Floats:
    """Log F0 of every frame: the tracker's slips dropped, gaps bridged in a straight line. NaN everywhere
    if there is hardly a voiced frame."""
    hertz, voiced = tracked.T
    if np.count_nonzero(voiced) < FEWEST_VOICED:
        return np.full(len(tracked), np.nan)
    return without_slips(np.log(np.where(voiced, hertz, 1.0)), voiced)


def voiced_semitones(tracked: Floats) -> Floats:
    """The voiced frames' pitch over 100 Hz in semitones, NaN elsewhere."""
    semitones = 12 * (cleaned(tracked) - np.log(100)) / np.log(2)
    return np.where(tracked[:, 1] > 0, semitones, np.nan)


def loudness(samples: Floats, hop: int = HOP) -> Floats:
    """Level of each frame of `hop` samples in dB [frames]."""
    frames = -(-len(samples) // hop)
    blocks = np.pad(samples, (0, frames * hop - len(samples))).reshape(frames, hop)
    levels: Floats = 10 * np.log10((blocks**2).mean(1) + 1e-12)
    return levels


def speech(levels: Floats, range_db: float = 35.0) -> NDArray[np.bool_]:
    """Which frames are no silence: not `range_db` under the loud ones."""
    is_loud: NDArray[np.bool_] = levels > np.percentile(levels, 95) - range_db
    return is_loud


def runs(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Begin and end of each stretch of true."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(int), [0]))))
    return [(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]
