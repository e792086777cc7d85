"""What the user sees while something takes its time: a line on stderr that goes when it is done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Timer

PATIENCE_SECONDS = 1.0


@contextmanager
def working(message: str) -> Iterator[Callable[[str], None]]:
    """A spinner with `message`, on a terminal, once a second has passed. Yields what changes the message."""
    from rich.console import Console

    console = Console(stderr=True)
    status = console.status(message)
    timer = Timer(PATIENCE_SECONDS, status.start)
    if console.is_terminal:
        timer.start()
    try:
        yield status.update
    finally:
        timer.cancel()
        if timer.is_alive():
            timer.join()  # it may be starting just now
        status.stop()
