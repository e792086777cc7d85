"""English text → words as they are said. Markup, numbers, dates, sums, addresses and signs become tokens,
each with the characters that it came from.

The text is read once from left to right: at every position the first rule that matches takes its piece.
`_WHOLE` and `_PARTS` are the whole precedence; each rule lives with its kin in a file of this folder.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from re import Match
from types import MappingProxyType
from typing import TypeAlias

from vivavoce.core import Span
from vivavoce.text.markup import Markup, Pause, Spoken
from vivavoce.text.normalize import (
    abbreviations,
    addresses,
    dates,
    identifiers,
    markdown,
    marks,
    money,
    phones,
    quantities,
    romans,
    symbols,
    times,
    units,
    weekdays,
    words,
)
from vivavoce.text.normalize.fold import SOFT, fold
from vivavoce.text.normalize.rule import Rule, tokens
from vivavoce.text.pronunciations import Pronunciations, with_possessive
from vivavoce.text.tokens import Kind, Token

__all__ = ["Break", "Item", "fold", "normalize"]


@dataclass(frozen=True, slots=True)
class Break:
    """The end of a line that ends a sentence too."""

    span: Span
    is_paragraph: bool


Item: TypeAlias = Token | Break | Pause


def _by_first_character(*rules: Rule) -> Mapping[str, tuple[Rule, ...]]:
    characters = {character for rule in rules for character in rule.first}
    return MappingProxyType(
        {character: tuple(rule for rule in rules if character in rule.first) for character in characters}
    )


_WHOLE = _by_first_character(*abbreviations.FIRST_RULES, *addresses.WHOLE_RULES)
"""What is read where something written without spaces begins, before anything else."""
_PARTS = _by_first_character(
    *markdown.RULES,
    *addresses.RULES,
    *phones.RULES,
    *dates.RULES,
    *times.RULES,
    *weekdays.RULES,
    *money.RULES,
    *identifiers.FIRST_RULES,
    *units.RULES,
    *quantities.RULES,
    *identifiers.RULES,
    *romans.RULES,
    *dates.LAST_RULES,
    *quantities.LAST_RULES,
    *abbreviations.RULES,
    *words.RULES,
    *symbols.RULES,
    *markdown.LAST_RULES,
    *marks.RULES,
)
"""The rules in their order, by the character that they begin with."""

_BLANK = re.compile(rf"[ {SOFT}]++")
_LINE_END = re.compile(r" *\n[ \n]*")
_PLAIN_WORD = re.compile(r"[A-Za-z]{1,20}(?=[ ,;\n]|\Z)")
"""Most of any text: no address."""
_OPENERS = frozenset(" \n\"'([{<>*_`,;|=—–" + SOFT)
"""After one of these, or at the very start, something written without spaces begins."""


def normalize(source: str, markup: Mapping[int, Markup], given: Pronunciations) -> Iterator[Item]:
    """The tokens, line ends and pauses of `source`, in order and one at a time.

    `markup` is what stands at which position, `given` the pronunciations that win over every rule. Any
    text is accepted; the time is linear in its length.
    """
    text = fold(source)
    position, end = 0, len(text.rstrip(f" \n{SOFT}"))
    while position < end:
        if blank := _BLANK.match(text, position):
            position = blank.end()
        elif line_end := _LINE_END.match(text, position):
            position = line_end.end()
            yield from _line_end(text, line_end)
        elif found := markup.get(position):
            position, marked_up = _marked_up(text, found)
            yield from marked_up
        else:
            position, said = _read(source, text, position, given)
            yield from said


def _line_end(text: str, found: Match[str]) -> Iterator[Break]:
    is_paragraph = found[0].count("\n") > 1
    if is_paragraph or markdown.is_break(text, *found.span()):
        yield Break(Span(*found.span()), is_paragraph)


def _marked_up(text: str, found: Markup) -> tuple[int, list[Item]]:
    """Where the markup ends, and what it asks for."""
    if not isinstance(found, Spoken):
        return found.span.end, [found] if isinstance(found, Pause) else []
    given = with_possessive(text, found.span.end, found.phonemes)
    words, sounds = found.text.split(), given.phonemes.split()
    if len(words) != len(sounds):  # else each word has its own sound
        words, sounds = [found.text], [given.phonemes]
    span = Span(found.span.start, given.end)
    return given.end, [Token(word, span, Kind.WORD, sound) for word, sound in zip(words, sounds, strict=True)]


def _read(source: str, text: str, position: int, given: Pronunciations) -> tuple[int, list[Token]]:
    """Where the piece at `position` ends, and what is said for it."""
    is_start = position == 0 or text[position - 1] in _OPENERS
    if is_start and not _PLAIN_WORD.match(text, position) and (address := _first(_WHOLE, text, position)):
        return _said(address, given)
    if found := given.at(source, text, position):
        span = Span(position, found.end)
        return found.end, [Token(source[slice(*span)], span, Kind.WORD, found.phonemes)]
    if piece := _first(_PARTS, text, position):
        return _said(piece, given)
    return position + 1, tokens(symbols.name(text[position]), position, position + 1)


def _first(rules: Mapping[str, tuple[Rule, ...]], text: str, position: int) -> tuple[int, list[Token]] | None:
    """The end and the tokens of the first rule that reads the piece at `position`."""
    for rule in rules.get(text[position], ()):
        if (match := rule.pattern.match(text, position)) and (said := rule.say(match)) is not None:
            return match.end(), said if isinstance(said, list) else tokens(said, *match.span())
    return None


def _said(piece: tuple[int, list[Token]], given: Pronunciations) -> tuple[int, list[Token]]:
    """The piece, with the pronunciations that were given for words that a rule has brought out."""
    end, said = piece
    return end, [
        replace(token, phonemes=phonemes)
        if token.kind is Kind.WORD and (phonemes := given.of_word(token.text))
        else token
        for token in said
        if token.text
    ]
