"""The distance of moments: none between alike sounds, seen where no single window is odd, and undone."""

import pytest
import torch

from training.voice.moments import FIRST_STEPS, Moments, traits

WINDOW = 8192


def hiss(count, seed, loud=0.1):
    """Noise whose level is another in every window."""
    generator = torch.Generator().manual_seed(seed)
    levels = torch.exp(0.5 * torch.randn(count, 1, generator=generator)) * loud
    return levels * torch.randn(count, WINDOW, generator=generator)


@pytest.fixture(scope="module")
def recorded():
    return traits(hiss(3000, seed=1))


def apart(recorded, change):
    """The mean of the unbiased estimates."""
    moments = Moments(recorded)
    found = []
    for batch in range(FIRST_STEPS + 40):
        made, real = hiss(16, seed=100 + 2 * batch), hiss(16, seed=101 + 2 * batch)
        found.append(moments.distance(traits(change(made)), traits(real))[1])
    return sum(found[FIRST_STEPS:]) / 40


def test_alike_sounds_are_not_apart_and_what_no_single_window_shows_is_seen(recorded):
    alike = abs(apart(recorded, lambda samples: samples))
    assert alike < 0.5
    assert apart(recorded, flutter) > 2 + 4 * alike


def flutter(samples):
    """A tenth louder and softer, every 10 ms."""
    gate = 1 + 0.1 * torch.sign(torch.sin(torch.arange(WINDOW) * (2 * torch.pi / 480)))
    return samples * gate


def test_its_gradient_undoes_the_change(recorded):
    moments, gain = Moments(recorded), torch.tensor(0.4, requires_grad=True)
    optimiser = torch.optim.Adam([gain], lr=0.01)
    for batch in range(FIRST_STEPS + 110):
        made, real = hiss(8, seed=2 * batch), hiss(8, seed=2 * batch + 1)
        loss, _ = moments.distance(traits(made * torch.exp(gain)), traits(real))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert abs(gain.item()) < 0.2
