"""What the acoustic network leaves open of a frame: the grain of its spectrum and of its pitch, drawn.

A network that is taught by errors paints what is likeliest, which is smoother than any speech. A flow carries
normal noise to the difference between what was painted and what was recorded, so that what is drawn is as
rough as the recordings, and as coherent from band to band and from frame to frame. It is learnt by flow
matching (Lipman et al., Flow Matching for Generative Modeling, 2023).
"""

import math
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from training.voice.blocks import ConvBlock
from training.voice.features import BANDS, band_edges
from training.voice.settings import Export, MelFlowSizes

CHANNELS = BANDS + 1
"""Normalised mel bands and log F0."""
_WAVES = 8
_SMOOTHING = (1.0, 2.0, 3.0, 2.0, 1.0)
"""Weights of neighbouring frames in the drawn pitch: a few looks leave some of the noise in it, which is
heard as a rough voice."""


class MelFlow(nn.Module):
    deviation: Tensor
    """Of what is left open, [CHANNELS]."""

    def __init__(self, sizes: MelFlowSizes, told: int) -> None:
        """`told`: the width of what the acoustic network knows of a frame."""
        super().__init__()
        width = sizes.width
        self.told, self.enter = nn.Linear(told + CHANNELS + 1, width), nn.Linear(CHANNELS, width)
        self.blocks = nn.ModuleList(
            ConvBlock(width, 2 * width, sizes.kernel, sizes.dropout) for _ in range(sizes.blocks)
        )
        self.when = nn.ModuleList(nn.Linear(2 * _WAVES, width) for _ in range(sizes.blocks))
        self.norm, self.leave = nn.LayerNorm(width), nn.Linear(width, CHANNELS)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)
        self.register_buffer("deviation", torch.ones(CHANNELS))

    def context(self, export: Export) -> int:
        """Frames to each side of a frame that `drawn` depends on."""
        one_look = sum(block.reach for block in self.blocks)
        return len(export.grain_times) * one_look + len(_SMOOTHING) // 2

    def condition(self, states: Tensor, painted: Tensor, voiced: Tensor) -> Tensor:
        """states [batch, frames, told], painted [batch, frames, CHANNELS], voiced [batch, frames] → [batch,
        frames, width]."""
        return self.told(torch.cat([states, painted, voiced[..., None]], 2))

    def velocity(self, values: Tensor, time: Tensor, condition: Tensor, mask: Tensor) -> Tensor:
        """Which way `values` [batch, frames, CHANNELS] move at `time` [batch] from 0, noise, to 1."""
        angles = time[:, None] * math.pi * torch.arange(1, _WAVES + 1, device=time.device)
        waves = torch.cat([torch.cos(angles), torch.sin(angles)], 1)
        x = condition + self.enter(values)
        for block, when in zip(self.blocks, self.when, strict=True):
            x = block(x + when(waves)[:, None], mask)
        return self.leave(self.norm(x))

    def forward(self, noise: Tensor, condition: Tensor, mask: Tensor, times: Sequence[float]) -> Tensor:
        """What to add to the painted channels, for `noise` of the same shape; a look at each of `times`, the
        first of which is 0, and a straight step to the next one, at last to 1."""
        values = noise
        for begin, end in zip(times, (*times[1:], 1.0), strict=True):
            at = torch.full((noise.shape[0],), begin, device=noise.device)
            values = values + (end - begin) * self.velocity(values, at, condition, mask)
        return values * self.deviation

    def drawn(self, noise: Tensor, condition: Tensor, mask: Tensor, export: Export) -> Tensor:
        """The same as far as it is to be heard, with a smooth pitch: what is spoken."""
        rest = self(export.grain * noise, condition, mask, export.grain_times)
        weights = torch.tensor(_SMOOTHING, device=noise.device)[None, None]
        row = mask.transpose(1, 2)
        sums = functional.conv1d(rest[..., BANDS][:, None] * row, weights, padding=len(_SMOOTHING) // 2)
        shares = functional.conv1d(row, weights, padding=len(_SMOOTHING) // 2)
        pitch = sums / shares.clamp(min=1)
        heard = np.interp(band_edges()[1:-1], export.grain_hertz, (0, 1)).astype(np.float32)
        mel = rest[..., :BANDS] * torch.from_numpy(heard).to(noise.device)
        return torch.cat([mel, pitch.transpose(1, 2)], 2)
