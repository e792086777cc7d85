"""Through the whole service: the package's own export, one text at a time, and ours."""

from contextlib import aclosing

import kokoro
import numpy as np
import pytest
from export import published

from vivavoce.catalogue import Catalogue
from vivavoce.core import SpeechRequest
from vivavoce.engine import Engine, Limits
from vivavoce.models import load
from vivavoce.models.base import Model
from vivavoce.models.session import Device
from vivavoce.synthesizer import Synthesizer
from vivavoce.text import FrontEnd

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(1200)]

TEXT = "Hello! The package should arrive on Thursday, shortly after lunch."


@pytest.fixture(scope="module")
def stock(checkpoint, tmp_path_factory: pytest.TempPathFactory) -> Model:
    folder = tmp_path_factory.mktemp("stock")
    published.export_stock(checkpoint.weights, folder / "model.onnx")
    (folder / "config.json").write_bytes(checkpoint.config.read_bytes())
    (folder / "voices").mkdir()
    for pack in checkpoint.voices.glob("*.bin"):
        (folder / "voices" / pack.name).write_bytes(pack.read_bytes())
    kokoro.describe(folder, id="stock")
    return load("kokoro", folder, Device("cpu"))


async def say(synthesizer: Synthesizer, model: Model, **fields: object) -> tuple[np.ndarray, list]:
    """Samples and word times."""
    request = SpeechRequest(model.facts.id, TEXT, model.facts.voices[0].id, response_format="pcm", **fields)
    audio, words = b"", []
    async with aclosing(synthesizer.speak(synthesizer.utterance(request))) as chunks:
        async for chunk in chunks:
            audio += chunk.audio
            words += chunk.words
    return np.frombuffer(audio, "<i2") / 32768, words


async def test_ours_says_the_same_words_at_the_same_times(stock: Model, models) -> None:
    catalogue = Catalogue([stock, *models.values()], {}, {})
    engine = Engine(Limits(first_audio_seconds=600, max_gap_seconds=600))
    synthesizer = Synthesizer(catalogue, FrontEnd(), engine, max_input_characters=4096)
    await engine.start()
    try:
        expected, times = await say(synthesizer, stock)
        again, _ = await say(synthesizer, stock)
        own = published.spectral_distance_db(expected, again)
        for name, model in models.items():
            samples, own_times = await say(synthesizer, model)
            repeated, _ = await say(synthesizer, model)
            distance = published.spectral_distance_db(expected, samples)
            print(
                f"random weights, through the service: {name} is {distance:.2f} dB from the stock export, "
                f"which is {own:.2f} dB from itself"
            )
            assert own_times == times
            assert len(samples) == len(expected)
            assert distance < 1.5 * own
            np.testing.assert_array_equal(samples, repeated)
    finally:
        await engine.close()
        synthesizer.close()
    assert len(times) == len(TEXT.split())
