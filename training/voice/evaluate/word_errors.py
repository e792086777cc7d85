"""Word error rates, per style and on the held-out prompts."""

from collections.abc import Sequence

import numpy as np

from training.voice.evaluate import recogniser
from training.voice.evaluate.store import Store
from training.voice.evaluate.systems import Script, System
from training.voice.evaluate.tables import Cell, Interval, Table, ratio_interval, scaled
from training.voice.evaluate.utterances import Utterance

NOTE = (
    "Per cent of words, pocketsphinx 5.1 with its own en-us model; in brackets 95 % bootstrap intervals over "
    "sentences. Reference and what espeak-ng and flite are told: the words that the front end makes of the "
    "text. A recogniser tells whether words can be understood, not whether they sound well."
)


def new_sentences(
    systems: Sequence[System], sentences: Sequence[Utterance], script: Script, store: Store
) -> Table:
    """Sentences that no recording has, by style."""
    styles = list(dict.fromkeys(one.style for one in sentences))
    rows: list[tuple[str, tuple[Cell, ...]]] = []
    for system in systems:
        said = [one for one in sentences if system.says(one)]
        if said:
            counts = _counts(system, said, script, store)
            of_style = [[one.style == style for one in said] for style in styles]
            cells = [_rate(counts), *(_rate(counts[np.array(chosen)]) for chosen in of_style)]
            rows.append((system.name, tuple(cells)))
    reference = [word for one in sentences for word in recogniser.words(script.words(one.text))]
    strangers = recogniser.unknown(reference)
    note = (
        f"{NOTE} {len(sentences)} sentences, {len(reference)} words; not in the recogniser's dictionary: "
        f"{', '.join(sorted(set(strangers))) or 'none'}."
    )
    return Table("Word errors on new sentences", note, ("all", *styles), tuple(rows))


def held_out(
    systems: Sequence[System], utterances: Sequence[Utterance], script: Script, store: Store
) -> Table:
    """The recordings' own held-out prompts, and how each system differs from the recordings on them."""
    counts: dict[str, np.ndarray] = {}
    for system in systems:
        said = [one for one in utterances if system.says(one)]
        if len(said) == len(utterances):
            counts[system.name] = _counts(system, said, script, store)
    real = counts[systems[0].name]
    rows = [(name, (_rate(own), _difference(own, real))) for name, own in counts.items()]
    note = (
        f"{NOTE} The difference is paired by sentence. flite's voice was recorded with these same prompts, "
        "which flatters it here."
    )
    return Table(
        "Word errors on the held-out prompts", note, ("word errors", "minus the recordings'"), tuple(rows)
    )


def rate(system: System, utterances: Sequence[Utterance], script: Script, store: Store) -> Interval:
    """Per cent of words."""
    return _rate(_counts(system, utterances, script, store))


def _counts(system: System, utterances: Sequence[Utterance], script: Script, store: Store) -> np.ndarray:
    """Errors and words of each utterance [utterances, 2]."""
    print(f"  listening to {system.name}", flush=True)
    heard = store.found(recogniser.KIND, [system.sound(one) for one in utterances], recogniser.hear)
    pairs = []
    for utterance, transcript in zip(utterances, heard, strict=True):
        said = recogniser.words(script.words(utterance.text))
        pairs.append((recogniser.errors(said, recogniser.words(str(transcript))), len(said)))
    return np.array(pairs, np.float64)


def _rate(counts: np.ndarray) -> Interval:
    return scaled(ratio_interval(counts[:, 0], counts[:, 1]), 100)


def _difference(own: np.ndarray, real: np.ndarray) -> Interval | None:
    if own is real:
        return None
    return scaled(ratio_interval(own[:, 0] - real[:, 0], own[:, 1]), 100)
