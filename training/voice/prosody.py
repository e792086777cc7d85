"""Prosody: how long each symbol lasts, how high and how loud it is, drawn from what the text leaves open.

A flow carries standard normal noise to prosody, symbol by symbol but all together, so that what is drawn has
the spread and the coherence of the recordings; a mean would be flat. It is learnt by flow matching (Lipman et
al., Flow Matching for Generative Modeling, 2023), as in Matcha-TTS (Mehta et al., 2024) for spectra.
"""

import math

import torch
from torch import Tensor, nn

from training.voice.blocks import Attention, ConvBlock
from training.voice.context import FEATURES, context_of
from training.voice.settings import ProsodySizes
from training.voice.symbols import SYMBOLS, TIMELESS

VALUES = 4
"""log(1 + frames), log F0 at the beginning and in the middle, loudness."""
DURATION, BEGINNING, MIDDLE, LOUDNESS = range(VALUES)
_WAVES = 16


class Prosody(nn.Module):
    timed: Tensor
    """1 for a symbol that takes time, [symbols that there are]."""
    mean: Tensor
    deviation: Tensor
    """Of the recordings' values, [VALUES]."""

    def __init__(self, sizes: ProsodySizes) -> None:
        super().__init__()
        self.sizes = sizes
        width, dropout = sizes.width, sizes.dropout
        self.embed, self.context = nn.Embedding(len(SYMBOLS), width), nn.Linear(FEATURES, width)
        nn.init.normal_(self.embed.weight, std=0.3)
        self.drop = nn.Dropout(dropout)
        self.text = nn.ModuleList(
            ConvBlock(width, 2 * width, 5, dropout) for _ in range(sizes.encoder_blocks)
        )
        self.attention = Attention(width, 4, dropout)
        self.text_norm = nn.LayerNorm(width)
        self.enter, self.when = nn.Linear(VALUES, width), nn.Linear(2 * _WAVES, width)
        self.flow = nn.ModuleList(
            ConvBlock(width, 2 * width, 7, dropout / 2) for _ in range(sizes.flow_blocks)
        )
        self.glance = Attention(width, 4, dropout / 2)
        self.leave_norm, self.leave = nn.LayerNorm(width), nn.Linear(width, VALUES)
        nn.init.zeros_(self.leave.weight)
        timed = torch.tensor([float(symbol not in TIMELESS) for symbol in range(len(SYMBOLS))])
        self.register_buffer("timed", timed, persistent=False)
        self.register_buffer("mean", torch.zeros(VALUES))
        self.register_buffer("deviation", torch.ones(VALUES))

    def read(self, ids: Tensor, mask: Tensor) -> Tensor:
        """The text: ids [batch, symbols], mask [batch, symbols, 1] → [batch, symbols, width]."""
        x = self.drop(self.embed(ids) + self.context(context_of(ids, mask[..., 0])))
        for block in self.text:
            x = block(x, mask)
        return self.text_norm(self.attention(x, mask))

    def velocity(self, values: Tensor, time: Tensor, text: Tensor, mask: Tensor) -> Tensor:
        """Which way `values` [batch, symbols, VALUES] move at `time` [batch] from 0, noise, to 1, prosody."""
        angles = time[:, None] * math.pi * torch.arange(1, _WAVES + 1, device=time.device)
        x = (
            text
            + self.enter(values)
            + self.when(torch.cat([torch.cos(angles), torch.sin(angles)], 1))[:, None]
        )
        for index, block in enumerate(self.flow):
            x = block(x, mask)
            if index == len(self.flow) // 2 - 1:
                x = self.glance(x, mask)
        return self.leave(self.leave_norm(x))

    def forward(self, ids: Tensor, mask: Tensor, noise: Tensor, steps: int) -> Tensor:
        """Prosody [batch, symbols, VALUES] for `noise` of the same shape, by the midpoint rule."""
        text = self.read(ids, mask)
        timed = self.timed[ids][..., None] * mask
        values = noise * timed
        for step in range(steps):
            begin = torch.full((ids.shape[0],), step / steps, device=ids.device)
            half = values + self.velocity(values, begin, text, mask) * timed * (0.5 / steps)
            values = values + self.velocity(half, begin + 0.5 / steps, text, mask) * timed / steps
        return values * self.deviation + self.mean
