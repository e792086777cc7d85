"""The published checkpoint: a .pth goes in, the modules get their weights.

It is a dictionary of five state dictionaries, in which some things are written in another form than the
graphs want: a weight as length and direction (weight normalisation), an instance normalisation with a scale
and shift of its own before the style's. Both are folded into plain weights. Whatever is then left over, or
missing, is an error: a network that lacks a weight still speaks, only badly.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from vivavoce.export import pickled
from vivavoce.export.architecture import ExportError

ENCODER_PARTS = ("bert", "bert_encoder", "predictor", "text_encoder")
PARTS = (*ENCODER_PARTS, "decoder")
PARALLEL = "module."
"""Before every name, where the model was trained on several devices."""
UNUSED = re.compile(
    r"pooler\..*"  # of ALBERT: for whole texts
    r"|embeddings\.position_ids"  # 0, 1, 2, …
    r"|generator\.stft\..*"  # windows and bases, which follow from the configuration
)
NORMALISED = (
    (".weight_g", ".weight_v"),
    (".parametrizations.weight.original0", ".parametrizations.weight.original1"),
)
SHOWN = 5

Weights = dict[str, Tensor]


def read(file: Path) -> dict[str, Weights]:
    """Part → its weights, in the form of the modules here. Raises ExportError."""
    content = pickled.read(file, "checkpoint of PyTorch")
    if not isinstance(content, Mapping) or set(content) != set(PARTS):
        found = ", ".join(map(str, content)) if isinstance(content, Mapping) else type(content).__name__
        raise ExportError(f"{file.name} must hold {', '.join(PARTS)}; it holds {found[:200]}")
    return {part: folded(content[part]) for part in PARTS}


def folded(state: Mapping[str, Tensor]) -> Weights:
    """One part of the checkpoint in the form of the modules here."""
    plain = {name.removeprefix(PARALLEL): value.detach().float() for name, value in state.items()}
    weights = {name: value for name, value in plain.items() if not UNUSED.fullmatch(name)}
    for length, direction in NORMALISED:
        _fold_lengths(weights, length, direction)
    _fold_instance_norms(weights)
    return weights


def _fold_lengths(weights: Weights, length: str, direction: str) -> None:
    """Weight normalisation (Salimans & Kingma 2016): the weight is g · v/‖v‖, for each first index."""
    for name in [name for name in weights if name.endswith(length)]:
        layer = name.removesuffix(length)
        if layer + direction in weights:
            way = weights.pop(layer + direction)
            norm = way.flatten(1).norm(dim=1).reshape(-1, *[1] * (way.dim() - 1))
            weights[f"{layer}.weight"] = weights.pop(name) * way / norm


def _fold_instance_norms(weights: Weights) -> None:
    """(1 + γ)(w·x + b) + β, with γ and β linear in the style, is (1 + γ′)·x + β′ with others that are."""
    for name in [name for name in weights if name.endswith(".norm.weight")]:
        adain = name.removesuffix(".norm.weight")
        if {f"{adain}.norm.bias", f"{adain}.fc.weight", f"{adain}.fc.bias"} <= weights.keys():
            scale, shift = weights.pop(name), weights.pop(f"{adain}.norm.bias")
            gamma, beta = weights[f"{adain}.fc.weight"].chunk(2)
            weights[f"{adain}.fc.weight"] = torch.cat((scale[:, None] * gamma, beta + shift[:, None] * gamma))
            gamma, beta = weights[f"{adain}.fc.bias"].chunk(2)
            weights[f"{adain}.fc.bias"] = torch.cat((scale * (1 + gamma) - 1, beta + shift * (1 + gamma)))


def give(module: nn.Module, weights: Weights) -> None:
    """Puts `weights` into `module`. Raises ExportError unless each of them has its place, and each place its
    weight."""
    wanted = {name: tuple(value.shape) for name, value in module.state_dict().items()}
    found = {name: tuple(value.shape) for name, value in weights.items()}
    if faults := list(_faults(wanted, found)):
        more = f" and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        raise ExportError(f"the checkpoint does not fit the configuration: {'; '.join(faults[:SHOWN])}{more}")
    module.load_state_dict(weights)


def _faults(wanted: Mapping[str, tuple[int, ...]], found: Mapping[str, tuple[int, ...]]) -> Iterator[str]:
    for name in sorted(wanted.keys() | found.keys()):
        if name not in found:
            yield f"{name} is missing"
        elif name not in wanted:
            yield f"{name} has no place"
        elif wanted[name] != found[name]:
            yield f"{name} is {list(found[name])} in place of {list(wanted[name])}"
