"""Who speaks: the embedded voice in any of its versions, the recordings, and programs to compare with.

A system says utterances; `says` tells which ones it can (a recording says its own prompt only).
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol, cast

import numpy as np

from training.voice.evaluate.store import Sound, Store, digest
from training.voice.evaluate.utterances import Recorded, Utterance
from training.voice.symbols import PUNCTUATION, STRESS
from vivavoce.audio.joins import Joiner
from vivavoce.core import Segment
from vivavoce.models import directly, viva
from vivavoce.models.base import Decoded, DecodeItem, EncodeItem, Window
from vivavoce.models.session import Device
from vivavoce.text import FrontEnd

LANGUAGE = "en-us"
SILENT = frozenset(PUNCTUATION)


class System(Protocol):
    """One that speaks."""

    @property
    def name(self) -> str: ...

    @property
    def is_speaker(self) -> bool:
        """Whether it has the voice of the recordings, so that spectra and pitch can be compared."""
        ...

    def says(self, utterance: Utterance) -> bool: ...

    def sound(self, utterance: Utterance) -> Sound: ...


class Script:
    """Texts as the service's front end reads them."""

    def __init__(self, symbols: frozenset[str], max_phonemes: int) -> None:
        self._front_end = FrontEnd()
        self._symbols = symbols
        self._max_phonemes = max_phonemes

    def segments(self, text: str) -> list[Segment]:
        """What is said for `text`, pauses alone left out."""
        prepared = self._front_end.prepare(
            text, language=LANGUAGE, symbols=self._symbols, max_phonemes=self._max_phonemes
        )
        return [segment for segment in prepared if segment.phonemes]

    def spoken(self, text: str) -> str:
        """The text with every number and sign in words."""
        return " ".join(segment.spoken for segment in self.segments(text))

    def words(self, text: str) -> str:
        """The words alone."""
        return " ".join(word.text for segment in self.segments(text) for word in segment.words)

    def sounds(self, text: str) -> int:
        """How many phonemes are said for it, without stress marks and pauses."""
        phonemes = "".join(segment.phonemes for segment in self.segments(text))
        return sum(phoneme not in SILENT and phoneme not in STRESS for phoneme in phonemes)


class Embedded:
    """A folder with the graphs of `viva.GRAPHS` and config.json, spoken as the service does: the same front
    end, the same windows, the same joins. The silence after the last segment is left out."""

    is_speaker = True

    def __init__(self, name: str, folder: Path, store: Store, *, voice: str | None = None) -> None:
        """`voice`: an id of the model's; its first one else."""
        self.name = name
        self.folder = folder
        self.model = viva.load(folder, Device("cpu", threads=1))
        self.voice = voice or self.model.facts.voices[0].id
        self.script = Script(self.model.facts.symbols, self.model.facts.max_phonemes)
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        self.margin_frames: int = config["margin_frames"]
        files = [folder / "config.json", *(folder / f"{graph}.onnx" for graph in viva.GRAPHS)]
        code = sorted(Path(viva.__file__).parent.glob("*.py"))
        self.digest = digest(*(file.read_bytes() for file in (*files, *code)))
        self._store = store

    def says(self, utterance: Utterance) -> bool:
        return bool(utterance.text)

    def sound(self, utterance: Utterance) -> Sound:
        segments = self.script.segments(utterance.text)
        spoken = "\n".join(f"{segment.phonemes}\t{segment.pause_seconds}" for segment in segments)
        made_from = digest(self.digest.encode(), self.voice.encode(), spoken.encode())
        return self._store.sound(self.name, utterance.id, made_from, lambda: self._speak(segments))

    def encode(self, phonemes: str) -> viva.Frames:
        """All frames, as a single window."""
        (encoded,) = self.model.encode([self._item(phonemes, first=False)], self.model.new_run())
        frames = cast("viva.Frames", encoded)
        return replace(frames, windows=(Window(0, len(frames.values)),))

    def decode(self, frames: viva.Frames) -> np.ndarray:
        """The samples of what `encode` gave."""
        (decoded,) = self.model.decode([DecodeItem(frames, frames.windows[0])], self.model.new_run())
        return decoded.samples

    def windows(self, phonemes: str, *, first: bool) -> Iterator[tuple[Decoded, bool]]:
        """What the service would send, window by window, and whether each is the last one."""
        return directly.windows(self.model, self._item(phonemes, first=first))

    def _item(self, phonemes: str, *, first: bool) -> EncodeItem:
        return EncodeItem(phonemes, self.voice, speed=1.0, seed=0, first=first)

    def _speak(self, segments: list[Segment]) -> Sound:
        facts = self.model.facts
        joiner = Joiner(facts.sample_rate_hertz)
        pieces: list[np.ndarray] = []
        seconds: list[float] = []
        for index, segment in enumerate(segments):
            for place, (decoded, last) in enumerate(self.windows(segment.phonemes, first=index == 0)):
                pieces.append(joiner.feed(decoded.samples, first=place == 0, last=last))
            seconds += decoded.phoneme_seconds or ()
            if index < len(segments) - 1:
                pieces.append(joiner.silence(segment.pause_seconds))
                seconds[-1] += segment.pause_seconds
        phonemes = "".join(segment.phonemes for segment in segments)
        return Sound(np.concatenate(pieces), facts.sample_rate_hertz, phonemes, tuple(seconds))


class Recordings:
    """The speaker: the mark for everything."""

    is_speaker = True

    def __init__(self, recorded: Recorded, alignment: dict[str, list[int]]) -> None:
        """`alignment`: id → frames of each symbol of its phonemes, with a silence before and after."""
        self.name = "recordings"
        self._recorded = recorded
        self._alignment = alignment

    def says(self, utterance: Utterance) -> bool:
        return bool(utterance.recorded_phonemes)

    def sound(self, utterance: Utterance) -> Sound:
        return self.take(utterance, utterance.id)

    def take(self, utterance: Utterance, id_: str) -> Sound:
        """The recording `id_` of the utterance's prompt."""
        import soundfile

        samples, rate = soundfile.read(self._recorded.folder / "flac" / f"{id_}.flac", dtype="float32")
        frames = np.array(self._alignment.get(id_, ()), np.float64)
        phonemes = utterance.recorded_phonemes
        if len(frames) != len(phonemes) + 2:
            return Sound(samples, rate)
        frames[1] += frames[0]
        frames[-2] += frames[-1]
        return Sound(samples, rate, phonemes, tuple((frames[1:-1] * 256 / rate).tolist()))


class OtherTakes:
    """The speaker once more: how far apart two takes of one prompt are is as near as anything need come."""

    name = "another take"
    is_speaker = True

    def __init__(self, recorded: Recorded, recordings: Recordings) -> None:
        self._recorded = recorded
        self._recordings = recordings

    def says(self, utterance: Utterance) -> bool:
        return utterance.id in self._recorded.take_ids

    def sound(self, utterance: Utterance) -> Sound:
        return self._recordings.take(utterance, self._recorded.take_ids[utterance.id])
