"""The client against the real server: both forms of it do the same."""

import asyncio

import grpc
import pytest
from rpc.scripted import LAST, Scripted

from vivavoce.client import AsyncClient, AsyncSpeech, Client, SpeechServiceError
from vivavoce.core import Chunk, Span, TimedWord
from vivavoce.errors import Overloaded, RateLimited
from vivavoce.rpc.auth import hash_key

WORD = TimedWord("hello", 0.125, 0.5, Span(0, 5))


class Both:
    """Calls either client the same way."""

    def __init__(self, client) -> None:
        self.client = client

    async def __call__(self, method, *arguments, **options):
        work = getattr(self.client, method)
        if isinstance(self.client, AsyncClient):
            return await work(*arguments, **options)
        return await asyncio.to_thread(work, *arguments, **options)

    async def listen(self, speech):
        if isinstance(self.client, AsyncClient):
            return [audio async for audio in speech]
        return await asyncio.to_thread(list, speech)


@pytest.fixture(params=[Client, AsyncClient])
async def connect(request):
    """`connect(running, **settings)`: a client of either kind."""
    clients = []

    def make(running, **settings):
        clients.append(request.param(running.target, **settings))
        return Both(clients[-1])

    yield make
    for client in clients:
        if isinstance(client, AsyncClient):
            await client.close()
        else:
            client.close()


async def test_audio_words_and_usage(serving, connect):
    synthesizer = Scripted(Chunk(b"one", (WORD,)), Chunk(b"two"), LAST)
    async with serving(synthesizer) as running:
        client = connect(running)
        speech = await client(
            "synthesize",
            "Hello.",
            response_format="wav",
            word_timings=True,
            pronunciations={"GIF": "dʒɪf"},
            speed=2.0,
        )
        assert speech.content_type == "audio/wav"
        assert (speech.info.model, speech.info.voice) == ("viva", "kathleen")
        assert speech.usage is None
        assert await client.listen(speech) == [b"one", b"two"]
        assert [(word.word, word.start_seconds, word.source_end) for word in speech.words] == [
            ("hello", 0.125, 5)
        ]
        assert speech.usage.audio_seconds == 1.0
    (spoken,) = synthesizer.spoken
    assert (spoken.input, spoken.speed, spoken.pronunciations[0].phonemes) == ("Hello.", 2.0, "dʒɪf")


async def test_a_file_has_the_format_of_its_name(serving, connect, tmp_path):
    synthesizer = Scripted(Chunk(b"one"), Chunk(b"two"), LAST)
    async with serving(synthesizer) as running:
        client = connect(running)
        usage = await client("speak_to_file", tmp_path / "hello.flac", "Hello.")
        await client("speak_to_file", str(tmp_path / "hello.dat"), "Hello.", response_format="opus")
        await client("speak_to_file", tmp_path / "hello", "Hello.")
    assert usage.audio_seconds == 1.0
    assert (tmp_path / "hello.flac").read_bytes() == b"onetwo"
    assert [spoken.audio_format for spoken in synthesizer.spoken] == ["flac", "opus", "mp3"]


async def test_lists(serving, connect):
    async with serving(Scripted()) as running:
        client = connect(running)
        assert [voice.id for voice in await client("voices")] == ["hall", "alloy", "emma", "kathleen"]
        assert [voice.id for voice in await client("voices", "echo", "en")] == ["hall"]
        assert [model.id for model in await client("models")] == ["echo", "tts-1", "viva"]


async def test_errors_say_what_to_change(serving, connect):
    async with serving(Scripted()) as running:
        client = connect(running)
        with pytest.raises(SpeechServiceError) as raised:
            await client("synthesize", "Hello.", voice="nope")
        error = raised.value
        assert (error.status, error.code, error.param) == (
            grpc.StatusCode.INVALID_ARGUMENT, "invalid_value", "voice",
        )  # fmt: skip
        assert "nope" in error.message
        assert error.retry_after_seconds is None
        assert error.request_id == running.records.finished[0].request_id
        with pytest.raises(SpeechServiceError) as raised:
            await client("voices", "nope")
        assert raised.value.code == "model_not_found"


async def test_a_key_goes_with_every_call(serving, connect, tmp_path):
    (tmp_path / "keys.toml").write_text(f'[keys.app]\nsha256 = "{hash_key("k-1")}"\n')
    async with serving(Scripted(Chunk(b"audio"), LAST), keys_file=tmp_path / "keys.toml") as running:
        assert await connect(running, key="k-1")("models")
        assert await connect(running, key="k-1")("synthesize", "Hello.")
        with pytest.raises(SpeechServiceError) as raised:
            await connect(running)("synthesize", "Hello.")
        assert raised.value.code == "invalid_api_key"


class FullAtFirst(Scripted):
    """Refuses so many calls before it speaks."""

    def __init__(self, refusals, error) -> None:
        super().__init__(Chunk(b"audio"), LAST)
        self.refusals = refusals
        self.error = error

    async def speak(self, utterance):
        self.refusals -= 1
        if self.refusals >= 0:
            raise self.error
        async for chunk in super().speak(utterance):
            yield chunk


async def test_a_full_service_is_tried_again_when_it_says_so(serving, connect):
    async with serving(FullAtFirst(2, Overloaded("Full.", retry_after_seconds=0.05))) as running:
        client = connect(running)
        began = asyncio.get_running_loop().time()
        assert await client.listen(await client("synthesize", "Hello.")) == [b"audio"]
        assert 0.1 <= asyncio.get_running_loop().time() - began < 0.5
    assert running.records.started == ["Synthesize"] * 3


async def test_it_is_not_tried_for_ever(serving, connect):
    async with serving(FullAtFirst(9, Overloaded("Full.", retry_after_seconds=0.01))) as running:
        with pytest.raises(SpeechServiceError) as raised:
            await connect(running)("synthesize", "Hello.")
        assert raised.value.retry_after_seconds == 0.01
    assert running.records.started == ["Synthesize"] * 4


async def test_a_limit_of_the_caller_is_not_tried_against(serving, connect):
    async with serving(FullAtFirst(1, RateLimited("Slowly.", retry_after_seconds=0.01))) as running:
        with pytest.raises(SpeechServiceError) as raised:
            await connect(running)("synthesize", "Hello.")
        assert raised.value.status is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert running.records.started == ["Synthesize"]


async def test_after_the_first_audio_nothing_is_tried_again(serving, connect):
    async with serving(Scripted(Chunk(b"audio"), Overloaded("Lost."))) as running:
        client = connect(running)
        speech = await client("synthesize", "Hello.")
        with pytest.raises(SpeechServiceError, match="Lost"):
            await client.listen(speech)
    assert running.records.started == ["Synthesize"]


async def test_attempts_share_the_time(serving, connect):
    async with serving(Scripted(30.0)) as running:
        with pytest.raises(SpeechServiceError) as raised:
            await connect(running)("synthesize", "Hello.", timeout=0.1)
        assert raised.value.status is grpc.StatusCode.DEADLINE_EXCEEDED


async def test_the_end_of_with_cancels(serving, connect):
    synthesizer = Scripted(Chunk(b"audio"), 30.0)
    async with serving(synthesizer) as running:
        speech = await connect(running)("synthesize", "Hello.")
        if isinstance(speech, AsyncSpeech):
            async with speech:
                pass
        else:
            with speech:
                pass
        await running.records.until_finished(1)
    assert synthesizer.closed == 1
    assert running.records.finished[0].status == "CANCELLED"
