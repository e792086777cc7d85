"""The decoder's pulses, in closed form from phase and pitch, so that every window has the same samples."""

import math

import torch
from torch import Tensor
from torch.nn import functional

from training.voice.features import BANDS, HOP, SAMPLE_RATE_HERTZ

SHORT, STEP = 256, 128
"""The noise's own window and hop: two noise spectra a frame keep bursts sharp."""


def harmonics(frames: Tensor, ramp: Tensor, early: Tensor) -> tuple[Tensor, Tensor]:
    """Pulses and their phase in cycles, [batch, (frames - 1) · HOP] each, from the first frame's centre to
    the last one's.

    All harmonics below half the sampling rate are summed by Dirichlet's kernel; the last one fades in.
    `ramp` [HOP] rises from 0 towards 1; `early`: by how many cycles they are, of the result's shape.
    """
    log_f0, voiced, phase = frames[..., BANDS], frames[..., BANDS + 1], frames[..., BANDS + 2]
    cycles_per_sample = torch.exp(log_f0) / SAMPLE_RATE_HERTZ
    begin, end = cycles_per_sample[:, :-1, None], cycles_per_sample[:, 1:, None]
    frequency = begin + (end - begin) * ramp
    cycles = phase[:, :-1, None] + HOP * (begin * ramp + (end - begin) * ramp * ramp / 2)
    cycles = cycles + early.reshape(early.shape[0], -1, HOP)
    cycles = cycles - torch.floor(cycles)
    gate = voiced[:, :-1, None] * (1 - ramp) + voiced[:, 1:, None] * ramp
    pulses = gate * _dirichlet(0.5 / frequency, cycles) * torch.sqrt(4 * frequency)
    return pulses.flatten(1), cycles.flatten(1)


def _dirichlet(count: Tensor, cycles: Tensor) -> Tensor:
    """The sum of cos(2π k cycles) for k from 1 to `count`, a real number."""
    whole = torch.floor(count)
    half = math.pi * cycles
    sine = torch.sin(half)
    near = torch.abs(sine) < 1e-3
    ratio = torch.sin((2 * whole + 1) * half) / torch.where(near, torch.ones_like(sine), sine)
    kernel = torch.where(near, whole, ratio / 2 - 0.5)
    return kernel + (count - whole) * torch.cos(2 * math.pi * (whole + 1) * cycles)


def phases(log_f0: Tensor) -> Tensor:
    """The phase at frames' centres in cycles [batch, frames], from a random beginning, for cuts."""
    cycles_per_frame = torch.exp(log_f0).double() * HOP / SAMPLE_RATE_HERTZ
    steps = functional.pad((cycles_per_frame[:, 1:] + cycles_per_frame[:, :-1]) / 2, (1, 0))
    begin = torch.rand(len(log_f0), 1, device=log_f0.device)
    return ((torch.cumsum(steps, 1) + begin) % 1).float()


def fold(pieces: Tensor, hop: int) -> Tensor:
    """Overlap-add: [batch, count, size] → [batch, (count - 1) · hop + size]."""
    total = (pieces.shape[1] - 1) * hop + pieces.shape[2]
    shape = {"kernel_size": (1, pieces.shape[2]), "stride": (1, hop)}
    return functional.fold(pieces.transpose(1, 2), (1, total), **shape)[:, 0, 0]
