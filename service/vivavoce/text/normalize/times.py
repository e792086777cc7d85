"""Times of day, durations and ratios: `3:30 p.m.`, `14:00`, `9am`, `1h30m`, `16:9`."""

from re import Match

from vivavoce.text.normalize.context import SENTENCE_STARTERS, sentence_ends, word_before
from vivavoce.text.normalize.numbers import cardinal, whole
from vivavoce.text.normalize.rule import DIGITS, listed, rule

_HALF = r"(?:([aApP])\.[mM]\.|([aApP])[mM](?!\w))"
RATIOS = listed("16:9 16:10 21:9 4:3 3:2 1:1 2:1 3:1")
"""Pairs that are a shape or a proportion rather than a time."""


def _half_of_day(match: Match[str], dotted: str | None, plain: str | None) -> str:
    """` P M`, with the full stop that the last dot may be too; "" if neither half is named."""
    half = (dotted or plain or "").upper()
    if not half:
        return ""
    ends = dotted and sentence_ends(match.string, match.end(), before_any_capital=True)
    return f" {half} M ." if ends else f" {half} M"


@rule(DIGITS, rf"(\d{{1,2}}):(\d\d)(?::(\d\d)(?:\.\d{{1,9}})?)?(?: ?{_HALF})?(Z(?!\w))?(?![\d:]|,\d{{3}})")
def clock(match: Match[str]) -> str | None:
    """`3:30 p.m.`, `07:05`, `14:00`, `14:05:30`, `14:30:00Z`."""
    hour, minute, second, dotted, plain, zulu = match.groups()
    if int(hour) > 24 or int(minute) > 59 or match[0] in RATIOS:
        return None
    half = _half_of_day(match, dotted, plain)
    said = _hour_and_minute(int(hour), int(minute), has_half=bool(half) or bool(second))
    if second and second != "00":
        said += f" and {whole(second.lstrip('0') or '0')} seconds".replace("one seconds", "one second")
    return said + half + (" U T C" if zulu else "")


def _hour_and_minute(hour: int, minute: int, *, has_half: bool) -> str:
    spoken = cardinal(hour)
    if minute:
        return f"{spoken} {'oh ' if minute < 10 else ''}{cardinal(minute)}"
    if has_half and 0 < hour < 13:
        return spoken
    return f"{spoken} o'clock" if 0 < hour < 13 else f"{spoken} hundred"


@rule(DIGITS, rf"(\d{{1,2}}) ?{_HALF}")
def hour_alone(match: Match[str]) -> str:
    """`9 a.m.`, `8pm`."""
    return cardinal(int(match[1])) + _half_of_day(match, match[2], match[3])


@rule(DIGITS, r"(?:(\d{1,3})h ?)?(\d{1,2})m(?:in)?(?: ?(\d{1,2})s)(?!\w)|(\d{1,3})h ?(\d{1,2})m(?:in)?(?!\w)")
def duration(match: Match[str]) -> str:
    """`1h30m`, `2m 5s`, `1h 2m 3s`."""
    hours, minutes, seconds = match[1] or match[4], match[2] or match[5], match[3]
    parts = ((hours, "hour"), (minutes, "minute"), (seconds, "second"))
    return " ".join(
        f"{cardinal(int(count))} {unit}{'' if int(count) == 1 else 's'}" for count, unit in parts if count
    )


@rule(DIGITS, r"(\d{1,4}):(\d{1,3}(?:,\d{3})+|\d{1,6})(?![\w:])")
def ratio(match: Match[str]) -> str:
    """`3:1`, `16:9`; a verse such as `Psalm 23:4` has no `to`."""
    before = word_before(match.string, match.start())
    is_verse = before[:1].isupper() and before not in SENTENCE_STARTERS
    return f"{whole(match[1])}{'' if is_verse else ' to'} {whole(match[2])}"


RULES = (clock, hour_alone, duration, ratio)
