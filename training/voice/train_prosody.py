"""Trains prosody: minutes on one core, since a symbol counts once, not once a frame."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.voice.batches import Batch, endless_batches
from training.voice.corpus import Clip, Corpus
from training.voice.prosody import BEGINNING, DURATION, LOUDNESS, MIDDLE, Prosody
from training.voice.settings import Settings
from training.voice.symbols import ID, VOWELS
from training.voice.training import Figures, Training, chosen_device

DRAWS = 4
"""Of noise and time for each held-out utterance, always the same ones."""
_VOWELS = [ID[vowel] for vowel in VOWELS]


def train_prosody(corpus: Corpus, settings: Settings, minutes: float, *, start: Path | None) -> None:
    """Goes on with checkpoints/prosody.pt; `start`: weights to begin with instead of none."""
    device = chosen_device()
    clips, held_out = corpus.clips("training"), corpus.clips("held-out")
    network = Prosody(settings.prosody_sizes).to(device)
    set_statistics(network, clips)
    optimiser = torch.optim.AdamW(network.parameters(), betas=(0.9, 0.98), weight_decay=0.05)
    path = corpus.checkpoints / "prosody.pt"
    training = Training("prosody", network, settings.prosody, path, {"network": optimiser}, keeps_best=True)
    training.begin(start)
    batches = endless_batches(
        clips, settings.prosody.batch, np.random.default_rng(settings.seed + training.step)
    )
    held = Batch.of(held_out, device)

    def learn(_: Training) -> Figures:
        loss = matching_loss(network, Batch.of(next(batches), device), None)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        return {"loss": loss.item()}

    training.run(minutes, learn, lambda: measured(network, held))


def set_statistics(network: Prosody, clips: Sequence[Clip]) -> None:
    """Mean and deviation of the values of all symbols that take time."""
    batch = Batch.of(clips, network.mean.device)
    values = batch.values[(network.timed[batch.ids] * batch.mask[..., 0]) > 0]
    network.mean.copy_(values.mean(0))
    network.deviation.copy_(values.std(0))


def matching_loss(network: Prosody, batch: Batch, generator: torch.Generator | None) -> Tensor:
    """How far the velocity is from the straight line between noise and the recording's prosody, squared."""
    shape, device = batch.values.shape, batch.values.device

    def drawn(*size: int) -> Tensor:
        return torch.rand(size, generator=generator).to(device)

    noise = torch.randn(shape, generator=generator).to(device)
    values = batch.values.clone()
    # Whole frames become any length: a flow cannot hold steps.
    values[..., DURATION] = torch.log1p(batch.durations + drawn(*shape[:2]) - 0.5)
    timed = network.timed[batch.ids][..., None] * batch.mask
    target = (values - network.mean) / network.deviation
    time = drawn(shape[0])
    between = (noise + (target - noise) * time[:, None, None]) * timed
    velocity = network.velocity(between, time, network.read(batch.ids, batch.mask), batch.mask)
    return (((velocity - (target - noise)) ** 2) * timed).sum() / (timed.sum() * shape[2])


def measured(network: Prosody, held: Batch) -> Figures:
    """The loss; then of the likeliest reading (zeros) errors, and spreads over the recordings' of it and of a
    drawn one. Durations in frames, F0 of the vowels in its logarithm."""
    generator = torch.Generator().manual_seed(0)
    loss = sum(matching_loss(network, held, generator).item() for _ in range(DRAWS)) / DRAWS
    noise = torch.randn(held.values.shape, generator=generator).to(held.values.device)
    likely = network(held.ids, held.mask, noise * 0, 6)
    drawn = network(held.ids, held.mask, noise, 6)
    timed = (network.timed[held.ids] * held.mask[..., 0]) > 0
    vowels = torch.isin(held.ids, torch.tensor(_VOWELS, device=held.ids.device))

    def frames(values: Tensor) -> Tensor:
        return (torch.exp(values[..., DURATION]) - 1).clamp(min=0)

    def spread(values: Tensor, index: int, where: Tensor) -> float:
        return (values[..., index][where].std() / held.values[..., index][where].std()).item()

    return {
        "held-out": loss,
        "frames off": (frames(likely) - held.durations)[timed].abs().mean().item(),
        "F0 off": (likely - held.values)[..., MIDDLE][vowels].square().mean().sqrt().item(),
        "loudness off": (likely - held.values)[..., LOUDNESS][timed].abs().mean().item(),
        "length": (frames(likely)[timed].sum() / held.durations.sum()).item(),
        "drawn length": (frames(drawn)[timed].sum() / held.durations.sum()).item(),
        "F0 spread": spread(likely, MIDDLE, vowels),
        "drawn F0 spread": spread(drawn, MIDDLE, vowels),
        "duration spread": spread(likely, DURATION, timed),
        "drawn duration spread": spread(drawn, DURATION, timed),
        "drawn movement": _movement(drawn, vowels) / _movement(held.values, vowels),
    }


def _movement(values: Tensor, vowels: Tensor) -> float:
    """How far F0 moves from the beginning of a vowel to its middle: a drawn contour must not be rougher."""
    return (values[..., MIDDLE] - values[..., BEGINNING])[vowels].std().item()
