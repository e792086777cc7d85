"""The training from recordings to a voice that speaks, in small: every command once, on made recordings.

What is said here means nothing; that the steps fit together, go on where they stopped, and that the exported
graphs behave is what counts.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import soundfile

from training.voice.encoder import OUTPUTS as ENCODER_OUTPUTS
from training.voice.frame_painter import INPUTS as PAINTER_INPUTS

pytestmark = pytest.mark.timeout(600)  # the fixture that trains takes half a minute of one core

ROOT = Path(__file__).parents[2]
RATE = 24_000
STARTS = {"prosody": "prosody", "acoustic": "acoustic", "mel_flow_curved": "flow", "decoder": "decoder"}
"""Checkpoint → the end of its command."""
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
    assert steps == [3, 4, 5]


def test_weights_alone_are_a_beginning(work, voice, tmp_path):
    command(work, "compact", tmp_path / "weights")
    again = tmp_path / "again"
    shutil.copytree(work, again, ignore=shutil.ignore_patterns("checkpoints"))
    for name, command_name in STARTS.items():
        command(
            again, f"train-{command_name}", "--start", tmp_path / "weights" / f"{name}.pt", "--steps", "1"
        )
        assert (again / "checkpoints" / f"{name}.pt").exists()


def test_the_voice_speaks_in_the_service(voice):
    from vivavoce.models import directly, load
    from vivavoce.models.base import EncodeItem
    from vivavoce.models.session import Device

    model = load("viva", voice, Device("cpu"))
    item = EncodeItem("hˌW ɑɹ ju?", "kathleen", 1.0, seed=0)
    samples = np.concatenate([decoded.samples for decoded, _ in directly.windows(model, item)])
    assert np.isfinite(samples).all()
    assert len(samples) > 2000


LONGER, SHORTER = [1, 34, 16, 35, 62, 17, 36, 37, 3, 1], [1, 20, 40, 3, 1]


def frames_of(voice, rows=(LONGER, SHORTER), **changed):
    """The painter's frames, their lengths and the symbols' durations."""
    encoder, painter = (
        onnxruntime.InferenceSession(voice / f"{name}.onnx") for name in ("encoder", "painter")
    )
    config = json.loads((voice / "config.json").read_text())
    ids = np.zeros((len(rows), max(map(len, rows))), np.int64)
    for target, row in zip(ids, rows, strict=True):
        target[: len(row)] = row
    ones = np.ones(len(rows), np.float32)
    inputs = {
        "ids": ids,
        "lengths": np.array([len(row) for row in rows]),
        "speed": ones,
        "voice": np.zeros(len(rows), np.int64),
        "pitch": np.zeros(ids.shape, np.float32),
        "pitch_range": ones,
        "tract": ones,
        "noise": np.zeros((*ids.shape, config["noise_size"]), np.float32),
    }
    known = inputs | changed
    known |= dict(zip(ENCODER_OUTPUTS, encoder.run(None, known), strict=True))
    known["most_frames"] = np.array(10**6)
    (frames,) = painter.run(None, {name: known[name] for name in PAINTER_INPUTS})
    lengths = known["durations"].sum(1)
    assert frames.shape[1] == lengths.max() + 2 * config["margin_frames"]
    assert np.isfinite(frames).all()
    return frames, lengths, known["durations"]


def test_what_is_asked_of_the_pitch_is_heard(voice):
    plain, lengths, durations = frames_of(voice)
    higher, _, same = frames_of(voice, pitch=np.full((2, 10), 0.25, np.float32))
    inner = slice(11, 11 + lengths[0])
    np.testing.assert_array_equal(same, durations)
    np.testing.assert_allclose(higher[0, inner, 80] - plain[0, inner, 80], 0.25, atol=0.02)
    flat, _, _ = frames_of(voice, pitch_range=np.zeros(2, np.float32))
    assert np.ptp(flat[0, inner, 80]) < 1e-4


def test_pitch_moves_in_straight_lines_between_the_symbols_beginnings(voice):
    plain, _, durations = frames_of(voice)
    asked = np.zeros((2, 10), np.float32)
    asked[0, 4] = 0.4
    bent, _, _ = frames_of(voice, pitch=asked)
    begins = np.concatenate([[0], np.cumsum(durations[0])])
    heard = (bent - plain)[0, 11 : 11 + begins[-1], 80]
    wanted = np.interp(np.arange(begins[-1]) + 0.5, begins[3:6], [0, 0.4, 0], left=0, right=0)
    np.testing.assert_allclose(heard, wanted, atol=0.05)


def test_a_shorter_tract_moves_the_spectrum_and_not_the_pitch(voice):
    plain, lengths, _ = frames_of(voice)
    short, _, _ = frames_of(voice, tract=np.full(2, 1.2, np.float32))
    inner = slice(11, 11 + lengths[0])
    np.testing.assert_allclose(short[0, inner, 80], plain[0, inner, 80], atol=0.02)
    assert np.abs(short[0, inner, :80] - plain[0, inner, :80]).max() > 0.01


def test_noise_changes_the_reading(voice):
    plain, _, _ = frames_of(voice)
    noise = np.random.default_rng(3).normal(size=(2, 10, 4)).astype(np.float32)
    other, _, _ = frames_of(voice, noise=noise)
    assert plain.shape != other.shape or np.abs(plain[..., 80] - other[..., 80]).max() > 0.01


@pytest.mark.parametrize("speed", [0.5, 2.5])
def test_long_short_and_odd_input_in_one_batch_is_as_alone(voice, speed):
    rng = np.random.default_rng(5)
    rows = ([1, *rng.integers(2, 63, 400), 1], [1, 16, 1], [1, 1], [1, 2, 2, 3, 1], [1, 61, 61, 62, 1])
    together, lengths, durations = frames_of(voice, rows, speed=np.full(5, speed, np.float32))
    for index, row in enumerate(rows):
        alone, (length,), own = frames_of(voice, (row,), speed=np.full(1, speed, np.float32))
        assert length == lengths[index]
        np.testing.assert_array_equal(own[0], durations[index, : len(row)])
        np.testing.assert_allclose(alone[0], together[index, : length + 22], atol=1e-3)


def test_the_phase_of_a_long_text_does_not_drift(voice):
    rng = np.random.default_rng(6)
    frames, _, _ = frames_of(voice, ([1, *rng.integers(16, 61, 400), 1],), speed=np.full(1, 0.5, np.float32))
    cycles = np.exp(frames[0, :, 80].astype(np.float64)) * 256 / RATE
    summed = np.concatenate([[0], np.cumsum((cycles[1:] + cycles[:-1]) / 2)])
    off = (frames[0, :, 82] - summed + 0.5) % 1 - 0.5
    assert summed[-1] > 1000
    assert np.abs(off).max() < 1e-4
