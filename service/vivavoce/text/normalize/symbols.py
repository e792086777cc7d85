"""Signs that are said (`&`, `=`, `≤`, `α`), signs that are a pause, and signs that are not speech at all.

Emoji, dingbats, box drawing and the like have no spoken name here: they are passed over. Any other sign that
no rule knows is said by its Unicode name, so that nothing of the text is lost.
"""

import re
import unicodedata
from re import Match

from vivavoce.text.normalize.context import NEAR
from vivavoce.text.normalize.numbers import cardinal, decimal, ordinal
from vivavoce.text.normalize.rule import fixed, listed, rule
from vivavoce.text.normalize.units import UNITS

SAID = {
    "&": "and", "@": "at", "%": "percent", "+": "plus", "=": "equals", "×": "times", "÷": "divided by",
    "±": "plus or minus", "∓": "minus or plus", "≈": "approximately", "≃": "approximately",
    "≅": "approximately", "≠": "not equal to", "≤": "less than or equal to", "≥": "greater than or equal to",
    "≪": "much less than", "≫": "much greater than", "∞": "infinity", "√": "square root of", "∑": "sum of",
    "∏": "product of", "∫": "integral of", "∂": "partial", "∇": "nabla", "∈": "in", "∉": "not in",
    "⊂": "subset of", "⊆": "subset of", "∪": "union", "∩": "intersection", "∅": "empty set", "∀": "for all",
    "∃": "there exists", "¬": "not", "∧": "and", "∨": "or", "∝": "proportional to", "∴": "therefore",
    "∵": "because", "→": "to", "⇒": "implies", "←": "from", "↔": "to and from", "⇔": "if and only if",
    "°": "degrees", "℃": "degrees celsius", "℉": "degrees fahrenheit", "©": "copyright",
    "®": "registered", "™": "trademark", "§": "section", "¶": "paragraph", "№": "number", "‰": "per mille",
    "µ": "mu", "¢": "cents", "$": "dollars", "£": "pounds", "€": "euros", "¥": "yen", "₹": "rupees",
    "℅": "care of", "′": "prime", "″": "double prime", "Ω": "omega",
}  # fmt: skip
OPERATORS = {
    "===": "equals", "==": "equals", "!=": "not equal to", "!==": "not equal to", "<>": "not equal to",
    "<=": "less than or equal to", ">=": "greater than or equal to", "=>": "to", "->": "to", "-->": "to",
    "<-": "from", "&&": "and", "||": "or", "+=": "plus equals", "-=": "minus equals", "++": "plus plus",
    ":=": "equals", "&amp;": "and", "&lt;": "less than", "&gt;": "greater than", "&nbsp;": "",
    "&quot;": "", "&apos;": "", "&#39;": "",
}  # fmt: skip
SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
POWERS = {"2": "squared", "3": "cubed"}
GREEK = re.compile(r"GREEK (?:SMALL|CAPITAL) LETTER (?:FINAL )?(\w+)")
SILENT = listed("Lm So Sk Co Cn Cs Cf Mn Me Zs Pc Pd Ps Pe Pi Pf Po")
"""Unicode categories of signs that are no speech: pictures, modifiers, brackets and quotes of all kinds."""

_TAGS = (
    "a b i u s p em strong br hr h[1-6] ul ol li div span code pre sub sup table tr td th blockquote img "
    "speak break voice prosody say-as phoneme emphasis"
)
_TAG = rf"</?(?:{'|'.join(_TAGS.split())})(?: [^<>\n]{{0,200}})?/?>"
_EMOTICON = r"(?<!\S)(?:[:;=8][-']?[)(DPpOo/|\]\[*]{1,3}|<3|>:\(|\^_\^|[xX]D|:'\()(?=[\s.,!?]|\Z)"


@rule("&", r"&(?:amp|lt|gt|nbsp|quot|apos|#39);")
def entity(match: Match[str]) -> str:
    """`&amp;`."""
    return OPERATORS[match[0]]


@rule("^⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", r"\^[({]?(-?\d{1,6}|[A-Za-z])(?!\w)[)}]?|[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,6}")
def power(match: Match[str]) -> str:
    """`x²`, `10^9`, `10⁻³`, `e^x`."""
    exponent = match[1] or match[0].translate(SUPERSCRIPTS)
    if exponent in POWERS:
        return POWERS[exponent]
    if exponent.isalpha():
        return f"to the power of {exponent.upper()}"
    minus = "minus " if exponent[0] == "-" else ""
    number = int(exponent.lstrip("-+"))
    if match.string[max(0, match.start() - 2) : match.start()] == "10" and not minus and number < 100:
        return f"to the {ordinal(number)}"
    return f"to the power of {minus}{cardinal(number)}"


@rule("=!<>-&|+:", r"===|!==|==|!=|<=|>=|=>|-->|->|<-(?!\d)|&&|\|\||\+=|-=|:=|<>|\+\+")
def operator(match: Match[str]) -> str:
    """`==`, `->`, `&&`."""
    return OPERATORS[match[0]]


@rule("<>", r"(?<= )[<>](?= )|[<>](?= ?[-$£€.]?\d)|(?<=\w)[<>](?=\w)")
def comparison(match: Match[str]) -> str | None:
    """`x < 5`, `a<b`; not the brackets of `<jo@x.org>` or of a tag that is unknown."""
    text, at = match.string, match.start()
    if match[0] == "<":
        return None if _BRACKETED.match(text, at) else "less than"
    opening = text.rfind("<", max(0, at - NEAR), at)
    return None if opening >= 0 and _BRACKETED.match(text, opening) else "greater than"


_BRACKETED = re.compile(rf"<[^<>\s]{{1,{NEAR}}}>")


@rule("-/", r"(?<=[\w)] )[-/](?= [\w(])")
def in_formula(match: Match[str]) -> str | None:
    """`x - y = 1`, `x = a / b`; without an equals sign near it is a dash or a pause."""
    near = match.string[max(0, match.start() - NEAR) : match.end() + NEAR]
    return ("minus" if match[0] == "-" else "over") if "=" in near else None


@rule("§", r"§§? ?(?=\d)")
def section(match: Match[str]) -> str:
    """`§4.2`."""
    return "sections" if match[0].startswith("§§") else "section"


@rule("/", r"(?<=[\d¢%A-Za-z])/([a-z]{2,10}|[hsdm])(?!\w)")
def per(match: Match[str]) -> str | None:
    """`$5/month`, `50¢/lb`."""
    before = match.string[max(0, match.start() - NEAR) : match.start()]
    is_amount = re.search(r"(?:[$£€]\d[\d,.]{0,12}[kKmM]?|[\d ]¢|\d%?)\Z", before)
    return f"per {UNITS.get(match[1], match[1])}" if is_amount else None


@rule("".join(SAID), f"[{re.escape(''.join(SAID))}]")
def said(match: Match[str]) -> str:
    """Any other sign that has a name."""
    return SAID[match[0]]


def name(character: str) -> str:
    """What is said for a character that no rule knows; "" for what is no speech."""
    category = unicodedata.category(character)
    title = unicodedata.name(character, "")
    if greek := GREEK.match(title):
        return greek[1].lower()
    if category[0] == "N":
        return decimal(f"{unicodedata.numeric(character):.4g}")
    if character.isascii() or category in SILENT:
        return ""
    words = re.sub(r"\b(?:SIGN|SYMBOL|LETTER|LATIN|SMALL|CAPITAL|MODIFIER)\b", " ", title).lower()
    return re.sub(r"[^a-z]+", " ", words).strip()


SILENT_RULES = (fixed(":;=<>^xX8", _EMOTICON, ""), fixed("<", _TAG, ""))
RULES = (
    *SILENT_RULES,
    entity,
    power,
    operator,
    comparison,
    fixed("*", r"(?<=\d)\*(?=\d)|(?:(?<=[\d)] )|(?<=\b\w ))\*(?= (?:[\d(]|\w\b))", "times"),
    fixed("*", r"(?<= )\*(?= )", "star"),
    in_formula,
    fixed("-", r"(?:(?<=[(=])|(?<=[(=*/+<>] ))-(?=[\w(√])", "minus"),
    fixed("~", r"~(?=[$£€]?\d)", "about"),
    fixed("#№", r"[#№] ?(?=\d)", "number"),
    section,
    fixed("#", r"#(?=\w)", "hash"),
    per,
    fixed("/", r"(?<=\d)/(?=\d)|(?<=[\w.])/(?=\w{0,60}[_.]\w)", "slash"),
    fixed("\\", r"\\(?=\w)", "backslash"),
    fixed("$", r"\$(?=[A-Za-z_{])", "dollar"),
    said,
)
