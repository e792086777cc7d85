"""How far speech is from the recording of the same words: spectrum, pitch, voicing, length."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np

from training.voice.evaluate import features
from training.voice.evaluate.features import Floats
from training.voice.evaluate.store import Sound, Store
from training.voice.evaluate.systems import System
from training.voice.evaluate.tables import Cell, Table, mean_interval
from training.voice.evaluate.utterances import Utterance

LOUD_DB = 26.0
"""Frames whose mean log-mel is within this of the loud ones (3 nepers) count as speech for the MCD."""
COLUMNS = (
    "MCD, dB",
    "F0 error, Hz",
    "F0 error, cents",
    "F0 correlation",
    "F0 spread ÷ real",
    "voicing errors, %",
    "length ÷ real",
    "length off by, %",
)
NOTE = (
    "Mean over the held-out utterances [95 % bootstrap interval]. MCD: cepstra 1–13 of 80 mel bands (no "
    "energy), along the DTW path, on loud frames. F0: Harvest with D4C's voicing, slips removed; errors are "
    "RMS over frames voiced in both along the path. Correlation: of log F0 there. Spread: standard deviation "
    "of log F0. Length: from the first loud frame to the last. Programs with another voice have their length "
    "compared only. `another take` is the speaker saying the prompt again: nobody need come nearer than that."
)


@dataclass(frozen=True, slots=True)
class Distance:
    """Of one utterance from its recording; the fields are COLUMNS."""

    mcd_db: float
    f0_hertz: float
    f0_cents: float
    f0_correlation: float
    f0_spread: float
    voicing_percent: float
    length: float
    length_percent: float


def table(
    recordings: System, systems: Sequence[System], utterances: Sequence[Utterance], store: Store
) -> Table:
    """A row for each system that says held-out prompts."""
    rows: list[tuple[str, tuple[Cell, ...]]] = []
    for system in systems:
        said = [one for one in utterances if system.says(one)]
        own, real = ([who.sound(one) for one in said] for who in (system, recordings))
        tracked = [store.found("pitch-1", sounds, features.pitch) for sounds in (own, real)]
        distances = [
            distance(*quadruple) for quadruple in zip(own, tracked[0], real, tracked[1], strict=True)
        ]
        cells: list[Cell] = [mean_interval(column) for column in zip(*map(astuple, distances), strict=True)]
        rows.append((system.name, tuple(cells if system.is_speaker else [None] * 6 + cells[6:])))
    return Table("Distance from the recordings", NOTE, COLUMNS, tuple(rows), digits=2)


def distance(own: Sound, own_pitch: Floats, real: Sound, real_pitch: Floats) -> Distance:
    """Of one utterance; both pitches as `features.pitch` tracks them."""
    samples = [features.resampled(sound) for sound in (own, real)]
    mels = [features.log_mel(each) for each in samples]
    cepstra = [features.cepstra(each) for each in mels]
    path = dtw(*cepstra)
    loud = (mels[1].mean(1) > np.percentile(mels[1].mean(1), 90) - LOUD_DB / 8.686)[path[:, 1]]
    difference = cepstra[0][path[:, 0]] - cepstra[1][path[:, 1]]
    mcd = 10 / np.log(10) * np.sqrt(2 * (difference**2).sum(1))
    a = features.voiced_semitones(own_pitch)[path[:, 0]]
    b = features.voiced_semitones(real_pitch)[path[:, 1]]
    both = np.isfinite(a) & np.isfinite(b)
    own_hertz, real_hertz = (100 * 2 ** (semitones[both] / 12) for semitones in (a, b))
    ratio = _seconds(samples[0]) / _seconds(samples[1])
    return Distance(
        mcd_db=float(mcd[loud].mean()),
        f0_hertz=_rms(own_hertz - real_hertz),
        f0_cents=_rms(100 * (a - b)[both]),
        f0_correlation=float(np.corrcoef(a[both], b[both])[0, 1]) if both.sum() > 2 else float("nan"),
        f0_spread=_spread(own_pitch) / _spread(real_pitch),
        voicing_percent=100 * float((np.isfinite(a) != np.isfinite(b))[loud].mean()),
        length=ratio,
        length_percent=100 * abs(ratio - 1),
    )


def dtw(a: Floats, b: Floats) -> np.ndarray:
    """The pairs of frames [pairs, 2] along the cheapest path by Euclidean distance.

    Sakoe and Chiba, 1978, without a band, all three steps at the same cost.
    `a` and `b`: [frames, dimensions]."""
    costs = np.sqrt(np.maximum((a**2).sum(1)[:, None] + (b**2).sum(1)[None] - 2 * a @ b.T, 0))
    total = np.full((len(a) + 1, len(b) + 1), np.inf)
    total[0, 0] = 0
    for i, row in enumerate(costs.tolist(), start=1):
        above = total[i - 1].tolist()
        left, here = np.inf, [np.inf]
        for j, cost in enumerate(row, start=1):
            left = cost + min(above[j - 1], above[j], left)
            here.append(left)
        total[i] = here
    i, j, path = len(a), len(b), []
    while i and j:
        path.append((i - 1, j - 1))
        i, j = min(((i - 1, j - 1), (i - 1, j), (i, j - 1)), key=lambda place: total[place])
    return np.array(path[::-1])


def _seconds(samples: Floats) -> float:
    spoken = np.flatnonzero(features.speech(features.loudness(samples)))
    return float(spoken[-1] + 1 - spoken[0]) * features.FRAME_SECONDS


def _spread(tracked: Floats) -> float:
    return float(np.nanstd(features.voiced_semitones(tracked)))


def _rms(values: Floats) -> float:
    return float(np.sqrt((values**2).mean())) if values.size else float("nan")
