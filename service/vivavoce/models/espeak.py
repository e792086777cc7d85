"""Our phonemes as espeak-ng writes them, for models that were trained on what it writes.

Kokoro's symbols go in, IPA comes out. espeak-ng itself (GPL) has no part in it. Of other languages than
English, which it has read itself, only what has one symbol of ours is written apart again. English is ours:
both put the stress mark directly before the vowel; where they differ:

| ours           | espeak-ng            |                                                        |
|----------------|----------------------|--------------------------------------------------------|
| A I W Y        | eɪ aɪ aʊ ɔɪ          | one symbol for a diphthong                             |
| O, Q           | oʊ, əʊ               | American and British                                   |
| ʤ ʧ            | dʒ tʃ                | one symbol for an affricate                            |
| ᵊ              | ə                    | the vowel of a syllabic consonant                      |
| T              | ɾ                    | the flap                                               |
| ɑ ɔ u ˈi ˌi    | ɑː ɔː uː ˈiː ˌiː     | American: length is written, of i if it is stressed    |
| ɜɹ əɹ          | ɜː ɚ                 | American; ɜːɹ and ɚɹ before a vowel                    |
| ɛː ɪə          | eə iə                | British                                                |
"""

import re
import unicodedata
from collections.abc import Collection, Sequence
from typing import NamedTuple

STRESS = "[ˈˌ]"
VOWEL = "[AIOQWYaeiouæɐɑɒɔəɚɛɜɪʊʌᵊᵻ]"


class Rule(NamedTuple):
    """Says how one or more of our symbols are written; the first rule that fits counts."""

    ours: str
    ipa: str
    after: str = ""
    """What has to stand before them, as a regular expression of one character."""
    before: str = ""
    """What has to follow."""

    @property
    def pattern(self) -> str:
        behind, ahead = f"(?<={self.after})" * bool(self.after), f"(?={self.before})" * bool(self.before)
        return f"{behind}{re.escape(self.ours)}{ahead}"


COMMON = (
    Rule("A", "eɪ"), Rule("I", "aɪ"), Rule("W", "aʊ"), Rule("Y", "ɔɪ"), Rule("Q", "əʊ"),
    Rule("ʤ", "dʒ"), Rule("ʧ", "tʃ"), Rule("ᵊ", "ə"), Rule("T", "ɾ"),
)  # fmt: skip
AMERICAN = (
    Rule("ɜɹ", "ɜːɹ", before=VOWEL), Rule("ɜɹ", "ɜː"), Rule("ɜ", "ɜː"),
    Rule("əɹ", "əɹ", before=STRESS), Rule("əɹ", "ɚɹ", before=VOWEL), Rule("əɹ", "ɚ"),
    Rule("i", "iː", after=STRESS), Rule("ɑ", "ɑː"), Rule("ɔ", "ɔː"), Rule("u", "uː"), Rule("O", "oʊ"),
    *COMMON,
)  # fmt: skip
BRITISH = (Rule("ɛː", "eə"), Rule("ɪə", "iə"), Rule("O", "əʊ"), *COMMON)
OTHER = (
    Rule("A", "eɪ"), Rule("I", "aɪ"), Rule("W", "aʊ"), Rule("Y", "ɔɪ"), Rule("O", "oʊ"), Rule("Q", "əʊ"),
    Rule("ʤ", "dʒ"), Rule("ʧ", "tʃ"), Rule("ʣ", "dz"), Rule("ʦ", "ts"), Rule("S", "ss"),
)  # fmt: skip
"""What languages that espeak-ng reads are written with; the reverse of text.languages.espeak.TIED."""


class Spelling:
    """How one accent, or another language, is written with the characters `written`; a rule that needs others
    is left out."""

    def __init__(self, rules: Sequence[Rule], written: Collection[str]) -> None:
        self._written = frozenset(written)
        self._rules = [rule for rule in rules if set(rule.ipa) <= set(written)]
        self._pattern = re.compile("|".join(f"({rule.pattern})" for rule in self._rules))
        known = {*written, *(symbol for rule in self._rules for symbol in rule.ours)}
        self.symbols = frozenset(symbol for symbol in known if set(self.ipa(symbol)) <= set(written))
        """Ours, as far as they can be written."""

    def ipa(self, phonemes: str) -> str:
        """`phonemes` as espeak-ng writes them, a letter and its accents apart (Unicode's NFD) where both are
        known, as piper-phonemize does; what no rule is about stays as it is."""
        plain = self._pattern.sub(lambda found: self._rules[(found.lastindex or 0) - 1].ipa, phonemes)
        return plain if plain.isascii() else "".join(map(self._apart, plain))

    def _apart(self, symbol: str) -> str:
        parts = unicodedata.normalize("NFD", symbol)
        return parts if self._written.issuperset(parts) else symbol
