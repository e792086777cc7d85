"""float32 samples → MP3 frames, by LAME."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar

import numpy as np

from vivavoce.audio.pcm import to_int16
from vivavoce.core import Samples

BIT_RATES_KBPS: Mapping[int, int] = MappingProxyType(
    {8000: 32, 16000: 64, 22050: 96, 24000: 96, 44100: 128, 48000: 128}
)
"""Sample rate in hertz → constant bit rate: transparent for one voice."""
LAME_SCALE = np.float32(0.95)
"""What LAME multiplies its input by, against clipping in decoders; our limiter leaves that room already."""
FASTEST_QUALITY = 7
"""Of LAME's scale from 2: as close to the speech as 5, in two thirds of the time."""


class Mp3Encoder:
    """MPEG-1, -2 or -2.5 Layer III by sample rate, mono, constant bit rate, without any tag.

    At 24 kHz at most 80 ms are held back. A decoder hears 46 ms of silence first, as a bare MP3 stream cannot
    tell the delay of its encoder.
    """

    content_type: ClassVar[str] = "audio/mpeg"

    def __init__(self, sample_rate_hertz: int) -> None:
        import lameenc

        self._lame = lameenc.Encoder()
        self._lame.silence()
        self._lame.set_channels(1)
        self._lame.set_in_sample_rate(sample_rate_hertz)
        self._lame.set_bit_rate(BIT_RATES_KBPS[sample_rate_hertz])
        self._lame.set_quality(FASTEST_QUALITY)
        self._lame.encode(b"")  # opens LAME: its flush refuses to work before any encode

    def feed(self, samples: Samples) -> bytes:
        return bytes(self._lame.encode(to_int16(samples / LAME_SCALE).tobytes()))

    def finish(self) -> bytes:
        return bytes(self._lame.flush())
