"""The exported painter: what the encoder knows of the symbols → frames, all or the first ones."""

import torch
from torch import Tensor, nn

from training.voice.acoustic import Acoustic, within
from training.voice.features import BANDS
from training.voice.frames import (
    HIGHEST_LOG_F0,
    LOWEST_LOG_F0,
    tract_weights,
    with_margin,
    with_phase,
)
from training.voice.mel_flow import CHANNELS, MelFlow
from training.voice.settings import Export

INPUTS = ("states", "prosody", "durations", "grain", "pitch_range", "tract", "most_frames")
OUTPUTS = ("frames",)
GRAIN_FRAMES = 997
"""A prime: the length of the table of the mel flow's noise."""
GRAIN_SEED = 11


class FramePainter(nn.Module):
    grain_noise: Tensor
    """[GRAIN_FRAMES, mel_flow.CHANNELS]"""

    def __init__(self, acoustic: Acoustic, mel_flow: MelFlow, margin: int, export: Export) -> None:
        super().__init__()
        self.acoustic, self.mel_flow = acoustic, mel_flow
        self.margin, self.export = margin, export
        generator = torch.Generator().manual_seed(GRAIN_SEED)
        noise = torch.randn(GRAIN_FRAMES, CHANNELS, generator=generator)
        self.register_buffer("grain_noise", noise, persistent=False)

    @property
    def context(self) -> int:
        """Frames to each side of a frame that it depends on."""
        return self.acoustic.context + self.mel_flow.context(self.export)

    def forward(  # noqa: PLR0913, PLR0917 - the graph's inputs
        self,
        states: Tensor,
        prosody: Tensor,
        durations: Tensor,
        grain: Tensor,
        pitch_range: Tensor,
        tract: Tensor,
        most_frames: Tensor,
    ) -> Tensor:
        """The encoder's outputs, padded with zeros behind; pitch_range and tract as it was given them →
        frames [batch, margin + frames, 84].

        `most_frames`, a scalar: no more are painted of any row. Otherwise there are the longest row's, and
        `margin` frames of nothing.
        """
        ends = torch.cumsum(durations, 1)
        frames = torch.minimum(ends.max() + self.margin, most_frames)
        body = self._body(states, prosody, ends, pitch_range, tract, grain, frames)
        return with_phase(with_margin(body, self._quiet(), self.margin))

    def _body(  # noqa: PLR0913, PLR0917 - what the frames depend on
        self,
        text: Tensor,
        values: Tensor,
        ends: Tensor,
        pitch_range: Tensor,
        tract: Tensor,
        grain: Tensor,
        frames: Tensor,
    ) -> Tensor:
        """[batch, frames, 82]: mel, log F0, voicing."""
        net = self.acoustic
        mean, deviation = net.lf0_stats[0], net.lf0_stats[1]
        states, shape, mask = net.spread(text, values, ends, frames)
        row = mask[..., 0]
        fine, voicing = net.intonate(states, mask)
        voiced = (voicing > 0).float() * row
        within_reach = within(shape + fine * pitch_range[:, None])
        mel = net.paint(states, within_reach, voiced, mask)
        rest = self._rest(states, torch.cat([mel, within_reach[..., None]], 2), voiced, mask, grain)
        mel, fine = mel + rest[..., :BANDS], (fine + rest[..., BANDS]) * pitch_range[:, None]
        mel = (mel * net.mel_std + net.mel_mean) @ tract_weights(tract).transpose(1, 2)
        mel = mel * mask + net.silence * (1 - mask)
        log_f0 = mean + (shape + fine) * deviation + torch.log(tract)[:, None]
        log_f0 = torch.clamp(log_f0, LOWEST_LOG_F0, HIGHEST_LOG_F0) * row + mean * (1 - row)
        return torch.cat([mel, log_f0[..., None], voiced[..., None]], 2)

    def _rest(self, states: Tensor, painted: Tensor, voiced: Tensor, mask: Tensor, grain: Tensor) -> Tensor:
        """What the painting leaves open, drawn: [batch, frames, CHANNELS]."""
        number = grain[:, None] + torch.arange(states.shape[1], device=grain.device)
        noise = self.grain_noise[number % GRAIN_FRAMES]
        condition = self.mel_flow.condition(states, painted, voiced)
        return self.mel_flow.drawn(noise, condition, mask, self.export)

    def _quiet(self) -> Tensor:
        """A frame of nothing, [82]."""
        net = self.acoustic
        quiet = torch.cat([net.silence, net.lf0_stats[:1], net.lf0_stats[:1] * 0])
        assert quiet.shape == (BANDS + 2,)
        return quiet
