"""Errors before the first byte: HTTP status and OpenAI's shape, the plain status for gRPC clients."""

import json
import time

import grpc
import httpx2
import pytest
from edge.calls import SPEECH, error_of, over_http2, play
from edge.processes import Edge, cluster, connection_manager, running_envoy, running_replica, upstreams
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from vivavoce.pb.speech_pb2 import GetModelRequest, SynthesizeRequest

STATUSES = {
    "INVALID_ARGUMENT": 400, "FAILED_PRECONDITION": 400, "OUT_OF_RANGE": 400, "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403, "NOT_FOUND": 404, "ALREADY_EXISTS": 409, "ABORTED": 409,
    "RESOURCE_EXHAUSTED": 429, "CANCELLED": 499, "INTERNAL": 500, "UNKNOWN": 500, "DATA_LOSS": 500,
    "UNIMPLEMENTED": 501, "UNAVAILABLE": 503, "DEADLINE_EXCEEDED": 504,
}  # fmt: skip
MESSAGES = [
    'with "quotes", a \\ and a \n line',
    "日本語 é 🙂",
    '","domain":"x","metadata":{"param":"y"}',
    '"}],"details":[{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"x"}]',
    "ends with a backslash \\",
    "a" * 1000,
]


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_becomes_openais_error(http, stage, status):
    request = play(["fail", status, "Not so.", "some_code", "voice"])
    response = http.post(SPEECH, json=request, headers={"x-request-id": request["model"]})
    assert response.status_code == STATUSES[status]
    kind = "requests" if status == "RESOURCE_EXHAUSTED" else "invalid_request_error"
    kind = "server_error" if response.status_code >= 500 else kind
    assert error_of(response) == {"message": "Not so.", "type": kind, "param": "voice", "code": "some_code"}
    assert stage.logged(request["model"])["grpc_status"] == status


@pytest.mark.parametrize("message", MESSAGES)
def test_any_message_survives(http, message):
    response = http.post(SPEECH, json=play(["fail", "NOT_FOUND", message, "model_not_found", "model"]))
    error = error_of(response)
    assert (error["message"], error["code"], error["param"]) == (message, "model_not_found", "model")


def test_a_status_without_details_has_all_keys_too(http):
    assert error_of(http.post(SPEECH, json=play(["fail", "NOT_FOUND", "Gone."]))) == {
        "message": "Gone.", "type": "invalid_request_error", "param": None, "code": None,
    }  # fmt: skip
    assert error_of(http.post(SPEECH, json=play(["fail", "INTERNAL"])))["message"] == "The request failed."


def test_unary_methods_fail_in_the_same_shape(http):
    response = http.get("/v1/models/missing")
    assert response.status_code == 404
    assert error_of(response) == {
        "message": "There is no 'missing'.", "type": "invalid_request_error", "param": "model",
        "code": "model_not_found",
    }  # fmt: skip


@pytest.mark.parametrize(("status", "http_status"), [("RESOURCE_EXHAUSTED", 429), ("UNAVAILABLE", 503)])
def test_retry_after_comes_from_the_service(http, status, http_status):
    response = http.post(SPEECH, json=play(["fail", status, "Later.", "later", None, 7]))
    assert (response.status_code, response.headers["retry-after"]) == (http_status, "7")
    assert error_of(response)["code"] == "later"


def test_an_error_after_the_headers_of_grpc_is_still_an_error(http):
    """HTTP headers are held until the first message, so initial metadata costs nothing."""
    response = http.post(
        SPEECH, json=play(["headers", {"x-one": "1"}], ["sleep", 0.05], ["fail", "NOT_FOUND", "Gone."])
    )
    assert (response.status_code, response.headers["x-one"]) == (404, "1")
    assert error_of(response)["message"] == "Gone."


def test_a_detail_that_the_descriptor_set_lacks_costs_the_message(http):
    """Why the set holds google/rpc/error_details.proto: the transcoder prints only what it knows."""
    response = http.post(SPEECH, json=play(["fail", "NOT_FOUND", "Gone.", "a detail nobody knows"]))
    assert response.status_code == 404
    assert error_of(response)["message"] == "The request failed."


def test_grpc_clients_get_the_status_as_it_is(stub):
    request = SynthesizeRequest(**play(["fail", "NOT_FOUND", MESSAGES[0] + "é", "model_not_found", "model"]))
    with pytest.raises(grpc.RpcError) as caught:
        list(stub.Synthesize(request, timeout=10))
    assert (caught.value.code(), caught.value.details()) == (grpc.StatusCode.NOT_FOUND, MESSAGES[0] + "é")
    status, info = Status(), ErrorInfo()
    status.ParseFromString(dict(caught.value.trailing_metadata())["grpc-status-details-bin"])
    assert status.details[0].Unpack(info)
    assert (info.reason, info.domain, info.metadata["param"]) == ("model_not_found", "vivavoce", "model")


def test_grpc_clients_get_envoys_own_errors_as_plain_text(tmp_path):
    with (
        running_envoy(tmp_path, upstreams([1]), ready=False) as edge,
        grpc.insecure_channel(edge.host) as channel,
    ):
        method = channel.unary_unary(
            "/speech.v1.SpeechService/GetModel", GetModelRequest.SerializeToString, None
        )
        with pytest.raises(grpc.RpcError) as caught:
            method(GetModelRequest(), timeout=5)
    assert caught.value.code() is grpc.StatusCode.UNAVAILABLE
    assert "{" not in caught.value.details()


def test_whatever_envoy_itself_answers_has_the_same_shape(tmp_path):
    client, server = "invalid_request_error", "server_error"
    expected = {
        400: (client, "invalid_request"), 401: (client, "invalid_api_key"), 404: (client, "unknown_url"),
        405: (client, "method_not_supported"), 408: (client, "invalid_request"),
        413: (client, "request_too_large"), 429: ("requests", "rate_limit_exceeded"),
        500: (server, "service_unavailable"), 503: (server, "service_unavailable"), 504: (server, "timeout"),
    }  # fmt: skip

    def answer_by_path(config: dict) -> None:
        routes = connection_manager(config)["route_config"]["virtual_hosts"][0]["routes"]
        for status in expected:
            reply = {"status": status, "body": {"inline_string": 'because "so"'}}
            routes.insert(0, {"match": {"path": f"/{status}"}, "direct_response": reply})

    with (
        running_envoy(tmp_path, answer_by_path, ready=False) as edge,
        edge.client() as http,
    ):
        for status, (kind, code) in expected.items():
            response = http.get(f"/{status}")
            error = error_of(response)
            assert (response.status_code, error["type"], error["code"], error["param"]) == (
                status,
                kind,
                code,
                None,
            )
            if status in (400, 401):
                assert error["message"] == 'because "so"'
            assert response.headers.get("retry-after") == ("1" if status in (500, 503) else None)


def hasty(config: dict) -> None:
    """Shortens how long nothing may happen, so that a test can wait for it."""
    manager = connection_manager(config)
    manager["stream_idle_timeout"] = "0.3s"
    manager["request_headers_timeout"] = "0.3s"
    manager["route_config"]["virtual_hosts"][0]["routes"][0]["route"]["idle_timeout"] = "0.3s"


@pytest.fixture(scope="module")
def hasty_edge(tmp_path_factory, replica):
    with running_envoy(tmp_path_factory.mktemp("hasty"), upstreams([replica.port]), hasty) as edge:
        yield edge


def test_silence_before_the_first_byte_is_a_504(hasty_edge: Edge):
    response = hasty_edge.post(SPEECH, json=play(["sleep", 5]))
    assert (response.status_code, error_of(response)["code"]) == (504, "timeout")


def test_silence_amid_a_stream_breaks_it(hasty_edge: Edge):
    request = play(["send", 100], ["sleep", 5])
    with pytest.raises(httpx2.RemoteProtocolError):
        hasty_edge.post(SPEECH, json=request)
    assert over_http2(hasty_edge.url, SPEECH, request)["reset"] != 0


def test_a_stream_may_last_longer_than_any_timeout(hasty_edge: Edge):
    response = hasty_edge.post(SPEECH, json=play(["send", 100, "audio/mpeg", 6, 0.2]))
    assert response.content == bytes(600)


def test_a_deadline_of_the_callers_is_kept(http, stub, replica):
    request = play(["sleep", 5])
    began = time.monotonic()
    response = http.post(SPEECH, json=request, headers={"grpc-timeout": "300m"})
    assert (response.status_code, error_of(response)["type"]) == (504, "server_error")
    with pytest.raises(grpc.RpcError) as caught:
        list(stub.Synthesize(SynthesizeRequest(**request), timeout=0.3))
    assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    assert time.monotonic() - began < 2
    assert all(0 < event["remaining"] <= 0.3 for event in replica.events("started", request["model"]))


def test_deadlines_of_grpc_clients_are_not_raced(stub):
    for _ in range(10):
        with pytest.raises(grpc.RpcError) as caught:
            list(stub.Synthesize(SynthesizeRequest(**play(["sleep", 5])), timeout=0.05))
        assert caught.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


def test_an_overfull_edge_refuses(tmp_path, replica):
    """More requests than the circuit breaker lets through are refused at once."""

    def narrow(config: dict) -> None:
        cluster(config)["circuit_breakers"]["thresholds"][0]["max_requests"] = 1

    with (
        running_envoy(tmp_path, upstreams([replica.port]), narrow) as edge,
        edge.client() as http,
        http.stream("POST", SPEECH, json=play(["send", 1], ["sleep", 5])) as running,
    ):
        assert running.status_code == 200
        response = http.post(SPEECH, json=play())
        assert (response.status_code, response.headers["retry-after"]) == (503, "1")
        assert error_of(response)["code"] == "service_unavailable"


def test_an_edge_out_of_memory_refuses(tmp_path, replica):
    def small(config: dict) -> None:
        config["overload_manager"]["resource_monitors"][0]["typed_config"]["max_heap_size_bytes"] = 1

    with running_envoy(tmp_path, upstreams([replica.port]), small) as edge:
        time.sleep(0.5)  # two turns of the overload manager
        response = edge.get("/v1/models")
        assert (response.status_code, error_of(response)["code"]) == (503, "service_unavailable")


def test_a_service_that_dies_before_the_first_byte_is_a_503(tmp_path):
    with (
        running_replica(tmp_path / "replica") as replica,
        running_envoy(tmp_path / "edge", upstreams([replica.port])) as edge,
    ):
        response = edge.post(SPEECH, json=play(["sleep", 0.05], ["exit"]))
        assert (response.status_code, error_of(response)["type"]) == (503, "server_error")


def test_the_parser_of_errors_is_not_fooled_by_depth(http):
    message = json.dumps({"error": {"message": "x"}, "deep": [[[]]]})
    assert error_of(http.post(SPEECH, json=play(["fail", "NOT_FOUND", message, "c"])))["message"] == message
