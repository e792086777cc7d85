"""Our own words and corrections to the dictionaries, from data/english_*.txt.

A line is `word [READING] american british`; READING is a key of `homographs` and DEFAULT if it is left out.
"""

from collections.abc import Mapping
from importlib.resources import files
from itertools import chain

from vivavoce.text.languages.inflections import Accent
from vivavoce.text.languages.lexicon import DEFAULT, Readings

FILES = ("english_words.txt", "english_names.txt")


def own_words(accent: Accent) -> Mapping[str, Readings]:
    """Word → its readings in that accent."""
    words: dict[str, dict[str, str]] = {}
    for line in chain.from_iterable(map(_lines, FILES)):
        if line and not line.startswith("#"):
            word, *reading, american, british = line.split()
            words.setdefault(word, {})[reading[0] if reading else DEFAULT] = (
                american if accent.rhotic else british
            )
    return words


def _lines(name: str) -> list[str]:
    return files("vivavoce.text.languages").joinpath("data", name).read_text("utf-8").splitlines()
