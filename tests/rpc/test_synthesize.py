"""The messages of an answer: what the first one says, what the last one says, and the bytes between."""

import json
from base64 import b64decode

import pytest
from rpc.scripted import LAST, TIMES, USAGE, Scripted

from vivavoce.audio import ENCODERS, encoder_class
from vivavoce.core import Chunk, Span, TimedWord
from vivavoce.pb import speech_pb2 as pb

LARGE = bytes(range(256)) * 700


def request(**fields):
    return pb.SynthesizeRequest(**{"model": "tts-1", "input": "Hello.", "voice": "alloy", **fields})


async def answer(serving, synthesizer, **fields):
    async with serving(synthesizer) as running:
        return [message async for message in running.stub.Synthesize(request(**fields))]


def body(messages):
    return b"".join(message.audio.data for message in messages)


def events(text: bytes):
    parts = text.split(b"\n\n")
    assert parts.pop() == b""
    assert all(part.startswith(b"data: {") for part in parts)
    return [json.loads(part.removeprefix(b"data: ")) for part in parts]


async def test_the_first_message_says_what_comes(serving):
    messages = await answer(serving, Scripted(Chunk(b"one"), Chunk(b"two"), LAST))
    assert messages[0].audio.content_type == "audio/mpeg"
    assert messages[0].info == pb.AudioInfo(
        model="viva", voice="kathleen", sample_rate_hertz=24000, channel_count=1
    )
    assert [message.audio.data for message in messages] == [b"one", b"two", b""]
    assert not any(message.audio.content_type or message.HasField("info") for message in messages[1:])


@pytest.mark.parametrize("audio_format", ENCODERS)
async def test_the_content_type_is_that_of_the_format(serving, audio_format):
    messages = await answer(serving, Scripted(Chunk(b"audio"), LAST), response_format=audio_format)
    assert messages[0].audio.content_type == encoder_class(audio_format).content_type
    assert messages[0].info.sample_rate_hertz == (48000 if audio_format == "opus" else 24000)


async def test_the_last_message_says_what_it_was(serving):
    *before, last = await answer(serving, Scripted(Chunk(b"audio"), LAST))
    assert last.usage == pb.Usage(
        input_tokens=7, output_tokens=50, total_tokens=57, input_characters=6, audio_seconds=1.0
    )
    assert not any(message.HasField("usage") for message in before)


async def test_a_single_chunk_is_both_the_first_and_the_last(serving):
    (message,) = await answer(serving, Scripted(Chunk(b"audio", usage=USAGE, times=TIMES)))
    assert message.audio.content_type == "audio/mpeg"
    assert message.usage.output_tokens == 50


@pytest.mark.parametrize("stream_format", ["audio", "sse"])
async def test_large_chunks_travel_in_small_messages(serving, stream_format):
    words = (TimedWord("hello", 0.1, 0.4, Span(0, 5)),)
    messages = await answer(
        serving, Scripted(Chunk(LARGE, words), LAST), stream_format=stream_format, word_timings=True
    )
    assert len(messages) > 3
    assert max(len(message.audio.data) for message in messages) <= 65_536
    assert [len(message.words) for message in messages] == [0] * (len(messages) - 2) + [1, 0]


async def test_words_are_told_only_to_those_who_ask(serving):
    words = (TimedWord("five", 0.125, 0.5, Span(3, 5)), TimedWord("dollars", 0.5, 1.0, Span(3, 5)))
    script = (Chunk(b"one", words[:1]), Chunk(b"", words[1:], USAGE, TIMES))
    first, last = await answer(serving, Scripted(*script), word_timings=True)
    assert first.words == [
        pb.WordTiming(word="five", start_seconds=0.125, end_seconds=0.5, source_start=3, source_end=5)
    ]
    assert [word.word for word in last.words] == ["dollars"]
    assert not any(message.words for message in await answer(serving, Scripted(*script)))


async def test_events_have_openais_form(serving):
    messages = await answer(serving, Scripted(Chunk(b"abc"), Chunk(b"def"), LAST), stream_format="sse")
    assert messages[0].audio.content_type == "text/event-stream"
    assert body(messages) == (
        b'data: {"type":"speech.audio.delta","audio":"YWJj"}\n\n'
        b'data: {"type":"speech.audio.delta","audio":"ZGVm"}\n\n'
        b'data: {"type":"speech.audio.done",'
        b'"usage":{"input_tokens":7,"output_tokens":50,"total_tokens":57}}\n\n'
    )


async def test_events_hold_the_very_bytes_of_the_plain_answer(serving):
    script = (Chunk(LARGE[:1]), Chunk(LARGE[:5]), Chunk(LARGE), Chunk(b"xy"), LAST)
    plain = body(await answer(serving, Scripted(*script)))
    *deltas, done = events(body(await answer(serving, Scripted(*script), stream_format="sse")))
    assert b"".join(b64decode(event["audio"]) for event in deltas) == plain
    assert {event["type"] for event in deltas} == {"speech.audio.delta"}
    assert done["type"] == "speech.audio.done"


async def test_a_failure_after_the_first_event_is_an_event_too(serving, caplog):
    async with serving(Scripted(Chunk(b"abc"), RuntimeError("secret"))) as running:
        call = running.stub.Synthesize(request(stream_format="sse"))
        sent = (await call.read()).audio.data + (await call.read()).audio.data
        assert (await call.code()).name == "INTERNAL"
    delta, error = events(sent)
    assert delta["audio"] == "YWJj"
    assert error["type"] == "error"
    assert error["error"] == {
        "message": await call.details(), "type": "server_error", "param": None, "code": "internal_error",
    }  # fmt: skip


async def test_headers_say_who_speaks_and_which_request_it_was(serving):
    async with serving(Scripted(Chunk(b"audio"), LAST)) as running:
        call = running.stub.Synthesize(request(), metadata=(("x-request-id", "r-1"),))
        headers = dict(await call.initial_metadata())
        assert (headers["x-request-id"], headers["x-model"], headers["x-voice"]) == (
            "r-1",
            "viva",
            "kathleen",
        )
        lists = running.stub.ListModels(pb.ListModelsRequest())
        assert len(dict(await lists.initial_metadata())["x-request-id"]) == 36


async def test_what_was_followed_of_the_instructions_is_told(serving):
    asked = {"instructions": "Speak slowly, in a cheerful voice, like a pirate.", "speed": 0.5}
    scripted = Scripted(Chunk(b"audio"), LAST)
    async with serving(scripted) as running:
        call = running.stub.Synthesize(request(**asked))
        first = await call.read()
        assert dict(await call.initial_metadata())["x-instructions-followed"] == "slowly, cheerful"
        silent = running.stub.Synthesize(request(instructions="Like a pirate."))
        assert not (await silent.read()).info.HasField("delivery")
        assert "x-instructions-followed" not in dict(await silent.initial_metadata())
    delivery = first.info.delivery
    assert list(delivery.followed) == ["slowly", "cheerful"]
    assert delivery.pace < 1 < delivery.pitch_range
    assert delivery.pitch_semitones > 0 == delivery.gain_db


async def test_the_record_of_a_request(serving):
    async with serving(Scripted(Chunk(b"audio"), LAST)) as running:
        call = running.stub.Synthesize(request(user_id="u-1"), metadata=(("x-request-id", "r-1"),))
        async for _ in call:
            pass
        await running.records.until_finished(1)
    (record,) = running.records.finished
    assert running.records.started == ["Synthesize"]
    assert (record.method, record.status, record.code, record.key) == ("Synthesize", "OK", "", "")
    assert (record.request_id, record.user_id) == ("r-1", "u-1")
    assert (record.model, record.voice, record.audio_format) == ("viva", "kathleen", "mp3")
    assert (record.input_characters, record.audio_seconds) == (6, 1.0)
    assert (record.times.encode, record.times.decode) == (TIMES.encode, TIMES.decode)
    assert 0 < record.times.first_audio <= record.times.total < 5


async def test_every_field_of_a_request_arrives(serving):
    synthesizer = Scripted(Chunk(b"audio"), LAST)
    await answer(
        serving,
        synthesizer,
        response_format="pcm",
        speed=1.5,
        stream_format="sse",
        language_code="en-GB",
        sample_rate_hertz=16000,
        volume_gain_db=-3.0,
        pronunciations=[pb.Pronunciation(word="GIF", ipa="dʒɪf")],
        seed=9,
    )
    (spoken,) = synthesizer.spoken
    assert (spoken.audio_format, spoken.speed, spoken.language) == ("pcm", 1.5, "en-gb")
    assert (spoken.sample_rate_hertz, spoken.gain_db, spoken.seed) == (16000, -3.0, 9)
    assert [(entry.word, entry.phonemes) for entry in spoken.pronunciations] == [("GIF", "dʒɪf")]
    assert spoken.as_events
