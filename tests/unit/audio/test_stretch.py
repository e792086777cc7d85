import numpy as np
import pytest

from vivavoce.audio.stretch import HOP_SECONDS, Stretcher

RATE_HERTZ = 24000
FACTORS = (0.25, 0.5, 0.8, 1.25, 1.6, 2.0, 4.0)
EVERY_FACTOR = pytest.mark.parametrize("factor", FACTORS)


def stretch(samples, factor, size=4800) -> np.ndarray:
    stretcher = Stretcher(RATE_HERTZ, factor)
    given = [stretcher.feed(samples[start : start + size]) for start in range(0, samples.size, size)]
    return np.concatenate([*given, stretcher.finish()])


@EVERY_FACTOR
@pytest.mark.parametrize("size", [0, 1, 299, 300, 5001, 12000])
def test_length_is_exact(factor, size):
    assert stretch(np.full(size, 0.1, np.float32), factor).size == round(size / factor)


@EVERY_FACTOR
def test_pitch_stays(factor):
    time = np.arange(RATE_HERTZ) / RATE_HERTZ
    voice = sum(np.sin(2 * np.pi * 130 * harmonic * time) / harmonic for harmonic in range(1, 9))
    stretched = stretch((0.3 * voice).astype(np.float32), factor)
    spectrum = np.abs(np.fft.rfft(stretched * np.hanning(stretched.size), 1 << 18))
    hertz = np.fft.rfftfreq(1 << 18, 1 / RATE_HERTZ)
    near = (hertz > 100) & (hertz < 160)
    assert abs(hertz[near][spectrum[near].argmax()] - 130) < 1.3
    between = (hertz > 180) & (hertz < 210)
    assert spectrum[between].max() < 0.05 * spectrum[near].max()


@EVERY_FACTOR
def test_loudness_follows_the_speech_in_time(factor, speech):
    samples = speech(RATE_HERTZ, 1.0)
    stretched = stretch(samples, factor)
    assert abs(20 * np.log10(stretched.std() / samples.std())) < 1
    # The same moment of the original and of the stretched speech, 25 ms around it.
    moments = np.arange(0.05, 0.95, 0.01)
    assert np.corrcoef(loudness(samples, moments), loudness(stretched, moments / factor))[0, 1] > 0.9


def loudness(samples, moments) -> np.ndarray:
    energy = np.cumsum(np.pad(samples.astype(np.float64) ** 2, 300))
    starts = np.round(moments * RATE_HERTZ).astype(int)
    return np.sqrt(energy[starts + 600] - energy[starts])


@EVERY_FACTOR
def test_blocks_make_no_difference(factor, speech):
    samples = speech(RATE_HERTZ, 0.5)
    assert (stretch(samples, factor, 333) == stretch(samples, factor, samples.size)).all()


@EVERY_FACTOR
def test_little_is_held_back(factor, speech):
    stretcher, samples, given = Stretcher(RATE_HERTZ, factor), speech(RATE_HERTZ, 0.6), 0
    for fed in range(240, samples.size + 1, 240):
        given += stretcher.feed(samples[fed - 240 : fed]).size
        held_back_seconds = (fed - given * factor) / RATE_HERTZ
        assert held_back_seconds < 0.034 + HOP_SECONDS * factor


def test_silence_stays_silent():
    assert not stretch(np.zeros(RATE_HERTZ, np.float32), 1.7).any()
