"""Hidden Markov models of the phonemes: which states an utterance passes through, and the best path.

Three states per symbol, left to right; pauses between words may be left out. Rabiner, A Tutorial on Hidden
Markov Models, 1989.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.voice.symbols import ID, PAUSES, SILENCE, SYMBOLS, TIMELESS

STATES = 3
STATE_COUNT = len(SYMBOLS) * STATES
GAP = SILENCE * STATES + 1
"""The one state of a gap between words."""
LOG_STAY, LOG_MOVE = float(np.log(0.7)), float(np.log(0.3))
_MARKS = frozenset(ID[mark] for mark in ",.!?;:—…")
_IMPOSSIBLE = -1e30

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """The states of one utterance, in order; all of shape [states]."""

    states: Ints
    optional: Ints
    """How many states from here on may be left out together."""
    symbols: Ints
    """The place in the utterance's ids that a state belongs to."""

    @staticmethod
    def of(ids: Sequence[int]) -> "Chain":
        """A gap is one state that may be missing, a mark a whole silence that may be missing."""
        parts: list[tuple[int, int, int]] = []
        for place, symbol in enumerate(ids):
            before = ids[place - 1] if place else None
            if symbol in TIMELESS or (symbol in PAUSES and place == len(ids) - 1 and before in PAUSES):
                continue
            if symbol == ID[" "]:
                if before not in _MARKS:  # otherwise the mark holds the pause
                    parts.append((GAP, 1, place))
                continue
            first = (SILENCE if symbol in PAUSES else symbol) * STATES
            skipped = STATES if symbol in PAUSES else 0
            parts += [(first + state, 0 if state else skipped, place) for state in range(STATES)]
        return Chain(*(np.array(column) for column in zip(*parts, strict=True)))

    def evenly(self, frames: int) -> Ints:
        """A first path [frames]: equal shares for all states but the gaps between words."""
        kept = np.flatnonzero(~((self.states == GAP) & (self.optional == 1)))
        return kept[np.minimum(np.arange(frames) * len(kept) // frames, len(kept) - 1)]


def best_paths(emissions: Sequence[Floats], chains: Sequence[Chain]) -> tuple[list[Ints], float]:
    """The best path [frames] through each chain, and the sum of their log-likelihoods, by Viterbi.

    `emissions`: per utterance log-likelihoods [frames, STATE_COUNT]. All utterances advance together.
    """
    longest, widest = max(map(len, emissions)), max(len(chain.states) for chain in chains)
    scores = np.full((len(chains), longest, widest), _IMPOSSIBLE, np.float32)
    optional = np.zeros((len(chains), widest), np.int64)
    for row, (emission, chain) in enumerate(zip(emissions, chains, strict=True)):
        scores[row, : len(emission), : len(chain.states)] = emission[:, chain.states]
        optional[row, : len(chain.states)] = chain.optional
    jumps = [_jumps(optional, size) for size in (1, STATES)]
    back = np.zeros(scores.shape, np.int8)
    best = np.full(optional.shape, _IMPOSSIBLE, np.float32)
    best[:, 0] = scores[:, 0, 0]
    entered = np.arange(len(chains)), optional[:, 0]
    best[entered] = np.where(optional[:, 0] > 0, scores[:, 0][entered], best[:, 0])
    totals = np.empty(len(chains), np.float32)
    paths: list[Ints] = [np.zeros(0, np.int64)] * len(chains)
    for time in range(longest):
        if time:
            best, back[:, time] = _advance(best, jumps)
            best += scores[:, time]
        for row in (row for row, emission in enumerate(emissions) if len(emission) == time + 1):
            last = _last_state(best[row], chains[row])
            totals[row], paths[row] = best[row, last], _traced(back[row, : time + 1], last)
    return paths, float(totals.sum())


@dataclass(frozen=True, slots=True, eq=False)
class _Jumps:
    """The states that may be entered over the optional ones before them, rows and columns."""

    rows: Ints
    columns: Ints
    size: int


def _jumps(optional: Ints, skipped: int) -> _Jumps:
    rows, columns = np.nonzero(optional[:, :-skipped] == skipped)
    fits = columns > 0
    return _Jumps(rows[fits], columns[fits] + skipped, skipped + 1)


def _advance(best: Floats, jumps: Sequence[_Jumps]) -> tuple[Floats, NDArray[np.int8]]:
    """The best scores one frame later, without the frame itself, and how far each came from."""
    chosen, moved = best + LOG_STAY, best[:, :-1] + LOG_MOVE
    taken = np.zeros(best.shape, np.int8)
    np.greater(moved, chosen[:, 1:], out=taken[:, 1:], casting="unsafe")
    np.maximum(chosen[:, 1:], moved, out=chosen[:, 1:])
    for jump in jumps:
        candidate = best[jump.rows, jump.columns - jump.size] + LOG_MOVE
        better = candidate > chosen[jump.rows, jump.columns]
        rows, columns = jump.rows[better], jump.columns[better]
        chosen[rows, columns], taken[rows, columns] = candidate[better], jump.size
    return np.maximum(chosen, _IMPOSSIBLE, out=chosen), taken


def _last_state(best: Floats, chain: Chain) -> int:
    """The last one, or the one before an optional silence at the end."""
    last = len(chain.states) - 1
    earlier = last - STATES
    if earlier >= 0 and chain.optional[earlier + 1] == STATES and best[earlier] > best[last]:
        return earlier
    return last


def _traced(back: NDArray[np.int8], last: int) -> Ints:
    path = np.empty(len(back), np.int64)
    for time in range(len(back) - 1, -1, -1):
        path[time] = last
        last -= int(back[time, last])
    return path
