"""Sounds out a word that is in no dictionary, with a small network of our own.

A spelling comes in, phonemes with stress go out. The network reads the whole word with a few convolutions and
then chooses, letter by letter, a graphone: the letter with the 0 to 3 phonemes that it stands for. A beam
search keeps the likeliest words so far. `training/letter_to_sound` made it from the dictionaries.
"""

from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vivavoce.text.languages.stress import PRIMARY, SECONDARY, VOWELS, emphatic

Floats = NDArray[np.float32]

BEAM = 4
_END = 31
_WORD, _NAME = 27, 28
"""Symbols before the letters 1 to 26: a word or a name, as the checked dictionary would have it."""
_MOST_VOWELS = 4
_UNTHREADED = 200_000
"""Multiplications in one product; OpenBLAS starts threads above 2^18."""


class _Hypothesis(NamedTuple):
    """A beginning of a word."""

    cost: float
    """Minus its log probability."""
    graphones: tuple[int, ...]
    has_primary: bool = False
    has_secondary: bool = False
    vowels: int = 0


class LetterToSound:
    """The network of one accent. It never changes, so any number of threads may use it at once."""

    def __init__(self, data: str) -> None:
        """`data`: name of a file in the package's folder `data`."""
        with (
            files("vivavoce.text.languages").joinpath("data", data).open("rb") as file,
            np.load(file) as stored,
        ):
            arrays = dict(stored)
        weights = {name: _restored(arrays, name) for name in arrays if f"{name}_scale" in arrays}
        self._sounds = tuple(str(sounds) for sounds in arrays["graphone_sounds"])
        self._letters = weights["letters"]
        self._convolutions: list[tuple[Floats, Floats]] = []
        while (name := f"convolution{len(self._convolutions)}") in weights:
            self._convolutions.append((weights[name], weights[f"{name}_bias"]))
        self._kernel = len(self._convolutions[0][0]) // self._letters.shape[1]
        self._plan_choices(weights, arrays["graphone_letters"])

    def _plan_choices(self, weights: dict[str, Floats], graphone_letters: NDArray[np.uint8]) -> None:
        """Splits the hidden layer by where its inputs come from, so that a step only adds rows of tables."""
        channels, embedded = self._convolutions[0][0].shape[1], weights["graphones"]
        hidden, size = weights["hidden"], embedded.shape[1]
        history = (len(hidden) - 2 * channels) // size
        by_graphone, by_flags = np.split(hidden[2 * channels :], [history * size])
        tables = [embedded @ table for table in np.split(by_graphone, history)]
        flags = [
            (first, second, n / 2) for first in (0, 1) for second in (0, 1) for n in range(_MOST_VOWELS + 1)
        ]
        self._memory = np.concatenate([*tables, np.array(flags, np.float32) @ by_flags])
        self._starts = [back * len(embedded) for back in range(history)]
        self._flags = history * len(embedded)
        self._by_reading = hidden[: 2 * channels]
        self._hidden_bias = weights["hidden_bias"]
        self._blank = len(embedded) - 1
        self._choices = {
            letter: np.flatnonzero(graphone_letters == letter).tolist() for letter in range(1, 27)
        }
        self._output = {
            letter: (weights["output"][:, chosen], weights["output_bias"][chosen])
            for letter, chosen in self._choices.items()
        }

    def sound_out(self, word: str, *, is_name: bool = False) -> str:
        """The phonemes of a word of ASCII letters in lower case, one of them with primary stress."""
        symbols = [_NAME if is_name else _WORD, *(ord(letter) - 96 for letter in word), _END]
        readings = self._read(symbols)
        hypotheses = [_Hypothesis(0.0, ())]
        for symbol, reading in zip(symbols[1:-1], readings[1:-1], strict=True):
            hypotheses = self._extended(hypotheses, symbol, reading)
        return _stressed("".join(self._sounds[graphone] for graphone in hypotheses[0].graphones))

    def _read(self, symbols: list[int]) -> Floats:
        """What the hidden layer gets from the spelling, for each symbol."""
        read = self._letters[symbols]
        margin = np.zeros((self._kernel // 2, 1), np.float32)
        for layer, (weight, bias) in enumerate(self._convolutions):
            edge = np.broadcast_to(margin, (len(margin), read.shape[1]))
            padded = np.concatenate([edge, read, edge])
            windows = np.concatenate([padded[start : start + len(read)] for start in range(self._kernel)], 1)
            out = np.maximum(_product(windows, weight) + bias, 0)
            read = read + out if layer else out
        features = np.concatenate([read, np.broadcast_to(read.mean(0), read.shape)], 1)
        return _product(features, self._by_reading) + self._hidden_bias

    def _extended(self, hypotheses: list[_Hypothesis], symbol: int, reading: Floats) -> list[_Hypothesis]:
        """The likeliest continuations by the graphones of one letter, the best one first."""
        output, bias = self._output[symbol]
        scores = _product(np.maximum(reading + self._remembered(hypotheses), 0), output) + bias
        scores -= scores.max(1, keepdims=True)
        costs = np.log(np.exp(scores).sum(1, keepdims=True)) - scores
        costs += np.array([[hypothesis.cost] for hypothesis in hypotheses], np.float32)
        best = np.argsort(costs, axis=None, kind="stable")[:BEAM].tolist()
        choices = self._choices[symbol]
        return [
            self._with_graphone(hypotheses[row], choices[column], float(costs[row, column]))
            for row, column in (divmod(at, len(choices)) for at in best)
        ]

    def _remembered(self, hypotheses: list[_Hypothesis]) -> Floats:
        """What the hidden layer gets from what was chosen before, for each hypothesis."""
        rows = [
            (
                *(
                    start + graphone
                    for start, graphone in zip(self._starts, reversed(one.graphones), strict=False)
                ),
                *(start + self._blank for start in self._starts[len(one.graphones) :]),
                self._flags + 10 * one.has_primary + 5 * one.has_secondary + min(one.vowels, _MOST_VOWELS),
            )
            for one in hypotheses
        ]
        return np.asarray(self._memory[rows].sum(1), np.float32)

    def _with_graphone(self, hypothesis: _Hypothesis, graphone: int, cost: float) -> _Hypothesis:
        sounds = self._sounds[graphone]
        return _Hypothesis(
            cost,
            (*hypothesis.graphones, graphone),
            hypothesis.has_primary or PRIMARY in sounds,
            hypothesis.has_secondary or SECONDARY in sounds,
            hypothesis.vowels + (not VOWELS.isdisjoint(sounds) or "ᵊ" in sounds),
        )


def _restored(arrays: dict[str, NDArray[np.generic]], name: str) -> Floats:
    return np.asarray(arrays[name], np.float32) * np.asarray(arrays[f"{name}_scale"], np.float32)


def _product(left: Floats, right: Floats) -> Floats:
    """`left @ right` in blocks of rows that are too small for the linear algebra library to start threads:
    waiting for those takes ten times as long as the product, and takes cores from the models."""
    if len(left) == 1:
        return _product(np.repeat(left, 2, 0), right)[:1]
    blocks = -(-len(left) * right.size // _UNTHREADED)
    if blocks == 1:
        return left @ right
    rows = -(-len(left) // blocks)
    return np.concatenate([left[start : start + rows] @ right for start in range(0, len(left), rows)])


def _stressed(phonemes: str) -> str:
    """With exactly one primary stress: the first, if there are several."""
    first, mark, rest = phonemes.partition(PRIMARY)
    return first + mark + rest.replace(PRIMARY, SECONDARY) if mark else emphatic(phonemes)
