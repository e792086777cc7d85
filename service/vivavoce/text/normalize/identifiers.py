"""Names that mix letters and digits: `R2-D2`, `A380`, `MP3`, `v3.2.1`, `10.0.0.1`, `0x1F`."""

import re
from re import Match

from vivavoce.text.normalize.acronyms import SPOKEN, in_capitals
from vivavoce.text.normalize.fold import WORD_LETTERS
from vivavoce.text.normalize.numbers import ONES, label, plural
from vivavoce.text.normalize.quantities import label_tokens, version
from vivavoce.text.normalize.rule import DIGITS, LETTERS, Said, letters, rule, tokens
from vivavoce.text.normalize.words import name
from vivavoce.text.tokens import Token

_RUN = re.compile(rf"[{WORD_LETTERS}]+|\d+")


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
        said += tokens("point", start, end) if part[0] == "." else label_tokens(match.string, start, end)
    return said


@rule(DIGITS, r"0[xX][0-9A-Fa-f]{1,64}(?!\w)")
def hexadecimal(match: Match[str]) -> str:
    """`0x1F`."""
    return f"zero X {_hexadecimal(match[0][2:])}"


def _hexadecimal(digits: str) -> str:
    return " ".join(ONES[int(digit)] if digit.isdecimal() else digit for digit in digits.upper())


@rule(DIGITS + "ABCDEFabcdef", r"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}(?![\w:])")
def hardware_address(match: Match[str]) -> str:
    """`00:1A:2B:3C:4D:5E`."""
    return " , ".join(_hexadecimal(pair) for pair in re.split("[:-]", match[0]))


@rule(LETTERS + DIGITS, rf"(?:[{WORD_LETTERS}]++\d|\d++[{WORD_LETTERS}])[{WORD_LETTERS}\d]*+(?:'s(?!\w))?")
def mixed(match: Match[str]) -> Said:
    """`R2`, `A380`, `MP3`, `12a`, `RAV4s`: runs of letters and runs of digits."""
    said: list[Token] = []
    runs = list(_RUN.finditer(match.string, *match.span()))
    is_plural = len(runs) > 2 and runs[-1][0] == "s" and runs[-2][0].isdecimal()
    for run in runs[:-2] if is_plural else runs:
        said += _run(match.string, run)
    return said + tokens(plural(label(runs[-2][0])), runs[-2].start(), match.end()) if is_plural else said


def _run(text: str, run: Match[str]) -> list[Token]:
    if run[0].isdecimal():
        return label_tokens(text, *run.span())
    if run[0].isupper() and len(run[0]) > 1:
        is_spelt = len(run[0]) < 4 and run[0] not in SPOKEN
        return tokens(letters(run[0]) if is_spelt else in_capitals(text, *run.span()), *run.span())
    return name(text, *run.span())


FIRST_RULES = (version_name, internet_address, dotted_numbers, hexadecimal, hardware_address)
"""Those that are no number with a unit."""
RULES = (mixed,)
