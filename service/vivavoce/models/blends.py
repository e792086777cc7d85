"""Voice blends, as Kokoro's users write them: `af_heart(2)+af_bella(1)` is a voice between two others.

An expression goes in, the voices and their weights come out. A single voice is the simplest expression.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

MOST_VOICES = 8
LEAST_WEIGHT, MOST_WEIGHT = 0.001, 1000.0

_PART = re.compile(r"\s*([^\s()+]+)\s*(?:\(\s*(\d+\.?\d*|\.\d+)\s*\))?\s*", re.ASCII)


class Part(NamedTuple):
    """A voice of a blend; the weights count by their ratio."""

    voice: str
    weight: float


def is_blend(name: str) -> bool:
    """Whether `name` looks like an expression and not like the name of one voice."""
    return "+" in name or "(" in name


def parse(expression: str) -> tuple[Part, ...]:
    """The parts of `expression`, whether or not there are such voices. Raises ValueError that says what is
    wrong."""
    written = expression.split("+")
    if len(written) > MOST_VOICES:
        raise ValueError(f"it has {len(written)} voices; at most {MOST_VOICES} can be blended")
    return tuple(map(_part, written))


def write(parts: Sequence[Part]) -> str:
    """The expression of `parts`; `parse` reads it back, with six digits of each weight."""
    if len(parts) == 1:
        return parts[0].voice
    return "+".join(f"{part.voice}({part.weight:g})" for part in parts)


def _part(written: str) -> Part:
    found = _PART.fullmatch(written)
    if not found:
        raise ValueError(f"{written.strip()!r} is not a voice with a weight, such as af_heart(2)")
    weight = float(found[2] or 1.0)
    if not LEAST_WEIGHT <= weight <= MOST_WEIGHT:
        raise ValueError(f"the weight of {found[1]} must be from {LEAST_WEIGHT} to {MOST_WEIGHT:g}")
    return Part(found[1], weight)
