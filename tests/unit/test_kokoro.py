"""Kokoro's published exports: what the graph is fed, voice packs in every form, blends."""

import json
import zipfile
from pathlib import Path

import kokoro
import numpy as np
import pytest

from vivavoce.models import load, packs
from vivavoce.models.base import Decoded, DecodeItem, EncodeItem, Model, RunStopped
from vivavoce.models.manifest import ModelError
from vivavoce.models.session import Device

CPU = Device("cpu")
SENTENCE = "həlˈO, wˈɜɹld!"
VOCABULARY = json.loads((kokoro.DATA / "config.json").read_text(encoding="utf-8"))["vocab"]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {variant: kokoro.install(tmp_path_factory.mktemp(variant), variant) for variant in kokoro.VARIANTS}


@pytest.fixture(scope="module")
def model(folders: dict[str, Path]) -> Model:
    return load("kokoro", folders["duration"], CPU)


def item(phonemes: str = SENTENCE, voice: str = "af_alloy", speed: float = 1.0, seed: int = 0) -> EncodeItem:
    return EncodeItem(phonemes, voice, speed, seed)


def feeds(model: Model, spoken: EncodeItem) -> dict[str, np.ndarray]:
    (encoded,) = model.encode([spoken], model.new_run())
    return encoded.feeds


def speak(model: Model, *spoken: EncodeItem) -> list[Decoded]:
    rows = model.encode(spoken, model.new_run())
    return model.decode([DecodeItem(row, row.windows[0]) for row in rows], model.new_run())


# What the graph is fed


@pytest.mark.parametrize(
    ("variant", "ids"), [("tokens", "tokens"), ("whole_speed", "input_ids"), ("duration", "input_ids")]
)
def test_symbols_are_fed_by_number_between_two_zeros(folders, variant, ids) -> None:
    fed = feeds(load("kokoro", folders[variant], CPU), item())
    assert fed.keys() == {ids, "style", "speed"}
    assert fed[ids].dtype == np.int64
    assert fed[ids].tolist() == [[0, *(VOCABULARY[symbol] for symbol in SENTENCE), 0]]


@pytest.mark.parametrize("count", [1, 2, 509, 510])
def test_the_style_is_the_row_of_the_number_of_phonemes_less_one(model: Model, count: int) -> None:
    fed = feeds(model, item("ə" * count, "bf_emma"))
    assert fed["style"].dtype == np.float32
    np.testing.assert_array_equal(fed["style"], kokoro.styles("bf_emma")[count - 1])


def test_the_speed_is_fed_in_the_type_of_the_graph(folders) -> None:
    whole, real = (load("kokoro", folders[variant], CPU) for variant in ("whole_speed", "tokens"))
    assert feeds(real, item(speed=1.5))["speed"] == np.array([1.5], np.float32)
    assert feeds(whole, item(speed=1.0))["speed"].dtype == np.int32
    assert real.facts.speed_range == (0.5, 2.0)
    assert whole.facts.speed_range == (1.0, 1.0), "1.5 would be cut to 1: the audio must be stretched"


def test_a_graph_of_another_kind_is_refused(tmp_path: Path) -> None:
    folder = kokoro.install(tmp_path)
    tone = kokoro.DATA.parent / "tone" / "decoder.onnx"
    (folder / "model.onnx").write_bytes(tone.read_bytes())
    with pytest.raises(ModelError, match="no export of Kokoro: it takes frames and gives audio"):
        load("kokoro", folder, CPU)


# What comes out


def test_what_the_exports_have_in_common_sounds_the_same(folders) -> None:
    first, *others = [speak(load("kokoro", folder, CPU), item())[0].samples for folder in folders.values()]
    assert first.ndim == 1
    for samples in others:
        np.testing.assert_array_equal(samples, first)


def test_durations_tell_when_each_phoneme_is_said(model: Model) -> None:
    (alone,) = speak(model, item("ˈA"))
    units = [2 + VOCABULARY[symbol] % 5 * 2 for symbol in "ˈA"]
    # The zeros before and after last two units each.
    assert alone.phoneme_seconds == pytest.approx([(units[0] + 2) * 0.025, (units[1] + 2) * 0.025])
    assert sum(alone.phoneme_seconds) == pytest.approx(len(alone.samples) / 24000)


def test_without_durations_nothing_is_told(folders) -> None:
    assert speak(load("kokoro", folders["tokens"], CPU), item())[0].phoneme_seconds is None


def test_a_stopped_run_says_nothing_more(model: Model) -> None:
    run = model.new_run()
    run.stop()
    (row,) = model.encode([item()], model.new_run())
    with pytest.raises(RunStopped):
        model.decode([DecodeItem(row, row.windows[0])], run)


# Voices


def test_voices_are_named_by_their_files_and_speak_the_language_of_their_first_letter(model: Model) -> None:
    assert [(voice.id, voice.name, voice.languages) for voice in model.facts.voices] == [
        ("af_alloy", "Alloy", ("en-US",)),
        ("af_heart", "Heart", ("en-US",)),
        ("bf_emma", "Emma", ("en-GB",)),
        ("ef_dora", "Dora", ("es",)),
    ]


def test_model_toml_can_choose_name_and_order_the_voices(tmp_path: Path) -> None:
    listed = [{"id": "bf_emma", "name": "Emma W."}, {"id": "af_heart", "languages": ["en-GB", "en-US"]}]
    facts = load("kokoro", kokoro.install(tmp_path), CPU).facts
    assert len(facts.voices) == 4
    kokoro.describe(tmp_path / "kokoro", voices=listed)
    facts = load("kokoro", tmp_path / "kokoro", CPU).facts
    assert [(voice.id, voice.name, voice.languages) for voice in facts.voices] == [
        ("bf_emma", "Emma W.", ("en-GB",)),
        ("af_heart", "Heart", ("en-GB", "en-US")),
    ]


@pytest.mark.parametrize(
    ("voices", "fields", "says"),
    [
        ([], {}, "no voice packs"),
        (["af_alloy"], {"voices": [{"id": "af_sky"}]}, "the voice af_sky is in none of its files"),
        (["narrator"], {}, "the voice narrator: its language is not known"),
    ],
)
def test_voices_that_cannot_be_offered_are_named(tmp_path: Path, voices, fields, says) -> None:
    kokoro.install(tmp_path, voices=voices)
    kokoro.describe(tmp_path / "kokoro", **fields)
    with pytest.raises(ModelError, match=says):
        load("kokoro", tmp_path / "kokoro", CPU)


def test_a_voice_of_another_name_speaks_the_languages_of_the_model(tmp_path: Path) -> None:
    folder = kokoro.install(tmp_path, voices=["narrator"], languages=["en-GB"])
    (voice,) = load("kokoro", folder, CPU).facts.voices
    assert (voice.name, voice.languages) == ("narrator", ("en-GB",))


@pytest.mark.parametrize("name", ["voices.npz", "voices-v1.0.bin"])
def test_an_archive_of_voices_is_known_by_its_content(tmp_path: Path, name: str) -> None:
    arrays = {voice: kokoro.styles(voice) for voice in kokoro.VOICES}
    with (tmp_path / name).open("wb") as file:
        np.savez(file, **arrays)
    read = packs.read(tmp_path / name)
    assert read.keys() == arrays.keys()
    for voice, rows in read.items():
        np.testing.assert_array_equal(rows, kokoro.styles(voice)[:, 0])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "af_x is not 510 × 256 values of float32"),
        (b"\0" * (510 * 256 * 4 - 4), "af_x is not 510"),
        (b"\0" * (511 * 256 * 4), "af_x is not 510"),
        (b"\0" * (510 * 256 * 4 - 1), "af_x.bin is no voice pack: buffer size"),
        (b"\xff" * (510 * 256 * 4), "no numbers"),
        (b"PK\3\4 and no more", "af_x.bin is no voice pack: File is not a zip file"),
    ],
)
def test_what_is_no_voice_pack_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "af_x.bin").write_bytes(content)
    with pytest.raises(ModelError, match=says):
        packs.read(tmp_path / "af_x.bin")


def test_a_pickle_in_an_archive_is_not_opened(tmp_path: Path) -> None:
    np.savez(tmp_path / "voices.npz", af_x=np.array([{}], dtype=object))
    with pytest.raises(ModelError, match="allow_pickle"):
        packs.read(tmp_path / "voices.npz")
    with zipfile.ZipFile(tmp_path / "torch.bin", "w") as archive:
        archive.writestr("archive/data.pkl", b"cos\nsystem\n(S'false'\ntR.")
    with pytest.raises(ModelError, match=r"archive/data.pkl is not 510"):
        packs.read(tmp_path / "torch.bin")


def test_a_blend_is_the_weighted_mean_of_its_voices(model: Model) -> None:
    heart, emma = (kokoro.styles(voice)[len(SENTENCE) - 1] for voice in ("af_heart", "bf_emma"))
    fed = feeds(model, item(voice="af_heart(2)+bf_emma(1)"))
    assert fed["style"].dtype == np.float32
    np.testing.assert_allclose(fed["style"], (2 * heart + emma) / 3, atol=1e-6)
    np.testing.assert_array_equal(feeds(model, item(voice="af_heart"))["style"], heart)
