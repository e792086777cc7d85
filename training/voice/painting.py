"""What the acoustic network paints of recordings, and what it leaves open: the mel flow and the decoder learn
from both."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from training.voice.acoustic import Acoustic, within
from training.voice.batches import Batch
from training.voice.corpus import Clip, Corpus
from training.voice.features import BANDS
from training.voice.mel_flow import CHANNELS, MelFlow
from training.voice.settings import Settings
from training.voice.training import chosen_device, weights_of

UNVOICED_WEIGHT = 0.1
"""Of log F0 where there is none."""
KEPT = 200
"""Painted batches: about all of the recordings."""
USES = 4


@dataclass(frozen=True, slots=True, eq=False)
class Open:
    """What the acoustic network makes of a batch, and what it leaves open."""

    states: Tensor
    """[batch, frames, width]"""
    voiced: Tensor
    """[batch, frames]"""
    painted: Tensor
    rest: Tensor
    """Recorded less painted, normalised like mel and log F0, [batch, frames, CHANNELS] both."""
    mask: Tensor
    """[batch, frames, 1]"""
    weight: Tensor
    """[batch, frames, CHANNELS]"""
    noise: Tensor | None = None
    """What the rest was made of, where a flow made it; of the same shape."""

    def condition(self, network: MelFlow) -> Tensor:
        return network.condition(self.states, self.painted, self.voiced)


@torch.no_grad()
def left_open(acoustic: Acoustic, batch: Batch) -> Open:
    """Under true durations, contour, loudness and voicing, but the acoustic network's own pitch."""
    text = acoustic.read(batch.ids, batch.mask, torch.zeros_like(batch.lengths))
    ends = torch.cumsum(batch.durations, 1)
    states, contour, mask = acoustic.spread(text, batch.values, ends, batch.mel.shape[1])
    log_f0 = within(contour + acoustic.intonate(states, mask)[0])
    painted = torch.cat([acoustic.paint(states, log_f0, batch.voiced, mask), log_f0[..., None]], 2).float()
    wanted_mel = (batch.mel - acoustic.mel_mean) / acoustic.mel_std
    wanted_f0 = within((batch.log_f0 - acoustic.lf0_stats[0]) / acoustic.lf0_stats[1])
    rest = (torch.cat([wanted_mel, wanted_f0[..., None]], 2) - painted) * mask
    weight = mask.repeat(1, 1, CHANNELS)
    weight[..., BANDS] *= UNVOICED_WEIGHT + (1 - UNVOICED_WEIGHT) * batch.voiced
    return Open(states.float(), batch.voiced, painted, rest, mask, weight)


class Painter:
    """Painted batches, each used several times: painting costs as much as learning from it."""

    def __init__(
        self, paint: Callable[[Batch], Open], batches: Iterator[list[Clip]], rng: np.random.Generator
    ) -> None:
        self.paint, self.batches, self.rng = paint, batches, rng
        self.kept: deque[Open] = deque(maxlen=KEPT)

    def next(self, device: torch.device) -> Open:
        """A new batch every so often; else one of those that were painted last."""
        if len(self.kept) < USES or self.rng.random() < 1 / USES:
            self.kept.append(self.paint(Batch.of(next(self.batches), device)))
            return self.kept[-1]
        return self.kept[int(self.rng.integers(len(self.kept)))]


def trained_acoustic(corpus: Corpus, settings: Settings) -> Acoustic:
    """Ready to paint."""
    acoustic = Acoustic(settings.acoustic_sizes).to(chosen_device()).eval()
    acoustic.load_state_dict(weights_of(corpus.checkpoints / "acoustic.pt"))
    return acoustic.requires_grad_(requires_grad=False)


@torch.no_grad()
def painted(corpus: Corpus, settings: Settings, clips: Sequence[Clip]) -> list[Clip]:
    """The clips with the mel and pitch that the acoustic network and the flow make of their symbols under
    their own durations, contours, loudness and voicing: what the decoder will hear. Shortest first."""
    acoustic, device = trained_acoustic(corpus, settings), chosen_device()
    network = MelFlow(settings.mel_flow_sizes, settings.acoustic_sizes.width).to(device).eval()
    network.load_state_dict(weights_of(corpus.checkpoints / "mel_flow.pt"))
    ordered, found = sorted(clips, key=lambda clip: len(clip.mel)), list[Clip]()
    for begin in range(0, len(ordered), settings.mel_flow.batch):
        group = ordered[begin : begin + settings.mel_flow.batch]
        left = left_open(acoustic, Batch.of(group, device))
        noise = torch.randn(left.rest.shape, device=device)
        rest = network.drawn(noise, left.condition(network), left.mask, settings.export)
        made = left.painted + rest
        mels = (made[..., :BANDS] * acoustic.mel_std + acoustic.mel_mean).cpu().numpy()
        pitches = (made[..., BANDS] * acoustic.lf0_stats[1] + acoustic.lf0_stats[0]).cpu().numpy()
        found += [
            replace(clip, mel=mel[: len(clip.mel)], log_f0=log_f0[: len(clip.mel)])
            for clip, mel, log_f0 in zip(group, mels, pitches, strict=True)
        ]
    return found
