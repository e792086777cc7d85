"""How a server comes to its end: a signal, or something that ends by itself."""

import asyncio
import signal
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

import click

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@contextmanager
def interrupts() -> Iterator[asyncio.Event]:
    """Yields what is set at Ctrl-C, SIGTERM or when the terminal closes: time for an orderly end. The second
    such signal ends the body at once, with click.Abort."""
    loop, task, asked = asyncio.get_running_loop(), asyncio.current_task(), asyncio.Event()
    assert task

    def interrupt() -> None:
        if asked.is_set():
            task.cancel()
        asked.set()

    for number in SIGNALS:
        loop.add_signal_handler(number, interrupt)
    try:
        yield asked
    except asyncio.CancelledError:
        raise click.Abort from None
    finally:
        for number in SIGNALS:
            loop.remove_signal_handler(number)


async def first_of(*works: Coroutine[Any, Any, object]) -> None:
    """Runs all of them until the first one ends or fails; the others are cancelled."""
    tasks = [asyncio.create_task(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
