"""What is measured of a recording, frame by frame: log-mel spectrum, F0, voicing.

A frame is HOP samples; frame i is centred on sample (i + 0.5) · HOP.
"""

from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.ndimage import median_filter
from torch.nn import functional

SAMPLE_RATE_HERTZ, HOP, FFT_SIZE, BANDS = 24_000, 256, 1024, 80
LOWEST_F0_HERTZ, HIGHEST_F0_HERTZ = 65.0, 450.0
LOG_FLOOR = 1e-5
"""Of a mel band's magnitude."""
LARGEST_SLIP = 0.22
"""How far log F0 may lie from its running median; farther is a slip of the pitch tracker."""

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


def mel_filters(fft_size: int = FFT_SIZE, bands: int = BANDS) -> Array:
    """Triangles of equal area, shape [bands, fft_size / 2 + 1]."""
    edges = band_edges(bands)
    frequencies = np.linspace(0, SAMPLE_RATE_HERTZ / 2, fft_size // 2 + 1)
    up = (frequencies[None] - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    down = (edges[2:, None] - frequencies[None]) / (edges[2:] - edges[1:-1])[:, None]
    triangles = np.maximum(0, np.minimum(up, down)) * (2 / (edges[2:] - edges[:-2]))[:, None]
    return triangles.astype(np.float32)


@lru_cache(maxsize=16)
def _analysis(fft_size: int, bands: int, device: torch.device) -> tuple[torch.Tensor, torch.Tensor]:
    return torch.from_numpy(mel_filters(fft_size, bands)).to(device), torch.hann_window(
        fft_size, device=device
    )


def log_mel(
    samples: torch.Tensor, *, hop: int = HOP, fft_size: int = FFT_SIZE, bands: int = BANDS
) -> torch.Tensor:
    """Natural logarithm of the mel magnitudes: samples [..., n] → [..., bands, n / hop]."""
    filters, window = _analysis(fft_size, bands, samples.device)
    margin = (fft_size - hop) // 2
    padded = functional.pad(samples.reshape(-1, 1, samples.shape[-1]), (margin, margin), mode="reflect")[:, 0]
    spectrum = torch.stft(padded, fft_size, hop, fft_size, window, center=False, return_complex=True).abs()
    return torch.log((filters @ spectrum).clamp(min=LOG_FLOOR)).reshape(*samples.shape[:-1], bands, -1)


def measured_f0(samples: NDArray[np.float64]) -> tuple[Array, Array]:
    """Log F0 (bridged where there is none) and voicing 0/1, each [frames], by WORLD's Harvest and D4C.

    Morise, Harvest: A high-performance fundamental frequency estimator from speech signals, 2017.
    """
    import pyworld

    frames = len(samples) // HOP
    shifted = np.pad(samples[HOP // 2 :], (0, HOP))  # so that the tracker's instants are the frames' centres
    f0, at = pyworld.harvest(
        shifted,
        SAMPLE_RATE_HERTZ,
        f0_floor=LOWEST_F0_HERTZ,
        f0_ceil=HIGHEST_F0_HERTZ,
        frame_period=HOP / SAMPLE_RATE_HERTZ * 1000,
    )
    aperiodicity = pyworld.d4c(shifted, f0, at, SAMPLE_RATE_HERTZ, threshold=0.6)
    voiced = ((f0 > 0) & (aperiodicity[:, 8] < 0.999))[:frames]
    known = np.flatnonzero(f0[:frames])
    if not len(known):
        return np.full(frames, np.log(150), np.float32), np.zeros(frames, np.float32)
    bridged = np.interp(np.arange(frames), known, np.log(f0[known]))
    return bridged.astype(np.float32), voiced.astype(np.float32)


def without_slips(log_f0: Array, voiced: Array) -> Array:
    """Log F0 with the tracker's slips, most of them at the edges of voicing, bridged like unvoiced frames."""
    at = np.flatnonzero(voiced)
    if len(at) < 5:
        return log_f0
    good = at[np.abs(log_f0[at] - median_filter(log_f0[at], 21)) < LARGEST_SLIP]
    if len(good) < 2:
        return log_f0
    smooth = np.interp(np.arange(len(log_f0)), good, median_filter(log_f0[good], 3, mode="nearest"))
    return smooth.astype(np.float32)
