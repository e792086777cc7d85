"""The family of the embedded voice: two graphs with plain frames between them.

encoder: symbols → frames (80 log-mel bands, log F0, voicing, phase, frame number) and durations
decoder: frames → samples; what it makes of a frame depends on `margin_frames` to each side and no more

So any stretch of frames that carries its margins decodes on its own, and windows join to exactly the full
decode. Neither graph draws random numbers: what varies from reading to reading comes in as noise, which is
drawn here from the seed and the text, so the same of both gives the same samples.

One speaker gives several voices: by the length of the vocal tract, which moves the formants, by pitch, by the
range of the melody and by pace.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import Voice
from vivavoce.models.base import Decoded, DecodeItem, Encoded, EncodeItem, Facts, Run, Window
from vivavoce.models.characters import Character, character, melody, noise
from vivavoce.models.session import Device, Session, SessionRun, Tensor, open_session

SILENCE = "<sil>"
"""Frames every text."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the graphs want their numbers."""

    symbol_ids: Mapping[str, int | None]
    """None for a character that the voice passes over, such as a quotation mark."""
    silence_id: int
    hop_samples: int
    """Samples of a frame."""
    margin_frames: int
    noise_size: int
    """Random numbers that the encoder takes for each symbol."""
    voicing_channel: int
    """Of the frames; at 0 there, the decoder whispers."""
    window_frames: tuple[int, ...]
    """Lengths of an utterance's windows, growing from the first one; the last length repeats."""


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """The encoder's result for one row."""

    values: NDArray[np.float32]
    """Shape [frames + 2 · margin, channels]."""
    windows: tuple[Window, ...]
    """`cost` counts the frames that the decoder sees, margins included."""
    phoneme_seconds: tuple[float, ...]
    gain: float
    """Factor on the samples."""


def load(directory: Path, device: Device) -> "Viva":
    """The voice in `directory`: config.json, encoder.onnx, decoder.onnx."""
    config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    encoder, decoder = (open_session(directory / f"{name}.onnx", device) for name in ("encoder", "decoder"))
    layout = _layout(config)
    characters = {voice["id"]: character(voice) for voice in config["voices"]}
    return Viva(_facts(config, layout), layout, characters, encoder, decoder)


class Viva:
    """A voice of this family, for models.base.Model."""

    def __init__(
        self,
        facts: Facts,
        layout: Layout,
        characters: Mapping[str, Character],
        encoder: Session,
        decoder: Session,
    ) -> None:
        self.facts = facts
        self._layout = layout
        self._characters = characters
        self._encoder = encoder
        self._decoder = decoder

    def new_run(self) -> Run:
        return SessionRun()

    def encode(self, items: Sequence[EncodeItem], run: Run) -> list[Encoded]:
        """One Frames per item. Raises ValueError for phonemes that it cannot say, KeyError for a voice."""
        texts = [self._symbol_ids(item.phonemes) for item in items]
        outputs = self._encoder.run(self._feeds(items, texts), run)
        rows = zip(items, texts, *outputs, strict=True)
        return [self._frames(item, text, *row) for item, text, *row in rows]

    def decode(self, items: Sequence[DecodeItem], run: Run) -> list[Decoded]:
        """The samples of each window."""
        rows = [cast("Frames", item.encoded) for item in items]
        windows = [self._window(row, item.window) for row, item in zip(rows, items, strict=True)]
        (audio,) = self._decoder.run({"frames": _stacked(windows)}, run)
        hop, margins = self._layout.hop_samples, 2 * self._layout.margin_frames
        lengths = [(len(window) - margins) * hop for window in windows]
        # Copied, so that a short row does not keep the whole batch in memory.
        return [
            Decoded(samples[:length] * np.float32(row.gain), row.phoneme_seconds)
            for samples, length, row in zip(audio, lengths, rows, strict=True)
        ]

    def _feeds(self, items: Sequence[EncodeItem], texts: Sequence[list[int | None]]) -> dict[str, Tensor]:
        silence = self._layout.silence_id
        symbols = [[silence, *(symbol for symbol in text if symbol is not None), silence] for text in texts]
        characters = [self._characters[item.voice] for item in items]
        pairs = list(zip(items, characters, strict=True))
        melodies = [melody(*pair, text) for pair, text in zip(pairs, texts, strict=True)]
        ranges = [item.delivery.pitch_range * character.pitch_range for item, character in pairs]
        speeds = [item.speed * character.pace for item, character in pairs]
        size = self._layout.noise_size
        noises = [noise(item.seed, row, size) for item, row in zip(items, symbols, strict=True)]
        return {
            "ids": _stacked([np.array(row, np.int64) for row in symbols]),
            "lengths": np.array([len(row) for row in symbols], np.int64),
            "speed": np.array(speeds, np.float32),
            "voice": np.array([character.speaker for character in characters], np.int64),
            "pitch": _stacked(melodies),
            "pitch_range": np.array(ranges, np.float32),
            "tract": np.array([character.tract for character in characters], np.float32),
            "noise": _stacked(noises),
        }

    def _symbol_ids(self, phonemes: str) -> list[int | None]:
        if not 0 < len(phonemes) <= self.facts.max_phonemes:
            raise ValueError(f"{len(phonemes)} phonemes: the voice takes 1 to {self.facts.max_phonemes}")
        if unknown := set(phonemes) - self.facts.symbols:
            raise ValueError(f"phonemes that the voice does not know: {' '.join(sorted(unknown))}")
        return [self._layout.symbol_ids[phoneme] for phoneme in phonemes]

    def _frames(
        self, item: EncodeItem, text: list[int | None], values: Tensor, length: np.int64, durations: Tensor
    ) -> Frames:
        margins = 2 * self._layout.margin_frames
        sizes = self._layout.window_frames
        lengths = window_lengths(int(length), sizes, start=0 if item.first else len(sizes) - 1)
        own = values[: int(length) + margins].copy()
        if item.delivery.whispered:
            own[:, self._layout.voicing_channel] = 0.0
        return Frames(
            own,
            tuple(Window(index, frames + margins) for index, frames in enumerate(lengths)),
            self._phoneme_seconds(text, durations),
            self._characters[item.voice].gain,
        )

    def _phoneme_seconds(self, text: list[int | None], durations: Tensor) -> tuple[float, ...]:
        spoken = [index for index, symbol in enumerate(text) if symbol is not None]
        frames = np.zeros(len(text))
        frames[spoken] = durations[1 : len(spoken) + 1]
        frames[0] += durations[0]
        frames[-1] += durations[len(spoken) + 1]
        return tuple((frames * self._layout.hop_samples / self.facts.sample_rate_hertz).tolist())

    def _window(self, encoded: Frames, window: Window) -> NDArray[np.float32]:
        margins = 2 * self._layout.margin_frames
        start = sum(earlier.cost - margins for earlier in encoded.windows[: window.index])
        return encoded.values[start : start + window.cost]


def window_lengths(frames: int, sizes: Sequence[int], *, start: int = 0) -> list[int]:
    """Cuts `frames` into pieces of `sizes` from `start` on, the last size repeated; a remainder shorter than
    the first size goes to the piece before it."""
    lengths: list[int] = []
    while (left := frames - sum(lengths)) > 0:
        size = sizes[min(start + len(lengths), len(sizes) - 1)]
        lengths.append(left if left < size + sizes[0] else size)
    return lengths


def _stacked(rows: Sequence[Tensor]) -> Tensor:
    """The rows as one batch, padded with zeros behind."""
    batch = np.zeros((len(rows), max(map(len, rows)), *rows[0].shape[1:]), rows[0].dtype)
    for target, row in zip(batch, rows, strict=True):
        target[: len(row)] = row
    return batch


def _layout(config: Mapping[str, Any]) -> Layout:
    ids = {symbol: index for index, symbol in enumerate(config["symbols"])}
    spoken: dict[str, int | None] = {symbol: index for symbol, index in ids.items() if len(symbol) == 1}
    aliases = {alias: ids[symbol] if symbol else None for alias, symbol in config["aliases"].items()}
    return Layout(
        symbol_ids=spoken | aliases,
        silence_id=ids[SILENCE],
        hop_samples=config["hop_samples"],
        margin_frames=config["margin_frames"],
        noise_size=config["noise_size"],
        voicing_channel=config["voicing_channel"],
        window_frames=tuple(config["window_frames"]),
    )


def _facts(config: Mapping[str, Any], layout: Layout) -> Facts:
    slowest, fastest = config["speed_range"]
    return Facts(
        id=config["id"],
        family="viva",
        license=config["license"],
        owned_by=config["owned_by"],
        created_seconds=int(datetime.fromisoformat(config["created"]).replace(tzinfo=UTC).timestamp()),
        sample_rate_hertz=config["sample_rate_hertz"],
        voices=tuple(Voice(v["id"], v["name"], tuple(v["languages"])) for v in config["voices"]),
        symbols=frozenset(layout.symbol_ids),
        max_phonemes=config["max_phonemes"],
        speed_range=(slowest, fastest),
        follows_delivery=True,
    )
