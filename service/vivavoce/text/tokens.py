"""What normalisation hands to the languages: words and marks, each with the characters it came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from vivavoce.core import Span


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    LETTER = "letter"
    """A single letter that is said by its name, as in FBI."""
    MARK = "mark"
    """Punctuation that shapes the prosody: one of . , ! ? ; : — …"""


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it will be said, or a mark."""

    text: str
    """Letters and apostrophes only for a word (`twenty`, `don't`, `iPhone`); the mark itself for a mark."""
    span: Span
    """The characters of the input that it came from; the words of one number share theirs."""
    kind: Kind
    phonemes: str | None = None
    """Given by markup, by the request's pronunciations or by the operator's lexicon; None otherwise."""


class Language(Protocol):
    """Pronounces one language: a row of LANGUAGES and a file."""

    code: str
    """BCP-47, lower case."""

    def pronounce(self, tokens: Sequence[Token]) -> list[str]:
        """The phonemes of each token of one sentence, in Kokoro's symbols with stress marks, "" for a mark.

        Neighbours matter (`the apple`, `to read`, `a lead pipe`). Never fails and never leaves a word out:
        a word in no dictionary is sounded out by rule or spelt. Tokens that carry phonemes keep them.
        """
        ...
