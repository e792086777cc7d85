"""Sums of money: `$5`, `£9.99`, `€20`, `$1.2M`, `50¢`, `5 USD`."""

import re
from re import Match
from typing import NamedTuple

from vivavoce.text.normalize.context import is_adjective
from vivavoce.text.normalize.numbers import NUMBER, decimal, whole
from vivavoce.text.normalize.rule import CAPITALS, DIGITS, rule


class Currency(NamedTuple):
    """What one and several of a currency are called, and of its hundredth part."""

    one: str
    several: str
    cent: str = ""
    cents: str = ""


_DOLLAR = Currency("dollar", "dollars", "cent", "cents")
_POUND = Currency("pound", "pounds", "penny", "pence")
_EURO = Currency("euro", "euros", "cent", "cents")
_YEN = Currency("yen", "yen")
_RUPEE = Currency("rupee", "rupees", "paisa", "paise")


def _dollars_of(country: str) -> Currency:
    return Currency(f"{country} dollar", f"{country} dollars", "cent", "cents")


PREFIXES = {
    "$": _DOLLAR, "£": _POUND, "€": _EURO, "¥": _YEN, "₹": _RUPEE, "₩": Currency("won", "won"),
    "₽": Currency("ruble", "rubles", "kopeck", "kopecks"), "₿": Currency("bitcoin", "bitcoin"),
    "₺": Currency("lira", "lira"), "₴": Currency("hryvnia", "hryvnias"), "₦": Currency("naira", "naira"),
    "₱": Currency("peso", "pesos", "centavo", "centavos"), "₫": Currency("dong", "dong"),
    "₪": Currency("shekel", "shekels"), "US$": _dollars_of("U S"), "A$": _dollars_of("Australian"),
    "AU$": _dollars_of("Australian"), "C$": _dollars_of("Canadian"), "CA$": _dollars_of("Canadian"),
    "NZ$": _dollars_of("New Zealand"), "HK$": _dollars_of("Hong Kong"), "S$": _dollars_of("Singapore"),
    "R$": Currency("real", "reals", "centavo", "centavos"),
}  # fmt: skip
CODES = {
    "USD": _dollars_of("U S"), "CAD": _dollars_of("Canadian"), "AUD": _dollars_of("Australian"),
    "EUR": _EURO, "GBP": _POUND, "JPY": _YEN, "INR": _RUPEE, "CNY": Currency("yuan", "yuan"),
    "RMB": Currency("yuan", "yuan"), "CHF": Currency("Swiss franc", "Swiss francs", "centime", "centimes"),
}  # fmt: skip
SCALES = {
    "k": "thousand", "m": "million", "mm": "million", "mn": "million", "b": "billion", "bn": "billion",
    "t": "trillion", "tn": "trillion",
}  # fmt: skip

_SIGNS = "|".join(re.escape(sign) for sign in sorted(PREFIXES, key=len, reverse=True))
_SCALE = r"(?: ?(thousand|million|billion|trillion|[kK]|[mM][mMnN]?|[bB]n?|[tT]n?)(?!\w))?"


@rule(
    "".join({sign[0] for sign in PREFIXES}) + CAPITALS,
    rf"({_SIGNS}|(?:{'|'.join(CODES)}) ?(?=\d)) ?"
    rf"(\d{{1,6}},\d\d(?!\d|,\d)|{NUMBER})(?:[-–]({NUMBER}))?{_SCALE}",
)
def prefixed(match: Match[str]) -> str:
    """`$5`, `$12.50`, `US$1.2M`, `$5-10`, `EUR 20`."""
    sign, amount, upper, scale = match.groups()
    currency = PREFIXES.get(sign) or CODES[sign.strip()]
    if upper:
        scaled = f" {SCALES.get(scale.lower(), scale)}" if scale else ""
        return f"{decimal(amount)} to {decimal(upper)}{scaled} {currency.several}"
    return amount_of(match, amount, currency, scale)


@rule(DIGITS + ".", rf"({NUMBER})(?: ?(¢|€|£|\$|₽|₹)(?![\d\w])|(?<!\d{{3}})(p)(?!\w)| ({'|'.join(CODES)})\b)")
def suffixed(match: Match[str]) -> str:
    """`50¢`, `50p`, `4 €`, `20 USD`."""
    amount, sign, pence, code = match.groups()
    if pence:
        return f"{decimal(amount)} {'penny' if amount == '1' else 'pence'}"
    if sign == "¢":
        return f"{decimal(amount)} {'cent' if amount == '1' or is_adjective(match) else 'cents'}"
    return amount_of(match, amount, PREFIXES[sign] if sign else CODES[code], None)


def amount_of(match: Match[str], amount: str, currency: Currency, scale: str | None) -> str:
    """The words for a sum; before a noun (`a $5 bill`) the currency is singular."""
    if scale:
        name = currency.one if is_adjective(match) else currency.several
        return f"{decimal(amount)} {SCALES.get(scale.lower(), scale)} {name}"
    units, cents = _parts(amount)
    if cents and currency.cents:
        return _with_cents(units, cents, currency)
    one = amount == "1" or is_adjective(match)
    return f"{decimal(amount)} {currency.one if one else currency.several}"


def _parts(amount: str) -> tuple[str, str]:
    """Whole units and hundredths; no hundredths where they are not written with two digits."""
    cents = re.search(r"[.,](\d\d)\Z", amount)
    return (amount[: cents.start()], cents[1]) if cents else (amount, "")


def _with_cents(units: str, cents: str, currency: Currency) -> str:
    said = []
    if units.strip("0,"):
        said.append(f"{whole(units)} {currency.one if units == '1' else currency.several}")
    if cents != "00":
        said.append(f"{whole(cents.lstrip('0'))} {currency.cent if cents == '01' else currency.cents}")
    return " and ".join(said) or f"zero {currency.several}"


RULES = (prefixed, suffixed)
