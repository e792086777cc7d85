"""The exported encoder: symbols, and what the caller asks of their prosody, → frames for the decoder."""

import torch
from torch import Tensor, nn

from training.voice.acoustic import Acoustic, within
from training.voice.features import BANDS
from training.voice.frames import (
    HIGHEST_LOG_F0,
    LOWEST_LOG_F0,
    carried_on,
    ends_of,
    following,
    tract_weights,
    with_margins,
    with_phase,
)
from training.voice.mel_flow import CHANNELS, MelFlow
from training.voice.prosody import BEGINNING, DURATION, MIDDLE, VALUES, Prosody
from training.voice.settings import Export
from training.voice.symbols import PAUSES, SYMBOLS

INPUTS = ("ids", "lengths", "speed", "voice", "pitch", "pitch_range", "tract", "noise")
OUTPUTS = ("frames", "frame_lengths", "durations")
NOISE_SIZE = VALUES
GRAIN_FRAMES = 997
"""A prime: the length of the table of the mel flow's noise."""
GRAIN_SEED = 11
GRAIN_STEPS = 10_000
"""Of the table, for a noise of 1: every reading begins elsewhere in it."""


class Encoder(nn.Module):
    sounded: Tensor
    """1 for a symbol that is no pause, [symbols that there are]."""
    grain: Tensor
    """[GRAIN_FRAMES, mel_flow.CHANNELS]"""

    def __init__(
        self, prosody: Prosody, acoustic: Acoustic, mel_flow: MelFlow, margin: int, export: Export
    ) -> None:
        super().__init__()
        self.prosody, self.acoustic, self.mel_flow = prosody, acoustic, mel_flow
        self.margin, self.export = margin, export
        generator = torch.Generator().manual_seed(GRAIN_SEED)
        self.register_buffer(
            "grain", torch.randn(GRAIN_FRAMES, CHANNELS, generator=generator), persistent=False
        )
        sounded = torch.tensor([float(symbol not in PAUSES) for symbol in range(len(SYMBOLS))])
        self.register_buffer("sounded", sounded, persistent=False)

    def forward(  # noqa: PLR0913, PLR0917 - the graph's inputs
        self,
        ids: Tensor,
        lengths: Tensor,
        speed: Tensor,
        voice: Tensor,
        pitch: Tensor,
        pitch_range: Tensor,
        tract: Tensor,
        noise: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Inputs as in README.md → frames [batch, frames + 2 · margin, 84], frame_lengths [batch], durations
        [batch, symbols]."""
        mask = (torch.arange(ids.shape[1], device=ids.device)[None] < lengths[:, None]).float()[..., None]
        values = self.prosody(ids, mask, noise * self._liveliness(ids), self.export.flow_steps)
        ends = ends_of(self._durations(values[..., DURATION], ids, speed) * mask[..., 0])
        values = self._asked(carried_on(values, lengths), carried_on(pitch, lengths), pitch_range, tract)
        text = self.acoustic.read(ids, mask, voice)
        begin = (torch.abs(noise[:, 0]).sum(1) * GRAIN_STEPS).long()
        body = self._body(text, values, ends, pitch_range, tract, begin)
        durations = ends - torch.cat([ends[:, :1] * 0, ends[:, :-1]], 1)
        return with_phase(with_margins(body, self._quiet(), self.margin)), ends[:, -1], durations

    def _liveliness(self, ids: Tensor) -> Tensor:
        """Factors on the noise, [batch, symbols, VALUES]."""
        sound, pause = (
            torch.tensor((duration, *self.export.liveliness[1:]), device=ids.device)
            for duration in (self.export.liveliness[0], self.export.pause_liveliness)
        )
        return torch.where(self.sounded[ids][..., None] > 0, sound, pause)

    def _durations(self, logarithms: Tensor, ids: Tensor, speed: Tensor) -> Tensor:
        """In frames. A sound has one at least, however fast the speech."""
        frames = torch.clamp(torch.exp(logarithms) - 1, min=0) * self.export.pace / speed[:, None]
        frames = torch.where(self.sounded[ids] > 0, torch.clamp(frames, min=1), frames)
        return frames * self.prosody.timed[ids]

    def _asked(self, values: Tensor, pitch: Tensor, pitch_range: Tensor, tract: Tensor) -> Tensor:
        """log F0 as wide and as high as it is asked for, less what the tract will stretch: the network paints
        with the recorded speaker's tract."""
        mean = self.acoustic.lf0_stats[0]
        wide = (pitch_range * self.export.pitch_range)[:, None]
        offsets = {BEGINNING: pitch, MIDDLE: (pitch + following(pitch)) / 2}
        asked = [
            mean + (values[..., index] - mean) * wide + offsets[index] - torch.log(tract)[:, None]
            if index in offsets
            else values[..., index]
            for index in range(VALUES)
        ]
        return torch.stack(asked, 2)

    def _body(  # noqa: PLR0913, PLR0917 - what the frames depend on
        self, text: Tensor, values: Tensor, ends: Tensor, pitch_range: Tensor, tract: Tensor, begin: Tensor
    ) -> Tensor:
        """[batch, frames, 82]: mel, log F0, voicing. `begin` [batch]: where the grain's noise begins."""
        net = self.acoustic
        mean, deviation = net.lf0_stats[0], net.lf0_stats[1]
        states, shape, mask = net.spread(text, values, ends, torch.clamp(ends.max(), min=1))
        row = mask[..., 0]
        fine, voicing = net.intonate(states, mask)
        voiced = (voicing > 0).float() * row
        within_reach = within(shape + fine * pitch_range[:, None])
        mel = net.paint(states, within_reach, voiced, mask)
        rest = self._rest(states, torch.cat([mel, within_reach[..., None]], 2), voiced, mask, begin)
        mel, fine = mel + rest[..., :BANDS], (fine + rest[..., BANDS]) * pitch_range[:, None]
        mel = (mel * net.mel_std + net.mel_mean) @ tract_weights(tract).transpose(1, 2)
        mel = mel * mask + net.silence * (1 - mask)
        log_f0 = mean + (shape + fine) * deviation + torch.log(tract)[:, None]
        log_f0 = torch.clamp(log_f0, LOWEST_LOG_F0, HIGHEST_LOG_F0) * row + mean * (1 - row)
        return torch.cat([mel, log_f0[..., None], voiced[..., None]], 2)

    def _rest(self, states: Tensor, painted: Tensor, voiced: Tensor, mask: Tensor, begin: Tensor) -> Tensor:
        """What the painting leaves open, drawn: [batch, frames, CHANNELS]."""
        number = begin[:, None] + torch.arange(states.shape[1], device=begin.device)
        noise = self.grain[number % GRAIN_FRAMES]
        condition = self.mel_flow.condition(states, painted, voiced)
        return self.mel_flow.drawn(noise, condition, mask, self.export)

    def _quiet(self) -> Tensor:
        """A frame of nothing, [82]."""
        net = self.acoustic
        quiet = torch.cat([net.silence, net.lf0_stats[:1], net.lf0_stats[:1] * 0])
        assert quiet.shape == (BANDS + 2,)
        return quiet
