"""The family of the embedded voice: three graphs.

encoder: symbols → what is known of each, its prosody and its length
painter: those → frames (80 log-mel bands, log F0, voicing, phase, frame number), all or the first ones; what
it makes of a frame depends on `context_frames` to each side and no more
decoder: frames → samples; what it makes of a frame depends on `margin_frames` to each side and no more

So any stretch of frames that carries its margins decodes on its own, and windows join to exactly the full
decode. Of a long sentence that somebody waits for, the first window is painted by itself, and the rest while
it is heard. No graph draws random numbers: what varies from reading to reading comes in as noise, which is
drawn here from the seed and the text, so the same of both gives the same samples.

One speaker gives several voices: by the length of the vocal tract, which moves the formants, by pitch, by the
range of the melody and by pace.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from vivavoce.models.base import Decoded, DecodeItem, Encoded, EncodeItem, Facts, Run, Window
from vivavoce.models.batching import stacked
from vivavoce.models.characters import Character, character, melody, noise
from vivavoce.models.session import Device, Session, SessionRun, Tensor, open_session
from vivavoce.models.viva_layout import Layout, facts_of, layout_of, window_lengths

GRAPHS = ("encoder", "painter", "decoder")
WORTH_SPLITTING = 2
"""Times the frames that are painted for the first window by itself: shorter texts are painted at once."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What the encoder makes of one row."""

    states: NDArray[np.float32]
    """Shape [symbols, width]."""
    prosody: NDArray[np.float32]
    """Shape [symbols, values]."""
    durations: NDArray[np.int64]
    """Frames of each symbol."""
    grain: np.int64
    """Where the painter's noise begins."""
    phoneme_seconds: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """The frames of a row that are painted at a time."""

    begin: int
    window_frames: Sequence[int]
    painted: int
    """How many frames, from the row's first one on, the painter must paint for it."""
    is_beginning: bool
    """Whether there is more of the row."""


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """What is painted of one row."""

    values: NDArray[np.float32]
    """Shape [frames + 2 · margin, channels]."""
    windows: tuple[Window, ...]
    """`cost` counts the frames that the decoder sees, margins included."""
    phoneme_seconds: tuple[float, ...]
    """Of the whole row."""
    gain: float
    """Factor on the samples."""
    rest: EncodeItem | None


def load(directory: Path, device: Device) -> "Viva":
    """The voice in `directory`: config.json, encoder.onnx, painter.onnx, decoder.onnx."""
    config = json.loads((directory / "config.json").read_text(encoding="utf-8"))
    layout = layout_of(config)
    characters = {voice["id"]: character(voice) for voice in config["voices"]}
    graphs = {name: open_session(directory / f"{name}.onnx", device) for name in GRAPHS}
    return Viva(facts_of(config, layout), layout, characters, **graphs)


class Viva:
    """A voice of this family, for models.base.Model."""

    def __init__(  # noqa: PLR0913 - the graphs by their names
        self,
        facts: Facts,
        layout: Layout,
        characters: Mapping[str, Character],
        *,
        encoder: Session,
        painter: Session,
        decoder: Session,
    ) -> None:
        self.facts = facts
        self._layout = layout
        self._characters = characters
        self._encoder = encoder
        self._painter = painter
        self._decoder = decoder

    def new_run(self) -> Run:
        return SessionRun()

    def encode(self, items: Sequence[EncodeItem], run: Run) -> list[Encoded]:
        """One Frames per item. Raises ValueError for phonemes that it cannot say, KeyError for a voice."""
        new = [item for item in items if item.begun is None]
        read = iter(self._read(new, run) if new else ())
        readings = [next(read) if item.begun is None else cast("Reading", item.begun) for item in items]
        stretches = [self._stretch(*row) for row in zip(items, readings, strict=True)]
        (values,) = self._painter.run(self._painter_feeds(items, readings, stretches), run)
        return [self._frames(*row) for row in zip(items, readings, stretches, values, strict=True)]

    def decode(self, items: Sequence[DecodeItem], run: Run) -> list[Decoded]:
        """The samples of each window."""
        rows = [cast("Frames", item.encoded) for item in items]
        windows = [self._window(row, item.window) for row, item in zip(rows, items, strict=True)]
        (audio,) = self._decoder.run({"frames": stacked(windows)}, run)
        hop, margins = self._layout.hop_samples, 2 * self._layout.margin_frames
        lengths = [(len(window) - margins) * hop for window in windows]
        # Copied, so that a short row does not keep the whole batch in memory.
        return [
            Decoded(samples[:length] * np.float32(row.gain), row.phoneme_seconds)
            for samples, length, row in zip(audio, lengths, rows, strict=True)
        ]

    def _read(self, items: Sequence[EncodeItem], run: Run) -> list[Reading]:
        texts = [self._symbol_ids(item.phonemes) for item in items]
        outputs = self._encoder.run(self._encoder_feeds(items, texts), run)
        return [self._reading(*row) for row in zip(texts, *outputs, strict=True)]

    def _encoder_feeds(
        self, items: Sequence[EncodeItem], texts: Sequence[list[int | None]]
    ) -> dict[str, Tensor]:
        silence = self._layout.silence_id
        symbols = [[silence, *(symbol for symbol in text if symbol is not None), silence] for text in texts]
        characters = [self._characters[item.voice] for item in items]
        melodies = [melody(*row) for row in zip(items, characters, texts, strict=True)]
        speeds = [item.speed * character.pace for item, character in zip(items, characters, strict=True)]
        size = self._layout.noise_size
        noises = [noise(item.seed, row, size) for item, row in zip(items, symbols, strict=True)]
        return self._shapes(items) | {
            "ids": stacked([np.array(row, np.int64) for row in symbols]),
            "lengths": np.array([len(row) for row in symbols], np.int64),
            "speed": np.array(speeds, np.float32),
            "voice": np.array([character.speaker for character in characters], np.int64),
            "pitch": stacked(melodies),
            "noise": stacked(noises),
        }

    def _painter_feeds(
        self, items: Sequence[EncodeItem], readings: Sequence[Reading], stretches: Sequence[Stretch]
    ) -> dict[str, Tensor]:
        return self._shapes(items) | {
            "states": stacked([reading.states for reading in readings]),
            "prosody": stacked([reading.prosody for reading in readings]),
            "durations": stacked([reading.durations for reading in readings]),
            "grain": np.array([reading.grain for reading in readings], np.int64),
            "most_frames": np.array(max(stretch.painted for stretch in stretches), np.int64),
        }

    def _shapes(self, items: Sequence[EncodeItem]) -> dict[str, Tensor]:
        """What both graphs are told of the voice."""
        characters = [self._characters[item.voice] for item in items]
        pairs = zip(items, characters, strict=True)
        ranges = [item.delivery.pitch_range * character.pitch_range for item, character in pairs]
        return {
            "pitch_range": np.array(ranges, np.float32),
            "tract": np.array([character.tract for character in characters], np.float32),
        }

    def _symbol_ids(self, phonemes: str) -> list[int | None]:
        if not 0 < len(phonemes) <= self.facts.max_phonemes:
            raise ValueError(f"{len(phonemes)} phonemes: the voice takes 1 to {self.facts.max_phonemes}")
        if unknown := set(phonemes) - self.facts.symbols:
            raise ValueError(f"phonemes that the voice does not know: {' '.join(sorted(unknown))}")
        return [self._layout.symbol_ids[phoneme] for phoneme in phonemes]

    def _reading(
        self, text: list[int | None], states: Tensor, prosody: Tensor, durations: Tensor, grain: np.int64
    ) -> Reading:
        own = slice(len([symbol for symbol in text if symbol is not None]) + 2)
        # Copied, so that a short row does not keep the whole batch in memory.
        states, prosody, durations = (values[own].copy() for values in (states, prosody, durations))
        return Reading(states, prosody, durations, grain, self._phoneme_seconds(text, durations))

    def _stretch(self, item: EncodeItem, reading: Reading) -> Stretch:
        """What is to be painted now: the first window of what somebody waits for, if that is much less."""
        sizes, margin = self._layout.window_frames, self._layout.margin_frames
        frames = int(reading.durations.sum())
        lengths = window_lengths(frames, sizes, start=0 if item.first else len(sizes) - 1)
        if item.begun is not None:
            return Stretch(lengths[0], lengths[1:], frames + margin, is_beginning=False)
        begun = lengths[0] + margin + self._layout.context_frames
        if item.first and len(lengths) > 1 and WORTH_SPLITTING * begun <= frames:
            return Stretch(0, lengths[:1], begun, is_beginning=True)
        return Stretch(0, lengths, frames + margin, is_beginning=False)

    def _frames(self, item: EncodeItem, reading: Reading, stretch: Stretch, values: Tensor) -> Frames:
        margins = 2 * self._layout.margin_frames
        own = values[stretch.begin : stretch.begin + sum(stretch.window_frames) + margins].copy()
        if item.delivery.whispered:
            own[:, self._layout.voicing_channel] = 0.0
        return Frames(
            own,
            tuple(Window(index, frames + margins) for index, frames in enumerate(stretch.window_frames)),
            reading.phoneme_seconds,
            self._characters[item.voice].gain,
            replace(item, begun=reading) if stretch.is_beginning else None,
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
