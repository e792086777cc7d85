"""Roman numerals: of rulers (`Henry VIII`), of numbered things (`Chapter IV`), of centuries."""

import re
from re import Match

from vivavoce.text.normalize.context import NEAR, sentence_ends, word_before
from vivavoce.text.normalize.numbers import cardinal, ordinal
from vivavoce.text.normalize.rule import listed, rule

_NUMBERED = listed(
    """
    act annex appendix article book canto chapter class episode figure grade group league level mark
    movement number page part phase psalm round rule scene season section stage step superbowl bowl
    table tier title tome ch chs fig vol sec art p pp app type unit version volume war
    """
)
_RULERS = listed(
    """
    Albert Alexander Alfonso Anne Baldwin Benedict Boniface Carl Catherine Charles Christian Clement
    Constantine Cyrus Darius David Edward Elizabeth Emmanuel Ferdinand Francis Franz Frederick George
    Gregory Gustav Haakon Harald Henry Innocent Ivan James John Joseph Juan Julius Karl Leo Leopold
    Louis Ludwig Mary Maria Mehmed Michael Napoleon Nicholas Olav Otto Paul Peter Philip Philippe Pius
    Ptolemy Ramesses Ramses Richard Robert Rudolf Selim Sixtus Stephen Suleiman Theodore Umberto Urban
    Victor Vittorio Wilhelm William Xerxes Carlos Felipe Pedro Elisabeth Margaret Margrethe Isabella
    Amenhotep Thutmose
    """
)
_RANKS = listed("King Queen Pope Emperor Empress Tsar Czar Prince Princess Duke Sultan Pharaoh Kaiser")
_ROMAN = re.compile(r"(?=[IVXL])L?X{0,3}(?:IX|IV|V?I{0,3})|XL(?:IX|IV|V?I{0,3})")
_CLEAR = listed("II III VII VIII IX XII XIII XIV XVI XVII XVIII XIX")
"""Numerals that are hardly ever anything else."""
_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50}
_RANKED = re.compile(r"(\w+) +\w+ +\Z")


@rule("IVXL", r"([IVXL]{1,8})('s)?(?![\w']|\.\w)")
def roman(match: Match[str]) -> str | None:
    """`Henry VIII`, `World War II`, `Chapter IV`, `XIX century`."""
    numeral, ending = match.groups()
    if not _ROMAN.fullmatch(numeral):
        return None
    before = word_before(match.string, match.start()).removesuffix(".")
    value = _value(numeral)
    if _names_a_ruler(match, before, numeral):
        return f"the {ordinal(value)}{ending or ''}"
    if match.string.startswith(" century", match.end()):
        return ordinal(value)
    return f"{cardinal(value)}{ending or ''}" if _is_number(before, numeral) else None


def _is_number(before: str, numeral: str) -> bool:
    follows_name = before[:1].isupper()
    if before.lower() in _NUMBERED:
        return follows_name or numeral != "I"
    return numeral in _CLEAR or (follows_name and len(numeral) > 1 and numeral not in ("XL", "LI"))


@rule("ivx", r"[ivx]{2,6}(?!\w)")
def small_roman(match: Match[str]) -> str | None:
    """`scene ii`."""
    numeral = match[0].upper()
    before = word_before(match.string, match.start()).removesuffix(".").lower()
    return cardinal(_value(numeral)) if before in _NUMBERED and _ROMAN.fullmatch(numeral) else None


def _names_a_ruler(match: Match[str], before: str, numeral: str) -> bool:
    """Whether a ruler's name stands before; the V of `John V. Smith` and most I are something else."""
    following = match.string[match.end() : match.end() + 5]
    is_initial = len(numeral) == 1 and re.match(r"\. [A-Z]", following)
    if is_initial and not sentence_ends(match.string, match.end() + 1):
        return False
    if numeral == "I" and not re.match(r"(?: of\b| was\b| and\b|[,.']|\Z)", following):
        return False
    ranked = _RANKED.search(match.string[max(0, match.start() - NEAR) : match.start()])
    return before in _RULERS or bool(ranked and ranked[1] in _RANKS and before[:1].isupper())


def _value(numeral: str) -> int:
    values = [_VALUES[letter] for letter in numeral]
    return sum(
        -value if value < following else value
        for value, following in zip(values, [*values[1:], 0], strict=True)
    )


RULES = (roman, small_roman)
