"""/metrics over HTTP, for Prometheus: the metrics of a registry, and Envoy's behind them."""

import logging
import socket
from contextlib import closing
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from threading import Thread

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from vivavoce.config import Config, ConfigurationError

ENVOY_TIMEOUT_SECONDS = 1.0
SECONDS_TO_NOTICE_THE_END = 0.1

log = logging.getLogger(__name__)


class MetricsPage(ThreadingMixIn, TCPServer):
    """Serves GET /metrics from a thread of its own, on `config.metrics_port`.

    Raises ConfigurationError, with one line, if it cannot listen there.
    """

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, config: Config, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._envoy_admin = config.envoy_admin
        if self._envoy_admin:
            self._edge_up = Gauge("vivavoce_edge_up", "Whether Envoy answers.", registry=registry)
        self.address_family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
        try:
            super().__init__((config.host, config.metrics_port), _Answer)
        except OSError as error:
            raise ConfigurationError(
                f"cannot listen on {config.host}:{config.metrics_port} for metrics: {error.strerror}; "
                "choose another port with metrics_port"
            ) from None

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.socket.getsockname()[1])

    def start(self) -> None:
        """Answers from now on."""
        listen = partial(self.serve_forever, poll_interval=SECONDS_TO_NOTICE_THE_END)
        Thread(target=listen, name="vivavoce-metrics", daemon=True).start()

    def stop(self) -> None:
        """Ends, after `start`."""
        self.shutdown()
        self.server_close()

    def content(self) -> bytes:
        """The whole page. Without an answer from Envoy, ours alone."""
        envoy = self._envoy() if self._envoy_admin else b""
        return generate_latest(self._registry) + envoy

    def _envoy(self) -> bytes:
        try:
            with closing(HTTPConnection(self._envoy_admin, timeout=ENVOY_TIMEOUT_SECONDS)) as connection:
                connection.request("GET", "/stats/prometheus?usedonly")
                content = connection.getresponse().read()
        except (OSError, HTTPException) as error:
            log.warning("no metrics from Envoy at %s: %s", self._envoy_admin, error)
            self._edge_up.set(0)
            return b""
        self._edge_up.set(1)
        return content


class _Answer(BaseHTTPRequestHandler):
    server: MetricsPage
    timeout = 10.0  # seconds for a scraper to ask and to read

    def do_GET(self) -> None:
        if self.path.partition("?")[0] != "/metrics":
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        content = self.server.content()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", CONTENT_TYPE_PLAIN_0_0_4)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nobody wants to read of every scrape."""
