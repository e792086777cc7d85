"""Stress marks: phonemes come in, the same phonemes with more or less stress go out.

A mark stands directly before the vowel of its syllable: `əbˈWt`. The levels are misaki's: a word may carry
primary stress, only secondary stress, or (most function words) none.
"""

PRIMARY = "ˈ"
SECONDARY = "ˌ"
VOWELS = frozenset("AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ")
"""Vowels that can bear stress or be a word's onset; diphthongs are capitals. The article's ɐ is not one."""
_LOWERED = str.maketrans(PRIMARY, SECONDARY, SECONDARY)


def lowered(phonemes: str) -> str:
    """One level down: primary stress becomes secondary, secondary stress goes."""
    return phonemes.translate(_LOWERED) if PRIMARY in phonemes else phonemes


def audible(phonemes: str) -> str:
    """At least secondary stress: what a capital does to a function word."""
    return phonemes if _is_stressed(phonemes) else _before_first_vowel(SECONDARY, phonemes)


def emphatic(phonemes: str) -> str:
    """Primary stress: what ALL CAPITALS do to a word."""
    if PRIMARY in phonemes:
        return phonemes
    if SECONDARY in phonemes:
        return phonemes.replace(SECONDARY, PRIMARY)
    return _before_first_vowel(PRIMARY, phonemes)


def _is_stressed(phonemes: str) -> bool:
    return PRIMARY in phonemes or SECONDARY in phonemes


def _before_first_vowel(mark: str, phonemes: str) -> str:
    for index, symbol in enumerate(phonemes):
        if symbol in VOWELS:
            return phonemes[:index] + mark + phonemes[index:]
    return phonemes
