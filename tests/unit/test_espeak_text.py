"""Text of other languages → words and marks, before anything is pronounced; and which sounds are whose."""

import pytest

from vivavoce.text.languages.espeak_alignment import aligned
from vivavoce.text.languages.espeak_text import read
from vivavoce.text.markup import Pause, parse
from vivavoce.text.normalize import Break
from vivavoce.text.pronunciations import Pronunciations
from vivavoce.text.tokens import Kind, Token

SYMBOLS = frozenset(" .,!?;:—…abcdefghijklmnopqrstuvwxyzəˈ")


def items(text: str, language: str = "es"):
    given = Pronunciations({"gif": "xif"}, SYMBOLS)
    return list(read(text, language, parse(text, SYMBOLS, language), given))


def tokens(text: str, language: str = "es") -> str:
    """Words and marks, a bar between them."""
    return "|".join(item.text for item in items(text, language) if isinstance(item, Token))


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("¿Cómo estás? ¡Bien!", "Cómo|estás|?|Bien|!"),
        ("—No sé —dijo—, «ya» (creo).", "—|No|sé|—|dijo|—|,|ya|,|creo|,|."),
        ("3,5 kg, 1.250,75 €; 14:30 - 50%", "3,5|kg|,|1.250,75|€|;|14:30|—|50%"),
        ("-5 °C y 20/05/2024", "-5|°C|y|20/05/2024"),
        ("Cuesta $5 o US$ 10,50; $5-10.", "Cuesta|5|$|o|10,50|$|;|5|$|10|."),
        ("https://www.ejemplo.com/a?b=c.", "ejemplo.com/a?b=c|."),
        ("ana@ejemplo.com, ok.com y snake_case", "ana@ejemplo.com|,|ok.com|y|snake_case"),
        ("**Hola** _ya_ `x` <b>sí</b> 😀 1️⃣ ☺️ :-)", "Hola|ya|x|sí|1️⃣"),
        ("Fin.Luego... sigue… ya?!", "Fin|.|Luego|…|sigue|…|ya|?"),
        ("a & b | c / d", "a|&|b|,|c|,|d"),
        ("EE.UU. y C++", "EE.UU|.|y|C++"),
        ("", ""),
        (" \n\u200b ", ""),
    ],
)
def test_punctuation_shapes_and_the_rest_is_left_as_it_is_written(text: str, read_as: str) -> None:
    assert tokens(text) == read_as


@pytest.mark.parametrize(
    ("language", "text", "read_as"),
    [
        ("es", "El Sr. García, J. L. Borges.", "El|Sr|García|,|J|L|Borges|."),
        ("fr", "M. Dupont, p. 5, etc. Voilà.", "monsieur|Dupont|,|page|5|,|etcétéra|.|Voilà|."),
        ("de", "z. B. er, d.h. ich usw. Ja.", "zum|Beispiel|er|,|das|heißt|ich|und|so|weiter|.|Ja|."),
        ("de", "Am 3. Oktober kam der 2. Mann.", "Am|3.|Oktober|kam|der|2.|Mann|."),
        ("fr", "Il a 5 m. Puis 3 mm.", "Il|a|5|m|.|Puis|3|mm|."),
        ("ru", "В 1990 г. было. В 1991 г. Он", "В|1990|год|было|.|В|1991|год|.|Он"),
        ("de", "Er ist 25. Du bist 30.", "Er|ist|25|.|Du|bist|30|."),
        ("pl", "Dnia 3. maja, np. dziś.", "Dnia|3.|maja|,|np|dziś|."),
        ("es", "Hay 3. maja", "Hay|3|.|maja"),
        ("pt-br", "São R$ 35,90.", "São|35,90|reais|."),
        ("nl", "'s Morgens, foto's", "'s|Morgens|,|foto's"),
        ("fr", "l’ami d'hier « oui »", "l’ami|d'hier|oui"),
        ("hi", "वह आया। कौन?", "वह|आया|.|कौन|?"),
        ("ar", "مرحبا، كيف؟", "مرحبا|,|كيف|?"),
        ("de", "Donau\u00addampf", "Donau\u00addampf"),
    ],
)  # fmt: skip
def test_each_language_has_its_own_dots_and_signs(language: str, text: str, read_as: str) -> None:
    assert tokens(text, language) == read_as


def test_markup_is_the_same_in_every_language() -> None:
    text = "Un [gato](/xəto/) [pause:1s] y [más](https://a.b) GIF\n\n- uno\n- dos"
    found = items(text)
    words = [(item.text, item.phonemes) for item in found if isinstance(item, Token)]
    assert words == [
        ("Un", None), ("gato", "xəto"), ("y", None), ("más", None), ("GIF", "xif"),
        ("uno", None), ("dos", None),
    ]  # fmt: skip
    assert [item.seconds for item in found if isinstance(item, Pause)] == [1.0]
    assert [item.is_paragraph for item in found if isinstance(item, Break)] == [True, False]


def test_a_word_longer_than_espeak_takes_is_said_in_pieces() -> None:
    pieces = [item for item in items("a\u0301" * 50 + " x") if isinstance(item, Token)]
    assert "".join(piece.text for piece in pieces) == "a\u0301" * 50 + "x"
    assert max(len(piece.text) for piece in pieces) <= 41
    assert not any(piece.text.startswith("\u0301") for piece in pieces)


def test_every_span_is_what_was_read() -> None:
    text = "—No: 3,5 € «del Sr. Gil» cuesta $5.\n\nFin"
    for item in items(text):
        if isinstance(item, Token):
            written = text[slice(*item.span)]
            assert item.kind is Kind.MARK or item.text in written


@pytest.mark.parametrize(
    ("whole", "alone", "words"),
    [
        ("lez amˈi", ["le", "amˈi"], ["lez", "amˈi"]),
        ("ðˈos mˈil βˈAnte", ["dˈos mˈil bˈAnte"], ["ðˈos mˈil βˈAnte"]),
        ("ɪnðə hˈWs", ["ɪn", "ðə", "hˈWs"], ["ɪn", "ðə", "hˈWs"]),
        ("hˈWs ɪnðə sˈʌn", ["hˈWs", "ˈɪn", "ðˈə", "sˈʌn"], ["hˈWs", "ɪn", "ðə", "sˈʌn"]),
        ("a pˈi ʦa e bʊˈɔna", ["ˈa", "pˈiʦa", "ˈɛ", "bʊˈɔna"], ["a", "pˈi ʦa", "e", "bʊˈɔna"]),
        ("lapˈiʦa e bʊˈɔna", ["lˈa", "pˈiʦːa", "ˈɛː", "bʊˈɔna"], ["la", "pˈiʦa", "e", "bʊˈɔna"]),
        ("tˈɛn", ["", "tˈɛn", ""], ["", "tˈɛn", ""]),
        ("ɡɾˈaðos θˈe", ["", "θˈe"], ["", "ɡɾˈaðos θˈe"]),
        ("", ["a", "b"], ["a", "b"]),
        ("x", ["abc", "def", "ghi", "jkl", "mno"], ["abc", "def", "ghi", "jkl", "mno"]),
        ("a b c", ["a", "b"], ["a", "b c"]),
        ("", [], []),
    ],
)
def test_sounds_of_a_clause_go_to_its_words(whole: str, alone: list[str], words: list[str]) -> None:
    assert aligned(whole, alone) == words


def test_a_cut_never_parts_a_sound_from_its_signs() -> None:
    assert aligned("kʰˈɑ̃ːm", ["kʰ", "ˈɑ̃ː", "m"]) == ["kʰ", "ˈɑ̃ː", "m"]
    for part in aligned("tʰˈãːtʰˈãːtʰ", ["tʰ", "ãː", "tʰãː", "tʰ"]):
        assert part[0] not in "ʰː\u0303"
        assert part[-1] != "ˈ"
