"""Voice blends: how they are written, and what the catalogue makes of them."""

from pathlib import Path

import kokoro
import pytest

from vivavoce import validation
from vivavoce.catalogue import Catalogue
from vivavoce.core import SpeechRequest, Utterance
from vivavoce.errors import InvalidRequest
from vivavoce.models import blends, load
from vivavoce.models.blends import Part
from vivavoce.models.session import Device


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder = kokoro.install(tmp_path_factory.mktemp("models"), voices=[*kokoro.VOICES, "jf_alpha"])
    tone = load("viva", Path(__file__).parents[1] / "data" / "tone", Device("cpu"))
    return Catalogue([load("kokoro", folder, Device("cpu")), tone], {}, {"kokoro": {"alloy": "af_alloy"}})


def utterance(catalogue: Catalogue, voice: str, **fields: str) -> Utterance:
    request = SpeechRequest(**{"model": "kokoro", "input": "Hello.", "voice": voice, **fields})
    return validation.utterance(request, catalogue, max_input_characters=100)


@pytest.mark.parametrize(
    ("expression", "parts", "written"),
    [
        ("af_heart(2)+af_bella(1)", [("af_heart", 2.0), ("af_bella", 1.0)], "af_heart(2)+af_bella(1)"),
        ("af_heart+af_bella", [("af_heart", 1.0), ("af_bella", 1.0)], "af_heart(1)+af_bella(1)"),
        (" a ( .5 ) + b(0.25) ", [("a", 0.5), ("b", 0.25)], "a(0.5)+b(0.25)"),
        ("af_heart(3)", [("af_heart", 3.0)], "af_heart"),
        ("af_heart", [("af_heart", 1.0)], "af_heart"),
        ("a(1000)+b(0.001)", [("a", 1000.0), ("b", 0.001)], "a(1000)+b(0.001)"),
    ],
)
def test_an_expression_has_parts_and_one_way_to_be_written(expression, parts, written) -> None:
    assert blends.parse(expression) == tuple(Part(*part) for part in parts)
    assert blends.write(blends.parse(expression)) == written
    assert blends.write(blends.parse(written)) == written


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("a+", "'' is not a voice with a weight"),
        ("a++b", "'' is not a voice"),
        ("a(2", "'a(2' is not a voice"),
        ("a(-1)+b", "'a(-1)' is not a voice"),
        ("a(nan)+b", "is not a voice"),
        ("a(1e9)+b", "is not a voice"),
        ("a(0)+b(0)", "the weight of a must be from 0.001 to 1000"),
        ("a(9" + "9" * 400 + ")+b", "the weight of a must be"),
        ("+".join("abcdefghi"), "it has 9 voices; at most 8"),
        ("a b+c", "'a b' is not a voice"),
    ],
)
def test_what_is_wrong_with_a_blend_is_told(catalogue: Catalogue, expression: str, says: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        utterance(catalogue, expression)
    assert says in caught.value.message
    assert caught.value.param == "voice"


def test_a_blend_resolves_aliases_and_speaks_the_languages_of_its_voices(catalogue: Catalogue) -> None:
    american = utterance(catalogue, "alloy(2)+bf_emma")
    assert (american.voice, american.language) == ("af_alloy(2)+bf_emma(1)", "en-us")
    assert utterance(catalogue, "bf_emma+alloy").language == "en-gb"
    assert utterance(catalogue, "bf_emma+alloy", language_code="en-US").language == "en-us"


def test_a_voice_that_is_not_there_is_named(catalogue: Catalogue) -> None:
    with pytest.raises(InvalidRequest, match="'kokoro' has no voice 'af_sky'; it has: af_alloy, "):
        utterance(catalogue, "af_alloy+af_sky")


def test_a_model_that_cannot_blend_says_what_voices_it_has(catalogue: Catalogue) -> None:
    with pytest.raises(InvalidRequest, match=r"'tone' has no voice 'low\+high'; it has: low, high"):
        utterance(catalogue, "low+high", model="tone")


@pytest.mark.parametrize("voice", ["jf_alpha", "jf_alpha+af_alloy"])
def test_a_voice_of_a_language_that_cannot_be_read_is_refused(catalogue: Catalogue, voice: str) -> None:
    with pytest.raises(InvalidRequest, match=r"speaks ja, .* cannot be read yet; it can in: en-us, en-gb"):
        utterance(catalogue, voice)
