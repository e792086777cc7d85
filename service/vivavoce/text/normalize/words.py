"""Words and names: plain, in mixed case, in capitals, single letters."""

import re
from re import Match

from vivavoce.core import Span
from vivavoce.text.normalize.acronyms import SPELT_IN_SMALL, in_capitals
from vivavoce.text.normalize.context import word_before
from vivavoce.text.normalize.fold import EXPANSIONS, WORD_LETTERS, expand
from vivavoce.text.normalize.rule import LETTERS, Said, letters, listed, rule, tokens
from vivavoce.text.tokens import Kind, Token

MAX_LETTERS = 45
"""A longer word is said in pieces: the longest in an English dictionary has 45."""
PIECE = 24

MIXED = {
    "PhD": "P H D", "PhDs": "P H D's", "MSc": "M S C", "BSc": "B S C", "iOS": "I O S", "MySQL": "my S Q L",
    "kWh": "kilowatt hours", "kHz": "kilohertz", "MHz": "megahertz", "GHz": "gigahertz",
    "Mbps": "megabits per second", "Gbps": "gigabits per second", "kg": "kilograms", "km": "kilometers",
    "cm": "centimeters", "mm": "millimeters", "lbs": "pounds", "lb": "pounds", "Ctrl": "control",
    "ctrl": "control", "docx": "doc X", "mRNA": "M R N A", "pls": "please", "thx": "thanks",
    "btw": "by the way", "tbh": "to be honest",
}  # fmt: skip
"""Names and shorthands with a reading of their own."""
SOUNDS = listed("hmm hm mmm shh sh psst pfft pst tsk brr grr zz mm nth mhm ssh")
"""Words without a vowel that are no abbreviation."""
NAMED = {"C++": "C plus plus", "C#": "C sharp", "F#": "F sharp"}

_PARTS = re.compile(r"[A-Z]{2,}s(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]")
_CAPITALS_AND_S = re.compile(r"[A-Z]{2,}(?:s|'s)\Z|[A-Z]+'[A-Z]+\Z")
_REPEATED = re.compile(r"([a-z])\1{2,19}")


@rule("'", r"(?<!\w)'(?:tis|twas|em|til|cause|bout|round|n|cuz|neath)(?!\w)'?")
def elided(match: Match[str]) -> list[Token]:
    """`'tis`, `rock 'n' roll`: the apostrophe belongs to the word."""
    text = "n" if match[0].strip("'") == "n" else match[0].rstrip("'")
    return [Token(text, Span(*match.span()), Kind.WORD)]


@rule(LETTERS, r"(?:C\+\+|[CF]#|[Ww]i-[Ff]i)(?!\w)")
def named(match: Match[str]) -> str:
    """Names with signs in them."""
    return NAMED.get(match[0], "WiFi")


@rule(
    LETTERS + "".join(letter for letter in EXPANSIONS if letter),
    rf"([{WORD_LETTERS}]++(?:'[{WORD_LETTERS}]++)*+)(?!\d)(?:[*_`]{{1,3}}('s)(?!\w))?",
)
def word(match: Match[str]) -> Said | None:
    """Any word, its possessive also where emphasis stands between: `**Apple**'s`."""
    text = match[1] + (match[2] or "")
    if len(text) > MAX_LETTERS:
        return _pieces(match)
    if text in MIXED:
        return MIXED[text]
    if text[1:].islower() or len(text) == 1:
        return _lower(match, text)
    return _in_mixed_case(match, text)


def _lower(match: Match[str], text: str) -> Said:
    text = expand(text)
    if len(text) < 2:
        return single_letter(match, text)
    text = _calmed(text)
    return letters(text) if _is_spelt(text.removesuffix("'s").lower()) else text


def _is_spelt(word: str) -> bool:
    """Whether a word in lower case is said letter by letter: it has no vowel, or is a known case."""
    return word in SPELT_IN_SMALL or (
        len(word) < 6 and word not in SOUNDS and not re.search("[aeiouy']", word)
    )


def _calmed(text: str) -> str:
    """`soooo` → `so`, `whaaat` → `whaat`: letters that are repeated for effect."""
    has_vowel = re.search("[aeiouy]", text)
    return _REPEATED.sub(lambda run: run[1] if has_vowel and run.end() == len(text) else run[1] * 2, text)


def _in_mixed_case(match: Match[str], text: str) -> Said:
    if text.isupper() or _CAPITALS_AND_S.match(text):
        return in_capitals(match.string, *match.span())
    stem, apostrophe, ending = text.partition("'")
    said = name(match.string, match.start(), match.start() + len(stem))
    if apostrophe:
        last = said[-1]
        said[-1] = Token(f"{last.text}'{ending}", Span(last.span.start, match.end()), Kind.WORD)
    return said


def name(text: str, start: int, end: int, *, whole: bool = True) -> list[Token]:
    """A name such as `macOS`, `McDonald` or `getUserName`: one word if it has two parts and is to be
    `whole`, else every part with its own span."""
    if not text.isascii() and not text[start:end].isascii():
        return [Token(expand(text[start:end]), Span(start, end), Kind.WORD)]
    parts = list(_PARTS.finditer(text, start, end))
    if whole and len(parts) == 2:
        return [Token(text[start:end], Span(start, end), Kind.WORD)]
    return [token for part in parts for token in tokens(_part(text, part), *part.span())]


def _part(text: str, part: Match[str]) -> str:
    piece = part[0]
    if piece in MIXED:
        return MIXED[piece]
    if len(piece) == 1:
        return piece.upper()
    if piece.isupper() or _CAPITALS_AND_S.match(piece):
        return in_capitals(text, *part.span())
    return letters(piece) if _is_spelt(piece.lower()) else piece


def _pieces(match: Match[str]) -> list[Token]:
    cuts = range(match.start(1), match.end(1), PIECE)
    spans = [Span(at, min(at + PIECE, match.end(1))) for at in cuts]
    return [Token(expand(match.string[span.start : span.end]).strip("'"), span, Kind.WORD) for span in spans]


def single_letter(match: Match[str], letter: str) -> Said:
    """The article `a` and the pronoun `I` are words; any other letter is said by its name."""
    as_word = [Token(letter, Span(*match.span()), Kind.WORD)]
    if letter == "I":
        return as_word
    if letter not in ("a", "A"):
        return letter.upper()
    following = match.string[match.end() : match.end() + 2]
    is_article = following[:1] in " \n" and following[1:2] not in "=+-&/*<>!≤≥≠≈×÷±→∈"
    if letter == "A" and is_article and word_before(match.string, match.start())[-1:].isalnum():
        is_article = following[1:2].isupper()
    return as_word if is_article else "A"


RULES = (elided, named, word)
