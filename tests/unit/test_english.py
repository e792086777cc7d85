"""Sentences of English, as a listener would want to hear them."""

import json
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

import pytest

from vivavoce.core import Span
from vivavoce.text.languages import LANGUAGES, language
from vivavoce.text.languages.english import load_us
from vivavoce.text.languages.inflections import US
from vivavoce.text.languages.own_words import own_words
from vivavoce.text.tokens import Kind, Token

MARKS = ".,!?;:—…"
KOKORO = frozenset(
    "AIOQSTWYabcdefhijklmnopqrstuvwxyzæçðøŋœɐɑɒɔɕəɖɚɛɜɟɡɣɤɥɨɪɯɰɲɳɴɸɹɻɽɾʁʂʃʈʊʋʌʎʒʔʝʣʤʥʦʧʨʰʲˈˌːβθχᵊᵝᵻ"
)
"""The sounds in Kokoro's vocabulary."""


@pytest.fixture(scope="module")
def american():
    return language("en-us")


@pytest.fixture(scope="module")
def british():
    return language("en-gb")


def tokens_of(text):
    """Words, letters (`F_`) and marks with a space between them."""
    return [
        Token(
            item.rstrip("_"),
            Span(0, 0),
            Kind.MARK if item in MARKS else Kind.LETTER if item.endswith("_") else Kind.WORD,
        )
        for item in text.split()
    ]


def say(english, text):
    return " ".join(phonemes for phonemes in english.pronounce(tokens_of(text)) if phonemes)


@pytest.mark.parametrize(
    ("text", "phonemes"),
    [
        ("the apple and the pear .", "ði ˈæpᵊl ænd ðə pˈɛɹ"),
        ("to eat , to drink , to .", "tʊ ˈit tə dɹˈɪŋk tu"),
        ("a man in a hat came in .", "ɐ mˈæn ɪn ɐ hˈæt kˈAm ˈɪn"),
        ("I am here . yes , I am .", "ˌI ɐm hˈɪɹ jˈɛs ˌI æm"),
        ("she can . she can go .", "ʃi kˈæn ʃi kæn ɡˌO"),
        ("that is that .", "ðˈæt ɪz ðˈæt"),
        ("I know that you know .", "ˌI nˈO ðæt ju nˈO"),
        ("plan A .", "plˈæn ˈA"),
        ("plan A is an option .", "plˈæn ˈA ɪz ɐn ˈɑpʃən"),
        ("A plan .", "ɐ plˈæn"),
    ],
)
def test_weak_forms(american, text, phonemes):
    assert say(american, text) == phonemes


@pytest.mark.parametrize(
    ("text", "phonemes"),
    [
        ("F_ B_ I_ agents", "ˌɛf bˌi ˈI ˈAʤᵊnts"),
        ("C_ .", "sˈi"),
        ("five G_ P_ U's .", "fˈIv ʤˌi pˌi jˈuz"),
        ("vitamin C_ , D_ .", "vˈITəmən sˈi dˈi"),
    ],
)
def test_letters(american, text, phonemes):
    assert say(american, text) == phonemes


@pytest.mark.parametrize(
    ("text", "phonemes"),
    [
        ("He left .", "hˌi lˈɛft"),
        ("WE WON", "wˈi wˈʌn"),
        ("the US .", "ðə jˌuˈɛs"),
        ("TELL US NOW", "tˈɛl ˈʌs nˈW"),
        ("August is an august month .", "ˈɔɡəst ɪz ɐn ɔɡˈʌst mˈʌnθ"),
    ],
)
def test_capitals(american, text, phonemes):
    assert say(american, text) == phonemes


@pytest.mark.parametrize(
    ("word", "phonemes"),
    [
        ("café", "kæfˈA"),
        ("iPhone", "ˈIfˌOn"),
        ("GitHub", "ɡˈɪthˌʌb"),
        ("OpenAI", "ˌOpᵊnˌAˈI"),
        ("macOS", "mˌækˌOˈɛs"),
        ("McCarthy's", "məkˈɑɹθiz"),
        ("Siobhan", "ʃɪvˈɔn"),
        ("Nguyen's", "wˈɪnz"),
        ("timestamp", "tˈImstˌæmp"),
        ("untokenized", "ˌʌntˈOkənˌIzd"),
        ("zsh", "zˌiˌɛsˈAʧ"),
        ("LLMs", "ˌɛlˌɛlˈɛmz"),
        ("WhatsApp", "wˈʌtsˌæp"),
        ("O'Shea", "ˌOʃˈA"),
    ],
)
def test_words_that_no_dictionary_has(american, word, phonemes):
    assert say(american, f"the {word} .").split()[1] == phonemes


def test_the_british_do_not_say_their_r_and_t_as_americans_do(british):
    assert say(british, "the better car and a bottle of water .") == "ðə bˈɛtə kˈɑː and ɐ bˈɒtᵊl ɒv wˈɔːtə"


def test_given_phonemes_are_kept_and_heard_by_the_word_before(american):
    tokens = [*tokens_of("the"), Token("x", Span(0, 0), Kind.WORD, phonemes="ˈɔx")]
    assert american.pronounce(tokens) == ["ði", "ˈɔx"]


ODD = (
    "a" * 600, "zxqj" * 150, "x'" * 300, "a" * 44 + "''s", "'", "''", "'s", "’tis", "x", "Ω", "привет",
    "漢字", "🎉", "5", "%", "-", "ß", "Æ", "é", "O'", "'n'", "d'd'd'd", "a''s", "IJSSELMEER", "qQqQ", "ǅ",
    "\u200b", "İ",
)  # fmt: skip


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("kind", [Kind.WORD, Kind.LETTER])
def test_nothing_is_left_out_and_only_sounds_of_the_models_come_out(code, kind):
    english = language(code)
    tokens = [Token(text, Span(0, 0), kind) for text in ODD]
    said = english.pronounce(tokens)
    assert len(said) == len(ODD)
    for text, phonemes in zip(ODD, said, strict=True):
        assert phonemes, text
        assert set(phonemes) <= KOKORO, text


def test_american_is_within_the_embedded_voice(american):
    config = json.loads(files("vivavoce").joinpath("voices", "viva", "config.json").read_text("utf-8"))
    sounds = {*config["symbols"], *config["aliases"]}
    for word in (*own_words(US), *ODD):
        assert set(say(american, word)) <= sounds, word


@pytest.mark.parametrize(
    ("word", "known"), [("NASA", True), ("FBI", False), ("Running", True), ("café", True), ("qwrt", False)]
)
def test_knows(american, word, known):
    assert american.knows(word) is known


def test_no_tokens(american):
    assert american.pronounce([]) == []


def test_threads_do_not_disturb_each_other():
    english, fresh = language("en-us"), load_us()
    sentences = [
        tokens_of(f"the blorp{'abcdefghij'[n % 10]}{n % 7 * 'x'}ine will record word{'s' * (n % 3)} .")
        for n in range(200)
    ]
    alone = [english.pronounce(tokens) for tokens in sentences]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(fresh.pronounce, sentences * 4))
    assert together == alone * 4


def test_every_language_of_the_table_loads_under_its_code():
    for code in LANGUAGES:
        assert language(code).code == code
        assert language(code) is language(code)


def test_an_unknown_language_is_a_key_error():
    with pytest.raises(KeyError):
        language("tlh")
