"""Trains the letter-to-sound model of one accent and writes it into the package.

    OPENBLAS_NUM_THREADS=1 nice -n 15 python training/letter_to_sound/train.py us

The same seed gives the same model on the same machine. It takes under ten minutes on one core.
"""

import argparse
import math
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from examples import Entry, Example, split
from network import FLAGS, HISTORY, SYMBOLS, Adam, Batch, Network
from report import report

PACKAGE = Path(__file__).parents[2] / "service" / "vivavoce" / "text" / "languages" / "data"
EPOCHS = 7
BATCH_WORDS = 64
LEARNING_RATE = 2e-3
WARM_UP_STEPS = 200
RAREST_GRAPHONE = 5
"""A graphone seen less often is an accident."""
END = SYMBOLS - 1

Graphone = tuple[str, str]
"""A letter and its sounds: ("a", "ˈæ")."""


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("accent", choices=("us", "gb"))
    arguments.add_argument("--seed", type=int, default=1)
    chosen = arguments.parse_args()
    data = split(chosen.accent, chosen.seed)
    graphones = _graphones(data.training)
    network = train(data.training, graphones, chosen.seed)
    path = PACKAGE / f"letter_to_sound_{chosen.accent}.npz"
    save(network, graphones, path)
    print(f"{path.name}: {path.stat().st_size / 1e6:.2f} MB, {len(graphones)} graphones")
    report(path, {"random": data.random, "strangers": data.strangers})


def _graphones(training: Sequence[Example]) -> list[Graphone]:
    counts: Counter[Graphone] = Counter()
    for example in training:
        counts.update(_spelt_out(example))
    return sorted(graphone for graphone, count in counts.items() if count >= RAREST_GRAPHONE)


def _spelt_out(example: Example) -> list[Graphone]:
    return [(letter, "".join(part)) for letter, part in zip(example.entry.word, example.letters, strict=True)]


def symbols_of(entry: Entry) -> list[int]:
    """The network's input for a word: see `letter_to_sound.py`."""
    beginning = 27 + 2 * (not entry.is_gold) + entry.is_name
    return [beginning, *(ord(letter) - 96 for letter in entry.word), END]


def train(training: Sequence[Example], graphones: Sequence[Graphone], seed: int) -> Network:
    """The trained network."""
    rng = np.random.default_rng(seed)
    allowed = np.zeros((SYMBOLS, len(graphones)), np.bool_)
    for index, (letter, _) in enumerate(graphones):
        allowed[ord(letter) - 96, index] = True
    numbers = {graphone: index for index, graphone in enumerate(graphones)}
    known = [example for example in training if all(graphone in numbers for graphone in _spelt_out(example))]
    by_length: defaultdict[int, list[tuple[list[int], list[int]]]] = defaultdict(list)
    for example in known:
        numbered = [numbers[graphone] for graphone in _spelt_out(example)]
        by_length[len(numbered)].append((symbols_of(example.entry), numbered))
    network = Network(allowed, rng)
    optimiser = Adam(network.weights)
    steps = EPOCHS * sum(math.ceil(len(words) / BATCH_WORDS) for words in by_length.values())
    step, start = 0, time.process_time()
    for epoch in range(EPOCHS):
        losses = []
        for batch in _batches(by_length, graphones, rng):
            rate = (
                LEARNING_RATE
                * min(1.0, step / WARM_UP_STEPS)
                * (0.51 + 0.49 * math.cos(math.pi * step / steps))
            )
            loss, gradients = network.gradients(batch, rng)
            optimiser.step(gradients, rate)
            losses.append(loss)
            step += 1
        print(
            f"epoch {epoch + 1}: {np.mean(losses):.4f} nats, {time.process_time() - start:.0f} s", flush=True
        )
    return network


def _batches(
    by_length: dict[int, list[tuple[list[int], list[int]]]],
    graphones: Sequence[Graphone],
    rng: np.random.Generator,
) -> Iterator[Batch]:
    """All words once, in random order, batches of one length each."""
    effects = np.array([effect_of(sounds) for _, sounds in graphones], np.float32)
    groups = []
    for words in by_length.values():
        order = rng.permutation(len(words))
        groups += [
            [words[at] for at in order[i : i + BATCH_WORDS]] for i in range(0, len(words), BATCH_WORDS)
        ]
    for at in rng.permutation(len(groups)):
        symbols = np.array([word for word, _ in groups[at]])
        numbered = np.array([numbers for _, numbers in groups[at]])
        wanted = np.pad(numbered, ((0, 0), (1, 1)), constant_values=-1)
        history = np.full((*symbols.shape, HISTORY), len(graphones))
        flags = np.zeros((*symbols.shape, FLAGS), np.float32)
        for back in range(HISTORY):
            history[:, 2 + back : -1, back] = numbered[:, : max(0, numbered.shape[1] - 1 - back)]
        flags[:, 2:-1] = np.minimum(np.cumsum(effects[numbered], 1), (1, 1, 4))[:, :-1] * (1, 1, 0.5)
        yield Batch(symbols, wanted, history, flags)


def effect_of(sounds: str) -> tuple[bool, bool, bool]:
    """Whether they have primary stress, secondary stress, a vowel."""
    return "ˈ" in sounds, "ˌ" in sounds, any(sound in "AIOQWYaiuæɑɒɔəɛɜɪʊʌᵻᵊ" for sound in sounds)


def save(network: Network, graphones: Sequence[Graphone], path: Path) -> None:
    """Writes the weights as 8-bit numbers with a scale per column."""
    arrays: dict[str, np.ndarray] = {
        "graphone_letters": np.array([ord(letter) - 96 for letter, _ in graphones], np.uint8)
    }
    arrays["graphone_sounds"] = np.array([sounds for _, sounds in graphones])
    for name, weight in network.weights.items():
        scale = np.maximum(np.abs(weight).max(0), 1e-8) / 127
        arrays[name] = np.round(weight / scale).astype(np.int8)
        arrays[f"{name}_scale"] = scale.astype(np.float32)
    np.savez_compressed(path, **arrays)


if __name__ == "__main__":
    main()
