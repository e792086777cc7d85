"""float32 samples → WAV: a header that leaves the length open, then 16-bit samples."""

import struct
from typing import ClassVar

from vivavoce.audio.pcm import to_int16
from vivavoce.core import Samples

UNKNOWN_SIZE = 0xFFFFFFFF
"""Decoders read this as "until the end"; a size of 0 makes most of them read nothing."""


class WavEncoder:
    """RIFF/WAVE, 16-bit mono. Nothing is held back, and nothing follows the samples."""

    content_type: ClassVar[str] = "audio/wav"

    def __init__(self, sample_rate_hertz: int) -> None:
        self._header = _header(sample_rate_hertz)

    def feed(self, samples: Samples) -> bytes:
        return self._take_header() + to_int16(samples).tobytes()

    def finish(self) -> bytes:
        return self._take_header()

    def _take_header(self) -> bytes:
        header, self._header = self._header, b""
        return header


def _header(sample_rate_hertz: int) -> bytes:
    pcm, channels, bytes_per_sample = 1, 1, 2
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF", UNKNOWN_SIZE, b"WAVE",
        b"fmt ", 16, pcm, channels, sample_rate_hertz, sample_rate_hertz * bytes_per_sample,
        bytes_per_sample, 8 * bytes_per_sample,
        b"data", UNKNOWN_SIZE,
    )  # fmt: skip
