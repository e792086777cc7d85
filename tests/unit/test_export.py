"""What `vivavoce export` says before PyTorch is needed; what it makes is tried in tests/export."""

import json
import re
import shlex
from pathlib import Path

import kokoro
import pytest

from vivavoce.cli import export as command
from vivavoce.cli.program import run
from vivavoce.export import ExportError, architecture

CONFIG = kokoro.BATCHED / "config.json"


def changed(folder: Path, **fields: object) -> Path:
    """A configuration with other `fields`."""
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(CONFIG.read_text("utf-8")) | fields), encoding="utf-8")
    return file


def test_without_pytorch_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "NEEDED", ("no_such_package",))
    files = ["--checkpoint", str(tmp_path / "a.pth"), "--config", str(CONFIG), "--out", str(tmp_path / "out")]
    assert run(["export", "kokoro", *files]) == 2
    said = "vivavoce: no_such_package is not installed: pip install 'vivavoce[export]'\n"
    assert capsys.readouterr().err == said


def test_the_sizes_are_those_of_the_configuration() -> None:
    sizes = architecture.read(CONFIG)
    assert (sizes.hidden_dim, sizes.istftnet.decoder_channels, sizes.plbert.embedding_size) == (4, 4, 4)


def test_what_the_published_configuration_leaves_out_is_known(tmp_path: Path) -> None:
    fields = json.loads(CONFIG.read_text("utf-8"))
    del fields["plbert"]["embedding_size"], fields["istftnet"]["decoder_channels"]
    sizes = architecture.read(changed(tmp_path, **fields | {"plbert": fields["plbert"]}))
    assert (sizes.istftnet.decoder_channels, sizes.plbert.embedding_size) == (1024, 128)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"hidden_dim": None}, "hidden_dim: Input should be a valid integer"),
        ({"style_dim": 64}, "style_dim: Input should be greater than or equal to 128"),
        ({"istftnet": {}}, "istftnet.upsample_rates: Field required"),
    ],
)
def test_what_is_no_configuration_is_told(tmp_path: Path, fields: dict, says: str) -> None:
    with pytest.raises(ExportError, match=says):
        architecture.read(changed(tmp_path, **fields))


def test_a_step_of_another_length_is_refused(tmp_path: Path) -> None:
    vocoder = json.loads(CONFIG.read_text("utf-8"))["istftnet"] | {"gen_istft_hop_size": 4}
    with pytest.raises(ExportError, match="must make 300 samples a step"):
        architecture.read(changed(tmp_path, istftnet=vocoder))


def test_a_file_that_is_not_there_or_no_json_is_named(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="No such file"):
        architecture.read(tmp_path / "config.json")
    (tmp_path / "config.json").write_text("{", encoding="utf-8")
    with pytest.raises(ExportError, match=r"config\.json: Expecting"):
        architecture.read(tmp_path / "config.json")


def test_the_documentation_has_the_commands_options_and_no_others() -> None:
    page = (Path(__file__).parents[2] / "docs" / "kokoro.md").read_text("utf-8").replace("\\\n", "")
    (example,) = re.findall(r"^vivavoce export kokoro (.*)$", page, re.MULTILINE)
    context = command.kokoro.make_context("kokoro", shlex.split(example))
    assert context.params["checkpoint"] == Path("kokoro-v1_0.pth")
    told = set(re.findall(r"^\| `(--[a-z]+)` \|", page, re.MULTILINE))
    assert told == {flag for option in command.kokoro.params for flag in option.opts}
