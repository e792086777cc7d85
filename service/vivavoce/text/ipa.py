"""Pronunciations as people write them, in IPA or in Kokoro's symbols, turned into Kokoro's symbols.

Kokoro's set has one character for each English diphthong and affricate, no length mark, and the stress mark
directly before the vowel (`/həˈloʊ/` → `həlˈO`). It was introduced with misaki
(https://github.com/hexgrad/misaki, EN_PHONES.md).
"""

import re
import unicodedata
from collections.abc import Mapping

from vivavoce.errors import InvalidRequest

SYMBOLS = {
    "oʊ": "O", "əʊ": "O", "eɪ": "A", "aɪ": "I", "aʊ": "W", "ɔɪ": "Y", "dʒ": "ʤ", "tʃ": "ʧ", "ɜːɹ": "ɜɹ",
    "ɜːr": "ɜɹ", "ɜr": "ɜɹ", "ɜː": "ɜɹ", "ɝː": "ɜɹ", "ɝ": "ɜɹ", "ɚ": "əɹ", "r": "ɹ", "g": "ɡ", "ɫ": "l",
    "ɾ": "T", "t̬": "T", "l̩": "ᵊl", "n̩": "ᵊn", "m̩": "ᵊm", "ɹ̩": "əɹ", "r̩": "əɹ", "'": "ˈ", "’": "ˈ",
    "ː": "", "ˑ": "",
}  # fmt: skip
"""IPA → symbols."""
OTHERS = {
    "t͡s": "ʦ", "t͡ʃ": "ʧ", "tʃ": "ʧ", "d͡z": "ʣ", "d͡ʒ": "ʤ", "dʒ": "ʤ", "s͡s": "S", "aɪ": "I", "aʊ": "W",
    "eɪ": "A", "oʊ": "O", "əʊ": "Q", "ɔɪ": "Y", "g": "ɡ", "'": "ˈ", "’": "ˈ",
}  # fmt: skip
"""The same for other languages than English: what has no symbol of its own stays as IPA writes it."""
UNHEARD = str.maketrans("", "", ".‿͜͡ʰ̯\u200d")
"""Syllable dots, ties and the like: they take no time of their own."""
UNHEARD_IN_OTHERS = str.maketrans("", "", ".‿͜͡\u200d")
BRITISH = {"əʊ": "Q"}

STAND_INS = {
    "e": "ɛ", "a": "ɑ", "o": "O", "ɒ": "ɑ", "ɐ": "ə", "ᵻ": "ɪ", "ɨ": "ɪ", "y": "u", "ʉ": "u", "ø": "ɜ",
    "œ": "ɜ", "ɘ": "ə", "ɵ": "ə", "ɤ": "ʌ", "ɯ": "u", "x": "k", "χ": "k", "ç": "k", "ʔ": "t", "ɾ": "d",
    "T": "ɾ", "ɲ": "nj", "ʎ": "lj", "β": "b", "ɣ": "ɡ", "ʁ": "ɹ", "ɻ": "ɹ", "ɱ": "m", "ʋ": "v", "ʍ": "w",
    "ɬ": "l", "ɕ": "ʃ", "ʂ": "ʃ", "ʑ": "ʒ", "ʐ": "ʒ", "c": "k", "ɟ": "ɡ", "ɸ": "f", "q": "k", "ɖ": "d",
    "ʈ": "t", "ɳ": "n", "ɽ": "ɹ", "Q": "O",
}  # fmt: skip
"""The nearest sound, for a symbol that the model does not have."""
PLAINER = {
    "A": "eɪ", "I": "aɪ", "W": "aʊ", "Y": "ɔɪ", "O": "oʊ", "Q": "oʊ", "ʤ": "dʒ", "ʧ": "tʃ", "ʣ": "dz",
    "ʦ": "ts", "S": "s", "ɜ": "ə", "ə": "e", "ɑ": "a", "æ": "a", "ʌ": "a", "ʊ": "u", "ʃ": "s", "ʒ": "z",
    "θ": "t", "ð": "d", "ŋ": "n",
}  # fmt: skip
"""For a model that has not even the stand-in."""

VOWELS = "AIOQWYaeiouyæøœɐɑɒɔɘəɚɛɜɝɤɨɪɯɵʉʊʌᵊᵻ"
PUNCTUATION = frozenset('.,!?;:—…"()“”«»¿¡')

_LETTER = re.compile(r"(?:LATIN|GREEK) (?:SMALL )?LETTER (?:SMALL CAPITAL )?(?:[A-Z]+ )*?([A-Z])\b")
"""The plain letter in a Unicode name: LATIN SMALL LETTER L WITH RETROFLEX HOOK."""


def _any_of(table: Mapping[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, sorted(table, key=len, reverse=True))))


_WRITTEN, _WRITTEN_IN_OTHERS = _any_of(SYMBOLS), _any_of(OTHERS)
_STRESS = re.compile(rf"([ˈˌ])([^ˈˌ {VOWELS}]+)(?=[{VOWELS}])")


def symbols_of(pronunciation: str, language: str = "en-us") -> str:
    """`pronunciation` in Kokoro's symbols; what it does not know stays as it is. "" if nothing is there."""
    text = unicodedata.normalize("NFC", pronunciation.strip().strip("/[]"))
    if language.partition("-")[0] == "en":
        table = SYMBOLS | BRITISH if language == "en-gb" else SYMBOLS
        plain = _WRITTEN.sub(lambda found: table[found[0]], text.translate(UNHEARD))
    else:
        plain = _WRITTEN_IN_OTHERS.sub(lambda found: OTHERS[found[0]], text).translate(UNHEARD_IN_OTHERS)
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


def nearest(phonemes: str, symbols: frozenset[str]) -> str:
    """`phonemes` as a language says them, with what a model of these `symbols` can say in their place: a
    letter and its accents apart, a stand-in, the plain letter. What is no letter, such as an accent that the
    model does not know, is left out."""
    if symbols.issuperset(phonemes):
        return phonemes
    return " ".join("".join(_nearest(symbol, symbols) for symbol in phonemes).split())


def _nearest(symbol: str, symbols: frozenset[str], tried: str = "") -> str:
    if symbol in symbols:
        return symbol
    if symbol in tried:
        return ""
    name = _LETTER.match(unicodedata.name(symbol, ""))
    apart = unicodedata.normalize("NFD", symbol)
    for other in (apart, STAND_INS.get(symbol), PLAINER.get(symbol), name and name[1].lower()):
        if said := "".join(_nearest(part, symbols, tried + symbol) for part in other or ""):
            return said
    return ""


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
