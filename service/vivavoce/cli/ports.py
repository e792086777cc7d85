"""Ports: free ones are found, taken ones are named before anything starts."""

import errno
import socket
from typing import TYPE_CHECKING

from vivavoce.cli.failure import Failure

if TYPE_CHECKING:
    from vivavoce.config import Config


def claim(config: "Config", *fields: str) -> "Config":
    """`config` with ports in `fields` that can be listened on: a free one in place of 0.

    Raises Failure for a port that is taken, or wanted twice. gRPC and Envoy would share theirs with another
    process without a word.
    """
    claimed: dict[str, int] = {}
    for field in fields:
        port, flag = getattr(config, field), f"--{field.replace('_', '-')}"
        if port and port in claimed.values():
            raise Failure(f"port {port} is wanted twice: choose another one with {flag}")
        claimed[field] = _try(config.host, port, flag)
    return config.model_copy(update=claimed)


def free_port() -> int:
    """A port of the loopback address that nobody listens on just now."""
    return _try("127.0.0.1", 0, "")


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
