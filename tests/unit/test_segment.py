"""Where sentences end, where long ones are cut, what silence follows, and that nothing is lost."""

import random
from collections.abc import Sequence

import pytest

from vivavoce.core import Segment
from vivavoce.text.markup import parse
from vivavoce.text.normalize import normalize
from vivavoce.text.pronunciations import Pronunciations
from vivavoce.text.segment import Segmenter
from vivavoce.text.tokens import Kind, Token

SYMBOLS = frozenset(" .,!?;:—…abcdefghijklmnopqrstuvwxyzə'")


class Spelling:
    """A language in which every word sounds as it is written."""

    code = "en-us"

    def pronounce(self, tokens: Sequence[Token]) -> list[str]:
        return ["" if token.kind is Kind.MARK else token.phonemes or token.text.lower() for token in tokens]


def segments(
    text: str, max_phonemes: int = 400, symbols: frozenset[str] = SYMBOLS, given: dict[str, str] | None = None
) -> list[Segment]:
    items = normalize(text, parse(text, symbols, "en-us"), Pronunciations(given or {}, symbols))
    return list(Segmenter(text, Spelling(), symbols, max_phonemes).segments(items))


def texts(text: str, max_phonemes: int = 400) -> list[str]:
    return [segment.text for segment in segments(text, max_phonemes)]


ONE = "The old harbour lay quiet in the morning light."
TWO = "Nobody had opened the shutters of the inn."


def test_a_segment_is_a_sentence() -> None:
    assert texts(f"{ONE} {TWO}") == [ONE, TWO]


@pytest.mark.parametrize(
    "sentence",
    [
        "Dr. Smith paid $3.50 to the U.S. embassy on Jan. 5 at 9 a.m. sharp.",
        '"Are you there?" she asked, and waited for a reply.',
        "Well... maybe we could wait for another day or so.",
        "He read pp. 3-5 of vol. 2, i.e. all of it, e.g. the preface.",
        "J. R. R. Tolkien met C. S. Lewis at Oxford in the year 1926.",
    ],
)
def test_dots_inside_a_sentence_do_not_end_it(sentence: str) -> None:
    assert texts(f"{ONE} {sentence} {TWO}") == [ONE, sentence, TWO]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (f'"{ONE}" {TWO}', [f'"{ONE}"', TWO]),
        (f"({ONE}) {TWO}", [f"({ONE})", TWO]),
        (f"{ONE[:-1]}?! {TWO}", [f"{ONE[:-1]}?!", TWO]),
        (f"{ONE[:-1]} at 9 a.m. {TWO}", [f"{ONE[:-1]} at 9 a.m.", TWO]),
        (f"{ONE[:-1]}\n\n{TWO}", [ONE[:-1], TWO]),
        (f"- {ONE}\n- {TWO}", [ONE, TWO]),
    ],
)
def test_sentences_end_with_their_quotes_brackets_and_lines(text: str, parts: list[str]) -> None:
    assert texts(text) == parts


def test_very_short_neighbours_are_said_together() -> None:
    assert texts("No. No. No! I will not go there again.") == ["No. No. No! I will not go there again."]
    assert texts(f"{ONE} Yes. Really.") == [ONE, "Yes. Really."]
    assert texts("Yes.\n\nReally.") == ["Yes.", "Really."]


def test_silence_follows_by_mark_line_and_place() -> None:
    text = f"{ONE} {TWO[:-1]}?\n\n{ONE[:-1]} [pause:1.25s] {TWO}"
    found = [(segment.phonemes[-1:], segment.pause_seconds) for segment in segments(text)]
    assert found == [(".", 0.28), ("?", 0.6), (",", 0.0), ("", 1.25), (".", 0.1)]


def test_a_pause_is_a_segment_without_sound() -> None:
    pause = segments("One [pause:500ms] two")[1]
    assert (pause.text, pause.spoken, pause.phonemes, pause.words) == ("[pause:500ms]", "", "", ())


def test_words_and_marks_make_the_phonemes() -> None:
    segment = segments("It's $5, (really) — yes")[0]
    assert segment.phonemes == "it's five dollars, really— yes."
    assert segment.spoken == "It's five dollars, really— yes."
    ranges = [segment.phonemes[slice(*word.phonemes)] for word in segment.words]
    assert ranges == ["it's", "five", "dollars", "really", "yes"]


def test_marks_that_the_model_lacks_become_simpler_ones() -> None:
    assert segments("So — wait…", symbols=SYMBOLS - {"—", "…"})[0].phonemes == "so, wait."
    assert segments("So — wait…", symbols=SYMBOLS - {"—", "…", ",", "."})[0].phonemes == "so wait"


LONG = (
    "The captain, who had not slept since the storm began, told the crew that the ship would be repaired "
    "before the end of the week, but nobody believed him because the timber had been lost near the cape, "
    "and the only carpenter was ill with a fever that would not leave him until the autumn had come"
)


def test_the_first_segment_of_a_long_sentence_is_short() -> None:
    first, *others = segments(LONG)
    assert first.text == "The captain, who had not slept since the storm began,"
    assert all(len(segment.phonemes) <= 200 for segment in others)


def test_only_the_first_sentence_is_cut_early() -> None:
    first, second, *_ = segments(f"{ONE} {LONG}.")
    assert first.text == ONE
    assert 60 < len(second.phonemes) <= 200


def test_long_sentences_are_cut_evenly() -> None:
    words = " ".join(["abcdefghi"] * 52)
    lengths = [len(segment.phonemes) for segment in segments(f"{ONE} {words}.")][1:]
    assert len(lengths) == 2
    assert abs(lengths[0] - lengths[1]) <= 10


def test_cuts_prefer_marks_to_conjunctions_to_any_word() -> None:
    filler = " ".join(["abcdefgh"] * 14)
    assert texts(f"{ONE} {filler}, abc {filler}.")[1].endswith(",")
    assert texts(f"{ONE} {filler} and {filler}.")[2].startswith("and ")


def test_a_number_is_not_cut_apart_without_need() -> None:
    filler = " ".join(["abcdefgh"] * 10)
    for segment in segments(f"{ONE} {filler} 123,456,789,123 {filler}."):
        assert segment.text.count("123,456,789,123") == segment.spoken.count("twenty three billion")


def test_a_date_is_not_cut_apart_at_the_comma_that_it_is_said_with() -> None:
    first, second = segments("The doctor from the old harbour paid for all of it on 3/15/2024 at the inn.")
    assert "3/15/2024" not in first.text
    assert "March fifteenth, twenty twenty four" in second.spoken


@pytest.mark.parametrize("max_phonemes", [3, 10, 60, 400])
@pytest.mark.parametrize("text", [LONG, "a" * 600, "ab " * 300, "1" * 300, "x, " * 200, "I said no. " * 50])
def test_no_segment_is_too_long_and_no_word_is_lost(text: str, max_phonemes: int) -> None:
    found = segments(text, max_phonemes)
    assert max(len(segment.phonemes) for segment in found) <= max_phonemes
    said = "".join(segment.phonemes for segment in found)
    expected = "".join(segment.phonemes for segment in segments(text, 100_000))
    assert [sound for sound in said if sound.isalpha()] == [sound for sound in expected if sound.isalpha()]


def test_a_sound_longer_than_a_segment_goes_on_in_the_next() -> None:
    found = segments("so [word](/" + "ə" * 100 + "/) it", max_phonemes=40)
    assert "".join(segment.phonemes for segment in found).count("ə") == 100


def test_spans_hold_for_any_text() -> None:
    chance = random.Random(3)
    pieces = [
        *LONG.split(),
        "(",
        ")",
        '"',
        "—",
        ". ",
        "!\n\n",
        "\n",
        "$5.50",
        "[pause:1s]",
        "[a](/ə/)",
        "🎉",
        "1999",
    ]
    for _ in range(150):
        text = " ".join(chance.choices(pieces, k=chance.randrange(1, 60)))
        end = 0
        for segment in segments(text):
            assert segment.text == text[slice(*segment.span)]
            assert segment.span.start >= end
            end = segment.span.end
            for word in segment.words:
                assert segment.span.start <= word.span.start < word.span.end <= segment.span.end
                assert segment.phonemes[slice(*word.phonemes)].strip(" .,!?;:—…")
            assert "  " not in segment.phonemes
            assert segment.phonemes == segment.phonemes.strip()
