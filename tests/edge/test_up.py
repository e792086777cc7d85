"""`vivavoce up`: what it prints works, and it ends as it should, whatever ends it."""

import itertools
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from edge.processes import wait_until
from edge.shell import BIN, run_shell
from edge.whole import logged, running_up
from listening import decode, listen, recognise, word_error_rate

LONG = "The rain had stopped by the time we reached the station. " * 25
BYTES_PER_SECOND = 48000


def status(url):
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def listens(address):
    host, _, port = address.partition(":")
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


@contextmanager
def long_speech(up):
    """An answer whose first bytes are there, and whose rest is still being made."""
    body = {"model": "viva", "input": LONG, "voice": "kathleen", "response_format": "pcm"}
    with httpx2.stream("POST", f"http://{up.http}/v1/audio/speech", json=body, timeout=60) as response:
        assert response.status_code == 200
        chunks = response.iter_raw()
        yield itertools.chain([next(chunks)], chunks)


def envoys(up):
    """Process ids of the children of `up`."""
    pid = up.process.pid
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_what_it_prints_works_as_pasted(up, tmp_path):
    run_shell(up.curl, tmp_path)
    sentence = re.search(r'"input": "([^"]*)"', up.curl)[1]
    samples = decode((tmp_path / "speech.mp3").read_bytes())
    assert 1 < listen(samples).seconds < 5
    assert word_error_rate(sentence, recognise(samples)) <= 0.3


def test_both_write_a_line_under_one_request_id(up, tmp_path):
    run_shell(up.curl.replace("curl ", "curl -H 'x-request-id: pasted' "), tmp_path)
    service, edge = sorted(up.lines("pasted"), key=lambda line: "path" in line)
    assert (service["method"], service["status"], service["voice"]) == ("Synthesize", "OK", "kathleen")
    assert (edge["path"], edge["status"], edge["grpc_status"]) == ("/v1/audio/speech", 200, "OK")
    assert edge["bytes_out"] == (tmp_path / "speech.mp3").stat().st_size
    assert "pleasure" not in logged(up.folder)


def test_one_port_has_the_metrics_of_both(up):
    with urllib.request.urlopen(f"http://{up.metrics}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    assert "vivavoce_edge_up 1.0" in text
    assert "vivavoce_requests_total{" in text
    assert "envoy_http_downstream_rq_total{" in text


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_when_running_streams_are_done(tmp_path, asked):
    with running_up(tmp_path) as up:
        (envoy,) = envoys(up)
        with long_speech(up) as chunks:
            up.process.send_signal(asked)
            wait_until(lambda: status(f"http://{up.http}/readyz") == 503)
            assert status(f"http://{up.http}/livez") == 200
            audio = b"".join(chunks)
        assert up.process.wait(10) == 0
    assert len(audio) > len(LONG) * 0.05 * BYTES_PER_SECOND
    assert not listens(up.http)
    assert not alive(envoy)


def test_a_second_signal_ends_it_at_once(tmp_path):
    with running_up(tmp_path) as up, long_speech(up):
        up.process.send_signal(signal.SIGINT)
        wait_until(lambda: "ending" in logged(tmp_path))
        began = time.monotonic()
        up.process.send_signal(signal.SIGINT)
        assert up.process.wait(10) == 130
        assert time.monotonic() - began < 3
        assert not listens(up.http)
        assert "Traceback" not in logged(tmp_path)


def test_it_ends_with_envoy(tmp_path):
    with running_up(tmp_path) as up:
        (envoy,) = envoys(up)
        os.kill(envoy, signal.SIGKILL)
        assert up.process.wait(10) == 1
    assert logged(tmp_path).splitlines()[-1].startswith("vivavoce: Envoy ended with status -9")


def test_envoy_ends_with_it(tmp_path):
    with running_up(tmp_path) as up:
        (envoy,) = envoys(up)
        up.process.kill()
        wait_until(lambda: not alive(envoy))
    assert not listens(up.http)


def test_a_port_in_use_is_one_line(up):
    taken = up.http.rpartition(":")[2]
    done = subprocess.run(
        [BIN / "vivavoce", "up", "--http-port", taken], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"vivavoce: port {taken} is in use: stop what listens there, or choose another one with --http-port\n"
    )
