"""What any export of Kokoro is fed: the numbers of the phonemes, and a voice's style for so many of them.

A model's folder goes in; its vocabulary, voices and styles come out. Both of Kokoro's families stand on this.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from vivavoce.core import Voice
from vivavoce.models import blends, manifest, packs
from vivavoce.models.base import Facts
from vivavoce.models.manifest import ListedVoice, Manifest, ModelError
from vivavoce.models.session import Tensor

PAD = 0
"""Before and after every text."""
SPEED_RANGE = (0.5, 2.0)
LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "a": "en-US", "b": "en-GB", "e": "es", "f": "fr-FR", "h": "hi", "i": "it", "j": "ja", "p": "pt-BR",
        "z": "zh-CN",
    }
)  # fmt: skip
"""By the first letter of a voice's id."""


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """What is known of a model besides its graphs."""

    listed: Manifest
    vocabulary: Mapping[str, int]
    styles: Mapping[str, packs.Styles]
    voices: tuple[Voice, ...]

    def facts(self, family: str, speed_range: tuple[float, float] = SPEED_RANGE) -> Facts:
        return Facts(
            id=self.listed.id,
            family=family,
            license=self.listed.license,
            owned_by=self.listed.owned_by,
            created_seconds=self.listed.created_seconds,
            sample_rate_hertz=self.listed.sample_rate_hertz,
            voices=self.voices,
            symbols=frozenset(self.vocabulary),
            max_phonemes=packs.STYLE_ROWS,
            speed_range=speed_range,
            blends_voices=True,
        )

    def ids(self, phonemes: str) -> list[int]:
        """The numbers of `phonemes` between two zeros. Raises ValueError for what the model cannot say."""
        if not 0 < len(phonemes) <= packs.STYLE_ROWS:
            raise ValueError(f"{len(phonemes)} phonemes: the model takes 1 to {packs.STYLE_ROWS}")
        if unknown := set(phonemes) - self.vocabulary.keys():
            raise ValueError(f"phonemes that the model does not know: {' '.join(sorted(unknown))}")
        return [PAD, *(self.vocabulary[phoneme] for phoneme in phonemes), PAD]

    def style(self, voice: str, count: int) -> packs.Styles:
        """Of a voice or blend for a text of `count` phonemes, shape [STYLE_SIZE]. Raises KeyError."""
        parts = blends.parse(voice)
        rows = [self.styles[part.voice][count - 1] for part in parts]
        return np.average(rows, axis=0, weights=[part.weight for part in parts]).astype(np.float32)


def read(directory: Path) -> Inputs:
    """Of the model in `directory`: model.toml, and of its files the one .json and the voice packs. Raises
    ModelError."""
    listed = manifest.read(directory)
    styles: dict[str, packs.Styles] = {}
    for name in listed.named(".bin", ".npz"):
        styles |= packs.read(directory / name)
    vocabulary = _vocabulary(directory / listed.only(".json"))
    return Inputs(listed, vocabulary, styles, tuple(_voices(listed, styles)))


def phoneme_seconds(durations: Tensor, seconds: float) -> tuple[float, ...]:
    """How long each phoneme lasts, of audio of `seconds`; `durations` count the zeros around the text too, in
    any unit."""
    shares = durations.astype(np.float64)
    shares[1] += shares[0]
    shares[-2] += shares[-1]
    return tuple((shares[1:-1] * (seconds / shares[1:-1].sum())).tolist())


def _vocabulary(file: Path) -> dict[str, int]:
    """Phoneme → number, from the model's published configuration."""
    try:
        vocabulary: dict[str, int] = json.loads(file.read_text(encoding="utf-8"))["vocab"]
    except ValueError as error:
        raise ModelError(f"{file.name}: {error}") from None
    except KeyError:
        raise ModelError(f"{file.name} has no vocabulary, `vocab`") from None
    return vocabulary


def _voices(listed: Manifest, styles: Mapping[str, packs.Styles]) -> Iterator[Voice]:
    """The voices to offer: those that model.toml lists, or all."""
    if not styles:
        raise ModelError("there are no voice packs, .bin or .npz, among its files")
    for entry in listed.voices or [ListedVoice(id=voice) for voice in sorted(styles)]:
        if entry.id not in styles:
            raise ModelError(f"the voice {entry.id} is in none of its files")
        known = LANGUAGES.get(entry.id[0])
        languages = entry.languages or ((known,) if known else listed.languages)
        if not languages:
            raise ModelError(f"the voice {entry.id}: its language is not known; list it in {manifest.FILE}")
        name = entry.name or entry.id.partition("_")[2].title() or entry.id
        yield Voice(entry.id, name, languages)
