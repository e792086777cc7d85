"""Wishes in plain words: what is followed, what is not, and how far."""

import re
from dataclasses import astuple
from pathlib import Path

import pytest

from vivavoce.core import Delivery
from vivavoce.text.instructions import WISHES, read


def followed(instructions: str) -> tuple[str, ...]:
    return read(instructions, voice=True)[1]


@pytest.mark.parametrize(
    ("instructions", "words"),
    [
        ("", ()),
        ("Speak in a cheerful and positive tone.", ("cheerful", "positive")),
        ("Please speak VERY SLOWLY, and calmly!", ("very slowly", "calmly")),
        ("a deep voice; a higher pitch", ("deep", "higher")),
        ("in the deep end, on a high note", ()),
        ("Don’t be too loud, never too fast, without sounding robotic", ()),
        ("a little bit faster", ("a little bit faster",)),
        ("Use an Irish accent, like a pirate.", ()),
        ("happy, happy, happy", ("happy",)),
        ("unhappy breakfast", ()),
    ],
)
def test_words_that_are_followed(instructions: str, words: tuple[str, ...]) -> None:
    assert followed(instructions) == words


def test_nothing_to_follow_changes_nothing() -> None:
    assert read("Speak like a pirate.", voice=True) == (Delivery(), ())


def test_words_for_the_same_thing_count_once() -> None:
    assert read("happy and joyful", voice=True)[0] == read("happy", voice=True)[0] != Delivery()


def test_degrees() -> None:
    little, plain, much = (read(f"{degree}slow", voice=True)[0].pace for degree in ("slightly ", "", "very "))
    assert 1 > little > plain > much


def test_a_model_without_pitch_follows_the_rest() -> None:
    calm, words = read("calm, expressive", voice=False)
    assert (calm.pitch_semitones, calm.pitch_range) == (0.0, 1.0)
    assert calm.pace < 1
    assert words == ("calm",)


def test_every_word_of_the_table_is_found_and_all_of_them_stay_within_reason() -> None:
    words = [word for row in WISHES if "(" not in row for word in row.split("|")]
    assert all(followed(f"be {word}.") == (word,) for word in words)
    for delivery in (read(f"very {' very '.join(chosen)}", voice=True)[0] for chosen in (words, words[::-1])):
        assert 0.75 <= delivery.pace <= 1.3
        assert -4 <= delivery.pitch_semitones <= 4
        assert 0.4 <= delivery.pitch_range <= 1.6
        assert -10 <= delivery.gain_db <= 6


def test_no_other_letters_are_taken_for_ours() -> None:
    assert followed("\u017flow, qui\u212a") == ()


def test_the_documentation_has_the_same_table() -> None:
    text = (Path(__file__).parents[2] / "docs" / "voices.md").read_text("utf-8")
    rows = [line.split("|")[1:-1] for line in text.partition("| words |")[2].splitlines()[2:]]
    assert len(rows) == len(WISHES)
    for (words, *numbers), (pattern, delivery) in zip(rows, WISHES.items(), strict=True):
        written = re.findall(r"\w+", words.partition("(")[0])
        assert written == re.findall(r"\w+", pattern.removeprefix("(?:").partition(")")[0])
        *figures, how = (cell.strip().replace("−", "-") for cell in numbers)
        plain = zip(figures, (1.0, 0.0, 1.0, 0.0), strict=True)
        pace, semitones, pitch_range, gain = (float(figure) if figure else own for figure, own in plain)
        assert (pace, semitones, pitch_range, how == "whispered", gain) == astuple(delivery)
