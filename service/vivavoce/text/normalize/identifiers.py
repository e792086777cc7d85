"""Names that mix letters and digits (`R2-D2`, `A380`, `MP3`, `v3.2.1`), and roman numerals."""

import re
from re import Match

from vivavoce.text.normalize.acronyms import SPOKEN, in_capitals
from vivavoce.text.normalize.context import NEAR, word_before
from vivavoce.text.normalize.numbers import ONES, cardinal, label, ordinal, plural
from vivavoce.text.normalize.quantities import version
from vivavoce.text.normalize.rule import DIGITS, LETTERS, Rule, Said, letters, listed, rule, tokens
from vivavoce.text.normalize.words import name
from vivavoce.text.tokens import Token

_RUN = re.compile(r"[A-Za-z]+|\d+")


@rule(LETTERS, r"[vV](\d{1,4}(?:\.\d{1,4}){0,6})(?![\w]|\.\d)")
def version_name(match: Match[str]) -> str:
    """`v3.2.1`."""
    return f"version {version(match[1])}"


@rule(DIGITS, r"\d{1,3}(?:\.\d{1,3}){3}(?![\w.])(?::(\d{1,5})(?!\d))?")
def internet_address(match: Match[str]) -> str | None:
    """`10.0.0.1:8080`."""
    address, _, port = match[0].partition(":")
    if any(int(part) > 255 for part in address.split(".")):
        return None
    said = version(address, "dot")
    return f"{said} port {label(port)}" if port else said


@rule(DIGITS, r"\d++(?:\.\d++){2,}")
def dotted_numbers(match: Match[str]) -> list[Token]:
    """`2.0.1`: each part with its own span."""
    said: list[Token] = []
    for part in re.finditer(r"\d+|\.", match[0]):
        start, end = match.start() + part.start(), match.start() + part.end()
        said += tokens("point" if part[0] == "." else label(part[0]), start, end)
    return said


@rule(DIGITS, r"0[xX][0-9A-Fa-f]{1,64}(?!\w)")
def hexadecimal(match: Match[str]) -> str:
    """`0x1F`."""
    return f"zero X {_hexadecimal(match[0][2:])}"


def _hexadecimal(digits: str) -> str:
    return " ".join(ONES[int(digit)] if digit.isdigit() else digit for digit in digits.upper())


@rule(DIGITS + "ABCDEFabcdef", r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}(?![\w:])")
def hardware_address(match: Match[str]) -> str:
    """`00:1A:2B:3C:4D:5E`."""
    return " , ".join(_hexadecimal(pair) for pair in re.split("[:-]", match[0]))


@rule(LETTERS + DIGITS, r"(?:[A-Za-z]++\d|\d++[A-Za-z])[A-Za-z\d]*+(?:'s(?!\w))?")
def mixed(match: Match[str]) -> Said:
    """`R2`, `A380`, `MP3`, `12a`, `RAV4s`: runs of letters and runs of digits."""
    said: list[Token] = []
    runs = list(_RUN.finditer(match.string, *match.span()))
    if len(runs) > 2 and runs[-1][0] == "s":
        runs.pop()
    plural_s = match[0][-1] == "s" and runs[-1].end() != match.end()
    for run in runs:
        said += _run(match.string, run, plural_s=plural_s and run is runs[-1])
    return said


def _run(text: str, run: Match[str], *, plural_s: bool) -> list[Token]:
    if run[0].isdigit():
        said = label(run[0])
        return tokens(plural(said) if plural_s else said, *run.span())
    if run[0].isupper() and len(run[0]) > 1:
        is_spelt = len(run[0]) < 4 and run[0] not in SPOKEN
        return tokens(letters(run[0]) if is_spelt else in_capitals(text, *run.span()), *run.span())
    return name(text, *run.span())


_NUMBERED = listed(
    """
    act annex appendix article book canto chapter class episode figure grade group league level mark
    movement number page part phase psalm round rule scene season section stage step superbowl bowl
    table tier title tome type unit version vol volume war
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
    is_number = numeral in _CLEAR or (
        len(numeral) > 1 and numeral not in ("XL", "LI") and before[:1].isupper()
    )
    if before.lower() in _NUMBERED and (numeral != "I" or before[0].isupper()):
        is_number = True
    return f"{cardinal(value)}{ending or ''}" if is_number else None


@rule("ivx", r"[ivx]{2,6}(?!\w)")
def small_roman(match: Match[str]) -> str | None:
    """`scene ii`."""
    numeral = match[0].upper()
    before = word_before(match.string, match.start()).removesuffix(".")
    return cardinal(_value(numeral)) if before.lower() in _NUMBERED and _ROMAN.fullmatch(numeral) else None


def _names_a_ruler(match: Match[str], before: str, numeral: str) -> bool:
    if numeral == "I" and not re.match(r"(?: of\b|,|'s| was\b| and\b|\.|$)", match.string[match.end() :][:5]):
        return False
    ranked = _RANKED.search(match.string[max(0, match.start() - NEAR) : match.start()])
    return before in _RULERS or bool(ranked and ranked[1] in _RANKS and before[:1].isupper())


def _value(numeral: str) -> int:
    values = [_VALUES[letter] for letter in numeral]
    return sum(
        -value if value < following else value
        for value, following in zip(values, [*values[1:], 0], strict=True)
    )


FIRST_RULES: tuple[Rule, ...] = (version_name, internet_address, dotted_numbers, hexadecimal, hardware_address)
"""Those that are no number with a unit."""
RULES: tuple[Rule, ...] = (mixed, roman, small_roman)
