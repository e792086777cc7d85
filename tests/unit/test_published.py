"""The catalogue of what can be pulled."""

import json
import re
from pathlib import Path

import kokoro
import pytest

from vivavoce.models import manifest
from vivavoce.pull import OWN, PullError, published


def test_the_catalogue_is_listed(said) -> None:
    rows = {row["name"]: row for row in json.loads(said("--list", "--json")[1])}
    assert {"kokoro", "kokoro-fp16", "kokoro-zh", "en_US-lessac-medium", "en_GB-alba-medium"} <= rows.keys()
    assert rows["kokoro"]["megabytes"] == 354
    assert len(said("--list")[1].splitlines()) == len(rows) + 1


def test_every_entry_of_the_catalogue_is_one_that_can_be_served() -> None:
    for model in published.read().values():
        suffixes = [Path(name).suffix for name in model.files]
        assert suffixes.count(".onnx") == suffixes.count(".json") == 1
        for remote in model.files.values():
            assert re.match("https://(huggingface.co|github.com)/", remote.url)
            assert not re.search("[{}]", remote.url)
        listed = manifest.Manifest.model_validate(
            {
                **model.described.model_dump(
                    exclude={"title", "files", "names", "sample_rates_hertz", "voices"}
                ),
                "id": model.name,
                "created": model.created,
                "sample_rate_hertz": model.sample_rate_hertz,
                "files": dict.fromkeys(model.files, "0" * 64),
            }
        )
        assert listed.id == model.name


def test_piper_voices_have_their_published_address() -> None:
    files = published.read()["en_GB-southern_english_female-low"].files
    start = "https://huggingface.co/rhasspy/piper-voices/resolve/main/en/en_GB/southern_english_female/low/"
    assert {name: remote.url for name, remote in files.items()} == {
        name: start + name
        for name in (
            "en_GB-southern_english_female-low.onnx",
            "en_GB-southern_english_female-low.onnx.json",
            "MODEL_CARD",
        )
    }


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("https://github.com", "file:///etc"), "url: String should match"),
        (("[models.kokoro]", '[models."../kokoro"]'), "models.../kokoro"),
        (('"model.onnx"', '"../model.onnx"'), "stays inside it"),
        (("title =", "titel ="), "titel: Extra inputs are not permitted"),
        (("size_bytes = 2351", "size_bytes ="), "Invalid value"),
    ],
)
def test_a_catalogue_that_cannot_be_right_is_told(tmp_path: Path, change: tuple[str, str], says: str) -> None:
    (tmp_path / "x.toml").write_text(OWN.read_text(encoding="utf-8").replace(*change), encoding="utf-8")
    with pytest.raises(PullError, match=re.escape(says)):
        published.read(tmp_path / "x.toml")


def test_a_model_toml_is_written_as_it_is_read(tmp_path: Path) -> None:
    listed = manifest.read(kokoro.install(tmp_path))
    voices = [{"id": "a", "name": 'Zoë "Z"', "languages": ["en-GB"], "aliases": ["x", "y"]}, {"id": "b"}]
    fields = {"languages": ["en-US"], "aliases": ["k"], "owned_by": "\\ \N{DELETE}\n", "voices": voices}
    changed = manifest.Manifest.model_validate({**listed.model_dump(), **fields})
    (tmp_path / "model.toml").write_text(manifest.text(changed), encoding="utf-8")
    assert manifest.read(tmp_path) == changed
