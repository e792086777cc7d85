"""What the decoder does not learn: Fourier bases, windows, and its noise, a table by frame number."""

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from training.voice.excitation import SHORT, STEP
from training.voice.features import BANDS, FFT_SIZE, HOP, log_mel_within, mel_filters

BINS, SHORT_BINS = FFT_SIZE // 2 + 1, SHORT // 2 + 1
NOISE_FRAMES = 509
"""A prime: the length of the noise's table in frames."""
NOISE_SEED = 7
LUCK = 8
"""Random numbers a frame, for what its spectrum leaves open: how sharply the breath pulses, say."""
BEFORE = 2
"""Blocks of noise in a frame's window that lie before its centre; as many follow."""


def constants() -> dict[str, Tensor]:
    """Bases, windows, tables."""
    generator = torch.Generator().manual_seed(NOISE_SEED)
    noise = torch.randn(NOISE_FRAMES, HOP, generator=generator)
    bands = bands_of(torch.cat([noise[-BEFORE:], noise, noise[: BEFORE - 1]])[None])[0]
    mean, deviation = bands.mean(0), bands.std(0)
    bases = {"long": dft_bases(FFT_SIZE, 0.5), "short": dft_bases(SHORT, 1.0)}
    return {
        **{f"{name}_in": basis[0] for name, basis in bases.items()},
        **{f"{name}_out": basis[1] for name, basis in bases.items()},
        "long_window": torch.sqrt(torch.hann_window(FFT_SIZE)),
        "short_window": torch.sqrt(torch.hann_window(SHORT)),
        "overlap": _overlaps(),
        "ramp": torch.arange(HOP) / HOP,
        "spread": _bands_to_bins(),
        "noise": noise,
        "noise_bands": (bands - mean) / deviation,
        "noise_mean": mean,
        "noise_deviation": deviation,
        "luck": torch.randn(NOISE_FRAMES, LUCK, generator=generator),
    }


def bands_of(blocks: Tensor) -> Tensor:
    """Log-mel bands of the windows of four blocks [batch, count, HOP] → [batch, count - 3, BANDS]."""
    return log_mel_within(blocks.flatten(1)).transpose(1, 2)


def dft_bases(size: int, scale: float) -> tuple[Tensor, Tensor]:
    """The windowed real Fourier transform as weights of convolutions [size + 2, 1, size]: analysis, and
    synthesis for overlap-add."""
    bins = size // 2 + 1
    angle = 2 * math.pi / size * ((torch.arange(bins)[:, None] * torch.arange(size)[None]) % size)
    both = torch.cat([torch.cos(angle), -torch.sin(angle)]) * torch.sqrt(torch.hann_window(size))
    weight = torch.full((bins, 1), 2.0)
    weight[0] = weight[-1] = 1.0
    return both[:, None], (both * torch.cat([weight, weight]) / size * scale)[:, None]


def _bands_to_bins() -> Tensor:
    """Straight lines between the bands' centres, [BANDS, BINS]."""
    centres = mel_filters().argmax(1).astype(float)
    return torch.from_numpy(
        np.stack([np.interp(np.arange(BINS), centres, row) for row in np.eye(BANDS)])
    ).float()


def _overlaps() -> Tensor:
    """How much of each noise window's power falls in a frame's long window, for the ten that touch it."""
    padded = functional.pad(torch.hann_window(FFT_SIZE), (SHORT, SHORT))
    starts = [FFT_SIZE // 2 + SHORT // 2 + offset for offset in range(-9 * STEP // 2, 10 * STEP // 2, STEP)]
    return torch.stack([(padded[start : start + SHORT] * torch.hann_window(SHORT)).sum() for start in starts])
