"""What comes out of the edge, listened to with instruments: it lasts, it is loud, it says the words."""

from statistics import mean, median

import pytest
from listening import decode, listen, recognise, word_error_rate

from vivavoce.audio import ENCODERS

TEXT = (
    "The package should arrive on Thursday, shortly after lunch. "
    "Our meeting has been moved to half past three."
)
ODD = {
    "The meeting is at 7:30 on May 3.": "the meeting is at seven thirty on may third",
    "It costs $12.50.": "it costs twelve dollars and fifty cents",
    "Would you like to come with us tomorrow?": "would you like to come with us tomorrow",
    "Tomorrow": "tomorrow",
}


READINGS = 5
"""Of a text: every seed is another one, and the recogniser mishears some of any speaker."""


def speak(openai, text, **changes):
    asked = {"model": "viva", "voice": "kathleen", "response_format": "wav", **changes}
    return openai.audio.speech.create(input=text, **asked).content


@pytest.mark.parametrize("audio_format", list(ENCODERS))
def test_every_format_sounds_alike(openai, audio_format):
    heard = listen(decode(speak(openai, TEXT, response_format=audio_format), audio_format=audio_format))
    assert 5.5 < heard.seconds < 8
    assert -30 < heard.level_dbfs < -18
    assert heard.peak < 1.0
    assert heard.longest_silence_seconds < 0.6


def errors(openai, text, spoken, **changes):
    """The share of words that are misheard, of each reading."""
    readings = [speak(openai, text, extra_body={"seed": seed}, **changes) for seed in range(1, READINGS + 1)]
    return [word_error_rate(spoken, recognise(decode(reading))) for reading in readings]


def test_a_recogniser_understands_it(openai):
    assert mean(errors(openai, TEXT, TEXT)) < 0.15


@pytest.mark.parametrize(("text", "spoken"), ODD.items())
def test_a_recogniser_understands_odd_texts(openai, text, spoken):
    assert median(errors(openai, text, spoken)) <= 0.3


@pytest.mark.parametrize("speed", [0.25, 0.5, 2.0, 4.0])
def test_speed_changes_the_length_and_not_the_level(openai, speed):
    plain, changed = (listen(decode(speak(openai, TEXT, speed=value))) for value in (1.0, speed))
    assert changed.seconds * speed == pytest.approx(plain.seconds, rel=0.12)
    assert changed.level_dbfs == pytest.approx(plain.level_dbfs, abs=3)


def test_faster_speech_is_understood(openai):
    assert mean(errors(openai, TEXT, TEXT, speed=1.2)) < 0.3
