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

RATE_HERTZ = 24000
HOP = 256
FRAME_SECONDS = HOP / RATE_HERTZ
FFT = 1024
MELS = 80
CEPSTRA = 13
LOWEST_HERTZ, HIGHEST_HERTZ = 65.0, 450.0
"""Of the pitch."""
SLIP = 0.22
"""Further from the running median than this (log F0, 3.8 semitones), the tracker has slipped."""

Floats: TypeAlias = NDArray[np.float64]


def resampled(sound: Sound, rate_hertz: int = RATE_HERTZ) -> Floats:
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
    return np.log(np.maximum(spectra(samples, FFT, HOP) @ _mel_basis().T, 1e-5))


@lru_cache
def _mel_basis() -> Floats:
    """Slaney's triangles of equal area [80, bins]: Auditory Toolbox, 1998."""
    steps = np.linspace(0, _to_mel(RATE_HERTZ / 2), MELS + 2)
    edges = np.where(steps < 15, steps * 200 / 3, 1000 * np.exp((np.log(6.4) / 27) * (steps - 15)))
    hertz = np.linspace(0, RATE_HERTZ / 2, FFT // 2 + 1)
    low, centre, high = edges[:-2, None], edges[1:-1, None], edges[2:, None]
    triangles = np.maximum(0, np.minimum((hertz - low) / (centre - low), (high - hertz) / (high - centre)))
    basis: Floats = triangles * 2 / (high - low)
    return basis


def _to_mel(hertz: float) -> float:
    return hertz * 3 / 200 if hertz < 1000 else 15 + float(np.log(hertz / 1000)) * 27 / float(np.log(6.4))


def cepstra(mels: Floats) -> Floats:
    """Cepstra 1 to 13 of log-mel frames [frames, 13], so that log spectrum = Σ c cos (without factor 2)."""
    order = np.arange(1, CEPSTRA + 1)[:, None]
    cosines = np.cos(order * (np.arange(MELS) + 0.5) * np.pi / MELS)
    found: Floats = mels @ cosines.T * 2 / MELS
    return found


def pitch(sound: Sound) -> Floats:
    """Harvest's F0 in hertz, 0 where there is none, and whether D4C's LoveTrain calls the frame voiced
    [frames, 2]: Morise, Harvest, 2017; D4C, 2016."""
    import pyworld

    samples = resampled(sound)
    frames = -(-len(samples) // HOP)
    # pyworld's frame i is centred on i · period: half a hop later, ours is.
    moved = np.pad(samples[HOP // 2 :], (0, 2 * HOP))
    period = FRAME_SECONDS * 1000
    hertz, times = pyworld.harvest(
        moved, RATE_HERTZ, f0_floor=LOWEST_HERTZ, f0_ceil=HIGHEST_HERTZ, frame_period=period
    )
    aperiodicity = pyworld.d4c(moved, hertz, times, RATE_HERTZ, threshold=0.6)
    voiced = (hertz > 0) & (aperiodicity[:, 8] < 0.999)
    return np.stack([hertz, voiced], 1)[:frames]


def cleaned(tracked: Floats) -> Floats:
    """Log F0 of every frame: the tracker's slips dropped, gaps bridged in a straight line. NaN everywhere
    if there is hardly a voiced frame."""
    from scipy.ndimage import median_filter

    at = np.flatnonzero(tracked[:, 1])
    if len(at) < 5:
        return np.full(len(tracked), np.nan)
    log_hertz = np.log(tracked[at, 0])
    good = np.abs(log_hertz - median_filter(log_hertz, 21)) < SLIP
    smooth = median_filter(log_hertz[good], 3, mode="nearest")
    bridged: Floats = np.interp(np.arange(len(tracked)), at[good], smooth)
    return bridged


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
