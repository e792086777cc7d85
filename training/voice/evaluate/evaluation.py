"""All measurements of one run: what is measured, in which order, of whom."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from training.voice.evaluate import (
    characters,
    cost,
    distance,
    joins,
    pictures,
    prosody,
    robustness,
    roughness,
    word_errors,
)
from training.voice.evaluate.copy_synthesis import CopySynthesis
from training.voice.evaluate.other_programs import Espeak, Flite
from training.voice.evaluate.store import Store
from training.voice.evaluate.systems import Embedded, OtherTakes, Recordings, Script, System
from training.voice.evaluate.tables import Table
from training.voice.evaluate.two_sample import TwoSample
from training.voice.evaluate.utterances import HERE, Recorded, Utterance, recorded, sentences

PICTURES = 10
RECORDINGS_OF_PROSODY = 120
PROGRAMS_SHARE = 3
"""Of the sentences, one in three is enough to compare the pace and melody of programs with."""
CHARACTERS_SHARE = 7
"""One sentence in so many is said by every voice of a model."""
TIMED_SENTENCES = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """What the command line asks for."""

    systems: tuple[tuple[str, Path], ...]
    """Name and folder."""
    recordings: Path
    alignment: Path | None
    """JSON: id → frames of each symbol of the recording's phonemes."""
    espeak: bool
    flite: Path | None
    """A program."""
    trained_prompts: int
    """How many prompts that were trained on are added to the two-sample test."""
    pictures: Path
    """A folder."""
    work: Path
    processes: int


class Evaluation:
    """Everybody who speaks, and what they say."""

    def __init__(self, choice: Choice) -> None:
        self.choice = choice
        self.store = Store(choice.work, processes=choice.processes)
        self.recorded: Recorded = recorded(choice.recordings)
        self.sentences: tuple[Utterance, ...] = sentences(HERE / "sentences.txt")
        self.odd_texts: tuple[Utterance, ...] = sentences(HERE / "robustness.txt")
        alignment = json.loads(choice.alignment.read_text()) if choice.alignment else {}
        self.recordings = Recordings(self.recorded, alignment)
        self.voices = [Embedded(name, folder, self.store) for name, folder in choice.systems]
        self.script: Script = self.voices[0].script
        copies = [CopySynthesis(voice, self.recordings, self.store) for voice in self.voices]
        self.copies = [copy for copy in copies if copy.is_possible()]
        self.programs: list[System] = []
        if choice.espeak:
            self.programs.append(Espeak(self.script, self.store))
        if choice.flite:
            self.programs.append(Flite(choice.flite, self.script, self.store))

    @property
    def made(self) -> list[System]:
        """Everybody but the recordings."""
        return [OtherTakes(self.recorded, self.recordings), *self.copies, *self.voices, *self.programs]

    def word_errors(self) -> list[Table]:
        held_out = word_errors.held_out(
            [self.recordings, *self.made], self.recorded.held_out, self.script, self.store
        )
        new = word_errors.new_sentences(
            [*self.voices, *self.programs], self.sentences, self.script, self.store
        )
        return [new, held_out]

    def distance(self) -> list[Table]:
        return [distance.table(self.recordings, self.made, self.recorded.held_out, self.store)]

    def prosody(self) -> list[Table]:
        """The recordings say their own prompts."""
        own = (self.recordings, self.recorded.trained[:RECORDINGS_OF_PROSODY])
        voices = [(voice, self.sentences) for voice in self.voices]
        programs = [(program, self.sentences[::PROGRAMS_SHARE]) for program in self.programs]
        return prosody.tables([own, *voices, *programs], self.script, self.store)

    def roughness(self) -> list[Table]:
        return [roughness.table([self.recordings, *self.made], self.recorded.held_out, self.store)]

    def joins(self) -> list[Table]:
        return [joins.table(self.voices, self.sentences[::3])]

    def two_sample(self) -> list[Table]:
        typical_of = self.recorded.trained[-RECORDINGS_OF_PROSODY:]
        test = TwoSample(self.recordings, typical_of, self.store)
        held_out = test.tables(
            "Told from the recordings, held-out prompts", self.made, self.recorded.held_out
        )
        if not self.choice.trained_prompts:
            return held_out
        more = (*self.recorded.held_out, *self.recorded.trained[: self.choice.trained_prompts])
        title = f"with {self.choice.trained_prompts} prompts that were trained on"
        voices: list[System] = [*self.copies, *self.voices]
        return [*held_out, *test.tables(f"Told from the recordings, {title}", voices, more)]

    def cost(self) -> list[Table]:
        return [cost.table(self.voices, self.sentences[:TIMED_SENTENCES])]

    def robustness(self) -> list[Table]:
        return [robustness.table(voice, self.odd_texts, self.store) for voice in self.voices]

    def characters(self) -> list[Table]:
        chosen = self.sentences[::CHARACTERS_SHARE]
        return [characters.table(voice, chosen, self.store) for voice in self.voices]

    def pictures(self) -> list[Table]:
        held_out = self.recorded.held_out
        chosen = held_out[:: max(1, len(held_out) // PICTURES)][:PICTURES]
        for voice in self.voices:
            for one in chosen:
                file = self.choice.pictures / f"{voice.name}-{one.id}.png"
                pictures.draw(self.recordings, voice, one, self.store, file)
        return []


MEASURES: Mapping[str, Callable[[Evaluation], list[Table]]] = MappingProxyType(
    {
        "words": Evaluation.word_errors,
        "distance": Evaluation.distance,
        "prosody": Evaluation.prosody,
        "roughness": Evaluation.roughness,
        "joins": Evaluation.joins,
        "two-sample": Evaluation.two_sample,
        "cost": Evaluation.cost,
        "robustness": Evaluation.robustness,
        "characters": Evaluation.characters,
        "pictures": Evaluation.pictures,
    }
)
"""In the order of the report."""
