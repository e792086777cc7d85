"""Days of the week in short, and the dash between two of them: `Mon.–Fri.`, `May–July`, `A–Z`."""

from re import Match

from vivavoce.text.normalize.context import sentence_ends, word_before
from vivavoce.text.normalize.dates import MONTH_NUMBERS
from vivavoce.text.normalize.rule import CAPITALS, rule

DAYS = {
    "Mon": "Monday", "Tue": "Tuesday", "Tues": "Tuesday", "Wed": "Wednesday", "Thu": "Thursday",
    "Thur": "Thursday", "Thurs": "Thursday", "Fri": "Friday", "Sat": "Saturday", "Sun": "Sunday",
}  # fmt: skip

_DAY = r"(Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)(?!\w)"
_SHORT_DAY = "Mon|Tue|Wed|Thu|Fri|Sat|Sun"
_SHORT_MONTH = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"


@rule(
    CAPITALS,
    rf"(?:{_DAY}(?:\.(?! [A-Z])|(?=,? \d)|(?=, (?:{_SHORT_MONTH}))|(?=[-–](?:{_SHORT_DAY})))"
    rf"|(?<=[-–]){_DAY}\.?)",
)
def day(match: Match[str]) -> str:
    """`Mon.`, `Sat 10-2`, both days of `Mon-Fri`; a name such as Sun is left alone elsewhere."""
    said = DAYS[match[1] or match[2]]
    return f"{said} ." if match[0].endswith(".") and sentence_ends(match.string, match.end()) else said


@rule("-–", rf"[-–](?={_SHORT_DAY}|{_SHORT_MONTH}|[Zz]\b|'?\d0s)")
def from_to(match: Match[str]) -> str | None:
    """The dash of `Mon.–Fri.`, `May–July`, `A–Z`, `the '30s-'50s`."""
    before = word_before(match.string, match.start()).strip(".")
    following = match.string[match.end()]
    if following in "Zz":
        return "to" if before in ("A", "a") else None
    if not following.isalpha():
        return "to" if before.endswith("0s") else None
    return "to" if before in DAYS or before in MONTH_NUMBERS or before.endswith("day") else None


RULES = (day, from_to)
