"""What is measured of a recording, frame by frame: log-mel spectrum, F0, voicing.

A frame is HOP samples; frame i is centred on sample (i + 0.5) · HOP. Only `log_mel` needs PyTorch, so
that what measures a voice does not.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

SAMPLE_RATE_HERTZ, HOP, FFT_SIZE, BANDS = 24_000, 256, 1024, 80
LOWEST_F0_HERTZ, HIGHEST_F0_HERTZ = 65.0, 450.0
LOG_FLOOR = 1e-5
"""Of a mel band's magnitude."""
LARGEST_SLIP = 0.22
"""How far log F0 may lie from its running median; farther is a slip of the pitch tracker."""
FEWEST_VOICED = 5
"""Frames; with fewer, nothing can be said of slips."""

Array = NDArray[np.float32]


def mel_of(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slaney's mel scale: linear below 1 kHz, logarithmic above (Auditory Toolbox, 1998)."""
    above = 15 + np.log(np.maximum(hertz, 1e-9) / 1000) / (np.log(6.4) / 27)
    return np.where(hertz < 1000, hertz * 3 / 200, above)


def hertz_of(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    """The inverse of `mel_of`."""
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((np.log(6.4) / 27) * (mel - 15)))


def band_edges(bands: int = BANDS) -> NDArray[np.float64]:
    """Edges and centres of the bands in Hz, shape [bands + 2]: band i is centred on number i + 1."""
    return hertz_of(np.linspace(0, mel_of(np.array(SAMPLE_RATE_HERTZ / 2.0)), bands + 2))


def mel_triangles(fft_size: int = FFT_SIZE, bands: int = BANDS) -> NDArray[np.float64]:
    """Of equal area, shape [bands, fft_size / 2 + 1]."""
    edges = band_edges(bands)
    frequencies = np.linspace(0, SAMPLE_RATE_HERTZ / 2, fft_size // 2 + 1)
    up = (frequencies[None] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - frequencies[None]) / (edges[2:] - edges[1:-1])[:, None]
    triangles: NDArray[np.float64] = np.maximum(0, np.minimum(up, down))
    return triangles * (2 / (edges[2:] - edges[:-2]))[:, None]


def mel_filters(fft_size: int = FFT_SIZE, bands: int = BANDS) -> Array:
    """`mel_triangles` in single precision, as the networks are given them."""
    return mel_triangles(fft_size, bands).astype(np.float32)


@lru_cache(maxsize=16)
def _analysis(fft_size: int, bands: int, device: "torch.device") -> "tuple[torch.Tensor, torch.Tensor]":
    import torch

    filters = torch.from_numpy(mel_filters(fft_size, bands)).to(device)
    return filters, torch.hann_window(fft_size, device=device)


def log_mel(
    samples: "torch.Tensor", *, hop: int = HOP, fft_size: int = FFT_SIZE, bands: int = BANDS
) -> "torch.Tensor":
    """Natural logarithm of the mel magnitudes: samples [..., n] → [..., bands, n / hop]."""
    from torch.nn import functional

    margin = (fft_size - hop) // 2
    padded = functional.pad(samples.reshape(-1, 1, samples.shape[-1]), (margin, margin), mode="reflect")[:, 0]
    found = log_mel_within(padded, hop=hop, fft_size=fft_size, bands=bands)
    return found.reshape(*samples.shape[:-1], bands, -1)


def log_mel_within(
    samples: "torch.Tensor", *, hop: int = HOP, fft_size: int = FFT_SIZE, bands: int = BANDS
) -> "torch.Tensor":
    """The same of the windows that lie within the samples [batch, n]: → [batch, bands, (n - fft_size) / hop +
    1]."""
    import torch

    filters, window = _analysis(fft_size, bands, samples.device)
    spectrum = torch.stft(samples, fft_size, hop, fft_size, window, center=False, return_complex=True).abs()
    return torch.log((filters @ spectrum).clamp(min=LOG_FLOOR))


def measured_f0(samples: NDArray[np.float64]) -> tuple[Array, Array]:
    """Log F0 (bridged where there is none) and voicing 0/1, each [frames]."""
    frames = len(samples) // HOP
    hertz, voiced = (found[:frames] for found in tracked_f0(samples, padding=HOP))
    known = np.flatnonzero(hertz)
    if not len(known):
        return np.full(frames, np.log(150), np.float32), np.zeros(frames, np.float32)
    bridged = np.interp(np.arange(frames), known, np.log(hertz[known]))
    return bridged.astype(np.float32), voiced.astype(np.float32)


def tracked_f0(samples: NDArray[np.float64], padding: int) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """F0 in Hz, 0 where there is none, and voicing, frame by frame, by WORLD's Harvest and D4C's LoveTrain;
    `padding` samples of silence behind let the last frames be whole.

    Morise, Harvest: A high-performance fundamental frequency estimator from speech signals, 2017; D4C, a
    band-aperiodicity estimator for high-quality speech synthesis, 2016.
    """
    import pyworld

    # So that the tracker's instants are the frames' centres.
    shifted = np.pad(samples[HOP // 2 :], (0, padding))
    hertz, at = pyworld.harvest(
        shifted,
        SAMPLE_RATE_HERTZ,
        f0_floor=LOWEST_F0_HERTZ,
        f0_ceil=HIGHEST_F0_HERTZ,
        frame_period=HOP / SAMPLE_RATE_HERTZ * 1000,
    )
    aperiodicity = pyworld.d4c(shifted, hertz, at, SAMPLE_RATE_HERTZ, threshold=0.6)
    return hertz, (hertz > 0) & (aperiodicity[:, 8] < 0.999)


def without_slips(log_f0: NDArray[Any], voiced: NDArray[Any]) -> NDArray[Any]:
    """Log F0 with the tracker's slips, most of them at the edges of voicing, bridged like unvoiced frames."""
    from scipy.ndimage import median_filter

    at = np.flatnonzero(voiced)
    if len(at) < FEWEST_VOICED:
        return log_f0
    good = at[np.abs(log_f0[at] - median_filter(log_f0[at], 21)) < LARGEST_SLIP]
    if len(good) < 2:
        return log_f0
    smooth = np.interp(np.arange(len(log_f0)), good, median_filter(log_f0[good], 3, mode="nearest"))
    return smooth.astype(log_f0.dtype)
