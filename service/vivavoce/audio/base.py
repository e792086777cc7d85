"""The seam of the audio formats: samples in, bytes out, block by block."""

from typing import ClassVar, Protocol

from vivavoce.core import Samples


class Encoder(Protocol):
    """Encodes one stream; used by one thread at a time. Concatenated, all bytes are one valid file."""

    content_type: ClassVar[str]

    def __init__(self, sample_rate_hertz: int) -> None: ...

    def feed(self, samples: Samples) -> bytes:
        """Takes the next samples (float32 in [-1, 1], any number, also none) and gives the bytes that are
        ready; b"" while the codec holds them back."""
        ...

    def finish(self) -> bytes:
        """The rest. Called once, after the last feed; with nothing fed it still completes a valid file."""
        ...
