"""Trains the acoustic network: first for the mean error, then against a judge, which takes the blur away."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from training.voice.acoustic import Acoustic, MelJudge, within
from training.voice.batches import Batch, band_statistics, endless_batches, measured_prosody
from training.voice.corpus import Clip, Corpus
from training.voice.features import BANDS
from training.voice.prosody import LOUDNESS
from training.voice.settings import Settings
from training.voice.training import Figures, Training, chosen_device, mixed

JUDGED_FRAMES = 128
ADVERSARIAL_WEIGHT = 0.25
RISE_STEPS = 300
"""Over which the judge's word gains its weight."""


@dataclass(frozen=True, slots=True)
class Painted:
    """What the network makes of a batch under the recordings' own prosody; mel and F0 are normalised."""

    mel: Tensor
    fine: Tensor
    voicing: Tensor
    contour: Tensor
    mask: Tensor
    told: Tensor
    """What the judge is told, [batch, frames, width + 2]."""
    wanted_mel: Tensor
    wanted_f0: Tensor


def train_acoustic(
    corpus: Corpus, settings: Settings, minutes: float, *, judged: bool, start: Path | None
) -> None:
    """Goes on with checkpoints/acoustic.pt; `start`: weights to begin with instead of none."""
    device = chosen_device()
    clips, held_out = corpus.clips("training"), corpus.clips("held-out")
    network = Acoustic(settings.acoustic_sizes).to(device)
    judge = MelJudge(settings.acoustic_sizes.width).to(device)
    set_statistics(network, clips)
    schedule = settings.acoustic_judged if judged else settings.acoustic
    optimisers = {"network": torch.optim.AdamW(network.parameters(), betas=(0.9, 0.98), weight_decay=0.02)}
    judging = {"judge": torch.optim.AdamW(judge.parameters(), betas=(0.5, 0.9), weight_decay=0.0)}
    path = corpus.checkpoints / "acoustic.pt"
    training = Training("acoustic", network, schedule, path, optimisers | judging, judge, judged=judged)
    training.begin(start)
    rng = np.random.default_rng(settings.seed + training.step)
    batches = endless_batches(clips, schedule.batch, rng)
    held = Batch.of(held_out, device)

    def learn(training: Training) -> Figures:
        batch = Batch.of(next(batches), device)
        with mixed(device):
            painted = paint(network, batch)
        loss, figures = losses(painted, batch)
        if judged:
            rise = min(1, training.judged_steps / RISE_STEPS)
            added, verdict = _judged(judge, training.optimisers["judge"], painted, rng)
            loss, figures = loss + rise * ADVERSARIAL_WEIGHT * added, figures | verdict
        training.optimisers["network"].zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        training.optimisers["network"].step()
        return figures

    training.run(minutes, learn, lambda: measured(network, held))


def set_statistics(network: Acoustic, clips: Sequence[Clip]) -> None:
    """What normalises mel, log F0 and loudness; the quietest frames at the clips' edges are silence."""
    mean, deviation = band_statistics(clips)
    network.mel_mean.copy_(mean)
    network.mel_std.copy_(deviation)
    edges = np.concatenate([np.concatenate([clip.mel[:2], clip.mel[-2:]]) for clip in clips])
    network.silence.copy_(torch.from_numpy(np.median(edges, 0)))
    log_f0 = np.concatenate([clip.log_f0[clip.voiced > 0] for clip in clips])
    network.lf0_stats.copy_(torch.tensor([log_f0.mean(), log_f0.std()]))
    loudness = np.concatenate([measured_prosody(clip)[:, LOUDNESS] for clip in clips])
    network.loudness_stats.copy_(torch.tensor([loudness.mean(), loudness.std()]))


def paint(network: Acoustic, batch: Batch) -> Painted:
    """Under true durations, contour, loudness, pitch and voicing."""
    text = network.read(batch.ids, batch.mask, torch.zeros_like(batch.lengths))
    ends = torch.cumsum(batch.durations, 1)
    states, contour, mask = network.spread(text, batch.values, ends, batch.mel.shape[1])
    fine, voicing = network.intonate(states, mask)
    log_f0 = within((batch.log_f0 - network.lf0_stats[0]) / network.lf0_stats[1])
    mel = network.paint(states, log_f0, batch.voiced, mask)
    told = torch.cat([states, log_f0[..., None], batch.voiced[..., None]], 2).detach()
    wanted = (batch.mel - network.mel_mean) / network.mel_std
    return Painted(mel.float(), fine.float(), voicing.float(), contour, mask, told, wanted, log_f0)


def losses(painted: Painted, batch: Batch) -> tuple[Tensor, dict[str, float]]:
    """Their sum, and what it is made of."""
    mask = painted.mask
    frames = mask.sum()
    off = ((painted.mel - painted.wanted_mel).abs() * mask).sum() / frames / BANDS
    moves, wanted_moves = painted.mel.diff(dim=1), painted.wanted_mel.diff(dim=1)
    moves_off = ((moves - wanted_moves).abs() * mask[:, 1:]).sum() / frames / BANDS
    weight = mask[..., 0] * (0.1 + batch.voiced)
    fine = functional.smooth_l1_loss(
        painted.fine, painted.wanted_f0 - painted.contour, reduction="none", beta=0.3
    )
    pitch = (fine * weight).sum() / weight.sum()
    voicing = functional.binary_cross_entropy_with_logits(painted.voicing, batch.voiced, reduction="none")
    voice = (voicing * mask[..., 0]).sum() / frames
    loss = off + 0.3 * moves_off + 0.5 * pitch + 0.3 * voice
    return loss, {"mel": off.item(), "pitch": pitch.item(), "voicing": voice.item()}


def _judged(
    judge: MelJudge, optimiser: torch.optim.Optimizer, painted: Painted, rng: np.random.Generator
) -> tuple[Tensor, dict[str, float]]:
    """One step of the judge; then what the painter is to mend: least squares (Mao et al., LSGAN, 2017) and
    the distance of the judge's features."""
    length = painted.mel.shape[1]
    start = int(rng.integers(0, max(1, length - JUDGED_FRAMES + 1)))
    cut = slice(start, start + JUDGED_FRAMES)
    made, real, told = ((x * painted.mask)[:, cut] for x in (painted.mel, painted.wanted_mel, painted.told))
    with mixed(made.device):
        on_real, _ = judge(real, told)
        on_made, _ = judge(made.detach(), told)
    verdict = ((on_real.float() - 1) ** 2).mean() + (on_made.float() ** 2).mean()
    optimiser.zero_grad()
    verdict.backward()
    optimiser.step()
    judge.requires_grad_(requires_grad=False)
    with mixed(made.device):
        with torch.no_grad():
            _, wanted = judge(real, told)
        score, features = judge(made, told)
    judge.requires_grad_(requires_grad=True)
    fooled = ((score.float() - 1) ** 2).mean()
    pairs = [(x.float(), y.float()) for x, y in zip(wanted, features, strict=True)]
    alike = torch.stack([(x - y).abs().mean() / x.abs().mean() for x, y in pairs]).mean()
    return fooled + alike, {"judge": verdict.item(), "fooled": fooled.item(), "features": alike.item()}


def measured(network: Acoustic, held: Batch) -> Figures:
    """Mel error and spread over the recordings', in deviations; error of log F0 of voiced frames; share of
    frames with wrong voicing."""
    painted = paint(network, held)
    rows, voiced = painted.mask[..., 0] > 0, held.voiced > 0
    off = (painted.fine + painted.contour - painted.wanted_f0)[voiced] * network.lf0_stats[1]
    return {
        "held-out mel": losses(painted, held)[1]["mel"],
        "mel spread": (painted.mel[rows].std(0).mean() / painted.wanted_mel[rows].std(0).mean()).item(),
        "mel movement": (_moves(painted.mel, rows) / _moves(painted.wanted_mel, rows)).item(),
        "log F0 off": off.square().mean().sqrt().item(),
        "wrong voicing": ((painted.voicing > 0) != voiced)[rows].float().mean().item(),
    }


def _moves(mel: Tensor, rows: Tensor) -> Tensor:
    return mel.diff(dim=1)[rows[:, 1:]].abs().mean()
