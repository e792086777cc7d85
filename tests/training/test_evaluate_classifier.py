"""The two-sample test: at chance where there is no difference, sure where there is one."""

import numpy as np
import pytest

from training.voice.evaluate import traits
from training.voice.evaluate.classifier import accuracies
from training.voice.evaluate.store import Sound


def rows(rng, sentences=40, windows=8, size=10, *, mean=0.0, spread=1.0):
    """Windows of each sentence; a sentence's windows are alike, as real ones are."""
    return [rng.normal(mean, spread, (windows, size)) + rng.normal(0, 1, size) for _ in range(sentences)]


def test_equal_distributions_are_at_chance():
    rng = np.random.default_rng(0)
    found = accuracies(rows(rng), rows(rng), splits=20)
    assert np.mean([one.windows for one in found]) == pytest.approx(0.5, abs=0.05)
    assert np.mean([one.sentences for one in found]) == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize("change", [{"mean": 1.0}, {"spread": 2.0}])
def test_another_mean_or_spread_is_told(change):
    rng = np.random.default_rng(0)
    found = accuracies(rows(rng), rows(rng, **change), splits=5)
    assert np.mean([one.windows for one in found]) > 0.75
    assert np.mean([one.sentences for one in found]) > 0.9


def test_the_same_sentence_is_never_on_both_sides():
    """Every sentence has its own place, alike on both sides, which tells nothing of the others."""
    rng = np.random.default_rng(0)
    places = [rng.normal(0, 5, 30) for _ in range(40)]
    first, second = ([place + rng.normal(0, 1, (8, 30)) for place in places] for _ in range(2))
    found = accuracies(first, second, splits=20)
    assert np.mean([one.windows for one in found]) == pytest.approx(0.5, abs=0.05)


def test_numbers_of_windows_do_not_matter():
    rng = np.random.default_rng(0)
    found = accuracies(rows(rng, windows=16), rows(rng, windows=4), splits=20)
    assert np.mean([one.windows for one in found]) == pytest.approx(0.5, abs=0.05)


def test_sentences_without_windows_are_left_out():
    rng = np.random.default_rng(0)
    first, second = rows(rng), rows(rng)
    first[3] = np.zeros((0, 10))
    assert len(accuracies(first, second, splits=3)) == 3


def test_traits_do_not_see_the_level():
    rng = np.random.default_rng(0)
    times = np.arange(36000) / 24000
    samples = rng.normal(0, 0.05, 36000) * (1.2 + np.sin(2 * np.pi * 4 * times))
    tracked = np.stack([150 + 20 * np.sin(times[::256] * 7), np.ones(141)], 1)
    loud, soft = (Sound((samples * gain).astype(np.float32), 24000) for gain in (1.0, 0.5))
    for find in traits.HEARD.values():
        windows = [np.stack(find(sound, tracked)) for sound in (loud, soft)]
        assert windows[0].shape == windows[1].shape
        assert np.isfinite(windows[0]).all()
        assert windows[0] == pytest.approx(windows[1], abs=2e-3)


def test_traits_of_durations_are_against_the_typical_ones():
    phonemes = "ðəkˈæt sætɑnðəmæt."
    sound = Sound(np.zeros(1, np.float32), 24000, phonemes, tuple([0.1] * len(phonemes)))
    (row,) = traits.durations(sound, dict.fromkeys(phonemes, float(np.log(0.1))))
    assert row == pytest.approx(0, abs=1e-9)
