"""A model that is loaded when somebody uses it, and unloaded when nobody has for a while.

In go the Facts of a model and what loads it; out comes a Model. It is loaded in a thread of its own: who
wants to speak with it waits, and nobody else.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from contextvars import Context
from dataclasses import replace
from time import monotonic, perf_counter
from typing import Protocol

from vivavoce.errors import Unavailable
from vivavoce.models.base import Decoded, DecodeItem, Encoded, EncodeItem, Facts, Model, Run, RunStopped
from vivavoce.models.manifest import ModelError

RETRY_SECONDS = 10.0
"""A model that could not be loaded is not tried again before: reading it in vain takes time as well."""

log = logging.getLogger(__name__)


class LoadObserver(Protocol):
    """Is told of every load on demand; telemetry is one."""

    def model_loaded(self, model: str, seconds: float) -> None: ...

    def model_failed(self, model: str) -> None: ...


class Loadable:
    """For models.base.Model and OnDemand. All but `new_run`, `encode` and `decode` is for one event loop.

    `model` is the model itself if it is in memory already. With `unload_after_seconds` it is unloaded when
    nobody has used it for so long; 0 is never.
    """

    def __init__(
        self,
        facts: Facts,
        load: Callable[[], Model],
        *,
        model: Model | None = None,
        unload_after_seconds: float = 0.0,
        observer: LoadObserver | None = None,
    ) -> None:
        self.facts = facts
        self._load = load
        self._model = model
        self._unload_after_seconds = unload_after_seconds
        self._observer = observer
        self._users = 0
        self._loading: asyncio.Task[None] | None = None
        self._unloading: asyncio.TimerHandle | None = None
        self._retry_at = 0.0

    @property
    def is_loaded(self) -> bool:
        return self._model is not None

    @asynccontextmanager
    async def in_use(self) -> AsyncIterator[None]:
        """Loads it unless it is loaded, and keeps it so for as long as the context lasts.

        However many want it, it is loaded once; one of them that is cancelled takes it from nobody. Raises
        Unavailable if it cannot be loaded.
        """
        self._users += 1
        if self._unloading:
            self._unloading.cancel()
        try:
            if self._model is None:
                await self._loaded()
            yield
        finally:
            self._users -= 1
            self._rest()

    def new_run(self) -> Run:
        return self._itself().new_run()

    def encode(self, items: Sequence[EncodeItem], run: Run) -> list[Encoded]:
        return self._itself(run).encode(items, run)

    def decode(self, items: Sequence[DecodeItem], run: Run) -> list[Decoded]:
        return self._itself(run).decode(items, run)

    def _itself(self, run: Run | None = None) -> Model:
        """The model in memory. A thread that has it keeps it there until its run is over."""
        model = self._model
        if model is not None:
            return model
        if run and run.stopped:  # whoever waited for the run has left, and the model with the last of them
            raise RunStopped
        raise RuntimeError(f"{self.facts.id} is not loaded")

    async def _loaded(self) -> None:
        if self._loading is None and monotonic() >= self._retry_at:
            self._loading = asyncio.create_task(self._load_in_thread())
        if self._loading:
            await asyncio.shield(self._loading)
        if self._model is None:
            refused = Unavailable(f"The model '{self.facts.id}' cannot be loaded; the log tells why.")
            refused.retry_after_seconds = max(self._retry_at - monotonic(), 1.0)
            raise refused

    async def _load_in_thread(self) -> None:
        """Leaves the model in memory, or the cause why it is not in the log."""
        began = perf_counter()
        try:
            self._model = await asyncio.to_thread(self._loaded_as_known)
        except Exception as failure:  # noqa: BLE001 - a file can be broken in any way, and the others shall speak
            self._retry_at = monotonic() + RETRY_SECONDS
            log.error("the model %s cannot be loaded: %s", self.facts.id, failure)  # noqa: TRY400
            if self._observer is not None:
                self._observer.model_failed(self.facts.id)
        else:
            seconds = perf_counter() - began
            log.info("the model %s is loaded", self.facts.id, extra={"seconds": round(seconds, 3)})
            if self._observer is not None:
                self._observer.model_loaded(self.facts.id, seconds)
        finally:
            self._loading = None
            self._rest()

    def _loaded_as_known(self) -> Model:
        """The model. Raises ModelError if its files have become another one, but for voices added to it."""
        model = self._load()
        same_but_voices = replace(model.facts, voices=self.facts.voices) == self.facts
        if not same_but_voices or not set(self.facts.voices) <= set(model.facts.voices):
            raise ModelError("its files are no longer those that the service found at start: restart it")
        return model

    def _rest(self) -> None:
        """With nobody to use it, its time begins to run."""
        if self._users or self._model is None or not self._unload_after_seconds:
            return
        loop, later = asyncio.get_running_loop(), self._unload_after_seconds
        # In a context of its own: what is logged then belongs to no request.
        self._unloading = loop.call_later(later, self._unload, loop, context=Context())

    def _unload(self, loop: asyncio.AbstractEventLoop) -> None:
        itself, self._model = [self._model], None
        loop.run_in_executor(None, itself.clear)  # to give back that much memory takes its time
        log.info("the model %s is unloaded: nobody has used it", self.facts.id)
