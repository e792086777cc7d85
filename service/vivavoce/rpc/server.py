"""The gRPC server: a port, perhaps a socket, health, reflection, and an orderly end.

server = Server(config, synthesizer, telemetry)
port = await server.start()      # answers probes: NOT_SERVING; every other call: UNAVAILABLE
...                              # the models warm up
await server.set_ready(True)     # SERVING
...                              # until it is time to go
await server.stop()              # NOT_SERVING, no new calls, running ones end within grace_seconds
"""

import socket
from pathlib import Path

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from vivavoce.config import Config, ConfigurationError
from vivavoce.core import Observer
from vivavoce.pb import speech_pb2
from vivavoce.pb.speech_pb2_grpc import add_SpeechServiceServicer_to_server
from vivavoce.rpc.auth import Keys
from vivavoce.rpc.calls import Calls
from vivavoce.rpc.speech import SpeechService
from vivavoce.synthesizer import Synthesizer

SERVICE = speech_pb2.DESCRIPTOR.services_by_name["SpeechService"].full_name
MAX_REQUEST_BYTES = 1_200_000
SOCKET_MODE = 0o660
OPTIONS = (
    ("grpc.so_reuseport", 0),  # otherwise a second service on the same port takes half the calls
    ("grpc.max_receive_message_length", MAX_REQUEST_BYTES),
    # Envoy puts every caller on one connection; how many may speak is decided at the engine's door.
    ("grpc.max_concurrent_streams", 1_000_000),
    # Callers may ping as they like, even between calls …
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_ping_strikes", 0),
    # … and one that has vanished without a word is noticed within a minute.
    ("grpc.keepalive_time_ms", 40_000),
    ("grpc.keepalive_timeout_ms", 20_000),
)


class Server:
    """Serves a Synthesizer. `observer` is told of every call but those of the health service.

    Raises ConfigurationError, with one line, for keys that cannot be read.
    """

    def __init__(self, config: Config, synthesizer: Synthesizer, observer: Observer) -> None:
        self._config = config
        self._calls = Calls(Keys(config.keys_file) if config.keys_file else None, observer)
        self._service = SpeechService(synthesizer)
        self._health = health.aio.HealthServicer()
        self._server: grpc.aio.Server | None = None

    async def start(self) -> int:
        """Listens, and returns the port. Raises ConfigurationError, with one line, if that cannot be."""
        self._server = grpc.aio.server(interceptors=[self._calls], options=OPTIONS)
        add_SpeechServiceServicer_to_server(self._service, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        names = (SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, self._server)
        await self.set_ready(False)
        port = self._listen(self._server)
        await self._server.start()
        return port

    async def set_ready(self, ready: bool) -> None:  # noqa: FBT001 - set_ready(True) reads well
        """Tells the probes whether speech can be had. The first True also opens the door; a later False
        leaves it open, since callers come until the last balancer has heard of it."""
        self._calls.open |= ready
        status = health_pb2.HealthCheckResponse.ServingStatus
        for service in ("", SERVICE):
            await self._health.set(service, status.SERVING if ready else status.NOT_SERVING)

    async def stop(self, grace_seconds: float | None = None) -> None:
        """Ends: no new calls, and running ones have `grace_seconds` (default: the configured ones)."""
        if self._server is None:
            return
        grace_seconds = self._config.grace_seconds if grace_seconds is None else grace_seconds
        await self._health.enter_graceful_shutdown()
        await self._server.stop(grace_seconds)
        await self._calls.ended()

    def _listen(self, server: grpc.aio.Server) -> int:
        address = _address(self._config.host, self._config.grpc_port)
        if self._config.unix_socket:
            _listen_on_socket(server, self._config.unix_socket)
        try:
            return server.add_insecure_port(address)
        except RuntimeError:
            raise ConfigurationError(
                f"cannot listen on {address}: is the port in use? choose another with grpc_port"
            ) from None


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _listen_on_socket(server: grpc.aio.Server, path: Path) -> None:
    """Others of our group may connect: Envoy runs under a user of its own."""
    _remove_stale(path)
    try:
        server.add_insecure_port(f"unix:{path}")
        path.chmod(SOCKET_MODE)
    except (RuntimeError, OSError):
        raise ConfigurationError(
            f"cannot listen on {path}: its folder must be there and writable, its name not too long"
        ) from None


def _remove_stale(path: Path) -> None:
    """Removes the socket that a service left which did not end in order."""
    if not path.is_socket():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink()
        else:
            raise ConfigurationError(f"cannot listen on {path}: another service does")
