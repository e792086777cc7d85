"""The worker, the only process that loads espeak-ng. Its arguments: the library, the folder of its data.

It tells the version in a line of JSON, then answers line for line until its stdin ends:

    ["es", [["Hoy son 25.", ["Hoy", "son", "25"]]]]  →  [["ˈo͡ɪ sˈon βˌe͡ɪntiθˈinko", ["ˈo͡ɪ", "sˈon", "…"]]]

that is, a voice and clauses, each with its words → the IPA of each clause as a whole, and of each word said
alone. Sounds that are written with several letters are tied. It knows nothing but the standard library, so
that it starts at once, and by its path.
"""

import ctypes
import json
import os
import signal
import sys
from collections.abc import Iterator
from functools import lru_cache
from typing import BinaryIO

SYNCHRONOUS = 2
"""No sound is played, so no device is opened."""
DONT_EXIT = 0x8000
"""The library would end the process if it had no data."""
UTF8 = 1
IPA_TIED = 0x02 | 0x80 | ord("\u0361") << 8
WORDS_KEPT = 20_000


class Espeak:
    """The library, loaded."""

    def __init__(self, file: str, data: str) -> None:
        """Raises OSError if it cannot be used."""
        library = ctypes.CDLL(file)
        self._set_voice = library.espeak_SetVoiceByName
        self._set_voice.argtypes = [ctypes.c_char_p]
        self._phonemes = library.espeak_TextToPhonemes
        self._phonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
        self._phonemes.restype = ctypes.c_char_p
        library.espeak_Initialize(SYNCHRONOUS, 0, os.fsencode(data) if data else None, DONT_EXIT)
        self.version = _version(library)
        self._voice = ""
        self._alone = lru_cache(WORDS_KEPT)(self._word)

    def clause(self, voice: str, text: str, words: list[str]) -> tuple[str, list[str]]:
        """The IPA of a clause and of each of its words. Raises ValueError for a voice that is not there."""
        if voice != self._voice:
            self._voice = ""
            if self._set_voice(voice.encode()) != 0:
                raise ValueError(f"espeak-ng has no voice {voice!r}")
            self._voice = voice
        return self._ipa(text), [self._alone(voice, word) for word in words]

    def _word(self, _voice: str, word: str) -> str:
        return self._ipa(word)

    def _ipa(self, text: str) -> str:
        return " ".join(" ".join(self._pieces(text)).split())

    def _pieces(self, text: str) -> Iterator[str]:
        """The library goes on from clause to clause; what it takes for one is its own matter."""
        rest = ctypes.c_char_p(text.encode())
        while rest.value:
            yield (self._phonemes(ctypes.byref(rest), UTF8, IPA_TIED) or b"").decode()


def _version(library: ctypes.CDLL) -> str:
    """Of the library. Raises OSError if it has no data: it itself tells that on stderr alone."""
    folder = ctypes.c_char_p()
    library.espeak_Info.restype = ctypes.c_char_p
    version: bytes = library.espeak_Info(ctypes.byref(folder))
    own = os.fsdecode(folder.value or b"")
    if not os.path.isfile(os.path.join(own, "phontab")):  # noqa: PTH113, PTH118 - pathlib starts slowly
        raise OSError(f"espeak-ng {version.decode()} has no data in {own}")
    return version.decode()


def main(file: str, data: str = "") -> None:
    """Answers until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which still speaks to its end
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whatever the library itself may print is no answer
    try:
        espeak = Espeak(file, data)
    except (OSError, AttributeError) as error:
        tell(answers, {"error": str(error)})
        return
    tell(answers, {"version": espeak.version})
    for line in sys.stdin.buffer:
        voice, clauses = json.loads(line)
        try:
            tell(answers, [espeak.clause(voice, text, words) for text, words in clauses])
        except ValueError as error:
            tell(answers, {"error": str(error)})


def tell(answers: BinaryIO, answer: object) -> None:
    """Writes a line."""
    answers.write(json.dumps(answer, ensure_ascii=False).encode() + b"\n")
    answers.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
