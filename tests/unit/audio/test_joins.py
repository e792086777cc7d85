import numpy as np
import pytest

from vivavoce.audio.joins import FADE_SECONDS, Joiner

RATE_HERTZ = 24000
FADE = round(FADE_SECONDS * RATE_HERTZ)


def tone(hertz=220.0, seconds=0.2987, offset=0.0):
    time = np.arange(round(RATE_HERTZ * seconds)) / RATE_HERTZ
    return (0.5 * np.cos(2 * np.pi * hertz * time) + offset).astype(np.float32)


def join(windows) -> np.ndarray:
    joiner = Joiner(RATE_HERTZ)
    return np.concatenate(
        [
            joiner.feed(window, first=index == 0, last=index == len(windows) - 1)
            for index, window in enumerate(windows)
        ]
    )


@pytest.mark.parametrize("size", [1, 50, 119, 120, 257, 3000])
def test_windows_of_a_segment_join_as_if_they_were_one(size):
    samples = tone()
    samples = samples[: samples.size // size * size]  # a short rest would be a short last window
    windows = [*samples.reshape(-1, size)]
    if size < FADE:
        windows = [*windows[: -FADE // size], np.concatenate(windows[-FADE // size :])]
    assert (join(windows) == join([samples])).all()


def test_only_the_outer_edges_of_a_segment_are_touched():
    samples = tone()
    joined = join([samples[:1000], samples[1000:5000], samples[5000:]])
    assert (joined[FADE:-FADE] == samples[FADE:-FADE]).all()
    assert abs(joined[0]) < 1e-4
    assert abs(joined[-1]) < 1e-4
    assert (np.abs(joined) <= np.abs(samples)).all()


def test_a_window_is_not_edited_in_place():
    samples = tone()
    samples.flags.writeable = False
    assert Joiner(RATE_HERTZ).feed(samples, first=True, last=True).size == samples.size


@pytest.mark.parametrize("pause_seconds", [0.0, 0.25])
@pytest.mark.parametrize("offset", [0.0, 0.1])
def test_segments_meet_without_a_click(pause_seconds, offset):
    """A click is a bend far sharper than those of the sound itself, as a hard cut of the same sound has."""
    joiner = Joiner(RATE_HERTZ)
    one, other = tone(220, offset=offset), tone(330, offset=offset)
    joined = np.concatenate(
        [
            joiner.feed(one, first=True, last=True),
            joiner.silence(pause_seconds),
            joiner.feed(other, first=True, last=True),
        ]
    )
    cut = np.concatenate([one, np.zeros(round(pause_seconds * RATE_HERTZ), np.float32), other])
    assert joined.size == cut.size
    inside, at_joins, when_cut = (np.abs(np.diff(signal, 2)).max() for signal in (other, joined, cut))
    assert at_joins < 2 * inside
    assert when_cut > 10 * inside


@pytest.mark.parametrize("size", [0, 1, 2, 3, 60, 119])
def test_a_segment_shorter_than_its_fades_stays_soft(size):
    joined = join([np.ones(size, np.float32)])
    assert joined.size == size
    assert (joined < 0.51).all()


def test_silence_is_exact():
    silence = Joiner(22050).silence(0.3)
    assert silence.size == 6615
    assert not silence.any()
