"""Measures a letter-to-sound model on held-out words, as the product runs it."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from alignment import Sounds, plain, sounds_of
from examples import Entry

from vivavoce.text.languages.letter_to_sound import LetterToSound


def report(path: Path, held_out: Mapping[str, Sequence[Entry]]) -> None:
    """Prints the share of words that are right and of phonemes that are wrong, with and without stress."""
    model = LetterToSound(path.name)
    print("| held out | words | right | right but for stress | phonemes wrong | but for stress | ms a word |")
    print("|---|---|---|---|---|---|---|")
    for name, entries in held_out.items():
        start = time.perf_counter()
        said = [sounds_of(model.sound_out(entry.word, is_name=entry.is_name)) for entry in entries]
        milliseconds = 1000 * (time.perf_counter() - start) / len(entries)
        exact = [(entry.sounds, sounds) for entry, sounds in zip(entries, said, strict=True)]
        bare = [(plain(wanted), plain(sounds)) for wanted, sounds in exact]
        cells = (_right(exact), _right(bare), _wrong_sounds(exact), _wrong_sounds(bare))
        print(
            f"| {name} | {len(entries)} |",
            " | ".join(f"{cell:.1%}" for cell in cells),
            f"| {milliseconds:.2f} |",
        )


def _right(pairs: Sequence[tuple[Sounds, Sounds]]) -> float:
    return sum(wanted == said for wanted, said in pairs) / len(pairs)


def _wrong_sounds(pairs: Sequence[tuple[Sounds, Sounds]]) -> float:
    return sum(_distance(wanted, said) for wanted, said in pairs) / sum(len(wanted) for wanted, _ in pairs)


def _distance(wanted: Sounds, said: Sounds) -> int:
    """Levenshtein's."""
    row = list(range(len(said) + 1))
    for index, sound in enumerate(wanted, start=1):
        diagonal, row[0] = row[0], index
        for column, other in enumerate(said, start=1):
            diagonal, row[column] = (
                row[column],
                min(row[column] + 1, row[column - 1] + 1, diagonal + (sound != other)),
            )
    return row[-1]
