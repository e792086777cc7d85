"""Every row of the contract's table that can be told before any text is looked at."""

import math
from collections.abc import Sequence

import pytest

from vivavoce import validation
from vivavoce.catalogue import Catalogue
from vivavoce.core import Pronunciation, SpeechRequest, Utterance, Voice
from vivavoce.errors import InputTooLong, InvalidRequest, MissingParameter, ModelNotFound
from vivavoce.models.base import Facts

FACTS = Facts(
    id="viva",
    family="viva",
    license="Apache-2.0",
    owned_by="vivavoce",
    created_seconds=1_790_000_000,
    sample_rate_hertz=24000,
    voices=(Voice("kathleen", "Kathleen", ("en-US",)), Voice("emma", "Emma", ("en-GB", "en-US"))),
    symbols=frozenset("abc "),
    max_phonemes=400,
    speed_range=(0.5, 2.0),
)


class NamedModel:
    """A model that has facts and nothing to run."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts


def catalogue(models: Sequence[Facts] = (FACTS,)) -> Catalogue:
    return Catalogue(
        [NamedModel(facts) for facts in models],
        {"tts-1": "viva", "gone": "not-loaded"},
        {"viva": {"alloy": "kathleen", "lost": "nobody"}},
    )


def utterance(**fields: object) -> Utterance:
    request = SpeechRequest(**{"model": "viva", "input": "Hello.", "voice": "kathleen", **fields})
    return validation.utterance(request, catalogue(), max_input_characters=100)


def test_defaults_are_those_of_the_contract() -> None:
    assert utterance() == Utterance(
        input="Hello.", model="viva", voice="kathleen", audio_format="mp3", as_events=False, speed=1.0,
        sample_rate_hertz=24000, gain_db=0.0, language="en-us", pronunciations=(), seed=0,
    )  # fmt: skip


def test_aliases_are_resolved() -> None:
    spoken = utterance(model="tts-1", voice="alloy")
    assert (spoken.model, spoken.voice) == ("viva", "kathleen")


@pytest.mark.parametrize(
    ("fields", "error", "param"),
    [
        ({"model": ""}, MissingParameter, "model"),
        ({"input": ""}, MissingParameter, "input"),
        ({"input": " \n\t "}, MissingParameter, "input"),
        ({"voice": " "}, MissingParameter, "voice"),
        ({"model": "nope"}, ModelNotFound, "model"),
        ({"model": "gone"}, ModelNotFound, "model"),
        ({"voice": "nope"}, InvalidRequest, "voice"),
        ({"voice": "lost"}, InvalidRequest, "voice"),
        ({"input": "a" * 101}, InputTooLong, "input"),
        ({"input": "a\0b"}, InvalidRequest, "input"),
        ({"response_format": "ogg"}, InvalidRequest, "response_format"),
        ({"response_format": "MP3"}, InvalidRequest, "response_format"),
        ({"stream_format": "events"}, InvalidRequest, "stream_format"),
        ({"speed": 0.0}, InvalidRequest, "speed"),
        ({"speed": 0.24}, InvalidRequest, "speed"),
        ({"speed": 4.01}, InvalidRequest, "speed"),
        ({"speed": math.nan}, InvalidRequest, "speed"),
        ({"speed": math.inf}, InvalidRequest, "speed"),
        ({"volume_gain_db": -31.0}, InvalidRequest, "volume_gain_db"),
        ({"volume_gain_db": math.nan}, InvalidRequest, "volume_gain_db"),
        ({"sample_rate_hertz": 11025}, InvalidRequest, "sample_rate_hertz"),
        ({"language_code": "de-DE"}, InvalidRequest, "language_code"),
        ({"language_code": "e"}, InvalidRequest, "language_code"),
        ({"instructions": "x" * 4097}, InvalidRequest, "instructions"),
        ({"user_id": "x" * 257}, InvalidRequest, "user_id"),
        ({"pronunciations": (Pronunciation("a", "b"),) * 101}, InvalidRequest, "pronunciations"),
    ],
)
def test_a_fault_names_its_field(fields: dict[str, object], error: type[Exception], param: str) -> None:
    with pytest.raises(InvalidRequest) as raised:
        utterance(**fields)
    assert type(raised.value) is error
    assert raised.value.param == param


@pytest.mark.parametrize("speed", [0.25, 1, 4.0])
def test_the_ends_of_the_speed_range_are_allowed(speed: float) -> None:
    assert utterance(speed=speed).speed == speed


def test_the_limit_counts_characters_not_bytes() -> None:
    assert utterance(input="é" * 100).input == "é" * 100


@pytest.mark.parametrize("asked", ["en", "EN-us", "en-US"])
def test_a_language_may_be_asked_for_broadly(asked: str) -> None:
    assert utterance(language_code=asked).language == "en-us"


def test_the_first_language_of_a_voice_is_its_default() -> None:
    assert utterance(voice="emma").language == "en-gb"
    assert utterance(voice="emma", language_code="en-US").language == "en-us"


def test_lists_hold_only_names_that_work() -> None:
    names = catalogue()
    assert [(entry.id, entry.alias_of) for entry in names.models()] == [("tts-1", "viva"), ("viva", "")]
    assert [(entry.id, entry.alias_of) for entry in names.voices()] == [
        ("alloy", "kathleen"), ("emma", ""), ("kathleen", ""),
    ]  # fmt: skip
    for entry in names.models():
        assert names.model(entry.id).facts is entry.facts


def test_voices_can_be_chosen_by_model_and_language() -> None:
    assert [entry.id for entry in catalogue().voices("tts-1", "en-gb")] == ["emma"]
    with pytest.raises(ModelNotFound):
        catalogue().voices("nope")
