"""The model that sounds out unknown words."""

import re
from importlib.resources import files

import pytest

from vivavoce.text.languages.inflections import US
from vivavoce.text.languages.letter_to_sound import LetterToSound
from vivavoce.text.languages.lexicon import Lexicon

ACCENTS = ("us", "gb")
WORDS = (
    "tokenizer",
    "grafana",
    "zendaya",
    "kubelet",
    "blorptastic",
    "quidditch",
    "phlogistonic",
    "x",
    "bcdfg",
)


@pytest.fixture(scope="module", params=ACCENTS)
def model(request):
    return LetterToSound(f"letter_to_sound_{request.param}.npz")


@pytest.fixture(scope="module")
def american():
    return LetterToSound("letter_to_sound_us.npz")


@pytest.mark.parametrize(
    ("word", "phonemes"),
    [("tokenizer", "tˈOkənˌIzəɹ"), ("blick", "blˈɪk"), ("glamping", "ɡlˈæmpɪŋ"), ("fandom", "fˈændəm")],
)
def test_invented_words_sound_as_anybody_would_say_them(american, word, phonemes):
    assert american.sound_out(word) == phonemes


@pytest.mark.parametrize("word", WORDS)
def test_one_primary_stress_before_a_vowel(model, word):
    phonemes = model.sound_out(word)
    assert phonemes.count("ˈ") == (1 if re.search("[AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ]", phonemes) else 0)
    assert not re.search("[ˈˌ](?![AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻ])", phonemes)


def test_the_same_word_sounds_the_same(model):
    again = LetterToSound.sound_out
    assert [again(model, word) for word in WORDS] == [again(model, word) for word in WORDS]


def test_names_may_sound_otherwise(american):
    words = ("jose", "andre", "francois", "pasquale", "louise", "marche")
    assert any(american.sound_out(word) != american.sound_out(word, is_name=True) for word in words)


def test_it_agrees_with_the_dictionary_about_most_words(american):
    lexicon = Lexicon(US, {})
    words = [word for word in lexicon.words() if word.isalpha() and word.islower() and len(word) > 3][::1500]
    right = sum(_bare(american.sound_out(word)) == _bare(lexicon.find(word)["DEFAULT"]) for word in words)
    assert right / len(words) > 0.6


def test_the_models_are_small():
    data = files("vivavoce.text.languages").joinpath("data")
    sizes = [len(data.joinpath(f"letter_to_sound_{accent}.npz").read_bytes()) for accent in ACCENTS]
    assert sum(sizes) < 2_000_000


def _bare(phonemes):
    return phonemes.replace("ˈ", "").replace("ˌ", "")
