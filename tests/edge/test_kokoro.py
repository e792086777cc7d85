"""A model of Kokoro's family behind Envoy, by the two examples that everybody knows, word for word.

Once without keys, when the first request loads the model, and once with keys, when it is loaded at start.
"""

import base64
import json
from dataclasses import dataclass
from urllib.parse import unquote

import kokoro
import openai as sdk
import pytest
from edge.calls import KEY
from edge.shell import run_shell
from edge.test_openai import FORMATS
from edge.whole import Up, running_up
from listening import decode, listen

from vivavoce.rpc.auth import hash_key

CURL = """\
curl -X POST http://HOST/v1/audio/speech \\
  -H "Authorization: Bearer KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "model": "kokoro",
    "input": "The quick brown fox jumps over the lazy dog.",
    "voice": "af_alloy",
    "instructions": "Speak in a cheerful and positive tone."
  }' \\
  --output speech.mp3
"""
ASKED = {"model": "kokoro", "voice": "af_alloy", "input": "Hello there."}


@dataclass(frozen=True)
class Whole:
    """The whole product, and the key of its callers."""

    up: Up
    key: str
    asks_for_keys: bool


@pytest.fixture(scope="module", params=["without keys", "with keys"])
def whole(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("kokoro")
    (folder / "models").mkdir()
    kokoro.install(folder / "models")
    flags = ["--models-dir", folder / "models", "--device", "cpu"]
    if asks_for_keys := request.param == "with keys":
        (folder / "keys.toml").write_text(f'[keys.tests]\nsha256 = "{hash_key(KEY)}"\n')
        flags += ["--keys-file", folder / "keys.toml"]
    else:
        flags += ["--load-models", "first use"]
    with running_up(folder, *flags) as up:
        yield Whole(up, KEY if asks_for_keys else "sk-anything", asks_for_keys)


@pytest.fixture
def client(whole):
    base_url = f"http://{whole.up.http}/v1"
    with sdk.OpenAI(base_url=base_url, api_key=whole.key, max_retries=0) as one:
        yield one


def seconds(file):
    """Of a whole mp3."""
    audio = file.read_bytes()
    assert audio[:2] in (b"\xff\xfb", b"\xff\xf3")
    heard = listen(decode(audio))
    assert heard.level_dbfs > -40
    return heard.seconds


@pytest.mark.parametrize("own_curl", [False, True])
def test_the_example_with_curl(whole, tmp_path, own_curl):
    run_shell(CURL.replace("HOST", whole.up.http).replace("KEY", whole.key), tmp_path, own_curl=own_curl)
    assert seconds(tmp_path / "speech.mp3") > 2


def test_the_example_with_openais_sdk(client, tmp_path):
    speech_file_path = tmp_path / "speech.mp3"
    with client.audio.speech.with_streaming_response.create(
        model="kokoro",
        voice="af_alloy",
        input="Today is a wonderful day to build something people love!",
        instructions="Speak in a cheerful and positive tone.",
    ) as response:
        response.stream_to_file(speech_file_path)
    assert response.headers["content-type"] == "audio/mpeg"
    assert seconds(speech_file_path) > 2


def test_only_a_right_key_opens_where_keys_are_asked_for(whole):
    base_url = f"http://{whole.up.http}/v1"
    with sdk.OpenAI(base_url=base_url, api_key="wrong", max_retries=0) as client:
        if not whole.asks_for_keys:
            assert client.audio.speech.create(**ASKED).content
            return
        with pytest.raises(sdk.AuthenticationError) as caught:
            client.audio.speech.create(**ASKED)
    assert caught.value.code == "invalid_api_key"


@pytest.mark.parametrize("audio_format", FORMATS)
def test_every_format_is_the_same_in_one_piece_and_as_events(client, audio_format):
    asked = {**ASKED, "response_format": audio_format}
    whole = client.audio.speech.create(**asked)
    assert whole.response.headers["content-type"] == FORMATS[audio_format]
    raw = audio_format in ("wav", "pcm")  # ffmpeg takes a wav of unknown length for broken
    audio = whole.content[44 * (audio_format == "wav") :]
    assert listen(decode(audio, audio_format="pcm" if raw else "")).seconds > 0.4
    with client.audio.speech.with_streaming_response.create(**asked, stream_format="sse") as response:
        assert response.headers["content-type"] == "text/event-stream"
        events = [json.loads(line.removeprefix("data: ")) for line in response.iter_lines() if line]
    assert b"".join(base64.b64decode(event["audio"]) for event in events[:-1]) == whole.content
    assert events[-1]["type"] == "speech.audio.done"
    assert events[-1]["usage"]["total_tokens"] > 0


def test_both_models_are_listed(client):
    models = {model.id: model for model in client.models.list()}
    assert {"viva", "kokoro"} <= models.keys()
    assert (models["kokoro"].owned_by, models["kokoro"].created) == ("hexgrad", 1_737_936_000)
    assert client.models.retrieve("kokoro") == models["kokoro"]


def test_a_blend_of_voices_is_another_voice(client):
    voices = ("af_alloy", "af_heart", "af_alloy(2)+af_heart(1)")
    answers = [client.audio.speech.create(**{**ASKED, "voice": voice}) for voice in voices]
    assert len({answer.content for answer in answers}) == 3
    assert unquote(answers[2].response.headers["x-voice"]) == voices[2]
    with pytest.raises(sdk.BadRequestError) as caught:
        client.audio.speech.create(**{**ASKED, "voice": "af_alloy+nobody"})
    assert (caught.value.code, caught.value.param) == ("invalid_value", "voice")
