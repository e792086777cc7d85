"""Audio is streamed as it is made, and a stream that breaks off is never taken for a whole one."""

import json
import signal
import time

import grpc
import httpx2
import pytest
from edge.calls import SPEECH, error_of, over_http2, play
from edge.processes import running_envoy, running_replica, upstreams

from vivavoce.pb.speech_pb2 import SynthesizeRequest

FAILURES = {
    "a status": ["fail", "INTERNAL", "It broke.", "internal_error"],
    "an exception": ["crash"],
}


@pytest.mark.parametrize("path", [SPEECH, "/audio/speech"])
def test_chunks_arrive_as_they_are_sent(http, path):
    began, arrivals, body = time.monotonic(), [], b""
    with http.stream("POST", path, json=play(["send", 2000, "audio/mpeg", 5, 0.1])) as response:
        assert (response.status_code, response.headers["content-type"]) == (200, "audio/mpeg")
        assert response.headers["transfer-encoding"] == "chunked"
        for chunk in response.iter_raw():
            arrivals.append(time.monotonic() - began)
            body += chunk
    assert body == bytes(10_000)
    assert len(arrivals) >= 3
    assert arrivals[-1] - arrivals[0] > 0.25


def test_the_body_is_the_bytes_of_all_messages_and_the_type_is_the_first_ones(http):
    steps = ["text", "one ", "audio/flac"], ["info"], ["text", "two ", "audio/wav"], ["text", "three"]
    response = http.post(SPEECH, json=play(*steps))
    assert (response.content, response.headers["content-type"]) == (b"one two three", "audio/flac")


def test_proxies_before_us_are_told_not_to_hold_audio_back(http):
    headers = http.post(SPEECH, json=play(["send", 1])).headers
    assert (headers["x-accel-buffering"], headers["cache-control"]) == ("no", "no-store")


def test_large_messages_pass(http):
    assert http.post(SPEECH, json=play(["send", 65536, "audio/wav", 30])).content == bytes(30 * 65536)
    assert http.post(SPEECH, json=play(["send", 1_000_000])).content == bytes(1_000_000)


def test_a_message_that_envoy_cannot_hold_is_an_error(http):
    response = http.post(SPEECH, json=play(["send", 2_000_000]))
    assert (response.status_code, error_of(response)["type"]) == (500, "server_error")


def test_server_sent_events_arrive_live(http):
    steps = [["text", f"data: {number}\n\n", "text/event-stream"] for number in range(3)]
    began, arrivals = time.monotonic(), []
    request = play(*(step for event in steps for step in (event, ["sleep", 0.1])))
    with http.stream("POST", SPEECH, json=request) as response:
        assert response.headers["content-type"] == "text/event-stream"
        arrivals += [time.monotonic() - began for _ in response.iter_raw()]
    assert len(arrivals) >= 2
    assert arrivals[-1] - arrivals[0] > 0.1


@pytest.mark.parametrize("before", [[], [["headers", {"x-one": "1"}]]], ids=["bare", "after metadata"])
def test_a_stream_without_audio_is_an_error(http, before):
    response = http.post(SPEECH, json=play(*before))
    assert response.status_code == 500
    if not before:  # with metadata, Envoy lets nobody write a body
        assert error_of(response)["code"] == "internal_error"


@pytest.mark.parametrize(
    ("failure", "content_type"),
    [("a status", "audio/mpeg"), ("an exception", "audio/mpeg"), ("a status", "text/event-stream")],
)
def test_a_failure_after_the_first_byte_breaks_http_1(http, stage, failure, content_type):
    request = play(["send", 1000, content_type], ["sleep", 0.05], FAILURES[failure])
    headers = {"x-request-id": request["model"]}
    with http.stream("POST", SPEECH, json=request, headers=headers) as response:
        assert response.status_code == 200
        chunks = response.iter_raw()
        assert next(chunks) == bytes(1000)
        with pytest.raises(httpx2.RemoteProtocolError):
            next(chunks)
    line = stage.logged(request["model"])
    assert line["details"].startswith("ext_proc_error")
    assert line["grpc_status"] in ("INTERNAL", "UNKNOWN")


@pytest.mark.parametrize("failure", FAILURES.values(), ids=FAILURES)
def test_a_failure_after_the_first_byte_resets_http_2(stage, failure):
    whole = over_http2(stage.url, SPEECH, play(["send", 1000], ["sleep", 0.05]))
    assert whole == {"status": 200, "bytes": 1000, "reset": 0}
    broken = over_http2(stage.url, SPEECH, play(["send", 1000], ["sleep", 0.05], failure))
    assert broken == {"status": 200, "bytes": 1000, "reset": 2}


def test_a_failure_after_the_first_byte_reaches_grpc_clients_as_a_status(stub):
    request = SynthesizeRequest(**play(["send", 1000], FAILURES["a status"]))
    responses = stub.Synthesize(request, timeout=10)
    assert next(responses).audio.data == bytes(1000)
    with pytest.raises(grpc.RpcError) as caught:
        next(responses)
    assert (caught.value.code(), caught.value.details()) == (grpc.StatusCode.INTERNAL, "It broke.")


@pytest.mark.parametrize("ending", ["killed", "exits", "stops"])
def test_a_service_that_ends_amid_a_stream_breaks_it(tmp_path, ending):
    """`stops`: its grace period ends before the stream does."""
    with (
        running_replica(tmp_path / "replica") as replica,
        running_envoy(tmp_path / "edge", upstreams([replica.port])) as edge,
        edge.client() as client,
    ):
        rest = ["exit"] if ending == "exits" else ["sleep", 60]
        request = play(["send", 1000], ["sleep", 0.05], rest)
        with client.stream("POST", SPEECH, json=request) as response:
            chunks = response.iter_raw()
            assert next(chunks) == bytes(1000)
            if ending != "exits":
                replica.process.send_signal(signal.SIGKILL if ending == "killed" else signal.SIGTERM)
            with pytest.raises(httpx2.RemoteProtocolError):
                next(chunks)


def test_the_guard_leaves_whole_streams_and_early_errors_alone(tmp_path, replica):
    with (
        running_envoy(tmp_path, upstreams([replica.port])) as edge,
        edge.client() as client,
    ):
        for _ in range(20):
            assert client.post(SPEECH, json=play(["send", 1000])).status_code == 200
        assert client.get("/v1/models").status_code == 200
        assert client.get("/v1/models/missing").status_code == 404
        early = play(["headers", {"x-one": "1"}], ["fail", "INVALID_ARGUMENT", "No."])
        assert error_of(client.post(SPEECH, json=early))["message"] == "No."
        assert edge.stat("cluster.nowhere.upstream_cx_none_healthy") == 0
        with pytest.raises(httpx2.RemoteProtocolError):
            client.post(SPEECH, json=play(["send", 1000], ["crash"]))
        assert edge.stat("cluster.nowhere.upstream_cx_none_healthy") == 1


def test_the_script_never_holds_audio_back(http):
    """edge/openai.lua reads bodies that are JSON: any other type passes at once, whatever is in it."""
    text = json.dumps({"code": 5, "message": "not an error"})
    with http.stream("POST", SPEECH, json=play(["text", text, "audio/pcm"], ["sleep", 5])) as response:
        began = time.monotonic()
        assert next(response.iter_raw()) == text.encode()
        assert time.monotonic() - began < 1
