"""The family of Kokoro-82M, with the ONNX exports as they are published: one graph from symbols to samples.

symbols, a style by voice and length, speed → samples and, in newer exports, the length of each symbol

The graph takes one text at a time, and all of it: a segment is a single window, and the rows of a batch run
one after another. It draws its noise itself, so the same text sounds a little different each time, and no
seed can change that. `kokoro_batched` is the family of our own export, which can do all of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np

from vivavoce.models import kokoro_inputs
from vivavoce.models.base import Decoded, DecodeItem, Encoded, EncodeItem, Run, Window
from vivavoce.models.batching import Text
from vivavoce.models.kokoro_inputs import SPEED_RANGE, Inputs
from vivavoce.models.manifest import ModelError
from vivavoce.models.session import Device, Session, SessionRun, Tensor, open_session

IDS = ("input_ids", "tokens")
AUDIO = ("waveform", "audio")
DURATIONS = ("duration", "durations", "pred_dur")


@dataclass(frozen=True, slots=True)
class Ports:
    """What an export calls its inputs and outputs."""

    ids: str
    speed_type: np.dtype[Any]
    audio: str
    durations: str | None


def load(directory: Path, device: Device) -> "Kokoro":
    """The model in `directory`: model.toml, and of its files the one .onnx, the one .json, voice packs."""
    inputs = kokoro_inputs.read(directory)
    return Kokoro(inputs, open_session(directory / inputs.listed.only(".onnx"), device))


class Kokoro:
    """A model of this family, for models.base.Model."""

    def __init__(self, inputs: Inputs, session: Session) -> None:
        self._inputs = inputs
        self._session = session
        self._ports = _ports(session)
        whole_speeds = self._ports.speed_type.kind == "i"  # 1.5 would be cut to 1
        self.facts = inputs.facts("kokoro", (1.0, 1.0) if whole_speeds else SPEED_RANGE)

    def new_run(self) -> Run:
        return SessionRun()

    def encode(self, items: Sequence[EncodeItem], run: Run) -> list[Encoded]:  # noqa: ARG002 - nothing runs
        """One Text per item. Raises ValueError for phonemes that it cannot say, KeyError for a voice."""
        return [self._text(item) for item in items]

    def decode(self, items: Sequence[DecodeItem], run: Run) -> list[Decoded]:
        """The samples of each whole row."""
        return [self._spoken(cast("Text", item.encoded), run) for item in items]

    def _text(self, item: EncodeItem) -> Text:
        count = len(item.phonemes)
        feeds: dict[str, Tensor] = {
            self._ports.ids: np.array([self._inputs.ids(item.phonemes)], np.int64),
            "style": self._inputs.style(item.voice, count)[None],
            "speed": np.array([item.speed], self._ports.speed_type),
        }
        return Text(feeds, (Window(0, count),))

    def _spoken(self, text: Text, run: Run) -> Decoded:
        outputs = self._session.run(text.feeds, run)
        values = dict(zip(self._session.outputs, outputs, strict=True))
        samples = values[self._ports.audio].reshape(-1).astype(np.float32)
        if self._ports.durations is None:
            return Decoded(samples, None)
        durations = values[self._ports.durations].reshape(-1)
        if len(durations) != text.windows[0].cost + 2:
            raise RuntimeError(f"{len(durations)} durations for {text.windows[0].cost} phonemes")
        seconds = len(samples) / self.facts.sample_rate_hertz
        return Decoded(samples, kokoro_inputs.phoneme_seconds(durations, seconds))


def _ports(session: Session) -> Ports:
    inputs, outputs = session.inputs, session.outputs
    ids, audio, durations = _one(IDS, inputs), _one(AUDIO, outputs), _one(DURATIONS, outputs)
    if ids is None or audio is None or set(inputs) != {ids, "style", "speed"}:
        raise ModelError(
            f"the graph is no export of Kokoro: it takes {', '.join(inputs)} and gives {', '.join(outputs)}; "
            f"expected are {' or '.join(IDS)}, style, speed, and {' or '.join(AUDIO)}"
        )
    return Ports(ids, inputs["speed"], audio, durations)


def _one(names: Sequence[str], of: "Mapping[str, Any] | Sequence[str]") -> str | None:
    return next((name for name in names if name in of), None)
