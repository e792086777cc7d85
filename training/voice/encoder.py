"""The exported encoder: symbols, and what the caller asks of their prosody, → what is painted."""

import torch
from torch import Tensor, nn

from training.voice.acoustic import Acoustic
from training.voice.frames import carried_on, ends_of, following
from training.voice.prosody import BEGINNING, DURATION, MIDDLE, VALUES, Prosody
from training.voice.settings import Export
from training.voice.symbols import PAUSES, SYMBOLS

INPUTS = ("ids", "lengths", "speed", "voice", "pitch", "pitch_range", "tract", "noise")
OUTPUTS = ("states", "prosody", "durations", "grain")
NOISE_SIZE = VALUES
GRAIN_STEPS = 10_000
"""Of the painter's table of noise, for a noise of 1: every reading begins elsewhere in it."""


class Encoder(nn.Module):
    sounded: Tensor
    """1 for a symbol that is no pause, [symbols that there are]."""

    def __init__(self, prosody: Prosody, acoustic: Acoustic, export: Export) -> None:
        super().__init__()
        self.prosody, self.acoustic, self.export = prosody, acoustic, export
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
    ) -> tuple[Tensor, ...]:
        """Inputs as in README.md → states [batch, symbols, width], prosody [batch, symbols, VALUES],
        durations [batch, symbols] in frames, grain [batch]: where the painter's noise begins."""
        mask = (torch.arange(ids.shape[1], device=ids.device)[None] < lengths[:, None]).float()[..., None]
        values = self.prosody(ids, mask, noise * self._liveliness(ids), self.export.flow_steps)
        ends = ends_of(self._durations(values[..., DURATION], ids, speed) * mask[..., 0])
        values = self._asked(carried_on(values, lengths), carried_on(pitch, lengths), pitch_range, tract)
        durations = ends - torch.cat([ends[:, :1] * 0, ends[:, :-1]], 1)
        grain = (torch.abs(noise[:, 0]).sum(1) * GRAIN_STEPS).long()
        return self.acoustic.read(ids, mask, voice), values, durations, grain

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
