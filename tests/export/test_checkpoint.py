"""Every weight of a checkpoint has its place, or the export ends with what is wrong."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from export import tiny

from vivavoce.cli.program import run
from vivavoce.export import ExportError, checkpoint

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(1200)]


@pytest.fixture
def state() -> dict[str, dict[str, torch.Tensor]]:
    return tiny.checkpoint()


def graph(folder: Path) -> bytes:
    return (folder / "decoder.onnx").read_bytes()


def test_a_weight_that_is_missing_is_named(tmp_path: Path, state) -> None:
    del state["predictor"]["F0_proj.bias"]
    with pytest.raises(
        ExportError, match=r"does not fit the configuration: predictor\.F0_proj\.bias is missing$"
    ):
        tiny.export(tmp_path, state)
    assert not (tmp_path / "model").exists()


def test_a_weight_without_a_place_is_named(tmp_path: Path, state) -> None:
    state["decoder"]["generator.resblocks.9.alpha1.0"] = torch.ones(1)
    with pytest.raises(ExportError, match=r"generator\.resblocks\.9\.alpha1\.0 has no place"):
        tiny.export(tmp_path, state)


def test_a_weight_of_another_shape_is_named(tmp_path: Path, state) -> None:
    state["bert_encoder"]["bias"] = torch.zeros(5)
    with pytest.raises(ExportError, match=r"bert_encoder\.bias is \[5\] in place of \[4\]"):
        tiny.export(tmp_path, state)


def test_of_many_faults_the_first_are_told(tmp_path: Path, state) -> None:
    state["decoder"] = {}
    with pytest.raises(ExportError, match=r"F0_conv\.bias is missing; .* and \d+ more$"):
        tiny.export(tmp_path, state)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", r"weights\.pth is no checkpoint of PyTorch"),
        (b"no checkpoint", r"weights\.pth is no checkpoint of PyTorch"),
        ({"bert": {}}, r"must hold bert, bert_encoder, predictor, text_encoder, decoder; it holds bert$"),
        ([1], r"it holds list$"),
    ],
)
def test_what_is_no_checkpoint_is_told(tmp_path: Path, content: object, says: str) -> None:
    file = tmp_path / "weights.pth"
    if isinstance(content, bytes):
        file.write_bytes(content)
    else:
        torch.save(content, file)
    with pytest.raises(ExportError, match=says):
        checkpoint.read(file)


def test_what_a_pickle_would_run_is_not_run(tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self):
            return (Path.touch, (tmp_path / "touched",))

    torch.save({"bert": Evil()}, tmp_path / "weights.pth")
    with pytest.raises(ExportError, match="no checkpoint of PyTorch"):
        checkpoint.read(tmp_path / "weights.pth")
    assert not (tmp_path / "touched").exists()


def test_weights_of_several_devices_and_of_no_use_are_the_same_model(tmp_path: Path, state) -> None:
    plain = graph(tiny.export(tmp_path / "plain", state))
    wrapped = {part: {f"module.{name}": value for name, value in of.items()} for part, of in state.items()}
    wrapped["bert"] |= {
        "module.pooler.weight": torch.ones(4, 4),
        "module.embeddings.position_ids": torch.arange(512),
    }
    wrapped["decoder"]["module.generator.stft.window"] = torch.ones(20)
    assert graph(tiny.export(tmp_path / "wrapped", wrapped)) == plain


@pytest.mark.parametrize("old", [True, False])
def test_a_normalised_weight_is_folded(old: bool) -> None:
    layer = torch.nn.ConvTranspose1d(4, 6, 3)
    wanted = layer.weight.detach().clone()
    if old:
        torch.nn.utils.weight_norm(layer)
    else:
        torch.nn.utils.parametrizations.weight_norm(layer)
    folded = checkpoint.folded({f"pool.{name}": value for name, value in layer.state_dict().items()})
    assert folded.keys() == {"pool.weight", "pool.bias"}
    torch.testing.assert_close(folded["pool.weight"], wanted)


def test_an_instance_norm_of_its_own_is_folded_into_the_styles() -> None:
    torch.manual_seed(0)
    norm, style = torch.nn.Linear(8, 6), torch.randn(2, 8)
    scale, shift, x = torch.randn(3), torch.randn(3), torch.randn(2, 3)
    state = {"n.norm.weight": scale, "n.norm.bias": shift, "n.fc.weight": norm.weight, "n.fc.bias": norm.bias}
    folded = checkpoint.folded(state)
    gamma, beta = norm(style).chunk(2, dim=1)
    asked = style @ folded["n.fc.weight"].T + folded["n.fc.bias"]
    own_gamma, own_beta = asked.chunk(2, dim=1)
    expected = (1 + gamma) * (scale * x + shift) + beta
    torch.testing.assert_close((1 + own_gamma) * x + own_beta, expected.detach())


# The folder


def command(folder: Path, *arguments: object) -> int:
    weights = folder / "weights.pth"
    torch.save(tiny.checkpoint(), weights)
    config = tiny.kokoro.BATCHED / "config.json"
    given = ["--checkpoint", weights, "--config", config, "--out", folder / "out", *arguments]
    return run(["export", "kokoro", *map(str, given)])


def test_without_voices_the_command_says_that_they_are_missing(tmp_path: Path, capsys) -> None:
    assert command(tmp_path) == 0
    assert "It needs voice packs" in capsys.readouterr().err


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path, capsys) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").touch()
    assert command(tmp_path) == 2
    assert "out is not empty: export into a new folder" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["mine"]


def test_voices_of_every_form_come_along_and_the_model_speaks_with_them(tmp_path: Path) -> None:
    from vivavoce.models.directory import Installed, load_all
    from vivavoce.models.session import Device

    packs = tmp_path / "packs"
    packs.mkdir()
    tensor = torch.from_numpy(tiny.kokoro.styles("af_bella"))
    torch.save(tensor, packs / "af_bella.pt")
    (packs / "bf_emma.bin").write_bytes(tiny.kokoro.styles("bf_emma").tobytes())
    np.savez(packs / "more.npz", af_heart=tiny.kokoro.styles("af_heart"))
    (packs / "README.md").touch()
    models = tmp_path / "models"
    models.mkdir()
    assert command(tmp_path, "--voices", packs, "--out", models / "kokoro") == 0
    (found,) = load_all(models, Device("cpu"), taken=frozenset())
    assert isinstance(found, Installed)
    assert [voice.id for voice in found.model.facts.voices] == ["af_bella", "af_heart", "bf_emma"]
    np.testing.assert_array_equal(found.model._inputs.styles["af_bella"], tensor[:, 0])
    assert found.aliases == ("kokoro-82m",)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({}, r"there are no voice packs \(\.bin, \.npz, \.pt\)"),
        ({"af_x.bin": b"short"}, "af_x.bin is no voice pack"),
        ({"af_x.pt": b"short"}, "af_x.pt is no voice pack"),
    ],
)
def test_voices_that_are_none_end_the_export(tmp_path: Path, capsys, files, says) -> None:
    packs = tmp_path / "packs"
    packs.mkdir()
    for name, content in files.items():
        (packs / name).write_bytes(content)
    assert command(tmp_path, "--voices", packs) == 2
    assert re.search(says, capsys.readouterr().err)
    assert not (tmp_path / "out").exists()


def test_a_voice_that_comes_twice_ends_the_export(tmp_path: Path, capsys) -> None:
    packs = tmp_path / "packs"
    packs.mkdir()
    (packs / "af_heart.bin").write_bytes(tiny.kokoro.styles("af_heart").tobytes())
    np.savez(packs / "all.npz", af_heart=tiny.kokoro.styles("af_heart"))
    assert command(tmp_path, "--voices", packs) == 2
    assert "the voice af_heart is in af_heart.bin and in all.npz" in capsys.readouterr().err
