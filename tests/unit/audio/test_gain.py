import numpy as np
import pytest

from vivavoce.audio.gain import CEILING, Limiter

RATE_HERTZ = 24000


def limit(samples, gain_db, sizes=(4096,)) -> np.ndarray:
    limiter, given, start = Limiter(RATE_HERTZ, gain_db), [], 0
    for size in [*sizes] * (samples.size // sum(sizes) + 1):
        given.append(limiter.feed(samples[start : start + size]))
        start += size
    return np.concatenate([*given, limiter.finish()])


@pytest.mark.parametrize("gain_db", [-30.0, -6.0, 0.0])
def test_without_more_level_nothing_is_held_back_or_changed(gain_db, speech):
    samples = speech(RATE_HERTZ, 0.5)
    limiter = Limiter(RATE_HERTZ, gain_db)
    assert (limiter.feed(samples) == samples * np.float32(10 ** (gain_db / 20))).all()
    assert limiter.finish().size == 0


def test_gain_below_the_ceiling_is_exact_and_held_back_for_5_ms(speech):
    samples = 0.25 * speech(RATE_HERTZ, 0.5)
    limiter = Limiter(RATE_HERTZ, 12.0)
    given = limiter.feed(samples)
    assert given.size == samples.size - 120
    louder = np.concatenate([given, limiter.finish()])
    assert (louder == samples * np.float32(10 ** (12 / 20))).all()


@pytest.mark.parametrize("gain_db", [-3.0, 0.0, 3.0, 20.0])
@pytest.mark.parametrize("peak", [0.8, 1.0, 4.0])
def test_nothing_passes_the_ceiling(gain_db, peak, speech):
    samples = peak / 0.7 * speech(RATE_HERTZ, 0.5)
    samples[7000] = -peak  # a click, without any rising edge to look ahead to
    limited = limit(samples, gain_db)
    assert limited.size == samples.size
    assert np.abs(limited).max() <= CEILING
    assert np.isclose(np.abs(limited).max(), min(CEILING, peak * 10 ** (gain_db / 20)), rtol=0.01)


@pytest.mark.parametrize("gain_db", [0.0, 12.0])
def test_blocks_make_no_difference(gain_db, speech):
    samples = 2 * speech(RATE_HERTZ, 0.4)
    whole = limit(samples, gain_db)
    for sizes in ((1, 0, 333), (50,), (119, 121, 2000)):
        assert (limit(samples, gain_db, sizes) == whole).all()


def test_a_loud_moment_lowers_its_surroundings_smoothly_and_briefly():
    quiet = np.full(RATE_HERTZ, 0.1, np.float32)
    quiet[10_000] = 1.0
    gain = limit(quiet, 6.0) / (quiet * 10 ** (6 / 20))
    assert np.abs(np.diff(gain)).max() < 0.01
    assert gain[10_000 - 121] == 1
    assert gain[10_000] < 0.5
    assert (gain[10_000 + RATE_HERTZ // 5 :] == 1).all()


def test_the_gain_does_not_follow_single_periods_of_the_voice():
    pulses = np.full(RATE_HERTZ // 2, 0.1, np.float32)
    pulses[::240] = 0.9
    gain = (limit(pulses, 6.0) / (pulses * 10 ** (6 / 20)))[RATE_HERTZ // 10 : -RATE_HERTZ // 10]
    assert gain.max() < 0.55
    assert np.ptp(gain) < 0.04


def test_limited_speech_is_still_the_same_speech(speech):
    """The gain moves slowly against the waveform: far less is added than by clipping."""
    samples = speech(RATE_HERTZ, 1.0)
    louder = samples * 10 ** (9 / 20)
    limited = limit(samples, 9.0)

    def distortion(signal) -> float:
        blocks, originals = signal[:23760].reshape(-1, 240), louder[:23760].reshape(-1, 240)
        energy = (originals**2).sum(1)
        scales = (blocks * originals).sum(1) / np.maximum(energy, 1e-9)
        return float(((blocks - scales[:, None] * originals) ** 2).sum() / (signal**2).sum())

    assert distortion(limited) < distortion(np.clip(louder, -CEILING, CEILING)) / 3


def test_samples_that_are_no_numbers_are_an_error():
    with pytest.raises(ValueError, match="not finite"):
        Limiter(RATE_HERTZ, 0.0).feed(np.array([0.0, np.nan], np.float32))


@pytest.mark.parametrize("size", [0, 1, 119, 120, 121])
def test_any_length_comes_back(size):
    assert limit(np.ones(size, np.float32), 6.0, (7,)).size == size
