"""float32 samples → Opus in Ogg (RFC 7845)."""

from typing import ClassVar

import numpy as np

from vivavoce.audio.codec import Codec
from vivavoce.audio.ogg import OggStream
from vivavoce.audio.resample import Resampler
from vivavoce.core import Samples

CODEC_RATES_HERTZ = (8000, 12000, 16000, 24000, 48000)
GRANULES_PER_SECOND = 48000
PACKET_GRANULES = 960
"""20 ms."""
PROMPT_PACKETS = 25
"""The first half second has a page per packet, so that nothing waits for a page to fill …"""
PACKETS_PER_PAGE = 3
"""… and afterwards three share one, which saves 7 kbit/s."""
SERIAL = 1
"""Any number will do where a file has one logical stream; a fixed one keeps the bytes reproducible."""
TAGS = b"OpusTags" + (8).to_bytes(4, "little") + b"vivavoce" + (0).to_bytes(4, "little")


class OpusEncoder:
    """Opus at 48 kbit/s in packets of 20 ms. Decoders give exactly the samples that were fed.

    At most 23 ms are held back in the first half second, and 63 ms later.
    """

    content_type: ClassVar[str] = "audio/ogg"

    def __init__(self, sample_rate_hertz: int) -> None:
        self._rate_hertz = min(rate for rate in CODEC_RATES_HERTZ if rate >= sample_rate_hertz)
        self._resampler = Resampler(sample_rate_hertz, self._rate_hertz)
        # CELT alone: half the work of the speech modes, and at this bit rate closer to the original.
        self._codec = Codec("libopus", self._rate_hertz, "flt", b="48000", application="lowdelay")
        self._ogg = OggStream(SERIAL)
        self._header = self._ogg.page([self._codec.header], 0) + self._ogg.page([TAGS], 0)
        self._pre_skip = int.from_bytes(self._codec.header[10:12], "little")
        self._samples = 0
        self._packets_paged = 0
        self._waiting: list[bytes] = []

    def feed(self, samples: Samples) -> bytes:
        self._encode(self._resampler.feed(samples))
        return self._take_header() + self._full_pages()

    def finish(self) -> bytes:
        self._encode(self._resampler.finish())
        end = self._pre_skip + self._samples * GRANULES_PER_SECOND // self._rate_hertz
        if self._samples == 0:
            self._waiting += self._codec.encode(np.zeros(self._rate_hertz // 50, np.float32))
        # The codec's delay keeps its last packet back until now, so the last page is never without one.
        self._waiting += self._codec.finish()
        return self._take_header() + self._ogg.page(self._waiting, end, last=True)

    def _encode(self, samples: Samples) -> None:
        self._samples += samples.size
        self._waiting += self._codec.encode(samples)

    def _full_pages(self) -> bytes:
        pages = b""
        while len(self._waiting) >= (
            count := 1 if self._packets_paged < PROMPT_PACKETS else PACKETS_PER_PAGE
        ):
            packets, self._waiting = self._waiting[:count], self._waiting[count:]
            self._packets_paged += count
            pages += self._ogg.page(packets, self._packets_paged * PACKET_GRANULES)
        return pages

    def _take_header(self) -> bytes:
        header, self._header = self._header, b""
        return header
