"""Tells two kinds of rows apart: logistic regression on the traits and their squares, by Newton's method.

Small on purpose: it has to generalise from some hundred windows. Squares let it see that something varies
too little or too much, not only that its mean is off.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.voice.evaluate.features import Floats

PENALTY = 0.03
"""Of squared weights, a row (traits are standardised)."""
STEPS = 12


@dataclass(frozen=True, slots=True, eq=False)
class Classifier:
    """What was learnt."""

    mean: Floats
    deviation: Floats
    weights: Floats

    def log_odds(self, rows: Floats) -> Floats:
        """Of the second kind against the first, for each row."""
        return _inputs(rows, self.mean, self.deviation) @ self.weights


def trained(first: Floats, second: Floats) -> Classifier:
    """Learns rows of both kinds [rows, traits], which weigh the same in all whatever their numbers."""
    rows = np.concatenate([first, second])
    mean, deviation = rows.mean(0), rows.std(0) + 1e-9
    inputs = _inputs(rows, mean, deviation)
    wanted = np.repeat([0.0, 1.0], [len(first), len(second)])
    share = np.repeat([0.5 / len(first), 0.5 / len(second)], [len(first), len(second)])
    penalty = np.full(inputs.shape[1], PENALTY)
    penalty[-1] = 1e-6  # the constant
    weights = np.zeros(inputs.shape[1])
    for _ in range(STEPS):
        likely = 1 / (1 + np.exp(-np.clip(inputs @ weights, -30, 30)))
        slope = inputs.T @ (share * (likely - wanted)) + penalty * weights
        bend = (inputs * (share * likely * (1 - likely))[:, None]).T @ inputs + np.diag(penalty)
        weights = weights - np.linalg.solve(bend, slope)
    return Classifier(mean, deviation, weights)


def _inputs(rows: Floats, mean: Floats, deviation: Floats) -> Floats:
    standard = np.clip((rows - mean) / deviation, -4, 4)
    return np.concatenate([standard, standard**2 - 1, np.ones((len(rows), 1))], axis=1)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Of one split; 0.5 is chance."""

    windows: float
    """Mean of the shares of each kind that are told right."""
    sentences: float
    """The same, for the sum over a sentence's windows."""


def accuracies(
    first: Sequence[Floats], second: Sequence[Floats], splits: int, seed: int = 0
) -> list[Accuracy]:
    """Trained on one half of the sentences, tested on the other, `splits` times.

    `first` and `second`: the rows of each sentence, the same sentences in the same order, so that no sentence
    is on both sides of a split. A sentence without rows on either side is left out."""
    pairs = [(a, b) for a, b in zip(first, second, strict=True) if len(a) and len(b)]
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(splits):
        order = rng.permutation(len(pairs))
        training, test = order[: len(pairs) // 2], order[len(pairs) // 2 :]
        learnt = trained(*(np.concatenate([pairs[at][side] for at in training]) for side in (0, 1)))
        odds = [[learnt.log_odds(pairs[at][side]) for at in test] for side in (0, 1)]
        windows = [np.concatenate(side) for side in odds]
        sums = [np.array([each.sum() for each in side]) for side in odds]
        found.append(Accuracy(_accuracy(*windows), _accuracy(*sums)))
    return found


def _accuracy(first: Floats, second: Floats) -> float:
    return float((np.mean(first < 0) + np.mean(second > 0)) / 2)
