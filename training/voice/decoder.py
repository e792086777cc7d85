"""The exported decoder: frames → samples, any stretch of frames that carries its margins on its own.

A pulse train and noise are each shaped in the short-time Fourier domain: a small convolutional network makes
from mel and pitch a complex gain per frequency for the pulses, two noise gains per frame, the noise's
envelope within a pitch period, and what both do within a frame. Nothing is padded: n + 2 · margin frames in,
n frames of samples out. Source and filter are split as in Wang et al., Neural Source-Filter Waveform Models
(2019).
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.voice.excitation import SHORT, STEP, fold, harmonics
from training.voice.features import BANDS, FFT_SIZE, HOP
from training.voice.settings import DecoderSizes
from training.voice.tables import BEFORE, BINS, LUCK, NOISE_FRAMES, SHORT_BINS, bands_of, constants
from training.voice.training import mixed

NOISE_START = 2 * HOP - STEP // 2 - SHORT // 2
"""Where the first noise window begins within the excitation."""
POINTS = 4
"""Of a frame, at which noise and pulses are stronger or weaker than in its mean, and pulses early: bursts
begin at once, and no two periods of a voice are alike."""
MOST_LOG_GAIN, MOST_CYCLES = 1.5, 0.1
TAPS = 5
"""Frames whose bands count for a frame's gains."""
REACH = 4
"""Frames to each side that the windows take, beside those of the network."""


class Block(nn.Module):
    """A ConvNeXt block over time that pads nothing: the result is shorter."""

    def __init__(self, width: int, hidden: int, kernel: int) -> None:
        super().__init__()
        self.crop = kernel // 2
        self.depth = nn.Conv1d(width, width, kernel, groups=width)
        self.norm = nn.LayerNorm(width)
        self.up, self.down = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.scale = nn.Parameter(torch.full((width,), 0.2))

    def forward(self, x: Tensor) -> Tensor:
        """[batch, width, frames]"""
        y = self.norm(self.depth(x).transpose(1, 2))
        y = self.scale * self.down(functional.gelu(self.up(y), approximate="tanh"))
        return x[:, :, self.crop : -self.crop] + y.transpose(1, 2)


class Sharpening(nn.Module):
    """From bands as they are measured, in windows that overlap, to the gains that make them so."""

    def __init__(self, windows: int) -> None:
        super().__init__()
        self.windows = windows
        self.taps = nn.Conv1d(BANDS, windows * BANDS, TAPS, groups=BANDS, bias=False)
        middle = torch.zeros(TAPS)
        middle[TAPS // 2] = 1
        self.taps.weight.data = middle.repeat(windows * BANDS, 1, 1)

    def forward(self, bands: Tensor) -> Tensor:
        """[batch, frames, BANDS] → [batch, frames - TAPS + 1, windows, BANDS], log magnitudes both."""
        return self.taps(bands.transpose(1, 2)).unflatten(1, (BANDS, self.windows)).permute(0, 3, 2, 1)


class Decoder(nn.Module):
    mel_mean: Tensor
    mel_std: Tensor
    lf0_stats: Tensor
    ramp: Tensor
    noise: Tensor
    luck: Tensor
    noise_bands: Tensor
    noise_mean: Tensor
    noise_deviation: Tensor
    spread: Tensor
    overlap: Tensor
    long_in: Tensor
    long_out: Tensor
    short_in: Tensor
    short_out: Tensor
    long_window: Tensor
    short_window: Tensor

    def __init__(self, sizes: DecoderSizes) -> None:
        super().__init__()
        width = sizes.width
        self.enter = nn.Conv1d(BANDS + 2, width, sizes.first_kernel)
        self.chance = nn.Conv1d(BANDS + LUCK, width, sizes.first_kernel, bias=False)
        nn.init.zeros_(self.chance.weight)
        self.even, self.sharpen = Sharpening(2), Sharpening(1)
        self.blocks = nn.ModuleList(Block(width, sizes.hidden, sizes.kernel) for _ in range(sizes.blocks))
        self.norm = nn.LayerNorm(width)
        self.sizes = [BINS, BINS, SHORT_BINS, SHORT_BINS, 6, 3 * POINTS]
        """Harmonic log gain and phase, two noise log gains, the noise's envelope; at POINTS of the frame, log
        gains of noise and pulses, and how early these are."""
        self.head = nn.Linear(width, sum(self.sizes))
        nn.init.normal_(self.head.weight, std=0.01)
        nn.init.zeros_(self.head.bias)
        self.crop = sizes.first_kernel // 2 + sizes.blocks * (sizes.kernel // 2)
        self.margin = self.crop + REACH
        self.power = torch.zeros(0)
        """The power spectrum expected of the last batch, in training."""
        for name, value in (("mel_mean", torch.zeros(BANDS)), ("mel_std", torch.ones(BANDS))):
            self.register_buffer(name, value)
        self.register_buffer("lf0_stats", torch.tensor([5.0, 0.3]))
        for name, value in constants().items():
            self.register_buffer(name, value, persistent=False)

    def filters(self, frames: Tensor, chance: Tensor) -> tuple[Tensor, ...]:
        """The network's gains for all frames but `crop` at each side: harmonic log gain and phase [.., BINS],
        noise log gain for twice as many windows [.., SHORT_BINS], noise envelope [.., 6], what is finer than
        a frame [.., 3 · POINTS].

        `chance` [batch, frames, BANDS + LUCK]: how strong each band of the noise happens to be, so that what
        is heard of it has the spectrum that is asked for and not the noise's own grain as well; and luck."""
        mel = (frames[..., :BANDS] - self.mel_mean) / self.mel_std
        log_f0 = (frames[..., BANDS : BANDS + 1] - self.lf0_stats[0]) / self.lf0_stats[1]
        x = torch.cat([mel, log_f0, frames[..., BANDS + 1 : BANDS + 2]], -1).transpose(1, 2)
        if self.training:
            with mixed(frames.device):
                x = self._convolved(x, chance)
        else:
            x = self._convolved(x, chance)
        out = self.head(self.norm(x.float().transpose(1, 2)))
        gain, phase, first, second, envelope, fine = out.split(self.sizes, 2)
        skip = self.crop - TAPS // 2
        mel = frames[:, skip : frames.shape[1] - skip, :BANDS]
        uneven = chance[:, skip : chance.shape[1] - skip, :BANDS] * self.noise_deviation
        level = torch.stack([first, second], 2) + self.even(mel - uneven) @ self.spread[:, ::4] - 1
        return gain + self.sharpen(mel)[:, :, 0] @ self.spread, phase, level.flatten(1, 2), envelope, fine

    def _convolved(self, x: Tensor, chance: Tensor) -> Tensor:
        x = self.enter(x) + self.chance(chance.transpose(1, 2))
        for block in self.blocks:
            x = block(x)
        return x

    def forward(self, frames: Tensor) -> Tensor:
        """frames [batch, n + 2 · margin, 84] → samples [batch, n · HOP]."""
        noise, chance = self._drawn(frames)
        gain, phase, level, envelope, fine = self.filters(frames, chance)
        skip = self.crop - 2
        inner = slice(skip, frames.shape[1] - skip)  # two frames of excitation around the filtered ones
        louder, stronger, early = self._finely(fine)
        tone, cycles = harmonics(frames[:, inner], self.ramp, early)
        tone = tone * torch.exp(stronger)
        noise = noise[:, skip : frames.shape[1] - skip - 1].flatten(1)
        hiss = (self._breathing(noise, envelope, cycles) * torch.exp(louder))[:, NOISE_START:-NOISE_START]
        if self.training:
            strength = chance[:, self.crop : frames.shape[1] - self.crop, :BANDS] * self.noise_deviation
            tone, hiss = self._shaped_by_fft(gain, phase, level, tone, hiss, strength)
        else:
            tone, hiss = self._shaped(gain, phase, level, tone, hiss)
        start = (
            REACH * HOP + FFT_SIZE // 2 - HOP // 2
        )  # the first filtered frame's window begins before its centre
        size = (frames.shape[1] - 2 * self.margin) * HOP
        noise_start = start - NOISE_START
        return tone[:, start : start + size] + hiss[:, noise_start : noise_start + size]

    def without_margins(self, frames: Tensor) -> Tensor:
        """The frames that samples are made for."""
        return frames[:, self.margin : frames.shape[1] - self.margin]

    def _drawn(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """Noise from each frame's centre to the next one's [batch, frames - 1, HOP], and what `filters` are
        told of it; by frame number, so that every window has the same."""
        number = frames[..., BANDS + 3].long()
        if not self.training:
            place = number % NOISE_FRAMES
            return self.noise[place[:, :-1]], torch.cat([self.noise_bands[place], self.luck[place]], -1)
        batch, count = number.shape
        blocks = torch.randn(batch, count + 2 * BEFORE - 1, HOP, device=frames.device)
        bands = (bands_of(blocks) - self.noise_mean) / self.noise_deviation
        luck = torch.randn(batch, count, LUCK, device=frames.device)
        return blocks[:, BEFORE : BEFORE + count - 1], torch.cat([bands, luck], -1)

    def _breathing(self, noise: Tensor, envelope: Tensor, cycles: Tensor) -> Tensor:
        """Noise that swells with the glottis: three harmonics of the pitch, their shares given at the frames'
        centres."""
        padded = functional.pad(envelope.transpose(1, 2), (2, 2), mode="replicate").transpose(1, 2)
        ramp = self.ramp[:, None]
        shares = (padded[:, :-1, None] * (1 - ramp) + padded[:, 1:, None] * ramp).flatten(1, 2)
        angles = torch.arange(1, 4, device=noise.device) * (2 * math.pi * cycles[..., None])
        swell = (shares[..., :3] * torch.cos(angles)).sum(-1) + (shares[..., 3:] * torch.sin(angles)).sum(-1)
        return noise * (1 + swell)

    def _finely(self, fine: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Log gains of the noise and of the pulses, and how early these are in cycles, at every sample as in
        `_breathing`. A frame's gains are about their own mean: the level is the filters'."""
        parts = fine.reshape(fine.shape[0], -1, 3, POINTS)
        gains = MOST_LOG_GAIN * torch.tanh(parts[:, :, :2])
        gains = gains - gains.mean(3, keepdim=True)
        early = MOST_CYCLES * torch.tanh(parts[:, :, 2:])
        points = torch.cat([gains, early], 2).permute(0, 2, 1, 3).flatten(2)
        padded = functional.pad(points, (2 * POINTS, 2 * POINTS), mode="replicate")
        ramp = self.ramp[::POINTS]
        begin, end = padded[..., :-POINTS, None], padded[..., 1 : 1 - POINTS, None]
        louder, stronger, early = (begin * (1 - ramp) + end * ramp).flatten(2).unbind(1)
        return louder, stronger, early

    def _shaped(
        self, gain: Tensor, phase: Tensor, level: Tensor, tone: Tensor, hiss: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The filtering as convolutions, which every runtime has."""
        spectrum = functional.conv1d(tone[:, None], self.long_in, stride=HOP)
        noise = functional.conv1d(hiss[:, None], self.short_in, stride=STEP)
        factor, turn = torch.exp(gain.transpose(1, 2)), phase.transpose(1, 2)
        level = torch.exp(level.transpose(1, 2))
        real, imaginary = factor * torch.cos(turn), factor * torch.sin(turn)
        a, b = spectrum[:, :BINS], spectrum[:, BINS:]
        turned = torch.cat([a * real - b * imaginary, a * imaginary + b * real], 1)
        shaped = functional.conv_transpose1d(turned, self.long_out, stride=HOP)[:, 0]
        noise = noise * torch.cat([level, level], 1)
        return shaped, functional.conv_transpose1d(noise, self.short_out, stride=STEP)[:, 0]

    def _shaped_by_fft(  # noqa: PLR0913, PLR0917 - gains and what they shape
        self, gain: Tensor, phase: Tensor, level: Tensor, tone: Tensor, hiss: Tensor, strength: Tensor
    ) -> tuple[Tensor, Tensor]:
        """The same with FFTs, faster to train; notes the power to be expected of noise with bands of this
        `strength`, a log magnitude beside their mean."""
        spectrum = torch.fft.rfft(tone.unfold(1, FFT_SIZE, HOP) * self.long_window)
        noise = torch.fft.rfft(hiss.unfold(1, SHORT, STEP) * self.short_window)
        rows = torch.exp(2 * level).transpose(1, 2).flatten(0, 1)[:, None]
        heard = functional.conv1d(rows, self.overlap[None, None], stride=2, padding=4)
        heard = heard.unflatten(0, (-1, SHORT_BINS))[:, :, 0].transpose(1, 2)
        hiss_power = functional.interpolate(heard, BINS, mode="linear", align_corners=True)
        self.power = spectrum.abs() ** 2 * torch.exp(2 * gain) + hiss_power * torch.exp(
            2 * strength @ self.spread
        )
        shaped = (
            torch.fft.irfft(spectrum * torch.polar(torch.exp(gain), phase), FFT_SIZE) * self.long_window / 2
        )
        return fold(shaped, HOP), fold(
            torch.fft.irfft(noise * torch.exp(level), SHORT) * self.short_window, STEP
        )
