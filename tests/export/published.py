"""Kokoro-82M as it is published, with random weights: what the export is compared with.

The `kokoro` package builds the network; its own `__init__`, which imports the text part too, is passed over.
"""

import json
import sys
from contextlib import contextmanager
from importlib import import_module
from importlib.metadata import distribution
from pathlib import Path
from types import ModuleType

import numpy as np
import torch

DATA = Path(__file__).parents[1] / "data"
PARTS = ("bert", "bert_encoder", "predictor", "text_encoder", "decoder")
HARMONICS = 9
SIZES = {
    "istftnet": {
        "upsample_kernel_sizes": [20, 12],
        "upsample_rates": [10, 6],
        "gen_istft_hop_size": 5,
        "gen_istft_n_fft": 20,
        "resblock_dilation_sizes": [[1, 3, 5], [1, 3, 5], [1, 3, 5]],
        "resblock_kernel_sizes": [3, 7, 11],
        "upsample_initial_channel": 512,
    },
    "dim_in": 64,
    "dropout": 0.2,
    "hidden_dim": 512,
    "max_conv_dim": 512,
    "max_dur": 50,
    "multispeaker": True,
    "n_layer": 3,
    "n_mels": 80,
    "n_token": 178,
    "style_dim": 128,
    "text_encoder_kernel_size": 5,
    "plbert": {
        "hidden_size": 768,
        "num_attention_heads": 12,
        "intermediate_size": 2048,
        "max_position_embeddings": 512,
        "num_hidden_layers": 12,
        "dropout": 0.1,
    },
}
"""The published config.json, but for its vocabulary."""


def config() -> dict:
    vocabulary = json.loads((DATA / "kokoro" / "config.json").read_text(encoding="utf-8"))["vocab"]
    return {**SIZES, "vocab": vocabulary}


def model(state: dict | None, folder: Path, *, disable_complex: bool = False) -> torch.nn.Module:
    """The package's network with the weights of `state`, or random ones."""
    empty = folder / "empty.pth"
    torch.save({}, empty)
    torch.manual_seed(0)
    made = _package().KModel("", config(), str(empty), disable_complex=disable_complex).eval()
    if state is None:
        _tune(made)
    else:
        for part in PARTS:
            # Bases of its own transform are no weights.
            getattr(made, part).load_state_dict(state[part], strict=not disable_complex)
    return made


@torch.no_grad()
def _tune(network: torch.nn.Module) -> None:
    """With plain random weights every symbol would last 25 frames, and nothing be voiced: with these, a
    symbol lasts three, and the pitch goes up and down across the threshold of voicing. What begins as 0 or 1
    becomes random too."""
    predictor = network.predictor
    predictor.duration_proj.linear_layer.weight *= 0.1
    predictor.duration_proj.linear_layer.bias.fill_(-2.75)
    predictor.F0_proj.weight *= 600
    predictor.F0_proj.bias.fill_(120.0)
    for name, parameter in network.named_parameters():
        if ".alpha" in name or name.endswith("norm.weight"):
            parameter.uniform_(0.7, 1.4)
        elif name.endswith("norm.bias"):
            parameter.normal_(0, 0.1)


class _Stock(torch.nn.Module):
    """The package's forward, as its published exports have it."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, input_ids: torch.Tensor, style: torch.Tensor, speed: torch.Tensor) -> tuple:
        return self.network.forward_with_tokens(input_ids, style, speed)


def export_stock(weights: Path, file: Path) -> None:
    """One graph that takes one text, with the package's own code."""
    network = model(torch.load(weights, weights_only=True), file.parent, disable_complex=True)
    torch.onnx.export(
        _Stock(network), (torch.randint(1, 178, (1, 9)), torch.randn(1, 256), torch.ones(1)), file,
        dynamo=False, opset_version=17, input_names=["input_ids", "style", "speed"],
        output_names=["waveform", "duration"], dynamic_axes={"input_ids": {1: "symbols"}},
    )  # fmt: skip
    (file.parent / "empty.pth").unlink()


def state(network: torch.nn.Module) -> dict:
    """As the published checkpoint has it."""
    return {part: getattr(network, part).state_dict() for part in PARTS}


def _package() -> ModuleType:
    own = sys.modules.get("kokoro")  # the tests have a module of that name
    bare = ModuleType("kokoro")
    bare.__path__ = [str(distribution("kokoro").locate_file("kokoro"))]
    sys.modules["kokoro"] = bare
    try:
        return import_module("kokoro.model")
    finally:
        sys.modules.pop("kokoro")
        if own:
            sys.modules["kokoro"] = own


@contextmanager
def noise(network: torch.nn.Module, samples: np.ndarray):
    """Gives the network `samples` for its noise: each harmonic gets its share, so that their weighted sum is
    what the export makes of the same samples."""
    weights = network.decoder.generator.m_source.l_linear.weight.detach()[0]
    drawn = torch.randn_like

    def given(like: torch.Tensor) -> torch.Tensor:
        if like.dim() == 3 and like.shape[-1] == HARMONICS:
            return torch.from_numpy(samples)[None, :, None] * (weights / weights.norm())
        return drawn(like)

    torch.randn_like = given
    try:
        yield
    finally:
        torch.randn_like = drawn


@contextmanager
def exact_source(network: torch.nn.Module):
    """Has the network sum the phases of its source in 64 bits, as the export does."""
    generator = network.decoder.generator
    plain = generator.m_source

    class Exact(torch.nn.Module):
        l_linear = plain.l_linear

        def forward(self, pitch: torch.Tensor) -> tuple:
            return tuple(one.float() for one in plain(pitch.double()))

    plain.double()
    generator.m_source = Exact()
    try:
        yield
    finally:
        generator.m_source = plain.float()


def speak(
    network: torch.nn.Module,
    phonemes: str,
    style: np.ndarray,
    speed: float,
    samples: np.ndarray | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """Waveform and durations of one text, with its own noise or with `samples` for it."""
    vocabulary = config()["vocab"]
    ids = torch.tensor([[0, *(vocabulary[phoneme] for phoneme in phonemes), 0]])
    with torch.no_grad():
        if samples is None:
            waveform, durations = network.forward_with_tokens(ids, torch.from_numpy(style)[None], speed)
        else:
            with noise(network, samples):
                waveform, durations = network.forward_with_tokens(ids, torch.from_numpy(style)[None], speed)
    return waveform.numpy(), durations.numpy()


def spectral_distance_db(first: np.ndarray, second: np.ndarray) -> float:
    """Mean absolute difference of two log spectra (Hann, 1024 samples, every 256), down to 80 dB below the
    loudest point of the first."""
    spectra = [np.abs(_spectrum(samples.astype(np.float64))) for samples in (first, second)]
    floor = spectra[0].max() * 1e-4
    logs = [20 * np.log10(np.maximum(spectrum, floor)) for spectrum in spectra]
    return float(np.abs(logs[0] - logs[1]).mean())


def signal_to_error_db(first: np.ndarray, second: np.ndarray) -> float:
    error = np.square(first - second).mean()
    return float(10 * np.log10(np.square(first).mean() / error)) if error else float("inf")


def _spectrum(samples: np.ndarray) -> np.ndarray:
    frames = np.lib.stride_tricks.sliding_window_view(np.pad(samples, 512), 1024)[::256]
    return np.fft.rfft(frames * np.hanning(1024))
