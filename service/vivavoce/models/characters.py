"""Several voices from one speaker: how each differs, as numbers for the encoder of the viva family."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vivavoce.models import intonation
from vivavoce.models.base import EncodeItem


@dataclass(frozen=True, slots=True)
class Character:
    """What makes a voice of a speaker; the defaults are the speaker's own."""

    speaker: int = 0
    """Number of the speaker in the encoder."""
    tract: float = 1.0
    """Factor on the formants: 1.1 is a vocal tract a tenth shorter."""
    pitch_semitones: float = 0.0
    pitch_range: float = 1.0
    pace: float = 1.0
    gain_db: float = 0.0
    """What makes it as loud as the others."""

    @property
    def gain(self) -> float:
        """Factor on the samples."""
        return float(10 ** (self.gain_db / 20))


def character(voice: Mapping[str, Any]) -> Character:
    """That of a voice in config.json; what is not said there is the speaker's own."""
    known = {field.name for field in fields(Character)}
    return Character(**{name: value for name, value in voice.items() if name in known})


def melody(item: EncodeItem, its_character: Character, symbols: Sequence[int | None]) -> NDArray[np.float32]:
    """What is added to the natural log of F0 at the beginning of each symbol: of each phoneme that is not
    None in `symbols`, and of the silences before and after them."""
    shift = intonation.SEMITONE * (item.delivery.pitch_semitones + its_character.pitch_semitones)
    offsets = zip(intonation.contour(item.phonemes), symbols, strict=True)
    spoken = [offset + shift for offset, symbol in offsets if symbol is not None]
    first, last = (spoken[0], spoken[-1]) if spoken else (shift, shift)
    return np.array([first, *spoken, last], np.float32)


def noise(seed: int, symbols: Sequence[int], size: int) -> NDArray[np.float32]:
    """What makes one reading differ from another, shape [symbols, size]: each text has its own under the
    same seed."""
    random = np.random.default_rng([seed, zlib.crc32(np.array(symbols, np.int64).tobytes())])
    return random.standard_normal((len(symbols), size), np.float32)
