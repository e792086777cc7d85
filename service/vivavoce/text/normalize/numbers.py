"""Numbers in words: strings of digits come in, phrases go out. American English: no `and` after hundred."""

import unicodedata

ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SCALES = (
    "", "thousand", "million", "billion", "trillion", "quadrillion", "quintillion", "sextillion",
    "septillion", "octillion", "nonillion", "decillion",
)  # fmt: skip
MAX_GROUPED_DIGITS = 3 * len(SCALES)
"""More digits than these are read one by one."""
MAX_BARE_DIGITS = 15
"""The same for a number without separators: a longer one is a card or an account, not an amount."""

IRREGULAR_ORDINALS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def cardinal(number: int) -> str:
    """`1234` → `one thousand two hundred thirty four`; from 0 to 10^36 − 1."""
    if number < 1000:
        return _below_thousand(number)
    parts: list[str] = []
    for scale in SCALES:
        number, group = divmod(number, 1000)
        if group:
            parts.append(f"{_below_thousand(group)} {scale}".rstrip())
        if not number:
            break
    return " ".join(reversed(parts))


def _below_thousand(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    words = [ONES[hundreds], "hundred"] if hundreds else []
    if rest or not hundreds:
        words.append(below_hundred(rest))
    return " ".join(words)


def below_hundred(number: int) -> str:
    """`42` → `forty two`."""
    if number < 20:
        return ONES[number]
    tens, ones = divmod(number, 10)
    return f"{TENS[tens]} {ONES[ones]}" if ones else TENS[tens]


def ordinal(number: int) -> str:
    """`22` → `twenty second`."""
    return ordinal_of(cardinal(number))


def ordinal_of(phrase: str) -> str:
    """The ordinal of a cardinal phrase: `twenty two` → `twenty second`."""
    head, _, last = phrase.rpartition(" ")
    if last in IRREGULAR_ORDINALS:
        last = IRREGULAR_ORDINALS[last]
    else:
        last = f"{last[:-1]}ieth" if last.endswith("y") else f"{last}th"
    return f"{head} {last}".lstrip()


def plural(phrase: str) -> str:
    """`nineteen eighty` → `nineteen eighties`, `six` → `sixes`."""
    if phrase.endswith("y"):
        return f"{phrase[:-1]}ies"
    return f"{phrase}es" if phrase.endswith("x") else f"{phrase}s"


def spell(digits: str, zero: str = "zero") -> str:
    """`007` → `zero zero seven`."""
    return " ".join(zero if digit == "0" else ONES[int(digit)] for digit in digits)


def whole(digits: str) -> str:
    """A whole number as written, with or without separators; leading zeros are said."""
    bare = digits.replace(",", "").replace(" ", "")
    limit = MAX_BARE_DIGITS if bare == digits else MAX_GROUPED_DIGITS
    if len(bare) > limit or (len(bare) > 1 and bare[0] == "0"):
        return spell(bare)
    return cardinal(int(bare))


def decimal(text: str) -> str:
    """`1,234.50` → `one thousand two hundred thirty four point five zero`, `.5` → `point five`."""
    before, point, after = text.partition(".")
    if not point:
        return whole(text)
    return f"{whole(before) if before else ''} point {spell(after)}".lstrip()


def year(number: int) -> str:
    """`1905` → `nineteen oh five`, `2007` → `two thousand seven`; from 1 to 9999."""
    century, rest = divmod(number, 100)
    if number < 1000 or (century % 10 == 0 and rest < 10):
        return cardinal(number)
    if not rest:
        return f"{below_hundred(century)} hundred"
    return f"{below_hundred(century)} {after_century(rest)}"


def after_century(number: int) -> str:
    """The last two digits of a year: `5` → `oh five`."""
    if number == 0:
        return "oh oh"
    return f"oh {ONES[number]}" if number < 10 else below_hundred(number)


def label(digits: str) -> str:
    """A number that names a thing (a room, a flight, a model): `747` → `seven forty seven`, `4090` →
    `forty ninety`, `305` → `three oh five`, `80800` → digit by digit."""
    number = int(digits) if len(digits) <= 4 else 0
    if len(digits) > 4 or (digits[0] == "0" and len(digits) > 1):
        return spell(digits)
    if number < 100 or number % 100 == 0:
        return year(number) if number > 1000 else cardinal(number)
    hundreds, rest = divmod(number, 100)
    if hundreds % 10 == 0 and rest < 10:
        return cardinal(number)
    return f"{below_hundred(hundreds)} {after_century(rest)}"


HALVES = {2: ("half", "halves"), 4: ("quarter", "quarters")}


def fraction(numerator: int, denominator: int) -> str:
    """`3, 4` → `three quarters`, `1, 2` → `one half`."""
    one, many = HALVES.get(denominator) or (ordinal(denominator), plural(ordinal(denominator)))
    return f"{cardinal(numerator)} {one if numerator == 1 else many}"


NUMBER = (
    r"(?:(?:\d{1,3}(?:,\d{3}){1,12}|\d{1,2}(?:,\d{2}){1,5},\d{3}|\d{1,15})(?:\.\d{1,15})?|\.\d{1,15})(?!\d)"
)
"""Pattern of a number in digits, with separators, decimals or both (also in Indian groups: 12,34,567)."""
VULGAR = "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅐⅛⅜⅝⅞⅑⅒"
QUANTITY = (
    rf"(?:\d{{1,3}}[ -]?[{VULGAR}]|[{VULGAR}]|\d{{1,3}}[ -]\d{{1,2}}/\d{{1,2}}(?![\d/])"
    rf"|\d{{1,2}}/\d{{1,2}}(?![\d/])|{NUMBER})"
)
"""Pattern of a number that may be a fraction or end in one: 3, 2.5, 3/4, 1 1/2, 2½."""


def quantity(text: str) -> str:
    """What QUANTITY matched, in words: `1 1/2` → `one and a half`."""
    plain = "".join(f" {unicodedata.normalize('NFKC', part)}" if part in VULGAR else part for part in text)
    plain = plain.replace("⁄", "/").replace("-", " ")
    if "/" not in plain:
        return decimal(plain)
    *before, last = plain.split()
    part = fraction(*map(int, last.split("/")))
    if not before:
        return part
    return f"{whole(before[0])} and {part.replace('one half', 'a half').replace('one quarter', 'a quarter')}"
