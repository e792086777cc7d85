"""What a voice costs: bytes, processor time, arithmetic."""

import time
from collections.abc import Mapping, Sequence

import numpy as np

from training.voice.evaluate import operations
from training.voice.evaluate.systems import Embedded
from training.voice.evaluate.tables import Cell, Table
from training.voice.evaluate.utterances import Utterance
from vivavoce.models.base import Run
from vivavoce.models.session import Session, Tensor
from vivavoce.models.viva import GRAPHS

ROUNDS = 3
STAGES = ("encode", "decode")
COLUMNS = (
    *(f"{graph}, MB" for graph in GRAPHS),
    *(f"{stage}, real-time factor" for stage in STAGES),
    "both",
    "first window, ms",
    *(f"{graph}, Gflop / s of audio" for graph in GRAPHS),
    "all",
    "not counted",
)
NOTE = (
    "One thread of the service's own session. Real-time factor: processor time over length of audio, best of "
    f"{ROUNDS} per sentence, decoded in one piece; first window: processor time from phonemes to the first "
    "samples, median. Gflop: multiplications and additions of MatMul, Gemm, Conv and ConvTranspose at the "
    "shapes of a sentence of about 4 s (half of them are multiplications)."
)


def table(voices: Sequence[Embedded], sentences: Sequence[Utterance]) -> Table:
    """A row for each voice."""
    rows = [(voice.name, (*_sizes(voice), *_times(voice, sentences), *_counts(voice))) for voice in voices]
    return Table("Size and speed", NOTE, COLUMNS, tuple(rows), digits=4)


def _sizes(voice: Embedded) -> list[Cell]:
    return [(voice.folder / f"{graph}.onnx").stat().st_size / 1e6 for graph in GRAPHS]


def _times(voice: Embedded, sentences: Sequence[Utterance]) -> list[Cell]:
    spent, length, firsts = np.zeros(2), 0.0, []
    for utterance in sentences:
        segment = voice.script.segments(utterance.text)[0]
        rounds = [_round(voice, segment.phonemes) for _ in range(ROUNDS)]
        spent += np.min([(encode, decode) for encode, decode, _, _ in rounds], axis=0)
        firsts.append(min(first for _, _, first, _ in rounds))
        length += rounds[0][3]
    factors = spent / length
    return [*map(float, factors), float(factors.sum()), 1000 * float(np.median(firsts))]


def _round(voice: Embedded, phonemes: str) -> tuple[float, float, float, float]:
    """Processor seconds of encode, of decode, until the first samples; seconds of audio."""
    began = time.process_time()
    next(voice.windows(phonemes, first=True))
    first = time.process_time()
    frames = voice.encode(phonemes)
    encoded = time.process_time()
    samples = voice.decode(frames)
    decoded = time.process_time()
    length = len(samples) / voice.model.facts.sample_rate_hertz
    return encoded - first, decoded - encoded, first - began, length


class _Tap:
    """A session that remembers what it was fed: whatever a family's graphs take, they are counted with it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.inputs = session.inputs
        self.outputs = session.outputs
        self.feeds: dict[str, Tensor] = {}

    def run(self, inputs: Mapping[str, Tensor], run: Run) -> list[Tensor]:
        self.feeds = dict(inputs)
        return self.session.run(inputs, run)


def _counts(voice: Embedded) -> list[Cell]:
    text = "The road to the village follows the river for several miles, and then it climbs into the hills."
    taps = [_Tap(getattr(voice.model, f"_{graph}")) for graph in GRAPHS]
    for graph, tap in zip(GRAPHS, taps, strict=True):
        setattr(voice.model, f"_{graph}", tap)
    samples = voice.decode(voice.encode(voice.script.segments(text)[0].phonemes))
    seconds = len(samples) / voice.model.facts.sample_rate_hertz
    found = []
    for graph, tap in zip(GRAPHS, taps, strict=True):
        found.append(operations.count(voice.folder / f"{graph}.onnx", tap.feeds))
        setattr(voice.model, f"_{graph}", tap.session)
    per_second = [one.total / seconds / 1e9 for one in found]
    left_out = ", ".join(sorted({name for one in found for name in one.left_out})) or "nothing"
    return [*per_second, sum(per_second), left_out]
