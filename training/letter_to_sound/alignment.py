"""Aligns spellings with phonemes: each letter gets the 0 to 3 phonemes that it stands for.

In: pairs of word and phonemes; out: for each word the phonemes of each of its letters. The costs are learnt
by Viterbi training (hard EM) from pairs placed along the diagonal, after Jiampojamarn et al., Applying
Many-to-Many Alignments and Hidden Markov Models to Letter-to-Phoneme Conversion, 2007.
"""

import math
import random
import re
from collections import Counter
from collections.abc import Sequence

Sounds = tuple[str, ...]
"""Phonemes with their length and stress marks: ("k", "ˈæ", "t")."""

MOST_SOUNDS = 3
"""Per letter: the x of `luxurious` has three."""
ITERATIONS = 6
SAMPLE = 20_000
"""Words that the costs are learnt from."""
_UNSEEN = 9.0
_MARKS = "ˈˌ"
_SOUND = re.compile(f"[{_MARKS}]?[^{_MARKS}ː]ː?")


def sounds_of(phonemes: str) -> Sounds:
    """`kˈæt` → ("k", "ˈæ", "t")."""
    return tuple(_SOUND.findall(phonemes))


def plain(sounds: Sequence[str]) -> Sounds:
    """Without stress marks."""
    return tuple(sound.lstrip(_MARKS) for sound in sounds)


class Aligner:
    """Costs of letter and sounds, learnt from pairs of a word and its sounds."""

    def __init__(self, pairs: Sequence[tuple[str, Sounds]], seed: int) -> None:
        sample = random.Random(seed).sample(pairs, min(SAMPLE, len(pairs)))
        self._costs = _costs_of(_diagonal_counts(sample))
        for _ in range(ITERATIONS):
            counts: Counter[tuple[str, Sounds]] = Counter()
            for word, sounds in sample:
                aligned, _ = self.align(word, sounds)
                counts.update((letter, plain(part)) for letter, part in zip(word, aligned, strict=False))
            self._costs = _costs_of({pair: n if n >= 3 else 0.3 * n for pair, n in counts.items()})

    def align(self, word: str, sounds: Sounds) -> tuple[list[Sounds], float]:
        """The sounds of each letter and the cost of it all; no letters and infinity if there are too many."""
        bare = plain(sounds)
        best = [0.0] + [math.inf] * len(sounds)
        steps: list[list[int]] = []
        for letter in word:
            best, taken = self._extend(best, letter, bare)
            steps.append(taken)
        if math.isinf(best[-1]):
            return [], math.inf
        parts: list[Sounds] = []
        end = len(sounds)
        for taken in reversed(steps):
            parts.append(sounds[end - taken[end] : end])
            end -= taken[end]
        return parts[::-1], best[-1]

    def _extend(self, best: list[float], letter: str, sounds: Sounds) -> tuple[list[float], list[int]]:
        """The least cost of each number of sounds once `letter` is read, and how many of them it took."""
        extended = [math.inf] * len(best)
        taken = [0] * len(best)
        for start, cost in enumerate(best):
            for count in range(min(MOST_SOUNDS, len(sounds) - start) + 1):
                part = sounds[start : start + count]
                total = cost + self._costs.get((letter, part), _UNSEEN + 4 * count)
                if total < extended[start + count]:
                    extended[start + count], taken[start + count] = total, count
        return extended, taken


def _diagonal_counts(pairs: Sequence[tuple[str, Sounds]]) -> dict[tuple[str, Sounds], float]:
    counts: Counter[tuple[str, Sounds]] = Counter()
    silent: Counter[str] = Counter()
    for word, sounds in pairs:
        bare = plain(sounds)
        for index, letter in enumerate(word):
            centre = (index + 0.5) * len(bare) / len(word)
            counts.update((letter, (sound,)) for sound in bare[max(0, int(centre - 1.5)) : int(centre + 2)])
            silent[letter] += 1
    return {**counts, **{(letter, ()): 0.3 * n for letter, n in silent.items()}}


def _costs_of(counts: dict[tuple[str, Sounds], float]) -> dict[tuple[str, Sounds], float]:
    totals: dict[str, float] = {}
    for (letter, _), count in counts.items():
        totals[letter] = totals.get(letter, 0.0) + count
    return {pair: -math.log(count / totals[pair[0]]) for pair, count in counts.items()}
