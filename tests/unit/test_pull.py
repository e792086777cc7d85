"""Pulling models, as the command does it; what is placed is whole."""

import hashlib
from pathlib import Path

import kokoro
import numpy as np
import piper
import pytest
from publishing import Publisher, left

from vivavoce.models import manifest
from vivavoce.models.base import DecodeItem, EncodeItem
from vivavoce.models.directory import Installed, load_all
from vivavoce.models.session import Device


@pytest.fixture
def shop(server: Publisher, tmp_path: Path):
    """A catalogue whose one model is on the server, and the options that point there."""
    source = kokoro.install(tmp_path / "source")
    np.savez(source / "voices.npz", **{voice: kokoro.styles(voice) for voice in kokoro.VOICES})
    lines = [
        '[models.kokoro]\ntitle = "Hums"\nfamily = "kokoro"\nlicense = "Apache-2.0"\nowned_by = "us"',
        'created = 2025-01-27\nsample_rate_hertz = 24000\naliases = ["kokoro-82m"]',
    ]
    for name in ("model.onnx", "config.json", "voices.npz"):
        content = (source / name).read_bytes()
        server.publish(f"/models.test/{name}", content)
        sha256 = hashlib.sha256(content).hexdigest()
        lines.append(f'[models.kokoro.files."{name}"]\nurl = "https://models.test/{name}"')
        lines.append(f'sha256 = "{sha256}"' if name == "model.onnx" else "")
    for voice in kokoro.VOICES:
        server.publish(f"/models.test/{voice}.bin", kokoro.styles(voice).tobytes())
    lines.append(
        '[models.kokoro.voices]\nin_place_of = "voices.npz"\nurl = "https://models.test/{voice}.bin"\n'
        f"size_bytes = 522240\nnames = {list(kokoro.VOICES)}"
    )
    catalogue = tmp_path / "catalogue.toml"
    catalogue.write_text("\n".join(lines), encoding="utf-8")
    models = tmp_path / "models"
    models.mkdir()
    return models, ("--models-dir", models, "--catalogue", catalogue, "--mirror", server.url)


def spoken(models: Path) -> tuple[list[str], int]:
    """The voices of the one model there is, and how many samples its first voice makes of a word."""
    (found,) = load_all(models, Device("cpu"), taken=frozenset())
    assert isinstance(found, Installed), found
    model = found.model
    (encoded,) = model.encode([EncodeItem("həlˈO", model.facts.voices[0].id, 1.0, 0)], model.new_run())
    (decoded,) = model.decode([DecodeItem(encoded, encoded.windows[0])], model.new_run())
    return [voice.id for voice in model.facts.voices], len(decoded.samples)


def test_a_pulled_model_speaks(shop, said) -> None:
    models, options = shop
    status, out, err = said("kokoro", *options)
    assert (status, out) == (0, "")
    assert err == f"kokoro is here: {models / 'kokoro'} (licence: Apache-2.0)\n"
    voices, samples = spoken(models)
    assert voices == sorted(kokoro.VOICES)
    assert samples > 2400
    listed = manifest.read(models / "kokoro")
    assert (
        listed.files["model.onnx"] == hashlib.sha256((models / "kokoro/model.onnx").read_bytes()).hexdigest()
    )
    assert listed.aliases == ("kokoro-82m",)
    assert str(listed.created) == "2025-01-27"
    assert left(models / "kokoro") == {*listed.files, "model.toml"}
    assert left(models / ".pull") == {"lock"}


def test_a_pulled_piper_voice_speaks(server: Publisher, said, tmp_path: Path) -> None:
    name = "en_US-lessac-medium"
    place = f"/huggingface.co/rhasspy/piper-voices/resolve/main/en/en_US/lessac/medium/{name}"
    for suffix in (".onnx", ".onnx.json"):
        server.publish(f"{place}{suffix}", (piper.DATA / f"single{suffix}").read_bytes())
    server.publish(f"{place.rpartition('/')[0]}/MODEL_CARD", b"# Model card for lessac (medium)")
    status, _, err = said(name, "--models-dir", tmp_path, "--mirror", server.url)
    assert status == 0, err
    assert spoken(tmp_path)[0] == ["hum"]
    assert left(tmp_path / name) == {f"{name}.onnx", f"{name}.onnx.json", "MODEL_CARD", "model.toml"}


def test_a_mirror_that_has_something_else_is_found_out(server: Publisher, said, tmp_path: Path) -> None:
    release = "/github.com/thewh1teagle/kokoro-onnx/releases/download/model-files-v1.1"
    server.publish(f"{release}/kokoro-v1.0.onnx", bytes(1000))
    status, _, err = said("kokoro", "--models-dir", tmp_path, "--mirror", server.url)
    assert status == 2
    assert err.endswith("has 1000 bytes, and should have 325505369: it is another file\n")
    assert left(tmp_path) == {".pull"}


def test_what_is_there_is_not_pulled_again(shop, server: Publisher, said) -> None:
    _, options = shop
    said("kokoro", *options)
    asked = len(server.asked)
    status, _, err = said("kokoro", *options)
    assert (status, err.split(":")[0]) == (0, "kokoro was here already")
    assert len(server.asked) == asked


def test_voices_are_pulled_one_by_one_and_added_later(shop, said) -> None:
    models, options = shop
    assert said("kokoro", "--voice", "af_heart", *options)[0] == 0
    assert spoken(models)[0] == ["af_heart"]
    assert (
        said("kokoro", "--voice", "bf_emma", "--voice", "af_alloy", "--voice", "af_heart", *options)[0] == 0
    )
    assert spoken(models)[0] == ["af_alloy", "af_heart", "bf_emma"]
    assert "was here already" in said("kokoro", "--voice", "bf_emma", *options)[2]
    assert "is here" in said("kokoro", *options)[2]
    assert spoken(models)[0] == sorted(kokoro.VOICES)
    assert left(models / ".pull") == {"lock"}


@pytest.mark.parametrize("voices", [(), ("--voice", "af_heart")])
def test_what_fails_places_nothing_and_is_taken_up_later(shop, server: Publisher, said, voices) -> None:
    models, options = shop
    name = "/models.test/af_heart.bin" if voices else "/models.test/voices.npz"
    server.files[name].breaks_after = [1000, 0, 0, 0, 0]
    status, out, err = said("kokoro", *voices, *options)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert "broke off after 1000 of" in err
    assert left(models) == {".pull"}
    assert list(load_all(models, Device("cpu"), taken=frozenset())) == []
    server.files[name].breaks_after = []
    server.asked.clear()
    assert said("kokoro", *voices, *options)[0] == 0
    assert server.asked == [(name, "bytes=1000-", '"1"')]
    spoken(models)


def test_a_voice_that_is_added_joins_those_that_model_toml_offers(shop, said) -> None:
    models, options = shop
    said("kokoro", "--voice", "af_heart", "--voice", "af_alloy", *options)
    with (models / "kokoro" / "model.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[voices]]\nid = "af_heart"\naliases = ["alloy"]\n')
    assert spoken(models)[0] == ["af_heart"]
    said("kokoro", "--voice", "bf_emma", *options)
    assert spoken(models)[0] == ["af_heart", "bf_emma"]
    assert manifest.read(models / "kokoro").voices[0].aliases == ("alloy",)


def test_a_voice_that_cannot_be_added_leaves_the_model_as_it_was(shop, server: Publisher, said) -> None:
    models, options = shop
    said("kokoro", "--voice", "af_heart", *options)
    before = (models / "kokoro" / "model.toml").read_bytes()
    server.files["/models.test/bf_emma.bin"].content = b"short"
    status, _, err = said("kokoro", "--voice", "bf_emma", *options)
    assert status == 2
    assert "has 5 bytes, and should have 522240" in err
    assert (models / "kokoro" / "model.toml").read_bytes() == before
    assert spoken(models)[0] == ["af_heart"]


def test_a_broken_model_is_left_to_the_user(shop, said) -> None:
    models, options = shop
    said("kokoro", *options)
    (models / "kokoro" / "config.json").write_text("{}")
    status, _, err = said("kokoro", *options)
    assert status == 2
    assert f"there is a broken model in {models / 'kokoro'} (config.json has the SHA-256" in err
    assert err.endswith("remove it, and pull again\n")


def test_two_pulls_do_not_write_into_each_other(shop, said) -> None:
    fcntl = pytest.importorskip("fcntl")
    models, options = shop
    (models / ".pull").mkdir()
    with (models / ".pull" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        status, _, err = said("kokoro", *options)
    assert status == 2
    assert "another pull into" in err


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ((), "there is no '' to pull: `vivavoce pull --list`"),
        (("kokorro",), "there is no 'kokorro' to pull"),
        (("kokoro", "--voice", "af_hart"), "kokoro has no voice af_hart; it has: af_alloy"),
        (("en_US-ryan-low", "--voice", "ryan"), "comes with all of its voices: leave out --voice"),
        (("kokoro", "--mirror", "ftp://x"), "mirror: "),
        (("--list", "--catalogue", "gone.toml"), "gone.toml: "),
    ],
)
def test_what_the_user_can_put_right_is_one_line(said, arguments, complaint) -> None:
    status, out, err = said(*arguments)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert complaint in err


def test_a_folder_that_cannot_be_written_is_one_line(shop, said) -> None:
    models, options = shop
    models.rmdir()
    models.write_text("a file in its place")
    status, _, err = said("kokoro", *options)
    assert status == 2
    assert err.startswith("vivavoce: ")
    assert str(models) in err
    assert err.count("\n") == 1
