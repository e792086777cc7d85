"""What normalisation hands to the languages: words and marks, each with the characters it came from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from vivavoce.core import Span

if TYPE_CHECKING:
    from vivavoce.text.markup import Markup
    from vivavoce.text.normalize import Item
    from vivavoce.text.pronunciations import Pronunciations


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
    """Of a word letters and apostrophes only (`twenty`, `don't`, `iPhone`), or what is written (`3,5`) where
    the language itself reads it; the mark itself for a mark."""
    span: Span
    """The characters of the input that it came from; the words of one number share theirs."""
    kind: Kind
    phonemes: str | None = None
    """Given by markup, by the request's pronunciations or by the operator's lexicon; None otherwise."""


class Language(Protocol):
    """Reads and pronounces one language."""

    code: str
    """BCP-47, lower case."""

    def read(self, source: str, markup: "Mapping[int, Markup]", given: "Pronunciations") -> "Iterator[Item]":
        """The tokens, line ends and pauses of `source`, in order, each made when it is asked for.

        `markup` is what stands at which position, `given` the pronunciations that win over every rule. Raises
        at once InvalidRequest(param="input") for a script that the language cannot say.
        """
        ...

    def pronounce(self, tokens: Sequence[Token]) -> list[str]:
        """The phonemes of each token of one sentence, in Kokoro's symbols with stress marks, "" for a mark.

        Neighbours matter (`the apple`, `to read`, `a lead pipe`). Never leaves a word out: a word in no
        dictionary is sounded out by rule or spelt. Tokens that carry phonemes keep them. Raises Unavailable
        if it needs another process, and that fails.
        """
        ...
