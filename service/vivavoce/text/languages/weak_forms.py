"""The small words whose sound depends on what follows: `the apple`, `to eat`, `come in.`

Forms are misaki's, which the voices learnt from.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType

from vivavoce.text.languages.inflections import Accent
from vivavoce.text.languages.stress import VOWELS

_CONSONANTS = frozenset("bdfhjklmnpstvwzðŋɡɹTʃʒʤʧθ")


class Onset(Enum):
    """What the next word begins with."""

    VOWEL = "vowel"
    CONSONANT = "consonant"
    PAUSE = "pause"
    """A mark, or nothing more."""


def onset(phonemes: str, following: Onset) -> Onset:
    """The onset of a word; the article ɐ lets that of the word after it through."""
    for symbol in phonemes:
        if symbol in VOWELS:
            return Onset.VOWEL
        if symbol in _CONSONANTS:
            return Onset.CONSONANT
    return following


@dataclass(frozen=True, slots=True)
class WeakForm:
    """The forms of one word by what follows."""

    vowel: str
    consonant: str
    pause: str
    strong: str = ""
    """As a particle (`come in and`), where it differs."""

    def before(self, following: Onset, kind: str) -> str:
        """The form of the word as a `kind` (see `word_classes`) before that onset."""
        if kind == "R" and self.strong:
            return self.strong
        return {Onset.VOWEL: self.vowel, Onset.CONSONANT: self.consonant, Onset.PAUSE: self.pause}[following]


def _same(form: str, pause: str, strong: str = "") -> WeakForm:
    return WeakForm(form, form, pause, strong)


def weak_forms(accent: Accent) -> Mapping[str, WeakForm]:
    """By word, in lower case."""
    return MappingProxyType(
        {
            "the": WeakForm("ði", "ðə", "ðə"),
            "to": WeakForm("tʊ", "tə", "tu" if accent.rhotic else "tuː"),
            "a": _same("ɐ", "ˈA"),
            "an": _same("ɐn", "ɐn"),
            "am": _same("ɐm", "æm"),
            "in": _same("ɪn", "ˈɪn", "ˈɪn"),
            "i": _same("ˌI", "ˌI"),
        }
    )
