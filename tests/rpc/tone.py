"""The whole pipeline, with a model of a few kilobytes that hums."""

from pathlib import Path

from vivavoce.catalogue import Catalogue
from vivavoce.engine import Engine, Limits
from vivavoce.models import load
from vivavoce.models.session import Device
from vivavoce.synthesizer import Synthesizer
from vivavoce.text import FrontEnd

DIRECTORY = Path(__file__).parents[1] / "data" / "tone"
ENDLESS = "[forever](/∞/)"
"""A word that the model never gets done with."""


class Failing:
    """A model whose device is lost after so many windows."""

    def __init__(self, model, windows) -> None:
        self._model = model
        self._windows = windows
        self.facts = model.facts
        self.new_run = model.new_run
        self.encode = model.encode

    def decode(self, items, run):
        self._windows -= len(items)
        if self._windows < 0:
            raise RuntimeError("the device is lost")
        return self._model.decode(items, run)


def tone():
    return load("viva", DIRECTORY, Device("cpu"))


def synthesizer(model, engine: Engine) -> Synthesizer:
    """Answers to the names of the embedded voice too."""
    catalogue = Catalogue([model], {"viva": "tone"}, {"tone": {"kathleen": "low"}})
    return Synthesizer(catalogue, FrontEnd(), engine, max_input_characters=4096)


def engine(**limits) -> Engine:
    return Engine(Limits(**limits))
