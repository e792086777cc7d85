"""The decoder alone: a recording's own mel frames and pitch, decoded. What it loses, no encoder can mend."""

from dataclasses import replace

import numpy as np

from training.voice.evaluate import features
from training.voice.evaluate.store import Sound, Store, digest
from training.voice.evaluate.systems import Embedded, Recordings
from training.voice.evaluate.utterances import Utterance
from training.voice.features import BANDS, SAMPLE_RATE_HERTZ
from vivavoce.models.base import Window

CHANNELS = BANDS + 4
"""Log-mel bands, log F0, voiced, phase in cycles, frame number."""


class CopySynthesis:
    """An embedded voice's decoder, fed from recordings."""

    is_speaker = True

    def __init__(self, voice: Embedded, recordings: Recordings, store: Store) -> None:
        self.name = f"{voice.name}: copy-synthesis"
        self._voice = voice
        self._recordings = recordings
        self._store = store

    def is_possible(self) -> bool:
        """Whether the frames of this version are the ones that are known here."""
        return bool(self._voice.encode("A").values.shape[1] == CHANNELS)

    def says(self, utterance: Utterance) -> bool:
        return self._recordings.says(utterance)

    def sound(self, utterance: Utterance) -> Sound:
        recording = self._recordings.sound(utterance)
        made_from = digest(self._voice.digest.encode(), recording.key.encode())
        return self._store.sound(
            self.name.replace(": ", "-"), utterance.id, made_from, lambda: self._copy(recording)
        )

    def _copy(self, recording: Sound) -> Sound:
        (tracked,) = self._store.found("pitch-1", [recording], features.pitch)
        values = frames_of(recording, tracked, self._voice.margin_frames)
        plain = self._voice.encode("A")  # for whatever else the family keeps with its frames
        frames = replace(plain, values=values, windows=(Window(0, len(values)),))
        samples = self._voice.decode(frames)
        return Sound(samples, SAMPLE_RATE_HERTZ)  # its durations are the recording's own: nothing to compare


def frames_of(recording: Sound, tracked: features.Floats, margin_frames: int) -> np.ndarray:
    """The decoder's frames [frames + 2 · margin, 84] of a recording; the edges are repeated as margins."""
    body: features.Floats = np.concatenate(
        [
            features.log_mel(features.resampled(recording)),
            features.cleaned(tracked)[:, None],
            tracked[:, 1:],
        ],
        axis=1,
    )
    body = np.pad(body, ((margin_frames, margin_frames), (0, 0)), mode="edge")
    cycles = np.exp(body[:, BANDS]) * features.FRAME_SECONDS
    phase = np.concatenate(([0.0], np.cumsum((cycles[1:] + cycles[:-1]) / 2))) % 1
    return np.concatenate([body, phase[:, None], np.arange(len(body))[:, None]], axis=1).astype(np.float32)
