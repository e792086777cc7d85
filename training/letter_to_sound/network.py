"""The letter-to-sound network and its gradients, in numpy.

Letters in, a graphone (a letter with its sounds) per letter out. Residual convolutions read the whole
spelling; a small output layer then chooses each graphone from the letter's own reading, the mean over the
word, the last three graphones, and how much stress and how many vowels there are so far. `letter_to_sound.py`
of the package runs it; the names and shapes of the weights are the same here and there.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Weights = dict[str, Floats]

SYMBOLS = 32
"""Padding, 26 letters, four beginnings (rough or checked dictionary, word or name), the end."""
LETTER_SIZE, CHANNELS, LAYERS, KERNEL = 64, 96, 3, 5
HISTORY, GRAPHONE_SIZE, HIDDEN, FLAGS = 3, 32, 256, 3
DROPOUT = 0.1
_IMPOSSIBLE = -30.0


@dataclass(frozen=True)
class Batch:
    """Words of one length; B of them with L symbols."""

    symbols: NDArray[np.int64]
    """[B, L]"""
    graphones: NDArray[np.int64]
    """[B, L]; -1 at the beginning and the end."""
    history: NDArray[np.int64]
    """[B, L, HISTORY], the last one first."""
    flags: Floats
    """[B, L, FLAGS]"""


class Network:
    """Weights, and what they give."""

    def __init__(self, allowed: NDArray[np.bool_], rng: np.random.Generator) -> None:
        """`allowed`: [SYMBOLS, graphones], which graphones a letter can be."""
        self.mask = np.where(allowed, 0.0, _IMPOSSIBLE).astype(np.float32)
        graphones = allowed.shape[1]

        def scaled(inputs: int, outputs: int, gain: float = 1.0) -> Floats:
            return (rng.standard_normal((inputs, outputs)) * gain * math.sqrt(2 / inputs)).astype(np.float32)

        self.weights: Weights = {
            "letters": (rng.standard_normal((SYMBOLS, LETTER_SIZE)) * 0.3).astype(np.float32),
            "graphones": (rng.standard_normal((graphones + 1, GRAPHONE_SIZE)) * 0.3).astype(np.float32),
            "hidden": scaled(2 * CHANNELS + HISTORY * GRAPHONE_SIZE + FLAGS, HIDDEN),
            "hidden_bias": np.zeros(HIDDEN, np.float32),
            "output": scaled(HIDDEN, graphones, 0.5),
            "output_bias": np.zeros(graphones, np.float32),
        }
        for layer in range(LAYERS):
            size = CHANNELS if layer else LETTER_SIZE
            self.weights[f"convolution{layer}"] = scaled(KERNEL * size, CHANNELS, 0.5 if layer else 1.0)
            self.weights[f"convolution{layer}_bias"] = np.zeros(CHANNELS, np.float32)

    def gradients(self, batch: Batch, rng: np.random.Generator) -> tuple[float, Weights]:
        """The mean loss in nats per letter, and its gradient by every weight."""
        weights = self.weights
        gradients: Weights = {}
        read, inputs, active = self._read(batch.symbols)
        chosen = batch.graphones >= 0
        wanted, history = batch.graphones[chosen], batch.history[chosen]
        mean = np.broadcast_to(read.mean(1, keepdims=True), read.shape)
        features = np.concatenate(
            [
                read[chosen],
                mean[chosen],
                weights["graphones"][history].reshape(len(wanted), -1),
                batch.flags[chosen],
            ],
            1,
        )
        kept = _dropout(features.shape, rng)
        features = features * kept
        before = features @ weights["hidden"] + weights["hidden_bias"]
        kept_hidden = _dropout(before.shape, rng)
        hidden = np.maximum(before, 0) * kept_hidden
        scores = hidden @ weights["output"] + weights["output_bias"] + self.mask[batch.symbols[chosen]]
        odds = np.exp(scores - scores.max(1, keepdims=True))
        odds /= odds.sum(1, keepdims=True)
        rows = np.arange(len(wanted))
        loss = float(-np.log(odds[rows, wanted] + 1e-9).mean())

        odds[rows, wanted] -= 1
        by_scores = odds / len(wanted)
        gradients["output"], gradients["output_bias"] = hidden.T @ by_scores, by_scores.sum(0)
        by_hidden = (by_scores @ weights["output"].T) * kept_hidden * (before > 0)
        gradients["hidden"], gradients["hidden_bias"] = features.T @ by_hidden, by_hidden.sum(0)
        by_features = (by_hidden @ weights["hidden"].T) * kept
        gradients["graphones"] = np.zeros_like(weights["graphones"])
        by_history = by_features[:, 2 * CHANNELS : -FLAGS].reshape(-1, GRAPHONE_SIZE)
        np.add.at(gradients["graphones"], history.ravel(), by_history)
        by_read = np.zeros_like(read)
        by_read[chosen] = by_features[:, CHANNELS : 2 * CHANNELS]
        by_read = np.repeat(by_read.sum(1, keepdims=True) / read.shape[1], read.shape[1], 1)
        by_read[chosen] += by_features[:, :CHANNELS]
        self._read_gradients(batch.symbols, by_read, inputs, active, gradients)
        return loss, gradients

    def _read(self, symbols: NDArray[np.int64]) -> tuple[Floats, list[Floats], list[NDArray[np.bool_]]]:
        """What is read at each letter [B, L, CHANNELS]; the inputs and the active outputs of each layer."""
        read = self.weights["letters"][symbols]
        inputs, active = [], []
        for layer in range(LAYERS):
            padded = np.pad(read, ((0, 0), (KERNEL // 2, KERNEL // 2), (0, 0)))
            windows = sliding_window_view(padded, KERNEL, axis=1).transpose(0, 1, 3, 2)
            windows = windows.reshape(*symbols.shape, -1)
            out = windows @ self.weights[f"convolution{layer}"] + self.weights[f"convolution{layer}_bias"]
            inputs.append(windows)
            active.append(out > 0)
            out = np.maximum(out, 0)
            read = read + out if layer else out
        return read, inputs, active

    def _read_gradients(
        self,
        symbols: NDArray[np.int64],
        by_read: Floats,
        inputs: list[Floats],
        active: list[NDArray[np.bool_]],
        gradients: Weights,
    ) -> None:
        """Adds the gradients of the convolutions and the letters."""
        length, margin = symbols.shape[1], KERNEL // 2
        for layer in reversed(range(LAYERS)):
            by_out = (by_read * active[layer]).reshape(-1, CHANNELS)
            gradients[f"convolution{layer}"] = inputs[layer].reshape(len(by_out), -1).T @ by_out
            gradients[f"convolution{layer}_bias"] = by_out.sum(0)
            by_windows = (by_out @ self.weights[f"convolution{layer}"].T).reshape(*symbols.shape, KERNEL, -1)
            by_padded = np.zeros((len(symbols), length + 2 * margin, by_windows.shape[-1]), np.float32)
            for offset in range(KERNEL):
                by_padded[:, offset : offset + length] += by_windows[:, :, offset]
            by_input = by_padded[:, margin : margin + length]
            by_read = by_read + by_input if layer else by_input
        gradients["letters"] = np.zeros_like(self.weights["letters"])
        np.add.at(gradients["letters"], symbols.ravel(), by_read.reshape(-1, LETTER_SIZE))


def _dropout(shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    return (rng.random(shape, dtype=np.float32) > DROPOUT).astype(np.float32) / np.float32(1 - DROPOUT)


class Adam:
    """Kingma and Ba, Adam: A Method for Stochastic Optimization, 2015."""

    def __init__(self, weights: Weights) -> None:
        self._weights = weights
        self._mean = {name: np.zeros_like(weight) for name, weight in weights.items()}
        self._square = {name: np.zeros_like(weight) for name, weight in weights.items()}
        self._steps = 0

    def step(self, gradients: Weights, rate: float) -> None:
        """Moves the weights against the gradients."""
        self._steps += 1
        correction = rate * math.sqrt(1 - 0.99**self._steps) / (1 - 0.9**self._steps)
        for name, gradient in gradients.items():
            mean, square = self._mean[name], self._square[name]
            mean += 0.1 * (gradient - mean)
            square += 0.01 * (gradient * gradient - square)
            self._weights[name] -= correction * mean / (np.sqrt(square) + 1e-8)
