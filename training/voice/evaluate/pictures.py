"""Spectrograms: a recording above what a voice makes of the same prompt, on one scale, with both melodies."""

from pathlib import Path
from typing import Any

import numpy as np

from training.voice.evaluate import features
from training.voice.evaluate.features import Floats
from training.voice.evaluate.store import Sound, Store
from training.voice.evaluate.systems import System
from training.voice.evaluate.utterances import Utterance
from training.voice.features import FFT_SIZE, HOP, SAMPLE_RATE_HERTZ

DARKEST_DB, BRIGHTEST_DB = -65.0, 20.0
"""Of the magnitude, both sides alike."""


def draw(recordings: System, system: System, utterance: Utterance, store: Store, file: Path) -> None:
    """Writes the picture of one utterance as PNG."""
    from matplotlib.figure import Figure

    sounds = [who.sound(utterance) for who in (recordings, system)]
    tracked = store.found("pitch-1", sounds, features.pitch)
    length = max(len(sound.samples) / sound.rate_hertz for sound in sounds)
    figure = Figure(figsize=(16, 11), layout="constrained")
    axes: Any = figure.subplots(3, 1, height_ratios=[5, 5, 2])
    for ax, who, sound in zip(axes, (recordings, system), sounds, strict=False):
        _spectrogram(ax, sound)
        ax.set(title=f"{who.name}: {utterance.text}", xlim=(0, length), ylabel="kHz")
    for who, own, colour in zip((recordings, system), tracked, ("black", "tab:red"), strict=True):
        axes[2].plot(_seconds(len(own)), features.voiced_semitones(own), ".-", color=colour, label=who.name)
    axes[2].set(xlim=(0, length), ylabel="semitones over 100 Hz", xlabel="s")
    axes[2].legend(loc="upper right")
    axes[2].grid(visible=True)
    file.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(file, dpi=75)


def _spectrogram(ax: Any, sound: Sound) -> None:  # noqa: ANN401 - matplotlib's own
    magnitudes = features.spectra(features.resampled(sound), FFT_SIZE, HOP // 2)
    seconds = len(magnitudes) * HOP / 2 / SAMPLE_RATE_HERTZ
    ax.imshow(
        20 * np.log10(magnitudes.T + 1e-5),
        origin="lower",
        aspect="auto",
        extent=(0, seconds, 0, SAMPLE_RATE_HERTZ / 2000),
        vmin=DARKEST_DB,
        vmax=BRIGHTEST_DB,
        cmap="magma",
    )
    place = 0.0
    for phoneme, length in zip(sound.phonemes, sound.phoneme_seconds, strict=False):
        if length >= 0.02 and phoneme != " ":
            ax.text(place + length / 2, 11.3, phoneme, color="white", ha="center", fontsize=9)
        place += length


def _seconds(frames: int) -> Floats:
    return (np.arange(frames) + 0.5) * HOP / SAMPLE_RATE_HERTZ
