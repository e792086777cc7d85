"""What every row of ENCODERS promises: a row here per format, and the same tests for all."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import soxr

from vivavoce.audio import ENCODERS, encoder_class

RATES_HERTZ = (8000, 16000, 22050, 24000, 44100, 48000)
SECONDS = 0.817


@dataclass(frozen=True)
class Format:
    content_type: str
    lag_samples: int = 0
    """Silence that a decoder hears first."""
    tail_samples: int = 0
    """The most that a decoder hears after the end."""
    least_correlation: float = 0.9999
    first_bytes_seconds: float = 0.01
    """How much of the audio is fed when the first bytes come (at 24 kHz)."""
    hold_back_seconds: float = 0.0
    """The most that is fed and cannot be decoded yet (at 24 kHz)."""


FORMATS = {
    "mp3": Format("audio/mpeg", 1105, 1152, 0.97, 0.04, 0.080),
    "opus": Format("audio/ogg", 0, 0, 0.97, 0.01, 0.063),
    "aac": Format("audio/aac", 1024, 1024, 0.97, 0.10, 0.130),
    "flac": Format("audio/flac", hold_back_seconds=0.020),
    "wav": Format("audio/wav"),
    "pcm": Format("audio/pcm"),
}
EVERY_FORMAT = pytest.mark.parametrize("name", FORMATS)
EVERY_RATE = pytest.mark.parametrize("rate_hertz", RATES_HERTZ)


def blocks(samples, sizes) -> Iterator[np.ndarray]:
    start = 0
    while start < samples.size:
        size = next(sizes)
        yield samples[start : start + size]
        start += size


def odd_sizes(seed) -> Iterator[int]:
    source = random.Random(seed)
    while True:
        yield source.choice((0, 1, 7, 479, 1025, 4001))


def encode(name, rate_hertz, samples, seed=1) -> bytes:
    encoder = encoder_class(name)(rate_hertz)
    fed = [encoder.feed(block) for block in blocks(samples, odd_sizes(seed))]
    return b"".join([*fed, encoder.finish()])


def at_decoded_rate(name, rate_hertz, samples):
    return soxr.resample(samples, rate_hertz, 48000) if name == "opus" else samples


def with_length(flac, samples) -> bytes:
    """libsndfile reads no FLAC without its length (36 bits of STREAMINFO), which a stream cannot know."""
    fields = int.from_bytes(flac[18:26], "big")
    assert fields & (1 << 36) - 1 == 0
    return flac[:18] + (fields | samples).to_bytes(8, "big") + flac[26:]


def decibels(ratio) -> float:
    return 20 * np.log10(ratio)


def rms(samples) -> float:
    return float(np.sqrt(np.mean(np.square(samples))))


def correlation(one, other) -> float:
    return float(np.dot(one, other) / (np.linalg.norm(one) * np.linalg.norm(other)))


def assert_is(decoded, samples, expected: Format) -> None:
    """That `decoded` is `samples` at the known lag and no other, as long, as loud and of the same shape."""
    end = expected.lag_samples + samples.size
    assert end <= decoded.size <= end + expected.tail_samples
    heard = decoded[expected.lag_samples : end]
    assert correlation(heard, samples) > expected.least_correlation
    assert abs(decibels(rms(heard) / rms(samples))) < 0.2
    assert np.abs(decoded).max() < 0.99


def test_every_format_of_the_table_is_tested():
    assert set(FORMATS) == set(ENCODERS)


@EVERY_FORMAT
def test_content_type(name):
    assert encoder_class(name).content_type == FORMATS[name].content_type


@pytest.fixture(scope="module")
def encoded(speech) -> dict[tuple[str, int], bytes]:
    return {
        (name, rate_hertz): encode(name, rate_hertz, speech(rate_hertz, SECONDS))
        for name in FORMATS
        for rate_hertz in RATES_HERTZ
    }


@pytest.fixture(scope="module")
def heard_by_ffmpeg(encoded, ffmpeg) -> dict[tuple[str, int], np.ndarray]:
    decoded = ffmpeg({f"{rate}.{name}": content for (name, rate), content in encoded.items()})
    return {(name, rate): decoded[f"{rate}.{name}"] for name, rate in encoded}


@EVERY_RATE
@EVERY_FORMAT
def test_ffmpeg_hears_what_was_fed(name, rate_hertz, speech, heard_by_ffmpeg):
    samples = at_decoded_rate(name, rate_hertz, speech(rate_hertz, SECONDS))
    assert_is(heard_by_ffmpeg[name, rate_hertz], samples, FORMATS[name])


@EVERY_RATE
@pytest.mark.parametrize("name", ["mp3", "opus", "flac", "wav"])
def test_libsndfile_hears_what_was_fed(name, rate_hertz, speech, encoded, libsndfile):
    samples = speech(rate_hertz, SECONDS)
    content = encoded[name, rate_hertz]
    if name == "flac":
        content = with_length(content, samples.size)
    decoded, decoded_hertz = libsndfile(content)
    if decoded_hertz != rate_hertz:
        samples = soxr.resample(samples, rate_hertz, decoded_hertz)
    assert_is(decoded, samples, FORMATS[name])


@EVERY_FORMAT
def test_bytes_do_not_depend_on_the_blocks(name, speech):
    samples = speech(24000, 0.9)
    encoder = encoder_class(name)(24000)
    whole = encoder.feed(samples) + encoder.finish()
    assert all(encode(name, 24000, samples, seed) == whole for seed in range(3))


@EVERY_FORMAT
def test_first_bytes_come_early(name, speech):
    encoder = encoder_class(name)(24000)
    seconds = 0.0
    for block in blocks(speech(24000, 0.5), iter(lambda: 240, None)):
        seconds += 0.01
        if encoder.feed(block):
            break
    assert seconds < FORMATS[name].first_bytes_seconds + 0.001


def test_what_was_fed_can_soon_be_decoded(speech, ffmpeg):
    """After any feed, the bytes so far decode to all but `hold_back_seconds` of the samples so far."""
    samples = speech(24000, 1.2)
    stops = (4799, 9600, 9601, 11519, 19200, 23990, 28799)
    so_far: dict[str, bytes] = {}
    for name in FORMATS:
        encoder, content = encoder_class(name)(24000), b""
        for start, stop in zip((0, *stops), stops, strict=False):
            content += encoder.feed(samples[start:stop])
            so_far[f"{name}.{stop}.24000.{name}"] = content
    for key, decoded in ffmpeg(so_far).items():
        name, fed_samples = key.split(".")[0], int(key.split(".")[1])
        decoded_seconds = (
            decoded.size / (48000 if name == "opus" else 24000) - FORMATS[name].lag_samples / 24000
        )
        held_back_seconds = fed_samples / 24000 - decoded_seconds
        assert held_back_seconds <= FORMATS[name].hold_back_seconds + 1e-9, key


@EVERY_FORMAT
def test_with_nothing_fed_the_file_is_still_valid(name, ffmpeg):
    content = encoder_class(name)(24000).finish()
    (decoded,) = ffmpeg({f"empty.24000.{name}": content}).values()
    assert decoded.size <= FORMATS[name].lag_samples + FORMATS[name].tail_samples
    assert not decoded.any()
    assert content == encode(name, 24000, np.zeros(0, np.float32))


@EVERY_FORMAT
def test_a_single_sample_is_a_stream(name, ffmpeg):
    (decoded,) = ffmpeg({f"one.24000.{name}": encode(name, 24000, np.array([0.5], np.float32))}).values()
    assert decoded.size >= 1


@EVERY_FORMAT
def test_what_is_too_loud_clips_and_never_wraps(name, speech, ffmpeg):
    loud = 3 * speech(24000, 0.5)
    (decoded,) = ffmpeg({f"loud.24000.{name}": encode(name, 24000, loud)}).values()
    expected = at_decoded_rate(name, 24000, np.clip(loud, -1, 1))
    lag = FORMATS[name].lag_samples
    assert correlation(np.clip(decoded[lag : lag + expected.size], -1, 1), expected) > 0.98


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux lists threads there")
@EVERY_FORMAT
def test_a_stream_starts_no_threads_of_its_own(name, speech):
    threads = len(list(Path("/proc/self/task").iterdir()))
    encoder = encoder_class(name)(24000)
    encoder.feed(speech(24000, 0.1))
    assert len(list(Path("/proc/self/task").iterdir())) == threads


@EVERY_FORMAT
def test_streams_in_parallel_threads_do_not_mix(name, speech):
    samples = speech(24000, 0.5)
    with ThreadPoolExecutor(4) as threads:
        files = set(threads.map(lambda seed: encode(name, 24000, samples, seed), range(4)))
    assert files == {encode(name, 24000, samples)}
