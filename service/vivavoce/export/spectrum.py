"""The short-time Fourier transform and its inverse by convolutions: real numbers and operators that every
device has. Centred frames under a Hann window; waveforms are [B, samples], spectra [B, bins, frames]."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.export.layers import Extent

ARCTANGENT = (
    0.0028662257, -0.0161657367, 0.0429096138, -0.0752896400, 0.1065626393, -0.1420889944, 0.1999355085,
    -0.3333314528, 1.0,
)  # fmt: skip
"""arctan(x)/x for |x| ≤ 1 as a polynomial of x², the highest power first; off by 2·10⁻⁸ at most (Abramowitz &
Stegun 1964, 4.4.49). ONNX Runtime has no Atan on a GPU."""
LEAST = 1e-30


class Spectrum(nn.Module):
    """Always computed in 32 bits."""

    basis: Tensor
    """[2 · bins, 1, size]: real parts, then imaginary ones, under the window."""
    inverse_basis: Tensor
    squared_window: Tensor

    def __init__(self, size: int, hop: int) -> None:
        super().__init__()
        self.size, self.hop = size, hop
        self.bins = size // 2 + 1
        window = torch.hann_window(size, dtype=torch.float64)
        turns = 2 * math.pi / size * torch.outer(torch.arange(self.bins), torch.arange(size)).double()
        cosines, sines = torch.cos(turns), torch.sin(turns)
        sines[[0, -1]] = 0.0  # exactly, so that the phase of a negative real number is π as it is elsewhere
        twice = torch.full((self.bins, 1), 2.0, dtype=torch.float64)
        twice[[0, -1]] = 1.0  # the bins that have no mirror image
        basis = torch.cat((cosines, -sines)) * window
        inverse = torch.cat((cosines * twice, -sines * twice)) * window / size
        for name, values in (
            ("basis", basis),
            ("inverse_basis", inverse),
            ("squared_window", window[None] ** 2),
        ):
            self.register_buffer(name, values.float()[:, None], persistent=False)

    def forward(self, waveform: Tensor, lengths: Tensor) -> Tensor:
        """Of rows of `lengths` samples, mirrored at both of their ends: magnitudes and phases, [B, 2 · bins,
        frames]."""
        margin = self.size // 2
        places = (torch.arange(waveform.shape[1] + 2 * margin, device=waveform.device) - margin).abs()[None]
        last = lengths[:, None] - 1
        places = torch.minimum(places, 2 * last - places).clamp(min=0)
        mirrored = waveform.gather(1, places)[:, None]
        spectrum = functional.conv1d(mirrored, self.basis, stride=self.hop)
        real, imaginary = spectrum.split([self.bins, self.bins], dim=1)
        magnitudes = torch.sqrt(real.square() + imaginary.square())
        return torch.cat((magnitudes, _phase(real, imaginary)), 1)

    def inverse(self, magnitudes: Tensor, phases: Tensor, where: Extent) -> Tensor:
        """By overlap and add; each sample is divided by the windows that made it. Zero behind the end."""
        spectrum = torch.cat((magnitudes * torch.cos(phases), magnitudes * torch.sin(phases)), 1) * where.mask
        added = functional.conv_transpose1d(spectrum, self.inverse_basis, stride=self.hop)
        windows = functional.conv_transpose1d(where.mask, self.squared_window, stride=self.hop)
        margin = self.size // 2
        waveform = (added / windows.clamp(min=1.0))[:, 0, margin:-margin]  # 1.25 at least inside a row
        own = where.mask[:, 0, 1:, None].expand(-1, -1, self.hop).flatten(1)
        return waveform * own


def _phase(real: Tensor, imaginary: Tensor) -> Tensor:
    """atan2, from the arctangent of the smaller part over the larger one."""
    width, height = real.abs(), imaginary.abs()
    ratio = torch.minimum(width, height) / torch.maximum(width, height).clamp(min=LEAST)
    square, series = ratio.square(), torch.full_like(ratio, ARCTANGENT[0])
    for coefficient in ARCTANGENT[1:]:
        series = series * square + coefficient
    angle = series * ratio
    angle = torch.where(height > width, math.pi / 2 - angle, angle)
    angle = torch.where(real < 0, math.pi - angle, angle)
    return torch.where(imaginary < 0, -angle, angle)
