"""The seam between the engine and the models: two stages, both batched, rows independent of each other.

encode: phonemes, voice, speed → an Encoded (frames, say; opaque to the engine), or its beginning and the rest
decode: an Encoded and one of its windows → samples, and how long each phoneme lasts

A family that can decode in windows (a fixed receptive field) streams inside a sentence; the windows join to
exactly the full decode. One that cannot has a single window per segment.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from vivavoce.core import Delivery, Samples, Voice


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a model without running it."""

    id: str
    family: str
    license: str
    """SPDX identifier of its weights' licence."""
    owned_by: str
    created_seconds: int
    """Since 1970."""
    sample_rate_hertz: int
    voices: tuple[Voice, ...]
    """Non-empty; the first one is the default."""
    symbols: frozenset[str]
    """The phoneme characters that it can say, punctuation and space included."""
    max_phonemes: int
    """The most characters of `Segment.phonemes` in one encode."""
    speed_range: tuple[float, float]
    """Speeds that the model makes itself; beyond them the audio is stretched."""
    blends_voices: bool = False
    """Whether `EncodeItem.voice` may be an expression of `models.blends`."""
    follows_delivery: bool = False
    """Whether it does what `EncodeItem.delivery` says of pitch and whispering."""


@dataclass(frozen=True, slots=True)
class EncodeItem:
    """One row of an encode batch."""

    phonemes: str
    """Non-empty, at most `max_phonemes`, of `symbols` only."""
    voice: str
    speed: float
    seed: int
    first: bool = True
    """Whether somebody waits for its first sound, as for that of an utterance: its windows then start small,
    which costs some work."""
    delivery: Delivery = field(default_factory=Delivery)
    """Pitch and whispering are for the model; the pace is in `speed`, the gain is done to the samples."""
    begun: object | None = None
    """What its model knows of it already, where this is the rest of an Encoded; opaque too."""


@dataclass(frozen=True, slots=True)
class Window:
    """A piece of an Encoded that decodes on its own."""

    index: int
    cost: int
    """Size of the work in the model's own unit (frames); items of like cost batch well."""


class Encoded(Protocol):
    """The result of encode for one row; only its model looks inside."""

    @property
    def windows(self) -> tuple[Window, ...]:
        """What to decode, in order; the first one small, so that sound starts early."""
        ...

    @property
    def rest(self) -> EncodeItem | None:
        """What to encode next, when these windows are decoded, where they are only the beginning: then
        somebody hears it while the rest is being made. Never of an item that is not `first`."""
        ...


@dataclass(frozen=True, slots=True)
class DecodeItem:
    """One row of a decode batch."""

    encoded: Encoded
    window: Window


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """The result of decode for one row."""

    samples: Samples
    """At `facts.sample_rate_hertz`."""
    phoneme_seconds: tuple[float, ...] | None
    """Length of each character of the whole segment's `phonemes` in seconds, the same for each of its windows
    (lead-in silence counts into the first, what follows into the last, so the sum is the length of the
    segment's audio); None if the model does not tell."""


class Run(Protocol):
    """A run under way that can be stopped from another thread."""

    @property
    def options(self) -> object:
        """The runtime's own run options, given to its session."""
        ...

    @property
    def stopped(self) -> bool:
        """Whether `stop` was called."""
        ...

    def stop(self) -> None:
        """Ends the run at the next node of its graph; the run then raises RunStopped."""
        ...


class RunStopped(Exception):
    """A run ended because `Run.stop` was called; its results are not there."""


class Model(Protocol):
    """A model that speaks. Only one thread at a time calls encode and decode, and only `in_use` of a model
    that is loaded on demand."""

    @property
    def facts(self) -> Facts: ...

    def new_run(self) -> Run:
        """A fresh run, for one call of encode or decode."""
        ...

    def encode(self, items: Sequence[EncodeItem], run: Run) -> list[Encoded]:
        """One Encoded per item, in order. Raises RunStopped."""
        ...

    def decode(self, items: Sequence[DecodeItem], run: Run) -> list[Decoded]:
        """One Decoded per item, in order. Raises RunStopped."""
        ...


@runtime_checkable
class OnDemand(Protocol):
    """What a Model has beside that is not always in memory."""

    @property
    def is_loaded(self) -> bool: ...

    def in_use(self) -> AbstractAsyncContextManager[None]:
        """Loads it unless it is loaded, and keeps it so for as long as the context lasts. Raises Unavailable
        if it cannot be loaded."""
        ...


def is_loaded(model: Model) -> bool:
    """Whether `model` could speak at once."""
    return not isinstance(model, OnDemand) or model.is_loaded


@asynccontextmanager
async def in_use(model: Model) -> AsyncIterator[None]:
    """`model` is in memory for as long as the context lasts. Raises Unavailable if it cannot be loaded."""
    if isinstance(model, OnDemand):
        async with model.in_use():
            yield
    else:
        yield
