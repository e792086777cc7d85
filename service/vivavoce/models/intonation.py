"""The melody of sentences that a voice has never heard: questions and exclamations.

A voice that learned from statements alone says "Are you coming?" as if it were told. Where the sentence ends
in a question mark, a rise is added to what the voice would do: from the last stressed vowel on (the nucleus),
as yes-no questions of English go (L* H-H% in the notation of Pierrehumbert, "The Phonology and Phonetics of
English Intonation", 1980). Questions that begin with a question word fall as statements do, from somewhat
higher; so do exclamations.
"""

import math
import re

SEMITONE = math.log(2) / 12

SENTENCE = re.compile(r"[^.!?…]+[.!?…]*[ \"”)]*|[.!?…]+")
STRESSED_VOWEL = re.compile("ˈ([AIOWYiuæɑɔəɛɜɪʊʌᵊᵻɐ])")
VOWEL = re.compile("([AIOWYiuæɑɔəɛɜɪʊʌᵊᵻɐ])")
QUESTION_WORDS = frozenset(
    ("wʌt", "wʌts", "wɑt", "wɛn", "wɛnz", "wɛɹ", "wɛɹz", "wɪʧ", "wI", "hu", "huz", "hum", "hW", "hWz")
)
"""What, when, where, which, why, who, whose, whom, how, and their forms with `is`; without stress marks."""
RISE_SEMITONES = 7.0
"""At the end of a yes-no question, against the fall of a statement."""
DIP_SEMITONES = -1.5
"""On the nucleus itself."""
LIFT_SEMITONES = 2.0


def contour(phonemes: str) -> list[float]:
    """What to add to the natural log of F0 at the beginning of each character of `phonemes`, which may hold
    several sentences; between two beginnings it goes straight."""
    return [offset for sentence in SENTENCE.findall(phonemes) for offset in _sentence(sentence)]


def _sentence(sentence: str) -> list[float]:
    end = sentence.rstrip(' "”)')
    if end.endswith("?"):
        return _lifted(sentence) if _begins_with_question_word(end) else _rising(sentence)
    return _lifted(sentence) if end.endswith("!") else [0.0] * len(sentence)


def _begins_with_question_word(sentence: str) -> bool:
    first = re.split(r"[ ,?!]", sentence.lstrip(' "“('), maxsplit=1)[0]
    return first.translate({ord("ˈ"): None, ord("ˌ"): None}) in QUESTION_WORDS


def _rising(sentence: str) -> list[float]:
    """Level up to the nucleus, a dip there, then up to the end."""
    nucleus = _nucleus(sentence)
    offsets = [0.0] * len(sentence)
    rest = len(sentence) - nucleus
    for place in range(rest):
        share = place / max(rest - 1, 1)
        offsets[nucleus + place] = SEMITONE * (DIP_SEMITONES + (RISE_SEMITONES - DIP_SEMITONES) * share)
    return offsets


def _lifted(sentence: str) -> list[float]:
    """Higher at the beginning, and as ever at the end."""
    return [SEMITONE * LIFT_SEMITONES * (1 - place / len(sentence)) for place in range(len(sentence))]


def _nucleus(sentence: str) -> int:
    """Where the last stressed vowel is; the last vowel if none is stressed."""
    found = list(STRESSED_VOWEL.finditer(sentence)) or list(VOWEL.finditer(sentence))
    return found[-1].start(1) if found else 0
