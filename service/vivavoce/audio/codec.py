"""float32 or 16-bit samples → packets of one of libav's codecs, without a container.

The formats write their own framing around the packets: libav's muxers would hold packets back.
"""

import ctypes
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable

    from av.packet import Packet


class Codec:
    """An open mono encoder."""

    def __init__(
        self,
        name: Literal["aac", "flac", "libopus"],
        sample_rate_hertz: int,
        sample_format: Literal["flt", "fltp", "s16"],
        **options: str,
    ) -> None:
        """`sample_format` is libav's name for what `encode` takes: float32 (flt, fltp) or int16 (s16);
        `options` are libav's too."""
        import av

        _spare_threads(Path(av.__file__).parents[1])
        self._new_frame = av.AudioFrame.from_ndarray
        self._sample_format = sample_format
        self._samples = 0
        self._context = av.CodecContext.create(name, "w")
        self._context.sample_rate = sample_rate_hertz
        self._context.time_base = Fraction(1, sample_rate_hertz)
        self._context.layout = "mono"
        self._context.format = sample_format
        self._context.options = options
        self._context.open()

    @property
    def header(self) -> bytes:
        """What the codec wants a decoder to know first (libav's extradata)."""
        return self._context.extradata or b""

    def encode(self, samples: NDArray[Any]) -> list[bytes]:
        """The packets that are ready after the next samples, shape [n], any n."""
        if samples.size == 0:
            return []
        frame = self._new_frame(np.ascontiguousarray(samples[np.newaxis]), self._sample_format, "mono")
        frame.sample_rate = self._context.sample_rate
        frame.pts = self._samples
        self._samples += samples.size
        return _bytes(self._context.encode(frame))

    def finish(self) -> list[bytes]:
        """The packets that were held back. Nothing may be encoded afterwards."""
        return _bytes(self._context.encode(None))


@cache
def _spare_threads(site_packages: Path) -> None:
    """Lets libav count a single core.

    PyAV cuts samples into a codec's frames with a filter graph per encoder, and offers no way to tell it that
    one thread will do: on a large machine hundreds of streams would be thousands of idle threads. Where av is
    not the wheel that brings its own libav, nothing is found and those threads stay.
    """
    for libavutil in site_packages.glob("av.libs/libavutil*"):
        ctypes.CDLL(str(libavutil)).av_cpu_force_count(1)


def _bytes(packets: "Iterable[Packet[Any]]") -> list[bytes]:
    return [bytes(packet) for packet in packets if packet.size]
