"""Clips → padded batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.utils.rnn import pad_sequence

from training.voice.corpus import Clip
from training.voice.features import BANDS, Array
from training.voice.frames import carried_on
from training.voice.prosody import VALUES

LOUD_BANDS = slice(2, 40)
"""Bands that loudness is measured in: 100 Hz to 2.5 kHz."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    ids: Tensor
    """int64 [batch, symbols]"""
    lengths: Tensor
    """int64 [batch]"""
    durations: Tensor
    """int64 [batch, symbols]"""
    values: Tensor
    """Prosody as measured, [batch, symbols, prosody.VALUES]."""
    mel: Tensor
    """[batch, frames, 80]"""
    log_f0: Tensor
    """[batch, frames]"""
    voiced: Tensor
    """[batch, frames]"""

    @staticmethod
    def of(clips: Sequence[Clip], device: torch.device) -> "Batch":
        def stacked(rows: Sequence[NDArray[Any]]) -> Tensor:
            return pad_sequence([torch.from_numpy(row) for row in rows], batch_first=True).to(device)

        lengths = torch.tensor([len(clip.ids) for clip in clips], device=device)
        return Batch(
            ids=stacked([clip.ids for clip in clips]),
            lengths=lengths,
            durations=stacked([clip.durations for clip in clips]),
            values=carried_on(stacked([measured_prosody(clip) for clip in clips]), lengths),
            mel=stacked([clip.mel for clip in clips]),
            log_f0=stacked([clip.log_f0 for clip in clips]),
            voiced=stacked([clip.voiced for clip in clips]),
        )

    @property
    def mask(self) -> Tensor:
        """[batch, symbols, 1]"""
        place = torch.arange(self.ids.shape[1], device=self.ids.device)
        return (place[None] < self.lengths[:, None]).float()[..., None]


def measured_prosody(clip: Clip) -> Array:
    """What prosody.Prosody is to say of each symbol, [symbols, VALUES]; a symbol without time has that of its
    place."""
    ends = np.cumsum(clip.durations)
    begins = ends - clip.durations
    frames = np.arange(len(clip.mel)) + 0.5
    loudness = clip.mel[:, LOUD_BANDS].mean(1)
    sums = np.concatenate([[0], np.cumsum(loudness)])
    middle = np.interp((begins + ends) / 2, frames, loudness)
    mean = np.where(ends > begins, (sums[ends] - sums[begins]) / np.maximum(ends - begins, 1), middle)
    values = np.empty((len(clip.ids), VALUES), np.float32)
    values[:, 0] = np.log1p(clip.durations)
    values[:, 1] = np.interp(begins, frames, clip.log_f0)
    values[:, 2] = np.interp((begins + ends) / 2, frames, clip.log_f0)
    values[:, 3] = mean
    return values


def endless_batches(clips: Sequence[Clip], size: int, rng: np.random.Generator) -> Iterator[list[Clip]]:
    """All clips again and again, those of about the same length together, batches in random order."""
    while True:
        lengths = np.array([len(clip.mel) for clip in clips]) + rng.normal(0, 25, len(clips))
        order = np.argsort(lengths)
        groups = [order[start : start + size] for start in range(0, len(order), size)]
        for group in rng.permutation(len(groups)):
            yield [clips[at] for at in groups[group]]


def band_statistics(clips: Sequence[Clip]) -> tuple[Tensor, Tensor]:
    """Mean and deviation of every mel band, [80] each."""
    every = np.concatenate([clip.mel for clip in clips])
    assert every.shape[1] == BANDS
    return torch.from_numpy(every.mean(0)), torch.from_numpy(every.std(0))
