"""Abbreviations in words, and whether their dot also ends the sentence."""

import re
from re import Match

from vivavoce.text.normalize.context import NEAR, SENTENCE_STARTERS, name_follows, sentence_ends, word_before
from vivavoce.text.normalize.dates import MONTH_NUMBERS, MONTHS
from vivavoce.text.normalize.rule import LETTERS, listed, rule

TITLES = {
    "mr": "mister", "mrs": "missus", "ms": "miz", "messrs": "messieurs", "dr": "doctor", "prof": "professor",
    "rev": "reverend", "hon": "honorable", "gen": "general", "col": "colonel", "maj": "major",
    "capt": "captain", "cpt": "captain", "lt": "lieutenant", "sgt": "sergeant", "cpl": "corporal",
    "pvt": "private", "adm": "admiral", "cmdr": "commander", "gov": "governor", "sen": "senator",
    "rep": "representative", "pres": "president", "fr": "father", "st": "saint", "ste": "saint",
    "mt": "mount", "ft": "fort", "pt": "point", "supt": "superintendent", "msgr": "monsignor",
}  # fmt: skip
"""Said so before a name; their dot never ends a sentence there."""
BARE_TITLES = listed("Mr Mrs Ms Dr St Prof Mt Sgt Capt Lt")
"""Titles that are also written without a dot."""
PLACES = {
    "st": "street", "ave": "avenue", "av": "avenue", "blvd": "boulevard", "rd": "road", "ln": "lane",
    "dr": "drive", "ct": "court", "pl": "place", "sq": "square", "hwy": "highway", "pkwy": "parkway",
    "ter": "terrace", "cir": "circle", "expy": "expressway",
}  # fmt: skip
"""Said so after a name."""
NUMBERED = {
    "no": "number", "nos": "numbers", "nr": "number", "fig": "figure", "figs": "figures", "vol": "volume",
    "vols": "volumes", "ch": "chapter", "chs": "chapters", "sec": "section", "sect": "section",
    "art": "article", "p": "page", "pp": "pages", "pg": "page", "para": "paragraph", "eq": "equation",
    "ref": "reference", "op": "opus", "ex": "example", "ep": "episode", "ser": "series", "pt": "part",
    "approx": "approximately", "ca": "circa", "c": "circa", "app": "appendix", "tab": "table",
    "hwy": "highway", "rt": "route", "rte": "route", "apt": "apartment",
}  # fmt: skip
"""Said so before a number or a roman numeral."""
GENERAL = {
    "etc": "etc", "vs": "versus", "v": "versus", "approx": "approximately", "dept": "department",
    "incl": "including", "excl": "excluding", "misc": "miscellaneous", "tel": "telephone",
    "ext": "extension", "apt": "apartment", "max": "maximum", "min": "minimum", "avg": "average",
    "temp": "temperature", "govt": "government", "assn": "association", "bros": "brothers",
    "inc": "incorporated", "ltd": "limited", "corp": "corporation", "co": "company", "jr": "junior",
    "sr": "senior", "ca": "circa", "cf": "compare", "al": "al", "viz": "namely", "esp": "especially",
    "orig": "originally", "ed": "editor", "eds": "editors", "intl": "international", "univ": "university",
    "inst": "institute", "natl": "national", "mfg": "manufacturing", "est": "established",
    "acct": "account", "bldg": "building", "nat": "national", "resp": "respectively",
    "mgr": "manager", "asst": "assistant", "sep": "September", "hrs": "hours", "mins": "minutes",
    "secs": "seconds", "yrs": "years", "lbs": "pounds", "oz": "ounces",
}  # fmt: skip
"""Said so wherever they have a dot."""
ALSO_WORDS = listed("apt ed min max co sep al est no sec temp inst")
"""Abbreviations that, with their dot, may also be a word at the end of a sentence."""
IN_CAPITALS = listed("inc ltd corp co jr sr etc vs approx")
"""Abbreviations that stay the same in capitals: EST. is a time zone."""
WITHOUT_DOT = listed("hrs yrs ltd jr sr vs etc approx dept incl govt bldg hwy blvd ave acct")
"""Abbreviations that are no words, and so are known without their dot."""
DOTTED = {
    "e.g": "for example", "i.e": "that is", "a.k.a": "also known as", "w.r.t": "with respect to",
    "ph.d": "P H D", "m.sc": "M S C", "b.sc": "B S C", "d.phil": "D phil", "ed.d": "E D D",
}  # fmt: skip
SHORT = {
    "w/o": "without", "w/": "with", "b/c": "because", "n/a": "N A", "c/o": "care of", "s/he": "she or he",
    "i/o": "I O", "a/c": "A C",
}  # fmt: skip
ENDS_BEFORE_ANY_CAPITAL = listed("etc misc hrs mins secs lbs oz")


@rule(LETTERS, r"(?i:w/o|b/c|n/a|c/o|s/he|i/o|a/c)(?!\w)|[Ww]/(?= ?\w)")
def short(match: Match[str]) -> str:
    """`w/o`, `n/a`."""
    return SHORT[match[0].lower()]


@rule(LETTERS, r"(e\.g|i\.e|E\.g|I\.e|a\.k\.a|w\.r\.t|[Pp]h\.[Dd]|[MB]\.[Ss]c|D\.[Pp]hil|Ed\.D)(?!\w)\.?,?")
def dotted(match: Match[str]) -> str:
    """`e.g.`, `Ph.D.`; the comma that may follow `e.g.` is not heard."""
    comma = " ," if match[0].endswith(",") and match[1].lower() not in ("e.g", "i.e") else ""
    dot = " ." if not comma and _ends(match) else ""
    return DOTTED[match[1].lower()] + comma + dot


@rule(LETTERS, r"(?:eg|ie)(?=,? \w)(?!\w),?")
def undotted(match: Match[str]) -> str:
    """`eg`, `ie`."""
    return "for example" if match[0].startswith("eg") else "that is"


@rule(LETTERS, r"((?:[A-Za-z]\.){1,9}[A-Za-z])(\.?)('s)?(?![\w.])")
def initials(match: Match[str]) -> str:
    """`U.S.A.`, `a.m.`, `D.C.`"""
    text = match[1].replace(".", "")
    spelt = " ".join(text.upper()) + (match[3] or "")
    is_time = text.lower() in ("am", "pm")
    ends = match[2] and not match[3] and sentence_ends(match.string, match.end(), before_any_capital=is_time)
    return f"{spelt} ." if ends else spelt


_LETTER_CUE = re.compile(
    r"(?:\b[A-Z],?(?: and| or)?|\b(?i:plan|vitamin|grade|type|class|option|group|hepatitis|appendix|an?)) \Z"
)
"""What stands before a letter that is no initial: `A, B and C.`, `plan B.`"""


@rule(LETTERS, r"([A-Z])\.(?= ?[A-Z])")
def initial(match: Match[str]) -> str | None:
    """The J of `J. Smith`, but not the B of `plan B. Then`."""
    before = match.string[max(0, match.start() - NEAR) : match.start()]
    is_last_word = sentence_ends(match.string, match.end()) or _LETTER_CUE.search(before)
    return None if is_last_word or match[1] == "I" else match[1]


_NUMBER = re.compile(r"[ (]{0,2}(?:\d|(?!I\b)[IVXL]{1,6}\b|[ivxl]{2,6}\b)")
_GOING_ON = re.compile(r"[,;:)]| [^A-Z\"'\s]")


@rule(LETTERS, r"([A-Za-z]{1,7})(\.?)(?![\w'])")
def abbreviation(match: Match[str]) -> str | None:
    """`Dr. Smith`, `Elm St.`, `no. 5`, `etc.`"""
    word, dot = match.groups()
    key = word.lower()
    if key in NUMBERED and dot and _NUMBER.match(match.string, match.end()):
        return NUMBERED[key]
    if key in PLACES and _is_place(match, word, dot):
        return _with_stop(match, PLACES[key])
    is_title = key in TITLES and word[0].isupper() and (dot or word in BARE_TITLES)
    if is_title and name_follows(match.string, match.end()):
        return TITLES[key]
    if dot and word in MONTH_NUMBERS and word not in MONTHS:
        return _with_stop(match, MONTHS[MONTH_NUMBERS[word] - 1])
    return _general(match, word, dot)


def _general(match: Match[str], word: str, dot: str) -> str | None:
    if word in ALSO_WORDS and not _goes_on(match):
        return None
    if word == "no":
        return "number" if dot and match.string.startswith(" of ", match.end()) else None
    key = word.lower()
    if word.isupper() and key not in IN_CAPITALS:
        return None
    if key in GENERAL and (dot or key in WITHOUT_DOT):
        return _with_stop(match, GENERAL[key])
    return TITLES[key] if word in ("Mr", "Mrs", "Dr") or (dot and word in BARE_TITLES) else None


def _goes_on(match: Match[str]) -> bool:
    """Whether the sentence goes on, so that the dot is no full stop."""
    return bool(_GOING_ON.match(match.string, match.end()))


def _is_place(match: Match[str], word: str, dot: str) -> bool:
    """Whether `St` and the like stand after a name: `Elm St. near`, not `St. John`."""
    before = word_before(match.string, match.start())
    is_named = before[:1].isdecimal() or (before[:1].isupper() and before not in SENTENCE_STARTERS)
    if not is_named or not (dot or word.istitle()):
        return False
    if word.lower() not in TITLES:
        return True
    return not name_follows(match.string, match.end()) or sentence_ends(match.string, match.end())


def _with_stop(match: Match[str], phrase: str) -> str:
    return f"{phrase} ." if match[0].endswith(".") and _ends(match) else phrase


def _ends(match: Match[str]) -> bool:
    any_capital = match[0].lower().rstrip(".,") in ENDS_BEFORE_ANY_CAPITAL
    return sentence_ends(match.string, match.end(), before_any_capital=any_capital)


FIRST_RULES = (short, dotted, initials)
"""Those with dots and slashes inside, that might be taken for file names."""
RULES = (undotted, initial, abbreviation)
