"""Amounts, counts and names in digits: percent, fractions, ranges, ordinals, sizes, signs, plain numbers."""

import re
from re import Match

from vivavoce.core import Span
from vivavoce.text.normalize.context import NEAR, word_before
from vivavoce.text.normalize.numbers import (
    MAX_BARE_DIGITS,
    NUMBER,
    ONES,
    QUANTITY,
    cardinal,
    decimal,
    label,
    ordinal_of,
    plural,
    quantity,
    whole,
)
from vivavoce.text.normalize.rule import DIGITS, Said, listed, rule, tokens
from vivavoce.text.tokens import Kind, Token

SUFFIXES = {
    "k": "thousand", "K": "K", "M": "million", "mn": "million", "B": "billion", "bn": "billion",
    "tn": "trillion",
}  # fmt: skip
SPELT_AFTER = listed("call dial phone ring code pin zip ext extension passcode otp")
LABELS_AFTER = listed(
    """
    airbus apartment apt area boeing building bus channel flight gate highway hwy interstate line model
    platform porsche rm room port route rt suite train unit xbox
    """
)
VERSIONS_AFTER = listed(
    """
    android build chrome cuda debian fedora firefox firmware go ios java kernel macos node php postgres
    python release rev revision rust safari ubuntu v ver version
    """
)
SPECIAL_FRACTIONS = {
    "24/7": "twenty four seven",
    "24/7/365": "twenty four seven three sixty five",
    "9/11": "nine eleven",
    "50/50": "fifty fifty",
}


@rule(DIGITS + ".", rf"({QUANTITY}) ?%")
def percent(match: Match[str]) -> str:
    """`50%`."""
    return f"{quantity(match[1])} percent"


@rule(DIGITS, r"(?:24/7(?:/365)?|9/11|50/50)(?![\d/])")
def special_fraction(match: Match[str]) -> str:
    """`24/7`."""
    return SPECIAL_FRACTIONS[match[0]]


@rule(DIGITS, r"(\d{1,4})(\.\d)?/(\d{1,4})(?![\d/])")
def fraction(match: Match[str]) -> str:
    """`3/4`, `7/10`, `22/7`."""
    above, below = int(match[1]), int(match[3])
    if match[2]:
        return f"{decimal(match[1] + match[2])} out of {cardinal(below)}"
    if below in (10, 100) and not match.string.startswith(" of ", match.end()):
        return f"{cardinal(above)} out of {cardinal(below)}"
    if above == below:
        return f"{cardinal(above)} {cardinal(below)}"
    if 2 <= below <= 10 or (above < below and below in (12, 16, 32, 64)):
        return quantity(match[0])
    return f"{cardinal(above)} over {cardinal(below)}"


@rule(DIGITS + "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒", rf"{QUANTITY}(?<!\d)|\d{{1,3}}[ -]\d{{1,2}}/\d{{1,2}}(?![\d/])")
def mixed(match: Match[str]) -> str:
    """`2½`, `1 1/2`."""
    return quantity(match[0])


@rule(DIGITS, r"(\d{1,3}(?:,\d{3}){1,5}|\d{1,15})(?:st|nd|rd|th|ST|ND|RD|TH)(?!\w)")
def ordinal(match: Match[str]) -> str:
    """`22nd`."""
    return ordinal_of(whole(match[1]))


@rule(DIGITS, r"(\d{1,6}(?:\.\d{1,4})?)[xX×*](?=\d)|(\d{1,6}(?:\.\d{1,4})?) x (?=\d)")
def size(match: Match[str]) -> str:
    """`1920x1080`, `3 x 5`: the first of two sides and the `by` after it."""
    after = match.string[match.end() : match.end() + 20]
    is_product = match[0][-1] == "*" or (match[0][-1] == "×" and ("=" in after or after.startswith("10^")))
    return f"{_side(match[1] or match[2])} {'times' if is_product else 'by'}"


def _side(digits: str) -> str:
    return label(digits) if digits.isdecimal() and len(digits) in (3, 4) else decimal(digits)


@rule(DIGITS, r"(?<=\d[xX×])(\d{3,4})(?!\w)")
def second_side(match: Match[str]) -> str:
    """The second side of a size."""
    return _side(match[1])


@rule(DIGITS, r"(\d{1,15}(?:\.\d{1,15})?)[eE]([-+]?)(\d{1,3})(?!\w)")
def scientific(match: Match[str]) -> str:
    """`1.5e-10`."""
    minus = "minus " if match[2] == "-" else ""
    return f"{decimal(match[1])} times ten to the power of {minus}{cardinal(int(match[3]))}"


@rule(DIGITS, rf"({NUMBER})(?:(k|K|M|B(?! [A-Z]))| ?(mn|bn|tn))(?!\w)")
def scaled(match: Match[str]) -> str | None:
    """`350k`, `1.1M`, `2 bn`; capital K stays a letter, as in `a 5K run`; not the end of `i7-9700K`."""
    if re.search(r"[A-Za-z]\d{0,4}-\Z", match.string[max(0, match.start() - 6) : match.start()]):
        return None
    return f"{decimal(match[1])} {SUFFIXES[match[2] or match[3]]}"


@rule(DIGITS, rf"({NUMBER})x(?!\w|\^|[²³]| ?[-+*/=<>])")
def times(match: Match[str]) -> str:
    """`10x faster`."""
    return f"{decimal(match[1])} {'time' if match[1] == '1' else 'times'}"


@rule(DIGITS, r"(\d{1,3}(?:,\d{3})+|\d{1,4})'?s(?!\w)")
def several(match: Match[str]) -> str:
    """`1s and 0s`, `the 747s`, `100s of`."""
    number = match[1].replace(",", "")
    if number in ("100", "1000"):
        return "hundreds" if number == "100" else "thousands"
    return plural(label(number) if number == match[1] else whole(match[1]))


@rule("-", r"-(?=[$£€¥₹]?\.?\d)")
def sign(match: Match[str]) -> str | None:
    """`-40`: a dash that stands before a number and after no word."""
    before = match.string[match.start() - 1] if match.start() else " "
    return "minus" if before in " \n(\"'=,:;<>/*" else None


_TFEL = re.compile(r" ?[%°]?([\d,]*\d)(?!,?\d)")
"""The number on the left, backwards."""
_HALF_OF_DAY = re.compile(r"[aApP]\.?[mM]\.? ?\Z")
_EQUALS = re.compile(" ?=")
_RIGHT = re.compile(r"[ $£€¥₹]{0,2}(\d[\d,]*)")


@rule("-–", r"[-–](?= ?[$£€¥₹]?\d)")
def between_numbers(match: Match[str]) -> str | None:
    """`5-10`: `to`, or nothing in a name such as `747-400`; `10 - 3 =` is a difference."""
    text, start, end = match.string, match.start(), match.end()
    left = _TFEL.match(text[max(0, start - NEAR) : start][::-1])
    right = _RIGHT.match(text[end : end + NEAR])
    if not left or not right:
        return "to" if right and _HALF_OF_DAY.search(text[max(0, start - 5) : start]) else None
    if _EQUALS.match(text, end + right.end()):
        return "minus"
    if _names_a_thing(text, start - len(left[0])):
        return ""
    if text[start - 1] == " " and text[end] != " ":
        return None
    low, high = int(left[1][::-1].replace(",", "")), int(right[1].replace(",", ""))
    is_range = low < high or max(low, high) < 100 or (len(left[1]) == 4 and len(right[1]) == 2)
    return "to" if is_range else ""


def _names_a_thing(text: str, position: int) -> bool:
    """Whether the number that begins at `position` is part of a name: `Boeing 737-800`, `ISO-8859-1`."""
    before = text[max(0, position - 2) : position]
    if before[-1:].isalpha() or (before[-1:] == "-" and before[:1].isalpha()):
        return True
    return word_before(text, position).lower() in LABELS_AFTER


@rule(DIGITS, r"\d{1,6}(?:-\d{1,6}){2,8}(?![\w-])|\d{5}-\d{4}(?![\w-])|\d{4}(?: \d{4}){2,4}(?! ?\d)")
def groups(match: Match[str]) -> list[Token]:
    """`978-3-16-148410-0`, `4111 1111 1111 1111`: digit by digit, with a breath between the groups."""
    said: list[Token] = []
    for group in re.finditer(r"\d+", match[0]):
        if said:
            said.append(Token(",", said[-1].span, Kind.MARK))
        said += digit_tokens(match.string, match.start() + group.start(), match.start() + group.end())
    return said


@rule(
    DIGITS + ".",
    r"(\d{1,2}(?:,\d\d){1,5},\d{3}(?!\d)|\d++(?:,\d{3}(?!\d))*+)(\.\d++)?|(?<![\w.])(\.\d++)",
)
def plain(match: Match[str]) -> Said:
    """Any other number."""
    before = word_before(match.string, match.start())
    cue = before.lower().rstrip(".")
    if match[0].isdecimal():
        return _bare(match, cue, before)
    if cue in VERSIONS_AFTER and match[2] and match[1].isdecimal():
        return version(match[0])
    said = tokens(whole(match[1]), *match.span(1)) if match[1] else []
    return said + digit_tokens(match.string, max(match.start(), match.end(1)), match.end())


def _bare(match: Match[str], cue: str, before: str) -> Said:
    digits = match[0]
    if cue in SPELT_AFTER or len(digits) > MAX_BARE_DIGITS or (len(digits) == 5 and _is_state(before)):
        return digit_tokens(match.string, *match.span())
    return label(digits) if _is_label(digits, cue, before) else whole(digits)


def _is_state(before: str) -> bool:
    """Whether the word before a postal code is a state: `CA`, `D.C.`"""
    return len(before.replace(".", "")) == 2 and before.isupper()


def _is_label(digits: str, cue: str, before: str) -> bool:
    names_a_thing = cue in LABELS_AFTER or (2 <= len(before) <= 3 and before.isalpha() and before.isupper())
    return len(digits) in (3, 4) and names_a_thing


def version(text: str, joint: str = "point") -> str:
    """`3.11` → `three point eleven`."""
    return f" {joint} ".join(label(part) for part in text.split("."))


def digit_tokens(text: str, start: int, end: int) -> list[Token]:
    """Digit by digit, each with its own span; a point is said, separators are not."""
    names = {".": "point"} | dict(zip(DIGITS, ONES, strict=False))
    return [
        Token(names[text[at]], Span(at, at + 1), Kind.WORD) for at in range(start, end) if text[at] in names
    ]


def label_tokens(text: str, start: int, end: int) -> list[Token]:
    """A number that names a thing; digit by digit, each has its own span."""
    if end - start > 4:
        return digit_tokens(text, start, end)
    return tokens(label(text[start:end]), start, end)


RULES = (
    percent, special_fraction, mixed, fraction, ordinal, size, second_side, scientific, scaled, times,
    several, groups, between_numbers, sign,
)  # fmt: skip
LAST_RULES = (plain,)
"""For what no other rule about digits has taken."""
