"""Judges of sound and measures of its spectrum: what the decoder learns against."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.voice.features import FFT_SIZE, HOP, log_mel
from training.voice.training import mixed

Verdict = tuple[Tensor, list[Tensor]]
"""Scores, and the features of every layer."""
KEPT = 4
"""Frames of expected power before the first frame of samples, less the two that its window loses."""


class SpectrogramJudge(nn.Module):
    """Hears one resolution: real and imaginary part, compressed, and log magnitude (as Jang et al., UnivNet,
    2021)."""

    window: Tensor

    def __init__(self, fft_size: int, channels: int) -> None:
        super().__init__()
        self.n_fft = fft_size
        self.register_buffer("window", torch.hann_window(fft_size), persistent=False)
        norm, wide = nn.utils.parametrizations.weight_norm, 2 * channels
        shapes = (
            (3, channels, (3, 9)),
            (channels, channels, (3, 9)),
            (channels, wide, (3, 9)),
            (wide, wide, (3, 3)),
        )
        self.layers = nn.ModuleList(
            norm(nn.Conv2d(into, out, kernel, (1, 2), (kernel[0] // 2, kernel[1] // 2)))
            for into, out, kernel in shapes
        )
        self.last = norm(nn.Conv2d(wide, 1, 3, 1, 1))

    def forward(self, samples: Tensor) -> Verdict:
        size = self.n_fft
        spectrum = torch.stft(samples, size, size // 4, size, self.window, return_complex=True).transpose(
            1, 2
        )
        magnitude = spectrum.abs().clamp(min=1e-4)
        squeezed = spectrum / magnitude.sqrt()
        return _judged(self, torch.stack([squeezed.real, squeezed.imag, torch.log(magnitude)], 1))


class PeriodJudge(nn.Module):
    """Hears the samples folded by a period (Kong et al., HiFi-GAN, 2020)."""

    def __init__(self, period: int, channels: int) -> None:
        super().__init__()
        self.period = period
        norm = nn.utils.parametrizations.weight_norm
        widths = (1, channels, 2 * channels, 4 * channels, 4 * channels)
        self.layers = nn.ModuleList(
            norm(nn.Conv2d(into, out, (5, 1), (3, 1), (2, 0))) for into, out in pairwise(widths)
        )
        self.last = norm(nn.Conv2d(widths[-1], 1, (3, 1), 1, (1, 0)))

    def forward(self, samples: Tensor) -> Verdict:
        whole = samples[:, : samples.shape[1] // self.period * self.period]
        return _judged(self, whole.reshape(whole.shape[0], 1, -1, self.period) * 3)


class BandJudge(nn.Module):
    """Hears log-mel bands: how rough or smooth they are over time and from band to band."""

    def __init__(self, hop: int, bands: int, channels: int) -> None:
        super().__init__()
        self.hop, self.bands = hop, bands
        norm, wide = nn.utils.parametrizations.weight_norm, 2 * channels
        shapes = ((1, channels, 1), (channels, channels, 2), (channels, wide, 2), (wide, wide, 2))
        self.layers = nn.ModuleList(
            norm(nn.Conv2d(into, out, (5, 3), (stride, 1), (2, 1))) for into, out, stride in shapes
        )
        self.last = norm(nn.Conv2d(wide, 1, 3, 1, 1))

    def forward(self, samples: Tensor) -> Verdict:
        bands = log_mel(samples, hop=self.hop, fft_size=4 * self.hop, bands=self.bands)
        return _judged(self, bands[:, None] / 2 + 1)


def _judged(judge: SpectrogramJudge | PeriodJudge | BandJudge, x: Tensor) -> Verdict:
    features = []
    with mixed(x.device):
        for layer in judge.layers:
            x = functional.leaky_relu(layer(x), 0.1)
            features.append(x)
        return judge.last(x).float(), features


class Judges(nn.Module):
    def __init__(
        self,
        channels: int = 16,
        fft_sizes: tuple[int, ...] = (1024, 512, 256),
        periods: tuple[int, ...] = (3, 7, 5, 11),
        hops_and_bands: tuple[tuple[int, int], ...] = ((256, 80), (64, 40)),
    ) -> None:
        super().__init__()
        spectrograms = [SpectrogramJudge(size, channels) for size in fft_sizes]
        folded = [PeriodJudge(period, channels) for period in periods]
        bands = [BandJudge(hop, count, channels) for hop, count in hops_and_bands]
        self.all = nn.ModuleList([*spectrograms, *folded, *bands])

    def forward(self, samples: Tensor) -> list[Verdict]:
        """[batch, samples] → one verdict of each."""
        return [judge(samples) for judge in self.all]


def spectral_distance(
    made: Tensor, real: Tensor, sizes: tuple[int, ...] = (2048, 1024, 512, 256, 128)
) -> Tensor:
    """Mean distance of log magnitudes, and of compressed ones, at several resolutions (Yamamoto et al.,
    Parallel WaveGAN, 2020)."""
    total = torch.zeros((), device=made.device)
    for size in sizes:
        window = torch.hann_window(size, device=made.device)
        a, b = (
            torch.stft(x, size, size // 4, size, window, return_complex=True).abs().clamp(min=1e-5)
            for x in (made, real)
        )
        squeezed = (a.sqrt() - b.sqrt()).abs().mean() / b.sqrt().mean()
        total = total + (torch.log(a) - torch.log(b)).abs().mean() + 0.5 * squeezed
    return total / len(sizes)


def unlikelihood(power: Tensor, real: Tensor) -> Tensor:
    """The negative log-likelihood of the real spectrum, given the expected power [batch, frames, bins]: it
    parts harmonics from noise without favouring harmonics as a distance does (Itakura and Saito, 1968)."""
    window = torch.sqrt(torch.hann_window(FFT_SIZE, device=real.device))
    spectrum = torch.fft.rfft(real[:, HOP // 2 :].unfold(1, FFT_SIZE, HOP) * window).abs() ** 2 + 1e-6
    expected = power[:, KEPT + 2 : KEPT + 2 + spectrum.shape[1]] + 1e-6
    return (torch.log(expected / spectrum) + spectrum / expected - 1).clamp(max=30).mean()
