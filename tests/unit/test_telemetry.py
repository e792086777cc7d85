"""Records → metrics, the page and the lines of log."""

import io
import json
import logging
import re
import socket
from dataclasses import replace
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from structlog.contextvars import bound_contextvars

from vivavoce.config import Config, ConfigurationError
from vivavoce.core import RequestRecord, StageTimes
from vivavoce.engine import BatchRecord, Stage, Stats
from vivavoce.telemetry import MetricsPage, Telemetry, configure_logging

TIMES = StageTimes(text=0.01, queue=0.02, encode=0.03, decode=0.04, audio=0.05, first_audio=0.06, total=3.0)
SPOKEN = RequestRecord(
    method="Synthesize", request_id="r-1", key="app", status="OK", model="viva", voice="kathleen",
    audio_format="mp3", user_id="u-1", input_characters=40, audio_seconds=2.0, times=TIMES,
)  # fmt: skip


@pytest.fixture
def telemetry():
    return Telemetry()


def value(telemetry, name, **labels):
    return telemetry.registry.get_sample_value(name, labels)


def test_requests_are_counted_by_their_outcome(telemetry):
    for status, code in [("OK", ""), ("OK", ""), ("NOT_FOUND", "model_not_found"), ("CANCELLED", "")]:
        telemetry.request_started("Synthesize")
        telemetry.request_finished(RequestRecord("Synthesize", "r", "", status, code))
    count = "vivavoce_requests_total"
    assert value(telemetry, count, method="Synthesize", status="OK", code="") == 2
    assert value(telemetry, count, method="Synthesize", status="NOT_FOUND", code="model_not_found") == 1
    assert value(telemetry, "vivavoce_cancelled_total", method="Synthesize") == 1
    assert value(telemetry, "vivavoce_requests_in_progress", method="Synthesize") == 0


def test_requests_under_way_are_seen(telemetry):
    telemetry.request_started("Synthesize")
    assert value(telemetry, "vivavoce_requests_in_progress", method="Synthesize") == 1


def test_speech_is_measured_by_the_times_that_came_with_it(telemetry):
    telemetry.request_started("Synthesize")
    telemetry.request_finished(SPOKEN)
    assert value(telemetry, "vivavoce_audio_seconds_total", model="viva") == 2.0
    assert value(telemetry, "vivavoce_input_characters_total", model="viva") == 40
    assert value(telemetry, "vivavoce_time_to_first_audio_seconds_sum", model="viva") == 0.06
    assert value(telemetry, "vivavoce_real_time_factor_sum", model="viva") == pytest.approx(0.15 / 2)
    for stage in ("text", "queue", "encode", "decode", "audio"):
        seconds = value(telemetry, "vivavoce_stage_seconds_sum", model="viva", stage=stage)
        assert seconds == getattr(TIMES, stage)


def test_a_request_without_audio_says_nothing_of_speed(telemetry):
    telemetry.request_started("Synthesize")
    telemetry.request_finished(
        RequestRecord("Synthesize", "r", "", "UNAVAILABLE", "overloaded", model="viva")
    )
    assert value(telemetry, "vivavoce_time_to_first_audio_seconds_count", model="viva") is None
    assert value(telemetry, "vivavoce_real_time_factor_count", model="viva") is None


def test_batches_of_the_engine(telemetry):
    telemetry.batch_ran(BatchRecord("viva", Stage.DECODE, 3, (0.1, 0.2, 0.3), 0.05))
    labels = {"model": "viva", "stage": "decode"}
    assert value(telemetry, "vivavoce_batch_size_sum", **labels) == 3
    assert value(telemetry, "vivavoce_batch_run_seconds_sum", **labels) == 0.05
    assert value(telemetry, "vivavoce_queue_wait_seconds_sum", **labels) == pytest.approx(0.6)
    assert value(telemetry, "vivavoce_queue_wait_seconds_count", **labels) == 3


def test_the_engine_is_looked_at_when_somebody_asks(telemetry):
    stats = [Stats(active_streams=2, waiting_jobs=5)]
    telemetry.watch_engine(lambda: stats[-1])
    assert value(telemetry, "vivavoce_queue_length") == 5
    stats.append(Stats(active_streams=1))
    assert value(telemetry, "vivavoce_queue_length") == 0
    assert value(telemetry, "vivavoce_active_streams") == 1


def test_two_services_in_one_process_count_for_themselves(telemetry):
    other = Telemetry()
    other.request_started("Synthesize")
    other.request_finished(SPOKEN)
    assert value(telemetry, "vivavoce_audio_seconds_total", model="viva") is None


class Envoy(BaseHTTPRequestHandler):
    """The one page of Envoy's admin interface that we read."""

    def do_GET(self):
        assert self.path == "/stats/prometheus?usedonly"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"# TYPE envoy_requests counter\nenvoy_requests{} 7\n")

    def log_message(self, *_):
        pass


@pytest.fixture
def envoy():
    with HTTPServer(("127.0.0.1", 0), Envoy) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def page(telemetry):
    """`page(**settings)` → `get(path)` → (status, content type, text)."""
    pages = []

    def start(**settings):
        pages.append(MetricsPage(Config(metrics_port=0, **settings), telemetry.registry))
        pages[-1].start()

        def get(path="/metrics"):
            connection = HTTPConnection("127.0.0.1", pages[-1].port, timeout=5)
            connection.request("GET", path)
            answer = connection.getresponse()
            text = answer.read().decode()
            connection.close()
            return answer.status, answer.getheader("content-type"), text

        return get

    yield start
    for one in pages:
        one.stop()


def test_the_page_is_what_prometheus_reads(telemetry, page):
    telemetry.request_started("Synthesize")
    telemetry.request_finished(SPOKEN)
    get = page()
    status, content_type, text = get()
    assert (status, content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert 'vivavoce_requests_total{code="",method="Synthesize",status="OK"} 1.0' in text
    assert "vivavoce_build_info{" in text
    assert "process_resident_memory_bytes" in text
    assert "vivavoce_edge_up" not in text
    assert get("/")[0] == 404
    assert get("/metrics?x=1")[0] == 200


def test_envoys_metrics_follow_ours(page, envoy):
    _, _, text = page(envoy_admin=envoy)()
    assert "vivavoce_edge_up 1.0" in text
    assert text.endswith("envoy_requests{} 7\n")


def test_without_envoy_ours_stand_alone(page):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, but nobody listens
        status, _, text = page(envoy_admin=f"127.0.0.1:{taken.getsockname()[1]}")()
    assert status == 200
    assert "vivavoce_edge_up 0.0" in text
    assert "vivavoce_build_info{" in text


def test_a_port_in_use_is_one_line(telemetry, page):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match="metrics_port") as raised:
            MetricsPage(Config(metrics_port=port), telemetry.registry)
    assert str(port) in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.fixture
def log():
    """`log(**settings)` sends the process's log to a stream that is given back; the old one returns later."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def configure(**settings):
        stream = io.StringIO()
        root.handlers[:] = []
        configure_logging(Config(**settings), stream)
        return stream

    yield configure
    root.handlers[:] = handlers
    root.setLevel(level)


def test_every_request_is_one_line_of_json(telemetry, log):
    stream = log(log_format="json")
    telemetry.request_started("Synthesize")
    telemetry.request_finished(SPOKEN)
    line = json.loads(stream.getvalue())
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request", "level": "info", "logger": "vivavoce.access", "request_id": "r-1", "key": "app",
        "method": "Synthesize", "status": "OK", "code": "", "model": "viva", "voice": "kathleen",
        "format": "mp3", "user_id": "u-1", "characters": 40, "audio_seconds": 2.0,
        "first_audio_seconds": 0.06, "total_seconds": 3.0,
    }  # fmt: skip


def test_a_traceback_stays_on_its_line_and_bears_the_request_id(log):
    stream = log(log_format="auto")
    with bound_contextvars(request_id="r-2"):
        try:
            int("ours")
        except ValueError:
            logging.getLogger("anywhere").exception("it failed")
    line = json.loads(stream.getvalue())
    assert (line["event"], line["level"], line["request_id"]) == ("it failed", "error", "r-2")
    assert "ValueError: invalid literal" in line["exception"]


def test_people_get_plain_lines(telemetry, log):
    stream = log(log_format="console")
    telemetry.request_started("Synthesize")
    telemetry.request_finished(replace(SPOKEN, key="", user_id=""))
    assert "request_id=r-1" in stream.getvalue()
    assert "{" not in stream.getvalue()
    assert not re.search(r"\b(code|key|user_id)=", stream.getvalue()), "what says nothing is left out"


def test_it_tells_whether_people_read_it(log):
    log(log_format="json")  # the fixture puts the process's log back
    told = [configure_logging(Config(log_format=name), io.StringIO()) for name in ("console", "json", "auto")]
    assert told == [True, False, False]


def test_the_level_is_kept(log):
    stream = log(log_format="json", log_level="error")
    logging.getLogger("anywhere").warning("hm")
    assert stream.getvalue() == ""
