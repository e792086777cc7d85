"""The melody of questions and exclamations, in semitones against that of a statement."""

import random

import pytest

from vivavoce.models.intonation import SEMITONE, contour


def semitones(phonemes: str) -> list[float]:
    return [round(offset / SEMITONE, 3) for offset in contour(phonemes)]


def test_a_statement_is_as_ever() -> None:
    assert semitones("ɪt ɪz ɹˈAnɪŋ.") == [0.0] * 13


def test_a_question_rises_from_its_last_stressed_vowel_on() -> None:
    level, rise = semitones("ˌɑɹ ju kˈʌmɪŋ?")[:9], semitones("ˌɑɹ ju kˈʌmɪŋ?")[9:]
    assert set(level) == {0.0}
    assert rise == sorted(rise)
    assert (rise[0], rise[-1]) == (-1.5, 7.0)


@pytest.mark.parametrize("question", ["wˌʌt ɪz ɪt?", "“hˌW ɑɹ ju?”", "wˌɛɹ?", "hˌuz, ðˈɛn?"])
def test_a_question_with_a_question_word_falls(question: str) -> None:
    offsets = semitones(question)
    assert offsets == sorted(offsets, reverse=True)
    assert offsets[0] == 2.0


def test_what_only_begins_like_a_question_word_is_none() -> None:
    assert semitones("wˈɪnd?")[-1] == 7.0


def test_an_exclamation_begins_higher() -> None:
    offsets = semitones("nˈO!")
    assert offsets == sorted(offsets, reverse=True)
    assert offsets[0] == 2.0


def test_each_sentence_has_its_own() -> None:
    assert semitones("hˈI. ˌɑɹ ju? jˈɛs.") == [0.0] * 4 + semitones(" ˌɑɹ ju? ") + [0.0] * 5


def test_every_character_has_one_whatever_the_text() -> None:
    chance = random.Random(4)
    for _ in range(2000):
        phonemes = "".join(chance.choices("aəi ˈˌkw.?!…,;—“”()", k=chance.randrange(20)))
        assert len(contour(phonemes)) == len(phonemes)
