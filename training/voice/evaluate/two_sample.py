"""Can a small classifier tell made speech from the recordings of the same prompts, and by what?

Lopez-Paz and Oquab, Revisiting Classifier Two-Sample Tests, 2017. 50 % is chance: then there is nothing in
the traits that gives the speech away. It cannot show that there is nothing else.
"""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from training.voice.evaluate import features, traits
from training.voice.evaluate.classifier import Accuracy, accuracies
from training.voice.evaluate.features import Floats
from training.voice.evaluate.store import Store
from training.voice.evaluate.systems import Recordings, System
from training.voice.evaluate.tables import Cell, Table, spread
from training.voice.evaluate.utterances import Utterance

SPLITS = 20
DURATIONS = "durations"
GROUPS = (*traits.HEARD, DURATIONS)
NOTE = (
    f"Per cent told right (chance: 50), mean ± standard deviation over {SPLITS} splits by sentence, trained "
    "on one half and tested on the other. Logistic regression on traits of windows (1 s of melody and "
    "rhythm, twelve phonemes of durations, else 0.34 s) and their squares; level is taken out. The decoder's "
    "training makes traits like those of spectrum, texture and high band alike (`moments.py`); modulation "
    "and waveform are the independent witnesses. `another take` is the speaker against herself: what is told "
    "even there are the days of recording. Durations compare the model's own with an alignment of the "
    "recordings, so a part of what is told there is the aligner's; rhythm is measured on both alike."
)


class TwoSample:
    """The test, for systems that say recorded prompts."""

    def __init__(self, recordings: Recordings, typical_of: Sequence[Utterance], store: Store) -> None:
        """`typical_of`: recordings that tell how long each phoneme usually is."""
        self._recordings = recordings
        self._typical = typical_seconds(recordings, typical_of)
        self._store = store

    def tables(self, title: str, systems: Sequence[System], utterances: Sequence[Utterance]) -> list[Table]:
        """By windows and by whole sentences."""
        results = [(system.name, *self._results(system, utterances)) for system in systems]
        return [
            Table(
                f"{title}, by {unit}",
                NOTE if unit == "windows" else "The same, summed over all windows of a sentence.",
                ("sentences", *GROUPS),
                tuple((name, (str(count), *_cells(found, unit))) for name, count, found in results),
            )
            for unit in ("windows", "sentences")
        ]

    def _results(
        self, system: System, utterances: Sequence[Utterance]
    ) -> tuple[int, dict[str, list[Accuracy]]]:
        print(f"  two-sample test of {system.name}", flush=True)
        said = [one for one in utterances if system.says(one)]
        real, made = (self._rows(who, said) for who in (self._recordings, system))
        return len(said), {
            group: accuracies(real[group], made[group], SPLITS)
            for group in GROUPS
            if any(map(len, real[group])) and any(map(len, made[group]))
        }

    def _rows(self, system: System, utterances: Sequence[Utterance]) -> dict[str, list[Floats]]:
        """Group → the windows of each utterance [windows, traits]."""
        sounds = [system.sound(one) for one in utterances]
        tracked = self._store.found("pitch-1", sounds, features.pitch)
        rows = {
            group: [_stacked(find(*pair)) for pair in zip(sounds, tracked, strict=True)]
            for group, find in traits.HEARD.items()
        }
        return rows | {DURATIONS: [_stacked(traits.durations(sound, self._typical)) for sound in sounds]}


def typical_seconds(recordings: Recordings, utterances: Sequence[Utterance]) -> dict[str, float]:
    """Mean log duration of each phoneme in recordings."""
    logs: defaultdict[str, list[float]] = defaultdict(list)
    for utterance in utterances:
        sound = recordings.sound(utterance)
        for phoneme, seconds in zip(sound.phonemes, sound.phoneme_seconds, strict=False):
            logs[phoneme].append(float(np.log(max(seconds, 0.005))))
    return {phoneme: float(np.mean(values)) for phoneme, values in logs.items()}


def _stacked(rows: list[Floats]) -> Floats:
    return np.stack(rows) if rows else np.zeros((0, 1))


def _cells(found: dict[str, list[Accuracy]], unit: str) -> list[Cell]:
    return [spread([100 * getattr(one, unit) for one in found.get(group, ())]) for group in GROUPS]
