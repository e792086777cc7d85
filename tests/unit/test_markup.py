"""What callers may write into the text: words in IPA, pauses, links; and how IPA becomes symbols."""

import pytest

from vivavoce.core import Span
from vivavoce.errors import InvalidRequest
from vivavoce.text import ipa
from vivavoce.text.markup import Pause, Skip, Spoken, parse

SYMBOLS = frozenset(" .,!?;:—…AIOWYTabdefhijklmnopstuvwzæðŋɑɔəɛɜɡɪɹʃʊʌʒʤʧθᵊᵻˈˌ") - {"a", "e", "o"}


def markup(text: str) -> dict[int, object]:
    return dict(parse(text, SYMBOLS, "en-us"))


def test_a_word_in_brackets_is_said_as_written() -> None:
    text = "I like [Kokoro](/kˈOkəɹO/)."
    assert markup(text) == {7: Spoken(Span(7, 26), "Kokoro", "kˈOkəɹO")}


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("0.5s", 0.5), ("500ms", 0.5), ("10s", 10.0), (".25s", 0.25), (" 1 s ", 1.0), ("2S", 2.0)],
)
def test_a_pause_has_a_length(written: str, seconds: float) -> None:
    text = f"a [pause:{written}] b"
    assert markup(text) == {2: Pause(Span(2, len(text) - 2), seconds)}


@pytest.mark.parametrize("written", ["", "0s", "10.1s", "-1s", "1", "1m", "s", "1e9s", "nan s", "10001ms"])
def test_a_pause_that_is_none_is_refused_by_its_own_words(written: str) -> None:
    with pytest.raises(InvalidRequest, match=r"\[pause:0\.5s\]") as raised:
        markup(f"a [pause:{written}] b")
    assert raised.value.param == "input"
    assert f"[pause:{written}]" in raised.value.message


def test_of_a_link_only_the_text_is_said() -> None:
    text = 'See [the docs](https://a.b/c_(d) "Title") and ![a cat](cat.png).'
    skipped = [text[slice(*item.span)] for item in markup(text).values() if isinstance(item, Skip)]
    assert skipped == ["[", '](https://a.b/c_(d) "Title")', "![", "](cat.png)"]


@pytest.mark.parametrize(
    "text", ["[sic]", "a[0]", "[a] (b)", "[a](b c)", "[](/a/)", "[a\nb](/a/)", "(/a/)", "[[a]"]
)
def test_other_brackets_are_text(text: str) -> None:
    assert markup(text) == {}


def test_a_sound_that_the_model_lacks_is_refused_by_name() -> None:
    with pytest.raises(InvalidRequest, match=r"'ʘ'.*'click'") as raised:
        markup("a [click](/ʘa/)")
    assert raised.value.param == "input"


@pytest.mark.parametrize(
    ("written", "symbols"),
    [
        ("həˈloʊ", "həlˈO"), ("/həˈloʊ/", "həlˈO"), ("[kæt]", "kæt"), ("t͡ʃɜːt͡ʃ", "ʧɜɹʧ"), ("dʒʌdʒ", "ʤʌʤ"),
        ("ˈbʌtɚ", "bˈʌtəɹ"), ("ɡoʊ", "ɡO"), ("go", "ɡo"), ("ˈsiː", "sˈi"), ("bɝd", "bɜɹd"),
        ("ˈlɪt.l̩", "lˈɪtᵊl"), ("'strʌktʃər", "stɹˈʌkʧəɹ"),
        ("faɪnd aʊt ðeɪ bɔɪ", "fInd Wt ðA bY"), ("ˌɪntəˈnæʃənəl", "ˌɪntənˈæʃənəl"), ("kˈOkəɹO", "kˈOkəɹO"),
    ],
)  # fmt: skip
def test_ipa_becomes_symbols(written: str, symbols: str) -> None:
    assert ipa.symbols_of(written) == symbols


def test_british_ipa_keeps_its_own_diphthong() -> None:
    assert ipa.symbols_of("gəʊ", "en-gb") == "ɡQ"
    assert ipa.symbols_of("gəʊ", "en-us") == "ɡO"


def test_the_nearest_sound_stands_in_for_one_that_a_model_lacks() -> None:
    assert ipa.fitted("bax", SYMBOLS) == "bɑk"
    assert ipa.fitted("bax", SYMBOLS | {"a", "x"}) == "bax"


@pytest.mark.parametrize("written", ["", "//", "ˈ", " . "])
def test_an_empty_pronunciation_is_refused(written: str) -> None:
    with pytest.raises(InvalidRequest, match="'word' is empty"):
        ipa.checked("word", written, SYMBOLS, "en-us", param="pronunciations")


@pytest.mark.parametrize("fault", [",", "?", "5", "ǃ"])
def test_marks_and_strange_signs_are_no_sounds(fault: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        ipa.checked("word", f"ə{fault}ə", SYMBOLS, "en-us", param="pronunciations")
    assert raised.value.param == "pronunciations"
    assert f"'{fault}'" in raised.value.message
