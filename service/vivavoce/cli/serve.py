"""`vivavoce serve`: the gRPC service alone, behind an Envoy of the operator's own."""

import asyncio
import logging
from typing import TYPE_CHECKING

from vivavoce.cli.options import command

if TYPE_CHECKING:
    from vivavoce.config import Config

log = logging.getLogger(__name__)


@command(
    leave_out=("http_port",), example="vivavoce serve --unix-socket /run/vivavoce/speech.sock --device cuda"
)
def serve(config: "Config") -> None:
    """Run the gRPC service alone, without Envoy."""
    from vivavoce.cli.ports import check
    from vivavoce.telemetry import configure_logging

    check(config, "grpc_port", "metrics_port")
    configure_logging(config)
    asyncio.run(_serve(config))


async def _serve(config: "Config") -> None:
    from vivavoce.cli.ending import first_of, interrupts
    from vivavoce.cli.serving import service
    from vivavoce.cli.wiring import speaking
    from vivavoce.telemetry import Telemetry

    telemetry = Telemetry()
    at_start = config.load_models == "start"
    async with (
        speaking(config, telemetry, at_start=at_start) as parts,
        service(config, parts, telemetry) as running,
    ):
        places = {"grpc": running.grpc_port, "metrics": running.metrics_port, "socket": config.unix_socket}
        log.info("listening", extra={"host": config.host, **places})
        with interrupts() as asked:
            await first_of(asked.wait(), running.keep_ready())
            log.info("ending: running requests have %g s; a second signal ends them", config.grace_seconds)
            await running.server.stop()
