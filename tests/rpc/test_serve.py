"""`vivavoce serve`: the service in a process of its own, as a pod runs it."""

import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_health.v1.health_pb2_grpc import HealthStub

from vivavoce.client import Client, SpeechServiceError

VIVAVOCE = Path(sys.executable).parent / "vivavoce"
SERVING = HealthCheckResponse.SERVING


@contextmanager
def serving(folder, *flags):
    """A service that is ready, on a socket."""
    socket = folder / "speech.sock"
    ports = ("--grpc-port", "0", "--metrics-port", "0")
    command = [VIVAVOCE, "serve", *ports, "--unix-socket", socket, *flags]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stderr=log)
    try:
        with grpc.insecure_channel(f"unix:{socket}") as channel:
            wait_until_ready(channel, process)
        yield process, f"unix:{socket}"
    finally:
        process.kill()
        process.wait()


def wait_until_ready(channel, process):
    request = HealthCheckRequest(service="speech.v1.SpeechService")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert process.poll() is None
        try:
            if HealthStub(channel).Check(request, wait_for_ready=True, timeout=30).status == SERVING:
                return
        except grpc.RpcError:
            time.sleep(0.05)
    pytest.fail("never ready")


def test_it_serves_a_socket_and_ends_with_0_when_streams_are_done(tmp_path):
    with serving(tmp_path) as (process, target), Client(target) as client:
        speech = client.synthesize("The last sentence is heard to its end. " * 10, response_format="pcm")
        process.send_signal(signal.SIGTERM)
        seconds = sum(map(len, speech)) / 48000
        assert process.wait(10) == 0
    assert speech.usage.audio_seconds == pytest.approx(seconds, abs=0.1)
    assert seconds > 15


def test_it_asks_for_keys(tmp_path):
    made = subprocess.run([VIVAVOCE, "key", "test"], capture_output=True, text=True, check=True)
    (tmp_path / "keys.toml").write_text(made.stdout)
    key = made.stderr.split()[-1]
    with serving(tmp_path, "--keys-file", tmp_path / "keys.toml") as (_, target):
        with Client(target, key=key) as client:
            assert client.models()
        with Client(target, key="wrong") as client, pytest.raises(SpeechServiceError) as caught:
            client.models()
    assert caught.value.code == "invalid_api_key"


def test_keys_that_cannot_be_read_are_one_line(tmp_path):
    (tmp_path / "keys.toml").write_text("")
    command = [VIVAVOCE, "serve", "--grpc-port", "0", "--metrics-port", "0"]
    command += ["--keys-file", tmp_path / "keys.toml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"vivavoce: keys file {tmp_path / 'keys.toml'}: ")
    assert done.stderr.count("\n") == 1
