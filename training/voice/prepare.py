"""Recordings → the working folder: features of every clip, and phonemes from the service's own front end.

In: a folder with `metadata.csv` (id|text per line; more columns are passed over) and `flac/<id>.flac`, 24 kHz
mono; with `heldout.json`, a list of ids, if the held-out utterances are chosen already.
"""

import json
import random
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import soundfile
import torch

from training.voice.corpus import Corpus, Utterance
from training.voice.features import HOP, SAMPLE_RATE_HERTZ, Array, log_mel, measured_f0
from training.voice.progress import track
from training.voice.settings import Settings
from training.voice.symbols import SYMBOLS


def prepare(recordings: Path, corpus: Corpus, settings: Settings, f0: Path | None) -> None:
    """Fills `corpus`; clips that are there already are kept.

    `f0`: an .npz with [2, frames] per id, log F0 and voicing, to save the tracker's time. Raises ValueError
    for a clip that is not 24 kHz mono.
    """
    corpus.features.mkdir(parents=True, exist_ok=True)
    texts = _texts(recordings / "metadata.csv")
    corpus.write(_utterances(texts, _held_out(recordings, texts, settings), settings))
    measured = np.load(f0) if f0 else {}
    for name in track(texts, "features"):
        target = corpus.features / f"{name}.npz"
        if not target.exists():
            _store(recordings / "flac" / f"{name}.flac", target, measured.get(name))


def _texts(metadata: Path) -> dict[str, str]:
    lines = metadata.read_text(encoding="utf-8").splitlines()
    return {name: text for name, text, *_ in (line.split("|") for line in lines)}


def _held_out(recordings: Path, texts: Mapping[str, str], settings: Settings) -> set[str]:
    """The listed ids, or the last take of prompts drawn by the seed."""
    listed = recordings / "heldout.json"
    if listed.exists():
        return set(json.loads(listed.read_text()))
    takes = {text: name for name, text in texts.items()}
    prompts = sorted(takes)
    count = min(settings.held_out, len(prompts) // 5)
    return {takes[text] for text in random.Random(settings.seed).sample(prompts, count)}


def _utterances(texts: Mapping[str, str], held_out: set[str], settings: Settings) -> list[Utterance]:
    prompts = {texts[name] for name in held_out}
    said = dict(zip(texts, phonemes_of(texts.values(), settings), strict=True))

    def part(name: str) -> str:
        if name in held_out:
            return "held-out"
        return "neither" if texts[name] in prompts else "training"

    return [Utterance(name, text, said[name], part(name)) for name, text in texts.items()]


def phonemes_of(texts: Iterable[str], settings: Settings) -> list[str]:
    """What the service would say for each text, its segments joined: what is trained is what is spoken."""
    from vivavoce.text import FrontEnd

    front_end = FrontEnd()
    symbols = frozenset(symbol for symbol in SYMBOLS if len(symbol) == 1)
    every = (
        front_end.prepare(
            text, language=settings.language, symbols=symbols, max_phonemes=settings.max_phonemes
        )
        for text in texts
    )
    return [" ".join(one.phonemes for one in segments if one.phonemes) for segments in every]


def _store(recording: Path, target: Path, f0: Array | None) -> None:
    samples, rate = soundfile.read(recording, dtype="int16")
    if rate != SAMPLE_RATE_HERTZ or samples.ndim != 1:
        raise ValueError(f"{recording}: {rate} Hz, {samples.ndim} dimensions; 24000 Hz and mono are wanted")
    samples = np.pad(samples, (0, -len(samples) % HOP))
    sound = samples.astype(np.float32) / 32767
    log_f0, voiced = measured_f0(sound.astype(np.float64)) if f0 is None else f0.astype(np.float32)
    mel = log_mel(torch.from_numpy(sound)).numpy().T
    unfinished = target.with_suffix(".unfinished.npz")
    np.savez(unfinished, samples=samples, mel=mel.astype(np.float32), log_f0=log_f0, voiced=voiced)
    unfinished.rename(target)
