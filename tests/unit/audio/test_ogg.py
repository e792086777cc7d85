"""The pages of our Ogg streams, read by a reader of their own."""

import struct
from dataclasses import dataclass

import numpy as np
import pytest

from vivavoce.audio.ogg import OggStream
from vivavoce.audio.opus import OpusEncoder


@dataclass(frozen=True)
class Page:
    flags: int
    granule: int
    serial: int
    number: int
    packets: tuple[bytes, ...]


def crc(content) -> int:
    """RFC 3533, bit by bit."""
    register = 0
    for byte in content:
        register ^= byte << 24
        for _ in range(8):
            register = (register << 1 ^ (0x04C11DB7 if register & 1 << 31 else 0)) & 0xFFFFFFFF
    return register


def read_pages(content) -> list[Page]:
    pages = []
    while content:
        capture, version, flags, granule, serial, number, checksum, segments = struct.unpack_from(
            "<4sBBqIIIB", content
        )
        assert (capture, version) == (b"OggS", 0)
        lacing = content[27 : 27 + segments]
        end = 27 + segments + sum(lacing)
        page, content = content[:end], content[end:]
        assert checksum == crc(page[:22] + bytes(4) + page[26:])
        pages.append(Page(flags, granule, serial, number, tuple(split(page[27 + segments :], lacing))))
    return pages


def split(body, lacing) -> list[bytes]:
    packets, size = [], 0
    for value in lacing:
        size += value
        if value < 255:
            packets.append(body[:size])
            body, size = body[size:], 0
    assert not body, "a packet goes on beyond its page"
    return packets


@pytest.mark.parametrize("sizes", [(), (0,), (1,), (254, 255, 256), (510, 0, 1275)])
def test_packets_of_any_size_come_back(sizes):
    packets = tuple(bytes(range(size % 256)) + bytes(size - size % 256) for size in sizes)
    stream = OggStream(77)
    pages = read_pages(stream.page(packets, 5) + stream.page(packets, 1 << 40, last=True))
    assert [page.packets for page in pages] == [packets, packets]
    assert [(page.flags, page.granule, page.number) for page in pages] == [(2, 5, 0), (4, 1 << 40, 1)]
    assert {page.serial for page in pages} == {77}


@pytest.mark.parametrize("samples", [0, 1, 959, 960, 961, 47_999, 48_000, 100_000])
def test_opus_tells_exactly_what_to_play(samples):
    encoder = OpusEncoder(48000)
    head, tags, *pages = read_pages(encoder.feed(np.zeros(samples, np.float32)) + encoder.finish())
    assert (head.flags, tags.flags, pages[-1].flags) == (2, 0, 4)
    assert head.packets[0][:10] == b"OpusHead\x01\x01"
    assert tags.packets[0][:8] == b"OpusTags"
    pre_skip = int.from_bytes(head.packets[0][10:12], "little")
    assert pages[-1].granule == pre_skip + samples
    packets = 0
    for page in pages[:-1]:
        packets += len(page.packets)
        assert page.granule == packets * 960
    assert packets * 960 < pages[-1].granule <= (packets + len(pages[-1].packets)) * 960


def test_opus_pages_hold_one_packet_at_first_and_then_three():
    encoder = OpusEncoder(24000)
    _, _, *pages = read_pages(encoder.feed(np.zeros(24000, np.float32)))
    assert [len(page.packets) for page in pages] == 25 * [1] + 8 * [3]
