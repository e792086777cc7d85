"""`vivavoce up`: the service and Envoy in one terminal.

The service runs in this process, Envoy as its child. Whichever ends, ends both.
"""

import asyncio
import json
import logging
import sys
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NoReturn

import click

from vivavoce.cli.options import command

if TYPE_CHECKING:
    from vivavoce.cli.envoy import Envoy, Line
    from vivavoce.cli.serving import Service
    from vivavoce.config import Config
    from vivavoce.models.base import Facts

GREETING = "Hello! It is a pleasure to meet you."
FLUSH_SECONDS = 5.0
"""For the bytes on their way to callers, when the last of them is made."""
SHOWN = ("timestamp", "method", "path", "status", "bytes_out", "first_byte_ms", "duration_ms", "request_id")
"""Of Envoy's line for a request, on a terminal."""

log = logging.getLogger(__name__)


@command(leave_out=("envoy_admin",), example="vivavoce up --http-port 8000")
def up(config: "Config") -> None:
    """Run the service and Envoy. Ctrl-C ends both when running requests are done; a second one, at once."""
    from vivavoce.cli.ports import claim, free_port
    from vivavoce.telemetry import configure_logging

    config = claim(config, "http_port", "grpc_port", "metrics_port")
    admin_port = free_port()
    configure_logging(config)
    asyncio.run(_up(config.model_copy(update={"envoy_admin": f"127.0.0.1:{admin_port}"}), admin_port))


async def _up(config: "Config", admin_port: int) -> None:
    from vivavoce.cli import envoy
    from vivavoce.cli.edge import Addresses, reachable
    from vivavoce.cli.ending import first_of, interrupts
    from vivavoce.cli.serving import service

    addresses = Addresses(config.host, config.http_port, admin_port, reachable(config.host), config.grpc_port)
    for_people = config.log_format == "console" or (config.log_format == "auto" and sys.stderr.isatty())
    show = partial(_log_line, for_people=for_people)
    async with envoy.running(addresses, show) as edge, service(config) as speech:
        with interrupts() as asked:
            await first_of(
                asked.wait(), _welcome(edge, speech, config, asked), speech.keep_ready(), _fail(edge)
            )
            await _drain(edge, speech, config.grace_seconds)


async def _welcome(edge: "Envoy", speech: "Service", config: "Config", asked: asyncio.Event) -> None:
    """Says where to call as soon as speech can be had, and waits for the end."""
    await edge.ready()
    click.echo(_how_to_call(config, speech.parts.models[0].facts))
    await asked.wait()


async def _fail(edge: "Envoy") -> NoReturn:
    raise click.ClickException(await edge.ended())


async def _drain(edge: "Envoy", speech: "Service", grace_seconds: float) -> None:
    log.info("ending: running requests have %g s; a second Ctrl-C cuts them off", grace_seconds)
    await edge.refuse()
    await speech.server.stop()
    with suppress(TimeoutError):  # a caller who does not take what was made for him
        async with asyncio.timeout(FLUSH_SECONDS):
            await edge.idle()


def _log_line(line: "Line", *, for_people: bool) -> None:
    """Puts a line of Envoy's among ours; of a request, people see what they want to know."""
    event = line.pop("event")
    level = logging.getLevelNamesMapping().get(line.pop("level", "info").upper(), logging.INFO)
    logger = logging.getLogger(line.pop("logger", "envoy"))
    if for_people and event == "request":
        line = {name: line[name] for name in SHOWN if line.get(name) is not None}
    logger.log(level, "%s", event, extra=line)


def _how_to_call(config: "Config", facts: "Facts") -> str:
    from vivavoce.cli.edge import reachable

    host = reachable(config.host)
    host = f"[{host}]" if ":" in host else host
    http, grpc, metrics = (
        f"{host}:{port}" for port in (config.http_port, config.grpc_port, config.metrics_port)
    )
    body = {"model": facts.id, "input": GREETING, "voice": facts.voices[0].id}
    key = " -H 'Authorization: Bearer YOUR_KEY'" if config.keys_file else ""
    return f"""
Vivavoce speaks.   HTTP http://{http}   gRPC {grpc}   metrics http://{metrics}/metrics

  curl http://{http}/v1/audio/speech -H 'Content-Type: application/json'{key} \\
    -d '{json.dumps(body)}' --output speech.mp3

In a browser: http://{http}/   Ctrl-C ends it.
"""
