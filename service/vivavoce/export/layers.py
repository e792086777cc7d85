"""What the modules are made of. Tensors are [B, channels, T] unless a docstring says otherwise.

Rows of a batch have lengths of their own. Three rules keep a row independent of its padding:
statistics are taken over a row's own positions; what a convolution reads behind the end of a row is zero, as
at the end of a row alone; and what lies behind the end is never read by anything else.

The parameters are named as in the published checkpoint.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

EPSILON = 1e-5


class Extent(NamedTuple):
    """Which positions of a padded batch are the rows' own."""

    mask: Tensor
    """[B, 1, T]: 1, and 0 behind the end of a row."""
    shares: Tensor
    """[B, T, 1 or 2]: what each position counts for in a mean."""

    def mean(self, x: Tensor) -> Tensor:
        """Of each channel over the row's own positions, [B, channels, 1].

        A product of matrices, because the runtime adds that up from the left: zeros behind the end change
        nothing. Where its ReduceSum begins depends on the length of the batch.
        """
        mean = x @ self.shares
        return mean if self.shares.shape[-1] == 1 else mean[..., :1]


def extent(lengths: Tensor, size: int, *, exact: bool = False) -> Extent:
    """Of rows of `lengths` [B] in a batch of `size` positions. With `exact`, means are the same to the last
    bit in any batch: the CPU adds up a product with one column faster, and in another order by the number of
    threads; a second column, which costs some time, keeps it from that."""
    own = (torch.arange(size, device=lengths.device)[None] < lengths[:, None]).float()
    shares = (own / lengths[:, None])[..., None]
    return Extent(own[:, None], torch.cat((shares, shares), -1) if exact else shares)


def masked(x: Tensor, where: Extent) -> Tensor:
    return x * where.mask.to(x.dtype)


class AdaIn(nn.Module):
    """Adaptive instance normalisation (Huang & Belongie 2017): each channel of a row is brought to mean 0 and
    variance 1, then to the scale and shift that the style asks for.

    Mean, centring and variance are computed in 32 bits: sums over 10⁵ positions have no room in 16.
    """

    def __init__(self, style_size: int, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.fc = nn.Linear(style_size, channels * 2)

    def forward(self, x: Tensor, style: Tensor, where: Extent) -> Tensor:
        """What lies behind the end of a row gets the shift, and is not zero."""
        asked = self.fc(style.to(self.fc.weight.dtype))[..., None]
        scale, shift = asked.split([self.channels, self.channels], dim=1)
        wide = x.float()
        centred = (wide - where.mean(wide)) * where.mask
        variance = where.mean(centred.square())
        gain = (1 + scale.float()) / torch.sqrt(variance + EPSILON)
        return centred.to(x.dtype) * gain.to(x.dtype) + shift


class AdaLayerNorm(nn.Module):
    """A layer normalisation whose scale and shift come from the style."""

    def __init__(self, style_size: int, channels: int) -> None:
        super().__init__()
        self.channels = channels
        self.fc = nn.Linear(style_size, channels * 2)

    def forward(self, x: Tensor, style: Tensor) -> Tensor:
        """[B, T, channels] and [B, style] → [B, T, channels]."""
        scale, shift = self.fc(style)[:, None].split([self.channels, self.channels], dim=-1)
        return (1 + scale) * functional.layer_norm(x, (self.channels,), eps=EPSILON) + shift


class AdaInBlock(nn.Module):
    """A residual block of two convolutions, normalised by the style; it can double the number of steps."""

    def __init__(self, inputs: int, outputs: int, style_size: int, *, doubles: bool = False) -> None:
        super().__init__()
        self.norm1 = AdaIn(style_size, inputs)
        self.norm2 = AdaIn(style_size, outputs)
        self.conv1 = nn.Conv1d(inputs, outputs, 3, padding=1)
        self.conv2 = nn.Conv1d(outputs, outputs, 3, padding=1)
        self.conv1x1 = nn.Conv1d(inputs, outputs, 1, bias=False) if inputs != outputs else None
        self.pool = (
            nn.ConvTranspose1d(inputs, inputs, 3, stride=2, padding=1, output_padding=1, groups=inputs)
            if doubles
            else None
        )

    def forward(self, x: Tensor, style: Tensor, where: Extent, doubled: Extent | None = None) -> Tensor:
        """`doubled` is the extent of what comes out, where it is not `where`."""
        after = doubled or where
        y = masked(functional.leaky_relu(self.norm1(x, style, where), 0.2), where)
        if self.pool is not None:
            y = masked(self.pool(y), after)
        y = self.conv1(y)
        y = masked(functional.leaky_relu(self.norm2(y, style, after), 0.2), after)
        return (self.conv2(y) + self._shortcut(x)) * math.sqrt(0.5)

    def _shortcut(self, x: Tensor) -> Tensor:
        if self.conv1x1 is not None:
            x = self.conv1x1(x)
        return x if self.pool is None else torch.stack((x, x), -1).flatten(-2)


class SnakeBlock(nn.Module):
    """A residual block of the generator: pairs of convolutions, dilated and plain, behind a normalisation and
    a Snake activation (Ziyin et al. 2020), x + sin²(αx)/α."""

    def __init__(self, channels: int, kernel: int, dilations: tuple[int, ...], style_size: int) -> None:
        super().__init__()
        self.convs1 = nn.ModuleList(
            nn.Conv1d(channels, channels, kernel, dilation=step, padding=(kernel - 1) * step // 2)
            for step in dilations
        )
        self.convs2 = nn.ModuleList(
            nn.Conv1d(channels, channels, kernel, padding=(kernel - 1) // 2) for _ in dilations
        )
        self.adain1 = nn.ModuleList(AdaIn(style_size, channels) for _ in dilations)
        self.adain2 = nn.ModuleList(AdaIn(style_size, channels) for _ in dilations)
        self.alpha1 = nn.ParameterList(torch.ones(1, channels, 1) for _ in dilations)
        self.alpha2 = nn.ParameterList(torch.ones(1, channels, 1) for _ in dilations)

    def forward(self, x: Tensor, style: Tensor, where: Extent) -> Tensor:
        first = zip(self.adain1, self.alpha1, self.convs1, strict=True)
        second = zip(self.adain2, self.alpha2, self.convs2, strict=True)
        for pair in zip(first, second, strict=True):
            y = x
            for norm, alpha, conv in pair:
                y = conv(masked(_snake(norm(y, style, where), alpha), where))
            x = x + y
        return x


def _snake(x: Tensor, alpha: Tensor) -> Tensor:
    return x + torch.sin(alpha * x).square() / alpha
