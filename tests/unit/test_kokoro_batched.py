"""Our own export of Kokoro: real batches, noise by the seed, word times; on the architecture with a few
channels and random weights."""

import json
from dataclasses import replace
from pathlib import Path

import kokoro
import numpy as np
import pytest

from vivavoce.models import load
from vivavoce.models.base import Decoded, DecodeItem, EncodeItem, Model
from vivavoce.models.kokoro_batched import SAMPLES_PER_FRAME
from vivavoce.models.manifest import ModelError
from vivavoce.models.session import Device, Session

CPU = Device("cpu")
SENTENCE = "həlˈO, wˈɜɹld!"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    return load("kokoro-batched", kokoro.install_batched(tmp_path_factory.mktemp("models")), CPU)


def item(phonemes: str = SENTENCE, voice: str = "af_heart", speed: float = 1.0, seed: int = 0) -> EncodeItem:
    return EncodeItem(phonemes, voice, speed, seed)


def speak(model: Model, *items: EncodeItem) -> list[Decoded]:
    rows = model.encode(items, model.new_run())
    return model.decode([DecodeItem(row, row.windows[0]) for row in rows], model.new_run())


class Counting:
    """A session that counts its runs."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.runs: list[int] = []

    def run(self, inputs, run):
        self.runs.append(len(inputs["lengths"]))
        return self._session.run(inputs, run)


def test_a_batch_is_one_run_of_each_graph(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    graphs = [Counting(model._encoder), Counting(model._decoder)]
    monkeypatch.setattr(model, "_encoder", graphs[0])
    monkeypatch.setattr(model, "_decoder", graphs[1])
    speak(model, item(), item("ˈA"), item("ə" * 40))
    assert [graph.runs for graph in graphs] == [[3], [3]]


@pytest.mark.parametrize("order", [1, -1])
def test_rows_of_very_different_lengths_sound_as_they_do_alone(model: Model, order: int) -> None:
    items = [item("ˈA"), item("ə" * 90, "af_alloy", 0.7, seed=3), item(SENTENCE, "bf_emma", 1.6, seed=-1)]
    items = items[::order]
    for together, one in zip(speak(model, *items), items, strict=True):
        (alone,) = speak(model, one)
        assert len(together.samples) == len(alone.samples)
        np.testing.assert_allclose(together.samples, alone.samples, rtol=0, atol=1e-5)
        assert together.phoneme_seconds == alone.phoneme_seconds


def test_the_pitch_is_the_same_to_the_last_bit_whatever_the_batch(model: Model) -> None:
    (alone,) = model.encode([item("ˈA")], model.new_run())
    together = model.encode([item("ə" * 300), item("ˈA")], model.new_run())[1]
    np.testing.assert_array_equal(alone.values[:, -4:-2], together.values[:, -4:-2])


def test_the_seed_decides_the_noise_and_nothing_else_does(model: Model) -> None:
    first, again, other = (speak(model, item(seed=seed))[0].samples for seed in (7, 7, 8))
    np.testing.assert_array_equal(first, again)
    assert first.shape == other.shape
    assert np.abs(first - other).max() > 1e-3


@pytest.mark.parametrize("seed", [0, 1, -1, 2**31 - 1, 2**63 - 1, -(2**63)])
def test_any_seed_has_noise_as_long_as_the_text(model: Model, seed: int) -> None:
    (row,) = model.encode([item("ə" * 30)], model.new_run())
    noise = model._noise_of(replace(row, seed=seed))
    assert noise.shape == (len(row.values) * SAMPLES_PER_FRAME,)
    assert noise.std() == pytest.approx(1, abs=0.05)


def test_noise_begins_again_where_it_ends(model: Model) -> None:
    (row,) = model.encode([item()], model.new_run())
    long = replace(row, values=np.zeros((2000, 8), np.float32))
    noise = model._noise_of(long)
    drawn = len(model._noise)
    assert len(noise) > drawn
    np.testing.assert_array_equal(noise[drawn:], noise[: len(noise) - drawn])


def test_every_phoneme_lasts_whole_frames(model: Model) -> None:
    (spoken,) = speak(model, item())
    frames = np.array(spoken.phoneme_seconds) / 0.025
    np.testing.assert_allclose(frames, frames.round(), atol=1e-9)
    assert frames.min() >= 1
    assert sum(spoken.phoneme_seconds) == pytest.approx(len(spoken.samples) / 24000)


def test_a_blend_is_spoken(model: Model) -> None:
    heart, emma, blend = (
        speak(model, item(voice=voice))[0].samples[:3000]
        for voice in ("af_heart", "bf_emma", "af_heart(2)+bf_emma(1)")
    )
    assert np.abs(blend - heart).max() > 1e-3
    assert np.abs(blend - emma).max() > 1e-3


def test_what_is_behind_a_short_row_is_never_heard(model: Model) -> None:
    """Samples end where the row does, and its frames are its own copy."""
    short, long = model.encode([item("ˈA"), item("ə" * 100)], model.new_run())
    assert short.values.base is None
    assert len(short.values) < len(long.values)
    assert [len(one.samples) for one in speak(model, item("ˈA"), item("ə" * 100))] == [
        len(row.values) * SAMPLES_PER_FRAME for row in (short, long)
    ]


def test_graphs_of_another_kind_are_refused(tmp_path: Path) -> None:
    folder = kokoro.install_batched(tmp_path)
    (folder / "decoder.onnx").write_bytes((folder / "encoder.onnx").read_bytes())
    with pytest.raises(
        ModelError, match=r"decoder.onnx is not what `vivavoce export` makes: it takes input_ids"
    ):
        load("kokoro-batched", folder, CPU)


def test_a_graph_that_is_not_listed_is_reported(tmp_path: Path) -> None:
    folder = kokoro.install_batched(tmp_path)
    (folder / "encoder.onnx").unlink()
    kokoro.describe(folder, family="kokoro-batched")
    with pytest.raises(ModelError, match=r"no encoder\.onnx among its files"):
        load("kokoro-batched", folder, CPU)


def test_the_fixture_has_kokoros_vocabulary() -> None:
    vocabularies = [
        json.loads((folder / "config.json").read_text(encoding="utf-8"))["vocab"]
        for folder in (kokoro.DATA, kokoro.BATCHED)
    ]
    assert vocabularies[0] == vocabularies[1]
