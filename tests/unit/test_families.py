"""What every family of models keeps, whatever the graphs behind it."""

import gc
import re
import resource
import sys
from importlib.util import module_from_spec, spec_from_file_location
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread
from time import sleep

import kokoro
import numpy as np
import piper
import pytest

from vivavoce.core import Samples
from vivavoce.models import FAMILIES, load
from vivavoce.models.base import Decoded, DecodeItem, EncodeItem, Model, Run, RunStopped
from vivavoce.models.session import Device

SENTENCES = ("ˈA.", "hˌW ɑɹ ju?", "ðə kwˈɪk bɹˈWn dˈɔɡ.")
MODELS = {
    "tone": "viva",
    **dict.fromkeys(kokoro.VARIANTS, "kokoro"),
    "kokoro_batched": "kokoro-batched",
    **dict.fromkeys(piper.VARIANTS, "piper"),
    "example": "beep",
}
EXAMPLE = Path(__file__).parents[2] / "docs" / "families.md"


@pytest.fixture(scope="module", params=MODELS)
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Model:
    if MODELS[request.param] == "viva":
        return load("viva", kokoro.DATA.parent / "tone", Device("cpu"))
    folder = tmp_path_factory.mktemp("models")
    if MODELS[request.param] == "beep":
        return example(folder)
    if MODELS[request.param] == "kokoro-batched":
        return load("kokoro-batched", kokoro.install_batched(folder), Device("cpu"))
    install = {"kokoro": kokoro.install, "piper": piper.install}[MODELS[request.param]]
    return load(MODELS[request.param], install(folder, request.param), Device("cpu"))


def example(folder: Path) -> Model:
    """The model that the documentation makes."""
    blocks = re.findall(r"<!-- file: (.*?) -->\n```\w+\n(.*?)```", EXAMPLE.read_text("utf-8"), re.DOTALL)
    for name, text in blocks:
        (folder / name).write_text(text, "utf-8")
    kokoro.describe(folder, family="beep", id="beep")
    spec = spec_from_file_location("beep", folder / "beep.py")
    module = module_from_spec(spec)
    sys.modules["beep"] = module  # where its dataclass looks for it
    spec.loader.exec_module(module)
    return module.load(folder, Device("cpu"))


def item(model: Model, phonemes: str, *, speed: float = 1.0) -> EncodeItem:
    return EncodeItem(phonemes, model.facts.voices[0].id, speed, seed=0)


def speak(model: Model, *items: EncodeItem) -> list[list[Decoded]]:
    """All windows of all rows, each stage in one batch, and the rests in further ones."""
    if not items:
        return []
    rows = model.encode(items, model.new_run())
    windows = [DecodeItem(row, window) for row in rows for window in row.windows]
    decoded = iter(model.decode(windows, model.new_run()))
    begun = [[next(decoded) for _ in row.windows] for row in rows]
    rests = iter(speak(model, *(row.rest for row in rows if row.rest)))
    return [one + (next(rests) if row.rest else []) for one, row in zip(begun, rows, strict=True)]


def samples(windows: list[Decoded]) -> Samples:
    return np.concatenate([window.samples for window in windows])


def test_every_family_is_tried_here() -> None:
    assert set(MODELS.values()) == {*FAMILIES, "beep"}


def test_the_facts_are_those_of_a_model_that_can_be_offered(model: Model) -> None:
    facts = model.facts
    assert facts.voices
    assert len({voice.id for voice in facts.voices}) == len(facts.voices)
    assert all(voice.name and voice.languages for voice in facts.voices)
    assert all(len(symbol) == 1 for symbol in facts.symbols)
    assert facts.symbols >= set("".join(SENTENCES))
    assert 0 < facts.speed_range[0] <= 1 <= facts.speed_range[1]


def test_samples_are_mono_and_within_range(model: Model) -> None:
    for windows in speak(model, *(item(model, sentence) for sentence in SENTENCES)):
        for window in windows:
            assert window.samples.dtype == np.float32
            assert window.samples.ndim == 1
        assert 0.05 < np.abs(samples(windows)).max() <= 1.0


def test_a_batch_sounds_like_its_rows_alone(model: Model) -> None:
    items = [item(model, sentence) for sentence in SENTENCES]
    for together, one in zip(speak(model, *items), items, strict=True):
        (alone,) = speak(model, one)
        np.testing.assert_allclose(samples(together), samples(alone), rtol=0, atol=1e-5)
        assert [window.phoneme_seconds for window in together] == [window.phoneme_seconds for window in alone]


def test_lengths_of_the_phonemes_sum_to_the_audio_where_they_are_told(model: Model) -> None:
    for sentence, windows in zip(
        SENTENCES, speak(model, *(item(model, one) for one in SENTENCES)), strict=True
    ):
        (lengths,) = {window.phoneme_seconds for window in windows}
        if lengths is not None:
            assert len(lengths) == len(sentence)
            assert min(lengths) >= 0
            seconds = len(samples(windows)) / model.facts.sample_rate_hertz
            assert sum(lengths) == pytest.approx(seconds, abs=1e-9)


def test_faster_is_shorter(model: Model) -> None:
    slowest, fastest = model.facts.speed_range
    speeds = sorted({slowest, 1.0, (1 + fastest) / 2, fastest})
    lengths = [len(samples(*speak(model, item(model, SENTENCES[2], speed=speed)))) for speed in speeds]
    assert all(longer > shorter for longer, shorter in pairwise(lengths))


def test_voices_differ(model: Model) -> None:
    first, *others = [
        samples(*speak(model, EncodeItem(SENTENCES[1], voice.id, 1.0, 0))) for voice in model.facts.voices[:2]
    ]
    for other in others:
        common = min(len(first), len(other))  # a voice may have its own pace
        assert np.abs(first[:common] - other[:common]).max() > 0.05


def test_the_longest_text_is_spoken_and_a_longer_one_reported(model: Model) -> None:
    longest = "ə" * model.facts.max_phonemes
    assert len(samples(*speak(model, item(model, longest))))
    for phonemes in ("", longest + "ə"):
        with pytest.raises(ValueError, match=f"{len(phonemes)} phonemes"):
            speak(model, item(model, phonemes))


def test_a_phoneme_or_voice_that_is_not_there_is_reported(model: Model) -> None:
    with pytest.raises(ValueError, match="☃ ✈"):
        speak(model, item(model, "ˈA."), item(model, "ˈA ✈☃."))
    with pytest.raises(KeyError, match="nobody"):
        speak(model, EncodeItem("ˈA.", "nobody", 1.0, seed=0))


def test_a_stopped_run_gives_nothing(model: Model) -> None:
    (row,) = model.encode([item(model, SENTENCES[0])], model.new_run())
    stopped = model.new_run()
    stopped.stop()
    with pytest.raises(RunStopped):
        model.decode([DecodeItem(row, row.windows[0])], stopped)


class Watched:
    """A run that tells when its model has begun with it."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.begun = Event()
        self.stop = run.stop

    @property
    def options(self) -> object:
        self.begun.set()
        return self._run.options

    @property
    def stopped(self) -> bool:
        self.begun.set()
        return self._run.stopped


def test_a_run_is_stopped_while_it_runs(model: Model) -> None:
    (row,) = model.encode([item(model, "ə" * 100)], model.new_run())
    assert any(is_stopped_inside(model, [DecodeItem(row, row.windows[-1])] * 2**power) for power in range(16))


def is_stopped_inside(model: Model, batch: list[DecodeItem]) -> bool:
    """Whether the run of `batch` takes so long that a stop, a moment after it began, finds it at work."""
    run = Watched(model.new_run())

    def stop() -> None:
        run.begun.wait()
        sleep(0.002)
        run.stop()

    stopping = Thread(target=stop)
    stopping.start()
    try:
        model.decode(batch, run)
    except RunStopped:
        return True
    finally:
        stopping.join()
    return False


def test_memory_is_flat_over_changing_lengths(model: Model) -> None:
    random = np.random.default_rng(0)
    fastest = model.facts.speed_range[1]

    def speak_some(times: int) -> int:
        """Bytes in use afterwards."""
        for length, speed in zip(
            random.integers(1, 13, times), random.uniform(1, fastest, times), strict=True
        ):
            speak(model, item(model, "ə" * int(length), speed=float(speed)))
        gc.collect()
        return resident_bytes()

    speak(model, item(model, "ə" * 12, speed=1.0))
    early = speak_some(40)
    assert speak_some(160) - early < 2e6


def resident_bytes() -> int:
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except FileNotFoundError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # its peak, and on macOS in bytes
    return pages * resource.getpagesize()
