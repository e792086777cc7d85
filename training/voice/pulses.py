"""How strongly sound pulses with the pitch: what parts a clear voice from a hoarse one.

A voice's breath swells with every pulse of the glottis. Where in the period it does cannot be known from the
frames, so that distances of spectra make it even; what is measured here is blind to the place.
"""

import torch
from torch import Tensor

from training.voice.features import BANDS, HOP, SAMPLE_RATE_HERTZ

ENVELOPE_SIZE, ENVELOPE_HOP = 96, 24
ENVELOPE_BANDS = ((4, 10), (10, 20), (20, 32), (32, 48))
"""Bins of 250 Hz: from 1, 2.5, 5 and 8 kHz on."""
MOMENT_SIZE, MOMENT_HOP = 48, 12
"""In steps of the envelope: 48 ms, 12 ms."""
BIN_HERTZ = SAMPLE_RATE_HERTZ / ENVELOPE_HOP / MOMENT_SIZE
SLOWEST = 3
"""The first bin that counts: below 60 Hz it is syllables that rise and fall."""
HARMONICS = 3
PEAK_BINS = 2.0
"""Half the width of a harmonic's peak."""
SILENT = 1e-4
"""Power of an envelope that does nothing."""


def pulsation(samples: Tensor, frames: Tensor) -> Tensor:
    """The share of the pitch and its harmonics in what the envelopes of four bands do, over voiced moments.

    samples [batch, n · HOP] and its frames [batch, n, 84] → [batch, bands].
    """
    power = _envelope_powers(samples)  # [batch, bands, bins, moments]
    voiced = _at_moments(frames[..., BANDS + 1], power.shape[3])
    hertz = _at_moments(torch.exp(frames[..., BANDS]), power.shape[3])
    bins = torch.arange(power.shape[2], device=samples.device)
    harmonics = hertz[:, None, None] * torch.arange(1, HARMONICS + 1, device=samples.device)[:, None, None]
    away = torch.abs(bins[None, None, :, None] - harmonics / BIN_HERTZ).amin(1)
    peak = (1 - away / PEAK_BINS).clamp(min=0) * voiced[:, None]
    counted = (bins >= SLOWEST)[None, :, None] * voiced[:, None]
    return (power * peak[:, None]).sum((2, 3)) / ((power * counted[:, None]).sum((2, 3)) + SILENT)


def pulsation_distance(made: Tensor, real: Tensor, frames: Tensor) -> Tensor:
    """Mean distance of the shares of two sounds with the same frames."""
    return (pulsation(made, frames) - pulsation(real, frames)).abs().mean()


def _envelope_powers(samples: Tensor) -> Tensor:
    window, moment = (torch.hann_window(size, device=samples.device) for size in (ENVELOPE_SIZE, MOMENT_SIZE))
    spectrum = torch.stft(samples, ENVELOPE_SIZE, ENVELOPE_HOP, ENVELOPE_SIZE, window, return_complex=True)
    power = spectrum.real**2 + spectrum.imag**2
    bands = torch.stack([power[:, start:end].mean(1) for start, end in ENVELOPE_BANDS], 1)
    envelope = torch.sqrt(bands + 1e-9).flatten(0, 1)
    pulses = torch.stft(envelope, MOMENT_SIZE, MOMENT_HOP, MOMENT_SIZE, moment, return_complex=True)
    return (pulses.real**2 + pulses.imag**2).unflatten(0, (-1, len(ENVELOPE_BANDS)))


def _at_moments(channel: Tensor, moments: int) -> Tensor:
    """A channel [batch, n] at the moments' centres: [batch, moments]."""
    at = torch.arange(moments, device=channel.device) * (ENVELOPE_HOP * MOMENT_HOP) // HOP
    return channel[:, at.clamp(max=channel.shape[1] - 1)]
