"""From what was asked to what will be done: every name resolved, every number in range, or a SpeechError."""

import math
import unicodedata
from typing import TypeVar

from vivavoce.audio import ENCODERS
from vivavoce.catalogue import Catalogue
from vivavoce.core import SpeechRequest, Utterance, Voice
from vivavoce.errors import InputTooLong, InvalidRequest, MissingParameter
from vivavoce.text import instructions, languages

Choice = TypeVar("Choice", int, str)

SAMPLE_RATES_HERTZ = (8000, 16000, 22050, 24000, 44100, 48000)
SPEEDS = (0.25, 4.0)
GAINS_DB = (-30.0, 20.0)
STREAM_FORMATS = ("audio", "sse")
MAX_PRONUNCIATIONS = 100
MAX_INSTRUCTIONS_CHARACTERS = 4096
MAX_USER_ID_CHARACTERS = 256


def utterance(request: SpeechRequest, catalogue: Catalogue, max_input_characters: int) -> Utterance:
    """The utterance that `request` asks for. Fields are checked in the order of the contract, and the first
    fault is raised with its `param`."""
    for param in ("model", "input", "voice"):
        _require(param, getattr(request, param))
    model = catalogue.model(request.model)
    _check_text(request.input, max_input_characters)
    voice = catalogue.voice(model, request.voice)
    _check_length("instructions", request.instructions, MAX_INSTRUCTIONS_CHARACTERS)
    _check_length("user_id", request.user_id, MAX_USER_ID_CHARACTERS)
    if len(request.pronunciations) > MAX_PRONUNCIATIONS:
        raise InvalidRequest(
            f"At most {MAX_PRONUNCIATIONS} pronunciations; there are {len(request.pronunciations)}.",
            param="pronunciations",
        )
    delivery, followed = instructions.read(request.instructions, voice=model.facts.follows_delivery)
    speed = _within("speed", 1.0 if request.speed is None else request.speed, *SPEEDS)
    gain_db = _within("volume_gain_db", request.volume_gain_db, *GAINS_DB)
    rate_hertz = request.sample_rate_hertz or 24000
    return Utterance(
        input=request.input,
        model=model.facts.id,
        voice=voice.id,
        audio_format=_one_of("response_format", request.response_format or "mp3", tuple(ENCODERS)),
        as_events=_one_of("stream_format", request.stream_format or "audio", STREAM_FORMATS) == "sse",
        speed=_clipped(speed * delivery.pace, *SPEEDS),
        sample_rate_hertz=_one_of("sample_rate_hertz", rate_hertz, SAMPLE_RATES_HERTZ),
        gain_db=_clipped(gain_db + delivery.gain_db, *GAINS_DB),
        language=_readable(_language(request.language_code, voice), voice),
        pronunciations=request.pronunciations,
        seed=request.seed,
        delivery=delivery,
        followed=followed,
    )


def _require(param: str, value: str) -> None:
    if not value.strip():
        raise MissingParameter(f"'{param}' is required and may not be blank.", param=param)


def _check_text(text: str, max_characters: int) -> None:
    if len(text) > max_characters:
        raise InputTooLong(
            f"'input' has {len(text)} characters; at most {max_characters} are spoken in one request.",
            param="input",
        )
    for character in text:
        if unicodedata.category(character) == "Cc" and character not in "\t\n\v\f\r\x85":
            raise InvalidRequest(
                f"'input' holds the control character U+{ord(character):04X}.", param="input"
            )


def _check_length(param: str, value: str, max_characters: int) -> None:
    if len(value) > max_characters:
        raise InvalidRequest(
            f"'{param}' has {len(value)} characters; at most {max_characters} are allowed.", param=param
        )


def _one_of(param: str, value: Choice, allowed: tuple[Choice, ...]) -> Choice:
    if value not in allowed:
        raise InvalidRequest(
            f"'{param}' is {value!r}; it must be one of {', '.join(str(one) for one in allowed)}.",
            param=param,
        )
    return value


def _within(param: str, value: float, low: float, high: float) -> float:
    # A comparison with NaN is false, so NaN and the infinities are refused here too.
    if not (math.isfinite(value) and low <= value <= high):
        raise InvalidRequest(f"'{param}' is {value}; it must be from {low} to {high}.", param=param)
    return value


def _clipped(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _language(asked: str, voice: Voice) -> str:
    if not asked:
        return voice.languages[0].lower()
    for spoken in voice.languages:
        if f"{spoken.lower()}-".startswith(f"{asked.lower()}-"):
            return spoken.lower()
    raise InvalidRequest(
        f"The voice '{voice.id}' does not speak {asked!r}; it speaks: {', '.join(voice.languages)}.",
        param="language_code",
    )


def _readable(language: str, voice: Voice) -> str:
    if languages.known(language) is None:
        raise InvalidRequest(
            f"The voice '{voice.id}' speaks {language}, and text in that language cannot be read yet; "
            f"it can in: {', '.join(languages.codes())}.",
            param="voice",
        )
    return language
