"""The encoder: symbols, a style and a speed → how long each symbol lasts, and the frames of the decoder."""

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from vivavoce.export.albert import Albert
from vivavoce.export.architecture import Architecture
from vivavoce.export.layers import EPSILON, AdaInBlock, AdaLayerNorm, Extent, extent
from vivavoce.export.operators import BiLstm

BLOCK_FRAMES = 64
LEAST_FRAMES = 192
"""A batch has whole blocks of frames, and some. The pitch must not depend on how long the other rows are, to
the last bit: it moves the phases of the source, and one that is near π goes to the decoder as π or as −π.
With as many columns, and up to four threads, ONNX Runtime adds up in the same order whatever the length
(measured)."""


class Encoded(NamedTuple):
    """The outputs of the encoder's graph."""

    durations: Tensor
    """[B, T]: frames of each symbol, 0 behind the end of a row."""
    frames: Tensor
    """[B, F, hidden + 4]: what is said, two steps of the pitch in Hz, two steps of the energy."""
    frame_lengths: Tensor
    """[B]"""


class Encoder(nn.Module):
    """All of the model before the decoder; a row of a batch depends on nothing but itself."""

    def __init__(self, sizes: Architecture) -> None:
        super().__init__()
        self.style_size = sizes.style_dim
        self.bert = Albert(sizes.n_token, sizes.plbert)
        self.bert_encoder = nn.Linear(sizes.plbert.hidden_size, sizes.hidden_dim)
        self.predictor = ProsodyPredictor(sizes)
        self.text_encoder = TextEncoder(sizes)

    def forward(self, input_ids: Tensor, lengths: Tensor, style: Tensor, speed: Tensor) -> Encoded:
        """Symbols [B, T] with the zeros around each text, [B], [B, 2 · style], [B]."""
        where = extent(lengths, input_ids.shape[1])
        own_style = style[:, self.style_size :]
        surroundings = self.bert_encoder(self.bert(input_ids, where))
        prosody = self.predictor.text_encoder(surroundings, own_style, lengths)
        durations = self.predictor.durations(prosody, lengths, speed, where)
        frame_lengths = durations.sum(1)
        symbols = symbol_of_frame(durations)
        said = _at(self.text_encoder(input_ids, lengths, where), symbols)
        pitch, energy = self.predictor.curves(_at(prosody, symbols), own_style, frame_lengths)
        return Encoded(durations, torch.cat((said, pitch, energy), -1), frame_lengths)


def symbol_of_frame(durations: Tensor) -> Tensor:
    """[B, T] → [B, F], F the frames of the longest row in whole blocks: which symbol a frame belongs to, the
    last one behind the end. All frames at once: as many symbols have ended before it as there are ends not
    behind it."""
    ends = durations.cumsum(1)
    blocks = (ends[:, -1].max() + BLOCK_FRAMES - 1).div(BLOCK_FRAMES, rounding_mode="trunc")
    frames = torch.arange((blocks * BLOCK_FRAMES).clamp(min=LEAST_FRAMES), device=durations.device)
    ended = (frames[None, :, None] >= ends[:, None]).int().sum(-1)
    return ended.clamp(max=durations.shape[1] - 1)


def _at(x: Tensor, symbols: Tensor) -> Tensor:
    """[B, T, channels], [B, F] → [B, F, channels]."""
    rows = torch.arange(x.shape[0], device=x.device) * x.shape[1]
    return x.flatten(0, 1)[symbols + rows[:, None]]


class ProsodyPredictor(nn.Module):
    """How long the symbols last, how high and how loud they are."""

    def __init__(self, sizes: Architecture) -> None:
        super().__init__()
        hidden, style = sizes.hidden_dim, sizes.style_dim
        self.text_encoder = DurationEncoder(sizes)
        self.lstm = BiLstm(hidden + style, hidden)
        self.duration_proj = _Projection(hidden, sizes.max_dur)
        self.shared = BiLstm(hidden + style, hidden)
        self.F0 = _curve(hidden, style)
        self.N = _curve(hidden, style)
        self.F0_proj = nn.Conv1d(hidden // 2, 1, 1)
        self.N_proj = nn.Conv1d(hidden // 2, 1, 1)

    def durations(self, prosody: Tensor, lengths: Tensor, speed: Tensor, where: Extent) -> Tensor:
        """[B, T, hidden + style] → [B, T], at least one frame for each symbol."""
        parts = torch.sigmoid(self.duration_proj(self.lstm(prosody, lengths)))
        both = parts @ torch.ones(parts.shape[-1], 2, device=parts.device)  # see layers.extent, `exact`
        frames = torch.round(both[..., 0] / speed[:, None]).clamp(min=1)
        return (frames * where.mask[:, 0]).long()

    def curves(self, prosody: Tensor, style: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """[B, F, hidden + style] → pitch and energy, each [B, F, 2]."""
        shared = self.shared(prosody, lengths).transpose(1, 2)
        frames = prosody.shape[1]
        extents = extent(lengths, frames, exact=True), extent(lengths * 2, frames * 2, exact=True)
        pitch = self._curve(self.F0, self.F0_proj, shared, style, extents)
        return pitch, self._curve(self.N, self.N_proj, shared, style, extents)

    def _curve(
        self,
        blocks: nn.ModuleList,
        projection: nn.Conv1d,
        x: Tensor,
        style: Tensor,
        extents: tuple[Extent, Extent],
    ) -> Tensor:
        frames, steps = extents
        first, doubling, last = blocks
        x = last(doubling(first(x, style, frames), style, frames, steps), style, steps)
        return (projection(x) * steps.mask).unflatten(-1, (-1, 2))[:, 0]


def _curve(hidden: int, style: int) -> nn.ModuleList:
    return nn.ModuleList(
        [
            AdaInBlock(hidden, hidden, style),
            AdaInBlock(hidden, hidden // 2, style, doubles=True),
            AdaInBlock(hidden // 2, hidden // 2, style),
        ]
    )


class _Projection(nn.Module):
    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.linear_layer = nn.Linear(inputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        result: Tensor = self.linear_layer(x)
        return result


class DurationEncoder(nn.Module):
    """LSTMs that are told the style again before each of them."""

    def __init__(self, sizes: Architecture) -> None:
        super().__init__()
        hidden, style = sizes.hidden_dim, sizes.style_dim
        layers = ((BiLstm(hidden + style, hidden), AdaLayerNorm(style, hidden)) for _ in range(sizes.n_layer))
        self.lstms = nn.ModuleList([part for layer in layers for part in layer])

    def forward(self, x: Tensor, style: Tensor, lengths: Tensor) -> Tensor:
        """[B, T, hidden] → [B, T, hidden + style]."""
        beside = style[:, None].expand(-1, x.shape[1], -1)
        x = torch.cat((x, beside), -1)
        for lstm, norm in zip(self.lstms[::2], self.lstms[1::2], strict=True):
            x = torch.cat((norm(lstm(x, lengths), style), beside), -1)
        return x


class TextEncoder(nn.Module):
    """What is said: convolutions over the symbols, then an LSTM."""

    def __init__(self, sizes: Architecture) -> None:
        super().__init__()
        channels, kernel = sizes.hidden_dim, sizes.text_encoder_kernel_size
        self.embedding = nn.Embedding(sizes.n_token, channels)
        self.cnn = nn.ModuleList(
            nn.ModuleList(
                [nn.Conv1d(channels, channels, kernel, padding=(kernel - 1) // 2), _ChannelNorm(channels)]
            )
            for _ in range(sizes.n_layer)
        )
        self.lstm = BiLstm(channels, channels)

    def forward(self, ids: Tensor, lengths: Tensor, where: Extent) -> Tensor:
        """[B, T] → [B, T, channels]."""
        x = self.embedding(ids).transpose(1, 2) * where.mask
        for conv, norm in self.cnn:
            x = functional.leaky_relu(norm(conv(x)), 0.2) * where.mask
        result: Tensor = self.lstm(x.transpose(1, 2), lengths)
        return result


class _ChannelNorm(nn.Module):
    """A layer normalisation over the channels."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(channels))
        self.beta = nn.Parameter(torch.zeros(channels))

    def forward(self, x: Tensor) -> Tensor:
        normed = functional.layer_norm(x.transpose(1, 2), self.gamma.shape, self.gamma, self.beta, EPSILON)
        return normed.transpose(1, 2)
