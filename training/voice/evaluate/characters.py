"""The several voices of a model, side by side: understood, how high, how lively, how loud, how fast."""

from collections.abc import Sequence

import numpy as np

from training.voice.evaluate import features, prosody, word_errors
from training.voice.evaluate.store import Sound, Store
from training.voice.evaluate.systems import Embedded
from training.voice.evaluate.tables import Cell, Table, spread
from training.voice.evaluate.utterances import Utterance

COLUMNS = ("word errors, %", "F0, Hz", "F0 spread, st", "level, dBFS", "phonemes / s")
NOTE = (
    "Word errors as above with their 95 % intervals; else mean ± standard deviation over sentences. Level: "
    "root mean square of the frames that are no silence."
)


def table(system: Embedded, sentences: Sequence[Utterance], store: Store) -> Table:
    """Every voice of one model, with the same sentences."""
    rows = [
        (
            voice.id,
            _row(
                Embedded(f"{system.name}-{voice.id}", system.folder, store, voice=voice.id), sentences, store
            ),
        )
        for voice in system.model.facts.voices
    ]
    title = f"The voices of {system.name}"
    return Table(title, f"{NOTE} {len(sentences)} sentences.", COLUMNS, tuple(rows))


def _row(voice: Embedded, sentences: Sequence[Utterance], store: Store) -> tuple[Cell, ...]:
    found = prosody.measured(voice, sentences, voice.script, store)
    return (
        word_errors.rate(voice, sentences, voice.script, store),
        spread([one.f0_hertz for one in found]),
        spread([one.f0_deviation for one in found]),
        spread([_level(voice.sound(one)) for one in sentences]),
        spread([one.phonemes_per_second for one in found]),
    )


def _level(sound: Sound) -> float:
    levels = features.loudness(features.resampled(sound))
    return float(10 * np.log10(np.mean(10 ** (levels[features.speech(levels)] / 10))))
