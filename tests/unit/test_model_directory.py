"""The model directory: what is in it is served, what is broken is left out whole and with a reason."""

import logging
import os
import re
from pathlib import Path

import kokoro
import pytest

from vivavoce.cli.wiring import Loaded, load_models
from vivavoce.config import ConfigurationError, load
from vivavoce.models import manifest
from vivavoce.models.directory import Installed, Skipped, load_all
from vivavoce.models.session import Device

CPU = Device("cpu")
VIVA = frozenset({"viva"})


def found(models: Path) -> list[Installed | Skipped]:
    return list(load_all(models, CPU, taken=VIVA))


def problem(models: Path) -> str:
    (skipped,) = found(models)
    assert isinstance(skipped, Skipped)
    assert skipped.directory == models / "kokoro"
    return skipped.problem


def test_a_model_is_loaded_with_its_names(tmp_path: Path) -> None:
    voices = [{"id": "af_alloy", "aliases": ["alloy", "ash"]}, {"id": "af_heart"}]
    kokoro.install(tmp_path, aliases=["kokoro-82m"])
    kokoro.describe(tmp_path / "kokoro", aliases=["kokoro-82m"], voices=voices)
    (installed,) = found(tmp_path)
    assert isinstance(installed, Installed)
    facts = installed.model.facts
    assert (facts.id, facts.family, facts.license, facts.owned_by) == (
        "kokoro", "kokoro", "Apache-2.0", "hexgrad",
    )  # fmt: skip
    assert facts.created_seconds == 1_737_936_000
    assert installed.aliases == ("kokoro-82m",)
    assert dict(installed.voice_aliases) == {"alloy": "af_alloy", "ash": "af_alloy"}


def test_no_folder_is_no_model(tmp_path: Path) -> None:
    assert found(tmp_path / "none") == []


def test_only_folders_are_models_and_hidden_ones_are_not(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("")
    kokoro.install(tmp_path).rename(tmp_path / ".kokoro.partial")
    assert found(tmp_path) == []


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (
            {"family": "espeak"},
            "the family 'espeak' is not known; there is: viva, kokoro, kokoro-batched, piper",
        ),
        ({"id": "viva"}, "there is another model with the id 'viva'"),
        ({"id": "a b"}, "model.toml: id: String should match pattern"),
        ({"license": None}, "model.toml: license: Field required"),
        ({"colour": "blue"}, "model.toml: colour: Extra inputs are not permitted"),
        ({"created": "soon"}, "model.toml: Invalid value"),
        ({"files": {}}, "model.toml: files: Dictionary should have at least 1 item"),
        ({"files": {"model.onnx": "abc"}}, "model.toml: files.model.onnx: String should match pattern"),
        ({"files": {"../../secret": "0" * 64}}, "stays inside it"),
        ({"files": {"/etc/passwd": "0" * 64}}, "stays inside it"),
        ({"files": {"gone.onnx": "0" * 64}}, "gone.onnx: No such file or directory"),
        ({"sample_rate_hertz": "fast"}, "model.toml: sample_rate_hertz: Input should be a valid integer"),
    ],
)
def test_a_model_toml_that_cannot_be_right_is_told(
    tmp_path: Path, fields: dict[str, object], says: str
) -> None:
    kokoro.install(tmp_path, **fields)
    assert says in problem(tmp_path)


def test_a_folder_without_a_model_toml_is_told(tmp_path: Path) -> None:
    (kokoro.install(tmp_path) / "model.toml").unlink()
    assert problem(tmp_path) == "there is no model.toml"


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    pack = kokoro.install(tmp_path) / "voices" / "af_heart.bin"
    content = bytearray(pack.read_bytes())
    content[1000] ^= 1
    pack.write_bytes(content)
    assert "voices/af_heart.bin has the SHA-256 " in problem(tmp_path)
    assert problem(tmp_path).endswith(": fetch it again")


@pytest.mark.parametrize(
    ("file", "content", "says"),
    [
        ("model.onnx", b"no graph", "InvalidProtobuf"),
        ("config.json", b"{}", "config.json has no vocabulary"),
        ("config.json", b"{", "config.json: "),
        ("second.onnx", b"", "model.toml must list exactly one .onnx file; it lists 2"),
        ("voices/af_x.bin", b"short", "af_x.bin is no voice pack"),
    ],
)
def test_files_that_are_whole_and_make_no_sense_are_told(
    tmp_path: Path, file: str, content: bytes, says: str
) -> None:
    folder = kokoro.install(tmp_path)
    (folder / file).write_bytes(content)
    kokoro.describe(folder)
    assert says in problem(tmp_path)


def test_a_graph_that_loads_and_cannot_speak_is_left_out(tmp_path: Path) -> None:
    folder = kokoro.install(tmp_path)
    config = (folder / "config.json").read_text(encoding="utf-8")
    (folder / "config.json").write_text(config.replace('"!": 5', '"!": 5000'), encoding="utf-8")
    kokoro.describe(folder)
    assert "indices element out of data bounds" in problem(tmp_path)


def test_a_broken_model_leaves_the_others_alone(tmp_path: Path) -> None:
    kokoro.install(tmp_path).rename(tmp_path / "b")
    for name in ("a", "c"):
        kokoro.install(tmp_path).rename(tmp_path / name)
    (tmp_path / "a" / "model.onnx").unlink()
    broken, whole, twice = found(tmp_path)
    assert isinstance(broken, Skipped)
    assert isinstance(whole, Installed)
    assert str(twice) == (
        f"the model in {tmp_path / 'c'} is left out: there is another model with the id 'kokoro'"
    )


def test_a_manifest_keeps_no_time_of_day(tmp_path: Path) -> None:
    listed = manifest.read(kokoro.install(tmp_path, created="1970-01-02"))
    assert listed.created_seconds == 86_400


def test_the_model_toml_of_the_readme_is_one(tmp_path: Path) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"<!-- file: model.toml -->\n```toml\n(.*?)```", readme, re.DOTALL)
    (tmp_path / "model.toml").write_text(text, encoding="utf-8")
    listed = manifest.read(tmp_path)
    assert listed.voices[0].aliases == ("alloy",)
    with pytest.raises(manifest.ModelError, match=r"model.onnx: No such file"):
        manifest.check_files(tmp_path, listed)


# By configuration


def loaded(models: Path, **flags: object) -> Loaded:
    return load_models(load({"device": "cpu", "models_dir": models, **flags}))


def test_models_stand_beside_the_embedded_one(tmp_path: Path) -> None:
    kokoro.install(tmp_path, aliases=["kokoro-82m", "tts-1"])
    parts = loaded(tmp_path)
    assert [model.facts.id for model in parts.models] == ["viva", "kokoro"]
    assert parts.catalogue.model("kokoro-82m").facts.id == "kokoro"
    assert parts.catalogue.model("tts-1").facts.id == "viva", "the operator's aliases go before a model's own"
    assert parts.skipped == ()


def test_the_operator_names_voices_over_the_model(tmp_path: Path) -> None:
    kokoro.install(tmp_path)
    kokoro.describe(
        tmp_path / "kokoro", voices=[{"id": "af_alloy", "aliases": ["a", "b"]}, {"id": "af_heart"}]
    )
    parts = loaded(tmp_path, voice_aliases={"kokoro": {"a": "af_heart"}})
    model = parts.catalogue.model("kokoro")
    assert [parts.catalogue.voice(model, name).id for name in "ab"] == ["af_heart", "af_alloy"]


def test_what_is_left_out_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    kokoro.install(tmp_path, family="espeak")
    with caplog.at_level(logging.WARNING):
        parts = loaded(tmp_path)
    assert [str(one) for one in parts.skipped] == caplog.messages
    assert "the family 'espeak' is not known" in caplog.text


def test_the_folder_is_that_of_the_user_unless_another_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VIVAVOCE_MODELS_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr("sys.platform", "linux")
    assert load({}).models_dir == tmp_path / "vivavoce" / "models"
    monkeypatch.delenv("XDG_DATA_HOME")
    assert load({}).models_dir == Path.home() / ".local" / "share" / "vivavoce" / "models"
    monkeypatch.setattr("sys.platform", "darwin")
    assert load({}).models_dir == Path.home() / "Library" / "Application Support" / "vivavoce" / "models"
    with pytest.raises(ConfigurationError, match=f"models_dir: there is no such folder .*{os.sep}nowhere"):
        load({"models_dir": tmp_path / "nowhere"})
