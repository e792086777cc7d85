"""The family of Kokoro-82M as `vivavoce export` makes it: two graphs that take real batches.

encoder: symbols, a style by voice and length, speed → how long each symbol lasts, and frames of 25 ms
decoder: frames, the style and noise → samples

A batch is one run of each graph, and a row sounds as it does alone. The noise is fed: the same seed, text and
model give the same samples. The decoder normalises over all of a text, so a segment is a single window.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from vivavoce.core import Samples
from vivavoce.models import kokoro_inputs, packs
from vivavoce.models.base import Decoded, DecodeItem, Encoded, EncodeItem, Run, Window
from vivavoce.models.batching import stacked
from vivavoce.models.kokoro_inputs import Inputs
from vivavoce.models.manifest import Manifest, ModelError
from vivavoce.models.session import Device, Session, SessionRun, Tensor, open_session

ENCODER, DECODER = "encoder.onnx", "decoder.onnx"
ENCODER_INPUTS = frozenset({"input_ids", "lengths", "style", "speed"})
DECODER_INPUTS = frozenset({"frames", "lengths", "style", "noise"})
SAMPLES_PER_FRAME = 600
NOISE_SAMPLES = 1 << 20
NOISE_STRIDE = 0x9E3779B1
"""Prime: where a seed's noise begins has nothing to do with where the next one's does."""


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """The encoder's result for one row."""

    values: Tensor
    """Shape [frames, channels]."""
    style: packs.Styles
    seed: int
    phoneme_seconds: tuple[float, ...]
    windows: tuple[Window]
    """`cost` counts the frames."""
    rest: None = None


def load(directory: Path, device: Device) -> "BatchedKokoro":
    """The model in `directory`: model.toml, and of its files the two graphs, the one .json, voice packs."""
    inputs = kokoro_inputs.read(directory)
    encoder = _graph(directory, inputs.listed, ENCODER, ENCODER_INPUTS, device)
    return BatchedKokoro(inputs, encoder, _graph(directory, inputs.listed, DECODER, DECODER_INPUTS, device))


def _graph(directory: Path, listed: Manifest, name: str, expected: frozenset[str], device: Device) -> Session:
    if name not in listed.files:
        raise ModelError(f"there is no {name} among its files")
    session = open_session(directory / name, device)
    if session.inputs.keys() != expected:
        raise ModelError(
            f"{name} is not what `vivavoce export` makes: it takes {', '.join(session.inputs)}; expected are "
            f"{', '.join(sorted(expected))}"
        )
    return session


class BatchedKokoro:
    """A model of this family, for models.base.Model."""

    def __init__(self, inputs: Inputs, encoder: Session, decoder: Session) -> None:
        self.facts = inputs.facts("kokoro-batched")
        self._inputs = inputs
        self._encoder = encoder
        self._decoder = decoder
        # Drawn once: drawing it for each row would cost a GPU's thread a third of its time.
        self._noise = np.random.default_rng(0).standard_normal(NOISE_SAMPLES, np.float32)

    def new_run(self) -> Run:
        return SessionRun()

    def encode(self, items: Sequence[EncodeItem], run: Run) -> list[Encoded]:
        """One Frames per item. Raises ValueError for phonemes that it cannot say, KeyError for a voice."""
        ids = [np.array(self._inputs.ids(item.phonemes), np.int64) for item in items]
        styles = [self._inputs.style(item.voice, len(item.phonemes)) for item in items]
        outputs = self._encoder.run(
            {
                "input_ids": stacked(ids),
                "lengths": np.array([len(row) for row in ids], np.int64),
                "style": np.stack(styles),
                "speed": np.array([item.speed for item in items], np.float32),
            },
            run,
        )
        return [self._frames(*row) for row in zip(items, styles, *outputs, strict=True)]

    def decode(self, items: Sequence[DecodeItem], run: Run) -> list[Decoded]:
        """The samples of each whole row."""
        rows = [cast("Frames", item.encoded) for item in items]
        lengths = [len(row.values) for row in rows]
        (waveforms,) = self._decoder.run(
            {
                "frames": stacked([row.values for row in rows]),
                "lengths": np.array(lengths, np.int64),
                "style": np.stack([row.style for row in rows]),
                "noise": stacked([self._noise_of(row) for row in rows]),
            },
            run,
        )
        # Copied, so that a short row does not keep the whole batch in memory.
        return [
            Decoded(samples[: length * SAMPLES_PER_FRAME].copy(), row.phoneme_seconds)
            for samples, length, row in zip(waveforms, lengths, rows, strict=True)
        ]

    def _frames(
        self, item: EncodeItem, style: packs.Styles, durations: Tensor, values: Tensor, length: np.int64
    ) -> Frames:
        frames = int(length)
        seconds = frames * SAMPLES_PER_FRAME / self.facts.sample_rate_hertz
        own_durations = durations[: len(item.phonemes) + 2]
        return Frames(
            values[:frames].copy(),
            style,
            item.seed,
            kokoro_inputs.phoneme_seconds(own_durations, seconds),
            (Window(0, frames),),
        )

    def _noise_of(self, row: Frames) -> Samples:
        """As much as the row needs; where it begins in what was drawn depends on the seed."""
        begin = row.seed * NOISE_STRIDE % NOISE_SAMPLES
        places = np.arange(begin, begin + len(row.values) * SAMPLES_PER_FRAME)
        return self._noise.take(places, mode="wrap")
