"""Text → words and marks, for the languages that espeak-ng reads.

Numbers, dates, signs and addresses stay as they are written: espeak-ng says them in the language. What is
done here holds for any of them: markup, the layout of lines, punctuation of all scripts, pictures.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from re import Match
from unicodedata import category

from vivavoce.core import Span
from vivavoce.text.languages import espeak_dots
from vivavoce.text.markup import Markup, Pause, Spoken
from vivavoce.text.normalize import Break, Item, fold, markdown, symbols
from vivavoce.text.normalize.fold import SOFT
from vivavoce.text.pronunciations import Pronunciations
from vivavoce.text.tokens import Kind, Token

MAX_CHARACTERS = 40
"""espeak-ng cuts a word off at 160 bytes; a longer one is said in pieces."""

_LINE_END = re.compile(r" *\n[ \n]*")
_LAYOUT = (*markdown.SILENT_RULES, *symbols.SILENT_RULES, *markdown.LAST_RULES)
"""What is no speech in any language."""
_SCHEME = re.compile(r"<?(?:(?:https?|ftp)://(?:www\.)?|www\.)(?=\w)", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>\[\]\"'()*`]{1,2000}(?<![.,;:!?])")
_PRICE = re.compile(r"(?<!\w)((?:[A-Z]{1,2})?[$€£¥₹]) ?(\d(?:[\d.,]*\d)?)(?![\w%])")
"""Money that is written before the amount."""
_SIGNS = frozenset("%&@#§°©®™")
"""Punctuation that is said; what else is said has a category of its own."""
_JOINS_DIGITS = frozenset(",:")
_JOINS_ALL = frozenset("'.-_/·")
_UNSAID = frozenset("|<>~")
"""Signs of sums that are mostly something else."""
_MARKS = (
    (re.compile(r"(?:\.|…)(?: ?[.…])+|…"), "…"),
    (re.compile(r"[!?]*\?[!?]*(?![a-z0-9])"), "?"),
    (re.compile(r"!+"), "!"),
    (re.compile(r"[.।॥۔։።]"), "."),
    (re.compile(r"[,፣]"), ","),
    (re.compile(r"[;፤]"), ";"),
    (re.compile(r":"), ":"),
    (re.compile(r"[—―]+|--+|(?:(?<=[ \n])|(?<![^\n]))[–-](?=[ \n])"), "—"),
    (re.compile(r"(?<!\w)[(\[]|[)\]](?!\w)|(?<= )[/|](?= )"), ","),
)
"""Punctuation that shapes the prosody, as one of ours."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one text."""

    source: str
    """As it came."""
    folded: str
    """The same with alike characters made one: for all but the words themselves."""
    language: str
    """The first part of its code."""

    def items(self, markup: Mapping[int, Markup], given: Pronunciations) -> Iterator[Item]:
        """The tokens, line ends and pauses, in order and one at a time. Any text is accepted."""
        position, end = 0, len(self.folded.rstrip())
        while position < end:
            if line_end := _LINE_END.match(self.folded, position):
                position = line_end.end()
                yield from self._line_end(line_end)
            elif found := markup.get(position):
                position = found.span.end
                yield from _marked_up(found)
            elif layout := self._layout(position):
                position = layout.end()
            elif word := given.at(self.source, self.folded, position):
                yield self._word(position, word.end, word.phonemes)
                position = word.end
            else:
                position, said = self._read(position)
                yield from said

    def _line_end(self, found: Match[str]) -> Iterator[Break]:
        is_paragraph = found[0].count("\n") > 1
        if is_paragraph or markdown.is_break(self.folded, *found.span()):
            yield Break(Span(*found.span()), is_paragraph)

    def _layout(self, position: int) -> Match[str] | None:
        character = self.folded[position]
        matches = (rule.pattern.match(self.folded, position) for rule in _LAYOUT if character in rule.first)
        return next((match for match in matches if match), None)

    def _read(self, position: int) -> tuple[int, list[Token]]:
        """Where the piece at `position` ends, and what is said for it; nothing for blanks and pictures."""
        if scheme := _SCHEME.match(self.folded, position):
            address = _ADDRESS.match(self.folded, scheme.end())
            end = address.end() if address else scheme.end()
            return end, self._pieces(scheme.end(), end)
        if price := _PRICE.match(self.folded, position):
            return price.end(), self._price(price)
        end = espeak_dots.pair_end(self.source, position, self.language)
        if end > position or (end := self._word_end(position)) > position:
            is_dotted = self.folded[end : end + 1] == "."
            return end + (is_dotted and self._ends_nothing(position, end)), self._dotted(position, end)
        for pattern, mark in _MARKS:
            if match := pattern.match(self.folded, position):
                return match.end(), [Token(mark, Span(*match.span()), Kind.MARK)]
        return position + 1, []

    def _word_end(self, start: int) -> int:
        """Where the run of letters, digits and signs ends that begins at `start`."""
        if category(self.source[start])[0] == "M":
            return start  # an accent without a letter, such as what makes a sign a picture
        at = start
        while at < len(self.source) and (_is_said(self.source[at]) or self._is_inside(start, at)):
            at += 1
        return at

    def _is_inside(self, start: int, at: int) -> bool:
        """Whether punctuation belongs to a word: `l'ami`, `3,5`, `14:30`, `-5`, `'s`, `ok.com`."""
        sign, before, after = self.folded[at], self.source[at - 1 : at], self.source[at + 1 : at + 2]
        if at == start:
            is_one_letter = after.isalpha() and not self.source[at + 2 : at + 3].isalpha()
            begins = at == 0 or not before.isalnum()
            return begins and ((sign == "-" and after.isdecimal()) or (sign == "'" and is_one_letter))
        if self.folded[at] == SOFT:
            return True
        if not (_is_in_word(before) and after.isalnum()):
            return False
        if sign == "." and before.islower() and after.isupper() and self.source[at + 2 : at + 3].islower():
            return False  # a space is missing after a full stop
        return sign in _JOINS_ALL or (sign in _JOINS_DIGITS and before.isdecimal() and after.isdecimal())

    def _ends_nothing(self, start: int, end: int) -> bool:
        return espeak_dots.ends_nothing(self.source, start, end, self.language)

    def _dotted(self, start: int, end: int) -> list[Token]:
        """A word with the dot that may follow: an ordinal keeps it, an abbreviation is said in full."""
        written = self.source[start:end]
        if self.folded[end : end + 1] != ".":
            return self._pieces(start, end)
        if espeak_dots.is_ordinal(self.source, start, end, self.language):
            return self._pieces(start, end + 1)
        said = espeak_dots.expansion(written, self.language)
        if said == written:
            return self._pieces(start, end)
        return [Token(word, Span(start, end), Kind.WORD) for word in said.split()]

    def _price(self, price: Match[str]) -> list[Token]:
        """The amount before the money, as it is said."""
        span = Span(*price.span())
        money = "reais" if price[1] == "R$" and self.language == "pt" else price[1][-1]
        return [Token(price[2], span, Kind.WORD), Token(money, span, Kind.WORD)]

    def _pieces(self, start: int, end: int) -> list[Token]:
        tokens: list[Token] = []
        while start < end:
            cut = min(start + MAX_CHARACTERS, end)
            while cut < end and category(self.source[cut])[0] == "M":
                cut += 1  # an accent stays with its letter
            tokens.append(self._word(start, cut))
            start = cut
        return tokens

    def _word(self, start: int, end: int, phonemes: str | None = None) -> Token:
        return Token(self.source[start:end], Span(start, end), Kind.WORD, phonemes)


def read(source: str, language: str, markup: Mapping[int, Markup], given: Pronunciations) -> Iterator[Item]:
    """What `normalize.normalize` is for English: the words are as written, `language` is their code."""
    return Reader(source, fold(source), language.partition("-")[0]).items(markup, given)


def _marked_up(found: Markup) -> list[Item]:
    if isinstance(found, Pause):
        return [found]
    if not isinstance(found, Spoken):
        return []
    words, sounds = found.text.split(), found.phonemes.split()
    if len(words) != len(sounds):  # else each word has its own sound
        words, sounds = [found.text], [found.phonemes]
    return [Token(word, found.span, Kind.WORD, sound) for word, sound in zip(words, sounds, strict=True)]


@lru_cache(4096)
def _is_said(character: str) -> bool:
    """Letters of all kinds, digits, and signs with a name: money, sums, `%`."""
    kind = category(character)
    if character in _UNSAID:
        return False
    return kind[0] in "LN" or kind in ("Mn", "Mc", "Sm", "Sc") or character in _SIGNS


def _is_in_word(character: str) -> bool:
    return character.isalnum() or (character != "" and category(character)[0] == "M")
