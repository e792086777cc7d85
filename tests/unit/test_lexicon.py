"""Words of the dictionaries, and what is told from them."""

import pytest

from vivavoce.text.languages.inflections import GB, US
from vivavoce.text.languages.lexicon import DEFAULT, Lexicon, folded
from vivavoce.text.languages.own_words import own_words


@pytest.fixture(scope="module")
def american():
    return Lexicon(US, own_words(US))


@pytest.fixture(scope="module")
def british():
    return Lexicon(GB, own_words(GB))


@pytest.mark.parametrize(
    ("word", "phonemes"),
    [
        ("cat", "kˈæt"),
        ("Cat", "kˈæt"),
        ("CAT", "kˈæt"),
        ("paris", "pˈɛɹəs"),
        ("NASA", "nˈæsə"),
        ("waiting", "wˈATɪŋ"),
        ("googled", "ɡˈuɡᵊld"),
        ("emailing", "ˈimˌAlɪŋ"),
        ("unfriended", "ˌʌnfɹˈɛndᵻd"),
        ("podcasting", "pˈɑdkˌæstɪŋ"),
        ("kayaked", "kˈIˌækt"),
        ("Teslas", "tˈɛsləz"),
        ("iPads", None),
        ("James's", "ʤˈAmzᵻz"),
        ("boss's", "bˈɔsᵻz"),
        ("cats'", "kˈæts"),
        ("Linux's", "lˈɪnəksᵻz"),
        ("goin'", "ɡˈOɪn"),
        ("can't", "kˈænt"),
        ("shouldn't've", "ʃˈʊdᵊntəv"),
        ("y'all'd've", "jˈɔldəv"),
        ("Tom'll", "tˈɑmᵊl"),
        ("it'd", "ˈɪTəd"),
        ("zxcvb", None),
    ],
)
def test_american_words(american, word, phonemes):
    found = american.find(word)
    assert (found and found[DEFAULT]) == phonemes


@pytest.mark.parametrize(
    ("word", "phonemes"),
    [("waiting", "wˈAtɪŋ"), ("boss's", "bˈɒsɪz"), ("better", "bˈɛtə"), ("doctors'", "dˈɒktəz")],
)
def test_british_words(british, word, phonemes):
    found = british.find(word)
    assert found is not None
    assert found[DEFAULT] == phonemes


def test_a_silent_r_is_heard_before_a_vowel(british):
    found = british.find("doctoring")
    assert found is not None
    assert found[DEFAULT] == "dˈɒktəɹɪŋ"


def test_own_words_come_before_the_dictionaries(american):
    assert american.find("lead") == {DEFAULT: "lˈid", "METAL": "lˈɛd"}


def test_a_name_of_ours_does_not_hide_the_word(american):
    assert "NAME" in american.find("Nice")
    assert "NAME" not in american.find("nice")


def test_letters_are_spelt_with_stress_on_the_last(american):
    assert american.spelt("FBI") == "ˌɛfbˌiˈI"
    assert american.spelt("w") == "dˈʌbᵊlju"


def test_readings_are_inflected_one_by_one(american):
    assert american.find("podcasts'") is not None
    records = american.find("records")
    assert records["VERB"] == "ɹəkˈɔɹdz"


def test_long_strings_are_no_words(american):
    assert american.find("'d" * 300) is None


@pytest.mark.parametrize(
    ("word", "plain"), [("café", "cafe"), ("O’Shea", "O'Shea"), ("Ω", ""), ("naïve", "naive")]
)
def test_folded(word, plain):
    assert folded(word) == plain
