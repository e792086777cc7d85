"""Other people's programs, for comparison: espeak-ng (a library, in this process) and flite (a program).

Both are told the words that our front end makes of a text, so voices are compared and not readers.
"""

import ctypes
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from training.voice.evaluate.store import Sound, Store, digest
from training.voice.evaluate.systems import Script
from training.voice.evaluate.utterances import Utterance

SYNCHRONOUS = 2
CHARACTERS = 1
UTF8 = 1


class Espeak:
    """espeak-ng's own voice, from the package espeakng-loader."""

    name = "espeak-ng"
    is_speaker = False

    def __init__(self, script: Script, store: Store, voice: str = "en-us") -> None:
        import espeakng_loader

        self._script = script
        self._store = store
        self._library: Any = ctypes.CDLL(espeakng_loader.get_library_path())
        data = str(espeakng_loader.get_data_path()).encode()
        self._rate_hertz: int = self._library.espeak_Initialize(SYNCHRONOUS, 0, data, 0)
        if self._rate_hertz <= 0 or self._library.espeak_SetVoiceByName(voice.encode()) != 0:
            raise RuntimeError("espeak-ng does not start")
        self._library.espeak_Info.restype = ctypes.c_char_p
        self._version: bytes = self._library.espeak_Info(None)

    def says(self, utterance: Utterance) -> bool:
        return bool(utterance.text)

    def sound(self, utterance: Utterance) -> Sound:
        text = self._script.spoken(utterance.text)
        made_from = digest(b"espeak-ng", self._version, text.encode())
        return self._store.sound(self.name, utterance.id, made_from, lambda: self._speak(text))

    def _speak(self, text: str) -> Sound:
        pieces: list[np.ndarray] = []
        taker = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)

        def take(samples: Any, count: int, _events: int) -> int:  # noqa: ANN401 - a C pointer, or None at the end
            if samples and count:
                pieces.append(np.ctypeslib.as_array(samples, (count,)).copy())
            return 0

        kept = taker(take)  # espeak-ng has only its address
        self._library.espeak_SetSynthCallback(kept)
        written = text.encode() + b"\0"
        self._library.espeak_Synth(written, len(written), 0, CHARACTERS, 0, UTF8, None, None)
        self._library.espeak_Synchronize()
        return Sound((np.concatenate(pieces) / 32768).astype(np.float32), self._rate_hertz)


class Flite:
    """flite with its voice slt, 16 kHz. That speaker recorded the same prompts that our speaker did."""

    name = "flite slt"
    is_speaker = False

    def __init__(self, program: Path, script: Script, store: Store) -> None:
        self._program = program
        self._script = script
        self._store = store

    def says(self, utterance: Utterance) -> bool:
        return bool(utterance.text)

    def sound(self, utterance: Utterance) -> Sound:
        text = self._script.spoken(utterance.text)
        made_from = digest(b"flite slt", text.encode())
        return self._store.sound("flite", utterance.id, made_from, lambda: self._speak(text))

    def _speak(self, text: str) -> Sound:
        import soundfile

        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "said.wav"
            command = [str(self._program), "-voice", "slt", "-t", text, "-o", str(file)]
            subprocess.run(command, check=True)
            samples, rate_hertz = soundfile.read(file, dtype="float32")
        return Sound(samples, rate_hertz)
