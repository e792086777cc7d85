"""Markup in the input: `[word](/ipa/)` says a word as written, `[pause:0.5s]` is silence, and of a Markdown
link `[text](https://…)` only the text is said. Anything else in brackets is ordinary text.

The text goes in; what stands at which position comes out, checked.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from re import Match
from typing import TypeAlias

from vivavoce.core import Span
from vivavoce.errors import InvalidRequest
from vivavoce.text import ipa

MAX_PAUSE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word, or several, said as the caller wrote."""

    span: Span
    text: str
    phonemes: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Silence of exactly this length."""

    span: Span
    seconds: float


@dataclass(frozen=True, slots=True)
class Skip:
    """Characters that are only markup."""

    span: Span


Markup: TypeAlias = Spoken | Pause | Skip

_PAUSE = re.compile(r"\[pause:([^\[\]\n]{0,40})\]", re.IGNORECASE)
_SECONDS = re.compile(r"\s*(\d{1,6}(?:\.\d{1,9})?|\.\d{1,9})\s*(ms|s)\s*", re.IGNORECASE)
_LINK = re.compile(
    r"(!?\[)([^\[\]\n]{1,400})\]\((?:/([^()/\n]{1,400})/|(?:[^()\s]|\([^()\s]{0,200}\)){1,2000}"
    r"(?: {1,3}\"[^\"\n]{0,200}\")?)\)"
)
_BRACKET = re.compile(r"!?\[")


def parse(text: str, symbols: frozenset[str], language: str) -> Mapping[int, Markup]:
    """All markup of `text` by its first character.

    Raises InvalidRequest(param="input") for a pause that is none, and for sounds that the model lacks.
    """
    found: dict[int, Markup] = {}
    end = 0
    for bracket in _BRACKET.finditer(text):
        start = bracket.start()
        if start < end:
            continue
        if pause := _PAUSE.match(text, start):
            found[start] = Pause(Span(*pause.span()), _seconds(pause))
            end = pause.end()
        elif link := _LINK.match(text, start):
            found |= _link(link, symbols, language)
            end = link.end()
    return found


def _seconds(pause: Match[str]) -> float:
    value = _SECONDS.fullmatch(pause[1])
    seconds = float(value[1]) * (0.001 if value[2].lower() == "ms" else 1.0) if value else 0.0
    if not 0 < seconds <= MAX_PAUSE_SECONDS:
        raise InvalidRequest(
            f"{pause[0]!r} is no pause: write [pause:0.5s] or [pause:500ms], "
            f"more than 0 and at most {MAX_PAUSE_SECONDS:g} seconds.",
            param="input",
        )
    return seconds


def _link(link: Match[str], symbols: frozenset[str], language: str) -> Mapping[int, Markup]:
    start, inner, pronunciation = link.start(), link[2].strip(), link[3]
    if pronunciation is None or link[1] != "[" or not inner:
        opening, closing = Span(*link.span(1)), Span(link.end(2), link.end())
        return {start: Skip(opening), closing.start: Skip(closing)}
    phonemes = ipa.checked(inner, pronunciation, symbols, language, param="input")
    return {start: Spoken(Span(*link.span()), inner, phonemes)}
