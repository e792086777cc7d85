"""Trains the decoder on short cuts of the recordings: first for the spectrum, then against judges."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from training.voice.batches import band_statistics
from training.voice.corpus import Clip, Corpus
from training.voice.decoder import Decoder
from training.voice.excitation import phases
from training.voice.features import BANDS, HOP, log_mel
from training.voice.judges import Judges, spectral_distance, unlikelihood
from training.voice.moments import Moments, traits
from training.voice.painting import painted
from training.voice.pulses import pulsation, pulsation_distance
from training.voice.settings import Settings
from training.voice.training import Figures, Training, chosen_device

CUT_FRAMES = 40
JUDGED_CUT_FRAMES = 32
FEATURES_WEIGHT = 0.7
PULSATION_WEIGHT = 1.0
MOMENTS_WEIGHT = 0.04
MOMENTS_CUTS = 6000
"""Of the recordings: what their moments are known from."""
PAINTED_SHARE = 0.75
"""Of a judged batch: rows whose frames the acoustic network and the flow have painted."""
PAINTED_MEL_WEIGHT = 0.3
"""Beside a recording's: painted frames are more even than speech, and what they lack is for the judges."""


@dataclass(slots=True)
class Cuts:
    """Random cuts, long clips oftener than short ones."""

    clips: Sequence[Clip]
    frames: int
    margin: int
    rng: np.random.Generator

    def draw(self, count: int, device: torch.device) -> tuple[Tensor, Tensor]:
        """Frames with their margins [count, frames + 2 · margin, 84] and samples [count, frames · HOP]."""
        lengths = np.array([len(clip.mel) for clip in self.clips], float)
        drawn = self.rng.choice(len(self.clips), count, p=lengths / lengths.sum())
        pairs = [self._cut(self.clips[at]) for at in drawn]
        body, samples = (torch.from_numpy(np.stack(part)).to(device) for part in zip(*pairs, strict=True))
        number = torch.arange(body.shape[1], device=device).expand(body.shape[:2]).float()
        return torch.cat([body, torch.stack([phases(body[..., BANDS]), number], -1)], -1), samples

    def _cut(self, clip: Clip) -> tuple[np.ndarray, np.ndarray]:
        body = np.concatenate([clip.mel, clip.log_f0[:, None], clip.voiced[:, None]], 1)
        padded = np.pad(body, ((self.margin, self.margin + self.frames), (0, 0)), mode="edge")
        start = int(self.rng.integers(0, max(1, len(body) - self.frames)))
        samples = clip.samples[start * HOP : (start + self.frames) * HOP].astype(np.float32) / 32767
        missing = self.frames * HOP - len(samples)
        return padded[start : start + self.frames + 2 * self.margin], np.pad(samples, (0, missing))


def train_decoder(
    corpus: Corpus, settings: Settings, minutes: float, *, judged: bool, start: Path | None
) -> None:
    """Goes on with checkpoints/decoder.pt; `start`: weights to begin with instead of none."""
    device = chosen_device()
    clips, held_out = corpus.clips("training"), corpus.clips("held-out")
    network, judges = Decoder(settings.decoder_sizes).to(device), Judges().to(device)
    set_statistics(network, clips)
    schedule = settings.decoder_judged if judged else settings.decoder
    betas = {"betas": (0.8, 0.99), "weight_decay": 0.01}
    optimisers = {
        "network": torch.optim.AdamW(network.parameters(), **betas),
        "judges": torch.optim.AdamW(judges.parameters(), **betas),
    }
    training = Training(
        "decoder", network, schedule, corpus.checkpoints / "decoder.pt", optimisers, judges, judged=judged
    )
    training.begin(start)
    rng = np.random.default_rng(settings.seed + training.step)
    cuts = Cuts(clips, JUDGED_CUT_FRAMES if judged else CUT_FRAMES, network.margin, rng)
    paints = judged and (corpus.checkpoints / "mel_flow.pt").exists()
    painted_cuts = replace(cuts, clips=painted(corpus, settings, clips)) if paints else None
    painted_rows = round(schedule.batch * PAINTED_SHARE) if paints else 0
    moments = Moments(_traits_of(cuts, device)) if judged else None
    held = Cuts(held_out, 200, network.margin, np.random.default_rng(settings.seed)).draw(24, device)

    def learn(training: Training) -> Figures:
        count = schedule.batch - painted_rows
        frames, real = cuts.draw(count, device)
        if painted_cuts:
            more = painted_cuts.draw(painted_rows, device)
            frames, real = torch.cat([frames, more[0]]), torch.cat([real, more[1]])
        made = network(frames)
        loss, figures = losses(network, made, real, frames, count, judged=judged)
        if moments:
            added, verdict = _judged(judges, training.optimisers["judges"], made, real, count)
            distance, apart = moments.distance(traits(made), traits(real))
            loss, figures = loss + added + MOMENTS_WEIGHT * distance, figures | verdict | {"apart": apart}
        training.optimisers["network"].zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        training.optimisers["network"].step()
        return figures

    training.run(minutes, learn, lambda: measured(network, *held))


@torch.no_grad()
def _traits_of(cuts: Cuts, device: torch.device) -> Tensor:
    """[MOMENTS_CUTS, traits] of recordings."""
    return torch.cat([traits(cuts.draw(50, device)[1]) for _ in range(MOMENTS_CUTS // 50)])


def set_statistics(network: Decoder, clips: Sequence[Clip]) -> None:
    """What normalises mel and log F0."""
    mean, deviation = band_statistics(clips)
    network.mel_mean.copy_(mean)
    network.mel_std.copy_(deviation)
    log_f0 = np.concatenate([clip.log_f0 for clip in clips])
    network.lf0_stats.copy_(torch.tensor([log_f0.mean(), log_f0.std()]))


def losses(  # noqa: PLR0913 - what was made, and of what
    network: Decoder, made: Tensor, real: Tensor, frames: Tensor, count: int, *, judged: bool
) -> tuple[Tensor, dict[str, float]]:
    """Their sum, and what it is made of. The first `count` rows have the recordings' own frames; of painted
    frames the mel alone is known to be wanted."""
    inner = network.without_margins(frames)
    off = (log_mel(made) - torch.cat([log_mel(real[:count]), inner[count:, :, :BANDS].transpose(1, 2)])).abs()
    mel = off[:count].mean()
    if count < len(off):
        mel = mel + PAINTED_MEL_WEIGHT * off[count:].mean()
    distance = spectral_distance(made[:count], real[:count])
    unlikely = unlikelihood(network.power[:count], real[:count])
    pulses = pulsation_distance(made, real, inner)
    weights = (0.7, 1.0, 1.5) if judged else (1.5, 6.0, 1.0)
    spectral = weights[0] * distance + weights[1] * mel + weights[2] * unlikely
    loss = spectral + PULSATION_WEIGHT * pulses
    parts = {"spectrum": distance, "mel": mel, "unlikely": unlikely, "pulses": pulses}
    return loss, {name: part.item() for name, part in parts.items()}


def _judged(
    judges: Judges, optimiser: torch.optim.Optimizer, made: Tensor, real: Tensor, count: int
) -> tuple[Tensor, dict[str, float]]:
    """One step of the judges; then what the decoder is to mend (LSGAN, with features matched where the
    frames are the recording's own: the first `count` rows)."""
    optimiser.zero_grad()
    on_real = judges(real)
    pairs = zip(on_real, judges(made.detach()), strict=True)
    verdict = torch.stack([((a - 1) ** 2).mean() + (b**2).mean() for (a, _), (b, _) in pairs]).sum()
    verdict.backward()
    optimiser.step()
    judges.requires_grad_(requires_grad=False)
    on_made = judges(made)  # the real sound's features are one step old: a sixth of the time saved
    judges.requires_grad_(requires_grad=True)
    fooled = torch.stack([((score - 1) ** 2).mean() for score, _ in on_made]).sum()
    alike = sum(
        (a[:count].detach() - b[:count]).abs().mean()
        for (_, wanted), (_, features) in zip(on_real, on_made, strict=True)
        for a, b in zip(wanted, features, strict=True)
    )
    figures = {"judges": verdict.item(), "fooled": fooled.item(), "features": alike.item()}
    return fooled + FEATURES_WEIGHT * alike.float(), figures


def measured(network: Decoder, frames: Tensor, real: Tensor) -> Figures:
    """Distances to the held-out recordings under their own mel and pitch; shares of pulses over theirs."""
    made = network(frames)
    inner = network.without_margins(frames)
    shares = [pulsation(samples, inner).mean(0) for samples in (made, real)]
    pulses = {
        f"pulses of band {band}": (a / b).item() for band, (a, b) in enumerate(zip(*shares, strict=True))
    }
    return {
        "held-out mel": (log_mel(made) - log_mel(real)).abs().mean().item(),
        "held-out spectrum": spectral_distance(made, real).item(),
        **pulses,
    }
