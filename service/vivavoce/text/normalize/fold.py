"""Folding: one character in, one character out, so that every position stays a position in the input.

What comes out has few kinds of characters: ASCII, the Latin letters that are two letters in ASCII (æ, ß, ﬁ),
Greek, symbols, one sort of space, one sort of line end, and SOFT for whatever may be inside a word unheard.
"""

import unicodedata

SOFT = "\u00ad"
"""Stands for combining marks, joiners, variation selectors: they end no word and are not said."""

EXPANSIONS = {
    "ß": "ss", "ẞ": "SS", "æ": "ae", "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ð": "th", "Ð": "Th", "þ": "th",
    "Þ": "Th", "ĳ": "ij", "Ĳ": "IJ", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st",
    "ﬆ": "st", SOFT: "",
}  # fmt: skip
"""Letters of words that become two letters, or none."""
WORD_LETTERS = "A-Za-z" + "".join(EXPANSIONS)
"""For a character class: what a word is made of after folding."""

_ALIKE = (
    ("'", "‘’‚‛ʼʻʹ′＇´ʾ"),
    ('"', "“”„‟«»‹›″＂「」『』《》〈〉"),
    ("(", "（【〔"),
    (")", "）】〕"),
    ("-", "‐‑−﹣"),
    ("–", "‒"),
    ("—", "―⸺⸻"),
    ("/", "⁄∕"),
    (",", "、،"),
    (".", "。｡"),
    (";", "؛"),
    ("?", "؟"),
    ("\n", "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"),
    ("µ", "μ"),  # the Greek letter to the prefix: both are micro before a unit, and mu elsewhere
    ("Ω", "Ω"),
    ("o", "ø"),
    ("O", "Ø"),
    ("l", "ł"),
    ("L", "Ł"),
    ("d", "đ"),
    ("D", "Đ"),
    ("h", "ħ"),
    ("H", "Ħ"),
    ("i", "ı"),
    ("n", "ŋ"),
    ("N", "Ŋ"),
    ("t", "ŧ"),
    ("T", "Ŧ"),
)
ALIKE = {variant: plain for plain, variants in _ALIKE for variant in variants}
KEPT = frozenset("¹²³⁴⁵⁶⁷⁸⁹⁰⁻⁺ⁿ…µ¨¯¸")
"""Characters that compatibility would flatten, but that are read in their own way."""


class _Table(dict[int, str]):
    """A translation table that works out each character when it first meets it."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _folded(chr(code))
        return folded


def fold(text: str) -> str:
    """`text` with alike characters made one and accents dropped; as long as `text`."""
    return text.translate(_Table())


def _folded(character: str) -> str:
    if character in ALIKE:
        return ALIKE[character]
    if character in KEPT or "\x20" <= character < "\x7f" or character == "\n":
        return character
    category = unicodedata.category(character)
    if category in ("Zs", "Cc"):
        return " "
    if category in ("Mn", "Me", "Cf") or "\U0001f3fb" <= character <= "\U0001f3ff":
        return SOFT
    if category == "Nd":
        return str(unicodedata.decimal(character))
    return _without_accents(character)


def _without_accents(character: str) -> str:
    """The letter under the accents; the character itself if that would be more than one."""
    parts = unicodedata.normalize("NFKD", character)
    letters = [part for part in parts if not unicodedata.combining(part)]
    if len(letters) != 1 or (len(parts) > 1 and not letters[0].isalnum()):
        return character
    return ALIKE.get(letters[0], letters[0])


def expand(word: str) -> str:
    """A word of folded letters in ASCII letters: `straße` → `strasse`."""
    return word if word.isascii() else "".join(EXPANSIONS.get(letter, letter) for letter in word)
