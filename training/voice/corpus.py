"""The working folder: what `prepare` and `align` leave for training."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training.voice.features import Array, without_slips
from training.voice.symbols import ids_of


@dataclass(frozen=True, slots=True)
class Utterance:
    """A recording and what is said in it."""

    id: str
    text: str
    phonemes: str
    part: str
    """training, held-out, or neither for another take of a held-out prompt."""


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """An utterance as numbers; a frame is one of features.HOP samples."""

    id: str
    samples: NDArray[np.int16]
    ids: NDArray[np.int64]
    """[symbols]"""
    durations: NDArray[np.int64]
    """[symbols], in frames; empty before alignment."""
    mel: Array
    """[frames, 80], natural logarithm."""
    log_f0: Array
    """[frames], bridged where there is no voice."""
    voiced: Array
    """[frames], 0 or 1."""


@dataclass(frozen=True, slots=True)
class Corpus:
    folder: Path

    @property
    def features(self) -> Path:
        return self.folder / "features"

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"

    @property
    def alignment(self) -> Path:
        return self.folder / "alignment.json"

    def write(self, utterances: Sequence[Utterance]) -> None:
        listed = json.dumps([asdict(one) for one in utterances], ensure_ascii=False, indent=0)
        (self.folder / "utterances.json").write_text(listed, encoding="utf-8")

    def utterances(self, part: str | None = None) -> list[Utterance]:
        """All of them, or those of a part."""
        listed = json.loads((self.folder / "utterances.json").read_text(encoding="utf-8"))
        every = [Utterance(**one) for one in listed]
        return [one for one in every if part in (None, one.part)]

    def clips(self, part: str | None = None) -> list[Clip]:
        """In memory: about 130 MB per hour and part of it."""
        aligned = json.loads(self.alignment.read_text()) if self.alignment.exists() else {}
        return [self._clip(one, aligned.get(one.id, [])) for one in self.utterances(part)]

    def _clip(self, utterance: Utterance, durations: Sequence[int]) -> Clip:
        with np.load(self.features / f"{utterance.id}.npz") as stored:
            log_f0, voiced = stored["log_f0"].astype(np.float32), stored["voiced"].astype(np.float32)
            return Clip(
                id=utterance.id,
                samples=stored["samples"],
                ids=np.array(ids_of(utterance.phonemes)),
                durations=np.array(durations, np.int64),
                mel=stored["mel"].astype(np.float32),
                log_f0=without_slips(log_f0, voiced),
                voiced=voiced,
            )
