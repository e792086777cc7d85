"""The service: synthesizer, metrics and gRPC server together, for `serve` and `up`."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import NoReturn

from vivavoce.cli.failure import Failure
from vivavoce.cli.wiring import Parts
from vivavoce.config import Config, ConfigurationError
from vivavoce.rpc.server import Server
from vivavoce.telemetry import MetricsPage, Telemetry

LOOK_SECONDS = 1.0
FAILURES_IN_A_ROW = 5
"""So many, and no success between them: the device is taken for lost."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Service:
    """A running service."""

    parts: Parts
    server: Server
    grpc_port: int
    metrics_port: int

    async def keep_ready(self) -> NoReturn:
        """Warms up and opens the door; then watches, for ever, whether speech still comes out."""
        await self.parts.synthesizer.warm_up()
        await self.server.set_ready(True)
        loaded = [model.facts.id for model in self.parts.catalogue.loaded()]
        log.info("ready", extra={"device": str(self.parts.device), "models": loaded})
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self.parts.engine.stats().failures_in_a_row >= FAILURES_IN_A_ROW:
                await self._recover()

    async def _recover(self) -> None:
        """Readiness is off until a warm-up succeeds: what is broken must not attract more requests."""
        log.error("the device has failed %d times in a row: not ready", FAILURES_IN_A_ROW)
        await self.server.set_ready(False)
        while True:
            try:
                await self.parts.synthesizer.warm_up()
            except Exception as failure:  # noqa: BLE001 - whatever it is, it is tried again
                log.warning("the device still fails: %s", failure)
                await asyncio.sleep(LOOK_SECONDS)
            else:
                await self.server.set_ready(True)
                log.info("the device works again: ready")
                return


@asynccontextmanager
async def service(config: Config, parts: Parts, telemetry: Telemetry) -> AsyncIterator[Service]:
    """A service that listens, for as long as the context lasts. `keep_ready` is for the caller to run, and
    so is the orderly end, `server.stop()`: at the end of the context whatever still runs is cut off."""
    telemetry.watch_engine(parts.engine.stats)
    try:
        metrics = MetricsPage(config, telemetry.registry)
        server = Server(config, parts.synthesizer, telemetry)
        grpc_port = await server.start()
    except ConfigurationError as error:
        raise Failure(str(error)) from None
    metrics.start()
    try:
        yield Service(parts, server, grpc_port, metrics.port)
    finally:
        await server.stop(0)
        metrics.stop()
