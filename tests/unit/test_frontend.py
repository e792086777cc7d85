"""The way in: what is refused before anything is spoken, and what comes late."""

from collections.abc import Sequence

import pytest

from vivavoce.core import Pronunciation, Segment
from vivavoce.errors import InvalidRequest, UnspeakableInput
from vivavoce.text import FrontEnd
from vivavoce.text.languages import language
from vivavoce.text.tokens import Kind, Token

SYMBOLS = frozenset(" .,!?;:—…AIOWYTbdfhijklmnpstuvwzæðŋɑɔəɛɜɡɪɹʃʊʌʒʤʧθᵊˈˌ")


class Humming:
    """A language in which every word sounds the same; it counts the sentences that it was asked for."""

    code = "en-us"

    def __init__(self) -> None:
        self.sentences = 0

    def read(self, source, markup, given):
        return language(self.code).read(source, markup, given)

    def pronounce(self, tokens: Sequence[Token]) -> list[str]:
        self.sentences += 1
        return ["" if token.kind is Kind.MARK else token.phonemes or "mˈʌ" for token in tokens]


def prepare(text: str, lexicon: dict[str, str] | None = None, **words: str) -> list[Segment]:
    front_end = FrontEnd(lexicon, load=lambda _: Humming())
    pronunciations = [Pronunciation(word, ipa) for word, ipa in words.items()]
    segments = front_end.prepare(
        text, language="en-us", symbols=SYMBOLS, max_phonemes=400, pronunciations=pronunciations
    )
    return list(segments)


def phonemes(text: str, lexicon: dict[str, str] | None = None, **words: str) -> str:
    return " ".join(segment.phonemes for segment in prepare(text, lexicon, **words))


def test_text_becomes_segments() -> None:
    (segment,) = prepare("Hello there.")
    assert (segment.text, segment.spoken, segment.phonemes) == ("Hello there.", "Hello there.", "mˈʌ mˈʌ.")


@pytest.mark.parametrize(
    "text", ["...", "🎉👍", "?!", "\n\t", "[pause:1s]", "---\n***", "[pause:1s] … [pause:2s]", "\u200b"]
)
def test_nothing_to_say_is_refused(text: str) -> None:
    with pytest.raises(UnspeakableInput) as raised:
        prepare(text)
    assert raised.value.param == "input"


@pytest.mark.parametrize("text", ["a", "5", "&", "%", "α", "½", "1️⃣", "[x](/ə/)"])
def test_one_word_is_enough(text: str) -> None:
    assert prepare(text)


@pytest.mark.parametrize(
    ("text", "param"),
    [
        ("So it begins. " * 50 + "[pause:99s]", "input"),
        ("So it begins. " * 50 + "[word](/ʘ/)", "input"),
        ("So it begins. " * 50 + "你好", "input"),
    ],
)
def test_a_fault_at_the_end_is_told_before_the_first_word(text: str, param: str) -> None:
    front_end = FrontEnd(load=lambda _: Humming())
    with pytest.raises(InvalidRequest) as raised:
        front_end.prepare(text, language="en-us", symbols=SYMBOLS, max_phonemes=400)
    assert raised.value.param == param


def test_only_the_first_segment_is_made_at_once() -> None:
    language = Humming()
    front_end = FrontEnd(load=lambda _: language)
    text = "This sentence is long enough to stand alone. " * 40
    segments = front_end.prepare(text, language="en-us", symbols=SYMBOLS, max_phonemes=400)
    assert language.sentences == 1
    assert len(list(segments)) == 40
    assert language.sentences == 40


def test_pauses_before_the_first_word_are_kept() -> None:
    assert [segment.pause_seconds for segment in prepare("[pause:2s][pause:1s] Go.")] == [2.0, 1.0, 0.1]


def test_pronunciations_come_before_the_lexicon() -> None:
    lexicon = {"gif": "ɡɪf", "sql": "ˈsiːkwəl"}
    assert phonemes("A GIF, SQL.", lexicon) == "mˈʌ ɡɪf, sˈikwəl."
    assert phonemes("A GIF, SQL.", lexicon, Gif="dʒɪf") == "mˈʌ ʤɪf, sˈikwəl."


def test_markup_comes_before_both() -> None:
    assert phonemes("[gif](/hə/) gif", {"gif": "ɡɪf"}, gif="dʒɪf") == "hə ʤɪf."


def test_a_possessive_is_added_to_a_given_sound() -> None:
    assert phonemes("[Kokoro](/kəkə/)'s Liz's cat's", Liz="lɪz", cat="kæt") == "kəkəz lɪzɪz kæts."


def test_a_bad_pronunciation_is_refused_even_if_its_word_is_not_there() -> None:
    with pytest.raises(InvalidRequest, match=r"'ʘ'.*'click'") as raised:
        prepare("Hello.", click="ʘə")
    assert raised.value.param == "pronunciations"


def test_words_of_the_lexicon_that_a_model_cannot_say_are_told() -> None:
    lexicon = {"good": "ɡʊd", "click": "ʘə"}
    assert FrontEnd(lexicon).unsayable(SYMBOLS) == ("click",)
    assert phonemes("good click", lexicon) == "ɡʊd mˈʌ."


def test_several_words_in_one_bracket_keep_a_sound_each() -> None:
    (segment,) = prepare("In [New York](/nuː jɔːɹk/) now")
    assert [(word.text, segment.phonemes[slice(*word.phonemes)]) for word in segment.words][1:3] == [
        ("New", "nu"),
        ("York", "jɔɹk"),
    ]
