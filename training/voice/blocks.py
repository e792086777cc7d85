"""Layers that keep what lies behind a row's end out of it, so that a row never sees its batch mates."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional


class ConvBlock(nn.Module):
    """A ConvNeXt block over [batch, length, width] (Liu et al., A ConvNet for the 2020s, 2022)."""

    def __init__(self, width: int, hidden: int, kernel: int, dropout: float) -> None:
        super().__init__()
        self.reach = kernel // 2
        self.depth = nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width)
        self.norm = nn.LayerNorm(width)
        self.up, self.down, self.drop = (
            nn.Linear(width, hidden),
            nn.Linear(hidden, width),
            nn.Dropout(dropout),
        )
        self.scale = nn.Parameter(torch.full((width,), 0.2))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """`mask` [batch, length, 1]: 1 within the row."""
        inner = self.norm(self.depth((x * mask).transpose(1, 2)).transpose(1, 2))
        inner = self.down(functional.relu(self.up(inner)))
        return x + self.scale * (self.drop(inner) if self.drop.p else inner)


class Attention(nn.Module):
    """Self-attention that fades with distance, so that texts longer than any of the training are read alike
    (Press et al., ALiBi, 2022)."""

    slope: Tensor

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads = heads
        self.norm, self.qkv, self.out = (
            nn.LayerNorm(width),
            nn.Linear(width, 3 * width),
            nn.Linear(width, width),
        )
        self.drop = nn.Dropout(dropout)
        self.register_buffer("slope", 2.0 ** -torch.arange(1, heads + 1).float(), persistent=False)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """`mask` [batch, length, 1]: 1 within the row."""
        batch, length, width = x.shape
        split = self.qkv(self.norm(x)).reshape(batch, length, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        place = torch.arange(length, device=x.device)
        distance = torch.abs(place[:, None] - place[None]).float()
        bias = -self.slope[:, None, None] * distance + (mask.transpose(1, 2)[:, None] - 1) * 1e4
        weight = torch.softmax(query @ key.transpose(2, 3) / math.sqrt(width // self.heads) + bias, -1)
        return x + self.drop(self.out((weight @ value).transpose(1, 2).reshape(batch, length, width)))
