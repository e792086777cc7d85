"""Which reading of a homograph a sentence calls for."""

import re
from pathlib import Path

import pytest

from vivavoce.core import Span
from vivavoce.text.languages import grammar, language
from vivavoce.text.tokens import Kind, Token

SENTENCES = Path(__file__).parents[1] / "data" / "homographs.txt"
TOKEN = re.compile(r"(\*?)([A-Za-z]+(?:'[A-Za-z]+)*'?)\*?|([.,!?;:])")


def rows():
    for line in SENTENCES.read_text("utf-8").splitlines():
        if not line.startswith("#"):
            sentence, _, phonemes = line.partition("|")
            yield sentence, phonemes.split()


def tokens_of(sentence):
    return [
        Token(word or mark, Span(0, 0), Kind.WORD if word else Kind.MARK)
        for _, word, mark in TOKEN.findall(sentence)
    ]


@pytest.fixture(scope="module")
def american():
    return language("en-us")


def wrong(english, sentence, wanted):
    """The words in question that are not said as wanted."""
    said = english.pronounce(tokens_of(sentence))
    asked = [index for index, (star, _, _) in enumerate(TOKEN.findall(sentence)) if star]
    pairs = zip(asked, wanted, strict=True)
    return [(sentence, said[index]) for index, phonemes in pairs if phonemes not in ("_", said[index])]


def test_the_sentence_decides(american):
    assert [word for sentence, wanted in rows() for word in wrong(american, sentence, wanted)] == []


def test_the_dictionary_of_the_other_accent_is_told_apart_in_the_same_way():
    british = language("en-gb")
    said = british.pronounce(tokens_of("They refuse to record the record."))
    assert said[1] == "ɹɪfjˈuːz"
    assert said[3] != said[5]


def test_capitals_do_not_hide_a_homograph(american):
    said = american.pronounce(tokens_of("THEY RECORD THE RECORD."))
    assert (said[1], said[3]) == ("ɹəkˈɔɹd", "ɹˈɛkəɹd")


@pytest.mark.parametrize(
    ("sentence", "kinds"),
    [
        ("The old man has quickly read it.", "DJNHAXO."),
        ("Did the nurse record it?", "MDNBO?"),
        ("She wants to boldly go home.", "QZoABN."),
    ],
)
def test_kinds(sentence, kinds):
    words = [token.text.lower() for token in tokens_of(sentence)]
    marks = {".": grammar.costs(".0"), "?": grammar.costs(".0")}
    costs = [marks.get(word) or grammar.word_costs(word) for word in words]
    assert grammar.tag(costs) == kinds.replace("?", ".")


def test_no_words_have_no_kinds():
    assert grammar.tag([]) == ""


def test_every_kind_of_a_word_says_what_follows_it():
    named = {kind for row in grammar.FOLLOWING.values() for kind in row}
    assert named == set(grammar.FOLLOWING) | {"A"}  # adverbs are passed over
