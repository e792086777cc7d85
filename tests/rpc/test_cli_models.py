"""The command line beside a model directory: what is listed, named as broken, spoken with."""

import json
import os

import kokoro
import pytest

TEXT = "It is 7:30."


@pytest.fixture
def models(tmp_path):
    """A model that works, and one that does not."""
    kokoro.install(tmp_path)
    (tmp_path / "piper").mkdir()
    return tmp_path


def test_models_are_listed_and_broken_ones_named(said, models, caplog):
    status, out, _ = said("models", "--json", "--models-dir", models)
    assert status == 0
    (listed,) = [model for model in json.loads(out) if model["id"] == "kokoro"]
    assert (listed["family"], listed["voices"]) == ("kokoro", list(kokoro.VOICES))
    assert caplog.messages == [f"the model in {models / 'piper'} is left out: there is no model.toml"]
    _, out, _ = said("voices", "--json", "--models-dir", models, "--language", "en-GB")
    assert [voice["id"] for voice in json.loads(out)] == ["bf_emma"]


def test_doctor_names_a_model_that_is_left_out(said, tmp_path):
    (tmp_path / "piper").mkdir()
    status, out, _ = said("doctor", "--device", "cpu", "--models-dir", tmp_path)
    (problem,) = [line for line in out.splitlines() if line.startswith("PROBLEM")]
    assert status == 1
    assert f"{tmp_path / 'piper'} is left out: there is no model.toml" in problem


def test_doctor_reads_every_file_and_the_others_only_what_has_changed(said, tmp_path, caplog):
    pack = kokoro.install(tmp_path) / "voices" / "af_heart.bin"
    assert said("models", "--device", "cpu", "--models-dir", tmp_path)[0] == 0
    before = pack.stat()
    pack.write_bytes(bytes(before.st_size))
    os.utime(pack, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "kokoro" in said("models", "--device", "cpu", "--models-dir", tmp_path)[1]
    assert caplog.messages == []
    status, out, _ = said("doctor", "--device", "cpu", "--models-dir", tmp_path)
    assert status == 1
    assert "voices/af_heart.bin has the SHA-256" in out
    assert "kokoro" not in said("models", "--device", "cpu", "--models-dir", tmp_path)[1]


def test_say_speaks_with_a_model_of_the_directory(said, models, tmp_path):
    arguments = ("--models-dir", models, "--model", "kokoro", "--voice", "bf_emma+af_alloy")
    status, _, err = said("say", TEXT, "-o", tmp_path / "speech.wav", *arguments)
    assert status == 0, err
    assert (tmp_path / "speech.wav").stat().st_size > 24000
