"""What is said: our own sentences, and the recordings' prompts.

Sentences come from a file of `style <tab> text` lines; recordings from a folder with metadata.csv
(`id|text|phonemes`), heldout.json (ids) and flac/ID.flac, whose ids are PROMPT_TAKE.
"""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Utterance:
    """One text to be said."""

    id: str
    text: str
    style: str = ""
    recorded_phonemes: str = ""
    """Those that a recording was aligned with; empty for a sentence of ours."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The recordings' utterances."""

    folder: Path
    held_out: tuple[Utterance, ...]
    """Never trained on; one take of each of their prompts."""
    other_takes: tuple[Utterance, ...]
    """Further takes of held-out prompts, which are not trained on either; the id is the held-out one's."""
    take_ids: dict[str, str]
    """Id of a held-out utterance → id of its other take."""
    trained: tuple[Utterance, ...]
    """One take of each prompt that the voice learnt from, in a fixed order that mixes them well."""


def sentences(file: Path) -> tuple[Utterance, ...]:
    """The sentences of a file; their ids are style and number."""
    found: list[Utterance] = []
    counts: defaultdict[str, int] = defaultdict(int)
    for line in file.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            style, text = line.split("\t")
            found.append(Utterance(f"{style}{counts[style]:02d}", text, style))
            counts[style] += 1
    return tuple(found)


def recorded(folder: Path) -> Recorded:
    """The utterances of a folder of recordings."""
    rows = (line.split("|") for line in (folder / "metadata.csv").read_text(encoding="utf-8").splitlines())
    listed = {id_: Utterance(id_, text, "held-out", phonemes) for id_, text, phonemes in rows}
    held_out = [listed[id_] for id_ in json.loads((folder / "heldout.json").read_text())]
    by_prompt: defaultdict[str, list[Utterance]] = defaultdict(list)
    for utterance in listed.values():
        by_prompt[_prompt(utterance.id)].append(utterance)
    held_prompts = {_prompt(one.id) for one in held_out}
    takes = {
        one.id: others[0].id
        for one in held_out
        if (others := [take for take in by_prompt[_prompt(one.id)] if take.id != one.id])
    }
    trained = [takes_of[0] for prompt, takes_of in sorted(by_prompt.items()) if prompt not in held_prompts]
    return Recorded(
        folder,
        held_out=tuple(held_out),
        other_takes=tuple(one for one in held_out if one.id in takes),
        take_ids=takes,
        trained=tuple(_mixed(trained)),
    )


def _prompt(id_: str) -> str:
    return id_.rsplit("_", 1)[0]


def _mixed(utterances: list[Utterance]) -> list[Utterance]:
    """Every 37th, then their neighbours: any beginning of the list is spread over all of it."""
    return [one for start in range(37) for one in utterances[start::37]]
