"""Telephone numbers: digit by digit, with a breath between the groups."""

import re
from re import Match

from vivavoce.core import Span
from vivavoce.text.normalize.quantities import digit_tokens
from vivavoce.text.normalize.rule import DIGITS, rule, tokens
from vivavoce.text.tokens import Kind, Token

ROUND_AREA = "800"
"""The area code that is read as a number: eight hundred."""


def _groups(match: Match[str]) -> list[Token]:
    said: list[Token] = []
    for group in re.finditer(r"\+|x|ext|\d+", match[0]):
        start, end = match.start() + group.start(), match.start() + group.end()
        if said and said[-1].text not in ("plus", "extension"):
            said.append(Token(",", Span(start - 1, start), Kind.MARK))
        said += _group(match.string, start, end)
    return said


def _group(text: str, start: int, end: int) -> list[Token]:
    digits = text[start:end]
    if not digits.isdecimal():
        return tokens("plus" if digits == "+" else "extension", start, end)
    return tokens("eight hundred", start, end) if digits == ROUND_AREA else digit_tokens(text, start, end)


@rule(
    "+(" + DIGITS,
    r"(?:\+?1[-. ])?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?![\d-])(?:,? ?(?:x|ext\.?) ?\d{1,6})?",
)
def north_american(match: Match[str]) -> list[Token]:
    """`555-123-4567`, `+1 (800) 555-0199`."""
    return _groups(match)


@rule(DIGITS, r"\d{3}-\d{4}(?![\d-])")
def local(match: Match[str]) -> list[Token] | None:
    """`555-0199`; round numbers are a range."""
    return None if match[0].endswith("00") and match[0][2] == "0" else _groups(match)


@rule("+", r"\+\d{1,3}(?:[ .-]?\(?\d{1,4}\)?){2,6}(?![\d-])")
def international(match: Match[str]) -> list[Token] | None:
    """`+44 20 7946 0958`."""
    return _groups(match) if sum(map(str.isdecimal, match[0])) >= 8 else None


@rule(DIGITS, r"1-8\d\d-(?=[A-Z\d])")
def toll_free(match: Match[str]) -> list[Token]:
    """`1-800-` before a word in capitals."""
    return _groups(match)


RULES = (north_american, local, international, toll_free)
