"""The methods of speech.v1.SpeechService: protobuf in, protobuf out, no decision but those of the wire."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from vivavoce.catalogue import ModelEntry, VoiceEntry
from vivavoce.core import Chunk, Pronunciation, SpeechRequest, Utterance
from vivavoce.errors import DeadlinePassed, MissingParameter
from vivavoce.pb import speech_pb2 as pb
from vivavoce.pb.speech_pb2_grpc import SpeechServiceServicer
from vivavoce.rpc.answer import Answer
from vivavoce.rpc.calls import Call, Context, current_call
from vivavoce.rpc.limits import Limits
from vivavoce.rpc.pages import page
from vivavoce.rpc.status import failure
from vivavoce.synthesizer import Synthesizer

SECONDS_TO_TELL = 0.01
"""Before the caller's deadline: afterwards nobody hears that it has passed."""


class SpeechService(SpeechServiceServicer):
    """What the contract promises, done by a Synthesizer."""

    def __init__(self, synthesizer: Synthesizer) -> None:
        self._synthesizer = synthesizer
        self._limits = Limits()

    async def Synthesize(  # noqa: N802 - the contract's name
        self, request: pb.SynthesizeRequest, context: Context
    ) -> AsyncGenerator[pb.SynthesizeResponse, None]:
        utterance = self._synthesizer.utterance(_speech_request(request))
        call = current_call()
        _note_utterance(call, utterance, request.user_id)
        answer = Answer(utterance, word_timings=request.word_timings)
        with self._limits.stream(call.caller, len(utterance.input)):
            async with aclosing(self._synthesizer.speak(utterance)) as chunks:
                # Whatever fails before the first message has a status of its own over HTTP too.
                chunk: Chunk | None = await _first(chunks, _time_left(context))
                while chunk:
                    _note_progress(call, chunk)
                    for message in answer.messages(chunk):
                        yield message
                    try:
                        chunk = await anext(chunks, None)
                    except Exception as error:
                        for message in answer.break_off(failure(error)):
                            yield message
                        raise

    async def ListVoices(  # noqa: N802
        self,
        request: pb.ListVoicesRequest,
        context: Context,  # noqa: ARG002
    ) -> pb.ListVoicesResponse:
        entries = self._synthesizer.catalogue.voices(request.model, request.language_code)
        voices, token = page(entries, request.page_size, request.page_token)
        return pb.ListVoicesResponse(voices=map(_voice, voices), next_page_token=token)

    async def ListModels(  # noqa: N802
        self,
        request: pb.ListModelsRequest,
        context: Context,  # noqa: ARG002
    ) -> pb.ListModelsResponse:
        entries, token = page(self._synthesizer.catalogue.models(), request.page_size, request.page_token)
        models = [pb.Model(**_model(entry)) for entry in entries]
        return pb.ListModelsResponse(object="list", data=models, models=models, next_page_token=token)

    async def GetModel(  # noqa: N802
        self,
        request: pb.GetModelRequest,
        context: Context,  # noqa: ARG002
    ) -> pb.GetModelResponse:
        if not request.model.strip():
            raise MissingParameter("'model' is required and may not be blank.", param="model")
        return pb.GetModelResponse(**_model(self._synthesizer.catalogue.entry(request.model)))


def _speech_request(request: pb.SynthesizeRequest) -> SpeechRequest:
    return SpeechRequest(
        model=request.model,
        input=request.input,
        voice=request.voice,
        instructions=request.instructions,
        response_format=request.response_format,
        speed=request.speed if request.HasField("speed") else None,
        stream_format=request.stream_format,
        language_code=request.language_code,
        sample_rate_hertz=request.sample_rate_hertz,
        volume_gain_db=request.volume_gain_db,
        pronunciations=tuple(Pronunciation(entry.word, entry.ipa) for entry in request.pronunciations),
        seed=request.seed,
        user_id=request.user_id,
    )


async def _first(chunks: AsyncGenerator[Chunk, None], seconds_left: float | None) -> Chunk:
    """The first chunk, which has audio. Raises DeadlinePassed shortly before the caller's deadline."""
    try:
        async with asyncio.timeout(None if seconds_left is None else seconds_left - SECONDS_TO_TELL):
            chunk = await anext(chunks, None)
    except TimeoutError:
        raise DeadlinePassed("The deadline passed before there was any audio.") from None
    if chunk is None or not chunk.audio:
        raise RuntimeError("the synthesizer gave no audio")
    return chunk


def _time_left(context: Context) -> float | None:
    """Until the caller's deadline, in seconds; None without one."""
    return context.time_remaining()


def _note_utterance(call: Call, utterance: Utterance, user_id: str) -> None:
    call.initial_metadata += (("x-model", quote(utterance.model)), ("x-voice", quote(utterance.voice)))
    if utterance.followed:
        call.initial_metadata += (("x-instructions-followed", ", ".join(utterance.followed)),)
    call.record = replace(
        call.record,
        model=utterance.model,
        voice=utterance.voice,
        audio_format=utterance.audio_format,
        user_id=user_id,
        input_characters=len(utterance.input),
    )


def _note_progress(call: Call, chunk: Chunk) -> None:
    first_audio = call.record.times.first_audio or call.seconds()
    call.record = replace(
        call.record,
        audio_seconds=chunk.usage.audio_seconds if chunk.usage else 0.0,
        times=replace(chunk.times, first_audio=first_audio),
    )


def _voice(entry: VoiceEntry) -> pb.Voice:
    return pb.Voice(
        id=entry.id,
        name=entry.voice.name,
        model=entry.facts.id,
        language_codes=entry.voice.languages,
        natural_sample_rate_hertz=entry.facts.sample_rate_hertz,
        alias_of=entry.alias_of,
    )


def _model(entry: ModelEntry) -> dict[str, Any]:
    """The fields of Model, which are those of GetModelResponse too."""
    facts = entry.facts
    return {
        "id": entry.id,
        "object": "model",
        "created": facts.created_seconds,
        "owned_by": facts.owned_by,
        "family": facts.family,
        "language_codes": list(dict.fromkeys(tag for voice in facts.voices for tag in voice.languages)),
        "sample_rate_hertz": facts.sample_rate_hertz,
        "license": facts.license,
        "alias_of": entry.alias_of,
    }
