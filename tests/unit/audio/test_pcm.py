import io
import wave

import numpy as np
import pytest

from vivavoce.audio.pcm import PcmEncoder, to_int16
from vivavoce.audio.wav import WavEncoder


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        (0.0, 0), (0.4 / 32768, 0), (0.6 / 32768, 1), (-0.6 / 32768, -1), (-0.4 / 32768, 0),
        (32766.6 / 32768, 32767), (1.0, 32767), (-1.0, -32768), (1.5, 32767), (-1.5, -32768),
        (3e9, 32767), (-3e9, -32768), (np.inf, 32767), (-np.inf, -32768),
    ],
)  # fmt: skip
def test_samples_are_rounded_to_the_nearest_and_clipped(sample, expected):
    assert to_int16(np.array([sample], np.float32)).tolist() == [expected]


def test_every_16_bit_sample_survives():
    every = np.arange(-32768, 32768).astype(np.int16)
    assert (to_int16(every.astype(np.float32) / 32768) == every).all()


def test_pcm_is_little_endian_and_every_chunk_whole_samples():
    encoder = PcmEncoder(24000)
    assert encoder.feed(np.array([1 / 32768, 256 / 32768, -1 / 32768], np.float32)) == b"\1\0\0\1\xff\xff"
    assert encoder.feed(np.zeros(0, np.float32)) == encoder.finish() == b""
    assert len(encoder.feed(np.zeros(7, np.float32))) == 14


def test_wav_header_comes_once_and_nothing_follows_the_samples(speech):
    samples = speech(22050, 0.1)
    encoder = WavEncoder(22050)
    chunks = [encoder.feed(samples[:777]), encoder.feed(samples[777:]), encoder.finish()]
    content = b"".join(chunks)
    assert len(chunks[0]) == 44 + 2 * 777
    assert content[4:8] == content[40:44] == b"\xff" * 4
    assert content[44:] == to_int16(samples).tobytes()
    with wave.open(io.BytesIO(content)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 22050)
