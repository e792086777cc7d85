"""Sounds, and what has been found out about them, on disk: a run that was cut off goes on where it was.

Everything is filed under a digest of what it was made from, so nothing stale is ever read.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """Something said, as 16-bit audio would hold it (but never clipped)."""

    samples: NDArray[np.float32]
    rate_hertz: int
    phonemes: str = ""
    """What the voice was told to say; empty where that is not known."""
    phoneme_seconds: tuple[float, ...] = ()
    """Of each character of `phonemes`."""

    @property
    def key(self) -> str:
        """Tells this sound from every other one."""
        return digest(str(self.rate_hertz).encode(), self.samples.tobytes())


def digest(*parts: bytes) -> str:
    """The same for the same parts."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()[:24]


class Store:
    """A folder of such files."""

    def __init__(self, root: Path, *, processes: int = 1) -> None:
        self._root = root
        self._processes = processes

    def sound(self, system: str, name: str, made_from: str, make: Callable[[], Sound]) -> Sound:
        """The sound of `made_from` (a digest), made if it is not there; a WAV file to listen to, too."""
        import soundfile

        path = self._root / "audio" / system / f"{name}-{made_from[:8]}.wav"
        facts = path.with_suffix(".json")
        if not facts.exists():
            sound = make()
            path.parent.mkdir(parents=True, exist_ok=True)
            samples = np.round(sound.samples * 32767) / 32767
            soundfile.write(path, samples.astype(np.float32), sound.rate_hertz, subtype="FLOAT")
            facts.write_text(json.dumps([sound.phonemes, sound.phoneme_seconds]), encoding="utf-8")
        samples, rate_hertz = soundfile.read(path, dtype="float32")
        phonemes, seconds = json.loads(facts.read_text(encoding="utf-8"))
        return Sound(samples, rate_hertz, phonemes, tuple(seconds))

    def found(self, kind: str, sounds: Sequence[Sound], find: Callable[[Sound], Any]) -> list[NDArray[Any]]:
        """`find` of each sound as an array, worked out where it is not known yet.

        `kind` names what is found, with a version: it and the sound are the key."""
        paths = [self._root / kind / f"{sound.key}.npy" for sound in sounds]
        new = {path: sound for path, sound in zip(paths, sounds, strict=True) if not path.exists()}
        (self._root / kind).mkdir(parents=True, exist_ok=True)
        for count, (path, result) in enumerate(zip(new, self._work(find, list(new.values())), strict=True)):
            partial_path = path.with_suffix(".partial.npy")
            np.save(partial_path, np.asarray(result))
            partial_path.rename(path)
            if count % 20 == 19:
                print(f"  {kind}: {count + 1} of {len(new)}", flush=True)
        return [np.load(path) for path in paths]

    def _work(self, find: Callable[[Sound], Any], sounds: list[Sound]) -> Iterable[Any]:
        if self._processes == 1 or len(sounds) < 2:
            yield from map(find, sounds)
            return
        with get_context("spawn").Pool(self._processes) as pool:
            yield from pool.imap(partial(_call, find), sounds)


def _call(find: Callable[[Sound], Any], sound: Sound) -> Any:  # noqa: ANN401 - whatever was found
    return find(sound)
