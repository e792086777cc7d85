"""What operators and browsers see: logs, request ids, health, CORS, the playground, limits that fit."""

import json
import re
import subprocess

import pytest
from edge.calls import NODE, SPEECH, error_of, play
from edge.processes import ROOT, cluster, configuration, connection_manager
from google.protobuf.descriptor_pb2 import FileDescriptorSet

SECRET = "a text that nobody may log"
PREFLIGHT = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}


def test_every_request_is_one_line_of_json_without_its_text(http, stage):
    request = {**play(["text", "four"]), "instructions": SECRET}
    identity = request["model"]
    headers = {"x-request-id": identity, "user-agent": 'odd "agent"'}
    assert http.post(f"{SPEECH}?input={SECRET}", json=request, headers=headers).status_code == 200
    line = stage.logged(identity)
    expected = {
        "event": "request", "method": "POST", "path": SPEECH, "rpc": "/speech.v1.SpeechService/Synthesize",
        "status": 200, "grpc_status": "OK", "bytes_out": 4, "attempts": 1, "user_agent": 'odd "agent"',
        "client": "127.0.0.1", "protocol": "HTTP/1.1",
    }  # fmt: skip
    assert {key: line[key] for key in expected} == expected
    assert 0 <= line["first_byte_ms"] <= line["duration_ms"]
    assert line["first_upstream_byte_ms"] <= line["duration_ms"]
    assert SECRET.split()[2] not in (stage.folder / "access.jsonl").read_text()


def test_errors_are_logged_with_what_they_were(http, stage):
    http.get("/v1/nowhere?input=secret", headers={"x-request-id": "lost"})
    line = stage.logged("lost")
    assert (line["status"], line["path"], line["details"]) == (404, "/v1/nowhere", "route_not_found")
    assert "secret" not in (stage.folder / "access.jsonl").read_text()
    http.post(SPEECH, content='{"input": 5}', headers={"x-request-id": "wrong"})
    assert stage.logged("wrong")["details"].startswith("grpc_json_transcode_failure")


def test_probes_are_not_logged(http, stage):
    for path in ("/healthz", "/readyz", "/livez"):
        http.get(path, headers={"x-request-id": "probe"})
    http.get("/v1/models", headers={"x-request-id": "after"})
    stage.logged("after")
    assert '"probe"' not in (stage.folder / "access.jsonl").read_text()


@pytest.mark.parametrize(
    "path", ["/v1/models", "/v1/models/missing", "/nowhere", "/v1/audio/speech", "/livez"]
)
def test_request_ids_are_echoed_or_made(http, path):
    assert http.get(path, headers={"x-request-id": "mine"}).headers.get_list("x-request-id") == ["mine"]
    assert re.fullmatch(r"[0-9a-f-]{36}", http.get(path).headers["x-request-id"])


def test_the_service_gets_the_request_id_of_the_answer(http, replica):
    request = play(["send", 1])
    identity = http.post(SPEECH, json=request).headers["x-request-id"]
    (event,) = replica.events("started", request["model"])
    assert event["metadata"]["x-request-id"] == identity


def test_headers_of_http_reach_the_service_and_its_metadata_comes_back(http, replica):
    request = play(["headers", {"x-ratelimit-remaining": "3"}], ["send", 1])
    response = http.post(SPEECH, json=request, headers={"authorization": "Bearer key"})
    (event,) = replica.events("started", request["model"])
    assert event["metadata"]["authorization"] == "Bearer key"
    assert response.headers["x-ratelimit-remaining"] == "3"
    assert not [name for name in response.headers if name.startswith("x-envoy")]


@pytest.mark.parametrize(("path", "body"), [("/healthz", ""), ("/readyz", ""), ("/livez", "ok")])
def test_probes_need_nothing(http, path, body):
    response = http.get(path)
    assert (response.status_code, response.text) == (200, body)


@pytest.mark.parametrize("origin", ["http://localhost:3000", "https://127.0.0.1", "http://[::1]:8000"])
def test_pages_of_this_machine_may_ask(http, origin):
    preflight = http.options(SPEECH, headers={"origin": origin, **PREFLIGHT})
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == origin
    assert preflight.headers["access-control-allow-headers"] == "authorization, *"
    failing = play(["fail", "NOT_FOUND", "Gone.", "model_not_found", "model"])
    for answer in (
        http.post(SPEECH, json=play(["send", 1]), headers={"origin": origin}),
        http.post(SPEECH, json=failing, headers={"origin": origin}),
        http.post(SPEECH, content="{", headers={"origin": origin}),
        http.get("/v1/models", headers={"origin": origin}),
    ):
        assert answer.headers["access-control-allow-origin"] == origin
        assert "x-request-id" in answer.headers["access-control-expose-headers"]


@pytest.mark.parametrize("origin", ["http://localhost.evil.example", "https://evil.example", "null"])
def test_other_pages_may_not(http, stage, origin):
    preflight = http.options(SPEECH, headers={"origin": origin, "x-request-id": origin, **PREFLIGHT})
    assert "access-control-allow-origin" not in preflight.headers
    assert stage.logged(origin)["upstream"] is None


def test_the_playground_is_one_page_that_needs_nothing_else(http):
    response = http.get("/")
    assert (response.status_code, response.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in response.headers["content-security-policy"]
    page = response.text
    assert page == (ROOT / "edge/playground.html").read_text()
    assert not re.search(r"https?:|//cdn|<script[^>]+src|<link[^>]+stylesheet|@import", page)
    assert error_of(http.post("/"))["code"] == "method_not_supported"


def test_the_playground_asks_for_what_there_is(http, tmp_path):
    page = http.get("/").text
    for path in set(re.findall(r'ask\("([^"]+)"', page)) - {SPEECH}:
        assert http.get(path).status_code == 200
    script = tmp_path / "playground.mjs"
    script.write_text(re.search(r"<script[^>]*>(.*)</script>", page, re.DOTALL).group(1))
    subprocess.run([NODE, "--check", script], check=True)


def test_every_control_of_the_playground_has_a_name(http):
    """For those who hear the page: each field stands in a label."""
    page = http.get("/").text
    outside = re.sub(r"<label>.*?</label>", "", page, flags=re.DOTALL)
    assert re.findall(r"<(?:input|select|textarea)\b", outside) == []
    assert re.findall(r"<label>", page) != []


def test_the_descriptor_set_knows_the_details_of_errors():
    """Otherwise an error with details would have an empty body."""
    files = FileDescriptorSet.FromString((ROOT / "edge/speech.binpb").read_bytes()).file
    assert {"google/rpc/error_details.proto", "speech/v1/speech.proto"} <= {file.name for file in files}


def test_limits_that_belong_together_agree():
    upstream = cluster(configuration())
    options = next(iter(upstream["typed_extension_protocol_options"].values()))
    http2 = options["explicit_http_config"]["http2_protocol_options"]
    requests = upstream["circuit_breakers"]["thresholds"][0]["max_requests"]
    assert http2["initial_connection_window_size"] >= requests * http2["initial_stream_window_size"]
    assert "connection_keepalive" not in http2
    text = json.dumps(connection_manager(configuration()))
    sizes = re.findall(r'"(?:max_request_body_size|request_body_buffer_limit)": (\d+)', text)
    assert sizes == ["1048576"] * 2
    assert "max_stream_duration" not in text  # it races the deadlines of gRPC clients
    assert configuration()["admin"]["address"]["socket_address"]["address"] == "127.0.0.1"
