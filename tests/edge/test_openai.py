"""OpenAI's own client, sync and async, against the real service: calls, streams, error classes."""

import base64
import json
import time

import httpx2
import openai as sdk
import pytest
from edge.calls import AUTHORIZED, KEY, SPEECH, error_of, play
from listening import decode, listen, recognise, word_error_rate

FORMATS = {
    "mp3": "audio/mpeg", "opus": "audio/ogg", "aac": "audio/aac", "flac": "audio/flac", "wav": "audio/wav",
    "pcm": "audio/pcm",
}  # fmt: skip
SENTENCE = "The north wind and the sun were disputing which was the stronger."
ASKED = {"model": "viva", "voice": "kathleen", "input": SENTENCE}


def test_the_example_of_the_readers_works(edge, tmp_path):
    """Streaming to a file, with instructions, in the default format."""
    path = tmp_path / "speech.mp3"
    with (
        sdk.OpenAI(base_url=edge + "/v1", api_key=KEY) as client,
        client.audio.speech.with_streaming_response.create(
            **ASKED, instructions="Speak in a cheerful and positive tone."
        ) as response,
    ):
        response.stream_to_file(path)
    assert response.headers["x-instructions-followed"] == "cheerful, positive"
    samples = decode(path.read_bytes())
    assert 2.5 < listen(samples).seconds < 6
    assert word_error_rate(SENTENCE, recognise(samples)) < 0.35


@pytest.mark.parametrize("audio_format", FORMATS)
def test_every_format_is_the_same_in_one_piece_streamed_and_as_events(openai, audio_format):
    asked = {**ASKED, "input": "Hello there.", "response_format": audio_format}
    whole = openai.audio.speech.create(**asked)
    assert whole.response.headers["content-type"] == FORMATS[audio_format]
    with openai.audio.speech.with_streaming_response.create(**asked) as response:
        assert b"".join(response.iter_bytes()) == whole.content
    with openai.audio.speech.with_streaming_response.create(**asked, stream_format="sse") as response:
        assert response.headers["content-type"] == "text/event-stream"
        lines = [line for line in response.iter_lines() if line]
    events = [json.loads(line.removeprefix("data: ")) for line in lines]
    assert all(line.startswith("data: ") for line in lines)
    assert b"".join(base64.b64decode(event["audio"]) for event in events[:-1]) == whole.content
    assert {event["type"] for event in events[:-1]} == {"speech.audio.delta"}
    assert events[-1]["type"] == "speech.audio.done"
    usage = events[-1]["usage"]
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"] > 0
    raw = audio_format in (
        "wav",
        "pcm",
    )  # ffmpeg, strict as it is here, takes a wav of unknown length for broken
    audio = whole.content[44 * (audio_format == "wav") :]
    assert 0.4 < listen(decode(audio, audio_format="pcm" if raw else "")).seconds < 2.5


def test_audio_arrives_while_it_is_made(openai):
    began, arrivals = time.monotonic(), []
    asked = {**ASKED, "input": (SENTENCE + " ") * 6, "response_format": "pcm"}
    with openai.audio.speech.with_streaming_response.create(**asked) as response:
        arrivals += [time.monotonic() - began for _ in response.iter_bytes(4800)]
    assert len(arrivals) > 100
    assert arrivals[0] < 0.3 * arrivals[-1]


async def test_the_async_client_works(edge):
    async with sdk.AsyncOpenAI(base_url=edge + "/v1", api_key=KEY, max_retries=0) as client:
        whole = await client.audio.speech.create(**ASKED, response_format="wav")
        async with client.audio.speech.with_streaming_response.create(
            **ASKED, response_format="wav"
        ) as response:
            assert b"".join([chunk async for chunk in response.iter_bytes()]) == whole.content
        with pytest.raises(sdk.NotFoundError):
            await client.audio.speech.create(**{**ASKED, "model": "nobody"})
        assert "viva" in [model.id async for model in client.models.list()]


def test_models_are_listed_and_described(openai):
    models = {model.id: model for model in openai.models.list()}
    assert {"viva", "tts-1", "tts-1-hd", "gpt-4o-mini-tts"} <= models.keys()
    assert (models["viva"].object, type(models["viva"].created)) == ("model", int)
    assert openai.models.retrieve("viva") == models["viva"]
    with pytest.raises(sdk.NotFoundError) as caught:
        openai.models.retrieve("acme/none")
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")
    assert "acme/none" in caught.value.message


@pytest.mark.parametrize(
    "changes",
    [
        {"model": "tts-1", "voice": "alloy"},
        {"model": "gpt-4o-mini-tts", "voice": "verse"},
        {"voice": {"id": "kathleen"}},
        {"speed": 1.25},
        {"extra_body": {"stream": True, "unheard_of": [1]}},
    ],
)
def test_what_openais_users_send_is_understood(openai, changes):
    asked = {**ASKED, "input": "Hi.", "response_format": "pcm", **changes}
    assert len(openai.audio.speech.create(**asked).content) > 10_000


@pytest.mark.parametrize(
    ("changes", "error", "code", "param"),
    [
        ({"model": "nobody"}, sdk.NotFoundError, "model_not_found", "model"),
        ({"voice": "nobody"}, sdk.BadRequestError, "invalid_value", "voice"),
        ({"voice": {"id": "nobody"}}, sdk.BadRequestError, "invalid_value", "voice"),
        ({"voice": {"name": "kathleen"}}, sdk.BadRequestError, "invalid_value", "voice"),
        ({"voice": ""}, sdk.BadRequestError, "missing_required_parameter", "voice"),
        ({"input": ""}, sdk.BadRequestError, "missing_required_parameter", "input"),
        ({"input": "a" * 4097}, sdk.BadRequestError, "string_above_max_length", "input"),
        ({"input": "a\0b"}, sdk.BadRequestError, "invalid_value", "input"),
        ({"input": "\U0001fae8"}, sdk.BadRequestError, "unspeakable_input", "input"),
        ({"response_format": "ogg"}, sdk.BadRequestError, "invalid_value", "response_format"),
        ({"stream_format": "ws"}, sdk.BadRequestError, "invalid_value", "stream_format"),
        ({"speed": 4.5}, sdk.BadRequestError, "invalid_value", "speed"),
        ({"extra_body": {"speed": "NaN"}}, sdk.BadRequestError, "invalid_value", "speed"),
        ({"extra_body": {"speed": "fast"}}, sdk.BadRequestError, "invalid_value", "speed"),
        ({"extra_body": {"sample_rate_hertz": 1}}, sdk.BadRequestError, "invalid_value", "sample_rate_hertz"),
    ],
)
def test_errors_are_openais(openai, changes, error, code, param):
    with pytest.raises(error) as caught:
        openai.audio.speech.create(**{**ASKED, **changes})
    told = caught.value
    assert (told.code, told.param, told.type) == (code, param, "invalid_request_error")
    assert told.body["message"] in told.message
    assert told.request_id == told.response.headers["x-request-id"]


@pytest.mark.parametrize(
    ("body", "param"),
    [("", "model"), ("{}", "model"), ('{"model": "viva"}', "input"), ('{"input": "x"}', "model")],
)
def test_what_is_missing_is_named(edge, body, param):
    response = httpx2.post(edge + SPEECH, content=body, headers=AUTHORIZED)
    error = error_of(response)
    assert (response.status_code, error["code"], error["param"]) == (400, "missing_required_parameter", param)


def test_retries_of_the_client_wait_as_long_as_they_are_told(stage, replica):
    request = play(["fail", "RESOURCE_EXHAUSTED", "Your limit.", "rate_limit_exceeded", None, 1])
    began = time.monotonic()
    with (
        sdk.OpenAI(base_url=stage.url + "/v1", api_key=KEY, max_retries=1) as client,
        pytest.raises(sdk.RateLimitError) as caught,
    ):
        client.audio.speech.create(**request)
    assert time.monotonic() - began >= 1
    assert (caught.value.code, caught.value.type) == ("rate_limit_exceeded", "requests")
    assert len(replica.events("started", request["model"])) == 2


def test_a_broken_stream_raises(stage):
    request = play(["send", 1000], ["sleep", 0.05], ["fail", "INTERNAL", "It broke."])
    with sdk.OpenAI(base_url=stage.url + "/v1", api_key=KEY, max_retries=0) as client:
        with pytest.raises((sdk.APIConnectionError, httpx2.RemoteProtocolError)):
            client.audio.speech.create(**request)
        with (
            pytest.raises(httpx2.RemoteProtocolError),
            client.audio.speech.with_streaming_response.create(**request) as response,
        ):
            list(response.iter_bytes())
