"""Odd texts, one by one: nothing may break up, clip, stammer or fall silent."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.voice.evaluate import features, recogniser
from training.voice.evaluate.features import FRAME_SECONDS, Floats
from training.voice.evaluate.prosody import declination
from training.voice.evaluate.store import Sound, Store
from training.voice.evaluate.systems import Embedded, Script
from training.voice.evaluate.tables import Cell, Table
from training.voice.evaluate.utterances import Utterance
from training.voice.features import SAMPLE_RATE_HERTZ

SILENCE_SECONDS = 0.6
LONGEST_PHONEME_SECONDS = 0.2
"""Mean over an utterance of some length."""
SHORTEST_PHONEME_SECONDS = 0.045
COLUMNS = (
    "text",
    "phonemes",
    "s",
    "ms / phoneme",
    "peak",
    "F0 range, st",
    "F0 drift, st/s",
    "longest silence, s",
    "word errors, %",
    "heard",
    "wrong",
)
NOTE = (
    f"`wrong`: an inner silence over {SILENCE_SECONDS} s, samples that are no numbers, clipping, words heard "
    "twice; where there are at least eight phonemes, under "
    f"{SHORTEST_PHONEME_SECONDS * 1000:.0f} or over {LONGEST_PHONEME_SECONDS * 1000:.0f} ms for each "
    "(silence left out). The recogniser is bad at single words, letters and names, whoever says them."
)


@dataclass(frozen=True, slots=True)
class Heard:
    """What can be told of one utterance without listening."""

    seconds: float
    voice_seconds: float
    """Less every silence."""
    peak: float
    f0_range: float
    """Semitones between the 5th and the 95th percentile; NaN without voice."""
    f0_drift: float
    silence_seconds: float
    """The longest one inside."""
    is_finite: bool


def table(voice: Embedded, texts: Sequence[Utterance], store: Store) -> Table:
    """A row for each text."""
    sounds = [voice.sound(one) for one in texts]
    tracked = store.found("pitch-1", sounds, features.pitch)
    transcripts = store.found(recogniser.KIND, sounds, recogniser.hear)
    rows = []
    flagged = 0
    for one, sound, own, transcript in zip(texts, sounds, tracked, transcripts, strict=True):
        cells, wrong = _row(one, listen(sound, own), str(transcript), voice.script)
        flagged += bool(wrong)
        rows.append((one.style, (*cells, wrong)))
    note = f"{flagged} of {len(texts)} texts flagged. {NOTE}"
    return Table(f"Robustness of {voice.name}", note, COLUMNS, tuple(rows))


def _row(utterance: Utterance, heard: Heard, transcript: str, script: Script) -> tuple[tuple[Cell, ...], str]:
    said, words = (recogniser.words(each) for each in (script.words(utterance.text), transcript))
    phonemes = script.sounds(utterance.text)
    short = utterance.text if len(utterance.text) <= 60 else f"{utterance.text[:57]}…"
    cells: tuple[Cell, ...] = (
        short,
        str(phonemes),
        f"{heard.seconds:.2f}",
        1000 * heard.voice_seconds / phonemes,
        f"{heard.peak:.2f}",
        heard.f0_range if np.isfinite(heard.f0_range) else None,
        heard.f0_drift if np.isfinite(heard.f0_drift) else None,
        f"{heard.silence_seconds:.2f}",
        100 * recogniser.errors(said, words) / len(said),
        transcript if len(transcript) <= 120 else f"{transcript[:117]}…",
    )
    return cells, "; ".join(flags(heard, phonemes, recogniser.repeated(said, words)))


def listen(sound: Sound, tracked: Floats) -> Heard:
    """Of one utterance; `tracked` as `features.pitch` does."""
    samples = features.resampled(sound)
    is_finite = bool(np.isfinite(sound.samples).all())
    spoken = features.speech(features.loudness(samples))
    at = np.flatnonzero(spoken)
    gaps = [end - begin for begin, end in features.runs(~spoken[at[0] : at[-1] + 1])]
    semitones = features.voiced_semitones(tracked)
    voiced = semitones[np.isfinite(semitones)]
    return Heard(
        seconds=len(samples) / SAMPLE_RATE_HERTZ,
        voice_seconds=float(spoken.sum()) * FRAME_SECONDS,
        peak=float(np.abs(sound.samples).max()),
        f0_range=float(np.subtract(*np.percentile(voiced, [95, 5]))) if voiced.size else float("nan"),
        f0_drift=declination(semitones),
        silence_seconds=max(gaps, default=0) * FRAME_SECONDS,
        is_finite=is_finite,
    )


def flags(heard: Heard, phonemes: int, stammered: Sequence[str]) -> list[str]:
    """What is wrong, in a few words each."""
    found = []
    if not heard.is_finite:
        found.append("no numbers")
    if heard.peak >= 1:
        found.append("clips")
    if heard.silence_seconds > SILENCE_SECONDS:
        found.append(f"silent for {heard.silence_seconds:.2f} s")
    if stammered:
        found.append(f"heard twice: {', '.join(stammered)}")
    pace = heard.voice_seconds / phonemes
    if phonemes >= 8 and not SHORTEST_PHONEME_SECONDS < pace < LONGEST_PHONEME_SECONDS:
        found.append(f"{1000 * pace:.0f} ms a phoneme")
    return found
