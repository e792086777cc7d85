"""Which sounds of a clause belong to which of its words.

espeak-ng says a clause as a whole: neighbours change each other (`les amis` with a z between) and some are
run together (`in the` as one). What each word sounds like alone tells where in the whole it is: the cheapest
alignment of the two by dynamic programming over the pieces between spaces, in which a few pieces may be one.
"""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from math import inf
from typing import NamedTuple
from unicodedata import combining

MOST_JOINED = 3
"""Pieces that may be run together, or apart."""
JOINING_COST = 1.2
"""More than half of what two wholly different pieces cost: where the counts agree, they mean the same."""
BAND = 8
"""Pieces by which one may run ahead of the other."""
NO_SOUND = str.maketrans("", "", "ˈˌː")
"""Stress and length change most with the neighbours."""
SAME = 0.5
"""Two pieces that are as alike are taken for the same."""
_AFTER_SOUND = frozenset("ːˑʰʲʷˠ\u0361")
_BEFORE_SOUND = frozenset("ˈˌ\u0361")


class _Step(NamedTuple):
    """Some pieces of the whole are some pieces of the words alone."""

    said: int
    alone: int


def aligned(whole: str, words: Sequence[str]) -> list[str]:
    """What of `whole` each word is; the spaces inside a word stay. `words` is what each sounds like alone.

    A word that has a sound alone gets one: where the two cannot be brought together, the words alone.
    """
    said = whole.split()
    counts = [len(word.split()) for word in words]
    alone = [piece for word in words for piece in word.split()]
    is_plain = len(said) == len(alone) and all(map(_is_alike, said, alone))
    found = list(_of_words(said if is_plain else _pieces(said, alone), counts))
    return found if list(map(bool, found)) == list(map(bool, words)) else list(words)


def _of_words(pieces: Sequence[str], counts: Sequence[int]) -> Iterator[str]:
    start = 0
    for count in counts:
        yield " ".join(piece for piece in pieces[start : start + count] if piece)
        start += count


def _pieces(said: Sequence[str], alone: Sequence[str]) -> list[str]:
    """For each piece that was said alone, the part of the whole that it is; [] if it cannot be told."""
    begin = 0
    while begin < min(len(said), len(alone)) - 1 and said[begin] == alone[begin]:
        begin += 1
    pieces = list(said[:begin])
    for step in _steps(said[begin:], alone[begin:]):
        at = len(pieces)
        pieces += _shared(" ".join(said[begin : begin + step.said]), alone[at : at + step.alone])
        begin += step.said
    return pieces


def _steps(said: Sequence[str], alone: Sequence[str]) -> list[_Step]:
    """The cheapest way through both; [] if there is none."""
    band = BAND + abs(len(said) - len(alone))
    costs = {(0, 0): 0.0}
    steps: dict[tuple[int, int], _Step] = {}
    for at_said in range(len(said) + 1):
        for at_alone in range(max(0, at_said - band), min(len(alone), at_said + band) + 1):
            cost, step = _cheapest(costs, said, alone, (at_said, at_alone))
            if step is not None:
                costs[at_said, at_alone], steps[at_said, at_alone] = cost, step
    place, way = (len(said), len(alone)), []
    while place in steps:
        step = steps[place]
        way.append(step)
        place = (place[0] - step.said, place[1] - step.alone)
    return way[::-1] if place == (0, 0) else []


_STEPS = (
    _Step(1, 1),
    *(_Step(1, joined) for joined in range(2, MOST_JOINED + 1)),
    *(_Step(joined, 1) for joined in range(2, MOST_JOINED + 1)),
)


def _cheapest(
    costs: dict[tuple[int, int], float], said: Sequence[str], alone: Sequence[str], place: tuple[int, int]
) -> tuple[float, _Step | None]:
    """The cheapest step to `place`, and what the way there costs with it."""
    best: tuple[float, _Step | None] = (inf, None)
    for step in _STEPS:
        start = (place[0] - step.said, place[1] - step.alone)
        if start not in costs:
            continue
        one = "".join(said[start[0] : place[0]])
        other = "".join(alone[start[1] : place[1]])
        cost = costs[start] + (step.said + step.alone) * _difference(one, other)
        cost += JOINING_COST * (step.said + step.alone - 2)
        if cost < best[0]:
            best = (cost, step)
    return best


def _shared(said: str, alone: Sequence[str]) -> list[str]:
    """`said` cut into as many parts as there are pieces of `alone`, as long as they are."""
    total, parts, start = sum(map(len, alone)), [], 0
    for index in range(len(alone)):
        end = round(len(said) * sum(map(len, alone[: index + 1])) / total)
        parts.append(said[start : (end := _between_sounds(said, max(start, end)))].strip())
        start = end
    return parts


def _between_sounds(said: str, at: int) -> int:
    """The next place from `at` on where one sound ends and another begins."""
    while 0 < at < len(said) and (
        said[at] in _AFTER_SOUND or combining(said[at]) or said[at - 1] in _BEFORE_SOUND
    ):
        at += 1
    return at


def _is_alike(one: str, other: str) -> bool:
    return one == other or _difference(one, other) <= 1 - SAME


@lru_cache(4096)
def _difference(one: str, other: str) -> float:
    """0 for the same sounds, 1 for wholly different ones."""
    matcher = SequenceMatcher(None, one.translate(NO_SOUND), other.translate(NO_SOUND), autojunk=False)
    return 1 - matcher.ratio()
