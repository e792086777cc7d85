"""`vivavoce up`: the service and Envoy in one terminal.

The service runs in this process, Envoy as its child. Whichever ends, ends both.
"""

import asyncio
import json
import logging
from typing import TYPE_CHECKING, NoReturn

import click

from vivavoce.cli.options import command

if TYPE_CHECKING:
    from vivavoce.cli.envoy import Envoy, Line
    from vivavoce.cli.serving import Service
    from vivavoce.config import Config
    from vivavoce.models.base import Facts

GREETING = "Hello! It is a pleasure to meet you."
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
    async with envoy.running(addresses, _log_line) as edge, service(config) as speech:
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
    await edge.idle()


def _log_line(line: "Line") -> None:
    """Puts a line of Envoy's among ours."""
    event = line.pop("event")
    level = logging.getLevelNamesMapping().get(line.pop("level", "info").upper(), logging.INFO)
    logging.getLogger(line.pop("logger", "envoy")).log(level, "%s", event, extra=line)


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
