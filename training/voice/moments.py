"""What sound does on the average over a third of a second, and how far two kinds of it are apart in that.

A judge that looks at patches finds out what never happens; that something happens a little too often shows
only in sums over many windows. There a classifier tells by the means of the traits and of their squares,
weighed as ridge regression weighs them, so that is the distance (Mahalanobis, 1936; matching of moments as in
Li et al., Generative Moment Matching Networks, 2015).
"""

import torch
from torch import Tensor

from training.voice.features import log_mel

RESOLUTIONS = ((256, 80), (64, 40))
"""Hop and bands of a mel spectrum."""
FINE_SIZE, FINE_HOP, GROUP = 128, 64, 8
"""Of a spectrum with windows of 5 ms, and how many of its bins go together."""
RIDGE = 0.12
"""Added to the variance of each trait: what hardly varies is no proof."""
CLIP = 4.0
"""Deviations beyond which a trait does not count for more."""
FIRST_STEPS = 40
"""Before the mean distance of so many batches is known, it is mostly noise."""


def traits(samples: Tensor) -> Tensor:
    """[batch, samples] → [batch, traits]."""
    found = []
    for hop, bands in RESOLUTIONS:
        found += _of_bands(log_mel(samples, hop=hop, fft_size=4 * hop, bands=bands))
    return torch.cat([*found, *_of_groups(samples)], 1)


def _of_bands(mel: Tensor) -> list[Tensor]:
    """Mean and spread of each band, how much it changes over time, from band to band, and both: of [batch,
    bands, frames]."""
    across, along = mel.diff(n=2, dim=1), mel.diff(dim=2)
    changes = [torch.log(part.square().mean(2) + 1e-6) for part in (across, along, along.diff(dim=1))]
    return [mel.mean(2), mel.std(2), *changes]


def _of_groups(samples: Tensor) -> list[Tensor]:
    """Flatness, steadiness and kurtosis of groups of bins."""
    window = torch.hann_window(FINE_SIZE, device=samples.device)
    spectrum = torch.stft(samples, FINE_SIZE, FINE_HOP, FINE_SIZE, window, return_complex=True)[:, 1:]
    groups = (spectrum.abs().square() + 1e-10).unflatten(1, (-1, GROUP))
    flatness = groups.log().mean((2, 3)) - groups.mean(2).log().mean(2)
    magnitudes = groups.sqrt()
    centred = magnitudes - magnitudes.mean((2, 3), keepdim=True)
    variance = centred.square().mean((2, 3)) + 1e-12
    steadiness = (centred[..., 1:] * centred[..., :-1]).mean((2, 3)) / variance
    return [flatness, steadiness, torch.log((centred**4).mean((2, 3)) / variance**2)]


class Moments:
    """The mean distance of what is made from what is recorded, followed over many batches."""

    def __init__(self, recorded: Tensor, share: float = 0.03) -> None:
        """`recorded`: the traits of some thousand windows; `share`: of a batch in the running mean."""
        self.share = share
        self.mean, self.deviation = recorded.mean(0), recorded.std(0) + 1e-6
        known = self._moments(recorded)
        ridge = RIDGE * torch.eye(known.shape[1], device=known.device)
        self.metric = torch.linalg.inv(torch.cov(known.T) + ridge)
        self.apart = torch.zeros(known.shape[1], device=known.device)
        self.batches = 0

    def distance(self, made: Tensor, recorded: Tensor) -> tuple[Tensor, float]:
        """Of the traits of a batch, made and recorded of the same frames: what to make small, and an estimate
        of the squared distance without bias."""
        apart = (self._moments(made) - self._moments(recorded)).mean(0)
        unbiased = float(self.apart @ self.metric @ apart.detach())
        self.batches += 1
        self.apart = self.apart.lerp(apart.detach(), max(self.share, 1 / self.batches))
        trust = min(1.0, max(0.0, self.batches / FIRST_STEPS - 1))
        return 2 * trust * (self.apart @ self.metric @ apart), unbiased

    def _moments(self, found: Tensor) -> Tensor:
        standard = ((found - self.mean) / self.deviation).clamp(-CLIP, CLIP)
        return torch.cat([standard, standard.square() - 1], 1)
