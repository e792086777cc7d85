"""The family of Kokoro-82M, with the ONNX exports as they are published: one graph from symbols to samples.

symbols, a style by voice and length, speed → samples and, in newer exports, the length of each symbol

The graph takes one text at a time, and all of it: a segment is a single window, and the rows of a batch run
one after another. It draws its noise itself, so the same text sounds a little different each time, and no
seed can change that.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import numpy as np

from vivavoce.core import Voice
from vivavoce.models import blends, manifest, packs
from vivavoce.models.base import Decoded, DecodeItem, Encoded, EncodeItem, Facts, Run, Window
from vivavoce.models.manifest import ListedVoice, Manifest, ModelError
from vivavoce.models.session import Device, Session, SessionRun, Tensor, open_session

PAD = 0
"""Before and after every text."""
IDS = ("input_ids", "tokens")
AUDIO = ("waveform", "audio")
DURATIONS = ("duration", "durations", "pred_dur")
SPEED_RANGE = (0.5, 2.0)
LANGUAGES: Mapping[str, str] = MappingProxyType(
    {
        "a": "en-US", "b": "en-GB", "e": "es", "f": "fr-FR", "h": "hi", "i": "it", "j": "ja", "p": "pt-BR",
        "z": "zh-CN",
    }
)  # fmt: skip
"""By the first letter of a voice's id."""


@dataclass(frozen=True, slots=True)
class Ports:
    """What an export calls its inputs and outputs."""

    ids: str
    speed_type: np.dtype[Any]
    audio: str
    durations: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Text:
    """What the graph is given for one row."""

    feeds: Mapping[str, Tensor]
    windows: tuple[Window]
    """`cost` counts the phonemes."""


def load(directory: Path, device: Device) -> "Kokoro":
    """The model in `directory`: model.toml, and of its files the one .onnx, the one .json, voice packs."""
    listed = manifest.read(directory)
    vocabulary = _vocabulary(directory / listed.only(".json"))
    styles: dict[str, packs.Styles] = {}
    for name in listed.named(".bin", ".npz"):
        styles |= packs.read(directory / name)
    voices = tuple(_voices(listed, styles))
    session = open_session(directory / listed.only(".onnx"), device)
    return Kokoro(listed, vocabulary, voices, styles, session)


class Kokoro:
    """A model of this family, for models.base.Model."""

    def __init__(
        self,
        listed: Manifest,
        vocabulary: Mapping[str, int],
        voices: tuple[Voice, ...],
        styles: Mapping[str, packs.Styles],
        session: Session,
    ) -> None:
        self._vocabulary = vocabulary
        self._styles = styles
        self._session = session
        self._ports = _ports(session)
        whole_speeds = self._ports.speed_type.kind == "i"  # 1.5 would be cut to 1
        self.facts = Facts(
            id=listed.id,
            family="kokoro",
            license=listed.license,
            owned_by=listed.owned_by,
            created_seconds=listed.created_seconds,
            sample_rate_hertz=listed.sample_rate_hertz,
            voices=voices,
            symbols=frozenset(vocabulary),
            max_phonemes=packs.STYLE_ROWS,
            speed_range=(1.0, 1.0) if whole_speeds else SPEED_RANGE,
            blends_voices=True,
        )

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
        if not 0 < count <= self.facts.max_phonemes:
            raise ValueError(f"{count} phonemes: the model takes 1 to {self.facts.max_phonemes}")
        if unknown := set(item.phonemes) - self.facts.symbols:
            raise ValueError(f"phonemes that the model does not know: {' '.join(sorted(unknown))}")
        ids = [PAD, *(self._vocabulary[phoneme] for phoneme in item.phonemes), PAD]
        feeds: dict[str, Tensor] = {
            self._ports.ids: np.array([ids], np.int64),
            "style": self._style(item.voice, count),
            "speed": np.array([item.speed], self._ports.speed_type),
        }
        return Text(feeds, (Window(0, count),))

    def _style(self, voice: str, count: int) -> packs.Styles:
        """The style of a voice or blend for a text of `count` phonemes, shape [1, STYLE_SIZE]."""
        parts = blends.parse(voice)
        rows = [self._styles[part.voice][count - 1] for part in parts]
        style = np.average(rows, axis=0, weights=[part.weight for part in parts])
        return style[None].astype(np.float32)

    def _spoken(self, text: Text, run: Run) -> Decoded:
        outputs = self._session.run(text.feeds, run)
        values = dict(zip(self._session.outputs, outputs, strict=True))
        samples = values[self._ports.audio].reshape(-1).astype(np.float32)
        if self._ports.durations is None:
            return Decoded(samples, None)
        return Decoded(samples, self._phoneme_seconds(values[self._ports.durations], samples, text))

    def _phoneme_seconds(self, durations: Tensor, samples: Tensor, text: Text) -> tuple[float, ...]:
        shares = durations.reshape(-1).astype(np.float64)
        if len(shares) != text.windows[0].cost + 2:
            raise RuntimeError(f"{len(shares)} durations for {text.windows[0].cost} phonemes")
        shares[1] += shares[0]
        shares[-2] += shares[-1]
        seconds = len(samples) / self.facts.sample_rate_hertz
        return tuple((shares[1:-1] * (seconds / shares[1:-1].sum())).tolist())


def _vocabulary(file: Path) -> dict[str, int]:
    """Phoneme → number, from the model's published configuration."""
    try:
        vocabulary: dict[str, int] = json.loads(file.read_text(encoding="utf-8"))["vocab"]
    except ValueError as error:
        raise ModelError(f"{file.name}: {error}") from None
    except KeyError:
        raise ModelError(f"{file.name} has no vocabulary, `vocab`") from None
    return vocabulary


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


def _voices(listed: Manifest, styles: Mapping[str, packs.Styles]) -> Iterator[Voice]:
    """The voices to offer: those that model.toml lists, or all."""
    if not styles:
        raise ModelError("there are no voice packs, .bin or .npz, among its files")
    for entry in listed.voices or [ListedVoice(id=voice) for voice in sorted(styles)]:
        if entry.id not in styles:
            raise ModelError(f"the voice {entry.id} is in none of its files")
        known = LANGUAGES.get(entry.id[0])
        languages = entry.languages or ((known,) if known else listed.languages)
        if not languages:
            raise ModelError(f"the voice {entry.id}: its language is not known; list it in {manifest.FILE}")
        name = entry.name or entry.id.partition("_")[2].title() or entry.id
        yield Voice(entry.id, name, languages)
