"""Words heard: pocketsphinx with the American model that it brings, which nobody here has trained."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any

import numpy as np

from training.voice.evaluate.features import resampled
from training.voice.evaluate.store import Sound

KIND = "heard-1"
"""Of the store; another number for another way to listen."""
TITLES: Mapping[str, str] = MappingProxyType({"dr": "doctor", "mr": "mister", "mrs": "missus"})
"""How its dictionary spells them."""


def hear(sound: Sound) -> str:
    """The recogniser's transcript. All sounds are given the same peak, and a little quiet at both ends."""
    decoder = _decoder()
    samples = resampled(sound, 16000)
    scaled = samples / max(1e-6, float(np.abs(samples).max())) * 0.6
    quiet = np.zeros(3200)
    whole = np.concatenate([quiet, scaled, quiet])
    whole += np.random.default_rng(0).normal(0, 1e-4, len(whole))  # digital silence upsets its front end
    decoder.start_utt()
    decoder.process_raw((whole * 32767).astype(np.int16).tobytes(), full_utt=True)
    decoder.end_utt()
    found = decoder.hyp()
    return found.hypstr if found else ""


@lru_cache(1)
def _decoder() -> Any:  # noqa: ANN401 - it is not typed
    from pocketsphinx import Decoder

    return Decoder(samprate=16000, loglevel="FATAL")


def unknown(words: Sequence[str]) -> list[str]:
    """Those that are not in its dictionary: nobody can make it hear them."""
    return [word for word in words if _decoder().lookup_word(word) is None]


def words(text: str) -> list[str]:
    """Of a reference or a transcript: lower case, letters as letters, hyphens apart, titles in full."""
    plain = text.lower().replace("-", " ").replace("’", "'")
    return [TITLES.get(word, word) for word in re.sub(r"[^a-z' ]", "", plain).split()]


def errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Levenshtein's distance: words wrong, missing, or too many."""
    row = list(range(len(heard) + 1))
    for index, word in enumerate(said, start=1):
        diagonal, row[0] = row[0], index
        for column, other in enumerate(heard, start=1):
            diagonal, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, diagonal + (word != other)),
            )
    return row[-1]


def repeated(said: Sequence[str], heard: Sequence[str]) -> list[str]:
    """Words heard twice in a row that were not said so: a voice that stammers."""
    doubles = {word for word, after in pairwise(said) if word == after}
    return sorted({word for word, after in pairwise(heard) if word == after} - doubles)
