"""The form that every rule of normalisation has, and the small notation in which rules write what is said.

A phrase is words with a space between them. A lone capital is a letter said by its name, and a lone
punctuation mark is a mark: `nine A M ,` is one word, two letters and a comma.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from re import Match, Pattern

from vivavoce.core import Span
from vivavoce.text.tokens import Kind, Token

Said = str | list[Token]
"""A phrase for all that was matched, or tokens with spans of their own."""

MARKS = frozenset(".,!?;:—…")
DIGITS = "0123456789"
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LETTERS = CAPITALS + CAPITALS.lower()


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to read a piece of text."""

    first: str
    """The characters that the piece may begin with."""
    pattern: Pattern[str]
    """Matched at the piece's first character; every repetition in it is bounded, possessive, or consumed by
    the match, so that no text takes more than linear time."""
    say: Callable[[Match[str]], Said | None]
    """What is said for the match; None leaves it to the next rule, "" says nothing."""


def rule(first: str, pattern: str) -> Callable[[Callable[[Match[str]], Said | None]], Rule]:
    """A decorator that makes a Rule of a function."""

    def decorate(say: Callable[[Match[str]], Said | None]) -> Rule:
        return Rule(first, re.compile(pattern), say)

    return decorate


def fixed(first: str, pattern: str, phrase: str) -> Rule:
    """A Rule that says the same for every match."""
    return Rule(first, re.compile(pattern), lambda _: phrase)


def tokens(phrase: str, start: int, end: int) -> list[Token]:
    """The tokens of `phrase`, all with the span start:end."""
    span = Span(start, end)
    return [Token(word, span, kind(word)) for word in phrase.split()]


def listed(words: str) -> frozenset[str]:
    """A table of words, from a text of them."""
    return frozenset(words.split())


def kind(word: str) -> Kind:
    """What a word of a phrase is."""
    if word in MARKS:
        return Kind.MARK
    return Kind.LETTER if len(word) == 1 and word.isupper() else Kind.WORD


def letters(text: str) -> str:
    """The phrase that spells `text`; its last letter takes a plural or possessive s: `GPUs` → `G P U's`."""
    name, apostrophe, ending = text.partition("'")
    if not apostrophe and name.endswith("s") and name[:-1].isupper():
        name, ending = name[:-1], "s"
    spelt = " ".join(name.upper())
    return f"{spelt}'s" if ending == "s" else spelt
