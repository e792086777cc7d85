"""Trains the mel flow: first on what the acoustic network leaves open of the recordings; then, straightened,
on pairs of noise and what that flow makes of it (Liu et al., Flow Straight and Fast, 2023), so that two or
three looks carry it where sixteen did."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.voice.acoustic import Acoustic
from training.voice.batches import Batch, endless_batches
from training.voice.corpus import Clip, Corpus
from training.voice.features import BANDS
from training.voice.mel_flow import MelFlow
from training.voice.painting import Open, Painter, left_open, trained_acoustic
from training.voice.settings import Settings
from training.voice.training import Figures, Training, chosen_device, mixed, weights_of

CURVED = "mel_flow_curved.pt"
"""The checkpoint of the flow that learnt from recordings; mel_flow.pt is the straightened one."""
MANY_TIMES = tuple(look / 16 for look in range(16))
"""Looks that are enough for any flow."""
DRAWS = 4
"""Of noise and time for the held-out utterances, always the same ones."""
STATISTICS_CLIPS = 200


def train_mel_flow(corpus: Corpus, settings: Settings, minutes: float, *, start: Path | None) -> None:
    """Goes on with checkpoints/mel_flow_curved.pt; `start`: weights to begin with instead of none."""
    acoustic, network = trained_acoustic(corpus, settings), new_mel_flow(settings)
    clips = corpus.clips("training")
    set_deviation(network, acoustic, clips)

    def paint(batch: Batch) -> Open:
        # With its dropout on, the acoustic network errs nearly as much as with sentences that it never saw.
        return left_open(acoustic.train(), batch)

    training = Training("mel flow", network, settings.mel_flow, corpus.checkpoints / CURVED, {})
    spoken = (clips, corpus.clips("held-out"))
    _train(training, settings, spoken, acoustic, paint, minutes, start, MANY_TIMES)


def straighten_mel_flow(corpus: Corpus, settings: Settings, minutes: float) -> None:
    """Goes on with checkpoints/mel_flow.pt, or begins with mel_flow_curved.pt, whose pairs it learns."""
    acoustic, network, curved = (
        trained_acoustic(corpus, settings),
        new_mel_flow(settings),
        new_mel_flow(settings),
    )
    for each in (network, curved):
        each.load_state_dict(weights_of(corpus.checkpoints / CURVED))
    curved.eval()

    @torch.no_grad()
    def paint(batch: Batch) -> Open:
        left = left_open(acoustic.train(), batch)
        noise = torch.randn(left.rest.shape, device=left.rest.device)
        made = curved(noise, left.condition(curved), left.mask, MANY_TIMES)
        return replace(left, rest=made * left.mask, noise=noise)

    schedule, path = settings.mel_flow_straight, corpus.checkpoints / "mel_flow.pt"
    training = Training("straight mel flow", network, schedule, path, {})
    spoken = (corpus.clips("training"), corpus.clips("held-out"))
    _train(training, settings, spoken, acoustic, paint, minutes, None, settings.export.grain_times)


def new_mel_flow(settings: Settings) -> MelFlow:
    return MelFlow(settings.mel_flow_sizes, settings.acoustic_sizes.width).to(chosen_device())


def _train(  # noqa: PLR0913, PLR0917 - what two trainings have in common
    training: Training,
    settings: Settings,
    spoken: tuple[Sequence[Clip], Sequence[Clip]],
    acoustic: Acoustic,
    paint: Callable[[Batch], Open],
    minutes: float,
    start: Path | None,
    times: Sequence[float],
) -> None:
    """`spoken`: clips to learn from, and those held out."""
    network, device, (clips, held_out) = training.network, chosen_device(), spoken
    assert isinstance(network, MelFlow)
    optimiser = torch.optim.AdamW(network.parameters(), betas=(0.9, 0.98), weight_decay=0.02)
    training.optimisers["network"] = optimiser
    training.begin(start)
    rng = np.random.default_rng(settings.seed + training.step)
    painter = Painter(paint, endless_batches(clips, training.schedule.batch, rng), rng)
    held = Batch.of(held_out, device)

    def learn(_: Training) -> Figures:
        with mixed(device):
            loss = matching_loss(network, painter.next(device), None)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        return {"loss": loss.item()}

    training.run(minutes, learn, lambda: measured(network, acoustic.eval(), held, times))


def set_deviation(network: MelFlow, acoustic: Acoustic, clips: Sequence[Clip]) -> None:
    """How much is left open of each channel."""
    device = network.deviation.device
    few = sorted(clips[:: max(1, len(clips) // STATISTICS_CLIPS)], key=lambda clip: len(clip.mel))
    rests, voiced = [], []
    for begin in range(0, len(few), 20):
        batch = Batch.of(few[begin : begin + 20], device)
        found = left_open(acoustic, batch)
        rests.append(found.rest[found.mask[..., 0] > 0])
        voiced.append(batch.voiced[found.mask[..., 0] > 0] > 0)
    rest = torch.cat(rests)
    network.deviation[:BANDS] = rest[:, :BANDS].std(0)
    network.deviation[BANDS] = rest[torch.cat(voiced), BANDS].std()


def matching_loss(network: MelFlow, left: Open, generator: torch.Generator | None) -> Tensor:
    """How far the velocity is from the straight line between noise and what is left open, squared."""
    device = left.rest.device
    noise = torch.randn(left.rest.shape, generator=generator).to(device) if left.noise is None else left.noise
    time = torch.rand(len(noise), generator=generator).to(device)
    target = left.rest / network.deviation
    between = noise + (target - noise) * time[:, None, None]
    velocity = network.velocity(between, time, left.condition(network), left.mask)
    return ((velocity.float() - (target - noise)) ** 2 * left.weight).sum() / left.weight.sum()


def measured(network: MelFlow, acoustic: Acoustic, held: Batch, times: Sequence[float]) -> Figures:
    """The loss; then how rough what is painted, and what is drawn, is beside the recordings: second
    differences over bands and differences over frames, for the lower and the upper half of the bands, and
    differences of log F0 over voiced frames, root mean square each."""
    generator = torch.Generator().manual_seed(0)
    left = left_open(acoustic, held)
    loss = sum(matching_loss(network, left, generator).item() for _ in range(DRAWS)) / DRAWS
    noise = torch.randn(left.rest.shape, generator=generator).to(left.rest.device)
    drawn = left.painted + network(noise, left.condition(network), left.mask, times)
    wanted = left.painted + left.rest
    rows, voiced = left.mask[..., 0] > 0, held.voiced > 0
    figures = {"held-out": loss}
    for name, made in (("painted", left.painted), ("drawn", drawn)):
        rough, real = (_roughness(values, acoustic.mel_std, rows, voiced) for values in (made, wanted))
        figures |= {f"{name} {what}": (rough[what] / real[what]).item() for what in rough}
    return figures


def _roughness(values: Tensor, scale: Tensor, rows: Tensor, voiced: Tensor) -> dict[str, Tensor]:
    mel, log_f0 = values[..., :BANDS] * scale, values[..., BANDS]
    across = mel.diff(n=2, dim=2)[rows].square().mean(0).sqrt()
    along = mel.diff(dim=1)[rows[:, 1:]].square().mean(0).sqrt()
    pitch = log_f0.diff(dim=1)[voiced[:, 1:] & voiced[:, :-1]].square().mean().sqrt()
    half = BANDS // 2
    return {
        "across low": across[:half].mean(),
        "across high": across[half:].mean(),
        "along low": along[:half].mean(),
        "along high": along[half:].mean(),
        "pitch": pitch,
    }
