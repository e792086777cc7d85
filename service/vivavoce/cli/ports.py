"""Ports: taken ones are named before anything starts, free ones are found."""

import errno
import socket
from typing import TYPE_CHECKING

from vivavoce.cli.failure import Failure

if TYPE_CHECKING:
    from vivavoce.config import Config


def check(config: "Config", *fields: str) -> None:
    """Raises Failure for a port in `fields` that is taken, or wanted twice. It is asked before anything slow
    begins; gRPC and Envoy would share theirs with another process without a word."""
    seen: set[int] = set()
    for field in fields:
        port, flag = getattr(config, field), f"--{field.replace('_', '-')}"
        if port and port in seen:
            raise Failure(f"port {port} is wanted twice: choose another one with {flag}")
        seen.add(port)
        _try(config.host, port, flag)


def free_port(host: str = "127.0.0.1") -> int:
    """A port that nobody listens on just now. Soon somebody may: it is to be used at once."""
    return _try(host, 0, "--http-port")


def _try(host: str, port: int, flag: str) -> int:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            # As servers do: a port whose last connections are still being forgotten is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Failure(
                f"port {port} is in use: stop what listens there, or choose another one with {flag}"
            ) from None
        raise Failure(f"cannot listen on {host}:{port}: {error.strerror} (see --host and {flag})") from None
