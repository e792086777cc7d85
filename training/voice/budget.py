"""The whole training within a time budget."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from training.voice.align import align
from training.voice.corpus import Corpus
from training.voice.export import export
from training.voice.settings import Schedule, Settings
from training.voice.train_acoustic import train_acoustic
from training.voice.train_decoder import train_decoder
from training.voice.train_mel_flow import straighten_mel_flow, train_mel_flow
from training.voice.train_prosody import train_prosody
from training.voice.training import is_judged


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    schedule: Schedule
    train: Callable[[Corpus, Settings, float], None]


def stages(settings: Settings) -> list[Stage]:
    """In order. A stage gets its share of what the stages before it left."""
    acoustic, decoder = (
        partial(train, judged=False, start=None) for train in (train_acoustic, train_decoder)
    )
    acoustic_judged, decoder_judged = (
        partial(train, judged=True, start=None) for train in (train_acoustic, train_decoder)
    )
    return [
        Stage("prosody", settings.prosody, partial(train_prosody, start=None)),
        Stage("acoustic", settings.acoustic, acoustic),
        Stage("acoustic, judged", settings.acoustic_judged, acoustic_judged),
        Stage("mel flow", settings.mel_flow, partial(train_mel_flow, start=None)),
        Stage("straight mel flow", settings.mel_flow_straight, straighten_mel_flow),
        Stage("decoder", settings.decoder, decoder),
        Stage("decoder, judged", settings.decoder_judged, decoder_judged),
    ]


def train_all(corpus: Corpus, settings: Settings, minutes: float, target: Path) -> None:
    """Aligns if that is not done yet, trains all networks, exports to `target`. Called again it goes on."""
    deadline = time.monotonic() + 60 * minutes
    if not corpus.alignment.exists():
        align(corpus, settings)
    planned = stages(settings)
    for index, stage in enumerate(planned):
        name = stage.name.removesuffix(", judged")
        if name == stage.name and is_judged(corpus.checkpoints / f"{name}.pt"):
            continue
        left = max(0.0, deadline - time.monotonic()) / 60
        own = left * stage.schedule.share / sum(later.schedule.share for later in planned[index:])
        print(f"{stage.name}: up to {own:.1f} min", flush=True)
        stage.train(corpus, settings, own)
    export(corpus, settings, target)
