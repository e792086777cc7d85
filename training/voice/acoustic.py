"""Symbols with their prosody → frames: fine pitch and voicing, then the mel spectrum.

Durations, the coarse contour of log F0 and the loudness of each symbol are given: by prosody.Prosody when it
speaks, by the recordings while it learns. FastSpeech 2 (Ren et al., 2021) is the nearest relative.
"""

import torch
from torch import Tensor, nn

from training.voice.blocks import Attention, ConvBlock
from training.voice.features import BANDS
from training.voice.frames import following, places
from training.voice.prosody import BEGINNING, LOUDNESS, MIDDLE
from training.voice.settings import AcousticSizes
from training.voice.symbols import SYMBOLS

PLACES = 6
MOST_DEVIATIONS = 3.5
"""Of log F0 from the speaker's mean: beyond, the network has seen nothing."""


class Acoustic(nn.Module):
    mel_mean: Tensor
    mel_std: Tensor
    """[80]"""
    silence: Tensor
    """The log-mel of nothing, [80]."""
    lf0_stats: Tensor
    loudness_stats: Tensor
    """Mean and deviation, [2]."""

    def __init__(self, sizes: AcousticSizes) -> None:
        super().__init__()
        width, wide, dropout = sizes.width, sizes.mel_width, sizes.dropout
        self.embed, self.voice = nn.Embedding(len(SYMBOLS), width), nn.Embedding(sizes.voices, width)
        nn.init.normal_(self.embed.weight, std=0.3)
        nn.init.zeros_(self.voice.weight)

        def conv() -> ConvBlock:
            return ConvBlock(width, 2 * width, 5, dropout)

        def attention() -> Attention:
            return Attention(width, 4, dropout)

        self.text = nn.ModuleList([conv(), conv(), attention(), conv(), attention(), conv()])
        self.text_norm = nn.LayerNorm(width)
        self.place, self.shape = nn.Linear(PLACES, width), nn.Linear(2, width)
        nn.init.zeros_(self.shape.weight)
        self.pitch = nn.ModuleList(ConvBlock(width, 2 * width, 9, 0.0) for _ in range(3))
        self.pitch_out = nn.Linear(width, 2)
        nn.init.zeros_(self.pitch_out.weight)
        nn.init.zeros_(self.pitch_out.bias)
        self.to_mel = nn.Linear(width + 2, wide)
        self.mel = nn.ModuleList(ConvBlock(wide, 2 * wide, 7, 0.0) for _ in range(6))
        self.mel_norm, self.mel_out = nn.LayerNorm(wide), nn.Linear(wide, BANDS)
        for name, size in (("mel_mean", BANDS), ("mel_std", BANDS), ("silence", BANDS), ("lf0_stats", 2)):
            self.register_buffer(name, torch.ones(size))
        self.register_buffer("loudness_stats", torch.tensor([0.0, 1.0]))

    @property
    def context(self) -> int:
        """Frames to each side of a frame that `intonate` and `paint`, one upon the other, depend on."""
        return sum(block.reach for block in (*self.pitch, *self.mel))

    def read(self, ids: Tensor, mask: Tensor, voice: Tensor) -> Tensor:
        """ids [batch, symbols], mask [batch, symbols, 1], voice [batch] → [batch, symbols, width]."""
        x = self.embed(ids) + self.voice(voice)[:, None]
        for layer in self.text:
            x = layer(x, mask)
        return self.text_norm(x) * mask

    def spread(self, text: Tensor, values: Tensor, ends: Tensor, frames: int | Tensor) -> tuple[Tensor, ...]:
        """Symbols over their frames.

        text [batch, symbols, width], values [batch, symbols, VALUES] (log F0 and loudness as measured), ends
        [batch, symbols] → states [batch, frames, width], normalised contour of log F0 [batch, frames], mask
        [batch, frames, 1].
        """
        symbol, over, length, row = places(ends, frames)
        left = length - over
        place = torch.stack(
            [over / length, torch.log(length), *(torch.exp(-x / n) for n in (2, 8) for x in (over, left))], 2
        )
        shape = self.normalised_contour(values, symbol, over / length)
        loudness = torch.gather(
            (values[..., LOUDNESS] - self.loudness_stats[0]) / self.loudness_stats[1], 1, symbol
        )
        states = torch.gather(text, 1, symbol[..., None].expand(-1, -1, text.shape[2])) + self.place(place)
        states = states + self.shape(torch.stack([within(shape), loudness], 2))
        return states * row[..., None], shape, row[..., None]

    def normalised_contour(self, values: Tensor, symbol: Tensor, share: Tensor) -> Tensor:
        """Straight lines from the beginning of each symbol to its middle and on to the next beginning."""
        log_f0 = (values - self.lf0_stats[0]) / self.lf0_stats[1]
        begin = log_f0[..., BEGINNING]
        end = following(begin)
        bend = log_f0[..., MIDDLE] - (begin + end) / 2
        here, move, bent = (torch.gather(part, 1, symbol) for part in (begin, end - begin, bend))
        return here + move * share + bent * (1 - torch.abs(2 * share - 1))

    def intonate(self, states: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """What log F0 does beside the contour, normalised, and the logit of voicing, [batch, frames] each."""
        for block in self.pitch:
            states = block(states, mask)
        fine, voiced = self.pitch_out(states).unbind(2)
        return fine, voiced

    def paint(self, states: Tensor, log_f0: Tensor, voiced: Tensor, mask: Tensor) -> Tensor:
        """The normalised mel spectrum [batch, frames, 80]; log F0 is normalised too."""
        x = self.to_mel(torch.cat([states, log_f0[..., None], voiced[..., None]], 2))
        for block in self.mel:
            x = block(x, mask)
        return self.mel_out(self.mel_norm(x))


def within(log_f0: Tensor) -> Tensor:
    """Normalised log F0 as far as the network knows it."""
    return log_f0.clamp(-MOST_DEVIATIONS, MOST_DEVIATIONS)


class MelJudge(nn.Module):
    """Tells recorded from painted mel, patch by patch; it knows what was to be painted."""

    def __init__(self, width: int, channels: int = 24) -> None:
        super().__init__()
        norm = nn.utils.parametrizations.spectral_norm
        wide = 2 * channels
        shapes = (
            (2, channels, (3, 5), (1, 2)),
            (channels, wide, (5, 5), (2, 2)),
            (wide, wide, (5, 5), (2, 2)),
            (wide, wide, (3, 3), (1, 2)),
        )
        self.told = nn.Linear(width + 2, BANDS)
        self.layers = nn.ModuleList(
            norm(nn.Conv2d(into, out, kernel, stride, (kernel[0] // 2, kernel[1] // 2)))
            for into, out, kernel, stride in shapes
        )
        self.last = nn.Conv2d(wide, 1, 3, 1, 1)

    def forward(self, mel: Tensor, told: Tensor) -> tuple[Tensor, list[Tensor]]:
        """mel [batch, frames, 80], told [batch, frames, width + 2] → scores, and every layer's features."""
        x, features = torch.stack([mel, self.told(told)], 1), []
        for layer in self.layers:
            x = nn.functional.leaky_relu(layer(x), 0.1)
            features.append(x)
        return self.last(x), features
