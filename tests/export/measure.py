"""Figures of the export, with random weights: speed and memory beside the package's own export, and how far
a window of the decoder is from the same stretch of the whole.

    python tests/export/measure.py make FOLDER      a checkpoint, its stock export, ours (some 2 GB)
    python tests/export/measure.py speed FOLDER
    python tests/export/measure.py windows FOLDER

Each line of `speed` is a process of its own, one after the other, with one thread.
"""

import json
import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).parents[1]))

import kokoro
import numpy as np
from export import published

from vivavoce.models import load
from vivavoce.models.base import DecodeItem, EncodeItem, Model
from vivavoce.models.kokoro_batched import SAMPLES_PER_FRAME
from vivavoce.models.session import Device, SessionRun

SHORT = "ðə pˈækɪʤ ʃˌʊd əɹˈIv sˈun."
LONG = "ðə pˈækɪʤ ʃˌʊd əɹˈIv ˌɔn θˈɜɹzdˌA, ʃˈɔɹtli ˈæftəɹ lˈʌnʧ. " * 2
VOICE = "af_heart"
MODES = {"stock": ("stock", 1), "ours 1": ("fp32", 1), "ours 4": ("fp32", 4), "ours 8": ("fp32", 8)}
TEXTS = 8
CONTEXTS = (10, 40, 80)
WINDOW_FRAMES = 40


def make(folder: Path) -> None:
    import torch

    from vivavoce.cli.program import run

    folder.mkdir(parents=True, exist_ok=True)
    network = published.model(None, folder)
    torch.save(published.state(network), folder / "weights.pth")
    (folder / "config.json").write_text(json.dumps(published.config()), encoding="utf-8")
    kokoro.add_voices(folder)
    made = {"--checkpoint": "weights.pth", "--config": "config.json", "--voices": "voices", "--out": "fp32"}
    run(["export", "kokoro", *(word for flag, name in made.items() for word in (flag, str(folder / name)))])
    stock = folder / "stock"
    stock.mkdir()
    kokoro.add_voices(stock)
    (stock / "config.json").write_bytes((folder / "config.json").read_bytes())
    published.export_stock(folder / "weights.pth", stock / "model.onnx")
    kokoro.describe(stock)


def items(count: int) -> list[EncodeItem]:
    """Sentences of about the same length, as the engine puts them into one batch."""
    return [EncodeItem(SHORT[index % 5 :], VOICE, 1.0, seed=index) for index in range(count)]


def speak(model: Model, batch: list[EncodeItem]) -> float:
    """Seconds of audio."""
    rows = model.encode(batch, model.new_run())
    decoded = model.decode([DecodeItem(row, row.windows[0]) for row in rows], model.new_run())
    return sum(len(one.samples) for one in decoded) / model.facts.sample_rate_hertz


def one_speed(folder: Path, mode: str) -> None:
    kind, rows = MODES[mode]
    family = "kokoro" if kind == "stock" else "kokoro-batched"
    model = load(family, folder / kind, Device("cpu", threads=1))
    speak(model, items(1))
    began, began_cpu, audio = perf_counter(), process_time(), 0.0
    texts = items(TEXTS)
    for start in range(0, TEXTS, rows):
        audio += speak(model, texts[start : start + rows])
    seconds, cpu_seconds = perf_counter() - began, process_time() - began_cpu
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"random weights, {mode:7} {audio:.1f} s of audio: {audio / cpu_seconds:.2f} a second of a core, "
        f"{audio / seconds:.2f} a second; {megabytes:.0f} MB at most",
        flush=True,
    )


def speed(folder: Path) -> None:
    for mode in [*MODES, *reversed(MODES)]:  # twice, so that a machine whose speed drifts shows it
        subprocess.run([sys.executable, __file__, "one_speed", str(folder), mode], check=True)


def windows(folder: Path) -> None:
    """Each window of a long text with so many frames around it, against the same stretch of the whole."""
    model = load("kokoro-batched", folder / "fp32", Device("cpu", threads=2))
    (row,) = model.encode([EncodeItem(LONG, VOICE, 1.0, 0)], model.new_run())
    silent = row.values.copy()
    silent[:, -4:-2] = 0
    for name, frames in (("without voice, so without phases", silent), ("as it is", row.values)):
        noise = model._noise_of(row)
        whole = decoded(model, row.style, frames, noise)
        other = decoded(model, row.style, frames, noise[::-1].copy())
        print(f"random weights, {len(frames)} frames, {name}: other noise is {_told(whole, other)}")
        for context in CONTEXTS:
            joined = np.concatenate(
                [
                    window(model, row.style, frames, noise, start, context)
                    for start in range(0, len(frames), WINDOW_FRAMES)
                ]
            )
            print(
                f"  windows of {WINDOW_FRAMES} frames with {context:3} around: {_told(whole, joined)}",
                flush=True,
            )


def window(
    model: Model, style: np.ndarray, frames: np.ndarray, noise: np.ndarray, start: int, context: int
) -> np.ndarray:
    first, last = max(0, start - context), min(len(frames), start + WINDOW_FRAMES + context)
    stretch = noise[first * SAMPLES_PER_FRAME : last * SAMPLES_PER_FRAME]
    samples = decoded(model, style, frames[first:last], stretch)
    own = slice((start - first) * SAMPLES_PER_FRAME, (start - first + WINDOW_FRAMES) * SAMPLES_PER_FRAME)
    return samples[own]


def decoded(model: Model, style: np.ndarray, frames: np.ndarray, noise: np.ndarray) -> np.ndarray:
    feeds = {
        "frames": frames[None],
        "lengths": np.array([len(frames)]),
        "style": style[None],
        "noise": noise[None],
    }
    return model._decoder.run(feeds, SessionRun())[0][0]


def _told(whole: np.ndarray, other: np.ndarray) -> str:
    distance = published.spectral_distance_db(whole, other)
    return f"{distance:.2f} dB apart, signal to error {published.signal_to_error_db(whole, other):.1f} dB"


if __name__ == "__main__":
    globals()[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
