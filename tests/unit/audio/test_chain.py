import numpy as np
import pytest

from vivavoce.audio import ENCODERS, encoder_class
from vivavoce.audio.chain import AudioChain
from vivavoce.core import Utterance

RATE_HERTZ = 24000


def utterance(**fields) -> Utterance:
    return Utterance(input="", model="", voice="", **{"audio_format": "pcm", **fields})


def speak(chain, segments, pause_seconds=0.2, window=1777) -> np.ndarray:
    """The 16-bit samples of segments in windows, with a pause after each."""
    content = b""
    for segment in segments:
        starts = range(0, segment.size, window)
        for start in starts:
            last = start == starts[-1]
            content += chain.feed(segment[start : start + window], first=start == 0, last=last)
        content += chain.silence(pause_seconds)
    return np.frombuffer(content + chain.finish(), "<i2") / np.float32(32768)


def test_the_plain_path_changes_nothing_but_the_edges(speech):
    samples = speech(RATE_HERTZ, 0.5)
    spoken = speak(AudioChain(utterance(), RATE_HERTZ), [samples, samples])
    silence = np.zeros(4800)
    expected = np.concatenate([samples, silence, samples, silence])
    assert spoken.size == expected.size
    different = np.flatnonzero(np.abs(spoken - expected) > 1 / 65536)
    assert {*different // 120} <= {0, 99, 140, 239}


def test_the_plain_path_holds_nothing_back(speech):
    chain = AudioChain(utterance(), RATE_HERTZ)
    assert len(chain.feed(speech(RATE_HERTZ, 0.1), first=True, last=False)) == 2 * 2400


@pytest.mark.parametrize("stretch", [0.5, 1.0, 1.6])
@pytest.mark.parametrize("rate_hertz", [8000, 24000, 44100])
@pytest.mark.parametrize("gain_db", [0.0, 9.0])
def test_steps_combine_in_time_and_level(stretch, rate_hertz, gain_db, speech):
    samples = 0.4 * speech(RATE_HERTZ, 0.5)
    chain = AudioChain(utterance(sample_rate_hertz=rate_hertz, gain_db=gain_db), RATE_HERTZ, stretch=stretch)
    spoken = speak(chain, [samples, samples])
    seconds = 2 * (0.5 / stretch + 0.2)
    assert spoken.size == pytest.approx(seconds * rate_hertz, abs=2)
    # The second segment begins after the first and its pause, and there is silence before it.
    start = round((0.5 / stretch + 0.2) * rate_hertz)
    margin = rate_hertz // 50
    assert np.abs(spoken[start - 5 * margin : start - margin]).max() < 0.001
    voiced = spoken[start + margin : start + round(0.4 / stretch * rate_hertz)]
    level_db = 20 * np.log10(voiced.std() / samples.std())
    assert abs(level_db - gain_db) < 1.5
    assert np.abs(spoken).max() < 1


def test_a_model_that_oversteps_full_scale_is_limited(speech):
    spoken = speak(AudioChain(utterance(), RATE_HERTZ), [2 * speech(RATE_HERTZ, 0.5)])
    assert np.abs(spoken).max() <= 10 ** (-1 / 20) + 1 / 32768


@pytest.mark.parametrize("name", ENCODERS)
def test_every_format_gets_the_samples_and_an_end(name, speech):
    samples = np.pad(speech(RATE_HERTZ, 0.3), 120)  # silent where the chain fades
    chain, encoder = AudioChain(utterance(audio_format=name), RATE_HERTZ), encoder_class(name)(RATE_HERTZ)
    content = chain.feed(samples, first=True, last=True) + chain.finish()
    assert content == encoder.feed(samples) + encoder.finish()


@pytest.mark.parametrize("name", ENCODERS)
def test_nothing_spoken_is_an_empty_file(name):
    chain = AudioChain(utterance(audio_format=name), RATE_HERTZ)
    assert chain.finish() == encoder_class(name)(RATE_HERTZ).finish()
