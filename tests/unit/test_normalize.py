"""English text as it is said: a row for every way of writing, then spans, given pronunciations and time."""

import random
import string
from collections.abc import Mapping
from pathlib import Path
from time import process_time

import pytest

from vivavoce.core import Span
from vivavoce.errors import InvalidRequest, UnspeakableInput
from vivavoce.text.markup import Pause, parse
from vivavoce.text.normalize import Break, Item, fold, normalize, scripts
from vivavoce.text.normalize.numbers import cardinal, ordinal, year
from vivavoce.text.pronunciations import Pronunciations
from vivavoce.text.tokens import Kind, Token

SYMBOLS = frozenset(" .,!?;:—…AIOWYTabdefhijklmnopstuvwzæðŋɑɔəɛɜɡɪɹʃʊʌʒʤʧθᵊᵻˈˌ")


def items(text: str, given: Mapping[str, str] | None = None) -> list[Item]:
    return list(normalize(text, parse(text, SYMBOLS, "en-us"), Pronunciations(given or {}, SYMBOLS)))


def tokens(text: str, given: Mapping[str, str] | None = None) -> list[Token]:
    return [item for item in items(text, given) if isinstance(item, Token)]


def spoken(text: str) -> str:
    """Words with spaces, marks after them; / for the end of a line, ¶ for that of a paragraph."""
    said = ""
    for item in items(text):
        if isinstance(item, Break):
            said += " ¶" if item.is_paragraph else " /"
        elif isinstance(item, Pause):
            said += f" <{item.seconds:g}>"
        else:
            said += item.text if item.kind is Kind.MARK else f" {item.text}"
    return said.strip()


ROWS = [
    tuple(part.strip().replace("\\n", "\n") for part in line.split(" | "))
    for line in Path(__file__).parents[1].joinpath("data", "spoken_forms.txt").read_text("utf-8").splitlines()
    if " | " in line and not line.startswith("# text")
]


@pytest.mark.parametrize(("text", "said"), ROWS)
def test_text_is_said_as_a_reader_would(text: str, said: str) -> None:
    assert spoken(text) == said


def test_there_are_rows_for_every_rule() -> None:
    assert len(ROWS) >= 190


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"), (13, "thirteen"), (80, "eighty"), (101, "one hundred one"), (1000, "one thousand"),
        (10**15, "one quadrillion"), (1_000_020, "one million twenty"),
    ],
)  # fmt: skip
def test_cardinals(number: int, words: str) -> None:
    assert cardinal(number) == words


def test_the_largest_cardinal_has_36_digits() -> None:
    assert cardinal(10**36 - 1).startswith("nine hundred ninety nine decillion")


def test_every_ordinal_and_year_is_words_only() -> None:
    for number in range(1, 10_000):
        assert set(ordinal(number) + year(number)) <= {*string.ascii_lowercase, " "}


def test_letters_are_told_from_words() -> None:
    kinds = {token.text: token.kind for token in tokens("NASA and I saw a UFO.")}
    assert kinds == {
        "NASA": Kind.WORD, "and": Kind.WORD, "I": Kind.WORD, "saw": Kind.WORD, "a": Kind.WORD,
        "U": Kind.LETTER, "F": Kind.LETTER, "O": Kind.LETTER, ".": Kind.MARK,
    }  # fmt: skip


def test_words_keep_the_characters_that_they_came_from() -> None:
    text = "Pay $12.50 to Dr. Müller at foo.com, 3rd floor"
    came_from = [(token.text, text[slice(*token.span)]) for token in tokens(text)]
    assert came_from == [
        ("Pay", "Pay"),
        *((word, "$12.50") for word in ("twelve", "dollars", "and", "fifty", "cents")),
        ("to", "to"), ("doctor", "Dr."), ("Muller", "Müller"), ("at", "at"),
        ("foo", "foo"), ("dot", "."), ("com", "com"), (",", ","), ("third", "3rd"), ("floor", "floor"),
    ]  # fmt: skip


def test_long_numbers_keep_a_span_for_each_digit() -> None:
    said = tokens("1" * 40)
    assert [token.span for token in said] == [Span(at, at + 1) for at in range(40)]


def test_a_word_beyond_any_dictionary_is_said_in_pieces() -> None:
    text = "abcdefghij" * 60
    said = tokens(text)
    assert "".join(token.text for token in said) == text
    assert max(len(token.text) for token in said) <= 45
    assert all(text[slice(*token.span)] == token.text for token in said)


def test_folding_keeps_every_position() -> None:
    text = "“Ｆｕｌｌ” — naïve ﬁancée, ½ ≠ Ⅷ, e\u0301, \u200b👍🏽\u2028\r\n№"
    assert len(fold(text)) == len(text)


def test_given_pronunciations_win_over_every_rule() -> None:
    given = {"SQL": "sˈikwəl", "new york": "nˈu jˈɔɹk", "C++": "sˈi", "Zoë": "zˈOi", "dollars": "bˈʌks"}
    said = tokens("Sql in NEW YORK's C++ by Zoë and Zoe for $5, not MySQL", given)
    assert {token.text: token.phonemes for token in said if token.phonemes} == {
        "Sql": "sˈikwəl", "NEW YORK's": "nˈu jˈɔɹks", "C++": "sˈi", "Zoë": "zˈOi", "dollars": "bˈʌks",
    }  # fmt: skip


def test_the_longest_given_word_wins_and_parts_of_words_do_not_match() -> None:
    given = {"new": "nˈu", "new york": "jˈɔɹk"}
    said = [(token.text, token.phonemes) for token in tokens("new york new newer", given)]
    assert said == [("new york", "jˈɔɹk"), ("new", "nˈu"), ("newer", None)]


def check(text: str, given: Mapping[str, str] | None = None) -> None:
    scripts.check(text, parse(text, SYMBOLS, "en-us"), Pronunciations(given or {}, SYMBOLS), "en-us")


@pytest.mark.parametrize(
    ("text", "letter", "script"),
    [
        ("Say 你好 now", "你", "CJK"),
        ("a Привет", "П", "Cyrillic"),
        ("3 ひ", "ひ", "Hiragana"),
        ("x שלום", "ש", "Hebrew"),
    ],
)
def test_a_letter_that_cannot_be_said_is_refused_by_name(text: str, letter: str, script: str) -> None:
    with pytest.raises(InvalidRequest, match=f"'{letter}'.*{script}.*en-us") as raised:
        check(text)
    assert (raised.value.param, raised.value.code) == ("input", "invalid_value")


def test_a_text_of_such_letters_alone_is_unspeakable() -> None:
    with pytest.raises(UnspeakableInput, match="你"):
        check("你好!")


def test_such_letters_may_have_a_pronunciation() -> None:
    check("Say [你好](/ni haʊ/) now")
    check("Say 你好 now", {"你好": "ni"})


@pytest.mark.parametrize("text", ["naïve Ærø", "α and Ω", "ﬁn ½ ℝ µ ª", "👍🏽 → ① ə"])
def test_latin_greek_and_signs_can_be_said(text: str) -> None:
    check(text)


ALPHABET = [
    *string.printable,
    *"“”’–—…½²³°€£¥µΩαßæ\u00ad\u0301\u200b👍🏽🇩🇪éⅧ①≤∞ﬁ１٣",
    *("Dr.", "St.", "e.g.", "a.m.", "$1.2M", "5 kg", "3:30", "1/2", "IV", "HTTP", "iPhone", "http://a.b"),
    *("c@d.ef", "v1.2", "'90s", "Jan.", "'em", "x^2", "[a](b)", "version ", "1,234.5"),
]


def test_any_text_becomes_words_without_figures() -> None:
    chance = random.Random(7)
    for _ in range(400):
        text = "".join(chance.choices(ALPHABET, k=chance.randrange(1, 30)))
        for token in tokens(text):
            assert token.text
            assert not any(character.isdigit() or character.isspace() for character in token.text), text
            assert 0 <= token.span.start <= token.span.end <= len(text)


FLOODS = ("1", "1.", "1-", ".", "(", "[a](", "http://", "a.", "a@b.", "a/", "*", "e\u0301")


@pytest.mark.parametrize("flood", FLOODS)
def test_no_text_takes_more_than_linear_time(flood: str) -> None:
    few, many = (min(_seconds((flood * length)[:length]) for _ in range(3)) for length in (512, 2048))
    assert many < 9 * few  # four times the text: 4 if linear, 16 if quadratic


def _seconds(text: str) -> float:
    began = process_time()
    items(text)
    return process_time() - began
