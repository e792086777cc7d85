"""Pronunciations as people write them, in IPA or in Kokoro's symbols, turned into Kokoro's symbols.

Kokoro's set has one character for each English diphthong and affricate, no length mark, and the stress mark
directly before the vowel (`/həˈloʊ/` → `həlˈO`). It was introduced with misaki
(https://github.com/hexgrad/misaki, EN_PHONES.md).
"""

import re
import unicodedata

from vivavoce.errors import InvalidRequest

SYMBOLS = {
    "oʊ": "O", "əʊ": "O", "eɪ": "A", "aɪ": "I", "aʊ": "W", "ɔɪ": "Y", "dʒ": "ʤ", "tʃ": "ʧ", "ɜːɹ": "ɜɹ",
    "ɜːr": "ɜɹ", "ɜr": "ɜɹ", "ɜː": "ɜɹ", "ɝː": "ɜɹ", "ɝ": "ɜɹ", "ɚ": "əɹ", "r": "ɹ", "g": "ɡ", "ɫ": "l",
    "ɾ": "T", "t̬": "T", "l̩": "ᵊl", "n̩": "ᵊn", "m̩": "ᵊm", "ɹ̩": "əɹ", "r̩": "əɹ", "'": "ˈ", "’": "ˈ",
    "ː": "", "ˑ": "",
}  # fmt: skip
"""IPA → symbols."""
UNHEARD = str.maketrans("", "", ".‿͜͡ʰ̯\u200d")
"""Syllable dots, ties and the like: they take no time of their own."""
BRITISH = {"əʊ": "Q"}

STAND_INS = {
    "e": "ɛ", "a": "ɑ", "o": "O", "ɒ": "ɑ", "ɐ": "ə", "ᵻ": "ɪ", "ɨ": "ɪ", "y": "u", "ʉ": "u", "ø": "ɜ",
    "œ": "ɜ", "ɘ": "ə", "ɵ": "ə", "ɤ": "ʌ", "ɯ": "u", "x": "k", "χ": "k", "ç": "k", "ʔ": "t", "ɾ": "d",
    "T": "ɾ", "ɲ": "nj", "ʎ": "lj", "β": "b", "ɣ": "ɡ", "ʁ": "ɹ", "ɻ": "ɹ", "ɱ": "m", "ʋ": "v", "ʍ": "w",
    "ɬ": "l", "ɕ": "ʃ", "ʂ": "ʃ", "ʑ": "ʒ", "ʐ": "ʒ", "c": "k", "ɟ": "ɡ", "ɸ": "f", "q": "k", "ɖ": "d",
    "ʈ": "t", "ɳ": "n", "ɽ": "ɹ", "Q": "O",
}  # fmt: skip
"""The nearest sound, for a symbol that the model does not have."""

VOWELS = "AIOQWYaeiouyæøœɐɑɒɔɘəɚɛɜɝɤɨɪɯɵʉʊʌᵊᵻ"
PUNCTUATION = frozenset('.,!?;:—…"()“”«»¿¡')

_WRITTEN = re.compile("|".join(map(re.escape, sorted(SYMBOLS, key=len, reverse=True))))
_STRESS = re.compile(rf"([ˈˌ])([^ˈˌ {VOWELS}]+)(?=[{VOWELS}])")


def symbols_of(pronunciation: str, language: str = "en-us") -> str:
    """`pronunciation` in Kokoro's symbols; what it does not know stays as it is. "" if nothing is there."""
    text = unicodedata.normalize("NFC", pronunciation.strip().strip("/[]")).translate(UNHEARD)
    table = SYMBOLS | BRITISH if language == "en-gb" else SYMBOLS
    plain = _WRITTEN.sub(lambda found: table[found[0]], text)
    return " ".join(_STRESS.sub(r"\2\1", plain).split())


def fitted(phonemes: str, symbols: frozenset[str]) -> str | None:
    """`phonemes` with stand-ins for what a model of these `symbols` lacks; None if it has none for one."""
    said = ""
    for symbol in phonemes:
        nearest = symbol if symbol in symbols else STAND_INS.get(symbol, "")
        if not nearest or not symbols.issuperset(nearest) or symbol in PUNCTUATION:
            return None
        said += nearest
    return said


def checked(word: str, pronunciation: str, symbols: frozenset[str], language: str, *, param: str) -> str:
    """What a caller wrote, in symbols that the model has.

    Raises InvalidRequest that names the word and the symbol at fault.
    """
    phonemes = symbols_of(pronunciation, language)
    if not phonemes.strip("ˈˌ "):
        raise InvalidRequest(f"The pronunciation of {word!r} is empty.", param=param)
    said = fitted(phonemes, symbols)
    if said is None:
        fault = next(symbol for symbol in phonemes if fitted(symbol, symbols) is None)
        raise InvalidRequest(
            f"{fault!r} in the pronunciation of {word!r} is no sound that this model can make; "
            "write IPA without punctuation, such as /həˈloʊ/.",
            param=param,
        )
    return said
