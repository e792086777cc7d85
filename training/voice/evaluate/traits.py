"""What a classifier may look at to tell a recording from speech that was made: windows of numbers, by group.

Levels are taken out (both sides have the same loudness), and so is the silence at both ends.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType

import numpy as np

from training.voice.evaluate import features
from training.voice.evaluate.features import FRAME_SECONDS, Floats
from training.voice.evaluate.store import Sound
from training.voice.evaluate.systems import SILENT
from training.voice.features import HOP, SAMPLE_RATE_HERTZ
from training.voice.symbols import STRESS, VOWELS

SHORT, LONG = 32, 96
"""Frames of a window: 0.34 s and 1.02 s."""
PHONEMES = 12
"""Of a window of durations."""
MODULATION_HERTZ = (0.8, 2, 4, 6, 9, 13, 19, 28, 42)
MODULATION_BINS = (1, 4, 8, 14, 22, 33)
"""Of 2.9 Hz."""
WAVEFORM_HERTZ = (80, 500, 1000, 2000, 3000, 4500, 6500, 9000, 11800)

TypicalSeconds = Mapping[str, float]
"""Phoneme → mean log duration of the speaker."""


def _windows(spoken: np.ndarray, size: int, least: float = 0.5) -> Iterator[slice]:
    """Half-overlapping windows of `size` frames, of which `least` are speech."""
    at = np.flatnonzero(spoken)
    for start in range(int(at[0]), int(at[-1]) + 2 - size, size // 2):
        if spoken[start : start + size].mean() >= least:
            yield slice(start, start + size)


def _level_free(mels: Floats, spoken: np.ndarray) -> Floats:
    free: Floats = mels - np.log(np.exp(mels[spoken]).mean())
    return free


def _spoken(samples: Floats) -> np.ndarray:
    return features.speech(features.loudness(samples))


def spectrum(sound: Sound, _tracked: Floats) -> list[Floats]:
    """Mean and standard deviation of each mel band."""
    samples = features.resampled(sound)
    spoken = _spoken(samples)
    mels = _level_free(features.log_mel(samples), spoken)
    return [np.concatenate([mels[window].mean(0), mels[window].std(0)]) for window in _windows(spoken, SHORT)]


def texture(sound: Sound, _tracked: Floats) -> list[Floats]:
    """How fast the mel bands change over time, from band to band, and both at once, without their means:
    blur, smear and grain."""
    samples = features.resampled(sound)
    mels = features.log_mel(samples)
    found = []
    for window in _windows(_spoken(samples), SHORT):
        piece = mels[window]
        across, along = np.diff(piece, n=2, axis=1), np.diff(piece, axis=0)
        both = np.diff(along, axis=1)
        halves = [each[:, :78].reshape(len(each), 39, 2) for each in (across, along, both)]
        found.append(np.concatenate([np.log((half**2).mean((0, 2)) + 1e-6) for half in halves]))
    return found


def high_band(sound: Sound, _tracked: Floats) -> list[Floats]:
    """Above 4 kHz, with windows of 5 ms: levels, flatness, how peaked and how steady the bands are."""
    samples = features.resampled(sound)
    fine = np.log(features.spectra(samples, 128, HOP // 4) ** 2 + 1e-10)
    bands = [fine[:, low : low + 7] for low in range(22, 64, 7)]
    spoken = _spoken(samples)
    quiet = np.log(np.exp(fine[np.repeat(spoken, 4)[: len(fine)]]).mean())
    found = []
    for window in _windows(spoken, SHORT):
        rows = slice(4 * window.start, 4 * window.stop)
        values = [_band(band[rows], quiet) for band in bands]
        found.append(np.concatenate(values))
    return found


def _band(logs: Floats, level: float) -> Floats:
    """Level, its change over time, flatness, kurtosis of the amplitudes, correlation from step to step."""
    power = np.exp(logs)
    amplitudes = np.sqrt(power)
    centred = amplitudes - amplitudes.mean(0)
    variance = (centred**2).mean() + 1e-12
    steady = (centred[1:] * centred[:-1]).mean() / variance
    peaked = (centred**4).mean() / variance**2
    flat = logs.mean() - np.log(power.mean(1)).mean()
    mean = logs.mean(1)
    return np.array([mean.mean() - level, mean.std(), np.diff(mean).std(), flat, np.log(peaked), steady])


def melody(sound: Sound, tracked: Floats) -> list[Floats]:
    """Pitch against the utterance's median: place, slope, curve, spread, steps, jitter; share of voice."""
    samples = features.resampled(sound)
    spoken = _spoken(samples)[: len(tracked)]
    semitones = features.voiced_semitones(tracked)
    if not np.isfinite(semitones).any():
        return []
    semitones = semitones - np.nanmedian(semitones)
    found = []
    for window in _windows(spoken, LONG):
        piece = semitones[window]
        at = np.flatnonzero(np.isfinite(piece))
        if len(at) < LONG // 4:
            continue
        curve = np.polyfit(at / LONG - 0.5, piece[at], 2)
        voiced = piece[at]
        steps, bends = np.diff(piece), np.diff(piece, n=2)
        changes = np.log([np.nanstd(steps) + 1e-3, np.nanstd(bends) + 1e-3, np.nanmean(np.abs(bends)) + 1e-3])
        shape = [voiced.mean(), voiced.std(), np.ptp(voiced), voiced.max(), voiced.min()]
        rest = (voiced - np.polyval(curve, at / LONG - 0.5)).std()
        edges = np.diff(np.isfinite(piece).astype(int)) != 0
        found.append(np.array([*curve, *shape, rest, *changes, len(at) / LONG, edges.sum()]))
    return found


def rhythm(sound: Sound, _tracked: Floats) -> list[Floats]:
    """How the loudness of four bands moves: modulation spectra, as the ear's rhythm of speech."""
    samples = features.resampled(sound)
    mels = features.log_mel(samples)
    spoken = _spoken(samples)
    bands = np.stack([part.mean(1) for part in np.array_split(mels, 4, axis=1)], 1)
    rates = np.fft.rfftfreq(2 * LONG, FRAME_SECONDS)
    found = []
    for window in _windows(spoken, LONG):
        piece = bands[window] - bands[window].mean(0)
        power = np.abs(np.fft.rfft(piece * np.hanning(LONG)[:, None], 2 * LONG, axis=0)) ** 2
        edges = pairwise(MODULATION_HERTZ)
        values = [np.log(power[(rates >= low) & (rates < high)].mean(0) + 1e-6) for low, high in edges]
        found.append(np.concatenate([*values, [spoken[window].mean()]]))
    return found


def durations(sound: Sound, typical: TypicalSeconds) -> list[Floats]:
    """Lengths of twelve phonemes in a row against the speaker's typical ones: mean, spread, course."""
    timed = zip(sound.phonemes, sound.phoneme_seconds, strict=False)
    spoken = [(one, seconds) for one, seconds in timed if one not in STRESS and one not in SILENT]
    logs = np.array([np.log(max(seconds, 0.005)) - typical.get(one, -2.7) for one, seconds in spoken])
    vowel = np.array([one in VOWELS for one, _ in spoken])
    found = []
    for start in range(0, len(logs) - PHONEMES + 1, PHONEMES // 2):
        window = slice(start, start + PHONEMES)
        piece, is_vowel = logs[window], vowel[window]
        if not 2 <= is_vowel.sum() <= PHONEMES - 2:
            continue
        parts = (piece[is_vowel], piece[~is_vowel])
        values = [value for part in parts for value in (part.mean(), part.std(), part.max(), part.min())]
        steps = np.abs(np.diff(piece))
        neighbours = (piece[1:] * piece[:-1]).mean()
        found.append(np.array([*values, piece.std(), steps.mean(), steps.std(), neighbours]))
    return found


def modulation(sound: Sound, _tracked: Floats) -> list[Floats]:
    """How fast sixteen bands of equal width grow and fade, by modulation spectra up to 94 Hz. No loss of the
    training looks at these, nor at `waveform`."""
    samples = features.resampled(sound)
    spectra = features.spectra(samples, 2 * HOP, HOP // 2)[:, 1:]
    bands = np.log(spectra.reshape(len(spectra), 16, -1).mean(2) + 1e-5)
    found = []
    for window in _windows(_spoken(samples), SHORT):
        piece = bands[2 * window.start : 2 * window.stop]
        moves = (piece - piece.mean(0)) * np.hanning(len(piece))[:, None]
        power = np.abs(np.fft.rfft(moves, axis=0)) ** 2
        rates = pairwise(MODULATION_BINS)
        found.append(np.log(np.concatenate([power[low:high].mean(0) for low, high in rates]) + 1e-6))
    return found


def waveform(sound: Sound, _tracked: Floats) -> list[Floats]:
    """The samples of eight bands, each at the same loudness: how peaked and how lopsided they are, how much
    their size over 1.3 ms varies, and how fast."""
    samples = features.resampled(sound)
    spectrum, hertz = np.fft.rfft(samples), np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE_HERTZ)
    bands = [
        np.fft.irfft(spectrum * ((hertz >= low) & (hertz < high)), len(samples))
        for low, high in pairwise(WAVEFORM_HERTZ)
    ]
    found = []
    for window in _windows(_spoken(samples), SHORT):
        rows = slice(HOP * window.start, HOP * window.stop)
        found.append(np.concatenate([_shape(band[rows]) for band in bands]))
    return found


def _shape(samples: Floats) -> Floats:
    samples = samples / (samples.std() + 1e-7)
    sizes = np.abs(samples[: len(samples) // 32 * 32]).reshape(-1, 32).mean(1)
    logs = np.log([(samples**4).mean() + 1e-6, sizes.std() + 1e-6, np.abs(np.diff(sizes)).mean() + 1e-6])
    return np.array([*logs, np.clip((samples**3).mean(), -3, 3)])


HEARD: Mapping[str, Callable[[Sound, Floats], list[Floats]]] = MappingProxyType(
    {
        "spectrum": spectrum,
        "texture": texture,
        "high band": high_band,
        "modulation": modulation,
        "waveform": waveform,
        "melody": melody,
        "rhythm": rhythm,
    }
)
"""Groups that are read off the audio: sound, `features.pitch` of it → windows, each a row of numbers."""
