"""The networks before they have learnt anything: what must hold whatever their weights are."""

import pytest
import torch

from training.voice.decoder import Decoder, Sharpening
from training.voice.features import BANDS, HOP, band_edges, log_mel
from training.voice.frames import CHANNELS
from training.voice.mel_flow import CHANNELS as FLOW_CHANNELS
from training.voice.mel_flow import MelFlow
from training.voice.settings import Export, Settings

TOLD = 12


@pytest.fixture
def decoder():
    torch.manual_seed(1)
    return Decoder(Settings().decoder_sizes).eval()


@pytest.fixture
def frames():
    torch.manual_seed(2)
    made = torch.randn(2, 64, CHANNELS) * 0.1
    made[..., BANDS], made[..., BANDS + 1], made[..., BANDS + 3] = 5.0, 1.0, torch.arange(64.0) + 500
    return made


def test_the_decoder_is_told_the_bands_of_the_very_noise_that_it_shapes(decoder, frames):
    noise, chance = decoder._drawn(frames)
    told = chance[0, :, :BANDS] * decoder.noise_deviation + decoder.noise_mean
    # Blocks of noise lie between the centres of frames: half a frame of silence before them puts the
    # measured frames on the centres.
    half = torch.zeros(HOP // 2)
    heard = log_mel(torch.cat([half, noise[0].flatten(), half])).T
    torch.testing.assert_close(told[3:-3], heard[3:-3], atol=1e-4, rtol=0)


def test_a_window_sounds_as_it_does_in_the_whole(decoder, frames):
    with torch.no_grad():
        whole, window = decoder(frames), decoder(frames[:, 9:53])
    torch.testing.assert_close(window, whole[:, 9 * HOP : 9 * HOP + window.shape[1]], atol=1e-5, rtol=0)


def test_sharpening_begins_as_nothing():
    bands = torch.randn(2, 20, BANDS)
    both = Sharpening(2)(bands)
    torch.testing.assert_close(both[:, :, 0], bands[:, 2:-2])
    torch.testing.assert_close(both[:, :, 1], bands[:, 2:-2])


@pytest.fixture
def flow():
    torch.manual_seed(3)
    network = MelFlow(Settings().mel_flow_sizes, TOLD).eval()
    torch.nn.init.normal_(network.leave.weight)
    return network


def drawn(flow, noise, lengths, export):
    frames = noise.shape[1]
    mask = (torch.arange(frames)[None] < torch.tensor(lengths)[:, None]).float()[..., None]
    torch.manual_seed(4)
    states = torch.randn(1, frames, TOLD).expand(len(lengths), -1, -1)
    condition = flow.condition(states, torch.zeros_like(noise), mask[..., 0])
    with torch.no_grad():
        return flow.drawn(noise, condition, mask, export)


def test_grain_is_drawn_where_it_is_to_be_heard_and_nowhere_else(flow):
    noise = torch.randn(1, 30, FLOW_CHANNELS)
    rest = drawn(flow, noise, [30], Export(grain_hertz=(3000, 5000)))
    centres = torch.from_numpy(band_edges()[1:-1])
    assert (rest[..., :BANDS][..., centres < 3000] == 0).all()
    assert (rest[..., :BANDS][..., centres > 3100].std((0, 1)) > 0).all()
    assert rest[..., BANDS].std() > 0


def test_a_row_of_grain_does_not_know_its_batch_mates(flow):
    noise = torch.randn(1, 30, FLOW_CHANNELS).expand(2, -1, -1)
    both = drawn(flow, noise, [20, 30], Export())
    torch.testing.assert_close(
        both[:1, :20], drawn(flow, noise[:1, :20], [20], Export()), atol=1e-4, rtol=1e-4
    )
