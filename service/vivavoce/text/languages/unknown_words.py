"""Words that no dictionary holds: from spelling to phonemes, always with an answer.

Tried in turn: the parts around an apostrophe (`Nguyen's`, `O'Shea`), the parts of mixed case (`macOS`), the
names of the letters if no vowel is among them (`zsh`), a prefix on a known word (`deduplicate`), two known
words in one (`timestamp`), and the letter-to-sound model. Endings that the lexicon does not know (-ness, -er)
are left to the model: on held-out words it is better at them than rules.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

from vivavoce.text.languages.inflections import CONTRACTIONS, Accent, contracted, with_s
from vivavoce.text.languages.letter_to_sound import LetterToSound
from vivavoce.text.languages.lexicon import DEFAULT, LONGEST_WORD, Lexicon, folded
from vivavoce.text.languages.stress import PRIMARY, emphatic, lowered

_CACHED_WORDS = 20_000
_CASE_PARTS = re.compile("[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_PLURAL_LETTERS = re.compile("[A-Z]{2,}s")
_NAME_PREFIXES = frozenset(("Mc", "Mac", "Di", "De", "Du", "Le", "La", "Van", "Von", "Fitz"))
_MC = "mək"
_VOWELS = frozenset("aeiouy")
_PREFIXES = """
    un ˌʌn ˌʌn, non nˌɑn nˌɒn, over ˌOvəɹ ˌQvə, under ˌʌndəɹ ˌʌndə, out ˌWt ˌWt, de dˌi dˌiː,
    inter ˌɪntəɹ ˌɪntə, counter kˌWntəɹ kˌWntə, anti ˌænti ˌanti
"""
"""Spelling, American and British sounds of the prefixes that the model is worse at."""
_SHORTEST_PART = 4
_SEAMS = frozenset("aio")
"""Letters at the end of the first half of learned words, which are stressed otherwise: `photograph`."""
_ENDINGS = frozenset(
    ("able", "ably", "ally", "fully", "less", "ling", "ness", "ring", "tier", "uses", "ward")
)
"""Words that are endings more often than halves."""


class UnknownWords:
    """Sounds out what the lexicon does not know; thread-safe like it."""

    def __init__(self, accent: Accent, lexicon: Lexicon) -> None:
        self._accent = accent
        self._lexicon = lexicon
        rows = [row.split() for row in _PREFIXES.split(",")]
        self._prefixes = {prefix: us if accent.rhotic else gb for prefix, us, gb in rows}
        self._model = LetterToSound(f"letter_to_sound_{accent.dictionary}.npz")
        self.sound: Callable[[str], str] = lru_cache(_CACHED_WORDS)(self._sound)

    def _sound(self, word: str) -> str:
        """Phonemes of any string at all; never empty."""
        letters = folded(word).strip("'")
        if not letters:
            letters = _character_names(word)
        pieces = [letters[start : start + LONGEST_WORD] for start in range(0, len(letters), LONGEST_WORD)]
        return "".join(self._piece(piece) for piece in pieces)

    def _piece(self, quoted: str) -> str:
        letters = quoted.strip("'")
        stem, apostrophe, ending = letters.rpartition("'")
        if apostrophe:
            return self._with_ending(stem, ending)
        if _PLURAL_LETTERS.fullmatch(letters):
            return with_s(self._lexicon.spelt(letters[:-1]), self._accent)
        parts = _CASE_PARTS.findall(letters)
        return self._mixed(parts) if len(parts) > 1 else self._plain(letters)

    def _with_ending(self, stem: str, ending: str) -> str:
        """`Nguyen's`, `Siobhan'll`; and `O'Shea`, whose ending is a word."""
        sounded = self._known_or_sounded(stem)
        if ending == "s":
            return with_s(sounded, self._accent)
        if f"'{ending}" in CONTRACTIONS:
            return contracted(sounded, f"'{ending}", self._accent)
        return lowered(sounded) + self._known_or_sounded(ending)

    def _mixed(self, parts: Sequence[str]) -> str:
        """Parts of mixed case. Stress is on the first word (`GitHub`), but on letters at the end (`OpenAI`),
        and on what follows a prefix (`DiCaprio`)."""
        sounded = [self._part(part) for part in parts]
        late = _is_spelt(parts[-1]) or parts[0] in _NAME_PREFIXES
        if late:
            return "".join(lowered(part) for part in sounded[:-1]) + emphatic(sounded[-1])
        return emphatic(sounded[0]) + "".join(lowered(part) for part in sounded[1:])

    def _part(self, part: str) -> str:
        if part == "Mc":
            return _MC
        return self._lexicon.spelt(part) if _is_spelt(part) else self._known_or_sounded(part)

    def _known_or_sounded(self, letters: str) -> str:
        readings = self._lexicon.find(letters) if len(letters) > 1 else None
        return readings[DEFAULT] if readings else self._piece(letters)

    def _plain(self, letters: str) -> str:
        word = letters.lower()
        if _VOWELS.isdisjoint(word) or len(word) == 1:
            return self._lexicon.spelt(word)
        known = self._prefixed(word) or self._two_words(word)
        sounded = known or self._model.sound_out(word, is_name=letters.istitle())
        return sounded or self._lexicon.spelt(word)

    def _prefixed(self, word: str) -> str | None:
        for prefix, phonemes in self._prefixes.items():
            stem = word.removeprefix(prefix)
            if stem != word and len(stem) >= _SHORTEST_PART and (readings := self._lexicon.find(stem)):
                return phonemes + readings[DEFAULT]
        return None

    def _two_words(self, word: str) -> str | None:
        middle = len(word) / 2
        splits = range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
        for split in sorted(splits, key=lambda position: abs(position - middle)):
            if phonemes := self._compound(word[:split], word[split:]):
                return phonemes
        return None

    def _compound(self, first: str, second: str) -> str | None:
        """Two words in one with stress on the first, unless the seam looks like that of stem and ending."""
        if first[-1] in _SEAMS or first[-1] == second[0] or second in _ENDINGS:
            return None
        words = [self._lexicon.checked(part) for part in (first, second)]
        sounds = [readings[DEFAULT] for readings in words if readings and PRIMARY in readings[DEFAULT]]
        return sounds[0] + lowered(sounds[1]) if len(sounds) == 2 else None


def _is_spelt(part: str) -> bool:
    return part.isupper() or len(part) == 1


def _character_names(word: str) -> str:
    """What a word in another script is called, character by character: `Ω` → `omega`."""
    names = (unicodedata.name(character, "unknown").split()[-1].lower() for character in word)
    return "".join(filter(str.isalpha, folded("".join(names)))) or "unknown"
