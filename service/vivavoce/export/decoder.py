"""The decoder: frames, a style and noise → samples (Kokoro's variant of iSTFTNet, Kaneko et al. 2022)."""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.export.architecture import DECODER_STEPS_PER_FRAME, SAMPLES_PER_STEP, Architecture, Vocoder
from vivavoce.export.layers import AdaInBlock, Extent, SnakeBlock, extent, masked
from vivavoce.export.source import Source
from vivavoce.export.spectrum import Spectrum

CURVES = 4
"""Channels of a frame that are no text: two steps of pitch, two of energy."""


class Decoder(nn.Module):
    """A row of a batch depends on nothing but itself.

    `half` brings convolutions and what is between them to 16 bits. Not so: the source and both transforms,
    the statistics of the normalisations, exp and sin before the inverse transform.
    """

    def __init__(self, sizes: Architecture) -> None:
        super().__init__()
        vocoder, style = sizes.istftnet, sizes.style_dim
        channels, residual = vocoder.decoder_channels, vocoder.residual_channels
        self.style_size = style
        self.encode = AdaInBlock(sizes.hidden_dim + 2, channels, style)
        beside = channels + residual + 2
        self.decode = nn.ModuleList([AdaInBlock(beside, channels, style) for _ in range(3)])
        self.decode.append(AdaInBlock(beside, vocoder.upsample_initial_channel, style, doubles=True))
        self.F0_conv = nn.Conv1d(1, 1, 3, stride=2, padding=1)
        self.N_conv = nn.Conv1d(1, 1, 3, stride=2, padding=1)
        self.asr_res = nn.ModuleList([nn.Conv1d(sizes.hidden_dim, residual, 1)])
        self.generator = Generator(vocoder, style)

    def half(self) -> "Decoder":
        own = self.generator
        in_front = (self.encode, self.decode, self.asr_res)
        for part in (*in_front, own.ups, own.resblocks, own.noise_convs, own.noise_res, own.conv_post):
            part.half()  # the others never pass through 16 bits
        return self

    def forward(self, frames: Tensor, lengths: Tensor, style: Tensor, noise: Tensor) -> Tensor:
        """[B, F, hidden + 4] as the encoder gives them, [B], [B, 2 · style], [B, samples] → [B, samples]."""
        own_style = style[:, : self.style_size]
        count = frames.shape[1]
        where = extent(lengths, count)
        steps = extent(lengths * DECODER_STEPS_PER_FRAME, count * DECODER_STEPS_PER_FRAME)
        curves = frames[..., -CURVES:]
        pitch, energy = (half.flatten(1) * steps.mask[:, 0] for half in curves.split([2, 2], dim=-1))
        precision = self.encode.conv1.weight.dtype
        said = frames[..., :-CURVES].transpose(1, 2).to(precision)
        melody = self.F0_conv(pitch[:, None]).to(precision), self.N_conv(energy[:, None]).to(precision)
        x = self.encode(torch.cat((said, *melody), 1), own_style, where)
        beside = (self.asr_res[0](said), *melody)
        *blocks, doubling = self.decode
        for block in blocks:
            x = block(torch.cat((x, *beside), 1), own_style, where)
        x = doubling(torch.cat((x, *beside), 1), own_style, where, steps)
        waveform: Tensor = self.generator(x, own_style, pitch, noise, lengths * DECODER_STEPS_PER_FRAME)
        return waveform


class Generator(nn.Module):
    """Steps → samples: the source is brought in at each of the rates on the way to the spectrum."""

    def __init__(self, sizes: Vocoder, style: int) -> None:
        super().__init__()
        self.rates = sizes.upsample_rates
        self.m_source = Source()
        self.stft = Spectrum(sizes.gen_istft_n_fft, sizes.gen_istft_hop_size)
        widths = [sizes.upsample_initial_channel >> stage for stage in range(len(self.rates) + 1)]
        kernels = zip(self.rates, sizes.upsample_kernel_sizes, strict=True)
        self.ups = nn.ModuleList(
            nn.ConvTranspose1d(widths[stage], widths[stage + 1], kernel, rate, padding=(kernel - rate) // 2)
            for stage, (rate, kernel) in enumerate(kernels)
        )
        shapes = list(zip(sizes.resblock_kernel_sizes, sizes.resblock_dilation_sizes, strict=True))
        self.resblocks = nn.ModuleList(
            SnakeBlock(width, kernel, dilations, style)
            for width in widths[1:]
            for kernel, dilations in shapes
        )
        self.noise_convs = nn.ModuleList()
        self.noise_res = nn.ModuleList()
        for stage, width in enumerate(widths[1:]):
            steps = math.prod(self.rates[stage + 1 :])
            shape = {"kernel_size": steps * 2, "stride": steps, "padding": (steps + 1) // 2}
            is_last = steps == 1
            self.noise_convs.append(
                nn.Conv1d(2 * self.stft.bins, width, **({"kernel_size": 1} if is_last else shape))
            )
            self.noise_res.append(SnakeBlock(width, 11 if is_last else 7, (1, 3, 5), style))
        self.conv_post = nn.Conv1d(widths[-1], 2 * self.stft.bins, 7, padding=3)

    def forward(self, x: Tensor, style: Tensor, pitch: Tensor, noise: Tensor, lengths: Tensor) -> Tensor:
        """[B, channels, steps], …, and how many steps each row has → [B, samples]."""
        samples = lengths * SAMPLES_PER_STEP
        wave = self.m_source(pitch, noise)
        spectrum = self.stft(wave, samples)
        frames = extent(samples // self.stft.hop + 1, spectrum.shape[-1])
        spectrum = masked(spectrum, frames).to(x.dtype)
        where, steps = extent(lengths, x.shape[-1]), lengths
        for stage, (up, rate) in enumerate(zip(self.ups, self.rates, strict=True)):
            x = up(masked(functional.leaky_relu(x, 0.1), where))
            steps = steps * rate
            if stage + 1 == len(self.rates):
                x = torch.cat((x[..., 1:2], x), -1)  # mirrored: the transform has a frame more than hops
                where = frames
            else:
                where = extent(steps, x.shape[-1])
            x = self._stage(stage, x, spectrum, style, where)
        x = self.conv_post(masked(functional.leaky_relu(x), where)).float()
        magnitudes, phases = x.split([self.stft.bins, self.stft.bins], dim=1)
        return self.stft.inverse(torch.exp(magnitudes), torch.sin(phases), where)

    def _stage(self, stage: int, x: Tensor, spectrum: Tensor, style: Tensor, where: Extent) -> Tensor:
        source = self.noise_res[stage](self.noise_convs[stage](spectrum), style, where)
        x = x + source
        each = len(self.resblocks) // len(self.rates)
        blocks = self.resblocks[stage * each : (stage + 1) * each]
        return sum((block(x, style, where) for block in blocks[1:]), blocks[0](x, style, where)) / each
