"""Our own words and corrections to the dictionaries, from data/english.txt.

A line is `word [READING] american british`; READING is a key of `homographs` and DEFAULT if it is left out.
"""

from collections.abc import Mapping
from importlib.resources import files

from vivavoce.text.languages.inflections import Accent
from vivavoce.text.languages.lexicon import DEFAULT, Readings


def own_words(accent: Accent) -> Mapping[str, Readings]:
    """Word → its readings in that accent."""
    text = files("vivavoce.text.languages").joinpath("data", "english.txt").read_text("utf-8")
    words: dict[str, dict[str, str]] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            word, *reading, american, british = line.split()
            words.setdefault(word, {})[reading[0] if reading else DEFAULT] = (
                american if accent.rhotic else british
            )
    return words
