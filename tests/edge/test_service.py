"""The real service behind the real Envoy: one behaviour for every way of calling, one id in both logs."""

import struct

import grpc
import httpx2
import pytest
from edge.calls import AUTHORIZED, KEY, SPEECH, error_of
from edge.processes import json_lines, wait_until
from grpc_health.v1.health_pb2 import HealthCheckRequest
from grpc_health.v1.health_pb2_grpc import HealthStub

from vivavoce.pb.speech_pb2 import ListModelsRequest, SynthesizeRequest
from vivavoce.pb.speech_pb2_grpc import SpeechServiceStub

ASKED = {"model": "viva", "voice": "kathleen", "input": "A word in your ear."}
METADATA = (("authorization", f"Bearer {KEY}"),)
WRONG = [{}, {"authorization": "Bearer wrong"}, {"authorization": "Basic eDp5"}]


@pytest.fixture
def client(service):
    with service.edge.client() as client:
        yield client


@pytest.fixture
def channel(service):
    with grpc.insecure_channel(service.edge.host) as one:
        yield one


@pytest.mark.parametrize("audio_format", ["mp3", "pcm"])
def test_http_and_grpc_speak_the_same_bytes(client, channel, audio_format):
    asked = {**ASKED, "response_format": audio_format, "seed": 7}
    over_http = client.post(SPEECH, json=asked, headers=AUTHORIZED)
    responses = list(
        SpeechServiceStub(channel).Synthesize(SynthesizeRequest(**asked), metadata=METADATA, timeout=30)
    )
    assert b"".join(response.audio.data for response in responses) == over_http.content
    assert responses[0].audio.content_type == over_http.headers["content-type"]
    assert (responses[0].info.model, responses[-1].usage.input_characters) == ("viva", len(ASKED["input"]))


@pytest.mark.parametrize("path", ["/v1/audio/speech", "/audio/speech"])
def test_both_paths_speak(client, path):
    response = client.post(path, json=ASKED, headers=AUTHORIZED)
    assert (response.status_code, response.headers["content-type"]) == (200, "audio/mpeg")


def test_voices_and_models_have_the_shapes_that_open_webui_reads(client):
    voices = client.get("/v1/audio/voices", headers=AUTHORIZED).json()["voices"]
    assert {"kathleen", "alloy", "verse"} <= {voice["id"] for voice in voices}
    assert all(voice["name"] and voice["language_codes"] for voice in voices)
    models = client.get("/v1/audio/models", headers=AUTHORIZED).json()["models"]
    assert "viva" in {model["id"] for model in models}


@pytest.mark.parametrize("headers", WRONG, ids=["no key", "wrong key", "no bearer"])
def test_a_key_is_asked_for_over_http(client, headers):
    for method, path in (("POST", SPEECH), ("GET", "/v1/models"), ("GET", "/v1/audio/voices")):
        response = client.request(method, path, headers=headers)
        error = error_of(response)
        assert (response.status_code, error["code"], error["type"]) == (
            401,
            "invalid_api_key",
            "invalid_request_error",
        )
        assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("headers", WRONG, ids=["no key", "wrong key", "no bearer"])
def test_a_key_is_asked_for_over_grpc_and_grpc_web(client, channel, headers):
    with pytest.raises(grpc.RpcError) as caught:
        SpeechServiceStub(channel).ListModels(ListModelsRequest(), metadata=tuple(headers.items()), timeout=5)
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
    content_type = {"content-type": "application/grpc-web+proto"}
    url = "/speech.v1.SpeechService/ListModels"
    refused = client.post(url, content=struct.pack(">BI", 0, 0), headers={**headers, **content_type})
    assert refused.headers["grpc-status"] == "16"
    known = client.post(url, content=struct.pack(">BI", 0, 0), headers={**AUTHORIZED, **content_type})
    assert b"grpc-status:0" in known.content


def test_probes_and_the_playground_need_no_key(client, channel):
    for path in ("/healthz", "/readyz", "/livez", "/"):
        assert client.get(path).status_code == 200
    assert HealthStub(channel).Check(HealthCheckRequest(), timeout=5).status == 1


def test_one_request_id_joins_both_logs_and_neither_holds_the_text(service, client):
    headers = {**AUTHORIZED, "x-request-id": "joined"}
    secret = "Rumpelstiltskin"
    response = client.post(SPEECH, json={**ASKED, "input": secret}, headers=headers)
    assert response.headers.get_list("x-request-id") == ["joined"]
    assert service.edge.logged("joined")["status"] == 200

    def line() -> dict | None:
        return next((one for one in json_lines(service.log) if one.get("request_id") == "joined"), None)

    assert wait_until(line)["key"] == "tests"
    for log in (service.log, service.edge.folder / "access.jsonl"):
        assert secret not in log.read_text()
        assert KEY not in log.read_text()


@pytest.mark.parametrize("path", ["/v1/models/nobody", "/v1/models"])
def test_an_answer_has_one_request_id(client, path):
    headers = {**AUTHORIZED, "x-request-id": "one"}
    assert client.get(path, headers=headers).headers.get_list("x-request-id") == ["one"]


def test_one_page_has_the_metrics_of_both(service, client):
    client.get("/v1/models", headers=AUTHORIZED)
    page = httpx2.get(service.metrics_url).text
    assert "\nvivavoce_" in page
    assert 'envoy_http_downstream_rq_total{envoy_http_conn_manager_prefix="edge"}' in page
