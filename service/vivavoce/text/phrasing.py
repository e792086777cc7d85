"""Where a long sentence is cut: its words come in, its parts come out.

The first part of all is short, so that sound starts early. The others are even, because a model speaks a
full segment faster than a nearly empty one, and they end where a speaker would breathe: at a mark, else
before a conjunction or a preposition, else between any two words. The even cuts are the cheapest by dynamic
programming over (length of the part)² + cost of the place, as in Knuth and Plass, "Breaking Paragraphs into
Lines" (1981).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import inf

from vivavoce.text.tokens import Token

FIRST_WHOLE = 100
"""Phonemes up to which the first sentence stays whole: about six seconds."""
FIRST_SHORTEST = 25
"""Phonemes that the first part has at least, and leaves at least: less has no melody of its own."""
TARGET = 200
"""Phonemes up to which a later sentence stays whole; much longer ones sound rushed."""

MARK_COSTS = {",": 0.3, ":": 0.1, ";": 0.1, "—": 0.1}
CONJUNCTION_COST = 0.8
PREPOSITION_COST = 1.2
PLACE_COST = 2.0
CLINGING_COST = 3.0
INSIDE_COST = 6.0
"""Between two words of one number or name."""
SHORT_COST = 1.0

CONJUNCTIONS = frozenset(
    {
        "after", "although", "and", "as", "because", "before", "but", "if", "nor", "or", "since", "so",
        "than", "that", "though", "unless", "until", "when", "where", "whereas", "which", "while", "who",
        "whom", "whose", "yet",
    }
)  # fmt: skip
PREPOSITIONS = frozenset(
    {
        "about", "above", "across", "against", "along", "among", "around", "at", "behind", "below", "beneath",
        "beside", "between", "beyond", "by", "despite", "during", "for", "from", "in", "inside", "into",
        "near", "of", "off", "on", "onto", "out", "over", "past", "through", "throughout", "to", "toward",
        "towards", "under", "up", "upon", "with", "within", "without",
    }
)  # fmt: skip
CLINGING = CONJUNCTIONS | PREPOSITIONS | {
    "a", "an", "the", "my", "your", "his", "her", "its", "our", "their", "this", "these", "no",
}  # fmt: skip
"""Words that belong to what follows: no part ends with one. Nor with digits, where a language keeps them."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word with its sound, and the mark after it if there is one."""

    token: Token
    phonemes: str
    mark: Token | None = None
    mark_symbol: str = ""
    """How the model writes the mark; "" if it has none for it."""

    @property
    def length(self) -> int:
        """Phonemes of it in a segment, the space or the mark after it included."""
        return len(self.phonemes) + len(self.mark_symbol) + 1


def parts(words: Sequence[Word], max_phonemes: int, *, is_first: bool) -> Iterator[Sequence[Word]]:
    """The sentence in parts of at most `max_phonemes`; `is_first` if nothing has been spoken yet."""
    if is_first and (cut := _first_cut(words, max_phonemes)):
        yield words[:cut]
        words = words[cut:]
    start = 0
    for end in _even_cuts(words, max_phonemes):
        yield words[start:end]
        start = end


def _first_cut(words: Sequence[Word], max_phonemes: int) -> int:
    """How many words the first part has; 0 if the sentence is short enough to stay whole."""
    total = sum(word.length for word in words)
    if total <= min(FIRST_WHOLE, max_phonemes):
        return 0
    length, best, best_cost = 0, 0, inf
    for count, word in enumerate(words[:-1], 1):
        length += word.length
        cost = length + FIRST_WHOLE * _cost(word, words[count])
        if length > max_phonemes or cost - best_cost > FIRST_WHOLE * INSIDE_COST:
            break
        if FIRST_SHORTEST <= length <= total - FIRST_SHORTEST and cost < best_cost:
            best, best_cost = count, cost
    return best


def _even_cuts(words: Sequence[Word], max_phonemes: int) -> list[int]:
    """The ends of the parts, the last one len(words)."""
    ends = [0]
    for word in words:
        ends.append(ends[-1] + word.length)
    if ends[-1] <= min(TARGET, max_phonemes):
        return [len(words)]
    places = [0.0, *(_cost(word, following) for word, following in pairwise(words)), 0.0]
    cheapest, before = [0.0], [0]
    for end in range(1, len(words) + 1):
        cost, start = _cheapest_start(ends, cheapest, end, max_phonemes)
        cheapest.append(cost + places[end])
        before.append(start)
    cuts = [len(words)]
    while before[cuts[-1]]:
        cuts.append(before[cuts[-1]])
    return cuts[::-1]


def _cheapest_start(
    ends: Sequence[int], cheapest: Sequence[float], end: int, max_phonemes: int
) -> tuple[float, int]:
    """Where the last part of words[:end] begins at best, and what all parts up to there cost."""
    best = (inf, end - 1)
    for start in range(end - 1, -1, -1):
        length = ends[end] - ends[start]
        if length > max_phonemes and start < end - 1:
            break
        best = min(best, (cheapest[start] + _length_cost(length), start))
    return best


def _length_cost(length: int) -> float:
    return (length / TARGET) ** 2 + (SHORT_COST if length < FIRST_SHORTEST else 0.0)


def _cost(word: Word, following: Word) -> float:
    """What it costs the prosody to part two words; 0 at the end of a sentence."""
    if word.token.span == following.token.span:
        return INSIDE_COST
    if word.mark:
        return MARK_COSTS.get(word.mark.text, 0.0)
    if word.token.text.lower() in CLINGING or word.token.text[-1].isdecimal():
        return CLINGING_COST
    beginning = following.token.text.lower()
    if beginning in CONJUNCTIONS:
        return CONJUNCTION_COST
    return PREPOSITION_COST if beginning in PREPOSITIONS else PLACE_COST
