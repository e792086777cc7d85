"""Bars for a person, plain lines for a log."""

from collections.abc import Collection, Iterator
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Item = TypeVar("Item")


def bars() -> Progress:
    """For `with`; it stays silent where nobody looks."""
    console = Console()
    columns = (TextColumn("{task.description:<10}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(
        *columns, TextColumn("{task.fields[note]}"), console=console, disable=not console.is_terminal
    )


def track(items: Collection[Item], name: str) -> Iterator[Item]:
    """The items, one step of a bar each."""
    with bars() as shown:
        task = shown.add_task(name, total=len(items), note="")
        for item in items:
            yield item
            shown.advance(task)
