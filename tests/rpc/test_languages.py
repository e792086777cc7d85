"""Other languages than English over gRPC: with Kokoro's voices and Piper's, without espeak-ng, and after its
death."""

import os
import signal
from contextlib import asynccontextmanager

import grpc
import kokoro
import piper
import pytest

from vivavoce.cli import doctor
from vivavoce.cli.failure import Failure
from vivavoce.cli.wiring import speaking
from vivavoce.config import load
from vivavoce.espeak import library
from vivavoce.pb import speech_pb2 as pb

VOICES = ("ef_dora", "ff_siwis", "hf_alpha", "if_sara", "jf_alpha", "pf_dora", "zf_xiaobei")
SPANISH = "El tren sale a las 14:35. ¡Hasta mañana!"


@pytest.fixture
def models(tmp_path):
    """Kokoro with voices of many languages, and a German voice of Piper."""
    kokoro.install(tmp_path, voices=VOICES)
    piper.install(tmp_path, "single", changed={"espeak": {"voice": "de"}})
    return tmp_path


@pytest.fixture
def languages_serving(serving, models):
    """`async with languages_serving() as (running, parts)`."""

    @asynccontextmanager
    async def run():
        config = load({"device": "cpu", "models_dir": models})
        async with speaking(config) as parts, serving(parts.synthesizer) as running:
            yield running, parts

    return run


async def call(running, **fields):
    request = {"model": "kokoro", "input": SPANISH, "voice": "ef_dora", "response_format": "pcm", **fields}
    return [message async for message in running.stub.Synthesize(pb.SynthesizeRequest(**request))]


def samples(messages):
    return len(b"".join(message.audio.data for message in messages)) // 2


async def refusal(running, **fields):
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await call(running, **fields)
    return caught.value.code(), caught.value.details()


@pytest.mark.parametrize(
    ("voice", "text"),
    [
        ("ef_dora", SPANISH),
        ("ff_siwis", "Les amis sont allés à Paris à 8h30."),
        ("hf_alpha", "मेरे पास 25 किताबें हैं। आप कैसे हैं?"),
        ("if_sara", "L'amico dell'anno è qui, e costa 12,50 euro."),
        ("pf_dora", "Não sei se amanhã vai chover, mas levarei um casaco."),
    ],
)
async def test_every_language_of_kokoro_is_spoken(languages_serving, voice, text):
    async with languages_serving() as (running, _):
        messages = await call(running, voice=voice, input=text, word_timings=True)
    assert samples(messages) > 24000
    words = [word for message in messages for word in message.words]
    assert [word.word for word in words] == [text[word.source_start : word.source_end] for word in words]
    assert len(words) == len(text.split())
    times = [time for word in words for time in (word.start_seconds, word.end_seconds)]
    assert times == sorted(times)


async def test_a_voice_of_piper_speaks_its_language(languages_serving):
    async with languages_serving() as (running, parts):
        await parts.synthesizer.warm_up()
        assert parts.engine.stats().failed_rows == 0
        text = "Ich heiße Jürgen, und das sind 17 schöne Hühner."
        whole = await call(running, model="piper", voice="hum", input=text)
        short = await call(running, model="piper", voice="hum", input="Ja.", language_code="de")
    assert samples(whole) > 5 * samples(short) > 0


async def test_a_language_may_be_asked_for_and_must_be_one_of_the_voice(languages_serving):
    async with languages_serving() as (running, _):
        assert samples(await call(running, voice="ff_siwis", input="Bonjour.", language_code="fr"))
        code, details = await refusal(running, language_code="it")
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert "does not speak 'it'; it speaks: es" in details


@pytest.mark.parametrize(("voice", "language"), [("jf_alpha", "ja"), ("zf_xiaobei", "zh-cn")])
async def test_languages_that_nothing_here_can_read_are_refused(languages_serving, voice, language):
    async with languages_serving() as (running, _):
        code, details = await refusal(running, voice=voice)
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert f"speaks {language}, and text in that language cannot be read yet; it can in: en-us" in details


async def test_what_cannot_be_said_is_told_before_the_first_sound(languages_serving):
    async with languages_serving() as (running, _):
        assert "cannot be spoken in es" in (await refusal(running, input=f"{SPANISH * 20} Привет"))[1]
        assert "has no words" in (await refusal(running, input="¿…?"))[1]


async def test_without_espeak_it_is_told_what_to_install_and_english_goes_on(
    languages_serving, monkeypatch, models
):
    monkeypatch.setattr(library, "_packaged", lambda: None)
    monkeypatch.setattr(library, "_of_system", lambda: None)
    async with languages_serving() as (running, parts):
        await parts.synthesizer.warm_up()
        code, details = await refusal(running)
        english = await call(running, model="viva", voice="kathleen", input="Hello.")
    assert code is grpc.StatusCode.INVALID_ARGUMENT
    assert "Text in es is read with espeak-ng, which is not installed here: pip install" in details
    assert samples(english)


async def test_killing_espeak_costs_nobody_a_word(languages_serving):
    request = pb.SynthesizeRequest(model="kokoro", input=SPANISH * 40, voice="ef_dora", response_format="pcm")
    async with languages_serving() as (running, parts):
        whole = samples([message async for message in running.stub.Synthesize(request)])
        espeak = parts.front_end._espeak
        streams = [aiter(running.stub.Synthesize(request)) for _ in range(3)]
        messages = [[await anext(stream)] for stream in streams]
        first = espeak._worker
        os.kill(first.process.pid, signal.SIGKILL)
        for stream, received in zip(streams, messages, strict=True):
            received += [message async for message in stream]
        last = espeak._worker
        assert last is not first
        assert [samples(received) for received in messages] == [whole] * 3
    assert last.process.poll() is not None, "it ends with the service"


@pytest.mark.parametrize(
    ("options", "said_as"),
    [
        (["--model", "kokoro", "--voice", "ef_dora", "Son las 14:35."], "sˈon las katˈoɾθe tɾˌAntaiθˈinko."),
        (["--model", "piper", "Das heißt Zeit."], "das hˈIst ʦˈIt."),
    ],
)
def test_explain_shows_phonemes(said, models, options, said_as):
    status, out, _ = said("explain", "--device", "cpu", "--models-dir", models, *options)
    assert status == 0
    assert f"phonemes  {said_as}" in out


def test_doctor_tells_of_espeak(monkeypatch):
    assert doctor._languages()["espeak-ng"].startswith("1.")
    monkeypatch.setattr(library, "_packaged", lambda: library.Library("none.so"))
    with pytest.raises(Failure, match=r"none\.so: cannot open"):
        doctor._languages()
    monkeypatch.setattr(library, "_packaged", lambda: None)
    monkeypatch.setattr(library, "_of_system", lambda: None)
    assert "English alone is read: pip install" in doctor._languages()["espeak-ng"]
