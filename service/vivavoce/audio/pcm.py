"""float32 samples → 16-bit samples: the bare stream, and the conversion that other encoders use."""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from vivavoce.core import Samples


def to_int16(samples: Samples) -> NDArray[np.int16]:
    """Little-endian 16-bit samples of full scale 32768: rounded to the nearest, clipped, never wrapped."""
    rounded = np.rint(samples * np.float32(32768))
    clipped: NDArray[np.int16] = np.clip(rounded, -32768, 32767).astype(np.int16)
    return clipped


class PcmEncoder:
    """Signed 16-bit little-endian mono without a header. Nothing is held back."""

    content_type: ClassVar[str] = "audio/pcm"

    def __init__(self, sample_rate_hertz: int) -> None:
        del sample_rate_hertz  # there is no header to write it in

    def feed(self, samples: Samples) -> bytes:
        return to_int16(samples).tobytes()

    def finish(self) -> bytes:
        return b""
