"""gRPC and gRPC-Web pass through the same port as they are."""

import base64
import struct

import grpc
import pytest
from edge.calls import play
from edge.processes import running_envoy, upstreams
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub
from grpc_reflection.v1alpha.reflection_pb2 import ServerReflectionRequest
from grpc_reflection.v1alpha.reflection_pb2_grpc import ServerReflectionStub

from vivavoce.pb.speech_pb2 import GetModelRequest, ListModelsRequest, SynthesizeRequest, SynthesizeResponse

SYNTHESIZE = "/speech.v1.SpeechService/Synthesize"


@pytest.fixture
def channel(stage):
    with grpc.insecure_channel(stage.host) as one:
        yield one


def test_streams_keep_every_message(stub):
    request = SynthesizeRequest(**play(["send", 100, "audio/mpeg"], ["info"], ["send", 50, ""]))
    responses = list(stub.Synthesize(request, timeout=5))
    assert [len(response.audio.data) for response in responses] == [100, 0, 50]
    assert responses[1].info.model == "scripted"


def test_unary_calls_answer(stub):
    assert stub.ListModels(ListModelsRequest(), timeout=5).data[0].id == "acme/one"
    with pytest.raises(grpc.RpcError) as caught:
        stub.GetModel(GetModelRequest(model="missing"), timeout=5)
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


def test_requests_larger_than_an_http_body_are_for_the_service_to_refuse(stub):
    request = SynthesizeRequest(model="m", input="a" * 2_000_000)
    assert len(next(stub.Synthesize(request, timeout=5)).audio.data) > 2_000_000


def test_metadata_of_the_caller_reaches_the_service(stub, replica):
    request = play(["send", 1])
    metadata = (("authorization", "Bearer key"), ("x-request-id", "mine"))
    list(stub.Synthesize(SynthesizeRequest(**request), metadata=metadata, timeout=5))
    (event,) = replica.events("started", request["model"])
    assert (event["metadata"]["authorization"], event["metadata"]["x-request-id"]) == ("Bearer key", "mine")


def test_health_is_answered_and_watched(channel):
    request = HealthCheckRequest(service="speech.v1.SpeechService")
    serving = HealthCheckResponse.SERVING
    assert HealthStub(channel).Check(request, timeout=5).status == serving
    watch = HealthStub(channel).Watch(request, timeout=5)
    assert next(watch).status == serving
    watch.cancel()


def test_reflection_answers(channel):
    request = ServerReflectionRequest(list_services="")
    (response,) = ServerReflectionStub(channel).ServerReflectionInfo(iter([request]), timeout=5)
    names = [service.name for service in response.list_services_response.service]
    assert "speech.v1.SpeechService" in names


@pytest.mark.parametrize("path", ["/speech.v1.SpeechService/Shout", "/some.other.Service/Method"])
def test_what_the_service_does_not_know_it_says_itself(channel, path):
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary(path)(b"", timeout=5)
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED
    assert "not found" in caught.value.details().lower()  # grpcio's own words, not Envoy's


def test_grpc_on_a_path_of_http_is_for_the_service_to_refuse(channel):
    with pytest.raises(grpc.RpcError) as caught:
        channel.unary_unary("/v1/audio/speech")(b"", timeout=5)
    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def over_grpc_web(http, request: SynthesizeRequest, kind: str) -> tuple[list[bytes], dict[str, str]]:
    """The messages and the trailers of a gRPC-Web call; kind is "application/grpc-web+proto" or "…-text"."""
    message = request.SerializeToString()
    body = struct.pack(">BI", 0, len(message)) + message
    is_text = "text" in kind
    headers = {"content-type": kind, "accept": kind, "x-grpc-web": "1", "origin": "http://localhost:3000"}
    response = http.post(SYNTHESIZE, content=base64.b64encode(body) if is_text else body, headers=headers)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "http://localhost:3000"
    data = base64.b64decode(response.content) if is_text else response.content
    messages, trailers = (
        [],
        {key: response.headers[key] for key in response.headers if key.startswith("grpc-")},
    )
    while data:
        flag, size = struct.unpack(">BI", data[:5])
        frame, data = data[5 : 5 + size], data[5 + size :]
        if flag & 0x80:
            trailers |= dict(line.split(":", 1) for line in frame.decode().strip().split("\r\n"))
        else:
            messages.append(frame)
    return messages, trailers


@pytest.mark.parametrize("kind", ["application/grpc-web+proto", "application/grpc-web-text+proto"])
def test_grpc_web_streams_and_ends_in_a_status(http, kind):
    request = SynthesizeRequest(**play(["send", 9, "audio/mpeg", 3]))
    messages, trailers = over_grpc_web(http, request, kind)
    assert [len(SynthesizeResponse.FromString(message).audio.data) for message in messages] == [9, 9, 9]
    assert trailers["grpc-status"] == "0"
    failing = SynthesizeRequest(**play(["send", 9], ["fail", "NOT_FOUND", "Gone."]))
    messages, trailers = over_grpc_web(http, failing, kind)
    assert (len(messages), trailers["grpc-status"], trailers["grpc-message"]) == (1, "5", "Gone.")
    _, trailers = over_grpc_web(http, SynthesizeRequest(**play(["fail", "NOT_FOUND", "Gone."])), kind)
    assert (trailers["grpc-status"], trailers["grpc-message"]) == ("5", "Gone.")


def test_callers_cannot_steer_envoy_by_its_own_headers(tmp_path, stage, http):
    """x-envoy-original-path decides in which shape an error is told, others set timeouts and retries."""
    with (
        running_envoy(tmp_path, upstreams([1]), ready=False) as edge,
        grpc.insecure_channel(edge.host) as channel,
        pytest.raises(grpc.RpcError) as caught,
    ):
        channel.unary_unary(SYNTHESIZE)(b"", metadata=(("x-envoy-original-path", "/v1/models"),), timeout=5)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert "{" not in caught.value.details()
    request = play(["sleep", 0.3], ["send", 1])
    response = http.post("/v1/audio/speech", json=request, headers={"x-envoy-upstream-rq-timeout-ms": "50"})
    assert response.status_code == 200
