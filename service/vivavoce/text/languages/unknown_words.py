"""Words that no dictionary holds: from spelling to phonemes, always with an answer.

Tried in turn: the parts around an apostrophe (`Nguyen's`, `O'Shea`), the parts of mixed case (`macOS`), a
prefix or suffix on a known stem (`untokenized`), two known words in one (`timestamp`), the names of the
letters if no vowel is among them (`nginx`), and the letter-to-sound model.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

from vivavoce.text.languages import derivations
from vivavoce.text.languages.inflections import CONTRACTIONS, Accent, contracted, with_s
from vivavoce.text.languages.letter_to_sound import LetterToSound
from vivavoce.text.languages.lexicon import DEFAULT, LONGEST_WORD, Lexicon, folded
from vivavoce.text.languages.stress import lowered

_CACHED_WORDS = 20_000
_CASE_PARTS = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NAME_PREFIXES = frozenset(("Mc", "Mac", "Di", "De", "Du", "Le", "La", "Van", "Von", "Fitz"))
_MC = "mək"
_VOWELS = frozenset("aeiouy")
_SHORTEST_STEM = 4
_SHORTEST_PART = 4


class UnknownWords:
    """Sounds out what the lexicon does not know; thread-safe like it."""

    def __init__(self, accent: Accent, lexicon: Lexicon) -> None:
        self._accent = accent
        self._lexicon = lexicon
        self._prefixes = derivations.prefixes(accent)
        self._suffixes = derivations.suffixes(accent)
        self._model = LetterToSound(f"letter_to_sound_{accent.dictionary}.npz")
        self.sound: Callable[[str], str] = lru_cache(_CACHED_WORDS)(self._sound)

    def _sound(self, word: str) -> str:
        """Phonemes of any string at all; never empty."""
        letters = folded(word).strip("'")
        if not letters:
            letters = _character_names(word)
        pieces = [letters[start : start + LONGEST_WORD] for start in range(0, len(letters), LONGEST_WORD)]
        return "".join(self._piece(piece) for piece in pieces)

    def _piece(self, letters: str) -> str:
        stem, apostrophe, ending = letters.rpartition("'")
        if apostrophe and stem:
            return self._with_ending(stem, ending)
        parts = _CASE_PARTS.findall(letters)
        return self._mixed(parts) if len(parts) > 1 else self._plain(letters)

    def _with_ending(self, stem: str, ending: str) -> str:
        """`Nguyen's`, `Siobhan'll`; and `O'Shea`, whose ending is a word."""
        sounded = self._known_or_sounded(stem)
        if ending == "s":
            return with_s(sounded, self._accent)
        if f"'{ending}" in CONTRACTIONS:
            return contracted(sounded, f"'{ending}", self._accent)
        return lowered(sounded) + self._known_or_sounded(ending) if ending else sounded

    def _mixed(self, parts: Sequence[str]) -> str:
        """Parts of mixed case. Stress is on the first word (`GitHub`), but on letters at the end (`OpenAI`),
        and on what follows a prefix (`DiCaprio`)."""
        sounded = [self._part(part) for part in parts]
        late = _is_spelt(parts[-1]) or parts[0] in _NAME_PREFIXES
        if late:
            return "".join(lowered(part) for part in sounded[:-1]) + sounded[-1]
        return sounded[0] + "".join(lowered(part) for part in sounded[1:])

    def _part(self, part: str) -> str:
        if part == "Mc":
            return _MC
        return self._lexicon.spelt(part) if _is_spelt(part) else self._known_or_sounded(part)

    def _known_or_sounded(self, letters: str) -> str:
        readings = self._lexicon.find(letters) if len(letters) > 1 else None
        return readings[DEFAULT] if readings else self._piece(letters)

    def _plain(self, letters: str) -> str:
        word = letters.lower()
        if not _VOWELS.intersection(word):
            return self._lexicon.spelt(word)
        is_name = letters.istitle()
        return self._derived(word) or self._two_words(word) or self._model.sound_out(word, is_name=is_name)

    def _derived(self, word: str) -> str | None:
        for prefix, phonemes in self._prefixes.items():
            stem = word.removeprefix(prefix)
            if stem != word and len(stem) >= _SHORTEST_STEM and (readings := self._lexicon.find(stem)):
                return phonemes + readings[DEFAULT]
        for suffix, phonemes in self._suffixes.items():
            stem = word.removesuffix(suffix)
            if stem != word and len(stem) >= _SHORTEST_STEM and (readings := self._lexicon.find(stem)):
                return readings[DEFAULT] + phonemes
        return None

    def _two_words(self, word: str) -> str | None:
        middle = len(word) / 2
        splits = range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
        for split in sorted(splits, key=lambda position: abs(position - middle)):
            first, second = self._lexicon.listed(word[:split]), self._lexicon.listed(word[split:])
            if first and second:
                return first[DEFAULT] + lowered(second[DEFAULT])
        return None


def _is_spelt(part: str) -> bool:
    return part.isupper() or len(part) == 1


def _character_names(word: str) -> str:
    """What a word in another script is called, character by character: `Ω` → `omega`."""
    names = (unicodedata.name(character, "unknown").split()[-1].lower() for character in word)
    return (
        "".join(letter for name in names for letter in name if letter.isascii() and letter.isalpha())
        or "unknown"
    )
