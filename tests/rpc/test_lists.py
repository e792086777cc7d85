"""Voices and models: their shapes, and page by page."""

import pytest
from rpc.refusals import refusal
from rpc.scripted import Scripted

from vivavoce.pb import speech_pb2 as pb


async def test_models_have_the_shape_that_openais_clients_read(serving):
    async with serving(Scripted()) as running:
        listed = await running.stub.ListModels(pb.ListModelsRequest())
    assert listed.object == "list"
    assert [(model.id, model.alias_of) for model in listed.data] == [
        ("echo", ""), ("tts-1", "viva"), ("viva", ""),
    ]  # fmt: skip
    assert listed.models == listed.data
    assert listed.data[2] == pb.Model(
        id="viva", object="model", created=1_790_000_000, owned_by="acme", family="scripted",
        language_codes=["en-US", "en-GB"], sample_rate_hertz=24000, license="Apache-2.0",
    )  # fmt: skip


async def test_one_model_has_the_fields_of_the_list(serving):
    async with serving(Scripted()) as running:
        listed = await running.stub.ListModels(pb.ListModelsRequest())
        for model in listed.data:
            one = await running.stub.GetModel(pb.GetModelRequest(model=model.id))
            assert pb.Model.FromString(one.SerializeToString()) == model


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("nope", "NOT_FOUND", "model_not_found"),
        ("", "INVALID_ARGUMENT", "missing_required_parameter"),
    ],
)
async def test_a_model_that_is_not_there(serving, name, status, code):
    async with serving(Scripted()) as running:
        refused = await refusal(running.stub.GetModel(pb.GetModelRequest(model=name)))
    assert (refused.status.name, refused.code, refused.param) == (status, code, "model")


async def test_voices_tell_their_model_and_what_an_alias_stands_for(serving):
    async with serving(Scripted()) as running:
        listed = await running.stub.ListVoices(pb.ListVoicesRequest())
        of_one = await running.stub.ListVoices(pb.ListVoicesRequest(model="tts-1", language_code="en"))
        of_none = await running.stub.ListVoices(pb.ListVoicesRequest(language_code="de"))
        refused = await refusal(running.stub.ListVoices(pb.ListVoicesRequest(model="nope")))
    assert [(voice.model, voice.id, voice.alias_of) for voice in listed.voices] == [
        ("echo", "hall", ""), ("viva", "alloy", "kathleen"), ("viva", "emma", ""), ("viva", "kathleen", ""),
    ]  # fmt: skip
    assert listed.voices[2] == pb.Voice(
        id="emma",
        name="Emma",
        model="viva",
        language_codes=["en-US", "en-GB"],
        natural_sample_rate_hertz=24000,
    )
    assert [voice.id for voice in of_one.voices] == ["alloy", "emma", "kathleen"]
    assert not of_none.voices
    assert refused.code == "model_not_found"


@pytest.mark.parametrize("size", [1, 2, 3, 4, 1000, 5000])
async def test_pages_join_to_the_whole_list(serving, size):
    async with serving(Scripted()) as running:
        whole = await running.stub.ListVoices(pb.ListVoicesRequest())
        voices, token = [], None
        while token != "":
            page = await running.stub.ListVoices(pb.ListVoicesRequest(page_size=size, page_token=token or ""))
            assert 0 < len(page.voices) <= size
            voices += page.voices
            token = page.next_page_token
    assert voices == list(whole.voices)


@pytest.mark.parametrize("token", ["2", "x", "????", "bmV4dDo=", "bmV4dDotMQ==", "bmV4dDrCsg==", "é"])
@pytest.mark.parametrize("method", ["ListVoices", "ListModels"])
async def test_a_token_that_is_not_ours(serving, method, token):
    kind = {"ListVoices": pb.ListVoicesRequest, "ListModels": pb.ListModelsRequest}[method]
    async with serving(Scripted()) as running:
        refused = await refusal(getattr(running.stub, method)(kind(page_token=token)))
    assert (refused.status.name, refused.code, refused.param) == (
        "INVALID_ARGUMENT", "invalid_value", "page_token",
    )  # fmt: skip


async def test_a_negative_page_size(serving):
    async with serving(Scripted()) as running:
        refused = await refusal(running.stub.ListModels(pb.ListModelsRequest(page_size=-1)))
    assert (refused.code, refused.param) == ("invalid_value", "page_size")
