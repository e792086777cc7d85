"""Forced alignment: how many frames each symbol of each utterance lasts.

Gaussian models of the states are learnt from a flat start by Viterbi training; then a small convolutional
classifier of frames, learnt from that alignment, takes their place (posterior over prior, as in Bourlard and
Morgan's hybrid models, 1994). Everything runs on a grid of half frames, 5.3 ms.
"""

import json
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from training.voice.corpus import Clip, Corpus
from training.voice.features import HOP, Array, log_mel
from training.voice.hmm import STATE_COUNT, Chain, Floats, Ints, best_paths
from training.voice.progress import bars
from training.voice.settings import Settings
from training.voice.symbols import PAUSES

GAUSSIAN_ROUNDS, CLASSIFIER_ROUNDS, EPOCHS = 12, 2, 5
CEPSTRA = 14
VARIANCE_FLOOR = 0.05
PRIOR_WEIGHT = 0.6
BATCH = 12
TOGETHER = 32
"""Utterances whose paths are sought at once."""


def align(corpus: Corpus, settings: Settings) -> None:
    """Writes the alignment of all clips: id → frames per symbol."""
    clips = sorted(corpus.clips(), key=lambda clip: len(clip.samples))
    chains = [Chain.of(clip.ids.tolist()) for clip in clips]
    sounds = _normalised([cepstra(clip.samples) for clip in clips])
    paths = [chain.evenly(len(sound)) for chain, sound in zip(chains, sounds, strict=True)]
    frames = sum(map(len, sounds))
    with bars() as shown:
        task = shown.add_task("alignment", total=GAUSSIAN_ROUNDS + CLASSIFIER_ROUNDS, note="")
        for round_ in range(GAUSSIAN_ROUNDS + CLASSIFIER_ROUNDS):
            labels = [chain.states[path] for chain, path in zip(chains, paths, strict=True)]
            if round_ < GAUSSIAN_ROUNDS:
                emissions = gaussian_emissions(sounds, labels)
            else:
                emissions = classifier_emissions(sounds, labels, settings.seed + round_)
            paths, total = _searched(emissions, chains)
            shown.update(task, advance=1, note=f"{total / frames:.2f} nats a frame")
            if shown.disable:
                print(f"alignment round {round_ + 1}: {total / frames:.3f} nats a frame", flush=True)
    durations = {
        clip.id: frames_per_symbol(clip, chain, path).tolist()
        for clip, chain, path in zip(clips, chains, paths, strict=True)
    }
    corpus.alignment.write_text(json.dumps(durations))


def cepstra(samples: NDArray[np.int16]) -> Array:
    """Cepstra and their slopes on the fine grid, shape [2 · frames, 2 · CEPSTRA]."""
    sound = torch.from_numpy(samples.astype(np.float32) / 32767)
    mel = log_mel(sound, hop=HOP // 2, fft_size=512, bands=40)
    cosines = torch.cos(torch.arange(CEPSTRA)[:, None] * (torch.arange(40) + 0.5) * np.pi / 40)
    still = cosines @ mel
    padded = functional.pad(still[None], (3, 3), mode="replicate")[0]
    length = still.shape[1]
    slopes = sum(
        k * (padded[:, 3 + k : 3 + k + length] - padded[:, 3 - k : 3 - k + length]) for k in (1, 2, 3)
    )
    return torch.cat([still, slopes]).T.numpy()


def _normalised(sounds: Sequence[Array]) -> list[Array]:
    every = np.concatenate(sounds)
    mean, deviation = every.mean(0), every.std(0)
    return [((sound - mean) / deviation).astype(np.float32) for sound in sounds]


def _searched(emissions: Sequence[Floats], chains: Sequence[Chain]) -> tuple[list[Ints], float]:
    paths: list[Ints] = []
    total = 0.0
    for start in range(0, len(chains), TOGETHER):
        found, score = best_paths(emissions[start : start + TOGETHER], chains[start : start + TOGETHER])
        paths += found
        total += score
    return paths, total


def gaussian_emissions(sounds: Sequence[Array], labels: Sequence[Ints]) -> list[Floats]:
    """Log-likelihoods [frames, STATE_COUNT] under one Gaussian per state, fitted to `labels`."""
    every, label = np.concatenate(sounds), np.concatenate(labels)
    count = np.bincount(label, minlength=STATE_COUNT)[:, None]
    sums = np.stack([np.bincount(label, column, STATE_COUNT) for column in every.T], 1)
    squares = np.stack([np.bincount(label, column**2, STATE_COUNT) for column in every.T], 1)
    mean = sums / np.maximum(count, 1)
    # Five frames of unit variance more for each state, so that a rare one is not too sure of itself.
    variance = np.maximum((squares + 5) / (count + 5) - mean**2 * count / (count + 5), VARIANCE_FLOOR)
    constant = (mean**2 / variance + np.log(variance)).sum(1).astype(np.float32)
    precision, weighted = ((1 / variance).T.astype(np.float32), (mean / variance).T.astype(np.float32))
    return [-0.5 * (sound**2 @ precision - 2 * sound @ weighted + constant) for sound in sounds]


def classifier_emissions(sounds: Sequence[Array], labels: Sequence[Ints], seed: int) -> list[Floats]:
    """Log-posteriors less weighted log-priors [frames, STATE_COUNT], by a classifier learnt from `labels`."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(seed)
    network = _classifier().to(device)
    _fit(network, sounds, labels, np.random.default_rng(seed), device)
    counts = np.bincount(np.concatenate(labels), minlength=STATE_COUNT) + 50
    prior = torch.log(torch.from_numpy(counts / counts.sum())).float().to(device)
    network.eval()
    with torch.no_grad():
        posteriors = (network(torch.from_numpy(sound.T)[None].to(device))[0].T for sound in sounds)
        return [(torch.log_softmax(one, 1) - PRIOR_WEIGHT * prior).cpu().numpy() for one in posteriors]


def _classifier() -> nn.Sequential:
    wide = {"padding": 4, "dilation": 2}
    return nn.Sequential(
        *(nn.Conv1d(2 * CEPSTRA, 192, 9, padding=4), nn.GELU()),
        *(nn.Conv1d(192, 192, 5, **wide), nn.GELU()),
        *(nn.Conv1d(192, 192, 5, **wide), nn.GELU(), nn.Dropout(0.2)),
        nn.Conv1d(192, STATE_COUNT, 1),
    )


def _fit(
    network: nn.Module,
    sounds: Sequence[Array],
    labels: Sequence[Ints],
    rng: np.random.Generator,
    device: torch.device,
) -> None:
    optimiser = torch.optim.AdamW(network.parameters(), 2e-3)
    batches = [range(start, min(start + BATCH, len(sounds))) for start in range(0, len(sounds), BATCH)]
    for epoch in range(EPOCHS):
        optimiser.param_groups[0]["lr"] = 2e-3 * (1 - epoch / EPOCHS)
        for at in rng.permutation(len(batches)):
            heard = nn.utils.rnn.pad_sequence(
                [torch.from_numpy(sounds[i]) for i in batches[at]], batch_first=True
            )
            wanted = [torch.from_numpy(labels[i]) for i in batches[at]]
            states = nn.utils.rnn.pad_sequence(wanted, batch_first=True, padding_value=-100)
            scores = network(heard.transpose(1, 2).to(device))
            loss = functional.cross_entropy(scores, states.to(device), label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()


def frames_per_symbol(clip: Clip, chain: Chain, path: Ints) -> NDArray[np.int64]:
    """Shape [symbols]; they sum to the clip's frames, and no sound is without one."""
    fine = np.bincount(chain.symbols[path], minlength=len(clip.ids))
    frames = len(clip.mel)
    ends = np.minimum(np.round(np.cumsum(fine) / 2).astype(np.int64), frames)
    ends[-1] = frames
    durations = np.diff(ends, prepend=0).astype(np.int64)
    for lost in map(int, np.flatnonzero((durations == 0) & (fine > 0) & ~np.isin(clip.ids, list(PAUSES)))):
        start = max(0, lost - 2)
        durations[start + int(np.argmax(durations[start : lost + 3]))] -= 1
        durations[lost] += 1
    assert durations.min() >= 0
    return durations
