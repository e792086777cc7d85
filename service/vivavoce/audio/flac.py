"""float32 samples → FLAC, 16 bits, as a stream of unknown length."""

from typing import ClassVar

from vivavoce.audio.codec import Codec
from vivavoce.audio.pcm import to_int16
from vivavoce.core import Samples


class FlacEncoder:
    """Native FLAC (RFC 9639) in frames of 20 ms, which is also the most that is held back."""

    content_type: ClassVar[str] = "audio/flac"

    def __init__(self, sample_rate_hertz: int) -> None:
        self._codec = Codec("flac", sample_rate_hertz, "s16", frame_size=str(sample_rate_hertz // 50))
        self._header = _header(self._codec.header)

    def feed(self, samples: Samples) -> bytes:
        return self._take_header() + b"".join(self._codec.encode(to_int16(samples)))

    def finish(self) -> bytes:
        return self._take_header() + b"".join(self._codec.finish())

    def _take_header(self) -> bytes:
        header, self._header = self._header, b""
        return header


def _header(stream_info: bytes) -> bytes:
    last_block, stream_info_type = 0x80, 0
    return (
        b"fLaC" + bytes([last_block | stream_info_type]) + len(stream_info).to_bytes(3, "big") + stream_info
    )
