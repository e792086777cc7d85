"""The source of the sound: a pitch curve and noise → harmonics where there is voice, else noise.

The neural source filter's sine generator (Wang et al. 2019), as Kokoro was trained with it. There, the
harmonics' random first phase is added to a sample that the interpolation between steps then passes over, so
it never reaches the sound: no such input here. Each harmonic has noise of its own there, and only their
weighted sum goes on: independent normal noises sum to one normal noise, whose scale is the norm of the
weights. So one value of noise per sample is all there is to feed.
"""

import math

import torch
from torch import Tensor, nn

from vivavoce.export.architecture import SAMPLES_PER_STEP

SAMPLE_RATE_HERTZ = 24000
HARMONICS = 9
"""The fundamental and eight above it."""
VOICED_HERTZ = 10.0
SINE_AMPLITUDE = 0.1
VOICED_NOISE = 0.003
UNVOICED_NOISE = SINE_AMPLITUDE / 3


class Source(nn.Module):
    """Always computed in 32 bits, phases summed in 64: an error of a phase stays for the rest of the text."""

    def __init__(self) -> None:
        super().__init__()
        self.l_linear = nn.Linear(HARMONICS, 1)

    def forward(self, pitch: Tensor, noise: Tensor) -> Tensor:
        """In Hz [B, steps], 0 behind the end of a row; normal noise [B, samples] → [B, samples]."""
        voiced = (pitch > VOICED_HERTZ).float()[..., None]
        weights = self.l_linear.weight
        harmonics = weights @ torch.sin(2 * math.pi * _cycles(pitch))
        harmonics = harmonics.reshape(*pitch.shape, SAMPLES_PER_STEP) * SINE_AMPLITUDE
        noise_scale = (voiced * VOICED_NOISE + (1 - voiced) * UNVOICED_NOISE) * weights.square().sum().sqrt()
        own_noise = noise.reshape(*pitch.shape, SAMPLES_PER_STEP) * noise_scale
        return torch.tanh(harmonics * voiced + own_noise + self.l_linear.bias).flatten(1)


def _cycles(pitch: Tensor) -> Tensor:
    """[B, steps] → [B, HARMONICS, samples]: the phase of each harmonic, in cycles from 0 to 1.

    A step's phase is that of its middle; between two middles it goes in a straight line, and it stands still
    before the first and behind the last one.
    """
    numbers = torch.arange(1, HARMONICS + 1, device=pitch.device, dtype=torch.float32)
    advance = pitch[:, None] * numbers[:, None] / SAMPLE_RATE_HERTZ
    advance = advance - advance.floor()  # cycles a sample
    phase = (advance.double() * SAMPLES_PER_STEP).cumsum(-1)
    middle = (phase - phase.floor()).float()[..., None]
    still = torch.zeros_like(advance[..., :1])
    before = torch.cat((still, advance[..., 1:]), -1)[..., None]
    after = torch.cat((advance[..., 1:], still), -1)[..., None]
    samples = torch.arange(SAMPLES_PER_STEP, device=pitch.device) - (SAMPLES_PER_STEP - 1) / 2
    early, late = samples.chunk(2)
    cycles = torch.cat((middle + before * early, middle + after * late), -1).flatten(-2)
    return cycles - cycles.floor()
