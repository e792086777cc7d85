"""The export against the `kokoro` package: same random weights, same noise; alone, in a batch, in 16 bits.

How near is near: the package's own two runs of the same text, which differ in their noise alone, are some
10 dB apart in their log spectra. With the same noise, what is left are the phases of the harmonics, which
the package sums in 32 bits, and that a phase near π may come out as −π.
"""

from collections.abc import Mapping

import numpy as np
import pytest
from export import published
from export.conftest import Checkpoint, noise_of, spoken, style_of

from vivavoce.models.base import EncodeItem, Model

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(1200)]


def expected(
    checkpoint: Checkpoint, model: Model, item: EncodeItem, noise: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Waveform and durations of the package."""
    style = style_of(model, item)
    return published.speak(checkpoint.network, item.phonemes, style, item.speed, noise)


@pytest.fixture(scope="module")
def references(checkpoint, models, items) -> list[tuple[np.ndarray, np.ndarray]]:
    model = models["fp32"]
    return [expected(checkpoint, model, item, noise_of(model, item)) for item in items]


@pytest.mark.parametrize("precision", ["fp32", "fp16"])
def test_symbols_last_as_long_as_in_the_package(
    models: Mapping[str, Model], items, references, precision
) -> None:
    rows = models[precision].encode(items, models[precision].new_run())
    for row, (waveform, durations) in zip(rows, references, strict=True):
        inner = np.concatenate(([durations[:2].sum()], durations[2:-2], [durations[-2:].sum()]))
        if len(durations) == 3:
            inner = durations.sum(keepdims=True)
        np.testing.assert_allclose(np.array(row.phoneme_seconds) / 0.025, inner, atol=1e-6)
        assert len(row.values) * 600 == len(waveform)


@pytest.mark.parametrize(("precision", "most_db", "least_db"), [("fp32", 1.0, 15), ("fp16", 2.0, 10)])
@pytest.mark.parametrize("batched", [False, True])
def test_the_sound_is_that_of_the_package(
    models, items, references, checkpoint, precision, most_db, least_db, batched
) -> None:
    model = models[precision]
    rows = spoken(model, items) if batched else [spoken(model, [item])[0] for item in items]
    for item, row, (waveform, _) in zip(items, rows, references, strict=True):
        distance = published.spectral_distance_db(waveform, row.samples)
        signal = published.signal_to_error_db(waveform, row.samples)
        own, _ = expected(checkpoint, model, item, None)
        own_distance = published.spectral_distance_db(waveform, own)
        print(
            f"random weights, {precision}, {'batch' if batched else 'alone'}, {len(row.samples)} samples: "
            f"{distance:.3f} dB apart (the package from itself: {own_distance:.2f} dB), "
            f"signal to error {signal:.1f} dB"
        )
        assert distance < most_db
        assert distance < own_distance / 4
        assert signal > least_db


@pytest.mark.parametrize(("precision", "most"), [("fp32", 1e-4), ("fp16", 2e-3)])
def test_a_row_of_a_batch_is_what_it_is_alone(models, items, precision, most) -> None:
    model = models[precision]
    for item, together in zip(items, spoken(model, items), strict=True):
        (alone,) = spoken(model, [item])
        difference = np.abs(together.samples - alone.samples).max()
        print(f"random weights, {precision}: a row differs by {difference:.1e} from itself alone")
        assert together.phoneme_seconds == alone.phoneme_seconds
        assert difference < most


def test_the_phase_that_the_package_draws_does_not_reach_its_sound(checkpoint, models, items) -> None:
    """So there is no such input."""
    import torch

    model, item = models["fp32"], items[0]
    noise = noise_of(model, item)
    first, _ = expected(checkpoint, model, item, noise)
    torch.manual_seed(1)  # of torch.rand, which draws the phases
    second, _ = expected(checkpoint, model, item, noise)
    np.testing.assert_array_equal(first, second)
