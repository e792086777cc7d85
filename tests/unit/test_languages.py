"""Other languages than English: every word is said, in symbols that the models have, and in its place."""

import json
import re
import tomllib
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import kokoro
import piper
import pytest

from vivavoce.core import Pronunciation, Segment
from vivavoce.errors import InvalidRequest, Unavailable
from vivavoce.espeak import Clause, Espeak
from vivavoce.models import espeak as written
from vivavoce.text import FrontEnd, languages
from vivavoce.text.ipa import nearest
from vivavoce.text.languages.espeak import symbols_of
from vivavoce.text.languages.espeak_rows import ROWS

DATA = Path(__file__).parents[1] / "data" / "languages"
SENTENCES = tomllib.loads((DATA / "sentences.toml").read_text(encoding="utf-8"))
EVERY = [(code, sentence) for code, sentences in SENTENCES.items() for sentence in sentences]
KOKORO = frozenset(json.loads((kokoro.DATA / "config.json").read_text(encoding="utf-8"))["vocab"])
PIPER = {
    *piper.config("single")["phoneme_id_map"],
    *'0123456789ʰˤε↓#"↑\u0327\u0303\u032a\u032f\u0329\u033a\u033b',
}
MARKS = " .,!?;:—…"


def prepare(front_end: FrontEnd, text: str, language: str, symbols=KOKORO, most: int = 510, **words: str):
    said = [Pronunciation(word, ipa) for word, ipa in words.items()]
    segments = front_end.prepare(
        text, language=language, symbols=symbols, max_phonemes=most, pronunciations=said
    )
    return list(segments)


def phonemes(segments: list[Segment]) -> str:
    return " ".join(segment.phonemes for segment in segments)


def test_sentences_are_ten_in_six_languages() -> None:
    assert {len(sentences) for sentences in SENTENCES.values()} == {10}
    assert len(SENTENCES) == 6


@pytest.mark.parametrize(
    ("ipa", "symbols"),
    [
        ("t͡ʃˈiko d͡ʒˈɔrno", "ʧˈiko ʤˈɔrno"),  # one symbol for an affricate
        ("ˈat͡sːo d͡zˈukːeɾo ɡrˈas͡so", "ˈaʦːo ʣˈukːeɾo ɡrˈaSo"),
        ("kˈa͡ɪt kˈa͡ʊt", "kˈIt kˈWt"),  # and for a diphthong
        ("bˈe͡ɪŋ ˈo͡ʊ ˈə͡ʊ bˈɔ͡ɪ", "bˈAŋ ˈO ˈQ bˈY"),
        ("ˈo͡ɪ ˈɔ͡ø pˈe͡ʊ sɐ̃͡ʊ̃", "ˈoɪ ˈɔø pˈeʊ sɐ̃ʊ̃"),  # others have none
        ("taɪ tʃa", "taɪ tʃa"),  # two sounds that meet are two
        ("ʃˈøːn ɲ ɣ β θ ʁ ɥ ç x r ɾ bʰ", "ʃˈøːn ɲ ɣ β θ ʁ ɥ ç x r ɾ bʰ"),  # length and all else stay
        ("(͡e͡n)wˈiːkˈɛnd(͡f͡r) le-zɑ̃fˈɑ̃", "wˈiːkˈɛnd le-zɑ̃fˈɑ̃"),  # no word about the language of a word
        ("dvˈat͡͡st͡sat͡͡sʲ", "dvˈaʦʦaʦʲ"),
    ],
)
def test_what_espeak_writes_in_kokoros_symbols(ipa: str, symbols: str) -> None:
    assert symbols_of(ipa) == symbols


@pytest.mark.parametrize(
    ("said", "can_say", "nearest_to_it"),
    [
        ("ˈʏ", "ˈyz", "ˈy"), ("ɭʲɵ", "lo", "lo"), ("ʑ", "z", "z"), ("ʑ", "azʒ", "ʒ"), ("le-z", "elz", "lez"),
        ("œ̃ ɲø", "ne ", "e ne"), ("\u032a a", "a ", "a"),
        ("ʧ ʤˈA", "tsdzeiˈ ", "ts dzˈei"),
        ("ç", "c\u0327", "c\u0327"), ("ç", "k", "k"), ("t̪", "t", "t"), ("ẽ", "e\u0303", "e\u0303"),
    ],
)  # fmt: skip
def test_a_sound_that_the_model_lacks_is_the_nearest(said: str, can_say: str, nearest_to_it: str) -> None:
    assert nearest(said, frozenset(can_say)) == nearest_to_it


@pytest.mark.parametrize(("code", "sentence"), EVERY)
def test_every_word_is_said_in_its_place(front_end: FrontEnd, code: str, sentence: str) -> None:
    segments = prepare(front_end, sentence, code)
    words = [(segment, word) for segment in segments for word in segment.words]
    assert set(phonemes(segments)) <= KOKORO
    spans = [word.span for _, word in words]
    assert spans == sorted(spans)
    for segment, word in words:
        assert segment.phonemes[slice(*word.phonemes)].strip("ˈˌ ː")
        assert segment.span.start <= word.span.start < word.span.end <= segment.span.end
    covered = {at for found in re.finditer(r"www\.", sentence) for at in range(*found.span())}
    covered |= {at for span in spans for at in range(*span)}
    assert not [at for at, character in enumerate(sentence) if character.isalnum() and at not in covered]


class Recording(Espeak):
    """Keeps what espeak-ng has said."""

    def __init__(self) -> None:
        super().__init__()
        self.said = ""

    def clauses(self, voice: str, clauses: Sequence[Sequence[str]]) -> list[Clause]:
        answers = super().clauses(voice, clauses)
        self.said += "".join(answer.whole for answer in answers)
        return answers


@pytest.fixture(scope="module")
def recording():
    running = Recording()
    yield running
    running.close()


@pytest.mark.parametrize(("code", "sentence"), EVERY)
def test_a_voice_of_piper_is_fed_just_what_espeak_writes(recording, code: str, sentence: str) -> None:
    recording.said = ""
    spelling = written.Spelling(written.OTHER, PIPER)
    front_end = FrontEnd(load=lambda code: languages.any_language(code, recording))
    segments = prepare(front_end, sentence, code, spelling.symbols)
    fed = "".join(spelling.ipa(segment.phonemes) for segment in segments)
    untied = unicodedata.normalize("NFD", recording.said.replace("\u0361", ""))
    expected = re.sub(r"\([a-z-]+\)", "", untied)
    assert [sound for sound in fed if sound not in MARKS] == [sound for sound in expected if sound != " "]
    assert set(fed) <= PIPER


@pytest.mark.parametrize(
    ("code", "text", "said"),
    [
        ("es", "25", "bˌAntiθˈinko"), ("fr-fr", "80", "katʁəvˈɛ̃"), ("it", "24", "ventikwˈatːro"),
        ("pt-br", "3", "trˈes"), ("hi", "२५", "pˈʌcːis"), ("de", "17", "zˈiːpʦeːn"), ("es-ar", "5", "θˈinko"),
        ("es-mx", "5", "sˈinko"), ("ru", "42", "sˈorɔkdvˈɑ"), ("nl", "2", "tʋˈeː"),
    ],
)  # fmt: skip
def test_digits_are_read(front_end: FrontEnd, code: str, text: str, said: str) -> None:
    symbols = KOKORO | set("ɭ")
    assert phonemes(prepare(front_end, text, code, symbols)) == said + "."


def test_neighbours_are_heard(front_end: FrontEnd) -> None:
    (segment,) = prepare(front_end, "Les amis de M. Dupont", "fr-fr")
    said = [(word.text, segment.phonemes[slice(*word.phonemes)]) for word in segment.words]
    assert said == [
        ("Les", "lez"),
        ("amis", "amˈi"),
        ("de", "də"),
        ("monsieur", "məsjˈø"),
        ("Dupont", "dypˈɔ̃"),
    ]


def test_given_sounds_are_kept(front_end: FrontEnd) -> None:
    text = "El [gato](/ˈɡɑːto/) de Zoë"
    assert phonemes(prepare(front_end, text, "es", Zoë="ˈθo.e")) == "ˈel ɡˈɑːto dˈe θˈoe."
    assert phonemes(prepare(front_end, "[a](/t͡saɪtʃ/)", "de")) == "ʦIʧ."
    lexicon = FrontEnd({"gato": "ɡˈaːto"})
    assert phonemes(prepare(lexicon, "[gato](/ɡaːto/) gato", "es")) == "ɡaːto ɡˈaːto."
    lexicon.close()


@pytest.mark.parametrize("most", [3, 20, 60, 510])
@pytest.mark.parametrize(
    "text", ["a" * 300, "12" * 150, "sí, no. " * 40, "¿qué? " * 60, "camino largo " * 60]
)
def test_no_segment_is_too_long_and_nothing_is_lost(front_end: FrontEnd, text: str, most: int) -> None:
    segments = prepare(front_end, text, "es", most=most)
    assert max(len(segment.phonemes) for segment in segments) <= most
    assert all(segment.phonemes == segment.phonemes.strip() for segment in segments)
    whole = phonemes(prepare(front_end, text, "es", most=100_000))
    assert [sound for sound in phonemes(segments) if sound not in MARKS] == [
        sound for sound in whole if sound not in MARKS
    ]


@pytest.mark.parametrize("text", ["Привет", "hola мир", "नमस्ते"])
def test_a_script_of_another_language_is_refused(front_end: FrontEnd, text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"script, which cannot be spoken in es\.") as raised:
        prepare(front_end, f"{'a ' * 100}{text}" if "hola" in text else text, "es")
    assert raised.value.param == "input"
    assert prepare(front_end, "Hello мир", "ru", KOKORO | set("ɭ"))


def test_every_language_of_the_table_is_one_of_espeaks(front_end: FrontEnd) -> None:
    for row in ROWS.values():
        assert front_end.reads(row.code)
        (said,) = front_end._espeak.clauses(row.voice, [["25"]])
        assert said.whole, row


def test_codes_are_found_by_their_beginning() -> None:
    asked = ("fr-fr", "de-at", "pt-br", "pt-pt", "es-419", "en-us", "en-au", "ja", "zh-cn", "")
    assert [languages.known(code) for code in asked] == [
        "fr", "de", "pt-br", "pt", "es-419", "en-us", None, None, None, None,
    ]  # fmt: skip


def test_without_espeak_it_is_told_what_to_install() -> None:
    english = FrontEnd(load=lambda code: languages.any_language(code, Espeak(lambda: None)))
    with pytest.raises(InvalidRequest, match=r"pip install 'vivavoce\[espeak\]'") as raised:
        prepare(english, "Hola", "es")
    assert raised.value.param == "voice"
    assert prepare(english, "Hello", "en-us")


def test_after_the_end_nothing_is_read() -> None:
    ended = FrontEnd()
    ended.close()
    with pytest.raises(Unavailable, match="Text in es cannot be read just now"):
        prepare(ended, "Hola", "es")
    assert prepare(ended, "Hello", "en-us")
