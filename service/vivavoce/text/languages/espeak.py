"""A language that espeak-ng reads: the tokens of a sentence come in, the phonemes of each go out.

It writes IPA, and Kokoro's symbols are nearly that: one letter for a diphthong or an affricate that it ties
(misaki's espeak.py, with which Kokoro was trained), and all other sounds as it writes them. A family whose
models know plain IPA takes the letters apart again.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from types import MappingProxyType
from unicodedata import category, normalize

from vivavoce.errors import InvalidRequest, Unavailable
from vivavoce.espeak import Espeak, EspeakError
from vivavoce.text.languages import espeak_text
from vivavoce.text.languages.espeak_alignment import aligned
from vivavoce.text.languages.espeak_rows import Row
from vivavoce.text.markup import Markup
from vivavoce.text.normalize import Item, scripts
from vivavoce.text.pronunciations import Pronunciations
from vivavoce.text.tokens import Kind, Token

TIED: Mapping[str, str] = MappingProxyType(
    {
        "a͡ɪ": "I", "a͡ʊ": "W", "e͡ɪ": "A", "o͡ʊ": "O", "ə͡ʊ": "Q", "ɔ͡ɪ": "Y", "d͡z": "ʣ", "d͡ʒ": "ʤ",
        "s͡s": "S", "t͡s": "ʦ", "t͡ʃ": "ʧ",
    }
)  # fmt: skip
"""Sounds with a symbol of their own."""
TIE = "\u0361"
_TIED = re.compile("|".join(TIED))
_SWITCH = re.compile(rf"\([a-z0-9{TIE}-]+\)")
"""Where a foreign word begins or ends: `(en)…(de)`."""
_KEPT = "\u200c\u200d"
"""Joiners, which tell letters of Hindi and Persian how they meet."""
_READ_AS = str.maketrans("₀₁₂₃₄₅₆₇₈₉’", "0123456789'")
"""Signs that not every language of espeak-ng's knows."""


class EspeakLanguage:
    """Pronounces a language with espeak-ng. It never changes, so any number of threads may ask at once."""

    def __init__(self, row: Row, espeak: Espeak) -> None:
        self.code = row.code
        self._row = row
        self._espeak = espeak

    def read(self, source: str, markup: Mapping[int, Markup], given: Pronunciations) -> Iterator[Item]:
        """See `text.tokens.Language`."""
        scripts.check(source, markup, given, self.code, also=self._row.scripts)
        return espeak_text.read(source, self.code, markup, given)

    def pronounce(self, tokens: Sequence[Token]) -> list[str]:
        """See `text.tokens.Language`. Raises Unavailable if espeak-ng dies over it."""
        runs = [(asked, list(run)) for asked, run in groupby(tokens, _is_asked)]
        clauses = [list(_written(run)) for asked, run in runs if asked]
        try:
            answers = iter(self._espeak.clauses(self._row.voice, clauses) if clauses else ())
        except EspeakError as error:
            raise Unavailable(f"Text in {self.code} cannot be read just now: {error}.") from None
        said: list[str] = []
        for asked, run in runs:
            if asked:
                answer = next(answers)
                said += aligned(symbols_of(answer.whole), [symbols_of(word) for word in answer.words])
            else:
                said += [token.phonemes or "" for token in run]
        return said


def load(row: Row, espeak: Espeak) -> EspeakLanguage:
    """The language of `row`. Raises InvalidRequest if espeak-ng is not installed."""
    if espeak.library is None:
        raise InvalidRequest(
            f"Text in {row.code} is read with espeak-ng, which is not installed here: "
            "pip install 'vivavoce[espeak]'.",
            param="voice",
        )
    return EspeakLanguage(row, espeak)


def symbols_of(ipa: str) -> str:
    """What espeak-ng writes, with ties, in Kokoro's symbols."""
    text = _SWITCH.sub("", ipa).replace(TIE * 2, TIE)
    plain = _TIED.sub(lambda found: TIED[found[0]], text).replace(TIE, "")
    return " ".join(plain.split())


def _is_asked(token: Token) -> bool:
    """Whether espeak-ng is to say it."""
    return token.kind is not Kind.MARK and token.phonemes is None


def _written(words: Sequence[Token]) -> Iterator[str]:
    """The words as espeak-ng reads them best."""
    is_ordinal = False
    for word in words:
        text = normalize("NFC", word.text.translate(_READ_AS))
        text = "".join(sign for sign in text if category(sign) != "Cf" or sign in _KEPT)
        # It takes `3. Oktober` for two sentences.
        yield text.lower() if is_ordinal else text
        is_ordinal = text.endswith(".")
