"""Dates, years and decades: `2024-03-15`, `3/15/2024`, `July 4, 1776`, `12 May 1987`, `the '90s`."""

import re
from re import Match

from vivavoce.text.normalize.context import NEAR, is_adjective, word_before
from vivavoce.text.normalize.numbers import after_century, cardinal, ordinal, plural, year
from vivavoce.text.normalize.rule import CAPITALS, DIGITS, listed, rule

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
MONTH_NUMBERS = (
    {name: number for number, name in enumerate(MONTHS, 1)}
    | {name[:3]: number for number, name in enumerate(MONTHS, 1)}
    | {"Sept": 9}
)
YEAR_CUES = listed(
    """
    in since by until till from to of year years circa ca before after during through spring summer
    autumn fall winter early late mid between
    """
) | {month.lower() for month in MONTH_NUMBERS}
COUNT_CUES = listed("about over nearly only than least most almost roughly exactly approximately")
DECADE_CUES = listed("the late early mid his her my their our to and")
DATE_CUES = listed("on by since until till before after from dated due")
COUNTED = listed("people men women children percent feet miles dollars euros pounds more times")
NOT_COUNTED = listed("was is has as this its does us always perhaps towards across")

_MONTH = "|".join(sorted(MONTH_NUMBERS, key=len, reverse=True))
_TH = r"(?:st|nd|rd|th)?"
_END = r"(?![\d/]|[.,:]\d|-\d)"


def _is_date(month: int, day: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= 31


def spoken_date(month: int, day: int, in_year: int | None = None) -> str:
    """`March fifteenth , twenty twenty four`."""
    said = f"{MONTHS[month - 1]} {ordinal(day)}"
    return f"{said} , {year(in_year)}" if in_year else said


@rule(DIGITS, r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?![\d/-])(T(?=\d\d:))?")
def iso_date(match: Match[str]) -> str | None:
    """`2024-03-15`, `2024-03-15T…`."""
    in_year, month, day = (int(match[group]) for group in (1, 2, 3))
    if not _is_date(month, day):
        return None
    return spoken_date(month, day, in_year) + (" ," if match[4] else "")


@rule(DIGITS, r"(\d{4})-(0[1-9])(?![\d-])")
def iso_month(match: Match[str]) -> str:
    """`2024-03`."""
    return f"{MONTHS[int(match[2]) - 1]} {year(int(match[1]))}"


@rule(DIGITS, r"(\d{1,2})([./])(\d{1,2})\2(\d{4}|\d{2})(?![\d/]|\.\d)")
def slashed_date(match: Match[str]) -> str | None:
    """`3/15/2024` month first, `15.3.2024` day first; whichever cannot be a month is the day."""
    first, second, in_year = int(match[1]), int(match[3]), int(match[4])
    if match[2] == "." and len(match[4]) == 2:
        return None
    month, day = (second, first) if match[2] == "." or first > 12 else (first, second)
    if len(match[4]) == 2:
        in_year += 2000 if in_year < 50 else 1900
    return spoken_date(month, day, in_year) if _is_date(month, day) else None


@rule(DIGITS, r"(?!9/11\b)(\d{1,2})/(\d{1,2})(?![\d/]| of\b)")
def slashed_day(match: Match[str]) -> str | None:
    """`on 5/31`: only where a preposition of time stands before."""
    month, day = int(match[1]), int(match[2])
    if word_before(match.string, match.start()).lower() not in DATE_CUES:
        return None
    return spoken_date(month, day) if _is_date(month, day) else None


@rule(
    CAPITALS,
    rf"({_MONTH})\.? {{1,3}}(\d{{1,2}}){_TH}(?: ?[-–] ?(\d{{1,2}}){_TH}(?!\w))?(?:,? {{1,3}}(\d{{4}}))?"
    rf"(?!\w){_END}",
)
def month_first(match: Match[str]) -> str | None:
    """`July 4, 1776`, `Jan. 5`, `March 3–5, 2025`."""
    month, first, last, in_year = match.groups()
    if not 1 <= int(first) <= 31:
        return None
    said = spoken_date(MONTH_NUMBERS[month], int(first))
    if last:
        said += f" to {ordinal(int(last))}"
    return f"{said} , {year(int(in_year))}" if in_year and int(in_year) else said


@rule(CAPITALS, rf"({_MONTH})\.?(?= {{1,3}}\d{{4}}(?!\w)|[-–](?:{_MONTH})\b)")
def month_alone(match: Match[str]) -> str:
    """`Sept. 2024`: the year is read by its own rule."""
    return MONTHS[MONTH_NUMBERS[match[1]] - 1]


@rule(DIGITS, rf"(\d{{1,2}}){_TH}(?: of)? {{1,3}}({_MONTH})(?!\w)\.?(?:,? {{1,3}}(\d{{4}})(?!\w){_END})?")
def day_first(match: Match[str]) -> str | None:
    """`12 May 1987`, `the 4th of July`."""
    day, month, in_year = match.groups()
    if not 1 <= int(day) <= 31:
        return None
    the = "" if word_before(match.string, match.start()).lower() == "the" else "the "
    said = f"{the}{ordinal(int(day))} of {MONTHS[MONTH_NUMBERS[month] - 1]}"
    return f"{said} {year(int(in_year))}" if in_year and int(in_year) else said


@rule(DIGITS, r"(1\d|20)(\d)0'?s(?!\w)")
def decade(match: Match[str]) -> str:
    """`the 1980s`."""
    start = int(match[1]) * 100 + int(match[2]) * 10
    return plural(year(start))


@rule(DIGITS + "'", r"('?)([2-9]0)'?s(?!\w)")
def short_decade(match: Match[str]) -> str | None:
    """`the '90s`, `the late 60s`; elsewhere `90s` is a time."""
    cue = word_before(match.string, match.start()).lower()
    return plural(cardinal(int(match[2]))) if match[1] or cue.rstrip("-") in DECADE_CUES else None


@rule("'", r"(?<!\w)'(\d\d)(?![\d'\"%])")
def short_year(match: Match[str]) -> str:
    """`the class of '05`."""
    return after_century(int(match[1]))


_FOLLOWING = re.compile(r" ([a-z]{2,20})\b")


@rule(DIGITS, r"(\d{4})(?!\w|[.,:]\d)")
def bare_year(match: Match[str]) -> str | None:
    """`in 1999`: four digits are a year unless something is counted, as in `1999 people`."""
    number = int(match[1])
    cue = word_before(match.string, match.start()).lower().rstrip(".")
    if not 1000 <= number <= 2099 or cue in COUNT_CUES:
        return None
    if cue in YEAR_CUES or _ends_in_year(match.string, match.start()):
        return year(number)
    return year(number) if number >= 1100 and not _counts(match) else None


def _counts(match: Match[str]) -> bool:
    following = _FOLLOWING.match(match.string, match.end())
    if not following or is_adjective(match):
        return False
    noun = following[1]
    return noun in COUNTED or (noun.endswith("s") and noun not in NOT_COUNTED)


def _ends_in_year(text: str, position: int) -> bool:
    """Whether a year and a dash stand before, as in `2010–2015`."""
    return bool(re.search(r"(?<!\d)[12]\d{3} ?[-–] ?\Z", text[max(0, position - NEAR) : position]))


RULES = (
    iso_date, iso_month, slashed_date, slashed_day, month_first, month_alone, day_first, decade, short_decade,
    short_year,
)  # fmt: skip
LAST_RULES = (bare_year,)
"""For numbers that have no unit."""
