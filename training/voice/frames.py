"""From symbols to frames, as tensors that become part of the exported graph.

A frame is [84]: 80 log-mel bands | log F0 | voiced 0/1 | phase in cycles | frame number.
"""

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from training.voice.features import BANDS, HOP, SAMPLE_RATE_HERTZ, band_edges, mel_of

CHANNELS = BANDS + 4
LOWEST_LOG_F0, HIGHEST_LOG_F0 = math.log(50), math.log(800)
_MEL_STEP = float(mel_of(np.array(SAMPLE_RATE_HERTZ / 2.0))) / (BANDS + 1)
"""Between the centres of two bands."""


def ends_of(durations: Tensor) -> Tensor:
    """The whole frame before which each symbol ends: [batch, symbols] → int64 of that shape.

    Sums are rounded, not durations, so that errors do not add up.
    """
    return torch.round(torch.cumsum(durations, 1)).long()


def places(ends: Tensor, frames: int | Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Where each of `frames` frames lies, all [batch, frames]: its symbol, how many frames of that are over
    at its centre, the symbol's length, and 1 for a frame of the row."""
    time = torch.arange(frames, device=ends.device)
    symbol = torch.clamp((time[None, :, None] >= ends[:, None]).long().sum(2), max=ends.shape[1] - 1)
    begins = functional.pad(ends[:, :-1], (1, 0))
    begin, end = (torch.gather(edges, 1, symbol).float() for edges in (begins, ends))
    length = torch.clamp(end - begin, min=1)
    over = torch.minimum(time[None].float() + 0.5 - begin, length)  # frames behind the row's end add no more
    return symbol, over, length, (time[None] < ends[:, -1:]).float()


def carried_on(values: Tensor, lengths: Tensor) -> Tensor:
    """values [batch, symbols, …] with the last symbol's own behind each row's end, so that what lies there
    does not pull at a contour."""
    place = torch.arange(values.shape[1], device=values.device)
    place = torch.minimum(place[None].expand(values.shape[0], -1), lengths[:, None] - 1)
    if values.dim() == 2:
        return torch.gather(values, 1, place)
    return torch.gather(values, 1, place[..., None].expand(-1, -1, values.shape[2]))


def following(values: Tensor) -> Tensor:
    """The next symbol's value for each, the last one's own for itself: [batch, symbols]."""
    return torch.cat([values[:, 1:], values[:, -1:]], 1)


def tract_weights(tract: Tensor) -> Tensor:
    """How much of each band goes into each band when all frequencies are multiplied by `tract` [batch]:
    [batch, bands of the result, bands]. Linear interpolation; beyond the last band is like the last."""
    centres = torch.from_numpy(band_edges()[1:-1]).float().to(tract.device)
    hertz = centres[None] / tract[:, None]
    mel = torch.where(
        hertz < 1000, hertz * 3 / 200, 15 + torch.log(hertz.clamp(min=1) / 1000) / (math.log(6.4) / 27)
    )
    place = torch.clamp(mel / _MEL_STEP - 1, 0, BANDS - 1)
    return torch.clamp(1 - torch.abs(place[:, :, None] - torch.arange(BANDS, device=tract.device)), min=0)


def with_phase(body: Tensor) -> Tensor:
    """[batch, frames, 82] → [batch, frames, 84]: adds the phase at the frames' centres, summed in double
    precision so that long texts do not drift, and the frames' numbers."""
    cycles_per_frame = torch.exp(body[..., BANDS]).double() * (HOP / SAMPLE_RATE_HERTZ)
    steps = (cycles_per_frame[:, 1:] + cycles_per_frame[:, :-1]) / 2
    cycles = torch.cumsum(torch.cat([cycles_per_frame[:, :1] * 0, steps], 1), 1)
    phase = (cycles - torch.floor(cycles)).float()
    number = torch.arange(body.shape[1], device=body.device)[None].expand(body.shape[0], -1).float()
    return torch.cat([body, phase[..., None], number[..., None]], 2)


def with_margin(body: Tensor, quiet: Tensor, margin: int) -> Tensor:
    """`margin` frames of `quiet` [82] before every row of [batch, frames, 82]."""
    return torch.cat([quiet[None, None].expand(body.shape[0], margin, -1), body], 1)
