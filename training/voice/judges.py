"""Judges of sound and measures of its spectrum: what the decoder learns against."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.voice.features import FFT_SIZE, HOP
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


def _judged(judge: SpectrogramJudge | PeriodJudge, x: Tensor) -> Verdict:
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
        periods: tuple[int, ...] = (3, 7),
    ) -> None:
        super().__init__()
        heard = [SpectrogramJudge(size, channels) for size in fft_sizes]
        self.all = nn.ModuleList([*heard, *(PeriodJudge(period, channels) for period in periods)])

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


ENVELOPE_SIZE, ENVELOPE_HOP = 96, 24
ENVELOPE_BANDS = ((4, 10), (10, 20), (20, 32), (32, 48))
"""Bins of 250 Hz: from 1, 2.5, 5 and 8 kHz on."""
PULSE_SIZE, PULSE_HOP = 48, 12
PULSE_BINS = slice(4, 25)
"""83 to 500 Hz: where the pitch is, and its octave."""


def pulsation(samples: Tensor) -> Tensor:
    """How strongly the log envelopes of four bands pulse, by frequency: [batch · bands, bins, moments].

    A voice's breath swells with every pulse of the glottis. Where in the period it does cannot be known from
    the frames, so distances of spectra make it even, which is hoarse; this is blind to the place.
    """
    window, pulse = (torch.hann_window(size, device=samples.device) for size in (ENVELOPE_SIZE, PULSE_SIZE))
    spectrum = torch.stft(samples, ENVELOPE_SIZE, ENVELOPE_HOP, ENVELOPE_SIZE, window, return_complex=True)
    power = spectrum.real**2 + spectrum.imag**2
    bands = torch.stack([power[:, start:end].mean(1) for start, end in ENVELOPE_BANDS], 1)
    envelope = torch.log(bands + 1e-6).flatten(0, 1) / 2
    envelope = envelope - envelope.mean(1, keepdim=True)
    return torch.stft(envelope, PULSE_SIZE, PULSE_HOP, PULSE_SIZE, pulse, return_complex=True).abs()[
        :, PULSE_BINS
    ]


def pulsation_distance(made: Tensor, real: Tensor) -> Tensor:
    """Mean distance of the pulsation, over its mean."""
    a, b = pulsation(made), pulsation(real)
    return (a - b).abs().mean() / b.mean()
