"""What config.json says of a voice of the viva family and its graphs; how frames are cut into windows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from vivavoce.core import Voice
from vivavoce.models.base import Facts

SILENCE = "<sil>"
"""Frames every text."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How the graphs want their numbers."""

    symbol_ids: Mapping[str, int | None]
    """None for a character that the voice passes over, such as a quotation mark."""
    silence_id: int
    hop_samples: int
    """Samples of a frame."""
    context_frames: int
    """To each side of a frame, what the painter makes of it depends on."""
    margin_frames: int
    """To each side of a frame, what the decoder makes of it depends on."""
    noise_size: int
    """Random numbers that the encoder takes for each symbol."""
    voicing_channel: int
    """Of the frames; at 0 there, the decoder whispers."""
    window_frames: tuple[int, ...]
    """Lengths of an utterance's windows, growing from the first one; the last length repeats."""


def window_lengths(frames: int, sizes: Sequence[int], *, start: int = 0) -> list[int]:
    """Cuts `frames` into pieces of `sizes` from `start` on, the last size repeated; a remainder shorter than
    the first size goes to the piece before it."""
    lengths: list[int] = []
    while (left := frames - sum(lengths)) > 0:
        size = sizes[min(start + len(lengths), len(sizes) - 1)]
        lengths.append(left if left < size + sizes[0] else size)
    return lengths


def layout_of(config: Mapping[str, Any]) -> Layout:
    """What a config.json says of the graphs."""
    ids = {symbol: index for index, symbol in enumerate(config["symbols"])}
    spoken: dict[str, int | None] = {symbol: index for symbol, index in ids.items() if len(symbol) == 1}
    aliases = {alias: ids[symbol] if symbol else None for alias, symbol in config["aliases"].items()}
    return Layout(
        symbol_ids=spoken | aliases,
        silence_id=ids[SILENCE],
        hop_samples=config["hop_samples"],
        context_frames=config["context_frames"],
        margin_frames=config["margin_frames"],
        noise_size=config["noise_size"],
        voicing_channel=config["voicing_channel"],
        window_frames=tuple(config["window_frames"]),
    )


def facts_of(config: Mapping[str, Any], layout: Layout) -> Facts:
    """What it says of the voice."""
    slowest, fastest = config["speed_range"]
    return Facts(
        id=config["id"],
        family="viva",
        license=config["license"],
        owned_by=config["owned_by"],
        created_seconds=int(datetime.fromisoformat(config["created"]).replace(tzinfo=UTC).timestamp()),
        sample_rate_hertz=config["sample_rate_hertz"],
        voices=tuple(Voice(v["id"], v["name"], tuple(v["languages"])) for v in config["voices"]),
        symbols=frozenset(layout.symbol_ids),
        max_phonemes=config["max_phonemes"],
        speed_range=(slowest, fastest),
        follows_delivery=True,
    )
