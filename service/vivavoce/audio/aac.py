"""float32 samples → AAC-LC in ADTS frames (ISO/IEC 14496-3, 1.A.2)."""

from typing import ClassVar

import numpy as np

from vivavoce.audio.codec import Codec
from vivavoce.core import Samples

FRAME_SAMPLES = 1024
SAMPLE_RATES_HERTZ = (
    96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350,
)  # fmt: skip
"""ADTS writes the place of the rate in this list."""
MAX_BIT_RATE = 128_000
BITS_PER_SAMPLE = 4
"""Transparent for one voice, and within the 6 bits that AAC allows."""


class AacEncoder:
    """AAC-LC, mono.

    At 24 kHz at most 130 ms are held back. A decoder hears 43 ms of silence first, as ADTS cannot tell the
    delay of its encoder."""

    content_type: ClassVar[str] = "audio/aac"

    def __init__(self, sample_rate_hertz: int) -> None:
        bit_rate = min(BITS_PER_SAMPLE * sample_rate_hertz, MAX_BIT_RATE)
        # The default coder takes four times as long.
        self._codec = Codec("aac", sample_rate_hertz, "fltp", b=str(bit_rate), aac_coder="fast")
        self._rate_index = SAMPLE_RATES_HERTZ.index(sample_rate_hertz)
        self._is_empty = True

    def feed(self, samples: Samples) -> bytes:
        self._is_empty = self._is_empty and samples.size == 0
        # What goes beyond full scale comes out of libav's coder as noise.
        return self._frames(self._codec.encode(np.clip(samples, -1, 1)))

    def finish(self) -> bytes:
        # A file without any frame would not be recognised as AAC.
        first = self.feed(np.zeros(FRAME_SAMPLES, np.float32)) if self._is_empty else b""
        return first + self._frames(self._codec.finish())

    def _frames(self, packets: list[bytes]) -> bytes:
        return b"".join(_header(self._rate_index, len(packet)) + packet for packet in packets)


def _header(rate_index: int, packet_bytes: int) -> bytes:
    sync_mpeg4_without_crc, low_complexity, mono, variable_rate = 0xFFF1, 1, 1, 0x7FF
    fields = (
        sync_mpeg4_without_crc << 40
        | low_complexity << 38
        | rate_index << 34
        | mono << 30
        | (packet_bytes + 7) << 13
        | variable_rate << 2
    )
    return fields.to_bytes(7, "big")
