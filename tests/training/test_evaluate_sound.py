"""What is measured on samples, with signals whose measures are known."""

import numpy as np
import pytest

from training.voice.evaluate import features
from training.voice.evaluate.copy_synthesis import CHANNELS, frames_of
from training.voice.evaluate.distance import distance, dtw
from training.voice.evaluate.joins import flux, kick
from training.voice.evaluate.prosody import declination, kind, prosody
from training.voice.evaluate.robustness import Heard, flags, listen
from training.voice.evaluate.roughness import FRAME, RATE, at_period, flatness
from training.voice.evaluate.store import Sound, Store

RATE_HERTZ = 24000


def voice(seconds=1.2, hertz=150.0, fall=0.0, seed=0):
    """Something like speech, and its pitch as `features.pitch` tracks it: harmonics that swell, a gap."""
    rng = np.random.default_rng(seed)
    times = np.arange(round(seconds * RATE_HERTZ)) / RATE_HERTZ
    pitch = hertz * 2 ** (-fall * times / 12)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE_HERTZ
    swell = 0.6 + 0.4 * np.sin(2 * np.pi * 3 * times)
    samples = sum(np.sin(k * phase) / k for k in range(1, 20)) * swell * 0.1
    silent = (times > 0.4 * seconds) & (times < 0.4 * seconds + 0.2)
    samples = np.where(silent, 0, samples) + rng.normal(0, 1e-4, len(times))
    frames = -(-len(times) // features.HOP)
    at = np.minimum((np.arange(frames) * features.HOP) + 128, len(times) - 1)
    tracked = np.stack([np.where(silent[at], 0, pitch[at]), ~silent[at]], 1)
    return Sound(samples.astype(np.float32), RATE_HERTZ), tracked


def test_a_recording_is_at_no_distance_from_itself():
    sound, tracked = voice()
    found = distance(sound, tracked, sound, tracked)
    assert found.mcd_db == 0
    assert found.f0_hertz == found.f0_cents == found.voicing_percent == found.length_percent == 0
    assert found.f0_spread == found.length == 1


def test_distance_tells_pitch_and_length():
    sound, tracked = voice(fall=2)
    higher, tracked_higher = voice(hertz=150 * 2 ** (1 / 12), fall=2)
    found = distance(higher, tracked_higher, sound, tracked)
    assert found.f0_cents == pytest.approx(100, abs=3)
    assert found.f0_hertz == pytest.approx(150 * (2 ** (1 / 12) - 1), abs=1)
    assert found.f0_correlation > 0.99
    assert found.mcd_db > 0.5
    longer, tracked_longer = voice(seconds=1.8, fall=2)
    assert distance(longer, tracked_longer, sound, tracked).length == pytest.approx(1.5, abs=0.02)


def test_dtw_follows_a_stretched_copy():
    frames = np.random.default_rng(0).normal(size=(30, 5))
    path = dtw(np.repeat(frames, 2, axis=0), frames)
    assert (path[:, 0] // 2 == path[:, 1]).all()
    assert path[0].tolist() == [0, 0]
    assert path[-1].tolist() == [59, 29]


def test_cepstra_of_a_flat_spectrum_are_nothing_and_of_a_cosine_its_height():
    assert features.cepstra(np.full((2, 80), 3.0)) == pytest.approx(0)
    cosine = 0.7 * np.cos(4 * (np.arange(80) + 0.5) * np.pi / 80)[None]
    assert features.cepstra(cosine)[0] == pytest.approx(0.7 * (np.arange(1, 14) == 4), abs=1e-9)


def test_pitch_is_tracked_where_there_is_voice():
    sound, wanted = voice(fall=3)
    found = features.pitch(sound)
    assert found.shape == wanted.shape
    both = (found[:, 1] > 0) & (wanted[:, 1] > 0)
    assert both.sum() > 0.8 * wanted[:, 1].sum()
    assert np.median(np.abs(found[both, 0] / wanted[both, 0] - 1)) < 0.01


def test_slips_of_the_tracker_are_dropped():
    tracked = np.stack([np.full(60, 150.0), np.ones(60)], 1)
    tracked[[0, 30], 0] = 300, 75
    assert np.exp(features.cleaned(tracked)) == pytest.approx(150)
    assert np.isnan(features.cleaned(np.zeros((10, 2)))).all()


def test_prosody_of_a_falling_voice():
    sound, tracked = voice(seconds=2.0, fall=4)
    found = prosody(sound, tracked, phonemes=18)
    assert found.declination == pytest.approx(-4, abs=0.2)
    assert found.pauses == 1
    assert found.pause_seconds == pytest.approx(0.2, abs=0.03)
    assert found.phonemes_per_second == pytest.approx(10, abs=0.3)
    assert found.final == pytest.approx(-3.8, abs=0.6)
    assert np.isnan(declination(np.full(50, np.nan)))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("It is.", "statements"),
        ("Where is it?", "wh-questions"),
        ("Is it there?", "yes/no questions"),
        ('"Stop it!"', "exclamations"),
    ],
)
def test_kinds_of_sentences(text, wanted):
    assert kind(text) == wanted


def test_periodicity_is_one_for_pulses_and_small_for_noise():
    period = 100
    pulses = np.tile(np.eye(1, period)[0], 60)
    noise = np.random.default_rng(0).normal(size=6000)
    starts, periods = np.arange(500, 4000, 250), np.full(14, period)
    assert at_period(pulses, starts, periods) == pytest.approx(1)
    assert at_period(noise, starts, periods).mean() < 0.3
    assert FRAME / RATE == 0.04


def test_flatness_of_noise_and_of_a_tone():
    assert flatness(np.ones((1, 50))) == pytest.approx(0)
    noise = features.spectra(np.random.default_rng(0).normal(size=48000), 1024, 256) ** 2
    assert flatness(noise[:, 50:450]).mean() == pytest.approx(-2.5, abs=0.2)
    assert flatness(np.eye(1, 50) + 1e-6)[0] < -30


def test_a_step_between_windows_is_heard():
    samples = voice()[0].samples.copy()
    broken = samples.copy()
    broken[6400:] = np.roll(broken, 40)[6400:]
    border = slice(6400 // 64 - 2, 6400 // 64 + 2)
    for measure in (flux, kick):
        assert measure(broken)[border].max() > 1.5 * measure(samples)[border].max()


def test_frames_of_a_recording_carry_phase_and_margins():
    sound, tracked = voice()
    frames = frames_of(sound, tracked, margin_frames=11)
    assert frames.shape == (len(tracked) + 22, CHANNELS)
    assert np.diff(frames[:40, 82]) % 1 == pytest.approx(150 * 256 / 24000 % 1, abs=1e-3)
    assert (frames[:11, :82] == frames[11, :82]).all()


def test_what_is_wrong_is_flagged():
    fine = Heard(1.0, 0.9, 0.5, 6.0, -1.0, 0.1, is_finite=True)
    assert flags(fine, 12, []) == []
    bad = Heard(4.5, 4.0, 1.0, 6.0, -1.0, 0.9, is_finite=False)
    assert flags(bad, 12, ["the"]) == [
        "no numbers",
        "clips",
        "silent for 0.90 s",
        "heard twice: the",
        "333 ms a phoneme",
    ]


def test_listening_finds_the_silence():
    sound, tracked = voice()
    heard = listen(sound, tracked)
    assert heard.is_finite
    assert heard.silence_seconds == pytest.approx(0.2, abs=0.03)
    assert heard.seconds == pytest.approx(1.2, abs=0.02)
    assert heard.voice_seconds == pytest.approx(1.0, abs=0.05)


def test_the_store_makes_nothing_twice(tmp_path):
    made = []

    def make():
        made.append(1)
        return Sound(np.array([0, 0.5, -1.5], np.float32), RATE_HERTZ, "ab", (0.1, 0.2))

    for _ in range(2):
        sound = Store(tmp_path).sound("voice", "one", "0123456789", make)
    assert made == [1]
    assert sound.samples == pytest.approx([0, 0.5, -1.5], abs=1e-4)
    assert (sound.phonemes, sound.phoneme_seconds) == ("ab", (0.1, 0.2))
    found = [
        Store(tmp_path).found("kind", [sound], lambda one: made.append(1) or len(one.samples)) for _ in "ab"
    ]
    assert made == [1, 1]
    assert [int(one[0]) for one in found] == [3, 3]
