"""What is known of models from earlier: it is believed as long as the files look the same, and it is a cache.

A file that is damaged behind its back, so that its size and time stay, tells whether anybody reads it.
"""

import os
from pathlib import Path

import kokoro
import pytest

from vivavoce.cli.wiring import load_models
from vivavoce.config import load
from vivavoce.models import manifest
from vivavoce.models.base import is_loaded
from vivavoce.models.directory import Installed, Skipped, load_all
from vivavoce.models.known import Known, look
from vivavoce.models.session import Device

CPU = Device("cpu")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return kokoro.install(tmp_path / "models")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def found(
    folder: Path, cache: Path | None, *, only_unknown: bool = True, trusted: bool = True
) -> Installed | Skipped:
    """As a new process would find it."""
    known = Known(cache, trusted=trusted)
    (one,) = load_all(folder.parent, CPU, taken=frozenset(), known=known, only_unknown=only_unknown)
    return one


def damage(file: Path, *, openly: bool = False) -> None:
    before = file.stat()
    file.write_bytes(bytes(before.st_size))
    if not openly:
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_a_known_model_is_neither_hashed_nor_opened(folder: Path, cache: Path) -> None:
    first = found(folder, cache)
    for name in ("model.onnx", "config.json", "voices/af_heart.bin"):
        damage(folder / name)
    second = found(folder, cache)
    assert isinstance(first, Installed)
    assert isinstance(second, Installed)
    assert first.facts == second.facts
    assert first.model is second.model is None


def test_a_known_model_that_is_loaded_is_not_hashed(folder: Path, cache: Path) -> None:
    found(folder, cache)
    damage(folder / "voices" / "af_heart.bin")
    again = found(folder, cache, only_unknown=False)
    assert isinstance(again, Installed)
    assert again.model
    assert again.model.facts == again.facts


def test_a_known_model_that_breaks_is_known_no_more(folder: Path, cache: Path) -> None:
    found(folder, cache)
    damage(folder / "model.onnx")
    broken = found(folder, cache, only_unknown=False)
    assert isinstance(broken, Skipped)
    assert "SHA-256" not in broken.problem
    checked = found(folder, cache)
    assert isinstance(checked, Skipped)
    assert "model.onnx has the SHA-256" in checked.problem


@pytest.mark.parametrize("name", ["model.onnx", "voices/af_heart.bin"])
def test_a_changed_file_is_checked_anew(folder: Path, cache: Path, name: str) -> None:
    found(folder, cache)
    damage(folder / name, openly=True)
    checked = found(folder, cache)
    assert isinstance(checked, Skipped)
    assert f"{name} has the SHA-256" in checked.problem


def test_a_changed_model_toml_is_read_anew(folder: Path, cache: Path) -> None:
    found(folder, cache)
    kokoro.describe(folder, owned_by="somebody else")
    changed = found(folder, cache)
    assert isinstance(changed, Installed)
    assert changed.facts.owned_by == "somebody else"


def test_a_new_version_of_ours_checks_anew(
    folder: Path, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found(folder, cache)
    damage(folder / "model.onnx")
    monkeypatch.setattr("vivavoce.models.known.__version__", "999")
    assert isinstance(found(folder, cache), Skipped)


def test_a_model_is_tried_on_each_kind_of_device(folder: Path) -> None:
    listed = manifest.read(folder)
    known = Known()
    one = found(folder, None)
    assert isinstance(one, Installed)
    known.remember(look(folder, listed, CPU), one.facts)
    assert known.facts(look(folder, listed, Device("cpu", threads=4))) == one.facts
    assert known.facts(look(folder, listed, Device("cuda"))) is None


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"{}", b"\n", b"0" * 64 + b"\n{}"])
def test_a_damaged_cache_costs_time_and_is_mended(folder: Path, cache: Path, content: bytes) -> None:
    found(folder, cache)
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    file.write_bytes(content)
    assert isinstance(found(folder, cache), Installed)
    assert sorted(file.read_bytes()) == sorted(whole)


def test_a_cache_with_one_wrong_letter_is_not_believed(folder: Path, cache: Path) -> None:
    found(folder, cache)
    (file,) = cache.iterdir()
    file.write_bytes(file.read_bytes().replace(b"af_heart", b"af_bella"))
    one = found(folder, cache)
    assert isinstance(one, Installed)
    assert [voice.id for voice in one.facts.voices] == list(kokoro.VOICES)


def test_a_cache_that_cannot_be_written_costs_time_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for _ in range(2):
        assert isinstance(found(folder, tmp_path / "file" / "cache"), Installed)
    assert isinstance(found(folder, None), Installed)


def test_a_model_is_checked_once_by_a_process_that_has_no_cache(folder: Path) -> None:
    (one,) = load_all(folder.parent, CPU, taken=frozenset(), only_unknown=True)
    assert isinstance(one, Installed)
    damage(folder / "voices" / "af_heart.bin")
    assert one.load().facts == one.facts


def test_models_in_two_places_are_two(folder: Path, cache: Path, tmp_path: Path) -> None:
    other = kokoro.install(tmp_path / "others", owned_by="others")
    owners = [found(place, cache) for place in (folder, other, folder, other)]
    assert [one.facts.owned_by for one in owners if isinstance(one, Installed)] == ["hexgrad", "others"] * 2
    assert len(list(cache.iterdir())) == 2


def test_what_is_not_trusted_is_checked_in_full_and_remembered(folder: Path, cache: Path) -> None:
    found(folder, cache)
    damage(folder / "voices" / "af_heart.bin")
    for trusted, works in ((True, True), (False, False), (True, False)):
        assert isinstance(found(folder, cache, trusted=trusted), Installed) is works


# By configuration


@pytest.mark.parametrize("at_start", [False, True])
def test_commands_load_the_embedded_model_alone_and_the_service_all(
    folder: Path, cache: Path, *, at_start: bool
) -> None:
    config = load({"device": "cpu", "models_dir": folder.parent, "cache_dir": cache})
    parts = load_models(config, at_start=at_start)
    assert [is_loaded(model) for model in parts.models] == [True, at_start]
    assert len(parts.catalogue.loaded()) == 1 + at_start


def test_the_cache_is_where_the_platform_has_caches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VIVAVOCE_CACHE_DIR")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/caches")
    assert load({}).cache_dir == Path("/var/caches/vivavoce")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert load({}).cache_dir is None
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert load({}).cache_dir == Path.home() / ".cache" / "vivavoce"
    monkeypatch.setattr("sys.platform", "darwin")
    assert load({}).cache_dir == Path.home() / "Library" / "Caches" / "vivavoce"
    assert load({"cache_dir": Path("here")}).cache_dir == Path("here")
