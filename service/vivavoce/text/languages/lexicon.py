"""Words in the dictionary, and words that can be told from those: inflected, contracted.

A spelling comes in, its `Readings` come out: pronunciations by part of speech or sense. The dictionaries are
misaki's (Apache-2.0), packed by training/dictionaries.
"""

import gzip
import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from importlib.resources import files
from itertools import chain
from string import ascii_letters
from typing import TypeAlias

from vivavoce.text.languages.inflections import CONTRACTIONS, Accent, contracted, with_ed, with_ing, with_s
from vivavoce.text.languages.stress import PRIMARY, SECONDARY, lowered

Readings: TypeAlias = Mapping[str, str]
"""Pronunciations by part of speech (NOUN, VERB, ADJ, VBD, …) or sense; DEFAULT is always there."""
DEFAULT, NOUN, VERB = "DEFAULT", "NOUN", "VERB"

TIERS = ("gold", "silver")
"""Checked by people, and not."""
LONGEST_WORD = 45
"""Letters; a longer one is no word."""
_CACHED_WORDS = 20_000
_LETTERS = frozenset(f"{ascii_letters}'")
_DOUBLED = ("bb", "ck", "dd", "gg", "kk", "ll", "mm", "nn", "pp", "rr", "ss", "tt", "vv", "zz")


class Lexicon:
    """The dictionaries of one accent. It never changes, so any number of threads may ask at once."""

    def __init__(self, accent: Accent, own: Mapping[str, Readings]) -> None:
        """`own` holds our words and corrections: they come before the dictionaries'."""
        self._accent = accent
        self._own = own
        self._dictionaries = [dictionary(accent.dictionary, tier) for tier in TIERS]
        self._letters = {letter: str(self._dictionaries[0][letter]) for letter in map(chr, range(65, 91))}
        self.find: Callable[[str], Readings | None] = lru_cache(_CACHED_WORDS)(self._find)

    def checked(self, word: str) -> Readings | None:
        """The readings of a word that stands just so in the checked dictionary, the smaller one."""
        entry = self._dictionaries[0].get(word)
        return None if entry is None else self._readings(entry, word)

    def words(self) -> Iterator[str]:
        """The words of the dictionaries as they are listed, the checked ones first."""
        return chain.from_iterable(self._dictionaries)

    def spelt(self, letters: str) -> str:
        """The names of the letters as one word, stress on the last: `FBI` → `ˌɛfbˌiˈI`."""
        names = "".join(lowered(self._letters.get(letter, "")) for letter in letters.upper())
        before, mark, last = names.rpartition(SECONDARY)
        return before + (PRIMARY if mark else "") + last

    def listed(self, word: str) -> Readings | None:
        """The readings of a word that stands in a dictionary as it is, or in another case."""
        for spellings in _cases(word):
            for dictionary in (self._own, *self._dictionaries):
                for spelling in spellings:
                    if (entry := dictionary.get(spelling)) is not None:
                        return self._readings(entry, word)
        return None

    def _readings(self, entry: str | Mapping[str, str | None], word: str) -> Readings:
        if isinstance(entry, str):
            return {DEFAULT: entry}
        return {key: phonemes or self.spelt(word) for key, phonemes in entry.items()}

    def _find(self, word: str) -> Readings | None:
        """The readings of a word that is listed, inflected or contracted; None if it is unknown."""
        if len(word) > LONGEST_WORD:
            return None
        found = self.listed(word) or self._inflected(word) or self._contracted(word)
        return found or (self._find(word.lower()) if word != word.lower() else None)

    def _inflected(self, word: str) -> Readings | None:
        for ending, inflect in (
            ("'s", self._possessive),
            ("'", self._casual_or_plural_possessive),
            ("s", self._plural),
            ("ed", self._past),
            ("ing", self._participle),
        ):
            if word.endswith(ending) and (readings := inflect(word.removesuffix(ending))):
                return readings
        return None

    def _possessive(self, owner: str) -> Readings | None:
        readings = self._find(owner)
        return readings and {DEFAULT: with_s(_as(NOUN, readings), self._accent)}

    def _casual_or_plural_possessive(self, word: str) -> Readings | None:
        if word.endswith("s") and (readings := self._find(word)):
            return {DEFAULT: _as(NOUN, readings)}
        if word.endswith("in") and (readings := self._find(f"{word}g")):
            return {DEFAULT: readings[DEFAULT].removesuffix("ŋ") + "n"}
        return None

    def _plural(self, word: str) -> Readings | None:
        for stem in _plural_stems(word):
            if readings := self.listed(stem):
                return {key: with_s(phonemes, self._accent) for key, phonemes in readings.items()}
        return None

    def _past(self, word: str) -> Readings | None:
        for stem in (f"{word}e", *_verb_stems(word), f"{word.removesuffix('i')}y"):
            if readings := self.listed(stem):
                return {DEFAULT: with_ed(_as(VERB, readings), self._accent)}
        return None

    def _participle(self, word: str) -> Readings | None:
        for stem in (*_verb_stems(word), f"{word}e", f"{word.removesuffix('y')}ie"):
            if readings := self.listed(stem):
                return {DEFAULT: with_ing(_as(VERB, readings), self._accent, stem)}
        return None

    def _contracted(self, word: str) -> Readings | None:
        for ending in CONTRACTIONS:
            if word.endswith(ending) and (readings := self._find(word.removesuffix(ending))):
                return {DEFAULT: contracted(readings[DEFAULT], ending, self._accent)}
        return None


def folded(word: str) -> str:
    """The Latin letters of a word without their accents, and its apostrophes; nothing else."""
    if word.isascii() and word.isalpha():
        return word
    decomposed = unicodedata.normalize("NFKD", word.replace("’", "'"))
    return "".join(
        letter for letter in decomposed if letter.isascii() and (letter.isalpha() or letter == "'")
    )


def dictionary(accent: str, tier: str) -> dict[str, str | dict[str, str | None]]:
    """The dictionary of `us` or `gb` of one of TIERS: a pronunciation, or several by part of speech."""
    packed = files(__package__).joinpath("data", f"{accent}_{tier}.json.gz").read_bytes()
    text = gzip.decompress(packed).decode().replace("ɾ", "T").replace("ʔ", "t")
    entries: dict[str, str | dict[str, str | None]] = json.loads(text)
    return entries


def _cases(word: str) -> tuple[tuple[str, ...], ...]:
    """The spellings under which a word may stand in a dictionary: its own case and lower, then as a name."""
    lower = word.lower()
    name = lower.capitalize()
    if word == lower or (word.isupper() and len(word) > 1):
        return ((word, lower), (name,))
    return ((word, lower),) if word == name else ((word,),)


def _as(part: str, readings: Readings) -> str:
    return readings.get(part, readings[DEFAULT])


def _plural_stems(word: str) -> Iterator[str]:
    """The words whose plural, or third person, is `word` + s."""
    if len(word) < 2 or word.endswith(("s", "'")):
        return
    yield word
    if len(word) > 3 and word.endswith("ie"):
        yield f"{word[:-2]}y"
    elif len(word) > 3 and word.endswith("e"):
        yield word[:-1]
        if word.endswith("zze"):
            yield word[:-2]


def _verb_stems(word: str) -> Iterator[str]:
    """The verbs that become `word` when an ending with a vowel is added."""
    if len(word) < 2:
        return
    if not word.endswith("e"):
        yield word
    if word.endswith(_DOUBLED):
        yield word[:-1]
