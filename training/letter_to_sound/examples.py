"""Training examples from the dictionaries, and the words held out from them.

In: the accent; out: aligned words with what the model is told of them, and the held-out words.
"""

import random
from dataclasses import dataclass

from alignment import Aligner, Sounds, sounds_of

from vivavoce.text.languages.lexicon import TIERS, dictionary

HELD_OUT = 1000
"""Words of each kind that are held out."""
_FAMILY = 5
"""Letters that words of a family begin with."""
_HIGHEST_COST = 4.0
"""Per letter; a word that aligns worse is an abbreviation."""


@dataclass(frozen=True)
class Entry:
    """A word of the dictionary."""

    word: str
    """In lower case."""
    sounds: Sounds
    is_gold: bool
    """Whether it comes from the checked dictionary, not from the larger rough one."""
    is_name: bool


@dataclass(frozen=True)
class Example:
    """A word with the sounds of each of its letters."""

    entry: Entry
    letters: tuple[Sounds, ...]


@dataclass(frozen=True)
class Split:
    """What to train with, and what to test with."""

    training: list[Example]
    random: list[Entry]
    """Held out at random: most have relatives in the training words (`criminal`, `criminalistic`)."""
    strangers: list[Entry]
    """Held out with all words that begin alike: as strange as the words that the model is for."""


def entries(accent: str) -> list[Entry]:
    """All single words of the dictionaries of `us` or `gb`, each once."""
    found: dict[str, Entry] = {}
    for tier in TIERS:
        for spelling, entry in dictionary(accent, tier).items():
            phonemes = entry if isinstance(entry, str) else entry["DEFAULT"]
            word = spelling.lower()
            if (
                phonemes
                and _is_word(spelling)
                and not (word in found and found[word].is_name <= (spelling != word))
            ):
                found[word] = Entry(word, sounds_of(phonemes), tier == "gold", spelling != word)
    return list(found.values())


def split(accent: str, seed: int) -> Split:
    """Aligned examples and held-out words, the same ones for the same seed."""
    listed = entries(accent)
    chance = random.Random(seed)
    gold = [entry for entry in listed if entry.is_gold]
    families = sorted({entry.word[:_FAMILY] for entry in gold})
    strange = set(chance.sample(families, HELD_OUT // 2))
    strangers = [entry for entry in gold if entry.word[:_FAMILY] in strange]
    held_out = chance.sample([entry for entry in gold if entry.word[:_FAMILY] not in strange], HELD_OUT)
    words = {entry.word for entry in listed}
    kept = [
        entry
        for entry in listed
        if entry.word[:_FAMILY] not in strange and (entry.is_gold or not _is_inflected(entry.word, words))
    ]
    kept = sorted(set(kept) - set(held_out), key=lambda entry: entry.word)
    return Split(_aligned(kept, seed), held_out, strangers)


def _is_word(spelling: str) -> bool:
    return len(spelling) > 1 and spelling.isascii() and spelling.isalpha() and spelling[1:].islower()


def _is_inflected(word: str, words: set[str]) -> bool:
    """Whether it only repeats another word with an ending that the lexicon knows how to say."""
    endings = {"s": ("",), "es": ("",), "ed": ("", "e"), "ing": ("", "e"), "ly": ("",), "ness": ("",)}
    stems = (
        word.removesuffix(ending) + tail
        for ending, tails in endings.items()
        for tail in tails
        if word.endswith(ending)
    )
    return any(stem in words or (stem[-2:-1] == stem[-1:] and stem[:-1] in words) for stem in stems)


def _aligned(listed: list[Entry], seed: int) -> list[Example]:
    aligner = Aligner([(entry.word, entry.sounds) for entry in listed], seed)
    examples = []
    for entry in listed:
        letters, cost = aligner.align(entry.word, entry.sounds)
        if cost < _HIGHEST_COST * len(entry.word):
            examples.append(Example(entry, tuple(letters)))
    return examples
