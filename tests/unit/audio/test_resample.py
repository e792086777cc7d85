import numpy as np
import pytest

from vivavoce.audio.resample import Resampler

RATES_HERTZ = (8000, 16000, 22050, 44100, 48000)


def resample(samples, in_hertz, out_hertz, size) -> np.ndarray:
    resampler = Resampler(in_hertz, out_hertz)
    given = [resampler.feed(samples[start : start + size]) for start in range(0, samples.size, size)]
    return np.concatenate([*given, resampler.finish()])


@pytest.mark.parametrize("out_hertz", RATES_HERTZ)
@pytest.mark.parametrize("size", [0, 1, 100, 4799, 24001])
def test_length_is_exact(out_hertz, size):
    resampled = resample(np.full(size, 0.3, np.float32), 24000, out_hertz, 311)
    assert resampled.size == round(size * out_hertz / 24000)
    assert resampled.dtype == np.float32


@pytest.mark.parametrize("out_hertz", RATES_HERTZ)
def test_the_signal_is_the_same_at_the_same_time(out_hertz, speech):
    resampled, expected = resample(speech(24000, 0.5), 24000, out_hertz, 777), speech(out_hertz, 0.5)
    inside = slice(out_hertz // 50, -out_hertz // 50)
    error = resampled[inside] - expected[inside]
    assert np.sqrt(np.mean(error**2)) < 0.01 * np.sqrt(np.mean(expected**2))


@pytest.mark.parametrize("out_hertz", RATES_HERTZ)
def test_blocks_make_no_difference(out_hertz, speech):
    samples = speech(24000, 0.3)
    whole = resample(samples, 24000, out_hertz, samples.size)
    assert np.abs(resample(samples, 24000, out_hertz, 101) - whole).max() < 1e-6


def test_what_the_lower_rate_cannot_hold_is_gone_not_folded():
    tone = np.sin(2 * np.pi * 6000 * np.arange(12000) / 24000).astype(np.float32)
    assert np.abs(resample(tone, 24000, 8000, 500)[400:-400]).max() < 1e-3


@pytest.mark.parametrize(("out_hertz", "bound_seconds"), [(48000, 0.04), (16000, 0.04), (8000, 0.08)])
def test_little_is_held_back(out_hertz, bound_seconds, speech):
    resampler, samples, given = Resampler(24000, out_hertz), speech(24000, 0.5), 0
    for fed in range(480, samples.size + 1, 480):
        given += resampler.feed(samples[fed - 480 : fed]).size
        assert fed / 24000 - given / out_hertz <= bound_seconds


def test_equal_rates_touch_nothing(speech):
    samples = speech(24000, 0.1)
    resampler = Resampler(24000, 24000)
    assert resampler.feed(samples) is samples
    assert resampler.finish().size == 0
