"""`vivavoce up`: the service and Envoy in one terminal.

The service runs in this process, Envoy as its child. Whichever ends, ends both.
"""

import asyncio
import json
import logging
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, NoReturn

import click

from vivavoce.cli.edge import LOOPBACK, Addresses, reachable
from vivavoce.cli.options import command

if TYPE_CHECKING:
    from collections.abc import Callable

    from vivavoce.cli.envoy import Envoy, Line
    from vivavoce.cli.serving import Service
    from vivavoce.config import Config

GREETING = "Hello! It is a pleasure to meet you."
SHOWN = ("timestamp", "method", "path", "status", "bytes_out", "first_byte_ms", "duration_ms", "request_id")
"""Of Envoy's line for a request, on a terminal."""

log = logging.getLogger(__name__)


@command(leave_out=("envoy_admin",), example="vivavoce up --http-port 8000")
def up(config: "Config") -> None:
    """Run the service and Envoy. Ctrl-C ends both when running requests are done; a second one, at once."""
    from vivavoce.cli.ports import check
    from vivavoce.telemetry import configure_logging

    check(config, "http_port", "grpc_port", "metrics_port")
    for_people = configure_logging(config)
    asyncio.run(_up(config, _shown(for_people=for_people)))


async def _up(config: "Config", show: "Callable[[Line], None]") -> None:
    from vivavoce.cli import envoy
    from vivavoce.cli.serving import service
    from vivavoce.cli.wiring import speaking
    from vivavoce.telemetry import Telemetry

    telemetry = Telemetry()
    async with speaking(config, telemetry, at_start=config.load_models == "start") as parts:
        # Free ports are found only now: while models load, somebody else may come to listen on them.
        config = _with_free_ports(config)
        async with (
            service(config, parts, telemetry) as speech,
            envoy.running(_addresses(config, speech), show) as edge,
        ):
            await _until_asked(edge, speech, config)


async def _until_asked(edge: "Envoy", speech: "Service", config: "Config") -> None:
    from vivavoce.cli.ending import first_of, interrupts

    with interrupts() as asked:
        welcome = _welcome(edge, _how_to_call(config, speech), asked)
        await first_of(asked.wait(), welcome, speech.keep_ready(), _fail(edge))
        await _drain(edge, speech, config.grace_seconds)


async def _welcome(edge: "Envoy", text: str, asked: asyncio.Event) -> None:
    """Says where to call as soon as speech can be had, and waits for the end."""
    await edge.ready()
    click.echo(text)
    await asked.wait()


async def _fail(edge: "Envoy") -> NoReturn:
    raise click.ClickException(await edge.ended())


async def _drain(edge: "Envoy", speech: "Service", grace_seconds: float) -> None:
    """Envoy first, until its callers have their last byte: the service drops what it has not yet sent."""
    log.info("ending: running requests have %g s; a second Ctrl-C ends them", grace_seconds)
    deadline = monotonic() + grace_seconds
    await speech.server.set_ready(False)
    await edge.refuse()
    with suppress(TimeoutError):
        async with asyncio.timeout(grace_seconds):
            await edge.idle()
    await speech.server.stop(max(0.0, deadline - monotonic()))


def _with_free_ports(config: "Config") -> "Config":
    from vivavoce.cli.ports import free_port

    http_port = config.http_port or free_port(config.host)
    return config.model_copy(update={"http_port": http_port, "envoy_admin": f"{LOOPBACK}:{free_port()}"})


def _addresses(config: "Config", speech: "Service") -> Addresses:
    admin_port = int(config.envoy_admin.rpartition(":")[2])
    service_host = reachable(config.host)
    return Addresses(config.host, config.http_port, admin_port, service_host, speech.grpc_port)


def _shown(*, for_people: bool) -> "Callable[[Line], None]":
    """What puts a line of Envoy's among ours; of a request, people see what they want to know."""

    def show(line: "Line") -> None:
        event, level = line.pop("event"), line.pop("level", "info")
        logger = logging.getLogger(line.pop("logger", "envoy"))
        if for_people and event == "request":
            line = {name: line[name] for name in SHOWN if line.get(name) is not None}
        logger.log(logging.getLevelNamesMapping().get(level.upper(), logging.INFO), "%s", event, extra=line)

    return show


def _how_to_call(config: "Config", speech: "Service") -> str:
    host = reachable(config.host)
    host = f"[{host}]" if ":" in host else host
    ports = (config.http_port, speech.grpc_port, speech.metrics_port)
    http, grpc, metrics = (f"{host}:{port}" for port in ports)
    facts = speech.parts.embedded.facts
    body = {"model": facts.id, "input": GREETING, "voice": facts.voices[0].id}
    key = " -H 'Authorization: Bearer YOUR_KEY'" if config.keys_file else ""
    return f"""
Vivavoce speaks.   HTTP http://{http}   gRPC {grpc}   metrics http://{metrics}/metrics

  curl http://{http}/v1/audio/speech -H 'Content-Type: application/json'{key} \\
    -d '{json.dumps(body)}' --output speech.mp3

In a browser: http://{http}/   Ctrl-C ends it.
"""
