"""Pace, pauses and melody, over sentences that need not be the same ones."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np

from training.voice.evaluate import features
from training.voice.evaluate.features import FRAME_SECONDS, Floats
from training.voice.evaluate.store import Sound, Store
from training.voice.evaluate.systems import Script, System
from training.voice.evaluate.tables import Cell, Table, mean_interval, spread
from training.voice.evaluate.utterances import Utterance

PAUSE_SECONDS = 0.1
"""A shorter silence is the closure of a plosive."""
FINAL_SECONDS = 0.12
"""Of voiced speech at the very end."""
WH_WORDS = frozenset({"what", "where", "when", "why", "who", "which", "how"})
COLUMNS = (
    "phonemes / s",
    "pauses / sentence",
    "a pause, s",
    "F0, Hz",
    "F0 spread, st",
    "F0 range 5–95 %, st",
    "declination, st/s",
    "final movement, st",
)
NOTE = (
    "Mean ± standard deviation over sentences. Pace: phonemes of the text over the time from first to last "
    f"sound less the pauses; pause: inner silence over {PAUSE_SECONDS} s, 35 dB under the loud frames. "
    "Declination: slope of the pitch over the sentence (straight line through voiced frames, semitones a "
    f"second). Final movement: the last {FINAL_SECONDS} s of voice against the sentence's median."
)


@dataclass(frozen=True, slots=True)
class Prosody:
    """Of one utterance; the fields are COLUMNS. NaN where there is nothing to measure."""

    phonemes_per_second: float
    pauses: float
    pause_seconds: float
    f0_hertz: float
    f0_deviation: float
    f0_range: float
    declination: float
    final: float


def tables(
    speakers: Sequence[tuple[System, Sequence[Utterance]]], script: Script, store: Store
) -> list[Table]:
    """One of everything, one of how sentences of each style end. `speakers`: each with what it says."""
    found_of = [(system.name, said, measured(system, said, script, store)) for system, said in speakers]
    general: list[tuple[str, tuple[Cell, ...]]] = [
        (name, tuple(spread(column) for column in zip(*map(astuple, found), strict=True)))
        for name, _, found in found_of
    ]
    texts = ", ".join(f"{name} {len(said)} sentences" for name, said, _ in found_of)
    return [
        Table("Pace and melody", f"{NOTE} Here: {texts}.", COLUMNS, tuple(general), digits=2),
        _endings([(name, said, [one.final for one in found]) for name, said, found in found_of]),
    ]


def _endings(measured: Sequence[tuple[str, Sequence[Utterance], Sequence[float]]]) -> Table:
    columns = ("statements", "wh-questions", "yes/no questions", "lists", "exclamations")
    rows = []
    for name, said, finals in measured:
        kinds = np.array([kind(one.text) if one.style != "list" else "lists" for one in said])
        cells = [mean_interval(list(np.array(finals)[kinds == column])) for column in columns]
        rows.append((name, tuple(cells)))
    note = (
        "Final movement in semitones, mean [95 % interval over sentences]. A speaker lets statements and "
        "most wh-questions fall and yes/no questions rise; the recordings hold hardly a question."
    )
    return Table("How sentences end", note, columns, tuple(rows), digits=2)


def kind(text: str) -> str:
    """A column of that table, from the mark at the end."""
    if text.rstrip('"”').endswith("!"):
        return "exclamations"
    if not text.rstrip('"”').endswith("?"):
        return "statements"
    return "wh-questions" if text.split(maxsplit=1)[0].lower() in WH_WORDS else "yes/no questions"


def measured(system: System, utterances: Sequence[Utterance], script: Script, store: Store) -> list[Prosody]:
    """Of each utterance."""
    sounds = [system.sound(one) for one in utterances]
    tracked = store.found("pitch-1", sounds, features.pitch)
    return [
        prosody(sound, own, script.sounds(one.text))
        for sound, own, one in zip(sounds, tracked, utterances, strict=True)
    ]


def prosody(sound: Sound, tracked: Floats, phonemes: int) -> Prosody:
    """Of one utterance of `phonemes` sounds; `tracked` as `features.pitch` does."""
    spoken = features.speech(features.loudness(features.resampled(sound)))
    at = np.flatnonzero(spoken)
    inside = spoken[at[0] : at[-1] + 1]
    gaps = np.array([(end - begin) * FRAME_SECONDS for begin, end in features.runs(~inside)])
    gaps = gaps[gaps >= PAUSE_SECONDS] if gaps.size else gaps
    semitones = features.voiced_semitones(tracked)
    voiced = semitones[np.isfinite(semitones)]
    nothing = float("nan")
    if len(voiced) < 5:
        voiced = np.full(5, nothing)
    return Prosody(
        phonemes_per_second=phonemes / (len(inside) * FRAME_SECONDS - float(gaps.sum())),
        pauses=len(gaps),
        pause_seconds=float(gaps.mean()) if gaps.size else nothing,
        f0_hertz=float(100 * 2 ** (voiced.mean() / 12)),
        f0_deviation=float(voiced.std()),
        f0_range=float(np.subtract(*np.percentile(voiced, [95, 5]))),
        declination=declination(semitones),
        final=float(voiced[-round(FINAL_SECONDS / FRAME_SECONDS) :].mean() - np.median(voiced)),
    )


def declination(semitones: Floats) -> float:
    """Slope in semitones a second; NaN frames are unvoiced."""
    at = np.flatnonzero(np.isfinite(semitones))
    return float(np.polyfit(at * FRAME_SECONDS, semitones[at], 1)[0]) if len(at) > 10 else float("nan")
