"""A voice to encode, and decoders that did not encode it."""

import io
import subprocess
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

Samples = NDArray[np.float32]


@pytest.fixture(scope="session")
def speech() -> Callable[[int, float], Samples]:
    """Speech-like samples of a rate (hertz) and length (seconds): voiced syllables with formants, and hisses
    between them. Peak 0.7; the same signal at every rate."""
    return _speech


@cache
def _speech(rate_hertz: int, seconds: float) -> Samples:
    time = np.arange(round(rate_hertz * seconds)) / rate_hertz
    # Of a pitch that moves between 130 and 210 Hz.
    phase = 2 * np.pi * 170 * time - 50 * np.cos(2 * np.pi * 0.7 * time) - 5 * np.cos(2 * np.pi * 2.3 * time)
    voiced = np.zeros(time.size)
    for harmonic in range(1, 17):
        formants = sum(1 / (1 + ((170 * harmonic - at) / 130) ** 2) for at in (500, 1500, 2500))
        voiced += formants * np.sin(harmonic * phase + harmonic**2)
    hiss = sum(np.sin(2 * np.pi * hertz * time + hertz**2) for hertz in range(2300, 3500, 37))
    syllable = np.clip(np.sin(2 * np.pi * 3.1 * time + 0.4) + 0.3, 0, 1)
    signal = voiced * syllable + 0.02 * hiss * np.clip(0.3 - np.sin(2 * np.pi * 3.1 * time + 0.4), 0, 1)
    samples = (0.7 / 2.635 * signal).astype(np.float32)
    samples.flags.writeable = False  # nobody may edit what they are fed
    return samples


@pytest.fixture(scope="session")
def ffmpeg(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Mapping[str, bytes]], dict[str, Samples]]:
    """Decodes files with the ffmpeg binary: {name with its suffix: bytes} → {name: mono samples at the file's
    own rate}. One process for all, since its start takes longer than the work. A name `x.8000.pcm` tells the
    rate of headerless samples."""

    def decode(files: Mapping[str, bytes]) -> dict[str, Samples]:
        folder: Path = tmp_path_factory.mktemp("ffmpeg")
        inputs, outputs = [], []
        for index, (name, content) in enumerate(files.items()):
            (folder / name).write_bytes(content)
            bare = ["-f", "s16le", "-ac", "1", "-ar", name.split(".")[-2]] if name.endswith(".pcm") else []
            inputs += [*bare, "-i", name]
            outputs += ["-map", str(index), "-f", "f32le", f"{name}.f32"]
        command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", *inputs, *outputs]
        ended = subprocess.run(command, cwd=folder, capture_output=True, check=False, text=True)
        assert ended.returncode == 0, ended.stderr
        return {name: np.fromfile(folder / f"{name}.f32", "<f4") for name in files}

    return decode


@pytest.fixture(scope="session")
def libsndfile() -> Callable[[bytes], tuple[Samples, int]]:
    """Decodes a file with libsndfile (mpg123, libFLAC, libopus): bytes → mono samples and their rate."""

    def decode(content: bytes) -> tuple[Samples, int]:
        return soundfile.read(io.BytesIO(content), dtype="float32")

    return decode
