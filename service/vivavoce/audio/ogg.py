"""Packets → Ogg pages (RFC 3533) of one logical stream."""

import struct
import zlib
from collections.abc import Sequence

FIRST_PAGE, LAST_PAGE = 0x02, 0x04
CHECKSUM_OFFSET = 22
_REVERSED_BITS = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class OggStream:
    """Numbers the pages of a stream; each page is complete when it is returned."""

    def __init__(self, serial: int) -> None:
        self._serial = serial
        self._pages = 0

    def page(self, packets: Sequence[bytes], granule: int, *, last: bool = False) -> bytes:
        """A page of whole packets, together under 64 kB. `granule` is the codec's position after them."""
        lacing = b"".join(bytes([255] * (len(packet) // 255) + [len(packet) % 255]) for packet in packets)
        flags = (FIRST_PAGE if self._pages == 0 else 0) | (LAST_PAGE if last else 0)
        header = struct.pack(
            "<4sBBqIIIB", b"OggS", 0, flags, granule, self._serial, self._pages, 0, len(lacing)
        )
        self._pages += 1
        page = header + lacing + b"".join(packets)
        return page[:CHECKSUM_OFFSET] + _checksum(page) + page[CHECKSUM_OFFSET + 4 :]


def _checksum(page: bytes) -> bytes:
    """CRC-32 of Ogg: zlib's polynomial, but with the bits in the other order, started at 0 and not inverted.

    Reversing the bits on the way in and out lets zlib do the work; a loop in Python would cost more than the
    audio codec.
    """
    inverted = zlib.crc32(page.translate(_REVERSED_BITS), 0xFFFFFFFF)
    return (inverted ^ 0xFFFFFFFF).to_bytes(4, "big").translate(_REVERSED_BITS)
