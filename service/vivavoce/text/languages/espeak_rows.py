"""The languages that espeak-ng reads for us: their codes, its names for them, their scripts.

Left out are those whose writing needs more than it does for them (Japanese, Chinese, Thai, which have no
spaces between words), those that it does not wholly know how to write in IPA (Kyrgyz, Uzbek), those that
nobody grows up with, and English, which has a file of its own.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Row(NamedTuple):
    """A language of espeak-ng's."""

    code: str
    """BCP-47, lower case."""
    voice: str
    """espeak-ng's name of it."""
    scripts: frozenset[str] = frozenset()
    """Whose letters it has besides the Latin ones: the first words of their Unicode names."""


_LATIN = """
    af an az bs ca cs cy da de es es-419 et eu fi fr fr-be fr-ch ga gd hr ht hu id is it ku la lb lt lv mi
    ms mt nb nl no pl pt pt-br ro sk sl sq sv sw tk tr vi
"""
_SCRIPTS = {
    "ARABIC": "ar fa ur",
    "ARMENIAN": "hy",
    "BENGALI": "as bn",
    "CYRILLIC": "be bg kk mk ru sr tt uk",
    "DEVANAGARI": "hi mr ne",
    "ETHIOPIC": "am",
    "GEORGIAN": "ka",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "HANGUL": "ko",
    "HEBREW": "he",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "SINHALA": "si",
    "TAMIL": "ta",
    "TELUGU": "te",
}
_VOICES = {"es-mx": "es-419", "no": "nb"}


def _rows() -> Mapping[str, Row]:
    rows = [Row(code, _VOICES.get(code, code)) for code in [*_LATIN.split(), "es-mx"]]
    for script, codes in _SCRIPTS.items():
        rows += [Row(code, code, frozenset({script})) for code in codes.split()]
    return MappingProxyType({row.code: row for row in sorted(rows)})


ROWS = _rows()
"""Code → row."""
