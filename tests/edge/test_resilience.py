"""Replicas that are full or gone, clients that stall or hang up, and an end that cuts no stream."""

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import grpc
import httpx2
import pytest
from edge.calls import SPEECH, error_of, play
from edge.processes import (
    ROOT,
    Edge,
    Replica,
    connection_manager,
    free_port,
    running_envoy,
    running_replica,
    upstreams,
    wait_until,
)

from vivavoce.pb.speech_pb2 import SynthesizeRequest
from vivavoce.pb.speech_pb2_grpc import SpeechServiceStub


@contextmanager
def running(folder, *flags: str) -> Iterator[tuple[Edge, list[Replica]]]:
    """Envoy before one scripted replica for each of `flags` ("full", or "" for a plain one)."""
    with ExitStack() as stack:
        replicas = [
            stack.enter_context(running_replica(folder / f"replica{number}", *flag.split()))
            for number, flag in enumerate(flags)
        ]
        ports = [replica.port for replica in replicas]
        yield stack.enter_context(running_envoy(folder / "edge", upstreams(ports))), replicas


def readiness(edge: Edge) -> int:
    return edge.get("/readyz").status_code


def test_a_full_replica_is_spared_and_another_one_speaks(tmp_path):
    with running(tmp_path, "full", "") as (edge, (full, free)), edge.client() as http:
        statuses = [http.post(SPEECH, json=play(["send", 10], model="m")).status_code for _ in range(40)]
        assert statuses == [200] * 40
        assert len(full.events("started", "m")) > 0
        assert len(free.events("finished", "m")) == 40


def test_when_all_replicas_are_full_the_caller_is_told_at_once_and_nobody_is_taken_for_dead(tmp_path):
    with running(tmp_path, "full") as (edge, _), edge.client() as http:
        responses = [http.post(SPEECH, json=play()) for _ in range(20)]
        for response in responses:
            assert (response.status_code, response.headers["retry-after"]) == (503, "3")
            assert error_of(response)["code"] == "overloaded"
        assert min(response.elapsed.total_seconds() for response in responses) < 0.05
        assert readiness(edge) == 200


def test_the_callers_own_limit_is_never_tried_elsewhere(http, replica):
    request = play(["fail", "RESOURCE_EXHAUSTED", "Your limit.", "rate_limit_exceeded", None, 2])
    response = http.post(SPEECH, json=request)
    assert (response.status_code, response.headers["retry-after"]) == (429, "2")
    assert len(replica.events("started", request["model"])) == 1
    unavailable = play(["fail", "UNAVAILABLE", "Full.", "overloaded", None, 2])
    http.post(SPEECH, json=unavailable)
    assert len(replica.events("started", unavailable["model"])) == 3


def test_a_replica_that_is_killed_costs_no_request(tmp_path):
    """Before its first byte, a request goes to another replica."""
    with running(tmp_path, "", "") as (edge, (doomed, _)), ThreadPoolExecutor(16) as pool:
        request = play(["sleep", 0.3], ["send", 10], model="m")
        answers = [pool.submit(edge.post, SPEECH, json=request) for _ in range(16)]
        wait_until(lambda: doomed.events("started", "m"))
        doomed.process.kill()
        answers += [pool.submit(edge.post, SPEECH, json=request) for _ in range(16)]
        assert [answer.result().status_code for answer in answers] == [200] * 32


def test_readiness_is_that_of_the_service(tmp_path):
    with running(tmp_path, "") as (edge, (replica,)):
        for serving, status in ((False, 503), (True, 200)):
            replica.become(serving=serving)
            wait_until(lambda status=status: readiness(edge) == status, 2)
            response = edge.post(SPEECH, json=play(["send", 1]))
            assert response.status_code == status
        replica.process.kill()
        wait_until(lambda: readiness(edge) == 503, 2)
        for path in ("/healthz", "/livez"):
            assert edge.get(path).status_code == 200
        assert error_of(edge.get("/readyz"))["code"] == "service_unavailable"
        with running_replica(tmp_path / "again", address=f"127.0.0.1:{replica.port}"):
            wait_until(lambda: readiness(edge) == 200, 3)


def test_readiness_comes_when_the_service_starts_after_envoy(tmp_path):
    port = free_port()
    with running_envoy(tmp_path / "edge", upstreams([port]), ready=False) as edge:
        assert readiness(edge) == 503
        with running_replica(tmp_path / "replica", address=f"127.0.0.1:{port}"):
            wait_until(lambda: readiness(edge) == 200, 2)


@pytest.mark.parametrize("first", [[], [["send", 1000]]], ids=["before audio", "amid audio"])
def test_a_client_that_hangs_up_frees_its_work(http, stub, replica, first):
    request = play(*first, ["sleep", 30])
    with (
        pytest.raises(httpx2.ReadTimeout),
        http.stream("POST", SPEECH, json=request, timeout=0.3) as response,
    ):
        response.read()
    wait_until(lambda: replica.events("cancelled", request["model"]), 1)
    request = play(*first, ["sleep", 30])
    call = stub.Synthesize(SynthesizeRequest(**request))
    wait_until(lambda: replica.events("started", request["model"]))
    call.cancel()
    wait_until(lambda: replica.events("cancelled", request["model"]), 1)


@contextmanager
def deaf_listener(edge: Edge, request: dict) -> Iterator[None]:
    """Somebody who asks, and reads nothing of the answer."""
    body = json.dumps(request).encode()
    head = f"POST {SPEECH} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.connect(("127.0.0.1", edge.port))
        connection.sendall(head + body)
        yield


def test_a_listener_that_does_not_read_is_given_up(tmp_path, replica):
    def hasty(config: dict) -> None:
        manager = connection_manager(config)
        manager["route_config"]["virtual_hosts"][0]["routes"][0]["route"]["idle_timeout"] = "0.5s"

    request = play(["send", 65536, "audio/wav", 1000])
    with running_envoy(tmp_path, upstreams([replica.port]), hasty) as edge, deaf_listener(edge, request):
        wait_until(lambda: replica.events("cancelled", request["model"]), 10)


def test_listeners_that_do_not_read_hold_up_nobody(stage, replica):
    """100 of them fill their windows; Envoy's connection to the service must have room for others."""
    request = play(["send", 65536, "audio/wav", 1000])
    with ExitStack() as stack:
        for _ in range(100):
            stack.enter_context(deaf_listener(stage, request))
        wait_until(lambda: len(replica.events("started", request["model"])) == 100, 10)
        received = 0
        while received < (received := stage.stat("cluster.speech.upstream_cx_rx_bytes_total")):
            time.sleep(0.3)  # until every window is full
        began = time.monotonic()
        assert stage.post(SPEECH, json=play(["send", 200_000])).content == bytes(200_000)
        assert time.monotonic() - began < 2
        assert not replica.events("finished", request["model"])
    cancelled = wait_until(
        lambda: len(found := replica.events("cancelled", request["model"])) == 100 and found, 10
    )
    assert max(event["sent"] for event in cancelled) < 65_536_000 / 4  # the service was held back


def test_streams_outlive_a_drain(tmp_path):
    with running(tmp_path, "") as (edge, (replica,)), edge.client() as kept:
        request = play(["send", 1000, "audio/mpeg", 40, 0.1])
        kept.get("/v1/models")  # opens its connection

        def listen() -> bytes:
            return edge.post(SPEECH, json=request, timeout=10).content

        def listen_by_grpc() -> bytes:
            with grpc.insecure_channel(edge.host) as channel:
                responses = SpeechServiceStub(channel).Synthesize(SynthesizeRequest(**request))
                return b"".join(response.audio.data for response in responses)

        with ThreadPoolExecutor() as pool:
            listeners = [pool.submit(listen), pool.submit(listen_by_grpc)]
            wait_until(lambda: len(replica.events("started", request["model"])) == 2)
            with drain(edge.admin.rpartition(":")[2], leave_seconds=1) as draining:
                wait_until(lambda: readiness(edge) == 503, 1)
                assert edge.get("/livez").status_code == 200  # or the kubelet would kill it
                late = kept.post(SPEECH, json=play(["send", 10]))  # balancers may still send some
                assert (late.content, late.headers["connection"]) == (bytes(10), "close")
                time.sleep(1.2)
                with pytest.raises(httpx2.ConnectError):
                    edge.get("/livez")
                assert draining.poll() is None
                assert draining.wait(timeout=10) == 0
            assert [listener.result(timeout=1) for listener in listeners] == [bytes(40_000)] * 2
        edge.process.terminate()
        assert edge.process.wait(timeout=5) == 0


def drain(admin_port: str, leave_seconds: int) -> subprocess.Popen:
    environment = {**os.environ, "LEAVE_SECONDS": str(leave_seconds)}
    return subprocess.Popen([ROOT / "edge" / "drain.sh", admin_port], env=environment)


def test_a_drain_ends_with_envoy(tmp_path):
    """The hooks of both containers run it, and Envoy may end between two looks of the other one."""
    with (
        running(tmp_path, "") as (edge, _),
        httpx2.stream("POST", edge.url + SPEECH, json=play(["send", 1], ["sleep", 30])),
        drain(edge.admin.rpartition(":")[2], leave_seconds=0) as draining,
    ):
        time.sleep(0.5)
        assert draining.poll() is None
        edge.process.kill()
        assert draining.wait(timeout=3) == 0


def test_a_drain_without_envoy_fails_rather_than_waits():
    done = subprocess.run(
        [ROOT / "edge" / "drain.sh", str(free_port())], capture_output=True, timeout=5, check=False
    )
    assert done.returncode != 0


def test_nobody_reaches_a_service_that_is_not_there(tmp_path):
    with running_envoy(tmp_path, upstreams([free_port()]), ready=False) as edge:
        response = edge.post(SPEECH, json=play())
        assert (response.status_code, response.headers["retry-after"]) == (503, "1")
        assert error_of(response)["code"] == "service_unavailable"
