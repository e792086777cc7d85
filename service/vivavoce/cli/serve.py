"""`vivavoce serve`: the gRPC service alone, behind an Envoy of the operator's own."""

import asyncio
import logging
from typing import TYPE_CHECKING

from vivavoce.cli.options import command

if TYPE_CHECKING:
    from vivavoce.config import Config


@command(
    leave_out=("http_port",), example="vivavoce serve --unix-socket /run/vivavoce/speech.sock --device cuda"
)
def serve(config: "Config") -> None:
    """Run the gRPC service alone, without Envoy."""
    from vivavoce.cli.ports import claim
    from vivavoce.telemetry import configure_logging

    config = claim(config, "grpc_port", "metrics_port")
    configure_logging(config)
    asyncio.run(_serve(config))


async def _serve(config: "Config") -> None:
    from vivavoce.cli.ending import first_of, interrupts
    from vivavoce.cli.serving import service

    log = logging.getLogger(__name__)
    async with service(config) as running:
        log.info(
            "listening", extra=config.model_dump(include={"host", "grpc_port", "metrics_port", "unix_socket"})
        )
        with interrupts() as asked:
            await first_of(asked.wait(), running.keep_ready())
            log.info(
                "ending: requests under way have %g s; a second signal cuts them off", config.grace_seconds
            )
            await running.server.stop()
