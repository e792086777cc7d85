"""The training from recordings to a voice that speaks, in small: every command once, on made recordings.

What is said here means nothing; that the steps fit together, go on where they stopped, and that the exported
pair behaves is what counts.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import soundfile

ROOT = Path(__file__).parents[2]
RATE = 24_000
TEXTS = (
    "A red cat.",
    "No, not now.",
    "See my old house.",
    "We all sing.",
    "The moon is low.",
    "Go home, Sam.",
) * 2


def command(work, *arguments):
    """What `python -m training.voice` prints."""
    line = [sys.executable, "-m", "training.voice", "--work", str(work), *map(str, arguments)]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def recording(rng, seconds):
    """Voiced and unvoiced stretches, 90 to 250 Hz, with silence around them."""
    time = np.arange(int(seconds * RATE)) / RATE
    phase = np.cumsum(170 + 60 * np.sin(2 * np.pi * rng.uniform(0.5, 2) * time)) / RATE
    voice = sum(np.sin(2 * np.pi * k * phase) / k for k in range(1, 20))
    gate = np.sin(2 * np.pi * 3 * time) > -0.3
    sound = np.where(gate, voice, rng.normal(0, 0.3, len(time))) * 0.05
    sound[: RATE // 20] *= 0.01
    sound[-RATE // 20 :] *= 0.01
    return sound


@pytest.fixture(scope="module")
def recordings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recordings")
    (folder / "flac").mkdir()
    rng = np.random.default_rng(1)
    lines = []
    for index, text in enumerate(TEXTS):
        soundfile.write(folder / "flac" / f"clip{index}.flac", recording(rng, rng.uniform(0.9, 1.6)), RATE)
        lines.append(f"clip{index}|{text}")
    (folder / "metadata.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def work(recordings, tmp_path_factory):
    folder = tmp_path_factory.mktemp("work")
    command(folder, "prepare", recordings)
    return folder


@pytest.fixture(scope="module")
def voice(work, tmp_path_factory):
    """A voice trained for a few steps."""
    target = tmp_path_factory.mktemp("voice")
    command(work, "make", "--minutes", "5", "--steps", "2", target)
    return target


def test_a_take_of_a_held_out_prompt_is_not_trained_on(work):
    listed = json.loads((work / "utterances.json").read_text())
    texts = {
        part: {one["text"] for one in listed if one["part"] == part} for part in ("training", "held-out")
    }
    assert texts["held-out"]
    assert not texts["training"] & texts["held-out"]


def test_every_frame_belongs_to_a_symbol(work, voice):
    durations = json.loads((work / "alignment.json").read_text())
    assert len(durations) == len(TEXTS)
    for name, frames in durations.items():
        with np.load(work / "features" / f"{name}.npz") as stored:
            assert sum(frames) == len(stored["mel"]) == len(stored["samples"]) // 256


def test_training_goes_on_where_it_stopped(work, voice):
    printed = command(work, "train-prosody", "--minutes", "5", "--steps", "5")
    steps = [int(line.split()[1]) for line in printed.splitlines() if line.startswith("prosody ")]
    assert steps == [4, 5]


def test_the_voice_speaks_in_the_service(voice):
    from vivavoce.models import load
    from vivavoce.models.base import DecodeItem, EncodeItem
    from vivavoce.models.session import Device

    model = load("viva", voice, Device("cpu"))
    (encoded,) = model.encode([EncodeItem("hˌW ɑɹ ju?", "kathleen", 1.0, seed=0)], model.new_run())
    windows = [DecodeItem(encoded, window) for window in encoded.windows]
    samples = np.concatenate([row.samples for row in model.decode(windows, model.new_run())])
    assert np.isfinite(samples).all()
    assert len(samples) > 2000


def frames_of(voice, **changed):
    """The encoder's frames and durations for two texts of different length."""
    session = onnxruntime.InferenceSession(voice / "encoder.onnx")
    size = json.loads((voice / "config.json").read_text())["noise_size"]
    ids = np.array([[1, 34, 16, 35, 62, 17, 36, 37, 3, 1], [1, 20, 40, 3, 1, 0, 0, 0, 0, 0]])
    ones = np.ones(2, np.float32)
    inputs = {
        "ids": ids,
        "lengths": np.array([10, 5]),
        "speed": ones,
        "voice": np.zeros(2, np.int64),
        "pitch": np.zeros(ids.shape, np.float32),
        "pitch_range": ones,
        "tract": ones,
        "noise": np.zeros((*ids.shape, size), np.float32),
    }
    frames, lengths, durations = session.run(None, inputs | changed)
    assert durations.sum(1).tolist() == lengths.tolist()
    return frames, durations


def test_what_is_asked_of_the_pitch_is_heard(voice):
    plain, durations = frames_of(voice)
    pitch = np.full((2, 10), 0.25, np.float32)
    higher, same = frames_of(voice, pitch=pitch)
    inner = slice(11, 11 + durations[0].sum())
    np.testing.assert_array_equal(same, durations)
    np.testing.assert_allclose(higher[0, inner, 80] - plain[0, inner, 80], 0.25, atol=0.02)
    flat, _ = frames_of(voice, pitch_range=np.zeros(2, np.float32))
    assert np.ptp(flat[0, inner, 80]) < 1e-4


def test_a_shorter_tract_moves_the_spectrum_and_not_the_pitch(voice):
    plain, durations = frames_of(voice)
    short, _ = frames_of(voice, tract=np.full(2, 1.2, np.float32))
    inner = slice(11, 11 + durations[0].sum())
    np.testing.assert_allclose(short[0, inner, 80], plain[0, inner, 80], atol=0.02)
    assert np.abs(short[0, inner, :80] - plain[0, inner, :80]).max() > 0.01


def test_noise_changes_the_reading(voice):
    plain, _ = frames_of(voice)
    noise = np.random.default_rng(3).normal(size=(2, 10, 4)).astype(np.float32)
    other, _ = frames_of(voice, noise=noise)
    assert plain.shape != other.shape or np.abs(plain[..., 80] - other[..., 80]).max() > 0.01
